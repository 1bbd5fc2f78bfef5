//! What recording finished runs costs: share of a batch's time, bytes a run, opening 10^5 runs,
//! writing and joining shards.
//!
//! `cargo bench --bench journal -- [SCALE] [RUNS] [THREADS]` compares the baseline with one variant,
//! once into memory and once into a journal, and times what goes through the journal's hands.

#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use leverlab::engine::Outcome;
use leverlab::engine::batch::{Plan, Quiet, Sink, run_into};
use leverlab::engine::journal::{Journal, Shape};
use leverlab::engine::replicate::Economy;
use leverlab::engine::shard::{Head, Joined, Shard, write};
use leverlab::engine::tree::Branch;
use leverlab::engine::worker::Slot;
use leverlab::evidence::Evidence;
use leverlab::scenario::resolve_all;
use rustix::time::{ClockId, clock_gettime};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Seconds of processor: of this thread, or of all of the process.
fn seconds(clock: ClockId) -> f64 {
    let now = clock_gettime(clock);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

/// A sink that times another one: seconds of processor and of the clock inside of it.
struct Timed<'a> {
    sink: &'a mut dyn Sink,
    spent: [f64; 2],
    flushes: u32,
}

impl Timed<'_> {
    fn time(&mut self, step: impl FnOnce(&mut dyn Sink) -> io::Result<()>) -> io::Result<()> {
        let (start, clock) = (seconds(ClockId::ThreadCPUTime), Instant::now());
        let done = step(self.sink);
        self.spent[0] += seconds(ClockId::ThreadCPUTime) - start;
        self.spent[1] += clock.elapsed().as_secs_f64();
        done
    }
}

impl Sink for Timed<'_> {
    fn take(&mut self, run: u32, slot: Slot) -> io::Result<()> {
        self.time(|sink| sink.take(run, slot))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushes += 1;
        self.time(|sink| sink.flush())
    }
}

fn main() {
    let numbers: Vec<f64> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let number = |place: usize, usual: f64| numbers.get(place).copied().unwrap_or(usual);
    let (scale, runs, threads) = (number(0, 0.002), number(1, 24.0), number(2, 2.0));
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    share(home.path(), scale, runs as u32, threads as usize);
    opening(home.path(), 100_000);
    joining(home.path(), 8, 250);
}

/// A batch of the baseline and one variant, into memory and into a journal, in turn.
fn share(home: &Path, scale: f64, runs: u32, threads: usize) {
    let evidence = Evidence::embedded().expect("evidence");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let variant = root.join("variants/tech-sme-rate-150.toml");
    let sets = [format!("run.scale={scale}")];
    let all = resolve_all(&root.join("baseline.toml"), &[&variant], &sets, &evidence);
    let scenarios: Vec<_> = all
        .expect("scenarios")
        .into_iter()
        .map(|one| one.scenario)
        .collect();
    let economy = Economy::new(&evidence, &scenarios).expect("a model");
    let (tree, shape) = (Branch::of(&economy), Shape::of(&economy));
    let plan = Plan {
        runs,
        per_draw: 4,
        threads,
        batch: 0,
    };
    let todo: Vec<u32> = (0..runs).collect();
    let run = |sink: &mut dyn Sink| {
        let mut timed = Timed {
            sink,
            spent: [0.0; 2],
            flushes: 0,
        };
        let (start, clock) = (seconds(ClockId::ProcessCPUTime), Instant::now());
        let stop = AtomicBool::new(false);
        run_into(&economy, &tree, &plan, &todo, &mut timed, &Quiet, &stop).expect("runs");
        let all = [
            seconds(ClockId::ProcessCPUTime) - start,
            clock.elapsed().as_secs_f64(),
        ];
        (all, timed.spent, timed.flushes)
    };
    println!(
        "scale {scale}, {runs} runs of 2 scenarios, {threads} threads; seconds of processor, of the clock"
    );
    for round in 0..3 {
        let (memory, ..) = run(&mut BTreeMap::new());
        let mut journal = Journal::open(&home.join(format!("runs-{round}")), "digest", shape);
        let journal = journal.as_mut().expect("opens");
        let (all, inside, flushes) = run(journal);
        let clock = Instant::now();
        assert!(journal.ensemble(0..runs).expect("read").complete);
        let back = clock.elapsed().as_secs_f64();
        println!(
            "memory {:.2} {:.2} | journal {:.2} {:.2}, inside it {:.4} {:.4} ({:.2} % of processor, \
             {flushes} flushes), read back and checked {back:.3}",
            memory[0],
            memory[1],
            all[0],
            all[1],
            inside[0],
            inside[1],
            100.0 * inside[0] / all[0],
        );
    }
    let (values, paths) = ((shape.metrics + shape.details) * 8, shape.paths * 8);
    println!("bytes a run and scenario: values {values}, paths {paths}; an entry a run 64");
}

/// A journal of so many small runs, opened again.
fn opening(home: &Path, runs: u32) {
    let shape = Shape {
        scenarios: 1,
        metrics: 1,
        details: 1,
        paths: 2,
    };
    let folder = home.join("many");
    let open = || Journal::open(&folder, "digest", shape).expect("opens");
    let mut journal = open();
    for run in 0..runs {
        let outcome = Outcome {
            metrics: vec![f64::from(run)],
            details: vec![0.0],
            paths: vec![0.0; 2],
        };
        journal.take(run, Slot::Done(vec![outcome])).expect("taken");
    }
    journal.flush().expect("flushed");
    drop(journal);
    let clock = Instant::now();
    let mut journal = open();
    let opened = clock.elapsed().as_secs_f64();
    assert!(journal.missing(0..runs).is_empty());
    let ensemble = journal.ensemble(0..runs).expect("read");
    let read = clock.elapsed().as_secs_f64() - opened;
    assert_eq!(ensemble.runs.len(), runs as usize);
    println!(
        "a journal of {runs} runs: opened in {opened:.3} s, read back and checked in {read:.3} s"
    );
}

/// Shards of fourteen scenarios with numbers of no meaning: written, opened, joined.
fn joining(home: &Path, shards: u32, runs: u32) {
    let shape = Shape {
        scenarios: 14,
        metrics: 33,
        details: 165,
        paths: 704,
    };
    let clock = Instant::now();
    let mut lap = 0.0;
    let mut since = |what: &str, bytes: f64| {
        let spent = clock.elapsed().as_secs_f64() - lap;
        println!("{what}: {spent:.2} s, {:.0} MB/s", bytes / 1e6 / spent);
        lap = clock.elapsed().as_secs_f64();
    };
    let size = f64::from(shards * runs) * f64::from(14 * (33 + 165 + 704) * 8 + 64);
    let number = |n: u32| f64::from(n.wrapping_mul(2_654_435_761)) / 1e9;
    let file = |shard: u32| home.join(format!("shard-{shard}"));
    let mut journals: Vec<Journal> = (0..shards)
        .map(|shard| {
            let folder = home.join(format!("of-{shard}"));
            let mut journal = Journal::open(&folder, "digest", shape).expect("opens");
            for run in shard * runs..(shard + 1) * runs {
                let outcome = |scenario: u32| {
                    let numbers = |count: u32| (0..count).map(|n| number(n + run * 7 + scenario));
                    Outcome {
                        metrics: numbers(33).collect(),
                        details: numbers(165).collect(),
                        paths: numbers(704).collect(),
                    }
                };
                let slot = Slot::Done((0..14).map(outcome).collect());
                journal.take(run, slot).expect("taken");
                journal.flush().expect("flushed");
            }
            journal
        })
        .collect();
    println!(
        "{shards} shards of {runs} runs of 14 scenarios, {:.0} MB",
        size / 1e6
    );
    since("recorded run by run", size);
    for (shard, journal) in (0..shards).zip(&mut journals) {
        let head = Head {
            asked: shards * runs,
            per_draw: 4,
            runs: shard * runs..(shard + 1) * runs,
            of: shards,
            shape,
            quarters: 44,
            about: String::new(),
        };
        let mut out = BufWriter::new(File::create(file(shard)).expect("made"));
        write(&mut out, &head, journal).expect("written");
    }
    since("shards written", size);
    let open = |shard| Shard::open(&file(shard)).expect("whole");
    let joined = Joined::of((0..shards).map(open).collect()).expect("one batch");
    since("opened and held against their seals", size);
    assert!(joined.ensemble().expect("read").complete);
    since("values read", size);
    assert_eq!(joined.fans().expect("read").len(), 16);
    since("fans of all paths", size);
}
