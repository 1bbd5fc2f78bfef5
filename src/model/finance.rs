//! Lends and invests.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Lends and invests.
    pub struct FinanceParameters in "finance" {
    }
}

/// State: Lends and invests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FinanceState {}

impl FinanceState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn lend(_state: &mut State, _ctx: &Context) {}

/// Stub.
pub fn repay_and_default(_state: &mut State, _ctx: &Context) {}

