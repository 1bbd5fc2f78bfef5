//! How many founders come, where, and with what?

use super::leave::{STRIP, Stands};
use super::newcomers::Welcome;
use super::rules::{ARRIVALS, fill_gaps, founding_share, gap, pool_growth, surroundings};
use super::{CELLS, EntryParameters, EntryState, SEGMENT_LIST, SEGMENTS, STREAMS};
use crate::base::blocks::Crew;
use crate::base::{math, select};
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firms, REGIONS, Segment};
use crate::model::research::annuity;
use crate::model::state::State;
use crate::model::world::LAST_RECORDED;
use std::array::from_fn;
use std::collections::VecDeque;

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
    let weights: [f64; SEGMENTS] = from_fn(|s| entrant_weight(&state.entry, s, ctx));
    advance(state, &weights, ctx);
    let mut arrivals = std::mem::take(&mut state.entry.arrivals);
    arrivals.line_up(&mut state.entry, ctx);
    let State {
        firms,
        entry,
        market,
        books,
        ..
    } = state;
    let tally = &mut entry.tally;
    for founder in &arrivals.founders {
        let (s, weight) = (founder.segment(), weights[founder.segment()]);
        tally.entries += weight;
        tally.agents_entered += 1.0;
        tally.count(s, weight, 1.0);
    }
    arrivals.find_rows(firms, &mut entry.free);
    let welcome = Welcome::of(entry, market, weights, ctx);
    arrivals.share_out(firms.len(), ctx.crew);
    let rooms = ctx.crew.rooms(firms.len(), &mut arrivals.by_block);
    let paid_in = ctx
        .crew
        .walk((firms.lend(), rooms), |(mut firms, mut room)| {
            welcome.let_in(&mut firms, room.own(), ctx)
        });
    entry.arrivals = arrivals;
    entry.tally.paid_in = paid_in;
    let exit = Instrument::EntryExit;
    books.pay(Account::Households, Account::Firms, exit, paid_in);
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
    let local: [f64; REGIONS] = from_fn(|region| {
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

/// A founder whose time has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Founder {
    pub(super) stream: u32,
    /// Place among the arrivals of the stream.
    pub(super) ordinal: u32,
    /// Row of the firm, in the block of firms that holds it once founders are shared out.
    pub(super) row: u32,
}

impl Founder {
    pub(super) fn segment(&self) -> usize {
        self.stream as usize / CELLS
    }
}

/// Founders whose time has come this quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arrivals {
    /// Stream by stream.
    founders: Vec<Founder>,
    /// Those of each block of firms.
    by_block: Vec<Vec<Founder>>,
    /// Scratch: streams in which somebody arrives.
    due: Vec<u32>,
}

/// Founders that a quarter makes room for ahead: more seldom come.
const SEVERAL: usize = 2 * STREAMS;

impl Arrivals {
    /// Lists them and sets the times of those that come after them.
    fn line_up(&mut self, entry: &mut EntryState, ctx: &Context) {
        let (clock, threshold) = (&entry.clock, &entry.threshold);
        select::list(STREAMS, &mut self.due, |from, flags| {
            find_due(&clock[from..], &threshold[from..], flags);
        });
        self.founders.clear();
        self.founders.reserve(SEVERAL);
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
                    self.founders.push(Founder {
                        stream,
                        ordinal: entry.ordinal[s],
                        row: 0,
                    });
                    entry.ordinal[s] += 1;
                    entry.threshold[s] += pause;
                    if entry.clock[s] >= entry.threshold[s] {
                        pause = gap(ctx.key, stream, entry.ordinal[s] + 1);
                    }
                }
            }
        }
    }

    /// Gives each founder a row: freed ones first, the longest free before others, then new ones.
    fn find_rows(&mut self, firms: &mut Firms, free: &mut VecDeque<usize>) {
        let (first, mut new) = (firms.len(), 0);
        for founder in &mut self.founders {
            let row = free.pop_front().unwrap_or_else(|| {
                new += 1;
                first + new - 1
            });
            founder.row = row as u32;
        }
        firms.grow(new);
    }

    /// Shares founders out among the blocks of `rows` firms.
    fn share_out(&mut self, rows: usize, crew: Crew) {
        let blocks = crew.blocks(rows);
        self.by_block
            .resize_with(usize::max(self.by_block.len(), blocks), Vec::new);
        for founders in &mut self.by_block {
            founders.clear();
        }
        for &founder in &self.founders {
            let (block, row) = crew.place_of(founder.row as usize);
            self.by_block[block].push(Founder {
                row: row as u32,
                ..founder
            });
        }
    }
}

/// Those of segment `s` among founders listed stream by stream.
pub(super) fn of_segment(founders: &[Founder], s: usize) -> &[Founder] {
    let upto = |s: usize| founders.partition_point(|founder| founder.segment() < s);
    &founders[upto(s)..upto(s + 1)]
}

crate::dispatched! {
    /// Flags streams whose clocks have reached the next arrival.
    fn find_due(clock: &[f64], threshold: &[f64], flags: &mut [bool]) {
        for ((flag, clock), threshold) in flags.iter_mut().zip(clock).zip(threshold) {
            *flag = clock >= threshold;
        }
    }
}

/// Real firms an entrant stands for \[firms\].
fn entrant_weight(entry: &EntryState, segment: usize, ctx: &Context) -> f64 {
    math::max(ctx.parameters.entry.entrant_weight / ctx.scale, 1.0) * entry.trend[segment]
}
