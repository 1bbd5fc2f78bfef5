//! Matches firms' needs with professors.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Matches firms' needs with professors.
    pub struct ContractResearchParameters in "contract_research" {
    }
}

/// State: Matches firms' needs with professors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContractResearchState {}

impl ContractResearchState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn trade(_state: &mut State, _ctx: &Context) {}

