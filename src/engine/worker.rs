//! One run in all scenarios: walks the tree of what they share and says what came of each.

use super::tree::Branch;
use super::{Failure, Outcome, RunId, Simulation};
use crate::base::blocks::Crew;
use crate::base::fault as faults;

/// What one run came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    /// Stopped before its end.
    Pending,
    /// One outcome a scenario.
    Done(Vec<Outcome>),
    /// Why it failed, by scenario.
    Failed(Vec<Failure>),
}

/// The states that a thread reuses from run to run: the one under way and those kept for the
/// branches still to come.
pub(super) struct Worker<'a, S: Simulation> {
    simulation: &'a S,
    tree: &'a Branch,
    crew: Crew<'a>,
    work: S::State,
    kept: Vec<S::State>,
}

/// What is known of a run so far.
struct Ledger<S: Simulation> {
    ends: Vec<Option<(Outcome, S::Reference)>>,
    failures: Vec<Failure>,
    stopped: bool,
}

impl<'a, S: Simulation> Worker<'a, S> {
    pub(super) fn new(simulation: &'a S, tree: &'a Branch, crew: Crew<'a>) -> Self {
        Self {
            simulation,
            tree,
            crew,
            work: simulation.blank(),
            kept: (0..tree.kept()).map(|_| simulation.blank()).collect(),
        }
    }

    /// One run; `tell` hears of quarters as they are done with.
    pub(super) fn run(&mut self, id: RunId, tell: &dyn Fn(u64), stop: &dyn Fn() -> bool) -> Slot {
        let mut ledger = Ledger {
            ends: (0..self.simulation.scenarios()).map(|_| None).collect(),
            failures: Vec::new(),
            stopped: false,
        };
        let (simulation, tree) = (self.simulation, self.tree);
        match guarded(|| simulation.found(id, &mut self.work)) {
            Ok(()) => self.walk(tree, 0, id, tell, stop, &mut ledger),
            Err(cause) => self.lose(tree, format!("at the founding: {cause}"), id, &mut ledger),
        }
        if ledger.stopped {
            return Slot::Pending;
        }
        self.close(id, ledger)
    }

    /// Runs a branch and all it parts into, on the state in `work`; states from `free` on are
    /// free to keep things in.
    fn walk(
        &mut self,
        branch: &Branch,
        free: usize,
        id: RunId,
        tell: &dyn Fn(u64),
        stop: &dyn Fn() -> bool,
        ledger: &mut Ledger<S>,
    ) {
        let simulation = self.simulation;
        let scenario = branch.scenarios[0];
        for quarter in branch.from..branch.to {
            ledger.stopped |= stop();
            if ledger.stopped {
                return;
            }
            let (work, crew) = (&mut self.work, self.crew);
            let step = || simulation.advance(scenario, id, work, quarter, crew);
            if let Err(cause) = guarded(step) {
                let cause = format!("in {}: {cause}", simulation.label(quarter));
                self.lose(branch, cause, id, ledger);
                tell(branch.quarters() - (quarter - branch.from) as u64);
                return;
            }
            tell(1);
        }
        if branch.then.is_empty() {
            self.end(branch, id, ledger);
        }
        let last = branch.then.len().saturating_sub(1);
        for (place, next) in branch.then.iter().enumerate() {
            if place < last {
                if place == 0 {
                    simulation.copy(&self.work, &mut self.kept[free]);
                } else {
                    simulation.copy(&self.kept[free], &mut self.work);
                }
                self.walk(next, free + 1, id, tell, stop, ledger);
            } else {
                if place > 0 {
                    std::mem::swap(&mut self.work, &mut self.kept[free]);
                }
                self.walk(next, free, id, tell, stop, ledger);
            }
        }
    }

    /// Notes what came of the scenarios that end with `branch`, each for itself.
    fn end(&mut self, branch: &Branch, id: RunId, ledger: &mut Ledger<S>) {
        for &scenario in &branch.scenarios {
            match guarded(|| self.simulation.outcome(&self.work)) {
                Ok(end) => ledger.ends[scenario] = Some(end),
                Err(cause) => return self.lose(branch, cause, id, ledger),
            }
        }
    }

    /// Notes that all scenarios of a branch failed; the state that failed is never used again.
    fn lose(&mut self, branch: &Branch, cause: String, id: RunId, ledger: &mut Ledger<S>) {
        self.work = self.simulation.blank();
        let failure = |&scenario: &usize| Failure {
            scenario,
            run: id.run,
            cause: cause.clone(),
        };
        ledger.failures.extend(branch.scenarios.iter().map(failure));
    }

    /// Holds every scenario against the baseline and looks whether all numbers are such.
    fn close(&mut self, id: RunId, ledger: Ledger<S>) -> Slot {
        let simulation = self.simulation;
        let mut failures = ledger.failures;
        let (mut outcomes, references): (Vec<_>, Vec<_>) =
            ledger.ends.into_iter().flatten().unzip();
        if failures.is_empty() {
            for (scenario, (outcome, own)) in outcomes.iter_mut().zip(&references).enumerate() {
                let relate = || simulation.relate(&self.work, &references[0], own, outcome);
                let related = guarded(relate);
                let found = related.map_or_else(Some, |()| fault(simulation, outcome));
                failures.extend(found.map(|cause| Failure {
                    scenario,
                    run: id.run,
                    cause,
                }));
            }
        }
        if failures.is_empty() {
            return Slot::Done(outcomes);
        }
        failures.sort_by_key(|failure| failure.scenario);
        if failures[0].scenario == 0 {
            // Without the baseline no variant has anything to be compared with.
            failures.truncate(1);
        }
        Slot::Failed(failures)
    }
}

/// What is wrong with an outcome, if anything.
pub(super) fn fault<S: Simulation>(simulation: &S, outcome: &Outcome) -> Option<String> {
    let quarters = simulation.quarters().len();
    let parts = [
        ("metric", simulation.metrics(), &outcome.metrics, 1),
        ("detail", simulation.details(), &outcome.details, 1),
        ("series", simulation.series(), &outcome.paths, quarters),
    ];
    for (kind, specs, values, per_spec) in parts {
        if values.len() != specs.len() * per_spec {
            return Some(format!(
                "{} values of kind {kind} where {} were due",
                values.len(),
                specs.len() * per_spec
            ));
        }
        if let Some(place) = values.iter().position(|value| !value.is_finite()) {
            let id = specs[place / per_spec].id;
            return Some(format!(
                "{kind} `{id}` is {}, not a finite number",
                values[place]
            ));
        }
    }
    None
}

/// Runs `task`, turning a panic into its message and place.
pub(super) fn guarded<T>(task: impl FnOnce() -> T) -> Result<T, String> {
    faults::caught(task).map_err(|fault| fault.message())
}
