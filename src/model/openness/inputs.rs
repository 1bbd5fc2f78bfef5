//! What do R&D inputs cost when foreign suppliers may not sell, and how fast do makers learn?

use super::OpennessParameters;
use super::users::{BANDS, Users};
use crate::base::math::{clamp, ln, max, min, normal_cdf, normal_quantile, pow};

/// Probit choice whose undisturbed share is `share`: `Φ(Φ⁻¹(share) + gain/spread)`
/// (Train 2009, ch. 5). `join(0.5, 0.8, 0.8)` = Φ(1) = 0.841.
pub fn join(share: f64, gain: f64, spread: f64) -> f64 {
    // derived: keeps the quantile finite
    normal_cdf(normal_quantile(clamp(share, 1e-6, 1.0 - 1e-6)) + gain / spread)
}

/// Share of the disadvantage that extra cumulative use U has closed:
/// `L = limit·(1 − (1 + U/U₀)^(−b))` (experience curve with a plateau, Arrow 1962).
///
/// With limit 0.8, b 0.5, U = 3·U₀ it is 0.8·(1 − 1/2) = 0.4; with U = 0 exactly 0.
pub fn closed_share(use_years: f64, p: &OpennessParameters) -> f64 {
    if use_years == 0.0 {
        return 0.0;
    }
    p.learning_limit * (1.0 - pow(1.0 + use_years / p.founding_experience, -p.learning_by_use))
}

/// Cost of a field's R&D inputs at undisturbed quantities, undisturbed 1:
/// `1 + s·mean over bands of [max(c, D)·(E − 1) + r·max(c − D, 0)·E]`, c the share of
/// importers cut off, D those that have redesigned, E the substitute's cost to the band.
///
/// A fifth imported, all cut off and redesigned, E = 1.5: 1.1.
pub fn input_cost(
    users: &Users,
    share: f64,
    cut: f64,
    home: &[f64; BANDS],
    closed: f64,
    p: &OpennessParameters,
) -> f64 {
    let mut extra = 0.0;
    for (band, &redesigned) in home.iter().enumerate() {
        let cost = users.cost(band, closed);
        let waiting = max(cut - redesigned, 0.0);
        extra += max(cut, redesigned) * (cost - 1.0) + p.redesign_cost * waiting * cost;
    }
    1.0 + share * extra / BANDS as f64
}

/// Share of a band that has redesigned for the substitute, a quarter on: at hazard h, who is
/// cut off redesigns, who has access again goes back unless it `keeps` the substitute, who
/// imports moves over if it `leaves` the import.
///
/// D 0, c 0.5, h 0.8: 0.1; D 0.5, c 0, none keeps: 0.4.
pub fn redesign(home: f64, cut: f64, keeps: f64, leaves: f64, hazard: f64) -> f64 {
    let forced = max(cut - home, 0.0);
    let back = max(home - cut, 0.0) * (1.0 - keeps);
    let over = (1.0 - max(cut, home)) * leaves;
    // derived: quarters a year
    home + min(hazard / 4.0, 1.0) * (forced - back + over)
}

/// Support that makers can call \[mn/yr\]: no more than the cost of investing, `k·Σ s·R`.
pub fn callable_support(support: f64, imported: f64, p: &OpennessParameters) -> f64 {
    min(support, p.invest_cost * imported)
}

/// Part of makers' cost of investing that support bears, 0 to 1.
pub fn support_rate(support: f64, imported: f64, p: &OpennessParameters) -> f64 {
    if imported > 0.0 {
        callable_support(support, imported, p) / (p.invest_cost * imported)
    } else {
        0.0
    }
}

/// Share of makers that invest in a substitute: the market that looks for them, `ln(1 + t)`,
/// and the part of cost that support bears add to their gain.
pub fn substitute_invest(sought: f64, support: f64, p: &OpennessParameters) -> f64 {
    let gain = ln(1.0 + sought) + support;
    join(p.invest_share, gain, p.decision_spread)
}

/// Years of use learnt a year: `D + λ·max(P/P₀ − 1, 0)`, D the share of the undisturbed
/// imports that users have redesigned away from, P the share of makers that invest.
pub fn learning(used: f64, invest: f64, undisturbed: f64, p: &OpennessParameters) -> f64 {
    used + p.invest_learning * max(invest / undisturbed - 1.0, 0.0)
}

/// Demand for domestic first sets over the undisturbed one: redesigned users join those who
/// buy at home anyway, `1 + s·D/(1 − s)`. A fifth imported, half of it redesigned: 1.125.
pub fn domestic_turn(share: f64, used: f64) -> f64 {
    1.0 + share * used / max(1.0 - share, 1e-6) // derived: keeps the ratio finite
}
