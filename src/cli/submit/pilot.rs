//! How long does a run take here, and what memory?

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::cli::bench::{forget_peak, now, peak_mib};
use crate::cli::{CliError, codes};
use crate::engine::Simulation;
use crate::engine::batch::{self, Plan, Quiet};

/// Time a pilot takes at least, unless its first run takes longer.
const PILOT: Duration = Duration::from_secs(3);

/// What a run costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cost {
    /// Seconds of one core, all scenarios.
    pub seconds: f64,
    /// Most memory used \[MiB\]; `None` where the system does not say.
    pub mebibytes: Option<u64>,
}

/// Runs the first runs of a batch on one thread and forgets them.
///
/// # Errors
/// Threads that the system does not give.
pub(super) fn fly<S: Simulation>(simulation: &S) -> Result<Cost, CliError> {
    let plan = Plan {
        runs: 1,
        per_draw: 1,
        threads: 1,
        batch: 0,
    };
    forget_peak();
    let begin = now();
    let mut runs = 0;
    while runs == 0 || begin.elapsed() < PILOT {
        batch::run(simulation, &plan, &Quiet, &AtomicBool::new(false))
            .map_err(|error| CliError::new(codes::BAD_FLAG, error.to_string()))?;
        runs += plan.runs;
    }
    Ok(Cost {
        seconds: begin.elapsed().as_secs_f64() / f64::from(runs),
        mebibytes: peak_mib(),
    })
}
