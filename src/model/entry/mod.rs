//! Who founds a firm, which firms close, and when is an agent split?
//!
//! A cell is a region and a field; a stream is a cell and a segment. Founders of a stream arrive
//! on the clock (all yearly rates, w the weight of an entrant)
//!
//! ```text
//! ΔΛ = pool · Φ((ln V − ln C)/s) · surroundings / (4 w)
//! ```
//!
//! and arrival j comes when Λ passes the sum of j keyed unit gaps, so that a policy moves dates
//! and never redraws who comes. The pool is the founding number of firms of the cell, times the
//! trend of the pool, times the rate at which entry less exit gives the assumed growth at the
//! founding state; later it acts through V (margins, loan rate), firms with R&D and graduates.
//! The weight of entrants grows with the trend, so that the number of agents does not.
//! Firms of inventors come by [`super::spin_offs`]. Left out: purchase of one firm by another,
//! re-entry.

mod arrive;
mod census;
mod leave;
mod newcomers;
mod rules;
mod split;
#[cfg(test)]
mod tests;

pub(super) use census::Surroundings;
pub(super) use newcomers::newcomer;
pub use rules::{Health, exit_hazard, exit_probability, founding_share, gap, pool_growth};
pub use split::halve;

use super::context::Context;
use super::firms::{FIELDS, REGIONS, Segment};
use super::state::State;
use census::{Burdens, Census};
use std::collections::VecDeque;

crate::family! {
    /// Parameters: how many found a firm, how firms close, when agents are split.
    pub struct EntryParameters in "entry" {
        /// Growth of the number of small capable firms at founding conditions \[1/yr\].
        pool_growth_small,
        /// The same, larger service firms \[1/yr\].
        pool_growth_services,
        /// The same, industry above size \[1/yr\].
        pool_growth_industry,
        /// Growth of all pools after the recorded years \[1/yr\].
        pool_growth_later,
        /// Years over which recorded growth fades into it \[years\].
        pool_fade_years,
        /// Elasticity of founders to the region's share of firms doing R&D.
        founders_from_doers,
        /// Elasticity of founders to graduates.
        founders_from_graduates,
        /// Median cost of founding \[years of sales\].
        entry_cost,
        /// Spread of its logarithm \[log points\].
        entry_cost_log_sd,
        /// Founders' cost of funds over the loan rate of small firms \[1/yr\].
        risk_premium,
        /// Years over which a new firm is valued \[years\].
        horizon,
        /// Real firms an entrant stands for at founding, times the scale \[firms\].
        entrant_weight,
        /// Highest rank of an entrant's sales among founding firms of its segment \[share\].
        entrant_rank,
        /// Growth of an entrant's sales below that of GDP \[1/yr\].
        entrant_sales_lag,
        /// Cash paid in by founders \[years of sales\].
        entrant_cash,
        /// Hazard of closing at sales of 10 mn, not young, not in loss or distress \[1/yr\].
        exit_hazard,
        /// Fall of the log hazard per log sales.
        exit_size,
        /// Rise of the log hazard of a young firm \[log points\].
        exit_young,
        /// Age below which a firm is young \[years\].
        young_years,
        /// Rise of the log hazard in a loss year \[log points\].
        exit_loss,
        /// Hazard added in distress \[1/yr\].
        exit_distress,
        /// Debt over sales above which a firm is in distress \[years\].
        distress_debt,
        /// Weighted sales over the mean sales of a founding agent above which it is split.
        split_threshold,
    }
}

/// Number of cells: regions times fields.
pub const CELLS: usize = REGIONS * FIELDS;
/// Number of segments, in the order of [`Segment`].
pub const SEGMENTS: usize = 3;
/// Number of streams of arrivals: segments times cells.
pub const STREAMS: usize = SEGMENTS * CELLS;
const SEGMENT_LIST: [Segment; SEGMENTS] = [Segment::Industry, Segment::Services, Segment::Small];

/// Counters of one quarter, real units but for those of agents.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EntryTally {
    /// Firms founded \[firms\].
    pub entries: f64,
    /// Firms closed \[firms\].
    pub exits: f64,
    /// Agents founded \[agents\].
    pub agents_entered: f64,
    /// Agents closed \[agents\].
    pub agents_left: f64,
    /// Agents split in two \[agents\].
    pub splits: f64,
    /// Firms in business \[firms\].
    pub living_firms: f64,
    /// Small firms in business \[firms\].
    pub living_small: f64,
    /// Agents in business \[agents\].
    pub living_agents: f64,
    /// Cash paid in by founders \[mn\].
    pub paid_in: f64,
    /// Cash paid out by closing firms, debts left deducted \[mn\].
    pub paid_out: f64,
}

impl EntryTally {
    /// Adds firms and agents of a segment to those in business.
    fn count(&mut self, segment: usize, firms: f64, agents: f64) {
        self.living_agents += agents;
        self.living_firms += firms;
        if SEGMENT_LIST[segment] == Segment::Small {
            self.living_small += firms;
        }
    }
}

/// Clocks of arrival, trends and free rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryState {
    /// Quarters since founding.
    pub age: i32,
    /// Potential founders at founding by stream \[firms/yr\].
    pub pool: Vec<f64>,
    /// Cumulated intensity Λ by stream \[agents\].
    pub clock: Vec<f64>,
    /// Λ at which the next founder of a stream arrives \[agents\].
    pub threshold: Vec<f64>,
    /// Ordinal of that founder.
    pub ordinal: Vec<u32>,
    /// Pool over its founding value, by segment.
    pub trend: [f64; SEGMENTS],
    /// Share of firms with R&D at founding, by region.
    pub founding_doers: [f64; REGIONS],
    /// Graduates at founding, in the unit of the driver.
    pub founding_graduates: f64,
    /// GDP at founding \[bn/yr\].
    pub founding_gdp: f64,
    /// Rows of firms that closed this quarter; dead to all for one quarter, then free.
    pub exited: Vec<usize>,
    /// Agents split this quarter: (row that kept the id, row of the other half).
    pub split: Vec<(usize, usize)>,
    /// Rows that may be used again, oldest first.
    pub free: VecDeque<usize>,
    /// Counters of this quarter.
    pub tally: EntryTally,
    /// What founders find around them: firms as they stood when this was last asked.
    pub(super) scene: Surroundings,
    /// Scratch: founders of this quarter.
    arrivals: arrive::Arrivals,
    /// Scratch by block: who is tested.
    tested: Vec<leave::Tested>,
    /// Scratch by block: how much agents carry.
    burdens: Vec<Burdens>,
    /// Scratch by block: rows of agents to split.
    heavy: Vec<Vec<u32>>,
}

impl EntryState {
    /// State at the start of the warm-up: pools that give the assumed growth at these firms.
    pub fn found(state: &State, ctx: &Context) -> Self {
        let mut entry = Self {
            trend: [1.0; SEGMENTS],
            pool: arrive::founding_pools(state, ctx),
            clock: vec![0.0; STREAMS],
            ordinal: vec![0; STREAMS],
            founding_graduates: ctx.world.graduates,
            founding_gdp: ctx.world.gdp,
            ..Self::default()
        };
        // a quarter in which one in eight closes or is split does not come
        entry.exited.reserve(state.firms.len() / 8);
        entry.split.reserve(state.firms.len() / 8);
        entry.free.reserve(state.firms.len() / 4);
        entry.threshold = (0..STREAMS as u32).map(|s| gap(ctx.key, s, 0)).collect();
        entry.scene = Surroundings::of(&Census::take(&state.firms, &mut entry.burdens, ctx.crew));
        entry.founding_doers = entry.scene.doers;
        entry
    }
}

/// Frees last quarter's rows, lets firms close, splits the heavy ones, lets founders in.
pub fn enter_and_leave(state: &mut State, ctx: &Context) {
    if state.entry.age == 0 {
        // firms have a history by now that they lacked when the state was made
        state.entry = EntryState::found(state, ctx);
    }
    let entry = &mut state.entry;
    entry.age += 1;
    entry.tally = EntryTally::default();
    for row in entry.exited.drain(..) {
        entry.free.push_back(row);
    }
    let census = Census::take(&state.firms, &mut entry.burdens, ctx.crew);
    state.entry.scene = Surroundings::of(&census);
    for s in 0..SEGMENTS {
        let [firms, _, agents] = census.segment(s);
        state.entry.tally.count(s, firms, agents);
    }
    let mut sums = leave::Sums::of(&census);
    leave::close(state, &mut sums, ctx);
    split::split(state, &sums, ctx);
    arrive::enter(state, ctx);
}

/// Puts a row into a freed place, else at the end; gives its index.
pub(super) fn place(state: &mut State, row: super::firms::Firm) -> usize {
    match state.entry.free.pop_front() {
        Some(i) => {
            state.firms.set_row(i, row);
            i
        }
        None => state.firms.push(row),
    }
}
