//! What a strip of firms prepays, keeps and turns to: loops over columns, free of state.

use super::loss_entry;
use crate::base::math;
use crate::model::tax::statute::{TaxStatus, corporate_tax};
use crate::model::tax::{TaxParameters, operating_profit};
use crate::policy::tax::Tax;

/// Years a quarter lasts.
const QUARTER: f64 = 1.0 / 4.0; // derived: quarters a year

crate::dispatched! {
    /// Income before R&D as a yearly rate and a quarter of the tax on what R&D cost and carried
    /// losses leave of it, of each firm in business \[mn/yr, mn\].
    pub(super) fn prepayments(
        alive: &[bool],
        margin: &[f64],
        sales: &[f64],
        research: &[f64],
        taxed: &[bool],
        losses: &[f64],
        hightech_until: &[i32],
        staff: &[f64],
        assets: &[f64],
        q: i32,
        tax: &TaxParameters,
        law: &Tax,
        income: &mut [f64],
        due: &mut [f64],
    ) {
        let n = due.len();
        let (alive, margin, sales, research) =
            (&alive[..n], &margin[..n], &sales[..n], &research[..n]);
        let (taxed, losses, hightech_until) = (&taxed[..n], &losses[..n], &hightech_until[..n]);
        let (staff, assets, income) = (&staff[..n], &assets[..n], &mut income[..n]);
        for k in 0..n {
            let y = operating_profit(
                margin[k],
                sales[k],
                research[k],
                taxed[k],
                tax.loss_margin,
                tax.research_return_in_income,
            );
            let status = TaxStatus {
                hightech: hightech_until[k] > q,
                small: (staff[k] <= law.small_profit_staff) & (assets[k] <= law.small_profit_assets),
            };
            let before = math::max(y - research[k] - losses[k], 0.0);
            let tax = QUARTER * corporate_tax(before, status, law);
            income[k] = y;
            due[k] = if alive[k] { tax } else { 0.0 };
        }
    }
}

crate::dispatched! {
    /// Takes the tax due from cash and counts income, prepaid tax and the value of profit.
    pub(super) fn draw_on(
        income: &[f64],
        research: &[f64],
        gift: &[f64],
        due: &[f64],
        alive: &[bool],
        discount: f64,
        income_this_year: &mut [f64],
        cash: &mut [f64],
        prepaid: &mut [f64],
        profit_value: &mut [f64],
    ) {
        let n = due.len();
        let (income, research, gift, alive) =
            (&income[..n], &research[..n], &gift[..n], &alive[..n]);
        let (income_this_year, cash) = (&mut income_this_year[..n], &mut cash[..n]);
        let (prepaid, profit_value) = (&mut prepaid[..n], &mut profit_value[..n]);
        for k in 0..n {
            let profit = QUARTER * (income[k] - research[k] - gift[k]) - due[k];
            let earned = QUARTER * income[k];
            income_this_year[k] += if alive[k] { earned } else { 0.0 };
            cash[k] -= due[k];
            prepaid[k] += due[k];
            profit_value[k] += if alive[k] { discount * profit } else { 0.0 };
        }
    }
}

crate::dispatched! {
    /// Next year's state of the chain of each firm in business, taxed or not.
    pub(super) fn next_states(
        alive: &[bool],
        sales: &[f64],
        draw: &[f64],
        share: f64,
        tax: &TaxParameters,
        taxed: &mut [bool],
    ) {
        let n = taxed.len();
        let (alive, sales, draw) = (&alive[..n], &sales[..n], &draw[..n]);
        for k in 0..n {
            let entry = loss_entry(share, tax.loss_persistence, sales[k], tax.loss_size_slope);
            let to_loss = if taxed[k] { entry } else { tax.loss_persistence };
            taxed[k] = if alive[k] { draw[k] >= to_loss } else { taxed[k] };
        }
    }
}
