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
pub struct Universities {}

impl Universities {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn work(_state: &mut State, _ctx: &Context) {}

