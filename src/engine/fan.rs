//! Spreads quarterly paths over runs: between which values did a series lie in each quarter?

use rayon::prelude::*;

use super::Ensemble;
use crate::base::stats::{mean, quantile};

/// Probabilities of [`Fan::q`].
pub const PROBABILITIES: [f64; 9] = [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975];

/// Quantiles over runs of one series in one quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fan {
    /// Mean.
    pub mean: f64,
    /// 2.5, 5, 10, 25, 50, 75, 90, 95, 97.5 % points.
    pub q: [f64; 9],
}

/// Fans of one series: `level[scenario][quarter]`, `difference[variant][quarter]` (paired).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeriesFan {
    /// Levels by scenario and quarter.
    pub level: Vec<Vec<Fan>>,
    /// Paired differences by variant (scenario index − 1) and quarter.
    pub difference: Vec<Vec<Fan>>,
}

/// Mean and quantiles of `values`, which are left sorted; zeros of nothing.
pub fn fan(values: &mut [f64]) -> Fan {
    if values.is_empty() {
        return Fan::default();
    }
    let mean = mean(values);
    values.sort_unstable_by(f64::total_cmp);
    Fan {
        mean,
        q: PROBABILITIES.map(|p| quantile(values, p)),
    }
}

/// Fans of all series; empty where the ensemble holds no paths.
pub fn fans(ensemble: &Ensemble, series: usize, quarters: usize) -> Vec<SeriesFan> {
    let column = |scenario: usize, place: usize| {
        ensemble.outcomes[scenario]
            .iter()
            .map(move |outcome| outcome.paths[place])
    };
    let scenarios = ensemble.outcomes.len();
    (0..series)
        .into_par_iter()
        .map(|one| {
            let places = || (0..quarters).map(move |quarter| one * quarters + quarter);
            let level = |scenario| {
                places()
                    .map(|place| fan(&mut column(scenario, place).collect::<Vec<_>>()))
                    .collect()
            };
            let difference = |scenario| {
                places()
                    .map(|place| {
                        let pairs = column(scenario, place).zip(column(0, place));
                        fan(&mut pairs
                            .map(|(variant, base)| variant - base)
                            .collect::<Vec<_>>())
                    })
                    .collect()
            };
            SeriesFan {
                level: (0..scenarios).map(level).collect(),
                difference: (1..scenarios).map(difference).collect(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Outcome;

    #[test]
    fn quantiles_of_one_to_five_by_hand() {
        let mut values = [5.0, 1.0, 4.0, 2.0, 3.0];
        let fan = fan(&mut values);
        assert_eq!(fan.mean, 3.0);
        assert_eq!([fan.q[3], fan.q[4], fan.q[5]], [2.0, 3.0, 4.0]);
        assert!(
            (fan.q[1] - 1.2).abs() < 1e-12,
            "5 % point of 1..5 is 1 + 0.05 × 4"
        );
    }

    #[test]
    fn paired_differences_are_taken_run_by_run() {
        let outcome = |paths: [f64; 2]| Outcome {
            paths: paths.to_vec(),
            ..Outcome::default()
        };
        let ensemble = Ensemble {
            runs: vec![0, 1],
            outcomes: vec![
                vec![outcome([1.0, 10.0]), outcome([100.0, 20.0])],
                vec![outcome([3.0, 10.0]), outcome([102.0, 20.0])],
            ],
            asked: 2,
            complete: true,
            failures: Vec::new(),
        };
        let fans = fans(&ensemble, 1, 2);
        assert_eq!(fans[0].difference[0][0].q, [2.0; 9]);
        assert_eq!(fans[0].difference[0][1].q, [0.0; 9]);
        assert_eq!(fans[0].level[1][0].mean, 52.5);
    }
}
