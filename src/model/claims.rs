//! Decides what a firm claims and relabels.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Decides what a firm claims and relabels.
    pub struct ClaimParameters in "claims" {
    }
}

/// Stub.
pub fn decide(_state: &mut State, _ctx: &Context) {}

