//! What does a firm settle for a project at its yearly review?
//!
//! Worth is carried back from the product through the stages still ahead; reviews of a
//! quarter are done a strip at a time, column by column.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::decision::{competing_risks, gap, go_on_share, pass_hazard, product_worth};
use super::{FunnelParameters, Plan, Project, STAGES};
use crate::base::math::max;
use crate::model::approval::{ApprovalState, offers};
use crate::model::context::Context;
use crate::model::platforms::SERVED;
use crate::model::state::State;

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

/// Projects reviewed together.
const STRIP: usize = 64;
/// One number for each project of a strip.
type Column = [f64; STRIP];

/// Columns of a strip of reviews.
struct Strip {
    /// Worth of the stage that is settled next \[mn, 2020 prices\].
    worth: Column,
    absorptive: Column,
    willing: Column,
    gap: [Column; SERVED],
    served: [Column; SERVED],
    /// What is settled by stage: go, pass, fail.
    settled: [[Column; 3]; STAGES],
}

impl Strip {
    /// A strip of nothing.
    fn empty() -> Self {
        let none = [0.0; STRIP];
        Self {
            worth: none,
            absorptive: none,
            willing: none,
            gap: [none; SERVED],
            served: [none; SERVED],
            settled: [[none; 3]; STAGES],
        }
    }

    /// Sets what a row sees.
    fn gather(&mut self, row: usize, project: &Project, state: &State, p: &FunnelParameters) {
        self.worth[row] = product_worth(project.revenue, p);
        self.absorptive[row] = state.firms.absorptive[project.firm as usize];
        self.willing[row] = state.buyers.willing(usize::from(project.field));
        for k in 0..SERVED {
            self.gap[k][row] = gap(project, k, p);
            self.served[k][row] = project.served[k];
        }
    }

    /// Settles all stages of `projects`, from the last back, approval in between.
    fn settle(
        &mut self,
        projects: &mut [Project],
        stages: &[Stage; STAGES],
        approval: &ApprovalState,
        ctx: &Context,
    ) {
        let p = &ctx.parameters.funnel;
        let saved = ctx.parameters.platforms.cost_saved;
        let (worth, absorptive) = (&mut self.worth, &self.absorptive);
        let end = STAGES - 1;
        let out = &mut self.settled;
        let (stage, willing) = (&stages[end], &self.willing);
        last(worth, absorptive, willing, stage, p, &mut out[end]);
        approval.settle(projects, worth, stage.failure, ctx);
        for k in (0..SERVED).rev() {
            let (gap, served, stage) = (&self.gap[k], &self.served[k], &stages[k]);
            earlier(worth, absorptive, gap, served, stage, saved, p, &mut out[k]);
        }
    }

    /// What is settled for a stage of a row.
    fn plan(&self, stage: usize, row: usize) -> Plan {
        let [go, pass, fail] = [0, 1, 2].map(|what| self.settled[stage][what][row] as f32);
        Plan { go, pass, fail }
    }
}

crate::dispatched! {
    /// Settles the last stage, which is worth the product.
    fn last(
        worth: &mut Column,
        absorptive: &Column,
        willing: &Column,
        stage: &Stage,
        p: &FunnelParameters,
        out: &mut [Column; 3],
    ) {
        let [go, pass, fail] = out;
        for i in 0..STRIP {
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
        worth: &mut Column,
        absorptive: &Column,
        gap: &Column,
        served: &Column,
        stage: &Stage,
        saved: f64,
        p: &FunnelParameters,
        out: &mut [Column; 3],
    ) {
        let [go, pass, fail] = out;
        for i in 0..STRIP {
            let (g, s, h) = (gap[i], served[i], absorptive[i]);
            let view = View { gap: g, served: s, absorptive: h, willing: 1.0 };
            let (settled, before) = settle(worth[i], view, stage, saved, p);
            [go[i], pass[i], fail[i]] = settled;
            worth[i] = before;
        }
    }
}

/// Reviews the projects that are `due` and writes their plans.
pub(super) fn hold(due: &mut [Project], stages: &[Stage; STAGES], state: &State, ctx: &Context) {
    let p = &ctx.parameters.funnel;
    let mut strip = Strip::empty();
    for projects in due.chunks_mut(STRIP) {
        for (row, project) in projects.iter().enumerate() {
            strip.gather(row, project, state, p);
        }
        strip.settle(projects, stages, &state.approval, ctx);
        for (row, project) in projects.iter_mut().enumerate() {
            project.plan = std::array::from_fn(|stage| strip.plan(stage, row));
        }
    }
}
