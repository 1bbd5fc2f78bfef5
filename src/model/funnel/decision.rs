//! Does a firm go on with a project, how fast does it move, what does it bring?
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::FunnelParameters;
use crate::base::math::{clamp, exp, max, normal_cdf, pow};
use crate::model::platforms::SERVED;

/// How a stage ends under yearly hazards of passing and failing: the chance that it is by
/// passing, and the shares of its mass that pass and fail in a quarter.
///
/// Example: h = f ends half of it by passing; a quarter leaves `exp(−h/2)` and halves the rest.
#[inline(always)]
pub(super) fn race(hazard: f64, failure: f64) -> [f64; 3] {
    let sum = hazard + failure;
    let ended = 1.0 - exp(-sum / 4.0); // derived: a quarter of a year
    let inverse = 1.0 / max(sum, f64::MIN_POSITIVE);
    let each = ended * inverse;
    [hazard * inverse, each * hazard, each * failure]
}

/// Shares of a stage's mass that pass and fail in a quarter under yearly hazards, see `race`.
#[inline(always)]
pub fn competing_risks(hazard: f64, failure: f64) -> (f64, f64) {
    let [_, pass, fail] = race(hazard, failure);
    (pass, fail)
}

/// Readiness that the stages with platforms ask for.
#[inline]
pub fn needs(p: &FunnelParameters) -> [f64; SERVED] {
    [p.proof_readiness, p.pilot_readiness]
}

/// Readiness that lacks where a stage asks for `need`, platforms apart.
#[inline(always)]
pub fn gap(readiness: f64, need: f64) -> f64 {
    max(0.0, need - readiness)
}

/// Pace of a firm by its absorptive capacity over that of the most capable.
///
/// Example: floor 0.3, capacity ½: 0.65.
#[inline(always)]
pub(super) fn absorptive_pace(absorptive: f64, floor: f64) -> f64 {
    floor + (1.0 - floor) * clamp(absorptive, 0.0, 1.0)
}

/// Hazard of passing: base, slowed by the gap and by want of absorptive capacity \[1/yr\].
#[inline(always)]
pub fn pass_hazard(base: f64, gap: f64, slowing: f64, absorptive: f64, floor: f64) -> f64 {
    base * exp(-slowing * gap) * absorptive_pace(absorptive, floor)
}

/// Revenue of a product of `quality` (median 1), `v·q^e` \[mn/yr, 2020 prices\].
///
/// Example: v = 8.3, quality 4, e = ½: 16.6.
#[inline(always)]
pub fn product_revenue(quality: f64, p: &FunnelParameters) -> f64 {
    p.revenue * pow(max(quality, f64::MIN_POSITIVE), p.quality_exponent)
}

/// Worth of a product to the firm, profit on its revenue over the years that count \[mn\].
///
/// Example: 8.3 mn a year, a tenth of it profit, 5 years: 4.15.
#[inline(always)]
pub fn product_worth(revenue: f64, p: &FunnelParameters) -> f64 {
    revenue * p.profit_share * p.horizon
}

/// By how many spreads of judgement, each a part of the cost of a stage, expected worth lies
/// above that cost.
///
/// Example: worth 2, cost 1, spread ½: 2.
#[inline(always)]
pub fn go_on_margin(worth: f64, cost: f64, spread: f64) -> f64 {
    (worth - cost) / (spread * cost)
}

/// Share of a lot that goes on: judged worth above the cost of the stage.
#[inline(always)]
pub fn go_on_share(margin: f64) -> f64 {
    normal_cdf(margin)
}

/// Margin beyond which the share that goes on is one to seven digits: `Φ(5.5) = 1 − 2·10⁻⁸`.
pub(super) const SURE: f64 = 5.5; // derived: half a unit in the last place of a float of 32 bits

/// Log gain in productivity of a yearly saving over sales: `saving/(sales + saving)`.
///
/// Example: 1 mn on sales of 99 mn gives 0.01.
pub fn productivity_jump(saving: f64, sales: f64) -> f64 {
    if saving > 0.0 {
        saving / (sales + saving)
    } else {
        0.0
    }
}
