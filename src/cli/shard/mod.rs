//! `--shard`: runs one shard of a batch and leaves one file for `leverlab merge`.

mod pick;

use std::fs::File;
use std::io::{self, BufWriter};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::execute::plan_of;
use super::order::{Order, batch_digest, folder_of};
use super::progress::Interrupt;
use super::publish::{provenance_of, results_of};
use super::record::{fill, refused};
use super::{CliError, Format, Problem, Session, codes};
use crate::engine::journal::{Journal, Shape};
use crate::engine::shard::{Head, Part, Shard, write};
use crate::engine::{Ensemble, Simulation};
use crate::report::folder::shards::{Desk, admit, name};
use crate::report::shards::Batch;
pub use pick::{SCHEDULERS, Spec, pick, spec};

/// What came of a shard.
#[derive(Debug)]
pub struct Sharded {
    /// The finished shard; `None` where it holds no runs.
    pub file: Option<PathBuf>,
    /// Its runs.
    pub runs: Range<u32>,
    /// It was there already.
    pub stored: bool,
    /// Things to say on stderr.
    pub warnings: Vec<Problem>,
}

/// The shard that the command line means, if it means one; says what a scheduler gave.
///
/// # Errors
/// As [`pick`].
pub(super) fn chosen(spec: Option<Spec>, session: &Session) -> Result<Option<Part>, CliError> {
    let Some(spec) = spec else { return Ok(None) };
    let (part, said) = pick(spec, &|name| std::env::var(name).ok())?;
    if let Some(said) = said {
        session.say(&said);
    }
    Ok(Some(part))
}

/// Runs a shard and prints where it is.
///
/// # Errors
/// [`CliError`] with its exit code; what was recorded stays for the same command.
pub(super) fn carry_out<S: Simulation>(
    simulation: &S,
    order: &Order,
    part: Part,
    interrupt: &Interrupt,
    session: &Session,
) -> Result<(), CliError> {
    let done = execute(simulation, order, part, interrupt)?;
    for warning in &done.warnings {
        session.caution(warning);
    }
    let Some(file) = &done.file else {
        return Ok(());
    };
    let (first, last) = (done.runs.start, done.runs.end - 1);
    let stored = if done.stored { " (stored earlier)" } else { "" };
    let Part { index, of } = part;
    session.say(&format!(
        "shard {index} of {of}, runs {first} to {last}, is finished{stored}; `leverlab merge` joins them"
    ));
    let file = file.display().to_string();
    match session.format {
        Format::Table => session.print(&file),
        Format::Json | Format::Csv => {
            let row = [file.clone(), first.to_string(), last.to_string()];
            let json = json!({ "file": file, "first": first, "last": last });
            session.rows(&["file", "first", "last"], &[row.to_vec()], &json)
        }
    }
}

/// Runs a shard, or finds it finished.
///
/// # Errors
/// [`CliError`] with its exit code; a shard is there whole or not at all.
pub fn execute<S: Simulation>(
    simulation: &S,
    order: &Order,
    part: Part,
    interrupt: &Interrupt,
) -> Result<Sharded, CliError> {
    let run = &order.scenarios[0].run;
    let (digest, runs) = (batch_digest(order), part.runs(run.replicates, run.per_draw));
    let folder = folder_of(order, &digest);
    let mut warnings = Vec::new();
    if runs.is_empty() {
        let draws = run.replicates.div_ceil(run.per_draw.max(1));
        let message = format!(
            "shard {} of {} takes none of the {draws} parameter draws",
            part.index, part.of
        );
        warnings.push(Problem::new(codes::EMPTY_SHARD, message));
        return Ok(Sharded {
            file: None,
            runs,
            stored: false,
            warnings,
        });
    }
    admit(&folder, &digest, order.args.force)?;
    let name = name(&digest, &runs, run.replicates);
    let file = folder.join(&name);
    let sharded = |stored, warnings| Sharded {
        file: Some(file.clone()),
        runs: runs.clone(),
        stored,
        warnings,
    };
    if !order.args.fresh && file.exists() {
        match finished(&file, &digest) {
            Ok(()) => return Ok(sharded(true, warnings)),
            Err(what) => warnings.push(Problem::new(codes::DAMAGED, what)),
        }
    }
    match work(
        simulation,
        order,
        part,
        &folder,
        &name,
        interrupt,
        &mut warnings,
    ) {
        Ok(()) => Ok(sharded(false, warnings)),
        // Another process may have finished the same shard and cleared the work on it.
        Err(_) if finished(&file, &digest).is_ok() && !order.args.fresh => {
            Ok(sharded(true, warnings))
        }
        Err(error) => Err(error),
    }
}

/// Whether a file is a whole shard of that batch; else what is wrong with it.
fn finished(file: &Path, digest: &str) -> Result<(), String> {
    let shard = Shard::open(file).map_err(|error| error.to_string())?;
    let batch = Batch::read(&shard.head.about);
    let own = batch.is_some_and(|batch| batch.results.digest == digest);
    own.then_some(())
        .ok_or_else(|| format!("{} is of another batch", file.display()))
}

/// Runs what is not recorded yet and puts the shard in place.
fn work<S: Simulation>(
    simulation: &S,
    order: &Order,
    part: Part,
    folder: &Path,
    name: &str,
    interrupt: &Interrupt,
    warnings: &mut Vec<Problem>,
) -> Result<(), CliError> {
    let failed = |error: io::Error| refused(folder, &error);
    let plan = plan_of(order, warnings);
    let (digest, runs) = (batch_digest(order), part.runs(plan.runs, plan.per_draw));
    let desk = Desk::make(folder, name, order.args.fresh).map_err(failed)?;
    let opened = || -> io::Result<Journal> {
        let mut journal = Journal::open(&desk.journal(), &digest, Shape::of(simulation))?;
        for other in desk.others()? {
            journal.also(&other, &digest)?;
        }
        Ok(journal)
    };
    let ran = opened().map_err(failed).and_then(|mut journal| {
        let (quiet, runs) = (order.quiet, runs.clone());
        let filled = fill(
            simulation,
            &plan,
            runs,
            &mut journal,
            folder,
            quiet,
            interrupt,
            warnings,
        );
        match filled {
            Ok(ensemble) => Ok((journal, ensemble)),
            Err(error) => {
                journal.close();
                Err(error)
            }
        }
    });
    let (mut journal, ensemble) = match ran {
        Ok(done) => done,
        Err(error) => {
            desk.leave();
            return Err(error);
        }
    };
    if !ensemble.complete {
        let known = runs.len() - journal.missing(runs.clone()).len();
        let code = interrupt.stopped_by().unwrap_or(codes::INTERRUPTED);
        journal.close();
        desk.leave();
        let message = format!(
            "{known} of the {} runs of the shard are recorded",
            runs.len()
        );
        return Err(CliError::new(code, message));
    }
    dropped(&ensemble, order, warnings);
    let head = Head {
        asked: plan.runs,
        per_draw: plan.per_draw,
        runs,
        of: part.of,
        shape: Shape::of(simulation),
        quarters: simulation.quarters().len(),
        about: about(simulation, order, &digest),
    };
    desk.publish(|path| put(path, &head, &mut journal))
        .map_err(failed)
}

/// Text of the batch that a shard carries.
fn about<S: Simulation>(simulation: &S, order: &Order, digest: &str) -> String {
    let asked = order.scenarios[0].run.replicates;
    let empty = Ensemble::default();
    let results = results_of(simulation, order, digest, empty, Vec::new());
    Batch::of(results, provenance_of(order, 0), asked).about()
}

/// Writes a shard and flushes it to the disk.
fn put(path: &Path, head: &Head, journal: &mut Journal) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    write(&mut out, head, journal)?;
    out.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()
}

/// Warns of the runs that failed; how many are too many is seen when shards are merged.
fn dropped(ensemble: &Ensemble, order: &Order, warnings: &mut Vec<Problem>) {
    let Some(first) = ensemble.failures.first() else {
        return;
    };
    let message = format!(
        "{} of the {} runs of the shard failed and are dropped in all scenarios; the first: run \
         {}, {}: {}",
        ensemble.asked as usize - ensemble.runs.len(),
        ensemble.asked,
        first.run,
        order.scenarios[first.scenario].meta.name,
        first.cause
    );
    warnings.push(Problem::new(codes::RUNS_DROPPED, message));
}
