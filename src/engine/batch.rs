//! Runs a whole batch in parallel: which outcome did every run have in every scenario?
//!
//! One task is one run in all scenarios, each quarter that they share once (`tree`). Each
//! run is handed over by its number as it ends, so neither the number of threads nor their order
//! moves a bit of the result. A run that fails in one scenario is dropped in all.
//!
//! Every thread of the pool runs one task at a time. Threads for which none is left take branches of
//! the tasks of others where these part, and blocks of their large populations
//! ([`crate::base::blocks`]): few runs of many scenarios, and the last runs of a batch, keep all
//! threads busy.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::tree::Branch;
use super::worker::{Part, Slot, Spare, Watch, Worker};
use super::{Ensemble, RunId, Simulation};
use crate::base::blocks::Crew;
use crate::base::fault;
use rayon::{Scope, ThreadPool};

/// How a batch is run; none of it moves a result but `runs` and `per_draw`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Runs a scenario.
    pub runs: u32,
    /// Runs that share one parameter draw; 0 counts as 1.
    pub per_draw: u32,
    /// Worker threads; 0 counts as 1.
    pub threads: usize,
    /// Runs handed out at a time; 0 counts as 1.
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
    /// What was finished could not be kept.
    #[error("cannot record finished runs: {0}")]
    Sink(io::Error),
}

/// Where finished runs go.
pub trait Sink: Send {
    /// Takes what a run came to; runs come in any order.
    ///
    /// # Errors
    /// Where it cannot be kept.
    fn take(&mut self, run: u32, slot: Slot) -> io::Result<()>;
    /// Makes all that was taken last.
    ///
    /// # Errors
    /// Where it cannot be kept.
    fn flush(&mut self) -> io::Result<()>;
}

/// Keeps runs in memory.
impl Sink for BTreeMap<u32, Slot> {
    fn take(&mut self, run: u32, slot: Slot) -> io::Result<()> {
        self.insert(run, slot);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
    let mut slots = BTreeMap::new();
    let all: Vec<u32> = (0..plan.runs).collect();
    run_into(simulation, tree, plan, &all, &mut slots, progress, stop)?;
    Ok(gather(slots, simulation.scenarios(), plan.runs))
}

/// Runs the runs of that number and hands each over to `sink` as it ends.
///
/// # Errors
/// [`BatchError`] where threads cannot be started or `sink` fails; the batch then ends.
pub fn run_into<S: Simulation>(
    simulation: &S,
    tree: &Branch,
    plan: &Plan,
    runs: &[u32],
    sink: &mut dyn Sink,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<(), BatchError> {
    fault::silence();
    let threads = plan.threads.max(1);
    let pool = start(threads)?;
    let finished = AtomicU64::new(0);
    let tell = |quarters: u64| {
        let before = finished.fetch_add(quarters, Ordering::Relaxed);
        progress.done(before + quarters);
    };
    let broken = AtomicBool::new(false);
    let stopped = || stop.load(Ordering::Relaxed) || broken.load(Ordering::Relaxed);
    // A writer that falls behind holds the runs up rather than filling the memory.
    let (send, receive) = sync_channel(2 * threads);
    let floor = Floor {
        simulation,
        crew: Crew::of(&pool),
        watch: Watch {
            tell: &tell,
            stop: &stopped,
        },
        spare: AtomicUsize::new(0),
        send,
    };
    let (next, step) = (AtomicUsize::new(0), plan.batch.max(1));
    let hand_out = || {
        let first = next.fetch_add(step, Ordering::Relaxed).min(runs.len());
        &runs[first..runs.len().min(first + step)]
    };
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let written = write_down(&receive, sink);
            broken.store(written.is_err(), Ordering::Relaxed);
            drop(receive);
            written
        });
        pool.in_place_scope(|scope| {
            scope.spawn_broadcast(|scope, _| {
                floor.work(scope, |worker| {
                    let tasks = std::iter::from_fn(|| Some(hand_out()).filter(|t| !t.is_empty()));
                    for &run in tasks.flatten() {
                        floor.send(worker.run(plan.id(run), tree));
                        if stopped() {
                            break;
                        }
                    }
                });
            });
        });
        drop(floor);
        let written = writer
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("a fault")));
        written.map_err(BatchError::Sink)
    })
}

/// Starts worker threads.
///
/// # Errors
/// [`BatchError::Threads`] where the system gives none.
pub(crate) fn start(threads: usize) -> Result<ThreadPool, BatchError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().map_err(|error| BatchError::Threads {
        threads,
        cause: error.to_string(),
    })
}

/// What all threads of a batch have in common.
struct Floor<'a, S: Simulation> {
    simulation: &'a S,
    crew: Crew<'a>,
    watch: Watch<'a>,
    /// Threads that have nothing to do.
    spare: AtomicUsize,
    send: SyncSender<(RunId, Slot)>,
}

impl<'a, S: Simulation> Floor<'a, S> {
    /// Lets a worker of this thread do some `work`; after it the thread is free.
    fn work<'s>(&'s self, scope: &Scope<'s>, work: impl FnOnce(&mut Worker<'a, '_, S>))
    where
        'a: 's,
    {
        let hall = Hall { floor: self, scope };
        work(&mut Worker::new(
            self.simulation,
            self.crew,
            &self.watch,
            &hall,
        ));
        self.spare.fetch_add(1, Ordering::Relaxed);
    }

    /// Hands over what came of a run. Where nobody takes it any more the batch is at its end.
    fn send(&self, ended: Option<(RunId, Slot)>) {
        let ended = ended.filter(|(_, slot)| *slot != Slot::Pending);
        ended.map(|ended| self.send.send(ended));
    }
}

/// Where free threads wait.
struct Hall<'h, 's, 'a, S: Simulation> {
    floor: &'s Floor<'a, S>,
    scope: &'h Scope<'s>,
}

impl<'a, S: Simulation> Spare<'a, S> for Hall<'_, '_, 'a, S> {
    fn claim(&self) -> bool {
        let one_less = |free: usize| free.checked_sub(1);
        let spare = &self.floor.spare;
        spare
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            .is_ok()
    }

    fn walk(&self, part: Part<'a, S>) {
        let floor = self.floor;
        (self.scope).spawn(move |scope| floor.work(scope, |worker| floor.send(worker.take(part))));
    }
}

/// Hands over what ends; all that ended while the last was made to last goes together.
fn write_down(receive: &Receiver<(RunId, Slot)>, sink: &mut dyn Sink) -> io::Result<()> {
    while let Ok(first) = receive.recv() {
        for (id, slot) in std::iter::once(first).chain(receive.try_iter()) {
            sink.take(id.run, slot)?;
        }
        sink.flush()?;
    }
    Ok(())
}

/// Collects the slots in run order.
fn gather(slots: BTreeMap<u32, Slot>, scenarios: usize, asked: u32) -> Ensemble {
    let mut ensemble = Ensemble {
        outcomes: vec![Vec::new(); scenarios],
        asked,
        complete: slots.len() == asked as usize,
        ..Ensemble::default()
    };
    for (run, slot) in slots {
        match slot {
            Slot::Pending => ensemble.complete = false,
            Slot::Failed(failures) => ensemble.failures.extend(failures),
            Slot::Done(outcomes) => {
                ensemble.runs.push(run);
                for (column, outcome) in ensemble.outcomes.iter_mut().zip(outcomes) {
                    column.push(outcome);
                }
            }
        }
    }
    ensemble
}
