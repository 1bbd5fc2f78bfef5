//! What is invented and disclosed, what of it stays on the shelf, in which order do offices
//! take it up?

use super::arrivals::{disclosed_shares, is_top};
use super::clock::arrive;
use super::{Universities, UniversityParameters};
use crate::base::math;
use crate::base::rng::Purpose;
use crate::base::strip::{Sum, fill_pairs, gather};
use crate::model::context::Context;
use crate::model::firms::FIELDS;
use crate::model::transfer::TransferParameters;
use std::hint::select_unpredictable;

crate::columns! {
    /// Disclosed inventions on the shelf; a slot is used again once its shelf is empty.
    pub struct Inventions of
    /// One invention agent.
    Invention {
        /// Entity id by lineage; 0 for a free slot.
        id: u32,
        /// Unit index.
        unit: u32,
        /// Region.
        region: u8,
        /// Field.
        field: u8,
        /// Quarter of disclosure (index since 2000Q1).
        disclosed: i32,
        /// Value to a well-fitting firm, prices of 2020 \[mn\].
        quality: f64,
        /// Log quality as the office sees it.
        seen: f64,
        /// Readiness \[TRL 1..9\].
        readiness: f64,
        /// Answers a need that firms posed.
        posed: bool,
        /// Real inventions still on the shelf.
        shelf: f64,
        /// Place in the order in which patents are posted \[0..1\].
        post_rank: f64,
        /// Times tried without a deal.
        tried: f64,
    }
}

/// A case on its unit's shelf.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case {
    /// Place in its office's queue, see [`priority`] \[log points\].
    pub priority: f64,
    /// Id of the invention; the case is void once its row holds another.
    pub id: u32,
    /// Row of the invention.
    pub invention: u32,
}

impl Case {
    /// Order on the shelf: highest priority first.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let by_priority = other.priority.total_cmp(&self.priority);
        by_priority.then(self.id.cmp(&other.id))
    }
}

/// Part of an undealt shelf that is kept at a fee date, `e^(−lapse)` \[share\].
///
/// Example: lapse 0.2 a year keeps 0.819.
pub fn kept_a_year(lapse: f64) -> f64 {
    math::exp(-lapse)
}

/// Of what an agent began with, the part below which it is drawn for at its first fee date: it goes
/// on as that part with the chance that keeps what is expected of it, so that no agent grows lighter
/// than it came, and the store stays small.
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

/// Place of a quarter of the year among the lists of rows.
fn turn_of(q: i32) -> usize {
    q.rem_euclid(4) as usize // derived: quarters a year
}

impl Universities {
    /// Lists in `fresh` rows of the store for inventions `ids` disclosed in quarter index `q`, of
    /// `masses` of real ones: free rows as far as there are any, then new ones.
    fn make_rows(&mut self, ids: &[u32], masses: &[f64], q: i32) {
        let n = masses.len();
        let reused = self.free.len() - n.min(self.free.len());
        self.fresh.clear();
        self.fresh.extend(self.free.drain(reused..).rev());
        for _ in self.fresh.len()..n {
            let row = self.inventions.push(Invention::default());
            self.fresh.push(row as u32);
        }
        let due = &mut self.due[turn_of(q)];
        due.rows.extend_from_slice(&self.fresh);
        let least =
            |(&id, &mass): (&u32, &f64)| mass * if is_top(id) { TOP_PART } else { FIRST_PART };
        due.least.extend(ids.iter().zip(masses).map(least));
    }

    /// Puts an invention into the store and gives its row.
    #[cfg(test)]
    pub(in crate::model) fn admit(&mut self, invention: Invention) -> u32 {
        self.make_rows(&[invention.id], &[invention.shelf], invention.disclosed);
        self.inventions.set_row(self.fresh[0] as usize, invention);
        self.fresh[0]
    }

    /// Rows in use disclosed whole years before quarter index `q`, in the order of disclosure.
    pub fn anniversaries(&self, q: i32) -> &[u32] {
        let rows = &self.due[turn_of(q)].rows;
        let disclosed = &self.inventions.disclosed;
        &rows[..rows.partition_point(|&row| disclosed[row as usize] < q)]
    }
}

/// Rows in use whose fees fall due in a quarter of the year, in the order of disclosure.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FeesDue {
    pub(super) rows: Vec<u32>,
    /// What is drawn for if less of it is left \[inventions\].
    pub(super) least: Vec<f64>,
}

impl FeesDue {
    /// Makes room for `n` more rows.
    pub(super) fn reserve(&mut self, n: usize) {
        self.rows.reserve(n);
        self.least.reserve(n);
    }

    /// Adds a row disclosed no earlier than the others.
    pub(super) fn push(&mut self, row: u32, least: f64) {
        self.rows.push(row);
        self.least.push(least);
    }

    /// Forgets the rows behind the first `n`.
    fn truncate(&mut self, n: usize) {
        self.rows.truncate(n);
        self.least.truncate(n);
    }
}

/// Rows whose fees are looked at together.
const STRIP: usize = 64;

/// Fees fall due once a year: part of what is still on the shelf lapses, and what is little then
/// is drawn for.
pub(super) fn age_shelf(u: &mut Universities, ctx: &Context) {
    let p = &ctx.parameters.universities;
    let keep = kept_a_year(p.lapse);
    let unseen = math::ln(p.quality_median);
    let v = &mut u.inventions;
    let due = &mut u.due[turn_of(ctx.q())];
    let last = ctx.q() - 4 * LAST_DOUBLED; // derived: quarters a year
    let old = (due.rows).partition_point(|&row| v.disclosed[row as usize] <= last);
    let (mut shelf, mut redrawn) = ([0.0; STRIP], [0.0; STRIP]);
    let (mut kept, mut there, mut change) = (0, Sum::default(), Sum::default());
    for start in (0..due.rows.len()).step_by(STRIP) {
        let (mut rows, mut least) = ([0; STRIP], [0.0; STRIP]);
        let count = usize::min(STRIP, due.rows.len() - start);
        rows[..count].copy_from_slice(&due.rows[start..start + count]);
        least[..count].copy_from_slice(&due.least[start..start + count]);
        let (mut ids, mut seen) = ([0; STRIP], [0.0; STRIP]);
        gather(&v.id, &rows[..count], &mut ids);
        gather(&v.seen, &rows[..count], &mut seen);
        gather(&v.shelf, &rows[..count], &mut shelf);
        let expected = shelf.map(|shelf| shelf * keep);
        let mut left = expected;
        draw_for_little(&ids[..count], &least, &mut left, ctx);
        // each row is written down and the next one writes over it unless it is counted
        let (mut void, mut voids) = ([0; STRIP], 0);
        for i in 0..count {
            let left = left[i];
            redrawn[i] = left - expected[i];
            v.shelf[rows[i] as usize] = left;
            let doubles = (start + i >= old) & (seen[i] < unseen) & !is_top(ids[i]);
            let next = if doubles { 2.0 * least[i] } else { least[i] };
            (due.rows[kept], due.least[kept]) = (rows[i], next);
            void[voids] = rows[i];
            kept += usize::from(left > 0.0);
            voids += usize::from(left <= 0.0);
        }
        there.add(&shelf[..count]);
        change.add(&redrawn[..count]);
        for &row in &void[..voids] {
            v.id[row as usize] = 0;
        }
        u.free.extend_from_slice(&void[..voids]);
    }
    due.truncate(kept);
    u.tally.lapsed += (1.0 - keep) * there.total();
    u.tally.redrawn += change.total();
    // void cases are passed over; a shelf is cleared of them as they may have become many
    for shelf in &mut u.shelf {
        shelf.clear_out(|case| v.id[case.invention as usize] == case.id);
    }
}

/// Where less than the `least` is `left` of an agent it goes on as that with chance `left/least`,
/// else nothing is left: keyed, so that paired runs keep the same ones.
fn draw_for_little(ids: &[u32], least: &[f64; STRIP], left: &mut [f64; STRIP], ctx: &Context) {
    let (mut little, mut id, mut n) = ([0; STRIP], [0; STRIP], 0);
    for (i, &of) in ids.iter().enumerate() {
        // how much is left is for chance to decide: no branch foretells it
        (little[n], id[n]) = (i, of);
        n += usize::from(left[i] < least[i]);
    }
    let (mut draw, mut unused) = ([0.0; STRIP], [0.0; STRIP]);
    let (quarter, purpose) = (ctx.q() as u32, Purpose::Remnant);
    let (first, second) = (&mut draw[..n], &mut unused[..n]);
    fill_pairs(ctx.key, &id[..n], quarter, 0, purpose, first, second);
    for (&i, &draw) in little[..n].iter().zip(&draw) {
        let (mass, least) = (&mut left[i], least[i]);
        *mass = select_unpredictable(draw * least < *mass, least, 0.0);
    }
}

/// Inventions of the quarter arrive, are disclosed or used outside the books.
pub(super) fn invent(u: &mut Universities, rd_price: &[f64; FIELDS], posed: f64, ctx: &Context) {
    let p = &ctx.parameters.universities;
    let weights = [
        math::max(1.0, p.ordinary_weight / ctx.scale),
        math::max(1.0, p.top_weight / ctx.scale),
    ];
    arrive(u, rd_price, weights, ctx);
    u.arrivals.appraise(u.effort[2], ctx);
    disclose(u, weights, posed, ctx);
}

/// Priority of a case in its office's queue: seen log value less age and failed trials
/// \[log points\].
///
/// Example: seen 0, disclosed at 60, tried once: 0.12/4 · 60 − 0.6 = 1.2.
pub fn priority(
    seen: f64,
    disclosed: i32,
    tried: f64,
    p: &UniversityParameters,
    t: &TransferParameters,
) -> f64 {
    let age = p.age_discount / 4.0; // derived: quarters a year
    seen + age * f64::from(disclosed) - t.retry_discount * tried
}

/// Noise of the value an office sees: evaluation before filing removes part of it
/// \[log points\].
///
/// Example: noise 1, gain ½: 0.5 if evaluated, 1 if not.
pub fn observation_noise(evaluated: bool, noise: f64, gain: f64) -> f64 {
    if evaluated {
        noise * (1.0 - gain)
    } else {
        noise
    }
}

/// Arrivals become rows, and cases on the shelf of their unit.
fn disclose(u: &mut Universities, weights: [f64; 2], posed: f64, ctx: &Context) {
    let shares = disclosed_shares(ctx);
    u.arrivals
        .count(&u.units, weights, shares, &mut u.tally, ctx);
    let arrivals = std::mem::take(&mut u.arrivals);
    u.make_rows(&arrivals.id, &arrivals.mass, ctx.q());
    u.arrivals = arrivals;
    let (arrivals, units) = (&u.arrivals, &u.units);
    arrivals.write(&u.fresh, units, posed, &mut u.inventions, ctx);
    let mut next = 0;
    while next < arrivals.len() {
        let unit = arrivals.unit(next);
        u.cases.clear();
        while next < arrivals.len() && arrivals.unit(next) == unit {
            u.cases.push(arrivals.case(next, u.fresh[next], ctx));
            next += 1;
        }
        u.shelf[unit].put(&u.cases);
    }
}
