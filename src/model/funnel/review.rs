//! What does a firm settle for a project at its yearly review?
//!
//! Worth is carried back from the product through the stages still ahead; reviews of a
//! quarter are done together, column by column.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::decision::{competing_risks, gap, go_on_share, pass_hazard, product_worth};
use super::{FunnelParameters, Plan, Project, STAGES};
use crate::base::math::max;
use crate::model::approval::{ApprovalState, offers};
use crate::model::context::Context;
use crate::model::platforms::SERVED;

/// Constants of a stage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stage {
    /// Hazard of passing without gap \[1/yr\].
    pub base: f64,
    /// Hazard of failing \[1/yr\].
    pub failure: f64,
    /// Cost \[mn/yr, 2020 prices\].
    pub cost: f64,
    /// Readiness that a platform adds.
    pub relief: f64,
    /// Part of idle mass that fails in a quarter.
    pub stale: f64,
}

impl Stage {
    /// Cost of one real invention a quarter, of which places save a part \[mn, 2020 prices\].
    #[inline(always)]
    pub(super) fn quarterly_cost(&self, served: f64, saved: f64) -> f64 {
        self.cost * (1.0 - saved * served) / 4.0 // derived: quarters a year
    }
}

/// The stages under this draw's parameters.
pub(super) fn stages(ctx: &Context) -> [Stage; STAGES] {
    let (p, platforms) = (&ctx.parameters.funnel, &ctx.parameters.platforms);
    let stage = |base, failure, cost, relief| Stage {
        base,
        failure,
        cost,
        relief,
        stale: competing_risks(0.0, failure).1,
    };
    let offers = offers(p.sale_hazard, &ctx.parameters.approval);
    let (proof, pilot) = (platforms.proof_gap_relief, platforms.pilot_gap_relief);
    [
        stage(p.proof_hazard, p.proof_failure, p.proof_cost, proof),
        stage(p.pilot_hazard, p.pilot_failure, p.pilot_cost, pilot),
        stage(offers, p.sale_failure, p.sale_cost, 0.0),
    ]
}

/// What a firm sees of a stage of a project.
#[derive(Clone, Copy, Debug)]
struct View {
    /// Readiness missing, platforms apart.
    gap: f64,
    /// Share in a platform.
    served: f64,
    /// Absorptive capacity of the firm.
    absorptive: f64,
    /// Share of buyers who would take a first set; 1 before the last stage.
    willing: f64,
}

/// Settles a stage whose success is worth `worth`: what share goes on, how fast; gives the
/// worth of standing before it too \[mn, 2020 prices\].
#[inline(always)]
fn settle(
    worth: f64,
    view: View,
    stage: &Stage,
    saved: f64,
    p: &FunnelParameters,
) -> ([f64; 3], f64) {
    let lack = max(0.0, view.gap - view.served * stage.relief);
    let (slowing, floor) = (p.gap_slowing, p.absorptive_floor);
    let hazard = view.willing * pass_hazard(stage.base, lack, slowing, view.absorptive, floor);
    let yearly = 4.0 * stage.quarterly_cost(view.served, saved); // derived: quarters a year
    // cost until the stage ends one way or the other
    let until_end = yearly / (stage.base + stage.failure);
    let ahead = worth * hazard / (hazard + stage.failure);
    let go = go_on_share(ahead, until_end, p.decision_spread);
    let (pass, fail) = competing_risks(hazard, stage.failure);
    ([go, pass, fail], max(0.0, ahead - until_end))
}

/// Columns of the reviews of one quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reviews {
    worth: Vec<f64>,
    absorptive: Vec<f64>,
    willing: Vec<f64>,
    gap: [Vec<f64>; SERVED],
    served: [Vec<f64>; SERVED],
    settled: [[Vec<f64>; 3]; STAGES],
}

crate::dispatched! {
    /// Settles the last stage, which is worth the product.
    fn last(
        worth: &mut [f64],
        absorptive: &[f64],
        willing: &[f64],
        stage: &Stage,
        p: &FunnelParameters,
        out: &mut [Vec<f64>; 3],
    ) {
        let [go, pass, fail] = out;
        let n = worth.len();
        let (absorptive, willing) = (&absorptive[..n], &willing[..n]);
        let (go, pass, fail) = (&mut go[..n], &mut pass[..n], &mut fail[..n]);
        for i in 0..n {
            let (h, w) = (absorptive[i], willing[i]);
            let view = View { gap: 0.0, served: 0.0, absorptive: h, willing: w };
            let (settled, before) = settle(worth[i], view, stage, 0.0, p);
            [go[i], pass[i], fail[i]] = settled;
            worth[i] = before;
        }
    }
}

crate::dispatched! {
    /// Settles a stage that platforms serve.
    fn earlier(
        worth: &mut [f64],
        absorptive: &[f64],
        gap: &[f64],
        served: &[f64],
        stage: &Stage,
        saved: f64,
        p: &FunnelParameters,
        out: &mut [Vec<f64>; 3],
    ) {
        let [go, pass, fail] = out;
        let n = worth.len();
        let (absorptive, gap, served) = (&absorptive[..n], &gap[..n], &served[..n]);
        let (go, pass, fail) = (&mut go[..n], &mut pass[..n], &mut fail[..n]);
        for i in 0..n {
            let (g, s, h) = (gap[i], served[i], absorptive[i]);
            let view = View { gap: g, served: s, absorptive: h, willing: 1.0 };
            let (settled, before) = settle(worth[i], view, stage, saved, p);
            [go[i], pass[i], fail[i]] = settled;
            worth[i] = before;
        }
    }
}

impl Reviews {
    /// Forgets the last quarter's.
    pub(super) fn clear(&mut self) {
        for column in [&mut self.worth, &mut self.absorptive, &mut self.willing] {
            column.clear();
        }
        for column in self.gap.iter_mut().chain(&mut self.served) {
            column.clear();
        }
    }

    /// Adds a project.
    pub(super) fn push(
        &mut self,
        project: &Project,
        absorptive: f64,
        willing: f64,
        p: &FunnelParameters,
    ) {
        self.worth.push(product_worth(project.revenue, p));
        self.absorptive.push(absorptive);
        self.willing.push(willing);
        for k in 0..SERVED {
            self.gap[k].push(gap(project, k, p));
            self.served[k].push(project.served[k]);
        }
    }

    /// Settles all and writes the plans into the projects.
    pub(super) fn settle(
        &mut self,
        stages: &[Stage; STAGES],
        projects: &mut [Project],
        approval: &ApprovalState,
        ctx: &Context,
    ) {
        let p = &ctx.parameters.funnel;
        let saved = ctx.parameters.platforms.cost_saved;
        let n = self.worth.len();
        for column in self.settled.iter_mut().flatten() {
            column.resize(n, 0.0);
        }
        let end = STAGES - 1;
        let (worth, absorptive) = (&mut self.worth, &self.absorptive);
        let out = &mut self.settled;
        last(
            worth,
            absorptive,
            &self.willing,
            &stages[end],
            p,
            &mut out[end],
        );
        approval.settle(projects, worth, stages[end].failure, ctx);
        for k in (0..SERVED).rev() {
            let (gap, served) = (&self.gap[k], &self.served[k]);
            earlier(
                worth,
                absorptive,
                gap,
                served,
                &stages[k],
                saved,
                p,
                &mut out[k],
            );
        }
        for (row, project) in projects.iter_mut().enumerate() {
            for (k, [go, pass, fail]) in out.iter().enumerate() {
                project.plan[k] = Plan {
                    go: go[row],
                    pass: pass[row],
                    fail: fail[row],
                };
            }
        }
    }
}
