//! Calls for proposals and awards public research money.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Calls for proposals and awards public research money.
    pub struct ProgrammeParameters in "programmes" {
    }
}

/// State: Calls for proposals and awards public research money.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProgrammesState {}

impl ProgrammesState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn call_and_award(_state: &mut State, _ctx: &Context) {}

