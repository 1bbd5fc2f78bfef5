//! Which of a firm's own successes wait for approval, and what becomes of them?
//!
//! In a regulated field a share of each success needs approval: the firm counts it in products of
//! the funnel's size, chooses routes by worth as for any product ([`choose`]), pays, and the gain
//! waits. What waits is one stock by route: a part of it is cleared each quarter and another
//! fails, as the waiting time says (competing risks).
//!
//! The elasticity of productivity to knowledge was measured on gains that had arrived. So that
//! they keep their mean under the rules of today, successes before approval are larger by
//! [`before_approval`].

use super::{
    Case, FILING, FULL, Passages, ROUTES, SANDBOX, WAITS, choose, is_regulated_field, raw_risk,
};
use crate::model::context::Context;
use crate::model::firms::FIELDS;
use crate::model::funnel::product_worth;

/// Own gain below which what still waits comes with the rest \[log points\].
const LEAST: f64 = 1e-4; // derived: a hundredth of a percent, a hundredth of a success

/// What of a firm's own successes waits, by route.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Held {
    /// Gain in productivity \[log points\].
    pub gain: [f64; WAITS],
    /// Incidents it would cause once it is used \[incidents\].
    pub incidents: [f64; WAITS],
}

impl Held {
    /// All gain that waits \[log points\].
    #[inline]
    pub fn waiting(&self) -> f64 {
        self.gain[FULL] + self.gain[SANDBOX]
    }
}

/// A success of a firm's own.
#[derive(Clone, Copy, Debug)]
pub struct Success {
    /// Gain in productivity \[log points\].
    pub gain: f64,
    /// Sales of the firm \[mn/yr\].
    pub sales: f64,
    /// Rank of its risk among products that need approval \[0..1\].
    pub rank: f64,
    /// Field and region.
    pub place: [u8; 2],
}

/// What became of own successes of one firm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Gain that the firm may use \[log points\].
    pub gain: f64,
    /// Of that, what needed approval \[log points\].
    pub approved: f64,
    /// What needs approval and is new \[log points\].
    pub entered: f64,
    /// Given up or failed while it waited \[log points\].
    pub dropped: f64,
    /// Incidents to be expected of what is used, and of trials \[incidents\].
    pub incidents: f64,
    /// Cost of the routes \[mn\].
    pub cost: f64,
    /// Routine supervision of what is used \[mn\].
    pub supervision: f64,
    /// Liability for its incidents, at the expected value \[mn\].
    pub liability: f64,
}

impl Outcome {
    /// What the firm pays \[mn\].
    #[inline]
    pub fn paid(&self) -> f64 {
        self.cost + self.supervision + self.liability
    }

    /// Adds the outcome of a firm that stands for `weight` real ones.
    #[inline(always)]
    #[allow(clippy::inline_always)] // a few multiplications a firm
    pub fn add(&mut self, weight: f64, one: &Self) {
        self.gain += weight * one.gain;
        self.approved += weight * one.approved;
        self.entered += weight * one.entered;
        self.dropped += weight * one.dropped;
        self.incidents += weight * one.incidents;
        self.cost += weight * one.cost;
        self.supervision += weight * one.supervision;
        self.liability += weight * one.liability;
    }
}

/// Successes before approval over those that arrive, `1/(1 − s·fW/(1 + fW))`, where the share s
/// waits W years and fails at the yearly hazard f meanwhile.
///
/// Example: s = 0.5, f = 0.25, W = 0.8: `1/(1 − 0.5·0.2/1.2)` = 1.0909.
pub fn before_approval(share: f64, failure: f64, wait: f64) -> f64 {
    let lost = failure * wait / (1.0 + failure * wait);
    1.0 / (1.0 - share * lost)
}

/// What own successes meet this quarter.
#[derive(Clone, Debug)]
pub struct OwnRules {
    /// Fields in which a share of products needs approval.
    regulated: [bool; FIELDS],
    /// That share \[share\].
    share: f64,
    /// See [`before_approval`].
    before: f64,
    /// Worth of a product before approval \[mn, 2020 prices\].
    worth: f64,
    /// Products on a yearly gain \[1/(mn/yr)\].
    products: f64,
    /// Cost of each route for a product \[mn\].
    route: [f64; ROUTES],
    /// Routine supervision of a product \[mn\].
    supervision: f64,
    /// Liability for an incident \[mn\].
    liability: f64,
}

impl OwnRules {
    /// Those of this quarter; none where no product needs approval.
    pub fn of(ctx: &Context) -> Option<Self> {
        let (p, funnel) = (&ctx.parameters.approval, &ctx.parameters.funnel);
        let (price, failure) = (ctx.world.price, funnel.sale_failure);
        let routine = 1.0 - ctx.seen.regulation.trigger_supervision;
        let wait = p.assessment_wait + p.access_wait;
        (p.regulated_share > 0.0).then(|| Self {
            regulated: std::array::from_fn(is_regulated_field),
            share: p.regulated_share,
            before: before_approval(p.regulated_share, failure, wait),
            worth: product_worth(funnel.revenue, funnel),
            products: 1.0 / (funnel.productivity_share * funnel.revenue * price),
            route: [p.assessment_cost, p.sandbox_cost, p.filing_cost].map(|cost| cost * price),
            supervision: p.supervision_cost * routine * price,
            liability: p.liability * price,
        })
    }

    /// Whether successes in a field may need approval.
    #[inline]
    pub fn concern(&self, field: u8) -> bool {
        self.regulated[usize::from(field) % FIELDS]
    }

    /// Products that bring a gain to a firm of these sales: each brings what one of the funnel
    /// does.
    ///
    /// Example: 1 % of 83 mn, a product of 8.3 mn that brings a tenth of that: one.
    #[inline]
    pub fn products(&self, gain: f64, sales: f64) -> f64 {
        gain * sales * self.products
    }

    /// A success takes its routes: what needs no approval or is filed is used, the rest waits; all
    /// that needs approval is given up where no route is worth its cost.
    pub fn lodge(
        &self,
        held: &mut Held,
        success: &Success,
        passages: &Passages,
        ctx: &Context,
    ) -> Outcome {
        let p = &ctx.parameters.approval;
        let gain = self.before * success.gain;
        let entered = self.share * gain;
        let free = gain - entered;
        let pace = passages.pace(success.place);
        let (worth, rank) = (self.worth, success.rank);
        let choice = choose(
            &Case { worth, rank },
            &pace.passage,
            &ctx.seen.regulation,
            p,
        );
        if choice.worth <= 0.0 {
            return Outcome {
                gain: free,
                entered,
                dropped: entered,
                ..Outcome::default()
            };
        }
        let products = self.products(entered, success.sales);
        let lots = choice.share.map(|share| share * products);
        for k in [FULL, SANDBOX] {
            held.gain[k] += choice.share[k] * entered;
            held.incidents[k] += lots[k] * choice.risk[k];
        }
        let filed = choice.share[FILING] * entered;
        let incidents = lots[FILING] * choice.risk[FILING];
        let in_fence = lots[SANDBOX] * p.fence * raw_risk(rank, p);
        Outcome {
            gain: free + filed,
            approved: filed,
            entered,
            dropped: 0.0,
            incidents: incidents + in_fence,
            cost: (0..ROUTES).map(|k| lots[k] * self.route[k]).sum(),
            supervision: lots[FILING] * self.supervision,
            liability: incidents * self.liability,
        }
    }

    /// A quarter passes for what waits at a firm of a field and region, with these sales; the
    /// last of it comes with the rest.
    #[inline]
    pub fn clear(
        &self,
        held: &mut Held,
        place: [u8; 2],
        sales: f64,
        passages: &Passages,
    ) -> Outcome {
        let pace = passages.pace(place);
        let mut out = Outcome::default();
        for k in [FULL, SANDBOX] {
            let (mass, incidents) = (held.gain[k], held.incidents[k]);
            if mass > 0.0 {
                let failed = f64::from(pace.fail[k]);
                let rest = 1.0 - f64::from(pace.clear[k]) - failed;
                let rest = if mass * rest > LEAST { rest } else { 0.0 };
                let cleared = 1.0 - failed - rest;
                held.gain[k] = mass * rest;
                held.incidents[k] = incidents * rest;
                out.approved += mass * cleared;
                out.dropped += mass * failed;
                out.incidents += incidents * cleared;
            }
        }
        out.gain = out.approved;
        out.supervision = self.products(out.approved, sales) * self.supervision;
        out.liability = out.incidents * self.liability;
        out
    }
}

#[cfg(test)]
mod tests;
