//! Does the model come to what the record says where it takes nothing from it?
//!
//! A pattern is a figure of 2015 to 2024 that no process takes as input. It is `inside` where the mean over
//! runs lies within the pattern's tolerance of what was observed: wide bands of runs do not make it
//! so. Autocorrelated years prove little, so a series is held in a few years and by its growth.

use crate::base::fault;
use crate::base::stats::{mean, quantile};
use crate::engine::batch::{self, BatchError, Plan, Progress};
use crate::engine::replicate::Economy;
use crate::evidence::{Evidence, Measure, Pattern};
use crate::model::observe::{Record, published};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// Share of patterns that are to be inside.
pub const WANTED: f64 = 0.8;

/// What a pattern comes to.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The pattern.
    pub pattern: Pattern,
    /// Unit of observed and model value.
    pub unit: String,
    /// As observed.
    pub observed: f64,
    /// Lowest and highest value inside.
    pub range: [f64; 2],
    /// Mean over runs.
    pub model: f64,
    /// 5 and 95 % points over runs.
    pub spread: [f64; 2],
}

impl Judged {
    /// Whether the mean over runs lies within the tolerance.
    pub fn is_inside(&self) -> bool {
        self.range[0] <= self.model && self.model <= self.range[1]
    }
}

/// Records of runs in their order, and the runs that broke with their cause.
pub type Recorded = (Vec<Record>, Vec<(u32, String)>);

/// Runs the recorded years of the first scenario of `economy`; `progress` hears of their quarters.
///
/// # Errors
/// [`BatchError::Threads`] where the system gives no threads.
pub fn records(
    economy: &Economy,
    plan: &Plan,
    progress: &dyn Progress,
) -> Result<Recorded, BatchError> {
    fault::silence();
    let pool = batch::start(plan.threads.max(1))?;
    let quarters = AtomicU64::new(0);
    let run = |world: &mut _, run| {
        let record = fault::caught(|| economy.history(plan.id(run), world));
        let whole = economy.recorded_quarters();
        progress.done(quarters.fetch_add(whole, Ordering::Relaxed) + whole);
        record.map_err(|fault| (run, fault.message()))
    };
    let ended: Vec<Result<Record, (u32, String)>> = pool.install(|| {
        let runs = (0..plan.runs).into_par_iter();
        runs.map_init(Default::default, run).collect()
    });
    let (mut records, mut failures) = (Vec::new(), Vec::new());
    for one in ended {
        match one {
            Ok(record) => records.push(record),
            Err(failure) => failures.push(failure),
        }
    }
    Ok((records, failures))
}

/// Holds the patterns of the evidence against records of runs; patterns of years that the records
/// do not hold are left out.
pub fn judge(evidence: &Evidence, records: &[Record]) -> Vec<Judged> {
    judge_those(&evidence.patterns, evidence, records)
}

/// As [`judge`], of some patterns.
fn judge_those(patterns: &[Pattern], evidence: &Evidence, records: &[Record]) -> Vec<Judged> {
    let judged = patterns.iter().filter_map(|pattern| {
        let observed = evidence.series(&pattern.series)?;
        let of = |record| pattern.of(|year| published(record, &pattern.series, year));
        let mut values: Vec<f64> = records.iter().map(of).collect::<Option<_>>()?;
        if values.is_empty() {
            return None;
        }
        let model = mean(&values);
        values.sort_unstable_by(f64::total_cmp);
        let value = pattern.of(|year| observed.values.get(&year).copied())?;
        Some(Judged {
            unit: unit(pattern, &observed.unit),
            observed: value,
            range: pattern.range(value),
            model,
            spread: [0.05, 0.95].map(|p| quantile(&values, p)),
            pattern: pattern.clone(),
        })
    });
    judged.collect()
}

/// Unit of what a pattern compares, of a series in unit `of`.
fn unit(pattern: &Pattern, of: &str) -> String {
    match pattern.measure {
        Measure::Level => of.split(',').next().unwrap_or(of).to_owned(),
        Measure::Growth => "% a year".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::observe::Reading;

    /// Records of runs whose firms do so much R&D in each of `years` years \[bn/yr\].
    fn runs(levels: &[f64], years: usize) -> Vec<Record> {
        let record = |level: &f64| {
            let mut record = Record::default();
            for _ in 0..4 * years {
                record.push(Reading {
                    rd_reported: 1e3 * level,
                    ..Reading::default()
                });
            }
            record
        };
        levels.iter().map(record).collect()
    }

    #[test]
    fn the_mean_is_held_not_the_band() {
        let evidence = Evidence::embedded().expect("evidence");
        let is_level = |p: &&Pattern| p.id == "rd_enterprise_2015";
        let pattern: Vec<Pattern> = evidence.patterns.iter().filter(is_level).cloned().collect();
        assert_eq!(pattern.len(), 1);
        // observed 1088.13, within a tenth of it
        let judged = |levels: &[f64]| judge_those(&pattern, &evidence, &runs(levels, 3));
        let close = &judged(&[1000.0, 1180.0])[0];
        assert!(close.is_inside());
        assert_eq!((close.observed, close.model), (1088.13, 1090.0));
        assert!((close.range[0] - 979.317).abs() < 1e-9);
        // a band that holds the observed does not help a mean that does not
        let wide = &judged(&[500.0, 600.0, 3000.0])[0];
        assert!(wide.spread[0] < 1088.0 && wide.spread[1] > 1088.0);
        assert!(!wide.is_inside());
        // a record that ends before: nothing is said of that year
        assert!(judge_those(&pattern, &evidence, &runs(&[1000.0], 2)).is_empty());
        assert!(judged(&[]).is_empty());
    }
}
