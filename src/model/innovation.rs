//! Turns knowledge into productivity: successes, imitation, spillovers.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Turns knowledge into productivity: successes, imitation, spillovers.
    pub struct InnovationParameters in "innovation" {
    }
}

/// State: Turns knowledge into productivity: successes, imitation, spillovers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InnovationState {}

impl InnovationState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn succeed_and_imitate(_state: &mut State, _ctx: &Context) {}

