//! What does a bargain see of each firm? One short row a firm, drawn up once a quarter, so that a
//! search that found it reads one place instead of a dozen columns.

use super::TransferParameters;
use super::addresses::visibility;
use super::bargain;
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::model::context::Context;
use crate::model::firms::Firms;

/// Id of a row without a living firm.
pub(super) const NOBODY: u32 = u32::MAX;
/// Rows that are looked at together for those that changed hands.
const STRIP: usize = 8;
/// A certificate that ends within a year is to be renewed.
const EXPIRING: i32 = 4; // derived: quarters a year

/// A firm as a possible partner.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(32))] // none across two cache lines
pub(super) struct Partner {
    /// Sales \[mn/yr\].
    pub sales: f64,
    /// Absorptive capacity \[0..1\].
    pub absorptive: f64,
    /// Worth of a patent for its certificate \[mn\].
    pub certificate: f64,
    /// Its id.
    pub id: u32,
    /// Real firms it stands for, at least one and no more than are ever told apart \[firms\].
    pub members: u8,
    /// Its field.
    pub field: u8,
    /// Has an open need.
    pub need: bool,
    /// Obliges a unit that must place patents.
    pub friendly: bool,
}

impl Partner {
    /// None that is in business.
    pub(super) const NONE: Self = Self {
        sales: 0.0,
        absorptive: 0.0,
        certificate: 0.0,
        id: NOBODY,
        members: 1,
        field: 0,
        need: false,
        friendly: false,
    };
}

crate::dispatched! {
    /// Worth of a patent for the certificates of firms that lack one lasting beyond a quarter.
    fn certify(
        aware: &[bool],
        until: &[i32],
        patents: &[f64],
        expires: i32,
        price: f64,
        p: &TransferParameters,
        out: &mut [f64],
    ) {
        let n = out.len();
        let (aware, until, patents) = (&aware[..n], &until[..n], &patents[..n]);
        for i in 0..n {
            let lacks = aware[i] & (until[i] <= expires);
            out[i] = bargain::value_for_certificate(patents[i], lacks, price, p);
        }
    }
}

crate::dispatched! {
    /// Visibility of firms, by row.
    fn see(weight: &[f64], sales: &[f64], exposure: f64, seen: &mut [f64]) {
        for ((seen, &w), &s) in seen.iter_mut().zip(weight).zip(sales) {
            *seen = visibility(w, s, exposure);
        }
    }
}

/// Rows of all firms, and what lasts of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Partners {
    /// By row of the firms.
    pub rows: Vec<Partner>,
    /// Weight · sales^exposure, by row.
    pub seen: Vec<f64>,
    /// Rows that hold another firm, or none, since the last quarter.
    pub changed: Vec<u32>,
    /// Place in the order in which firms oblige.
    rank: Vec<f64>,
    /// Id, [`NOBODY`] where none is in business.
    known: Vec<u32>,
    certificate: Vec<f64>,
}

impl Partners {
    /// Draws up the rows of this quarter.
    pub(super) fn draw_up(&mut self, firms: &Firms, ctx: &Context) {
        let (p, price) = (&ctx.parameters.transfer, ctx.world.price);
        let n = firms.len();
        self.certificate.resize(n, 0.0);
        certify(
            &firms.aware_hightech,
            &firms.hightech_until,
            &firms.patents,
            ctx.q() + EXPIRING,
            price,
            p,
            &mut self.certificate,
        );
        let push = ctx.seen.rights.appraisal_push;
        let (sales, absorptive) = (&firms.sales[..n], &firms.absorptive[..n]);
        let (weight, need) = (&firms.weight[..n], &firms.need[..n]);
        let (id, field) = (&firms.id[..n], &firms.field[..n]);
        let (certificate, rank) = (&self.certificate[..n], &self.rank[..n]);
        self.rows.clear();
        self.rows.extend((0..n).map(|i| Partner {
            sales: sales[i],
            absorptive: absorptive[i],
            certificate: certificate[i],
            id: id[i],
            members: math::clamp(weight[i], 1.0, f64::from(u8::MAX)) as u8,
            field: field[i],
            need: need[i],
            friendly: bargain::is_friendly(rank[i], push, p),
        }));
    }

    /// Notes how visible firms are, which rows changed hands, and the standing traits of the
    /// firms that came.
    pub(super) fn look_round(&mut self, firms: &Firms, exposure: f64, key: Key) {
        let n = firms.len();
        self.seen.resize(n, 0.0);
        see(&firms.weight, &firms.sales, exposure, &mut self.seen);
        self.known.resize(n, NOBODY);
        self.rank.resize(n, 1.0);
        self.changed.clear();
        let now = |alive: bool, id: u32| if alive { id } else { NOBODY };
        let strips = firms.alive.chunks(STRIP).zip(firms.id.chunks(STRIP));
        let known = self.known.chunks_mut(STRIP);
        for ((first, known), (alive, id)) in (0..n).step_by(STRIP).zip(known).zip(strips) {
            let firms = || alive.iter().zip(id);
            // most strips are passed over at once
            let differs = |any, ((&alive, &id), &known): ((&bool, &u32), &u32)| {
                any | (known != now(alive, id))
            };
            if !firms().zip(&*known).fold(false, differs) {
                continue;
            }
            for ((row, known), (&alive, &id)) in (first..).zip(known).zip(firms()) {
                let id = now(alive, id);
                if *known != id {
                    *known = id;
                    self.rank[row] = key.uniform(id, 0, 0, 0, Purpose::Choice);
                    self.changed.push(row as u32);
                }
            }
        }
    }
}
