//! Decides how much R&D a firm wants and does.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Decides how much R&D a firm wants and does.
    pub struct ResearchParameters in "research" {
    }
}

/// Stub.
pub fn plan(_state: &mut State, _ctx: &Context) {}

/// Stub.
pub fn spend(_state: &mut State, _ctx: &Context) {}

