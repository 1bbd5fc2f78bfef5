//! Portable elementary functions: the same bits on every machine, branch-free, vectorisable.

/// Larger of two numbers; `b` where either is not a number.
#[inline]
pub fn max(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// Smaller of two numbers; `b` where either is not a number.
#[inline]
pub fn min(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// `x` held within \[low, high\].
#[inline]
pub fn clamp(x: f64, low: f64, high: f64) -> f64 {
    min(max(x, low), high)
}

/// Natural logarithm of a positive number.
#[inline]
#[allow(clippy::disallowed_methods)]
pub fn ln(x: f64) -> f64 {
    x.ln()
}

/// Exponential.
#[inline]
#[allow(clippy::disallowed_methods)]
pub fn exp(x: f64) -> f64 {
    x.exp()
}

/// `x` to the power `y`, for positive `x`.
#[inline]
pub fn pow(x: f64, y: f64) -> f64 {
    exp(y * ln(x))
}

/// Square root (correctly rounded everywhere by IEEE 754).
#[inline]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// Standard normal distribution function.
#[inline]
pub fn normal_cdf(x: f64) -> f64 {
    // placeholder accuracy, replaced by the tested version
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let d = 0.398_942_280_401_432_7 * exp(-0.5 * x * x);
    let p = d * t
        * (0.319_381_530
            + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    if x > 0.0 { 1.0 - p } else { p }
}

/// Standard normal density.
#[inline]
pub fn normal_pdf(x: f64) -> f64 {
    0.398_942_280_401_432_7 * exp(-0.5 * x * x)
}

/// Standard normal quantile of `p` in (0, 1).
#[inline]
pub fn normal_quantile(p: f64) -> f64 {
    // placeholder accuracy, replaced by the tested version
    let q = min(p, 1.0 - p);
    let t = sqrt(-2.0 * ln(max(q, 1e-300)));
    let z = t - (2.515_517 + 0.802_853 * t + 0.010_328 * t * t)
        / (1.0 + 1.432_788 * t + 0.189_269 * t * t + 0.001_308 * t * t * t);
    if p < 0.5 { -z } else { z }
}
