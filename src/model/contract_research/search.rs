//! Whom does a firm ask that has no partner, or thinks it over?
//!
//! Searches of a round are drawn together, a strip at a time; each is decided by itself.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::{ContractResearchParameters, Request, mean_contract, units::Addresses};
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::model::context::Context;
use crate::model::firms::{Firms, REGIONS};
use crate::model::population::block_of;

/// Units a firm looks at when it searches.
const CANDIDATES: usize = 6; // derived: a handful; the choice among them is the logit
/// Rows drawn together.
pub(super) const STRIP: usize = 64;
/// Purpose of all draws here.
const PURPOSE: Purpose = Purpose::ContractResearch;

/// One draw of each candidate for each row of a strip.
type Draws = [[f64; STRIP]; CANDIDATES];

crate::dispatched! {
    /// Whether firms stay with a partner, and whether they lose it: a uniform each.
    pub(super) fn fill_ties(key: Key, ids: &[u32], quarter: u32, stay: &mut [f64], lose: &mut [f64]) {
        let n = ids.len();
        let (stay, lose) = (&mut stay[..n], &mut lose[..n]);
        for i in 0..n {
            (stay[i], lose[i]) = key.pair(ids[i], 0, quarter, 0, PURPOSE);
        }
    }
}

crate::dispatched! {
    /// Draws of the candidates from number `first` on: whether the professor is near, where
    /// he sits, and the wait at rate 1.
    fn fill_candidates(
        key: Key,
        ids: &[u32],
        quarter: u32,
        first: u32,
        near: &mut Draws,
        place: &mut Draws,
        wait: &mut Draws,
    ) {
        let n = ids.len();
        for k in 0..CANDIDATES {
            let (near, place) = (&mut near[k][..n], &mut place[k][..n]);
            let wait = &mut wait[k][..n];
            for i in 0..n {
                let digits = key.digits(ids[i], 0, quarter, first + k as u32, PURPOSE);
                (near[i], place[i]) = (digits[0], digits[1]);
                wait[i] = -math::ln(1.0 - digits[2]);
            }
        }
    }
}

crate::dispatched! {
    /// Mean contract of firms whose R&D is `mean` \[mn\], in place.
    pub(super) fn fill_means(mean: &mut [f64], price: f64, p: &ContractResearchParameters) {
        for mean in mean {
            *mean = mean_contract(*mean, price, p);
        }
    }
}

/// What searches read.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) addresses: &'a Addresses,
    pub(super) firms: &'a Firms,
    pub(super) ctx: &'a Context<'a>,
}

impl Ground<'_> {
    /// Finds a unit for each of the `searching` requests; in rounds after the first another
    /// than the one that had no time.
    pub(super) fn search(&self, requests: &mut [Request], searching: &[u32], round: u32) {
        let p = &self.ctx.parameters.contract_research;
        let distaste = [0.0, 0.5, 1.0].map(|distance| math::exp(p.field_match * distance));
        let [mut near, mut place, mut wait] = [[[0.0; STRIP]; CANDIDATES]; 3];
        let mut ids = [0; STRIP];
        let (key, quarter) = (self.ctx.key, self.ctx.q() as u32);
        let first = 1 + round * CANDIDATES as u32;
        for strip in searching.chunks(STRIP) {
            for (id, &at) in ids.iter_mut().zip(strip) {
                *id = self.firms.id[requests[at as usize].firm as usize];
            }
            let ids = &ids[..strip.len()];
            let (n, p, w) = (&mut near, &mut place, &mut wait);
            fill_candidates(key, ids, quarter, first, n, p, w);
            for (row, &at) in strip.iter().enumerate() {
                let request = &mut requests[at as usize];
                let refused = (round > 0).then_some(request.unit);
                let of = |draws: &Draws| std::array::from_fn(|k| draws[k][row]);
                let draws = [of(&near), of(&place), of(&wait)];
                let firm = request.firm as usize;
                request.unit = self.best(firm, draws, &distaste, refused);
            }
        }
    }

    /// Best of a firm's candidates by the logit of [`super::partner_utility`], leaving out the
    /// unit that had no time.
    #[inline]
    fn best(
        &self,
        firm: usize,
        [near, place, wait]: [[f64; CANDIDATES]; 3],
        distaste: &[f64; 3],
        refused: Option<u32>,
    ) -> u32 {
        let alumni = self.ctx.parameters.contract_research.alumni;
        let home = usize::from(self.firms.region[firm]);
        let field = self.firms.field[firm];
        let block = block_of(usize::from(field)) as u8;
        let (mut units, mut waits) = ([NOBODY; CANDIDATES], [0.0; CANDIDATES]);
        // all starts first: their loads do not wait for each other
        let starts: [_; CANDIDATES] = std::array::from_fn(|k| {
            let region = if near[k] < alumni { home } else { REGIONS };
            self.addresses.start(region, place[k])
        });
        for (k, start) in starts.into_iter().enumerate() {
            let address = start.find();
            units[k] = address.unit;
            // half a unit of distance for another field, and for another block
            let apart = usize::from(address.field != field) + usize::from(address.block != block);
            // utility plus a Gumbel draw is highest where the wait at rate e^utility is shortest
            waits[k] = address.mean_wait * wait[k] * distaste[apart];
        }
        soonest(units, waits, refused)
    }
}

/// No unit's row.
const NOBODY: u32 = u32::MAX;

/// The unit of the shortest wait but for the one that refused, which it is where there is no
/// other; a unit met twice has one draw, the first.
///
/// Example: waits 3, 2, 1 at units 5, 7, 5: unit 7, or 5 where 7 refused.
#[inline]
fn soonest(units: [u32; CANDIDATES], waits: [f64; CANDIDATES], refused: Option<u32>) -> u32 {
    let refused = refused.unwrap_or(NOBODY);
    let mut best = (f64::INFINITY, refused);
    for k in 0..CANDIDATES {
        let met = (units[..k].iter()).fold(units[k] == refused, |met, &u| met | (u == units[k]));
        let wait = if met { f64::INFINITY } else { waits[k] };
        if wait < best.0 {
            best = (wait, units[k]);
        }
    }
    if best.1 == NOBODY { 0 } else { best.1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_wait_counts_once_and_never_with_whom_refused() {
        let (units, waits) = ([5, 7, 5, 8, 8, 9], [3.0, 2.0, 1.0, 4.0, 0.5, 6.0]);
        assert_eq!(soonest(units, waits, None), 7);
        assert_eq!(soonest(units, waits, Some(7)), 5);
        let alone = [4; CANDIDATES];
        assert_eq!(soonest(alone, waits, Some(4)), 4);
        assert_eq!(soonest(alone, [f64::INFINITY; CANDIDATES], None), 0);
    }
}
