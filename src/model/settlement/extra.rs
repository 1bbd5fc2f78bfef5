//! What may claimants deduct beyond cost?

use super::Column;
use crate::base::columns::Hold;
use crate::base::{math, select, strip};
use crate::model::context::Context;
use crate::model::firms::{Firms, Sector};
use crate::model::research::Law;
use std::ops::Range;

/// R&D of a year and what stands beside it, of one firm \[mn\].
#[derive(Clone, Copy, Debug)]
pub(super) struct Spending {
    /// Its own R&D.
    pub(super) research: f64,
    /// Fees for platform places.
    pub(super) fees: f64,
}

/// Super-deduction in yuan a year on the spending of firm `i` by the law `law` \[mn/yr\].
pub(super) fn extra_deduction(
    firms: &Firms<impl Hold>,
    i: usize,
    spending: Spending,
    law: &Law,
    ctx: &Context,
) -> f64 {
    let tax = &ctx.parameters.tax;
    let m = firms.relabelled[i];
    let sales = math::max(firms.sales[i], f64::MIN_POSITIVE);
    let (sector, registered) = (firms.sector[i], firms.is_tech_sme(i, ctx.q()));
    let reported = spending.research + m;
    let rate = law.rates.of(sector, registered, reported, sales, law.tax);
    let own = math::max(spending.research - firms.grant[i], 0.0) * tax.deductible_share;
    let outside = tax.outsourced_share * firms.outsourced[i];
    rate * (own + outside + m + law.tax.platform_cost * spending.fees)
}

/// Writes [`extra_deduction`] of a strip of firms, 0 of those that do not claim.
pub(super) fn fill_extra(
    firms: &Firms<impl Hold>,
    rows: Range<usize>,
    spending: impl Fn(usize) -> Spending,
    law: &Law,
    ctx: &Context,
    extra: &mut Column,
) {
    let (mut flags, mut places) = ([false; strip::ROWS], [0; strip::ROWS + select::SLACK]);
    let (first, flags) = (rows.start, &mut flags[..rows.len()]);
    let claims = &firms.claims[rows.clone()];
    find_claimants(
        &firms.alive[rows.clone()],
        claims,
        &firms.sector[rows],
        flags,
    );
    let count = select::put(flags, 0, &mut places);
    extra.fill(0.0);
    for &place in &places[..count] {
        let (k, i) = (place as usize, first + place as usize);
        extra[k] = extra_deduction(firms, i, spending(i), law, ctx);
    }
}

crate::dispatched! {
    /// Flags firms in business that claim and may.
    fn find_claimants(alive: &[bool], claims: &[bool], sector: &[Sector], flags: &mut [bool]) {
        let n = flags.len();
        let (alive, claims, sector) = (&alive[..n], &claims[..n], &sector[..n]);
        for k in 0..n {
            flags[k] = alive[k] & claims[k] & (sector[k] != Sector::Negative);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Quarter;
    use crate::model::patents::testbed::{Scene, world_of};
    use crate::model::tax::position::tests::law_2023;

    #[test]
    fn platform_fees_count_as_far_as_the_law_lets_them() {
        let now = Quarter::new(2024, 4);
        let scene = Scene::at(now);
        let state = world_of(1, 1.0, 20.0);
        let mut tax = law_2023();
        let extra = |tax: &crate::policy::tax::Tax| {
            let spending = Spending {
                research: 20.0,
                fees: 3.0,
            };
            let (law, ctx) = (Law::new(tax), scene.context(now));
            let mut column = [1.0; strip::ROWS];
            fill_extra(&state.firms, 0..1, |_| spending, &law, &ctx, &mut column);
            assert_eq!(column[1], 0.0);
            column[0]
        };
        let none = extra(&tax);
        tax.platform_cost = 0.5;
        assert!((extra(&tax) - none - 1.5).abs() < 1e-12);
    }
}
