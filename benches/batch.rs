//! What whole batches take: three of them, on one thread and on several, in turn.
//!
//! `cargo bench --bench batch -- [SCALE] [RUNS] [THREADS] [ROUNDS]` prints medians over rounds.

#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use leverlab::engine::batch::{Plan, Quiet, run_tree};
use leverlab::engine::replicate::Economy;
use leverlab::engine::tree::Branch;
use leverlab::evidence::Evidence;
use leverlab::scenario::resolve_all;
use rustix::time::{ClockId, clock_gettime};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Batches: the baseline beside these.
const BATCHES: [(&str, &[&str]); 3] = [
    ("baseline alone", &[]),
    (
        "with the 150 % rate and pilot bases",
        &["variants/tech-sme-rate-150", "variants/pilot-bases"],
    ),
    (
        "with a decoupling shock, without and with response",
        &["variants/decoupling", "studies/decoupling-with-response"],
    ),
];

/// Seconds of processor of the whole process.
fn processor() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

/// The middle of some figures.
fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn main() {
    let numbers: Vec<f64> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let number = |place: usize, usual: f64| numbers.get(place).copied().unwrap_or(usual);
    let (scale, runs) = (number(0, 0.01), number(1, 4.0) as u32);
    let (threads, rounds) = (number(2, 2.0) as usize, number(3, 3.0) as usize);
    let evidence = Evidence::embedded().expect("evidence");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let sets = [format!("run.scale={scale}")];
    println!("scale {scale}, {runs} runs, medians of {rounds} rounds");
    println!(
        "quarters | threads | seconds | of processor | ms of processor a quarter | efficiency"
    );
    for (name, files) in BATCHES {
        let files: Vec<PathBuf> = files
            .iter()
            .map(|file| root.join(file).with_extension("toml"))
            .collect();
        let variants: Vec<&std::path::Path> = files.iter().map(PathBuf::as_path).collect();
        let all = resolve_all(&root.join("baseline.toml"), &variants, &sets, &evidence);
        let scenarios: Vec<_> = all
            .expect("scenarios")
            .into_iter()
            .map(|one| one.scenario)
            .collect();
        let economy = Economy::new(&evidence, &scenarios).expect("a model");
        let tree = Branch::of(&economy);
        let quarters = tree.quarters() * u64::from(runs);
        let mut times = [1, threads].map(|threads| (threads, Vec::new(), Vec::new()));
        for _ in 0..rounds {
            for (threads, clock, spent) in &mut times {
                let plan = Plan {
                    runs,
                    per_draw: 1,
                    threads: *threads,
                    batch: 0,
                };
                let (start, busy) = (Instant::now(), processor());
                run_tree(&economy, &tree, &plan, &Quiet, &AtomicBool::new(false)).expect("runs");
                clock.push(start.elapsed().as_secs_f64());
                spent.push(processor() - busy);
            }
        }
        println!("{name}");
        let mut alone = 0.0;
        for (threads, clock, spent) in &mut times {
            let (clock, spent) = (median(clock), median(spent));
            alone = if *threads == 1 { clock } else { alone };
            println!(
                "{quarters} | {threads} | {clock:.2} | {spent:.2} | {:.2} | {:.2}",
                1e3 * spent / quarters as f64,
                alone / clock / *threads as f64
            );
        }
    }
}
