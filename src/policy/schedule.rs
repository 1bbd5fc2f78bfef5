//! Dated values of one lever: what was announced when, acts from when, until when.

use crate::base::time::Quarter;

/// One dated value laid over the status quo.
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
    /// Quarters over which it rises from the old value in equal steps; 0 at once.
    pub ramp: u32,
}

/// Every dated value of one lever, in order; the latest entry in force wins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule {
    /// Entries by start.
    pub entries: Vec<Entry>,
}
