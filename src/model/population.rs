//! Synthesises the firms of 2013.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Synthesises the firms of 2013.
    pub struct PopulationParameters in "population" {
    }
}

