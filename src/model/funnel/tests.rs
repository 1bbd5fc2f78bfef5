//! Known shares, directions, conservation.

use super::*;
use crate::base::math::exp;
use crate::base::time::Quarter;
use crate::model::patents::testbed::{Scene, world_of};
use crate::model::transfer::{Deal, DealKind};
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
    assert!(go_on_share(2.0, 1.0, 0.5) > go_on_share(1.0, 1.0, 0.5));
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
        ended += t.industrialised + t.failed.iter().sum::<f64>() + t.abandoned;
        assert!(
            state
                .funnel
                .projects
                .iter()
                .flatten()
                .all(|p| p.mass.iter().all(|&m| m >= 0.0))
        );
    }
    let present: f64 = state.funnel.tally.present.iter().sum();
    assert!(
        (entered - ended - present).abs() < 1e-6,
        "{entered} {ended} {present}"
    );
    assert_eq!(entered, 60.0 * 7.0 * 5.0);
    assert!(state.funnel.duration.iter().sum::<f64>() > 0.0);
    assert!(
        state.funnel.projects.iter().map(Vec::len).sum::<usize>() < 7 * 45,
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
        for invention_id in 0..parts {
            state.funnel.projects[under_review(now.index() - 1)].push(Project {
                invention_id,
                disclosed: now.index() - 4,
                begun: now.index() - 1,
                quality: 1.0,
                revenue: 0.5,
                entered: mass,
                mass: [0.0, 0.0, mass],
                plan: [plan; STAGES],
                ..Project::default()
            });
        }
        advance(&mut state, &ctx);
        state.firms.pending_gain[0]
    };
    let (one, two) = (jump(1), jump(2));
    assert!(one > 0.0 && one < ctx.parameters.funnel.gain_cap, "{one}");
    assert!((two / one - 1.0).abs() < 1e-12, "{one} {two}");
    assert!((jump(7) / one - 1.0).abs() < 1e-12);
}
