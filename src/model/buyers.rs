//! First buyers adopt or decline.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: First buyers adopt or decline.
    pub struct BuyerParameters in "buyers" {
    }
}

/// State: First buyers adopt or decline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BuyersState {}

impl BuyersState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn adopt(_state: &mut State, _ctx: &Context) {}

