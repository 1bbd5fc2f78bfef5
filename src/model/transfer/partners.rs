//! What does a search see of each firm? One short row a firm, drawn up once a quarter, so that
//! a draw reads one place instead of a dozen columns.

use super::addresses::visibility;
use super::{TransferParameters, bargain};
use crate::base::math;
use crate::base::rng::Purpose;
use crate::model::context::Context;
use crate::model::firms::Firms;

/// A certificate that ends within a year is to be renewed.
const EXPIRING: i32 = 4; // derived: quarters a year
/// Id of a row without a living firm.
pub(super) const NOBODY: u32 = u32::MAX;

/// A firm as a possible partner.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(32))] // none across two cache lines
pub(super) struct Partner {
    /// What of an invention's value it can make use of, see [`bargain::ability`].
    pub ability: f64,
    /// Worth of a patent for its certificate \[mn\].
    pub certificate: f64,
    /// Its id, [`NOBODY`] where it is not in business.
    pub id: u32,
    /// Real firms it stands for, at least one \[firms\].
    pub members: u32,
    /// Its field.
    pub field: u8,
    /// Has an open need.
    pub need: bool,
    /// Obliges a unit that must place patents.
    pub friendly: bool,
}

crate::dispatched! {
    /// Visibility and ability of firms, by row.
    fn assess(
        weight: &[f64],
        sales: &[f64],
        absorptive: &[f64],
        price: f64,
        p: &TransferParameters,
        seen: &mut [f64],
        ability: &mut [f64],
    ) {
        let columns = weight.iter().zip(sales).zip(absorptive);
        for (((&w, &s), &h), (seen, able)) in columns.zip(seen.iter_mut().zip(ability)) {
            *seen = visibility(w, s, p.exposure);
            *able = bargain::ability(s, h, price, p);
        }
    }
}

/// Rows of all firms, and scratch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Partners {
    /// By row of the firms.
    pub rows: Vec<Partner>,
    /// Weight · sales^exposure, by row.
    pub seen: Vec<f64>,
    /// Rows that hold another firm, or none, since the last quarter.
    pub changed: Vec<u32>,
    /// Place of each firm in the order in which firms oblige, by row.
    rank: Vec<f64>,
    /// Id by row, [`NOBODY`] where it is not in business.
    known: Vec<u32>,
    ability: Vec<f64>,
}

impl Partners {
    /// Draws up the rows of this quarter.
    pub(super) fn draw_up(&mut self, firms: &Firms, ctx: &Context) {
        self.look_round(firms, ctx);
        let p = &ctx.parameters.transfer;
        let price = ctx.world.price;
        let n = firms.len();
        self.seen.resize(n, 0.0);
        self.ability.resize(n, 0.0);
        assess(
            &firms.weight,
            &firms.sales,
            &firms.absorptive,
            price,
            p,
            &mut self.seen,
            &mut self.ability,
        );
        let push = ctx.seen.rights.appraisal_push;
        let expires = ctx.q() + EXPIRING;
        self.rows.clear();
        self.rows.extend((0..n).map(|i| {
            let lacks = firms.aware_hightech[i] && !firms.is_hightech(i, expires);
            Partner {
                ability: self.ability[i],
                certificate: bargain::value_for_certificate(firms.patents[i], lacks, price, p),
                id: self.known[i],
                members: math::max(firms.weight[i], 1.0) as u32,
                field: firms.field[i],
                need: firms.need[i],
                friendly: bargain::is_friendly(self.rank[i], push, p),
            }
        }));
    }

    /// Notes which rows changed hands, and the standing traits of the firms that came.
    fn look_round(&mut self, firms: &Firms, ctx: &Context) {
        let n = firms.len();
        self.known.resize(n, NOBODY);
        self.rank.resize(n, 1.0);
        self.changed.clear();
        for i in 0..n {
            let id = if firms.alive[i] { firms.id[i] } else { NOBODY };
            if self.known[i] != id {
                self.known[i] = id;
                self.rank[i] = ctx.key.uniform(id, 0, 0, 0, Purpose::Choice);
                self.changed.push(i as u32);
            }
        }
    }
}
