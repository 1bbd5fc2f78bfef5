//! Lets the government answer to what it sees: a lever moves when a published indicator has
//! crossed a bound for so long.
//!
//! ```text
//! published(q) = mean of the four quarters that end `lag` quarters before q
//! a rule acts in q when published has met its condition in `lasts` quarters in a row, q the last
//! ```
//!
//! It is announced and acts in the same quarter, holds until another rule moves the lever, and
//! acts again once its condition has failed in between; two rules with two bounds steer a lever
//! to and fro.

use super::{Entry, Schedule};
use crate::base::time::Quarter;

/// Quarterly series that a statistical office publishes, which rules may watch.
pub const INDICATORS: [&str; 9] = [
    "rd_business_reported",
    "rd_intensity",
    "rd_doers",
    "researchers",
    "invention_grants",
    "contracts",
    "tech_market_turnover",
    "tech_loan_stock",
    "fiscal_cost",
];

/// Quarters over which an indicator is averaged: a year's figure.
pub const AVERAGED: u32 = 4;

/// A rule of the government.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Indicator watched, one of [`INDICATORS`].
    pub indicator: String,
    /// Whether it must lie above the bound, or below.
    pub above: bool,
    /// Bound, in the unit of the series.
    pub bound: f64,
    /// Quarters in a row in which the condition must have held.
    pub lasts: u32,
    /// Quarters between the last one counted and the one in which the figure is known.
    pub lag: u32,
    /// Levers by path and the values they are moved to.
    pub then: Vec<(String, f64)>,
}

impl Rule {
    /// Whether a published figure meets the condition; one that is none never does.
    pub fn holds(&self, published: f64) -> bool {
        if self.above {
            published > self.bound
        } else {
            published < self.bound
        }
    }

    /// Lays what the rule sets over the schedules, which stand in the order of `paths`.
    pub fn act(&self, schedules: &mut [Schedule], paths: &[&str], quarter: Quarter) {
        for (path, value) in &self.then {
            let Some(lever) = paths.iter().position(|known| known == path) else {
                continue;
            };
            schedules[lever].lay(vec![Entry {
                announced: quarter,
                from: quarter,
                until: None,
                value: *value,
                ramp: 0,
            }]);
        }
    }
}

/// For how many quarters in a row the condition of each rule has held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watch {
    held: Vec<u32>,
}

impl Watch {
    /// Looks at this quarter's figures, one a rule; gives the rules that act.
    pub fn look<'a>(&mut self, rules: &'a [Rule], published: &[f64]) -> Vec<&'a Rule> {
        self.held.resize(rules.len(), 0);
        let mut acting = Vec::new();
        for ((rule, held), figure) in rules.iter().zip(&mut self.held).zip(published) {
            *held = if rule.holds(*figure) { *held + 1 } else { 0 };
            if *held == rule.lasts {
                acting.push(rule);
            }
        }
        acting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(above: bool, bound: f64, lasts: u32) -> Rule {
        Rule {
            indicator: INDICATORS[1].into(),
            above,
            bound,
            lasts,
            lag: 2,
            then: vec![("b".into(), 7.0)],
        }
    }

    #[test]
    fn a_rule_acts_once_when_its_condition_has_held_long_enough_and_again_after_a_break() {
        let rules = [rule(false, 2.5, 2)];
        let mut watch = Watch::default();
        let acts: Vec<bool> = [2.6, 2.4, 2.4, 2.4, 2.6, 2.4, 2.4, f64::NAN]
            .into_iter()
            .map(|figure| !watch.look(&rules, &[figure]).is_empty())
            .collect();
        assert_eq!(acts, [false, false, true, false, false, false, true, false]);
        assert!(!rule(true, 2.5, 1).holds(2.5) && rule(true, 2.5, 1).holds(2.6));
    }

    #[test]
    fn what_a_rule_sets_holds_from_that_quarter_and_was_not_expected_before() {
        let quarter = Quarter::new(2030, 2);
        let start = Entry {
            announced: Quarter::new(2010, 1),
            from: Quarter::new(2010, 1),
            until: None,
            value: 1.0,
            ramp: 0,
        };
        let mut schedules = [Schedule::new(vec![start]), Schedule::new(vec![start])];
        rule(true, 0.0, 1).act(&mut schedules, &["a", "b"], quarter);
        assert_eq!(schedules[0].at(quarter), Some(1.0));
        assert_eq!(schedules[1].at(quarter.plus(-1)), Some(1.0));
        assert_eq!(schedules[1].at(quarter), Some(7.0));
        let before = quarter.plus(-1);
        assert_eq!(
            schedules[1].believed_at(quarter.plus(8), before, 0.5),
            Some(1.0)
        );
    }
}
