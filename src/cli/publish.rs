//! The end of a batch: from ensemble and fans to a results folder, and what is said of it.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::order::Order;
use super::{CliError, Problem, Session, codes};
use crate::engine::fan::SeriesFan;
use crate::engine::{Ensemble, MetricSpec, Simulation};
use crate::experiment::compare::{Comparison, MetricView, compare};
use crate::report::files::{self, Provenance};
use crate::report::folder::Hold;
use crate::report::results::{Column, Results, ScenarioInfo};
use crate::report::{Language, write_report};
use crate::scenario::{Code, Scenario};

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

/// Results of an order from what its runs came to.
pub(super) fn results_of<S: Simulation>(
    simulation: &S,
    order: &Order,
    digest: &str,
    ensemble: Ensemble,
    fans: Vec<SeriesFan>,
) -> Results {
    let run = &order.scenarios[0].run;
    let columns = |specs: &[MetricSpec]| specs.iter().map(Column::from).collect();
    Results {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model_digest: env!("LEVERLAB_MODEL_DIGEST").to_owned(),
        digest: digest.to_owned(),
        seed: run.seed,
        per_draw: run.per_draw,
        scale: run.scale,
        horizon: [run.start.to_string(), run.end.to_string()],
        scenarios: order.scenarios.iter().map(info).collect(),
        metrics: columns(simulation.metrics()),
        details: columns(simulation.details()),
        series: columns(simulation.series()),
        fans,
        quarters: simulation.quarters(),
        ensemble,
        assumption_driven: order.assumption_driven.clone(),
        command: order.command.clone(),
    }
}

/// Where the results of an order come from.
pub(super) fn provenance_of(order: &Order, threads: usize) -> Provenance {
    let resolved = order.scenarios.iter().map(|one| one.resolved.clone());
    Provenance {
        resolved: resolved.collect(),
        evidence_digest: order.evidence_digest.clone(),
        git_revision: option_env!("LEVERLAB_GIT_REVISION").map(str::to_owned),
        files_read: order.files_read.clone(),
        volatile: volatile("threads", threads),
    }
}

/// What may differ between machines and days, and a count.
pub(super) fn volatile(name: &str, count: usize) -> serde_json::Value {
    let machine = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    json!({ "unix_time": unix_time(), "machine": machine, name: count })
}

/// Results that a folder holds already.
///
/// # Errors
/// Where they cannot be read.
pub(super) fn stored_batch(folder: &Path) -> Result<Executed, CliError> {
    let results = Results::read(folder).map_err(|error| {
        let message = format!("{error}; run again with --force");
        CliError::new(codes::NO_RESULTS, message)
    })?;
    let comparison = compare_results(&results);
    let mut warnings = Vec::new();
    let end = failed_runs(&results, folder, &mut warnings);
    Ok(Executed {
        results,
        comparison,
        folder: folder.to_owned(),
        stored: true,
        warnings,
        end,
    })
}

/// Writes results, figures and page to the held folder; `stopped` is what broke the batch off.
///
/// # Errors
/// Where nothing was finished or the folder cannot be written.
pub(super) fn conclude(
    hold: &Hold,
    results: Results,
    provenance: &Provenance,
    report: &dyn Fn(&Results, &Comparison, &Path) -> std::io::Result<()>,
    stopped: Option<Code>,
    mut warnings: Vec<Problem>,
) -> Result<Executed, CliError> {
    let folder = hold.folder();
    let comparison = compare_results(&results);
    let mut end = failed_runs(&results, folder, &mut warnings);
    let ensemble = &results.ensemble;
    if ensemble.runs.is_empty() {
        let first = ensemble.failures.first();
        let cause = first.map_or("no run was finished", |failure| &failure.cause);
        let code = stopped.unwrap_or(codes::RUNS_FAILED);
        return Err(CliError::new(code, format!("nothing to report: {cause}")));
    }
    let page = |dir: &Path| report(&results, &comparison, dir);
    files::write(hold, &results, &comparison, provenance, &files::put, &page)?;
    hold.drop_other_journals();
    if !ensemble.complete {
        let code = stopped.unwrap_or(codes::INTERRUPTED);
        end = Some(Problem::new(code, "what was finished is written"));
        let (has, asked) = (ensemble.runs.len(), ensemble.asked);
        let message = format!("{has} of {asked} runs were finished and written");
        warnings.push(Problem::new(codes::INCOMPLETE, message));
    }
    Ok(Executed {
        folder: folder.to_owned(),
        results,
        comparison,
        stored: false,
        warnings,
        end,
    })
}

/// The page and its figures, in English.
///
/// # Errors
/// What the system says.
pub(super) fn write_page(
    results: &Results,
    comparison: &Comparison,
    dir: &Path,
) -> std::io::Result<()> {
    write_report(results, comparison, dir, Language::English)
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
