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
//! an incident tightens its field's rule for a while: waits grow, filing and sandbox narrow.
//! Own innovations of firms are left out: they have no stage before their first sale.

mod rules;
#[cfg(test)]
mod tests;

pub use rules::{
    Case, Choice, choose, kept, offer_hazard, opened, raw_risk, residual, shares, values, waiting,
};

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::FIELDS;
use super::funnel::{Project, competing_risks};
use super::population::block_of;
use super::state::State;
use crate::base::dist::exponential;
use crate::base::math::{exp, max, min};
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
        /// Tightening of a field's rule by an incident \[0..1\].
        tight_step,
        /// Years over which a tightened rule eases \[yr\].
        tight_years,
    }
}

/// A project's products on their way through approval.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Docket {
    /// Needs approval.
    pub regulated: bool,
    /// Real products that wait: full approval, sandbox.
    pub waiting: [f64; WAITS],
    /// Share of what passes the pilot by route until the next review.
    pub share: [f64; ROUTES],
    /// Part of what waits that is cleared in a quarter.
    pub clear: [f64; WAITS],
    /// Part of what waits that fails in a quarter.
    pub fail: [f64; WAITS],
    /// Expected incidents of one product by route \[incidents\].
    pub risk: [f64; ROUTES],
    /// Expected incidents of one product in the fence \[incidents\].
    pub in_fence: f64,
    /// Expected incidents of what stands before its first sale \[incidents\].
    pub before_sale: f64,
}

impl Docket {
    /// Real products that wait.
    pub fn mass(&self) -> f64 {
        self.waiting[FULL] + self.waiting[SANDBOX]
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
    /// Incidents \[incidents\].
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
    /// Cumulated expected incidents \[incidents\].
    pub clock: [f64; FIELDS],
    /// Reading of the clock at which the next incident comes.
    pub threshold: [f64; FIELDS],
    /// Incidents so far.
    pub ordinal: [u32; FIELDS],
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

impl ApprovalState {
    /// Calm rules, nothing in use.
    pub fn found(ctx: &Context) -> Self {
        Self {
            threshold: std::array::from_fn(|field| gap(ctx.key, field, 0)),
            ..Self::default()
        }
    }

    /// Firms settle the routes of projects under review; `worth` of standing before the first
    /// sale becomes that of standing before approval.
    pub fn settle(&self, projects: &mut [Project], worth: &mut [f64], failure: f64, ctx: &Context) {
        let p = &ctx.parameters.approval;
        for (project, worth) in projects.iter_mut().zip(worth) {
            let field = usize::from(project.field);
            if !is_regulated_field(field) {
                continue;
            }
            let (draw, rank) = ctx
                .key
                .pair(project.invention_id, 0, 0, 0, Purpose::Approval);
            if draw >= p.regulated_share {
                continue;
            }
            let access = ctx.seen.regulation.market_access;
            let case = Case {
                worth: *worth,
                rank,
                opened: opened(access, usize::from(project.region)),
                tight: self.tight[field],
                failure,
            };
            let choice = choose(&case, &ctx.seen.regulation, p);
            *worth = choice.worth;
            let docket = &mut project.docket;
            docket.regulated = true;
            docket.share = choice.share;
            docket.risk = choice.risk;
            docket.in_fence = p.fence * raw_risk(rank, p);
            for (k, wait) in choice.wait.into_iter().enumerate() {
                let pace = 1.0 / max(wait, f64::EPSILON);
                [docket.clear[k], docket.fail[k]] = competing_risks(pace, failure).into();
            }
        }
    }

    /// Products that passed the pilot take their routes; gives what may be sold at once.
    pub fn route(&mut self, project: &mut Project, passed: f64) -> f64 {
        let docket = &mut project.docket;
        if !docket.regulated {
            return passed;
        }
        let parts = docket.share.map(|share| share * passed);
        for (sum, part) in self.tally.routed.iter_mut().zip(parts) {
            *sum += part;
        }
        docket.waiting[FULL] += parts[FULL];
        docket.waiting[SANDBOX] += parts[SANDBOX];
        docket.before_sale += parts[FILING] * docket.risk[FILING];
        self.exposure[usize::from(project.field)] += parts[SANDBOX] * docket.in_fence;
        parts[FILING]
    }

    /// What waited is cleared as far as `cash` of the firms reaches, or fails; gives what is
    /// cleared and what it cost \[mn\].
    pub fn clear(&mut self, docket: &mut Docket, cash: f64, ctx: &Context) -> (f64, f64) {
        if !docket.regulated {
            return (0.0, 0.0);
        }
        let p = &ctx.parameters.approval;
        let costs = [p.assessment_cost, p.sandbox_cost].map(|cost| cost * ctx.world.price);
        let (mut cleared, mut paid) = (0.0, 0.0);
        for (k, cost) in costs.into_iter().enumerate() {
            let mass = docket.waiting[k];
            let affordable = max(0.0, cash - paid) / cost;
            let done = min(mass * docket.clear[k], affordable);
            let failed = mass * docket.fail[k];
            docket.waiting[k] = max(0.0, mass - done - failed);
            docket.before_sale += done * docket.risk[k];
            self.tally.cleared[k] += done;
            self.tally.failed += failed;
            cleared += done;
            paid += done * cost;
        }
        (cleared, paid)
    }

    /// Of `mass` before its first sale `sold` is sold and `gone` in all leaves; gives what
    /// supervision and liability for it cost \[mn\].
    pub fn launch(
        &mut self,
        project: &mut Project,
        [mass, sold, gone]: [f64; 3],
        ctx: &Context,
    ) -> f64 {
        let docket = &mut project.docket;
        if !docket.regulated || mass <= 0.0 {
            return 0.0;
        }
        let p = &ctx.parameters.approval;
        let risk = docket.before_sale * sold / mass;
        docket.before_sale *= max(0.0, 1.0 - gone / mass);
        self.exposure[usize::from(project.field)] += risk;
        let routine = 1.0 - ctx.seen.regulation.trigger_supervision;
        let supervision = sold * p.supervision_cost * routine * ctx.world.price;
        let liability = risk * p.liability * ctx.world.price;
        self.tally.supervision += supervision;
        self.tally.liability += liability;
        supervision + liability
    }
}

/// Books what products sold cost; products in use cause incidents, incidents tighten rules.
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
        approval.clock[field] += due;
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
