//! Files and examines inventions as a queue.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Files and examines inventions as a queue.
    pub struct PatentParameters in "patents" {
    }
}

/// State: Files and examines inventions as a queue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatentOffice {}

impl PatentOffice {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn file_and_examine(_state: &mut State, _ctx: &Context) {}

