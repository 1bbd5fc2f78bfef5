//! Worked examples, limits, directions of each lever, conservation, splitting.

use super::*;
use crate::base::time::Quarter;
use crate::model::context::Context;
use crate::model::funnel::{self, Origin, Plan, Project, STAGES};
use crate::model::patents::testbed::{Scene, parameters, world_of};
use crate::policy::regulation::Regulation;

/// A regulated field: pharma.
const PHARMA: usize = 14;

fn seen() -> Regulation {
    Scene::at(Quarter::new(2026, 1)).seen.regulation
}

const CASE: Case = Case {
    worth: 2.5,
    rank: 0.5,
};
const FAILURE: f64 = 0.25;

/// What a firm settles in a field that is opened for a part, under a rule that is tight.
fn choice(opened: f64, tight: f64, now: &Regulation, p: &ApprovalParameters) -> (Passage, Choice) {
    let passage = passage(opened, tight, FAILURE, now, p);
    (passage, choose(&CASE, &passage, now, p))
}

#[test]
fn waits_and_risks_by_hand() {
    let p = parameters().approval;
    assert!((waiting(0.0, 0.0, 0.0, &p) - 0.9).abs() < 1e-12);
    assert!((waiting(0.5, 0.0, 1.0, &p) - 0.55 * 1.5).abs() < 1e-12);
    assert!((waiting(1.0, 1.0, 1.0, &p)).abs() < 1e-12);
    // at the mean rank: full review leaves 0.3, routine supervision 0.7
    let [full, sandbox, filing] = residual(raw_risk(0.5, &p), &seen(), &p);
    assert!((full - 0.01 * 0.3 * 0.7).abs() < 1e-12);
    assert!((sandbox - 0.01 * 0.4 * 0.7).abs() < 1e-12);
    assert!((filing - 0.01 * 0.7).abs() < 1e-12);
    assert_eq!(opened(0.3, 1), 1.0);
    assert!((opened(0.3, 2) - 0.4).abs() < 1e-12);
    assert_eq!(opened(0.0, 0), 0.0);
    assert!(is_regulated_field(PHARMA) && !is_regulated_field(0));
    assert_eq!((0..FIELDS).filter(|&f| is_regulated_field(f)).count(), 9);
}

#[test]
fn values_by_hand() {
    let p = parameters().approval;
    let wait = [0.9, 0.45];
    let risk = residual(raw_risk(0.5, &p), &seen(), &p);
    let left = wait.map(|wait| kept(wait, FAILURE, p.erosion));
    let [full, sandbox, filing] = values(&CASE, &left, &risk, 0.1, &p);
    // (2.5 − 0.1)/(1 + 0.4·0.9) − 0.6 − 20·0.0021
    assert!((full - (2.4 / 1.36 - 0.6 - 0.042)).abs() < 1e-12);
    // (2.5 − 0.1)/(1 + 0.4·0.45) − 0.6 − 20·(0.1·0.01 + 0.0028)
    assert!((sandbox - (2.4 / 1.18 - 0.6 - 0.076)).abs() < 1e-12);
    // 2.4 − 0.05 − 20·2·0.007
    assert!((filing - 2.07).abs() < 1e-12);
}

#[test]
fn the_last_stage_keeps_its_mean_time() {
    let hazard = offer_hazard(1.25, 0.2, 1.0);
    assert!((1.0 / hazard + 0.2 - 0.8).abs() < 1e-12);
    // at least half of it is selling
    assert!((1.0 / offer_hazard(1.0, 1.0, 5.0) - 0.5).abs() < 1e-12);
    assert_eq!(offer_hazard(1.25, 0.0, 1.0), 1.25);
}

#[test]
fn shares_add_up_and_follow_worth() {
    let equal = shares(&[1.0; 3], true, 1.0, 0.3);
    assert!(equal.iter().all(|s| (s - 1.0 / 3.0).abs() < 1e-12));
    for (filing, places) in [(false, 0.0), (true, 0.0), (false, 0.4), (true, 0.4)] {
        for values in [[1.0, 2.0, 3.0], [3.0, 1.0, -900.0], [-900.0, 900.0, 0.0]] {
            let parts = shares(&values, filing, places, 0.3);
            assert!((parts.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{parts:?}");
            assert!(parts.iter().all(|s| (0.0..=1.0).contains(s)), "{parts:?}");
            assert!(parts[SANDBOX] <= places && (filing || parts[FILING] == 0.0));
        }
    }
    assert_eq!(shares(&[1.0, 9.0, 9.0], false, 0.0, 0.3), [1.0, 0.0, 0.0]);
    assert!(shares(&[1.0, 0.0, 2.0], true, 0.0, 0.3)[FILING] > 0.5);
}

#[test]
fn each_lever_moves_the_choice_it_names() {
    let p = parameters().approval;
    let calm = |now: &Regulation| choice(0.0, 0.0, now, &p);
    let status_quo = calm(&seen());
    assert_eq!(status_quo.1.share, [1.0, 0.0, 0.0]);
    let with = |change: fn(&mut Regulation, f64), value: f64| {
        let mut now = seen();
        change(&mut now, value);
        calm(&now)
    };
    let mut last = [status_quo; 3];
    for step in [0.2, 0.4, 0.6] {
        let saved = with(|r, v| r.assessment_saved = v, step);
        assert!(saved.0.wait[FULL] < last[0].0.wait[FULL] && saved.1.worth > last[0].1.worth);
        assert!(
            saved.1.risk[FULL] > last[0].1.risk[FULL],
            "it overlooks more"
        );
        let sandbox = with(|r, v| r.sandbox_places = v, step);
        assert!(sandbox.1.share[SANDBOX] > last[1].1.share[SANDBOX]);
        assert!(sandbox.1.worth > last[1].1.worth);
        let trigger = with(|r, v| r.trigger_supervision = v, step);
        assert!(trigger.1.risk[FULL] > last[2].1.risk[FULL]);
        last = [saved, sandbox, trigger];
    }
    // filing opens for the less risky first
    let filing = with(|r, v| r.filing_open = v, 0.6).1;
    assert!(filing.share[FILING] > 0.5 && filing.worth > status_quo.1.worth);
    assert_eq!(with(|r, v| r.filing_open = v, 0.4).1.share[FILING], 0.0);
    // the saved cost of supervision outweighs what it found at central values
    assert!(with(|r, v| r.trigger_supervision = v, 0.6).1.worth > status_quo.1.worth);
    // access: the licence to enter falls away
    let (passage, open) = choice(1.0, 0.0, &seen(), &p);
    assert!((passage.wait[FULL] - 0.7).abs() < 1e-12 && open.worth > status_quo.1.worth);
}

#[test]
fn liability_and_a_tight_rule_send_firms_back_to_full_approval() {
    let mut p = parameters().approval;
    let mut now = seen();
    (now.filing_open, now.sandbox_places) = (0.8, 0.5);
    let (calm_passage, calm) = choice(0.0, 0.0, &now, &p);
    let (tight_passage, tight) = choice(0.0, 0.5, &now, &p);
    assert!(tight.share[FULL] > calm.share[FULL] && tight.worth < calm.worth);
    assert!(tight_passage.wait[FULL] > calm_passage.wait[FULL]);
    assert_eq!(tight.share[FILING], 0.0, "rank 0.5 is not below 0.4");
    p.liability *= 10.0;
    let (_, liable) = choice(0.0, 0.0, &now, &p);
    assert!(liable.share[FULL] > calm.share[FULL]);
}

/// Products in the funnel of the first firm that all stand in the pilot.
fn begin(state: &mut State, field: usize, mass: f64, ctx: &Context) {
    let project = Project {
        purse: state.funnel.portfolios.of(0).0.purses.of(0, 0),
        field: field as u8,
        revenue: 20.0,
        begun: ctx.q() as i16,
        disclosed: ctx.q() as i16,
        ..Project::default()
    };
    let plan = Plan {
        go: 1.0,
        pass: 0.2,
        fail: 0.05,
    };
    let draws = ctx.key.pair(5, 0, 0, 0, Purpose::Approval);
    let p = &ctx.parameters.approval;
    let (strip, row) =
        state
            .funnel
            .portfolios
            .of(0)
            .0
            .begin(project, Origin::default(), mass, draws, p);
    (strip.stage[0].mass[row], strip.stage[1].mass[row]) = (0.0, mass);
    (0..STAGES).for_each(|stage| strip.set_plan(stage, row, plan));
}

/// A scene where every product of a regulated field needs approval.
fn scene(now: Quarter) -> Scene {
    let mut scene = Scene::at(now);
    scene.parameters.approval.regulated_share = 1.0;
    let regulation = &mut scene.seen.regulation;
    (regulation.filing_open, regulation.sandbox_places) = (1.0, 0.5);
    scene
}

/// Runs quarters of the funnel over one project given in parts.
fn run(parts: &[f64], quarters: i32, least_mass: f64) -> (State, [f64; 2]) {
    let start = Quarter::new(2026, 1);
    let mut state = world_of(8, 100.0, 20.0);
    let found = scene(start);
    let ctx: Context = found.context(start);
    state.funnel = funnel::FunnelState::found(&state, &ctx);
    state.approval = ApprovalState::found(&ctx);
    state.buyers = crate::model::buyers::BuyersState::found(&state, &ctx);
    for &mass in parts {
        begin(&mut state, PHARMA, mass, &ctx);
    }
    let mut ended = [0.0; 2];
    for step in 0..quarters {
        let now = start.plus(step);
        let mut scene = scene(now);
        scene.parameters.funnel.least_mass = least_mass;
        let ctx = scene.context(now);
        state.books.open();
        state.transfer.deals_this_quarter.clear();
        let cash = state.firms.total(&state.firms.cash);
        funnel::enter(&mut state, &ctx);
        funnel::advance(&mut state, &ctx);
        supervise(&mut state, &ctx);
        let moved = state.firms.total(&state.firms.cash) - cash;
        assert!((moved - state.books.net(Account::Firms)).abs() < 1e-6);
        let t = state.funnel.tally;
        ended[0] += t.industrialised;
        ended[1] +=
            t.failed.iter().sum::<f64>() + t.abandoned + t.drawn + state.approval.tally.failed;
    }
    (state, ended)
}

#[test]
fn products_and_money_are_conserved_on_all_routes() {
    for quarters in [3, 8, 60] {
        let (state, ended) = run(&[40.0], quarters, 5.0);
        let turns = || state.funnel.portfolios.turns();
        let waiting: f64 = turns().flat_map(|t| &t.dockets).map(Docket::mass).sum();
        let present: f64 = state.funnel.tally.present.iter().sum::<f64>() + waiting;
        let all = ended[0] + ended[1] + present;
        assert!((all - 40.0).abs() < 1e-9, "{all}");
        assert!(quarters < 8 || ended[0] > 0.0);
    }
    let (state, _) = run(&[40.0], 3, 0.0);
    assert!(state.approval.tally.routed.iter().all(|&mass| mass > 0.0));
    assert!(state.approval.tally.liability > 0.0 && state.approval.tally.supervision > 0.0);
}

#[test]
fn halves_of_a_project_go_the_way_of_the_whole() {
    let (whole, ended) = run(&[40.0], 12, 0.0);
    let (halves, same) = run(&[20.0, 20.0], 12, 0.0);
    for k in 0..2 {
        assert!((ended[k] - same[k]).abs() < 1e-9);
    }
    for field in 0..FIELDS {
        let (a, b) = (&whole.approval, &halves.approval);
        assert!((a.exposure[field] - b.exposure[field]).abs() < 1e-12);
        assert!((a.clock[field] - b.clock[field]).abs() < 1e-12);
    }
}

#[test]
fn incidents_come_as_often_as_exposure_says_and_tighten_for_a_while() {
    let now = Quarter::new(2026, 1);
    let mut scene = scene(now);
    scene.seen.regulation.trigger_supervision = 0.0;
    scene.parameters.approval.salient = 0.5;
    let ctx = scene.context(now);
    let p = scene.parameters.approval;
    let mut state = world_of(1, 1.0, 1.0);
    state.approval = ApprovalState::found(&ctx);
    // the public hears of half
    state.approval.exposure[PHARMA] = 2000.0;
    let mut incidents = 0.0;
    for _ in 0..200 {
        state.approval.tally = ApprovalTally::default();
        supervise(&mut state, &ctx);
        incidents += state.approval.tally.incidents;
        assert!((0.0..=1.0).contains(&state.approval.tight[PHARMA]));
    }
    // Poisson of mean 1000
    assert!((incidents - 1000.0).abs() < 4.0 * 32.0, "{incidents}");
    assert!(state.approval.exposure[PHARMA] < 1e-3);
    // one incident: tightened by the step, eased to 1/e after `tight_years`
    let mut one = ApprovalState::found(&ctx);
    one.clock[PHARMA] = one.threshold[PHARMA];
    state.approval = one;
    supervise(&mut state, &ctx);
    assert!((state.approval.tight[PHARMA] - p.tight_step).abs() < 1e-12);
    state.approval.threshold[PHARMA] = f64::MAX;
    for _ in 0..(4.0 * p.tight_years) as i32 {
        supervise(&mut state, &ctx);
    }
    let eased = p.tight_step * crate::base::math::exp(-1.0);
    assert!((state.approval.tight[PHARMA] - eased).abs() < 1e-9);
    // flexible enforcement tightens less
    scene.seen.regulation.trigger_supervision = 0.5;
    let ctx = scene.context(now);
    state.approval = ApprovalState::found(&ctx);
    state.approval.clock[PHARMA] = state.approval.threshold[PHARMA];
    supervise(&mut state, &ctx);
    assert!((state.approval.tight[PHARMA] - 0.5 * p.tight_step).abs() < 1e-12);
}

#[test]
fn only_a_share_of_regulated_fields_needs_approval() {
    let p = parameters().approval;
    let (below, above) = (p.regulated_share - 1e-9, p.regulated_share + 1e-9);
    assert_eq!(docket_of(0, (below, 0.3), &p), None);
    assert_eq!(docket_of(PHARMA, (above, 0.3), &p), None);
    assert_eq!(docket_of(PHARMA, (below, 0.3), &p).unwrap().rank, 0.3);
}
