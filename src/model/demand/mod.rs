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

mod rules;
#[cfg(test)]
mod tests;

pub use rules::{
    demand_response, dividend, ln_attraction_per_demand, market_of, need_hazard, next_sales,
    operating_profit, probability, resting_appeal,
};

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{FIELDS, Firms};
use super::state::State;
use crate::base::math;
use crate::base::rng::{Purpose, fill_normal, fill_uniform};

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

/// Weight of the newest quarter in an exponential mean that is as old as a plain mean over
/// twelve quarters, 2 / (12 + 1).
const NEWEST_OF_TWELVE: f64 = 2.0 / 13.0; // derived: mean age of twelve quarters

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
    /// Standard normal shock to each firm's appeal.
    shock: Vec<f64>,
    /// Sales at which each firm is at rest, then its profit \[mn/yr\].
    target: Vec<f64>,
    /// Growth of each firm's market over the quarter \[ratio\].
    growth_factor: Vec<f64>,
    /// Sales of each firm over those a quarter ago \[ratio\].
    ratio: Vec<f64>,
    /// Rows of the firms whose needs turn this quarter.
    turn_row: Vec<usize>,
    /// Their ids.
    turn_id: Vec<u32>,
    /// What they drew.
    draw: Vec<f64>,
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
            shock: Vec::new(),
            target: Vec::new(),
            growth_factor: Vec::new(),
            ratio: Vec::new(),
            turn_row: Vec::new(),
            turn_id: Vec::new(),
            draw: Vec::new(),
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

/// Splits demand, pays what it earns, opens and expires needs, pays dividends.
pub fn sell(state: &mut State, ctx: &Context) {
    state.market.tally = DemandTally::default();
    if state.market.age == 0 {
        anchor(state, ctx);
    }
    move_demand(state, ctx);
    move_firms(state, ctx);
    earn(state, ctx);
    turn_needs(state, ctx);
    if ctx.quarter.of_year() == DIVIDEND_QUARTER {
        pay_dividends(state, ctx);
    }
    let firms = &state.firms;
    state.market.tally.sales = firms.total(&firms.sales);
}

/// Gives founding firms the appeal at which the founding sales are at rest.
fn anchor(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    let firms = &mut state.firms;
    for i in 0..firms.len() {
        if firms.alive[i] {
            firms.ln_appeal[i] = resting_appeal(
                math::ln(math::max(firms.sales[i], p.floor_sales)),
                0.0,
                firms.ln_productivity[i],
                p.substitution,
            );
        }
    }
    gather_attraction(state, ctx);
    state.market.founding_attraction = state.market.attraction;
}

crate::dispatched! {
    /// Attraction `A = φ a^power` of each firm.
    fn attractions(ln_appeal: &[f64], ln_productivity: &[f64], power: f64, out: &mut [f64]) {
        for ((&appeal, &productivity), a) in ln_appeal.iter().zip(ln_productivity).zip(out) {
            *a = math::exp(appeal + power * productivity);
        }
    }
}

fn gather_attraction(state: &mut State, ctx: &Context) {
    let firms = &state.firms;
    let market = &mut state.market;
    let power = ctx.parameters.demand.substitution - 1.0;
    market.pull.resize(firms.len(), 0.0);
    attractions(
        &firms.ln_appeal,
        &firms.ln_productivity,
        power,
        &mut market.pull,
    );
    market.attraction = [0.0; MARKETS];
    for i in 0..firms.len() {
        if firms.alive[i] {
            let m = market_of(firms.field[i], firms.segment[i]);
            market.attraction[m] += firms.weight[i] * market.pull[i];
        }
    }
}

/// Moves the nominal path, the price index and the demand of every market.
fn move_demand(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    gather_attraction(state, ctx);
    let market = &mut state.market;
    market.ln_path[0] += ctx.world.industry_growth;
    market.ln_path[1] += ctx.world.services_growth;
    market.age += 1;
    let years = f64::from(market.age) / 4.0; // derived: quarters a year
    for m in 0..MARKETS {
        if market.attraction[m] > 0.0 && market.founding_attraction[m] > 0.0 {
            market.ln_price[m] = math::ln(market.attraction[m] / market.founding_attraction[m])
                / (1.0 - p.substitution);
        }
        let demand = market.founding_sales[m]
            * math::exp(market.ln_path[m % 2])
            * demand_response(
                market.ln_price[m],
                p.trend_productivity,
                years,
                p.price_elasticity,
            )
            * state.openness.demand_factor[m / 2];
        market.growth[m] = if market.demand[m] > 0.0 && demand > 0.0 {
            math::ln(demand / market.demand[m])
        } else {
            0.0
        };
        market.demand[m] = demand;
    }
}

/// Moves each firm's appeal, sales, staff and assets.
fn move_firms(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    let sd = p.appeal_log_sd * 0.5; // derived: a quarter holds a quarter of a year's variance
    let drift = -0.5 * sd * sd;
    let floor = p.floor_sales * ctx.world.price;
    let labour = ctx.world.price_growth + p.labour_productivity_growth / 4.0; // derived: per quarter
    let mut per_attraction = [0.0; MARKETS];
    let mut factor = [1.0; MARKETS];
    for m in 0..MARKETS {
        if state.market.attraction[m] > 0.0 {
            per_attraction[m] = state.market.demand[m] / state.market.attraction[m];
        }
        factor[m] = math::exp(state.market.growth[m]);
    }
    let firms = &mut state.firms;
    let n = firms.len();
    let MarketState {
        pull,
        shock,
        target,
        growth_factor,
        ratio,
        ..
    } = &mut state.market;
    for column in [&mut *shock, target, growth_factor, ratio] {
        column.resize(n, 0.0);
    }
    let q = ctx.q() as u32;
    fill_normal(ctx.key, &firms.id, q, 0, Purpose::Preference, shock);
    for i in 0..n {
        let m = market_of(firms.field[i], firms.segment[i]);
        target[i] = per_attraction[m] * pull[i];
        growth_factor[i] = factor[m];
    }
    move_sales(
        &firms.alive,
        target,
        growth_factor,
        shock,
        drift,
        sd,
        floor,
        p.share_speed,
        &mut firms.ln_appeal,
        &mut firms.sales,
        ratio,
    );
    follow_sales(
        &firms.alive,
        &firms.sales,
        ratio,
        labour,
        p,
        &mut firms.sales_mean,
        &mut firms.new_product_sales,
        &mut firms.staff,
        &mut firms.assets,
    );
}

crate::dispatched! {
    /// Moves appeal and sales of firms in business; `ratio` is sales over those a quarter ago, −1
    /// where there were none.
    fn move_sales(
        alive: &[bool],
        target: &[f64],
        growth_factor: &[f64],
        shock: &[f64],
        drift: f64,
        sd: f64,
        floor: f64,
        speed: f64,
        ln_appeal: &mut [f64],
        sales: &mut [f64],
        ratio: &mut [f64],
    ) {
        let n = ratio.len();
        let (alive, target, growth_factor) = (&alive[..n], &target[..n], &growth_factor[..n]);
        let (shock, ln_appeal, sales) = (&shock[..n], &mut ln_appeal[..n], &mut sales[..n]);
        for k in 0..n {
            let step = drift + sd * shock[k];
            let step = if target[k] < floor { step.abs() } else { step };
            let before = sales[k];
            let now = next_sales(before, growth_factor[k], target[k], speed);
            ln_appeal[k] = if alive[k] { ln_appeal[k] + step } else { ln_appeal[k] };
            sales[k] = if alive[k] { now } else { before };
            let grown = now / before;
            ratio[k] = if alive[k] & (before > 0.0) { grown } else { -1.0 };
        }
    }
}

crate::dispatched! {
    /// Moves what follows the sales of firms in business: their mean, new products, staff, assets.
    fn follow_sales(
        alive: &[bool],
        sales: &[f64],
        ratio: &[f64],
        labour: f64,
        p: &DemandParameters,
        sales_mean: &mut [f64],
        new_product_sales: &mut [f64],
        staff: &mut [f64],
        assets: &mut [f64],
    ) {
        let n = ratio.len();
        let (alive, sales, sales_mean) = (&alive[..n], &sales[..n], &mut sales_mean[..n]);
        let (new_product_sales, staff) = (&mut new_product_sales[..n], &mut staff[..n]);
        let assets = &mut assets[..n];
        let (elasticity, speed, per_sales) = (p.staff_elasticity, p.asset_speed, p.asset_ratio);
        for k in 0..n {
            let (live, sold) = (alive[k], ratio[k] >= 0.0);
            let mean = sales_mean[k] + NEWEST_OF_TWELVE * (sales[k] - sales_mean[k]);
            sales_mean[k] = if live { mean } else { sales_mean[k] };
            new_product_sales[k] *= if sold { ratio[k] } else { 1.0 };
            staff[k] *= if sold { 1.0 + elasticity * (ratio[k] - 1.0 - labour) } else { 1.0 };
            let held = assets[k] + speed * (per_sales * sales[k] - assets[k]);
            assets[k] = if live { held } else { assets[k] };
        }
    }
}

/// Books sales and operating cost; cash rises by operating profit before R&D.
fn earn(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    let firms = &mut state.firms;
    let n = firms.len();
    let profit = &mut state.market.target;
    profit.resize(n, 0.0);
    take_profit(
        &firms.alive,
        &firms.taxed,
        &firms.sales,
        &firms.rd,
        &firms.margin,
        p,
        profit,
        &mut firms.cash,
    );
    let (mut sales, mut profits) = (0.0, 0.0);
    let mut fields = [[0.0; 2]; FIELDS];
    let (alive, taxed, weight) = (&firms.alive[..n], &firms.taxed[..n], &firms.weight[..n]);
    let (sold, margin, field) = (&firms.sales[..n], &firms.margin[..n], &firms.field[..n]);
    for i in 0..n {
        let w = if alive[i] { weight[i] } else { 0.0 };
        let weighted = w * sold[i];
        sales += weighted;
        profits += w * profit[i];
        let kept = if taxed[i] { margin[i] } else { -p.loss_margin };
        let [earned, all] = &mut fields[usize::from(field[i])];
        *earned += weighted * kept;
        *all += weighted;
    }
    let newest = 1.0 / 8.0; // derived: mean age of two years
    for (held, now) in state.market.profit_margin.iter_mut().zip(ratios(fields)) {
        *held += newest * (now - *held);
    }
    let (sold, earned) = (sales / 4.0, profits / 4.0); // derived: quarters a year
    state
        .books
        .pay(Account::Rest, Account::Firms, Instrument::Sales, sold);
    state.books.pay(
        Account::Firms,
        Account::Rest,
        Instrument::OperatingCost,
        sold - earned,
    );
    state.market.tally.operating_profit = profits;
}

crate::dispatched! {
    /// Operating profit before R&D of each firm \[mn/yr\], and a quarter of it as cash of firms in
    /// business.
    fn take_profit(
        alive: &[bool],
        taxed: &[bool],
        sales: &[f64],
        rd: &[f64],
        margin: &[f64],
        p: &DemandParameters,
        profit: &mut [f64],
        cash: &mut [f64],
    ) {
        let n = profit.len();
        let (alive, taxed, sales) = (&alive[..n], &taxed[..n], &sales[..n]);
        let (rd, margin, cash) = (&rd[..n], &margin[..n], &mut cash[..n]);
        for k in 0..n {
            profit[k] = operating_profit(sales[k], rd[k], margin[k], taxed[k], p);
            let held = cash[k] + profit[k] / 4.0; // derived: quarters a year
            cash[k] = if alive[k] { held } else { cash[k] };
        }
    }
}

/// Opens and expires technology needs, once a year a firm, staggered by its id.
fn turn_needs(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    let firms = &mut state.firms;
    let market = &mut state.market;
    let turn = ctx.q().rem_euclid(4) as u32;
    let expiry = probability(p.need_expiry, 1.0);
    // chance of an opening by market, without R&D and with it
    let mut opening = [[0.0; 2]; MARKETS];
    for (chances, growth) in opening.iter_mut().zip(market.growth) {
        let growth = 4.0 * (growth - ctx.world.price_growth); // derived: a year
        *chances = [false, true].map(|does_rd| probability(need_hazard(does_rd, growth, p), 1.0));
    }
    market.turn_row.resize(firms.len(), 0);
    market.turn_id.resize(firms.len(), 0);
    // every row is written and the next one overwrites it unless it counts: no branch to miss
    let mut count = 0;
    for (i, (&id, &alive)) in firms.id.iter().zip(&firms.alive).enumerate() {
        (market.turn_row[count], market.turn_id[count]) = (i, id);
        count += usize::from((id % 4 == turn) & alive);
    }
    market.turn_row.truncate(count);
    market.turn_id.truncate(count);
    market.draw.resize(count, 0.0);
    let q = ctx.q() as u32;
    fill_uniform(
        ctx.key,
        &market.turn_id,
        q,
        0,
        Purpose::Need,
        &mut market.draw,
    );
    let tally = &mut market.tally;
    for (&i, &u) in market.turn_row.iter().zip(&market.draw) {
        if firms.need[i] {
            if u < expiry {
                firms.need[i] = false;
                tally.needs_expired += firms.weight[i];
            }
        } else {
            let m = market_of(firms.field[i], firms.segment[i]);
            if u < opening[m][usize::from(firms.rd[i] > 0.0)] {
                firms.need[i] = true;
                tally.needs_opened += firms.weight[i];
            }
        }
    }
    let rows = firms.need.iter().zip(&firms.alive).zip(&firms.weight);
    for ((&need, &alive), &weight) in rows {
        tally.open_needs += if need & alive { weight } else { 0.0 };
    }
}

fn pay_dividends(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    let firms = &mut state.firms;
    let mut paid = 0.0;
    for i in 0..firms.len() {
        if firms.alive[i] {
            let planned = math::max(firms.rd[i], firms.rd_desired[i]);
            // borrowed money is not paid out
            let own = firms.cash[i] - firms.loan[i];
            let share = dividend(own, firms.sales[i], p.cash_buffer_months, planned);
            firms.cash[i] -= share;
            paid += firms.weight[i] * share;
        }
    }
    let households = Account::Households;
    state
        .books
        .pay(Account::Firms, households, Instrument::Dividend, paid);
    state.market.tally.dividends = paid;
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
