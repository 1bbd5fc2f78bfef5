//! When is a firm founded, and when does it close? The rules, free of state.

use super::EntryParameters;
use crate::base::dist::exponential;
use crate::base::rng::{Key, Purpose};
use crate::base::{math, strip};
use crate::model::population::TOGETHER;

/// Sales at which the exit hazard is quoted \[mn/yr, 2020 prices\].
const REFERENCE_SALES: f64 = 10.0; // derived: a small firm, unit of `entry.exit_hazard`
/// Least margin that a founder counts with \[share\].
const LEAST_MARGIN: f64 = 1e-4; // derived: keeps the logarithm finite, far below any field

/// Share of potential founders whose cost of founding lies below the value of a firm,
/// `Φ((ln V − ln C)/s)` with V = margin · annuity and C in years of sales.
///
/// Example: margin 0.08, annuity 5, C = 0.4: V = C, one half.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a loop over fields
pub fn founding_share(margin: f64, annuity: f64, cost: f64, cost_log_sd: f64) -> f64 {
    let value = math::max(margin, LEAST_MARGIN) * annuity;
    math::normal_cdf(math::ln(value / cost) / cost_log_sd)
}

/// Gap between arrivals `ordinal − 1` and `ordinal` of a stream, on the unit-rate clock.
///
/// It does not depend on the date: a slower clock delays an arrival and changes nothing else.
#[inline]
pub fn gap(key: Key, stream: u32, ordinal: u32) -> f64 {
    exponential(key.uniform(stream, ordinal, 0, 0, Purpose::Entry), 1.0)
}

/// Arrivals drawn together.
pub(super) const ARRIVALS: usize = TOGETHER;

crate::dispatched! {
    /// Fills a column with what [`gap`] gives for each stream and ordinal.
    pub(super) fn fill_gaps(
        key: Key,
        streams: &[u32; ARRIVALS],
        ordinals: &[u32; ARRIVALS],
        gaps: &mut [f64; ARRIVALS],
    ) {
        for k in 0..ARRIVALS {
            let (u, _) = strip::pair(key, streams[k], [ordinals[k], 0, Purpose::Entry as u32]);
            gaps[k] = exponential(u, 1.0);
        }
    }
}

/// What a founder's surroundings add to the number of founders, `(now / founding)^elasticity`;
/// 1 where either is not known.
#[inline]
pub(super) fn surroundings(now: f64, founding: f64, elasticity: f64) -> f64 {
    if now > 0.0 && founding > 0.0 {
        math::pow(now / founding, elasticity)
    } else {
        1.0
    }
}

/// Trend growth of a pool \[1/yr\]: `recorded` to the last recorded quarter, then on a straight
/// line to `later` over `fade` years.
///
/// Example: 0.10, later 0.03, 5 years, 2.5 years after: 0.065.
#[inline]
pub fn pool_growth(recorded: f64, later: f64, fade: f64, years_after: f64) -> f64 {
    recorded + (later - recorded) * math::clamp(years_after / fade, 0.0, 1.0)
}

/// What decides whether a firm closes.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// Sales at prices of 2020 \[mn/yr\].
    pub real_sales: f64,
    /// Cash over sales \[years\].
    pub cash: f64,
    /// Founded less than [`EntryParameters::young_years`] ago.
    pub young: bool,
    /// In a loss year.
    pub loss: bool,
}

/// Hazard of closing \[1/yr\]:
/// `h · (S/10)^(−size) · e^(young + loss) + distress`, the last where debts pass a share of sales.
///
/// Example: h = 0.06, sales 10 mn, neither young nor in loss, solvent: 0.06; young at 0.4: 0.0895.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn exit_hazard(health: Health, p: &EntryParameters) -> f64 {
    let mut log = -p.exit_size * math::ln(math::max(health.real_sales, 1e-6) / REFERENCE_SALES); // derived: 1 yuan
    if health.young {
        log += p.exit_young;
    }
    if health.loss {
        log += p.exit_loss;
    }
    let distress = if health.cash < -p.distress_debt {
        p.exit_distress
    } else {
        0.0
    };
    p.exit_hazard * math::exp(log) + distress
}

/// Probability of closing within a year.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn exit_probability(health: Health, p: &EntryParameters) -> f64 {
    1.0 - math::exp(-exit_hazard(health, p))
}

/// Whether an agent carries so much of its segment that it is split: `w S > m S̄ n/scale`, where
/// S̄ is the mean sales and n the growth of the pool since founding.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub(super) fn is_split(weight: f64, sales: f64, limit: f64) -> bool {
    (weight >= 2.0) & (weight * sales > limit)
}
