//! Is a market of a few heavy agents the market of many light ones (mechanisms M10)?

use super::bench::Bench;
use crate::base::math;
use crate::model::transfer::TransferTally;
use crate::model::universities::{Case, Shelf, priority};

/// Which agents are replaced by `k` of a `k`-th of their weight.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Firms,
    Inventions,
    Units,
    All,
}

/// The bench with each agent of a kind replaced by `k` of a `k`-th of the weight, each with
/// an id of its own; units take a `k`-th of each invention with them.
fn split(whole: &Bench, what: What, k: u32) -> Bench {
    let mut bench = whole.clone();
    let part = 1.0 / f64::from(k);
    if matches!(what, What::Firms | What::All) {
        let firms = &mut bench.state.firms;
        for row in 0..firms.len() {
            firms.weight[row] *= part;
            for copy in 1..k {
                let mut twin = firms.row(row);
                twin.id += copy * 100_000;
                firms.push(twin);
            }
        }
    }
    let u = &mut bench.state.universities;
    let divided = matches!(what, What::Units | What::All);
    let units = u.units.len();
    if divided {
        for copy in 1..k {
            for row in 0..units {
                let mut twin = u.units.row(row);
                twin.weight *= part;
                twin.id += copy * 10_000;
                u.units.push(twin);
                u.shelf.push(Shelf::default());
            }
        }
        for row in 0..units {
            u.units.weight[row] *= part;
        }
    }
    if divided || what == What::Inventions {
        for row in 0..u.inventions.len() {
            if u.inventions.id[row] == 0 {
                continue;
            }
            u.inventions.shelf[row] *= part;
            for copy in 1..k {
                let mut twin = u.inventions.row(row);
                // bits above the stratum's hold fewer than 2^13 units
                twin.id ^= copy.reverse_bits() >> 1;
                if divided {
                    twin.unit += copy * units as u32;
                }
                u.inventions.push(twin);
            }
        }
        relist(&mut bench);
    }
    if what == What::All {
        // all in parts is a sample as much larger
        bench.scale *= f64::from(k);
    }
    bench.open();
    bench
}

/// Puts each unit's inventions on its shelf anew.
fn relist(bench: &mut Bench) {
    let (p, q) = (
        &bench.scene.parameters.universities,
        &bench.scene.parameters.transfer,
    );
    let u = &mut bench.state.universities;
    u.shelf.fill(Shelf::default());
    let v = &u.inventions;
    for row in 0..v.len() {
        if v.id[row] != 0 {
            u.shelf[v.unit[row] as usize].put(&[Case {
                priority: priority(v.seen[row], v.disclosed[row], v.tried[row], p, q),
                id: v.id[row],
                invention: row as u32,
            }]);
        }
    }
}

/// Totals compared.
const TOTALS: [&str; 12] = [
    "contracts",
    "value",
    "use",
    "qualification",
    "order",
    "transfer",
    "licence",
    "equity",
    "open licence",
    "trial",
    "cases",
    "within region",
];

fn totals(t: &TransferTally) -> [f64; 12] {
    let (m, k) = (t.by_motive, t.by_kind);
    [
        t.contracts,
        t.value,
        m[0],
        m[1],
        m[2],
        k[0],
        k[1],
        k[2],
        k[3],
        k[4],
        t.cases,
        t.within_region,
    ]
}

/// Totals of four quarters.
fn run(mut bench: Bench) -> [f64; 12] {
    let mut sum = [0.0; 12];
    for _ in 0..4 {
        let quarter = totals(bench.deal());
        for (total, one) in sum.iter_mut().zip(quarter) {
            *total += one;
        }
    }
    sum
}

/// Mean and standard error.
fn mean_and_error(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let square: f64 = x.iter().map(|v| (v - mean) * (v - mean)).sum();
    (mean, math::sqrt(square / (n - 1.0) / n))
}

/// Prints and checks the change of each total when agents of a kind are split by `k`: within
/// four standard errors of paired differences, and within a bound for the large totals.
fn compare(what: What, k: u32, runs: u32) -> Vec<String> {
    let whole = Bench::new();
    let parts = split(&whole, what, k);
    let both: Vec<_> = (0..runs)
        .map(|r| (run(whole.under(r)), run(parts.under(r))))
        .collect();
    let mut broken = Vec::new();
    for (i, name) in TOTALS.iter().enumerate() {
        let column: Vec<f64> = both.iter().map(|b| b.0[i]).collect();
        let apart: Vec<f64> = both.iter().map(|b| b.1[i] - b.0[i]).collect();
        let base = mean_and_error(&column).0;
        let (mean, error) = mean_and_error(&apart);
        // sums in another order differ in the last digits
        let (mean, error) = (mean / base, math::max(error / base, 1e-9));
        let line = format!(
            "{what:?} by {k}: {name:14} {base:9.0} {:+6.2} % ± {:4.2}, z {:+5.1}",
            100.0 * mean,
            100.0 * error,
            mean / error
        );
        println!("{line}");
        let large = LARGE.contains(name);
        if mean.abs() > 4.0 * error || large && mean.abs() > 0.03 {
            broken.push(line);
        }
    }
    broken
}

/// Totals large enough to be held within 3 %.
const LARGE: [&str; 7] = [
    "contracts",
    "value",
    "use",
    "transfer",
    "licence",
    "cases",
    "within region",
];

/// Which splits are tried: inventions and units alone only where `LEVERLAB_LONG` is set.
fn splits() -> Vec<What> {
    if std::env::var_os("LEVERLAB_LONG").is_some() {
        vec![What::Firms, What::Inventions, What::Units, What::All]
    } else {
        vec![What::Firms, What::All]
    }
}

fn check(k: u32) {
    let broken: Vec<String> = splits()
        .into_iter()
        .flat_map(|what| compare(what, k, 60))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn halves_deal_as_wholes_do() {
    check(2);
}

#[test]
fn tenths_deal_as_wholes_do() {
    check(10);
}

/// The market in hundredths is close to one of real firms; it takes a while.
#[test]
fn hundredths_deal_as_wholes_do() {
    if std::env::var_os("LEVERLAB_LONG").is_none() {
        return;
    }
    let broken = compare(What::All, 100, 8);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Samples of more or fewer firms from the same population. Below some ten firms a region and
/// field searches there find nobody: fewer contracts, fewer of them at home.
#[test]
fn larger_samples_of_firms_deal_alike() {
    if std::env::var_os("LEVERLAB_LONG").is_none() {
        return;
    }
    let sample = |count: u32| {
        let mut bench = Bench::new();
        bench.state.firms = super::bench::firms(count);
        bench.open();
        let all: Vec<_> = (0..20).map(|r| run(bench.under(r))).collect();
        let contracts: Vec<f64> = all.iter().map(|t| t[0]).collect();
        let home: Vec<f64> = all.iter().map(|t| t[11] / t[0]).collect();
        let ((c, c_error), (h, h_error)) = (mean_and_error(&contracts), mean_and_error(&home));
        println!("{count} firms: contracts {c:.0} ± {c_error:.0}, at home {h:.4} ± {h_error:.4}");
        (c, h)
    };
    let (contracts, home) = sample(12_000);
    for count in [750, 1500, 3000, 6000] {
        let (c, h) = sample(count);
        if count >= 3000 {
            assert!((c / contracts - 1.0).abs() < 0.04 && (h - home).abs() < 0.02);
        }
    }
}
