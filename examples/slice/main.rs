//! How long does one firm-quarter take when it is built from the model's production parts?
//!
//! `slice FIRMS REPLICATES [sse2|avx2|avx512]` runs a small firm-quarter that other platforms
//! have been timed on: profit, tax, user cost, R&D, R&D capital, innovation, for 44 quarters,
//! with a record of each. It prints one line of JSON: times, memory and the totals by replicate.
//! Keyed Philox with uniforms of 53 bits, portable `ln` and `exp`, columns in strips, run-time
//! choice of the vector width; double precision throughout.
#![allow(clippy::disallowed_methods)] // a bench reads the clock
#![allow(unreachable_pub)] // columns are declared public

mod firms;

use firms::{Firms, Parameters, QUARTERS, Totals};
use leverlab::base::dispatch::{self, Path};
use leverlab::base::rng::Key;
use leverlab::base::stats;
use std::time::{Duration, Instant};

/// Outcome of one replicate.
struct Replicate {
    totals: Totals,
    mean_revenue: f64,
    mean_productivity: f64,
    building: Duration,
    running: Duration,
}

fn replicate(firms: &mut Firms, n: u32, run: u32, p: &Parameters) -> Replicate {
    let start = Instant::now();
    firms.found(n);
    let building = start.elapsed();
    let start = Instant::now();
    let key = Key { seed: 1, run };
    let records: Vec<Totals> = (0..QUARTERS)
        .map(|quarter| firms.quarter(key, quarter, p))
        .collect();
    let running = start.elapsed();
    let all = |part: fn(&Totals) -> f64| records.iter().map(part).sum();
    Replicate {
        totals: Totals {
            rd: all(|t| t.rd),
            tax: all(|t| t.tax),
            innovations: all(|t| t.innovations),
        },
        mean_revenue: stats::mean(&firms.revenue),
        mean_productivity: stats::mean(&firms.productivity),
        building,
        running,
    }
}

/// Highest resident memory so far \[MB\], or 0 where the system does not say.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map_or(0.0, |kilobytes| kilobytes / 1024.0)
}

/// Processor time of this process so far \[s\].
fn processor_time() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

fn usage() -> ! {
    eprintln!("usage: slice FIRMS REPLICATES [sse2|avx2|avx512]");
    std::process::exit(2);
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |k: usize| words.get(k).and_then(|word| word.parse::<u32>().ok());
    let (Some(n), Some(replicates)) = (number(0), number(1)) else {
        usage();
    };
    if let Some(name) = words.get(2)
        && let Err(error) = Path::parse(name).and_then(|path| dispatch::force(Some(path)))
    {
        eprintln!("{error}");
        usage();
    }
    let p = Parameters::standard();
    let (start_memory, start_processor, start) = (peak_memory(), processor_time(), Instant::now());
    let mut firms = Firms::default();
    let outcomes: Vec<Replicate> = (0..replicates)
        .map(|run| replicate(&mut firms, n, run, &p))
        .collect();
    let (wall, processor) = (start.elapsed(), processor_time() - start_processor);
    let list = |part: fn(&Replicate) -> f64| outcomes.iter().map(part).collect::<Vec<_>>();
    let seconds = |part: fn(&Replicate) -> Duration| {
        outcomes.iter().map(part).sum::<Duration>().as_secs_f64()
    };
    let report = serde_json::json!({
        "firms": n,
        "reps": replicates,
        "quarters": QUARTERS,
        "threads": 1,
        "path": format!("{:?}", dispatch::chosen()),
        "wall_s": wall.as_secs_f64(),
        "cpu_s": processor,
        "init_s": seconds(|r| r.building),
        "run_s": seconds(|r| r.running),
        "start_mb": start_memory,
        "peak_mb": peak_memory(),
        "rd": list(|r| r.totals.rd),
        "tax": list(|r| r.totals.tax),
        "innov": list(|r| r.totals.innovations),
        "mean_s": list(|r| r.mean_revenue),
        "mean_a": list(|r| r.mean_productivity),
    });
    println!("{report}");
}
