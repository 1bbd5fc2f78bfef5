//! Inverse-transform samplers: one uniform in, one value out, monotone in the parameters.

use super::math;

/// Normal with mean and standard deviation.
#[inline]
pub fn normal(u: f64, mean: f64, sd: f64) -> f64 {
    mean + sd * math::normal_quantile(u)
}

/// Log-normal with median and standard deviation of the logarithm.
#[inline]
pub fn lognormal(u: f64, median: f64, log_sd: f64) -> f64 {
    median * math::exp(log_sd * math::normal_quantile(u))
}

/// Exponential with the given mean.
#[inline]
pub fn exponential(u: f64, mean: f64) -> f64 {
    -mean * math::ln(1.0 - u)
}

/// Standard Gumbel, for keyed discrete choice.
#[inline]
pub fn gumbel(u: f64) -> f64 {
    -math::ln(-math::ln(math::max(u, 1e-300)))
}

/// Triangular on \[low, high\] with the given mode.
#[inline]
pub fn triangular(u: f64, low: f64, mode: f64, high: f64) -> f64 {
    let width = high - low;
    if width <= 0.0 {
        return mode;
    }
    let split = (mode - low) / width;
    if u < split {
        low + math::sqrt(u * width * (mode - low))
    } else {
        high - math::sqrt((1.0 - u) * width * (high - mode))
    }
}
