//! How much is gained by a success, by imitation, by spillovers, and what does it renew?

#![allow(clippy::inline_always)] // parts of strip loops

use crate::base::math;

/// Log growth of knowledge `ln((K + k₀)/(K₋₁ + k₀))`, 0 where there is none at all.
///
/// Example: from 0 to 4 with k₀ = 4 it is ln 2; from 4 to 8 without k₀ the same.
#[inline(always)]
pub fn knowledge_growth(before: f64, now: f64, tacit: f64) -> f64 {
    let (from, to) = (before + tacit, now + tacit);
    let growth = math::ln(to / from);
    if from > 0.0 && to > 0.0 && now != before {
        growth
    } else {
        0.0
    }
}

/// Probability of a success in a quarter at a yearly hazard, `1 − e^{−h/4}`.
///
/// Example: at one a year 0.2212.
#[inline]
pub fn success_probability(hazard: f64) -> f64 {
    1.0 - math::exp(-hazard / 4.0) // derived: quarters a year
}

/// Own gain of a quarter with mean `expected`: with `probability` a lump, uniform between 0 and
/// twice its mean, `expected/p · 2u`. One uniform `draw` says whether and, below p, how large.
///
/// Example: expected 0.01, p = 0.2: a draw of 0.1 is u = 0.5 and gives 0.05; 0.3 gives 0.
#[inline(always)]
pub fn lumpy_gain(expected: f64, probability: f64, draw: f64) -> f64 {
    let lump = expected / probability * 2.0 * (draw / probability);
    if draw < probability { lump } else { 0.0 }
}

/// Gain from imitating over a quarter, `ξ/4 · h · (ln ā − ln a)⁺` \[log points\].
///
/// Example: ξ = 0.08 a year, h = 0.5, frontier 0.3 above: 0.02 · 0.5 · 0.3 = 0.003.
#[inline(always)]
pub fn imitated_gain(rate: f64, absorptive: f64, frontier: f64, ln_productivity: f64) -> f64 {
    rate / 4.0 * absorptive * math::max(frontier - ln_productivity, 0.0) // derived: quarters a year
}

/// Whether a firm imitates instead of seeking its own success: whichever promises more.
#[inline(always)]
pub fn imitates(imitated: f64, expected_own: f64) -> bool {
    imitated > math::max(expected_own, 0.0)
}

/// Spillover from the pool, `β_s h Δln P` \[log points\].
///
/// Example: 0.06 · 0.5 · 0.02 = 0.0006.
#[inline(always)]
pub fn spillover(elasticity: f64, absorptive: f64, pool_growth: f64) -> f64 {
    elasticity * absorptive * pool_growth
}

/// Change of mean-reverting noise, `Δz = (ρ − 1) z + e`.
///
/// Example: z = 0.5, ρ = 0.98, e = 0.02: −0.01 + 0.02 = 0.01.
#[inline(always)]
pub fn noise_change(noise: f64, persistence: f64, shock: f64) -> f64 {
    (persistence - 1.0) * noise + shock
}

/// Stationary standard deviation of that noise, `sd(e)/√(1 − ρ²)`.
///
/// Example: 0.05 at 0.98 gives 0.2513.
#[inline]
pub fn stationary_sd(shock_sd: f64, persistence: f64) -> f64 {
    shock_sd / math::sqrt(1.0 - persistence * persistence)
}

/// Share of old products that a gain replaces, `1 − e^{−k·gain}`.
///
/// Example: 8 · 0.01: 0.0769.
#[inline(always)]
pub fn renewal(per_gain: f64, gain: f64) -> f64 {
    1.0 - math::exp(-per_gain * gain)
}

/// Sales of new products after a quarter \[mn/yr\]: a part is no longer new, a part of the rest
/// of sales is replaced; at most all sales.
///
/// Example: 24 of 100, expiry 1/12, renewal 0.1: 22 + 0.1 · 78 = 29.8.
#[inline(always)]
pub fn next_new_products(new: f64, sales: f64, expiry: f64, renewal: f64) -> f64 {
    let held = math::min(new * (1.0 - expiry), sales);
    held + renewal * (sales - held)
}
