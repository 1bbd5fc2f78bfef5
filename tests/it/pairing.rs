//! Does the whole model keep runs paired, and do its headlines hang on the share of the
//! population that is simulated?
//!
//! `LEVERLAB_LONG=1 cargo test --release --test it pairing -- --nocapture` prints the long
//! tables.

use leverlab::base::math;
use leverlab::base::rng::Key;
use leverlab::engine::batch::{self, Plan, Quiet};
use leverlab::engine::replicate::Economy;
use leverlab::engine::{Ensemble, RunId, Simulation};
use leverlab::evidence::Evidence;
use leverlab::model::quarter;
use leverlab::model::state::State;
use leverlab::scenario::resolve_all;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

static EVIDENCE: LazyLock<Evidence> =
    LazyLock::new(|| Evidence::embedded().unwrap_or_else(|error| panic!("{error}")));

pub(crate) fn long() -> bool {
    std::env::var_os("LEVERLAB_LONG").is_some()
}

/// The baseline at a scale, to a last quarter.
pub(crate) fn economy(scale: f64, start: &str, end: &str) -> Economy {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/baseline.toml");
    let sets = [
        format!("run.scale={scale}"),
        format!("run.start=\"{start}\""),
        format!("run.end=\"{end}\""),
    ];
    match resolve_all(&base, &[], &sets, &EVIDENCE) {
        Ok(all) => {
            let all: Vec<_> = all.into_iter().map(|one| one.scenario).collect();
            Economy::new(&EVIDENCE, &all).expect("a model")
        }
        Err(faults) => panic!("{faults}"),
    }
}

/// Real inventions dealt, by quarter, firm and invention.
type Ledger = BTreeMap<(i32, u32, u32), f64>;

/// Four quarters of the whole model from `state`; what was dealt.
fn year(economy: &Economy, id: RunId, mut state: State) -> Ledger {
    let parameters = economy.parameters(id.draw);
    let policy = economy.policy(0);
    let key = Key {
        seed: economy.seed(),
        run: id.run,
    };
    let mut ledger = Ledger::new();
    for step in 0..4 {
        let now = economy.start().plus(step);
        let ctx = economy.context(key, now, &parameters, policy, policy.at(now));
        quarter::step(&mut state, &ctx);
        for deal in &state.transfer.deals_this_quarter {
            let entry = (now.index(), deal.firm_id, deal.invention_id);
            *ledger.entry(entry).or_default() += deal.mass;
        }
    }
    ledger
}

/// Mass of one firm's deals that two ledgers do not share, the same of all others, and all
/// mass of others.
fn apart(a: &Ledger, b: &Ledger, id: u32) -> [f64; 3] {
    let mut sums = [0.0; 3];
    let keys: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
    for key in keys {
        let [x, y] = [a, b].map(|l| l.get(key).copied().unwrap_or(0.0));
        if key.1 == id {
            sums[0] += (x - y).abs();
        } else {
            sums[1] += (x - y).abs();
            sums[2] += x + y;
        }
    }
    sums
}

/// The agent with most deals.
const MOST: &str = "most deals";

type Touch = fn(&mut State, usize);

const TOUCHES: [(&str, Touch); 3] = [
    ("double its sales", |s, i| {
        s.firms.sales[i] *= 2.0;
        s.firms.sales_mean[i] *= 2.0;
        // appeal keeps them there
        s.firms.ln_appeal[i] += std::f64::consts::LN_2;
    }),
    ("remove it", |s, i| s.firms.alive[i] = false),
    ("forget what it knows", |s, i| s.firms.knowledge[i] = 0.0),
];

#[test]
fn touching_one_firm_moves_under_a_hundredth_of_other_deals() {
    // in smaller samples one agent is a hundredth of the market itself
    let (scale, runs) = (0.005, 4);
    let economy = economy(scale, "2024Q1", "2024Q4");
    let mut shares: BTreeMap<(&str, &str), [f64; 3]> = BTreeMap::new();
    for run in 0..runs {
        let id = RunId { draw: run, run };
        let mut past = economy.blank();
        economy.past(id, &mut past);
        let state = past.state();
        let plain = year(&economy, id, state.clone());
        assert!(plain.len() > 100, "{} deals", plain.len());
        for (who, row) in chosen(state, &plain) {
            for (what, touch) in TOUCHES {
                let mut touched = state.clone();
                touch(&mut touched, row);
                let moved = apart(&plain, &year(&economy, id, touched), state.firms.id[row]);
                let sum = shares.entry((who, what)).or_default();
                (0..3).for_each(|k| sum[k] += moved[k]);
            }
        }
    }
    println!("scale {scale}, {runs} runs, deals of other firms that differ within a year:");
    for ((who, what), [own, others, all]) in &shares {
        let share = others / all;
        println!(
            "| {who} | {what} | own {own:.1} | others {others:.1} | {:.3} % |",
            100.0 * share
        );
    }
    for ((who, what), [own, others, all]) in &shares {
        // at a small scale one agent can hold a hundredth of all deals itself: what it leaves
        // goes to others, who then lack the places for some of theirs
        let most = if *who == MOST { 3.0 * own / all } else { 0.0 };
        let bound = math::max(0.01, most);
        assert!(others / all < bound, "{who}, {what}: {}", others / all);
    }
}

/// Rows to touch: the largest firm, the one with most deals, the median of those with a deal.
fn chosen(state: &State, plain: &Ledger) -> Vec<(&'static str, usize)> {
    let firms = &state.firms;
    let mut dealt: BTreeMap<u32, f64> = BTreeMap::new();
    for ((_, firm, _), mass) in plain {
        *dealt.entry(*firm).or_default() += mass;
    }
    let living = || (0..firms.len()).filter(|&i| firms.alive[i]);
    let by_sales = |a: &usize, b: &usize| firms.sales[*a].total_cmp(&firms.sales[*b]);
    let of = |i: usize| dealt.get(&firms.id[i]).copied().unwrap_or(0.0);
    let mut with: Vec<usize> = living().filter(|&i| of(i) > 0.0).collect();
    with.sort_by(by_sales);
    let most = living().max_by(|&a, &b| of(a).total_cmp(&of(b)));
    vec![
        ("largest", living().max_by(by_sales).expect("a firm")),
        (MOST, most.expect("a firm")),
        ("median with a deal", with[with.len() / 2]),
    ]
}

/// Headline metrics of every run at a scale, one row a run, from a batch whose runs share
/// parameters and chance streams with those at other scales.
fn headlines(scale: f64, runs: u32, start: &str, end: &str) -> (Vec<&'static str>, Vec<Vec<f64>>) {
    let economy = economy(scale, start, end);
    let plan = Plan {
        runs,
        per_draw: 1,
        threads: 2,
        batch: 0,
    };
    let ensemble: Ensemble =
        batch::run(&economy, &plan, &Quiet, &AtomicBool::new(false)).expect("threads start");
    assert!(ensemble.failures.is_empty(), "{:?}", ensemble.failures);
    let names = economy.metrics().iter().map(|metric| metric.id).collect();
    let rows = ensemble.outcomes[0].iter().map(|o| o.metrics.clone());
    (names, rows.collect())
}

/// Mean and standard error.
pub(crate) fn mean_and_error(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let square: f64 = x.iter().map(|v| (v - mean) * (v - mean)).sum();
    (mean, (square / (n - 1.0) / n).sqrt())
}

/// Metrics known to hang on the scale below some scale, and by how much at most
/// (docs/measurements.md, "Against the whole country").
const THIN: [(&str, f64, f64); 2] = [
    // where a region and field has few living firms in the sample, searches there find nobody
    ("local_deal_share", 0.1, 0.06),
    // an agent of many inventions still keeps its office busy for a little longer than these would
    ("quarters_to_industrialise", 0.1, 0.02),
];

/// Prints a table of headlines by scale and of the paired difference of each scale from the
/// largest; gives back what lies beyond `errors` standard errors.
fn compare(scales: &[f64], runs: u32, start: &str, end: &str, errors: f64) -> Vec<String> {
    let all: Vec<_> = scales
        .iter()
        .map(|&scale| headlines(scale, runs, start, end))
        .collect();
    let (largest, smaller) = all.split_last().expect("a scale");
    let mut broken = Vec::new();
    println!("{start} to {end}, {runs} runs, mean ± standard error by scale {scales:?};");
    println!("z: mean over standard error of the difference from the largest scale, run by run");
    for (k, name) in largest.0.iter().enumerate() {
        let column = |rows: &[Vec<f64>]| rows.iter().map(|row| row[k]).collect::<Vec<_>>();
        let reference = column(&largest.1);
        let mut line = format!("| {name} |");
        for (_, rows) in &all {
            let (mean, error) = mean_and_error(&column(rows));
            line += &format!(" {mean:.4} ± {error:.4} |");
        }
        for ((_, rows), scale) in smaller.iter().zip(scales) {
            let pairs = column(rows).into_iter().zip(&reference);
            let apart: Vec<f64> = pairs.map(|(a, b)| a - b).filter(|d| !d.is_nan()).collect();
            if apart.len() < 2 {
                line += " – |";
                continue;
            }
            let (mean, error) = mean_and_error(&apart);
            let z = if mean == 0.0 { 0.0 } else { mean / error };
            line += &format!(" {z:+.1} |");
            let share = mean / mean_and_error(&reference).0;
            let known = THIN.iter().find(|t| t.0 == *name && *scale < t.1);
            if z.abs() > errors && known.is_none_or(|(.., most)| share.abs() > *most) {
                broken.push(format!(
                    "{name} at {scale}: z {z:+.1}, {:+.1} %",
                    100.0 * share
                ));
            }
        }
        println!("{line}");
    }
    broken
}

/// A quick look at 2016; six runs leave wide errors, so only gross failures show.
#[test]
fn headlines_do_not_hang_on_the_scale() {
    let broken = if long() {
        compare(
            &[0.002, 0.005, 0.01, 0.04, 1.0],
            16,
            "2025Q1",
            "2027Q4",
            4.0,
        )
    } else {
        // at five degrees of freedom one comparison in ten thousand lies beyond 11
        compare(&[0.001, 0.002], 6, "2016Q1", "2016Q4", 11.0)
    };
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
