//! What is invented and disclosed, what of it stays on the shelf, in which order do offices
//! take it up?

use super::arrivals::Places;
use super::clock::arrive;
use super::fees::turn_of;
use super::{Universities, UniversityParameters, of_units};
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

/// Inventions of the quarter arrive, are disclosed or used outside the books.
pub(super) fn invent(u: &mut Universities, rd_price: &[f64; FIELDS], posed: f64, ctx: &Context) {
    let p = &ctx.parameters.universities;
    let weights = [
        math::max(1.0, p.ordinary_weight / ctx.scale),
        math::max(1.0, p.top_weight / ctx.scale),
    ];
    arrive(u, rd_price, weights, ctx);
    let effort = u.effort[2];
    let [made, disclosed, off_book] = u.arrivals.appraise(&u.units, weights, effort, ctx);
    u.tally.made += made;
    u.tally.disclosed += disclosed;
    u.tally.off_book += off_book;
    store(u, posed, ctx);
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
fn store(u: &mut Universities, posed: f64, ctx: &Context) {
    let (arrivals, fresh, units) = (&u.arrivals, &mut u.fresh, &u.units);
    let drawers = &mut u.drawers;
    drawers.share_out(arrivals.len(), &mut u.inventions, fresh);
    let (fresh, ordinary) = (
        &*fresh,
        math::ln(ctx.parameters.universities.quality_median),
    );
    drawers.walk(&mut u.inventions, ctx, |drawer, store, first| {
        let taken = drawer.taken.clone();
        let places = Places {
            rows: &fresh[taken.clone()],
            taken,
            first,
        };
        drawer.due[turn_of(ctx.q())].extend(arrivals.fees(&places, ordinary, ctx.q()));
        arrivals.write(&places, units, posed, store, ctx);
    });
    let shelves = (0..units.len(), &mut u.shelf[..]);
    of_units(ctx.crew).walk(shelves, |(units, shelves)| {
        let mut next = arrivals.first_of(units.start);
        for (unit, shelf) in units.zip(shelves) {
            let first = next;
            while next < arrivals.len() && arrivals.unit(next) == unit {
                next += 1;
            }
            shelf.extend((first..next).map(|k| arrivals.case(k, fresh[k], ctx)));
        }
    });
}
