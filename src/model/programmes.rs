//! Calls for proposals and awards public research money.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Calls for proposals and awards public research money.
    pub struct ProgrammeParameters in "programmes" {
    }
}

/// State: Calls for proposals and awards public research money.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProgrammesState {
    /// Public R&D money of universities by field \[mn/yr\].
    pub to_universities: [f64; super::firms::FIELDS],
    /// Public R&D money of public institutes by field \[mn/yr\].
    pub to_institutes: [f64; super::firms::FIELDS],
    /// Share of project money whose topic firms posed.
    pub need_share: f64,
    /// Share of posed topics that meet a need.
    pub direction_accuracy: f64,
}

impl ProgrammesState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn call_and_award(_state: &mut State, _ctx: &Context) {}

