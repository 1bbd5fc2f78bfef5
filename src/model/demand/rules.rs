//! How large is a market, what does a firm sell, earn, pay out and need?

use super::{DemandParameters, MarketState};
use crate::base::math;
use crate::model::firms::Segment;

/// The market a firm sells in.
#[inline]
pub fn market_of(field: u8, segment: Segment) -> usize {
    usize::from(field) * 2 + usize::from(segment != Segment::Industry)
}

/// Log appeal at which a firm with these sales is at rest in a market.
///
/// `ln φ = ln S + ln(Σ w A / D) − (σ_d − 1) ln a`. Example: S = e², ln(ΣwA/D) = 0, ln a = 0.5,
/// σ_d = 3 gives 2 − 1 = 1.
#[inline]
pub fn resting_appeal(
    ln_sales: f64,
    ln_attraction_per_demand: f64,
    ln_productivity: f64,
    substitution: f64,
) -> f64 {
    ln_sales + ln_attraction_per_demand - (substitution - 1.0) * ln_productivity
}

/// Log of Σ w A over D in a market, 0 where nobody sells.
pub fn ln_attraction_per_demand(market: &MarketState, m: usize) -> f64 {
    if market.attraction[m] > 0.0 && market.demand[m] > 0.0 {
        math::ln(market.attraction[m] / market.demand[m])
    } else {
        0.0
    }
}

/// Demand of a market over its nominal path: `(P e^{g t})^{1 − η}`.
///
/// Example: prices 10 % (log) below trend at η = 1.5 raise it by e^{0.05}, 5.1 %.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn demand_response(ln_price: f64, trend: f64, years: f64, price_elasticity: f64) -> f64 {
    math::exp((1.0 - price_elasticity) * (ln_price + trend * years))
}

/// Sales after a quarter \[mn/yr\]: they ride the market's growth and close a part of the gap
/// to `target`.
///
/// Example: 100, growth factor 1.02, target 142, speed 0.05: 102 + 0.05 · 40 = 104.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn next_sales(sales: f64, growth_factor: f64, target: f64, speed: f64) -> f64 {
    let carried = sales * growth_factor;
    carried + speed * (target - carried)
}

/// Operating profit before R&D \[mn/yr\].
///
/// Observed margins are after R&D: `margin·S + ν·R + R` in a taxed year, `−loss·S + R` else.
/// Example: S = 100, margin 0.06, R = 2, ν = 0.65: 6 + 1.3 + 2 = 9.3.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn operating_profit(
    sales: f64,
    rd: f64,
    margin: f64,
    taxed: bool,
    parameters: &DemandParameters,
) -> f64 {
    if taxed {
        margin * sales + (1.0 + parameters.research_return_in_income) * rd
    } else {
        rd - parameters.loss_margin * sales
    }
}

/// Dividend \[mn\]: cash above a buffer of months of sales and a year of planned R&D.
///
/// Example: cash 40, sales 120, 2 months, R&D 5: 40 − 20 − 5 = 15.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn dividend(cash: f64, sales: f64, months: f64, planned_rd: f64) -> f64 {
    const MONTHS: f64 = 12.0; // derived: months a year
    math::max(cash - months / MONTHS * sales - planned_rd, 0.0)
}

/// Hazard that a technology need opens \[1/yr\]; `growth` is the log real growth of the
/// firm's market over a year.
///
/// Example: 0.1 a year, R&D term ln 3, no growth: 0.3.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn need_hazard(does_rd: bool, growth: f64, parameters: &DemandParameters) -> f64 {
    let research = if does_rd {
        parameters.need_research
    } else {
        0.0
    };
    parameters.need_hazard * math::exp(research + parameters.need_growth * growth)
}

/// Probability of at least one event at a constant hazard over a time.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn probability(hazard: f64, years: f64) -> f64 {
    1.0 - math::exp(-hazard * years)
}
