//! Answers who asks banks for money, who gets it, what it costs and what a firm can then spend
//! on R&D.
//!
//! Convention of `firms.liquidity` \[mn/yr\]: what the firm could spend on R&D over the coming
//! year,
//!
//! ```text
//! liquidity = max(cash − buffer, 0) + max(operating income before R&D, 0)
//! ```
//!
//! with cash after this quarter's new loan, and operating income at the present R&D and tax
//! state. Borrowed money lies in cash like any other, so a loan for working capital also eases
//! R&D that cash held back, and only there.

pub mod parameters;

pub use parameters::FinanceParameters;

use super::context::Context;
use super::firms::Segment;
use super::state::State;
use super::tax::operating_profit;
use crate::base::rng::Purpose;
use crate::base::{dist, math};

const MONTHS: f64 = 12.0; // derived: months a year

/// State: lends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FinanceState {}

/// Cash \[mn\], loan \[mn\] and whether it is known to a bank, of a firm with a past.
///
/// Cash is log-normal in months of sales, a loan is held with a chance that depends on the
/// segment. A firm that enters takes the cash only: nobody has lent to it yet. Example: sales
/// 120, median 1.5 months, u at one half: cash 15.
pub fn founding_position(
    sales: f64,
    segment: Segment,
    u: (f64, f64),
    p: &FinanceParameters,
) -> (f64, f64, bool) {
    let cash = dist::lognormal(u.0, p.cash_months, p.cash_log_sd) / MONTHS * sales;
    let share = if segment == Segment::Small {
        p.borrowing_share_small
    } else {
        p.borrowing_share_large
    };
    if u.1 < share {
        (cash, p.founding_loan_months / MONTHS * sales, true)
    } else {
        (cash, 0.0, false)
    }
}

/// What a firm could spend on R&D over the coming year \[mn/yr\].
///
/// Example: cash 10, buffer 4, operating income 3 a year: 9. A loss of 3 leaves 6.
#[inline]
pub fn liquidity(cash: f64, buffer: f64, operating_income: f64) -> f64 {
    math::max(cash - buffer, 0.0) + math::max(operating_income, 0.0)
}

impl FinanceState {
    /// Gives the founding firms their cash and loans.
    pub fn found(state: &mut State, ctx: &Context) -> Self {
        let p = &ctx.parameters.finance;
        let firms = &mut state.firms;
        for i in 0..firms.len() {
            let u = ctx.pair(firms.id[i], 0, 0, Purpose::FirmFinance);
            let (cash, loan, banked) = founding_position(firms.sales[i], firms.segment[i], u, p);
            firms.cash[i] = cash + p.cash_research_years * firms.rd[i];
            if firms.rd[i] > 0.0 {
                firms.loan[i] = loan;
                firms.banked[i] = banked;
            }
            set_liquidity(firms, i, ctx);
        }
        Self::default()
    }
}

/// Writes what firm `i` can spend on R&D.
#[inline]
fn set_liquidity(firms: &mut super::firms::Firms, i: usize, ctx: &Context) {
    let tax = &ctx.parameters.tax;
    let income = operating_profit(
        firms.margin[i],
        firms.sales[i],
        firms.rd[i],
        firms.taxed[i],
        tax.loss_margin,
        tax.research_return_in_income,
    );
    let buffer = ctx.parameters.finance.buffer_months / MONTHS * firms.sales[i];
    firms.liquidity[i] = liquidity(firms.cash[i], buffer, income);
}

/// Lends, and writes what every firm with R&D can spend on it.
pub fn lend(state: &mut State, ctx: &Context) {
    let firms = &mut state.firms;
    for i in 0..firms.len() {
        if firms.alive[i] && firms.rd[i] > 0.0 {
            set_liquidity(firms, i, ctx);
        }
    }
}

/// Repays and defaults: nothing is lent yet.
pub fn repay_and_default(_state: &mut State, _ctx: &Context) {}
