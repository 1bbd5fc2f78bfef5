//! What is invented and disclosed, what of it stays on the shelf, in which order do offices
//! take it up?

use super::{Universities, UniversityParameters, effort};
use crate::base::rng::Purpose;
use crate::base::{dist, math};
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

/// Value of an invention at uniform `u` of its stratum: log-normal below the top share,
/// Pareto from its edge upward \[mn\].
pub fn quality(u: f64, top: bool, p: &UniversityParameters) -> f64 {
    let edge = 1.0 - p.top_share;
    if top {
        let start = dist::lognormal(edge, p.quality_median, p.quality_log_sd);
        start * math::pow(1.0 - u, -1.0 / p.tail_exponent)
    } else {
        dist::lognormal(edge * u, p.quality_median, p.quality_log_sd)
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

/// Fees fall due once a year: part of what is still on the shelf lapses.
pub(super) fn age_shelf(u: &mut Universities, ctx: &Context) {
    let keep = kept_a_year(ctx.parameters.universities.lapse);
    let q = ctx.q();
    let v = &mut u.inventions;
    for i in 0..v.len() {
        let age = q - v.disclosed[i];
        // derived: quarters a year
        if v.id[i] != 0 && age % 4 == 0 && age > 0 {
            let left = v.shelf[i] * keep;
            // the last tenth of an agent lapses at once, so that the store stays bounded
            let left = if left < 0.1 * v.mass[i] { 0.0 } else { left }; // derived: bound of the store
            u.tally.lapsed += v.shelf[i] - left;
            v.shelf[i] = left;
        }
        if v.id[i] != 0 && v.shelf[i] == 0.0 {
            v.id[i] = 0;
            u.free.push(i as u32);
        }
    }
    // void cases are passed over; each shelf is cleared of them once a year
    for list in u.shelf.iter_mut().skip(q.rem_euclid(4) as usize).step_by(4) {
        list.retain(|case| v.id[case.invention as usize] == case.id);
    }
}

/// Inventions of the quarter arrive, are disclosed or used outside the books.
pub(super) fn invent(u: &mut Universities, rd_price: &[f64; FIELDS], posed: f64, ctx: &Context) {
    let p = &ctx.parameters.universities;
    u.fresh.clear();
    let weights = [
        math::max(1.0, p.ordinary_weight / ctx.scale),
        math::max(1.0, p.top_weight / ctx.scale),
    ];
    let ideas = math::pow(u.ideas, p.idea_elasticity);
    for i in 0..u.units.len() {
        let price = rd_price[usize::from(u.units.field[i])] * ctx.world.price;
        assert!(
            price > 0.0,
            "people must set rd_price and world the price level before universities work: {price}"
        );
        let per_volume = if u.units.university[i] {
            p.inventions_university
        } else {
            p.inventions_institute
        };
        let made = u.units.weight[i] * u.units.spending[i] / price * per_volume * ideas / 4.0; // derived: quarters
        u.units.clock[i] += made * (1.0 - p.top_share) / weights[0];
        u.units.top_clock[i] += made * p.top_share / weights[1];
        while u.units.next[i] < u.units.clock[i] {
            u.units.arrivals[i] += 1;
            let n = u.units.arrivals[i];
            u.units.next[i] += gap(ctx, u.units.id[i], n, 0);
            disclose(u, i, n, false, weights[0], posed, ctx);
        }
        while u.units.top_next[i] < u.units.top_clock[i] {
            u.units.top_arrivals[i] += 1;
            let n = u.units.top_arrivals[i];
            u.units.top_next[i] += gap(ctx, u.units.id[i], n, 1);
            disclose(u, i, n, true, weights[1], posed, ctx);
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

fn disclose(
    u: &mut Universities,
    i: usize,
    n: u32,
    top: bool,
    weight: f64,
    posed: f64,
    ctx: &Context,
) {
    let (p, t) = (&ctx.parameters.universities, &ctx.parameters.transfer);
    let r = &ctx.seen.rights;
    // 13 bits of unit, one of stratum, 18 of ordinal
    let id = (u.units.id[i] & 0x1FFF) << 19 | u32::from(top) << 18 | (n & 0x3_FFFF);
    let draw = |k: u32| ctx.key.pair(id, 0, 0, k, Purpose::InventionQuality);
    let (a, b) = draw(0);
    let (c, d) = draw(1);
    let (e, f) = draw(2);
    let (g, _) = draw(3); // derived: number of the draw
    let control = u.units.control_rank[i] < r.inventor_control;
    let income = effort::inventor_income(
        r.inventor_share,
        effort::reward_worth_seen(ctx),
        control,
        p.control_gain,
    );
    let worth = income + p.disclosure_credit + r.appraisal_transfer_weight;
    let mass = weight * effort::disclosed_share(worth, p.outside_median, p.outside_log_sd);
    u.tally.made += weight;
    u.tally.disclosed += mass;
    u.tally.off_book += weight - mass;
    let value = quality(math::max(a, f64::EPSILON), top, p);
    let noise = observation_noise(
        c < ctx.seen.transfer.pre_filing_evaluation,
        t.observation_noise,
        t.evaluation_gain,
    );
    let readiness =
        p.readiness_mean + p.readiness_effort * math::ln(math::max(u.effort[2], f64::EPSILON));
    let outside = d < p.field_spread;
    let seen = math::ln(value) + dist::normal(math::max(b, f64::EPSILON), 0.0, noise);
    let row = Invention {
        id,
        unit: i as u32,
        region: u.units.region[i],
        field: if outside {
            (d / p.field_spread * FIELDS as f64) as u8
        } else {
            u.units.field[i]
        },
        disclosed: ctx.q(),
        quality: value,
        seen,
        readiness: math::clamp(
            dist::normal(math::max(e, f64::EPSILON), readiness, p.readiness_sd),
            1.0,
            9.0, // derived: highest readiness level
        ), // derived: TRL scale
        posed: f < posed,
        mass,
        shelf: mass,
        post_rank: g,
        tried: 0.0,
    };
    let slot = match u.free.pop() {
        Some(slot) => {
            u.inventions.set_row(slot as usize, row);
            slot
        }
        None => u.inventions.push(row) as u32,
    };
    u.fresh.push(slot);
    let case = Case {
        priority: priority(seen, ctx.q(), 0.0, p, t),
        id,
        invention: slot,
    };
    let list = &mut u.shelf[i];
    let at = list.partition_point(|other| other.priority >= case.priority);
    list.insert(at, case);
}
