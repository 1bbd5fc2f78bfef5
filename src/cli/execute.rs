//! The way from checked scenarios to a results folder, shared by `run` and `compare`.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use serde_json::json;

use super::order::{Order, batch_digest, command_line, dry_run, folder_of};
use super::progress::{Interrupt, listen};
use super::record::recorded;
use super::run::BatchArgs;
use super::{CliError, Problem, Session, codes};
use crate::engine::Simulation;
use crate::engine::batch::Plan;
use crate::engine::replicate::Economy;
use crate::evidence::Evidence;
use crate::experiment::compare::{Comparison, MetricView, compare};
use crate::report::files::{self, Provenance};
use crate::report::folder::{self, Claim, Permission};
use crate::report::results::{Column, Results, ScenarioInfo};
use crate::report::{Language, write_report};
use crate::scenario::codes::EVIDENCE;
use crate::scenario::{Code, Faults, Resolved, Scenario};

/// What came of a batch.
#[derive(Debug)]
pub struct Executed {
    /// Results.
    pub results: Results,
    /// Comparison of all variants with the baseline.
    pub comparison: Comparison,
    /// Where they are.
    pub folder: PathBuf,
    /// Read back instead of run.
    pub stored: bool,
    /// Things to say on stderr.
    pub warnings: Vec<Problem>,
    /// Why the command ends badly although results are written: failed runs or a signal.
    pub end: Option<Problem>,
}

/// Cores of this machine.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Runs an order, or reads its stored results; `report` writes figures and page.
///
/// # Errors
/// [`CliError`] with its exit code; nothing is then left half-written.
pub fn execute<S: Simulation>(
    simulation: &S,
    order: &Order,
    interrupt: &Interrupt,
    report: &dyn Fn(&Results, &Comparison, &Path) -> std::io::Result<()>,
) -> Result<Executed, CliError> {
    let run = &order.scenarios[0].run;
    let digest = batch_digest(order);
    let folder = folder_of(order, &digest);
    let mut warnings = Vec::new();
    let permission = Permission {
        force: order.args.force,
        fresh: order.args.fresh,
    };
    let hold = match folder::claim(&folder, &digest, run.replicates, permission)? {
        Claim::Free(hold) => hold,
        Claim::Stored => {
            let results = Results::read(&folder).map_err(|error| {
                let message = format!("{error}; run again with --force");
                CliError::new(codes::NO_RESULTS, message)
            })?;
            let comparison = compare_results(&results);
            let end = failed_runs(&results, &folder, &mut warnings);
            return Ok(Executed {
                results,
                comparison,
                folder,
                stored: true,
                warnings,
                end,
            });
        }
    };
    let threads = order
        .args
        .threads
        .map_or_else(cores, |threads| threads as usize);
    if threads > cores() {
        let message = format!("{threads} threads on {} cores", cores());
        warnings.push(Problem::new(codes::THREADS, message));
    }
    let plan = Plan {
        runs: run.replicates,
        per_draw: run.per_draw,
        threads,
        batch: 0,
    };
    let (ensemble, fans) = recorded(
        simulation,
        &plan,
        &hold,
        &digest,
        order,
        interrupt,
        &mut warnings,
    )?;
    let columns = |specs: &[crate::engine::MetricSpec]| specs.iter().map(Column::from).collect();
    let quarters = simulation.quarters();
    let results = Results {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model_digest: env!("LEVERLAB_MODEL_DIGEST").to_owned(),
        digest,
        seed: run.seed,
        per_draw: run.per_draw,
        scale: run.scale,
        horizon: [run.start.to_string(), run.end.to_string()],
        scenarios: order.scenarios.iter().map(info).collect(),
        metrics: columns(simulation.metrics()),
        details: columns(simulation.details()),
        series: columns(simulation.series()),
        fans,
        quarters,
        ensemble,
        assumption_driven: order.assumption_driven.clone(),
        command: order.command.clone(),
    };
    let comparison = compare_results(&results);
    let mut end = failed_runs(&results, &folder, &mut warnings);
    if results.ensemble.runs.is_empty() {
        let cause = results
            .ensemble
            .failures
            .first()
            .map_or("no run was finished", |f| &f.cause);
        let code = stopped_by(interrupt).unwrap_or(codes::RUNS_FAILED);
        return Err(CliError::new(code, format!("nothing to report: {cause}")));
    }
    let provenance = Provenance {
        resolved: order
            .scenarios
            .iter()
            .map(|scenario| scenario.resolved.clone())
            .collect(),
        evidence_digest: order.evidence_digest.clone(),
        git_revision: option_env!("LEVERLAB_GIT_REVISION").map(str::to_owned),
        files_read: order.files_read.clone(),
        volatile: json!({ "unix_time": unix_time(), "threads": threads,
            "machine": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH) }),
    };
    let page = |dir: &Path| report(&results, &comparison, dir);
    files::write(
        &hold,
        &results,
        &comparison,
        &provenance,
        &files::put,
        &page,
    )?;
    hold.drop_other_journals();
    if !results.ensemble.complete {
        let code = stopped_by(interrupt).unwrap_or(codes::INTERRUPTED);
        end = Some(Problem::new(code, "what was finished is written"));
        let (has, asked) = (results.ensemble.runs.len(), results.ensemble.asked);
        let message = format!("{has} of {asked} runs were finished and written");
        warnings.push(Problem::new(codes::INCOMPLETE, message));
    }
    Ok(Executed {
        results,
        comparison,
        folder,
        stored: false,
        warnings,
        end,
    })
}

/// Seconds since 1970, for the volatile part of the manifest.
#[allow(clippy::disallowed_methods)]
fn unix_time() -> u64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// The comparison of stored or fresh results.
pub fn compare_results(results: &Results) -> Comparison {
    fn views(columns: &[Column]) -> Vec<MetricView<'_>> {
        columns
            .iter()
            .map(|one| MetricView {
                id: &one.id,
                direction: one.direction,
            })
            .collect()
    }
    let (metrics, details) = (views(&results.metrics), views(&results.details));
    compare(&results.ensemble, results.per_draw, &metrics, &details)
}

/// The code of what stopped the batch, if anything did.
fn stopped_by(interrupt: &Interrupt) -> Option<Code> {
    let stopped = interrupt.stop.load(Ordering::SeqCst);
    stopped.then(|| match interrupt.code() {
        Some(75) => codes::TERMINATED,
        _ => codes::INTERRUPTED,
    })
}

/// Warns of the runs that failed; over 5 % of them are a failure of the command.
fn failed_runs(results: &Results, folder: &Path, warnings: &mut Vec<Problem>) -> Option<Problem> {
    let failures = &results.ensemble.failures;
    let first = failures.first()?;
    let mut runs: Vec<u32> = failures.iter().map(|failure| failure.run).collect();
    runs.sort_unstable();
    runs.dedup();
    let asked = results.ensemble.asked;
    let message = format!(
        "{} of {asked} runs failed and were dropped in all scenarios; the first: run {}, {}: \
         {}; `leverlab replay {} --replicate {}` shows it",
        runs.len(),
        first.run,
        results.scenarios[first.scenario].name,
        first.cause,
        folder.display(),
        first.run
    );
    warnings.push(Problem::new(codes::RUNS_DROPPED, message));
    (runs.len() as u64 * 20 > u64::from(asked)).then(|| {
        let message = format!("{} of {asked} runs failed", runs.len());
        Problem::new(codes::RUNS_FAILED, message)
    })
}

fn info(scenario: &Scenario) -> ScenarioInfo {
    let meta = &scenario.meta;
    ScenarioInfo {
        name: meta.name.clone(),
        title: meta.title.clone(),
        title_zh: meta.title_zh.clone(),
        document: meta.document.clone(),
        note: meta.note.clone(),
        facts: meta.facts.clone(),
        sets: scenario.sets.clone(),
        digest: scenario.digest.clone(),
    }
}

/// Runs scenarios that share the baseline's `[run]`, writes the folder and the report.
///
/// # Errors
/// [`CliError`] with its exit code.
pub fn carry_out(
    resolved: Vec<Resolved>,
    evidence: &Evidence,
    args: &BatchArgs,
    session: &Session,
) -> Result<Option<Executed>, CliError> {
    // What a variant takes over from the baseline is said once.
    let warnings = resolved.iter().flat_map(|one| one.warnings.clone());
    session.warn(&Faults(warnings.collect()).in_order().0);
    let mut files_read: Vec<String> = Vec::new();
    let seeds = args.seeds.iter().map(|folder| folder.display().to_string());
    for file in resolved
        .iter()
        .flat_map(|one| one.files.clone())
        .chain(seeds)
    {
        if !files_read.contains(&file) {
            files_read.push(file);
        }
    }
    let scenarios: Vec<Scenario> = resolved.into_iter().map(|one| one.scenario).collect();
    let economy =
        Economy::new(evidence, &scenarios).map_err(|error| CliError::new(EVIDENCE, error))?;
    let order = Order {
        scenarios,
        evidence_digest: evidence.digest.clone(),
        files_read,
        command: command_line(),
        assumption_driven: assumption_driven(),
        args: args.clone(),
        quiet: session.quiet,
    };
    if args.dry_run {
        session.print(&dry_run(&economy, &order))?;
        return Ok(None);
    }
    session.detail(&format!("reads {}", order.files_read.join(", ")));
    let (evidence, batch) = (&order.evidence_digest, batch_digest(&order));
    session.detail(&format!(
        "model {}, evidence {evidence}, batch {batch}",
        env!("LEVERLAB_MODEL_DIGEST")
    ));
    let interrupt = listen();
    let page = |results: &Results, comparison: &Comparison, dir: &Path| {
        write_report(results, comparison, dir, Language::English)
    };
    let done = execute(&economy, &order, &interrupt, &page)?;
    for warning in &done.warnings {
        session.caution(warning);
    }
    Ok(Some(done))
}

/// Says where the results are; the end of the batch as an error where it is a bad one.
///
/// # Errors
/// [`CliError`] for over 5 % of failed runs, an interrupt or a termination.
pub fn close(done: &Executed, session: &Session) -> Result<(), CliError> {
    let stored = if done.stored { " (stored earlier)" } else { "" };
    session.say(&format!(
        "results in {}{stored}: report.html is the page to hand on",
        done.folder.display()
    ));
    match &done.end {
        None => Ok(()),
        Some(problem) => Err(CliError::Problem(problem.clone())),
    }
}

/// Metrics that hang on parameters which 2015-2024 cannot teach (docs/ODD.md, section 9).
fn assumption_driven() -> Vec<(String, String, String)> {
    crate::model::observe::assumption_driven()
        .into_iter()
        .map(|(id, en, zh)| (id.to_owned(), en.to_owned(), zh.to_owned()))
        .collect()
}
