//! Runs what a batch still lacks, recording each run as it ends, and reads all of it back.

use std::io;
use std::sync::atomic::Ordering;

use super::order::Order;
use super::progress::{Interrupt, Meter};
use super::{CliError, Problem, codes};
use crate::engine::batch::{self, BatchError, Plan};
use crate::engine::fan::SeriesFan;
use crate::engine::journal::{Journal, Shape};
use crate::engine::tree::Branch;
use crate::engine::{Ensemble, Simulation};
use crate::report::folder::Hold;

/// Bytes of quarterly paths that are held at a time.
const PATHS_AT_A_TIME: usize = 64 << 20;
/// Times that damaged records are run again before the disk is held to be at fault.
const ATTEMPTS: usize = 3;

/// Runs what the journal of the folder does not hold yet and reads all of it back.
///
/// # Errors
/// Code 6 where the disk refuses, 2 where threads cannot be started.
pub(super) fn recorded<S: Simulation>(
    simulation: &S,
    plan: &Plan,
    hold: &Hold,
    digest: &str,
    order: &Order,
    interrupt: &Interrupt,
    warnings: &mut Vec<Problem>,
) -> Result<(Ensemble, Vec<SeriesFan>), CliError> {
    let failed = |error: io::Error| {
        let place = hold.folder().display();
        let message = format!("cannot record runs in {place}: {error}; those recorded are kept");
        CliError::new(codes::UNWRITABLE, message)
    };
    let shape = Shape::of(simulation);
    let mut journal = Journal::open(hold.journal(), digest, shape).map_err(failed)?;
    let tree = Branch::of(simulation);
    let mut known = plan.runs as usize - journal.missing(0..plan.runs).len();
    for _ in 0..ATTEMPTS {
        let todo = journal.missing(0..plan.runs);
        let meter = Meter::new(todo.len() as u64 * tree.quarters(), order.quiet);
        if known > 0 && !todo.is_empty() {
            meter.say(&format!("goes on from {known} of {} runs", plan.runs));
        }
        let stop = &interrupt.stop;
        let ran = batch::run_into(simulation, &tree, plan, &todo, &mut journal, &meter, stop);
        meter.finish();
        if let Err(error) = ran {
            journal.close();
            return Err(match error {
                BatchError::Sink(error) => failed(error),
                BatchError::Threads { .. } => CliError::new(codes::BAD_FLAG, error.to_string()),
            });
        }
        let before = journal.missing(0..plan.runs).len();
        let ensemble = journal.ensemble(0..plan.runs).map_err(failed)?;
        let damaged = journal.missing(0..plan.runs).len() - before;
        if damaged > 0 {
            let message = format!("{damaged} of the runs recorded earlier");
            warnings.push(Problem::new(codes::DAMAGED, message));
        }
        if damaged == 0 || interrupt.stop.load(Ordering::SeqCst) {
            let quarters = simulation.quarters().len();
            let fans = fans(&mut journal, &ensemble, simulation.series().len(), quarters);
            let fans = fans.map_err(failed)?;
            journal.close();
            return Ok((ensemble, fans));
        }
        known = plan.runs as usize - damaged;
    }
    Err(failed(io::Error::other("records come back changed")))
}

/// Fans of all series, read back from the journal a few at a time.
fn fans(
    journal: &mut Journal,
    ensemble: &Ensemble,
    series: usize,
    quarters: usize,
) -> io::Result<Vec<SeriesFan>> {
    let one = ensemble.runs.len() * ensemble.outcomes.len() * quarters * 8;
    let step = (PATHS_AT_A_TIME / one.max(1)).clamp(1, series.max(1));
    let mut fans = Vec::with_capacity(series);
    for first in (0..series).step_by(step) {
        let some = first..series.min(first + step);
        fans.extend(journal.paths(0..ensemble.asked, some, quarters)?.fans());
    }
    Ok(fans)
}
