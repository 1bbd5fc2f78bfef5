//! Known shares, directions, conservation.

use super::*;
use crate::base::math::exp;
use crate::base::time::Quarter;
use crate::model::patents::testbed::{Scene, world_of};
use crate::model::transfer::{Deal, DealKind, Motive};
use crate::model::universities::Invention;

#[test]
fn constant_hazards_give_the_known_shares() {
    let (pass, fail) = competing_risks(0.6, 0.2);
    assert!((pass / (pass + fail) - 0.75).abs() < 1e-12);
    assert!((pass + fail - (1.0 - exp(-0.2))).abs() < 1e-12);
    let (mut left, mut done) = (1.0, 0.0);
    for _ in 0..400 {
        let (pass, fail) = competing_risks(0.6, 0.2);
        done += left * pass;
        left -= left * (pass + fail);
    }
    assert!((done - 0.75).abs() < 1e-9);
}

#[test]
fn gap_slows_and_capacity_speeds() {
    assert!(pass_hazard(1.0, 0.3, 2.0, 0.5, 0.3) < pass_hazard(1.0, 0.1, 2.0, 0.5, 0.3));
    assert!(pass_hazard(1.0, 0.0, 2.0, 0.9, 0.3) > pass_hazard(1.0, 0.0, 2.0, 0.1, 0.3));
    assert_eq!(pass_hazard(1.0, 0.0, 2.0, 1.0, 0.3), 1.0);
    let share = |worth: f64| go_on_share(go_on_margin(worth, 1.0, 0.5));
    assert!(share(2.0) > share(1.0) && share(1.0) == 0.5);
    assert_eq!(go_on_share(decision::SURE) as f32, 1.0);
    assert!((productivity_jump(1.0, 99.0) - 0.01).abs() < 1e-12);
}

#[test]
fn mass_and_money_are_conserved() {
    let start = Quarter::new(2015, 1);
    let mut state = world_of(64, 100.0, 20.0);
    state.funnel = FunnelState::found(&state, &Scene::at(start).context(start));
    state.buyers =
        crate::model::buyers::BuyersState::found(&state, &Scene::at(start).context(start));
    let (mut entered, mut ended) = (0.0, 0.0);
    for step in 0..60 {
        let now = start.plus(step);
        let scene = Scene::at(now);
        let invention = state.universities.inventions.push(Invention {
            quality: Scene::at(now).parameters.universities.quality_median,
            readiness: 2.7,
            field: 3,
            disclosed: now.index(),
            ..Invention::default()
        });
        state.transfer.deals_this_quarter.clear();
        for firm in 0..8_usize {
            let motive = if firm == 7 {
                Motive::Order
            } else {
                Motive::Use
            };
            state.transfer.deals_this_quarter.push(Deal {
                invention,
                invention_id: step as u32,
                firm,
                firm_id: firm as u32,
                mass: 5.0,
                motive,
                kind: DealKind::Transfer,
                price: 0.5,
                royalty: 0.0,
                unit: 0,
            });
        }
        state.books.open();
        let cash = state.firms.total(&state.firms.cash);
        enter(&mut state, &scene.context(now));
        advance(&mut state, &scene.context(now));
        let moved = state.firms.total(&state.firms.cash) - cash;
        assert!((moved - state.books.net(Account::Firms)).abs() < 1e-6);
        let t = state.funnel.tally;
        entered += t.entered;
        ended += t.industrialised + t.failed.iter().sum::<f64>() + t.abandoned + t.drawn;
        let strips = state
            .funnel
            .portfolios
            .turns()
            .flat_map(|turn| &turn.strips);
        let mut masses = strips.flat_map(|strip| strip.stage.iter().flat_map(|s| s.mass));
        assert!(masses.all(|mass| mass >= 0.0));
    }
    let present: f64 = state.funnel.tally.present.iter().sum();
    assert!(
        (entered - ended - present).abs() < 1e-6,
        "{entered} {ended} {present}"
    );
    assert_eq!(entered, 60.0 * 7.0 * 5.0);
    assert!(state.funnel.duration.iter().sum::<f64>() > 0.0);
    assert!(
        state
            .funnel
            .portfolios
            .turns()
            .map(Turn::len)
            .sum::<usize>()
            < 7 * 45,
        "old projects go"
    );
}

#[test]
fn a_budget_funds_later_stages_first() {
    let mut budget = 3.0;
    let funded = ration(&mut budget, [2.0; 3], [1.0; 3], [1.0; 3]);
    assert_eq!((funded, budget), ([0.0, 1.0, 2.0], 0.0));
    // of what is asked 1.5 a piece for, 1 is paid: 4 − 2 leave 2 for 1⅓ of the second stage
    let mut budget = 4.0;
    let funded = ration(&mut budget, [2.0; 3], [1.5; 3], [1.0; 3]);
    assert!((funded[1] - 2.0 / 1.5).abs() < 1e-12 && funded[2] == 2.0);
    assert!((funded[0] - 2.0 / 4.5).abs() < 1e-12 && (budget - 2.0 / 9.0).abs() < 1e-12);
}

#[test]
fn a_split_project_brings_the_same_jump() {
    let now = Quarter::new(2022, 2);
    let scene = Scene::at(now);
    let ctx = scene.context(now);
    let jump = |parts: u32| {
        let mut state = world_of(64, 100.0, 20.0);
        state.buyers = crate::model::buyers::BuyersState::found(&state, &ctx);
        let mass = 10.0 / f64::from(parts);
        let plan = Plan {
            go: 1.0,
            pass: 0.25,
            fail: 0.125,
        };
        for _ in 0..parts {
            let project = Project {
                purse: state.funnel.portfolios.of(0).0.purses.of(0, 0),
                disclosed: now.index() as i16 - 4,
                begun: now.index() as i16 - 1,
                quality: 1.0,
                revenue: 0.5,
                ..Project::default()
            };
            let p = &ctx.parameters.approval;
            let (strip, row) = state.funnel.portfolios.of(0).0.begin(
                project,
                Origin::default(),
                mass,
                (1.0, 1.0),
                p,
            );
            (strip.stage[0].mass[row], strip.stage[2].mass[row]) = (0.0, mass);
            (0..STAGES).for_each(|stage| strip.set_plan(stage, row, plan));
        }
        advance(&mut state, &ctx);
        state.firms.pending_gain[0]
    };
    let (one, two) = (jump(1), jump(2));
    assert!(one > 0.0 && one < ctx.parameters.funnel.gain_cap, "{one}");
    assert!((two / one - 1.0).abs() < 1e-12, "{one} {two}");
    assert!((jump(7) / one - 1.0).abs() < 1e-12);
}

#[test]
fn a_turn_drops_what_was_given_up_and_keeps_the_order() {
    let mut turn = Turn::default();
    for id in 0..200_u32 {
        let project = Project {
            purse: id,
            begun: id as i16 / 50,
            ..Project::default()
        };
        if id % 4 == 0 {
            turn.dockets.push(crate::model::approval::Docket {
                row: id,
                rank: f64::from(id),
                ..Default::default()
            });
        }
        turn.push(project, Origin::default(), f64::from(id + 1));
    }
    let gone = |id: u32| id.is_multiple_of(3) || id > 180;
    for id in (0..200).filter(|&id| gone(id)) {
        let row = id as usize;
        turn.strips[row / ROWS].entered[row % ROWS] = 0.0;
    }
    turn.clear_out(|_, _| [1.0; ROWS]);
    let left: Vec<u32> = (0..200).filter(|&id| !gone(id)).collect();
    assert_eq!(
        (turn.len(), turn.strips.len()),
        (left.len(), left.len().div_ceil(ROWS))
    );
    for (row, &id) in left.iter().enumerate() {
        let (strip, row) = (&turn.strips[row / ROWS], row % ROWS);
        assert_eq!(strip.project[row].purse, id);
        let mass = strip.stage[0].mass[row];
        assert_eq!(
            (f64::from(strip.entered[row]), mass),
            (f64::from(id + 1), mass)
        );
    }
    for docket in &turn.dockets {
        assert_eq!(f64::from(left[docket.row as usize]), docket.rank);
    }
    assert_eq!(
        turn.dockets.len(),
        left.iter().filter(|&id| id % 4 == 0).count()
    );
    let beyond = &turn.strips.last().unwrap().entered[left.len() % ROWS..];
    assert!(beyond.iter().all(|&entered| entered == 0.0));
}

#[test]
fn a_firm_without_cash_moves_nothing_and_one_with_little_moves_its_first_project() {
    let now = Quarter::new(2022, 2);
    let scene = Scene::at(now);
    let ctx = scene.context(now);
    let passed = |cash: f64| {
        let mut state = world_of(8, 1.0, 20.0);
        state.buyers = crate::model::buyers::BuyersState::found(&state, &ctx);
        state.firms.cash[0] = cash;
        let plan = Plan {
            go: 1.0,
            pass: 0.25,
            fail: 0.0,
        };
        for _ in 0..2 {
            let project = Project {
                purse: state.funnel.portfolios.of(0).0.purses.of(0, 0),
                begun: now.index() as i16 - 1,
                ..Project::default()
            };
            let p = &ctx.parameters.approval;
            let (strip, row) = state.funnel.portfolios.of(0).0.begin(
                project,
                Origin::default(),
                1.0,
                (1.0, 1.0),
                p,
            );
            strip.set_plan(0, row, plan);
        }
        advance(&mut state, &ctx);
        assert!((state.firms.cash[0] - cash + state.funnel.tally.spent).abs() < 1e-12);
        let strip =
            &state.funnel.portfolios.of(0).0.projects[under_review(now.index() - 1)].strips[0];
        (
            strip.stage[1].mass[0],
            strip.stage[1].mass[1],
            state.funnel.tally.spent,
        )
    };
    let (first, second, cost) = passed(1000.0);
    assert_eq!((first, second), (0.25, 0.25));
    assert_eq!(passed(0.0), (0.0, 0.0, 0.0));
    let (first, second, spent) = passed(0.75 * cost);
    assert!(
        first == 0.25 && (second - 0.125).abs() < 1e-12,
        "{first} {second}"
    );
    assert!((spent - 0.75 * cost).abs() < 1e-12);
}
