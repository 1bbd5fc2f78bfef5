//! Golden runs: did any number of the model move that nobody meant to move?
//!
//! `tests/golden/runs.csv` holds every headline metric of a few small runs, to the last bit.
//! Who moves results on purpose says so in the changelog ("moves results") and writes the
//! file anew: `LEVERLAB_WRITE=1 cargo test --release --test it golden`.

use leverlab::engine::batch::{self, Plan, Quiet};
use leverlab::engine::replicate::Economy;
use leverlab::engine::{Ensemble, Simulation};
use leverlab::evidence::Evidence;
use leverlab::scenario::resolve_all;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// A variant each of tax, offices, rights and openness: together they reach every sub-model.
const VARIANTS: [&str; 4] = [
    "refund-unused-deduction",
    "office-coverage-staffed",
    "rights-reform",
    "decoupling",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Name of each scenario, metrics of the model, and the runs.
fn runs() -> (Vec<String>, Economy, Ensemble) {
    let evidence = Evidence::embedded().unwrap();
    let scenarios = root().join("scenarios");
    let variants: Vec<PathBuf> = VARIANTS
        .iter()
        .map(|name| scenarios.join("variants").join(format!("{name}.toml")))
        .collect();
    let variants: Vec<&Path> = variants.iter().map(PathBuf::as_path).collect();
    let sets = ["run.scale=0.002", "run.end=\"2027Q4\""].map(str::to_owned);
    let base = scenarios.join("baseline.toml");
    let all =
        resolve_all(&base, &variants, &sets, &evidence).unwrap_or_else(|faults| panic!("{faults}"));
    let all: Vec<_> = all.into_iter().map(|one| one.scenario).collect();
    let names = all
        .iter()
        .map(|scenario| scenario.meta.name.clone())
        .collect();
    let economy = Economy::new(&evidence, &all).unwrap();
    let plan = Plan {
        runs: 2,
        per_draw: 1,
        threads: 2,
        batch: 0,
    };
    let ensemble = batch::run(&economy, &plan, &Quiet, &AtomicBool::new(false)).unwrap();
    assert!(ensemble.failures.is_empty(), "{:?}", ensemble.failures);
    (names, economy, ensemble)
}

/// One line a scenario, run and metric; a float printed so that it reads back as itself.
fn table() -> String {
    let (names, economy, ensemble) = runs();
    let mut text = String::from("scenario,run,metric,value\n");
    for (name, outcomes) in names.iter().zip(&ensemble.outcomes) {
        for (run, outcome) in outcomes.iter().enumerate() {
            for (metric, value) in economy.metrics().iter().zip(&outcome.metrics) {
                writeln!(text, "{name},{run},{},{value:?}", metric.id).unwrap();
            }
        }
    }
    text
}

/// Lines that differ, with the relative change.
fn moved(stored: &str, now: &str) -> Vec<String> {
    let value = |line: &str| line.rsplit(',').next()?.parse::<f64>().ok();
    stored
        .lines()
        .zip(now.lines())
        .filter(|(before, after)| before != after)
        .map(|(before, after)| match (value(before), value(after)) {
            (Some(x), Some(y)) => format!("{before} is now {y:?} ({:+.2e})", y / x - 1.0),
            _ => format!("{before} is now {after}"),
        })
        .collect()
}

#[test]
fn golden_runs_move_only_on_purpose() {
    let now = table();
    let file = root().join("tests/golden/runs.csv");
    if std::env::var_os("LEVERLAB_WRITE").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    let stored = std::fs::read_to_string(&file)
        .unwrap()
        .replace("\r\n", "\n");
    let moved = moved(&stored, &now);
    assert!(
        stored == now,
        "{} of {} values moved; where that is meant, LEVERLAB_WRITE=1 and a line in the changelog:\n{}",
        moved.len(),
        now.lines().count() - 1,
        moved.join("\n")
    );
}

#[test]
fn a_moved_value_is_shown_with_its_change() {
    let lines = moved("a,0,m,2.0\nb,0,m,1.0\n", "a,0,m,3.0\nb,0,m,1.0\n");
    assert_eq!(lines, ["a,0,m,2.0 is now 3.0 (+5.00e-1)"]);
}
