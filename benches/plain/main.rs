//! What do columns, strips and wide vectors save against firms as records in a plain loop?
//!
//! `cargo bench --bench plain -- [SCALE] [ROUNDS]` runs the baseline. In each quarter of two years,
//! each process that walks firms alone starts from the same state three times a round: as in
//! production, as in production without wide vectors, and as a loop over records with the same
//! formulas and draws. It fails unless every column of every firm has the same bits after both;
//! then it prints the least time of the rounds.

#![allow(clippy::disallowed_methods)]
#![allow(unreachable_pub)]
// one loop a process, as it would be written first
#![allow(clippy::too_many_arguments)]

mod check;
mod demand;
mod innovation;
mod registers;
mod research;
mod settlement;
mod world;

use leverlab::base::blocks::Crew;
use leverlab::base::dispatch::{Path as Width, force};
use leverlab::base::rng::Key;
use leverlab::base::time::Quarter;
use leverlab::engine::RunId;
use leverlab::engine::replicate::Economy;
use leverlab::evidence::Evidence;
use leverlab::model::context::Context;
use leverlab::model::quarter::{PROCESSES, Process};
use leverlab::model::state::State;
use leverlab::model::world::WARM_UP;
use leverlab::scenario::resolve;
use std::path::Path;
use world::{Agent, World};

/// Processes written plainly, by the name of their counterpart in production.
const PLAIN: [(&str, fn(&mut World, &Context)); 8] = [
    ("policy_knowledge", registers::learn),
    ("demand", demand::sell),
    ("claims", registers::claim),
    ("research_plan", research::plan),
    ("research_spend", research::spend),
    ("registers", registers::certify),
    ("innovation", innovation::succeed_and_imitate),
    ("settlement", settlement::settle),
];

/// Years measured.
const YEARS: [i32; 2] = [2024, 2030];

/// Times of one quarter or the sum of several \[ns\].
#[derive(Clone, Copy, Default)]
struct Times {
    production: f64,
    narrow: f64,
    plain: f64,
}

impl Times {
    fn add(&mut self, other: Self) {
        self.production += other.production;
        self.narrow += other.narrow;
        self.plain += other.plain;
    }

    /// Prints them over a number of firm-quarters.
    fn print(&self, name: &str, firms: f64) {
        println!(
            "{name:<20}{:>10.2}{:>10.2}{:>10.2}{:>12.2}{:>12.2}",
            self.plain / firms,
            self.narrow / firms,
            self.production / firms,
            self.narrow / self.plain,
            self.production / self.plain,
        );
    }
}

/// Nanoseconds this thread has run.
fn nanoseconds() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    now.tv_sec as f64 * 1e9 + now.tv_nsec as f64
}

/// Keeps the lesser of a time and what `act` takes.
fn time(least: &mut f64, act: impl FnOnce()) {
    let start = nanoseconds();
    act();
    let spent = nanoseconds() - start;
    *least = if spent < *least { spent } else { *least };
}

/// Gives `state` what processes of firms write as it is in `start`, in the same memory.
fn restore(state: &mut State, start: &State) {
    state.firms.clone_from(&start.firms);
    state.books.clone_from(&start.books);
    state.approval.clone_from(&start.approval);
    let (market, old) = (&mut state.market, &start.market);
    market.ln_path = old.ln_path;
    market.age = old.age;
    market.demand = old.demand;
    market.attraction = old.attraction;
    market.ln_price = old.ln_price;
    market.growth = old.growth;
    market.profit_margin = old.profit_margin;
    market.tally = old.tally;
    let (innovation, old) = (&mut state.innovation, &start.innovation);
    innovation.last_knowledge.clone_from(&old.last_knowledge);
    innovation.last_id.clone_from(&old.last_id);
    innovation.pools.level.clone_from(&old.pools.level);
    innovation.pools.growth.clone_from(&old.pools.growth);
    innovation.frontier = old.frontier;
    innovation.tally = old.tally;
}

/// Runs a process in all ways from `start`, holds what they leave against each other and gives
/// the least time of each.
fn compare(
    (name, process): Process,
    plain: fn(&mut World, &Context),
    start: &State,
    ctx: &Context,
    rounds: usize,
) -> Times {
    let (mut state, first) = (start.clone(), World::of(start));
    let mut world = first.clone();
    let mut least = Times {
        production: f64::INFINITY,
        narrow: f64::INFINITY,
        plain: f64::INFINITY,
    };
    for round in 0..rounds {
        restore(&mut state, start);
        time(&mut least.production, || process(&mut state, ctx));
        world.restore(&first);
        time(&mut least.plain, || plain(&mut world, ctx));
        if round == 0 {
            check::check(name, &world, &state);
        }
        restore(&mut state, start);
        force(Some(Width::Baseline)).expect("every machine has it");
        time(&mut least.narrow, || process(&mut state, ctx));
        force(None).expect("nothing is forced");
    }
    least
}

fn main() {
    let numbers: Vec<f64> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let scale = numbers.first().copied().unwrap_or(0.01);
    let rounds = numbers.get(1).map_or(40, |rounds| *rounds as usize);
    let evidence = Evidence::embedded().expect("evidence");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/baseline.toml");
    let sets = [format!("run.scale={scale}")];
    let (scenario, _) = resolve(&path, &sets, &evidence).expect("a scenario");
    let economy = Economy::new(&evidence, &[scenario]).expect("a model");
    let (run, seed) = (RunId { draw: 0, run: 0 }, economy.seed());
    let key = Key { seed, run: 0 };
    let parameters = economy.parameters(run.draw);
    let mut state = State::default();
    economy.found(run, &parameters, &mut state, Crew::ALONE);
    let policy = economy.policy(0);
    let mut times = [[Times::default(); PLAIN.len()]; YEARS.len()];
    let mut firms = [0.0; YEARS.len()];
    let mut now = WARM_UP;
    while now <= Quarter::new(YEARS[YEARS.len() - 1], 4) {
        let ctx = economy.context(key, now, &parameters, policy, policy.at(now));
        let year = YEARS.iter().position(|&year| year == now.year());
        state.books.open();
        for process in PROCESSES {
            let plain = PLAIN.iter().position(|(name, _)| *name == process.0);
            if let (Some(year), Some(k)) = (year, plain) {
                let spent = compare(*process, PLAIN[k].1, &state, &ctx, rounds);
                times[year][k].add(spent);
            }
            process.1(&mut state, &ctx);
        }
        if let Some(year) = year {
            firms[year] += state.firms.len() as f64;
        }
        now = now.next();
    }
    println!("every column of every firm has the same bits, every sum agrees to 1e-12");
    println!(
        "nanoseconds a firm and quarter at scale {scale}, least of {rounds} rounds, {} bytes a record",
        size_of::<Agent>()
    );
    for (year, number) in YEARS.iter().enumerate() {
        println!();
        println!(
            "{:<20}{:>10}{:>10}{:>10}{:>12}{:>12}",
            format!("{number}, {:.0} firms", firms[year] / 4.0),
            "plain",
            "narrow",
            "wide",
            "narrow/plain",
            "wide/plain"
        );
        let mut all = Times::default();
        for (k, (name, _)) in PLAIN.iter().enumerate() {
            times[year][k].print(name, firms[year]);
            all.add(times[year][k]);
        }
        all.print("all", firms[year]);
    }
}
