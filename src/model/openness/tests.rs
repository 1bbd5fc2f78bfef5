//! Neutral when undisturbed; each lever moves its decision; shocks and responses.

use super::*;
use crate::base::bound::Bound;
use crate::base::time::Quarter;
use crate::model::parameters::Parameters;
use crate::model::patents::testbed::{Scene, world_of};
use crate::policy::Settings;

const PARAMETERS: &str = include_str!("../../../seeds/parameters/openness.toml");
const LEVERS: &str = include_str!("../../../seeds/levers/openness.toml");

fn number(value: &toml::Value) -> f64 {
    value.as_float().unwrap()
}

fn find(text: &str, kind: &str, path: &str) -> toml::Table {
    let table: toml::Table = text.parse().unwrap();
    let all = table[kind].as_array().unwrap();
    let found = all.iter().find(|e| e["path"].as_str() == Some(path));
    found.unwrap().as_table().unwrap().clone()
}

fn scene() -> Scene {
    let mut scene = Scene::at(Quarter::new(2026, 1));
    scene.parameters = Parameters::build(&mut |path| {
        if path.starts_with("openness.") {
            number(&find(PARAMETERS, "parameter", path)["central"])
        } else {
            1.0
        }
    });
    scene.seen = Settings::build(&mut |path| match path {
        "people.data_price" | "people.compute_price" => 1.0,
        _ if path.starts_with("openness.") => {
            number(&find(LEVERS, "lever", path)["status_quo"][0]["value"])
        }
        _ => 0.0,
    });
    scene.law = scene.seen;
    scene.world.import_share = 0.2;
    scene.world.export_share = 0.12;
    scene
}

/// A world after some quarters with levers changed.
fn after(quarters: i32, change: impl Fn(&mut crate::policy::openness::Openness)) -> State {
    let mut scene = scene();
    change(&mut scene.seen.openness);
    scene.law = scene.seen;
    let mut state = world_of(256, 100.0, 20.0);
    for k in 0..quarters {
        state.books.open();
        turn(&mut state, &scene.context(Quarter::new(2026, 1).plus(k)));
    }
    state
}

#[test]
fn worked_by_hand() {
    let p = scene().parameters.openness;
    assert!((join(0.5, 0.8, 0.8) - 0.841_344_7).abs() < 1e-6);
    assert!((input_cost(0.0, 1.0, 0.0, &p) - 0.791_754).abs() < 1e-5);
    assert!((learnt_gap(0.0, p.founding_experience, &p) + 0.207_944).abs() < 1e-5);
    assert!((demand_factor(0.2, 0.5, 0.0) - 0.9).abs() < 1e-12);
}

#[test]
fn nothing_moves_at_status_quo() {
    let mut state = after(40, |_| {});
    let prices = state.firms.input_price.clone();
    assert!(prices.iter().all(|&price| price == 1.0));
    state.openness.support = [0.0; 2];
    assert_eq!(state.openness, OpennessState::default());
    assert!(state.books.flow.iter().flatten().all(|&flow| flow == 0.0));
    state.openness.returnees = 1.0;
    assert_ne!(state.openness, OpennessState::default());
}

#[test]
fn each_lever_moves_its_decision() {
    let p = scene().parameters.openness;
    let open = input_cost(-0.6, 1.0, 0.0, &p);
    assert!(input_cost(-0.6, 0.5, 0.0, &p) > open);
    assert!(input_cost(-0.6, 0.5, 0.1, &p) < input_cost(-0.6, 0.5, 0.0, &p));
    assert!(link_join(0.35, 0.0, 0.5, &p) < 1.0);
    assert!(link_join(0.35, 0.2, 1.0, &p) > 1.0);
    assert!(substitute_invest(0.0, 0.2, &p) > substitute_invest(0.0, 0.0, &p));
    assert!(substitute_invest(0.5, 0.0, &p) > substitute_invest(0.0, 0.0, &p));
    assert!(demand_factor(0.12, 0.5, 0.0) < demand_factor(0.12, 0.5, 0.3));
    assert_eq!(retaliation_chance(1.0, &p), 0.0);
    assert!(retaliation_chance(0.5, &p) > 0.0);
    let base = after(8, |_| {});
    let funded = after(8, |l| l.partner_funding = 5.0);
    assert!(funded.openness.links[0] > base.openness.links[0]);
    let centres = after(8, |l| l.centre_incentive = 0.2);
    assert!(centres.openness.links[1] > base.openness.links[1]);
    let talent = after(8, |l| l.talent_support = 200.0);
    assert!(talent.openness.links[2] > 1.0 && talent.openness.returnees > 0.0);
}

#[test]
fn a_shock_hits_inputs_inflow_and_exports_and_turns_demand_home() {
    let state = after(4, |l| {
        l.input_access = 0.5;
        l.knowledge_access = 0.5;
        l.market_access = 0.7;
    });
    assert!(state.firms.input_price.iter().all(|&price| price > 1.0));
    for field in 0..FIELDS {
        assert!(state.openness.inflow[field] < 0.0);
        assert!(state.openness.demand_factor[field] < 1.0);
        assert!(state.openness.domestic_turn[field] > 1.0);
    }
    assert!(state.openness.returnees < 0.0);
    // electronics imports more of its inputs than software
    assert!(state.openness.input_cost[0] > state.openness.input_cost[26]);
}

#[test]
fn support_and_use_close_the_gap() {
    let early = after(4, |l| l.input_access = 0.5).openness.input_cost[0];
    let late = after(20, |l| l.input_access = 0.5).openness;
    let helped = after(20, |l| {
        l.input_access = 0.5;
        l.substitute_support = 0.01;
    });
    assert!(late.input_cost[0] < early);
    assert!(late.use_years[0] > 0.0);
    assert!(helped.openness.input_cost[0] < late.input_cost[0]);
    assert!(helped.firms.input_price[0] < late.input_cost[0]);
}

#[test]
fn retaliation_needs_a_closed_door_and_takes_exports() {
    assert_eq!(after(40, |_| {}).openness.closed, 0.0);
    let state = after(40, |l| l.input_access = 0.2);
    assert!(state.openness.closed > 0.0);
    assert!(state.openness.demand_factor[0] < 1.0);
}

#[test]
fn firms_get_what_the_books_say() {
    let mut scene = scene();
    scene.law.openness.substitute_support = 0.01;
    scene.law.openness.centre_incentive = 0.2;
    let mut state = world_of(64, 100.0, 20.0);
    state.firms.ownership[3] = Ownership::Foreign;
    let before = state.firms.total(&state.firms.cash);
    turn(&mut state, &scene.context(Quarter::new(2026, 1)));
    pay(&mut state, &scene.context(Quarter::new(2026, 1)));
    let gained = state.firms.total(&state.firms.cash) - before;
    assert!(gained > 0.0);
    assert!((gained - state.books.net(Account::Firms)).abs() < 1e-9 * before);
    // law alone moves money, no decision
    state.openness.support = [0.0; 2];
    assert_eq!(state.openness, OpennessState::default());
}
