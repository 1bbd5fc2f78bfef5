//! Splits demand among firms.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Splits demand among firms.
    pub struct DemandParameters in "demand" {
    }
}

/// State: Splits demand among firms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MarketState {}

impl MarketState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn sell(_state: &mut State, _ctx: &Context) {}

