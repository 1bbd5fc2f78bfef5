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
    // 2 (z/3 + z²/5 + ... ): |s| < 0.1716, so the first term left out is below 2⁻⁵⁷.
    let series = z * polynomial(
        z,
        [
            2.0 / 3.0,
            2.0 / 5.0,
            2.0 / 7.0,
            2.0 / 9.0,
            2.0 / 11.0,
            2.0 / 13.0,
            2.0 / 15.0,
            2.0 / 17.0,
            2.0 / 19.0,
            2.0 / 21.0,
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
    let shifted = sum * std::f64::consts::LOG2_E + ROUNDER;
    let n = shifted - ROUNDER;
    let high = held - n * LN_2_HIGH;
    let low = b - n * LN_2_LOW;
    let r = high + low;
    // What the sum above rounded away.
    let rest = (high - r) + low;
    // exp(r) − 1 − r by Taylor: |r| < 0.35, so the first term left out is below 2⁻⁵⁷.
    let tail = r
        * r
        * polynomial(
            r,
            [
                1.0 / 2.0,
                1.0 / 6.0,
                1.0 / 24.0,
                1.0 / 120.0,
                1.0 / 720.0,
                1.0 / 5_040.0,
                1.0 / 40_320.0,
                1.0 / 362_880.0,
                1.0 / 3_628_800.0,
                1.0 / 39_916_800.0,
                1.0 / 479_001_600.0,
                1.0 / 6_227_020_800.0,
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
    let value = exp_of_sum(x, 0.0);
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

/// `c[0] + x (c[1] + x (c[2] + ...))`.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, c: [f64; N]) -> f64 {
    let mut sum = c[N - 1];
    let mut i = N - 1;
    while i > 0 {
        i -= 1;
        sum = sum * x + c[i];
    }
    sum
}

/// exp(−x²/2) for x ≥ 0, exact to the last digits in the far tail too: the square is taken
/// of a short number, so that it is exact, and the rest goes into the second argument.
#[inline(always)]
fn exp_minus_half_square(x: f64) -> f64 {
    let short = (x * 16.0 + ROUNDER - ROUNDER) * (1.0 / 16.0);
    exp_of_sum(-0.5 * short * short, -0.5 * (x - short) * (x + short))
}

/// Standard normal density.
#[inline(always)]
pub fn normal_pdf(x: f64) -> f64 {
    const ROOT: f64 = 0.398_942_280_401_432_7; // 1/√(2π)
    let value = ROOT * exp_minus_half_square(min(x.abs(), 40.0));
    if x.is_nan() { x } else { value }
}

/// Standard normal distribution function, with the relative accuracy of its lower tail.
///
/// Rational approximations of the error function by Cody (1969) on three intervals of x/√2.
#[inline(always)]
pub fn normal_cdf(x: f64) -> f64 {
    let size = min(x.abs(), 40.0);
    let y = size * std::f64::consts::FRAC_1_SQRT_2;
    // below 0.46875: erf
    let square = y * y;
    let erf = y * polynomial(
        square,
        [
            3.209_377_589_138_469_472_6e3,
            3.774_852_376_853_020_208_1e2,
            1.138_641_541_510_501_556_5e2,
            3.161_123_743_870_565_596_5,
            1.857_777_061_846_031_527_7e-1,
        ],
    ) / polynomial(
        square,
        [
            2.844_236_833_439_170_622_7e3,
            1.282_616_526_077_372_275_6e3,
            2.440_246_379_344_441_733e2,
            2.360_129_095_234_412_093_5e1,
            1.0,
        ],
    );
    // up to 4: erfc(y) exp(y²)
    let middle = polynomial(
        y,
        [
            1.230_339_354_797_997_253_7e3,
            2.051_078_377_826_071_465_3e3,
            1.712_047_612_634_070_583_1e3,
            8.819_522_212_417_690_904_1e2,
            2.986_351_381_974_001_311_3e2,
            6.611_919_063_714_162_948_2e1,
            8.883_149_794_388_375_941_2,
            5.641_884_969_886_700_892_2e-1,
            2.153_115_354_744_038_463_4e-8,
        ],
    ) / polynomial(
        y,
        [
            1.230_339_354_803_749_424_6e3,
            3.439_367_674_143_721_636_96e3,
            4.362_619_090_143_247_158_2e3,
            3.290_799_235_733_459_627e3,
            1.621_389_574_566_690_189_6e3,
            5.371_811_018_620_098_575_1e2,
            1.176_939_508_913_124_993e2,
            1.574_492_611_070_983_473_3e1,
            1.0,
        ],
    );
    // beyond 4: the same by an expansion in 1/y²
    let inverse_square = 1.0 / max(square, 1.0);
    let correction = inverse_square
        * polynomial(
            inverse_square,
            [
                6.587_491_615_298_378_031_6e-4,
                1.608_378_514_874_227_663_7e-2,
                1.257_817_261_112_292_462e-1,
                3.603_448_999_498_044_394_3e-1,
                3.053_266_349_612_323_440_4e-1,
                1.631_538_713_730_209_785e-2,
            ],
        )
        / polynomial(
            inverse_square,
            [
                2.335_204_976_268_691_854_3e-3,
                6.051_834_131_244_131_912_2e-2,
                5.279_051_029_514_284_122_5e-1,
                1.872_952_849_923_460_472_1,
                2.568_520_192_289_822_421_3,
                1.0,
            ],
        );
    const INVERSE_ROOT_PI: f64 = 0.564_189_583_547_756_3;
    let far = (INVERSE_ROOT_PI - correction) / max(y, 1.0);
    let scaled = if y <= 4.0 { middle } else { far };
    let tail = 0.5 * exp_minus_half_square(size) * scaled;
    let upper = if x > 0.0 { 1.0 - tail } else { tail };
    let centre = 0.5 + if x > 0.0 { 0.5 * erf } else { -0.5 * erf };
    let value = if y <= 0.468_75 { centre } else { upper };
    if x.is_nan() { x } else { value }
}

/// Standard normal quantile of `p` in (0, 1); `p` outside is held at ±37.
///
/// Rational approximations PPND16 by Wichura (1988, AS 241) on three intervals.
#[inline(always)]
pub fn normal_quantile(p: f64) -> f64 {
    let centred = p - 0.5;
    // middle: |p − 1/2| up to 0.425
    let r = 0.180_625 - centred * centred;
    let middle = centred
        * polynomial(
            r,
            [
                3.387_132_872_796_366_608,
                1.331_416_678_917_843_774_5e2,
                1.971_590_950_306_551_442_7e3,
                1.373_169_376_550_946_112_5e4,
                4.592_195_393_154_987_145_7e4,
                6.726_577_092_700_870_085_3e4,
                3.343_057_558_358_812_810_5e4,
                2.509_080_928_730_122_672_7e3,
            ],
        )
        / polynomial(
            r,
            [
                1.0,
                4.231_333_070_160_091_125_2e1,
                6.871_870_074_920_579_083e2,
                5.394_196_021_424_751_107_7e3,
                2.121_379_430_158_659_586_7e4,
                3.930_789_580_009_271_061e4,
                2.872_908_573_572_194_267_4e4,
                5.226_495_278_852_854_561e3,
            ],
        );
    let nearer = if centred < 0.0 { p } else { 1.0 - p };
    let root = sqrt(-ln(max(nearer, 1e-300)));
    let near = root - 1.6;
    let tail = polynomial(
        near,
        [
            1.423_437_110_749_683_577_34,
            4.630_337_846_156_545_295_9,
            5.769_497_221_460_691_405_5,
            3.647_848_324_763_204_605_04,
            1.270_458_252_452_368_382_58,
            2.417_807_251_774_506_117_7e-1,
            2.272_384_498_926_918_458_33e-2,
            7.745_450_142_783_414_076_4e-4,
        ],
    ) / polynomial(
        near,
        [
            1.0,
            2.053_191_626_637_758_821_87,
            1.676_384_830_183_803_849_4,
            6.897_673_349_851_000_045_5e-1,
            1.481_039_764_274_800_745_9e-1,
            1.519_866_656_361_645_719_66e-2,
            5.475_938_084_995_344_946e-4,
            1.050_750_071_644_416_843_24e-9,
        ],
    );
    let beyond = root - 5.0;
    let far = polynomial(
        beyond,
        [
            6.657_904_643_501_103_777_2,
            5.463_784_911_164_114_369_9,
            1.784_826_539_917_291_335_8,
            2.965_605_718_285_048_912_3e-1,
            2.653_218_952_657_612_309_3e-2,
            1.242_660_947_388_078_438_6e-3,
            2.711_555_568_743_487_578_15e-5,
            2.010_334_399_292_288_132_65e-7,
        ],
    ) / polynomial(
        beyond,
        [
            1.0,
            5.998_322_065_558_879_376_9e-1,
            1.369_298_809_227_358_053_1e-1,
            1.487_536_129_085_061_485_25e-2,
            7.868_691_311_456_132_591e-4,
            1.846_318_317_510_054_681_8e-5,
            1.421_511_758_316_445_888_7e-7,
            2.044_263_103_389_939_785_64e-15,
        ],
    );
    let size = if root <= 5.0 { tail } else { far };
    let signed = if centred < 0.0 { -size } else { size };
    let value = if centred.abs() <= 0.425 {
        middle
    } else {
        signed
    };
    if p.is_nan() { p } else { value }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests {
    use super::*;
    use crate::base::rng::{Key, Purpose};
    use proptest::prelude::*;

    /// Distance in units of the last place of the expected value.
    fn ulps(value: f64, expected: f64) -> f64 {
        if value == expected {
            return 0.0;
        }
        let spacing = f64::from_bits(expected.abs().to_bits() + 1) - expected.abs();
        (value - expected).abs() / spacing
    }

    fn relative(value: f64, expected: f64) -> f64 {
        ((value - expected) / expected).abs()
    }

    fn uniforms(n: u32) -> impl Iterator<Item = f64> {
        let key = Key { seed: 7, run: 0 };
        (0..n).map(move |i| key.uniform(i, 0, 0, 0, Purpose::Parameter))
    }

    #[test]
    fn values_known_exactly() {
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(pow(3.7, 0.0), 1.0);
        assert_eq!(normal_cdf(0.0), 0.5);
        assert_eq!(normal_quantile(0.5), 0.0);
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
        assert_eq!(ln(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp(710.0), f64::INFINITY);
        assert_eq!(exp(-746.0), 0.0);
        assert_eq!(normal_cdf(f64::INFINITY), 1.0);
        assert_eq!(normal_cdf(f64::NEG_INFINITY), 0.0);
        assert!(ln(-1.0).is_nan() && ln(f64::NAN).is_nan() && exp(f64::NAN).is_nan());
        assert!(normal_quantile(0.0) < -36.9 && normal_quantile(1.0) > 36.9);
    }

    /// The machine's own logarithm is itself wrong by up to half a unit, hence 1.5 and not 1.
    #[test]
    fn ln_stays_within_its_bound() {
        let mut worst: f64 = 0.0;
        for u in uniforms(200_000) {
            // every exponent, and the neighbourhood of 1 densely
            let wide = f64::from_bits((u * 9.218e18) as u64);
            let close = 0.5 + 1.5 * u;
            let subnormal = f64::from_bits((u * 4.5e15) as u64 + 1);
            for x in [wide, close, subnormal, 1.0 + (u - 0.5) * 1e-6] {
                worst = worst.max(ulps(ln(x), x.ln()));
            }
        }
        assert!(worst <= 1.5, "ln is off by {worst} ulp");
    }

    #[test]
    fn exp_stays_within_its_bound() {
        let (mut worst, mut tiny): (f64, f64) = (0.0, 0.0);
        for u in uniforms(200_000) {
            for x in [-708.0 + 1417.5 * u, 2.0 * u - 1.0, (u - 0.5) * 1e-5] {
                worst = worst.max(ulps(exp(x), x.exp()));
            }
            let x = -745.0 + 37.0 * u;
            tiny = tiny.max(ulps(exp(x), x.exp()));
        }
        assert!(worst <= 1.5, "exp is off by {worst} ulp");
        assert!(tiny <= 2.0, "subnormal exp is off by {tiny} ulp");
    }

    #[test]
    fn pow_stays_within_its_bound() {
        for (i, u) in uniforms(100_000).enumerate() {
            let x = exp(20.0 * (u - 0.5));
            let y = (i % 41) as f64 * 0.5 - 10.0;
            let bound = (2.0 + 2.0 * (y * x.ln()).abs()) * f64::EPSILON;
            assert!(relative(pow(x, y), x.powf(y)) <= bound, "{x} to {y}");
        }
    }

    /// Values to 17 digits from arithmetic with 40 digits.
    #[test]
    fn normal_cdf_and_pdf_match_long_arithmetic() {
        for (x, cdf, pdf) in crate::base::math::oracle::NORMAL {
            assert!(
                relative(normal_cdf(x), cdf) < 4e-15,
                "cdf({x}) = {}",
                normal_cdf(x)
            );
            assert!(
                relative(normal_pdf(x), pdf) < 1e-15,
                "pdf({x}) = {}",
                normal_pdf(x)
            );
        }
    }

    #[test]
    fn normal_cdf_agrees_with_statrs_and_its_two_sides_add_up() {
        use statrs::distribution::{ContinuousCDF, Normal};
        let normal = Normal::standard();
        for u in uniforms(50_000) {
            let x = 74.0 * (u - 0.5);
            // the oracle itself is good to some ten digits
            assert!(relative(normal_cdf(x), normal.cdf(x)) < 1e-9, "{x}");
            assert!((normal_cdf(x) + normal_cdf(-x) - 1.0).abs() < 1e-15, "{x}");
        }
    }

    #[test]
    fn normal_quantile_matches_long_arithmetic() {
        for (p, x) in crate::base::math::oracle::QUANTILE {
            assert!(
                relative(normal_quantile(p), x) < 2e-15,
                "{p}: {}",
                normal_quantile(p)
            );
        }
    }

    #[test]
    fn normal_quantile_inverts_the_distribution_function() {
        for u in uniforms(50_000) {
            for p in [u, u * 1e-3, u * u * 1e-12, exp(-680.0 * u)] {
                let p = p.max(1e-299);
                let x = normal_quantile(p);
                // an error dx in x moves ln Φ by about max(1, |x|) dx
                let bound = 4e-15 + 2e-15 * x * x;
                assert!(relative(normal_cdf(x), p) < bound, "{p}: {x}");
            }
        }
    }

    #[test]
    fn normal_quantile_is_symmetric_and_rises() {
        let mut last = f64::NEG_INFINITY;
        for i in 1..4096 {
            let p = f64::from(i) / 4096.0;
            let x = normal_quantile(p);
            assert_eq!(x, -normal_quantile(1.0 - p));
            assert!(x > last);
            last = x;
        }
    }

    proptest! {
        #[test]
        fn exp_undoes_ln(x in 1e-300..1e300_f64) {
            prop_assert!(relative(exp(ln(x)), x) < 1.2e-13);
        }

        #[test]
        fn functions_do_not_fall(a in -30.0..30.0_f64, step in 1e-6..1.0_f64) {
            prop_assert!(exp(a + step) > exp(a));
            prop_assert!(normal_cdf(a + step) >= normal_cdf(a));
            prop_assert!(ln(exp(a) + step) >= ln(exp(a)));
        }

        #[test]
        fn clamp_holds(x in -1e9..1e9_f64) {
            let held = clamp(x, -1.0, 2.0);
            prop_assert!((-1.0..=2.0).contains(&held));
        }
    }
}

/// Values to 17 digits, from arithmetic with 60 digits.
#[cfg(test)]
#[allow(clippy::excessive_precision, clippy::unreadable_literal)]
mod oracle {
    /// x, distribution function, density.
    pub(super) const NORMAL: [(f64, f64, f64); 24] = [
        (-37.0, 5.7255712225245768e-300, 2.1200065515246056e-298),
        (-36.123, 4.9388814826928203e-286, 1.7854373105029386e-284),
        (-30.7, 2.8458302208738192e-207, 8.7459490160240639e-206),
        (-20.5, 1.076467325879096e-93, 2.2119843802105703e-92),
        (-12.25, 8.3997960636334177e-35, 1.035743509620835e-33),
        (-8.1, 2.7479593923982285e-16, 2.2588094031543088e-15),
        (-6.0, 9.8658764503769814e-10, 6.0758828498232855e-9),
        (-5.7, 5.9903714010635282e-9, 3.5139550948204336e-8),
        (-5.6, 1.0717590258310929e-8, 6.182620500165856e-8),
        (-4.4, 5.412543907703851e-6, 2.494247129005353e-5),
        (-3.0, 0.0013498980316300945, 0.0044318484119380072),
        (-2.2, 0.013903447513498604, 0.035474592846231421),
        (-1.5, 0.066807201268858066, 0.12951759566589173),
        (-1.0, 0.15865525393145705, 0.24197072451914335),
        (-0.7, 0.24196365222307303, 0.31225393336676127),
        (-0.66, 0.25462691467133614, 0.32086380377117249),
        (-0.5, 0.3085375387259869, 0.35206532676429948),
        (-0.1, 0.46017216272297102, 0.39695254747701177),
        (-0.001, 0.49960105778608894, 0.39894208093034235),
        (0.3, 0.61791142218895263, 0.38138781546052409),
        (0.65, 0.74215388919413528, 0.32297235966791428),
        (1.2, 0.88493032977829172, 0.19418605498321295),
        (3.3, 0.99951657585761622, 0.0017225689390536812),
        (7.5, 0.99999999999996809, 2.4343205330290098e-13),
    ];
    /// Probability, quantile.
    pub(super) const QUANTILE: [(f64, f64); 21] = [
        (1e-299, -36.984936496902572),
        (1e-250, -33.799586172694837),
        (1e-100, -21.273453560965324),
        (1e-40, -13.310921371425171),
        (1e-20, -9.2623400897984076),
        (1.3e-11, -6.6676114565107408),
        (1.4e-11, -6.6567230915181836),
        (1e-09, -5.9978070150076869),
        (1e-05, -4.2648907939228246),
        (0.001, -3.0902323061678135),
        (0.02, -2.053748910631823),
        (0.0749, -1.4402382675279637),
        (0.0751, -1.43882539275254),
        (0.2, -0.84162123357291417),
        (0.31, -0.49585034734745333),
        (0.45, -0.12566134685507401),
        (0.4999, -0.00025066283008800749),
        (0.6, 0.25334710313579974),
        (0.9, 1.2815515655446006),
        (0.97, 1.8807936081512505),
        (0.999999, 4.7534243088170878),
    ];
}
