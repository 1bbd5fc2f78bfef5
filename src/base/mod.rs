//! Units, time, portable maths, keyed random streams, distributions, statistics, ids.

pub mod bound;
pub mod columns;
pub mod dispatch;
pub mod dist;
pub mod math;
pub mod metric;
pub mod rng;
pub mod select;
pub mod stats;
pub mod strip;
pub mod time;
