//! What do R&D inputs cost when foreign suppliers may not sell?
//!
//! Users' log cost x of a domestic substitute over the import, quality included, is normal
//! with mean g and spread σ; a user imports iff x > 0. Makers' experience lowers g.

use super::OpennessParameters;
use crate::base::math::{clamp, exp, ln, max, min, normal_cdf, normal_quantile};

/// Probit choice whose undisturbed share is `share`: `Φ(Φ⁻¹(share) + gain/spread)`
/// (Train 2009, ch. 5). `join(0.5, 0.8, 0.8)` = Φ(1) = 0.841.
pub fn join(share: f64, gain: f64, spread: f64) -> f64 {
    // derived: keeps the quantile finite
    normal_cdf(normal_quantile(clamp(share, 1e-6, 1.0 - 1e-6)) + gain / spread)
}

/// Mean log cost gap g that makes users import a share s: `g = σ·Φ⁻¹(s)` \[log points\].
/// With s one half it is 0.
pub fn reference_gap(share: f64, spread: f64) -> f64 {
    // derived: keeps the quantile finite
    spread * normal_quantile(clamp(share, 1e-6, 1.0 - 1e-6))
}

/// Gap after extra cumulative use: `g − b·ln(1 + U/U₀)` (experience curve, Arrow 1962)
/// \[log points\]. With g 0, b 0.3, U = U₀ it is −0.208.
pub fn learnt_gap(gap: f64, use_years: f64, p: &OpennessParameters) -> f64 {
    gap - p.learning_by_use * ln(1.0 + use_years / p.founding_experience)
}

/// Share of users who want the import: `P(x > 0) = Φ(g/σ)`.
pub fn want_import(gap: f64, spread: f64) -> f64 {
    normal_cdf(gap / spread)
}

/// Mean cost of inputs, the import's being 1: importers with access pay 1, those who prefer
/// a substitute `E[eˣ; x ≤ 0]`, those cut off `(1 − a)·E[eˣ; x > 0]·(1 + r·u)`, u the share
/// of them that have not redesigned.
///
/// With g = 0, σ = 0.8, a = 1 it is 0.5 + e^0.32·Φ(−0.8) = 0.792.
pub fn input_cost(gap: f64, access: f64, adapted: f64, p: &OpennessParameters) -> f64 {
    let sd = p.substitute_spread;
    let want = want_import(gap, sd);
    let mean = exp(gap + 0.5 * sd * sd);
    let upper = (gap + sd * sd) / sd;
    let cut = (1.0 - access) * want;
    let waiting = max(cut - adapted, 0.0);
    let dear = if want > 0.0 {
        mean * normal_cdf(upper) / want
    } else {
        0.0
    };
    access * want + mean * normal_cdf(-upper) + dear * (cut + p.redesign_cost * waiting)
}

/// Share of users cut off that have redesigned, a quarter on: `A + h/4·(cut − A)`.
pub fn redesign(adapted: f64, cut: f64, hazard: f64) -> f64 {
    adapted + min(hazard / 4.0, 1.0) * (cut - adapted) // derived: quarters a year
}

/// Part of makers' cost of investing that support bears: `support/(k·Σ s·R)`.
pub fn support_rate(support: f64, imported: f64, p: &OpennessParameters) -> f64 {
    if imported > 0.0 {
        support / (p.invest_cost * imported)
    } else {
        0.0
    }
}

/// Share of makers that invest in a substitute: the market that turned to them, `ln(1 + t)`,
/// and the part of cost that support bears add to their gain.
pub fn substitute_invest(turned: f64, support: f64, p: &OpennessParameters) -> f64 {
    join(
        p.invest_share,
        ln(1.0 + turned) + support,
        p.decision_spread,
    )
}

/// Years of use learnt a year: `t + λ·max(P/P₀ − 1, 0)`, t the share of the undisturbed
/// imports that domestic makers supply now.
pub fn learning(turned: f64, invest: f64, undisturbed: f64, p: &OpennessParameters) -> f64 {
    turned + p.invest_learning * max(invest / undisturbed - 1.0, 0.0)
}
