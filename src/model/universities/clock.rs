//! How many inventions does each unit make in a quarter?
//!
//! Each unit has a clock for ordinary and one for top inventions, which runs on with its
//! research; the n-th invention comes when the clock passes the sum of n keyed gaps.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::{Units, Universities, UniversityParameters, of_units};
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::base::room::have_room;
use crate::base::{select, strip};
use crate::model::context::Context;
use crate::model::firms::FIELDS;

/// Number of fields in a table that is looked up by bits.
const PLACES: usize = FIELDS.next_power_of_two();

/// Time until the next arrival of a unit-rate process, uniform on \[½, 1½\] (mean one).
///
/// Example: a draw of 0.3 gives 0.8.
#[inline(always)]
fn gap_at(draw: f64) -> f64 {
    0.5 + draw
}

/// The gap after the `ordinal`-th arrival of stratum `stratum` at unit `id`.
pub(super) fn gap(ctx: &Context, id: u32, ordinal: u32, stratum: u32) -> f64 {
    gap_at(ctx.key.uniform(id, ordinal, 0, stratum, Purpose::Invention))
}

crate::dispatched! {
    /// The gaps after arrivals of one stratum, given units' ids and ordinals.
    fn fill_gaps(key: Key, ids: &[u32], ordinals: &[u32], stratum: u32, gaps: &mut [f64]) {
        let n = gaps.len();
        let (ids, ordinals) = (&ids[..n], &ordinals[..n]);
        for k in 0..n {
            let words = [ordinals[k], stratum, Purpose::Invention as u32];
            gaps[k] = gap_at(strip::pair(key, ids[k], words).0);
        }
    }
}

/// What makes clocks run: all but a unit's research and field is the same for all.
struct Pace<'a> {
    p: &'a UniversityParameters,
    /// Price of research by field.
    price: [f64; PLACES],
    /// What the stock of ideas makes of a volume of research.
    ideas: f64,
    /// Inventions that an arrival stands for, ordinary and top.
    weights: [f64; 2],
}

crate::dispatched! {
    /// Runs the clocks of units on by what their research, at prices given, brings.
    fn run_on(
        weight: &[f64],
        spending: &[f64],
        price: &[f64],
        university: &[bool],
        pace: &Pace,
        clock: &mut [f64],
        top_clock: &mut [f64],
    ) {
        let n = clock.len();
        let (weight, spending, price) = (&weight[..n], &spending[..n], &price[..n]);
        let (university, top_clock) = (&university[..n], &mut top_clock[..n]);
        let p = pace.p;
        for i in 0..n {
            let per_volume = if university[i] { p.inventions_university } else { p.inventions_institute };
            let made = weight[i] * spending[i] / price[i] * per_volume * pace.ideas / 4.0; // derived: quarters
            clock[i] += made * (1.0 - p.top_share) / pace.weights[0];
            top_clock[i] += made * p.top_share / pace.weights[1];
        }
    }
}

crate::dispatched! {
    /// Flags what has come due.
    fn have_come(next: &[f64], clock: &[f64], flags: &mut [bool]) {
        for ((flag, next), clock) in flags.iter_mut().zip(next).zip(clock) {
            *flag = next < clock;
        }
    }
}

/// Units of a block at which an arrival is due; memory is kept from quarter to quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Due {
    /// Price of research of every unit.
    price: Vec<f64>,
    /// Arrivals before this quarter of every unit, by stratum.
    before: [Vec<u32>; 2],
    rows: Vec<u32>,
    ids: Vec<u32>,
    ordinals: Vec<u32>,
    gaps: Vec<f64>,
}

impl Due {
    /// Runs the clocks of units on and counts what falls due.
    fn run_on(&mut self, units: &mut Units<Lent>, pace: &Pace, key: Key) {
        self.price.resize(units.len(), 0.0);
        strip::look_up(&pace.price, units.field, &mut self.price);
        let (clock, top_clock) = (&mut units.clock, &mut units.top_clock);
        run_on(
            units.weight,
            units.spending,
            &self.price,
            units.university,
            pace,
            clock,
            top_clock,
        );
        self.count(key, 0, units.id, clock, units.next, units.arrivals);
        let (next, arrivals) = (&mut units.top_next, &mut units.top_arrivals);
        self.count(key, 1, units.id, top_clock, next, arrivals);
    }

    /// Counts the arrivals of a stratum until none is due: the first of every unit at which one
    /// is due, the second of those at which another is, and so on.
    fn count(
        &mut self,
        key: Key,
        stratum: u32,
        ids: &[u32],
        clock: &[f64],
        next: &mut [f64],
        arrivals: &mut [u32],
    ) {
        self.before[stratum as usize].clear();
        self.before[stratum as usize].extend_from_slice(arrivals);
        select::list(ids.len(), &mut self.rows, |from, flags| {
            have_come(&next[from..], &clock[from..], flags);
        });
        have_room(&mut self.ids, ids.len());
        have_room(&mut self.ordinals, ids.len());
        have_room(&mut self.gaps, ids.len());
        while !self.rows.is_empty() {
            self.ids.clear();
            (self.ids).extend(self.rows.iter().map(|&row| ids[row as usize]));
            self.ordinals.clear();
            (self.ordinals).extend(self.rows.iter().map(|&row| arrivals[row as usize] + 1));
            self.gaps.resize(self.rows.len(), 0.0);
            fill_gaps(key, &self.ids, &self.ordinals, stratum, &mut self.gaps);
            let mut left = 0;
            for k in 0..self.rows.len() {
                let row = self.rows[k] as usize;
                arrivals[row] = self.ordinals[k];
                next[row] += self.gaps[k];
                self.rows[left] = row as u32;
                left += usize::from(next[row] < clock[row]);
            }
            self.rows.truncate(left);
        }
    }
}

/// Clocks of units run on by what their research brings; what falls due arrives.
pub(super) fn arrive(
    u: &mut Universities,
    rd_price: &[f64; FIELDS],
    weights: [f64; 2],
    ctx: &Context,
) {
    let p = &ctx.parameters.universities;
    let price = rd_price.map(|price| price * ctx.world.price);
    assert!(
        price.iter().all(|price| *price > 0.0),
        "people must set rd_price and world the price level before universities work: {price:?}"
    );
    let mut pace = Pace {
        p,
        price: [1.0; PLACES],
        ideas: math::pow(u.ideas, p.idea_elasticity),
        weights,
    };
    pace.price[..FIELDS].copy_from_slice(&price);
    let (units, arrivals) = (&mut u.units, &mut u.arrivals);
    let crew = of_units(ctx.crew);
    let rooms = crew.rooms(units.len(), &mut u.due_units);
    crew.walk((units.lend(), rooms), |(mut units, mut due)| {
        due.own().run_on(&mut units, &pace, ctx.key);
    });
    arrivals.clear();
    let before = (u.due_units.iter()).flat_map(|due| due.before[0].iter().zip(&due.before[1]));
    for (unit, (&before, &top_before)) in (0..units.len()).zip(before) {
        let id = units.id[unit];
        for n in before..units.arrivals[unit] {
            arrivals.push(unit, id, n + 1, false);
        }
        for n in top_before..units.top_arrivals[unit] {
            arrivals.push(unit, id, n + 1, true);
        }
    }
}
