//! Batches end as a folder that is whole, bound to its digest, and the same for any threads.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use leverlab::base::time::Quarter;
use leverlab::cli::CliError;
use leverlab::cli::execute::execute;
use leverlab::cli::order::Order;
use leverlab::cli::output::{compare_json, compare_text};
use leverlab::cli::progress::Interrupt;
use leverlab::cli::publish::Executed;
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
    let clean = home.path().join("clean");
    go(&order(&clean, 8, 1)).expect("runs");
    let mut other = order(&clean, 12, 1);
    other.scenarios[1].digest = "changed".to_owned();
    assert_eq!(go(&other).expect_err("another batch").code(), 2);
}

/// Name and bytes of all results in a folder, without what differs from day to day.
pub(crate) fn results_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if path.is_file() {
            all.insert(name, fs::read(path).expect("read"));
        } else if name != ".work" {
            let inner = results_in(&path).into_iter();
            all.extend(inner.map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        }
    }
    if let Some(bytes) = all.get_mut("manifest.json") {
        let mut manifest: Value = serde_json::from_slice(bytes).expect("JSON");
        manifest
            .as_object_mut()
            .expect("an object")
            .remove("volatile");
        *bytes = manifest.to_string().into_bytes();
    }
    all
}

/// Runs an order on a toy that tells how many runs it founded.
fn counted(order: &Order, toy: &Toy) -> (Executed, u32) {
    let before = toy.founded.load(Ordering::SeqCst);
    let none = Interrupt::default();
    let interrupt = toy.stop.as_ref().map_or(&none, |(_, one)| one);
    let done = execute(toy, order, interrupt, &|_, _, _| Ok(())).expect("runs");
    (done, toy.founded.load(Ordering::SeqCst) - before)
}

#[test]
fn a_batch_grows_by_the_new_runs_alone_and_a_finished_one_answers_at_once() {
    let home = tempfile::tempdir().expect("temporary folder");
    let (grown, whole) = (home.path().join("grown"), home.path().join("whole"));
    let toy = Toy {
        panics: vec![(1, 3)],
        ..toy()
    };
    assert_eq!(counted(&order(&grown, 20, 2), &toy).1, 20);
    let (more, founded) = counted(&order(&grown, 50, 2), &toy);
    assert_eq!(
        (founded, more.stored),
        (30, false),
        "the failed run is known too"
    );
    assert_eq!(counted(&order(&grown, 50, 1), &toy).1, 0);
    counted(&order(&whole, 50, 1), &toy);
    assert_eq!(results_in(&grown), results_in(&whole));
    let mut fresh = order(&grown, 50, 1);
    fresh.args.fresh = true;
    assert_eq!(counted(&fresh, &toy).1, 50);
    assert_eq!(results_in(&grown), results_in(&whole));
}

#[test]
fn a_stopped_batch_goes_on_from_there_and_ends_in_the_same_bytes() {
    let home = tempfile::tempdir().expect("temporary folder");
    let (broken, whole) = (home.path().join("broken"), home.path().join("whole"));
    for at in [5, 11, 17] {
        let stopping = Toy {
            stop: Some((at, Arc::default())),
            ..toy()
        };
        let (part, _) = counted(&order(&broken, 21, 1), &stopping);
        assert_eq!(part.results.ensemble.runs.len(), at as usize);
        assert!(!part.results.ensemble.complete);
        assert_eq!(part.end.expect("stopped").code.id, "E0902");
    }
    assert_eq!(counted(&order(&broken, 21, 3), &toy()).1, 4);
    counted(&order(&whole, 21, 1), &toy());
    assert_eq!(results_in(&broken), results_in(&whole));
}

#[test]
fn what_was_damaged_since_is_run_again_and_said() {
    let home = tempfile::tempdir().expect("temporary folder");
    let (hurt, whole) = (home.path().join("hurt"), home.path().join("whole"));
    go(&order(&hurt, 8, 1)).expect("runs");
    let mut work = fs::read_dir(hurt.join(".work")).expect("a journal");
    let values = work
        .next()
        .expect("one")
        .expect("read")
        .path()
        .join("values");
    let mut bytes = fs::read(&values).expect("there");
    let place = bytes.len() / 8 * 3;
    bytes[place] ^= 1;
    fs::write(&values, bytes).expect("written");
    let (done, founded) = counted(&order(&hurt, 12, 1), &toy());
    assert_eq!(founded, 4 + 1);
    let told: Vec<_> = done.warnings.iter().map(|one| one.code.id).collect();
    assert_eq!(told, ["W0204"]);
    counted(&order(&whole, 12, 1), &toy());
    assert_eq!(results_in(&hurt), results_in(&whole));
}

#[test]
fn unfinished_runs_of_another_batch_are_never_met() {
    let home = tempfile::tempdir().expect("temporary folder");
    let dir = home.path().join("out");
    go(&order(&dir, 8, 1)).expect("runs");
    for name in results_in(&dir).keys().filter(|name| !name.contains('/')) {
        fs::remove_file(dir.join(name)).expect("gone, as if killed before the first end");
    }
    let mut other = order(&dir, 8, 1);
    other.scenarios[1].digest = "changed".to_owned();
    let refused = go(&other).expect_err("another batch");
    assert_eq!(refused.code(), 2);
    assert!(format!("{refused:?}").contains("unfinished runs of another batch"));
    assert_eq!(
        counted(&order(&dir, 8, 1), &toy()).1,
        0,
        "it is still there"
    );
    other.args.force = true;
    assert_eq!(counted(&other, &toy()).1, 8);
    assert_eq!(fs::read_dir(dir.join(".work")).expect("read").count(), 1);
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
        ..Permission::default()
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
