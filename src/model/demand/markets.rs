//! How large is each market, and at which price?

use super::{DemandParameters, MARKETS, MarketState, demand_response, resting_appeal};
use crate::base::columns::Lent;
use crate::base::{math, strip};
use crate::model::context::Context;
use crate::model::firms::{Firms, Segment};
use crate::model::state::State;
use std::array::from_fn;

/// Gives founding firms the appeal at which the founding sales are at rest.
pub(super) fn anchor(state: &mut State, ctx: &Context) {
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

/// Adds up how attractive the firms of each market are together.
fn gather_attraction(state: &mut State, ctx: &Context) {
    let market = &mut state.market;
    let power = ctx.parameters.demand.substitution - 1.0;
    market.pull.resize(state.firms.len(), 0.0);
    let parts = (state.firms.lend(), &mut market.pull[..]);
    let attract = |(firms, pulls): (Firms<Lent>, &mut [f64])| attract(&firms, pulls, power);
    market.attraction = ctx.crew.walk(parts, attract);
}

/// Writes how attractive each firm is; gives how attractive those of each market are together.
fn attract(firms: &Firms<Lent>, pulls: &mut [f64], power: f64) -> [f64; MARKETS] {
    let n = firms.len();
    let mut attraction = [0.0; MARKETS];
    let (mut weighted, mut place) = ([0.0; strip::ROWS], [0; strip::ROWS]);
    for from in (0..n).step_by(strip::ROWS) {
        let rows = from..usize::min(from + strip::ROWS, n);
        fill_markets(
            &firms.field[rows.clone()],
            &firms.segment[rows.clone()],
            &mut place,
        );
        attractions(
            (&firms.alive[rows.clone()], &firms.weight[rows.clone()]),
            &firms.ln_appeal[rows.clone()],
            &firms.ln_productivity[rows.clone()],
            power,
            &mut pulls[rows.clone()],
            &mut weighted,
        );
        for (&m, &pull) in place[..rows.len()].iter().zip(&weighted) {
            attraction[usize::from(m) % MARKETS] += pull;
        }
    }
    attraction
}

crate::dispatched! {
    /// Market of each firm: [`market_of`].
    pub(super) fn fill_markets(field: &[u8], segment: &[Segment], place: &mut [u8; strip::ROWS]) {
        for ((&field, &segment), m) in field.iter().zip(segment).zip(place) {
            *m = field * 2 + u8::from(segment != Segment::Industry);
        }
    }
}

crate::dispatched! {
    /// Attraction `A = φ a^power` of each firm, and that of the firms it stands for.
    fn attractions(
        stands_for: (&[bool], &[f64]),
        ln_appeal: &[f64],
        ln_productivity: &[f64],
        power: f64,
        pull: &mut [f64],
        weighted: &mut [f64; strip::ROWS],
    ) {
        let n = pull.len().min(strip::ROWS);
        let (alive, weight) = (&stands_for.0[..n], &stands_for.1[..n]);
        let (ln_appeal, ln_productivity) = (&ln_appeal[..n], &ln_productivity[..n]);
        for k in 0..n {
            let attraction = math::exp(ln_appeal[k] + power * ln_productivity[k]);
            pull[k] = attraction;
            weighted[k] = if alive[k] { weight[k] * attraction } else { 0.0 };
        }
    }
}

/// Moves the nominal path, the price index and the demand of every market.
pub(super) fn move_demand(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    gather_attraction(state, ctx);
    let market = &mut state.market;
    market.ln_path[0] += ctx.world.industry_growth;
    market.ln_path[1] += ctx.world.services_growth;
    market.age += 1;
    let years = f64::from(market.age) / 4.0; // derived: quarters a year
    let path = market.ln_path.map(math::exp);
    let path = from_fn(|m| path[m % 2]);
    let factor = from_fn(|m| state.openness.demand_factor[m / 2]);
    move_markets(market, &path, &factor, years, p);
}

crate::dispatched! {
    /// Moves price, demand and growth of every market along its nominal `path` at a `factor` of
    /// exports, so many `years` after founding.
    fn move_markets(
        market: &mut MarketState,
        path: &[f64; MARKETS],
        factor: &[f64; MARKETS],
        years: f64,
        p: &DemandParameters,
    ) {
        for m in 0..MARKETS {
            let (now, founding) = (market.attraction[m], market.founding_attraction[m]);
            let ln_price = math::ln(now / founding) / (1.0 - p.substitution);
            let sells = (now > 0.0) & (founding > 0.0);
            market.ln_price[m] = if sells { ln_price } else { market.ln_price[m] };
            let (trend, elasticity) = (p.trend_productivity, p.price_elasticity);
            let response = demand_response(market.ln_price[m], trend, years, elasticity);
            let demand = market.founding_sales[m] * path[m] * response * factor[m];
            let growth = math::ln(demand / market.demand[m]);
            let goes_on = (market.demand[m] > 0.0) & (demand > 0.0);
            market.growth[m] = if goes_on { growth } else { 0.0 };
            market.demand[m] = demand;
        }
    }
}
