//! Offices, search, bargains: which invention goes to which firm on what terms.

use super::context::Context;
use super::state::State;

crate::family! {
    /// Parameters: Offices, search, bargains: which invention goes to which firm on what terms.
    pub struct TransferParameters in "transfer" {
    }
}

/// State: Offices, search, bargains: which invention goes to which firm on what terms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransferState {
    /// Deals struck this quarter.
    pub deals_this_quarter: Vec<Deal>,
}

/// Why a firm takes an invention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Motive {
    Use,
    Qualification,
    Order,
}

/// Under which contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DealKind {
    Transfer,
    Licence,
    Equity,
    OpenLicence,
    Trial,
}

/// A lot of an invention that a firm takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deal {
    /// Row of the invention.
    pub invention: usize,
    /// Entity id of the invention.
    pub invention_id: u32,
    /// Row of the firm.
    pub firm: usize,
    /// Entity id of the firm.
    pub firm_id: u32,
    /// Real inventions in the lot.
    pub mass: f64,
    /// Why.
    pub motive: Motive,
    /// Under which contract.
    pub kind: DealKind,
    /// Fee of one real invention \[mn\].
    pub price: f64,
    /// Running royalty \[share of sales\].
    pub royalty: f64,
    /// Unit that sells.
    pub unit: usize,
}

impl TransferState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Stub.
pub fn deal(_state: &mut State, _ctx: &Context) {}

