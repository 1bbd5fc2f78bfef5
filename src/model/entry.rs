//! Founds, closes and splits firms.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Founds, closes and splits firms.
    pub struct EntryParameters in "entry" {
    }
}

/// State: Founds, closes and splits firms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryState {}

impl EntryState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn enter_and_leave(_state: &mut State, _ctx: &Context) {}

