//! Spreads knowledge of policy.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Spreads knowledge of policy.
    pub struct PolicyKnowledgeParameters in "policy_knowledge" {
    }
}

/// Stub.
pub fn learn(_state: &mut State, _ctx: &Context) {}

