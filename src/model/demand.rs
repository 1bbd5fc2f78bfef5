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

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{FIELDS, Firms, Segment};
use super::state::State;
use crate::base::math;
use crate::base::rng::Purpose;

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
#[inline]
pub fn demand_response(ln_price: f64, trend: f64, years: f64, price_elasticity: f64) -> f64 {
    math::exp((1.0 - price_elasticity) * (ln_price + trend * years))
}

/// Sales after a quarter \[mn/yr\]: they ride the market's growth and close a part of the gap
/// to `target`.
///
/// Example: 100, growth factor 1.02, target 142, speed 0.05: 102 + 0.05 · 40 = 104.
#[inline]
pub fn next_sales(sales: f64, growth_factor: f64, target: f64, speed: f64) -> f64 {
    let carried = sales * growth_factor;
    carried + speed * (target - carried)
}

/// Operating profit before R&D \[mn/yr\].
///
/// Observed margins are after R&D: `margin·S + ν·R + R` in a taxed year, `−loss·S + R` else.
/// Example: S = 100, margin 0.06, R = 2, ν = 0.65: 6 + 1.3 + 2 = 9.3.
#[inline]
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
#[inline]
pub fn dividend(cash: f64, sales: f64, months: f64, planned_rd: f64) -> f64 {
    const MONTHS: f64 = 12.0; // derived: months a year
    math::max(cash - months / MONTHS * sales - planned_rd, 0.0)
}

/// Hazard that a technology need opens \[1/yr\]; `growth` is the log real growth of the
/// firm's market over a year.
///
/// Example: 0.1 a year, R&D term ln 3, no growth: 0.3.
#[inline]
pub fn need_hazard(does_rd: bool, growth: f64, parameters: &DemandParameters) -> f64 {
    let research = if does_rd {
        parameters.need_research
    } else {
        0.0
    };
    parameters.need_hazard * math::exp(research + parameters.need_growth * growth)
}

/// Probability of at least one event at a constant hazard over a time.
#[inline]
pub fn probability(hazard: f64, years: f64) -> f64 {
    1.0 - math::exp(-hazard * years)
}

/// Splits demand, pays what it earns, opens and expires needs, pays dividends.
pub fn sell(state: &mut State, ctx: &Context) {
    state.market.tally = DemandTally::default();
    if state.market.age == 0 {
        anchor(state, ctx);
    }
    move_demand(state, ctx);
    move_firms(state, ctx);
    let margins = margins(&state.firms, ctx.parameters.demand.loss_margin);
    let newest = 1.0 / 8.0; // derived: mean age of two years
    for (held, now) in state.market.profit_margin.iter_mut().zip(margins) {
        *held += newest * (now - *held);
    }
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

fn gather_attraction(state: &mut State, ctx: &Context) {
    let firms = &state.firms;
    let power = ctx.parameters.demand.substitution - 1.0;
    let attraction = &mut state.market.attraction;
    *attraction = [0.0; MARKETS];
    for i in 0..firms.len() {
        if firms.alive[i] {
            let m = market_of(firms.field[i], firms.segment[i]);
            attraction[m] +=
                firms.weight[i] * math::exp(firms.ln_appeal[i] + power * firms.ln_productivity[i]);
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
    let power = p.substitution - 1.0;
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
    for i in 0..firms.len() {
        if !firms.alive[i] {
            continue;
        }
        let m = market_of(firms.field[i], firms.segment[i]);
        let u = ctx.uniform(firms.id[i], 0, 0, Purpose::Preference);
        let pull = math::exp(firms.ln_appeal[i] + power * firms.ln_productivity[i]);
        let target = per_attraction[m] * pull;
        firms.ln_appeal[i] += if target < floor {
            (drift + sd * math::normal_quantile(u)).abs()
        } else {
            drift + sd * math::normal_quantile(u)
        };
        let before = firms.sales[i];
        let sales = next_sales(before, factor[m], target, p.share_speed);
        firms.sales[i] = sales;
        firms.sales_mean[i] += NEWEST_OF_TWELVE * (sales - firms.sales_mean[i]);
        if before > 0.0 {
            let ratio = sales / before;
            firms.new_product_sales[i] *= ratio;
            firms.staff[i] *= 1.0 + p.staff_elasticity * (ratio - 1.0 - labour);
        }
        firms.assets[i] += p.asset_speed * (p.asset_ratio * sales - firms.assets[i]);
    }
}

/// Books sales and operating cost; cash rises by operating profit before R&D.
fn earn(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    let firms = &mut state.firms;
    let (mut sales, mut profits) = (0.0, 0.0);
    for i in 0..firms.len() {
        if !firms.alive[i] {
            continue;
        }
        let profit = operating_profit(
            firms.sales[i],
            firms.rd[i],
            firms.margin[i],
            firms.taxed[i],
            p,
        );
        firms.cash[i] += profit / 4.0; // derived: quarters a year
        sales += firms.weight[i] * firms.sales[i];
        profits += firms.weight[i] * profit;
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

/// Opens and expires technology needs, once a year a firm, staggered by its id.
fn turn_needs(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    let firms = &mut state.firms;
    let tally = &mut state.market.tally;
    let turn = ctx.q().rem_euclid(4) as u32;
    let expiry = probability(p.need_expiry, 1.0);
    for i in 0..firms.len() {
        if !firms.alive[i] {
            continue;
        }
        if firms.id[i] % 4 == turn {
            let u = ctx.uniform(firms.id[i], 0, 0, Purpose::Need);
            if firms.need[i] {
                if u < expiry {
                    firms.need[i] = false;
                    tally.needs_expired += firms.weight[i];
                }
            } else {
                let m = market_of(firms.field[i], firms.segment[i]);
                let growth = 4.0 * (state.market.growth[m] - ctx.world.price_growth); // derived: a year
                if u < probability(need_hazard(firms.rd[i] > 0.0, growth, p), 1.0) {
                    firms.need[i] = true;
                    tally.needs_opened += firms.weight[i];
                }
            }
        }
        if firms.need[i] {
            tally.open_needs += firms.weight[i];
        }
    }
}

fn pay_dividends(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    let firms = &mut state.firms;
    let mut paid = 0.0;
    for i in 0..firms.len() {
        if firms.alive[i] {
            let planned = math::max(firms.rd[i], firms.rd_desired[i]);
            let share = dividend(firms.cash[i], firms.sales[i], p.cash_buffer_months, planned);
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
    let (mut profit, mut sales) = ([0.0; FIELDS], [0.0; FIELDS]);
    for i in 0..firms.len() {
        if firms.alive[i] {
            let f = usize::from(firms.field[i]);
            let margin = if firms.taxed[i] {
                firms.margin[i]
            } else {
                -loss_margin
            };
            profit[f] += firms.weight[i] * firms.sales[i] * margin;
            sales[f] += firms.weight[i] * firms.sales[i];
        }
    }
    let mut margins = [0.0; FIELDS];
    for f in 0..FIELDS {
        if sales[f] > 0.0 {
            margins[f] = profit[f] / sales[f];
        }
    }
    margins
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::base::bound::Bound;
    use crate::base::rng::Key;
    use crate::base::time::Quarter;
    use crate::model::firms::Firm;
    use crate::model::parameters::Parameters;
    use crate::model::world::WorldQuarter;
    use crate::policy::{PolicyPath, Settings};

    fn parameters() -> Parameters {
        let text = include_str!("../../seeds/parameters/demand.toml");
        let table: toml::Table = text.parse().unwrap();
        let rows = table["parameter"].as_array().unwrap();
        Parameters::build(&mut |path| {
            let row = rows.iter().find(|row| row["path"].as_str() == Some(path));
            assert!(row.is_some() || !path.starts_with("demand."), "{path}");
            row.map_or(0.0, |row| row["central"].as_float().unwrap())
        })
    }

    fn settings() -> Settings {
        Settings::build(&mut |_| 0.0)
    }

    /// Pareto sizes with exponent 1.1 in four fields, two classes.
    fn economy(n: u32) -> State {
        let mut state = State::default();
        for id in 0..n {
            let u = (f64::from(id) + 0.5) / f64::from(n);
            let sales = 4.0 * math::pow(1.0 - u, -1.0 / 1.1);
            state.firms.push(Firm {
                id,
                weight: 1.0,
                alive: true,
                segment: if id % 3 == 0 {
                    Segment::Small
                } else {
                    Segment::Industry
                },
                field: (id % 4) as u8,
                sales,
                sales_mean: sales,
                margin: 0.06,
                staff: sales,
                assets: sales,
                taxed: true,
                rd: 0.02 * sales,
                ..Firm::default()
            });
        }
        state
    }

    fn run(state: &mut State, parameters: &Parameters, quarters: i32) {
        let settings = settings();
        let path = PolicyPath::constant(settings, Quarter::new(2013, 1), 1);
        let world = WorldQuarter {
            price: 1.0,
            industry_growth: 0.015,
            services_growth: 0.02,
            ..WorldQuarter::default()
        };
        for q in 0..quarters {
            let ctx = Context {
                key: Key { seed: 7, run: 1 },
                quarter: Quarter::new(2013, 1).plus(q),
                parameters,
                seen: &settings,
                expected: &settings,
                seen_path: &path,
                law: &settings,
                world: &world,
                scale: 1.0,
            };
            if q == 0 {
                state.market = MarketState::found(state, &ctx);
            }
            state.books.open();
            let cash: f64 = state.firms.total(&state.firms.cash);
            sell(state, &ctx);
            let change = state.firms.total(&state.firms.cash) - cash;
            let net = state.books.net(Account::Firms);
            let size = state.firms.total(&state.firms.sales);
            assert!(
                (change - net).abs() < 1e-9 * size,
                "books {net}, cash {change}"
            );
        }
    }

    #[test]
    fn worked_examples() {
        assert!((next_sales(100.0, 1.02, 142.0, 0.05) - 104.0).abs() < 1e-12);
        assert_eq!(dividend(40.0, 120.0, 2.0, 5.0), 15.0);
        assert_eq!(dividend(10.0, 120.0, 2.0, 5.0), 0.0);
        assert!((resting_appeal(2.0, 0.0, 0.5, 3.0) - 1.0).abs() < 1e-12);
        let p = parameters().demand;
        assert!((operating_profit(100.0, 2.0, 0.06, true, &p) - 9.3).abs() < 1e-12);
        assert!((operating_profit(100.0, 2.0, 0.06, false, &p) + 3.0).abs() < 1e-12);
        let lower_price = demand_response(-0.1, 0.0, 1.0, 1.5);
        assert!((lower_price - 1.051_271_096).abs() < 1e-6);
    }

    #[test]
    fn needs_rise_with_research_and_growth() {
        let p = parameters().demand;
        assert!(need_hazard(true, 0.0, &p) > need_hazard(false, 0.0, &p));
        assert!(need_hazard(false, 0.1, &p) > need_hazard(false, 0.0, &p));
    }

    #[test]
    fn sales_at_rest_stay_on_the_nominal_path() {
        let mut parameters = parameters();
        parameters.demand.appeal_log_sd = 0.0;
        let mut state = economy(60);
        let before = state.firms.sales.clone();
        run(&mut state, &parameters, 8);
        for (i, &sales) in before.iter().enumerate() {
            let growth = if state.firms.segment[i] == Segment::Industry {
                0.015
            } else {
                0.02
            };
            let path = sales * math::exp(8.0 * growth);
            assert!((state.firms.sales[i] / path - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_more_productive_firm_takes_share_from_the_others() {
        let parameters = parameters();
        let (mut plain, mut changed) = (economy(60), economy(60));
        run(&mut plain, &parameters, 1);
        run(&mut changed, &parameters, 1);
        changed.firms.ln_productivity[1] += 0.2;
        for state in [&mut plain, &mut changed] {
            let market = state.market.clone();
            let settings = settings();
            let path = PolicyPath::constant(settings, Quarter::new(2013, 1), 1);
            let world = WorldQuarter {
                price: 1.0,
                ..WorldQuarter::default()
            };
            let ctx = Context {
                key: Key { seed: 7, run: 1 },
                quarter: Quarter::new(2013, 2),
                parameters: &parameters,
                seen: &settings,
                expected: &settings,
                seen_path: &path,
                law: &settings,
                world: &world,
                scale: 1.0,
            };
            assert_eq!(market.age, 1);
            sell(state, &ctx);
        }
        assert!(changed.firms.sales[1] > plain.firms.sales[1]);
        assert!(changed.firms.sales[5] < plain.firms.sales[5], "same market");
        assert_eq!(changed.firms.sales[2], plain.firms.sales[2], "other market");
    }

    #[test]
    fn two_halves_sell_what_the_whole_sold() {
        let mut parameters = parameters();
        parameters.demand.appeal_log_sd = 0.0;
        let (mut whole, mut halves) = (economy(60), economy(60));
        for i in 0..60 {
            let row = Firm {
                weight: 0.5,
                id: 1000 + i as u32,
                ..halves.firms.row(i)
            };
            halves.firms.push(row);
            halves.firms.weight[i] = 0.5;
        }
        run(&mut whole, &parameters, 12);
        run(&mut halves, &parameters, 12);
        let (a, b) = (
            whole.firms.total(&whole.firms.sales),
            halves.firms.total(&halves.firms.sales),
        );
        assert!((a / b - 1.0).abs() < 1e-12);
        let ratio = whole.firms.total(&whole.firms.cash) / halves.firms.total(&halves.firms.cash);
        assert!((ratio - 1.0).abs() < 1e-9);
    }

    #[test]
    fn twenty_years_keep_path_and_tail() {
        let mut state = economy(2000);
        let founded: f64 = state.firms.total(&state.firms.sales);
        run(&mut state, &parameters(), 80);
        let total = state.firms.total(&state.firms.sales);
        let nominal: f64 = state.market.demand.iter().sum();
        assert!((total / nominal - 1.0).abs() < 1e-2, "{}", total / nominal);
        assert!(total > founded);
        let mut sizes = state.firms.sales.clone();
        assert!(sizes.iter().all(|s| s.is_finite() && *s > 0.0));
        sizes.sort_by(|a, b| b.total_cmp(a));
        let top: f64 = sizes[..20].iter().sum::<f64>() / total;
        assert!(top < 0.5, "top 1 % holds {top}");
        // Hill estimator over the largest tenth
        let threshold = math::ln(sizes[200]);
        let mean: f64 = sizes[..200]
            .iter()
            .map(|s| math::ln(*s) - threshold)
            .sum::<f64>()
            / 200.0;
        let tail = 1.0 / mean;
        assert!((0.9..1.3).contains(&tail), "tail {tail}");
    }
}
