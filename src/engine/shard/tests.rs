use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::*;
use crate::engine::batch::Sink;
use crate::engine::fan::SeriesFan;
use crate::engine::journal::Journal;
use crate::engine::worker::Slot;
use crate::engine::{Ensemble, Failure, Outcome};

/// Two scenarios, two series of three quarters.
const SHAPE: Shape = Shape {
    scenarios: 2,
    metrics: 2,
    details: 1,
    paths: 6,
};
const ASKED: u32 = 20;

/// What a run came to; runs 4 and 11 failed, `odd` is another than it should be.
fn slot(run: u32, odd: Option<u32>) -> Slot {
    if [4, 11].contains(&run) {
        let cause = format!("broken in run {run}\nfor good");
        return Slot::Failed(vec![Failure {
            scenario: 1,
            run,
            cause,
        }]);
    }
    let outcome = |scenario: f64| {
        let x = f64::from(run) * (1.0 + scenario) + if odd == Some(run) { 0.5 } else { 0.0 };
        Outcome {
            metrics: vec![x, -x],
            details: vec![0.1 * x],
            paths: (0..6).map(|n| x * x + 0.1 * f64::from(n)).collect(),
        }
    };
    Slot::Done(vec![outcome(0.0), outcome(1.0)])
}

/// A journal of these runs, taken backwards.
fn journal(folder: &Path, runs: Range<u32>, odd: Option<u32>) -> Journal {
    let mut journal = Journal::open(folder, "digest", SHAPE).expect("opens");
    for run in runs.rev() {
        journal.take(run, slot(run, odd)).expect("taken");
    }
    journal.flush().expect("flushed");
    journal
}

fn head(runs: Range<u32>) -> Head {
    Head {
        asked: ASKED,
        per_draw: 4,
        runs,
        of: 5,
        shape: SHAPE,
        quarters: 3,
        about: "{ \"of\": \"a batch\" }".to_owned(),
    }
}

/// A shard of these runs.
fn shard(home: &Path, runs: Range<u32>, odd: Option<u32>) -> PathBuf {
    let name = format!("{}-{}-{odd:?}", runs.start, runs.end);
    let mut journal = journal(&home.join(format!("journal-{name}")), runs.clone(), odd);
    let path = home.join(name);
    let mut bytes = Vec::new();
    write(&mut bytes, &head(runs), &mut journal).expect("written");
    fs::write(&path, bytes).expect("written");
    path
}

fn joined(paths: &[PathBuf]) -> Result<Joined, Contradiction> {
    let open = |path: &PathBuf| Shard::open(path).expect("whole");
    Joined::of(paths.iter().map(open).collect())
}

/// Ensemble and fans of all runs without shards.
fn whole(home: &Path) -> (Ensemble, Vec<SeriesFan>) {
    let mut journal = journal(&home.join("whole"), 0..ASKED, None);
    let ensemble = journal.ensemble(0..ASKED).expect("read");
    let fans = journal.paths(0..ASKED, 0..2, 3).expect("read").fans();
    (ensemble, fans)
}

#[test]
fn shards_in_any_order_and_overlapping_join_to_the_whole() {
    let home = tempfile::tempdir().expect("a folder");
    let (ensemble, fans) = whole(home.path());
    let parts = [12..20, 0..4, 4..12, 8..16, 4..5, 0..20];
    let paths = parts.map(|runs| shard(home.path(), runs, None));
    for take in [
        &[0, 1, 2][..],
        &[2, 1, 0],
        &[3, 2, 0, 1, 1],
        &[4, 3, 2, 1, 0],
        &[5],
        &[3, 5],
    ] {
        let some: Vec<PathBuf> = take.iter().map(|&place| paths[place].clone()).collect();
        let all = joined(&some).expect("no contradiction");
        assert!(all.missing().is_empty());
        let found = all.ensemble().expect("read");
        assert_eq!((found.asked, found.complete), (ASKED, true));
        assert_eq!(found.runs, ensemble.runs);
        assert_eq!(found.outcomes, ensemble.outcomes);
        assert_eq!(found.failures, ensemble.failures);
        assert_eq!(all.fans().expect("read"), fans, "{take:?}");
    }
}

#[test]
fn gaps_are_told_in_stretches() {
    let home = tempfile::tempdir().expect("a folder");
    let paths = [4..8, 12..16].map(|runs| shard(home.path(), runs, None));
    let all = joined(&paths).expect("no contradiction");
    assert_eq!(all.missing(), [0..4, 8..12, 16..20]);
    let ensemble = all.ensemble().expect("read");
    assert!(!ensemble.complete);
    assert_eq!(ensemble.runs, [5, 6, 7, 12, 13, 14, 15]);
}

#[test]
fn shards_that_say_different_things_name_the_run() {
    let home = tempfile::tempdir().expect("a folder");
    let (a, b) = (
        shard(home.path(), 0..12, None),
        shard(home.path(), 4..20, Some(9)),
    );
    let found = joined(&[b.clone(), a.clone()]).expect_err("a contradiction");
    assert_eq!(found.run, 9);
    assert_eq!(found.files, [b, a]);
}

#[test]
fn every_cut_and_every_flipped_byte_is_found() {
    let home = tempfile::tempdir().expect("a folder");
    let path = shard(home.path(), 4..12, None);
    let bytes = fs::read(&path).expect("there");
    let open = |bytes: &[u8]| {
        let other = home.path().join("changed");
        fs::write(&other, bytes).expect("written");
        Shard::open(&other)
    };
    assert_eq!(open(&bytes).expect("whole").head, head(4..12));
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x10;
        assert!(open(&changed).is_err(), "byte {place}");
    }
    for length in (0..bytes.len()).step_by(7) {
        assert!(open(&bytes[..length]).is_err(), "cut at {length}");
    }
    let longer = [&bytes[..], b"more"].concat();
    assert!(open(&longer).is_err());
}

/// A disk with room for so many bytes.
struct Small(usize);

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_told_wherever_it_comes() {
    let home = tempfile::tempdir().expect("a folder");
    let size = fs::metadata(shard(home.path(), 0..4, None))
        .expect("there")
        .len() as usize;
    let mut journal = journal(&home.path().join("again"), 0..4, None);
    for room in 0..size {
        let full = write(&mut Small(room), &head(0..4), &mut journal);
        assert_eq!(full.expect_err("full").kind(), io::ErrorKind::StorageFull);
    }
    write(&mut Small(size), &head(0..4), &mut journal).expect("fits");
    let lacking = write(&mut Small(size), &head(0..5), &mut journal);
    assert!(lacking.is_err(), "a run that was not done");
}
