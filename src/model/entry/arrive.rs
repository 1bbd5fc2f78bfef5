//! How many founders come, where, and with what?

use super::census::Surroundings;
use super::leave::health;
use super::rules::{exit_probability, founding_share, gap, pool_growth, surroundings};
use super::{CELLS, EntryParameters, EntryState, SEGMENT_LIST, SEGMENTS, STREAMS, place};
use crate::base::math;
use crate::base::rng::Purpose;
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::demand::{ln_attraction_per_demand, market_of, resting_appeal};
use crate::model::firms::{FIELDS, Firm, REGIONS, Segment};
use crate::model::population::{SalesLaw, draw_firm, entrant_id};
use crate::model::research::annuity;
use crate::model::state::State;
use crate::model::world::{LAST_RECORDED, WARM_UP};

/// Stream of a segment in a region and field.
fn stream_of(segment: usize, region: u8, field: u8) -> usize {
    segment * CELLS + usize::from(region) * FIELDS + usize::from(field)
}

/// Recorded growth of the pool of a segment \[1/yr\].
fn recorded_growth(segment: usize, p: &EntryParameters) -> f64 {
    match SEGMENT_LIST[segment] {
        Segment::Industry => p.pool_growth_industry,
        Segment::Services => p.pool_growth_services,
        Segment::Small => p.pool_growth_small,
    }
}

/// Share of potential founders that found, by field.
fn founding_shares(state: &State, ctx: &Context) -> [f64; FIELDS] {
    let p = &ctx.parameters.entry;
    let years = annuity(ctx.world.sme_loan_rate + p.risk_premium, p.horizon);
    let mut shares = [0.0; FIELDS];
    for (share, &margin) in shares.iter_mut().zip(&state.market.profit_margin) {
        *share = founding_share(margin, years, p.entry_cost, p.entry_cost_log_sd);
    }
    shares
}

/// Potential founders by stream \[firms/yr\]: firms of the cell times (growth + exit rate of the
/// segment) over the mean share that founds, so that entry over exit is the assumed growth.
pub(super) fn founding_pools(state: &State, ctx: &Context) -> Vec<f64> {
    let p = &ctx.parameters.entry;
    let firms = &state.firms;
    let shares = founding_shares(state, ctx);
    let mut pool = vec![0.0; STREAMS];
    let (mut count, mut exits, mut founding) = ([0.0; SEGMENTS], [0.0; SEGMENTS], [0.0; SEGMENTS]);
    for i in 0..firms.len() {
        if !firms.alive[i] {
            continue;
        }
        let (s, weight) = (firms.segment[i] as usize, firms.weight[i]);
        pool[stream_of(s, firms.region[i], firms.field[i])] += weight;
        count[s] += weight;
        exits[s] += weight * exit_probability(health(firms, i, p, ctx), p);
        founding[s] += weight * shares[usize::from(firms.field[i])];
    }
    for s in 0..SEGMENTS {
        let rate = if founding[s] > 0.0 {
            (recorded_growth(s, p) * count[s] + exits[s]) / founding[s]
        } else {
            0.0
        };
        for potential in &mut pool[s * CELLS..(s + 1) * CELLS] {
            *potential *= rate;
        }
    }
    pool
}

/// Advances the clocks and lets in the founders whose time has come, stream by stream.
pub(super) fn enter(state: &mut State, ctx: &Context) {
    let scene = std::mem::take(&mut state.entry.scene);
    let p = &ctx.parameters.entry;
    let shares = founding_shares(state, ctx);
    let after = f64::from(ctx.quarter.since(LAST_RECORDED)) / 4.0; // derived: quarters a year
    let graduates = surroundings(
        ctx.world.graduates,
        state.entry.founding_graduates,
        p.founders_from_graduates,
    );
    let mut local = [1.0; REGIONS];
    for ((local, &now), &before) in local
        .iter_mut()
        .zip(&scene.doers)
        .zip(&state.entry.founding_doers)
    {
        *local = surroundings(now, before, p.founders_from_doers);
    }
    let sales = EntrantSales::of(&state.entry, ctx);
    let mut paid_in = 0.0;
    for s in 0..SEGMENTS {
        let recorded = recorded_growth(s, p);
        let growth = pool_growth(recorded, p.pool_growth_later, p.pool_fade_years, after);
        let weight = entrant_weight(&state.entry, s, ctx);
        for cell in 0..CELLS {
            let stream = s * CELLS + cell;
            let (region, field) = (cell / FIELDS, cell % FIELDS);
            let founders =
                state.entry.pool[stream] * state.entry.trend[s] * graduates * local[region];
            state.entry.clock[stream] += founders * shares[field] / (4.0 * weight); // derived: quarters a year
            while state.entry.clock[stream] >= state.entry.threshold[stream] {
                let ordinal = state.entry.ordinal[stream];
                let row = founder(state, stream, ordinal, weight, (&scene, &sales), ctx);
                paid_in += weight * row.cash;
                place(state, row);
                let entry = &mut state.entry;
                entry.ordinal[stream] = ordinal + 1;
                entry.threshold[stream] += gap(ctx.key, stream as u32, ordinal + 1);
                entry.tally.entries += weight;
                entry.tally.agents_entered += 1.0;
                entry.tally.count(s, weight, 1.0);
            }
        }
        state.entry.trend[s] *= math::exp(growth / 4.0); // derived: quarters a year
    }
    state.entry.tally.paid_in = paid_in;
    state.entry.scene = scene;
    let exit = Instrument::EntryExit;
    state
        .books
        .pay(Account::Households, Account::Firms, exit, paid_in);
}

/// Real firms an entrant stands for \[firms\].
fn entrant_weight(entry: &EntryState, segment: usize, ctx: &Context) -> f64 {
    math::max(ctx.parameters.entry.entrant_weight / ctx.scale, 1.0) * entry.trend[segment]
}

/// How sales of entrants are spread this quarter.
struct EntrantSales {
    laws: [SalesLaw; SEGMENTS],
    /// Nominal GDP over that at founding.
    nominal: f64,
    /// What entrants lag behind it.
    lag: f64,
}

impl EntrantSales {
    fn of(entry: &EntryState, ctx: &Context) -> Self {
        let years = f64::from(ctx.quarter.since(WARM_UP)) / 4.0; // derived: quarters a year
        Self {
            laws: SEGMENT_LIST.map(|s| SalesLaw::of(s, &ctx.parameters.population)),
            nominal: surroundings(ctx.world.gdp, entry.founding_gdp, 1.0),
            lag: math::exp(-ctx.parameters.entry.entrant_sales_lag * years),
        }
    }

    /// Sales at quantile `u` of a segment \[mn/yr\].
    fn quantile(&self, segment: usize, u: f64) -> f64 {
        self.laws[segment].quantile(u) * self.nominal * self.lag
    }
}

/// The firm of arrival `ordinal` of a stream. Its lasting draws are keyed on the arrival, as if
/// it had been founded in the warm-up; what it knows, it knows from its region today.
fn founder(
    state: &State,
    stream: usize,
    ordinal: u32,
    weight: f64,
    (scene, sales): (&Surroundings, &EntrantSales),
    ctx: &Context,
) -> Firm {
    let p = &ctx.parameters.entry;
    let segment = SEGMENT_LIST[stream / CELLS];
    let place = ((stream % CELLS / FIELDS) as u8, (stream % FIELDS) as u8);
    let id = entrant_id(stream as u32, ordinal);
    let dateless = Context {
        quarter: WARM_UP,
        ..*ctx
    };
    let rank = dateless.uniform(id, 0, 0, Purpose::EntryTraits);
    let sales = sales.quantile(stream / CELLS, rank * p.entrant_rank);
    let firm = newcomer(state, scene, id, segment, place, sales, weight, ctx);
    Firm {
        cash: p.entrant_cash * sales,
        ..firm
    }
}

/// A firm that starts now at given sales, by region and field; its lasting draws are those of the
/// warm-up.
#[allow(clippy::too_many_arguments)] // who, where and how large
pub(in crate::model) fn newcomer(
    state: &State,
    scene: &Surroundings,
    id: u32,
    segment: Segment,
    (region, field): (u8, u8),
    sales: f64,
    weight: f64,
    ctx: &Context,
) -> Firm {
    let dateless = Context {
        quarter: WARM_UP,
        ..*ctx
    };
    let (u_claim, u_hightech) = dateless.pair(id, 0, 1, Purpose::FirmTax);
    let drawn = draw_firm(id, segment, region, field, sales, weight, &dateless);
    let region = usize::from(region);
    let ln_productivity = scene.ln_productivity[usize::from(field)];
    let market = market_of(field, segment);
    Firm {
        born: ctx.q(),
        vintage: ctx.q(),
        aware_claim: u_claim < scene.aware_claim[region],
        aware_hightech: u_hightech < scene.aware_hightech[region],
        ln_productivity,
        ln_appeal: resting_appeal(
            math::ln(sales),
            ln_attraction_per_demand(&state.market, market),
            ln_productivity,
            ctx.parameters.demand.substitution,
        ),
        ..drawn
    }
}
