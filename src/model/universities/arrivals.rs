//! The inventions of a quarter, from their units to their rows of the store.
//!
//! Draws and values of a quarter are made together, column by column; nothing of it hangs on
//! the row an invention will take.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::appraisal::Terms;
use super::fees::Fee;
use super::sequence::ORDINAL;
use super::{Case, Invention, Inventions, Units, priority};
use crate::base::blocks::Crew;
use crate::base::columns::Lent;
use crate::base::room::have_room;
use crate::model::context::Context;
use crate::model::firms::FIELDS;
use std::ops::Range;

/// Blocks of arrivals: columns of so many stay at hand while they are filled.
fn of_arrivals(crew: Crew) -> Crew {
    const ARRIVALS: usize = 4; // derived: resolution of the work, not behaviour
    crew.finer(ARRIVALS)
}

/// Columns of a quarter's inventions, in the order of their units.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arrivals {
    /// Entity ids.
    id: Vec<u32>,
    /// Units' rows.
    unit: Vec<u32>,
    /// Places of those of the top stratum.
    top: Vec<u32>,
    /// Uniforms that the columns below are made of.
    uniforms: [Vec<f64>; 8], // derived: value, sight, evaluation, field, readiness, need, posting, none
    /// Values \[mn\].
    quality: Vec<f64>,
    /// Log values as offices see them.
    seen: Vec<f64>,
    /// Readiness \[TRL\].
    readiness: Vec<f64>,
    /// Real inventions disclosed.
    mass: Vec<f64>,
}

/// Columns of a run of inventions: places, ids and units; uniforms; what is made of them.
type Block<'a> = (
    (Range<usize>, &'a [u32], &'a [u32]),
    Uniforms<'a>,
    (Columns<'a>, Columns<'a>),
);
type Columns<'a> = (&'a mut [f64], &'a mut [f64]);
/// Columns of uniforms, see [`Arrivals`].
pub(super) type Uniforms<'a> = [&'a mut [f64]; 8];

impl Arrivals {
    /// Number of inventions.
    pub(super) fn len(&self) -> usize {
        self.id.len()
    }

    /// Row of the unit of the `k`-th.
    pub(super) fn unit(&self, k: usize) -> usize {
        self.unit[k] as usize
    }

    /// Has room for `n` inventions a quarter.
    pub(super) fn make_room(&mut self, n: usize) {
        for column in [&mut self.id, &mut self.unit, &mut self.top] {
            have_room(column, n);
        }
        let values = [
            &mut self.quality,
            &mut self.seen,
            &mut self.readiness,
            &mut self.mass,
        ];
        for column in self.uniforms.iter_mut().chain(values) {
            have_room(column, n);
        }
    }

    /// Removes all, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.id.clear();
        self.unit.clear();
        self.top.clear();
    }

    /// Adds the `n`-th arrival of a stratum of the unit in row `unit`.
    pub(super) fn push(&mut self, unit: usize, unit_id: u32, n: u32, top: bool) {
        if top {
            self.top.push(self.id.len() as u32);
        }
        // 13 bits of unit, one of stratum, 18 of ordinal; half a unit has a bit of these
        let stratum = if top { TOP } else { 0 };
        let half = if unit_id & LINEAGE == 0 { 0 } else { UNIT_HALF };
        self.id
            .push((unit_id & 0x1FFF) << 19 | stratum | half | (n & ORDINAL));
        self.unit.push(unit as u32);
    }

    /// Draws and values all, where researchers give `effort` of the time of 2015 to transfer and an
    /// arrival stands for so many inventions by stratum; gives what is made, disclosed and used
    /// outside the books.
    pub(super) fn appraise(
        &mut self,
        units: &Units,
        weights: [f64; 2],
        effort: f64,
        ctx: &Context,
    ) -> [f64; 3] {
        let n = self.len();
        for column in &mut self.uniforms {
            column.resize(n, 0.0);
        }
        let terms = Terms::of(weights, effort, ctx);
        let [quality, seen, readiness, mass] = [
            &mut self.quality,
            &mut self.seen,
            &mut self.readiness,
            &mut self.mass,
        ]
        .map(|column| {
            column.resize(n, 0.0);
            &mut column[..]
        });
        let uniforms = self.uniforms.each_mut().map(|column| &mut column[..]);
        let (top, ids, of) = (&self.top, &self.id[..], &self.unit[..]);
        let parts = (
            (0..n, ids, of),
            uniforms,
            ((quality, mass), (seen, readiness)),
        );
        let value =
            |((rows, ids, of), mut uniforms, ((quality, mass), (seen, readiness))): Block| {
                terms.draw(ids, &mut uniforms);
                let top = &top[top.partition_point(|&k| (k as usize) < rows.start)..];
                let top = &top[..top.partition_point(|&k| (k as usize) < rows.end)];
                terms.value(rows.start, top, uniforms[0], quality);
                terms.appraise(quality, &uniforms, seen, readiness);
                terms.count(ids, of, units, mass)
            };
        of_arrivals(ctx.crew).walk(parts, value)
    }

    /// The first invention of unit `unit` or of those behind it.
    pub(super) fn first_of(&self, unit: usize) -> usize {
        self.unit.partition_point(|&of| (of as usize) < unit)
    }

    /// Writes those that have `places` in a drawer into its rows of the store, column by column;
    /// topics of a share `posed` answer needs.
    pub(super) fn write(
        &self,
        places: &Places,
        units: &Units,
        posed: f64,
        store: &mut Inventions<Lent>,
        ctx: &Context,
    ) {
        let spread = ctx.parameters.universities.field_spread;
        let [_, _, _, field, _, need, posting, _] = &self.uniforms;
        let unit = |k: usize| self.unit[k] as usize;
        scatter(store.id, places, |k| self.id[k]);
        scatter(store.unit, places, |k| self.unit[k]);
        scatter(store.region, places, |k| units.region[unit(k)]);
        scatter(store.field, places, |k| {
            if field[k] < spread {
                (field[k] / spread * FIELDS as f64) as u8
            } else {
                units.field[unit(k)]
            }
        });
        scatter(store.disclosed, places, |_| ctx.q());
        scatter(store.quality, places, |k| self.quality[k]);
        scatter(store.seen, places, |k| self.seen[k]);
        scatter(store.readiness, places, |k| self.readiness[k]);
        scatter(store.posed, places, |k| need[k] < posed);
        scatter(store.shelf, places, |k| self.mass[k]);
        scatter(store.post_rank, places, |k| posting[k]);
        scatter(store.tried, places, |_| 0.0);
    }

    /// Fees of those that have `places` in a drawer, disclosed in quarter index `q`; `ordinary` is
    /// the log of the median value.
    pub(super) fn fees(&self, places: &Places, ordinary: f64, q: i32) -> impl Iterator<Item = Fee> {
        let taken = places.taken.clone().zip(places.rows);
        taken.map(move |(k, &row)| {
            let invention = Invention {
                id: self.id[k],
                disclosed: q,
                seen: self.seen[k],
                shelf: self.mass[k],
                ..Invention::default()
            };
            Fee::of(&invention, row, ordinary)
        })
    }

    /// The `k`-th as a case of the row `slot`.
    pub(super) fn case(&self, k: usize, slot: u32, ctx: &Context) -> Case {
        let (p, t) = (&ctx.parameters.universities, &ctx.parameters.transfer);
        Case {
            priority: priority(self.seen[k], ctx.q(), 0.0, p, t),
            id: self.id[k],
            invention: slot,
        }
    }
}

/// Where in a drawer inventions of a quarter go.
pub(super) struct Places<'a> {
    /// Their numbers.
    pub taken: Range<usize>,
    /// Row of each.
    pub rows: &'a [u32],
    /// First row of the drawer.
    pub first: usize,
}

/// Writes the value of each invention into the row of a drawer's column where it goes.
#[inline(always)]
fn scatter<T>(column: &mut [T], places: &Places, value: impl Fn(usize) -> T) {
    for (k, &row) in places.taken.clone().zip(places.rows) {
        column[row as usize - places.first] = value(k);
    }
}

/// Bit of the top stratum in an id, above those of the ordinal.
const TOP: u32 = ORDINAL + 1;

/// Whether the invention with this id is one of the top stratum.
#[inline(always)]
pub(super) fn is_top(id: u32) -> bool {
    id & TOP != 0
}

/// Bit in the id of the second half of a unit, above those of its number.
pub(super) const LINEAGE: u32 = 1 << 13;
/// Bit in the ids of what is invented there, the highest of the ordinal.
pub(super) const UNIT_HALF: u32 = 1 << 17;
/// Bit in the id of the second half of an invention, the next one.
pub(super) const INVENTION_HALF: u32 = 1 << 16;
