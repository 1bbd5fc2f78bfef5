//! What does a firm settle for a project at its yearly review?
//!
//! Worth is carried back from the product through the stages still ahead; reviews of a
//! quarter are done a strip at a time, column by column.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::decision::{competing_risks, gap, go_on_share, needs, pass_hazard, product_worth};
use super::project::{Column, Project, ROWS, STAGES, Strip, Turn};
use super::{FunnelParameters, Purses};
use crate::base::math::max;
use crate::model::approval::offers;
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

/// What is settled for a stage, column by column.
struct Settled {
    go: Column,
    pass: Column,
    fail: Column,
}

/// Columns of a strip of reviews.
struct Sheet {
    /// Worth of the stage that is settled next \[mn, 2020 prices\].
    worth: Column,
    absorptive: Column,
    willing: Column,
    readiness: Column,
}

impl Sheet {
    /// A sheet of nothing.
    fn empty() -> Self {
        let none = [0.0; ROWS];
        Self {
            worth: none,
            absorptive: none,
            willing: none,
            readiness: none,
        }
    }

    /// Sets what the first `rows` projects of a strip see.
    fn gather(
        &mut self,
        strip: &Strip,
        rows: usize,
        purses: &Purses,
        state: &State,
        p: &FunnelParameters,
    ) {
        for (row, project) in strip.project[..rows].iter().enumerate() {
            self.worth[row] = product_worth(project.revenue, p);
            self.absorptive[row] = purses.at(project.purse).absorptive;
            self.willing[row] = state.buyers.willing(usize::from(project.field));
            self.readiness[row] = f64::from(project.readiness);
        }
    }
}

crate::dispatched! {
    /// Settles the last stage, which is worth the product.
    fn last(sheet: &mut Sheet, stage: &Stage, p: &FunnelParameters, out: &mut Settled) {
        for i in 0..ROWS {
            let (absorptive, willing) = (sheet.absorptive[i], sheet.willing[i]);
            let view = View { gap: 0.0, served: 0.0, absorptive, willing };
            let (settled, before) = settle(sheet.worth[i], view, stage, 0.0, p);
            [out.go[i], out.pass[i], out.fail[i]] = settled;
            sheet.worth[i] = before;
        }
    }
}

crate::dispatched! {
    /// Settles a stage that asks for `need` in readiness and that platforms serve.
    fn earlier(
        sheet: &mut Sheet,
        served: &Column,
        need: f64,
        stage: &Stage,
        saved: f64,
        p: &FunnelParameters,
        out: &mut Settled,
    ) {
        for i in 0..ROWS {
            let (absorptive, served) = (sheet.absorptive[i], served[i]);
            let gap = gap(sheet.readiness[i], need);
            let view = View { gap, served, absorptive, willing: 1.0 };
            let (settled, before) = settle(sheet.worth[i], view, stage, saved, p);
            [out.go[i], out.pass[i], out.fail[i]] = settled;
            sheet.worth[i] = before;
        }
    }
}

/// Reviews the projects of a turn that is due and writes their plans: stages are settled from
/// the last back, approval in between.
pub(super) fn hold(
    due: &mut Turn,
    purses: &Purses,
    stages: &[Stage; STAGES],
    state: &State,
    ctx: &Context,
) {
    let p = &ctx.parameters.funnel;
    let saved = ctx.parameters.platforms.cost_saved;
    let end = STAGES - 1;
    let passages = state.approval.passages(stages[end].failure, ctx);
    let mut sheet = Sheet::empty();
    let none = [0.0; ROWS];
    let mut settled = Settled {
        go: none,
        pass: none,
        fail: none,
    };
    let mut dockets = std::mem::take(&mut due.dockets);
    let mut later = dockets.iter_mut().peekable();
    for (number, (strip, rows)) in due.filled().enumerate() {
        sheet.gather(strip, rows, purses, state, p);
        last(&mut sheet, &stages[end], p, &mut settled);
        write(strip, rows, end, &settled);
        while let Some(docket) = later.next_if(|docket| (docket.row as usize) / ROWS == number) {
            let row = docket.row as usize % ROWS;
            let Project { field, region, .. } = strip.project[row];
            let worth = &mut sheet.worth[row];
            *worth = passages.settle(docket, *worth, [field, region], ctx);
        }
        for k in (0..SERVED).rev() {
            let (need, served) = (needs(p)[k], &strip.served[k]);
            earlier(&mut sheet, served, need, &stages[k], saved, p, &mut settled);
            write(strip, rows, k, &settled);
        }
    }
    due.dockets = dockets;
}

/// Writes what is settled for a stage of a strip.
fn write(strip: &mut Strip, rows: usize, stage: usize, settled: &Settled) {
    for row in 0..rows {
        strip.go[stage][row] = settled.go[row] as f32;
        strip.pass[stage][row] = settled.pass[row] as f32;
        strip.fail[stage][row] = settled.fail[row] as f32;
    }
}
