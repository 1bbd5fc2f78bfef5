use super::super::tests::{OFF, Scene, cash, economy, parameters};
use super::*;
use crate::model::finance::FinanceTally;

/// Invests in the firms whose turn it is.
fn invest(state: &mut State, ctx: &Context) {
    let mut customers: Vec<Customers> = Vec::new();
    let rooms = ctx.crew.rooms(state.firms.len(), &mut customers);
    (ctx.crew).walk((state.firms.lend(), rooms), |(firms, mut room)| {
        room.own().turn.line_up(&firms, ctx);
    });
    super::invest(state, &mut customers, ctx);
}

/// Firms without cash, so that many are short after loans; no bank lends.
fn short(n: u32, weight: f64) -> State {
    let mut state = economy(n, weight);
    for i in 0..state.firms.len() {
        state.firms.cash[i] = 0.2 * f64::from(i as u32 % 5);
        state.firms.loan[i] = 0.0;
        state.firms.sales_mean[i] = 0.85 * state.firms.sales[i];
        state.firms.team_cost[i] = 0.5 + 0.5 * f64::from(i as u32 % 4);
    }
    state.finance.quota = [0.0; 2];
    state
}

fn scene(policy: Finance) -> Scene {
    let mut scene = Scene::new(policy);
    scene.world.equity_raised = 1.0;
    scene.parameters.finance.deal_cost = 0.05;
    scene
}

#[test]
fn returns_and_risk_are_worked_by_hand() {
    let mut p = parameters().finance;
    (p.fund_aversion, p.fund_blame) = (0.2, 0.4);
    // 0.2 + 0.1 + 0.03·0.8 − 0.08·0.2 − 0.4/7
    let earned = expected_return(0.2, 0.1, &p);
    assert!((earned - (0.308 - 0.4 / 7.0)).abs() < 1e-12);
    let price = |state, tolerance| {
        let policy = Finance {
            fault_tolerance: tolerance,
            ..OFF
        };
        risk_price(state, 2.0, 0.8, &policy, &p)
    };
    assert!((price(false, 0.0) - 0.032).abs() < 1e-12);
    assert!((price(true, 0.0) - 0.096).abs() < 1e-12);
    // tolerance lowers the price of risk with state partners, and only there
    assert!((price(true, 0.5) - 0.064).abs() < 1e-12);
    assert_eq!(price(false, 0.5), price(false, 0.0));
    assert_eq!(projects(4.0, 1.0), 4.0);
    assert_eq!(projects(0.2, 1.0), 1.0);
}

#[test]
fn stakes_end_by_competing_hazards() {
    let p = parameters().finance;
    let total = 0.03 + 0.08 + 1.0 / 7.0;
    let ends = 1.0 - math::exp(-total);
    assert_eq!(exit(ends + 1e-9, &p), None);
    assert_eq!(exit(0.0, &p), Some(Exit::Listed));
    assert_eq!(exit(ends * 0.05 / total, &p), Some(Exit::Bought));
    assert_eq!(exit(ends * 0.12 / total, &p), Some(Exit::LifeEnd));
}

#[test]
fn rounds_are_led_by_where_the_money_lies() {
    assert_eq!(leader(0.2, &[1.0, 3.0]), 0);
    assert_eq!(leader(0.3, &[1.0, 3.0]), 1);
    assert_eq!(leader(0.9, &[0.0, 0.0]), 1);
}

#[test]
fn equity_gives_firms_cash_and_the_books_close() {
    let mut scene = scene(OFF);
    scene.parameters.finance.purchase_hazard = 0.5;
    let mut state = short(400, 2.0);
    for quarter in 0..12 {
        let ctx = scene.context(quarter);
        state.books.open();
        state.finance.tally = FinanceTally::default();
        if quarter == 6 {
            state.firms.alive[3] = false;
        }
        let (before, powder) = (cash(&state), state.finance.powder);
        let stakes: f64 = (0..400).map(|i| state.firms.equity[i]).sum();
        invest(&mut state, &ctx);
        let tally = state.finance.tally.equity;
        let net = state.books.net(Account::Firms);
        assert!((cash(&state) - before - net).abs() < 1e-6, "{quarter}");
        let invested: f64 = tally.invested.iter().sum();
        let spent: f64 = (0..KINDS)
            .map(|k| powder[k] - state.finance.powder[k])
            .sum();
        let raised = 1000.0 * scene.parameters.finance.fund_research_share / 4.0;
        assert!((spent + raised - invested).abs() < 1e-6);
        for kind in 0..KINDS {
            assert!(tally.invested[kind] <= tally.room[kind] + 1e-9);
        }
        let now: f64 = (0..400).map(|i| state.firms.equity[i]).sum();
        let left = tally.proceeds + tally.lost + tally.bought_back;
        assert!(left > 0.0 || now >= stakes, "{quarter}");
    }
    assert!(state.firms.total(&state.firms.equity) > 0.0);
}

#[test]
fn guide_money_pays_more_rounds_and_costs_its_expected_loss() {
    let run = |guide| {
        let mut scene = scene(Finance {
            guide_fund: guide,
            ..OFF
        });
        scene.world.equity_raised = 0.1;
        let mut state = short(400, 2.0);
        for quarter in 0..8 {
            state.books.open();
            state.finance.tally = FinanceTally::default();
            invest(&mut state, &scene.context(quarter));
        }
        let kind = Instrument::GuideFund as usize;
        let books = &state.books;
        (
            state.firms.total(&state.firms.equity),
            books.cash[kind][0],
            books.accrual[kind][0],
        )
    };
    let (plain, more) = (run(0.0), run(2.0));
    assert!(more.0 > plain.0, "{plain:?} {more:?}");
    assert_eq!(plain.1, 0.0);
    assert!((more.1 - 500.0).abs() < 1e-9);
    assert!((more.2 - 500.0 * parameters().finance.guide_fund_loss).abs() < 1e-9);
}

#[test]
fn tolerance_lets_state_partners_take_riskier_rounds() {
    let run = |tolerance| {
        let mut scene = scene(Finance {
            fault_tolerance: tolerance,
            ..OFF
        });
        scene.parameters.finance.fund_hurdle = 0.15;
        let mut state = short(4000, 1.0);
        state.finance.powder = [0.0, 1e6];
        invest(&mut state, &scene.context(0));
        state.finance.tally.equity.taken
    };
    let (strict, tolerant) = (run(0.0), run(0.9));
    assert!(tolerant[1] > strict[1], "{strict:?} {tolerant:?}");
}

#[test]
fn law_moves_the_payment_of_guide_money_only() {
    let mut scene = scene(OFF);
    let run = |scene: &Scene| {
        let mut state = short(400, 1.0);
        state.books.open();
        invest(&mut state, &scene.context(0));
        state
    };
    let plain = run(&scene);
    scene.law.finance.guide_fund = 4.0;
    let moved = run(&scene);
    assert_eq!(plain.firms, moved.firms);
    assert_eq!(plain.finance, moved.finance);
    assert_ne!(plain.books, moved.books);
}

#[test]
fn halving_weights_and_doubling_firms_leaves_investment() {
    let run = |n, weight, raised| {
        let mut scene = scene(OFF);
        scene.world.equity_raised = raised;
        let mut state = short(n, weight);
        state.finance.powder = [2e3, 6e3];
        invest(&mut state, &scene.context(0));
        let tally = state.finance.tally.equity;
        (tally.offered, tally.invested[0] + tally.invested[1])
    };
    // with money short and with money for all
    for raised in [1.0, 1e5] {
        let (one, two) = (run(2520 * 4, 2.0, raised), run(2520 * 8, 1.0, raised));
        assert!((one.0 / two.0 - 1.0).abs() < 0.03, "{one:?} {two:?}");
        assert!((one.1 / two.1 - 1.0).abs() < 0.03, "{one:?} {two:?}");
    }
}
