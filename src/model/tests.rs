//! Every lever of taxes, programmes, rights and people moves the quantity that the catalogue
//! says it moves, in the direction that the catalogue says, on the function that decides.

use super::firms::Sector;
use super::patents::testbed::{Scene, world_of};
use super::research::{carry_table, firm_user_cost};
use super::state::State;
use super::tax::gift::{gift_price, gift_share};
use super::tax::statute::{hightech_threshold, super_deduction_rate};
use super::transfer::bargain::{Shield, blame, reserve_price};
use super::universities::effort;
use super::{claims, people, programmes, registers, registration, settlement, transfer};
use crate::base::bound::Bound;
use crate::base::time::Quarter;
use crate::evidence::Evidence;
use crate::model::context::Context;
use crate::model::parameters::Parameters;
use crate::policy::{Entry, PolicyPath, Schedule, Settings};
use std::sync::LazyLock;

static EVIDENCE: LazyLock<Evidence> =
    LazyLock::new(|| Evidence::embedded().unwrap_or_else(|error| panic!("{error}")));
static CENTRAL: LazyLock<Parameters> = LazyLock::new(|| {
    Parameters::build(&mut |path| EVIDENCE.parameter(path).expect("a parameter").range[1])
});

/// What a decision yields under settings.
type Decision = fn(&Settings) -> f64;

/// A lever, what it moves, the decision watched, two values between which it is moved (none:
/// the plausible range), the year whose status quo holds.
type Row = (&'static str, &'static str, Decision, Option<[f64; 2]>, i32);

/// Runs `f` in the second quarter of 2024 on eight firms of R&D 20 on sales of 300.
fn on<T>(settings: &Settings, f: impl FnOnce(&Context, &mut State) -> T) -> T {
    let now = Quarter::new(2024, 2);
    let mut scene = Scene::at(now);
    scene.parameters = *CENTRAL;
    (scene.seen, scene.law) = (*settings, *settings);
    scene.path = PolicyPath::constant(*settings, now.plus(-1), 4);
    scene.world.loan_rate = 0.03;
    scene.world.fiscal_science = 2.0;
    let mut state = world_of(8, 100.0, 20.0);
    state.firms.taxed.fill(true);
    state.firms.input_price.fill(1.0);
    f(&scene.context(now), &mut state)
}

/// User cost of the first firm after `change`.
fn user_cost(settings: &Settings, change: impl Fn(&mut State)) -> f64 {
    on(settings, |ctx, state| {
        change(state);
        let (f, law) = (&state.firms, &settings.tax);
        firm_user_cost(f, 0, f.rd[0], true, law, &carry_table(ctx), ctx)
    })
}

/// A small firm of profit `margin·sales` and R&D `rd`.
fn small(state: &mut State, sales: f64, rd: f64) {
    let f = &mut state.firms;
    (f.sales[0], f.sales_mean[0], f.rd[0]) = (sales, sales, rd);
    (f.margin[0], f.staff[0], f.assets[0]) = (0.03, 50.0, 10.0);
}

/// Worth of a certificate to a firm of a profit of `income` and 90 staff.
fn certificate(settings: &Settings, income: f64) -> f64 {
    on(settings, |ctx, state| {
        let f = &mut state.firms;
        (f.sales[0], f.sales_mean[0], f.margin[0]) = (20.0, 20.0, income / 20.0);
        (f.staff[0], f.assets[0]) = (90.0, 20.0);
        let gain = registers::value_to_starter(f, 0, 4.0, &settings.tax, ctx);
        let p = &CENTRAL.registers;
        let annuity = registers::certificate_annuity(CENTRAL.tax.discount_rate, p);
        registers::certificate_value(gain, 0.0, 0.0, annuity, p)
    })
}

/// What an intensity of 4 % adds to the rate, tiers of 1.2, 1.5 and 2.
fn tier_gain(settings: &Settings) -> f64 {
    let rate = |rates: [f64; 3]| {
        let mut law = settings.tax;
        [law.tier_1_rate, law.tier_2_rate, law.tier_3_rate] = rates;
        super_deduction_rate(Sector::Service, false, 0.04, &law)
    };
    rate([1.2, 1.5, 2.0]) - rate([0.0; 3])
}

/// Whether R&D of 5 % of sales earns the certificate.
fn eligible(settings: &Settings, sales: f64) -> f64 {
    f64::from(u8::from(0.05 >= hightech_threshold(sales, &settings.tax)))
}

/// Gain of registering a transfer of 20 mn in the second region.
fn transfer_gain(settings: &Settings) -> f64 {
    on(settings, |ctx, _| {
        let terms = registration::benefit(ctx, 1, 0, 1.0, 0.2);
        registration::registration_gain(&terms, 20.0)
    })
}

/// State after a call in the first quarter.
fn called(settings: &Settings) -> State {
    on(settings, |ctx, state| {
        let first = Context {
            quarter: ctx.quarter.plus(-1),
            ..*ctx
        };
        programmes::call_and_award(state, &first);
        state.clone()
    })
}

fn granted(settings: &Settings) -> f64 {
    let state = called(settings);
    state.firms.total(&state.firms.grant)
}

/// Firms of ten costs that join where joint money is offered to as much asked as in all.
fn joined(settings: &Settings) -> f64 {
    let c = settings.programmes.consortium;
    let odds = programmes::consortium::Odds {
        alone: programmes::consortium::odds(1.0 - c, 2.0),
        joint: programmes::consortium::odds(c, 0.5),
    };
    let joins = |k: u8| programmes::consortium::joins(odds, f64::from(k) / 10.0, false, 0.5);
    f64::from((0..10).filter(|&k| joins(k)).count() as u8)
}

fn income(settings: &Settings) -> f64 {
    let r = &settings.rights;
    let worth = effort::reward_worth(r.inventor_cash_taxed, CENTRAL.tax.reward_rate);
    effort::inventor_income(r.inventor_share, worth, false, 0.0)
}

/// Time for papers, contracts, transfer.
fn time(settings: &Settings) -> [f64; 3] {
    let (p, r) = (&CENTRAL.universities, &settings.rights);
    let rewards = [
        p.paper_reward * r.appraisal_paper_weight,
        p.contract_reward,
        p.transfer_reward * income(settings) + r.appraisal_transfer_weight,
    ];
    effort::time_shares(rewards, p.effort_curvature)
}

/// Cases that inventors lead in ten units, first those that get control.
fn cases(settings: &Settings) -> f64 {
    let control = |k: i32| f64::from(k) / 10.0 < settings.rights.inventor_control;
    let led = |k| transfer::office::inventor_led(100.0, control(k), 1.0, &CENTRAL.transfer);
    (0..10).map(led).sum()
}

/// The official's shield in the unit that is fifth of ten to keep assets apart.
fn shield(settings: &Settings) -> Shield {
    let r = &settings.rights;
    Shield {
        separate: 0.5 < r.separate_assets,
        belief: r.liability_shield,
        push: r.appraisal_push,
        ..Shield::default()
    }
}

/// Rate that a firm expects in 2024 of a doubled deduction that ends in 2027.
fn expected_rate(settings: &Settings) -> f64 {
    let entry = |from: i32, until: Option<i32>, value: f64| Entry {
        announced: Quarter::new(from, 1),
        from: Quarter::new(from, 1),
        until: until.map(|year| Quarter::new(year, 1)),
        value,
        ramp: 0,
    };
    let schedule = Schedule::new(vec![entry(2008, None, 0.5), entry(2023, Some(2028), 1.0)]);
    let now = Quarter::new(2024, 1);
    crate::policy::path::expected(&schedule, now, settings.tax.renewal_belief, 0.07)
}

fn researchers(settings: &Settings) -> f64 {
    on(settings, |ctx, state| {
        state.people.stock.fill(100_000.0);
        state.people.wage.fill(0.4);
        state.people.reference = 0.4;
        people::clear_market(state, ctx);
        state.people.stock.iter().sum()
    })
}

/// A firm in a loss year, on the register of technology firms or not.
fn loss_maker(settings: &Settings, registered: bool) -> f64 {
    user_cost(settings, |state| {
        state.firms.taxed[0] = false;
        state.firms.tech_sme_until[0] = if registered { i32::MAX } else { 0 };
    })
}

/// A firm whose R&D is 13 % of sales, of a sector.
fn intense(settings: &Settings, sector: Sector, tech_sme: bool) -> f64 {
    user_cost(settings, |state| {
        (state.firms.sector[0], state.firms.rd[0]) = (sector, 40.0);
        state.firms.tech_sme_until[0] = if tech_sme { i32::MAX } else { 0 };
    })
}

/// A loss maker where a refund of the whole value is in force.
fn refunded(settings: &Settings) -> f64 {
    let mut settings = *settings;
    settings.tax.refund_share = 1.0;
    loss_maker(&settings, false)
}

fn claimed(settings: &Settings) -> f64 {
    let cost = claims::claim_cost(2.0, 0.0, settings.tax.claim_procedure, &CENTRAL.claims);
    claims::claim_net_benefit(0.2, cost)
}

fn aware(settings: &Settings) -> f64 {
    claims::claim_awareness_hazard(0.3, settings.tax.claim_service, &CENTRAL.claims)
}

fn relabelled(settings: &Settings) -> f64 {
    let p = &CENTRAL.claims;
    let fine = settings.tax.audit_rate * p.fine;
    claims::relabelled_share(0.25, fine, p.relabelling_cost, p.relabelled_cap)
}

fn fee(settings: &Settings) -> f64 {
    on(settings, |ctx, state| {
        claims::FeeDeduction::of(ctx).net(0.2, &state.firms, 0, ctx)
    })
}

fn given(settings: &Settings) -> f64 {
    let p = &CENTRAL.tax;
    let price = gift_price(0.25, settings.tax.basic_research_gift);
    gift_share(0.01, price, p.gift_threshold, p.gift_cap)
}

fn disclosed(settings: &Settings) -> f64 {
    let p = &CENTRAL.universities;
    let worth = income(settings) + p.disclosure_credit;
    effort::disclosed_share(worth, p.outside_median, p.outside_log_sd)
}

#[rustfmt::skip]
const TAX: [Row; 35] = [
    ("tax.standard_rate", "user_cost", |s| user_cost(s, |_| {}), None, 2024),
    ("tax.hightech_rate", "certificate_value", |s| certificate(s, 8.0), None, 2024),
    ("tax.small_profit_low_rate", "user_cost", |s| user_cost(s, |x| small(x, 10.0, 0.3)), None, 2024),
    ("tax.small_profit_high_rate", "user_cost", |s| user_cost(s, |x| small(x, 50.0, 0.6)), None, 2024),
    // the two brackets have had one rate since 2023: the lower ceiling counts before
    ("tax.small_profit_low_ceiling", "certificate_value", |s| certificate(s, 0.28), None, 2016),
    ("tax.small_profit_ceiling", "certificate_value", |s| certificate(s, 2.0), None, 2024),
    ("tax.small_profit_staff", "certificate_value", |s| certificate(s, 2.0), None, 2024),
    ("tax.small_profit_assets", "certificate_value", |s| certificate(s, 2.0), None, 2024),
    ("tax.super_deduction_general", "user_cost", |s| intense(s, Sector::Service, false), None, 2024),
    ("tax.super_deduction_maker", "user_cost", |s| intense(s, Sector::Maker, false), None, 2024),
    ("tax.super_deduction_tech_sme", "user_cost", |s| intense(s, Sector::Service, true), None, 2024),
    ("tax.super_deduction_chips_tools", "user_cost", |s| intense(s, Sector::Chips, false), None, 2024),
    ("tax.tier_1_threshold", "tier_gain", tier_gain, Some([0.01, 0.045]), 2024),
    ("tax.tier_1_rate", "user_cost", |s| intense(s, Sector::Service, false), None, 2024),
    ("tax.tier_2_threshold", "tier_gain", tier_gain, None, 2024),
    ("tax.tier_2_rate", "user_cost", |s| intense(s, Sector::Service, false), None, 2024),
    ("tax.tier_3_threshold", "tier_gain", tier_gain, None, 2024),
    ("tax.tier_3_rate", "user_cost", |s| intense(s, Sector::Service, false), None, 2024),
    ("tax.refund_share", "user_cost", |s| loss_maker(s, false), None, 2024),
    ("tax.refund_base", "user_cost", refunded, None, 2024),
    ("tax.claim_procedure", "claim_net_benefit", claimed, None, 2024),
    ("tax.claim_service", "claim_awareness_hazard", aware, None, 2024),
    ("tax.prepayment_july", "advance", |s| settlement::advance_share(3, s.tax.prepayment_july, 0.75), None, 2024),
    ("tax.prepayment_october", "advance", |s| settlement::advance_share(4, 0.0, s.tax.prepayment_october), None, 2024),
    ("tax.renewal_belief", "expected_rate", expected_rate, None, 2024),
    ("tax.hightech_threshold_small", "certificate_eligible", |s| eligible(s, 30.0), None, 2024),
    ("tax.hightech_threshold_medium", "certificate_eligible", |s| eligible(s, 100.0), None, 2024),
    ("tax.hightech_threshold_large", "certificate_eligible", |s| eligible(s, 300.0), None, 2024),
    ("tax.audit_rate", "relabelled_share", relabelled, None, 2024),
    ("tax.loss_years_general", "user_cost", |s| loss_maker(s, false), None, 2024),
    ("tax.loss_years_registered", "user_cost", |s| loss_maker(s, true), None, 2024),
    ("tax.transfer_income_exempt", "registration_gain", transfer_gain, None, 2024),
    ("tax.transfer_income_reduced", "registration_gain", transfer_gain, None, 2024),
    ("tax.platform_cost", "fee_after_relief", fee, None, 2024),
    ("tax.basic_research_gift", "gift_share", given, None, 2024),
];

#[rustfmt::skip]
const OTHERS: [Row; 18] = [
    ("programmes.call_budget_growth", "call_budget", |s| called(s).programmes.tally.budget, None, 2024),
    ("programmes.enterprise_posed_share", "need_share", |s| called(s).programmes.need_share, None, 2024),
    ("programmes.enterprise_expert_share", "score_gap", granted, None, 2024),
    // binds above what smaller firms win in the open call
    ("programmes.small_firm_share", "small_firm_budget", granted, Some([0.0, 0.9]), 2024),
    ("programmes.foresight_accuracy", "direction_accuracy", |s| called(s).programmes.direction_accuracy, None, 2024),
    ("programmes.local_bonus_rate", "user_cost", |s| user_cost(s, |_| {}), None, 2024),
    ("programmes.consortium", "joins", joined, None, 2024),
    ("rights.inventor_share", "disclosed_share", disclosed, None, 2024),
    ("rights.inventor_cash_taxed", "inventor_income", income, None, 2024),
    ("rights.inventor_control", "cases", cases, None, 2024),
    ("rights.separate_assets", "blame", |s| blame(&shield(s), &CENTRAL.transfer), None, 2024),
    ("rights.liability_shield", "blame", |s| blame(&shield(s), &CENTRAL.transfer), None, 2024),
    ("rights.appraisal_paper_weight", "paper_time", |s| time(s)[0], None, 2024),
    ("rights.appraisal_transfer_weight", "transfer_time", |s| time(s)[2], None, 2024),
    ("rights.appraisal_push", "reserve_price", |s| reserve_price(1.0, 1.0, &shield(s), &CENTRAL.transfer), None, 2024),
    ("people.training", "researcher_growth", researchers, None, 2024),
    ("people.data_price", "input_price", |s| on(s, |ctx, _| people::data_compute_price(ctx)), None, 2024),
    ("people.compute_price", "input_price", |s| on(s, |ctx, _| people::data_compute_price(ctx)), None, 2024),
];

/// The status quo of a year with one lever at `value`.
fn with(path: &str, value: f64, year: i32) -> Settings {
    Settings::build(&mut |own| {
        if own == path {
            return value;
        }
        let dated = &EVIDENCE.lever(own).expect("a lever").status_quo;
        let now = Quarter::new(year, 1);
        let last = dated.iter().rfind(|d| d.from <= now);
        last.expect("a status quo").value
    })
}

#[test]
fn every_lever_moves_what_the_catalogue_says_it_moves() {
    let mut wrong = Vec::new();
    let rows = || TAX.iter().chain(&OTHERS);
    for (path, moves, decide, range, year) in rows() {
        let lever = EVIDENCE.lever(path).expect("in the catalogue");
        if lever.moves != *moves {
            wrong.push(format!("{path} moves {}, tested on {moves}", lever.moves));
        }
        let [low, high] = range.unwrap_or(lever.plausible);
        let [a, b] = [low, high].map(|value| decide(&with(path, value, *year)));
        let up = f64::from(lever.sign) * (b - a);
        if up.is_nan() || up <= 0.0 {
            wrong.push(format!("{path}: {moves} {a} at {low}, {b} at {high}"));
        }
    }
    for lever in &EVIDENCE.levers {
        let family = lever.path.split('.').next().expect("a family");
        let mine = ["tax", "programmes", "rights", "people"].contains(&family);
        if mine && !rows().any(|row| row.0 == lever.path) {
            wrong.push(format!("{} has no row", lever.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
