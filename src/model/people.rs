//! Clears the researchers' market by field.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Clears the researchers' market by field.
    pub struct PeopleParameters in "people" {
    }
}

/// State: Clears the researchers' market by field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct People {
    /// Price of R&D volume over the price level by field, 1 in 2015.
    pub rd_price: [f64; super::firms::FIELDS],
}

impl People {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn clear_market(_state: &mut State, _ctx: &Context) {}

