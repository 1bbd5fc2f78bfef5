//! Answers how much money a firm needs to run, to equip and to scale, and what of it is its own.
//!
//! ```text
//! N = S m/12 · (1 + g)  +  k S (ω + g) T           working funds + equipment not yet paid off
//! g = max(S/S̄ − 1, 0)/1.375
//! ```
//!
//! The first term is the regulator's reckoning of working capital (sales over turnover, raised by
//! expected growth); the second what a firm bought of equipment (wear ω and growth g, k yuan of
//! equipment on a yuan of sales) over the last T years, the mean time that a purchase on credit
//! stays unpaid.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::MONTHS;
use super::parameters::FinanceParameters;
use crate::base::math;

/// Years by which a mean of sales with weight 2/13 on the newest quarter lags behind.
const MEAN_LAG: f64 = 1.375; // derived: (1 − 2/13)/(2/13) = 5.5 quarters

/// Yearly growth of a firm that grows, seen in sales over their slow mean \[1/yr\].
///
/// Example: sales 10 % over a mean that lags 1.375 years: 7.3 % a year; a shrinking firm: 0.
#[inline(always)]
pub fn growth(sales: f64, sales_mean: f64) -> f64 {
    if sales_mean > 0.0 {
        math::max(sales / sales_mean - 1.0, 0.0) / MEAN_LAG
    } else {
        0.0
    }
}

/// Working funds \[mn\] of a firm that turns them over every `months`.
///
/// Example: sales 120, 3 months, growth 10 %: 33.
#[inline(always)]
pub fn working_funds(sales: f64, months: f64, growth: f64) -> f64 {
    months / MONTHS * sales * (1.0 + growth)
}

/// Equipment bought and not yet paid off \[mn\].
///
/// Example: sales 120, 0.4 of equipment on sales, wear 0.1, growth 0.1, unpaid for 2.5 years: 24.
#[inline(always)]
pub fn equipment(sales: f64, growth: f64, p: &FinanceParameters) -> f64 {
    p.equipment_ratio * sales * (p.wear + growth) * p.equipment_years
}

/// What a firm could spend on R&D over the coming year \[mn/yr\]: cash above what it keeps and
/// what is tied up in equipment, and operating income where there is one.
///
/// Example: cash 10, buffer 4, nothing tied, operating income 3 a year: 9. A loss of 3 leaves 6;
/// 5 of equipment bought on credit leave 4.
#[inline(always)]
pub fn liquidity(cash: f64, buffer: f64, tied: f64, operating_income: f64) -> f64 {
    math::max(cash - buffer - tied, 0.0) + math::max(operating_income, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::bound::Bound;

    #[test]
    fn growth_is_the_lead_over_the_slow_mean() {
        assert!((growth(110.0, 100.0) - 0.1 / 1.375).abs() < 1e-12);
        assert_eq!(growth(90.0, 100.0), 0.0);
        assert_eq!(growth(90.0, 0.0), 0.0);
    }

    #[test]
    fn needs_rise_with_sales_and_growth() {
        assert!((working_funds(120.0, 3.0, 0.1) - 33.0).abs() < 1e-12);
        let mut p = FinanceParameters::build(&mut |_| 0.0);
        (p.equipment_ratio, p.wear, p.equipment_years) = (0.4, 0.1, 2.5);
        assert!((equipment(120.0, 0.1, &p) - 24.0).abs() < 1e-12);
        assert!((equipment(120.0, 0.0, &p) - 12.0).abs() < 1e-12);
    }

    #[test]
    fn liquidity_counts_free_cash_and_income_but_no_loss() {
        assert_eq!(liquidity(10.0, 4.0, 0.0, 3.0), 9.0);
        assert_eq!(liquidity(10.0, 4.0, 0.0, -3.0), 6.0);
        assert_eq!(liquidity(10.0, 4.0, 5.0, 3.0), 4.0);
        assert_eq!(liquidity(1.0, 4.0, 0.0, 3.0), 3.0);
    }
}
