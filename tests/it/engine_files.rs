//! Batches end as a folder that is whole, bound to its digest, and the same for any threads.

use std::fs;
use std::io;
use std::path::Path;

use leverlab::base::time::Quarter;
use leverlab::cli::CliError;
use leverlab::cli::execute::{Executed, execute};
use leverlab::cli::order::Order;
use leverlab::cli::output::{compare_json, compare_text};
use leverlab::cli::progress::Interrupt;
use leverlab::cli::run::BatchArgs;
use leverlab::report::files::{self, Provenance};
use leverlab::report::folder::{Claim, Permission, claim};
use leverlab::report::results::Results;
use leverlab::scenario::{Meta, RunSettings, Scenario};
use serde_json::Value;

use crate::engine_toy::Toy;

pub(crate) fn order(folder: &Path, runs: u32, threads: u16) -> Order {
    let run = RunSettings {
        start: Quarter::new(2025, 1),
        end: Quarter::new(2026, 2),
        replicates: runs,
        per_draw: 4,
        seed: 1,
        scale: 1.0,
    };
    let scenario = |name: &str| Scenario {
        meta: Meta {
            name: name.to_owned(),
            ..Meta::default()
        },
        run: run.clone(),
        schedules: vec![],
        rules: vec![],
        assumptions: vec![],
        sets: vec![],
        resolved: format!("[meta]\nname = \"{name}\"\n"),
        digest: name.to_owned(),
    };
    Order {
        scenarios: ["base", "more", "twin"].map(scenario).to_vec(),
        evidence_digest: "evidence".to_owned(),
        files_read: vec![],
        command: "leverlab compare".to_owned(),
        assumption_driven: vec![],
        args: BatchArgs {
            output: Some(folder.to_owned()),
            threads: Some(u32::from(threads)),
            ..BatchArgs::default()
        },
        quiet: true,
    }
}

fn toy() -> Toy {
    Toy {
        effects: vec![0.0, 1.0, 0.0],
        ..Toy::default()
    }
}

fn go(order: &Order) -> Result<Executed, CliError> {
    execute(&toy(), order, &Interrupt::default(), &|_, _, _| Ok(()))
}

#[test]
fn files_are_the_same_bytes_for_any_threads_and_read_back() {
    let home = tempfile::tempdir().expect("temporary folder");
    let (a, b) = (home.path().join("a"), home.path().join("b"));
    let one = go(&order(&a, 21, 1)).expect("runs");
    go(&order(&b, 21, 3)).expect("runs");
    for name in [
        "runs.parquet",
        "details.parquet",
        "paths.parquet",
        "summary.csv",
        "differences.csv",
    ] {
        assert_eq!(
            fs::read(a.join(name)).expect(name),
            fs::read(b.join(name)).expect(name),
            "{name}"
        );
    }
    let manifest = |dir: &Path| -> Value {
        let mut all: Value =
            serde_json::from_slice(&fs::read(dir.join("manifest.json")).expect("there"))
                .expect("JSON");
        all.as_object_mut().expect("object").remove("volatile");
        all
    };
    assert_eq!(manifest(&a), manifest(&b));
    let left = fs::read_dir(home.path()).expect("read").count();
    assert_eq!(left, 2, "nothing is left of the work");
    let read = Results::read(&a).expect("reads back");
    assert_eq!(read.fans, one.results.fans);
    assert_eq!(
        read.ensemble.outcomes[1][20].metrics,
        one.results.ensemble.outcomes[1][20].metrics
    );
    let again = go(&order(&a, 21, 1)).expect("stored");
    assert!(again.stored);
    assert_eq!(again.comparison, one.comparison);
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let home = tempfile::tempdir().expect("temporary folder");
    let dir = home.path().join("taken");
    fs::create_dir(&dir).expect("made");
    fs::write(dir.join("thesis.txt"), "mine").expect("written");
    assert_eq!(go(&order(&dir, 8, 1)).expect_err("taken").code(), 2);
    let mut forced = order(&dir, 8, 1);
    forced.args.force = true;
    go(&forced).expect("forced");
    assert_eq!(fs::read(dir.join("thesis.txt")).expect("kept"), b"mine");
    // More runs than it has, then from the start again.
    let clean = home.path().join("clean");
    go(&order(&clean, 8, 1)).expect("runs");
    let more = go(&order(&clean, 12, 1)).expect_err("cannot add");
    assert!(
        more.code() == 2 && format!("{more:?}").contains("--fresh"),
        "{more:?}"
    );
    let mut fresh = order(&clean, 12, 1);
    fresh.args.fresh = true;
    assert_eq!(go(&fresh).expect("again").results.ensemble.runs.len(), 12);
    let mut other = order(&clean, 12, 1);
    other.scenarios[1].digest = "changed".to_owned();
    assert_eq!(go(&other).expect_err("another batch").code(), 2);
}

#[test]
fn a_folder_that_cannot_be_made_is_code_6() {
    if cfg!(target_os = "linux") {
        assert_eq!(
            go(&order(Path::new("/proc/leverlab"), 8, 1))
                .expect_err("no")
                .code(),
            6
        );
    }
}

#[test]
fn a_full_disk_leaves_the_old_results_whole() {
    let home = tempfile::tempdir().expect("temporary folder");
    let dir = home.path().join("out");
    let done = go(&order(&dir, 8, 1)).expect("runs");
    let before = fs::read(dir.join("manifest.json")).expect("there");
    let permission = Permission {
        force: true,
        fresh: false,
    };
    for room in [0_usize, 1, 3, 5] {
        let Ok(Claim::Free(hold)) = claim(&dir, "x", 8, permission) else {
            panic!("forced")
        };
        let written = std::cell::Cell::new(0);
        let full = |path: &Path, bytes: &[u8]| {
            written.set(written.get() + 1);
            if written.get() > room {
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            files::put(path, bytes)
        };
        let from = Provenance::default();
        let end = files::write(
            &hold,
            &done.results,
            &done.comparison,
            &from,
            &full,
            &|_| Ok(()),
        );
        assert_eq!(CliError::from(end.expect_err("full")).code(), 6);
        drop(hold);
        assert_eq!(fs::read(dir.join("manifest.json")).expect("kept"), before);
        Results::read(&dir).expect("still whole");
    }
}

#[test]
fn json_has_the_agreed_shape_and_nulls_for_a_twin() {
    let home = tempfile::tempdir().expect("temporary folder");
    let done = go(&order(&home.path().join("out"), 21, 1)).expect("runs");
    let all = compare_json(&done.results, &done.comparison);
    assert_eq!(all["baseline"], "base");
    assert_eq!(all["replicates"], 21);
    let twin = &all["variants"][1]["metrics"][0];
    assert_eq!(twin["difference"]["mean"], 0.0);
    assert!(twin["correlation"].is_null() && all["variants"][1]["per_fiscal_yuan"].is_null());
    assert!(all["variants"][0]["metrics"][0]["correlation"].is_number());
    let text = compare_text(&done.results, &done.comparison, &[0]);
    assert!(
        text.contains("more changes rd_business_real most: +"),
        "{text}"
    );
    assert!(text.contains("2025Q1 to 2026Q2"), "{text}");
}
