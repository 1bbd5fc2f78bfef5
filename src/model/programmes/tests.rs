use super::call::*;
use super::*;
use crate::base::bound::Bound;
use crate::base::time::Quarter;
use crate::model::patents::testbed::{Scene, world_of};

#[test]
fn experts_from_firms_raise_firms_scores() {
    let gap = |share: f64| score(0.0, 1.0, share, 0.0) - score(0.5, 0.0, share, 0.0);
    assert!(gap(0.4) > gap(0.2));
    assert!((gap(0.5) - 0.0).abs() < 1e-15);
}

#[test]
fn a_larger_budget_lowers_the_cut() {
    let mut requests = [1.0; CLASSES];
    requests[0] = 100.0;
    let (class, share) = cut(&requests, 10.5);
    assert_eq!(class, CLASSES - 11);
    assert!((share - 0.5).abs() < 1e-12);
    assert!(cut(&requests, 20.5).0 < class);
    assert_eq!(cut(&requests, 1e6), (0, 1.0));
}

#[test]
fn awards_spend_the_budget() {
    let mut requests = [0.0; CLASSES];
    for (k, slot) in requests.iter_mut().enumerate() {
        *slot = k as f64;
    }
    let spent = awarded_of(&requests, cut(&requests, 300.0));
    assert!((spent - 300.0).abs() < 1e-9);
}

#[test]
fn budget_follows_fiscal_money_and_the_lever() {
    assert!((call_budget(1000.0, 0.1, 0.0) - 100_000.0).abs() < 1e-9);
    assert!(call_budget(1000.0, 0.1, 0.05) > call_budget(1000.0, 0.1, 0.0));
}

/// Central values of this sub-model and the calls of 2024, with a budget that 400 firms feel.
fn calls() -> Scene {
    let table: toml::Table = include_str!("../../../seeds/parameters/programmes.toml")
        .parse()
        .unwrap();
    let mut scene = Scene::at(Quarter::new(2024, 1));
    scene.parameters.programmes = ProgrammeParameters::build(&mut |path| {
        let entries = table["parameter"].as_array().unwrap();
        let one = entries.iter().find(|e| e["path"].as_str() == Some(path));
        one.unwrap()["central"].as_float().unwrap()
    });
    let seen = &mut scene.seen.programmes;
    seen.enterprise_posed_share = 0.2;
    seen.enterprise_expert_share = 0.2;
    seen.small_firm_share = 0.1;
    seen.foresight_accuracy = 0.5;
    scene.world.fiscal_science = 50.0;
    scene
}

/// State after four yearly calls on firms of R&D 20 each, with the levers changed.
fn after_calls(change: impl Fn(&mut crate::policy::programmes::Programmes)) -> State {
    let mut scene = calls();
    change(&mut scene.seen.programmes);
    let start = Quarter::new(2024, 1);
    scene.path = crate::policy::PolicyPath::constant(scene.seen, start, 16);
    let mut state = world_of(400, 10.0, 20.0);
    for year in 2024..2028 {
        call_and_award(&mut state, &scene.context(Quarter::new(year, 1)));
    }
    state
}

#[test]
fn more_joint_money_brings_firms_and_universities_together() {
    let plain = after_calls(|_| {});
    assert_eq!(plain.programmes.tally.joined, 0.0);
    assert_eq!(plain.programmes.need_share, 0.2);
    assert_eq!(plain.firms.total(&plain.firms.joint), 0.0);
    let some = after_calls(|l| l.consortium = 0.3);
    let more = after_calls(|l| l.consortium = 0.6);
    assert!(some.programmes.tally.joined > 0.0);
    assert!(more.programmes.tally.joined > some.programmes.tally.joined);
    assert!(more.programmes.need_share > some.programmes.need_share);
    assert!(some.programmes.need_share > 0.2);
    // no more is awarded than there is
    for state in [&plain, &some, &more] {
        let held = state.programmes.university_calls + state.firms.total(&state.firms.grant);
        // the first of four calls met no grants running out: 1 − (2/3)⁴ of the budget
        let budget = state.programmes.tally.budget * (1.0 - 16.0 / 81.0);
        assert!((held - budget).abs() < 1e-9 * budget, "{held} of {budget}");
        assert!(state.firms.total(&state.firms.joint) <= state.firms.total(&state.firms.grant));
    }
}

#[test]
fn each_lever_of_the_call_moves_what_it_names() {
    let plain = after_calls(|_| {});
    let firms = |s: &State| s.firms.total(&s.firms.grant);
    // enterprise_posed_share: need_share; foresight_accuracy: direction_accuracy
    let posed = after_calls(|l| l.enterprise_posed_share = 0.4);
    assert!(posed.programmes.need_share > plain.programmes.need_share);
    let seen = after_calls(|l| l.foresight_accuracy = 0.7);
    assert!(seen.programmes.direction_accuracy > plain.programmes.direction_accuracy);
    // enterprise_expert_share: firms win more against universities
    let experts = after_calls(|l| l.enterprise_expert_share = 0.6);
    assert!(firms(&experts) > firms(&plain));
    // small_firm_share: all firms here are small; it binds above what they win in the open call
    let small = after_calls(|l| l.small_firm_share = 0.7);
    assert!(firms(&small) > firms(&plain));
    // call_budget_growth
    let grown = after_calls(|l| l.call_budget_growth = 10.0);
    assert!(grown.programmes.tally.budget > plain.programmes.tally.budget);
    assert!(firms(&grown) > firms(&plain));
}

#[test]
fn gifts_pay_universities_and_move_no_public_money() {
    let scene = calls();
    let now = Quarter::new(2024, 2);
    let ctx = scene.context(now);
    let mut state = world_of(400, 10.0, 20.0);
    state.firms.gift.fill(0.2);
    let cash = state.firms.total(&state.firms.cash);
    state.books.open();
    pay(&mut state, &ctx);
    let given: f64 = state.programmes.gifts.iter().sum();
    assert!((given - 800.0).abs() < 1e-9);
    let moved = state.firms.total(&state.firms.cash) - cash;
    assert!((moved - state.books.net(Account::Firms)).abs() < 1e-6 && moved < 0.0);
    let public = state.books.cash[Instrument::Appropriation as usize];
    call_and_award(&mut state, &ctx);
    let own = 1.0 + ctx.parameters.universities.own_funds;
    let units: f64 = state.programmes.to_universities.iter().sum();
    assert!((own * units - given).abs() < 1e-9);
    assert_eq!(public, [0.0; 2]);
    assert_eq!(state.programmes.public_money, 0.0);
}
