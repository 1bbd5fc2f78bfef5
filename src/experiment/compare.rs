//! Compares variants with a baseline by paired differences of the same runs.

use super::statistics::{fieller, parameter_share, standard_error};
use crate::base::stats::{correlation, mean, quantile, variance};
use crate::engine::{Direction, Ensemble, Outcome};

/// Statistics of one metric's paired difference, variant minus baseline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Metric index.
    pub metric: usize,
    /// Mean over runs in the baseline.
    pub baseline: f64,
    /// Mean over runs in the variant.
    pub variant: f64,
    /// Mean difference.
    pub mean: f64,
    /// Monte Carlo standard error of the mean, clustered by parameter draw; infinite with one run.
    pub se: f64,
    /// 5 %, 50 % and 95 % points of the difference over runs.
    pub quantiles: [f64; 3],
    /// Share of runs in which the variant is better; `None` without direction.
    pub share_better: Option<f64>,
    /// Correlation of the pair over runs; `None` where undefined.
    pub correlation: Option<f64>,
    /// Variance of an unpaired difference over that of the paired one; `None` where undefined.
    pub variance_reduction: Option<f64>,
    /// Share of the difference's variance that lies between parameter draws; `None` with one draw.
    pub parameter_share: Option<f64>,
}

/// One variant against the baseline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VariantComparison {
    /// Scenario index.
    pub scenario: usize,
    /// One entry a headline metric.
    pub metrics: Vec<Difference>,
    /// One entry a detail metric.
    pub details: Vec<Difference>,
    /// Δ`rd_business_real` / Δ`fiscal_cost` with its Fieller interval (5 %, 95 %); `None`
    /// where the interval of the cost difference holds 0.
    pub per_fiscal_yuan: Option<(f64, [f64; 2])>,
}

/// All variants against the baseline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// By variant.
    pub variants: Vec<VariantComparison>,
}

/// What a comparison needs to know of a metric.
#[derive(Clone, Copy, Debug)]
pub struct MetricView<'a> {
    /// Id.
    pub id: &'a str,
    /// Which way is better.
    pub direction: Direction,
}

/// Compares every variant of `ensemble` with its first scenario.
pub fn compare(
    ensemble: &Ensemble,
    per_draw: u32,
    metrics: &[MetricView<'_>],
    details: &[MetricView<'_>],
) -> Comparison {
    let draws: Vec<u32> = ensemble
        .runs
        .iter()
        .map(|run| run / per_draw.max(1))
        .collect();
    let all = |scenario: usize, specs: &[MetricView<'_>], pick: fn(&Outcome) -> &[f64]| {
        (0..specs.len())
            .map(|metric| {
                let of = |scenario: usize| column(&ensemble.outcomes[scenario], metric, pick);
                difference(
                    metric,
                    specs[metric].direction,
                    &of(0),
                    &of(scenario),
                    &draws,
                )
            })
            .collect()
    };
    let headline: fn(&Outcome) -> &[f64] = |outcome| &outcome.metrics;
    let variants = (1..ensemble.outcomes.len())
        .map(|scenario| VariantComparison {
            scenario,
            metrics: all(scenario, metrics, headline),
            details: all(scenario, details, |outcome| &outcome.details),
            per_fiscal_yuan: {
                let gap = |id: &str| {
                    let metric = metrics.iter().position(|spec| spec.id == id)?;
                    let of =
                        |scenario: usize| column(&ensemble.outcomes[scenario], metric, headline);
                    Some(subtract(&of(scenario), &of(0)))
                };
                gap("rd_business_real")
                    .zip(gap("fiscal_cost"))
                    .and_then(|(effect, cost)| fieller(&effect, &cost, &draws))
            },
        })
        .collect();
    Comparison { variants }
}

/// One value a run.
fn column(outcomes: &[Outcome], metric: usize, pick: fn(&Outcome) -> &[f64]) -> Vec<f64> {
    outcomes
        .iter()
        .map(|outcome| pick(outcome)[metric])
        .collect()
}

/// Variant minus base, run by run.
fn subtract(variant: &[f64], base: &[f64]) -> Vec<f64> {
    variant.iter().zip(base).map(|(v, b)| v - b).collect()
}

/// Statistics of the paired difference of one metric.
pub fn difference(
    metric: usize,
    direction: Direction,
    base: &[f64],
    variant: &[f64],
    draws: &[u32],
) -> Difference {
    let gap = subtract(variant, base);
    let twin = gap.iter().all(|&one| one == 0.0);
    let mut sorted = gap.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let better = |wins: fn(f64) -> bool| {
        let count = gap.iter().filter(|&&one| wins(one)).count();
        (!gap.is_empty()).then(|| count as f64 / gap.len() as f64)
    };
    Difference {
        metric,
        baseline: mean(base),
        variant: mean(variant),
        mean: mean(&gap),
        se: standard_error(&gap, draws),
        quantiles: [0.05, 0.5, 0.95].map(|p| quantile(&sorted, p)),
        share_better: match direction {
            Direction::Higher => better(|one| one > 0.0),
            Direction::Lower => better(|one| one < 0.0),
            Direction::Neutral => None,
        },
        correlation: if twin {
            None
        } else {
            correlation(base, variant)
        },
        variance_reduction: variance_reduction(base, variant, &gap),
        parameter_share: parameter_share(&gap, draws),
    }
}

/// var(A) + var(B) over var(B − A): how many times as many unpaired runs would do as well;
/// `None` where the difference does not vary beyond rounding.
pub fn variance_reduction(base: &[f64], variant: &[f64], gap: &[f64]) -> Option<f64> {
    // Squared relative rounding of a difference of like numbers.
    const ROUNDING: f64 = 1e-28;
    let apart = variance(base)? + variance(variant)?;
    let paired = variance(gap)?;
    (paired > apart * ROUNDING && paired > 0.0).then(|| apart / paired)
}

/// What a reader must know before believing a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// The intervals of the best two variants overlap.
    Overlap {
        /// Scenario of the best.
        best: usize,
        /// Scenario of the next.
        next: usize,
    },
    /// The 95 % half-width of the mean effect is over this share of it.
    TooFewRuns {
        /// Scenario.
        scenario: usize,
        /// Half-width over effect.
        half_width: f64,
        /// Runs that would bring it to 10 %.
        needed: f64,
    },
    /// No metric moved beyond noise.
    NothingMoved {
        /// Scenario.
        scenario: usize,
        /// Every difference is exactly 0.
        twin: bool,
    },
}

/// The variant that is best in a metric: highest or lowest mean difference.
pub fn best(comparison: &Comparison, metric: usize, direction: Direction) -> Option<usize> {
    ranking(comparison, metric, direction).first().copied()
}

/// Places of variants from best to worst; ties keep the order given.
fn ranking(comparison: &Comparison, metric: usize, direction: Direction) -> Vec<usize> {
    let gain = |place: &usize| {
        let mean = comparison.variants[*place].metrics[metric].mean;
        if direction == Direction::Lower {
            -mean
        } else {
            mean
        }
    };
    let mut order: Vec<usize> = (0..comparison.variants.len()).collect();
    order.sort_by(|a, b| gain(b).total_cmp(&gain(a)));
    order
}

/// Warnings of a comparison seen through one metric, of `runs` completed runs.
pub fn warnings(
    comparison: &Comparison,
    metric: usize,
    direction: Direction,
    runs: usize,
) -> Vec<Warning> {
    // 95 % of a normal; precision asked for; share of the effect from which on runs are too few.
    const NORMAL_95: f64 = 1.96;
    const PRECISION: f64 = 0.1;
    let mut out = Vec::new();
    let order = ranking(comparison, metric, direction);
    if let [first, second, ..] = order[..] {
        let (a, b) = (&comparison.variants[first], &comparison.variants[second]);
        let (x, y) = (&a.metrics[metric], &b.metrics[metric]);
        let moved = a.metrics.iter().zip(&b.metrics).any(|(p, q)| p != q);
        if moved && (x.mean - y.mean).abs() <= NORMAL_95 * (x.se + y.se) {
            out.push(Warning::Overlap {
                best: a.scenario,
                next: b.scenario,
            });
        }
    }
    for variant in &comparison.variants {
        let scenario = variant.scenario;
        let all = || variant.metrics.iter().chain(&variant.details);
        let twin = all().all(|one| one.mean == 0.0 && one.quantiles == [0.0; 3]);
        if twin
            || variant
                .metrics
                .iter()
                .all(|one| one.mean.abs() <= 2.0 * one.se)
        {
            out.push(Warning::NothingMoved { scenario, twin });
            continue;
        }
        let one = &variant.metrics[metric];
        let half_width = NORMAL_95 * one.se / one.mean.abs();
        if one.mean != 0.0 && half_width.is_finite() && half_width > PRECISION {
            let ratio = half_width / PRECISION;
            out.push(Warning::TooFewRuns {
                scenario,
                half_width,
                needed: runs as f64 * ratio * ratio,
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: [u32; 4] = [0, 0, 1, 1];

    fn ensemble(columns: &[[[f64; 2]; 4]]) -> Ensemble {
        let outcome = |m: &[f64; 2]| Outcome {
            metrics: m.to_vec(),
            ..Outcome::default()
        };
        Ensemble {
            runs: vec![0, 1, 2, 3],
            outcomes: columns
                .iter()
                .map(|c| c.iter().map(outcome).collect())
                .collect(),
            failures: Vec::new(),
            asked: 4,
            complete: true,
        }
    }

    const VIEWS: [MetricView<'static>; 2] = [
        MetricView {
            id: "rd_business_real",
            direction: Direction::Higher,
        },
        MetricView {
            id: "fiscal_cost",
            direction: Direction::Lower,
        },
    ];

    #[test]
    fn paired_difference_by_hand() {
        let base = [10.0, 20.0, 30.0, 40.0];
        let variant = [11.0, 22.0, 35.0, 46.0];
        let d = difference(0, Direction::Higher, &base, &variant, &DRAWS);
        assert_eq!(
            (d.baseline, d.variant, d.mean, d.se),
            (25.0, 28.5, 3.5, 2.0)
        );
        assert_eq!(d.quantiles[1], 3.5);
        assert_eq!(d.share_better, Some(1.0));
        // var A = 500/3, var B = 697/3, var difference = 17/3.
        assert!((d.variance_reduction.expect("spread") - 1197.0 / 17.0).abs() < 1e-9);
        let lower = difference(0, Direction::Lower, &base, &variant, &DRAWS);
        assert_eq!(lower.share_better, Some(0.0));
        assert_eq!(
            difference(0, Direction::Neutral, &base, &variant, &DRAWS).share_better,
            None
        );
    }

    #[test]
    fn a_twin_differs_by_exactly_nothing() {
        let base = [[10.0, 1.0], [20.0, 2.0], [30.0, 3.0], [40.0, 4.0]];
        let all = compare(&ensemble(&[base, base]), 2, &VIEWS, &[]);
        let twin = &all.variants[0];
        for one in &twin.metrics {
            assert_eq!((one.mean, one.se, one.quantiles), (0.0, 0.0, [0.0; 3]));
            assert_eq!((one.correlation, one.variance_reduction), (None, None));
            assert_eq!(one.parameter_share, None);
        }
        assert_eq!(twin.per_fiscal_yuan, None);
        let said = warnings(&all, 0, Direction::Higher, 4);
        assert_eq!(
            said,
            [Warning::NothingMoved {
                scenario: 1,
                twin: true
            }]
        );
    }

    #[test]
    fn best_follows_the_direction_and_overlap_is_told() {
        let base = [[10.0, 1.0], [20.0, 2.0], [30.0, 3.0], [40.0, 4.0]];
        let up = |x: f64, y: f64| base.map(|[a, b]| [a + x + 0.01 * a, b + y]);
        let all = compare(
            &ensemble(&[base, up(5.0, 2.0), up(5.1, 1.0)]),
            1,
            &VIEWS,
            &[],
        );
        assert_eq!(best(&all, 0, Direction::Higher), Some(1));
        assert_eq!(best(&all, 1, Direction::Lower), Some(1));
        let said = warnings(&all, 0, Direction::Higher, 4);
        assert!(
            said.contains(&Warning::Overlap { best: 2, next: 1 }),
            "{said:?}"
        );
        let (ratio, _) = all.variants[0].per_fiscal_yuan.expect("cost of exactly 2");
        assert!((ratio - 5.25 / 2.0).abs() < 1e-9);
    }

    #[test]
    fn wide_intervals_ask_for_more_runs() {
        let base = [[0.0, 1.0]; 4];
        let noisy = [[1.0, 1.0], [2.0, 1.0], [1.0, 1.0], [2.0, 1.0]];
        let all = compare(&ensemble(&[base, noisy]), 1, &VIEWS, &[]);
        let said = warnings(&all, 0, Direction::Higher, 4);
        assert!(
            matches!(said[..], [Warning::TooFewRuns { needed, .. }] if needed > 4.0),
            "{said:?}"
        );
    }

    #[test]
    fn one_run_has_no_error_and_nothing_is_not_a_number() {
        let mut one = ensemble(&[[[1.0, 1.0]; 4], [[2.0, 1.0]; 4]]);
        one.runs.truncate(1);
        one.outcomes
            .iter_mut()
            .for_each(|column| column.truncate(1));
        let d = &compare(&one, 4, &VIEWS, &[]).variants[0].metrics[0];
        assert!(d.se.is_infinite());
        assert_eq!(
            (d.mean, d.correlation, d.variance_reduction),
            (1.0, None, None)
        );
    }
}
