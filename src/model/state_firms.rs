//! What does the head of a state firm maximise beside its value (M24)?
//!
//! Appraisal sets the profit of the year beside the owner's value W, and R&D lowers that profit
//! until rules add it back; a rule may also reward R&D in key technology. A manager who
//! maximises `W − θ (1 − a) R + κ ℓ R` spends on R&D as if its user cost were
//!
//! ```text
//! c_m = c·(1 + θ (1 − a) − κ ℓ)      a: part of R&D added back, ℓ: reward in appraisal
//! ```
//!
//! so that full adding back restores the owner's choice and a reward goes beyond it. Credit and
//! blame of state firms as first buyers stand in [`super::buyers`]; a softer budget and a loan
//! rank of their own are left out.

use super::context::Context;
use super::firms::Ownership;
use crate::policy::state_firms::StateFirms;

crate::family! {
    /// Parameters of the appraisal of state firms.
    pub struct StateFirmParameters in "state_firms" {
        /// Weight of the year's profit in appraisal beyond the owner's value θ \[share\].
        profit_weight,
        /// Weight of R&D in the appraisal of leaders κ \[share\].
        leader_weight,
    }
}

/// User cost to a state firm's head over that to its owner, `1 + θ(1 − a) − κℓ`.
///
/// Example: θ = 0.1, nothing added back: 1.1; all added back: 1; and a reward at κ = 0.2, ℓ = ½: 0.9.
#[inline]
pub fn appraised_cost(seen: &StateFirms, p: &StateFirmParameters) -> f64 {
    1.0 + p.profit_weight * (1.0 - seen.rd_addback) - p.leader_weight * seen.leader_appraisal
}

/// What a firm of this owner takes its user cost times; 1 where no appraisal by the state is made.
#[inline]
pub fn cost_factor(owner: Ownership, ctx: &Context) -> f64 {
    if owner == Ownership::State {
        appraised_cost(&ctx.seen.state_firms, &ctx.parameters.state_firms)
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Quarter;
    use crate::model::patents::testbed::Scene;

    fn settings(rd_addback: f64, leader_appraisal: f64) -> StateFirms {
        StateFirms {
            rd_addback,
            leader_appraisal,
        }
    }

    const P: StateFirmParameters = StateFirmParameters {
        profit_weight: 0.1,
        leader_weight: 0.2,
    };

    #[test]
    fn factors_by_hand() {
        assert!((appraised_cost(&settings(0.0, 0.0), &P) - 1.1).abs() < 1e-15);
        assert_eq!(appraised_cost(&settings(1.0, 0.0), &P), 1.0);
        assert!((appraised_cost(&settings(1.0, 0.5), &P) - 0.9).abs() < 1e-15);
    }

    #[test]
    fn each_lever_lowers_the_cost_to_the_head_step_by_step() {
        let steps = [0.0, 0.25, 0.5, 0.75, 1.0];
        for pair in steps.windows(2) {
            let [less, more] = [pair[0], pair[1]];
            assert!(
                appraised_cost(&settings(more, 0.0), &P) < appraised_cost(&settings(less, 0.0), &P)
            );
            assert!(
                appraised_cost(&settings(1.0, more), &P) < appraised_cost(&settings(1.0, less), &P)
            );
        }
    }

    #[test]
    fn only_state_firms_are_appraised() {
        let now = Quarter::new(2016, 1);
        let mut scene = Scene::at(now);
        scene.parameters.state_firms = P;
        scene.seen.state_firms = settings(0.0, 0.0);
        let ctx = scene.context(now);
        assert!(cost_factor(Ownership::State, &ctx) > 1.0);
        for owner in [Ownership::Private, Ownership::Foreign] {
            assert_eq!(cost_factor(owner, &ctx), 1.0);
        }
    }
}
