//! Experiment methods: each plans runs, then analyses result columns.

pub mod compare;
pub mod statistics;
pub mod validate;
