//! Runs a whole batch in parallel: which outcome did every run have in every scenario?
//!
//! One task is one run in all scenarios, each quarter that they share once (`tree`). Each
//! task writes its own slot, so neither the number of threads nor the size of a batch moves a
//! bit of the result. A run that fails in one scenario is dropped in all.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;

use super::tree::Branch;
use super::worker::{Slot, Worker, silence_panics_of_runs};
use super::{Ensemble, RunId, Simulation};

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
    /// Called from any thread with the number of quarters simulated or failed so far; those of a
    /// run are [`Branch::quarters`].
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
    run_tree(simulation, &Branch::of(simulation), plan, progress, stop)
}

/// As [`run`], with a tree of one's own: tests run every scenario alone.
///
/// # Errors
/// As [`run`].
pub fn run_tree<S: Simulation>(
    simulation: &S,
    tree: &Branch,
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
    let workers: Mutex<Vec<Worker<'_, S>>> = Mutex::new(Vec::new());
    let finished = AtomicU64::new(0);
    let tell = |quarters: u64| {
        let before = finished.fetch_add(quarters, Ordering::Relaxed);
        progress.done(before + quarters);
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
                    let mut worker = pooled.unwrap_or_else(|| Worker::new(simulation, tree));
                    let id = plan.id((first + place) as u32);
                    *slot = worker.run(id, &tell, stop);
                    if let Ok(mut free) = workers.lock() {
                        free.push(worker);
                    }
                });
        });
    }
    Ok(gather(slots, simulation.scenarios(), plan.runs))
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
