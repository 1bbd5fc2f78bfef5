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
pub struct FunnelState {}

impl FunnelState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn advance(_state: &mut State, _ctx: &Context) {}

