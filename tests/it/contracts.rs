//! The contracts of the engine, held on the model itself at a tiny scale.

use leverlab::base::blocks::Crew;
use leverlab::base::bound::Bound;
use leverlab::base::dispatch::{self, Path as Instructions};
use leverlab::base::rng::Key;
use leverlab::engine::batch::{self, Plan, Quiet};
use leverlab::engine::replicate::Economy;
use leverlab::engine::tree::Branch;
use leverlab::engine::{Ensemble, RunId, Simulation};
use leverlab::evidence::Evidence;
use leverlab::model::parameters::Parameters;
use leverlab::model::quarter;
use leverlab::model::state::State;
use leverlab::policy::Settings;
use leverlab::scenario::{Resolved, Scenario, resolve_all};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

static EVIDENCE: LazyLock<Evidence> =
    LazyLock::new(|| Evidence::embedded().unwrap_or_else(|error| panic!("{error}")));

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// The baseline cut to eight quarters at a tiny scale, and variants given as texts.
fn scenarios(variants: &[(&str, String)]) -> Vec<Scenario> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let base = dir.path().join("base.toml");
    let text = format!(
        "extends = '{}'\n[meta]\nname = \"base\"\n",
        folder().join("baseline.toml").display()
    );
    std::fs::write(&base, text).expect("a written file");
    let mut paths = Vec::new();
    for (name, body) in variants {
        let path = dir.path().join(format!("{name}.toml"));
        let text = format!("extends = \"base.toml\"\n[meta]\nname = \"{name}\"\n{body}\n");
        std::fs::write(&path, text).expect("a written file");
        paths.push(path);
    }
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let sets = ["run.scale=0.0005", "run.end=2026Q4", "run.replicates=3"].map(str::to_owned);
    let sets: Vec<String> = sets
        .iter()
        .map(|set| set.replace("2026Q4", "\"2026Q4\""))
        .collect();
    match resolve_all(&base, &paths, &sets, &EVIDENCE) {
        Ok(all) => all.into_iter().map(|one: Resolved| one.scenario).collect(),
        Err(faults) => panic!("{faults}"),
    }
}

fn economy(variants: &[(&str, String)]) -> Economy {
    Economy::new(&EVIDENCE, &scenarios(variants)).expect("a model")
}

fn run(economy: &Economy, runs: u32, threads: usize, batch: usize) -> Ensemble {
    let plan = Plan {
        runs,
        per_draw: 2,
        threads,
        batch,
    };
    let ensemble =
        batch::run(economy, &plan, &Quiet, &AtomicBool::new(false)).expect("threads start");
    assert!(ensemble.failures.is_empty(), "{:?}", ensemble.failures);
    ensemble
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn assert_same_bits(a: &Ensemble, b: &Ensemble, scenario_a: usize, scenario_b: usize, runs: usize) {
    for run in 0..runs {
        let (x, y) = (&a.outcomes[scenario_a][run], &b.outcomes[scenario_b][run]);
        assert_eq!(bits(&x.metrics), bits(&y.metrics), "metrics of run {run}");
        assert_eq!(bits(&x.details), bits(&y.details), "details of run {run}");
        assert_eq!(bits(&x.paths), bits(&y.paths), "paths of run {run}");
    }
}

fn variant() -> (&'static str, String) {
    (
        "rate",
        "[policy.tax]\nsuper_deduction_general = 1.3\n".to_owned(),
    )
}

#[test]
fn the_catalogue_and_the_code_name_the_same_levers_and_parameters() {
    let mut levers = Vec::new();
    Settings::paths(&mut levers);
    EVIDENCE
        .check_levers(&levers)
        .unwrap_or_else(|error| panic!("{error}"));
    let mut parameters = Vec::new();
    Parameters::paths(&mut parameters);
    EVIDENCE
        .check_parameters(&parameters)
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(levers.len() > 60, "{} levers", levers.len());
}

#[test]
fn same_bits_for_any_threads_and_batch_and_a_larger_ensemble() {
    let economy = economy(&[variant()]);
    let one = run(&economy, 4, 1, 1);
    let two = run(&economy, 4, 2, 3);
    let prefix = run(&economy, 2, 2, 1);
    for scenario in 0..2 {
        assert_same_bits(&one, &two, scenario, scenario, 4);
        assert_same_bits(&one, &prefix, scenario, scenario, 2);
    }
}

#[test]
fn other_variants_beside_it_leave_a_variant_alone() {
    let alone = run(&economy(&[variant()]), 2, 1, 0);
    let other = ("more", "[policy.people]\ntraining = 50.0\n".to_owned());
    let beside = run(&economy(&[other, variant()]), 2, 1, 0);
    assert_same_bits(&alone, &beside, 0, 0, 2);
    assert_same_bits(&alone, &beside, 1, 2, 2);
}

#[test]
fn scenarios_that_share_quarters_have_the_bits_of_each_alone() {
    let dated = |path: &str, dates: &str| format!("[[policy.{path}]]\n{dates}\n");
    let economy = economy(&[
        variant(),
        ("twin", String::new()),
        (
            "announced",
            dated(
                "tax.super_deduction_general",
                "announced = \"2025Q3\"\nfrom = \"2026Q2\"\nvalue = 1.4",
            ),
        ),
        (
            "later",
            dated("people.training", "from = \"2026Q1\"\nvalue = 50.0"),
        ),
        (
            "later-and-more",
            dated("people.training", "from = \"2026Q1\"\nvalue = 50.0")
                + &dated(
                    "tax.super_deduction_general",
                    "from = \"2026Q3\"\nvalue = 1.2",
                ),
        ),
        (
            "same-as-later",
            dated("people.training", "from = \"2026Q1\"\nvalue = 50.0"),
        ),
        (
            "ruled",
            "[[rule]]\nwhen = \"rd_intensity > 0\"\nfor = \"2q\"\n\
             then = { tax.super_deduction_general = 1.5 }\n"
                .to_owned(),
        ),
    ]);
    let tree = Branch::of(&economy);
    let alone = Branch::alone(8, economy.horizon());
    // 48 of the past, 8 each of rate and ruled, 8 of the base, 6 from 2025Q3, 4 from 2026Q1, 2
    assert_eq!((tree.quarters(), alone.quarters()), (84, 8 * 56));
    assert_eq!((tree.ends(), tree.kept()), (6, 1));
    let plan = Plan {
        runs: 2,
        per_draw: 2,
        threads: 1,
        batch: 0,
    };
    let stop = AtomicBool::new(false);
    let each = batch::run_tree(&economy, &alone, &plan, &Quiet, &stop).expect("threads start");
    let shared = run(&economy, 2, 1, 0);
    for scenario in 0..8 {
        assert_same_bits(&each, &shared, scenario, scenario, 2);
    }
    assert_ne!(
        shared.outcomes[0], shared.outcomes[3],
        "an announcement is heard"
    );
}

#[test]
fn vector_instructions_change_no_bit() {
    let economy = economy(&[]);
    let mut plain = None;
    for path in [
        Instructions::Baseline,
        Instructions::Avx2,
        Instructions::Avx512,
    ] {
        if dispatch::force(Some(path)).is_err() {
            // this machine lacks the instructions
            continue;
        }
        let ensemble = run(&economy, 2, 1, 0);
        let plain = plain.get_or_insert_with(|| ensemble.clone());
        assert_same_bits(plain, &ensemble, 0, 0, 2);
    }
    dispatch::force(None).expect("the widest path runs");
}

#[test]
fn a_twin_and_every_lever_at_its_status_quo_change_no_bit() {
    let mut body = String::new();
    let mut family = "";
    for lever in &EVIDENCE.levers {
        let (name, field) = lever.path.split_once('.').expect("family.lever");
        if name != family {
            body += &format!("[policy.{name}]\n");
            family = name;
        }
        let last = lever.status_quo.last().expect("a status quo");
        let value = last.value;
        body += &match last.until {
            Some(end) => format!(
                "{field} = [{{ announced = \"{}\", from = \"2025Q1\", until = \"{end}\", value = {value:?} }}]\n",
                last.announced
            ),
            None => format!("{field} = {value:?}\n"),
        };
    }
    let economy = economy(&[("twin", String::new()), ("same", body)]);
    let ensemble = run(&economy, 2, 1, 0);
    assert_same_bits(&ensemble, &ensemble, 0, 1, 2);
    assert_same_bits(&ensemble, &ensemble, 0, 2, 2);
}

/// A value of the lever that differs from its last status quo, inside its bounds.
fn moved(lever: &leverlab::evidence::LeverSpec) -> f64 {
    let now = lever.status_quo.last().expect("a status quo").value;
    let [low, high] = lever.plausible;
    if (high - now).abs() > (low - now).abs() {
        high
    } else {
        low
    }
}

/// The state without money: what agents chose, made and hold.
fn without_money(state: &State) -> State {
    let mut real = state.clone();
    let firms = &mut real.firms;
    for column in [
        &mut firms.cash,
        &mut firms.prepaid,
        &mut firms.tax_due,
        &mut firms.profit_value,
        &mut firms.extra_deduction,
        &mut firms.extra_losses,
        &mut firms.carried_losses,
        &mut firms.platform_fees,
        &mut firms.loan,
    ] {
        column.fill(0.0);
    }
    firms.losses.fill([0.0; 10]);
    real.books = leverlab::model::books::Books::default();
    // loans, quotas and what banks know are money; so is the cash that exit hazards look at
    real.finance = leverlab::model::finance::FinanceState::default();
    // what projects may spend
    for portfolio in real.funnel.portfolios.iter_mut() {
        portfolio.purses = leverlab::model::funnel::Purses::default();
    }
    real.platforms.fee_paid = [0.0; 2];
    // imports bound what support may cost
    real.openness.support[0] = 0.0;
    real.registration.tally.awards = 0.0;
    real.transfer.tally.inventors = 0.0;
    real.transfer.tally.received = 0.0;
    real.transfer.tally.cover = 0.0;
    // who came and went shows in the firms themselves
    real.entry = leverlab::model::entry::EntryState::default();
    real
}

#[test]
fn with_choices_frozen_a_lever_moves_payments_and_nothing_else() {
    let economy = economy(&[]);
    let id = RunId { draw: 0, run: 0 };
    let mut past = economy.blank();
    economy.past(id, &mut past);
    // who cannot pay a fee does without, and chooses nothing in that: everybody can pay
    let mut rich = past.state().clone();
    for (cash, sales) in rich.firms.cash.iter_mut().zip(&rich.firms.sales) {
        *cash = if *cash < *sales { *sales } else { *cash };
    }
    let parameters = economy.parameters(0);
    let policy = economy.policy(0);
    let key = Key {
        seed: economy.seed(),
        run: 0,
    };
    let mut paths = Vec::new();
    Settings::paths(&mut paths);
    let mut broken = Vec::new();
    // a year holds every dated process: settlement, call, certificates, dividends
    for step in 0..4 {
        let now = economy.start().plus(step);
        let law = *policy.at(now);
        let mut plain = rich.clone();
        let ctx = economy.context(key, now, &parameters, policy, &law);
        quarter::step(&mut plain, &ctx);
        for (index, path) in paths.iter().enumerate() {
            let lever = EVIDENCE.lever(path).expect("in the catalogue");
            let mut values = Vec::new();
            law.values(&mut values);
            values[index] = moved(lever);
            let mut other = law;
            other.assign(&values);
            let mut state = rich.clone();
            let ctx = economy.context(key, now, &parameters, policy, &other);
            quarter::step(&mut state, &ctx);
            let (a, b) = (without_money(&state), without_money(&plain));
            if a != b {
                let rooms = [
                    ("firms", a.firms != b.firms),
                    ("finance", a.finance != b.finance),
                    ("funnel", a.funnel != b.funnel),
                    ("entry", a.entry != b.entry),
                    ("transfer", a.transfer != b.transfer),
                    ("universities", a.universities != b.universities),
                    ("registration", a.registration != b.registration),
                    ("buyers", a.buyers != b.buyers),
                    ("patents", a.patents != b.patents),
                ];
                let rooms: Vec<&str> = rooms.iter().filter(|r| r.1).map(|r| r.0).collect();
                broken.push(format!("{path} in quarter {}: {rooms:?}", now.of_year()));
            }
        }
    }
    broken.sort();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn money_and_inventions_are_conserved_in_every_quarter() {
    use leverlab::model::audit;
    let economy = economy(&[]);
    let id = RunId { draw: 1, run: 2 };
    let parameters = economy.parameters(1);
    let policy = economy.policy(0);
    let key = Key {
        seed: economy.seed(),
        run: 2,
    };
    let mut state = State::default();
    economy.found(id, &parameters, &mut state, Crew::ALONE);
    let mut now = leverlab::model::world::WARM_UP;
    let mut held = audit::Holdings::of(&state);
    for _ in 0..56 {
        let ctx = economy.context(key, now, &parameters, policy, policy.at(now));
        quarter::step(&mut state, &ctx);
        held = held
            .next(&state)
            .unwrap_or_else(|fault| panic!("{now}: {fault}"));
        now = now.next();
    }
}

#[test]
fn instruments_set_known_levers_inside_their_bounds_and_can_be_run() {
    let executable: Vec<_> = EVIDENCE
        .instruments
        .iter()
        .filter(|i| i.executable)
        .collect();
    assert!(!executable.is_empty());
    for instrument in executable {
        for (path, value) in &instrument.sets {
            let lever = EVIDENCE.lever(path).expect("a lever of the catalogue");
            let [low, high] = lever.bounds;
            assert!(
                (low..=high).contains(value),
                "{}: {path} = {value}",
                instrument.id
            );
        }
        let all = scenarios(&[("one", format!("[instruments]\n{} = 0.5\n", instrument.id))]);
        assert_ne!(
            all[0].schedules, all[1].schedules,
            "{} sets nothing",
            instrument.id
        );
    }
}

#[test]
fn shipped_scenarios_check_and_rest_on_known_facts() {
    let base = folder().join("baseline.toml");
    let mut variants = Vec::new();
    for part in ["variants", "studies"] {
        for entry in std::fs::read_dir(folder().join(part)).expect("a folder") {
            variants.push(entry.expect("an entry").path());
        }
    }
    assert_eq!(variants.len(), 14);
    let paths: Vec<&Path> = variants.iter().map(PathBuf::as_path).collect();
    let all =
        resolve_all(&base, &paths, &[], &EVIDENCE).unwrap_or_else(|faults| panic!("{faults}"));
    for one in &all[1..] {
        let meta = &one.scenario.meta;
        assert!(
            !meta.document.is_empty() && !meta.title_zh.is_empty(),
            "{}",
            meta.name
        );
        assert!(!one.scenario.sets.is_empty() || meta.name.starts_with("decoupling"));
        for fact in &meta.facts {
            assert!(
                EVIDENCE.fact(fact).is_some(),
                "{}: no fact {fact}",
                meta.name
            );
        }
    }
}
