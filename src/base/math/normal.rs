//! The standard normal distribution: density, distribution function, quantile.

use super::{ROUNDER, exp_of_sum, ln, max, min, polynomial, sqrt};

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

/// The error function below y = 0.46875, by `square` = y².
#[inline(always)]
fn small_erf(y: f64, square: f64) -> f64 {
    y * polynomial(
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
    )
}

/// erfc(y) exp(y²) from there up to y = 4.
#[inline(always)]
fn middle_erfc(y: f64) -> f64 {
    polynomial(
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
    )
}

/// Where the tail of the distribution function joins its middle \[y = x/√2\].
const SMALL: f64 = 0.468_75;

/// Distance from zero within which [`central_cdf`] holds, just below 4 √2.
pub const CENTRE: f64 = 5.65;

/// Standard normal distribution function for `x` within [`CENTRE`] of zero: what [`normal_cdf`]
/// gives there, to the last bit, at half the work.
#[inline(always)]
pub fn central_cdf(x: f64) -> f64 {
    let size = x.abs();
    let y = size * std::f64::consts::FRAC_1_SQRT_2;
    joined(x, size, y, small_erf(y, y * y), middle_erfc(y))
}

/// The distribution function at `x` of this `size`, from the error function at `y` and from
/// erfc(y) exp(y²).
#[inline(always)]
fn joined(x: f64, size: f64, y: f64, erf: f64, scaled: f64) -> f64 {
    let tail = 0.5 * exp_minus_half_square(size) * scaled;
    let upper = if x > 0.0 { 1.0 - tail } else { tail };
    let centre = 0.5 + if x > 0.0 { 0.5 * erf } else { -0.5 * erf };
    let value = if y <= SMALL { centre } else { upper };
    if x.is_nan() { x } else { value }
}

/// Standard normal distribution function, with the relative accuracy of its lower tail.
///
/// Rational approximations of the error function by Cody (1969) on three intervals of x/√2.
#[inline(always)]
pub fn normal_cdf(x: f64) -> f64 {
    let size = min(x.abs(), 40.0);
    let y = size * std::f64::consts::FRAC_1_SQRT_2;
    let square = y * y;
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
    let scaled = if y <= 4.0 { middle_erfc(y) } else { far };
    joined(x, size, y, small_erf(y, square), scaled)
}

/// Half-width of the middle interval around 1/2 on which [`middle_quantile`] holds.
pub const MIDDLE: f64 = 0.425;

/// Standard normal quantile of 1/2 + `centred`, for `centred` within [`MIDDLE`] of zero: what
/// [`normal_quantile`] gives there, to the last bit, at a fraction of the work.
#[inline(always)]
pub fn middle_quantile(centred: f64) -> f64 {
    let r = 0.180_625 - centred * centred;
    centred
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
        )
}

/// Square root up to which [`tail_quantile`] holds.
pub(in crate::base) const TAIL: f64 = 5.0;

/// How far out `p` lies, `√(−ln min(p, 1 − p))`: below [`TAIL`] down to 1.4e-11.
#[inline(always)]
pub(in crate::base) fn tail_root(p: f64) -> f64 {
    let nearer = if p - 0.5 < 0.0 { p } else { 1.0 - p };
    sqrt(-ln(max(nearer, 1e-300)))
}

/// Size of the standard normal quantile beyond [`MIDDLE`] and within [`TAIL`], by [`tail_root`].
#[inline(always)]
pub(in crate::base) fn tail_quantile(root: f64) -> f64 {
    let near = root - 1.6;
    polynomial(
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
    )
}

/// Standard normal quantile of `p` in (0, 1); `p` outside is held at ±37.
///
/// Rational approximations PPND16 by Wichura (1988, AS 241) on three intervals.
#[inline(always)]
pub fn normal_quantile(p: f64) -> f64 {
    let centred = p - 0.5;
    let middle = middle_quantile(centred);
    let root = tail_root(p);
    let tail = tail_quantile(root);
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
    let size = if root <= TAIL { tail } else { far };
    let signed = if centred < 0.0 { -size } else { size };
    let value = if centred.abs() <= MIDDLE {
        middle
    } else {
        signed
    };
    if p.is_nan() { p } else { value }
}
