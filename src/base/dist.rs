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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::rng::{Key, Purpose};
    use statrs::distribution::{ContinuousCDF, Exp, Gumbel, LogNormal, Normal, Triangular};

    fn uniforms() -> impl Iterator<Item = f64> {
        let key = Key { seed: 4, run: 0 };
        (0..20_000).map(move |i| key.uniform(i, 0, 0, 0, Purpose::Choice))
    }

    /// The oracle's distribution function at the sampled value must give the uniform back.
    fn assert_inverts(sample: impl Fn(f64) -> f64, cdf: impl Fn(f64) -> f64) {
        for u in uniforms() {
            let x = sample(u);
            assert!((cdf(x) - u).abs() < 1e-9, "{u}: {x}");
        }
    }

    #[test]
    fn samplers_invert_the_distribution_functions() {
        let oracle = Normal::new(2.0, 3.0).unwrap();
        assert_inverts(|u| normal(u, 2.0, 3.0), |x| oracle.cdf(x));
        let oracle = LogNormal::new(math::ln(5.0), 0.7).unwrap();
        assert_inverts(|u| lognormal(u, 5.0, 0.7), |x| oracle.cdf(x));
        let oracle = Exp::new(0.25).unwrap();
        assert_inverts(|u| exponential(u, 4.0), |x| oracle.cdf(x));
        let oracle = Gumbel::new(0.0, 1.0).unwrap();
        assert_inverts(gumbel, |x| oracle.cdf(x));
        let oracle = Triangular::new(1.0, 5.0, 2.0).unwrap();
        assert_inverts(|u| triangular(u, 1.0, 2.0, 5.0), |x| oracle.cdf(x));
    }

    /// Choice by Gumbel noise is the logit.
    #[test]
    fn the_larger_of_two_noisy_values_wins_as_often_as_the_logit_says() {
        let key = Key { seed: 4, run: 1 };
        let n = 40_000;
        let mut first = 0.0;
        for i in 0..n {
            let (a, b) = key.pair(i, 0, 0, 0, Purpose::Choice);
            first += f64::from(u8::from(1.0 + gumbel(a) > gumbel(b))) / f64::from(n);
        }
        let logit = 1.0 / (1.0 + math::exp(-1.0));
        assert!((first - logit).abs() < 0.01, "{first} against {logit}");
    }

    #[test]
    fn moments_agree_with_rand_distr() {
        use crate::base::stats;
        use rand_distr::Distribution;
        let mut stream = Key { seed: 4, run: 2 }.stream(0, 0, Purpose::Choice);
        let oracle = rand_distr::LogNormal::new(0.0, 0.5).unwrap();
        let theirs: Vec<f64> = (0..20_000).map(|_| oracle.sample(&mut stream)).collect();
        let ours: Vec<f64> = uniforms().map(|u| lognormal(u, 1.0, 0.5)).collect();
        // one standard error of a mean is about 0.0043
        assert!((stats::mean(&ours) - stats::mean(&theirs)).abs() < 0.02);
    }

    #[test]
    fn edges_stay_finite() {
        for x in [
            normal(0.0, 0.0, 1.0),
            lognormal(0.0, 1.0, 1.0),
            exponential(0.0, 1.0),
            gumbel(0.0),
            triangular(0.0, 1.0, 1.0, 1.0),
        ] {
            assert!(x.is_finite());
        }
        assert_eq!(triangular(0.3, 2.0, 2.0, 2.0), 2.0);
        assert_eq!(triangular(0.0, 1.0, 2.0, 5.0), 1.0);
    }
}
