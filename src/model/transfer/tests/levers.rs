//! Does each lever of transfer, licensing and rights move the decision its catalogue entry
//! names, in the direction named there, all else held?

use super::bench::Bench;
use crate::base::bound::Bound;
use crate::base::math;
use crate::model::transfer::bargain::{self, Shield};
use crate::model::transfer::office;
use crate::model::universities::effort;
use crate::policy::Settings;
use crate::policy::transfer::Transfer;

/// What a lever is watched by: the quantity that its entry names under `moves`.
type Watch = fn(&mut Bench) -> f64;

/// A lever, its `moves`, and the watch of it.
const WATCHES: [(&str, &str, Watch); 20] = [
    ("transfer.office_coverage", "units_with_office", |b| {
        b.step();
        b.state.universities.tally.offices
    }),
    ("transfer.office_staff", "cases", cases),
    ("transfer.fulltime_share", "cases", cases),
    ("transfer.managers", "manager_stock", managers),
    ("transfer.manager_training", "manager_stock", managers),
    ("transfer.reach", "outside_share", |b| {
        let t = b.deal();
        1.0 - t.within_region / t.contracts
    }),
    ("transfer.centre_service", "cases", cases),
    ("transfer.pre_filing_evaluation", "noise", noise),
    ("rights.inventor_share", "disclosed_share", |b| {
        b.step();
        let t = &b.state.universities.tally;
        t.disclosed / t.made
    }),
    ("rights.inventor_cash_taxed", "inventor_income", |b| {
        let worth = effort::reward_worth_seen(&b.context());
        effort::inventor_income(b.scene.seen.rights.inventor_share, worth, false, 0.0)
    }),
    ("rights.inventor_control", "cases", cases),
    ("rights.separate_assets", "blame", blame),
    ("rights.liability_shield", "blame", blame),
    ("rights.appraisal_paper_weight", "paper_time", |b| {
        b.step();
        b.state.universities.effort[0]
    }),
    ("rights.appraisal_transfer_weight", "transfer_time", |b| {
        b.step();
        b.state.universities.effort[2]
    }),
    ("rights.appraisal_push", "reserve_price", reserve_price),
    ("licensing.open_licence", "posted_share", |b| {
        let open = b.scene.seen.licensing.open_licence;
        let ranks = &b.state.universities.inventions.post_rank;
        let posted = ranks.iter().filter(|&&rank| bargain::posted(rank, open));
        posted.count() as f64 / ranks.len() as f64
    }),
    ("licensing.use_first_pay_later", "trials", trials),
    ("licensing.upfl_cover", "trial_value", |b| {
        let (cover, p) = (
            b.scene.seen.licensing.upfl_cover,
            b.scene.parameters.transfer,
        );
        bargain::trial_worth(1.0, 0.4, cover, &p)
    }),
    ("licensing.royalty_shift", "fee", |b| {
        bargain::split_price(1.0, b.scene.seen.licensing.royalty_shift).0
    }),
];

/// Cases that all offices, centres and inventors can work in the quarter.
fn cases(b: &mut Bench) -> f64 {
    capacities(b).iter().sum()
}

/// Cases by unit.
pub(super) fn capacities(b: &Bench) -> Vec<f64> {
    let (mut waiting, mut capacity) = (Vec::new(), Vec::new());
    office::count_waiting(&b.state.universities, &mut waiting);
    office::capacities(
        &b.state.universities,
        &waiting,
        &b.scene.seen.transfer,
        b.scene.seen.rights.inventor_control,
        b.state.transfer.managers,
        &b.scene.parameters.transfer,
        &mut capacity,
    );
    capacity
}

/// Managers a year on.
fn managers(b: &mut Bench) -> f64 {
    (0..4).for_each(|_| b.step());
    b.state.transfer.managers
}

/// Root mean square of what offices misjudge in this quarter's disclosures \[log points\].
fn noise(b: &mut Bench) -> f64 {
    b.step();
    let v = &b.state.universities.inventions;
    let fresh = &b.state.universities.fresh;
    let square = |&row: &u32| {
        let error = v.seen[row as usize] - math::ln(v.quality[row as usize]);
        error * error
    };
    math::sqrt(fresh.iter().map(square).sum::<f64>() / fresh.len() as f64)
}

/// Shields of the units' officials, with the weight of the unit.
fn shields(b: &Bench) -> Vec<(f64, Shield)> {
    let (rights, units) = (&b.scene.seen.rights, &b.state.universities.units);
    let of = |i: usize| Shield {
        separate: units.separate_rank[i] < rights.separate_assets,
        belief: rights.liability_shield,
        push: rights.appraisal_push,
        ..Shield::default()
    };
    (0..units.len()).map(|i| (units.weight[i], of(i))).collect()
}

fn mean_over_units(b: &Bench, of: impl Fn(&Shield) -> f64) -> f64 {
    let all = shields(b);
    let weight: f64 = all.iter().map(|s| s.0).sum();
    all.iter().map(|(w, s)| w * of(s)).sum::<f64>() / weight
}

fn blame(b: &mut Bench) -> f64 {
    let p = b.scene.parameters.transfer;
    mean_over_units(b, |s| bargain::blame(s, &p))
}

fn reserve_price(b: &mut Bench) -> f64 {
    let p = b.scene.parameters.transfer;
    mean_over_units(b, |s| bargain::reserve_price(1.0, 1.0, s, &p))
}

/// Contracts of use first and pay later where firms are short of cash.
fn trials(b: &mut Bench) -> f64 {
    b.state.firms.cash.iter_mut().for_each(|cash| *cash *= 0.1);
    b.deal().by_kind[4]
}

/// Sets a lever for deciders and payers alike.
pub(super) fn set(b: &mut Bench, path: &str, value: f64) {
    let mut paths = Vec::new();
    Settings::paths(&mut paths);
    let place = paths.iter().position(|p| *p == path).expect("a lever");
    let mut values = Vec::new();
    b.scene.seen.values(&mut values);
    values[place] = value;
    b.scene.seen.assign(&values);
    b.scene.law = b.scene.seen;
}

fn number(value: &toml::Value) -> f64 {
    let whole = || value.as_integer().map(|i| i as f64);
    value.as_float().or_else(whole).unwrap()
}

#[test]
fn every_lever_moves_the_decision_its_entry_names() {
    let texts = [
        include_str!("../../../../seeds/levers/transfer.toml"),
        include_str!("../../../../seeds/levers/licensing.toml"),
        include_str!("../../../../seeds/levers/rights.toml"),
    ];
    let bench = Bench::new();
    let mut watched = 0;
    for text in texts {
        let table: toml::Table = text.parse().unwrap();
        for lever in table["lever"].as_array().unwrap() {
            let path = lever["path"].as_str().unwrap();
            let found = WATCHES.iter().find(|w| w.0 == path);
            let (_, moves, watch) = found.unwrap_or_else(|| panic!("nothing watches {path}"));
            assert_eq!(lever["moves"].as_str().unwrap(), *moves, "{path}");
            let sign = number(&lever["sign"]);
            let [low, high] = [0, 1].map(|k| number(&lever["plausible"][k]));
            let seen: Vec<f64> = (0..5)
                .map(|step| {
                    let mut b = bench.clone();
                    set(&mut b, path, low + 0.25 * f64::from(step) * (high - low));
                    watch(&mut b)
                })
                .collect();
            println!("{path}: {moves} {seen:.4?}");
            for pair in seen.windows(2) {
                assert!(
                    sign * (pair[1] - pair[0]) >= 0.0,
                    "{path}: {moves} {seen:?}"
                );
            }
            assert!(sign * (seen[4] - seen[0]) > 0.0, "{path}: {moves} {seen:?}");
            watched += 1;
        }
    }
    assert_eq!(watched, WATCHES.len());
}

/// Levers that lower reserve prices or ease payment make more cases end in a contract.
#[test]
fn what_lowers_the_bar_brings_contracts() {
    let bench = Bench::new();
    for (path, low, high) in [
        ("rights.separate_assets", 0.0, 0.9),
        ("rights.liability_shield", 0.0, 1.0),
        ("rights.appraisal_push", 0.0, 1.3),
        ("licensing.royalty_shift", 0.0, 0.8),
        ("licensing.use_first_pay_later", 0.0, 0.8),
        ("transfer.pre_filing_evaluation", 0.0, 0.9),
    ] {
        let [few, many] = [low, high].map(|value| {
            let mut total = 0.0;
            for stream in 0..4 {
                let mut b = bench.under(stream);
                b.state.firms.cash.iter_mut().for_each(|cash| *cash *= 0.3);
                set(&mut b, path, value);
                for _ in 0..4 {
                    b.step();
                    total += b.state.transfer.tally.contracts;
                }
            }
            total
        });
        println!(
            "{path} {low} to {high}: contracts {:+.1} %",
            100.0 * (many / few - 1.0)
        );
        assert!(many > few, "{path}: {few} to {many}");
    }
}

/// Managers fill posts that training feeds: whichever is short decides.
#[test]
fn posts_and_training_bind_in_turn() {
    let p = Bench::new().scene.parameters.transfer;
    let after = |posts: f64, training: f64| office::managers_next(20.0, posts, training, &p);
    // 30 vacant posts take 15 a year; 4 are trained: posts are idle, training binds
    assert_eq!(after(50.0, 4.0), after(60.0, 4.0));
    assert!(after(50.0, 5.0) > after(50.0, 4.0));
    // 2 vacant posts take 1 a year
    assert_eq!(after(22.0, 4.0), after(22.0, 5.0));
    assert!(after(23.0, 4.0) > after(22.0, 4.0));
    assert!((after(50.0, 4.0) - (20.0 + (4.0 - 0.15 * 20.0) / 4.0)).abs() < 1e-12);
    // at rest nothing moves
    for (posts, training) in [(50.0, 4.0), (50.0, 30.0)] {
        let rest = office::managers_at_rest(posts, training, &p);
        let next = office::managers_next(rest, posts, training, &p);
        assert!((next - rest).abs() < 1e-9, "{rest} {next}");
    }
}

/// Full-time people are staff times their share of time, and the managers of offices.
#[test]
fn full_time_people_by_hand() {
    let p = Bench::new().scene.parameters.transfer;
    let levers = Transfer {
        office_staff: 10.0,
        fulltime_share: 0.6,
        ..Bench::new().scene.seen.transfer
    };
    // 6,000 and 8 % of 40,000
    assert!((office::full_time(&levers, 40.0, &p) - 9200.0).abs() < 1e-9);
}
