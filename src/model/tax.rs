//! Computes corporate income tax as the law does.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Computes corporate income tax as the law does.
    pub struct TaxParameters in "tax" {
    }
}

