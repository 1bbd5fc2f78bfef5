//! Gains by hand, the spread of registration, the recorded turnover.

use super::*;
use crate::base::math::{ln, pow};
use crate::base::time::Quarter;
use crate::model::books::{Account, Instrument};
use crate::model::patents::testbed::{Scene, world_of};

#[test]
fn gain_of_a_contract_by_hand() {
    let b = Benefit {
        relief: 0.02,
        award_rate: 0.006,
        award_cap: 0.05,
        deduction: 0.0,
        income: 0.0,
        exempt: 0.0,
        taxed_above: 0.0,
        tax_rate: 0.0,
        certificate: 1.0,
        pressure: 17.0,
        exponent: 0.55,
    };
    // 1 mn: 20 + 6 + 1 + 17 thousand
    assert!((registration_gain(&b, 1.0) - 44.0).abs() < 1e-9);
    // the cap binds at 100 mn: 2000 + 50 + 1 + 17·100^0.55
    assert!((registration_gain(&b, 100.0) - 2051.0 - 17.0 * pow(100.0, 0.55)).abs() < 1e-6);
    assert!((willing_share(1.4, 1.4, 1.2) - 0.5).abs() < 1e-6);
    let taxed = Benefit {
        income: 0.3,
        exempt: 5.0,
        taxed_above: 0.5,
        tax_rate: 0.2,
        ..b
    };
    assert!((transfer_relief(&taxed, 40.0) - 1.7).abs() < 1e-12);
    let more = registration_gain(&taxed, 40.0) - registration_gain(&b, 40.0);
    assert!((more - 1700.0).abs() < 1e-6);
}

#[test]
fn sizes_keep_the_mean_and_are_heavy() {
    let (number, relative) = size_classes(2.55, 1.5);
    let total: f64 = number.iter().sum();
    let mean: f64 = number.iter().zip(&relative).map(|(n, r)| n * r).sum();
    assert!((total - 1.0).abs() < 1e-6 && (mean - 1.0).abs() < 1e-6);
    assert!(relative.windows(2).all(|w| w[0] < w[1]));
    assert!(number[SIZES - 1] * relative[SIZES - 1] > 0.2);
}

#[test]
fn each_lever_moves_the_gain() {
    let now = Quarter::new(2019, 1);
    let gain = |change: &dyn Fn(&mut crate::policy::registration::Registration)| {
        let mut scene = Scene::at(now);
        change(&mut scene.seen.registration);
        registration_gain(&benefit(&scene.context(now), 0, TRANSFER, 1.0, 0.2), 20.0)
    };
    let base = gain(&|_| {});
    assert!(gain(&|l| l.vat_relief += 0.03) > base);
    assert!(gain(&|l| l.award_rate *= 2.0) >= base);
    assert!(gain(&|l| l.award_cap *= 2.0) > base);
    assert!(gain(&|l| l.target_growth += 0.05) > base);
}

#[test]
fn income_tax_on_transfers_brings_contracts_to_the_register() {
    let now = Quarter::new(2019, 1);
    let run = |exempt: f64, taxed_above: f64| {
        let mut state = world_of(64, 100.0, 20.0);
        state.firms.taxed.fill(true);
        let mut scene = Scene::at(now);
        for tax in [&mut scene.seen.tax, &mut scene.law.tax] {
            tax.standard_rate = 0.25;
            tax.transfer_income_exempt = exempt;
            tax.transfer_income_reduced = taxed_above;
        }
        state.registration = RegistrationState::found(&state, &scene.context(now));
        let cash = state.firms.total(&state.firms.cash);
        register(&mut state, &scene.context(now));
        let moved = state.firms.total(&state.firms.cash) - cash;
        assert!((moved - state.books.net(Account::Firms)).abs() < 1e-6 * moved);
        let relief = state.books.accrual[Instrument::TransferRelief as usize];
        let tally = state.registration.tally;
        (
            tally.by_kind[TRANSFER],
            relief[0] + relief[1],
            tally.by_kind[SERVICE],
        )
    };
    let none = run(0.0, 1.0);
    let law = run(5.0, 0.5);
    assert_eq!(none.1, 0.0);
    assert!(law.0 > none.0 && law.1 > 0.0);
    assert!(run(20.0, 0.5).0 > law.0 && run(5.0, 0.0).0 > law.0);
    // other kinds of contract are not favoured
    assert_eq!(law.2, none.2);
}

#[test]
fn audits_lower_registration() {
    let now = Quarter::new(2019, 1);
    let value = |audit: f64| {
        let mut state = world_of(64, 100.0, 20.0);
        let mut scene = Scene::at(now);
        scene.seen.registration.audit_rate = audit;
        state.registration = RegistrationState::found(&state, &scene.context(now));
        register(&mut state, &scene.context(now));
        state.registration.tally.value
    };
    assert!(value(0.5) < value(0.0));
}

#[test]
fn history_of_turnover_follows_from_trade_and_spread() {
    let fit = [
        911.0, 1140.0, 1434.0, 1804.0, 2269.0, 2844.0, 3543.0, 4378.0, 5363.0, 6512.0,
    ];
    let research = [
        920.0, 1005.67, 1088.13, 1214.24, 1366.02, 1523.37, 1692.18, 1867.38, 2150.41, 2387.86,
        2592.22, 2821.16,
    ];
    let mut state = world_of(64, 1000.0, 0.0);
    let start = Quarter::new(2013, 1);
    state.registration = RegistrationState::found(&state, &Scene::at(start).context(start));
    let mut values = Vec::new();
    for (year, rd) in research.iter().enumerate() {
        let mut sums = [0.0; 4];
        for quarter in 1..=4 {
            let now = Quarter::new(2013 + year as i32, quarter);
            let mut scene = Scene::at(now);
            scene.world.trade_growth = ln(1.16) / 4.0;
            let weight: f64 = state.firms.weight.iter().sum();
            state
                .firms
                .rd
                .iter_mut()
                .for_each(|r| *r = rd * 1000.0 / weight);
            let cash = state.firms.total(&state.firms.cash);
            state.books.open();
            register(&mut state, &scene.context(now));
            let moved = state.firms.total(&state.firms.cash) - cash;
            assert!((moved - state.books.net(Account::Firms)).abs() < 1e-6 * (1.0 + moved.abs()));
            let t = state.registration.tally;
            assert!(t.value <= t.eligible && t.contracts >= 0.0);
            sums[0] += t.value / 1000.0;
            sums[1] += t.contracts / 1000.0;
            sums[2] += t.by_region[0] / 1000.0;
            sums[3] += t.eligible / 1000.0;
        }
        values.push(sums);
    }
    for (k, v) in values[2..].iter().enumerate() {
        assert!(
            (v[0] / fit[k] - 1.0).abs() < 0.3,
            "value of {}: {:.0}",
            2015 + k,
            v[0]
        );
    }
}
