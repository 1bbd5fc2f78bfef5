//! Offices, search, bargains: which invention goes to which firm on what terms.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Offices, search, bargains: which invention goes to which firm on what terms.
    pub struct TransferParameters in "transfer" {
    }
}

/// State: Offices, search, bargains: which invention goes to which firm on what terms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransferState {}

impl TransferState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn deal(_state: &mut State, _ctx: &Context) {}

