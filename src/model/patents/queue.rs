//! Examines filings first in, first out, carrying quality by vintage.

use super::filing::{BINS, Mass};
use crate::base::math::{max, min};
use std::collections::VecDeque;

/// Whose filing it is.
pub const OWNERS: usize = 3;
/// Firms, universities and institutes, applicants from abroad.
pub const FIRMS: usize = 0;
/// Universities and institutes.
pub const UNITS: usize = 1;
/// Applicants from abroad.
pub const ABROAD: usize = 2;

/// Cases that entered examination in one quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vintage {
    /// Quarter index of filing.
    pub filed: i32,
    /// Cases by owner and quality class \[cases\].
    pub cases: [Mass; OWNERS],
}

impl Vintage {
    /// All its cases.
    pub fn total(&self) -> f64 {
        self.cases.iter().flatten().sum()
    }

    /// Takes the share `share` of every class out, adds it to `out`.
    fn take(&mut self, share: f64, out: &mut [Mass; OWNERS]) {
        for (mine, theirs) in self.cases.iter_mut().zip(out.iter_mut()) {
            for bin in 0..BINS {
                let taken = share * mine[bin];
                mine[bin] -= taken;
                theirs[bin] += taken;
            }
        }
    }
}

/// Cases the office closes this quarter: what staff can do, no more than what the goal asks,
/// `(Q + χF)/(1 + goal/3)` with the goal in months (correction 3 in quarters).
///
/// Example: 1,380 thousand waiting, goal 22 months, none entering: 165.6 thousand.
pub fn throughput(backlog: f64, entering: f64, capacity: f64, goal: f64) -> f64 {
    // derived: 3 months in a quarter
    let asked = (backlog + entering) / (1.0 + goal / 3.0);
    max(0.0, min(min(capacity, asked), backlog + entering))
}

/// What the examiners closed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Closed {
    /// Cases by owner and quality class \[cases\].
    pub cases: [Mass; OWNERS],
    /// Sum of cases closed \[cases\].
    pub total: f64,
    /// Sum of months from filing to disposal.
    pub months: f64,
}

impl Closed {
    fn add(&mut self, cases: f64, age: i32) {
        self.total += cases;
        // derived: 3 months a quarter
        self.months += 3.0 * f64::from(age) * cases;
    }

    /// Mean age at disposal \[months\].
    pub fn pendency(&self) -> f64 {
        if self.total > 0.0 {
            self.months / self.total
        } else {
            0.0
        }
    }
}

/// Closes `cases` cases: the fast track of the newest vintage first, then the oldest.
pub fn examine(queue: &mut VecDeque<Vintage>, cases: f64, fast: f64, q: i32) -> Closed {
    let mut closed = Closed::default();
    let mut left = cases;
    if let Some(newest) = queue.back_mut() {
        let total = newest.total();
        let first = min(left, fast * total);
        if first > 0.0 {
            newest.take(first / total, &mut closed.cases);
            closed.add(first, q - newest.filed);
            left -= first;
        }
    }
    while left > 0.0 {
        let Some(oldest) = queue.front_mut() else {
            break;
        };
        let total = oldest.total();
        let age = q - oldest.filed;
        if total <= left {
            oldest.take(1.0, &mut closed.cases);
            queue.pop_front();
            closed.add(total, age);
            left -= total;
        } else {
            oldest.take(left / total, &mut closed.cases);
            closed.add(left, age);
            left = 0.0;
        }
    }
    closed
}
