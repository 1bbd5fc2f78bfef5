//! What does each firm prepay, and what does it still owe for last year?

use super::extra::{Spending, fill_extra};
use super::strips::{Brackets, advance, draw_on, prepayments, settle_dues};
use super::{Column, Rules, Totals, advance_share};
use crate::base::columns::Lent;
use crate::base::strip;
use crate::model::firms::Firms;
use std::ops::Range;

/// Prepayments of a strip of firms, in columns.
pub(super) struct Prepayment {
    /// Income before R&D, yearly rate \[mn/yr\].
    income: Column,
    /// Tax to prepay \[mn\].
    due: Column,
    brackets: Brackets,
    extra: Column,
    /// What the represented firms pay to central and to local government \[mn\].
    central: Column,
    local: Column,
    /// The same of what they still owed for last year \[mn\].
    late_central: Column,
    late_local: Column,
}

impl Prepayment {
    pub(super) fn new() -> Self {
        let zero = [0.0; strip::ROWS];
        Self {
            income: zero,
            due: zero,
            brackets: Brackets::default(),
            extra: zero,
            central: zero,
            local: zero,
            late_central: zero,
            late_local: zero,
        }
    }

    /// Prepays a quarter of the tax on annualised income, less the relief that may be advanced, and
    /// in the second quarter what the settlement of last year still asks.
    pub(super) fn prepay(
        &mut self,
        firms: &mut Firms<Lent>,
        rows: Range<usize>,
        totals: &mut Totals,
        rules: &Rules,
    ) {
        self.reckon(firms, rows.clone(), rules);
        let law = rules.law.tax;
        let share = advance_share(rules.of_year, law.prepayment_july, law.prepayment_october);
        if share > 0.0 {
            self.advance(firms, rows.clone(), share, rules);
        }
        self.draw(firms, rows.clone(), rules);
        if rules.of_year == 2 {
            self.settle_dues(firms, rows.clone(), rules);
        }
        for k in 0..rows.len() {
            totals.central += self.central[k];
            totals.local += self.local[k];
            if rules.of_year == 2 {
                totals.central += self.late_central[k];
                totals.local += self.late_local[k];
            }
        }
    }

    /// Income and the tax on it.
    fn reckon(&mut self, firms: &Firms<Lent>, rows: Range<usize>, rules: &Rules) {
        prepayments(
            (&firms.alive[rows.clone()], &firms.taxed[rows.clone()]),
            (&firms.margin[rows.clone()], &firms.sales[rows.clone()]),
            (&firms.rd[rows.clone()], &firms.carried_losses[rows.clone()]),
            &firms.hightech_until[rows.clone()],
            (&firms.staff[rows.clone()], &firms.assets[rows]),
            rules.ctx.q(),
            &rules.ctx.parameters.tax,
            rules.law.tax,
            &mut self.brackets,
            &mut self.income,
            &mut self.due,
        );
    }

    /// Takes off the relief of claimants that is advanced; platform fees of the year count at its
    /// end.
    fn advance(&mut self, firms: &Firms<Lent>, rows: Range<usize>, share: f64, rules: &Rules) {
        let spending = |i: usize| Spending {
            research: firms.rd[i],
            fees: 0.0,
        };
        let extra = &mut self.extra;
        fill_extra(firms, rows.clone(), spending, &rules.law, rules.ctx, extra);
        advance(
            (&firms.alive[rows.clone()], &firms.claims[rows.clone()]),
            (&firms.rd[rows.clone()], &firms.carried_losses[rows.clone()]),
            &firms.prepaid[rows],
            (&self.income, &self.extra, &self.brackets),
            share,
            rules.law.tax,
            &mut self.due,
        );
    }

    /// Takes the tax due from cash.
    fn draw(&mut self, firms: &mut Firms<Lent>, rows: Range<usize>, rules: &Rules) {
        draw_on(
            (&firms.alive[rows.clone()], &firms.ownership[rows.clone()]),
            &firms.weight[rows.clone()],
            (&firms.rd[rows.clone()], &firms.gift[rows.clone()]),
            (&self.income, &self.due),
            (rules.discount, rules.local),
            &mut firms.income_this_year[rows.clone()],
            &mut firms.cash[rows.clone()],
            &mut firms.prepaid[rows.clone()],
            &mut firms.profit_value[rows],
            (&mut self.central, &mut self.local),
        );
    }

    /// Takes what the settlement of last year still asks.
    fn settle_dues(&mut self, firms: &mut Firms<Lent>, rows: Range<usize>, rules: &Rules) {
        settle_dues(
            (&firms.alive[rows.clone()], &firms.ownership[rows.clone()]),
            &firms.weight[rows.clone()],
            (rules.discount, rules.local),
            &mut firms.tax_due[rows.clone()],
            &mut firms.cash[rows.clone()],
            &mut firms.profit_value[rows],
            (&mut self.late_central, &mut self.late_local),
        );
    }
}
