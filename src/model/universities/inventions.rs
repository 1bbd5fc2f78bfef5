//! What is invented and disclosed, what of it stays on the shelf, in which order do offices
//! take it up?

use super::arrivals::disclosed_shares;
use super::clock::arrive;
use super::fees::turn_of;
use super::{Universities, UniversityParameters};
use crate::base::math;
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

impl Universities {
    /// Lists in `fresh` rows of the store for `n` inventions: free rows as far as there are any,
    /// then new ones.
    fn make_rows(&mut self, n: usize) {
        let reused = self.free.len() - n.min(self.free.len());
        self.fresh.clear();
        self.fresh.extend(self.free.drain(reused..).rev());
        for _ in self.fresh.len()..n {
            let row = self.inventions.push(Invention::default());
            self.fresh.push(row as u32);
        }
    }

    /// Puts an invention into the store and gives its row.
    #[cfg(test)]
    pub(in crate::model) fn admit(&mut self, invention: Invention) -> u32 {
        self.make_rows(1);
        let row = self.fresh[0];
        self.due[turn_of(invention.disclosed)].push(super::Fee::of(&invention, row, 0.0));
        self.inventions.set_row(row as usize, invention);
        row
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
    u.make_rows(u.arrivals.len());
    let ordinary = math::ln(ctx.parameters.universities.quality_median);
    let fees = u.arrivals.fees(&u.fresh, ordinary, ctx.q());
    u.due[turn_of(ctx.q())].extend(fees);
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
