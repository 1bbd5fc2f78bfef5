//! Error bounds of the elementary functions and of the normal distribution.
#![allow(clippy::disallowed_methods)]

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
    for (x, cdf, pdf) in oracle::NORMAL {
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
fn the_central_distribution_function_has_the_bits_of_the_whole() {
    for u in uniforms(100_000) {
        let x = 2.0 * CENTRE * (u - 0.5);
        for x in [x, x * 0.1, CENTRE, -CENTRE, 0.0] {
            assert_eq!(central_cdf(x).to_bits(), normal_cdf(x).to_bits(), "{x}");
        }
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
    for (p, x) in oracle::QUANTILE {
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
    fn ceil_is_the_next_whole_number(x in -1e9..1e9_f64, whole in -1000..1000_i32) {
        let near = f64::from(whole);
        for x in [x, x * 1e-9, near, near + 1e-9, near - 1e-9] {
            prop_assert_eq!(ceil(x), x.ceil());
        }
    }

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

/// Values to 17 digits, from arithmetic with 60 digits.
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
