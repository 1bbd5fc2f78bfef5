//! `leverlab bench`: how fast this machine runs the model, and how well threads share the work.

mod advice;

use super::{CliError, Session, codes};
use crate::engine::batch::{self, Plan, Quiet};
use crate::engine::replicate::Economy;
use crate::engine::{RunId, Simulation};
use crate::model::world::WARM_UP;
use crate::scenario::{Scenario, resolve};
use advice::{Advice, Reference, Study, advise};
use clap::Args;
use serde_json::json;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Arguments of `bench`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab bench                             one thread, two, and so on up to all cores
  leverlab bench --threads 1,8 --format csv  two rows a population, for a spreadsheet")]
pub struct BenchArgs {
    /// Numbers of threads, with commas (default: 1, 2, 4 and so on up to all cores).
    #[arg(long, value_name = "T,T", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub threads: Vec<u32>,
}

/// Shares of the population that are timed.
const SCALES: [f64; 2] = [0.001, 0.005];
/// Time a row takes at least, unless its first batch takes longer.
const ROW: Duration = Duration::from_secs(5);

/// One measurement.
#[derive(Clone, Debug)]
struct Row {
    firms: usize,
    threads: u32,
    rate: f64,
    efficiency: f64,
    peak_mib: Option<u64>,
}

/// Times the baseline for every population and number of threads.
///
/// # Errors
/// Threads that the system does not give.
pub fn command(args: &BenchArgs, session: &Session) -> Result<(), CliError> {
    let evidence = session.evidence(None)?;
    let (baseline, _) = resolve(Path::new("leverlab:baseline"), &[], &evidence)?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u32;
    let doubled = std::iter::successors(Some(1), |n| Some(n * 2)).take_while(|n| *n < cores);
    let threads: Vec<u32> = if args.threads.is_empty() {
        doubled.chain([cores]).collect()
    } else {
        args.threads.clone()
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut study = Study {
        firms: 0.0,
        quarters: 0.0,
    };
    for scale in SCALES {
        let mut scenario: Scenario = baseline.clone();
        scenario.run.scale = scale;
        let economy = Economy::new(&evidence, std::slice::from_ref(&scenario))
            .map_err(|error| CliError::new(codes::INTERNAL, error))?;
        let quarters = f64::from(scenario.run.end.since(WARM_UP) + 1);
        let ahead = f64::from(scenario.run.end.since(scenario.run.start) + 1);
        let mut world = economy.blank();
        economy.past(RunId { draw: 0, run: 0 }, &mut world);
        let firms = world.state().firms.len();
        study = Study {
            firms: firms as f64 / scale,
            quarters: quarters + ahead,
        };
        let first = rows.len();
        for &threads in &threads {
            session.say(&format!("{firms} firms on {threads} thread(s)"));
            let (runs, time, peak_mib) = timed(&economy, threads)?;
            let rate = firms as f64 * quarters * runs / time.as_secs_f64();
            let alone = rows
                .get(first)
                .map_or((rate, threads), |r| (r.rate, r.threads));
            rows.push(Row {
                firms,
                threads,
                rate,
                efficiency: rate / f64::from(threads) / (alone.0 / f64::from(alone.1)),
                peak_mib,
            });
        }
    }
    print(&rows, session)?;
    interpret(&rows, study, session)
}

/// Says how the machine compares with a known one, and what may be asked of it.
fn interpret(rows: &[Row], study: Study, session: &Session) -> Result<(), CliError> {
    let reference =
        Reference::shipped().map_err(|error| CliError::new(codes::INTERNAL, error.to_string()))?;
    let ratios: Vec<f64> = rows.iter().filter_map(|row| reference.ratio(row)).collect();
    if !ratios.is_empty() {
        let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
        session.say(&format!("{mean:.2} times as fast as {}", reference.machine));
    }
    if let Some(Advice { threads, scale }) = advise(rows, study) {
        session.say(&format!(
            "--threads {threads} --scale {scale}: 200 runs of a baseline and a variant in about ten minutes"
        ));
    }
    Ok(())
}

/// Runs batches until [`ROW`] is over: runs, time, most memory used \[MiB\].
fn timed(economy: &Economy, threads: u32) -> Result<(f64, Duration, Option<u64>), CliError> {
    let plan = Plan {
        runs: threads * 2,
        per_draw: 1,
        threads: threads as usize,
        batch: 0,
    };
    forget_peak();
    let begin = now();
    let mut runs = 0;
    while runs == 0 || begin.elapsed() < ROW {
        batch::run(economy, &plan, &Quiet, &AtomicBool::new(false))
            .map_err(|error| CliError::new(codes::BAD_FLAG, error.to_string()))?;
        runs += plan.runs;
    }
    Ok((f64::from(runs), begin.elapsed(), peak_mib()))
}

/// The clock, which measures and moves no result.
#[allow(clippy::disallowed_methods)]
pub(super) fn now() -> Instant {
    Instant::now()
}

/// Lets the system count the most memory used from now on, where it can.
pub(super) fn forget_peak() {
    // Elsewhere the peak is that of the whole process.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Most memory used \[MiB\]; `None` where the system does not say.
pub(super) fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

fn print(rows: &[Row], session: &Session) -> Result<(), CliError> {
    let header = [
        "firms",
        "threads",
        "firm_quarters_per_s",
        "efficiency",
        "peak_mib",
    ];
    let json: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({ "firms": row.firms, "threads": row.threads,
                "firm_quarters_per_s": row.rate.round(), "efficiency": row.efficiency,
                "peak_mib": row.peak_mib })
        })
        .collect();
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.firms.to_string(),
                row.threads.to_string(),
                format!("{:.0}", row.rate),
                format!("{:.2}", row.efficiency),
                row.peak_mib.map_or_else(String::new, |mib| mib.to_string()),
            ]
        })
        .collect();
    session.rows(&header, &cells, &serde_json::Value::Array(json))
}
