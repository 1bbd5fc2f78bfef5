//! The settings of every quarter of a run, and what agents may expect of them.

use super::{Schedule, Settings};
use crate::base::time::Quarter;

/// Resolved policy of one scenario over a run.
#[derive(Clone, Debug)]
pub struct PolicyPath {
    /// First quarter.
    pub start: Quarter,
    /// Settings in force, by quarter since `start`.
    pub in_force: Vec<Settings>,
    /// Mean setting an agent who knows all announcements expects over the next seven years,
    /// weighted by discount factors, sunsets renewed with the belief in renewal
    /// (`mechanisms.md` M17), by quarter since `start`.
    pub expected: Vec<Settings>,
}

impl PolicyPath {
    /// Resolves one schedule per lever, in the order of [`Settings`]' paths.
    pub fn new(_schedules: &[Schedule], _start: Quarter, _end: Quarter) -> Self {
        unimplemented!()
    }

    /// Settings in force at `quarter`.
    pub fn at(&self, quarter: Quarter) -> &Settings {
        &self.in_force[quarter.since(self.start) as usize]
    }

    /// Settings expected at `quarter`.
    pub fn expected_at(&self, quarter: Quarter) -> &Settings {
        &self.expected[quarter.since(self.start) as usize]
    }
}
