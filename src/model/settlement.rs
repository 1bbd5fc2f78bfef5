//! Settles corporate income tax on its dates.
//!
//! Each quarter a firm prepays a quarter of the tax on its annualised income after R&D cost. The
//! super-deduction reaches it in the July and October prepayments as far as the law lets it, the
//! rest with the settlement in the second quarter of the next year. The tax year is assessed at
//! its end: R&D deduction, then losses oldest first, then the small-profit test on what is left.
//! Taxed and loss years alternate by the chain of [`super::tax::carry`], drawn each first quarter.

mod assess;

pub use assess::{Assessment, assess};

use super::books::{Account, Books, Instrument};
use super::context::Context;
use super::firms::{Firms, Ownership, Sector};
use super::research::{loss_share, tax_status};
use super::state::State;
use super::tax::statute::{TaxStatus, absorb_losses, corporate_tax, relief, super_deduction_rate};
use crate::base::math;
use crate::base::rng::Purpose;

/// Share of the year's deduction that reaches the firm in this quarter's prepayment.
#[inline]
pub fn advance_share(quarter_of_year: i32, july: f64, october: f64) -> f64 {
    match quarter_of_year {
        3 => july,                           // derived: third quarter holds July
        4 => math::max(october - july, 0.0), // derived: fourth quarter holds October
        _ => 0.0,
    }
}

/// Income before R&D of a firm this quarter, as a yearly rate \[mn/yr\].
#[inline]
fn income(firms: &Firms, i: usize, ctx: &Context) -> f64 {
    let tax = &ctx.parameters.tax;
    super::tax::operating_profit(
        firms.margin[i],
        firms.sales[i],
        firms.rd[i],
        firms.taxed[i],
        tax.loss_margin,
        tax.research_return_in_income,
    )
}

/// Super-deduction in yuan a year on firm `i`'s R&D and `fees` by the law `law` \[mn/yr\].
fn extra_deduction(
    firms: &Firms,
    i: usize,
    research: f64,
    fees: f64,
    law: &crate::policy::tax::Tax,
    ctx: &Context,
) -> f64 {
    if !firms.claims[i] || firms.sector[i] == Sector::Negative {
        return 0.0;
    }
    let tax = &ctx.parameters.tax;
    let m = firms.relabelled[i];
    let rate = super_deduction_rate(
        firms.sector[i],
        firms.is_tech_sme(i, ctx.q()),
        (research + m) / math::max(firms.sales[i], f64::MIN_POSITIVE),
        law,
    );
    let own = math::max(research - firms.grant[i], 0.0) * tax.deductible_share;
    rate * (own + tax.outsourced_share * firms.outsourced[i] + m + law.platform_cost * fees)
}

/// Money of one quarter's settlement, weighted \[mn\].
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    /// Worth, at the end of the record, of a yuan of this quarter.
    discount: f64,
    central: f64,
    local: f64,
    refund_central: f64,
    refund_local: f64,
    relief: [[f64; 2]; 4],
}

impl Totals {
    fn pay(&mut self, amount: f64, local_share: f64) {
        self.central += amount * (1.0 - local_share);
        self.local += amount * local_share;
    }

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

/// Settles the quarter.
pub fn settle(state: &mut State, ctx: &Context) {
    let firms = &mut state.firms;
    let mut totals = Totals {
        discount: discount(ctx),
        ..Totals::default()
    };
    let of_year = ctx.quarter.of_year();
    let share = loss_share(ctx);
    for i in 0..firms.len() {
        if !firms.alive[i] {
            continue;
        }
        let local = if firms.ownership[i] == Ownership::State {
            // state-controlled firms of the centre pay to the centre
            0.5 * ctx.parameters.tax.local_share
        } else {
            ctx.parameters.tax.local_share
        };
        prepay(firms, i, local, of_year, &mut totals, ctx);
        if of_year == 2 && firms.tax_due[i] != 0.0 {
            firms.cash[i] -= firms.tax_due[i];
            firms.profit_value[i] -= totals.discount * firms.tax_due[i];
            totals.pay(firms.weight[i] * firms.tax_due[i], local);
            firms.tax_due[i] = 0.0;
        }
        if of_year == 4 {
            close_year(firms, i, local, &mut totals, ctx);
            firms.taxed[i] = next_state(firms, i, share, ctx);
        }
    }
    totals.book(&mut state.books);
}

/// Prepays a quarter of the tax on annualised income, less the relief that may be advanced.
fn prepay(
    firms: &mut Firms,
    i: usize,
    local: f64,
    of_year: i32,
    totals: &mut Totals,
    ctx: &Context,
) {
    let quarter = 1.0 / 4.0; // derived: quarters a year
    let law = &ctx.law.tax;
    let y = income(firms, i, ctx);
    let research = firms.rd[i];
    firms.income_this_year[i] += quarter * y;
    let status = tax_status(firms, i, ctx.q(), law);
    let losses: f64 = firms.losses[i].iter().sum();
    let before = math::max(y - research - losses, 0.0);
    let mut due = quarter * corporate_tax(before, status, law);
    let share = advance_share(of_year, law.prepayment_july, law.prepayment_october);
    if share > 0.0 && firms.claims[i] {
        // platform fees of the year count at its end
        let extra = extra_deduction(firms, i, research, 0.0, law, ctx);
        let advance = share * relief(y - research, losses, extra, status, law).now;
        // a prepayment can fall to nothing and give back what was prepaid, not more
        due = math::max(due - advance, -firms.prepaid[i]);
    }
    let real = firms.cash[i] - due;
    firms.cash[i] = real;
    firms.prepaid[i] += due;
    totals.pay(firms.weight[i] * due, local);
    let profit = quarter * (y - research - firms.gift[i]) - due;
    firms.profit_value[i] += totals.discount * profit;
}

/// Worth, at the end of the record, of a yuan of this quarter.
fn discount(ctx: &Context) -> f64 {
    let years = f64::from(ctx.quarter.since(super::world::LAST_RECORDED)) / 4.0; // derived: quarters a year
    math::pow(1.0 + ctx.parameters.tax.discount_rate, -years)
}

/// Assesses the tax year, ages the losses, starts the next year.
fn close_year(firms: &mut Firms, i: usize, local: f64, totals: &mut Totals, ctx: &Context) {
    let law = &ctx.law.tax;
    let q = ctx.q();
    let status = tax_status(firms, i, q, law);
    let research = firms.rd_this_year[i];
    let losses: f64 = firms.losses[i].iter().sum();
    let claimed = extra_deduction(firms, i, research, firms.platform_fees[i], law, ctx);
    let gift = firms.gift[i];
    let extra = claimed + law.basic_research_gift * gift;
    let income = firms.income_this_year[i] - gift;
    let old_losses = [losses, firms.extra_losses[i]];
    let refunds = wants_refund(firms, i, status, ctx);
    let a = assess(income, research, extra, old_losses, status, refunds, law);
    // what the extra deduction on gifts saves beside that on R&D
    let gift_relief = if gift > 0.0 {
        assess(income, research, claimed, old_losses, status, refunds, law).tax - a.tax
    } else {
        0.0
    };
    let years = if firms.is_hightech(i, q) || firms.is_tech_sme(i, q) {
        law.loss_years_registered
    } else {
        law.loss_years_general
    };
    absorb_losses(a.income, &mut firms.losses[i], years as usize);
    firms.loss_total[i] = firms.losses[i].iter().sum();
    let fresh = math::max(-a.income, 0.0);
    let kept = firms.loss_total[i] - fresh;
    let old = firms.extra_losses[i] / math::max(losses, f64::MIN_POSITIVE);
    firms.extra_losses[i] = old * kept + math::min(math::max(extra - a.given_up, 0.0), fresh);
    let weight = firms.weight[i];
    firms.tax_due[i] = a.tax - firms.prepaid[i];
    firms.prepaid[i] = 0.0;
    firms.cash[i] += a.refund;
    firms.profit_value[i] += totals.discount * a.refund;
    totals.refund_central += weight * a.refund * (1.0 - local);
    totals.refund_local += weight * a.refund * local;
    for (slot, amount) in totals.relief.iter_mut().zip([
        a.super_deduction - gift_relief,
        a.hightech,
        a.small_profit,
        gift_relief,
    ]) {
        slot[0] += weight * amount * (1.0 - local);
        slot[1] += weight * amount * local;
    }
    firms.extra_deduction[i] = claimed;
    firms.rd_last_year[i] = research;
    firms.rd_this_year[i] = 0.0;
    firms.income_this_year[i] = 0.0;
    firms.platform_fees[i] = 0.0;
    firms.rd_mean[i] += (research - firms.rd_mean[i]) / 3.0; // derived: three-year mean
}

/// Whether firm `i` takes the refund: where it is worth more than the loss carried on.
fn wants_refund(firms: &Firms, i: usize, status: TaxStatus, ctx: &Context) -> bool {
    let seen = &ctx.seen.tax;
    if seen.refund_share <= 0.0 {
        return false;
    }
    let carry = super::research::carry_table(ctx);
    let position = super::research::tax_position(firms, i, firms.rd[i], firms.claims[i], seen, ctx);
    let depth = position.losses / math::max(position.income, f64::MIN_POSITIVE);
    let usable = carry.usable(firms.taxed[i], position.loss_years, depth);
    seen.refund_share * seen.standard_rate_of(status) > position.average_rate(seen) * usable
}

/// Draws next year's state of the chain; larger firms fall into losses more seldom.
fn next_state(firms: &Firms, i: usize, share: f64, ctx: &Context) -> bool {
    let tax = &ctx.parameters.tax;
    let to_loss = if firms.taxed[i] {
        loss_entry(
            share,
            tax.loss_persistence,
            firms.sales[i],
            tax.loss_size_slope,
        )
    } else {
        tax.loss_persistence
    };
    ctx.uniform(firms.id[i], 0, 0, Purpose::TaxState) >= to_loss
}

/// Chance that a taxed year is followed by a loss year, `π(1−p)/(1−π)` at sales of 100 mn,
/// falling with size.
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
    fn platform_fees_count_as_far_as_the_law_lets_them() {
        use super::super::patents::testbed::{Scene, world_of};
        let now = crate::base::time::Quarter::new(2024, 4);
        let scene = Scene::at(now);
        let state = world_of(1, 1.0, 20.0);
        let mut law = law_2023();
        let extra = |law: &crate::policy::tax::Tax| {
            extra_deduction(&state.firms, 0, 20.0, 3.0, law, &scene.context(now))
        };
        let none = extra(&law);
        law.platform_cost = 0.5;
        assert!((extra(&law) - none - 1.5).abs() < 1e-12);
    }

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
