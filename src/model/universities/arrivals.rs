//! What comes of the inventions of a quarter: who discloses, how good and how ready are they?
//!
//! Draws and values of a quarter are made together, column by column; nothing here hangs on
//! the row an invention will take.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::fees::Fee;
use super::{
    Case, Invention, Inventions, Units, UniversityParameters, UniversityTally, effort,
    observation_noise, priority,
};
use crate::base::math::{clamp, exp, ln, max, normal_quantile, pow};
use crate::base::rng::Purpose;
use crate::base::strip::fill_pairs;
use crate::model::context::Context;
use crate::model::firms::FIELDS;

/// Value of an invention at uniform `u` below the top share, log-normal \[mn\].
///
/// Example: `u` = ½/(1 − top share) gives the median.
#[inline(always)]
fn ordinary_value(u: f64, p: &UniversityParameters) -> f64 {
    let edge = 1.0 - p.top_share;
    p.quality_median * exp(p.quality_log_sd * normal_quantile(edge * u))
}

/// Value at uniform `u` in the top share, Pareto from `edge` upward \[mn\].
///
/// Example: edge 8 mn, exponent 2, `u` = ¾: 16 mn.
#[inline(always)]
fn top_value(u: f64, edge: f64, tail_exponent: f64) -> f64 {
    edge * pow(1.0 - u, -1.0 / tail_exponent)
}

/// Value from which the top share starts \[mn\].
fn top_edge(p: &UniversityParameters) -> f64 {
    p.quality_median * exp(p.quality_log_sd * normal_quantile(1.0 - p.top_share))
}

/// Value of an invention at uniform `u` of its stratum: log-normal below the top share,
/// Pareto from its edge upward \[mn\].
pub fn quality(u: f64, top: bool, p: &UniversityParameters) -> f64 {
    if top {
        top_value(u, top_edge(p), p.tail_exponent)
    } else {
        ordinary_value(u, p)
    }
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

/// What holds for all inventions of a quarter.
struct Terms<'a> {
    p: &'a UniversityParameters,
    /// Share of inventions whose offices evaluate them before filing.
    evaluation: f64,
    /// Noise of the value an office sees, without and with evaluation \[log points\].
    noise: [f64; 2],
    /// Mean readiness \[TRL\].
    readiness: f64,
}

crate::dispatched! {
    /// Values of ordinary inventions.
    fn ordinary_values(u: &[f64], p: &UniversityParameters, out: &mut [f64]) {
        for (u, value) in u.iter().zip(out) {
            *value = ordinary_value(max(*u, f64::EPSILON), p);
        }
    }
}

crate::dispatched! {
    /// What offices see of values, and readiness.
    fn appraise(
        value: &[f64],
        uniforms: &[Vec<f64>; 8],
        terms: &Terms,
        seen: &mut [f64],
        readiness: &mut [f64],
    ) {
        let n = value.len();
        let [_, b, c, _, e, ..] = uniforms;
        let (b, c, e) = (&b[..n], &c[..n], &e[..n]);
        let (seen, readiness) = (&mut seen[..n], &mut readiness[..n]);
        for i in 0..n {
            let evaluated = c[i] < terms.evaluation;
            let noise = if evaluated { terms.noise[1] } else { terms.noise[0] };
            seen[i] = ln(value[i]) + noise * normal_quantile(max(b[i], f64::EPSILON));
            let spread = terms.p.readiness_sd * normal_quantile(max(e[i], f64::EPSILON));
            readiness[i] = clamp(terms.readiness + spread, 1.0, 9.0); // derived: TRL scale
        }
    }
}

impl Arrivals {
    /// Number of inventions.
    pub(super) fn len(&self) -> usize {
        self.id.len()
    }

    /// Row of the unit of the `k`-th.
    pub(super) fn unit(&self, k: usize) -> usize {
        self.unit[k] as usize
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
            .push((unit_id & 0x1FFF) << 19 | stratum | half | (n & (TOP - 1)));
        self.unit.push(unit as u32);
    }

    /// Draws and values all, where researchers give `effort` of the time of 2015 to transfer.
    pub(super) fn appraise(&mut self, effort: f64, ctx: &Context) {
        let (p, t) = (&ctx.parameters.universities, &ctx.parameters.transfer);
        let n = self.len();
        for column in &mut self.uniforms {
            column.resize(n, 0.0);
        }
        for column in [&mut self.quality, &mut self.seen, &mut self.readiness] {
            column.resize(n, 0.0);
        }
        let (pairs, _) = self.uniforms.as_chunks_mut::<2>();
        for (draw, [first, second]) in (0..).zip(pairs) {
            let purpose = Purpose::InventionQuality;
            fill_pairs(ctx.key, &self.id, 0, draw, purpose, first, second);
        }
        ordinary_values(&self.uniforms[0], p, &mut self.quality);
        let edge = top_edge(p);
        for &k in &self.top {
            let u = max(self.uniforms[0][k as usize], f64::EPSILON);
            self.quality[k as usize] = top_value(u, edge, p.tail_exponent);
        }
        let noise =
            |evaluated| observation_noise(evaluated, t.observation_noise, t.evaluation_gain);
        let terms = Terms {
            p,
            evaluation: ctx.seen.transfer.pre_filing_evaluation,
            noise: [noise(false), noise(true)],
            readiness: p.readiness_mean + p.readiness_effort * ln(max(effort, f64::EPSILON)),
        };
        appraise(
            &self.quality,
            &self.uniforms,
            &terms,
            &mut self.seen,
            &mut self.readiness,
        );
    }

    /// Counts what is made and of it disclosed, where a share of `shares` is disclosed by
    /// inventors without and with control over what they invent.
    pub(super) fn count(
        &mut self,
        units: &Units,
        weights: [f64; 2],
        shares: [f64; 2],
        tally: &mut UniversityTally,
        ctx: &Context,
    ) {
        let given = ctx.seen.rights.inventor_control;
        self.mass.clear();
        for (&id, &unit) in self.id.iter().zip(&self.unit) {
            let control = units.control_rank[unit as usize] < given;
            let weight = weights[usize::from(is_top(id))];
            let mass = weight * shares[usize::from(control)];
            tally.made += weight;
            tally.disclosed += mass;
            tally.off_book += weight - mass;
            self.mass.push(mass);
        }
    }

    /// Writes all into `rows` of the store, column by column; topics of a share `posed` answer
    /// needs.
    pub(super) fn write(
        &self,
        rows: &[u32],
        units: &Units,
        posed: f64,
        store: &mut Inventions,
        ctx: &Context,
    ) {
        let spread = ctx.parameters.universities.field_spread;
        let [_, _, _, field, _, need, posting, _] = &self.uniforms;
        let unit = |k: usize| self.unit[k] as usize;
        scatter(&mut store.id, rows, |k| self.id[k]);
        scatter(&mut store.unit, rows, |k| self.unit[k]);
        scatter(&mut store.region, rows, |k| units.region[unit(k)]);
        scatter(&mut store.field, rows, |k| {
            if field[k] < spread {
                (field[k] / spread * FIELDS as f64) as u8
            } else {
                units.field[unit(k)]
            }
        });
        scatter(&mut store.disclosed, rows, |_| ctx.q());
        scatter(&mut store.quality, rows, |k| self.quality[k]);
        scatter(&mut store.seen, rows, |k| self.seen[k]);
        scatter(&mut store.readiness, rows, |k| self.readiness[k]);
        scatter(&mut store.posed, rows, |k| need[k] < posed);
        scatter(&mut store.shelf, rows, |k| self.mass[k]);
        scatter(&mut store.post_rank, rows, |k| posting[k]);
        scatter(&mut store.tried, rows, |_| 0.0);
    }

    /// Fees of all, disclosed in quarter index `q` and to stand in `rows`; `ordinary` is the log of
    /// the median value.
    pub(super) fn fees(&self, rows: &[u32], ordinary: f64, q: i32) -> impl Iterator<Item = Fee> {
        rows.iter().enumerate().map(move |(k, &row)| {
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

/// Writes the value of each place into the row of a column that stands there.
#[inline(always)]
fn scatter<T>(column: &mut [T], rows: &[u32], value: impl Fn(usize) -> T) {
    for (k, &row) in rows.iter().enumerate() {
        column[row as usize] = value(k);
    }
}

/// Bit of the top stratum in an id, above those of the ordinal.
const TOP: u32 = 1 << 18;

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

/// Shares of inventions disclosed where the unit keeps control and where the inventor has it.
pub(super) fn disclosed_shares(ctx: &Context) -> [f64; 2] {
    let p = &ctx.parameters.universities;
    let r = &ctx.seen.rights;
    [false, true].map(|control| {
        let cash = effort::reward_worth_seen(ctx);
        let income = effort::inventor_income(r.inventor_share, cash, control, p.control_gain);
        let worth = income + p.disclosure_credit + r.appraisal_transfer_weight;
        effort::disclosed_share(worth, p.outside_median, p.outside_log_sd)
    })
}
