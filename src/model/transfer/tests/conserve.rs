//! Does every invention, place, yuan and contract appear once and only once?

use super::bench::Bench;
use crate::model::books::{Account, Instrument};
use crate::model::transfer::{Deal, DealKind};
use std::collections::BTreeMap;

fn shelf(bench: &Bench) -> f64 {
    bench.state.universities.inventions.shelf.iter().sum()
}

fn deals(bench: &Bench) -> &[Deal] {
    &bench.state.transfer.deals_this_quarter
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (a.abs() + b.abs() + 1.0)
}

#[test]
fn the_shelf_changes_by_what_comes_lapses_and_is_dealt() {
    let mut bench = Bench::new();
    let (mut ended, mut compared) = (0, 0);
    for _ in 0..8 {
        let (before, q) = (shelf(&bench), bench.now.index());
        let stood = bench.state.universities.inventions.clone();
        bench.step();
        let t = bench.state.universities.tally;
        let mass: f64 = deals(&bench).iter().map(|d| d.mass).sum();
        assert!(mass > 5000.0 && t.disclosed > 0.0 && t.lapsed > 0.0);
        let balance = before + t.disclosed - t.lapsed + t.redrawn - mass;
        assert!(close(shelf(&bench), balance), "{} {balance}", shelf(&bench));
        let v = &bench.state.universities.inventions;
        let mut dealt: BTreeMap<usize, f64> = BTreeMap::new();
        for deal in deals(&bench) {
            assert_eq!(v.id[deal.invention], deal.invention_id);
            *dealt.entry(deal.invention).or_default() += deal.mass;
        }
        for row in 0..v.len() {
            let (left, mass) = (v.shelf[row], dealt.get(&row).copied().unwrap_or(0.0));
            assert!(left >= 0.0, "{row}");
            // where no fee fell due it is what stood there, and nothing else
            let due = (q - v.disclosed[row]) % 4 == 0;
            if v.id[row] != 0 && !due && stood.id.get(row) == Some(&v.id[row]) {
                assert!(close(left + mass, stood.shelf[row]), "{row}");
                compared += 1;
            }
            ended += usize::from(mass > 0.0 && left == 0.0);
        }
    }
    assert!(compared > 0 && ended > 0, "some are dealt as a whole");
}

#[test]
fn tallies_are_sums_of_deals() {
    let mut bench = Bench::new();
    bench.scene.seen.licensing.use_first_pay_later = 0.5;
    let bundle = bench.scene.parameters.transfer.bundle;
    let mut seen = [0.0; 5];
    for _ in 0..6 {
        bench.step();
        let t = &bench.state.transfer.tally;
        let f = &bench.state.firms;
        let regions = &bench.state.universities.units.region;
        let (mut mass, mut value, mut within, mut worked) = (0.0, 0.0, 0.0, 0.0);
        let (mut by_motive, mut by_kind) = ([0.0; 3], [0.0; 5]);
        for deal in deals(&bench) {
            mass += deal.mass;
            value += deal.mass * deal.price;
            by_motive[deal.motive as usize] += deal.mass / bundle;
            by_kind[deal.kind as usize] += deal.mass / bundle;
            if f.region[deal.firm] == regions[deal.unit] {
                within += deal.mass / bundle;
            }
            if deal.kind != DealKind::OpenLicence {
                worked += deal.mass;
            }
        }
        assert!(close(mass, t.patents) && close(mass / bundle, t.contracts));
        assert!(close(value, t.value) && close(value, t.value_by_kind.iter().sum()));
        assert!(close(within, t.within_region) && within < t.contracts);
        assert!(close(t.cases - worked, t.without_deal));
        assert!((0..3).all(|k| close(by_motive[k], t.by_motive[k]) && by_motive[k] > 0.0));
        assert!((0..5).all(|k| close(by_kind[k], t.by_kind[k])));
        for (sum, kind) in seen.iter_mut().zip(by_kind) {
            *sum += kind;
        }
    }
    assert!(seen.iter().all(|&sum| sum > 0.0), "{seen:?}");
}

#[test]
fn money_of_deals_leaves_firms_and_reaches_units() {
    let mut bench = Bench::new();
    let held = |b: &Bench| {
        let f = &b.state.firms;
        (0..f.len()).map(|i| f.weight[i] * f.cash[i]).sum::<f64>()
    };
    for _ in 0..8 {
        let before = held(&bench);
        bench.step();
        let (t, books) = (&bench.state.transfer.tally, &bench.state.books);
        let paid = -books.net(Account::Firms);
        assert!(paid > 0.0 && close(paid, t.received));
        // firms hold tens of thousands of times as much, so digits are lost in the difference
        let lost = before - held(&bench);
        assert!((lost - paid).abs() < 1e-6 * paid, "{lost} {paid}");
        // inventors pay income tax on their rewards
        let taxed = books.cash[Instrument::RewardTax as usize]
            .iter()
            .sum::<f64>();
        assert!(taxed < 0.0 && close(books.net(Account::Households), t.inventors + taxed));
        assert!(close(
            books.net(Account::Units),
            paid - t.inventors + t.cover
        ));
        assert!(
            t.received <= 1.2 * t.value,
            "royalties run behind the deals"
        );
    }
}

#[test]
fn nobody_deals_with_the_dead() {
    let mut bench = Bench::new();
    bench.step();
    let firms = &mut bench.state.firms;
    for row in (0..firms.len()).filter(|row| row % 2 == 0) {
        firms.alive[row] = false;
    }
    // an entrant stands in a dead firm's row under an id of its own
    let mut entrant = firms.row(1);
    entrant.id = 900_001;
    firms.set_row(0, entrant);
    for _ in 0..4 {
        bench.step();
        let f = &bench.state.firms;
        assert!(deals(&bench).len() > 100);
        for deal in deals(&bench) {
            assert!(f.alive[deal.firm] && f.id[deal.firm] == deal.firm_id);
            assert!(f.id[deal.firm] == 900_001 || deal.firm % 2 == 1);
        }
    }
}

#[test]
fn no_firm_takes_more_than_its_places() {
    let mut bench = Bench::new();
    let p = &mut bench.scene.parameters.transfer;
    // few places, so that they bind: one deal in ten years and one more per 20 bn of sales
    (p.slots, p.slot_sales) = (0.025, 20_000.0);
    let (base, per_sales) = (p.slots, p.slot_sales);
    let mut taken: BTreeMap<u32, f64> = BTreeMap::new();
    let mut full = 0;
    for quarter in 0..8 {
        bench.step();
        let f = &bench.state.firms;
        for deal in deals(&bench) {
            let places = base + f.sales[deal.firm] / per_sales;
            // a year's at the start, a quarter's each quarter; the last lot may go beyond
            let given = places * f64::from(4 + quarter);
            let so_far = taken.entry(deal.firm_id).or_default();
            assert!(*so_far < given, "{}: {so_far} of {given}", deal.firm_id);
            *so_far += deal.mass / f.weight[deal.firm];
            full += usize::from(*so_far >= given);
        }
    }
    assert!(full > 30, "places bind {full} times");
}

#[test]
fn no_firm_spends_more_than_its_share_of_cash_on_a_fee() {
    let mut bench = Bench::new();
    for cash in &mut bench.state.firms.cash {
        *cash *= 0.2;
    }
    let share = bench.scene.parameters.transfer.fee_cash;
    let shift = bench.scene.seen.licensing.royalty_shift;
    let mut tight = 0;
    for _ in 0..6 {
        let before = bench.state.firms.cash.clone();
        bench.step();
        for deal in deals(&bench) {
            let due = match deal.kind {
                DealKind::Transfer | DealKind::OpenLicence => 1.0,
                DealKind::Licence => 1.0 - shift,
                DealKind::Equity | DealKind::Trial => 0.0,
            };
            let most = share * before[deal.firm];
            let (fee, taken) = (
                due * deal.price,
                deal.mass / bench.state.firms.weight[deal.firm],
            );
            assert!(
                fee <= most * (1.0 + 1e-9),
                "a fee of {fee}, {most} to spend"
            );
            assert!(fee * taken <= most * (1.0 + 1e-9), "{taken} fees of {fee}");
            tight += usize::from(fee > 0.5 * most);
        }
    }
    assert!(tight > 20, "cash is near binding {tight} times");
}

#[test]
fn posted_patents_are_not_worked_and_worked_ones_not_posted() {
    for open in [0.0, 0.4, 1.0] {
        let mut bench = Bench::new();
        bench.scene.seen.licensing.open_licence = open;
        let v = &bench.state.universities.inventions;
        let unposted: f64 = (0..v.len())
            .filter(|&row| v.post_rank[row] >= open)
            .map(|row| v.shelf[row])
            .sum();
        let cases = bench.deal().cases;
        assert!(cases <= unposted * (1.0 + 1e-9) && (cases > 0.0 || open == 1.0));
        let v = &bench.state.universities.inventions;
        assert!(!deals(&bench).is_empty());
        for deal in deals(&bench) {
            let posted = v.post_rank[deal.invention] < open;
            assert_eq!(posted, deal.kind == DealKind::OpenLicence);
        }
    }
}
