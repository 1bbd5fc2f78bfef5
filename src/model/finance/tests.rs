use super::credit::*;
use super::*;
use crate::base::bound::Bound;
use crate::base::rng::Key;
use crate::base::time::Quarter;
use crate::model::books::{Account, Instrument};
use crate::model::firms::Firm;
use crate::model::parameters::Parameters;
use crate::model::world::WorldQuarter;
use crate::policy::finance::Finance;
use crate::policy::{PolicyPath, Settings};

/// Central values of the finance parameters; neighbours' that matter by name, 1 for the rest.
pub(super) fn parameters() -> Parameters {
    let text: toml::Table = include_str!("../../../seeds/parameters/finance.toml")
        .parse()
        .unwrap();
    let entries = text["parameter"].as_array().unwrap();
    Parameters::build(&mut |path| {
        let entry = entries.iter().find(|e| e["path"].as_str() == Some(path));
        match (entry, path) {
            (Some(entry), _) => entry["central"].as_float().unwrap(),
            (None, "research.returns_spread") => 0.8,
            (None, "research.returns_trend") => 0.0,
            (None, "tax.loss_margin") => 0.05,
            (None, "tax.research_return_in_income") => 0.65,
            (None, _) if path.starts_with("finance.") => panic!("no value of {path}"),
            (None, _) => 1.0,
        }
    })
}

pub(super) const OFF: Finance = Finance {
    loan_quota_growth: 0.0,
    relending_quota: 0.0,
    relending_rate: 0.0175,
    points_lending: 0.0,
    pledge_ratio: 0.0,
    risk_compensation: 0.0,
    linkage: 0.0,
    guide_fund: 0.0,
    fault_tolerance: 0.0,
};

pub(super) struct Scene {
    pub(super) parameters: Parameters,
    pub(super) seen: Settings,
    pub(super) law: Settings,
    pub(super) world: WorldQuarter,
    path: PolicyPath,
}

impl Scene {
    pub(super) fn new(policy: Finance) -> Self {
        let mut seen = Settings::build(&mut |_| 0.0);
        seen.finance = policy;
        Self {
            parameters: parameters(),
            seen,
            law: seen,
            world: WorldQuarter {
                price: 1.0,
                loan_rate: 0.038,
                sme_loan_rate: 0.045,
                ..WorldQuarter::default()
            },
            path: PolicyPath::constant(seen, Quarter::new(2020, 1), 1),
        }
    }

    pub(super) fn context(&self, quarter: i32) -> Context<'_> {
        Context {
            key: Key { seed: 3, run: 1 },
            quarter: Quarter::new(2020, 1).plus(quarter),
            parameters: &self.parameters,
            seen: &self.seen,
            expected: &self.seen,
            seen_path: &self.path,
            law: &self.law,
            world: &self.world,
            scale: 0.01,
            crew: crate::base::blocks::Crew::ALONE,
        }
    }
}

/// Firms with R&D, half without cash to speak of; some known to a bank.
pub(super) fn economy(n: u32, weight: f64) -> State {
    let mut state = State::default();
    for id in 0..n {
        state.firms.push(Firm {
            id,
            weight,
            alive: true,
            region: (id % 8) as u8,
            sales: 20.0 + f64::from(id % 9) * 10.0,
            sales_mean: 20.0 + f64::from(id % 9) * 10.0,
            staff: 60.0,
            assets: 100.0,
            margin: 0.06,
            taxed: id % 5 > 0,
            rd: 2.0,
            rd_desired: 3.0,
            project_share: 0.08,
            user_cost: 0.9,
            cash: f64::from(id % 7),
            banked: id % 3 == 0,
            loan: if id % 3 == 0 { 3.0 } else { 0.0 },
            ..Firm::default()
        });
    }
    state.finance.quota = [f64::from(n) * weight * 4.0, 0.0];
    state.finance.approval = [0.9; REGIONS];
    state.finance.posted = [1.0; POOLS];
    state
}

pub(super) fn cash(state: &State) -> f64 {
    state.firms.total(&state.firms.cash)
}

#[test]
fn founding_cash_is_months_of_sales() {
    let p = parameters().finance;
    let (cash, loan, banked) = founding_position(120.0, Segment::Small, (0.5, 0.9), &p);
    assert!((cash - 15.0).abs() < 1e-9 && loan == 0.0 && !banked);
    let (_, loan, banked) = founding_position(120.0, Segment::Industry, (0.5, 0.1), &p);
    assert!((loan - 30.0).abs() < 1e-9 && banked);
}

#[test]
fn limits_are_worked_by_hand_and_rise_with_points_pledges_and_compensation() {
    let p = parameters().finance;
    let limit = |policy: &Finance| credit_limit((40.0, 36.0), 10.0, 2.0, policy, &p);
    let plain = limit(&OFF);
    assert!((plain - 21.0).abs() < 1e-12);
    let pledged = Finance {
        pledge_ratio: 0.2,
        ..OFF
    };
    assert!((limit(&pledged) - 21.12).abs() < 1e-12);
    let points = Finance {
        points_lending: 0.5,
        ..OFF
    };
    assert!((limit(&points) - 22.5).abs() < 1e-12);
    let shared = Finance {
        risk_compensation: 0.5,
        ..OFF
    };
    assert!((limit(&shared) - 42.0).abs() < 1e-12);
}

#[test]
fn compensation_and_cheap_funds_lower_the_required_rate() {
    let p = parameters().finance;
    let shared = Finance {
        risk_compensation: 0.5,
        ..OFF
    };
    let plain = required_rate(0.045, 0.0, 0.024, &OFF, &p);
    assert!((plain - 0.047).abs() < 1e-12);
    assert!((required_rate(0.045, 0.0, 0.024, &shared, &p) - 0.041).abs() < 1e-12);
    assert!(required_rate(0.045, 0.002, 0.024, &OFF, &p) < plain);
}

#[test]
fn relending_covers_by_quota_up_to_the_principal_and_only_where_cheaper() {
    let p = parameters().finance;
    let of = |quota, rate| {
        let policy = Finance {
            relending_quota: quota,
            relending_rate: rate,
            ..OFF
        };
        relending_share(2e6, 0.026, &policy, &p)
    };
    assert_eq!(of(0.0, 0.0175), 0.0);
    assert_eq!(of(500.0, 0.0175), 0.25);
    assert_eq!(of(5000.0, 0.0175), 0.6);
    assert_eq!(of(500.0, 0.03), 0.0);
}

#[test]
fn relending_quota_lowers_and_its_rate_raises_what_is_posted() {
    let posted = |quota, rate| {
        let scene = Scene::new(Finance {
            relending_quota: quota,
            relending_rate: rate,
            ..OFF
        });
        let ctx = scene.context(0);
        let p = &scene.parameters.finance;
        let share = relending_share(2e6, apply::bank_funds(&ctx), &scene.seen.finance, p);
        let debtor = apply::Debtor {
            taxed: true,
            ..Default::default()
        };
        apply::terms(share, &ctx).posted(&debtor, &ctx)
    };
    assert!(posted(500.0, 0.0175) < posted(0.0, 0.0175));
    assert!(posted(500.0, 0.02) > posted(500.0, 0.0175));
    assert_eq!(posted(0.0, 0.02), posted(0.0, 0.0175));
}

#[test]
fn chance_follows_own_luck_and_doubt() {
    let mut p = parameters().finance;
    p.history_log_odds = math::ln(3.0);
    assert!((expected_chance(0.5, own_odds(&p)[1], true, &p) - 0.75).abs() < 1e-12);
    assert!((expected_chance(0.5, own_odds(&p)[0], true, &p) - 0.25).abs() < 1e-12);
    assert!((expected_chance(0.5, own_odds(&p)[1], false, &p) - 0.075).abs() < 1e-12);
}

#[test]
fn asking_weighs_gain_against_cost_and_stigma() {
    let mut p = parameters().finance;
    (p.apply_cost, p.stigma) = (0.1, 0.2);
    assert!(applies(0.5, 0.41, &p));
    assert!(!applies(0.5, 0.39, &p));
    assert!(!applies(0.4, 0.41, &p));
}

#[test]
fn the_next_best_projects_are_worth_less_and_none_past_what_pays() {
    let gain = |own, extra| project_gain(10.0, own, extra, (0.0, 0.8), 0.9);
    assert!(gain(1.0, 1.0) > gain(3.0, 1.0));
    assert!((gain(1.0, 1.0) + gain(2.0, 1.0) - gain(1.0, 2.0)).abs() < 1e-9);
    // N(0, 0.8) above ln 0.9: 55.2 % pay
    assert_eq!(gain(6.0, 1.0), 0.0);
    // against a sum over the 1,000 best of 10,000 projects' quantiles
    let sum: f64 = (1000..2000)
        .map(|k| math::exp(0.8 * math::normal_quantile(1.0 - (f64::from(k) + 0.5) / 1e4)) - 0.9)
        .sum();
    assert!((gain(1.0, 1.0) - sum / 1000.0).abs() < 1e-4);
}

#[test]
fn the_queue_is_served_from_the_top() {
    let mut demand = [0.0; BUCKETS];
    (demand[63], demand[10]) = (4.0, 2.0);
    let served = serve(&demand, 5.0);
    assert_eq!((served[63], served[10]), (1.0, 0.5));
    assert_eq!(serve(&demand, -1.0)[63], 0.0);
    let p = parameters().finance;
    assert!(bucket(true, 0.0, &p) > bucket(false, 1.0, &p));
    assert!(bucket(false, 0.02, &p) > bucket(false, 0.001, &p));
}

#[test]
fn loans_and_cash_follow_the_books() {
    let mut scene = Scene::new(Finance {
        risk_compensation: 0.2,
        relending_quota: 0.5,
        ..OFF
    });
    // many defaults, and banks that take any risk
    scene.parameters.finance.default_hazard = 0.5;
    scene.parameters.finance.rate_room = 9.0;
    scene.parameters.finance.loss_given_default = 0.05;
    let mut state = economy(600, 3.0);
    state.firms.alive[7] = false;
    for quarter in 0..8 {
        let ctx = scene.context(quarter);
        state.books.open();
        let (before, stock) = (cash(&state), state.firms.total(&state.firms.loan));
        let dead: f64 = (0..600)
            .filter(|&i| !state.firms.alive[i])
            .map(|i| state.firms.weight[i] * state.firms.loan[i])
            .sum();
        lend(&mut state, &ctx);
        repay_and_default(&mut state, &ctx);
        let tally = state.finance.tally;
        let net = state.books.net(Account::Firms);
        assert!((cash(&state) - before - net).abs() < 1e-6, "{quarter}");
        let change = state.firms.total(&state.firms.loan) - stock - dead;
        let drawn: f64 = tally.drawn.iter().sum();
        assert!((drawn - tally.repaid - tally.lost - change).abs() < 1e-6);
        assert!(drawn > 0.0 && tally.lost > 0.0);
        let public: f64 = state.books.cash[Instrument::RiskCompensation as usize]
            .iter()
            .sum();
        assert!((public - 0.2 * tally.lost).abs() < 1e-9);
    }
}

#[test]
fn a_firm_wants_what_its_year_takes_beyond_what_is_its_own() {
    let mut scene = Scene::new(OFF);
    scene.parameters.tax.research_return_in_income = 0.65;
    let mut state = economy(1, 1.0);
    let firms = &mut state.firms;
    (firms.sales[0], firms.sales_mean[0], firms.taxed[0]) = (120.0, 120.0, true);
    (firms.cash[0], firms.loan[0], firms.rd_desired[0]) = (15.0, 5.0, 12.0);
    let ctx = scene.context(0);
    let months = ctx.parameters.finance.working_months;
    let target = |state: &State, posted| {
        let [mut needs, mut limit, mut volatility] = [[0.0]; 3];
        let out = (&mut needs[..], &mut limit[..], &mut volatility[..]);
        turn::reckon(&state.firms, &[0], &[months], &ctx, out);
        let firm = turn::Standing::of(&state.firms, 0, &ctx.parameters.finance);
        apply::target_loan(&firm, (needs[0], limit[0]), posted)
    };
    // working 30 + equipment 0.4·120·0.1·2.5 = 12 + R&D 12 − (7.2 + 1.65·2) − own 10
    let want = target(&state, 1.0);
    assert!((want - 33.5).abs() < 1e-9, "{want}");
    // half of the limit 0.3·120 + 0.25·100 is posted
    let want = target(&state, 0.5);
    assert!((want - 30.5).abs() < 1e-9, "{want}");
    state.firms.sales_mean[0] = 100.0;
    assert!(target(&state, 1.0) > 40.0);
}

#[test]
fn banks_post_less_where_the_quota_is_short() {
    let mut p = parameters().finance;
    p.posting_speed = 0.5;
    assert!((posted_part(0.5, 1.0, 2.0, &p) - 0.5 * math::sqrt(0.5)).abs() < 1e-12);
    assert_eq!(posted_part(0.9, 3.0, 1.0, &p), 1.0);
    assert_eq!(
        posted_part(0.5, 0.0, 8.0, &p),
        posted_part(0.5, 4.0, 8.0, &p)
    );
    assert_eq!(posted_part(0.5, 1.0, 0.0, &p), 1.0);
}

#[test]
fn a_loan_that_is_due_is_paid_as_far_as_cash_goes() {
    let scene = Scene::new(OFF);
    let ctx = scene.context(0);
    let mut state = economy(1, 1.0);
    let firms = &mut state.firms;
    (firms.sales[0], firms.cash[0], firms.loan[0]) = (120.0, 12.0, 10.0);
    // half a month of sales stays
    assert_eq!(apply::give_back(firms, 0, 10.0, 0.0, &ctx), 7.0);
    assert_eq!((firms.cash[0], firms.loan[0]), (5.0, 3.0));
    // fresh money pays the old loan
    firms.cash[0] = 4.0;
    assert_eq!(apply::give_back(firms, 0, 3.0, 3.0, &ctx), 3.0);
    assert_eq!((firms.cash[0], firms.loan[0]), (1.0, 0.0));
}

#[test]
fn the_quota_binds_and_grows_by_the_lever() {
    let run = |points| {
        let scene = Scene::new(Finance {
            loan_quota_growth: points,
            ..OFF
        });
        let mut state = economy(2000, 1.0);
        for quarter in 0..12 {
            lend(&mut state, &scene.context(quarter));
            let tally = &state.finance.tally;
            assert!(tally.drawn[0] <= tally.room[0] + 1e-9, "{quarter}");
            repay_and_default(&mut state, &scene.context(quarter));
        }
        let finance = &state.finance;
        (finance.quota[0], finance.tally.stock[0], finance.posted[0])
    };
    let (less, plain, more) = (run(-20.0), run(0.0), run(20.0));
    assert!((more.0 / plain.0 - math::exp(0.6)).abs() < 1e-9);
    assert!(
        less.1 < plain.1 && plain.1 < more.1,
        "{less:?} {plain:?} {more:?}"
    );
    assert!(less.2 < plain.2 && plain.2 <= more.2);
}

#[test]
fn halving_weights_and_doubling_firms_leaves_totals() {
    let scene = Scene::new(OFF);
    let run = |n, weight| {
        let mut state = economy(n, weight);
        lend(&mut state, &scene.context(0));
        let tally = state.finance.tally;
        (tally.drawn[0], tally.applied[0])
    };
    // 2,520 holds every pattern of the economy a whole number of times
    let (one, two) = (run(2520 * 4, 2.0), run(2520 * 8, 1.0));
    assert!((one.0 / two.0 - 1.0).abs() < 0.03, "{one:?} {two:?}");
    assert!((one.1 / two.1 - 1.0).abs() < 0.03, "{one:?} {two:?}");
}

#[test]
fn held_choices_move_money_only() {
    let mut scene = Scene::new(OFF);
    let run = |scene: &Scene| {
        let mut state = economy(600, 1.0);
        state.books.open();
        lend(&mut state, &scene.context(0));
        repay_and_default(&mut state, &scene.context(0));
        state
    };
    let plain = run(&scene);
    scene.law.finance.risk_compensation = 0.5;
    scene.law.finance.relending_quota = 1.0;
    let moved = run(&scene);
    assert_eq!(plain.firms, moved.firms);
    assert_eq!(plain.finance, moved.finance);
    assert_ne!(plain.books, moved.books);
}

#[test]
fn founding_firms_take_turns_over_the_year() {
    use crate::model::population::firm_id;
    let mut counts = [0; 4];
    for ordinal in 0..400 {
        counts[turn::turn_of(firm_id(Segment::Services, ordinal)) as usize] += 1;
    }
    assert_eq!(counts, [100; 4]);
}

#[test]
fn options_on_shares_lower_what_a_bank_requires_of_risky_firms() {
    let mut p = parameters().finance;
    (p.option_years, p.equity_volatility) = (3.0, 0.6);
    (p.listing_hazard, p.purchase_hazard) = (0.03, 0.08);
    let linked = Finance {
        linkage: 0.2,
        ..OFF
    };
    assert!((option_yield(&linked, &p) - 0.00777).abs() < 1e-5);
    assert_eq!(option_yield(&OFF, &p), 0.0);
    assert_eq!(research_volatility(4.0, 16.0), 0.5);
    assert_eq!(research_volatility(4.0, 1.0), 1.0);
    // a firm that stopped its R&D, in a loss year: not 0/0
    assert_eq!(research_volatility(0.0, -3.0), 0.0);
    // a firm in a loss year gains more than a profitable one, and more of them are served
    let required = |policy: Finance, firm| {
        let mut scene = Scene::new(policy);
        scene.parameters.tax.research_return_in_income = 0.65;
        let ctx = scene.context(0);
        let terms = apply::terms(0.0, &ctx);
        let firms = economy(6, 1.0).firms;
        let income = operating_income(&firms, firm, &ctx);
        let upside = terms.upside(research_volatility(firms.rd[firm], income));
        terms.required(false, 0.02, upside, &ctx)
    };
    let gain = |firm| required(OFF, firm) - required(linked, firm);
    assert!(gain(0) > gain(4) && gain(4) > 0.0);
    let passes = |policy: Finance| {
        let mut scene = Scene::new(policy);
        scene.parameters.finance.rate_room = 0.0;
        let mut state = economy(2000, 1.0);
        lend(&mut state, &scene.context(0));
        state.finance.tally.applied[0] - state.finance.tally.refused[0]
    };
    assert!(passes(linked) > passes(OFF));
}
