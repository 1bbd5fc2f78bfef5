//! Every firm agent replaced by two of half the weight: do the totals of the whole model stay?

use crate::pairing::{economy, long, mean_and_error};
use leverlab::base::rng::Key;
use leverlab::engine::replicate::Economy;
use leverlab::engine::{RunId, Simulation};
use leverlab::model::entry;
use leverlab::model::observe::{self, Record};
use leverlab::model::population::SPLIT_BITS;
use leverlab::model::quarter;
use leverlab::model::state::State;

/// Two of half the weight for every living firm that may still be split; the share of firms
/// that was.
fn halve_all(state: &mut State) -> f64 {
    let rows: Vec<usize> = (0..state.firms.len())
        .filter(|&i| state.firms.alive[i] && state.firms.splits[i] < SPLIT_BITS)
        .collect();
    let living = state.firms.alive.iter().filter(|alive| **alive).count();
    for &i in &rows {
        entry::halve(state, i);
    }
    rows.len() as f64 / living as f64
}

/// Means of every series over the second half of `quarters` quarters of the baseline.
fn means(economy: &Economy, id: RunId, mut state: State, quarters: i32) -> Vec<f64> {
    let parameters = economy.parameters(id.draw);
    let policy = economy.policy(0);
    let key = Key {
        seed: economy.seed(),
        run: id.run,
    };
    let mut record = Record::default();
    for step in 0..quarters {
        let now = economy.start().plus(step);
        let ctx = economy.context(key, now, &parameters, policy, policy.at(now));
        quarter::step(&mut state, &ctx);
        record.push(observe::read(&state, &ctx));
    }
    let half = quarters as usize / 2;
    let mut sums = vec![0.0; observe::series().len()];
    for t in half..quarters as usize {
        let mut row = Vec::new();
        observe::series_value(&record, t, &mut row);
        for (sum, value) in sums.iter_mut().zip(&row) {
            *sum += value / half as f64;
        }
    }
    sums
}

/// A quick look at 2016, or 2025 to 2027 where `LEVERLAB_LONG` is set.
#[test]
fn firms_in_halves_leave_the_totals() {
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
        let mut split = past.state().clone();
        let share = halve_all(&mut split);
        assert!(share > 0.9, "{share} of the agents split");
        whole.push(means(&economy, id, past.state().clone(), quarters));
        halves.push(means(&economy, id, split, quarters));
    }
    let mut broken = Vec::new();
    println!("scale {scale}, {runs} runs: mean, paired difference with firms in halves, z");
    for (k, series) in observe::series().iter().enumerate() {
        let column = |rows: &[Vec<f64>]| rows.iter().map(|row| row[k]).collect::<Vec<_>>();
        let (before, after) = (column(&whole), column(&halves));
        let apart: Vec<f64> = before.iter().zip(&after).map(|(a, b)| b - a).collect();
        let (level, _) = mean_and_error(&before);
        let (mean, error) = mean_and_error(&apart);
        let z = if mean == 0.0 { 0.0 } else { mean / error };
        let share = 100.0 * mean / level;
        println!("| {} | {level:.4} | {share:+.2} % | {z:+.1} |", series.id);
        if z.abs() > errors {
            broken.push(format!("{}: {share:+.2} %, z {z:+.1}", series.id));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
