//! Every agent of a kind replaced by two of half the weight: do the totals of the whole model
//! stay?
//!
//! `LEVERLAB_LONG=1 cargo test --release --test it halves -- --nocapture` prints the tables.

use crate::pairing::{economy, long, mean_and_error};
use leverlab::base::rng::Key;
use leverlab::engine::replicate::Economy;
use leverlab::engine::{RunId, Simulation};
use leverlab::model::entry;
use leverlab::model::observe::{self, Record};
use leverlab::model::parameters::Parameters;
use leverlab::model::population::SPLIT_BITS;
use leverlab::model::quarter;
use leverlab::model::state::State;
use leverlab::model::universities;

/// Halves agents of a state, and what makes later ones.
type Halve = fn(&mut State, &mut Parameters, Key);

/// Two of half the weight for every living firm that may still be split.
fn halve_firms(state: &mut State, _: &mut Parameters, _: Key) {
    let rows: Vec<usize> = (0..state.firms.len())
        .filter(|&i| state.firms.alive[i] && state.firms.splits[i] < SPLIT_BITS)
        .collect();
    let living = state.firms.alive.iter().filter(|alive| **alive).count();
    for &i in &rows {
        entry::halve(state, i);
    }
    let share = rows.len() as f64 / living as f64;
    assert!(share > 0.9, "{share} of the agents split");
}

/// Two of half the weight for every invention, and half the weight for those that arrive later and
/// for firms founded on them.
fn halve_inventions(state: &mut State, parameters: &mut Parameters, _: Key) {
    universities::halve_inventions(state);
    halve_later(parameters);
}

/// Two of half the weight for every unit, each with half of every invention.
fn halve_units(state: &mut State, parameters: &mut Parameters, key: Key) {
    universities::halve_units(state, key);
    halve_later(parameters);
}

fn halve_later(parameters: &mut Parameters) {
    parameters.universities.ordinary_weight *= 0.5;
    parameters.universities.top_weight *= 0.5;
    parameters.spin_offs.agent_weight *= 0.5;
}

/// All of these at once.
fn halve_all(state: &mut State, parameters: &mut Parameters, key: Key) {
    halve_firms(state, parameters, key);
    halve_units(state, parameters, key);
}

/// What no series shows, or only in part.
const TALLIES: [&str; 5] = [
    "contract_research",
    "cases",
    "contracts_for_use",
    "spin_offs",
    "shelf",
];

fn tallies(state: &State) -> [f64; 5] {
    [
        state.contract_research.tally.value,
        state.transfer.tally.cases,
        state.transfer.tally.by_motive[0],
        state.spin_offs.tally.founded,
        state.universities.inventions.shelf.iter().sum(),
    ]
}

/// Means of every series and tally over the second half of `quarters` quarters of the baseline.
fn means(economy: &Economy, key: Key, mut state: State, p: &Parameters, quarters: i32) -> Vec<f64> {
    let policy = economy.policy(0);
    let mut record = Record::default();
    let half = quarters as usize / 2;
    let n = observe::series().len();
    let mut sums = vec![0.0; n + TALLIES.len()];
    for step in 0..quarters {
        let now = economy.start().plus(step);
        let ctx = economy.context(key, now, p, policy, policy.at(now));
        quarter::step(&mut state, &ctx);
        record.push(observe::read(&state, &ctx));
        if step as usize >= half {
            for (sum, value) in sums[n..].iter_mut().zip(tallies(&state)) {
                *sum += value / half as f64;
            }
        }
    }
    for t in half..quarters as usize {
        let mut row = Vec::new();
        observe::series_value(&record, t, &mut row);
        for (sum, value) in sums.iter_mut().zip(&row) {
            *sum += value / half as f64;
        }
    }
    sums
}

/// A quick look at 2016, or 2025 to 2027 where `LEVERLAB_LONG` is set: prints what halving moves
/// in each series and tally, and fails where it is more than chance.
fn compare(what: &str, halve: Halve) {
    let (scale, runs, start, quarters, errors) = if long() {
        (0.004, 16, "2025Q1", 12, 4.0)
    } else {
        // at five degrees of freedom one comparison in ten thousand lies beyond 11
        (0.001, 6, "2016Q1", 4, 11.0)
    };
    let economy = economy(scale, start, "2027Q4");
    let (mut whole, mut halves) = (Vec::new(), Vec::new());
    for run in 0..runs {
        let id = RunId { draw: run, run };
        let mut past = economy.blank();
        economy.past(id, &mut past);
        let key = Key {
            seed: economy.seed(),
            run,
        };
        let mut parameters = economy.parameters(id.draw);
        let state = past.state().clone();
        whole.push(means(&economy, key, state, &parameters, quarters));
        let mut state = past.state().clone();
        halve(&mut state, &mut parameters, key);
        halves.push(means(&economy, key, state, &parameters, quarters));
    }
    let mut broken = Vec::new();
    println!("scale {scale}, {runs} runs: mean, paired difference with {what} in halves, z");
    let series = observe::series().iter().map(|series| series.id);
    for (k, name) in series.chain(TALLIES).enumerate() {
        let column = |rows: &[Vec<f64>]| rows.iter().map(|row| row[k]).collect::<Vec<_>>();
        let (before, after) = (column(&whole), column(&halves));
        let apart: Vec<f64> = before.iter().zip(&after).map(|(a, b)| b - a).collect();
        let (level, _) = mean_and_error(&before);
        let (mean, error) = mean_and_error(&apart);
        let z = if mean == 0.0 { 0.0 } else { mean / error };
        let share = 100.0 * mean / level;
        println!("| {name} | {level:.4} | {share:+.2} % | {z:+.1} |");
        if z.abs() > errors {
            broken.push(format!("{name}: {share:+.2} %, z {z:+.1}"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn firms_in_halves_leave_the_totals() {
    compare("firms", halve_firms);
}

#[test]
fn inventions_in_halves_leave_the_totals() {
    compare("inventions", halve_inventions);
}

#[test]
fn units_in_halves_leave_the_totals() {
    compare("units", halve_units);
}

#[test]
fn all_in_halves_leave_the_totals() {
    compare("firms, units and inventions", halve_all);
}
