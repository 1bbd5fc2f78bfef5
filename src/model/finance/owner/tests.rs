//! Owners refill state firms, their heads count on it, banks see a guarantee.

use super::super::super::books::{Account, Instrument};
use super::super::tests::{OFF, Scene, economy};
use super::super::{apply, lend, liquidity, repay_and_default, set_liquidity, turn};
use super::{book, refill, refinance};
use crate::base::math;
use crate::model::entry::{Health, exit_probability};
use crate::model::firms::Ownership;
use crate::model::state::State;

/// [`economy`], in which every fourth firm is the state's and nobody's luck hangs on that.
fn mixed_economy(n: u32) -> State {
    let mut state = economy(n, 1.0);
    for i in (0..n as usize).step_by(4) {
        state.firms.ownership[i] = Ownership::State;
    }
    state
}

fn is_state(state: &State, i: usize) -> bool {
    state.firms.ownership[i] == Ownership::State
}

fn soft(softness: f64, guarantee: f64) -> Scene {
    let mut scene = Scene::new(OFF);
    scene.parameters.state_firms.softness = softness;
    scene.parameters.state_firms.owner_central_share = 0.4;
    scene.parameters.state_firms.guarantee = guarantee;
    scene
}

#[test]
fn an_owner_refills_debts_and_the_cash_to_go_on() {
    assert_eq!(refill(-5.0, 3.0), 8.0);
    assert_eq!(refill(0.0, 3.0), 0.0);
    let mut last = 0.0;
    for softness in [0.0, 0.3, 0.6, 1.0] {
        let mut state = mixed_economy(8000);
        for (i, cash) in state.firms.cash.iter_mut().enumerate() {
            *cash -= if i % 3 == 0 { 10.0 } else { 0.0 };
        }
        let before = state.firms.clone();
        let scene = soft(softness, 0.0);
        let support = refinance(&mut state.firms, &mut Vec::new(), &scene.context(0));
        book(&mut state, support, &scene.context(0));
        let (tally, net) = (state.finance.tally, state.books.net(Account::Firms));
        assert!(
            (state.firms.total(&state.firms.cash) - before.total(&before.cash) - net).abs() < 1e-6
        );
        assert!((tally.owner_support - net).abs() < 1e-6);
        let [central, local] = state.books.cash[Instrument::OwnerSupport as usize];
        assert!((central - 0.4 * net).abs() < 1e-6 && (local - 0.6 * net).abs() < 1e-6);
        for i in 0..8000 {
            let paid = state.firms.cash[i] - before.cash[i];
            assert!(paid == 0.0 || (is_state(&state, i) && before.cash[i] < 0.0));
            let kept = 0.5 / 12.0 * state.firms.sales[i];
            assert!(paid == 0.0 || (state.firms.cash[i] - kept).abs() < 1e-9);
        }
        assert!(tally.rescued > last || softness == 0.0);
        last = tally.rescued;
    }
    // a quarter of them a quarter of the year: 8000/4/3 are short, a turn of it
    assert!((last - 8000.0 / 48.0).abs() < 15.0, "{last}");
}

#[test]
fn the_softer_the_budget_the_less_state_firms_cut_research_and_default() {
    let run = |softness| {
        let mut state = mixed_economy(4000);
        for i in 0..4000 {
            state.firms.cash[i] -= 5.0;
            state.firms.rd_desired[i] = 6.0;
        }
        let scene = soft(softness, 0.0);
        let mut means = [0.0; 2];
        let mut bad = [0.0; 2];
        let mut wound_up = 0.0;
        for quarter in 0..16 {
            let ctx = scene.context(quarter);
            state.books.open();
            lend(&mut state, &ctx);
            let loans = state.firms.loan.clone();
            repay_and_default(&mut state, &ctx);
            for i in 0..4000 {
                let k = usize::from(is_state(&state, i));
                means[k] += state.firms.liquidity[i];
                bad[k] += f64::from(u8::from(loans[i] > 0.0 && state.firms.loan[i] == 0.0));
                // losses of the quarter
                state.firms.cash[i] -= 1.0;
            }
        }
        for i in (0..4000).filter(|&i| is_state(&state, i)) {
            let health = Health {
                real_sales: state.firms.sales[i],
                cash: state.firms.cash[i] / state.firms.sales[i],
                young: false,
                loss: false,
            };
            let mut p = scene.parameters.entry;
            (p.distress_debt, p.exit_distress) = (0.1, 0.3);
            wound_up += exit_probability(health, &p);
        }
        (means, bad, wound_up)
    };
    let (hard, some, full) = (run(0.0), run(0.4), run(0.9));
    for (less, more) in [(&hard, &some), (&some, &full)] {
        assert!(less.0[1] < more.0[1], "means of state firms");
        assert!(less.1[1] > more.1[1], "their defaults: {less:?} {more:?}");
        assert!(less.2 > more.2, "their closing: {less:?} {more:?}");
    }
    // others share the quota with them, but nobody refills what they lack
    assert!((full.0[0] / hard.0[0] - 1.0).abs() < 0.05);
}

#[test]
fn the_head_of_a_state_firm_counts_on_its_owner_for_what_it_lacks() {
    let run = |softness| {
        let mut state = mixed_economy(8);
        liquidity::write(&mut state.firms, &soft(softness, 0.0).context(0));
        state
    };
    let (hard, half) = (run(0.0), run(0.5));
    for i in 0..8 {
        let own = hard.firms.liquidity[i];
        let lacks = math::max(3.0 - own, 0.0);
        let counted = if is_state(&hard, i) { 0.5 * lacks } else { 0.0 };
        assert_eq!(half.firms.liquidity[i], own + counted);
        let mut one = half.firms.clone();
        set_liquidity(&mut one, i, &soft(0.5, 0.0).context(0));
        assert_eq!(one.liquidity[i], half.firms.liquidity[i]);
    }
    assert!(hard.firms.liquidity[0] < 3.0, "some lack money");
    assert_ne!(hard.firms.liquidity, half.firms.liquidity);
}

#[test]
fn a_guarantee_that_banks_see_puts_state_firms_first_where_the_quota_binds() {
    let run = |guarantee| {
        let scene = soft(0.0, guarantee);
        let mut state = mixed_economy(8000);
        state.finance.quota[0] = 0.95 * state.firms.total(&state.firms.loan);
        let ctx = scene.context(0);
        let before = state.firms.loan.clone();
        lend(&mut state, &ctx);
        let tally = state.finance.tally;
        assert!(tally.unserved[0] > 0.0, "the quota binds");
        let mut held = [0.0; 2];
        for i in 0..8000 {
            if turn::turn_of(state.firms.id[i]) == ctx.q().rem_euclid(4) as u32 {
                held[usize::from(is_state(&state, i))] += state.firms.loan[i];
            }
        }
        let terms = apply::terms(0.0, &ctx);
        let rates = [1, 0].map(|i| {
            let debtor = apply::Debtor {
                of_state: is_state(&state, i),
                taxed: state.firms.taxed[i],
                cash: state.firms.cash[i],
                ..Default::default()
            };
            terms.posted(&debtor, &ctx)
        });
        (held, rates, before)
    };
    let (none, some, full) = (run(0.0), run(0.5), run(0.9));
    for (less, more) in [(&none, &some), (&some, &full)] {
        let share = |held: [f64; 2]| held[1] / (held[0] + held[1]);
        assert!(share(less.0) < share(more.0), "{:?} {:?}", less.0, more.0);
        assert!(less.0[0] > more.0[0] && less.0[1] < more.0[1]);
        assert_eq!(less.1[0], more.1[0], "others pay what they paid");
        assert!(less.1[1] > more.1[1], "state firms pay less");
    }
}
