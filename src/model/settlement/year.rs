//! What does a tax year come to, and what does it leave to the next?

use super::extra::{Spending, fill_extra};
use super::losses;
use super::strips::Brackets;
use super::{Column, Rules, Totals, assess, local_share};
use crate::base::columns::Lent;
use crate::base::{math, strip};
use crate::model::firms::{Firms, Ownership};
use crate::model::research::{tax_position, tax_status};
use crate::model::tax::statute::corporate_tax;
use crate::policy::tax::Tax;
use std::ops::Range;

/// The tax year of a strip of firms, in columns.
pub(super) struct Year {
    brackets: Brackets,
    /// Extra deduction on R&D and fees \[mn\].
    claimed: Column,
    /// Gives up what it cannot use for a refund.
    refunds: [bool; strip::ROWS],
    /// Years after which a loss lapses.
    years: Column,
    /// Income after all deductions, before losses; negative is a loss \[mn\].
    income: Column,
    /// Extra deduction that was not given up \[mn\].
    kept: Column,
    /// Part of the tax that goes to local government \[share\].
    local: Column,
    booked: Booked,
}

/// What the represented firms get of the assessment \[mn\].
struct Booked {
    refund: Column,
    /// Relief by instrument, in the order of [`Totals`].
    relief: [Column; 4],
}

impl Year {
    pub(super) fn new() -> Self {
        let zero = [0.0; strip::ROWS];
        Self {
            brackets: Brackets::default(),
            claimed: zero,
            refunds: [false; strip::ROWS],
            years: zero,
            income: zero,
            kept: zero,
            local: zero,
            booked: Booked {
                refund: zero,
                relief: [zero; 4],
            },
        }
    }

    /// Assesses the tax year, ages the losses, starts the next year.
    pub(super) fn close(
        &mut self,
        firms: &mut Firms<Lent>,
        rows: Range<usize>,
        totals: &mut Totals,
        rules: &Rules,
    ) {
        self.prepare(firms, rows.clone(), rules);
        self.assess(firms, rows.clone(), rules);
        let (place, income) = ((rows.start, rows.len()), &self.income);
        losses::close(firms, place, income, &self.kept, &self.years);
        self.begin_next(firms, rows.clone());
        self.count(rows.len(), totals);
    }

    /// Brackets, horizons of losses, extra deductions and refunds.
    fn prepare(&mut self, firms: &Firms<Lent>, rows: Range<usize>, rules: &Rules) {
        let (ctx, law) = (rules.ctx, &rules.law);
        bracket(
            (&firms.staff[rows.clone()], &firms.assets[rows.clone()]),
            &firms.hightech_until[rows.clone()],
            &firms.tech_sme_until[rows.clone()],
            &firms.ownership[rows.clone()],
            ctx.q(),
            rules.local,
            law.tax,
            &mut self.brackets,
            &mut self.years,
            &mut self.local,
        );
        let spending = |i: usize| Spending {
            research: firms.rd_this_year[i],
            fees: firms.platform_fees[i],
        };
        let claimed = &mut self.claimed;
        fill_extra(firms, rows.clone(), spending, law, ctx, claimed);
        if rules.carry.is_some() {
            for (k, i) in rows.enumerate() {
                self.refunds[k] = firms.alive[i] && wants_refund(firms, i, rules);
            }
        }
    }

    fn assess(&mut self, firms: &mut Firms<Lent>, rows: Range<usize>, rules: &Rules) {
        assess_all(
            (&firms.alive[rows.clone()], &firms.weight[rows.clone()]),
            &firms.income_this_year[rows.clone()],
            (&firms.rd_this_year[rows.clone()], &firms.gift[rows.clone()]),
            (
                &firms.carried_losses[rows.clone()],
                &firms.extra_losses[rows.clone()],
            ),
            (&self.claimed, &self.refunds, &self.brackets),
            rules.discount,
            rules.law.tax,
            &mut firms.tax_due[rows.clone()],
            &mut firms.prepaid[rows.clone()],
            (&mut firms.cash[rows.clone()], &mut firms.profit_value[rows]),
            (&mut self.income, &mut self.kept),
            &mut self.booked,
        );
    }

    fn begin_next(&self, firms: &mut Firms<Lent>, rows: Range<usize>) {
        begin(
            &firms.alive[rows.clone()],
            &self.claimed,
            &mut firms.extra_deduction[rows.clone()],
            (
                &mut firms.rd_last_year[rows.clone()],
                &mut firms.rd_this_year[rows.clone()],
                &mut firms.rd_mean[rows.clone()],
            ),
            &mut firms.income_this_year[rows.clone()],
            &mut firms.platform_fees[rows],
        );
    }

    /// Adds the first `n` rows to the totals.
    fn count(&self, n: usize, totals: &mut Totals) {
        let Booked { refund, relief } = &self.booked;
        for k in 0..n {
            let local = self.local[k];
            totals.refund_central += refund[k] * (1.0 - local);
            totals.refund_local += refund[k] * local;
            for (slot, amount) in totals.relief.iter_mut().zip(relief) {
                slot[0] += amount[k] * (1.0 - local);
                slot[1] += amount[k] * local;
            }
        }
    }
}

/// Whether firm `i` takes the refund: where it is worth more than the loss carried on.
fn wants_refund(firms: &Firms<Lent>, i: usize, rules: &Rules) -> bool {
    let Some(carry) = &rules.carry else {
        return false;
    };
    let (ctx, seen) = (rules.ctx, &rules.ctx.seen.tax);
    let status = tax_status(firms, i, ctx.q(), rules.law.tax);
    let position = tax_position(firms, i, firms.rd[i], firms.claims[i], seen, ctx);
    let usable = position.usable(carry);
    seen.refund_share * seen.standard_rate_of(status) > position.average_rate(seen) * usable
}

crate::dispatched! {
    /// Brackets of a strip of firms, years after which their losses lapse, and the part of their
    /// tax that goes to local government.
    fn bracket(
        size: (&[f64], &[f64]),
        hightech_until: &[i32],
        tech_sme_until: &[i32],
        owner: &[Ownership],
        q: i32,
        share: f64,
        law: &Tax,
        brackets: &mut Brackets,
        years: &mut Column,
        local: &mut Column,
    ) {
        let n = hightech_until.len().min(strip::ROWS);
        let (staff, assets) = (&size.0[..n], &size.1[..n]);
        let (tech_sme_until, owner) = (&tech_sme_until[..n], &owner[..n]);
        let (registered, general) =
            (law.loss_years_registered.floor(), law.loss_years_general.floor());
        for k in 0..n {
            let (hightech, listed) = (hightech_until[k] > q, tech_sme_until[k] > q);
            let small =
                (staff[k] <= law.small_profit_staff) & (assets[k] <= law.small_profit_assets);
            brackets.set(k, hightech, small);
            years[k] = if hightech | listed { registered } else { general };
            local[k] = local_share(owner[k], share);
        }
    }
}

crate::dispatched! {
    /// Assesses the firms of a strip that are in business: what is still due, refunds, income after
    /// deductions and extra deductions not given up.
    fn assess_all(
        stands_for: (&[bool], &[f64]),
        income: &[f64],
        cost: (&[f64], &[f64]),
        old: (&[f64], &[f64]),
        year: (&Column, &[bool; strip::ROWS], &Brackets),
        discount: f64,
        law: &Tax,
        tax_due: &mut [f64],
        prepaid: &mut [f64],
        money: (&mut [f64], &mut [f64]),
        after: (&mut Column, &mut Column),
        booked: &mut Booked,
    ) {
        let n = income.len().min(strip::ROWS);
        let (alive, weight) = (&stands_for.0[..n], &stands_for.1[..n]);
        let (research, gift) = (&cost.0[..n], &cost.1[..n]);
        let (losses, extra_losses) = (&old.0[..n], &old.1[..n]);
        let (claimed, refunds, brackets) = year;
        let (tax_due, prepaid) = (&mut tax_due[..n], &mut prepaid[..n]);
        let (cash, profit_value) = (&mut money.0[..n], &mut money.1[..n]);
        let (left, kept) = after;
        for k in 0..n {
            let status = brackets.at(k);
            let earned = income[k] - gift[k];
            let extra = claimed[k] + law.basic_research_gift * gift[k];
            let old = [losses[k], extra_losses[k]];
            let a = assess(earned, research[k], extra, old, status, refunds[k], law);
            // what the extra deduction on gifts saves beside that on R&D
            let without = math::max(earned - research[k] - claimed[k] - losses[k], 0.0);
            let saved = corporate_tax(without, status, law) - a.tax;
            let of_gift = if gift[k] > 0.0 { saved } else { 0.0 };
            let w = if alive[k] { weight[k] } else { 0.0 };
            let refund = if alive[k] { a.refund } else { 0.0 };
            tax_due[k] = if alive[k] { a.tax - prepaid[k] } else { tax_due[k] };
            prepaid[k] = if alive[k] { 0.0 } else { prepaid[k] };
            cash[k] += refund;
            profit_value[k] += discount * refund;
            left[k] = a.income;
            kept[k] = extra - a.given_up;
            booked.refund[k] = w * refund;
            booked.relief[0][k] = w * (a.super_deduction - of_gift);
            booked.relief[1][k] = w * a.hightech;
            booked.relief[2][k] = w * a.small_profit;
            booked.relief[3][k] = w * of_gift; // derived: place of gifts
        }
    }
}

crate::dispatched! {
    /// Turns this year of firms in business into last year.
    fn begin(
        alive: &[bool],
        claimed: &Column,
        extra_deduction: &mut [f64],
        research: (&mut [f64], &mut [f64], &mut [f64]),
        income_this_year: &mut [f64],
        platform_fees: &mut [f64],
    ) {
        let n = alive.len().min(strip::ROWS);
        let (last, this) = (&mut research.0[..n], &mut research.1[..n]);
        let (mean, alive) = (&mut research.2[..n], &alive[..n]);
        let (extra_deduction, fees) = (&mut extra_deduction[..n], &mut platform_fees[..n]);
        let income_this_year = &mut income_this_year[..n];
        for k in 0..n {
            let moved = mean[k] + (this[k] - mean[k]) / 3.0; // derived: three-year mean
            extra_deduction[k] = if alive[k] { claimed[k] } else { extra_deduction[k] };
            last[k] = if alive[k] { this[k] } else { last[k] };
            mean[k] = if alive[k] { moved } else { mean[k] };
            this[k] = if alive[k] { 0.0 } else { this[k] };
            income_this_year[k] = if alive[k] { 0.0 } else { income_this_year[k] };
            fees[k] = if alive[k] { 0.0 } else { fees[k] };
        }
    }
}
