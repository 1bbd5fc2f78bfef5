//! Matches firms' needs with professors.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Matching of needs with professors.
    pub struct ContractResearchParameters in "contract_research" {
        /// Share of R&D a firm without tie or need would buy from universities at most \[share\].
        share,
        /// Hurdle of going outside for research \[probit\].
        hurdle,
        /// Gain of a past partner \[probit\].
        tie,
        /// Gain of an open technology need \[probit\].
        need_gain,
        /// Gain of a commissioner: project topics posed by firms \[probit\].
        posed_gain,
        /// Chance that the past partner is asked first \[share\].
        loyalty,
        /// Chance that the professor sought is in the firm's region \[share\].
        alumni,
        /// Weight of field distance in choosing a professor \[utility\].
        field_match,
        /// Weight of a unit's standing in choosing a professor \[utility\].
        quality_match,
        /// Contracts a researcher can serve in a year at the time use of 2015, 2020 prices \[mn/yr\].
        capacity,
        /// Mean contract in 2020 prices \[mn\].
        price,
        /// Elasticity of the mean contract to the firm's R&D \[elasticity\].
        size_elasticity,
        /// R&D of the firm whose contract is the mean one \[mn/yr\].
        size_reference,
        /// Absorptive capacity gained in a year of a typical contract share \[share\].
        learning,
        /// Share of ties forgotten a year \[1/yr\].
        forget,
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
