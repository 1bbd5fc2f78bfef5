//! Hand-worked rules, conservation, the tail of sizes.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::base::bound::Bound;
use crate::base::math;
use crate::base::rng::Key;
use crate::base::time::Quarter;
use crate::model::books::Account;
use crate::model::firms::Firm;
use crate::model::firms::Segment;
use crate::model::parameters::Parameters;
use crate::model::world::WorldQuarter;
use crate::policy::{PolicyPath, Settings};

fn parameters() -> Parameters {
    let text = include_str!("../../../seeds/parameters/demand.toml");
    let table: toml::Table = text.parse().unwrap();
    let rows = table["parameter"].as_array().unwrap();
    Parameters::build(&mut |path| {
        let row = rows.iter().find(|row| row["path"].as_str() == Some(path));
        assert!(row.is_some() || !path.starts_with("demand."), "{path}");
        row.map_or(0.0, |row| row["central"].as_float().unwrap())
    })
}

fn settings() -> Settings {
    Settings::build(&mut |_| 0.0)
}

/// Pareto sizes with exponent 1.1 in four fields, two classes.
fn economy(n: u32) -> State {
    let mut state = State::default();
    for id in 0..n {
        let u = (f64::from(id) + 0.5) / f64::from(n);
        let sales = 4.0 * math::pow(1.0 - u, -1.0 / 1.1);
        state.firms.push(Firm {
            id,
            weight: 1.0,
            alive: true,
            segment: if id % 3 == 0 {
                Segment::Small
            } else {
                Segment::Industry
            },
            field: (id % 4) as u8,
            sales,
            sales_mean: sales,
            margin: 0.06,
            staff: sales,
            assets: sales,
            taxed: true,
            rd: 0.02 * sales,
            ..Firm::default()
        });
    }
    state
}

fn run(state: &mut State, parameters: &Parameters, quarters: i32) {
    let settings = settings();
    let path = PolicyPath::constant(settings, Quarter::new(2013, 1), 1);
    let world = WorldQuarter {
        price: 1.0,
        industry_growth: 0.015,
        services_growth: 0.02,
        ..WorldQuarter::default()
    };
    for q in 0..quarters {
        let ctx = Context {
            key: Key { seed: 7, run: 1 },
            quarter: Quarter::new(2013, 1).plus(q),
            parameters,
            seen: &settings,
            expected: &settings,
            seen_path: &path,
            law: &settings,
            world: &world,
            scale: 1.0,
            crew: crate::base::blocks::Crew::ALONE,
        };
        if q == 0 {
            state.market = MarketState::found(state, &ctx);
        }
        state.books.open();
        let cash: f64 = state.firms.total(&state.firms.cash);
        sell(state, &ctx);
        let change = state.firms.total(&state.firms.cash) - cash;
        let net = state.books.net(Account::Firms);
        let size = state.firms.total(&state.firms.sales);
        assert!(
            (change - net).abs() < 1e-9 * size,
            "books {net}, cash {change}"
        );
    }
}

#[test]
fn worked_examples() {
    assert!((next_sales(100.0, 1.02, 142.0, 0.05) - 104.0).abs() < 1e-12);
    assert_eq!(dividend(40.0, 120.0, 2.0, 5.0), 15.0);
    assert_eq!(dividend(10.0, 120.0, 2.0, 5.0), 0.0);
    assert!((resting_appeal(2.0, 0.0, 0.5, 3.0) - 1.0).abs() < 1e-12);
    let p = parameters().demand;
    assert!((operating_profit(100.0, 2.0, 0.06, true, &p) - 9.3).abs() < 1e-12);
    assert!((operating_profit(100.0, 2.0, 0.06, false, &p) + 3.0).abs() < 1e-12);
    let lower_price = demand_response(-0.1, 0.0, 1.0, 1.5);
    assert!((lower_price - 1.051_271_096).abs() < 1e-6);
}

#[test]
fn needs_rise_with_research_and_growth() {
    let p = parameters().demand;
    assert!(need_hazard(true, 0.0, &p) > need_hazard(false, 0.0, &p));
    assert!(need_hazard(false, 0.1, &p) > need_hazard(false, 0.0, &p));
}

#[test]
fn sales_at_rest_stay_on_the_nominal_path() {
    let mut parameters = parameters();
    parameters.demand.appeal_log_sd = 0.0;
    let mut state = economy(60);
    let before = state.firms.sales.clone();
    run(&mut state, &parameters, 8);
    for (i, &sales) in before.iter().enumerate() {
        let growth = if state.firms.segment[i] == Segment::Industry {
            0.015
        } else {
            0.02
        };
        let path = sales * math::exp(8.0 * growth);
        assert!((state.firms.sales[i] / path - 1.0).abs() < 1e-9);
    }
}

#[test]
fn a_more_productive_firm_takes_share_from_the_others() {
    let parameters = parameters();
    let (mut plain, mut changed) = (economy(60), economy(60));
    run(&mut plain, &parameters, 1);
    run(&mut changed, &parameters, 1);
    changed.firms.ln_productivity[1] += 0.2;
    for state in [&mut plain, &mut changed] {
        let market = state.market.clone();
        let settings = settings();
        let path = PolicyPath::constant(settings, Quarter::new(2013, 1), 1);
        let world = WorldQuarter {
            price: 1.0,
            ..WorldQuarter::default()
        };
        let ctx = Context {
            key: Key { seed: 7, run: 1 },
            quarter: Quarter::new(2013, 2),
            parameters: &parameters,
            seen: &settings,
            expected: &settings,
            seen_path: &path,
            law: &settings,
            world: &world,
            scale: 1.0,
            crew: crate::base::blocks::Crew::ALONE,
        };
        assert_eq!(market.age, 1);
        sell(state, &ctx);
    }
    assert!(changed.firms.sales[1] > plain.firms.sales[1]);
    assert!(changed.firms.sales[5] < plain.firms.sales[5], "same market");
    assert_eq!(changed.firms.sales[2], plain.firms.sales[2], "other market");
}

#[test]
fn two_halves_sell_what_the_whole_sold() {
    let mut parameters = parameters();
    parameters.demand.appeal_log_sd = 0.0;
    let (mut whole, mut halves) = (economy(60), economy(60));
    for i in 0..60 {
        let row = Firm {
            weight: 0.5,
            id: 1000 + i as u32,
            ..halves.firms.row(i)
        };
        halves.firms.push(row);
        halves.firms.weight[i] = 0.5;
    }
    run(&mut whole, &parameters, 12);
    run(&mut halves, &parameters, 12);
    let (a, b) = (
        whole.firms.total(&whole.firms.sales),
        halves.firms.total(&halves.firms.sales),
    );
    assert!((a / b - 1.0).abs() < 1e-12);
    let ratio = whole.firms.total(&whole.firms.cash) / halves.firms.total(&halves.firms.cash);
    assert!((ratio - 1.0).abs() < 1e-9);
}

#[test]
fn twenty_years_keep_path_and_tail() {
    let mut state = economy(2000);
    let founded: f64 = state.firms.total(&state.firms.sales);
    run(&mut state, &parameters(), 80);
    let total = state.firms.total(&state.firms.sales);
    let nominal: f64 = state.market.demand.iter().sum();
    assert!((total / nominal - 1.0).abs() < 1e-2, "{}", total / nominal);
    assert!(total > founded);
    let mut sizes = state.firms.sales.clone();
    assert!(sizes.iter().all(|s| s.is_finite() && *s > 0.0));
    sizes.sort_by(|a, b| b.total_cmp(a));
    let top: f64 = sizes[..20].iter().sum::<f64>() / total;
    assert!(top < 0.5, "top 1 % holds {top}");
    // Hill estimator over the largest tenth
    let threshold = math::ln(sizes[200]);
    let mean: f64 = sizes[..200]
        .iter()
        .map(|s| math::ln(*s) - threshold)
        .sum::<f64>()
        / 200.0;
    let tail = 1.0 / mean;
    assert!((0.9..1.3).contains(&tail), "tail {tail}");
}
