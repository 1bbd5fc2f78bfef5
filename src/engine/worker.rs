//! One run in all scenarios: walks the tree of what they share and says what came of each.
//!
//! Where branches part and other threads have nothing to do, they walk some of them on copies of the
//! state. Who is last to end says what came of the run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// What a worker hears and tells while it walks.
pub(super) struct Watch<'a> {
    /// Hears of quarters as they are done with.
    pub(super) tell: &'a (dyn Fn(u64) + Sync),
    /// Whether to stop.
    pub(super) stop: &'a (dyn Fn() -> bool + Sync),
}

/// Threads that have nothing to do.
pub(super) trait Spare<'a, S: Simulation> {
    /// Whether one is free, which then waits for a branch.
    fn claim(&self) -> bool;
    /// Hands a branch to the thread claimed.
    fn walk(&self, part: Part<'a, S>);
}

/// A branch of a run, with the state at its start, for a thread that is free.
pub(super) struct Part<'a, S: Simulation> {
    branch: &'a Branch,
    state: S::State,
    run: Arc<Run<S>>,
}

/// A run under way.
struct Run<S: Simulation> {
    id: RunId,
    ledger: Mutex<Ledger<S>>,
    /// Threads that walk it.
    walkers: AtomicUsize,
}

/// What is known of a run so far.
struct Ledger<S: Simulation> {
    ends: Vec<Option<(Outcome, S::Reference)>>,
    failures: Vec<Failure>,
    stopped: bool,
}

impl<S: Simulation> Run<S> {
    fn new(id: RunId, scenarios: usize) -> Self {
        let ledger = Ledger {
            ends: (0..scenarios).map(|_| None).collect(),
            failures: Vec::new(),
            stopped: false,
        };
        Self {
            id,
            ledger: Mutex::new(ledger),
            walkers: AtomicUsize::new(1),
        }
    }

    /// What is known so far; no thread panics while it holds this.
    fn ledger(&self) -> MutexGuard<'_, Ledger<S>> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the scenarios of a branch failed, each for itself.
    fn fail(&self, branch: &Branch, cause: &str) {
        let failure = |&scenario: &usize| Failure {
            scenario,
            run: self.id.run,
            cause: cause.to_owned(),
        };
        let failures = branch.scenarios.iter().map(failure);
        self.ledger().failures.extend(failures);
    }
}

/// The states that a thread reuses from run to run: the one under way and those kept for the
/// branches still to come.
pub(super) struct Worker<'a, 'w, S: Simulation> {
    simulation: &'a S,
    crew: Crew<'w>,
    watch: &'w Watch<'w>,
    spare: &'w dyn Spare<'a, S>,
    work: S::State,
    kept: Vec<S::State>,
}

impl<'a, 'w, S: Simulation> Worker<'a, 'w, S> {
    pub(super) fn new(
        simulation: &'a S,
        crew: Crew<'w>,
        watch: &'w Watch<'w>,
        spare: &'w dyn Spare<'a, S>,
    ) -> Self {
        Self {
            simulation,
            crew,
            watch,
            spare,
            work: simulation.blank(),
            kept: Vec::new(),
        }
    }

    /// Walks one run; gives what came of it unless another thread is still at it.
    pub(super) fn run(&mut self, id: RunId, tree: &'a Branch) -> Option<(RunId, Slot)> {
        let run = Arc::new(Run::new(id, self.simulation.scenarios()));
        let (work, crew) = (&mut self.work, self.crew);
        match guarded(|| self.simulation.found(id, work, crew)) {
            Ok(()) => self.walk(tree, 0, &run),
            Err(cause) => self.lose(tree, &format!("at the founding: {cause}"), &run),
        }
        self.leave(&run)
    }

    /// Walks a branch of a run that another thread has begun; gives what came of the run unless
    /// another thread is still at it.
    pub(super) fn take(&mut self, part: Part<'a, S>) -> Option<(RunId, Slot)> {
        self.work = part.state;
        self.walk(part.branch, 0, &part.run);
        self.leave(&part.run)
    }

    /// Runs a branch and all it parts into, on the state in `work`; states from `free` on are
    /// free to keep things in.
    fn walk(&mut self, branch: &'a Branch, free: usize, run: &Arc<Run<S>>) {
        let simulation = self.simulation;
        let scenario = branch.scenarios[0];
        for quarter in branch.from..branch.to {
            if (self.watch.stop)() {
                run.ledger().stopped = true;
                return;
            }
            let (work, crew) = (&mut self.work, self.crew);
            let step = || simulation.advance(scenario, run.id, work, quarter, crew);
            if let Err(cause) = guarded(step) {
                let cause = format!("in {}: {cause}", simulation.label(quarter));
                self.lose(branch, &cause, run);
                (self.watch.tell)(branch.quarters() - (quarter - branch.from) as u64);
                return;
            }
            (self.watch.tell)(1);
        }
        match branch.then.split_last() {
            None => self.end(branch, run),
            Some((last, others)) => self.part(last, others, free, run),
        }
    }

    /// Walks the branches into which another has parted, the one with most scenarios last.
    fn part(&mut self, last: &'a Branch, others: &'a [Branch], free: usize, run: &Arc<Run<S>>) {
        if self.kept.len() == free {
            self.kept.push(self.simulation.blank());
        }
        let mut parted = false;
        for next in others {
            if self.spare.claim() {
                self.hand_over(next, if parted { Some(free) } else { None }, run);
                continue;
            }
            if parted {
                self.simulation.copy(&self.kept[free], &mut self.work);
            } else {
                self.simulation.copy(&self.work, &mut self.kept[free]);
            }
            parted = true;
            self.walk(next, free + 1, run);
        }
        if parted {
            std::mem::swap(&mut self.work, &mut self.kept[free]);
        }
        self.walk(last, free, run);
    }

    /// Hands a branch to a thread that is free, with a copy of the state in `kept` or of that under
    /// way.
    fn hand_over(&self, branch: &'a Branch, kept: Option<usize>, run: &Arc<Run<S>>) {
        let mut state = self.simulation.blank();
        let from = kept.map_or(&self.work, |place| &self.kept[place]);
        self.simulation.copy(from, &mut state);
        run.walkers.fetch_add(1, Ordering::Relaxed);
        self.spare.walk(Part {
            branch,
            state,
            run: Arc::clone(run),
        });
    }

    /// Notes what came of the scenarios that end with `branch`, each for itself.
    fn end(&mut self, branch: &Branch, run: &Run<S>) {
        for &scenario in &branch.scenarios {
            match guarded(|| self.simulation.outcome(&self.work)) {
                Ok(end) => run.ledger().ends[scenario] = Some(end),
                Err(cause) => return self.lose(branch, &cause, run),
            }
        }
    }

    /// Notes that all scenarios of a branch failed; the state that failed is never used again.
    fn lose(&mut self, branch: &Branch, cause: &str, run: &Run<S>) {
        self.work = self.simulation.blank();
        run.fail(branch, cause);
    }

    /// Leaves a run; who is last says what came of it.
    fn leave(&self, run: &Run<S>) -> Option<(RunId, Slot)> {
        // what the others noted comes with their leaving
        let last = run.walkers.fetch_sub(1, Ordering::AcqRel) == 1;
        last.then(|| (run.id, self.close(run)))
    }

    /// Holds every scenario against the baseline and looks whether all numbers are such.
    fn close(&self, run: &Run<S>) -> Slot {
        let simulation = self.simulation;
        let ledger = &mut *run.ledger();
        if ledger.stopped {
            return Slot::Pending;
        }
        let mut failures = std::mem::take(&mut ledger.failures);
        let (mut outcomes, references): (Vec<_>, Vec<_>) = ledger.ends.drain(..).flatten().unzip();
        if failures.is_empty() {
            for (scenario, (outcome, own)) in outcomes.iter_mut().zip(&references).enumerate() {
                let relate = || simulation.relate(&self.work, &references[0], own, outcome);
                let related = guarded(relate);
                let found = related.map_or_else(Some, |()| fault(simulation, outcome));
                failures.extend(found.map(|cause| Failure {
                    scenario,
                    run: run.id.run,
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
