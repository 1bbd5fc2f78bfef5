//! Own successes on their way through approval, in a small economy.

use super::super::{InnovationState, succeed_and_imitate};
use crate::base::time::Quarter;
use crate::model::approval::own::Outcome;
use crate::model::approval::{ApprovalState, ApprovalTally, is_regulated_field, supervise};
use crate::model::books::Account;
use crate::model::context::Context;
use crate::model::firms::FIELDS;
use crate::model::patents::testbed::{Scene, world_of};
use crate::model::state::State;

/// A scene in which own knowledge is all that counts, successes come once a year.
fn scene(share: f64, filing: f64, sandbox: f64) -> Scene {
    let mut scene = Scene::at(Quarter::new(2026, 1));
    let p = &mut scene.parameters.innovation;
    (p.noise_log_sd, p.imitation_rate, p.spillover_elasticity) = (0.0, 0.0, 0.0);
    (p.productivity_elasticity, p.tacit_knowledge) = (0.09, 0.0);
    p.noise_persistence = 0.5;
    (p.new_products_per_gain, p.new_product_expiry) = (8.0, 1.0 / 12.0);
    scene.parameters.approval.regulated_share = share;
    let seen = &mut scene.seen.regulation;
    (seen.filing_open, seen.sandbox_places) = (filing, sandbox);
    scene
}

/// 1,024 firms that know as much, over all fields and regions.
fn economy(weight: f64, ctx: &Context) -> State {
    let mut state = world_of(1024, weight, 10.0);
    state.firms.knowledge.fill(40.0);
    state.innovation = InnovationState::found(&state, ctx);
    state.approval = ApprovalState::found(ctx);
    state
}

fn waiting(state: &State) -> f64 {
    let firms = &state.firms;
    (0..firms.len())
        .map(|i| firms.weight[i] * firms.held[i].waiting())
        .sum()
}

/// Runs quarters in which everyone's knowledge grows by 3 %.
fn run(scene: &Scene, weight: f64, quarters: i32) -> (State, [f64; 4]) {
    let now = Quarter::new(2026, 1);
    let mut state = economy(weight, &scene.context(now));
    let mut sums = [0.0; 4];
    for step in 0..quarters {
        let ctx = scene.context(now.plus(step));
        state.books.open();
        for k in &mut state.firms.knowledge {
            *k *= 1.03;
        }
        state.approval.tally = ApprovalTally::default();
        state.approval.post(&ctx);
        supervise(&mut state, &ctx);
        let (cash, before) = (state.firms.total(&state.firms.cash), waiting(&state));
        succeed_and_imitate(&mut state, &ctx);
        let out = state.innovation.tally.approved;
        let grown = waiting(&state) - before;
        assert!((out.entered - out.approved - out.dropped - grown).abs() < 1e-9 * weight);
        let moved = state.firms.total(&state.firms.cash) - cash;
        assert!((moved - state.books.net(Account::Firms)).abs() < 1e-6);
        assert!((moved + out.paid()).abs() < 1e-6);
        for (sum, now) in sums
            .iter_mut()
            .zip([out.entered, out.approved, out.dropped])
        {
            *sum += now;
        }
        sums[3] += out.incidents;
    }
    (state, sums)
}

#[test]
fn gains_and_money_are_conserved_on_all_routes() {
    let (state, [entered, used, dropped, incidents]) = run(&scene(0.5, 0.5, 0.4), 3.0, 24);
    assert!((entered - used - dropped - waiting(&state)).abs() < 1e-8);
    assert!(used > 0.0 && dropped > 0.0 && incidents > 0.0);
    let firms = &state.firms;
    for i in 0..firms.len() {
        assert_eq!(firms.waits[i], firms.held[i].waiting() > 0.0);
        assert!(is_regulated_field(usize::from(firms.field[i])) || !firms.waits[i]);
    }
    // what is used stands among what may cause incidents in the field
    for field in 0..FIELDS {
        assert_eq!(
            state.approval.exposure[field] > 0.0,
            is_regulated_field(field)
        );
    }
}

#[test]
fn other_fields_feel_nothing_and_regulated_ones_wait() {
    let (without, _) = run(&scene(0.0, 0.0, 0.0), 1.0, 8);
    let (with, _) = run(&scene(0.5, 0.0, 0.0), 1.0, 8);
    let (mut early, mut late) = (0.0, 0.0);
    for i in 0..with.firms.len() {
        let (a, b) = (&without.firms, &with.firms);
        if is_regulated_field(usize::from(a.field[i])) {
            early += a.ln_productivity[i];
            late += b.ln_productivity[i];
        } else {
            let row = a.row(i);
            assert_eq!(row, b.row(i));
        }
    }
    assert!(late < early && late > 0.5 * early, "{late} of {early}");
    assert_eq!(without.innovation.tally.approved, Outcome::default());
}

/// What regulated fields have gained after two years, in productivity and new products.
fn gained(change: impl Fn(&mut Scene)) -> [f64; 2] {
    let mut scene = scene(0.5, 0.0, 0.0);
    change(&mut scene);
    let (state, _) = run(&scene, 1.0, 8);
    let firms = &state.firms;
    let regulated = |i: &usize| is_regulated_field(usize::from(firms.field[*i]));
    let rows = || (0..firms.len()).filter(regulated);
    [
        rows().map(|i| firms.ln_productivity[i]).sum(),
        rows().map(|i| firms.new_product_sales[i]).sum(),
    ]
}

#[test]
fn levers_bring_gains_and_new_products_sooner() {
    let today = gained(|_| ());
    let sooner: [fn(&mut Scene); 4] = [
        |s| s.seen.regulation.assessment_saved = 0.6,
        |s| s.seen.regulation.filing_open = 0.6,
        |s| s.seen.regulation.sandbox_places = 0.6,
        |s| s.seen.regulation.market_access = 1.0,
    ];
    for (number, change) in sooner.iter().enumerate() {
        let now = gained(change);
        assert!(now[0] > today[0] && now[1] > today[1], "lever {number}");
    }
    // supervision by trigger brings firms in that gave up: approval that is barely not worth it
    let dear = |trigger: f64| {
        gained(|s| {
            s.parameters.approval.assessment_cost = 3.0;
            s.parameters.approval.risk = 0.0;
            s.seen.regulation.trigger_supervision = trigger;
        })
    };
    assert!(dear(1.0)[0] > dear(0.0)[0]);
}

#[test]
fn halved_weights_halve_sums_and_change_no_firm() {
    let mut scene = scene(0.5, 0.5, 0.4);
    // twice the firms have twice the incidents, which tighten rules
    scene.parameters.approval.risk = 0.0;
    let ((whole, all), (halved, half)) = (run(&scene, 2.0, 8), run(&scene, 1.0, 8));
    for k in 0..3 {
        assert!((all[k] / half[k] - 2.0).abs() < 1e-9);
    }
    assert_eq!(whole.firms.held, halved.firms.held);
    assert_eq!(whole.firms.ln_productivity, halved.firms.ln_productivity);
}
