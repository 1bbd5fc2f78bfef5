//! One replicate of the model: the economy as a [`Simulation`].

use super::{MetricSpec, Outcome, RunId, Simulation};
use crate::evidence::Evidence;
use crate::scenario::Scenario;

/// The model under a set of scenarios, the first of which is the baseline.
#[derive(Debug)]
pub struct Economy {
    scenarios: usize,
}

impl Economy {
    /// Prepares the model for these scenarios.
    ///
    /// # Errors
    /// Says what evidence or scenario lacks.
    pub fn new(_evidence: &Evidence, scenarios: &[Scenario]) -> Result<Self, String> {
        Ok(Self { scenarios: scenarios.len() })
    }
}

impl Simulation for Economy {
    type State = ();
    type Reference = ();
    fn scenarios(&self) -> usize {
        self.scenarios
    }
    fn metrics(&self) -> &[MetricSpec] {
        &[]
    }
    fn details(&self) -> &[MetricSpec] {
        &[]
    }
    fn series(&self) -> &[MetricSpec] {
        &[]
    }
    fn quarters(&self) -> Vec<String> {
        Vec::new()
    }
    fn blank(&self) {}
    fn past(&self, _run: RunId, _state: &mut ()) {}
    fn project(
        &self,
        _scenario: usize,
        _run: RunId,
        _past: &(),
        _state: &mut (),
        _reference: Option<&()>,
    ) -> (Outcome, ()) {
        (Outcome::default(), ())
    }
}
