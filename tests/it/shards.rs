//! A batch split over shards and merged ends in the bytes of one that ran in one place, whatever
//! the order and however often a shard ran; what does not belong together is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leverlab::cli::CliError;
use leverlab::cli::execute::execute;
use leverlab::cli::merge::{self, Gaps, MergeArgs, Merged};
use leverlab::cli::order::Order;
use leverlab::cli::progress::Interrupt;
use leverlab::cli::shard::{self, Sharded};
use leverlab::engine::shard::Part;

use crate::engine_files::{order, results_in};
use crate::engine_toy::Toy;

/// Three scenarios, one of which fails in a run.
fn toy() -> Toy {
    Toy {
        effects: vec![0.0, 1.0, 0.0],
        panics: vec![(1, 3)],
        ..Toy::default()
    }
}

pub(crate) fn one(toy: &Toy, order: &Order, index: u32, of: u32) -> Result<Sharded, CliError> {
    let none = Interrupt::default();
    let interrupt = toy.stop.as_ref().map_or(&none, |(_, one)| one);
    shard::execute(toy, order, Part { index, of }, interrupt)
}

/// Runs a shard that ends well.
fn done(order: &Order, index: u32, of: u32) -> Sharded {
    one(&toy(), order, index, of).expect("a shard")
}

pub(crate) fn merge(from: &[PathBuf], out: &Path) -> Result<Merged, CliError> {
    let args = MergeArgs {
        from: from.to_vec(),
        output: Some(out.to_owned()),
        force: false,
    };
    merge::execute(&args, &|_, _, _| Ok(()))
}

fn gaps(from: &[PathBuf], out: &Path) -> Gaps {
    match merge(from, out) {
        Ok(Merged::Gaps(gaps)) => gaps,
        other => panic!("gaps, not {other:?}"),
    }
}

/// Results of a folder without the shards that lie in it.
pub(crate) fn results(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut all = results_in(folder);
    all.retain(|name, _| !name.starts_with("shard-"));
    all
}

/// What a batch of so many runs gives in one place.
fn plain(home: &Path, runs: u32) -> PathBuf {
    let folder = home.join(format!("plain-{runs}"));
    let order = order(&folder, runs, 2);
    execute(&toy(), &order, &Interrupt::default(), &|_, _, _| Ok(())).expect("runs");
    folder
}

#[test]
fn any_number_of_shards_in_any_order_and_twice_end_in_the_same_bytes() {
    let home = tempfile::tempdir().unwrap();
    for (runs, of) in [42, 200]
        .into_iter()
        .flat_map(|runs| [1, 3, 7, 16].map(|of| (runs, of)))
    {
        let expected = results(&plain(home.path(), runs));
        let dirs = ["a", "b"].map(|name| home.path().join(format!("{runs}-{of}-{name}")));
        let files: Vec<PathBuf> = (1..=of)
            .rev()
            .filter_map(|index| {
                let order = order(&dirs[index as usize % 2], runs, 1 + index as u16 % 3);
                done(&order, index, of).file
            })
            .collect();
        // forty-two runs are eleven draws: no shard is empty up to eleven
        assert_eq!(files.len(), of.min(runs.div_ceil(4)) as usize);
        let again = done(
            &order(&home.path().join(format!("{runs}-{of}-c")), runs, 1),
            of,
            of,
        );
        let again = again.file.expect("the last is never empty");
        assert_eq!(fs::read(&files[0]).unwrap(), fs::read(&again).unwrap());
        let out = home.path().join(format!("{runs}-{of}-out"));
        let from = [&files[1..], &[again], &files[..1]].concat();
        let merged = merge(&from, &out).expect("merged");
        assert!(matches!(merged, Merged::Whole(_)));
        assert_eq!(results(&out), expected, "{of} shards of {runs} runs");
        // whole folders, into one of them
        let dirs: Vec<PathBuf> = dirs.into_iter().filter(|dir| dir.exists()).collect();
        merge(&dirs, &dirs[0]).expect("merged");
        assert_eq!(results(&dirs[0]), expected, "beside the shards");
        assert_eq!(
            fs::read(&files[0]).unwrap(),
            fs::read(&from[from.len() - 1]).unwrap()
        );
    }
}

#[test]
fn shards_of_different_numbers_overlap_and_join() {
    let home = tempfile::tempdir().unwrap();
    let order = order(&home.path().join("out"), 40, 1);
    let files = [(1, 2), (2, 3), (3, 3), (4, 5)].map(|(index, of)| done(&order, index, of).file);
    let files: Vec<PathBuf> = files.into_iter().flatten().collect();
    merge(&files, &home.path().join("merged")).expect("merged");
    assert_eq!(
        results(&home.path().join("merged")),
        results(&plain(home.path(), 40))
    );
}

#[test]
fn a_batch_grows_by_shards_of_the_larger_one() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("out");
    done(&order(&dir, 20, 1), 1, 1);
    merge(std::slice::from_ref(&dir), &dir).expect("merged");
    done(&order(&dir, 40, 1), 2, 2);
    merge(std::slice::from_ref(&dir), &dir).expect("merged");
    assert_eq!(results(&dir), results(&plain(home.path(), 40)));
}

#[test]
fn a_finished_shard_answers_at_once_and_a_damaged_one_is_run_again() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("out");
    let order = order(&dir, 40, 1);
    let first = done(&order, 2, 3);
    let file = first.file.clone().unwrap();
    assert!(!dir.join(".work").exists(), "nothing is left of the work");
    assert_eq!((first.stored, first.runs), (false, 12..24));
    let bytes = fs::read(&file).unwrap();
    let toy = toy();
    let founded = || toy.founded.load(std::sync::atomic::Ordering::SeqCst);
    assert!(one(&toy, &order, 2, 3).unwrap().stored);
    assert_eq!(founded(), 0);
    for change in [bytes.len() / 2, 20] {
        let mut changed = bytes.clone();
        changed[change] ^= 1;
        fs::write(&file, changed).unwrap();
        let before = founded();
        let mended = one(&toy, &order, 2, 3).unwrap();
        assert_eq!(
            (mended.stored, mended.warnings[0].code.id),
            (false, "W0204")
        );
        assert_eq!(founded() - before, 12);
        assert_eq!(fs::read(&file).unwrap(), bytes);
    }
    let mut fresh = order.clone();
    fresh.args.fresh = true;
    assert!(!one(&toy, &fresh, 2, 3).unwrap().stored);
    assert_eq!(fs::read(&file).unwrap(), bytes);
}

#[test]
fn a_stopped_shard_goes_on_from_there() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("out");
    let order = order(&dir, 40, 1);
    for (at, known) in [(14, 2), (15, 3), (20, 8)] {
        let stopping = Toy {
            stop: Some((at, Arc::default())),
            ..toy()
        };
        let stopped = one(&stopping, &order, 2, 3).expect_err("stopped");
        assert_eq!(stopped.code(), 130);
        let said = format!("{stopped:?}");
        assert!(said.contains(&format!("{known} of the 12 runs")), "{said}");
        assert!(
            merge(std::slice::from_ref(&dir), &dir).is_err(),
            "no file is written"
        );
    }
    let toy = toy();
    let file = one(&toy, &order, 2, 3).unwrap().file.unwrap();
    assert_eq!(toy.founded.load(std::sync::atomic::Ordering::SeqCst), 4);
    let other = done(
        &crate::engine_files::order(&home.path().join("b"), 40, 1),
        2,
        3,
    );
    assert_eq!(
        fs::read(file).unwrap(),
        fs::read(other.file.unwrap()).unwrap()
    );
    assert!(!dir.join(".work").exists());
}

#[test]
fn missing_shards_are_named_as_schedulers_read_them() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("out");
    let order = order(&dir, 40, 1);
    for index in [1, 2, 4, 8, 10] {
        done(&order, index, 10);
    }
    let found = gaps(std::slice::from_ref(&dir), &dir);
    assert_eq!(found.shards, [3, 5, 6, 7, 9]);
    assert_eq!(found.runs, [8..12, 16..28, 32..36]);
    assert_eq!((found.asked, found.of), (40, 10));
    assert!(!dir.join("manifest.json").exists());
    for index in found.shards {
        done(&order, index, 10);
    }
    merge(std::slice::from_ref(&dir), &dir).expect("merged");
    assert_eq!(results(&dir), results(&plain(home.path(), 40)));
}

#[test]
fn other_batches_damage_and_contradictions_are_refused_by_name() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| order(&home.path().join(name), 40, 1);
    let [a, b] = [1, 2].map(|index| done(&at("a"), index, 2).file.unwrap());
    let refused = |from: &[&PathBuf]| {
        let from: Vec<PathBuf> = from.iter().map(|path| (*path).clone()).collect();
        let error = merge(&from, &home.path().join("none")).expect_err("refused");
        assert!(!home.path().join("none").exists());
        (error.code(), format!("{error:?}"))
    };
    type Change = fn(&mut Order);
    let changes: [(&str, Change); 5] = [
        ("seed (1 and 2)", |order| {
            order.scenarios.iter_mut().for_each(|one| one.run.seed = 2);
        }),
        ("evidence (evidence and other)", |order| {
            order.evidence_digest = "other".into();
        }),
        ("differ in scenario more", |order| {
            order.scenarios[1].digest = "changed".into();
        }),
        ("scale (1 and 0.5)", |order| {
            order
                .scenarios
                .iter_mut()
                .for_each(|one| one.run.scale = 0.5);
        }),
        ("runs a draw (4 and 2)", |order| {
            order
                .scenarios
                .iter_mut()
                .for_each(|one| one.run.per_draw = 2);
        }),
    ];
    for (place, (what, change)) in changes.into_iter().enumerate() {
        let mut other = at(&format!("other-{place}"));
        change(&mut other);
        let other = done(&other, 2, 2).file.unwrap();
        let (code, said) = refused(&[&a, &other]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(what) && said.contains("E0812"), "{said}");
    }
    let odd = Toy {
        effects: vec![0.0, 1.5, 0.0],
        ..Toy::default()
    };
    let odd = one(&odd, &at("odd"), 2, 2).unwrap().file.unwrap();
    let (code, said) = refused(&[&a, &b, &odd]);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("of run 20") && said.contains("odd"), "{said}");
    let mut bytes = fs::read(&b).unwrap();
    bytes.pop();
    let cut = home.path().join("cut.leverlab");
    fs::write(&cut, &bytes).unwrap();
    let text = home.path().join("notes.txt");
    fs::write(&text, "mine").unwrap();
    let gone = home.path().join("gone.leverlab");
    let (code, said) = refused(&[&a, &cut, &text, &gone]);
    assert_eq!(code, 3, "{said}");
    for name in [
        "cut.leverlab is damaged",
        "notes.txt is no shard",
        "gone.leverlab cannot be read",
    ] {
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn folders_of_others_take_no_shard_and_shards_no_other_results() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("out");
    let own = order(&dir, 40, 1);
    done(&own, 1, 2);
    let run = |order: &Order| execute(&toy(), order, &Interrupt::default(), &|_, _, _| Ok(()));
    let said = format!("{:?}", run(&own).expect_err("shards wait"));
    assert!(
        said.contains("1 shard(s) not merged yet; `leverlab merge"),
        "{said}"
    );
    let mut other = own.clone();
    other.scenarios[1].digest = "changed".to_owned();
    let refused = one(&toy(), &other, 1, 2).expect_err("another batch");
    assert_eq!(refused.code(), 2);
    // A merge of another batch does not go beside them either.
    let elsewhere = Order {
        args: order(&home.path().join("else"), 40, 1).args,
        ..other.clone()
    };
    let files = [1, 2].map(|index| done(&elsewhere, index, 2).file.unwrap());
    assert_eq!(merge(&files, &dir).expect_err("another batch").code(), 2);
    let thesis = home.path().join("thesis");
    fs::create_dir(&thesis).unwrap();
    fs::write(thesis.join("chapter.txt"), "mine").unwrap();
    let mut there = order(&thesis, 40, 1);
    assert_eq!(one(&toy(), &there, 1, 2).expect_err("others").code(), 2);
    assert_eq!(fs::read_dir(&thesis).unwrap().count(), 1);
    there.args.force = true;
    done(&there, 1, 2);
    // Begun and not finished is told as well.
    let begun = order(&home.path().join("begun"), 40, 1);
    let stopping = Toy {
        stop: Some((3, Arc::default())),
        ..toy()
    };
    one(&stopping, &begun, 1, 2).expect_err("stopped");
    let said = format!("{:?}", run(&begun).expect_err("begun"));
    assert!(said.contains("unfinished shards"), "{said}");
    assert!(one(&toy(), &begun, 1, 2).is_ok());
}

#[test]
fn tasks_of_an_array_share_a_folder_however_they_begin_and_end() {
    let home = tempfile::tempdir().unwrap();
    let expected = results(&plain(home.path(), 40));
    for round in 0..10 {
        let dir = home.path().join(format!("round-{round}"));
        std::thread::scope(|scope| {
            for worker in 0..8_u32 {
                let order = order(&dir, 40, 1);
                scope.spawn(move || {
                    for task in 0..10 {
                        done(&order, (task + worker * 5 / 4) % 10 + 1, 10);
                    }
                });
            }
        });
        assert!(!dir.join(".work").exists(), "nothing is left of the work");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 10);
        merge(std::slice::from_ref(&dir), &dir).expect("merged");
        assert_eq!(results(&dir), expected);
    }
}
