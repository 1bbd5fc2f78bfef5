//! Settles corporate income tax on its dates.
//!
//! Each quarter a firm prepays a quarter of the tax on its annualised income after R&D cost. The
//! super-deduction reaches it in the July and October prepayments as far as the law lets it, the
//! rest with the settlement in the second quarter of the next year. The tax year is assessed at
//! its end: R&D deduction, then losses oldest first, then the small-profit test on what is left.
//! Taxed and loss years alternate by the chain of [`super::tax::carry`], drawn each first quarter.

mod assess;
mod extra;
mod losses;
mod prepay;
mod strips;
mod year;

pub use assess::{Assessment, assess};
use prepay::Prepayment;
use strips::{enter_losses, next_states};
use year::Year;

use super::books::{Account, Books, Instrument};
use super::context::Context;
use super::firms::{Firms, Ownership};
use super::research::{Law, carry_table, loss_share};
use super::state::State;
use super::tax::CarryTable;
use crate::base::columns::Lent;
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::{math, select, strip};
use std::ops::Range;

/// Numbers of a strip of firms, which stay in the nearest cache.
type Column = [f64; strip::ROWS];

/// Share of the year's deduction that reaches the firm in this quarter's prepayment.
#[inline]
pub fn advance_share(quarter_of_year: i32, july: f64, october: f64) -> f64 {
    match quarter_of_year {
        3 => july,                           // derived: third quarter holds July
        4 => math::max(october - july, 0.0), // derived: fourth quarter holds October
        _ => 0.0,
    }
}

/// Money of one quarter's settlement, weighted \[mn\].
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    central: f64,
    local: f64,
    refund_central: f64,
    refund_local: f64,
    relief: [[f64; 2]; 4],
}

crate::join_fields!(Totals: central, local, refund_central, refund_local, relief);

impl Totals {
    fn book(self, books: &mut Books) {
        let tax = Instrument::CorporateTax;
        books.pay(Account::Firms, Account::Central, tax, self.central);
        books.pay(Account::Firms, Account::Local, tax, self.local);
        let refund = Instrument::DeductionRefund;
        books.pay(
            Account::Central,
            Account::Firms,
            refund,
            self.refund_central,
        );
        books.pay(Account::Local, Account::Firms, refund, self.refund_local);
        for (instrument, [central, local]) in [
            Instrument::SuperDeduction,
            Instrument::HighTechRate,
            Instrument::SmallProfitRate,
            Instrument::GiftDeduction,
        ]
        .into_iter()
        .zip(self.relief)
        {
            books.forgo(instrument, central, local);
        }
    }
}

/// What the settlement of a quarter hangs on beside the firms.
struct Rules<'a> {
    law: Law<'a>,
    ctx: &'a Context<'a>,
    of_year: i32,
    /// Part of its tax that a firm pays to local government.
    local: f64,
    /// Worth, at the end of the record, of a yuan of this quarter.
    discount: f64,
    /// The chain of loss years, where a refund has to be weighed against it.
    carry: Option<CarryTable>,
}

/// Settles the quarter.
pub fn settle(state: &mut State, ctx: &Context) {
    let refunds = ctx.seen.tax.refund_share > 0.0;
    let rules = Rules {
        law: Law::new(&ctx.law.tax),
        ctx,
        of_year: ctx.quarter.of_year(),
        local: ctx.parameters.tax.local_share,
        discount: discount(ctx),
        carry: refunds.then(|| carry_table(ctx)),
    };
    let settle = |mut firms| settle_block(&mut firms, &rules);
    let totals = ctx.crew.walk(state.firms.lend(), settle);
    totals.book(&mut state.books);
}

/// Settles the quarter for a block of firms.
fn settle_block(firms: &mut Firms<Lent>, rules: &Rules) -> Totals {
    let mut totals = Totals::default();
    let (mut prepayment, mut year) = (Prepayment::new(), Year::new());
    for from in (0..firms.len()).step_by(strip::ROWS) {
        let rows = from..usize::min(from + strip::ROWS, firms.len());
        prepayment.prepay(firms, rows.clone(), &mut totals, rules);
        if rules.of_year == 4 {
            year.close(firms, rows.clone(), &mut totals, rules);
            turn_states(firms, rows, rules.ctx);
        }
    }
    totals
}

/// Part of its tax that a firm pays to local government: state-controlled firms of the centre pay
/// to the centre.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
fn local_share(ownership: Ownership, share: f64) -> f64 {
    if ownership == Ownership::State {
        0.5 * share
    } else {
        share
    }
}

/// Worth, at the end of the record, of a yuan of this quarter.
fn discount(ctx: &Context) -> f64 {
    let years = f64::from(ctx.quarter.since(super::world::LAST_RECORDED)) / 4.0; // derived: quarters a year
    math::pow(1.0 + ctx.parameters.tax.discount_rate, -years)
}

/// Draws next year's states of the chain; larger firms fall into losses more seldom.
fn turn_states(firms: &mut Firms<Lent>, rows: Range<usize>, ctx: &Context) {
    let mut draw = [0.0; strip::ROWS];
    let draw = &mut draw[..rows.len()];
    let q = ctx.q() as u32;
    fill_uniform(
        ctx.key,
        &firms.id[rows.clone()],
        q,
        0,
        Purpose::TaxState,
        draw,
    );
    let (tax, share) = (&ctx.parameters.tax, loss_share(ctx));
    let slope = tax.loss_size_slope;
    let entry = |sales| loss_entry(share, tax.loss_persistence, sales, slope);
    // twice the chance of the smallest is more than the chance of any
    let most = if slope < 0.0 { 1.0 } else { 2.0 * entry(0.0) };
    let (mut doubtful, mut places) = ([false; strip::ROWS], [0; strip::ROWS + select::SLACK]);
    let doubtful = &mut doubtful[..rows.len()];
    let (alive, taxed) = (&firms.alive[rows.clone()], &mut firms.taxed[rows.clone()]);
    next_states(alive, draw, most, tax, taxed, doubtful);
    let count = select::put(doubtful, 0, &mut places);
    let (places, mut chance) = (&places[..count], [0.0; strip::ROWS]);
    strip::gather(&firms.sales[rows], places, &mut chance);
    enter_losses(share, tax, &mut chance[..count]);
    for (&place, &chance) in places.iter().zip(&chance) {
        taxed[place as usize] = draw[place as usize] >= chance;
    }
}

/// Chance that a taxed year is followed by a loss year, `π(1−p)/(1−π)` at sales of 100 mn,
/// falling with size.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn loss_entry(share: f64, persistence: f64, sales: f64, slope: f64) -> f64 {
    const REFERENCE: f64 = 100.0; // derived: sales at which the national share holds, mn
    let size = math::pow(math::max(sales, 1.0) / REFERENCE, -slope);
    math::min(share * (1.0 - persistence) / (1.0 - share) * size, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tax::position::tests::law_2023;

    #[test]
    fn what_the_settlement_takes_lowers_profit() {
        use super::super::patents::testbed::{Scene, world_of};
        let now = crate::base::time::Quarter::new(2025, 2);
        let scene = Scene::at(now);
        let profit = |due: f64| {
            let mut state = world_of(1, 1.0, 20.0);
            state.firms.tax_due[0] = due;
            settle(&mut state, &scene.context(now));
            state.firms.profit_value[0]
        };
        // the testbed discounts at 1 a year: half a year on, 5 mn are worth 5/√2
        let lost = profit(0.0) - profit(5.0);
        assert!((lost - 5.0 * math::sqrt(0.5)).abs() < 1e-9, "{lost}");
    }

    #[test]
    fn the_extra_deduction_on_gifts_is_booked_beside_that_on_research() {
        use super::super::patents::testbed::{Scene, world_of};
        let now = crate::base::time::Quarter::new(2024, 4);
        let relief = |gift: f64, extra: f64| {
            let mut scene = Scene::at(now);
            scene.law.tax = law_2023();
            scene.law.tax.basic_research_gift = extra;
            let mut state = world_of(1, 10.0, 20.0);
            state.firms.taxed.fill(true);
            state.firms.income_this_year[0] = 90.0;
            state.firms.rd_this_year[0] = 20.0;
            state.firms.gift[0] = gift;
            settle(&mut state, &scene.context(now));
            let of = |i: Instrument| state.books.accrual[i as usize].iter().sum::<f64>();
            (
                of(Instrument::GiftDeduction),
                of(Instrument::SuperDeduction),
                state.firms.tax_due[0],
            )
        };
        let (none, research, due) = relief(2.0, 0.0);
        assert_eq!(none, 0.0);
        // ten firms, 2 mn each, a quarter of it saved
        let (gift, beside, less) = relief(2.0, 1.0);
        assert!((gift - 5.0).abs() < 1e-9 && (beside - research).abs() < 1e-9);
        assert!((due - less - 0.5).abs() < 1e-9);
        // the gift itself is cost
        assert!((relief(0.0, 1.0).2 - due - 0.5).abs() < 1e-9);
    }

    #[test]
    fn advances_come_in_july_and_october() {
        assert_eq!(advance_share(3, 0.5, 0.75), 0.5);
        assert_eq!(advance_share(4, 0.5, 0.75), 0.25);
        assert_eq!(advance_share(4, 0.0, 0.75), 0.75);
        assert_eq!(advance_share(1, 0.5, 0.75), 0.0);
    }

    #[test]
    fn the_chain_keeps_the_share_of_losses() {
        // stationary share of the chain is the share it was made from
        let entry = loss_entry(0.15, 0.7, 100.0, 0.2);
        assert!((entry / (entry + 0.3) - 0.15).abs() < 1e-12);
        assert!(loss_entry(0.15, 0.7, 10_000.0, 0.2) < entry);
    }
}
