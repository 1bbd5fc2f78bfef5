//! How are the sales of a segment spread?

use super::PopulationParameters;
use crate::base::math;
use crate::model::firms::Segment;

/// Law of sales in a segment, its constants worked out once.
#[derive(Clone, Copy, Debug)]
pub enum SalesLaw {
    /// Pareto between two ends.
    Pareto {
        /// Least sales \[mn/yr\].
        low: f64,
        /// What the cut at the upper end leaves of the tail \[share\].
        kept: f64,
        /// Minus one over the tail exponent.
        power: f64,
    },
    /// Log-normal, cut at the limit of above-size firms.
    LogNormal {
        /// Median \[mn/yr\].
        median: f64,
        /// Spread \[log points\].
        spread: f64,
        /// Share below the cut.
        kept: f64,
    },
}

impl SalesLaw {
    /// That of a segment.
    pub fn of(segment: Segment, p: &PopulationParameters) -> Self {
        let pareto = |high: f64, tail: f64| Self::Pareto {
            low: p.size_limit,
            kept: 1.0 - math::pow(p.size_limit / high, tail),
            power: -1.0 / tail,
        };
        match segment {
            Segment::Industry => pareto(p.industry_largest, p.industry_tail),
            Segment::Services => pareto(p.services_largest, p.services_tail),
            Segment::Small => {
                let z = math::ln(p.size_limit / p.small_median) / p.small_spread;
                Self::LogNormal {
                    median: p.small_median,
                    spread: p.small_spread,
                    kept: math::normal_cdf(z),
                }
            }
        }
    }

    /// Sales at quantile `u` \[mn/yr\].
    ///
    /// Example: from 20 at a tail of 1.1, hardly cut: `u` = 1 − 10^(−1.1) gives 200.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub fn quantile(&self, u: f64) -> f64 {
        match *self {
            Self::Pareto { low, kept, power } => low * math::pow(1.0 - u * kept, power),
            Self::LogNormal {
                median,
                spread,
                kept,
            } => median * math::exp(spread * math::normal_quantile(u * kept)),
        }
    }
}

crate::dispatched! {
    /// Puts the sales at a quantile in place of each of them: [`SalesLaw::quantile`].
    pub fn fill_quantiles(law: &SalesLaw, quantiles: &mut [f64]) {
        for quantile in quantiles {
            *quantile = law.quantile(*quantile);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::bound::Bound;

    #[test]
    fn bounded_pareto_keeps_its_ends_and_tail() {
        let at = |u: f64, industry_largest: f64| {
            let p = PopulationParameters {
                size_limit: 20.0,
                industry_largest,
                industry_tail: 1.1,
                ..PopulationParameters::build(&mut |_| 1.0)
            };
            SalesLaw::of(Segment::Industry, &p).quantile(u)
        };
        assert!((at(0.0, 1e6) - 20.0).abs() < 1e-9);
        assert!((at(1.0, 1e6) - 1e6).abs() < 1e-3);
        // P(S > 200) = 10^-1.1 in the unbounded law
        let u = 1.0 - math::pow(10.0, -1.1);
        assert!((at(u, 1e12) - 200.0).abs() < 0.01);
    }
}
