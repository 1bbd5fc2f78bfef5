//! Neutral when undisturbed; each lever moves its decision; limits, shocks and responses.

use super::*;
use crate::base::bound::Bound;
use crate::base::math::{exp, normal_cdf};
use crate::base::time::Quarter;
use crate::model::parameters::Parameters;
use crate::model::patents::testbed::{Scene, world_of};
use crate::policy::Settings;
use crate::policy::openness::Openness;

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

/// A world after some quarters in which levers and parameters are changed.
fn run(
    quarters: i32,
    levers: impl Fn(i32, &mut Openness),
    parameters: impl Fn(&mut OpennessParameters),
) -> Vec<State> {
    let mut scene = scene();
    parameters(&mut scene.parameters.openness);
    let undisturbed = scene.seen.openness;
    let mut state = world_of(256, 100.0, 20.0);
    let mut path = Vec::new();
    for k in 0..quarters {
        scene.seen.openness = undisturbed;
        levers(k, &mut scene.seen.openness);
        scene.law = scene.seen;
        state.books.open();
        turn(&mut state, &scene.context(Quarter::new(2026, 1).plus(k)));
        path.push(state.clone());
    }
    path
}

/// The last of these worlds, at central parameters and levers held.
fn after(quarters: i32, change: impl Fn(&mut Openness)) -> State {
    run(quarters, |_, levers| change(levers), |_| {})
        .pop()
        .unwrap()
}

/// Mean price of R&D inputs over firms, weighted by R&D.
fn mean_price(state: &State) -> f64 {
    let firms = &state.firms;
    let spent: Vec<f64> = (0..firms.len())
        .map(|i| firms.weight[i] * firms.rd[i])
        .collect();
    let paid = spent.iter().zip(&firms.input_price).map(|(a, b)| a * b);
    paid.sum::<f64>() / spent.iter().sum::<f64>()
}

#[test]
fn worked_by_hand() {
    let mut p = scene().parameters.openness;
    assert!((join(0.5, 0.8, 0.8) - 0.841_344_7).abs() < 1e-6);
    assert!((demand_factor(0.2, 0.5, 0.0) - 0.9).abs() < 1e-12);
    assert!((domestic_turn(0.2, 0.5) - 1.125).abs() < 1e-12);
    assert!((redesign(0.0, 0.5, 0.0, 0.0, 0.8) - 0.1).abs() < 1e-12);
    assert!((redesign(0.5, 0.0, 0.0, 0.0, 0.8) - 0.4).abs() < 1e-12);
    (p.redesign_cost, p.redesign_hazard, p.design_life) = (0.6, 0.6, 5.0);
    assert!((redesign_hurdle(&p) - 0.182_321_6).abs() < 1e-6);
    (p.learning_limit, p.learning_by_use, p.tension_cost) = (0.8, 0.5, 1.5);
    assert!((closed_share(3.0 * p.founding_experience, &p) - 0.4).abs() < 1e-12);
    assert_eq!(closed_share(0.0, &p), 0.0);
    assert!((partner_gain(0.0, 0.5, &p) + 0.75).abs() < 1e-12);
    // support bears at most the whole cost, and no more of it is called
    assert_eq!(support_rate(1e9, 100.0, &p), 1.0);
    assert_eq!(callable_support(1e9, 100.0, &p), 100.0 * p.invest_cost);
}

#[test]
fn a_lasting_cut_without_learning_costs_what_the_closed_form_says() {
    let nothing_learnt = |p: &mut OpennessParameters| p.learning_limit = 0.0;
    let path = run(240, |_, l| l.input_access = 0.0, nothing_learnt);
    let p = scene().parameters.openness;
    let s = imported_share(26, &scene().context(Quarter::new(2026, 1)));
    let sd = p.substitute_spread;
    let gap = Users::new(s, sd).mean_gap();
    // 1 + E[eˣ; x > 0] − s, and before anyone has redesigned r·E[eˣ; x > 0] on top
    let dear = exp(gap + 0.5 * sd * sd) * normal_cdf(gap / sd + sd);
    let first = path[0].openness.input_cost[26];
    let last = path[239].openness.input_cost[26];
    assert!((first - (1.0 + dear * (1.0 + p.redesign_cost) - s)).abs() < 1e-6);
    assert!((last - (1.0 + dear - s)).abs() < 1e-6, "{last}");
}

#[test]
fn nothing_moves_at_status_quo() {
    let mut state = after(40, |_| {});
    let prices = state.firms.input_price.clone();
    assert!(prices.iter().all(|&price| price == 1.0));
    state.openness.support = [0.0; 2];
    assert_eq!(state.openness, OpennessState::default());
    assert!(state.books.flow.iter().flatten().all(|&flow| flow == 0.0));
}

#[test]
fn with_full_access_what_makers_learn_leaves_users_alone() {
    let open = after(40, |l| l.substitute_support = 5.0).openness;
    assert!(open.use_years.iter().all(|&years| years > 0.0));
    assert_eq!(open.input_cost, [1.0; FIELDS]);
    assert_eq!(open.domestic_turn, [1.0; FIELDS]);
    assert_eq!(open.home, [[0.0; BANDS]; FIELDS]);
}

#[test]
fn input_access_moves_the_price_of_inputs_down() {
    let price = |access: f64, quarters| mean_price(&after(quarters, |l| l.input_access = access));
    for quarters in [1, 8, 40] {
        let path: Vec<f64> = [0.0, 0.25, 0.5, 0.75, 1.0]
            .map(|access| price(access, quarters))
            .into();
        assert!(path.windows(2).all(|two| two[0] > two[1]), "{path:?}");
        assert_eq!(path[4], 1.0);
    }
}

#[test]
fn knowledge_access_moves_who_joins() {
    let base = after(8, |_| {}).openness;
    let shut = after(8, |l| l.knowledge_access = 0.5).openness;
    assert!(shut.links[0] < base.links[0] && shut.links[1] < base.links[1]);
    assert!(shut.inflow.iter().all(|&inflow| inflow < 0.0));
    // researchers abroad come or stay away as the push out or the ban weighs more
    let returnees = |push: f64| {
        let closed = |_: i32, l: &mut Openness| l.knowledge_access = 0.5;
        let mut path = run(8, closed, |p| p.talent_push = push);
        path.pop().unwrap().openness.returnees
    };
    let tension = scene().parameters.openness.tension_cost;
    assert!(returnees(0.0) < 0.0);
    assert_eq!(returnees(tension), 0.0);
    assert!(returnees(2.0 * tension) > 0.0);
}

#[test]
fn market_access_moves_demand_up_and_exporters_find_other_buyers() {
    let factor = |access, quarters| {
        after(quarters, |l| l.market_access = access)
            .openness
            .demand_factor[0]
    };
    assert!(factor(0.5, 1) < factor(0.8, 1) && factor(0.8, 1) < 1.0);
    assert_eq!(factor(1.0, 40), 1.0);
    assert!(demand_factor(0.12, 0.5, 0.0) < demand_factor(0.12, 0.5, 0.3));
    let diverted = after(8, |l| l.market_access = 0.5).openness.diverted;
    assert!(diverted > 0.0);
}

#[test]
fn substitute_support_moves_makers_to_invest() {
    let takeup = |support| {
        let state = after(1, |l| l.substitute_support = support);
        state.openness.support[1]
    };
    assert!(takeup(0.1) > takeup(0.0) && takeup(5.0) > takeup(0.1));
    let p = scene().parameters.openness;
    assert!(substitute_invest(0.5, 0.0, &p) > substitute_invest(0.0, 0.0, &p));
}

#[test]
fn offers_move_partners_centres_and_researchers_to_join() {
    let base = after(8, |_| {});
    let funded = after(8, |l| l.partner_funding = 5.0);
    assert!(funded.openness.links[0] > base.openness.links[0]);
    let centres = after(8, |l| l.centre_incentive = 0.2);
    assert!(centres.openness.links[1] > base.openness.links[1]);
    let talent = after(8, |l| l.talent_support = 200.0);
    assert!(talent.openness.links[2] > 1.0 && talent.openness.returnees > 0.0);
    assert!(talent.openness.inflow[0] > 0.0);
}

#[test]
fn support_acts_continuously_and_only_downwards_on_a_cut_off_user() {
    let price = |support: f64| {
        let shock = |l: &mut Openness| {
            l.input_access = 0.5;
            l.substitute_support = support;
        };
        mean_price(&after(24, shock))
    };
    // of 100 billion in imports a year: the fall is linear where support begins, no jump
    let none = price(0.0);
    let slope = |support: f64| (none - price(support)) / support;
    assert!(slope(1e-6) > 0.0);
    for support in [1e-6, 1e-4, 1e-2] {
        assert!(
            (slope(support) / slope(1e-3) - 1.0).abs() < 0.05,
            "{support}"
        );
    }
    let path: Vec<f64> = [0.0, 1.0, 2.0, 5.0, 10.0].map(price).into();
    assert!(path.windows(2).all(|two| two[0] > two[1]), "{path:?}");
    assert!(path[4] > 1.0);
}

#[test]
fn a_higher_limit_makes_substitutes_cheaper_and_only_above_one_cheaper_than_imports() {
    let price = |limit: f64, quarters| {
        let cut = |_: i32, l: &mut Openness| l.input_access = 0.5;
        let path = run(quarters, cut, |p| p.learning_limit = limit);
        mean_price(&path[quarters as usize - 1])
    };
    let path: Vec<f64> = [0.0, 0.4, 0.8, 1.0, 1.1].map(|l| price(l, 40)).into();
    assert!(path.windows(2).all(|two| two[0] > two[1]), "{path:?}");
    assert!(price(1.0, 400) > 1.0);
    // above 1 the substitute surpasses the import once learning has gone far enough
    let users = Users::new(0.2, 0.8);
    assert!(users.cost(3, 1.05) < 1.0 && users.cost(3, 1.0 - 1e-9) > 1.0);
}

#[test]
fn a_shock_hits_inputs_inflow_and_exports_and_turns_demand_home_after_redesign() {
    let shock = |_: i32, l: &mut Openness| {
        l.input_access = 0.5;
        l.knowledge_access = 0.5;
        l.market_access = 0.7;
    };
    let path = run(5, shock, |_| {});
    let (first, later) = (&path[0].openness, &path[4].openness);
    for field in 0..FIELDS {
        assert!(later.inflow[field] < 0.0);
        assert!(later.demand_factor[field] < 1.0);
        // who waits for a redesign buys no new domestic set yet
        assert_eq!(first.domestic_turn[field], 1.0);
        assert!(later.domestic_turn[field] > 1.0);
        assert!(1.0 < later.input_cost[field] && later.input_cost[field] < first.input_cost[field]);
    }
    // electronics imports more of its inputs than software
    assert!(later.input_cost[0] > later.input_cost[26]);
}

#[test]
fn a_shock_never_cheapens_inputs_and_a_response_softens_it() {
    let shock = |_: i32, l: &mut Openness| l.input_access = 0.5;
    let response = |_: i32, l: &mut Openness| {
        l.input_access = 0.5;
        l.substitute_support = 5.0;
    };
    for limit in [0.0, 0.4, 0.8, 1.0] {
        let set = |p: &mut OpennessParameters| p.learning_limit = limit;
        let alone = run(120, shock, set);
        let helped = run(120, response, set);
        for (quarter, (a, b)) in alone.iter().zip(&helped).enumerate() {
            let (alone, helped) = (mean_price(a), mean_price(b));
            assert!(helped > 1.0 && helped <= alone, "{limit}, {quarter}");
            // what makers learn this quarter shows in the next
            if limit > 0.0 && quarter > 0 {
                assert!(helped < alone, "{limit}, {quarter}");
            }
        }
    }
}

#[test]
fn some_users_keep_the_substitute_when_access_returns_and_more_where_makers_learnt() {
    let kept = |limit: f64, support: f64| {
        let shock = |quarter: i32, l: &mut Openness| {
            l.substitute_support = support;
            if quarter < 40 {
                l.input_access = 0.5;
            }
        };
        let path = run(120, shock, |p| p.learning_limit = limit);
        let end = &path[119];
        let share: f64 = end.openness.home[0].iter().sum::<f64>() / BANDS as f64;
        // the nearly indifferent keep it, the most dependent go back
        assert!(end.openness.home[0][0] > end.openness.home[0][BANDS - 1]);
        assert!(end.openness.domestic_turn[0] > 1.0);
        // what is kept is worth its redesign, so it costs at most the hurdle
        let hurdle = exp(redesign_hurdle(&scene().parameters.openness));
        assert!((1.0..hurdle).contains(&end.openness.input_cost[0]));
        share
    };
    let (none, some, more) = (kept(0.0, 0.0), kept(0.8, 0.0), kept(0.8, 5.0));
    assert!(0.0 < none && none < some && some < more && more < 0.5);
}

#[test]
fn retaliation_needs_a_provocation_and_takes_exports() {
    let p = scene().parameters.openness;
    assert_eq!(retaliation_chance(provocation(1.0, 0.0, &p), &p), 0.0);
    assert!(provocation(0.5, 0.0, &p) > provocation(0.9, 0.0, &p));
    assert!(provocation(1.0, 1.0, &p) > provocation(1.0, 0.1, &p));
    assert_eq!(after(40, |_| {}).openness.closed, 0.0);
    let state = after(40, |l| l.input_access = 0.2);
    assert!(state.openness.closed > 0.0);
    assert!(state.openness.demand_factor[0] < 1.0);
    // support in an open world is not free of it
    assert!(after(40, |l| l.substitute_support = 10.0).openness.closed > 0.0);
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

#[test]
fn firms_pay_for_dearer_inputs() {
    let mut scene = scene();
    scene.seen.openness.input_access = 0.5;
    let ctx = scene.context(Quarter::new(2026, 1));
    let mut state = world_of(64, 100.0, 20.0);
    let before = state.firms.cash.clone();
    turn(&mut state, &ctx);
    pay(&mut state, &ctx);
    let extra = 20.0 / 4.0 * (state.openness.input_cost[0] - 1.0);
    assert!(extra > 0.0 && (before[0] - state.firms.cash[0] - extra).abs() < 1e-9);
    let flow = state.books.flow[Account::Firms as usize][Account::Rest as usize];
    let fall: f64 = before
        .iter()
        .zip(&state.firms.cash)
        .map(|(b, a)| 100.0 * (b - a))
        .sum();
    assert!((flow - fall).abs() < 1e-9 * fall);
}

#[test]
fn people_who_are_trained_or_return_lower_what_a_researcher_costs() {
    use crate::model::people::{People, clear_market};
    let wage = |training: f64, returnees: f64| {
        let mut scene = scene();
        scene.seen.people.training = training;
        let mut state = world_of(256, 100.0, 20.0);
        let start = Quarter::new(2026, 1);
        state.people = People::found(&state, &scene.context(start));
        state.openness.returnees = returnees;
        for k in 0..8 {
            clear_market(&mut state, &scene.context(start.plus(k)));
        }
        state.people.wage[0]
    };
    assert!(wage(10.0, 0.0) < wage(0.0, 0.0));
    assert!(wage(0.0, 10.0) < wage(0.0, 0.0));
    assert_eq!(wage(0.0, 10.0), wage(10.0, 0.0));
}

#[test]
fn dearer_data_and_compute_raise_the_price_of_inputs() {
    let price = |data: f64, compute: f64| {
        let mut scene = scene();
        scene.seen.people.data_price = data;
        scene.seen.people.compute_price = compute;
        let mut state = world_of(32, 100.0, 20.0);
        turn(&mut state, &scene.context(Quarter::new(2026, 1)));
        mean_price(&state)
    };
    assert_eq!(price(1.0, 1.0), 1.0);
    assert!(price(0.5, 1.0) < 1.0 && 1.0 < price(1.5, 1.0));
    assert!(price(1.0, 0.5) < 1.0 && 1.0 < price(1.0, 1.5));
}
