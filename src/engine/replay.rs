//! Runs one run of one scenario alone and notes where it breaks, for a look at a failure.

use super::replicate::Economy;
use super::worker::{fault, guarded};
use super::{Outcome, RunId, Simulation};
use crate::base::blocks::Crew;

/// What a run was like, quarter by quarter.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Label and series of each quarter that was finished, from the founding on.
    pub quarters: Vec<(String, Vec<f64>)>,
    /// What came of it, or where it broke.
    pub end: Result<Outcome, Break>,
}

/// Where a run broke.
#[derive(Clone, Debug, PartialEq)]
pub struct Break {
    /// Label of the quarter.
    pub quarter: String,
    /// Process of the quarter; empty where numbers, not a process, gave it away.
    pub process: &'static str,
    /// What went wrong.
    pub cause: String,
}

/// Replays a run of a scenario, without bands against the baseline.
pub fn replay(economy: &Economy, scenario: usize, id: RunId) -> Trace {
    crate::base::fault::silence();
    let mut world = economy.blank();
    let mut quarters = Vec::new();
    let broken = |quarter: String, process, cause| {
        Err(Break {
            quarter,
            process,
            cause,
        })
    };
    let crew = Crew::ALONE;
    if let Err(cause) = guarded(|| Simulation::found(economy, id, &mut world, crew)) {
        let end = broken(economy.label(0), "founding", cause);
        return Trace { quarters, end };
    }
    for quarter in 0..economy.horizon() {
        let label = economy.label(quarter);
        let mut under_way = "";
        let mut note = |name| under_way = name;
        let step = || economy.step(scenario, id, &mut world, quarter, crew, &mut note);
        if let Err(cause) = guarded(step) {
            let end = broken(label, under_way, cause);
            return Trace { quarters, end };
        }
        let row = world.last_series();
        let odd = row.iter().position(|value| !value.is_finite());
        let cause = odd.map(|place| {
            let id = economy.series()[place].id;
            format!("series `{id}` is {}, not a finite number", row[place])
        });
        quarters.push((label.clone(), row));
        if let Some(cause) = cause {
            let end = broken(label, "", cause);
            return Trace { quarters, end };
        }
    }
    let (mut outcome, own) = economy.outcome(&world);
    economy.relate(&world, &own, &own, &mut outcome);
    let end = match fault(economy, &outcome) {
        Some(cause) => broken(economy.label(economy.horizon() - 1), "", cause),
        None => Ok(outcome),
    };
    Trace { quarters, end }
}
