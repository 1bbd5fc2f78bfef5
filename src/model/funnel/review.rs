//! What does a firm settle for a project at its yearly review?
//!
//! Worth is carried back from the product through the stages still ahead; reviews of a
//! quarter are done a strip at a time, column by column.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::decision::{
    SURE, absorptive_pace, competing_risks, gap, go_on_margin, go_on_share, needs, pass_hazard,
    product_worth, race,
};
use super::project::{Column, Project, ROWS, STAGES, Strip, Turn};
use super::{FunnelParameters, Purses};
use crate::base::math::max;
use crate::model::approval::{Passages, offers};
use crate::model::buyers::BuyersState;
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
    /// How long it lasts where nothing slows it \[yr\].
    lasts: f64,
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
        lasts: 1.0 / (base + failure),
    };
    let offers = offers(p.sale_hazard, &ctx.parameters.approval);
    let (proof, pilot) = (platforms.proof_gap_relief, platforms.pilot_gap_relief);
    [
        stage(p.proof_hazard, p.proof_failure, p.proof_cost, proof),
        stage(p.pilot_hazard, p.pilot_failure, p.pilot_cost, pilot),
        stage(offers, p.sale_failure, p.sale_cost, 0.0),
    ]
}

/// What a firm settles for a stage.
#[derive(Clone, Copy, Debug)]
struct Verdict {
    /// Margin of its worth, see [`go_on_margin`].
    margin: f64,
    pass: f64,
    fail: f64,
    /// Worth of standing before the stage \[mn, 2020 prices\].
    before: f64,
}

/// Settles a stage whose success is worth `worth` at a yearly `hazard` of passing and a yearly
/// cost \[mn/yr, 2020 prices\].
#[inline(always)]
fn settle(worth: f64, hazard: f64, yearly: f64, stage: &Stage, spread: f64) -> Verdict {
    // cost until the stage ends one way or the other
    let until_end = yearly * stage.lasts;
    let [success, pass, fail] = race(hazard, stage.failure);
    let ahead = worth * success;
    Verdict {
        margin: go_on_margin(ahead, until_end, spread),
        pass,
        fail,
        before: max(0.0, ahead - until_end),
    }
}

/// What is settled for a stage, column by column.
struct Settled {
    margin: Column,
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
        buyers: &BuyersState,
        p: &FunnelParameters,
    ) {
        for (row, project) in strip.project[..rows].iter().enumerate() {
            self.worth[row] = product_worth(f64::from(project.revenue), p);
            self.absorptive[row] = purses.at(project.purse).absorptive;
            self.willing[row] = buyers.willing(usize::from(project.field));
            self.readiness[row] = f64::from(strip.origin[row].readiness);
        }
    }
}

crate::dispatched! {
    /// Settles the last stage, which is worth the product and which no platform serves.
    fn last(sheet: &mut Sheet, stage: &Stage, p: &FunnelParameters, out: &mut Settled) {
        let yearly = 4.0 * stage.quarterly_cost(0.0, 0.0); // derived: quarters a year
        for i in 0..ROWS {
            let pace = absorptive_pace(sheet.absorptive[i], p.absorptive_floor);
            let hazard = sheet.willing[i] * (stage.base * pace);
            let verdict = settle(sheet.worth[i], hazard, yearly, stage, p.decision_spread);
            (out.margin[i], out.pass[i], out.fail[i]) = (verdict.margin, verdict.pass, verdict.fail);
            sheet.worth[i] = verdict.before;
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
            let lack = max(0.0, gap(sheet.readiness[i], need) - served * stage.relief);
            let (slowing, floor) = (p.gap_slowing, p.absorptive_floor);
            let hazard = pass_hazard(stage.base, lack, slowing, absorptive, floor);
            let yearly = 4.0 * stage.quarterly_cost(served, saved); // derived: quarters a year
            let verdict = settle(sheet.worth[i], hazard, yearly, stage, p.decision_spread);
            (out.margin[i], out.pass[i], out.fail[i]) = (verdict.margin, verdict.pass, verdict.fail);
            sheet.worth[i] = verdict.before;
        }
    }
}

impl Settled {
    /// Nothing yet.
    fn none() -> Self {
        let none = [0.0; ROWS];
        Self {
            margin: none,
            go: none,
            pass: none,
            fail: none,
        }
    }

    /// What share goes on, by the margins; only for a few is it in doubt.
    fn judge(&mut self) {
        let (mut doubtful, mut row, mut count) = ([0.0; ROWS], [0; ROWS], 0);
        for (i, &margin) in self.margin.iter().enumerate() {
            (doubtful[count], row[count]) = (margin, i);
            count += usize::from(margin <= SURE);
            self.go[i] = 1.0;
        }
        fill_shares(&mut doubtful[..count]);
        for (&share, &i) in doubtful[..count].iter().zip(&row) {
            self.go[i] = share;
        }
    }
}

crate::dispatched! {
    /// Turns margins into the shares that go on.
    fn fill_shares(margins: &mut [f64]) {
        for margin in margins {
            *margin = go_on_share(*margin);
        }
    }
}

crate::dispatched! {
    /// Writes what is settled for a stage of a strip.
    fn write(strip: &mut Strip, stage: usize, settled: &Settled) {
        let stage = &mut strip.stage[stage];
        for row in 0..ROWS {
            stage.go[row] = settled.go[row] as f32;
            stage.pass[row] = settled.pass[row] as f32;
            stage.fail[row] = settled.fail[row] as f32;
        }
    }
}

/// What firms look at in a review, besides their own.
#[derive(Clone, Copy)]
pub(super) struct Outlook<'a> {
    pub stages: [Stage; STAGES],
    pub buyers: &'a BuyersState,
    pub passages: &'a Passages,
    pub ctx: &'a Context<'a>,
}

/// Reviews the projects of a turn that is due and writes their plans: stages are settled from
/// the last back, approval in between.
pub(super) fn hold(due: &mut Turn, purses: &Purses, outlook: &Outlook) {
    let Outlook {
        stages,
        buyers,
        passages,
        ctx,
    } = *outlook;
    let p = &ctx.parameters.funnel;
    let saved = ctx.parameters.platforms.cost_saved;
    let end = STAGES - 1;
    let mut sheet = Sheet::empty();
    let mut settled = Settled::none();
    let mut dockets = std::mem::take(&mut due.dockets);
    let mut later = dockets.iter_mut().peekable();
    for (number, (strip, rows)) in due.filled().enumerate() {
        sheet.gather(strip, rows, purses, buyers, p);
        last(&mut sheet, &stages[end], p, &mut settled);
        settled.judge();
        write(strip, end, &settled);
        while let Some(docket) = later.next_if(|docket| (docket.row as usize) / ROWS == number) {
            let row = docket.row as usize % ROWS;
            let Project { field, region, .. } = strip.project[row];
            let worth = &mut sheet.worth[row];
            *worth = passages.settle(docket, *worth, [field, region], ctx);
        }
        for k in (0..SERVED).rev() {
            let (need, served) = (needs(p)[k], &strip.served[k]);
            earlier(&mut sheet, served, need, &stages[k], saved, p, &mut settled);
            settled.judge();
            write(strip, k, &settled);
        }
    }
    due.dockets = dockets;
}
