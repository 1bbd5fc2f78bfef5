//! How long do deals under a variant stay the deals of the baseline (mechanisms M16)?

use super::bench::{Bench, Ledger, differing, enter};
use super::levers::set;
use crate::base::math;

/// Quarters ahead and chance streams: a quick look, or a long one where `LEVERLAB_LONG` is
/// set.
fn horizon_and_streams() -> (usize, u32) {
    if std::env::var_os("LEVERLAB_LONG").is_some() {
        (8, 60)
    } else {
        (4, 24)
    }
}

/// Levers of search and terms, moved by a step that a scenario would take: the same cases
/// are worked, some end otherwise.
const TERMS: [(&str, f64); 5] = [
    ("transfer.reach", 0.45),
    ("rights.separate_assets", 0.6),
    ("rights.liability_shield", 0.6),
    ("licensing.use_first_pay_later", 0.3),
    ("licensing.royalty_shift", 0.3),
];

/// Levers of capacity and choice of cases: a case worked a quarter sooner or later meets
/// other firms, so that deals part faster.
const CASES: [(&str, f64); 3] = [
    ("transfer.office_coverage", 0.4),
    ("transfer.office_staff", 25.0),
    ("transfer.pre_filing_evaluation", 0.5),
];

/// Contracts and deals of each quarter.
fn run(mut bench: Bench, horizon: usize) -> Vec<(f64, Ledger)> {
    let quarter = |_| {
        bench.step();
        let mut ledger = Ledger::new();
        enter(
            &mut ledger,
            &bench.state.transfer.deals_this_quarter,
            bench.now,
            None,
        );
        (bench.state.transfer.tally.contracts, ledger)
    };
    (0..horizon).map(quarter).collect()
}

/// Correlation of two samples.
///
/// Example: (1, 2, 3) and (2, 4, 6): 1.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (of_a, of_b) = (mean(a), mean(b));
    let sum = |x: &[f64], of_x: f64, y: &[f64], of_y: f64| {
        x.iter()
            .zip(y)
            .map(|(x, y)| (x - of_x) * (y - of_y))
            .sum::<f64>()
    };
    sum(a, of_a, b, of_b) / math::sqrt(sum(a, of_a, a, of_a) * sum(b, of_b, b, of_b))
}

/// Contracts of quarter `t` by stream, less their mean.
fn contracts(runs: &[Vec<(f64, Ledger)>], t: usize) -> Vec<f64> {
    let mean = runs.iter().map(|r| r[t].0).sum::<f64>() / runs.len() as f64;
    runs.iter().map(|r| r[t].0 - mean).collect()
}

/// Correlation of contracts over streams by quarter, and of all first four quarters.
fn correlations(a: &[Vec<(f64, Ledger)>], b: &[Vec<(f64, Ledger)>]) -> (Vec<f64>, f64) {
    let by_quarter = |t| correlation(&contracts(a, t), &contracts(b, t));
    let year = |runs| (0..4).flat_map(|t| contracts(runs, t)).collect::<Vec<_>>();
    (
        (0..a[0].len()).map(by_quarter).collect(),
        correlation(&year(a), &year(b)),
    )
}

#[test]
fn contracts_of_a_variant_follow_those_of_the_baseline() {
    let (horizon, streams) = horizon_and_streams();
    let bench = Bench::new();
    let under = |bench: &Bench, first: u32| -> Vec<_> {
        (0..streams)
            .map(|r| run(bench.under(first + r), horizon))
            .collect()
    };
    let plain = under(&bench, 0);
    for (path, value) in TERMS.into_iter().chain(CASES) {
        let mut variant = bench.clone();
        set(&mut variant, path, value);
        let other = under(&variant, 0);
        let (by_quarter, year) = correlations(&plain, &other);
        let shared = |t: usize| {
            let apart = plain
                .iter()
                .zip(&other)
                .map(|(a, b)| differing(&a[t].1, &b[t].1));
            1.0 - apart.sum::<f64>() / f64::from(streams)
        };
        let shared: Vec<f64> = (0..horizon).map(shared).collect();
        println!(
            "{path} {value}: correlation {by_quarter:.2?}, of the first year {year:.3}, \
             shared mass {shared:.2?}"
        );
        assert!(by_quarter[0] > 0.9, "{path}: {by_quarter:?}");
        if CASES.contains(&(path, value)) {
            // findings, not hopes: see the list
            assert!(year > 0.7, "{path}: {year} {by_quarter:?}");
        } else {
            assert!(year > 0.9, "{path}: {year} {by_quarter:?}");
        }
    }
    // under other chance streams nothing is shared
    let (by_quarter, year) = correlations(&plain, &under(&bench, 1000));
    println!("strangers: correlation {by_quarter:.2?}, of the first year {year:.3}");
    assert!(year.abs() < 0.4);
}
