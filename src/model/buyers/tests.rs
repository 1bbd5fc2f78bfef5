//! Gains by hand, directions of each lever, learning, money.

use super::*;
use crate::base::time::Quarter;
use crate::model::funnel::{FunnelState, Waiting};
use crate::model::patents::testbed::{Scene, parameters, world_of};

fn terms() -> Terms {
    Terms {
        worth: worth_over_price(1.0, &parameters().buyers),
        turn: 0.0,
        cover: 0.5,
        failure: 0.2,
        liability: 0.0,
        green: 0.0,
        scene: 0.0,
        state_owned: true,
    }
}

#[test]
fn gain_by_hand() {
    let p = parameters().buyers;
    // 1.25 − 1 − 0.2·1.5·0.5 − 0.2·0.6 + 0.05 + 0.05 − 0.06 = 0.02
    assert!((adoption_gain(&p, &terms()) - 0.02).abs() < 1e-9);
}

#[test]
fn each_lever_raises_the_willingness_of_a_state_buyer() {
    let p = parameters().buyers;
    let base = adoption_gain(&p, &terms());
    assert!(
        adoption_gain(
            &p,
            &Terms {
                cover: 0.8,
                ..terms()
            }
        ) > base
    );
    assert!(
        adoption_gain(
            &p,
            &Terms {
                liability: 1.0,
                ..terms()
            }
        ) > base
    );
    assert!(
        adoption_gain(
            &p,
            &Terms {
                green: 1.0,
                ..terms()
            }
        ) > base
    );
    assert!(
        adoption_gain(
            &p,
            &Terms {
                scene: 0.5,
                ..terms()
            }
        ) > base
    );
    assert!(
        adoption_gain(
            &p,
            &Terms {
                turn: 0.5,
                ..terms()
            }
        ) > base
    );
    assert!(insured_share(&p, 0.8, 0.7) > insured_share(&p, 0.0, 0.7));
    assert_eq!(insured_share(&p, 0.8, 0.0), 0.0);
    assert!(must_take(0.15, 0.3, 0.5) > must_take(0.15, 0.1, 0.5));
    let private = Terms {
        state_owned: false,
        ..terms()
    };
    let shielded = Terms {
        liability: 1.0,
        ..private
    };
    assert_eq!(adoption_gain(&p, &private), adoption_gain(&p, &shielded));
}

#[test]
fn experience_wears_off_failure() {
    let p = parameters().buyers;
    assert!((failure_chance(&p, 0.0) - p.failure_start).abs() < 1e-12);
    assert!(failure_chance(&p, 100.0) < failure_chance(&p, 10.0));
    assert!((failure_chance(&p, 1e9) - p.failure_floor).abs() < 1e-12);
}

#[test]
fn first_sets_teach_and_money_is_booked() {
    let now = Quarter::new(2016, 1);
    let mut state = world_of(64, 100.0, 20.0);
    let mut scene = Scene::at(now);
    scene.seen.buyers.first_purchase_quota = 0.2;
    scene.law.buyers.first_purchase_quota = 0.2;
    state.funnel = FunnelState::found(&state, &scene.context(now));
    state.buyers = BuyersState::found(&state, &scene.context(now));
    let before = state.buyers.willing(3);
    state.funnel.first_sales[3] = 30.0;
    state.funnel.tally.present[2] = 4.0;
    state
        .funnel
        .portfolios
        .of(0)
        .0
        .waiting
        .push(Waiting { firm: 0, mass: 4.0 });
    let cash = state.firms.total(&state.firms.cash);
    adopt(&mut state, &scene.context(now));
    let moved = state.firms.total(&state.firms.cash) - cash;
    assert!(
        (moved - state.books.net(Account::Firms)).abs() < 1e-6,
        "{moved}"
    );
    assert!(state.books.cash[Instrument::FirstSetInsurance as usize][0] > 0.0);
    assert!(state.books.cash[Instrument::FirstPurchase as usize][1] > 0.0);
    assert!(state.buyers.willing(3) > before);
    assert_eq!(state.buyers.tally.adopted, 30.0);
    assert!(
        state
            .buyers
            .willing
            .iter()
            .all(|&w| (0.0..=1.0).contains(&w))
    );
}
