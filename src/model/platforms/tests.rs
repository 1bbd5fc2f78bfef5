//! Capacity, a year's stay, fees, directions.

use super::*;
use crate::base::time::Quarter;
use crate::model::funnel::{Origin, Project, ROWS};
use crate::model::patents::testbed::{Scene, world_of};

fn world(slots: f64, fee: f64) -> (State, Scene) {
    let now = Quarter::new(2022, 2);
    let mut state = world_of(64, 100.0, 20.0);
    let mut scene = Scene::at(now);
    scene.seen.maturation.proof_of_concept_slots = slots;
    scene.seen.maturation.platform_fee = fee;
    state.platforms = PlatformsState::found(&state, &scene.context(now));
    for k in 0..200_u32 {
        let firm = (k % 64) as usize;
        let project = Project {
            purse: state.funnel.portfolios.of(0).0.purses.of(firm, firm as u32),
            region: (firm % 8) as u8,
            begun: now.index() as i16,
            revenue: 8.0,
            ..Project::default()
        };
        let origin = Origin {
            invention_id: k,
            ..Origin::default()
        };
        let p = &scene.parameters.approval;
        state
            .funnel
            .portfolios
            .of(0)
            .0
            .begin(project, origin, 10.0, (1.0, 1.0), p);
    }
    (state, scene)
}

fn served(slots: f64, fee: f64) -> PlatformTally {
    let (mut state, scene) = world(slots, fee);
    serve(&mut state, &scene.context(Quarter::new(2022, 2)));
    state.platforms.tally
}

#[test]
fn use_stays_below_capacity_and_rises_with_places() {
    let (few, many) = (served(0.5, 0.4), served(1.5, 0.4));
    assert!(few.used[0] <= few.places[0] + 1e-9 && few.used[0] > 400.0);
    assert!(many.used[0] > few.used[0]);
    let idle = served(50.0, 0.4);
    assert!((idle.used[0] - 2000.0).abs() < 1e-9 && idle.places[0] > idle.used[0]);
}

#[test]
fn places_last_a_year_and_shrink_with_capacity() {
    let (mut state, mut scene) = world(1.5, 0.4);
    let now = Quarter::new(2022, 2);
    serve(&mut state, &scene.context(now));
    let before = state.platforms.tally.used[0];
    let in_places = |state: &State| -> Vec<(usize, f64)> {
        let strips = state
            .funnel
            .portfolios
            .turns()
            .flat_map(|turn| &turn.strips);
        let rows = strips.flat_map(|s| (0..ROWS).map(move |row| (s, row)));
        rows.map(|(s, row)| {
            let region = usize::from(s.project[row].region);
            (region, s.served[0][row] * s.stage[0].mass[row])
        })
        .collect()
    };
    let places = |state: &State| -> f64 {
        let kept = state.platforms.kept.map_or([1.0; REGIONS], |kept| kept[0]);
        let held = in_places(state).into_iter();
        held.map(|(region, mass)| mass * kept[region]).sum()
    };
    for (region, mass) in in_places(&state) {
        state.funnel.held[0][region] += mass;
    }
    serve(&mut state, &scene.context(now.next()));
    assert!((state.platforms.tally.used[0] - before).abs() < 1e-9);
    assert_eq!(state.platforms.tally.applied[0], 0.0);
    scene.seen.maturation.proof_of_concept_slots = 0.3;
    serve(&mut state, &scene.context(now.next().next()));
    let after = state.platforms.tally;
    assert!(after.used[0] <= after.places[0] + 1e-9);
    let held = places(&state);
    assert!((held - after.used[0]).abs() < 1e-6, "{held}");
}

#[test]
fn fees_of_places_are_paid_and_booked() {
    let (mut state, scene) = world(1.5, 0.4);
    let now = Quarter::new(2022, 2);
    let ctx = scene.context(now);
    serve(&mut state, &ctx);
    assert!(state.platforms.fee[0] > 0.0);
    state.buyers = crate::model::buyers::BuyersState::found(&state, &ctx);
    let cash = state.firms.total(&state.firms.cash);
    crate::model::funnel::advance(&mut state, &ctx);
    let moved = state.firms.total(&state.firms.cash) - cash;
    assert!((moved - state.books.net(Account::Firms)).abs() < 1e-6 && moved < 0.0);
}

#[test]
fn fees_deter_and_public_money_keeps_places_open() {
    assert!(application_gain(0.1, 0.2, 0.1) > 0.0 && application_gain(0.1, 0.2, 0.4) < 0.0);
    assert!((open_share(0.4, 0.5) - 0.7).abs() < 1e-12);
    assert!(open_share(0.4, 1.0) > open_share(0.4, 0.2));
    assert_eq!(served(1.0, 20.0).used[0], 0.0);
}
