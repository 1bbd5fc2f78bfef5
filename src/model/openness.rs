//! Lets the world in: frontier, inflow, inputs, shocks.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Lets the world in: frontier, inflow, inputs, shocks.
    pub struct OpennessParameters in "openness" {
    }
}

/// State: Lets the world in: frontier, inflow, inputs, shocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpennessState {}

impl OpennessState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn turn(_state: &mut State, _ctx: &Context) {}

