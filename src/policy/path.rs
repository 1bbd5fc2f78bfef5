//! The settings of every quarter of a run, and what agents may expect of them.

use super::{Schedule, Settings};
use crate::base::bound::Bound;
use crate::base::time::Quarter;

/// Years over which an agent looks ahead (`mechanisms.md` M17).
const YEARS_AHEAD: i32 = 7;
/// Quarters of a year.
const QUARTERS: i32 = 4;
/// The lever that holds the probability with which an announced end is believed to be renewed.
pub const RENEWAL_BELIEF: &str = "tax.renewal_belief";

/// Resolved policy of one scenario over a run.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyPath {
    /// First quarter.
    pub start: Quarter,
    /// Settings in force, announced or not, by quarter since `start`: the law.
    pub in_force: Vec<Settings>,
    /// Settings in force as far as they were announced by that quarter: what an agent can know.
    /// It differs from `in_force` only where a value came into force before its announcement.
    pub known: Vec<Settings>,
    /// Mean setting an agent who knows all announcements expects over the next seven years,
    /// weighted by discount factors, sunsets renewed with the belief in renewal
    /// (`mechanisms.md` M17), by quarter since `start`.
    pub expected: Vec<Settings>,
    /// Quarters in which something about taxes is announced, starts or ends, ascending.
    news: Vec<Quarter>,
}

/// Family whose news firms have to learn.
const LEARNT_FAMILY: &str = "tax.";

impl PolicyPath {
    /// Resolves one schedule per lever, in the order of [`Settings`]' paths, for the quarters
    /// `start` to `end`; `discount_rate` \[1/yr\] weighs the years ahead.
    ///
    /// # Panics
    /// Where a schedule has no value at `start`, or there is not one schedule per lever.
    pub fn new(schedules: &[Schedule], start: Quarter, end: Quarter, discount_rate: f64) -> Self {
        let mut paths = Vec::new();
        Settings::paths(&mut paths);
        assert_eq!(paths.len(), schedules.len(), "one schedule per lever");
        let renewal = paths
            .iter()
            .position(|path| *path == RENEWAL_BELIEF)
            .map(|index| &schedules[index]);
        let mut path = Self {
            start,
            in_force: Vec::new(),
            known: Vec::new(),
            expected: Vec::new(),
            news: news(&paths, schedules),
        };
        let mut quarter = start;
        while quarter <= end {
            let belief = renewal
                .and_then(|schedule| schedule.known_at(quarter, quarter))
                .unwrap_or(0.0);
            path.in_force
                .push(settings(schedules, |schedule| in_force(schedule, quarter)));
            path.known
                .push(settings(schedules, |schedule| known(schedule, quarter)));
            path.expected.push(settings(schedules, |schedule| {
                expected(schedule, quarter, belief, discount_rate)
            }));
            quarter = quarter.next();
        }
        path
    }

    /// The same settings in every one of `quarters` quarters from `start`.
    pub fn constant(settings: Settings, start: Quarter, quarters: usize) -> Self {
        Self {
            start,
            in_force: vec![settings; quarters],
            known: vec![settings; quarters],
            expected: vec![settings; quarters],
            news: Vec::new(),
        }
    }

    /// Settings in force at `quarter`.
    pub fn at(&self, quarter: Quarter) -> &Settings {
        &self.in_force[quarter.since(self.start) as usize]
    }

    /// Settings in force at `quarter` as far as they were announced by then.
    pub fn known_at(&self, quarter: Quarter) -> &Settings {
        &self.known[quarter.since(self.start) as usize]
    }

    /// Settings expected at `quarter`.
    pub fn expected_at(&self, quarter: Quarter) -> &Settings {
        &self.expected[quarter.since(self.start) as usize]
    }

    /// Quarter of the last news about taxes at or before `quarter`; the path's start if none.
    pub fn last_news(&self, quarter: Quarter) -> Quarter {
        let heard = self.news.iter().rev().find(|news| **news <= quarter);
        heard.copied().unwrap_or(self.start)
    }

    /// Quarter whose expectations an agent holds at `quarter` that knows the news up to
    /// `vintage`: `quarter` itself if it has missed nothing, else the quarter before the first
    /// news it missed.
    pub fn known_until(&self, vintage: i32, quarter: Quarter) -> Quarter {
        let missed = self
            .news
            .iter()
            .find(|news| news.index() > vintage && **news <= quarter);
        match missed {
            Some(news) if *news > self.start => news.plus(-1),
            Some(_) | None => quarter,
        }
    }

    /// First quarter in which two paths of the same run differ, in force, known or expected.
    pub fn differs_from(&self, other: &Self) -> Option<Quarter> {
        let quarters = self.in_force.len();
        (0..quarters)
            .find(|&t| {
                self.in_force.get(t) != other.in_force.get(t)
                    || self.known.get(t) != other.known.get(t)
                    || self.expected.get(t) != other.expected.get(t)
            })
            .map(|t| self.start.plus(t as i32))
    }
}

/// Quarters in which an entry of the learnt family is announced, starts or ends.
fn news(paths: &[&str], schedules: &[Schedule]) -> Vec<Quarter> {
    let mut quarters: Vec<Quarter> = paths
        .iter()
        .zip(schedules)
        .filter(|(path, _)| path.starts_with(LEARNT_FAMILY))
        .flat_map(|(_, schedule)| &schedule.entries)
        .flat_map(|entry| [Some(entry.announced), Some(entry.from), entry.until])
        .flatten()
        .collect();
    quarters.sort_unstable();
    quarters.dedup();
    quarters
}

/// Settings built from one number per schedule.
fn settings(schedules: &[Schedule], mut value: impl FnMut(&Schedule) -> f64) -> Settings {
    let mut rest = schedules.iter();
    Settings::build(&mut |_| value(rest.next().expect("one schedule per lever")))
}

/// Value in force at `quarter`.
fn in_force(schedule: &Schedule, quarter: Quarter) -> f64 {
    schedule
        .at(quarter)
        .expect("a status quo holds from the start of a run")
}

/// Value in force at `quarter` that was announced by then; before any announcement, the law.
fn known(schedule: &Schedule, quarter: Quarter) -> f64 {
    schedule
        .known_at(quarter, quarter)
        .unwrap_or_else(|| in_force(schedule, quarter))
}

/// Discounted mean of the values an informed agent expects over the next seven years.
///
/// ```text
/// s^e_t = Σ_k β^k v_k / Σ_k β^k,   k = 0..6,   β = 1 / (1 + discount rate)
/// ```
///
/// v_k is the value k years ahead by what is announced at t. Where all v_k are equal, it is
/// that number, to the bit.
///
/// Worked example: at β = 1/2 a value of 1 for one year and 0 after gives
/// 1 / (1 + 1/2 + … + 1/64) = 64/127.
pub fn expected(schedule: &Schedule, quarter: Quarter, renewal: f64, discount_rate: f64) -> f64 {
    let ahead = |years: i32| {
        schedule
            .believed_at(quarter.plus(QUARTERS * years), quarter, renewal)
            .unwrap_or_else(|| in_force(schedule, quarter))
    };
    let now = ahead(0);
    let beta = 1.0 / (1.0 + discount_rate);
    let mut all_equal = true;
    let (mut sum, mut weights, mut weight) = (0.0, 0.0, 1.0);
    for years in 0..YEARS_AHEAD {
        let value = ahead(years);
        all_equal &= value == now;
        sum += weight * value;
        weights += weight;
        weight *= beta;
    }
    if all_equal { now } else { sum / weights }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Entry;
    use proptest::prelude::*;

    fn from(year: i32, value: f64) -> Entry {
        Entry {
            announced: Quarter::new(year, 1),
            from: Quarter::new(year, 1),
            until: None,
            value,
            ramp: 0,
        }
    }

    #[test]
    fn one_year_of_seven_at_half_weights() {
        let mut schedule = Schedule::new(vec![from(2000, 0.0)]);
        schedule.lay(vec![Entry {
            until: Some(Quarter::new(2026, 1)),
            ..from(2025, 1.0)
        }]);
        let at = Quarter::new(2025, 1);
        assert!((expected(&schedule, at, 0.0, 1.0) - 64.0 / 127.0).abs() < 1e-15);
        assert_eq!(expected(&schedule, at, 1.0, 1.0), 1.0);
    }

    #[test]
    fn an_announced_rise_is_expected_before_it_acts_and_not_before_it_is_announced() {
        let mut schedule = Schedule::new(vec![from(2000, 0.5)]);
        schedule.lay(vec![Entry {
            announced: Quarter::new(2025, 3),
            ..from(2027, 1.0)
        }]);
        assert_eq!(expected(&schedule, Quarter::new(2025, 2), 0.0, 0.07), 0.5);
        let heard = expected(&schedule, Quarter::new(2025, 3), 0.0, 0.07);
        assert!(heard > 0.5 && heard < 1.0);
        assert_eq!(expected(&schedule, Quarter::new(2027, 1), 0.0, 0.07), 1.0);
    }

    #[test]
    fn an_empty_path_of_the_declared_levers_resolves() {
        let mut paths = Vec::new();
        Settings::paths(&mut paths);
        let schedules: Vec<_> = paths
            .iter()
            .map(|_| Schedule::new(vec![from(2000, 0.3)]))
            .collect();
        let (start, end) = (Quarter::new(2015, 1), Quarter::new(2035, 4));
        let path = PolicyPath::new(&schedules, start, end, 0.07);
        assert_eq!(path.in_force.len(), 84);
        assert_eq!(path.expected_at(end), path.at(end));
        assert_eq!(path.differs_from(&path.clone()), None);
        for (index, _) in paths.iter().enumerate() {
            let mut moved = schedules.clone();
            moved[index].lay(vec![from(2026, 0.4)]);
            let moved = PolicyPath::new(&moved, start, end, 0.07);
            assert_eq!(moved.differs_from(&path), Some(Quarter::new(2026, 1)));
        }
    }

    proptest! {
        #[test]
        fn what_never_changes_is_expected_to_the_bit(
            value in -1e3..1e3f64, rate in 0.0..1.0f64, belief in 0.0..=1.0f64, ramp in 0u32..12
        ) {
            let mut schedule = Schedule::new(vec![from(2000, value)]);
            schedule.lay(vec![Entry { ramp, until: Some(Quarter::new(2030, 1)), ..from(2025, value) }]);
            for n in 0..60 {
                let quarter = Quarter::new(2020, 1).plus(n);
                prop_assert_eq!(in_force(&schedule, quarter).to_bits(), value.to_bits());
                prop_assert_eq!(expected(&schedule, quarter, belief, rate).to_bits(), value.to_bits());
            }
        }

        #[test]
        fn an_expectation_lies_within_the_values_expected(
            a in 0.0..1.0f64, b in 0.0..1.0f64, belief in 0.0..=1.0f64
        ) {
            let mut schedule = Schedule::new(vec![from(2000, a)]);
            schedule.lay(vec![Entry { until: Some(Quarter::new(2027, 1)), ..from(2025, b) }]);
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            let value = expected(&schedule, Quarter::new(2025, 1), belief, 0.07);
            prop_assert!(value >= low - 1e-12 && value <= high + 1e-12);
        }
    }
}
