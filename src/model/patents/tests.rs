use super::applications::{NEEDS, NeedClasses, bin_shares, firm_shares};
use super::testbed::{Scene, world_of};
use super::*;
use crate::base::time::Quarter;
use std::collections::VecDeque;

#[test]
fn the_threshold_of_2015_is_the_hand_worked_one() {
    let t = filing_threshold(0.3, 0.95, 0.5);
    assert!((t + 1.15).abs() < 1e-12);
    let filed: f64 = (0..BINS)
        .map(|b| bin_share(b) * filed_share(b, 1.2, t, 0.4, -1.15))
        .sum();
    assert!((filed - 0.831).abs() < 0.02, "{filed}");
    let all: f64 = (0..BINS).map(bin_share).sum();
    assert!((all - 1.0).abs() < 1e-6);
}

#[test]
fn subsidy_and_points_lower_the_threshold_and_the_floor_holds() {
    assert!(filing_threshold(0.3, 0.95, 0.0) < filing_threshold(0.3, 0.5, 0.0));
    assert!(filing_threshold(0.3, 0.0, 0.5) < filing_threshold(0.3, 0.0, 0.2));
    let filed = |t: f64| -> f64 {
        (0..BINS)
            .map(|b| bin_share(b) * filed_share(b, 1.2, t, 0.4, -1.15))
            .sum()
    };
    assert!(filed(0.3) < filed(-1.15));
    assert!(filed(50.0) > 0.3, "use-motivated filings stay");
}

#[test]
fn levers_move_the_filing_shares_of_firms() {
    let scene = Scene::at(Quarter::new(2015, 1));
    let shares = |subsidy: f64, points: f64| -> f64 {
        let mut moved = Scene::at(Quarter::new(2015, 1));
        moved.seen.patents.filing_subsidy = subsidy;
        moved.seen.patents.points_weight = points;
        firm_shares(&moved.context(Quarter::new(2015, 1)), &bin_shares(), 1.0)
            .iter()
            .sum()
    };
    assert_eq!(scene.seen.patents.filing_subsidy, 1.0);
    assert!(shares(1.0, 1.0) > shares(0.0, 1.0));
    assert!(shares(1.0, 1.0) > shares(1.0, 0.0));
}

#[test]
fn throughput_follows_staff_until_the_goal_binds() {
    // 1,380 thousand wait, goal 22 months: 1,380/(1 + 22/3) = 165.6
    assert!((throughput(1380.0, 0.0, 1e9, 22.0) - 165.6).abs() < 1e-9);
    assert_eq!(throughput(1380.0, 0.0, 100.0, 22.0), 100.0);
    assert!(throughput(1380.0, 200.0, 1e9, 12.0) > throughput(1380.0, 200.0, 1e9, 22.0));
    assert!(throughput(1380.0, 200.0, 150.0, 2.0) > throughput(1380.0, 200.0, 140.0, 2.0));
    assert_eq!(throughput(0.0, 0.0, 100.0, 22.0), 0.0);
}

#[test]
fn first_in_is_first_out_and_the_fast_track_goes_ahead() {
    let vintage = |filed: i32| {
        let mut v = Vintage {
            filed,
            ..Vintage::default()
        };
        v.cases[FIRMS][3] = 10.0;
        v
    };
    let mut queue = VecDeque::from([vintage(0), vintage(4)]);
    let closed = examine(&mut queue, 15.0, 0.0, 8);
    assert_eq!(closed.total, 15.0);
    // 10 cases of 8 quarters and 5 of 4: (10·24 + 5·12)/15 = 20 months
    assert_eq!(closed.pendency(), 20.0);
    let mut queue = VecDeque::from([vintage(0), vintage(8)]);
    let fast = examine(&mut queue, 10.0, 0.5, 8);
    assert_eq!(fast.pendency(), 12.0);
}

/// Observed R&D, enterprises and public, bn, with the 2020 price index; 2013 by growth of 2014.
const SERIES: [(f64, f64, f64); 12] = [
    (920.0, 275.5, 87.5),
    (1005.67, 295.89, 88.38),
    (1088.13, 328.86, 88.74),
    (1214.24, 353.43, 90.35),
    (1366.02, 394.59, 94.55),
    (1523.37, 444.42, 98.17),
    (1692.18, 522.18, 99.43),
    (1867.38, 571.93, 100.0),
    (2150.41, 645.22, 104.45),
    (2387.86, 690.43, 106.5),
    (2592.22, 743.49, 105.98),
    (2821.16, 811.52, 105.13),
];

/// Cases the staff can close, thousand: disposals of the trial fitted to 2024, 2013–14 by 8 %.
const CLOSED: [f64; 12] = [
    612.0, 661.0, 714.0, 755.0, 798.0, 907.0, 1031.0, 1172.0, 1332.0, 1513.0, 1720.0, 1774.0,
];

#[test]
fn history_of_grants_follows_from_the_observed_research() {
    let observed = [
        359.0, 404.0, 420.0, 432.0, 453.0, 530.0, 695.9, 798.3, 921.0, 1045.0,
    ];
    let fit = [
        368.0, 392.0, 405.0, 437.0, 484.0, 541.0, 640.0, 693.0, 766.0, 850.0,
    ];
    let mut state = world_of(64, 4000.0, 0.0);
    state.patents = PatentOffice::found(
        &state,
        &Scene::at(Quarter::new(2013, 1)).context(Quarter::new(2013, 1)),
    );
    let mut rows = Vec::new();
    for (year, &(business, public, price)) in SERIES.iter().enumerate() {
        let mut sums = [0.0; 4];
        for quarter in 1..=4 {
            let now = Quarter::new(2013 + year as i32, quarter);
            let mut scene = Scene::at(now);
            scene.world.price = price / 100.0;
            scene.world.foreign_filings =
                120.0 + 3.9 * crate::base::math::max(year as f64 - 2.0, 0.0);
            scene.world.examiners = CLOSED[year] / 60.0;
            scene.world.cases_per_examiner = 60.0;
            let rd = business * 1000.0 / state.firms.weight.iter().sum::<f64>();
            state.firms.rd.iter_mut().for_each(|r| *r = rd);
            state.universities.tally.disclosed = 0.75 * public * 1000.0 / scene.world.price / 4.0;
            let before = state.patents.backlog();
            file_and_examine(&mut state, &scene.context(now));
            let t = state.patents.tally;
            let after = state.patents.backlog();
            assert!(
                (before + t.entered - t.disposals - after).abs() < 1e-3,
                "queue in = out + backlog"
            );
            assert!(
                state
                    .patents
                    .queue
                    .iter()
                    .all(|v| v.cases.iter().flatten().all(|&m| m >= 0.0))
            );
            sums[0] += t.grants.iter().sum::<f64>() / 1000.0;
            sums[1] += t.filings.iter().sum::<f64>() / 1000.0;
            sums[2] += t.disposals / 1000.0;
            sums[3] += t.pendency / 4.0;
        }
        rows.push(sums);
    }
    for (k, row) in rows[2..].iter().enumerate() {
        println!(
            "{} grants {:.0} fit {} observed {} filings {:.0} disposals {:.0} pendency {:.1} rate {:.2}",
            2015 + k,
            row[0],
            fit[k],
            observed[k],
            row[1],
            row[2],
            row[3],
            row[0] / row[2]
        );
    }
    let t = state.patents.tally;
    println!(
        "in force {:?} use {:.3} {:.3} lapsed {:.0}",
        t.in_force, t.use_enterprise, t.use_university, t.lapsed
    );
    for (k, row) in rows[2..].iter().enumerate() {
        let high = if k < 7 {
            fit[k]
        } else {
            crate::base::math::max(fit[k], observed[k])
        };
        assert!(
            row[0] > 0.88 * fit[k] && row[0] < 1.12 * high,
            "grants of {}: {:.0}",
            2015 + k,
            row[0]
        );
    }
}

#[test]
fn firms_share_the_grants_without_bias() {
    let mut state = world_of(4000, 20.0, 25.0);
    let now = Quarter::new(2013, 1);
    let mut scene = Scene::at(now);
    scene.world.examiners = 10.0;
    scene.world.cases_per_examiner = 60.0;
    state.patents = PatentOffice::found(&state, &scene.context(now));
    let cash = state.firms.total(&state.firms.cash);
    file_and_examine(&mut state, &scene.context(now));
    let t = state.patents.tally;
    assert!(
        (t.firms_granted / t.grants[FIRMS] - 1.0).abs() < 0.05,
        "{t:?}"
    );
    let moved = state.firms.total(&state.firms.cash) - cash;
    assert!((moved - state.books.net(Account::Firms)).abs() < 1e-6 * (1.0 + moved.abs()));
}

#[test]
fn law_moves_money_and_nothing_else() {
    let now = Quarter::new(2015, 1);
    let run = |subsidy: f64| {
        let mut state = world_of(64, 20.0, 25.0);
        let mut scene = Scene::at(now);
        scene.law.patents.filing_subsidy = subsidy;
        state.patents = PatentOffice::found(&state, &scene.context(now));
        file_and_examine(&mut state, &scene.context(now));
        state
    };
    let (with, without) = (run(1.0), run(0.0));
    assert_eq!(with.patents, without.patents);
    assert!(with.books.cash[Instrument::FilingSubsidy as usize][1] > 0.0);
    assert_ne!(with.firms.cash, without.firms.cash);
}

#[test]
fn classes_of_need_round_the_need_of_points() {
    let classes = NeedClasses::new(8.0);
    for patents in (0..400).map(|k| 0.1 * f64::from(k) + 0.03) {
        for aware in [false, true] {
            let need = points_need(aware, patents, 8.0);
            let class = (need * (NEEDS - 1) as f64 + 0.5) as usize;
            assert_eq!(classes.of(aware, patents), class, "{patents}");
        }
    }
    assert_eq!(classes.of(true, 0.0), NEEDS - 1);
}
