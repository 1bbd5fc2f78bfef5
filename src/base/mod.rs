//! Units, time, portable maths, keyed random streams, distributions, statistics, ids,
//! walks in blocks, room ahead.

pub mod blocks;
pub mod bound;
pub mod columns;
pub mod dispatch;
pub mod dist;
pub mod fault;
pub mod math;
pub mod metric;
pub mod rng;
pub mod room;
pub mod select;
pub mod stats;
pub mod strip;
pub mod time;
