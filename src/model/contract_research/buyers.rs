//! Firms of a block that buy research: they ask, are served, and ask others for the rest.

use super::requests::{Requests, Served};
use super::search::{Ground, STRIP};
use super::wishes::{self, Terms};
use crate::base::columns::Lent;
use crate::model::context::Context;
use crate::model::firms::Firms;

/// What firms of a block ask for; memory is kept from quarter to quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Buyers {
    pub requests: Requests,
    /// Requests that look for a unit.
    searching: Vec<u32>,
    /// Asked of each unit, all represented firms \[mn/yr\].
    pub asked: Vec<f64>,
    /// Contracts in that.
    pub contracts: Vec<f64>,
    /// Firms, and value with a past partner, of those whom the first unit did not serve at all, on
    /// top of the firms and the value before \[firms, mn\].
    pub late: [f64; 2],
}

impl Buyers {
    /// Lets firms think over whom to ask, notes what each asks for, and finds units for those that
    /// look for one.
    pub(super) fn ask_partners(&mut self, firms: &mut Firms<Lent>, terms: &Terms, ground: &Ground) {
        firms.outsourced.fill(0.0);
        let (requests, searching) = (&mut self.requests, &mut self.searching);
        wishes::draw_up(firms, terms, requests, searching, ground.ctx);
        ground.search(firms, requests, searching, 0);
    }

    /// Adds up by unit, of which there are so many `units`, what is asked for, all represented firms.
    pub(super) fn add_up(&mut self, units: usize) {
        for column in [&mut self.asked, &mut self.contracts] {
            column.clear();
            column.resize(units, 0.0);
        }
        (self.requests).add_up(&mut self.asked, &mut self.contracts);
    }

    /// Serves the first requests; who serves a firm is its partner. Gives what that adds up to, and
    /// what is bought of new partners \[mn\].
    pub(super) fn serve_first(
        &mut self,
        firms: &mut Firms<Lent>,
        serve: &[f64],
        ctx: &Context,
    ) -> (Served, f64) {
        let reference = ctx.parameters.contract_research.price * ctx.world.price;
        let (mut sums, mut values) = (Served::default(), [0.0; STRIP]);
        for at in (0..self.requests.len()).step_by(STRIP) {
            let requests = &mut self.requests;
            let values = requests.serve(at, serve, reference, &mut values, &mut sums);
            for (&firm, &value) in self.requests.firm[at..].iter().zip(values) {
                firms.outsourced[firm as usize] = value;
            }
        }
        let mut fresh = 0.0;
        for &at in &self.searching {
            let i = self.requests.firm[at as usize] as usize;
            let unit = self.requests.unit[at as usize];
            if firms.outsourced[i] > 0.0 && firms.partner[i] != unit + 1 {
                firms.partner[i] = unit + 1;
                fresh += firms.weight[i] * firms.outsourced[i] / 4.0; // derived: quarters a year
            }
        }
        (sums, fresh)
    }

    /// Serves what is asked of others than the first; they help out, unless the first did nothing.
    pub(super) fn serve_rest(
        &mut self,
        firms: &mut Firms<Lent>,
        serve: &[f64],
        ctx: &Context,
    ) -> Served {
        let reference = ctx.parameters.contract_research.price * ctx.world.price;
        let (mut sums, mut values) = (Served::default(), [0.0; STRIP]);
        let [buyers, repeated] = &mut self.late;
        for at in (0..self.requests.len()).step_by(STRIP) {
            let requests = &mut self.requests;
            let values = requests.serve(at, serve, reference, &mut values, &mut sums);
            let asked = (self.requests.firm[at..].iter()).zip(&self.requests.unit[at..]);
            for ((&firm, &unit), &value) in asked.zip(values) {
                let i = firm as usize;
                if firms.outsourced[i] == 0.0 && value > 0.0 {
                    *buyers += firms.weight[i];
                    if firms.partner[i] == unit + 1 {
                        *repeated += firms.weight[i] * value / 4.0; // derived: quarters a year
                    }
                    firms.partner[i] = unit + 1;
                }
                firms.outsourced[i] += value;
            }
        }
        sums
    }

    /// What was not served is asked of the unit that the firm turned to last, or of another where
    /// it thinks that over, refused now or knows none; firms remember whom they turned to.
    pub(super) fn ask_helpers(&mut self, firms: &mut Firms<Lent>, ground: &Ground) {
        let turn = ground.ctx.q().rem_euclid(4) as u32; // derived: quarters a year
        let requests = &mut self.requests;
        requests.keep_unserved();
        self.searching.clear();
        for (at, (&firm, unit)) in (0..).zip(requests.firm.iter().zip(&mut requests.unit)) {
            let i = firm as usize;
            let helper = firms.helper[i];
            if helper == 0 || helper == *unit + 1 || firms.id[i] % 4 == turn {
                self.searching.push(at);
            } else {
                *unit = helper - 1;
            }
        }
        ground.search(firms, requests, &self.searching, 1);
        for &at in &self.searching {
            let i = requests.firm[at as usize] as usize;
            firms.helper[i] = requests.unit[at as usize] + 1;
        }
    }
}
