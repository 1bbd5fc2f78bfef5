//! Whose fees fall due, what of it lapses, and which agents go on?
//!
//! An agent of the store pays once a year, on the day of its disclosure; part of what it still has on
//! the shelf lapses. What is little then is drawn for: it goes on as more of it with the chance that
//! keeps what is expected, else the row is free. So the store stays small, and few old agents that
//! hardly any office will ever work on tell as much as many.

use super::arrivals::is_top;
use super::drawers::Drawer;
use super::inventions::{Invention, Inventions};
use super::{Universities, of_units};
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::rng::Purpose;
use crate::base::strip::{Sum, fill_pairs};
use crate::model::context::Context;
use std::hint::select_unpredictable;

/// Part of an undealt shelf that is kept at a fee date, `e^(−lapse)` \[share\].
///
/// Example: lapse 0.2 a year keeps 0.819.
pub fn kept_a_year(lapse: f64) -> f64 {
    math::exp(-lapse)
}

/// Of what an agent began with, the part below which it is drawn for at its first fee date, and as
/// which it goes on: none grows lighter than it came.
const FIRST_PART: f64 = 1.0; // derived: resolution of the sample, not behaviour
/// Where the office sees less than the median value, the part doubles with each fee date up to this
/// one: hardly any of those is ever worked on.
const LAST_DOUBLED: i32 = 3; // derived: resolution of the sample, not behaviour
/// The same part of an agent of the top stratum at all fee dates: the best stay many.
const TOP_PART: f64 = 0.5; // derived: resolution of the sample, not behaviour

/// Years for which an agent is expected to stay at most, where part of the shelf lapses a year at
/// rate `lapse`.
///
/// Example: lapse 0.2 a year: 6.
pub(super) fn years_on_the_shelf(lapse: f64) -> f64 {
    1.0 + 1.0 / (FIRST_PART * lapse)
}

/// Place of a quarter of the year among the lists of fees.
pub(super) fn turn_of(q: i32) -> usize {
    q.rem_euclid(4) as usize // derived: quarters a year
}

/// A row in use whose fee falls due once a year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fee {
    /// What is drawn for if less of it is left \[inventions\].
    least: f64,
    /// Row of the invention.
    pub row: u32,
    /// Its id.
    pub id: u32,
    /// Quarter of its disclosure (index since 2000Q1).
    pub(super) disclosed: i32,
    /// Whether hardly any office will ever work on it.
    poor: bool,
}

impl Fee {
    /// That of an invention just disclosed, to stand in `row`; `ordinary` is the log of the median
    /// value.
    pub(super) fn of(invention: &Invention, row: u32, ordinary: f64) -> Self {
        let top = is_top(invention.id);
        let part = if top { TOP_PART } else { FIRST_PART };
        Self {
            least: part * invention.shelf,
            row,
            id: invention.id,
            disclosed: invention.disclosed,
            poor: !top && invention.seen < ordinary,
        }
    }

    /// Those of both halves of its agent, of which the other has a `row` and an `id` of its own.
    pub(super) fn halves(self, row: u32, id: u32) -> [Self; 2] {
        let half = Self {
            least: 0.5 * self.least,
            ..self
        };
        [half, Self { row, id, ..half }]
    }

    /// The same at the next fee date, with so much drawn for; `last` is the quarter index before
    /// which that does not double any more.
    #[inline]
    fn next(self, last: i32) -> Self {
        let doubles = self.poor & (self.disclosed > last);
        let least = if doubles {
            2.0 * self.least
        } else {
            self.least
        };
        Self { least, ..self }
    }
}

/// Rows whose fees are looked at together.
const STRIP: usize = 64;

/// Fees fall due once a year: part of what is still on the shelf lapses, and what is little then
/// is drawn for.
pub(super) fn age_shelf(u: &mut Universities, ctx: &Context) {
    let keep = kept_a_year(ctx.parameters.universities.lapse);
    let [there, change] = (u.drawers).walk(&mut u.inventions, ctx, |drawer, store, first| {
        drawer.age(store, first, keep, ctx)
    });
    u.tally.lapsed += (1.0 - keep) * there.total();
    u.tally.redrawn += change.total();
    // void cases are passed over; a shelf is cleared of them as they may have become many
    let ids = &u.inventions.id;
    of_units(ctx.crew).walk(&mut u.shelf[..], |shelves| {
        for shelf in shelves {
            shelf.clear_out(|case| ids[case.invention as usize] == case.id);
        }
    });
}

impl Drawer {
    /// Fees of the drawer's rows in the `store`, of which it is given those from row `first` on,
    /// fall due: a part `keep` of what is there is kept, more or less of it where little is left.
    /// Gives what was there, and what drawing for little added to it.
    fn age(
        &mut self,
        store: &mut Inventions<Lent>,
        first: usize,
        keep: f64,
        ctx: &Context,
    ) -> [Sum; 2] {
        let due = &mut self.due[turn_of(ctx.q())];
        let last = ctx.q() - 4 * LAST_DOUBLED; // derived: quarters a year
        let [mut shelf, mut redrawn] = [[0.0; STRIP]; 2];
        let (mut kept, mut there, mut change) = (0, Sum::default(), Sum::default());
        for start in (0..due.len()).step_by(STRIP) {
            let end = usize::min(start + STRIP, due.len());
            let fees = &due[start..end];
            for (shelf, fee) in shelf.iter_mut().zip(fees) {
                *shelf = store.shelf[fee.row as usize - first];
            }
            let expected = shelf.map(|shelf| shelf * keep);
            let mut left = expected;
            draw_for_little(fees, &mut left, ctx);
            // each row is written down and the next one writes over it unless it is counted
            let (mut void, mut voids) = ([0; STRIP], 0);
            for i in 0..end - start {
                let (fee, left) = (due[start + i], left[i]);
                redrawn[i] = left - expected[i];
                store.shelf[fee.row as usize - first] = left;
                due[kept] = fee.next(last);
                void[voids] = fee.row;
                kept += usize::from(left > 0.0);
                voids += usize::from(left <= 0.0);
            }
            there.add(&shelf[..end - start]);
            change.add(&redrawn[..end - start]);
            for &row in &void[..voids] {
                store.id[row as usize - first] = 0;
            }
            self.free.extend_from_slice(&void[..voids]);
        }
        due.truncate(kept);
        [there, change]
    }
}

/// Where less than the least of a fee is `left` of its agent, that goes on as the least with chance
/// left over least, else nothing is left: keyed, so that paired runs keep the same ones.
fn draw_for_little(fees: &[Fee], left: &mut [f64; STRIP], ctx: &Context) {
    let (mut little, mut id, mut n) = ([0; STRIP], [0; STRIP], 0);
    for (i, fee) in fees.iter().enumerate().take(STRIP) {
        // how much is left is for chance to decide: no branch foretells it
        (little[n], id[n]) = (i, fee.id);
        n += usize::from(left[i] < fee.least);
    }
    let [mut draw, mut unused] = [[0.0; STRIP]; 2];
    let (quarter, purpose) = (ctx.q() as u32, Purpose::Remnant);
    let (first, second) = (&mut draw[..n], &mut unused[..n]);
    fill_pairs(ctx.key, &id[..n], quarter, 0, purpose, first, second);
    for (&i, &draw) in little[..n].iter().zip(&draw) {
        let (mass, least) = (&mut left[i], fees[i].least);
        *mass = select_unpredictable(draw * least < *mass, least, 0.0);
    }
}
