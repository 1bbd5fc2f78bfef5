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
pub struct OpennessState {
    /// Turn of demand to domestic first sets by field, 1 = none.
    pub domestic_turn: [f64; super::firms::FIELDS],
}

impl OpennessState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn turn(_state: &mut State, _ctx: &Context) {}

