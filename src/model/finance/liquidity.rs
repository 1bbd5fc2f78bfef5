//! Answers what a firm can spend on R&D: cash that is free, income, and what a head counts on.

use super::super::context::Context;
use super::super::firms::{Firms, Ownership};
use super::super::state_firms::{counted_on, spendable};
use super::super::tax::operating_profit;
use super::parameters::FinanceParameters;
use super::{MONTHS, need};
use crate::base::columns::Hold;
use crate::base::math;

/// Part of a loan of firm `i` that is tied up in equipment \[mn\].
#[inline]
pub(super) fn tied(firms: &Firms<impl Hold>, i: usize, loan: f64, p: &FinanceParameters) -> f64 {
    let growth = need::growth(firms.sales[i], firms.sales_mean[i]);
    math::min(loan, need::equipment(firms.sales[i], growth, p))
}

/// Writes what firm `i` can spend on R&D.
#[inline]
pub(super) fn set_liquidity(firms: &mut Firms<impl Hold>, i: usize, ctx: &Context) {
    let p = &ctx.parameters.finance;
    let income = super::operating_income(firms, i, ctx);
    let buffer = p.buffer_months / MONTHS * firms.sales[i];
    let tied = tied(firms, i, firms.loan[i], p);
    let own = need::liquidity(firms.cash[i], buffer, tied, income);
    let counted = counted_on(firms.ownership[i], &ctx.parameters.state_firms);
    firms.liquidity[i] = spendable(own, firms.rd_desired[i], counted);
}

/// Writes what every firm with R&D can spend on it: [`set_liquidity`], all at once.
pub(super) fn write(firms: &mut Firms<impl Hold>, ctx: &Context) {
    let tax = &ctx.parameters.tax;
    write_all(
        (&firms.alive, &firms.taxed),
        (&firms.sales, &firms.sales_mean, &firms.margin),
        (&firms.rd, &firms.cash, &firms.loan),
        (&firms.ownership, &firms.rd_desired),
        (tax.loss_margin, tax.research_return_in_income),
        counted_on(Ownership::State, &ctx.parameters.state_firms),
        &ctx.parameters.finance,
        &mut firms.liquidity,
    );
}

crate::dispatched! {
    fn write_all(
        flags: (&[bool], &[bool]),
        market: (&[f64], &[f64], &[f64]),
        money: (&[f64], &[f64], &[f64]),
        head: (&[Ownership], &[f64]),
        profit: (f64, f64),
        softness: f64,
        p: &FinanceParameters,
        out: &mut [f64],
    ) {
        let n = out.len();
        let (alive, taxed) = (&flags.0[..n], &flags.1[..n]);
        let (sales, sales_mean, margin) = (&market.0[..n], &market.1[..n], &market.2[..n]);
        let (rd, cash, loan) = (&money.0[..n], &money.1[..n], &money.2[..n]);
        let (owner, wanted) = (&head.0[..n], &head.1[..n]);
        let kept = p.buffer_months / MONTHS;
        for i in 0..n {
            let income =
                operating_profit(margin[i], sales[i], rd[i], taxed[i], profit.0, profit.1);
            let growth = need::growth(sales[i], sales_mean[i]);
            let tied = math::min(loan[i], need::equipment(sales[i], growth, p));
            let own = need::liquidity(cash[i], kept * sales[i], tied, income);
            let counted = if owner[i] == Ownership::State { softness } else { 0.0 };
            let most = spendable(own, wanted[i], counted);
            out[i] = if alive[i] & (rd[i] > 0.0) { most } else { out[i] };
        }
    }
}
