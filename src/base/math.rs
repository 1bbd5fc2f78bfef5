//! Portable elementary functions: the same bits on every machine, branch-free, vectorisable.
//!
//! Everything here is built from IEEE 754 `+ - * /`, square roots, comparisons with
//! selection, and bit operations, none of which a machine may round differently. Every case
//! is computed and the right one selected, so a loop over a slice becomes vector code.
//!
//! Error bounds, held by the tests below over the whole range:
//!
//! | function | bound |
//! |---|---|
//! | [`ln`] | 1.5 ulp |
//! | [`exp`] | 1.5 ulp, 2 ulp where the result is subnormal |
//! | [`pow`] | relative error below (2 + 2 · abs(y ln x)) · 2⁻⁵² |
//! | [`normal_pdf`] | relative 1e-15 down to x = ±37 |
//! | [`normal_cdf`] | relative 4e-15 down to x = -37 |
//! | [`normal_quantile`] | relative 2e-15 away from 1/2, absolute 1e-16 near it |
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

mod normal;
#[cfg(test)]
mod tests;

pub use normal::{
    CENTRE, MIDDLE, central_cdf, middle_quantile, normal_cdf, normal_pdf, normal_quantile,
};
pub(super) use normal::{TAIL, tail_quantile, tail_root};

/// Larger of two numbers; `b` where either is not a number.
#[inline(always)]
pub fn max(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// Smaller of two numbers; `b` where either is not a number.
#[inline(always)]
pub fn min(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// `x` held within \[low, high\].
#[inline(always)]
pub fn clamp(x: f64, low: f64, high: f64) -> f64 {
    min(max(x, low), high)
}

/// High part of ln 2: its last 21 bits are zero, so that a product with an exponent is exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
/// What [`LN_2_HIGH`] leaves of ln 2.
const LN_2_LOW: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);
/// 1.5 · 2⁵²: added and taken away again, it rounds to the nearest whole number.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// 2⁵², whose bit pattern turns a small whole number into a float by an `or`.
const TWO_52: f64 = 4_503_599_627_370_496.0;

/// A whole number below 2⁵² as a float, without a conversion instruction.
#[inline(always)]
fn whole(n: u64) -> f64 {
    f64::from_bits(n | 0x4330_0000_0000_0000) - TWO_52
}

/// Natural logarithm; minus infinity at zero, not a number below.
///
/// x = 2ᵏ · m with m in \[√½, √2), ln m = 2 artanh((m − 1)/(m + 1)) by its series.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    const SQRT_HALF: u64 = 0x3FE6_A09E_0000_0000;
    const ONE: u64 = 0x3FF0_0000_0000_0000;
    const MANTISSA: u64 = 0x000F_FFFF_FFFF_FFFF;
    let subnormal = x < f64::MIN_POSITIVE;
    let scaled = if subnormal { x * TWO_52 * 4.0 } else { x };
    let shifted = scaled.to_bits().wrapping_add(ONE - SQRT_HALF);
    let k = whole(shifted >> 52) - if subnormal { 1077.0 } else { 1023.0 };
    let m = f64::from_bits((shifted & MANTISSA).wrapping_add(SQRT_HALF));
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    // 2 (z/3 + z²/5 + ... ) for |s| < 0.1716: the polynomial whose largest error is least, below
    // 2⁻⁵⁹ of the result. Three terms fewer than the series.
    let series = z * polynomial(
        z,
        [
            0.666_666_666_666_673_4,
            0.399_999_999_994_146_1,
            0.285_714_287_424_044_14,
            0.222_221_985_712_687_23,
            0.181_835_644_331_143_77,
            0.153_140_476_347_328_17,
            0.147_959_806_159_190_6,
        ],
    );
    // ln(1 + f) = f − f²/2 + s (f²/2 + series): only small terms carry rounding errors.
    let half_square = 0.5 * f * f;
    let small = s * (half_square + series) + k * LN_2_LOW;
    let value = k * LN_2_HIGH - ((half_square - small) - f);
    let value = if x == f64::INFINITY { x } else { value };
    let value = if x == 0.0 { f64::NEG_INFINITY } else { value };
    if x >= 0.0 { value } else { f64::NAN }
}

/// exp(a + b) where |b| is small against 700 and a + b need not be a float.
#[inline(always)]
fn exp_of_sum(a: f64, b: f64) -> f64 {
    let held = clamp(a, -800.0, 800.0);
    let sum = clamp(held + b, -746.0, 710.0);
    let held = if sum == held + b { held } else { sum - b };
    exp_of_held(held, b, sum)
}

/// exp(held + b), where `sum` is the float nearest to held + b and within −746 and 710.
#[inline(always)]
fn exp_of_held(held: f64, b: f64, sum: f64) -> f64 {
    let shifted = sum * std::f64::consts::LOG2_E + ROUNDER;
    let n = shifted - ROUNDER;
    let high = held - n * LN_2_HIGH;
    let low = b - n * LN_2_LOW;
    let r = high + low;
    // What the sum above rounded away.
    let rest = (high - r) + low;
    // exp(r) − 1 − r for |r| < 0.3467: a polynomial off by less than 2⁻⁵⁷, two terms fewer than
    // Taylor's.
    let tail = r
        * r
        * polynomial(
            r,
            [
                0.500_000_000_000_001_2,
                0.166_666_666_666_667,
                0.041_666_666_666_518_65,
                0.008_333_333_333_307_527,
                0.001_388_888_894_629_300_3,
                0.000_198_412_699_167_962_32,
                2.480_149_060_204_028_4e-5,
                2.755_721_675_571_749_5e-6,
                2.763_106_830_063_485_7e-7,
                2.511_773_359_552_383e-8,
            ],
        );
    let mantissa = 1.0 + (r + (tail + rest));
    // 2ⁿ in two halves, so that neither overflows and only the last product may round.
    let biased = shifted
        .to_bits()
        .wrapping_sub(ROUNDER.to_bits())
        .wrapping_add(2_200);
    let half = biased >> 1;
    let other = biased.wrapping_sub(half);
    let scale = |part: u64| f64::from_bits(part.wrapping_sub(77) << 52);
    mantissa * scale(half) * scale(other)
}

/// Exponential; zero below -745.2, infinity above 709.78.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let held = clamp(x, -746.0, 710.0);
    let value = exp_of_held(held, 0.0, held);
    if x.is_nan() { x } else { value }
}

/// `x` to the power `y`, for positive `x`, as exp(y ln x).
///
/// The relative error grows with abs(y ln x): one part in 10¹⁵ for each unit of it at worst.
/// `pow(x, 0)` is 1; `pow(x, 1)` may differ from `x` in the last digits.
#[inline(always)]
pub fn pow(x: f64, y: f64) -> f64 {
    exp(y * ln(x))
}

/// Smallest whole number not below `x`, for `x` within ±2⁵¹. In place, where the least of machines
/// has no instruction for it and calls the library.
#[inline(always)]
pub fn ceil(x: f64) -> f64 {
    let near = x + ROUNDER - ROUNDER;
    if near < x { near + 1.0 } else { near }
}

/// Square root (correctly rounded everywhere by IEEE 754).
#[inline(always)]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// Absolute value.
#[inline(always)]
pub fn abs(x: f64) -> f64 {
    x.abs()
}

/// `c[0] + c[1] x + c[2] x² + ...`, even and odd powers apart: two chains of half the length,
/// which a machine works on at once.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, c: [f64; N]) -> f64 {
    const { assert!(N >= 2, "an even and an odd power") };
    let square = x * x;
    let (mut last, mut other) = (c[N - 1], c[N - 2]);
    let mut i = N - 2;
    while i > 1 {
        last = last * square + c[i - 1];
        other = other * square + c[i - 2];
        i -= 2;
    }
    if i == 1 {
        last = last * square + c[0];
        return last + x * other;
    }
    other + x * last
}
