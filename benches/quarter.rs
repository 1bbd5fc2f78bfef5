//! Where the time of a run goes: milliseconds of each process by year.
//!
//! `cargo bench --bench quarter -- [SCALE] [RUNS] [THREADS] [SCENARIO.toml]` runs the baseline, or
//! another scenario, from 2013 to 2035. With more than one thread a large population is walked in
//! blocks by all of them, and times are those of the clock.

#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use leverlab::base::blocks::Crew;
use leverlab::base::rng::Key;
use leverlab::base::time::Quarter;
use leverlab::engine::RunId;
use leverlab::engine::replicate::Economy;
use leverlab::evidence::Evidence;
use leverlab::model::context::Context;
use leverlab::model::funnel::Turn;
use leverlab::model::observe;
use leverlab::model::quarter::PROCESSES;
use leverlab::model::state::State;
use leverlab::model::world::WARM_UP;
use leverlab::scenario::resolve;
use std::path::Path;

/// Milliseconds this thread has run, where time of other processes does not count; with several
/// threads those of the clock.
fn milliseconds(threads: usize) -> f64 {
    let clock = if threads > 1 {
        rustix::time::ClockId::Monotonic
    } else {
        rustix::time::ClockId::ThreadCPUTime
    };
    let now = rustix::time::clock_gettime(clock);
    now.tv_sec as f64 * 1e3 + now.tv_nsec as f64 / 1e6
}

const YEARS: [i32; 6] = [2014, 2018, 2022, 2026, 2030, 2035];

fn main() {
    let numbers: Vec<f64> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let scale = numbers.first().copied().unwrap_or(0.01);
    let runs = numbers.get(1).copied().unwrap_or(1.0) as u32;
    let threads = numbers.get(2).copied().unwrap_or(1.0) as usize;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    let pool = pool.build().expect("threads");
    let evidence = Evidence::embedded().expect("evidence");
    let file = std::env::args().find(|word| word.ends_with(".toml"));
    let file = file.unwrap_or_else(|| "scenarios/baseline.toml".to_owned());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let sets = [format!("run.scale={scale}")];
    let (scenario, _) = resolve(&path, &sets, &evidence).expect("a scenario");
    let economy = Economy::new(&evidence, &[scenario]).expect("a model");
    let mut spent = vec![[0.0_f64; YEARS.len()]; PROCESSES.len() + 1];
    let mut all = vec![0.0_f64; PROCESSES.len() + 1];
    let mut rows = [[0_usize; 4]; YEARS.len()];
    let mut quarters = 0;
    let mut founding = 0.0;
    let mut firm_quarters = 0.0;
    let mut fingerprint = blake3::Hasher::new();
    for number in 0..runs {
        let run = RunId {
            draw: number,
            run: number,
        };
        let key = Key {
            seed: economy.seed(),
            run: number,
        };
        let parameters = economy.parameters(run.draw);
        let mut state = State::default();
        let crew = Crew::of(&pool);
        let start = milliseconds(threads);
        economy.found(run, &parameters, &mut state, crew);
        founding += milliseconds(threads) - start;
        let policy = economy.policy(0);
        let mut now = WARM_UP;
        while now <= Quarter::new(2035, 4) {
            let ctx = Context {
                crew,
                ..economy.context(key, now, &parameters, policy, policy.at(now))
            };
            let column = YEARS.iter().position(|&year| year == now.year());
            state.books.open();
            let mut note = |k: usize, start: f64| {
                let ms = milliseconds(threads) - start;
                all[k] += ms;
                if let Some(column) = column {
                    spent[k][column] += ms / 4.0 / f64::from(runs);
                }
            };
            for (k, (_, process)) in PROCESSES.iter().enumerate() {
                let start = milliseconds(threads);
                process(&mut state, &ctx);
                note(k, start);
            }
            let start = milliseconds(threads);
            let reading = observe::read(&state, &ctx);
            note(PROCESSES.len(), start);
            fingerprint.update(format!("{reading:?}").as_bytes());
            if let Some(column) = column {
                rows[column] = [
                    state.firms.len(),
                    state
                        .universities
                        .inventions
                        .id
                        .iter()
                        .filter(|id| **id != 0)
                        .count(),
                    state.funnel.portfolios.turns().map(Turn::len).sum(),
                    state.transfer.deals_this_quarter.len(),
                ];
            }
            firm_quarters += state.firms.len() as f64;
            quarters += 1;
            now = now.next();
        }
    }
    println!("milliseconds a quarter at scale {scale}, {runs} runs");
    print!("{:<20}", "");
    for year in YEARS {
        print!("{year:>9}");
    }
    println!("{:>9}", "mean");
    let mut total = [0.0; YEARS.len()];
    for (k, row) in spent.iter().enumerate() {
        let name = PROCESSES.get(k).map_or("observe", |process| process.0);
        print!("{name:<20}");
        for (sum, ms) in total.iter_mut().zip(row) {
            print!("{ms:>9.3}");
            *sum += ms;
        }
        println!("{:>9.3}", all[k] / f64::from(quarters));
    }
    print!("{:<20}", "all");
    for ms in total {
        print!("{ms:>9.3}");
    }
    let sum: f64 = all.iter().sum();
    println!("{:>9.3}", sum / f64::from(quarters));
    let founding = founding / f64::from(runs);
    println!("founding of the economy: {founding:.1} ms");
    for (k, name) in ["firm rows", "invention rows", "projects", "deals"]
        .iter()
        .enumerate()
    {
        print!("{name:<20}");
        for row in rows {
            print!("{:>9}", row[k]);
        }
        println!();
    }
    println!(
        "{:.1} ns a firm row and quarter, all told",
        sum * 1e6 / firm_quarters
    );
    // Equal before and after a change that should move nothing.
    println!(
        "fingerprint of all readings: {}",
        &fingerprint.finalize().to_hex()[..16]
    );
}
