//! How good and how ready are the inventions of a quarter, and who discloses them?
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::arrivals::{Uniforms, is_top};
use super::{Units, UniversityParameters, effort, observation_noise, sequence};
use crate::base::math::{clamp, exp, ln, max, normal_quantile, pow};
use crate::base::rng::Purpose;
use crate::base::strip::fill_pairs;
use crate::model::context::Context;

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

/// What holds for all inventions of a quarter.
pub(super) struct Terms<'a> {
    ctx: &'a Context<'a>,
    p: &'a UniversityParameters,
    /// Value from which the top share starts \[mn\].
    edge: f64,
    /// Share of inventions whose offices evaluate them before filing.
    evaluation: f64,
    /// Noise of the value an office sees, without and with evaluation \[log points\].
    noise: [f64; 2],
    /// What it sees without evaluation, among the draws of value and of noise.
    along: [f64; 2],
    /// Mean readiness \[TRL\].
    readiness: f64,
    /// Inventions that an arrival stands for, ordinary and top.
    weights: [f64; 2],
    /// Share disclosed by inventors without and with control over what they invent.
    shares: [f64; 2],
}

impl<'a> Terms<'a> {
    /// Those where researchers give `effort` of the time of 2015 to transfer and an arrival stands for
    /// so many inventions by stratum.
    pub(super) fn of(weights: [f64; 2], effort: f64, ctx: &'a Context) -> Self {
        let (p, t) = (&ctx.parameters.universities, &ctx.parameters.transfer);
        let noise =
            |evaluated| observation_noise(evaluated, t.observation_noise, t.evaluation_gain);
        let noise = [false, true].map(noise);
        Self {
            ctx,
            p,
            edge: top_edge(p),
            evaluation: ctx.seen.transfer.pre_filing_evaluation,
            noise,
            along: sequence::direction(p.quality_log_sd, noise[0]),
            readiness: p.readiness_mean + p.readiness_effort * ln(max(effort, f64::EPSILON)),
            weights,
            shares: disclosed_shares(ctx),
        }
    }

    /// Draws the uniforms of inventions.
    pub(super) fn draw(&self, ids: &[u32], uniforms: &mut Uniforms) {
        let (pairs, _) = uniforms.as_chunks_mut::<2>();
        for (draw, [first, second]) in (0..).zip(pairs) {
            let purpose = Purpose::InventionQuality;
            fill_pairs(self.ctx.key, ids, 0, draw, purpose, first, second);
        }
        let [value, noise, ..] = uniforms;
        sequence::follow(self.ctx.key, ids, &self.along, value, noise);
    }

    /// Values inventions from number `first` on, of which those numbered in `top` are of the top
    /// stratum.
    pub(super) fn value(&self, first: usize, top: &[u32], uniforms: &[f64], quality: &mut [f64]) {
        ordinary_values(uniforms, self.p, quality);
        for &k in top {
            let k = k as usize - first;
            let u = max(uniforms[k], f64::EPSILON);
            quality[k] = top_value(u, self.edge, self.p.tail_exponent);
        }
    }

    /// Fills in how many inventions are disclosed of each arrival; gives what is made, disclosed and
    /// used outside the books.
    pub(super) fn count(
        &self,
        ids: &[u32],
        of: &[u32],
        units: &Units,
        mass: &mut [f64],
    ) -> [f64; 3] {
        let given = self.ctx.seen.rights.inventor_control;
        let [mut made, mut disclosed, mut off_book] = [0.0; 3];
        for ((&id, &unit), mass) in ids.iter().zip(of).zip(mass) {
            let control = units.control_rank[unit as usize] < given;
            let weight = self.weights[usize::from(is_top(id))];
            *mass = weight * self.shares[usize::from(control)];
            made += weight;
            disclosed += *mass;
            off_book += weight - *mass;
        }
        [made, disclosed, off_book]
    }

    /// Fills in what offices see of values, and readiness.
    pub(super) fn appraise(
        &self,
        value: &[f64],
        uniforms: &Uniforms,
        seen: &mut [f64],
        readiness: &mut [f64],
    ) {
        appraise(value, uniforms, self, seen, readiness);
    }
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
        uniforms: &Uniforms,
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

/// Shares of inventions disclosed where the unit keeps control and where the inventor has it.
fn disclosed_shares(ctx: &Context) -> [f64; 2] {
    let p = &ctx.parameters.universities;
    let r = &ctx.seen.rights;
    [false, true].map(|control| {
        let cash = effort::reward_worth_seen(ctx);
        let income = effort::inventor_income(r.inventor_share, cash, control, p.control_gain);
        let worth = income + p.disclosure_credit + r.appraisal_transfer_weight;
        effort::disclosed_share(worth, p.outside_median, p.outside_log_sd)
    })
}
