//! Which inventors found a firm on an invention that nobody took (M39)?
//!
//! Once a year, on the day of its disclosure, some inventors of inventions on the shelf think of
//! a firm of their own; of inventions of little worth, a keyed sample stands for all. They found it
//! iff their share of its value there exceeds the cost,
//!
//! ```text
//! s·V > K (1 + r T) + (1 − leave)·pay·years      s: inventors' income, V: value in own hands
//! ```
//!
//! and the unit consents iff its stake (1 − s)V reaches its reserve price, which hindsight blame
//! sets, unless a rule or the inventors' control decides. Firms of a cell arrive on a clock of
//! founding mass with keyed gaps, so that a policy moves dates; the invention at which the clock
//! strikes goes with the firm, as a stake for use, into the funnel. Left out: firms founded on
//! licensed or off-book inventions, funds at the founding (later rounds are those of all firms).

mod rules;
mod strip;
#[cfg(test)]
mod tests;

pub use rules::{founding_cost, founding_share, own_value};

use super::books::{Account, Instrument};
use super::context::Context;
use super::entry::{self, CELLS, STREAMS};
use super::firms::{FIELDS, Firm, Segment};
use super::population::{Founding, entrant_id};
use super::state::State;
use super::transfer::bargain::{self, Shield};
use super::transfer::{Deal, DealKind, Motive};
use super::universities::{Fee, Inventions, Units, effort};
use crate::base::math::{max, min};
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::room::have_room;
use crate::base::strip::{ROWS, fill_pairs, gather};
use strip::{Choice, Market, STRIP, Strip, Terms};

crate::family! {
    /// Parameters of firms founded by inventors.
    pub struct SpinOffParameters in "spin_offs" {
        /// Inventors who think of a firm of their own within a year \[share\].
        considered,
        /// Sales to which founders expect their firm to grow \[mn/yr, 2020 prices\].
        grown_sales,
        /// Capital to found \[mn, 2020 prices\].
        capital,
        /// Years until sales bear it \[yr\].
        years_to_sales,
        /// Cost of their funds over the loan rate of small firms \[1/yr\].
        risk_premium,
        /// Pay that leaving a post costs \[years\].
        post_years,
        /// Spread of founding cost \[log points\].
        cost_log_sd,
        /// Sales at the start \[mn/yr, 2020 prices\].
        start_sales,
        /// Real firms an agent stands for, times the scale \[firms\].
        agent_weight,
    }
}

/// Counters of this quarter, real units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SpinOffTally {
    /// Inventions whose inventors would found and may \[inventions\].
    pub wanted: f64,
    /// Inventions whose inventors would found and may not \[inventions\].
    pub refused: f64,
    /// Firms founded \[firms\].
    pub founded: f64,
    /// Agents founded \[agents\].
    pub agents: f64,
    /// Cash paid in by founders \[mn\].
    pub paid_in: f64,
}

/// Inventions of little worth that one of them stands for: thousands of small masses run up a
/// clock between two foundings, and a sample gives the same rate. Only those are sampled of which
/// at most one in so many would be founded on, so that none founds more than its shelf holds.
const STANDS_FOR: f64 = 16.0; // derived: the sample's noise stays far below that of the gaps

/// Clocks of arrival by cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpinOffState {
    /// Cumulated founding mass over that of the agent it would found, by cell \[agents\].
    pub clock: Vec<f64>,
    /// Reading at which the next firm is founded.
    pub threshold: Vec<f64>,
    /// Firms founded so far.
    pub ordinal: Vec<u32>,
    /// Scratch by drawer of the store.
    thinkers: Vec<Thinkers>,
    /// Scratch: what the inventors of each unit can count on.
    terms: Vec<Terms>,
    /// Counters of this quarter.
    pub tally: SpinOffTally,
}

/// Inventions whose inventors think of a firm this quarter.
#[derive(Clone, Debug, Default, PartialEq)]
struct Thinkers {
    /// Those of worth, all of them.
    worthy: Vec<Choice>,
    /// A sample of the others.
    sample: Vec<Choice>,
}

/// Stream of arrivals of a cell, behind those of other founders.
fn stream_of(cell: usize) -> u32 {
    (STREAMS + cell) as u32
}

impl SpinOffState {
    /// No firm yet.
    pub fn found(ctx: &Context) -> Self {
        Self {
            clock: vec![0.0; CELLS],
            threshold: (0..CELLS)
                .map(|cell| entry::gap(ctx.key, stream_of(cell), 0))
                .collect(),
            ordinal: vec![0; CELLS],
            ..Self::default()
        }
    }
}

/// Inventors of inventions on the shelf decide, firms are founded.
pub fn found(state: &mut State, ctx: &Context) {
    let mut own = std::mem::take(&mut state.spin_offs);
    own.tally = SpinOffTally::default();
    set_terms(&mut own.terms, &state.universities.units, ctx);
    let market = Market::of(state, ctx);
    let cut = market.cut(&own.terms, 1.0 / STANDS_FOR, &ctx.parameters.spin_offs);
    own.think(&market, cut, state, ctx);
    let thinkers = std::mem::take(&mut own.thinkers);
    let drawers = state.universities.drawers();
    for thinkers in &thinkers[..drawers] {
        own.decide(&thinkers.worthy, 1.0, state, ctx);
    }
    for thinkers in &thinkers[..drawers] {
        own.decide(&thinkers.sample, STANDS_FOR, state, ctx);
    }
    own.thinkers = thinkers;
    let (owners, firms) = (Account::Households, Account::Firms);
    let paid = own.tally.paid_in;
    state.books.pay(owners, firms, Instrument::EntryExit, paid);
    state.spin_offs = own;
}

impl SpinOffState {
    /// Inventors think it over, drawer by drawer of the store.
    fn think(&mut self, market: &Market, cut: f64, state: &State, ctx: &Context) {
        let (u, terms) = (&state.universities, &self.terms);
        let (drawers, crew) = (u.drawers(), ctx.crew.with_rows(1));
        let rooms = crew.rooms(drawers, &mut self.thinkers);
        crew.walk((0..drawers, rooms), |(drawers, mut room)| {
            let thinkers = room.own();
            for drawer in drawers {
                let fees = u.anniversaries(drawer, ctx.q());
                thinkers.find(fees, &u.inventions, cut, ctx);
                thinkers.weigh(terms, market, state, ctx);
            }
        });
    }

    /// Founds firms of inventors who would and may, each of whom stands for so many.
    fn decide(&mut self, choices: &[Choice], stands_for: f64, state: &mut State, ctx: &Context) {
        let p = &ctx.parameters.spin_offs;
        let weight = max(p.agent_weight / ctx.scale, 1.0);
        for choice in choices {
            let row = choice.row as usize;
            let v = &state.universities.inventions;
            let mass = stands_for * v.shelf[row] * choice.share;
            if choice.refused {
                self.tally.refused += mass;
                continue;
            }
            self.tally.wanted += mass;
            let cell = usize::from(v.region[row]) * FIELDS + usize::from(v.field[row]);
            // an agent stands for so many firms, or for all that the invention has
            let taken = min(weight, v.shelf[row]);
            self.clock[cell] += mass / taken;
            while self.clock[cell] >= self.threshold[cell]
                && state.universities.inventions.shelf[row] >= taken
            {
                self.found_one(cell, row, taken, state, ctx);
            }
        }
    }

    /// Founds the next agent of a cell, which takes so many of the inventions in a row.
    fn found_one(&mut self, cell: usize, row: usize, taken: f64, state: &mut State, ctx: &Context) {
        let ordinal = self.ordinal[cell];
        self.ordinal[cell] = ordinal + 1;
        self.threshold[cell] += entry::gap(ctx.key, stream_of(cell), ordinal + 1);
        let id = entrant_id(stream_of(cell), ordinal);
        let firm = start_up(state, id, row, taken, ctx);
        self.tally.founded += taken;
        self.tally.agents += 1.0;
        self.tally.paid_in += taken * firm.cash;
        settle(state, row, firm, taken);
    }
}

/// Inventors of a drawer for whom there is memory from the start.
const ROOM: usize = 1024;

impl Thinkers {
    /// Of inventions whose `fees` fall due, finds those on the shelf whose inventors think of a
    /// firm: each year those of a share `considered` do. Below the quality `cut` a sample of them
    /// is found.
    fn find(&mut self, fees: &[Fee], v: &Inventions, cut: f64, ctx: &Context) {
        let considered = ctx.parameters.spin_offs.considered;
        let Self { worthy, sample } = self;
        worthy.clear();
        have_room(worthy, ROOM);
        sample.clear();
        have_room(sample, ROOM);
        let (mut ids, mut draws, mut quality) = ([0; ROWS], [0.0; ROWS], [0.0; ROWS]);
        let mut some = [0; ROWS];
        for fees in fees.chunks(ROWS) {
            for (id, fee) in ids.iter_mut().zip(fees) {
                *id = fee.id;
            }
            let q = ctx.q() as u32;
            let n = fees.len();
            fill_uniform(ctx.key, &ids[..n], q, 1, Purpose::SpinOff, &mut draws[..n]);
            // every row is written and the next one overwrites it unless it counts
            let mut count = 0;
            for (k, fee) in fees.iter().enumerate() {
                let draw = draws[k];
                (some[count], draws[count]) = (fee.row, draw);
                count += usize::from((draw < considered) & (fee.id != 0));
            }
            gather(&v.quality, &some[..count], &mut quality);
            let there = |row: u32| (v.shelf[row as usize] > 0.0).then_some(Choice::of(row));
            for (k, &row) in some[..count].iter().enumerate() {
                if quality[k] > cut {
                    worthy.extend(there(row));
                } else if draws[k] < considered / STANDS_FOR {
                    sample.extend(there(row));
                }
            }
        }
    }

    /// Works out what inventors and their units would like.
    fn weigh(&mut self, terms: &[Terms], market: &Market, state: &State, ctx: &Context) {
        let (mut strip, p) = (Strip::EMPTY, &ctx.parameters.spin_offs);
        for choices in [&mut self.worthy, &mut self.sample] {
            for choices in choices.chunks_mut(STRIP) {
                strip.gather(choices, terms, market, state);
                strip::weigh(&mut strip, market, p);
                strip.note(choices);
            }
        }
    }
}

/// What the inventors of each unit can count on this quarter.
fn set_terms(terms: &mut Vec<Terms>, units: &Units, ctx: &Context) {
    let (rights, rules) = (&ctx.seen.rights, &ctx.seen.founding);
    // a stake in the own firm is no cash reward: no tax on wages falls due
    let gain = ctx.parameters.universities.control_gain;
    let income = [false, true]
        .map(|control| effort::inventor_income(rights.inventor_share, 1.0, control, gain));
    let blame = [false, true].map(|separate| {
        let shield = Shield {
            separate,
            belief: rights.liability_shield,
            posted: false,
            equity: true,
            push: rights.appraisal_push,
        };
        bargain::blame(&shield, &ctx.parameters.transfer)
    });
    terms.clear();
    let (mut leave, mut rule) = ([0.0; ROWS], [0.0; ROWS]);
    for first in (0..units.len()).step_by(ROWS) {
        let ids = &units.id[first..units.len().min(first + ROWS)];
        let (leave, rule) = (&mut leave[..ids.len()], &mut rule[..ids.len()]);
        fill_pairs(ctx.key, ids, 0, 0, Purpose::SpinOff, leave, rule);
        terms.extend(
            (first..)
                .zip(&*leave)
                .zip(&*rule)
                .map(|((unit, &leave), &rule)| {
                    let control = units.control_rank[unit] < rights.inventor_control;
                    Terms {
                        income: income[usize::from(control)],
                        blame: blame
                            [usize::from(units.separate_rank[unit] < rights.separate_assets)],
                        on_leave: leave < rules.leave,
                        is_bound: rule < rules.consent || control,
                    }
                }),
        );
    }
}

/// The firm of arrival `id` on an invention, for `weight` real ones.
fn start_up(state: &State, id: u32, row: usize, weight: f64, ctx: &Context) -> Firm {
    let p = &ctx.parameters.spin_offs;
    let v = &state.universities.inventions;
    let founding = Founding {
        id,
        segment: Segment::Small,
        region: v.region[row],
        field: v.field[row],
        sales: p.start_sales * ctx.world.price,
        weight,
        aware: state.entry.scene.aware(v.region[row]),
    };
    let firm = entry::newcomer(state, &founding, ctx);
    Firm {
        cash: p.capital * ctx.world.price,
        knowledge: p.capital,
        absorptive: 1.0,
        ..firm
    }
}

/// Puts a firm in business and its invention into its hands.
fn settle(state: &mut State, row: usize, firm: Firm, mass: f64) {
    let v = &mut state.universities.inventions;
    v.shelf[row] = max(0.0, v.shelf[row] - mass);
    let (invention_id, unit) = (v.id[row], v.unit[row] as usize);
    let place = entry::place(state, firm);
    state.transfer.deals_this_quarter.push(Deal {
        invention: row,
        invention_id,
        firm: place,
        firm_id: firm.id,
        mass,
        motive: Motive::Use,
        kind: DealKind::Equity,
        price: 0.0,
        royalty: 0.0,
        unit,
    });
}
