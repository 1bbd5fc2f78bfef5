//! Runs a whole batch in parallel: which outcome did every run have in every scenario?
//!
//! One task is one run: its past once, then every scenario in order, the baseline first.
//! Each task writes its own slot, so neither the number of threads nor the size of a batch
//! moves a bit of the result. A run that fails in one scenario is dropped in all.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, Once};

use rayon::prelude::*;

use super::{Ensemble, Failure, Outcome, RunId, Simulation};

/// How a batch is run; none of it moves a result but `runs` and `per_draw`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Runs a scenario.
    pub runs: u32,
    /// Runs that share one parameter draw; 0 counts as 1.
    pub per_draw: u32,
    /// Worker threads; 0 counts as 1.
    pub threads: usize,
    /// Runs handed out at a time; 0 means four a thread.
    pub batch: usize,
}

impl Plan {
    /// Parameter draw and chance stream of the `run`-th run.
    pub fn id(&self, run: u32) -> RunId {
        RunId {
            draw: run / self.per_draw.max(1),
            run,
        }
    }
}

/// Hears how far a batch has come.
pub trait Progress: Sync {
    /// Called from any thread after each replicate (one scenario of one run) with the number
    /// finished so far.
    fn done(&self, finished: u64);
}

/// A listener that hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn done(&self, _finished: u64) {}
}

/// Why a batch could not be started.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The system gave no threads.
    #[error("cannot start {threads} worker threads: {cause}; try fewer with --threads")]
    Threads {
        /// Threads asked for.
        threads: usize,
        /// What the system said.
        cause: String,
    },
}

/// What one run came to.
enum Slot {
    Pending,
    Done(Vec<Outcome>),
    Failed(Vec<Failure>),
}

/// Runs all scenarios of `simulation` over the runs of `plan`.
///
/// Raising `stop` ends the batch after the replicates that are under way; the runs that all
/// scenarios have by then are kept and the ensemble is marked incomplete.
///
/// # Errors
/// [`BatchError`] where the worker threads cannot be started.
pub fn run<S: Simulation>(
    simulation: &S,
    plan: &Plan,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Ensemble, BatchError> {
    silence_panics_of_runs();
    let threads = plan.threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| BatchError::Threads {
            threads,
            cause: error.to_string(),
        })?;
    let batch = if plan.batch == 0 {
        threads * 4
    } else {
        plan.batch
    };
    let workers: Mutex<Vec<Worker<S>>> = Mutex::new(Vec::new());
    let finished = AtomicU64::new(0);
    let tell = |replicates: usize| {
        let before = finished.fetch_add(replicates as u64, Ordering::Relaxed);
        progress.done(before + replicates as u64);
    };
    let mut slots: Vec<Slot> = (0..plan.runs).map(|_| Slot::Pending).collect();
    for (number, chunk) in slots.chunks_mut(batch).enumerate() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let first = number * batch;
        pool.install(|| {
            chunk
                .par_iter_mut()
                .with_max_len(1)
                .enumerate()
                .for_each(|(place, slot)| {
                    let pooled = workers.lock().ok().and_then(|mut free| free.pop());
                    let mut worker = pooled.unwrap_or_else(|| Worker::new(simulation));
                    let id = plan.id((first + place) as u32);
                    *slot = worker.run(simulation, id, &tell, stop);
                    if let Ok(mut free) = workers.lock() {
                        free.push(worker);
                    }
                });
        });
    }
    Ok(gather(slots, simulation.scenarios(), plan.runs))
}

/// The two states a worker reuses: the shared past and the scenario under way.
struct Worker<S: Simulation> {
    past: S::State,
    work: S::State,
}

impl<S: Simulation> Worker<S> {
    fn new(simulation: &S) -> Self {
        Self {
            past: simulation.blank(),
            work: simulation.blank(),
        }
    }

    fn run(&mut self, simulation: &S, id: RunId, tell: &dyn Fn(usize), stop: &AtomicBool) -> Slot {
        let scenarios = simulation.scenarios();
        if stop.load(Ordering::Relaxed) {
            return Slot::Pending;
        }
        let failed = |scenario, cause| Failure {
            scenario,
            run: id.run,
            cause,
        };
        if let Err(cause) = guarded(|| simulation.past(id, &mut self.past)) {
            *self = Self::new(simulation);
            tell(scenarios);
            return Slot::Failed(vec![failed(0, format!("in the recorded past: {cause}"))]);
        }
        let mut outcomes = Vec::with_capacity(scenarios);
        let mut failures = Vec::new();
        let mut baseline: Option<S::Reference> = None;
        for scenario in 0..scenarios {
            if stop.load(Ordering::Relaxed) {
                return Slot::Pending;
            }
            let (past, work) = (&self.past, &mut self.work);
            let result =
                guarded(|| simulation.project(scenario, id, past, work, baseline.as_ref()))
                    .and_then(|(outcome, reference)| {
                        fault(simulation, &outcome).map_or(Ok((outcome, reference)), Err)
                    });
            match result {
                Ok((outcome, reference)) => {
                    outcomes.push(outcome);
                    if scenario == 0 {
                        baseline = Some(reference);
                    }
                    tell(1);
                }
                Err(cause) => {
                    self.work = simulation.blank();
                    failures.push(failed(scenario, cause));
                    if scenario == 0 {
                        // Without the baseline no variant has anything to be compared with.
                        tell(scenarios);
                        break;
                    }
                    tell(1);
                }
            }
        }
        if failures.is_empty() {
            Slot::Done(outcomes)
        } else {
            Slot::Failed(failures)
        }
    }
}

/// What is wrong with an outcome, if anything.
fn fault<S: Simulation>(simulation: &S, outcome: &Outcome) -> Option<String> {
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

/// Collects the slots in run order.
fn gather(slots: Vec<Slot>, scenarios: usize, asked: u32) -> Ensemble {
    let mut ensemble = Ensemble {
        outcomes: vec![Vec::new(); scenarios],
        asked,
        complete: true,
        ..Ensemble::default()
    };
    for (run, slot) in slots.into_iter().enumerate() {
        match slot {
            Slot::Pending => ensemble.complete = false,
            Slot::Failed(failures) => ensemble.failures.extend(failures),
            Slot::Done(outcomes) => {
                ensemble.runs.push(run as u32);
                for (column, outcome) in ensemble.outcomes.iter_mut().zip(outcomes) {
                    column.push(outcome);
                }
            }
        }
    }
    ensemble
}

thread_local! {
    static INSIDE_RUN: Cell<bool> = const { Cell::new(false) };
    static LAST_PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes the panic hook silent on threads that are inside a run; elsewhere the hook that was
/// there before still speaks.
fn silence_panics_of_runs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if INSIDE_RUN.get() {
                let place = panic.location().map_or(String::new(), |at| {
                    format!(" ({}:{})", at.file(), at.line())
                });
                LAST_PLACE.with(|last| *last.borrow_mut() = place);
            } else {
                before(panic);
            }
        }));
    });
}

/// Runs `task`, turning a panic into its message and place.
fn guarded<T>(task: impl FnOnce() -> T) -> Result<T, String> {
    INSIDE_RUN.set(true);
    let result = catch_unwind(AssertUnwindSafe(task));
    INSIDE_RUN.set(false);
    result.map_err(|payload| {
        let place = LAST_PLACE.with(RefCell::take);
        format!("{}{place}", message(payload.as_ref()))
    })
}

/// The text of a panic.
fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
