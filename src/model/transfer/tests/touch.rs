//! Does touching one firm leave the deals of all others as they were (mechanisms M16)?

use super::bench::{Bench, Ledger, differing, enter};
use crate::model::state::State;
use std::collections::BTreeMap;

/// What is done to one firm.
type Touch = fn(&mut State, usize);

const TOUCHES: [(&str, Touch); 5] = [
    ("double its sales", |s, i| s.firms.sales[i] *= 2.0),
    ("remove it", |s, i| s.firms.alive[i] = false),
    ("absorptive capacity 0", |s, i| s.firms.absorptive[i] = 0.0),
    ("absorptive capacity 1", |s, i| s.firms.absorptive[i] = 1.0),
    ("no cash", |s, i| s.firms.cash[i] = 0.0),
];

/// Deals of four quarters.
fn run(mut bench: Bench) -> Ledger {
    let mut ledger = Ledger::new();
    for _ in 0..4 {
        bench.step();
        let deals = &bench.state.transfer.deals_this_quarter;
        enter(&mut ledger, deals, bench.now, None);
    }
    ledger
}

/// The deals of one firm, and those of all others.
fn apart(ledger: &Ledger, id: u32) -> (Ledger, Ledger) {
    ledger.iter().partition(|((_, firm, _), _)| *firm == id)
}

/// Rows to touch: the largest firm, the one with most deals, the smallest and the median of
/// those with a deal.
fn chosen(bench: &Bench, plain: &Ledger) -> Vec<(&'static str, usize)> {
    let mut dealt: BTreeMap<u32, f64> = BTreeMap::new();
    for ((_, firm, _), mass) in plain {
        *dealt.entry(*firm).or_default() += mass;
    }
    let all = bench.by_sales();
    let of = |row: usize| dealt.get(&bench.state.firms.id[row]).copied();
    let with: Vec<usize> = all.iter().copied().filter(|&r| of(r).is_some()).collect();
    let most = |a: &&usize, b: &&usize| of(**a).partial_cmp(&of(**b)).unwrap();
    vec![
        ("largest", all[all.len() - 1]),
        ("most deals", *with.iter().max_by(most).unwrap()),
        ("smallest with a deal", with[0]),
        ("median with a deal", with[with.len() / 2]),
    ]
}

/// Mass moved, `Σ|a − b|`.
fn moved(a: &Ledger, b: &Ledger) -> f64 {
    let all: f64 = a.values().chain(b.values()).sum();
    if all > 0.0 {
        differing(a, b) * all
    } else {
        0.0
    }
}

#[test]
fn touching_one_firm_moves_under_a_hundredth_of_other_deals() {
    // by firm and touch: mass moved of the firm itself, of others, and all mass of others
    let mut sums: BTreeMap<(&str, &str), [f64; 3]> = BTreeMap::new();
    for stream in 1..=10 {
        let bench = Bench::new().under(stream);
        let plain = run(bench.clone());
        assert!(plain.len() > 500, "{} deals", plain.len());
        for (who, row) in chosen(&bench, &plain) {
            let id = bench.state.firms.id[row];
            let (own, others) = apart(&plain, id);
            for (what, touch) in TOUCHES {
                let mut touched = bench.clone();
                touch(&mut touched.state, row);
                let (own_now, others_now) = apart(&run(touched), id);
                assert!(what != "remove it" || own_now.is_empty());
                let sum = sums.entry((who, what)).or_default();
                sum[0] += moved(&own, &own_now);
                sum[1] += moved(&others, &others_now);
                sum[2] += others.values().chain(others_now.values()).sum::<f64>();
            }
        }
    }
    let mut all_touched: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    for ((who, what), [own, others, all]) in sums {
        let share = others / all;
        println!(
            "{who}, {what}: own {own:.1}, others {others:.1}, {:.4} %",
            100.0 * share
        );
        assert!(share < 0.01, "{who}, {what}: {share}");
        // removing is felt
        assert!(what != "remove it" || own > 0.0, "{who}");
        let sum = all_touched.entry(what).or_default();
        sum[0] += own;
        sum[1] += others;
    }
    // what a firm leaves goes to one other, and the cases behind move up a place: others move
    // about as much as the firm itself, where a table that shifts moves bystanders
    for (what, [own, others]) in all_touched {
        assert!(others <= 2.0 * own, "{what}: {own} moves {others}");
    }
}
