//! The way from checked scenarios to a results folder, shared by `run` and `compare`.

use std::path::Path;

use super::order::{Order, batch_digest, command_line, dry_run, folder_of};
use super::progress::{Interrupt, listen};
use super::publish::{Executed, conclude, provenance_of, results_of, stored_batch, write_page};
use super::record::{fans, fill, refused};
use super::run::BatchArgs;
use super::{CliError, Problem, Session, codes, shard};
use crate::engine::Simulation;
use crate::engine::batch::Plan;
use crate::engine::journal::{Journal, Shape};
use crate::engine::replicate::Economy;
use crate::evidence::Evidence;
use crate::experiment::compare::Comparison;
use crate::report::folder::{self, Claim, Permission};
use crate::report::results::Results;
use crate::scenario::codes::EVIDENCE;
use crate::scenario::{Faults, Resolved, Scenario};

/// Cores of this machine.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// How an order is run; warns of threads that no core is there for.
pub(super) fn plan_of(order: &Order, warnings: &mut Vec<Problem>) -> Plan {
    let run = &order.scenarios[0].run;
    let threads = order
        .args
        .threads
        .map_or_else(cores, |threads| threads as usize);
    if threads > cores() {
        let message = format!("{threads} threads on {} cores", cores());
        warnings.push(Problem::new(codes::THREADS, message));
    }
    Plan {
        runs: run.replicates,
        per_draw: run.per_draw,
        threads,
        batch: 0,
    }
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
    let digest = batch_digest(order);
    let folder = folder_of(order, &digest);
    let permission = Permission {
        force: order.args.force,
        fresh: order.args.fresh,
        merge: false,
    };
    let asked = order.scenarios[0].run.replicates;
    let hold = match folder::claim(&folder, &digest, asked, permission)? {
        Claim::Free(hold) => hold,
        Claim::Stored => return stored_batch(&folder),
    };
    let mut warnings = Vec::new();
    let plan = plan_of(order, &mut warnings);
    let opened = Journal::open(hold.journal(), &digest, Shape::of(simulation));
    let mut journal = opened.map_err(|error| refused(&folder, &error))?;
    let runs = 0..asked;
    let filled = fill(
        simulation,
        &plan,
        runs.clone(),
        &mut journal,
        &folder,
        order.quiet,
        interrupt,
        &mut warnings,
    );
    let ensemble = match filled {
        Ok(ensemble) => ensemble,
        Err(error) => {
            journal.close();
            return Err(error);
        }
    };
    let fans = fans(simulation, &mut journal, &ensemble, &runs)
        .map_err(|error| refused(&folder, &error))?;
    journal.close();
    let results = results_of(simulation, order, &digest, ensemble, fans);
    let provenance = provenance_of(order, plan.threads);
    conclude(
        &hold,
        results,
        &provenance,
        report,
        interrupt.stopped_by(),
        warnings,
    )
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
    let part = shard::chosen(args.shard, session)?;
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
        session.print(&dry_run(&economy, &order, part))?;
        return Ok(None);
    }
    session.detail(&format!("reads {}", order.files_read.join(", ")));
    let (evidence, batch) = (&order.evidence_digest, batch_digest(&order));
    session.detail(&format!(
        "model {}, evidence {evidence}, batch {batch}",
        env!("LEVERLAB_MODEL_DIGEST")
    ));
    let interrupt = listen();
    if let Some(part) = part {
        shard::carry_out(&economy, &order, part, &interrupt, session)?;
        return Ok(None);
    }
    let done = execute(&economy, &order, &interrupt, &write_page)?;
    for warning in &done.warnings {
        session.caution(warning);
    }
    Ok(Some(done))
}

/// Metrics that hang on parameters which 2015-2024 cannot teach (docs/ODD.md, section 9).
fn assumption_driven() -> Vec<(String, String, String)> {
    crate::model::observe::assumption_driven()
        .into_iter()
        .map(|(id, en, zh)| (id.to_owned(), en.to_owned(), zh.to_owned()))
        .collect()
}
