//! What happens in a quarter to products on their way through approval?
#![allow(clippy::inline_always)] // the loop over projects is short of nothing but calls

use super::{ApprovalState, FILING, FULL, ROUTES, SANDBOX, WAITS};
use crate::base::blocks::Join;
use crate::base::math::max;
use crate::model::context::Context;
use crate::model::firms::FIELDS;

/// What waits for approval of a project that needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Docket {
    /// Row of the project in its turn.
    pub row: u32,
    /// Rank of its risk among products that need approval \[0..1\].
    pub rank: f64,
    /// Real products that wait: full approval, sandbox.
    pub waiting: [f64; WAITS],
    /// Expected incidents of what stands before its first sale \[incidents\].
    pub before_sale: f64,
    /// Share of what passes the pilot by route until the next review.
    pub share: [f64; ROUTES],
    /// Part of what waits that is cleared in a quarter.
    pub clear: [f32; WAITS],
    /// Part of what waits that fails in a quarter.
    pub fail: [f32; WAITS],
    /// Expected incidents of one product by route \[incidents\].
    pub risk: [f32; ROUTES],
    /// Expected incidents of one product in the fence \[incidents\].
    pub in_fence: f32,
}

impl Docket {
    /// Real products that wait.
    #[inline(always)]
    pub fn mass(&self) -> f64 {
        self.waiting[FULL] + self.waiting[SANDBOX]
    }

    /// Of a part of the project: that part of what waits, and of the incidents of what stands
    /// before its first sale.
    pub fn part(&self, part: f64) -> Self {
        Self {
            waiting: self.waiting.map(|mass| part * mass),
            before_sale: part * self.before_sale,
            ..*self
        }
    }

    /// Nothing waits any more: the project is given up.
    pub fn close(&mut self) {
        self.waiting = [0.0; WAITS];
        self.before_sale = 0.0;
    }
}

/// What approval costs firms this quarter.
#[derive(Clone, Copy, Debug)]
pub struct Charges {
    /// Full approval and a trial in the sandbox of one product \[mn\].
    approval: [f64; WAITS],
    /// Routine supervision of one product sold \[mn\].
    supervision: f64,
    /// Liability for one incident \[mn\].
    liability: f64,
}

impl Charges {
    /// At the quarter's prices, as far as routine supervision is kept.
    pub fn of(ctx: &Context) -> Self {
        let p = &ctx.parameters.approval;
        let price = ctx.world.price;
        let routine = 1.0 - ctx.seen.regulation.trigger_supervision;
        Self {
            approval: [p.assessment_cost * price, p.sandbox_cost * price],
            supervision: p.supervision_cost * routine * price,
            liability: p.liability * price,
        }
    }
}

/// What the products of some projects did on their way through approval in a quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Traffic {
    /// Expected incidents of products in use, with those that were before \[incidents\].
    pub exposure: [f64; FIELDS],
    routed: [f64; ROUTES],
    cleared: [f64; WAITS],
    failed: f64,
    supervision: f64,
    liability: f64,
}

crate::join_fields!(Traffic: exposure, routed, cleared, failed, supervision, liability);

impl ApprovalState {
    /// Counts what the products of all projects did.
    pub fn note(&mut self, traffic: &Traffic) {
        self.exposure = traffic.exposure;
        let tally = &mut self.tally;
        tally.routed.join(traffic.routed);
        tally.cleared.join(traffic.cleared);
        tally.failed.join(traffic.failed);
        tally.supervision.join(traffic.supervision);
        tally.liability.join(traffic.liability);
    }
}

impl Traffic {
    /// What waited is cleared as far as `cash` of the firms reaches, or fails; gives what is
    /// cleared and what it cost \[mn\].
    #[inline(always)]
    pub fn clear(&mut self, docket: &mut Docket, cash: f64, charges: &Charges) -> (f64, f64) {
        let (mut cleared, mut paid) = (0.0, 0.0);
        for (k, cost) in charges.approval.into_iter().enumerate() {
            let mass = docket.waiting[k];
            let due = mass * f64::from(docket.clear[k]);
            let left = max(0.0, cash - paid);
            let done = if due * cost <= left { due } else { left / cost };
            let failed = mass * f64::from(docket.fail[k]);
            docket.waiting[k] = max(0.0, mass - done - failed);
            docket.before_sale += done * f64::from(docket.risk[k]);
            self.cleared[k] += done;
            self.failed += failed;
            cleared += done;
            paid += done * cost;
        }
        (cleared, paid)
    }

    /// Of `mass` before its first sale `sold` is sold and `gone` in all leaves; gives what
    /// supervision and liability for it cost \[mn\].
    #[inline(always)]
    pub fn launch(
        &mut self,
        docket: &mut Docket,
        field: usize,
        [mass, sold, gone]: [f64; 3],
        charges: &Charges,
    ) -> f64 {
        if mass <= 0.0 {
            return 0.0;
        }
        let each = docket.before_sale / mass;
        let risk = each * sold;
        docket.before_sale = each * max(0.0, mass - gone);
        self.exposure[field] += risk;
        let supervision = sold * charges.supervision;
        let liability = risk * charges.liability;
        self.supervision += supervision;
        self.liability += liability;
        supervision + liability
    }

    /// Products that passed the pilot take their routes; gives what may be sold at once.
    #[inline(always)]
    pub fn route(&mut self, docket: &mut Docket, field: usize, passed: f64) -> f64 {
        let parts = docket.share.map(|share| share * passed);
        for (sum, part) in self.routed.iter_mut().zip(parts) {
            *sum += part;
        }
        docket.waiting[FULL] += parts[FULL];
        docket.waiting[SANDBOX] += parts[SANDBOX];
        docket.before_sale += parts[FILING] * f64::from(docket.risk[FILING]);
        self.exposure[field] += parts[SANDBOX] * f64::from(docket.in_fence);
        parts[FILING]
    }
}
