//! Which inventors found a firm on an invention that nobody took (M39)?
//!
//! Once a year, on the day of its disclosure, some inventors of inventions on the shelf think of
//! a firm of their own. They found it iff their share of its value there exceeds the cost,
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
use super::population::entrant_id;
use super::state::State;
use super::transfer::bargain::{self, Shield};
use super::transfer::{Deal, DealKind, Motive};
use super::universities::{Universities, effort};
use crate::base::math::{max, min};
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::strip::ROWS;
use strip::{Market, STRIP, Strip, Terms};

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

/// Clocks of arrival by cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpinOffState {
    /// Cumulated founding mass over the weight of an agent, by cell \[agents\].
    pub clock: Vec<f64>,
    /// Reading at which the next firm is founded.
    pub threshold: Vec<f64>,
    /// Firms founded so far.
    pub ordinal: Vec<u32>,
    /// Scratch: rows whose inventors think of a firm this quarter.
    thinkers: Vec<u32>,
    /// Scratch: what the inventors of each unit can count on.
    terms: Vec<Terms>,
    /// Counters of this quarter.
    pub tally: SpinOffTally,
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
    let p = &ctx.parameters.spin_offs;
    let weight = max(p.agent_weight / ctx.scale, 1.0);
    let mut own = std::mem::take(&mut state.spin_offs);
    own.tally = SpinOffTally::default();
    think(&mut own.thinkers, &state.universities, ctx);
    own.terms.clear();
    own.terms.extend(terms(state, ctx));
    let market = Market::of(state, ctx);
    let mut strip = Strip::EMPTY;
    for start in (0..own.thinkers.len()).step_by(STRIP) {
        let end = (start + STRIP).min(own.thinkers.len());
        strip.gather(&own.thinkers[start..end], &own.terms, &market, state);
        strip::weigh(&mut strip, &market, p);
        for at in start..end {
            let (r, row) = (at - start, own.thinkers[at] as usize);
            let v = &state.universities.inventions;
            let mass = v.shelf[row] * strip.share[r];
            if strip.stake[r] < strip.reserve[r] {
                own.tally.refused += mass;
                continue;
            }
            own.tally.wanted += mass;
            let cell = usize::from(v.region[row]) * FIELDS + usize::from(v.field[row]);
            own.clock[cell] += mass / weight;
            if own.clock[cell] < own.threshold[cell] {
                continue;
            }
            // a small invention founds a lighter agent, and the next comes the sooner
            let taken = min(weight, v.shelf[row]);
            let ordinal = own.ordinal[cell];
            own.ordinal[cell] = ordinal + 1;
            let gap = entry::gap(ctx.key, stream_of(cell), ordinal + 1);
            own.threshold[cell] += gap * taken / weight;
            let id = entrant_id(stream_of(cell), ordinal);
            let firm = start_up(state, id, row, taken, ctx);
            own.tally.founded += taken;
            own.tally.agents += 1.0;
            own.tally.paid_in += taken * firm.cash;
            settle(state, row, firm, taken);
        }
    }
    let (owners, firms) = (Account::Households, Account::Firms);
    let paid = own.tally.paid_in;
    state.books.pay(owners, firms, Instrument::EntryExit, paid);
    state.spin_offs = own;
}

/// Finds the inventions on the shelf, disclosed whole years ago, whose inventors think of a firm:
/// each year those of a share `considered` do.
fn think(thinkers: &mut Vec<u32>, u: &Universities, ctx: &Context) {
    let considered = ctx.parameters.spin_offs.considered;
    let v = &u.inventions;
    thinkers.clear();
    let (mut ids, mut draws, mut some) = ([0; ROWS], [0.0; ROWS], [0; ROWS]);
    for rows in u.anniversaries(ctx.q()).chunks(ROWS) {
        let (ids, draws) = (&mut ids[..rows.len()], &mut draws[..rows.len()]);
        for (id, &row) in ids.iter_mut().zip(rows) {
            *id = v.id[row as usize];
        }
        fill_uniform(ctx.key, ids, ctx.q() as u32, 1, Purpose::SpinOff, draws);
        // every row is written and the next one overwrites it unless it counts
        let mut count = 0;
        for ((&row, &id), &draw) in rows.iter().zip(&*ids).zip(&*draws) {
            some[count] = row;
            count += usize::from((draw < considered) & (id != 0));
        }
        let there = |row: &u32| v.shelf[*row as usize] > 0.0;
        thinkers.extend(some[..count].iter().copied().filter(there));
    }
}

/// What the inventors of each unit can count on this quarter.
fn terms<'a>(state: &'a State, ctx: &'a Context) -> impl Iterator<Item = Terms> + 'a {
    let (rights, rules) = (&ctx.seen.rights, &ctx.seen.founding);
    let units = &state.universities.units;
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
    (0..units.len()).map(move |unit| {
        let (leave, rule) = ctx.key.pair(units.id[unit], 0, 0, 0, Purpose::SpinOff);
        let control = units.control_rank[unit] < rights.inventor_control;
        Terms {
            income: income[usize::from(control)],
            blame: blame[usize::from(units.separate_rank[unit] < rights.separate_assets)],
            on_leave: leave < rules.leave,
            is_bound: rule < rules.consent || control,
        }
    })
}

/// The firm of arrival `id` on an invention, for `weight` real ones.
fn start_up(state: &State, id: u32, row: usize, weight: f64, ctx: &Context) -> Firm {
    let p = &ctx.parameters.spin_offs;
    let v = &state.universities.inventions;
    let place = (v.region[row], v.field[row]);
    let sales = p.start_sales * ctx.world.price;
    let scene = &state.entry.scene;
    let firm = entry::newcomer(state, scene, id, Segment::Small, place, sales, weight, ctx);
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
