//! Proof-of-concept and pilot platforms with slots.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Proof-of-concept and pilot platforms with slots.
    pub struct PlatformParameters in "platforms" {
    }
}

/// State: Proof-of-concept and pilot platforms with slots.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlatformsState {}

impl PlatformsState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn serve(_state: &mut State, _ctx: &Context) {}

