//! Batches give the same bits whatever the threads, and survive runs that fail.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use leverlab::engine::Ensemble;
use leverlab::engine::batch::{Plan, Progress, Quiet, run, run_tree};
use leverlab::engine::tree::Branch;

use crate::engine_toy::Toy;

const PLAN: Plan = Plan {
    runs: 23,
    per_draw: 4,
    threads: 1,
    batch: 0,
};

fn go(toy: &Toy, plan: Plan) -> Ensemble {
    run(toy, &plan, &Quiet, &AtomicBool::new(false)).expect("threads")
}

fn bits(ensemble: &Ensemble) -> Vec<u64> {
    let outcomes = ensemble.outcomes.iter().flatten();
    outcomes
        .flat_map(|o| o.metrics.iter().chain(&o.details).chain(&o.paths))
        .map(|value| value.to_bits())
        .collect()
}

#[test]
fn threads_and_batch_size_move_no_bit() {
    let toy = Toy {
        effects: vec![0.0, 1.0, 2.0],
        panics: vec![(1, 3), (2, 9)],
        nans: vec![(0, 17)],
        ..Toy::default()
    };
    let one = go(&toy, PLAN);
    assert_eq!(one.runs.len(), 20);
    for (threads, batch) in [(1, 1), (2, 0), (3, 2), (8, 5), (4, 1000)] {
        let other = go(
            &toy,
            Plan {
                threads,
                batch,
                ..PLAN
            },
        );
        assert_eq!(
            bits(&one),
            bits(&other),
            "{threads} threads, batches of {batch}"
        );
        assert_eq!(one.runs, other.runs);
        assert_eq!(one.failures, other.failures);
    }
}

#[test]
fn a_thread_without_a_run_walks_branches_of_anothers() {
    let alone = Toy {
        effects: vec![0.0, 1.0, 2.0, 1.0],
        starts: vec![0, 0, 3, 4],
        panics: vec![(2, 1)],
        ..Toy::default()
    };
    let meeting = Arc::default();
    let met = Toy {
        meeting: Some(Arc::clone(&meeting)),
        ..alone.clone()
    };
    let plan = |threads, runs| Plan {
        threads,
        runs,
        ..PLAN
    };
    let one = go(&met, plan(2, 1));
    assert!(meeting.have_met(), "one thread walked all branches");
    assert_eq!(bits(&go(&alone, plan(1, 1))), bits(&one));
    let (few, many) = (go(&alone, plan(1, 2)), go(&met, plan(6, 2)));
    assert_eq!((bits(&few), &few.failures), (bits(&many), &many.failures));
    assert_eq!(few.failures.len(), 1);
}

#[test]
fn a_failed_run_is_dropped_in_all_scenarios_and_its_cause_kept() {
    let toy = Toy {
        effects: vec![0.0, 1.0],
        panics: vec![(1, 2)],
        nans: vec![(1, 5)],
        past_panics: vec![7],
        ..Toy::default()
    };
    let all = go(&toy, PLAN);
    let expected: Vec<u32> = (0..23).filter(|r| ![2, 5, 7].contains(r)).collect();
    assert_eq!(all.runs, expected);
    assert!(all.outcomes.iter().all(|column| column.len() == 20));
    assert!(all.complete, "failures do not make a batch incomplete");
    let causes: Vec<_> = all
        .failures
        .iter()
        .map(|f| (f.scenario, f.run, &f.cause))
        .collect();
    assert_eq!(causes.len(), 3);
    assert!(
        causes[0].2.contains("broken invariant in run 2"),
        "{}",
        causes[0].2
    );
    assert!(
        causes[0].2.contains("engine_toy.rs"),
        "the place is named: {}",
        causes[0].2
    );
    assert!(
        causes[1].2.contains("metric `rd_business_real` is NaN"),
        "{}",
        causes[1].2
    );
    assert!(causes[2].2.contains("in quarter 0"), "{}", causes[2].2);
    // The runs that remain are those of a batch without faults.
    let healthy = go(
        &Toy {
            effects: vec![0.0, 1.0],
            ..Toy::default()
        },
        PLAN,
    );
    assert_eq!(all.outcomes[1][0], healthy.outcomes[1][0]);
    assert_eq!(all.outcomes[1][19], healthy.outcomes[1][22]);
}

#[test]
fn a_longer_batch_begins_with_the_shorter_one() {
    let toy = Toy {
        effects: vec![0.0, 1.0],
        ..Toy::default()
    };
    let (short, long) = (go(&toy, PLAN), go(&toy, Plan { runs: 40, ..PLAN }));
    assert_eq!(short.outcomes[1], long.outcomes[1][..23]);
}

struct StopAfter<'a> {
    limit: u64,
    stop: &'a AtomicBool,
}

impl Progress for StopAfter<'_> {
    fn done(&self, finished: u64) {
        if finished >= self.limit {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

#[test]
fn cancelling_keeps_only_runs_that_all_scenarios_have() {
    let toy = Toy {
        effects: vec![0.0, 1.0, 2.0],
        ..Toy::default()
    };
    let whole = go(&toy, PLAN);
    for limit in [1, 27, 130] {
        let stop = AtomicBool::new(false);
        let listener = StopAfter { limit, stop: &stop };
        let part = run(&toy, &Plan { threads: 2, ..PLAN }, &listener, &stop).expect("threads");
        assert!(!part.complete && part.runs.len() < 23, "limit {limit}");
        assert!(
            part.outcomes
                .iter()
                .all(|column| column.len() == part.runs.len())
        );
        for (place, &id) in part.runs.iter().enumerate() {
            assert_eq!(part.outcomes[2][place], whole.outcomes[2][id as usize]);
        }
    }
}

#[derive(Default)]
struct Count(AtomicU64, Mutex<u64>);

impl Progress for Count {
    fn done(&self, finished: u64) {
        self.0.fetch_add(1, Ordering::Relaxed);
        let mut most = self.1.lock().expect("no panic here");
        *most = finished.max(*most);
    }
}

#[test]
fn progress_counts_every_quarter_failed_ones_too() {
    let toy = Toy {
        effects: vec![0.0, 1.0, 0.0],
        nans: vec![(0, 3), (1, 4)],
        panics: vec![(1, 5), (0, 6)],
        past_panics: vec![7],
        ..Toy::default()
    };
    let count = Count::default();
    run(
        &toy,
        &Plan { threads: 3, ..PLAN },
        &count,
        &AtomicBool::new(false),
    )
    .expect("threads");
    assert_eq!(
        *count.1.lock().expect("no panic here"),
        23 * Branch::of(&toy).quarters()
    );
}

#[test]
fn no_runs_give_an_empty_complete_ensemble() {
    let all = go(
        &Toy {
            effects: vec![0.0],
            ..Toy::default()
        },
        Plan { runs: 0, ..PLAN },
    );
    assert!(all.runs.is_empty() && all.complete);
}

/// Forks of every kind: at the start, later, nested, twins of the baseline and of a variant.
fn forked() -> Toy {
    Toy {
        effects: vec![0.0, 1.0, 2.0, 0.0, 2.0, 3.0, 1.0, 2.0],
        starts: vec![0, 0, 3, 4, 3, 3, 5, 0],
        ..Toy::default()
    }
}

#[test]
fn with_forks_and_without_the_bits_are_the_same() {
    let toy = forked();
    let tree = Branch::of(&toy);
    // Past 2 and start: 1, 7 part; at 3: {2, 4}, 5; at 5: 6 from {0, 3}.
    assert_eq!((tree.ends(), tree.quarters()), (6, 2 + 6 * 3 + 2 * 3 + 1));
    let alone = Branch::alone(8, 8);
    for threads in [1, 3] {
        let plan = Plan { threads, ..PLAN };
        let stop = AtomicBool::new(false);
        let each = run_tree(&toy, &alone, &plan, &Quiet, &stop).expect("threads");
        let shared = go(&toy, plan);
        assert_eq!(bits(&each), bits(&shared));
        assert_eq!(shared.outcomes[0], shared.outcomes[3], "twins");
        assert_ne!(shared.outcomes[0], shared.outcomes[6]);
    }
}

#[test]
fn a_failure_where_scenarios_are_one_fails_them_all_and_no_other() {
    let toy = Toy {
        panics: vec![(2, 5), (1, 6)],
        ..forked()
    };
    let all = go(&toy, PLAN);
    let failed: Vec<_> = all.failures.iter().map(|f| (f.run, f.scenario)).collect();
    assert_eq!(failed, [(5, 2), (5, 4), (6, 1)], "4 is a twin of 2");
    let healthy = go(&forked(), PLAN);
    assert_eq!(
        all.outcomes[5][5], healthy.outcomes[5][7],
        "runs after it are untouched"
    );
}
