//! Universities and institutes: time use, inventions, disclosure.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Universities and institutes: time use, inventions, disclosure.
    pub struct UniversityParameters in "universities" {
    }
}

/// State: Universities and institutes: time use, inventions, disclosure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Universities {
    /// Disclosed inventions.
    pub inventions: Inventions,
    /// Inventions disclosed by quarter since 2013Q1 \[inventions\].
    pub disclosed_by_cohort: Vec<f64>,
    /// Counters of this quarter.
    pub tally: UniversityTally,
}

/// Counters of this quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UniversityTally {
    /// Inventions disclosed this quarter \[inventions\].
    pub disclosures: f64,
}

crate::columns! {
    /// Disclosed inventions.
    pub struct Inventions of
    /// One invention agent.
    Invention {
        /// Quality, median 1.
        quality: f64,
        /// Technology readiness \[0..1\].
        readiness: f64,
        /// Field.
        field: u8,
        /// Quarter index of disclosure.
        disclosed: i32,
    }
}

impl Universities {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn work(_state: &mut State, _ctx: &Context) {}

