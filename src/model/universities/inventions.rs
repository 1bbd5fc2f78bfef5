//! What is invented and disclosed, what of it stays on the shelf, in which order do offices
//! take it up?

use super::arrivals::disclosed_shares;
use super::{Universities, UniversityParameters};
use crate::base::math;
use crate::base::rng::Purpose;
use crate::model::context::Context;
use crate::model::firms::FIELDS;
use crate::model::transfer::TransferParameters;

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
        /// Real inventions disclosed.
        mass: f64,
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

/// Time until the next arrival of a unit-rate process, uniform on \[½, 1½\] (mean one).
pub(super) fn gap(ctx: &Context, id: u32, ordinal: u32, draw: u32) -> f64 {
    0.5 + ctx.key.uniform(id, ordinal, 0, draw, Purpose::Invention)
}

/// Part of an undealt shelf that is kept at a fee date, `e^(−lapse)` \[share\].
///
/// Example: lapse 0.2 a year keeps 0.819.
pub fn kept_a_year(lapse: f64) -> f64 {
    math::exp(-lapse)
}

/// Part of an agent that lapses at once, so that the store stays bounded \[share\].
pub(super) const LAST_TENTH: f64 = 0.1; // derived: bound of the store

/// Place of a quarter of the year among the lists of rows.
fn turn_of(q: i32) -> usize {
    q.rem_euclid(4) as usize // derived: quarters a year
}

impl Universities {
    /// Puts an invention into the store, into a free row if there is one, and gives its row.
    pub fn admit(&mut self, invention: Invention) -> u32 {
        let row = match self.free.pop() {
            Some(row) => {
                self.inventions.set_row(row as usize, invention);
                row
            }
            None => self.inventions.push(invention) as u32,
        };
        self.due[turn_of(invention.disclosed)].push(row);
        row
    }

    /// Rows in use disclosed whole years before quarter index `q`, in the order of disclosure.
    pub fn anniversaries(&self, q: i32) -> &[u32] {
        let rows = &self.due[turn_of(q)];
        let disclosed = &self.inventions.disclosed;
        &rows[..rows.partition_point(|&row| disclosed[row as usize] < q)]
    }
}

/// Fees fall due once a year: part of what is still on the shelf lapses. Rows whose fees fall
/// due in a quarter of the year stand together in `due`.
pub(super) fn age_shelf(u: &mut Universities, ctx: &Context) {
    let keep = kept_a_year(ctx.parameters.universities.lapse);
    let v = &mut u.inventions;
    let due = &mut u.due[turn_of(ctx.q())];
    let (mut kept, mut lapsed) = (0, u.tally.lapsed);
    for k in 0..due.len() {
        let row = due[k] as usize;
        let left = v.shelf[row] * keep;
        let least = LAST_TENTH * v.mass[row];
        let left = if left < least { 0.0 } else { left };
        lapsed += v.shelf[row] - left;
        v.shelf[row] = left;
        if left == 0.0 {
            v.id[row] = 0;
            u.free.push(row as u32);
        } else {
            due[kept] = row as u32;
            kept += 1;
        }
    }
    due.truncate(kept);
    u.tally.lapsed = lapsed;
    // void cases are passed over; a shelf is cleared of them as they may have become many
    for shelf in &mut u.shelf {
        shelf.clear_out(|case| v.id[case.invention as usize] == case.id);
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

/// Clocks of units run on by what their research brings; what falls due arrives.
fn arrive(u: &mut Universities, rd_price: &[f64; FIELDS], weights: [f64; 2], ctx: &Context) {
    let p = &ctx.parameters.universities;
    let ideas = math::pow(u.ideas, p.idea_elasticity);
    let price = rd_price.map(|price| price * ctx.world.price);
    assert!(
        price.iter().all(|price| *price > 0.0),
        "people must set rd_price and world the price level before universities work: {price:?}"
    );
    let (units, arrivals) = (&mut u.units, &mut u.arrivals);
    arrivals.clear();
    for i in 0..units.len() {
        let per_volume = if units.university[i] {
            p.inventions_university
        } else {
            p.inventions_institute
        };
        let price = price[usize::from(units.field[i])];
        let made = units.weight[i] * units.spending[i] / price * per_volume * ideas / 4.0; // derived: quarters
        units.clock[i] += made * (1.0 - p.top_share) / weights[0];
        units.top_clock[i] += made * p.top_share / weights[1];
        let id = units.id[i];
        while units.next[i] < units.clock[i] {
            units.arrivals[i] += 1;
            let n = units.arrivals[i];
            units.next[i] += gap(ctx, id, n, 0);
            arrivals.push(i, id, n, false);
        }
        while units.top_next[i] < units.top_clock[i] {
            units.top_arrivals[i] += 1;
            let n = units.top_arrivals[i];
            units.top_next[i] += gap(ctx, id, n, 1);
            arrivals.push(i, id, n, true);
        }
    }
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
    u.fresh.clear();
    let mut next = 0;
    while next < u.arrivals.len() {
        let unit = u.arrivals.unit(next);
        let control = u.units.control_rank[unit] < ctx.seen.rights.inventor_control;
        let place = [u.units.region[unit], u.units.field[unit]];
        u.cases.clear();
        while next < u.arrivals.len() && u.arrivals.unit(next) == unit {
            let weight = weights[usize::from(u.arrivals.is_top(next))];
            let mass = weight * shares[usize::from(control)];
            u.tally.made += weight;
            u.tally.disclosed += mass;
            u.tally.off_book += weight - mass;
            let row = u.arrivals.row(next, place, mass, posed, ctx);
            let slot = u.admit(row);
            u.fresh.push(slot);
            u.cases.push(u.arrivals.case(next, slot, ctx));
            next += 1;
        }
        u.shelf[unit].put(&u.cases);
    }
}
