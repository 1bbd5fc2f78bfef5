//! How often does a quarter ask for memory once it has warmed up, process by process?
//!
//! Counted on this thread alone, from 2021 to 2024 after eight years of warm-up. What is left
//! stands in a list that may only shrink.

use crate::pairing::economy;
use leverlab::base::blocks::Crew;
use leverlab::base::rng::Key;
use leverlab::base::time::Quarter;
use leverlab::engine::RunId;
use leverlab::model::observe;
use leverlab::model::quarter::PROCESSES;
use leverlab::model::state::State;
use leverlab::model::world::WARM_UP;
use std::hint::black_box;

/// Processes that still allocate, and how often at most in the 16 quarters; others never do.
const ALLOWED: &[(&str, u64)] = &[
    // heads of shelves that grow: transfer puts new cases in their place when it takes the next
    ("transfer", 106),
    ("universities", 23),
    ("research_plan", 1),
    ("finance_lend", 1),
    ("spin_offs", 1),
    ("funnel_enter", 13),
    ("platforms", 2),
    ("funnel", 2),
    ("entry", 1),
];

fn counted() -> Vec<(&'static str, u64)> {
    let economy = economy(0.002, "2025Q1", "2035Q4");
    let run = RunId { draw: 0, run: 0 };
    let key = Key {
        seed: economy.seed(),
        run: 0,
    };
    let parameters = economy.parameters(run.draw);
    let mut state = State::default();
    economy.found(run, &parameters, &mut state, Crew::ALONE);
    let policy = economy.policy(0);
    let mut counts: Vec<(&str, u64)> = PROCESSES.iter().map(|process| (process.0, 0)).collect();
    counts.push(("observe", 0));
    let mut now = WARM_UP;
    while now <= Quarter::new(2024, 4) {
        let warm = now >= Quarter::new(2021, 1);
        let ctx = economy.context(key, now, &parameters, policy, policy.at(now));
        state.books.open();
        let last = PROCESSES.len();
        for k in 0..=last {
            let seen = allocation_counter::measure(|| match PROCESSES.get(k) {
                Some((_, process)) => process(&mut state, &ctx),
                None => drop(black_box(observe::read(&state, &ctx))),
            });
            if warm {
                counts[k].1 += seen.count_total;
            }
        }
        now = now.next();
    }
    counts
}

#[test]
fn a_warm_quarter_asks_for_no_more_memory_than_listed() {
    let mut faults = Vec::new();
    let counts = counted();
    for (listed, _) in ALLOWED {
        assert!(
            counts.iter().any(|count| count.0 == *listed),
            "no process {listed}"
        );
    }
    for (process, count) in counts {
        println!("{process} {count}");
        let allowed = ALLOWED.iter().find(|entry| entry.0 == process);
        let allowed = allowed.map_or(0, |entry| entry.1);
        if count > allowed {
            faults.push(format!("(\"{process}\", {count}), // {allowed} allowed"));
        }
    }
    assert!(
        faults.is_empty(),
        "more allocations than listed:\n{}",
        faults.join("\n")
    );
}
