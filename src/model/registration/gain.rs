//! What does a seller gain by registering a contract, and how many do?

#![allow(clippy::inline_always)] // parts of a strip loop

use super::SIZES;
use crate::base::math::{exp, ln, min, normal_cdf, pow};
use crate::model::tax::statute::transfer_income_free;

/// Classes of size: log-normal within ±3 standard deviations, Pareto above; number shares
/// and means over the overall mean.
///
/// The end: above `x₀ = e^{3σ}` medians the mean is `x₀·α/(α−1)`.
pub fn size_classes(log_sd: f64, alpha: f64) -> ([f64; SIZES], [f64; SIZES]) {
    let (mut number, mut relative) = ([0.0; SIZES], [0.0; SIZES]);
    let mut mean = 0.0;
    for size in 0..SIZES {
        // derived: 13 classes half a standard deviation wide up to 3, then the Pareto end
        let low = -3.5 + 0.5 * size as f64;
        let high = low + 0.5;
        let below = if size == 0 { 0.0 } else { normal_cdf(low) };
        if size + 1 == SIZES {
            number[size] = 1.0 - normal_cdf(low);
            relative[size] = exp(log_sd * low) * alpha / (alpha - 1.0);
        } else {
            number[size] = normal_cdf(high) - below;
            let below = if size == 0 {
                0.0
            } else {
                normal_cdf(low - log_sd)
            };
            let value = exp(0.5 * log_sd * log_sd) * (normal_cdf(high - log_sd) - below);
            relative[size] = value / number[size];
        }
        mean += number[size] * relative[size];
    }
    for value in &mut relative {
        *value /= mean;
    }
    (number, relative)
}

/// What a seller weighs, in thousand yuan for a contract of `value` million.
#[derive(Clone, Copy, Debug)]
pub struct Benefit {
    /// Tax not charged and kept \[share of value\].
    pub relief: f64,
    /// Award on value \[share\].
    pub award_rate: f64,
    /// Cap of awards per contract \[mn\].
    pub award_cap: f64,
    /// Seller's part of the buyer's deduction \[share of value\].
    pub deduction: f64,
    /// Income from transfer that the law favours \[share of value\].
    pub income: f64,
    /// Such income free of tax, a contract \[mn\].
    pub exempt: f64,
    /// Part of it above that is taxed \[share\].
    pub taxed_above: f64,
    /// Income tax on the seller's last yuan \[share\].
    pub tax_rate: f64,
    /// Worth in the certificate test \[thousand yuan\].
    pub certificate: f64,
    /// Pressure of local targets \[thousand yuan at 1 mn\].
    pub pressure: f64,
    /// Exponent of size.
    pub exponent: f64,
}

/// Gain of registering a contract of `value` million \[thousand yuan\].
///
/// Example: pressure 17, value 1, nothing else: 17.
#[inline(always)]
pub fn registration_gain(b: &Benefit, value: f64) -> f64 {
    let award = min(b.award_rate * value, b.award_cap);
    // derived: million to thousand yuan
    1000.0 * ((b.relief + b.deduction) * value + award + transfer_relief(b, value))
        + b.certificate
        + b.pressure * pow(value, b.exponent)
}

/// Income tax that the seller of a registered contract of `value` is spared \[mn\].
///
/// Example: 0.3 of 40 mn is income, 5 mn free, half above, 20 %: 0.2·(5 + 3.5) = 1.7.
#[inline(always)]
pub fn transfer_relief(b: &Benefit, value: f64) -> f64 {
    b.tax_rate * transfer_income_free(b.income * value, b.exempt, b.taxed_above)
}

/// Share of aware sellers who register: `Φ(ln(gain/cost)/σ_c)`.
#[inline(always)]
pub fn willing_share(gain: f64, cost: f64, log_sd: f64) -> f64 {
    let share = normal_cdf(ln(gain / cost) / log_sd);
    if gain > 0.0 { share } else { 0.0 }
}

/// Pressure of local targets `t` years after 2015.
pub fn target_pressure(start: f64, growth: f64, years: f64) -> f64 {
    start * exp(growth * years)
}
