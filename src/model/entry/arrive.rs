//! How many founders come, where, and with what?

use super::census::Surroundings;
use super::leave::{STRIP, Stands};
use super::rules::{ARRIVALS, fill_gaps, founding_share, gap, pool_growth, surroundings};
use super::{CELLS, EntryParameters, EntryState, SEGMENT_LIST, SEGMENTS, STREAMS, place};
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::{math, select};
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::demand::{ln_attraction_per_demand, market_of, resting_appeal};
use crate::model::firms::{FIELDS, Firm, REGIONS, Segment};
use crate::model::population::{SalesLaw, draw_firm_among, entrant_id};
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
    let mut shares = state.market.profit_margin;
    fill_shares(&mut shares, years, p);
    shares
}

crate::dispatched! {
    /// Puts the share of potential founders that found in place of each margin.
    fn fill_shares(margins: &mut [f64; FIELDS], years: f64, p: &EntryParameters) {
        for margin in margins {
            *margin = founding_share(*margin, years, p.entry_cost, p.entry_cost_log_sd);
        }
    }
}

/// Potential founders by stream \[firms/yr\]: firms of the cell times (growth + exit rate of the
/// segment) over the mean share that founds, so that entry over exit is the assumed growth.
pub(super) fn founding_pools(state: &State, ctx: &Context) -> Vec<f64> {
    let p = &ctx.parameters.entry;
    let firms = &state.firms;
    let shares = founding_shares(state, ctx);
    let mut pool = vec![0.0; STREAMS];
    let (mut count, mut exits, mut founding) = ([0.0; SEGMENTS], [0.0; SEGMENTS], [0.0; SEGMENTS]);
    let living: Vec<u32> = (0..firms.len() as u32)
        .filter(|&row| firms.alive[row as usize])
        .collect();
    let mut stands = Stands::new();
    for rows in living.chunks(STRIP) {
        let closing = stands.examine(firms, rows, p, ctx);
        for (&row, &closing) in rows.iter().zip(closing) {
            let i = row as usize;
            let (s, weight) = (firms.segment[i] as usize, firms.weight[i]);
            pool[stream_of(s, firms.region[i], firms.field[i])] += weight;
            count[s] += weight;
            exits[s] += weight * closing;
            founding[s] += weight * shares[usize::from(firms.field[i])];
        }
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
    let weights: [f64; SEGMENTS] = std::array::from_fn(|s| entrant_weight(&state.entry, s, ctx));
    advance(state, &weights, ctx);
    let mut arrivals = std::mem::take(&mut state.entry.arrivals);
    arrivals.line_up(&mut state.entry, ctx);
    let scene = std::mem::take(&mut state.entry.scene);
    let sales = EntrantSales::of(&state.entry, ctx);
    let mut paid_in = 0.0;
    let mut strip = Strip::new();
    for (s, &weight) in weights.iter().enumerate() {
        for founders in arrivals.of_segment(s).chunks(ARRIVALS) {
            strip.draw(founders, &sales, s, ctx);
            for (&(stream, _), (&id, &sales)) in
                founders.iter().zip(strip.id.iter().zip(&strip.sales))
            {
                let place_of = (stream as usize % CELLS / FIELDS, stream as usize % FIELDS);
                let at = (place_of.0 as u8, place_of.1 as u8);
                let segment = SEGMENT_LIST[s];
                let mut row = newcomer(state, &scene, id, segment, at, sales, weight, ctx);
                row.cash = ctx.parameters.entry.entrant_cash * sales;
                paid_in += weight * row.cash;
                place(state, row);
                let tally = &mut state.entry.tally;
                tally.entries += weight;
                tally.agents_entered += 1.0;
                tally.count(s, weight, 1.0);
            }
        }
    }
    state.entry.arrivals = arrivals;
    state.entry.tally.paid_in = paid_in;
    state.entry.scene = scene;
    let exit = Instrument::EntryExit;
    state
        .books
        .pay(Account::Households, Account::Firms, exit, paid_in);
}

/// Runs the clocks of all streams on by a quarter, and the trends of the pools.
fn advance(state: &mut State, weights: &[f64; SEGMENTS], ctx: &Context) {
    let p = &ctx.parameters.entry;
    let shares = founding_shares(state, ctx);
    let after = f64::from(ctx.quarter.since(LAST_RECORDED)) / 4.0; // derived: quarters a year
    let entry = &mut state.entry;
    let graduates = surroundings(
        ctx.world.graduates,
        entry.founding_graduates,
        p.founders_from_graduates,
    );
    let local: [f64; REGIONS] = std::array::from_fn(|region| {
        let (now, before) = (entry.scene.doers[region], entry.founding_doers[region]);
        surroundings(now, before, p.founders_from_doers)
    });
    for s in 0..SEGMENTS {
        for (region, &local) in local.iter().enumerate() {
            let from = s * CELLS + region * FIELDS;
            let (pool, clock) = (&entry.pool[from..], &mut entry.clock[from..]);
            let drivers = [entry.trend[s], graduates, local];
            run_on(
                &pool[..FIELDS],
                drivers,
                &shares,
                weights[s],
                &mut clock[..FIELDS],
            );
        }
        let recorded = recorded_growth(s, p);
        let growth = pool_growth(recorded, p.pool_growth_later, p.pool_fade_years, after);
        entry.trend[s] *= math::exp(growth / 4.0); // derived: quarters a year
    }
}

crate::dispatched! {
    /// Runs the clocks of a segment and region on by a quarter, field by field: founders are the
    /// pool times what drives it, and a share of them founds.
    fn run_on(
        pool: &[f64],
        drivers: [f64; 3],
        shares: &[f64; FIELDS],
        weight: f64,
        clock: &mut [f64],
    ) {
        for ((clock, &pool), &share) in clock.iter_mut().zip(pool).zip(shares) {
            let [trend, graduates, local] = drivers;
            let founders = pool * trend * graduates * local;
            *clock += founders * share / (4.0 * weight); // derived: quarters a year
        }
    }
}

/// Founders whose time has come this quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arrivals {
    /// Stream and ordinal of each, stream by stream.
    founders: Vec<(u32, u32)>,
    /// Scratch: streams in which somebody arrives.
    due: Vec<u32>,
}

impl Arrivals {
    /// Lists them and sets the times of those that come after them.
    fn line_up(&mut self, entry: &mut EntryState, ctx: &Context) {
        let (clock, threshold) = (&entry.clock, &entry.threshold);
        select::list(STREAMS, &mut self.due, |from, flags| {
            find_due(&clock[from..], &threshold[from..], flags);
        });
        self.founders.clear();
        self.founders.reserve(2 * STREAMS);
        let (mut ids, mut next) = ([0; ARRIVALS], [0; ARRIVALS]);
        let mut gaps = [0.0; ARRIVALS];
        for streams in self.due.chunks(ARRIVALS) {
            for ((id, next), &stream) in ids.iter_mut().zip(&mut next).zip(streams) {
                (*id, *next) = (stream, entry.ordinal[stream as usize] + 1);
            }
            fill_gaps(ctx.key, &ids, &next, &mut gaps);
            for (&stream, &first) in streams.iter().zip(&gaps) {
                let (s, mut pause) = (stream as usize, first);
                while entry.clock[s] >= entry.threshold[s] {
                    self.founders.push((stream, entry.ordinal[s]));
                    entry.ordinal[s] += 1;
                    entry.threshold[s] += pause;
                    if entry.clock[s] >= entry.threshold[s] {
                        pause = gap(ctx.key, stream, entry.ordinal[s] + 1);
                    }
                }
            }
        }
    }

    /// Those of a segment.
    fn of_segment(&self, s: usize) -> &[(u32, u32)] {
        let upto = |s: usize| {
            let end = (s * CELLS) as u32;
            self.founders.partition_point(|&(stream, _)| stream < end)
        };
        &self.founders[upto(s)..upto(s + 1)]
    }
}

crate::dispatched! {
    /// Flags streams whose clocks have reached the next arrival.
    fn find_due(clock: &[f64], threshold: &[f64], flags: &mut [bool]) {
        for ((flag, clock), threshold) in flags.iter_mut().zip(clock).zip(threshold) {
            *flag = clock >= threshold;
        }
    }
}

/// Founders of a segment drawn together, in columns.
struct Strip {
    id: [u32; ARRIVALS],
    /// Sales \[mn/yr\].
    sales: [f64; ARRIVALS],
}

impl Strip {
    fn new() -> Self {
        Self {
            id: [0; ARRIVALS],
            sales: [0.0; ARRIVALS],
        }
    }

    /// Ids and sales of arrivals. Their lasting draws are keyed on the arrival, as if they had
    /// been founded in the warm-up; what they know, they know from their region today.
    fn draw(&mut self, founders: &[(u32, u32)], law: &EntrantSales, s: usize, ctx: &Context) {
        for (id, &(stream, ordinal)) in self.id.iter_mut().zip(founders) {
            *id = entrant_id(stream, ordinal);
        }
        let (then, sales) = (WARM_UP.index() as u32, &mut self.sales);
        fill_uniform(ctx.key, &self.id, then, 0, Purpose::EntryTraits, sales);
        fill_quantiles(&law.laws[s], ctx.parameters.entry.entrant_rank, sales);
        for sales in &mut self.sales {
            *sales = *sales * law.nominal * law.lag;
        }
    }
}

crate::dispatched! {
    /// Puts the sales at a rank, at most `highest`, in place of each uniform.
    fn fill_quantiles(law: &SalesLaw, highest: f64, ranks: &mut [f64; ARRIVALS]) {
        for rank in ranks {
            *rank = law.quantile(*rank * highest);
        }
    }
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
    let home = usize::from(region);
    let aware = [scene.aware_claim[home], scene.aware_hightech[home]];
    // a row is long: it is set in place
    let mut firm = draw_firm_among(aware, id, segment, region, field, sales, weight, &dateless);
    let ln_productivity = scene.ln_productivity[usize::from(field)];
    let market = market_of(field, segment);
    (firm.born, firm.vintage) = (ctx.q(), ctx.q());
    firm.ln_productivity = ln_productivity;
    firm.ln_appeal = resting_appeal(
        math::ln(sales),
        ln_attraction_per_demand(&state.market, market),
        ln_productivity,
        ctx.parameters.demand.substitution,
    );
    firm
}
