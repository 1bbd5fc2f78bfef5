//! `leverlab replay`: runs one run of stored results again and shows where it breaks.

use super::stored;
use super::{CliError, Session};
use crate::base::metric::MetricSpec;
use crate::engine::replay::{Break, Trace, replay};
use crate::engine::{RunId, Simulation};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `replay`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab replay output/baseline-1a2b3c4d --replicate 17
  leverlab replay study/results --replicate 3 --scenario last-mile --format csv")]
pub struct ReplayArgs {
    /// Results folder.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Number of the run.
    #[arg(long, value_name = "R")]
    pub replicate: u32,
    /// Scenario by name (default: the first in which the run failed, else the baseline).
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// The evidence base that the results were made with.
    #[arg(long, value_name = "DIR")]
    pub seeds: Option<PathBuf>,
}

/// Quarters shown before the end.
const SHOWN: usize = 4;

/// Runs the command.
///
/// # Errors
/// Results that cannot be read or were made by another version, unknown names.
pub fn command(args: &ReplayArgs, session: &Session) -> Result<(), CliError> {
    let results = stored::results(&args.folder)?;
    let ensemble = &results.ensemble;
    let names: Vec<&str> = results.scenarios.iter().map(|s| s.name.as_str()).collect();
    if args.replicate >= ensemble.asked {
        let (run, asked) = (args.replicate, ensemble.asked);
        let message = format!("there is no run {run}: they are 0 to {}", asked - 1);
        return Err(CliError::unknown(message, "", []));
    }
    let scenario = if let Some(name) = &args.scenario {
        let place = names.iter().position(|known| known == name);
        place.ok_or_else(|| {
            let message = format!("there is no scenario `{name}` in these results");
            CliError::unknown(message, name, names.iter().copied())
        })?
    } else {
        let failed = ensemble.failures.iter().find(|f| f.run == args.replicate);
        failed.map_or(0, |failure| failure.scenario)
    };
    let economy = stored::economy(&args.folder, &results, args.seeds.as_deref(), session)?;
    let id = RunId {
        draw: args.replicate / results.per_draw.max(1),
        run: args.replicate,
    };
    let trace = replay(&economy, scenario, id);
    print(&trace, economy.series(), session)?;
    let (name, run) = (names[scenario], args.replicate);
    session.say(&match &trace.end {
        Ok(_) => format!("run {run} of {name} comes to its end"),
        Err(broken) => format!("run {run} of {name} breaks {}", place(broken)),
    });
    Ok(())
}

fn place(broken: &Break) -> String {
    let Break {
        quarter,
        process,
        cause,
    } = broken;
    let within = if process.is_empty() {
        String::new()
    } else {
        format!(", {process}")
    };
    format!("in {quarter}{within}: {cause}")
}

/// The series of the last quarters, one row a series.
fn print(trace: &Trace, series: &[MetricSpec], session: &Session) -> Result<(), CliError> {
    let last = &trace.quarters[trace.quarters.len().saturating_sub(SHOWN)..];
    let mut header = vec!["series", "unit"];
    header.extend(last.iter().map(|(label, _)| label.as_str()));
    let row = |(place, one): (usize, &MetricSpec)| {
        let values = last.iter().map(|(_, row)| row[place].to_string());
        [one.id, one.unit]
            .map(str::to_owned)
            .into_iter()
            .chain(values)
            .collect()
    };
    let rows: Vec<Vec<String>> = series.iter().enumerate().map(row).collect();
    let quarters: Vec<_> = last
        .iter()
        .map(|(label, row)| {
            let pairs = series.iter().zip(row);
            let values = pairs.map(|(one, value)| (one.id.to_owned(), json!(value)));
            json!({ "quarter": label, "series": values.collect::<serde_json::Map<_, _>>() })
        })
        .collect();
    let broken =
        trace.end.as_ref().err().map(
            |one| json!({ "quarter": one.quarter, "process": one.process, "cause": one.cause }),
        );
    session.rows(
        &header,
        &rows,
        &json!({ "broken": broken, "quarters": quarters }),
    )
}
