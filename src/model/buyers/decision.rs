//! Does a buyer take a first set, and does its maker insure it?
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::BuyerParameters;
use crate::base::math::{exp, max, normal_cdf, pow};

/// What a buyer weighs.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Worth over price.
    pub worth: f64,
    /// Turn to domestic sets, 0 = none.
    pub turn: f64,
    /// Share of loss covered.
    pub cover: f64,
    /// Chance of failure.
    pub failure: f64,
    /// Share of blame lifted.
    pub liability: f64,
    /// Share of tender cost saved.
    pub green: f64,
    /// Share of users with an open scene.
    pub scene: f64,
    /// State firm.
    pub state_owned: bool,
}

/// Worth of a set of `quality` (median 1) over its price, `v·q^e`.
///
/// Example: v = 1.25, quality 4, e = ½: 2.5.
#[inline(always)]
pub fn worth_over_price(quality: f64, p: &BuyerParameters) -> f64 {
    p.worth * pow(max(quality, f64::MIN_POSITIVE), p.quality_exponent)
}

/// Chance that a first set fails: floor, and an excess that experience wears off.
#[inline(always)]
pub fn failure_chance(p: &BuyerParameters, experience: f64) -> f64 {
    p.failure_floor + (p.failure_start - p.failure_floor) * exp(-experience / p.experience_scale)
}

/// Gain of adopting over price (M22).
#[inline(always)]
pub fn adoption_gain(p: &BuyerParameters, t: &Terms) -> f64 {
    let fail = t.failure * (1.0 - p.scene_gain * t.scene);
    let (blame, appraisal) = if t.state_owned {
        (p.blame * (1.0 - t.liability), p.appraisal)
    } else {
        (0.0, 0.0)
    };
    t.worth - 1.0 - fail * p.loss * (1.0 - t.cover) - fail * blame
        + appraisal
        + p.learning
        + p.turn_gain * t.turn
        - p.tender_cost * (1.0 - t.green)
}

/// Share of a buyer's orders that it would give to first sets: a gain above zero, half of the
/// spread of tastes standing and half new.
#[inline(always)]
pub fn adopting_share(gain: f64, taste: f64, p: &BuyerParameters) -> f64 {
    normal_cdf((gain + 0.5 * p.taste_sd * taste) / p.taste_sd)
}

/// Share of makers who insure: worth above the premium they bear; none without cover.
pub fn insured_share(p: &BuyerParameters, subsidy: f64, cover: f64) -> f64 {
    if cover <= 0.0 {
        return 0.0;
    }
    let premium = p.premium_rate * p.insurance_years * (1.0 - subsidy);
    normal_cdf((p.insurance_gain - premium) / p.insurance_sd)
}

/// Offers taken only because public buyers must: quota of public orders, of what is unwanted.
pub fn must_take(public_orders: f64, quota: f64, willing: f64) -> f64 {
    public_orders * quota * (1.0 - willing)
}
