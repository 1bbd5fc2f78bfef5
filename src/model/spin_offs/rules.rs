//! Is a firm of one's own worth more than it costs?
#![allow(clippy::inline_always)] // parts of a strip loop

use super::SpinOffParameters;
use crate::base::math::{ln, max, normal_cdf};
use crate::model::transfer::bargain;

/// Highest readiness level.
const READY: f64 = 9.0; // derived: TRL scale

/// Value of an invention in a firm of its inventors' own \[mn\], at current prices: that to a firm
/// of the `ability` it may grow to, which knows all about it and works in its field, less what
/// missing readiness takes off at `gap_cost` a level.
///
/// Example: quality 2, ability 1, ready: 2.
#[inline(always)]
pub fn own_value(quality: f64, readiness: f64, ability: f64, gap_cost: f64) -> f64 {
    let misfit = gap_cost * max(0.0, READY - readiness);
    bargain::value_in_use(quality * ability, misfit, 0.0, 0.0)
}

/// Cost of founding to the inventors \[mn\]: capital and what it costs until sales bear it, and the
/// pay of the years it takes to find a post again, unless the post is kept.
///
/// Example: capital 1, rate 0.1, three years, pay 0.3 a year, two years: 1.3 + 0.6 = 1.9, and 1.3
/// on leave.
pub fn founding_cost(
    rate: f64,
    price: f64,
    pay: f64,
    on_leave: bool,
    p: &SpinOffParameters,
) -> f64 {
    let capital = p.capital * price * (1.0 + rate * p.years_to_sales);
    let post = if on_leave { 0.0 } else { pay * p.post_years };
    capital + post
}

/// Share of inventors who found, of those who think of it: the ones whose value passes a cost
/// spread log-normally about its median.
///
/// Example: value equal to cost: ½.
#[inline(always)]
pub fn founding_share(value: f64, cost: f64, p: &SpinOffParameters) -> f64 {
    normal_cdf(ln(max(value, f64::MIN_POSITIVE) / cost) / p.cost_log_sd)
}
