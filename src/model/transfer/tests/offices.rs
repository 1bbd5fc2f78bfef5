//! How many cases do offices work, and what do more offices of the same people give
//! (mechanisms M33)?

use super::bench::Bench;
use super::levers::{capacities, set};
use crate::base::math;

/// Two offices of 100 researchers each in 3 real units, and a unit without one.
fn small() -> Bench {
    let mut bench = Bench::new();
    let u = &mut bench.state.universities;
    let rows: Vec<_> = (0..3).map(|i| u.units.row(i)).collect();
    u.units.clear();
    for (i, mut row) in rows.into_iter().enumerate() {
        row.weight = [1.0, 2.0, 5.0][i];
        row.researchers = 100.0;
        row.office = i < 2;
        row.control_rank = [0.1, 0.9, 0.9][i];
        u.units.push(row);
    }
    u.shelf.truncate(3);
    // what lay on other units' shelves is gone with them
    for i in 0..u.inventions.len() {
        if u.inventions.unit[i] > 2 {
            u.inventions.unit[i] = 0;
            u.inventions.shelf[i] = 0.0;
        }
    }
    u.effort = [1.0; 3];
    bench.state.transfer.managers = 0.0;
    for (path, value) in [
        ("transfer.office_staff", 0.05),
        ("transfer.fulltime_share", 0.6),
        ("transfer.centre_service", 0.02),
        ("rights.inventor_control", 0.0),
    ] {
        set(&mut bench, path, value);
    }
    bench
}

#[test]
fn capacities_by_hand() {
    let mut bench = small();
    let p = bench.scene.parameters.transfer;
    let close = |a: f64, b: f64| (a - b).abs() < 1e-9 * b;
    // 30 people on cases in 3 offices: 10 each, 10·10^0.95 cases a year, a quarter of it now
    let office = p.office_productivity * math::pow(10.0, p.office_returns) / 4.0;
    let now = capacities(&bench);
    assert!(
        close(now[0], office) && close(now[1], 2.0 * office),
        "{now:?}"
    );
    // the centre's 20 a year go to the only unit without an office
    assert!(close(now[2], 5.0), "{now:?}");
    // inventors with control add their own: 100 researchers of the first unit
    set(&mut bench, "rights.inventor_control", 0.5);
    let led = capacities(&bench);
    assert!(close(led[0] - now[0], 100.0 * p.inventor_cases / 4.0));
    assert_eq!(led[1..], now[1..]);
    // nobody waits: the centre works nothing
    let u = &mut bench.state.universities;
    for i in 0..u.inventions.len() {
        if u.inventions.unit[i] == 2 {
            u.inventions.shelf[i] = 0.0;
        }
    }
    assert_eq!(capacities(&bench)[2], 0.0);
    // a tenth of the people in the offices: a tenth of the cases at γ = 1, more below it
    let all = capacities(&small())[..2].iter().sum::<f64>();
    set(&mut bench, "rights.inventor_control", 0.0);
    set(&mut bench, "transfer.office_staff", 0.005);
    let few = capacities(&bench)[..2].iter().sum::<f64>();
    assert!(close(few / all, math::pow(0.1, p.office_returns)));
}

/// Offices' weights and sizes.
fn offices(bench: &Bench) -> Vec<(f64, f64)> {
    let u = &bench.state.universities.units;
    (0..u.len())
        .filter(|&i| u.office[i])
        .map(|i| (u.weight[i], u.researchers[i]))
        .collect()
}

/// Cases of all offices over those of one office with all the people:
/// `Σ w·(r/Σwr)^γ`.
fn spread(offices: &[(f64, f64)], returns: f64) -> f64 {
    let all: f64 = offices.iter().map(|(w, r)| w * r).sum();
    let part = |(w, r): &(f64, f64)| w * math::pow(r / all, returns);
    offices.iter().map(part).sum()
}

/// The bench after four quarters with some levers: cases, contracts, offices.
fn year(levers: &[(&str, f64)]) -> (f64, f64, Bench) {
    let mut bench = Bench::new();
    for (path, value) in levers {
        set(&mut bench, path, *value);
    }
    let (mut cases, mut contracts) = (0.0, 0.0);
    for _ in 0..4 {
        bench.step();
        cases += bench.state.transfer.tally.cases;
        contracts += bench.state.transfer.tally.contracts;
    }
    (cases, contracts, bench)
}

#[test]
fn more_offices_of_the_same_people_give_little_and_staffed_ones_more() {
    let (cases, contracts, now) = year(&[]);
    let wide = ("transfer.office_coverage", 0.6);
    let (thin_cases, thin_contracts, thin) = year(&[wide]);
    let returns = now.scene.parameters.transfer.office_returns;
    let (old, new) = (offices(&now), offices(&thin));
    let count = |o: &[(f64, f64)]| o.iter().map(|x| x.0).sum::<f64>();
    let gain = spread(&new, returns) / spread(&old, returns) - 1.0;
    // were all offices alike, the same people in n times as many would work n^(1 − γ) as much
    let alike = math::pow(count(&new) / count(&old), 1.0 - returns) - 1.0;
    let least = spread(&old, returns) * math::pow(count(&old), returns - 1.0);
    println!(
        "offices {:.0} to {:.0}: cases of offices {:+.2} % (alike {:+.2} %), cases worked \
         {:+.2} %, contracts {:+.2} %",
        count(&old),
        count(&new),
        100.0 * gain,
        100.0 * alike,
        100.0 * (thin_cases / cases - 1.0),
        100.0 * (thin_contracts / contracts - 1.0),
    );
    assert!(gain > 0.0 && gain < (1.0 + alike) / least - 1.0 && gain < 0.06);
    // the capacity of offices is that formula, people and productivity aside
    let of_offices = |b: &Bench| {
        let mut b = b.clone();
        set(&mut b, "rights.inventor_control", 0.0);
        set(&mut b, "transfer.centre_service", 0.0);
        capacities(&b).iter().sum::<f64>()
    };
    assert!((of_offices(&thin) / of_offices(&now) - 1.0 - gain).abs() < 1e-9);
    // centres and inventors work as many cases as before, so all gain less than offices do
    assert!(thin_cases / cases - 1.0 < gain);
    assert!(thin_contracts / contracts < 1.1);
    let people = count(&new) / count(&old);
    let (full_cases, full_contracts, _) = year(&[
        wide,
        (
            "transfer.office_staff",
            people * now.scene.seen.transfer.office_staff,
        ),
        (
            "transfer.managers",
            people * now.scene.seen.transfer.managers,
        ),
        (
            "transfer.manager_training",
            2.0 * people * now.scene.seen.transfer.manager_training,
        ),
    ]);
    println!(
        "with people to match: cases {:+.1} %, contracts {:+.1} %",
        100.0 * (full_cases / cases - 1.0),
        100.0 * (full_contracts / contracts - 1.0)
    );
    assert!(full_cases > 1.5 * thin_cases && full_contracts > 1.2 * thin_contracts);
}
