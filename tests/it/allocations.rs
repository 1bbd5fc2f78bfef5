//! How often does a quarter ask for memory once it has warmed up, process by process?
//!
//! Counted on this thread alone, from 2021 to 2035 after eight years of warm-up: never.

use crate::pairing::economy;
use leverlab::base::blocks::Crew;
use leverlab::base::rng::Key;
use leverlab::base::time::Quarter;
use leverlab::engine::RunId;
use leverlab::model::observe;
use leverlab::model::quarter::PROCESSES;
use leverlab::model::state::State;
use leverlab::model::world::{HORIZON, WARM_UP};
use std::hint::black_box;

/// How often each process asks while the model warms up, and from then on.
fn counted() -> Vec<(&'static str, [u64; 2])> {
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
    let mut counts: Vec<_> = PROCESSES.iter().map(|one| (one.0, [0; 2])).collect();
    counts.push(("observe", [0; 2]));
    let mut now = WARM_UP;
    while now <= HORIZON {
        let warm = now >= Quarter::new(2021, 1);
        let ctx = economy.context(key, now, &parameters, policy, policy.at(now));
        state.books.open();
        let last = PROCESSES.len();
        for k in 0..=last {
            let seen = allocation_counter::measure(|| match PROCESSES.get(k) {
                Some((_, process)) => process(&mut state, &ctx),
                None => drop(black_box(observe::read(&state, &ctx))),
            });
            counts[k].1[usize::from(warm)] += seen.count_total;
        }
        now = now.next();
    }
    counts
}

#[test]
fn a_warm_quarter_asks_for_no_memory() {
    let counts = counted();
    let before: u64 = counts.iter().map(|(_, [before, _])| before).sum();
    assert!(before > 0, "nothing is counted");
    let asking: Vec<_> = counts.iter().filter(|(_, [_, warm])| *warm > 0).collect();
    assert!(asking.is_empty(), "processes that asked: {asking:?}");
}
