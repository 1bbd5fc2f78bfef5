//! What does the head of a state firm maximise beside its value, and on whom does it count (M24)?
//!
//! Appraisal sets the profit of the year beside the owner's value W, and R&D lowers that profit
//! until rules add it back; a rule may also reward R&D in key technology. A manager who
//! maximises `W − θ (1 − a) R + κ ℓ R` spends on R&D as if its user cost were
//!
//! ```text
//! c_m = c·(1 + θ (1 − a) − κ ℓ)      a: part of R&D added back, ℓ: reward in appraisal
//! ```
//!
//! so that full adding back restores the owner's choice and a reward goes beyond it.
//!
//! The budget is soft (Kornai 1986): once a year the owner refinances a firm whose debts exceed
//! its cash with chance σ (`super::finance`). A head who knows that takes insolvency lightly and
//! counts on the owner for that part of the R&D its own means l do not pay:
//!
//! ```text
//! l_m = l + σ (R* − l)⁺
//! ```
//!
//! A bank that sees the state behind a firm expects to bear the part 1 − g of a loss only, so it
//! asks less interest and ranks the firm higher. The guarantee is never written down: what is
//! lost in the end is the bank's. Credit and blame of state firms as first buyers stand in
//! [`super::buyers`].

use super::context::Context;
use super::firms::Ownership;
use crate::base::math::max;
use crate::policy::state_firms::StateFirms;

crate::family! {
    /// Parameters of the appraisal of state firms.
    pub struct StateFirmParameters in "state_firms" {
        /// Weight of the year's profit in appraisal beyond the owner's value θ \[share\].
        profit_weight,
        /// Weight of R&D in the appraisal of leaders κ \[share\].
        leader_weight,
        /// Chance that the owner refinances a firm that is short in its year σ \[share\].
        softness,
        /// Central part of what owners pay \[share\].
        owner_central_share,
        /// Part of a loss on its loans that banks take as borne by the state g \[share\].
        guarantee,
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

/// Part of what it lacks for which the head of a firm of this owner counts on the owner \[share\].
#[inline]
pub fn counted_on(owner: Ownership, p: &StateFirmParameters) -> f64 {
    if owner == Ownership::State {
        p.softness
    } else {
        0.0
    }
}

/// What a head spends on R&D \[mn/yr\] at most whose own means are `own`, who wants `wanted` and
/// counts on the owner for the part `counted` of what is lacking.
///
/// Example: means 6, wants 10, counts on half: 8; who has enough counts on nobody.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn spendable(own: f64, wanted: f64, counted: f64) -> f64 {
    own + counted * max(wanted - own, 0.0)
}

/// Part of the loss on a loan that a bank expects to bear itself, of a firm that is the state's or
/// not \[share\].
#[inline]
pub fn borne(of_state: bool, p: &StateFirmParameters) -> f64 {
    if of_state { 1.0 - p.guarantee } else { 1.0 }
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
        softness: 0.5,
        owner_central_share: 0.4,
        guarantee: 0.5,
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
    fn a_soft_budget_fills_a_part_of_what_is_lacking() {
        assert_eq!(spendable(6.0, 10.0, 0.5), 8.0);
        assert_eq!(spendable(6.0, 10.0, 0.0), 6.0);
        assert_eq!(spendable(6.0, 10.0, 1.0), 10.0);
        assert_eq!(spendable(12.0, 10.0, 0.5), 12.0);
        assert_eq!(counted_on(Ownership::State, &P), 0.5);
        assert_eq!(borne(true, &P), 0.5);
        for owner in [Ownership::Private, Ownership::Foreign] {
            assert_eq!(counted_on(owner, &P), 0.0);
        }
        assert_eq!(borne(false, &P), 1.0);
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
