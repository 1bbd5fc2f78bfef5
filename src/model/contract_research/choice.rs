//! How much research does a firm buy outside, in how many contracts, and from whom?
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::ContractResearchParameters;
use crate::base::math;

/// What a firm knows and lacks when it thinks of buying research.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Occasion {
    /// Has a past partner.
    pub tie: bool,
    /// Has an open technology need.
    pub need: bool,
    /// Share of public project topics that firms posed \[share\].
    pub posed: f64,
}

/// Share of its R&D that a firm wants to buy from universities and institutes,
/// s·Φ(tie + need + posed·gain − hurdle) (mechanisms M9 d).
///
/// Example: s = 0.14, a tie of 0.6 against a hurdle of 0.6: 0.14·½ = 0.07.
pub fn wanted_share(occasion: Occasion, p: &ContractResearchParameters) -> f64 {
    let mut pull = p.posed_gain * occasion.posed - p.hurdle;
    if occasion.tie {
        pull += p.tie;
    }
    if occasion.need {
        pull += p.need_gain;
    }
    p.share * math::normal_cdf(pull)
}

/// Mean contract of a firm of R&D `rd` at prices `price` times those of 2020,
/// v·price·(R/(price·R₀))^e \[mn\].
///
/// Example: v = 0.25, R = R₀, price 1: 0.25.
#[inline(always)]
pub fn mean_contract(rd: f64, price: f64, p: &ContractResearchParameters) -> f64 {
    p.price * price * math::pow(rd / (price * p.size_reference), p.size_elasticity)
}

/// Contracts that a represented unit's researchers can serve \[mn/yr\]: capacity per
/// researcher at the time use of 2015, times the time now given to contracts over that of
/// 2015 (mechanisms M25).
///
/// Example: 100 researchers, 0.3 mn each, 1.1 of the time: 33.
pub fn unit_capacity(researchers: f64, effort: f64, price: f64, per_head: f64) -> f64 {
    researchers * per_head * effort * price
}

/// Utility of a unit to a firm before the keyed Gumbel draw: standing less field distance.
///
/// Example: weights 0.5 and 2, standing 1, half a block away: 0.5 − 1 = −0.5.
pub fn partner_utility(distance: f64, standing: f64, p: &ContractResearchParameters) -> f64 {
    p.quality_match * standing - p.field_match * distance
}

/// Served share of what is asked of a unit: all of it, or capacity in proportion.
///
/// Example: 3 left, 4 asked: ¾.
pub fn served_share(left: f64, asked: f64) -> f64 {
    if asked > left { left / asked } else { 1.0 }
}

/// Share of ties lost in a year at yearly rate `forget`, `1 − e^(−forget)`.
///
/// Example: 0.1 a year: 0.0952.
pub fn forgotten(forget: f64) -> f64 {
    1.0 - math::exp(-forget)
}

/// Size class of a contract against the mean one: under ½, under 1, under 2, above.
#[inline(always)]
pub fn size_class(relative: f64) -> usize {
    usize::from(relative >= 0.5) + usize::from(relative >= 1.0) + usize::from(relative >= 2.0)
}
