//! How much does each firm sell, earn and keep, and when does it feel a need for technology?
//!
//! A market is a field and one of two classes, industry or services with small firms, so that
//! each class follows its own recorded nominal path. Within a market
//!
//! ```text
//! S_i → D · A_i / Σ_j w_j A_j,   A = φ a^(σ_d − 1),   at speed λ_s a quarter
//! D   = founding sales · e^(nominal growth) · (P e^(g t))^(1 − η) · export factor
//! P   = (Σ_j w_j A_j / its founding value)^(1 / (1 − σ_d))
//! ```
//!
//! with sales in million yuan a year and t in years since founding. Between two quarters every
//! firm rides the growth of D, so that only shares move slowly. Appeal φ follows Gibrat's law
//! above a floor (Kesten), the source of a size tail near one. Left out: inventories, seasons.

mod dividends;
mod markets;
mod needs;
mod rules;
#[cfg(test)]
mod tests;
mod trade;

pub use rules::{
    demand_response, dividend, ln_attraction_per_demand, market_of, need_hazard, next_sales,
    operating_profit, probability, resting_appeal,
};

use super::context::Context;
use super::firms::{FIELDS, Firms};
use super::state::State;
use dividends::pay_dividends;
use markets::{anchor, move_demand};
use needs::{Turning, turn_needs};
use trade::trade;

crate::family! {
    /// Parameters: how demand is split, what firms earn, pay out and need.
    pub struct DemandParameters in "demand" {
        /// Elasticity of substitution between firms σ_d.
        substitution,
        /// Price elasticity of a market's demand η.
        price_elasticity,
        /// Trend productivity growth already in the nominal path g \[1/yr\].
        trend_productivity,
        /// Speed at which market shares move \[1/quarter\].
        share_speed,
        /// Standard deviation of the growth of appeal \[log points, year\].
        appeal_log_sd,
        /// Sales below which appeal does not fall \[mn/yr, 2020 prices\].
        floor_sales,
        /// Loss before R&D over sales in a year without taxed profit \[share\].
        loss_margin,
        /// Return on R&D inside pre-R&D income ν \[share of R&D\].
        research_return_in_income,
        /// Cash kept before dividends \[months of sales\].
        cash_buffer_months,
        /// Speed at which assets follow sales \[1/quarter\].
        asset_speed,
        /// Assets over sales \[share\].
        asset_ratio,
        /// Elasticity of staff to real sales beyond labour productivity.
        staff_elasticity,
        /// Growth of labour productivity \[1/yr\].
        labour_productivity_growth,
        /// Hazard of a technology need opening, firm without R&D \[1/yr\].
        need_hazard,
        /// Rise of that log hazard for a firm that does R&D \[log points\].
        need_research,
        /// Rise of that log hazard per log point of real market growth a year.
        need_growth,
        /// Hazard of an open need expiring \[1/yr\].
        need_expiry,
    }
}

/// Number of markets: fields times two classes.
pub const MARKETS: usize = FIELDS * 2;

/// Quarter of the year in which dividends are paid.
const DIVIDEND_QUARTER: i32 = 3;

/// Counters of one quarter, real units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DemandTally {
    /// Sales of all firms \[mn/yr\].
    pub sales: f64,
    /// Operating profit before R&D of all firms \[mn/yr\].
    pub operating_profit: f64,
    /// Dividends paid this quarter \[mn\].
    pub dividends: f64,
    /// Firms with an open technology need \[firms\].
    pub open_needs: f64,
    /// Needs opened this quarter \[firms\].
    pub needs_opened: f64,
    /// Needs that expired this quarter \[firms\].
    pub needs_expired: f64,
}

/// Markets: their demand, their price index and what they were founded on.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketState {
    /// Sales at founding by market \[mn/yr\].
    pub founding_sales: [f64; MARKETS],
    /// Log nominal growth since founding: industry; services and small firms.
    pub ln_path: [f64; 2],
    /// Quarters since founding.
    pub age: i32,
    /// Demand D by market \[mn/yr\].
    pub demand: [f64; MARKETS],
    /// Σ w A by market.
    pub attraction: [f64; MARKETS],
    /// Σ w A by market at founding.
    pub founding_attraction: [f64; MARKETS],
    /// Log price index P by market.
    pub ln_price: [f64; MARKETS],
    /// Log growth of D by market over the last quarter.
    pub growth: [f64; MARKETS],
    /// Profit before R&D over sales by field, smoothed over two years \[share\].
    pub profit_margin: [f64; FIELDS],
    /// Counters of this quarter.
    pub tally: DemandTally,
    /// Attraction A of each firm.
    pull: Vec<f64>,
    /// Scratch by block: whose needs turn this quarter.
    turning: Vec<Turning>,
}

impl Default for MarketState {
    fn default() -> Self {
        Self {
            founding_sales: [0.0; MARKETS],
            ln_path: [0.0; 2],
            age: 0,
            demand: [0.0; MARKETS],
            attraction: [0.0; MARKETS],
            founding_attraction: [0.0; MARKETS],
            ln_price: [0.0; MARKETS],
            growth: [0.0; MARKETS],
            profit_margin: [0.0; FIELDS],
            tally: DemandTally::default(),
            pull: Vec::new(),
            turning: Vec::new(),
        }
    }
}

impl MarketState {
    /// Markets at the start of the warm-up, founded on the sales of the founding firms.
    pub fn found(state: &State, ctx: &Context) -> Self {
        let firms = &state.firms;
        let mut market = Self::default();
        for i in 0..firms.len() {
            if firms.alive[i] {
                market.founding_sales[market_of(firms.field[i], firms.segment[i])] +=
                    firms.weight[i] * firms.sales[i];
            }
        }
        market.demand = market.founding_sales;
        market.profit_margin = margins(firms, ctx.parameters.demand.loss_margin);
        market
    }
}

/// Profit after R&D over sales by field \[share\].
fn margins(firms: &Firms, loss_margin: f64) -> [f64; FIELDS] {
    let mut fields = [[0.0; 2]; FIELDS];
    for i in 0..firms.len() {
        if firms.alive[i] {
            let weighted = firms.weight[i] * firms.sales[i];
            let [profit, sales] = &mut fields[usize::from(firms.field[i])];
            *profit += weighted
                * if firms.taxed[i] {
                    firms.margin[i]
                } else {
                    -loss_margin
                };
            *sales += weighted;
        }
    }
    ratios(fields)
}

/// First over second number of each field, 0 where there is no second.
fn ratios(fields: [[f64; 2]; FIELDS]) -> [f64; FIELDS] {
    fields.map(|[part, whole]| if whole > 0.0 { part / whole } else { 0.0 })
}

/// Splits demand, pays what it earns, opens and expires needs, pays dividends.
pub fn sell(state: &mut State, ctx: &Context) {
    state.market.tally = DemandTally::default();
    if state.market.age == 0 {
        anchor(state, ctx);
    }
    move_demand(state, ctx);
    trade(state, ctx);
    turn_needs(state, ctx);
    if ctx.quarter.of_year() == DIVIDEND_QUARTER {
        pay_dividends(state, ctx);
    }
}
