use std::fs::OpenOptions;

use super::*;
use crate::engine::{Failure, Outcome};

const SHAPE: Shape = Shape {
    scenarios: 2,
    metrics: 2,
    details: 1,
    paths: 6,
};

fn outcome(run: u32, scenario: u32) -> Outcome {
    let x = f64::from(run) + 0.1 * f64::from(scenario);
    Outcome {
        metrics: vec![x, -x],
        details: vec![0.5 * x],
        paths: (0..6).map(|n| x + f64::from(n) * 100.0).collect(),
    }
}

fn done(run: u32) -> Slot {
    Slot::Done(vec![outcome(run, 0), outcome(run, 1)])
}

fn failed(run: u32) -> Slot {
    let cause = format!("broken in run {run}\nfor good");
    Slot::Failed(vec![Failure {
        scenario: 1,
        run,
        cause,
    }])
}

fn open(folder: &Path) -> Journal {
    Journal::open(folder, "digest", SHAPE).expect("opens")
}

/// A folder with runs 0 to 9, of which 4 failed, flushed in three parts.
fn ten() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("runs");
    let mut journal = open(&folder);
    for run in [3, 1, 0, 2, 4, 7, 9, 5, 6, 8] {
        let slot = if run == 4 { failed(run) } else { done(run) };
        journal.take(run, slot).expect("taken");
        if [1, 7].contains(&run) {
            journal.flush().expect("flushed");
        }
    }
    journal.flush().expect("flushed");
    (home, folder)
}

/// A copy of the files of a journal.
fn copy(from: &Path) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("runs");
    fs::create_dir(&folder).expect("made");
    for entry in fs::read_dir(from).expect("read") {
        let path = entry.expect("read").path();
        fs::copy(&path, folder.join(path.file_name().expect("a name"))).expect("copied");
    }
    (home, folder)
}

fn whole(journal: &mut Journal) {
    let all = journal.ensemble(0..10).expect("read");
    assert!(all.complete);
    assert_eq!(all.runs, [0, 1, 2, 3, 5, 6, 7, 8, 9]);
    assert_eq!(all.failures[0].cause, "broken in run 4\nfor good");
    assert_eq!(all.outcomes[1][8].metrics, outcome(9, 1).metrics);
    assert_eq!(all.outcomes[0][4].details, outcome(5, 0).details);
}

/// Does again what is missing.
fn mend(journal: &mut Journal) {
    for run in journal.missing(0..10) {
        let slot = if run == 4 { failed(run) } else { done(run) };
        journal.take(run, slot).expect("taken");
    }
    journal.flush().expect("flushed");
}

#[test]
fn runs_come_back_in_order_and_paths_series_by_series() {
    let (_home, folder) = ten();
    let mut journal = open(&folder);
    assert_eq!(journal.missing(0..12), [10, 11]);
    whole(&mut journal);
    // two series of three quarters: the second of run 3, scenario 1
    let block = journal.paths(0..10, 1..2, 3).expect("read");
    assert_eq!(block.values.len(), 9 * 2 * 3);
    assert_eq!(
        block.values[(3 * 2 + 1) * 3..][..3],
        outcome(3, 1).paths[3..]
    );
    let few = journal.ensemble(0..3).expect("read");
    assert_eq!((few.runs.len(), few.complete), (3, true));
}

#[test]
fn another_batch_never_meets_these_runs() {
    let (_home, folder) = ten();
    let other = Journal::open(&folder, "other", SHAPE).expect("opens");
    assert_eq!(other.missing(0..10).len(), 10);
    let (_home, folder) = ten();
    let shape = Shape {
        scenarios: 1,
        ..SHAPE
    };
    let other = Journal::open(&folder, "digest", shape).expect("opens");
    assert_eq!(other.missing(0..10).len(), 10);
}

#[test]
fn a_tail_torn_anywhere_is_cut_off_and_done_again() {
    let (_home, kept) = ten();
    for name in ["index", "values", "paths", "failures"] {
        let full = fs::metadata(kept.join(name)).expect("there").len();
        for cut in [1, 48, 64, 65, full / 2, full] {
            let (_home, folder) = copy(&kept);
            let file = OpenOptions::new().write(true).open(folder.join(name));
            let left = full - cut.min(full);
            file.expect("opens").set_len(left).expect("cut");
            let mut journal = open(&folder);
            assert!(!journal.missing(0..10).is_empty(), "{name} cut by {cut}");
            mend(&mut journal);
            whole(&mut journal);
            whole(&mut open(&folder));
        }
    }
}

#[test]
fn every_flipped_byte_is_found_and_its_run_done_again() {
    let (_home, kept) = ten();
    for name in ["head", "index", "values", "paths", "failures"] {
        let bytes = fs::read(kept.join(name)).expect("there");
        for place in (0..bytes.len()).step_by(bytes.len() / 13 + 1) {
            let (_home, folder) = copy(&kept);
            let mut changed = bytes.clone();
            changed[place] ^= 0x10;
            fs::write(folder.join(name), changed).expect("written");
            let mut journal = open(&folder);
            journal.ensemble(0..10).expect("read");
            assert!(!journal.missing(0..10).is_empty(), "{name}: byte {place}");
            mend(&mut journal);
            whole(&mut journal);
            whole(&mut open(&folder));
        }
    }
}

#[test]
fn what_was_written_and_not_indexed_is_cut_off() {
    let (_home, folder) = ten();
    for name in ["index", "values", "paths", "failures"] {
        let mut file = OpenOptions::new().append(true).open(folder.join(name));
        let file = file.as_mut().expect("opens");
        file.write_all(&[7; 1000]).expect("written");
    }
    let length = |name| fs::metadata(folder.join(name)).expect("there").len();
    let mut journal = open(&folder);
    assert_eq!(length("values"), 9 * SHAPE.value_bytes());
    assert_eq!(length("index"), 10 * ENTRY as u64);
    whole(&mut journal);
}

#[test]
fn a_disk_that_is_full_in_the_midst_of_a_record_costs_the_runs_that_were_being_written() {
    type Which = fn(&mut Book) -> &mut Log;
    let files: [(&str, Which); 4] = [
        ("index", |book| &mut book.index),
        ("values", |book| &mut book.values),
        ("paths", |book| &mut book.paths),
        ("failures", |book| &mut book.failures),
    ];
    let (_home, kept) = ten();
    for (name, which) in files {
        for room in [0, 1, 17, 63, 64, 65, 100, 191] {
            let (_home, folder) = copy(&kept);
            let mut journal = open(&folder);
            which(&mut journal.books[0]).room = Some(room);
            let mut refused = None;
            // a record fits, or some do, before one does not
            for run in (10..30).step_by(2) {
                journal.take(run, done(run)).expect("taken");
                journal.take(run + 1, failed(run + 1)).expect("taken");
                if let Err(error) = journal.flush() {
                    refused = Some((run, error.kind()));
                    break;
                }
            }
            let (run, kind) = refused.expect("the disk is full");
            assert_eq!(kind, io::ErrorKind::StorageFull, "{name}, {room}");
            assert!(
                journal.missing(0..40).contains(&run),
                "{name}, {room}: not recorded"
            );
            drop(journal);
            let mut journal = open(&folder);
            whole(&mut journal);
            let lost = journal.missing(0..run);
            assert!(lost.is_empty(), "{name}, {room}: {lost:?} were flushed");
            let before = fs::metadata(folder.join("index")).expect("there").len();
            assert_eq!(before % ENTRY as u64, 0, "no torn entry");
            for run in journal.missing(0..30) {
                journal.take(run, done(run)).expect("taken");
            }
            journal.flush().expect("there is room");
            let all = open(&folder).ensemble(0..30).expect("read");
            assert!(all.complete, "{name}, {room}");
            let place = all.runs.iter().position(|&one| one == 29).expect("mended");
            assert_eq!(all.outcomes[1][place].metrics, outcome(29, 1).metrics);
        }
    }
}

#[test]
fn an_empty_one_leaves_no_folder() {
    let (home, folder) = ten();
    open(&folder).close();
    assert!(folder.exists());
    let empty = home.path().join("empty");
    open(&empty).close();
    assert!(!empty.exists());
}

#[test]
fn what_others_recorded_is_read_and_never_written() {
    let (home, folder) = ten();
    let own = home.path().join("own");
    let mut journal = open(&own);
    for run in [20, 3] {
        journal.take(run, done(run)).expect("taken");
    }
    journal.flush().expect("flushed");
    let mut torn = OpenOptions::new().append(true).open(folder.join("values"));
    let torn = torn.as_mut().expect("opens");
    torn.write_all(&[7; 9]).expect("as if being written");
    let before = fs::metadata(folder.join("values")).expect("there").len();
    journal.also(&folder, "digest").expect("read");
    journal.also(&folder, "other").expect("passed over");
    journal
        .also(&home.path().join("none"), "digest")
        .expect("passed over");
    assert_eq!(journal.missing(0..21), (10..20).collect::<Vec<_>>());
    whole(&mut journal);
    let part = journal.ensemble(5..10).expect("read");
    assert_eq!((part.runs.len(), part.asked, part.complete), (5, 5, true));
    journal.take(11, done(11)).expect("taken");
    journal.flush().expect("flushed");
    let after = fs::metadata(folder.join("values")).expect("there").len();
    assert_eq!(before, after);
    assert_eq!(open(&own).missing(0..21).len(), 21 - 3, "its own alone");
}

#[test]
#[allow(clippy::disallowed_methods)] // what is asked is a time
fn a_hundred_thousand_runs_are_opened_in_two_seconds() {
    let home = tempfile::tempdir().expect("a folder");
    let runs = 100_000;
    let mut journal = open(home.path());
    for run in 0..runs {
        journal.take(run, done(run)).expect("taken");
    }
    journal.flush().expect("flushed");
    let start = std::time::Instant::now();
    assert!(open(home.path()).missing(0..runs).is_empty());
    let spent = start.elapsed();
    assert!(spent.as_secs_f64() < 2.0, "{spent:?}");
}
