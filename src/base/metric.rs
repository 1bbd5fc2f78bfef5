//! Names a result column: id, unit, direction, labels, definition.

/// Whether a higher value of a metric is better, worse or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Higher is better.
    Higher,
    /// Lower is better.
    Lower,
    /// Neither.
    Neutral,
}

/// A result column: one number a run, or one a quarter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricSpec {
    /// Id, e.g. `rd_business_real`.
    pub id: &'static str,
    /// Unit as printed.
    pub unit: &'static str,
    /// Which way is better.
    pub direction: Direction,
    /// English label.
    pub label_en: &'static str,
    /// Chinese label.
    pub label_zh: &'static str,
    /// Definition, one sentence.
    pub definition: &'static str,
}
