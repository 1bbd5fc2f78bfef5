//! Decides which registers a firm enters.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Decides which registers a firm enters.
    pub struct RegisterParameters in "registers" {
    }
}

/// Stub.
pub fn certify(_state: &mut State, _ctx: &Context) {}

