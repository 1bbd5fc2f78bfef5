//! What a strip of firms prepays, keeps and turns to: loops over columns, free of state.

use super::{Column, local_share, loss_entry};
use crate::base::{math, strip};
use crate::model::firms::Ownership;
use crate::model::tax::statute::{TaxStatus, corporate_tax, relief};
use crate::model::tax::{TaxParameters, operating_profit};
use crate::policy::tax::Tax;

/// Years a quarter lasts.
const QUARTER: f64 = 1.0 / 4.0; // derived: quarters a year

/// Brackets of the law that each firm of a strip meets.
pub(super) struct Brackets {
    hightech: [bool; strip::ROWS],
    small: [bool; strip::ROWS],
}

impl Default for Brackets {
    fn default() -> Self {
        let no = [false; strip::ROWS];
        Self {
            hightech: no,
            small: no,
        }
    }
}

impl Brackets {
    /// Writes brackets of row `k`.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn set(&mut self, k: usize, hightech: bool, small: bool) {
        (self.hightech[k], self.small[k]) = (hightech, small);
    }

    /// Brackets of row `k`.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn at(&self, k: usize) -> TaxStatus {
        TaxStatus {
            hightech: self.hightech[k],
            small: self.small[k],
        }
    }
}

crate::dispatched! {
    /// Income before R&D as a yearly rate and a quarter of the tax on what R&D cost and carried
    /// losses leave of it, of each firm in business \[mn/yr, mn\].
    pub(super) fn prepayments(
        flags: (&[bool], &[bool]),
        market: (&[f64], &[f64]),
        past: (&[f64], &[f64]),
        hightech_until: &[i32],
        size: (&[f64], &[f64]),
        q: i32,
        tax: &TaxParameters,
        law: &Tax,
        brackets: &mut Brackets,
        income: &mut Column,
        due: &mut Column,
    ) {
        let n = hightech_until.len().min(strip::ROWS);
        let (alive, taxed) = (&flags.0[..n], &flags.1[..n]);
        let (margin, sales) = (&market.0[..n], &market.1[..n]);
        let (research, losses) = (&past.0[..n], &past.1[..n]);
        let (staff, assets) = (&size.0[..n], &size.1[..n]);
        for k in 0..n {
            let small =
                (staff[k] <= law.small_profit_staff) & (assets[k] <= law.small_profit_assets);
            brackets.set(k, hightech_until[k] > q, small);
        }
        for k in 0..n {
            let y = operating_profit(
                margin[k],
                sales[k],
                research[k],
                taxed[k],
                tax.loss_margin,
                tax.research_return_in_income,
            );
            let before = math::max(y - research[k] - losses[k], 0.0);
            let tax = QUARTER * corporate_tax(before, brackets.at(k), law);
            income[k] = y;
            due[k] = if alive[k] { tax } else { 0.0 };
        }
    }
}

crate::dispatched! {
    /// Takes the share of the year's relief that is advanced off what claimants prepay; a
    /// prepayment can fall to nothing and give back what was prepaid, not more.
    pub(super) fn advance(
        flags: (&[bool], &[bool]),
        past: (&[f64], &[f64]),
        prepaid: &[f64],
        year: (&Column, &Column, &Brackets),
        share: f64,
        law: &Tax,
        due: &mut Column,
    ) {
        let n = prepaid.len().min(strip::ROWS);
        let (alive, claims) = (&flags.0[..n], &flags.1[..n]);
        let (research, losses) = (&past.0[..n], &past.1[..n]);
        let (income, extra, brackets) = year;
        for k in 0..n {
            let profit = income[k] - research[k];
            let saved = relief(profit, losses[k], extra[k], brackets.at(k), law).now;
            let less = math::max(due[k] - share * saved, -prepaid[k]);
            due[k] = if alive[k] & claims[k] { less } else { due[k] };
        }
    }
}

crate::dispatched! {
    /// Takes the tax due from cash and counts income, prepaid tax and the value of profit; `to` is
    /// what the represented firms pay to central and local government.
    pub(super) fn draw_on(
        who: (&[bool], &[Ownership]),
        weight: &[f64],
        cost: (&[f64], &[f64]),
        year: (&Column, &Column),
        worth: (f64, f64),
        income_this_year: &mut [f64],
        cash: &mut [f64],
        prepaid: &mut [f64],
        profit_value: &mut [f64],
        to: (&mut Column, &mut Column),
    ) {
        let n = cash.len().min(strip::ROWS);
        let (alive, owner, weight) = (&who.0[..n], &who.1[..n], &weight[..n]);
        let (research, gift) = (&cost.0[..n], &cost.1[..n]);
        let ((income, due), (central, local)) = (year, to);
        let (income_this_year, prepaid) = (&mut income_this_year[..n], &mut prepaid[..n]);
        let profit_value = &mut profit_value[..n];
        let (discount, share) = worth;
        for k in 0..n {
            let profit = QUARTER * (income[k] - research[k] - gift[k]) - due[k];
            let earned = QUARTER * income[k];
            income_this_year[k] += if alive[k] { earned } else { 0.0 };
            cash[k] -= due[k];
            prepaid[k] += due[k];
            profit_value[k] += if alive[k] { discount * profit } else { 0.0 };
            let amount = weight[k] * due[k];
            let part = local_share(owner[k], share);
            central[k] = if alive[k] { amount * (1.0 - part) } else { 0.0 };
            local[k] = if alive[k] { amount * part } else { 0.0 };
        }
    }
}

crate::dispatched! {
    /// Takes from cash what the settlement of last year still asks; `to` as in [`draw_on`].
    pub(super) fn settle_dues(
        who: (&[bool], &[Ownership]),
        weight: &[f64],
        worth: (f64, f64),
        tax_due: &mut [f64],
        cash: &mut [f64],
        profit_value: &mut [f64],
        to: (&mut Column, &mut Column),
    ) {
        let n = cash.len().min(strip::ROWS);
        let (alive, owner, weight) = (&who.0[..n], &who.1[..n], &weight[..n]);
        let (tax_due, profit_value) = (&mut tax_due[..n], &mut profit_value[..n]);
        let ((discount, share), (central, local)) = (worth, to);
        for k in 0..n {
            let asked = if alive[k] { tax_due[k] } else { 0.0 };
            cash[k] -= asked;
            profit_value[k] -= discount * asked;
            let amount = weight[k] * asked;
            let part = local_share(owner[k], share);
            central[k] = amount * (1.0 - part);
            local[k] = amount * part;
            tax_due[k] = if alive[k] { 0.0 } else { tax_due[k] };
        }
    }
}

crate::dispatched! {
    /// Next year's state of the chain of each firm in business, taxed or not. A taxed one stays so
    /// where its draw is above `most`, the largest chance of a loss year, and is in doubt below.
    pub(super) fn next_states(
        alive: &[bool],
        draw: &[f64],
        most: f64,
        tax: &TaxParameters,
        taxed: &mut [bool],
        doubtful: &mut [bool],
    ) {
        let n = taxed.len();
        let (alive, draw, doubtful) = (&alive[..n], &draw[..n], &mut doubtful[..n]);
        for k in 0..n {
            doubtful[k] = alive[k] & taxed[k] & (draw[k] < most);
            let to_loss = if taxed[k] { 0.0 } else { tax.loss_persistence };
            taxed[k] = if alive[k] { draw[k] >= to_loss } else { taxed[k] };
        }
    }
}

crate::dispatched! {
    /// Turns sales of taxed firms into their chances of a loss year: [`loss_entry`].
    pub(super) fn enter_losses(share: f64, tax: &TaxParameters, values: &mut [f64]) {
        for value in values {
            *value = loss_entry(share, tax.loss_persistence, *value, tax.loss_size_slope);
        }
    }
}
