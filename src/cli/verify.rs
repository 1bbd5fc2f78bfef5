//! `leverlab verify`: are stored results what was written, and what this program gives?

use super::stored;
use super::{CliError, Session, codes};
use crate::engine::batch::{self, Plan, Quiet};
use crate::engine::tree::Branch;
use crate::engine::worker::Slot;
use crate::report::files::{differences, summary};
use crate::report::results::Results;
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Arguments of `verify`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab verify output/baseline-1a2b3c4d              hashes, tables, three runs again
  leverlab verify study/results --sample 0              hashes and tables alone")]
pub struct VerifyArgs {
    /// Results folder.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Runs drawn by chance and run again in all scenarios.
    #[arg(long, value_name = "K", default_value_t = 3)]
    pub sample: u32,
    /// The evidence base that the results were made with.
    #[arg(long, value_name = "DIR")]
    pub seeds: Option<PathBuf>,
}

/// One thing looked at: what, and what is wrong with it.
type Check = (String, Option<String>);

/// Runs the command.
///
/// # Errors
/// Code 5 where anything does not fit; results that cannot be read or run again.
pub fn command(args: &VerifyArgs, session: &Session) -> Result<(), CliError> {
    stored::merged(&args.folder)?;
    let mut checks = files(&args.folder)?;
    let sound = checks.iter().all(|(_, fault)| fault.is_none());
    let mut unable = None;
    // Where a file was changed, its numbers are not worth a run.
    if sound {
        let results = stored::results(&args.folder)?;
        checks.extend(tables(&args.folder, &results)?);
        if args.sample > 0 {
            match again(args, &results, session) {
                Ok(more) => checks.extend(more),
                Err(error) => unable = Some(error),
            }
        }
    }
    let rows: Vec<Vec<String>> = checks
        .iter()
        .map(|(what, fault)| vec![what.clone(), fault.clone().unwrap_or("fits".to_owned())])
        .collect();
    let list: Vec<_> = checks
        .iter()
        .map(|(what, fault)| json!({ "what": what, "fault": fault }))
        .collect();
    session.rows(&["what", "finding"], &rows, &json!(list))?;
    let faults = checks.iter().filter(|(_, fault)| fault.is_some()).count();
    if faults > 0 {
        let message = format!("{faults} of {} checks failed", checks.len());
        return Err(CliError::new(codes::MISMATCH, message));
    }
    unable.map_or(Ok(()), Err)
}

/// Every file that the manifest names against its digest.
fn files(folder: &Path) -> Result<Vec<Check>, CliError> {
    let none = |what: String| CliError::new(codes::NO_RESULTS, what);
    let path = folder.join("manifest.json");
    let bytes = std::fs::read(&path).map_err(|error| {
        none(format!(
            "{}: no finished results here ({error})",
            path.display()
        ))
    })?;
    let manifest: serde_json::Value = serde_json::from_slice(&bytes)
        .map_err(|error| none(format!("{}: {error}", path.display())))?;
    let files = manifest["files"].as_object();
    let files = files.ok_or_else(|| none(format!("{}: names no files", path.display())))?;
    let check = |(name, digest): (&String, &serde_json::Value)| {
        let fault = match std::fs::read(folder.join(name)) {
            Err(error) => Some(error.to_string()),
            Ok(bytes) => {
                let found = blake3::hash(&bytes).to_hex().to_string();
                (digest.as_str() != Some(&found)).then(|| changed(name))
            }
        };
        (name.clone(), fault)
    };
    Ok(files.iter().map(check).collect())
}

/// What is said of a file that is not what was written.
fn changed(name: &str) -> String {
    let mut said = "changed since it was written".to_owned();
    if name == "report.html" || name.starts_with("figures/") {
        said += "; `leverlab report` writes it anew";
    }
    said
}

/// Tables computed anew from the stored runs.
fn tables(folder: &Path, results: &Results) -> Result<Vec<Check>, CliError> {
    let comparison = super::publish::compare_results(results);
    let anew = [
        ("summary.csv", summary(results)),
        ("differences.csv", differences(results, &comparison)),
    ];
    anew.into_iter()
        .map(|(name, bytes)| {
            let bytes = bytes.map_err(|error| CliError::output(name, &error))?;
            let same = std::fs::read(folder.join(name)).is_ok_and(|found| found == bytes);
            let fault = (!same).then(|| "does not follow from runs.parquet".to_owned());
            Ok((format!("{name} from the runs"), fault))
        })
        .collect()
}

/// A sample of runs, run again, bit by bit.
fn again(args: &VerifyArgs, results: &Results, session: &Session) -> Result<Vec<Check>, CliError> {
    let economy = stored::economy(&args.folder, results, args.seeds.as_deref(), session)?;
    let ensemble = &results.ensemble;
    let places = sample(ensemble.runs.len(), args.sample as usize);
    let runs: Vec<u32> = places.iter().map(|&place| ensemble.runs[place]).collect();
    let plan = Plan {
        runs: ensemble.asked,
        per_draw: results.per_draw,
        threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        batch: 0,
    };
    let mut slots = BTreeMap::new();
    let (tree, stop) = (Branch::of(&economy), AtomicBool::new(false));
    batch::run_into(&economy, &tree, &plan, &runs, &mut slots, &Quiet, &stop)
        .map_err(|error| CliError::new(codes::BAD_FLAG, error.to_string()))?;
    let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let check = |(&place, run): (&usize, &u32)| {
        let same = match slots.get(run) {
            Some(Slot::Done(outcomes)) => {
                outcomes
                    .iter()
                    .zip(&ensemble.outcomes)
                    .all(|(new, stored)| {
                        let old = &stored[place];
                        bits(&new.metrics) == bits(&old.metrics)
                            && bits(&new.details) == bits(&old.details)
                    })
            }
            _ => false,
        };
        let fault = (!same).then(|| "gives other numbers".to_owned());
        (format!("run {run} again"), fault)
    };
    Ok(places.iter().zip(&runs).map(check).collect())
}

/// Up to `size` places below `count`, drawn by the clock, ascending.
#[allow(clippy::disallowed_methods)]
fn sample(count: usize, size: usize) -> Vec<usize> {
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH);
    let seed = since.map_or(0, |since| since.as_nanos());
    let key = |place: usize| *blake3::hash(format!("{seed} {place}").as_bytes()).as_bytes();
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by_cached_key(|&place| key(place));
    places.truncate(size);
    places.sort_unstable();
    places
}
