//! Lets the world in: frontier, inflow, inputs, shocks.

use super::context::Context;
use super::firms::FIELDS;
use super::state::State;

crate::family! {
    /// Parameters: Lets the world in: frontier, inflow, inputs, shocks.
    pub struct OpennessParameters in "openness" {
    }
}

/// State: Lets the world in: frontier, inflow, inputs, shocks.
#[derive(Clone, Debug, PartialEq)]
pub struct OpennessState {
    /// Demand for domestic first sets over its founding level, by field.
    pub domestic_turn: [f64; FIELDS],
    /// Demand of a field over what it would be with undisturbed exports.
    pub demand_factor: [f64; FIELDS],
}

impl Default for OpennessState {
    fn default() -> Self {
        Self {
            domestic_turn: [1.0; FIELDS],
            demand_factor: [1.0; FIELDS],
        }
    }
}

impl OpennessState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn turn(_state: &mut State, _ctx: &Context) {}

