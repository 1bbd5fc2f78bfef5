//! What do the production parts cost: random streams, maths, sums, the firm-quarter slice?
//!
//! `cargo bench --bench parts` prints nanoseconds of processor time an element, for each width of
//! vectors this machine has: the least of many rounds, which other work on the machine disturbs
//! little. `cargo bench --bench parts -- --instructions` counts instructions under valgrind and
//! fails where one exceeds its budget (`benches/budget.toml`).
#![allow(clippy::disallowed_methods)]
#![allow(unreachable_pub)] // columns are declared public

mod instructions;
mod kernels;

use kernels::{Columns, KERNELS, ROWS};
use leverlab::base::dispatch::{Path, force};

/// Rounds of each kernel.
const ROUNDS: usize = 300;

/// Nanoseconds this thread has run.
fn nanoseconds() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    now.tv_sec as f64 * 1e9 + now.tv_nsec as f64
}

fn print_times() {
    println!(
        "{:<18}{:>9}{:>9}{:>9}  ns an element, least of {ROUNDS} rounds",
        "", "sse2", "avx2", "avx512"
    );
    let mut columns = Columns::new();
    for (name, walk) in KERNELS {
        print!("{name:<18}");
        for path in [Path::Baseline, Path::Avx2, Path::Avx512] {
            if force(Some(path)).is_err() {
                print!("{:>9}", "-");
                continue;
            }
            let mut least = f64::INFINITY;
            for _ in 0..ROUNDS {
                let start = nanoseconds();
                walk(&mut columns);
                let spent = nanoseconds() - start;
                least = if spent < least { spent } else { least };
            }
            print!("{:>9.2}", least / ROWS as f64);
        }
        println!();
    }
}

fn main() -> std::process::ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| words.iter().any(|given| given == word);
    if has("--once") {
        instructions::run_once();
    } else if has("--instructions") {
        return instructions::gate();
    } else {
        print_times();
    }
    std::process::ExitCode::SUCCESS
}
