//! Decides, quarter by quarter, which rules of a scenario act on the figures published by then.

use crate::base::bound::Bound;
use crate::base::stats;
use crate::base::time::Quarter;
use crate::model::observe::{self, Record};
use crate::model::world::WARM_UP;
use crate::policy::rule::{AVERAGED, Rule, Watch};
use crate::policy::{PolicyPath, Schedule, Settings};
use crate::scenario::Scenario;

/// The rules of one scenario, with what they act on.
#[derive(Clone, Debug)]
pub(super) struct Government {
    rules: Vec<Rule>,
    /// Index of each rule's indicator among the quarterly series.
    series: Vec<usize>,
    /// Schedules before any rule has acted; empty without rules.
    schedules: Vec<Schedule>,
    discount: f64,
}

impl Government {
    /// Binds the rules of a scenario to the series they watch.
    pub(super) fn new(scenario: &Scenario, discount: f64) -> Result<Self, String> {
        let place = |rule: &Rule| {
            let found = observe::series()
                .iter()
                .position(|series| series.id == rule.indicator);
            found.ok_or_else(|| format!("no series `{}` to watch", rule.indicator))
        };
        let series = scenario.rules.iter().map(place).collect::<Result<_, _>>()?;
        let watched = !scenario.rules.is_empty();
        Ok(Self {
            rules: scenario.rules.clone(),
            series,
            schedules: scenario
                .schedules
                .iter()
                .filter(|_| watched)
                .cloned()
                .collect(),
            discount,
        })
    }

    /// Whether dates alone move its levers.
    pub(super) fn is_bound_by_dates(&self) -> bool {
        self.rules.is_empty()
    }

    /// The government of one run, before its first decision.
    pub(super) fn begin(&self) -> Term {
        Term {
            schedules: self.schedules.clone(),
            policy: None,
            watch: Watch::default(),
        }
    }
}

/// One run's government: what it has decided so far.
#[derive(Clone, Debug)]
pub(super) struct Term {
    schedules: Vec<Schedule>,
    /// The path since a rule has acted.
    policy: Option<PolicyPath>,
    watch: Watch,
}

impl Term {
    /// Policy from `now` on, after a look at what is published by then; `dated` until a rule has
    /// acted.
    pub(super) fn decide<'a>(
        &'a mut self,
        government: &Government,
        dated: &'a PolicyPath,
        record: &Record,
        now: Quarter,
        end: Quarter,
    ) -> &'a PolicyPath {
        let Government {
            rules,
            series,
            discount,
            ..
        } = government;
        let figures: Vec<f64> = rules
            .iter()
            .zip(series)
            .map(|(rule, series)| published(record, *series, rule.lag, now))
            .collect();
        let acting = self.watch.look(rules, &figures);
        if !acting.is_empty() {
            let mut paths = Vec::new();
            Settings::paths(&mut paths);
            for rule in acting {
                rule.act(&mut self.schedules, &paths, now);
            }
            self.policy = Some(PolicyPath::new(&self.schedules, WARM_UP, end, *discount));
        }
        self.policy.as_ref().unwrap_or(dated)
    }
}

/// Figure of a series known in `now`: the mean of the year that ends `lag` quarters before;
/// not a number before there is such a year.
fn published(record: &Record, series: usize, lag: u32, now: Quarter) -> f64 {
    let last = now.plus(-(lag as i32));
    let first = last.plus(1 - AVERAGED as i32);
    if first < WARM_UP {
        return f64::NAN;
    }
    let mut row = Vec::new();
    let year: Vec<f64> = (observe::reading_index(first)..=observe::reading_index(last))
        .map(|reading| {
            row.clear();
            observe::series_value(record, reading, &mut row);
            row[series]
        })
        .collect();
    stats::mean(&year)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::rule::INDICATORS;

    #[test]
    fn every_published_indicator_is_a_series() {
        for id in INDICATORS {
            assert!(
                observe::series().iter().any(|series| series.id == id),
                "{id}"
            );
        }
    }

    #[test]
    fn nothing_is_published_of_years_before_the_first() {
        assert!(published(&Record::default(), 0, 2, WARM_UP.plus(4)).is_nan());
    }
}
