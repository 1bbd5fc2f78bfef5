//! Spreads quarterly paths over runs: between which values did a series lie in each quarter?

use rayon::prelude::*;

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

/// Paths of some series of all runs, run by run: `values[run][scenario][series][quarter]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathBlock {
    /// Scenarios.
    pub scenarios: usize,
    /// Series.
    pub series: usize,
    /// Quarters.
    pub quarters: usize,
    /// Values.
    pub values: Vec<f64>,
}

impl PathBlock {
    /// One number a run: at series × quarters + quarter in the paths of a scenario.
    pub fn column(&self, scenario: usize, place: usize) -> impl Iterator<Item = f64> {
        let row = self.series * self.quarters;
        self.values
            .chunks_exact((self.scenarios * row).max(1))
            .map(move |run| run[scenario * row + place])
    }

    /// Fans of its series over runs.
    pub fn fans(&self) -> Vec<SeriesFan> {
        let column = |scenario, place| self.column(scenario, place);
        (0..self.series)
            .into_par_iter()
            .map(|one| {
                let places =
                    || (0..self.quarters).map(move |quarter| one * self.quarters + quarter);
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
                    level: (0..self.scenarios).map(level).collect(),
                    difference: (1..self.scenarios).map(difference).collect(),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        // two runs of two scenarios, one series of two quarters
        let block = PathBlock {
            scenarios: 2,
            series: 1,
            quarters: 2,
            values: vec![1.0, 10.0, 3.0, 10.0, 100.0, 20.0, 102.0, 20.0],
        };
        let fans = block.fans();
        assert_eq!(fans[0].difference[0][0].q, [2.0; 9]);
        assert_eq!(fans[0].difference[0][1].q, [0.0; 9]);
        assert_eq!(fans[0].level[1][0].mean, 52.5);
    }
}
