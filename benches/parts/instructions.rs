//! Counts instructions under valgrind and holds them to a budget.
//!
//! The program runs itself once under callgrind, every kernel once and the whole model for
//! [`QUARTERS`], on AVX2 (which valgrind knows; AVX-512 it does not). Counts repeat to within a
//! few instructions whatever else the machine does, so a gate can be narrow where a clock cannot.

use super::kernels::{Columns, KERNELS, ROWS, whole_quarters};
use leverlab::base::dispatch::{Path, force};
use leverlab::model::quarter::PROCESSES;
use std::collections::BTreeMap;
use std::process::{Command, ExitCode};

/// Quarters of the whole model that are counted.
const QUARTERS: u32 = 8;
/// What a kernel may exceed its budget by.
const SLACK: f64 = 1.05;
/// The same for processes, which a compiler inlines differently from build to build.
const SLACK_OF_PROCESSES: f64 = 1.25;
const BUDGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/budget.toml");

/// What runs under valgrind; prints firm rows times quarters of the whole model.
pub fn run_once() {
    force(Some(Path::Avx2)).expect("a machine with AVX2");
    let mut columns = Columns::new();
    for (_, walk) in KERNELS {
        walk(&mut columns);
    }
    println!("{}", whole_quarters(QUARTERS));
}

/// Inclusive instructions by function name, from a run under callgrind; the second is what the
/// program printed.
fn count() -> Option<(BTreeMap<String, f64>, f64)> {
    let dir = tempfile::tempdir().ok()?;
    let profile = dir.path().join("profile");
    let program = std::env::current_exe().ok()?;
    let run = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(program)
        .arg("--once")
        .output()
        .ok()?;
    let rows: f64 = String::from_utf8(run.stdout).ok()?.trim().parse().ok()?;
    let table = Command::new("callgrind_annotate")
        .args(["--inclusive=yes", "--auto=no", "--threshold=100"])
        .arg(&profile)
        .output()
        .ok()?;
    let table = String::from_utf8(table.stdout).ok()?;
    let mut counts = BTreeMap::new();
    for (name, count) in table.lines().filter_map(read_line) {
        // a function's lines from several files: the one of the whole function is the largest
        let held = counts.entry(name).or_insert(count);
        *held = if count > *held { count } else { *held };
    }
    Some((counts, rows))
}

/// Function and instructions of a line such as `12,345 ( 1.2%)  file:parts::kernels::ln [program]`,
/// where the function is one of `kernels`.
fn read_line(line: &str) -> Option<(String, f64)> {
    let number = line.split_whitespace().next()?.replace(',', "");
    let name = line.split("parts::kernels::").nth(1)?;
    let name = name.split(" [").next()?;
    Some((name.to_owned(), number.parse().ok()?))
}

/// Instructions an element of each kernel; a firm row and quarter of each process and of all.
fn measure() -> Option<BTreeMap<String, f64>> {
    let (counts, rows) = count()?;
    let mut measured = BTreeMap::new();
    for (name, _) in KERNELS {
        measured.insert((*name).to_owned(), counts.get(*name)? / ROWS as f64);
    }
    for (k, (name, _)) in PROCESSES.iter().enumerate() {
        let count = counts.get(&format!("p{k}"))?;
        measured.insert(format!("process_{name}"), count / rows);
    }
    measured.insert(
        "process_all".to_owned(),
        counts.get("all_processes")? / rows,
    );
    Some(measured)
}

fn has_valgrind() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok()
}

/// Compares with the budget, or writes it where `LEVERLAB_WRITE` is set.
pub fn gate() -> ExitCode {
    if !has_valgrind() || !Path::Avx2.supported() {
        println!("skipped: counting instructions needs valgrind and a machine with AVX2");
        return ExitCode::SUCCESS;
    }
    let Some(measured) = measure() else {
        println!("FAILED: valgrind ran, but its profile names no part");
        return ExitCode::FAILURE;
    };
    if std::env::var_os("LEVERLAB_WRITE").is_some() {
        let mut text = String::from(
            "# Instructions an element of a column (AVX2); of processes: a firm row and quarter.\n\
             # Counts over them by a twentieth (processes: a quarter) fail. Written by\n\
             # LEVERLAB_WRITE=1 cargo bench --bench parts -- --instructions\n",
        );
        for (name, count) in &measured {
            text.push_str(&format!("{name} = {count:.1}\n"));
        }
        std::fs::write(BUDGET, text).expect("a writable budget");
    }
    let text = std::fs::read_to_string(BUDGET).expect("a budget");
    let budget: BTreeMap<String, f64> = toml::from_str(&text).expect("a budget of numbers");
    let mut over = 0;
    for (name, count) in &measured {
        let allowed = budget.get(name).copied().unwrap_or(0.0);
        let slack = if name.starts_with("process_") {
            SLACK_OF_PROCESSES
        } else {
            SLACK
        };
        // one instruction more, for what is next to nothing
        let verdict = if *count > allowed * slack + 1.0 {
            over += 1;
            "OVER"
        } else {
            "ok"
        };
        println!("{name:<26}{count:>9.1} of {allowed:>9.1} instructions an element: {verdict}");
    }
    if over == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
