//! `leverlab validate`: does the model come to the record of 2015 to 2024?

use super::execute::cores;
use super::progress::Meter;
use super::run::StudyArgs;
use super::{CliError, Format, Problem, Session, codes};
use crate::engine::batch::Plan;
use crate::engine::replicate::Economy;
use crate::evidence::{Evidence, Measure};
use crate::experiment::validate::{Judged, WANTED, judge, records};
use crate::report::format::{decimals, number, range, signed};
use crate::scenario::codes::EVIDENCE;
use crate::scenario::{Faults, resolve};
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Arguments of `validate`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab validate                                  the shipped record, ten seconds on two cores
  leverlab validate -n 40 --scale 0.005              a first look
  leverlab validate my-assumptions.toml --format csv under assumptions of your own")]
pub struct ValidateArgs {
    /// Scenario whose assumptions hold (default: leverlab:hindcast).
    pub file: Option<PathBuf>,
    /// What changes it.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Threads (default: all cores).
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub threads: Option<u32>,
    /// Another evidence base.
    #[arg(long, value_name = "DIR")]
    pub seeds: Option<PathBuf>,
}

/// Runs the recorded years and prints what was observed beside what the model gives.
///
/// # Errors
/// Code 5 where under four in five patterns are inside, or over 5 % of the runs fail.
pub fn command(args: &ValidateArgs, session: &Session) -> Result<(), CliError> {
    let evidence = session.evidence(args.seeds.as_deref())?;
    let shipped = Path::new("leverlab:hindcast");
    let file = args.file.as_deref().unwrap_or(shipped);
    let (scenario, warnings) = resolve(file, &args.study.all_sets(), &evidence)?;
    session.warn(&Faults(warnings).in_order().0);
    let plan = Plan {
        runs: scenario.run.replicates,
        per_draw: scenario.run.per_draw,
        threads: args.threads.map_or_else(cores, |threads| threads as usize),
        batch: 0,
    };
    let economy =
        Economy::new(&evidence, &[scenario]).map_err(|error| CliError::new(EVIDENCE, error))?;
    let judged = held(&economy, &evidence, &plan, session)?;
    print(&judged, session)?;
    conclude(&judged, session)
}

/// The patterns, held against runs.
fn held(
    economy: &Economy,
    evidence: &Evidence,
    plan: &Plan,
    session: &Session,
) -> Result<Vec<Judged>, CliError> {
    let refused = |error| CliError::new(codes::BAD_FLAG, format!("{error}"));
    let total = u64::from(plan.runs) * economy.recorded_quarters();
    let meter = Meter::new(total, session.quiet);
    let ended = records(economy, plan, &meter);
    meter.finish();
    let (records, failures) = ended.map_err(refused)?;
    if let Some((run, cause)) = failures.first() {
        let message = format!(
            "{} of {} runs failed, the first is run {run}: {cause}",
            failures.len(),
            plan.runs
        );
        if failures.len() as u64 * 20 > u64::from(plan.runs) {
            return Err(CliError::new(codes::RUNS_FAILED, message));
        }
        session.caution(&Problem::new(codes::RUNS_DROPPED, message));
    }
    let judged = judge(evidence, &records);
    if judged.is_empty() {
        let message = "the run holds no year of any pattern; it has to go to 2015 at least";
        return Err(CliError::new(codes::NOTHING_SELECTED, message));
    }
    Ok(judged)
}

fn verdict(one: &Judged) -> &'static str {
    if one.is_inside() { "inside" } else { "outside" }
}

fn print(judged: &[Judged], session: &Session) -> Result<(), CliError> {
    if session.format == Format::Csv {
        let rows: Vec<Vec<String>> = judged.iter().map(fields).collect();
        return session.csv(&FIELDS, &rows);
    }
    let header = [
        "pattern", "unit", "observed", "inside", "model", "5-95 %", "off", "verdict", "fitted",
    ];
    let rows: Vec<Vec<String>> = judged.iter().map(row).collect();
    let items: Vec<_> = judged.iter().map(item).collect();
    session.rows(&header, &rows, &json!({ "patterns": items }))
}

/// One pattern for people.
fn row(one: &Judged) -> Vec<String> {
    let places = decimals([one.observed, one.model, one.range[1], one.spread[1]]);
    let text = |value| number(value, places);
    let off = match one.pattern.measure {
        Measure::Level => {
            let share = 100.0 * (one.model / one.observed - 1.0);
            format!("{} %", signed(share, 0))
        }
        Measure::Growth => format!("{} points", signed(one.model - one.observed, 1)),
    };
    let fitted = match (one.pattern.used_in_fit, one.pattern.seen.is_empty()) {
        (true, _) => "yes",
        (false, false) => "seen",
        (false, true) => "no",
    };
    vec![
        one.pattern.id.clone(),
        one.unit.clone(),
        text(one.observed),
        range(one.range[0], one.range[1], places),
        text(one.model),
        range(one.spread[0], one.spread[1], places),
        off,
        verdict(one).to_owned(),
        fitted.to_owned(),
    ]
}

/// Columns for spreadsheets.
const FIELDS: [&str; 14] = [
    "id",
    "series",
    "measure",
    "from",
    "to",
    "unit",
    "observed",
    "low",
    "high",
    "model",
    "p05",
    "p95",
    "verdict",
    "used_in_fit",
];

/// One pattern for spreadsheets.
fn fields(one: &Judged) -> Vec<String> {
    let p = &one.pattern;
    let measure = match p.measure {
        Measure::Level => "level",
        Measure::Growth => "growth",
    };
    let [low, high] = one.range;
    let [p05, p95] = one.spread;
    let numbers = [one.observed, low, high, one.model, p05, p95];
    let mut fields = vec![
        p.id.clone(),
        p.series.clone(),
        measure.to_owned(),
        p.from.to_string(),
        p.to.to_string(),
        one.unit.clone(),
    ];
    fields.extend(numbers.map(|value| value.to_string()));
    fields.extend([verdict(one).to_owned(), p.used_in_fit.to_string()]);
    fields
}

/// One pattern for programs.
fn item(one: &Judged) -> Value {
    let p = &one.pattern;
    json!({
        "id": p.id,
        "label": { "en": p.label.en, "zh": p.label.zh },
        "series": p.series,
        "from": p.from,
        "to": p.to,
        "unit": one.unit,
        "observed": one.observed,
        "range": one.range,
        "model": one.model,
        "p05": one.spread[0],
        "p95": one.spread[1],
        "verdict": verdict(one),
        "used_in_fit": p.used_in_fit,
        "seen": p.seen,
        "note": p.note,
    })
}

/// Says how many are inside, and fails where they are too few.
fn conclude(judged: &[Judged], session: &Session) -> Result<(), CliError> {
    let (all, inside) = (judged.len(), judged.iter().filter(|one| one.is_inside()));
    let inside = inside.count();
    let fitted = judged.iter().filter(|one| one.pattern.used_in_fit).count();
    let seen = judged.iter().filter(|one| !one.pattern.seen.is_empty());
    let message = format!(
        "{inside} of {all} patterns inside; {fitted} used in a fit, {} with an assumption set in view of \
         them",
        seen.count()
    );
    if (inside as f64) < WANTED * all as f64 {
        return Err(CliError::new(codes::NOT_VALID, message));
    }
    session.say(&message);
    Ok(())
}
