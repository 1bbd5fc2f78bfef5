//! Dated values of one lever: what was announced when, acts from when, until when.
//!
//! Entries lie in layers, the lowest first: the status quo, then a scenario's instruments, its
//! dated policy, its shocks; within a layer by start. The topmost entry that covers a quarter
//! holds; where it ends, what lies below shows again.

use crate::base::time::Quarter;

/// One dated value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// When agents first hear of it.
    pub announced: Quarter,
    /// First quarter in which it acts.
    pub from: Quarter,
    /// First quarter in which it no longer acts.
    pub until: Option<Quarter>,
    /// The value.
    pub value: f64,
    /// Quarters over which it moves from the old value in equal steps; 0 at once.
    pub ramp: u32,
}

impl Entry {
    /// Whether the entry acts in `quarter`.
    pub fn covers(&self, quarter: Quarter) -> bool {
        self.from <= quarter && self.until.is_none_or(|until| quarter < until)
    }
}

/// Every dated value of one lever, the lowest layer first; the topmost entry in force wins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule {
    /// Entries from the lowest to the topmost.
    pub entries: Vec<Entry>,
}

impl Schedule {
    /// A schedule of one layer: its entries by start.
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_by_key(|entry| entry.from);
        Self { entries }
    }

    /// Lays a layer of entries over what is there.
    pub fn lay(&mut self, mut layer: Vec<Entry>) {
        layer.sort_by_key(|entry| entry.from);
        self.entries.extend(layer);
    }

    /// Value in force at `quarter`, announced or not; `None` before the first entry.
    pub fn at(&self, quarter: Quarter) -> Option<f64> {
        value_of(&self.entries, quarter, None, |_| true)
    }

    /// Value in force at `quarter` as far as it was announced by `heard`.
    pub fn known_at(&self, quarter: Quarter, heard: Quarter) -> Option<f64> {
        value_of(&self.entries, quarter, None, |entry| {
            entry.announced <= heard
        })
    }

    /// Value that somebody who has heard everything announced by `heard` expects at `quarter`:
    /// a value whose announced end lies between the two is renewed with probability `renewal`.
    ///
    /// ```text
    /// s^e = s                                before the end
    ///     = π s + (1 − π) s_old              after it
    /// ```
    pub fn believed_at(&self, quarter: Quarter, heard: Quarter, renewal: f64) -> Option<f64> {
        value_of(&self.entries, quarter, Some((heard, renewal)), |entry| {
            entry.announced <= heard
        })
    }
}

/// Value of the topmost entry that `counts` and covers `quarter`; with a belief
/// `(heard, renewal)`, ends after `heard` are averaged with their renewal.
fn value_of(
    entries: &[Entry],
    quarter: Quarter,
    belief: Option<(Quarter, f64)>,
    counts: impl Fn(&Entry) -> bool + Copy,
) -> Option<f64> {
    let (entry, below) = entries.split_last()?;
    let fallback = || value_of(below, quarter, belief, counts);
    if !counts(entry) || quarter < entry.from {
        return fallback();
    }
    if entry.covers(quarter) {
        return Some(ramped(entry, below, quarter, counts));
    }
    let (Some((heard, renewal)), Some(until)) = (belief, entry.until) else {
        return fallback();
    };
    if until <= heard {
        return fallback();
    }
    let renewed = ramped(entry, below, quarter, counts);
    Some(match fallback() {
        Some(old) if old != renewed => renewal * renewed + (1.0 - renewal) * old,
        _ => renewed,
    })
}

/// Value of an entry on its ramp: step j of n quarters is `old + (value − old) j / n`.
fn ramped(
    entry: &Entry,
    below: &[Entry],
    quarter: Quarter,
    counts: impl Fn(&Entry) -> bool + Copy,
) -> f64 {
    let step = quarter.since(entry.from) + 1;
    if step >= entry.ramp as i32 {
        return entry.value;
    }
    let Some(old) = value_of(below, entry.from.plus(-1), None, counts) else {
        return entry.value;
    };
    old + (entry.value - old) * f64::from(step) / f64::from(entry.ramp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(from: i32, until: Option<i32>, value: f64) -> Entry {
        Entry {
            announced: Quarter::new(from, 1),
            from: Quarter::new(from, 1),
            until: until.map(|year| Quarter::new(year, 1)),
            value,
            ramp: 0,
        }
    }

    #[test]
    fn the_latest_entry_in_force_wins_and_falls_back_where_it_ends() {
        let schedule = Schedule::new(vec![entry(2018, Some(2021), 0.75), entry(2008, None, 0.5)]);
        assert_eq!(schedule.at(Quarter::new(2007, 4)), None);
        assert_eq!(schedule.at(Quarter::new(2017, 4)), Some(0.5));
        assert_eq!(schedule.at(Quarter::new(2018, 1)), Some(0.75));
        assert_eq!(schedule.at(Quarter::new(2020, 4)), Some(0.75));
        assert_eq!(schedule.at(Quarter::new(2021, 1)), Some(0.5));
    }

    #[test]
    fn a_layer_covers_later_entries_of_the_layer_below() {
        let mut schedule = Schedule::new(vec![entry(2008, None, 0.5), entry(2027, None, 0.8)]);
        schedule.lay(vec![entry(2025, Some(2028), 1.0)]);
        assert_eq!(schedule.at(Quarter::new(2027, 1)), Some(1.0));
        assert_eq!(schedule.at(Quarter::new(2028, 1)), Some(0.8));
    }

    #[test]
    fn a_ramp_takes_equal_steps_from_the_old_value() {
        let mut schedule = Schedule::new(vec![entry(2008, None, 1.0)]);
        schedule.lay(vec![Entry {
            ramp: 4,
            ..entry(2025, None, 2.0)
        }]);
        let values: Vec<_> = (0..6)
            .map(|n| schedule.at(Quarter::new(2024, 4).plus(n)).unwrap())
            .collect();
        assert_eq!(values, [1.0, 1.25, 1.5, 1.75, 2.0, 2.0]);
    }

    #[test]
    fn nobody_knows_what_was_not_announced() {
        let mut late = entry(2018, None, 0.75);
        late.announced = Quarter::new(2018, 3);
        let schedule = Schedule::new(vec![entry(2008, None, 0.5), late]);
        let quarter = Quarter::new(2018, 2);
        assert_eq!(schedule.at(quarter), Some(0.75));
        assert_eq!(schedule.known_at(quarter, quarter), Some(0.5));
        assert_eq!(
            schedule.known_at(quarter, Quarter::new(2018, 3)),
            Some(0.75)
        );
    }

    #[test]
    fn an_end_ahead_is_believed_to_be_renewed_an_end_past_is_not() {
        let schedule = Schedule::new(vec![entry(2008, None, 0.5), entry(2018, Some(2021), 0.75)]);
        let after = Quarter::new(2022, 1);
        let believed = |heard| schedule.believed_at(after, heard, 0.5);
        assert_eq!(believed(Quarter::new(2019, 1)), Some(0.625));
        assert_eq!(believed(Quarter::new(2021, 1)), Some(0.5));
        assert_eq!(believed(Quarter::new(2017, 4)), Some(0.5));
    }
}
