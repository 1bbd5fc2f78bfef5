//! Registers technology contracts.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Registers technology contracts.
    pub struct RegistrationParameters in "registration" {
    }
}

/// State: Registers technology contracts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegistrationState {}

impl RegistrationState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn register(_state: &mut State, _ctx: &Context) {}

