//! Runs replicates: one (run, all scenarios) at a time, many in parallel, each a pure
//! function of (scenario, seed, run). Takes the simulation as a trait, so tests inject faults.

pub mod batch;
pub mod fan;
mod government;
pub mod replicate;

/// Which parameter draw and which chance stream a run takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunId {
    /// Parameter draw, run div `per_draw`.
    pub draw: u32,
    /// Chance stream.
    pub run: u32,
}

pub use crate::base::metric::{Direction, MetricSpec};

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
/// A run's past is the same for all scenarios: it is run once and copied.
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
    /// An empty state.
    fn blank(&self) -> Self::State;
    /// Runs the recorded past of a run into `state`.
    fn past(&self, run: RunId, state: &mut Self::State);
    /// Copies `past` into `state` and runs `scenario` to its end; `reference` is the
    /// baseline's, `None` when this is the baseline.
    fn project(
        &self,
        scenario: usize,
        run: RunId,
        past: &Self::State,
        state: &mut Self::State,
        reference: Option<&Self::Reference>,
    ) -> (Outcome, Self::Reference);
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
