//! Runs replicates: one (run, all scenarios) at a time, many in parallel, each a pure
//! function of (scenario, seed, run). Takes the simulation as a trait, so tests inject faults.

mod bands;
pub mod batch;
pub mod fan;
mod government;
pub mod journal;
mod policy_prefix;
pub mod replay;
pub mod replicate;
pub mod shard;
pub mod tree;
pub mod worker;

/// Which parameter draw and which chance stream a run takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunId {
    /// Parameter draw, run div `per_draw`.
    pub draw: u32,
    /// Chance stream.
    pub run: u32,
}

use crate::base::blocks::Crew;
pub use crate::base::metric::{Direction, MetricSpec};
use tree::Prefix;

/// What one (scenario, run) gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Headline metrics in the order of [`Simulation::metrics`].
    pub metrics: Vec<f64>,
    /// Detail metrics in the order of [`Simulation::details`].
    pub details: Vec<f64>,
    /// Quarterly paths, series-major: `paths[series * quarters + quarter]`.
    pub paths: Vec<f64>,
}

/// A simulation that the engine can run in pairs.
///
/// A run is a row of quarters from its founding: first a past that all scenarios share, then
/// the quarters that are reported. What scenarios share is run once and copied ([`tree`]).
pub trait Simulation: Sync {
    /// The state of one world; reused, so that a run allocates little.
    type State: Send;
    /// What a variant's run needs of the baseline's run (winners and losers).
    type Reference: Send;
    /// Number of scenarios; the first is the baseline.
    fn scenarios(&self) -> usize;
    /// Headline metrics.
    fn metrics(&self) -> &[MetricSpec];
    /// Detail metrics (fiscal account, funnel, bands).
    fn details(&self) -> &[MetricSpec];
    /// Quarterly series.
    fn series(&self) -> &[MetricSpec];
    /// Labels of the reported quarters, e.g. `2025Q1`.
    fn quarters(&self) -> Vec<String>;
    /// Quarters of a run from its founding to its end.
    fn horizon(&self) -> usize;
    /// Label of a quarter of a run, e.g. `2015Q3`.
    fn label(&self, quarter: usize) -> String;
    /// Digest of all that `scenario` gives agents to know up to and including `quarter`:
    /// scenarios with the same digest have the same state at its end.
    fn prefix(&self, scenario: usize, quarter: usize) -> Prefix;
    /// An empty state.
    fn blank(&self) -> Self::State;
    /// Founds the world of a run in `state`, whatever that held; `crew` as in
    /// [`Simulation::advance`].
    fn found(&self, run: RunId, state: &mut Self::State, crew: Crew);
    /// Copies `from` over `to`, reusing its memory.
    fn copy(&self, from: &Self::State, to: &mut Self::State);
    /// Runs one quarter of `scenario` on a state that has come to it; `crew` may walk large
    /// populations and moves no result.
    fn advance(
        &self,
        scenario: usize,
        run: RunId,
        state: &mut Self::State,
        quarter: usize,
        crew: Crew,
    );
    /// What came of a run at its end, but for what needs the baseline.
    fn outcome(&self, state: &Self::State) -> (Outcome, Self::Reference);
    /// Adds to an outcome what hangs on the baseline's run; `state` is any one of the same run.
    fn relate(
        &self,
        state: &Self::State,
        baseline: &Self::Reference,
        own: &Self::Reference,
        outcome: &mut Outcome,
    );
}

/// A run that failed, with its cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Scenario index.
    pub scenario: usize,
    /// Run.
    pub run: u32,
    /// What went wrong.
    pub cause: String,
}

/// All outcomes of a batch: `outcomes[scenario][k]` for the k-th completed run.
/// A run that failed in one scenario is dropped in all.
#[derive(Clone, Debug, Default)]
pub struct Ensemble {
    /// Run ids that all scenarios have, ascending.
    pub runs: Vec<u32>,
    /// Outcomes by scenario, then by completed run.
    pub outcomes: Vec<Vec<Outcome>>,
    /// Runs that failed.
    pub failures: Vec<Failure>,
    /// Runs asked for.
    pub asked: u32,
    /// False after an interruption.
    pub complete: bool,
}
