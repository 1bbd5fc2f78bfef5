//! Settles taxes on their dates.

use super::context::Context;
use super::state::State;

/// Stub.
pub fn settle(_state: &mut State, _ctx: &Context) {}

