//! What does a search see of each firm? One short row a firm, drawn up once a quarter, so that
//! a draw reads one place instead of a dozen columns.

use super::{TransferParameters, bargain};
use crate::base::math;
use crate::base::rng::Purpose;
use crate::model::context::Context;
use crate::model::firms::Firms;

/// A certificate that ends within a year is to be renewed.
const EXPIRING: i32 = 4; // derived: quarters a year
/// Id of a row without a living firm.
pub const NOBODY: u32 = u32::MAX;

/// A firm as a possible partner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Partner {
    /// Its id, [`NOBODY`] where it is not in business.
    pub id: u32,
    /// Real firms it stands for, at least one \[firms\].
    pub members: u32,
    /// Its field.
    pub field: u8,
    /// Has an open need.
    pub need: bool,
    /// Weight · sales^exposure.
    pub visibility: f64,
    /// What of an invention's value it can make use of, see [`bargain::ability`].
    pub ability: f64,
    /// Worth of a patent for its certificate \[mn\].
    pub certificate: f64,
    /// Worth of obliging a unit \[mn\].
    pub order: f64,
}

crate::dispatched! {
    /// Visibility and ability of firms, by row.
    fn assess(
        weight: &[f64],
        sales: &[f64],
        absorptive: &[f64],
        price: f64,
        p: &TransferParameters,
        visibility: &mut [f64],
        ability: &mut [f64],
    ) {
        let columns = weight.iter().zip(sales).zip(absorptive);
        for (((&w, &s), &h), (seen, able)) in columns.zip(visibility.iter_mut().zip(ability)) {
            *seen = super::search::visibility(w, s, p.exposure);
            *able = bargain::ability(s, h, price, p);
        }
    }
}

/// Rows of all firms, and scratch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Partners {
    /// By row of the firms.
    pub rows: Vec<Partner>,
    visibility: Vec<f64>,
    ability: Vec<f64>,
}

impl Partners {
    /// Draws up the rows of this quarter.
    pub fn draw_up(&mut self, firms: &Firms, ctx: &Context) {
        let p = &ctx.parameters.transfer;
        let n = firms.len();
        self.visibility.resize(n, 0.0);
        self.ability.resize(n, 0.0);
        assess(
            &firms.weight,
            &firms.sales,
            &firms.absorptive,
            ctx.world.price,
            p,
            &mut self.visibility,
            &mut self.ability,
        );
        self.rows.clear();
        for i in 0..n {
            self.rows.push(Partner {
                id: if firms.alive[i] { firms.id[i] } else { NOBODY },
                members: math::max(firms.weight[i], 1.0) as u32,
                field: firms.field[i],
                need: firms.need[i],
                visibility: self.visibility[i],
                ability: self.ability[i],
                certificate: certificate(firms, i, ctx),
                order: order(firms.id[i], ctx),
            });
        }
    }
}

fn certificate(firms: &Firms, i: usize, ctx: &Context) -> f64 {
    let lacks = firms.aware_hightech[i] && !firms.is_hightech(i, ctx.q() + EXPIRING);
    let p = &ctx.parameters.transfer;
    bargain::value_for_certificate(firms.patents[i], lacks, ctx.world.price, p)
}

fn order(id: u32, ctx: &Context) -> f64 {
    let push = ctx.seen.rights.appraisal_push;
    if push <= 0.0 {
        return 0.0;
    }
    let friendly = ctx.key.uniform(id, 0, 0, 0, Purpose::Choice);
    let p = &ctx.parameters.transfer;
    bargain::value_of_order(friendly, push, ctx.world.price, p)
}
