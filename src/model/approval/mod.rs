//! Who must wait for approval before a first sale, and who takes a shorter way (M38)?
//!
//! In regulated fields a product that has passed its pilot takes one of three routes: it waits
//! for full approval, it waits less in a sandbox that lets a fenced part of users try it, or it
//! goes on sale on a promise and a filing. The regulator's rule says which routes are open; the
//! firm chooses by worth at its yearly review:
//!
//! ```text
//! full     (V − c_s)/(1 + (f + δ)W) − c_a − L·ι·(1 − found)
//! sandbox  (V − c_s)/(1 + (f + δ)W_s) − c_b − L·(ι·fence + ι·(1 − found in the fence))
//! filing    V − c_s − c_f − L·penalty·ι
//! ```
//!
//! with V the worth of standing before the first sale, c_s routine supervision, ι the incidents
//! an unseen product would cause, L liability. Products sold leave expected incidents in use;
//! one that the public hears of tightens its field's rule for a while: waits grow, filing and
//! sandbox narrow.
//!
//! Own successes of firms in regulated fields go the same ways ([`own`]): their gain in
//! productivity and new products comes once they are cleared.

mod docket;
pub mod own;
mod review;
mod rules;
#[cfg(test)]
mod tests;

pub use docket::{Charges, Docket, Traffic};
pub use review::Passages;
pub use rules::{
    Case, Choice, Passage, choose, kept, offer_hazard, opened, passage, raw_risk, residual, shares,
    values, waiting,
};

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::FIELDS;
use super::population::block_of;
use super::state::State;
use crate::base::dist::exponential;
use crate::base::math::{exp, min};
use crate::base::rng::{Key, Purpose};

/// Routes to the market.
pub const ROUTES: usize = 3;
/// Routes on which a product waits.
pub const WAITS: usize = 2;
/// Full approval.
pub const FULL: usize = 0;
/// Trial in a fence.
pub const SANDBOX: usize = 1;
/// Promise and filing.
pub const FILING: usize = 2;

/// Blocks of fields whose products need approval: vehicles (type approval), pharma and devices
/// (registration), software (assessment of new services).
const REGULATED_BLOCKS: [usize; 3] = [2, 4, 8]; // derived: places in the R&D sector split

crate::family! {
    /// Parameters of approval.
    pub struct ApprovalParameters in "approval" {
        /// Share of a regulated field's products that need approval \[share\].
        regulated_share,
        /// Wait for the assessment \[yr\].
        assessment_wait,
        /// Wait for a licence to enter \[yr\].
        access_wait,
        /// Wait in the sandbox over that for full approval \[ratio\].
        sandbox_wait,
        /// Cost of full approval, dossier and tests \[mn, 2020 prices\].
        assessment_cost,
        /// Cost of a trial in the sandbox \[mn, 2020 prices\].
        sandbox_cost,
        /// Cost of a filing \[mn, 2020 prices\].
        filing_cost,
        /// Cost of routine supervision over a product's life \[mn, 2020 prices\].
        supervision_cost,
        /// Worth a product loses by a year of waiting \[1/yr\].
        erosion,
        /// Incidents that a product nobody looked at causes \[incidents\].
        risk,
        /// Part of them that full review prevents \[share\].
        found,
        /// Part of that lost when all of the assessment's time is saved \[share\].
        found_lost,
        /// Part of incidents that routine supervision prevents \[share\].
        routine_found,
        /// Users in a sandbox over all \[share\].
        fence,
        /// Part of incidents that the trial prevents later \[share\].
        fence_found,
        /// Liability for an incident \[mn, 2020 prices\].
        liability,
        /// Liability after a promise over that after approval \[ratio\].
        promise_penalty,
        /// Spread of judgement among routes over the cost of full approval \[ratio\].
        spread,
        /// Years over which a product in use causes its incidents \[yr\].
        harm_years,
        /// Slowing of approval while the rule is tightest \[ratio\].
        tight_slowing,
        /// Incidents of which the public hears, so that the rule is tightened \[share\].
        salient,
        /// Tightening of a field's rule by such an incident \[0..1\].
        tight_step,
        /// Years over which a tightened rule eases \[yr\].
        tight_years,
    }
}

/// Counters of this quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ApprovalTally {
    /// Products that passed the pilot by route \[products\].
    pub routed: [f64; ROUTES],
    /// Products cleared by full approval and by the sandbox \[products\].
    pub cleared: [f64; WAITS],
    /// Products that failed while they waited \[products\].
    pub failed: f64,
    /// Incidents of which the public heard \[incidents\].
    pub incidents: f64,
    /// Incidents expected of products in use and in sandboxes \[incidents\].
    pub expected: f64,
    /// Mean tightness of regulated fields \[0..1\].
    pub tight: f64,
    /// Routine supervision paid by firms \[mn\].
    pub supervision: f64,
    /// Liability paid by firms, at its expected value \[mn\].
    pub liability: f64,
}

/// Rules by field and what is in use.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApprovalState {
    /// How tight the rule is \[0..1\].
    pub tight: [f64; FIELDS],
    /// Expected incidents of products in use \[incidents\].
    pub exposure: [f64; FIELDS],
    /// Cumulated expected incidents of which the public hears \[incidents\].
    pub clock: [f64; FIELDS],
    /// Reading of the clock at which the next incident comes.
    pub threshold: [f64; FIELDS],
    /// Such incidents so far.
    pub ordinal: [u32; FIELDS],
    /// What products meet this quarter, see [`ApprovalState::post`].
    pub passages: Passages,
    /// Counters of this quarter.
    pub tally: ApprovalTally,
}

/// Whether products of a field may need approval.
pub fn is_regulated_field(field: usize) -> bool {
    REGULATED_BLOCKS.contains(&block_of(field))
}

/// Share of all fields whose products may need approval.
fn regulated_fields() -> f64 {
    let count = (0..FIELDS).filter(|&field| is_regulated_field(field));
    count.count() as f64 / FIELDS as f64
}

/// Offers to buyers a year beside approval, see [`offer_hazard`].
pub fn offers(hazard: f64, p: &ApprovalParameters) -> f64 {
    let share = p.regulated_share * regulated_fields();
    offer_hazard(hazard, share, p.assessment_wait + p.access_wait)
}

/// Gap between incidents of a field on the unit-rate clock.
fn gap(key: Key, field: usize, ordinal: u32) -> f64 {
    exponential(
        key.uniform(field as u32, ordinal, 0, 1, Purpose::Approval),
        1.0,
    )
}

/// The docket of a project that needs approval, if that of the invention in `field` does; its
/// pair of draws holds for the invention's life.
pub fn docket_of(field: usize, (draw, rank): (f64, f64), p: &ApprovalParameters) -> Option<Docket> {
    let regulated = is_regulated_field(field) && draw < p.regulated_share;
    regulated.then(|| Docket {
        rank,
        ..Docket::default()
    })
}

impl ApprovalState {
    /// Calm rules, nothing in use.
    pub fn found(ctx: &Context) -> Self {
        Self {
            threshold: std::array::from_fn(|field| gap(ctx.key, field, 0)),
            ..Self::default()
        }
    }
}

/// Books what products sold cost; products in use cause incidents, those that the public hears of
/// tighten rules.
pub fn supervise(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.approval;
    let approval = &mut state.approval;
    let (from, to) = (Account::Firms, Account::Rest);
    let (rules, claims) = (approval.tally.supervision, approval.tally.liability);
    state.books.pay(from, to, Instrument::OperatingCost, rules);
    state
        .books
        .pay(from, to, Instrument::InsurancePremium, claims);
    let caused = 1.0 - exp(-1.0 / (4.0 * p.harm_years)); // derived: a quarter of a year
    let eased = exp(-1.0 / (4.0 * p.tight_years)); // derived: a quarter of a year
    let step = p.tight_step * (1.0 - ctx.seen.regulation.trigger_supervision);
    for field in 0..FIELDS {
        let due = caused * approval.exposure[field];
        approval.exposure[field] -= due;
        approval.clock[field] += p.salient * due;
        approval.tally.expected += due;
        approval.tight[field] *= eased;
        while approval.clock[field] >= approval.threshold[field] {
            approval.ordinal[field] += 1;
            approval.threshold[field] += gap(ctx.key, field, approval.ordinal[field]);
            approval.tight[field] = min(1.0, approval.tight[field] + step);
            approval.tally.incidents += 1.0;
        }
    }
    let regulated = FIELDS as f64 * regulated_fields();
    approval.tally.tight = approval.tight.iter().sum::<f64>() / regulated;
}
