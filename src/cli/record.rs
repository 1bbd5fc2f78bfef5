//! Runs what a batch still lacks, recording each run as it ends, and reads all of it back.

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::Ordering;

use super::progress::{Interrupt, Meter};
use super::{CliError, Problem, codes};
use crate::engine::batch::{self, BatchError, Plan};
use crate::engine::fan::SeriesFan;
use crate::engine::journal::Journal;
use crate::engine::tree::Branch;
use crate::engine::{Ensemble, Simulation};

/// Bytes of quarterly paths that are held at a time.
const PATHS_AT_A_TIME: usize = 64 << 20;
/// Times that damaged records are run again before the disk is held to be at fault.
const ATTEMPTS: usize = 3;

/// What is said where the disk refuses.
pub(super) fn refused(place: &Path, error: &io::Error) -> CliError {
    let place = place.display();
    let message = format!("cannot record runs in {place}: {error}; those recorded are kept");
    CliError::new(codes::UNWRITABLE, message)
}

/// Runs what the journal does not hold yet of `runs` and reads all of them back.
///
/// # Errors
/// Code 6 where the disk refuses, 2 where threads cannot be started.
#[allow(clippy::too_many_arguments)]
pub(super) fn fill<S: Simulation>(
    simulation: &S,
    plan: &Plan,
    runs: Range<u32>,
    journal: &mut Journal,
    place: &Path,
    quiet: bool,
    interrupt: &Interrupt,
    warnings: &mut Vec<Problem>,
) -> Result<Ensemble, CliError> {
    let tree = Branch::of(simulation);
    let mut known = runs.len() - journal.missing(runs.clone()).len();
    for _ in 0..ATTEMPTS {
        let todo = journal.missing(runs.clone());
        let meter = Meter::new(todo.len() as u64 * tree.quarters(), quiet);
        if known > 0 && !todo.is_empty() {
            meter.say(&format!("goes on from {known} of {} runs", runs.len()));
        }
        let stop = &interrupt.stop;
        let ran = batch::run_into(simulation, &tree, plan, &todo, journal, &meter, stop);
        meter.finish();
        ran.map_err(|error| match error {
            BatchError::Sink(error) => refused(place, &error),
            BatchError::Threads { .. } => CliError::new(codes::BAD_FLAG, error.to_string()),
        })?;
        let before = journal.missing(runs.clone()).len();
        let read = journal.ensemble(runs.clone());
        let ensemble = read.map_err(|error| refused(place, &error))?;
        let damaged = journal.missing(runs.clone()).len() - before;
        if damaged > 0 {
            let message = format!("{damaged} of the runs recorded earlier");
            warnings.push(Problem::new(codes::DAMAGED, message));
        }
        if damaged == 0 || interrupt.stop.load(Ordering::SeqCst) {
            return Ok(ensemble);
        }
        known = runs.len() - damaged;
    }
    let changed = io::Error::other("records come back changed");
    Err(refused(place, &changed))
}

/// Fans of all series, read back from the journal a few at a time.
///
/// # Errors
/// What the system says of a file that cannot be read.
pub(super) fn fans<S: Simulation>(
    simulation: &S,
    journal: &mut Journal,
    ensemble: &Ensemble,
    runs: &Range<u32>,
) -> io::Result<Vec<SeriesFan>> {
    let (series, quarters) = (simulation.series().len(), simulation.quarters().len());
    let one = ensemble.runs.len() * ensemble.outcomes.len() * quarters * 8;
    let step = (PATHS_AT_A_TIME / one.max(1)).clamp(1, series.max(1));
    let mut fans = Vec::with_capacity(series);
    for first in (0..series).step_by(step) {
        let some = first..series.min(first + step);
        fans.extend(journal.paths(runs.clone(), some, quarters)?.fans());
    }
    Ok(fans)
}
