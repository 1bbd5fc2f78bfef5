//! Worked examples, conservation and the direction of each lever for a firm's own successes.

use super::super::{ApprovalState, choose, passage};
use super::*;
use crate::base::time::Quarter;
use crate::model::patents::testbed::Scene;
use crate::policy::regulation::Regulation;

/// A regulated field, pharma, in the last region, which opens last.
const PLACE: [u8; 2] = [14, 7];

/// A success of 1 % at a firm that sells for 83 mn: half of it is half a product.
const SUCCESS: Success = Success {
    gain: 0.01,
    sales: 83.0,
    rank: 0.5,
    place: PLACE,
};

fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9, "{a} against {b}");
}

/// The scene of 2026, half of products regulated, a product of 8.3 mn a year.
fn scene(change: impl Fn(&mut Regulation)) -> Scene {
    let mut scene = Scene::at(Quarter::new(2026, 1));
    scene.parameters.approval.regulated_share = 0.5;
    let funnel = &mut scene.parameters.funnel;
    (funnel.revenue, funnel.productivity_share) = (8.3, 0.1);
    (funnel.profit_share, funnel.horizon) = (0.1, 5.0);
    change(&mut scene.seen.regulation);
    scene
}

/// What becomes of one success over `quarters`, and what then still waits.
fn follow(scene: &Scene, tight: f64, quarters: usize) -> (Outcome, Held) {
    let ctx = scene.context(Quarter::new(2026, 1));
    let mut approval = ApprovalState::default();
    approval.tight[usize::from(PLACE[0])] = tight;
    approval.post(&ctx);
    let rules = OwnRules::of(&ctx).unwrap();
    let mut held = Held::default();
    let mut all = rules.lodge(&mut held, &SUCCESS, &approval.passages, &ctx);
    for _ in 0..quarters {
        let cleared = rules.clear(&mut held, PLACE, SUCCESS.sales, &approval.passages);
        assert_eq!(cleared.gain, cleared.approved);
        all.add(1.0, &cleared);
    }
    (all, held)
}

#[test]
fn a_success_by_hand() {
    let scene = scene(|_| ());
    let p = scene.parameters.approval;
    let before = before_approval(0.5, 0.25, 0.8);
    near(before, 12.0 / 11.0);
    let wait = p.assessment_wait + p.access_wait;
    let before = before_approval(0.5, scene.parameters.funnel.sale_failure, wait);
    let (out, held) = follow(&scene, 0.0, 0);
    // all of the half that needs it waits for full approval
    near(out.entered, 0.005 * before);
    near(out.gain, 0.005 * before);
    near(held.gain[FULL], out.entered);
    assert_eq!(
        (held.gain[SANDBOX], out.approved, out.dropped),
        (0.0, 0.0, 0.0)
    );
    // 0.5 % of 83 mn is half of what a product brings
    near(out.cost, 0.5 * before * p.assessment_cost);
    // full review and routine supervision leave 0.3·0.7 of 0.01
    near(held.incidents[FULL], 0.5 * before * 0.0021);
    assert_eq!(
        (out.incidents, out.liability, out.supervision),
        (0.0, 0.0, 0.0)
    );
    // in the end supervision and liability are paid for what was cleared
    let (out, held) = follow(&scene, 0.0, 60);
    assert_eq!(held.waiting(), 0.0);
    near(out.supervision, out.approved / 0.01 * p.supervision_cost);
    near(out.liability, out.approved / 0.01 * 0.0021 * p.liability);
}

#[test]
fn gain_that_enters_is_used_dropped_or_waits() {
    let open = scene(|r| (r.filing_open, r.sandbox_places) = (0.9, 0.5));
    for tight in [0.0, 0.3] {
        for quarters in [0, 1, 7, 80] {
            let (out, held) = follow(&open, tight, quarters);
            near(out.entered, out.approved + out.dropped + held.waiting());
            assert!(out.approved > 0.0 && held.incidents.iter().all(|risk| *risk >= 0.0));
            assert!(quarters > 0 || held.waiting() > 0.0);
            assert!(quarters < 80 || held.waiting() == 0.0);
        }
    }
}

/// What arrives of a success keeps its mean under the rules of today.
#[test]
fn successes_that_arrive_keep_their_mean() {
    let (out, held) = follow(&scene(|_| ()), 0.0, 80);
    assert_eq!(held.waiting(), 0.0);
    assert!(out.dropped > 0.0);
    // the last thousandth of a percent comes without failing
    assert!((out.gain / SUCCESS.gain - 1.0).abs() < 2e-3, "{}", out.gain);
}

#[test]
fn no_route_worth_its_cost_means_giving_up() {
    let mut dear = scene(|_| ());
    dear.parameters.approval.assessment_cost = 50.0;
    let (out, held) = follow(&dear, 0.0, 4);
    assert_eq!(held, Held::default());
    assert_eq!((out.dropped, out.paid()), (out.entered, 0.0));
}

/// What a success has brought after a year.
fn after_a_year(change: impl Fn(&mut Regulation), tight: f64) -> Outcome {
    follow(&scene(change), tight, 4).0
}

#[test]
fn each_lever_moves_own_successes_as_it_is_named() {
    let today = after_a_year(|_| (), 0.0);
    let mut last = [today; 5];
    for step in [0.55, 0.75, 0.95] {
        let now = [
            after_a_year(|r| r.assessment_saved = step, 0.0),
            after_a_year(|r| r.market_access = 1.0 - (1.0 - step) / 4.0, 0.0),
            after_a_year(|r| r.sandbox_places = step, 0.0),
            after_a_year(|r| (r.sandbox_places, r.filing_open) = (step, 0.6), 0.0),
            after_a_year(|r| r.trigger_supervision = step, 0.0),
        ];
        for k in 0..3 {
            assert!(now[k].approved > last[k].approved, "lever {k} at {step}");
            assert!(now[k].dropped < last[k].dropped, "lever {k} at {step}");
        }
        // a shorter assessment and supervision by trigger overlook more
        for k in [0, 4] {
            assert!(now[k].incidents > last[k].incidents);
        }
        assert!(now[4].supervision < last[4].supervision, "and cost less");
        last = now;
    }
    // filing: for the less risky, at once
    let at_once = |open| follow(&scene(|r| r.filing_open = open), 0.0, 0).0.approved;
    assert_eq!((at_once(0.0), at_once(0.4)), (0.0, 0.0));
    assert!(at_once(0.6) > 0.0);
    let filed = after_a_year(|r| r.filing_open = 0.6, 0.0);
    assert!(filed.approved > today.approved && filed.incidents > today.incidents);
}

#[test]
fn a_tight_rule_holds_own_successes_back() {
    let mut last = after_a_year(|_| (), 0.0);
    for tight in [0.2, 0.5, 0.9] {
        let now = after_a_year(|_| (), tight);
        assert!(now.approved < last.approved, "tight {tight}");
        last = now;
    }
    // filing closes for a product of middling risk
    let filing = |tight| after_a_year(|r| r.filing_open = 0.8, tight).approved;
    assert!(filing(0.5) < 0.7 * filing(0.2));
}

#[test]
fn a_firm_chooses_the_route_of_any_product() {
    let scene = scene(|r| (r.filing_open, r.sandbox_places) = (0.9, 0.5));
    let ctx = scene.context(Quarter::new(2026, 1));
    let p = &scene.parameters;
    let met = passage(
        0.0,
        0.0,
        p.funnel.sale_failure,
        &ctx.seen.regulation,
        &p.approval,
    );
    let case = Case {
        worth: 4.15,
        rank: 0.5,
    };
    let choice = choose(&case, &met, &ctx.seen.regulation, &p.approval);
    let (out, held) = follow(&scene, 0.0, 0);
    for k in [FULL, SANDBOX] {
        near(held.gain[k] / out.entered, choice.share[k]);
    }
    near(out.approved / out.entered, choice.share[FILING]);
    assert!(choice.share.iter().all(|share| *share > 0.0));
}

#[test]
fn only_regulated_fields_are_concerned_and_only_if_some_products_are() {
    let mut scene = scene(|_| ());
    let now = Quarter::new(2026, 1);
    let rules = OwnRules::of(&scene.context(now)).unwrap();
    assert!(rules.concern(PLACE[0]) && !rules.concern(0));
    near(rules.products(0.01, 83.0), 1.0);
    scene.parameters.approval.regulated_share = 0.0;
    assert!(OwnRules::of(&scene.context(now)).is_none());
}
