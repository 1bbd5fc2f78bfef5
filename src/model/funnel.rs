//! Moves dealt inventions from readiness to industry.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Moves dealt inventions from readiness to industry.
    pub struct FunnelParameters in "funnel" {
    }
}

/// State: Moves dealt inventions from readiness to industry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunnelState {
    /// Counters of this quarter.
    pub tally: FunnelTally,
}

/// Counters of this quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FunnelTally {
    /// Real inventions industrialised.
    pub industrialised: f64,
}

impl FunnelState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn advance(_state: &mut State, _ctx: &Context) {}

