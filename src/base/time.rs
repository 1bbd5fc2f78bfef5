//! Counts quarters, the clock of the model, and turns calendar dates into them.

use std::fmt;

/// A calendar quarter, counted from 2000Q1 = 0.
///
/// ```
/// use leverlab::base::time::Quarter;
/// assert_eq!(Quarter::new(2024, 4).next().to_string(), "2025Q1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter(i32);

impl Quarter {
    /// Quarter `quarter` (1 to 4) of `year`.
    pub const fn new(year: i32, quarter: i32) -> Self {
        Self((year - 2000) * 4 + quarter - 1)
    }

    /// Number of quarters since 2000Q1.
    pub const fn index(self) -> i32 {
        self.0
    }

    /// The quarter that lies `index` quarters after 2000Q1.
    pub const fn from_index(index: i32) -> Self {
        Self(index)
    }

    /// Calendar year.
    pub const fn year(self) -> i32 {
        2000 + self.0.div_euclid(4)
    }

    /// Quarter of the year, 1 to 4.
    pub const fn of_year(self) -> i32 {
        self.0.rem_euclid(4) + 1
    }

    /// The quarter that follows.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The quarter `n` quarters later (earlier if negative).
    pub const fn plus(self, n: i32) -> Self {
        Self(self.0 + n)
    }

    /// Quarters from `earlier` to `self`.
    pub const fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Q{}", self.year(), self.of_year())
    }
}
