//! Demand of a quarter, a firm at a time.

use super::world::{Agent, World, normal};
use leverlab::base::math;
use leverlab::base::rng::Purpose;
use leverlab::model::books::{Account, Instrument};
use leverlab::model::context::Context;
use leverlab::model::demand::{
    DemandTally, MARKETS, demand_response, dividend, market_of, need_hazard, next_sales,
    operating_profit, probability,
};
use leverlab::model::firms::{FIELDS, Firm};

pub fn sell(world: &mut World, ctx: &Context) {
    world.market.tally = DemandTally::default();
    move_demand(world, ctx);
    let p = &ctx.parameters.demand;
    let q = ctx.q() as u32;
    let market = &mut world.market;
    let sd = p.appeal_log_sd * 0.5;
    let drift = -0.5 * sd * sd;
    let floor = p.floor_sales * ctx.world.price;
    let labour = ctx.world.price_growth + p.labour_productivity_growth / 4.0;
    let growth = market.growth.map(math::exp);
    let mut per_attraction = [0.0; MARKETS];
    let mut opening = [[0.0; 2]; MARKETS];
    for m in 0..MARKETS {
        if market.attraction[m] > 0.0 {
            per_attraction[m] = market.demand[m] / market.attraction[m];
        }
        let yearly = 4.0 * (market.growth[m] - ctx.world.price_growth);
        opening[m] = [false, true].map(|does| probability(need_hazard(does, yearly, p), 1.0));
    }
    let expiry = probability(p.need_expiry, 1.0);
    let tally = &mut market.tally;
    let mut fields = [[0.0; 2]; FIELDS];
    let mut paid = 0.0;
    for Agent { firm, pull, .. } in &mut world.firms {
        if !firm.alive {
            continue;
        }
        let m = market_of(firm.field, firm.segment);
        // appeal and sales
        let target = per_attraction[m] * *pull;
        let shock = normal(ctx.uniform(firm.id, 0, 0, Purpose::Preference));
        let step = drift + sd * shock;
        firm.ln_appeal += if target < floor {
            math::abs(step)
        } else {
            step
        };
        let before = firm.sales;
        firm.sales = next_sales(before, growth[m], target, p.share_speed);
        // what follows them
        if before > 0.0 {
            let ratio = firm.sales / before;
            firm.new_product_sales *= ratio;
            firm.staff *= 1.0 + p.staff_elasticity * (ratio - 1.0 - labour);
        }
        firm.sales_mean += 2.0 / 13.0 * (firm.sales - firm.sales_mean);
        firm.assets += p.asset_speed * (p.asset_ratio * firm.sales - firm.assets);
        // profit
        let profit = operating_profit(firm.sales, firm.rd, firm.margin, firm.taxed, p);
        firm.cash += profit / 4.0;
        let sold = firm.weight * firm.sales;
        let margin = if firm.taxed {
            firm.margin
        } else {
            -p.loss_margin
        };
        fields[usize::from(firm.field)][0] += sold * margin;
        fields[usize::from(firm.field)][1] += sold;
        tally.sales += sold;
        tally.operating_profit += firm.weight * profit;
        // needs
        if firm.id % 4 == q % 4 {
            turn_need(firm, &opening[m], expiry, tally, ctx);
        }
        if firm.need {
            tally.open_needs += firm.weight;
        }
        // dividends
        if ctx.quarter.of_year() == 3 {
            let planned = math::max(firm.rd, firm.rd_desired);
            let own = firm.cash - firm.loan;
            let share = dividend(own, firm.sales, p.cash_buffer_months, planned);
            firm.cash -= share;
            paid += firm.weight * share;
        }
    }
    tally.dividends = paid;
    let (sold, earned) = (tally.sales / 4.0, tally.operating_profit / 4.0);
    for (held, [part, whole]) in market.profit_margin.iter_mut().zip(fields) {
        let now = if whole > 0.0 { part / whole } else { 0.0 };
        *held += 1.0 / 8.0 * (now - *held);
    }
    let (firms, rest, books) = (Account::Firms, Account::Rest, &mut world.books);
    books.pay(rest, firms, Instrument::Sales, sold);
    books.pay(firms, rest, Instrument::OperatingCost, sold - earned);
    books.pay(firms, Account::Households, Instrument::Dividend, paid);
}

/// Sums the attraction of each market's firms and moves its demand.
fn move_demand(world: &mut World, ctx: &Context) {
    let p = &ctx.parameters.demand;
    let market = &mut world.market;
    assert!(market.age > 0, "markets are anchored");
    let power = p.substitution - 1.0;
    market.attraction = [0.0; MARKETS];
    for Agent { firm, pull, .. } in &mut world.firms {
        if !firm.alive {
            continue;
        }
        *pull = math::exp(firm.ln_appeal + power * firm.ln_productivity);
        market.attraction[market_of(firm.field, firm.segment)] += firm.weight * *pull;
    }
    market.ln_path[0] += ctx.world.industry_growth;
    market.ln_path[1] += ctx.world.services_growth;
    market.age += 1;
    let years = f64::from(market.age) / 4.0;
    for m in 0..MARKETS {
        if market.attraction[m] > 0.0 && market.founding_attraction[m] > 0.0 {
            market.ln_price[m] = math::ln(market.attraction[m] / market.founding_attraction[m])
                / (1.0 - p.substitution);
        }
        let (price, trend) = (market.ln_price[m], p.trend_productivity);
        let demand = market.founding_sales[m]
            * math::exp(market.ln_path[m % 2])
            * demand_response(price, trend, years, p.price_elasticity)
            * world.demand_factor[m / 2];
        market.growth[m] = if market.demand[m] > 0.0 && demand > 0.0 {
            math::ln(demand / market.demand[m])
        } else {
            0.0
        };
        market.demand[m] = demand;
    }
}

/// Opens or ends a firm's need for technology.
fn turn_need(
    firm: &mut Firm,
    opening: &[f64; 2],
    expiry: f64,
    tally: &mut DemandTally,
    ctx: &Context,
) {
    let draw = ctx.uniform(firm.id, 0, 0, Purpose::Need);
    if firm.need {
        if draw < expiry {
            firm.need = false;
            tally.needs_expired += firm.weight;
        }
    } else if draw < opening[usize::from(firm.rd > 0.0)] {
        firm.need = true;
        tally.needs_opened += firm.weight;
    }
}
