//! Turns TOML text into a checked [`Scenario`]: unknown keys, types, bounds and dates are
//! found all at once, each with its place; `extends` and `--set` are resolved here and
//! nowhere else, so the same file gives the same run everywhere.

use crate::base::time::Quarter;
use crate::policy::Schedule;

/// `[run]`: what is simulated and reported.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSettings {
    /// First quarter that is reported and in which variants may differ.
    pub start: Quarter,
    /// Last quarter.
    pub end: Quarter,
    /// Replicates a scenario.
    pub replicates: u32,
    /// Replicates that share one parameter draw.
    pub per_draw: u32,
    /// Master seed.
    pub seed: u32,
    /// Sampling fraction of the population, in (0, 1].
    pub scale: f64,
}

/// `[meta]`: what the scenario is and where it comes from.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Meta {
    /// Name, `[a-z0-9-]{1,48}`.
    pub name: String,
    /// Title.
    pub title: String,
    /// Title in Chinese, where given.
    pub title_zh: String,
    /// Author.
    pub author: String,
    /// Note.
    pub note: String,
    /// Document that proposes it.
    pub document: String,
    /// Fact ids it rests on.
    pub facts: Vec<String>,
}

/// A checked scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is.
    pub meta: Meta,
    /// What is run.
    pub run: RunSettings,
    /// One schedule per lever, in the order of `Settings`' paths: status quo with the
    /// scenario's values laid over it.
    pub schedules: Vec<Schedule>,
    /// Parameters replaced in `[assumptions]` by path: low, central, high (equal if fixed).
    pub assumptions: Vec<(String, [f64; 3], crate::evidence::Distribution)>,
    /// Levers the scenario itself sets, by path.
    pub sets: Vec<String>,
    /// Canonical TOML of the resolved scenario (what `resolve` prints).
    pub resolved: String,
    /// blake3 of the canonical text without `replicates`.
    pub digest: String,
}
