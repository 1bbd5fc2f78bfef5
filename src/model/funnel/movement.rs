//! How far does a project come in a quarter, and what does it cost?
//!
//! A strip of projects moves as if firms could fund all they want; then each firm pays project
//! by project, and where its budget falls short the project moves again with what is funded.
#![allow(clippy::inline_always)] // a strip loop vectorises only where calls disappear

use super::FunnelParameters;
use super::project::{Column, ROWS, STAGES, Strip, Turn, under_review};
use super::purse::{Purse, Purses};
use super::review::Stage;
use super::sums::{Columns, Sums};
use crate::base::math::max;
use crate::model::approval::{Charges, Docket};
use crate::model::context::Context;
use crate::model::firms::REGIONS;
use crate::model::platforms::{PlatformsState, SERVED};
use std::ops::Range;

/// What a stage costs a real invention this quarter, and what it loses where it stands still.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tariff {
    /// Cost without a place \[mn\].
    cost: f64,
    /// Part of that which a place saves \[mn\].
    saved: f64,
    /// Fee of a place as firms reckon with it \[mn\].
    fee: f64,
    /// Fee of a place as it is paid \[mn\].
    fee_paid: f64,
    /// Part of idle mass that fails \[share\].
    stale: f64,
}

impl Tariff {
    /// Cost of an invention of which a share is `served` by a platform \[mn\].
    #[inline(always)]
    fn cost_at(&self, served: f64) -> f64 {
        self.cost - self.saved * served
    }
}

/// Tariffs of the stages at the quarter's prices.
pub(super) fn tariffs(
    stages: &[Stage; STAGES],
    platforms: &PlatformsState,
    ctx: &Context,
) -> [Tariff; STAGES] {
    let (saved, price) = (ctx.parameters.platforms.cost_saved, ctx.world.price);
    let fee = |fees: &[f64; SERVED], k: usize| fees.get(k).copied().unwrap_or(0.0);
    std::array::from_fn(|k| {
        let cost = stages[k].quarterly_cost(0.0, saved) * price;
        Tariff {
            cost,
            saved: saved * cost,
            fee: fee(&platforms.fee, k),
            fee_paid: fee(&platforms.fee_paid, k),
            stale: stages[k].stale,
        }
    })
}

/// What a budget funds of what is wanted at the prices `asked`, later stages first; `paid` of
/// each is taken from the budget.
///
/// Example: a budget of 3, prices of 1: of 2 wanted in each of three stages it funds 2 of the
/// last, 1 of the second, none of the first.
#[inline(always)]
pub fn ration(
    budget: &mut f64,
    wanted: [f64; STAGES],
    asked: [f64; STAGES],
    paid: [f64; STAGES],
) -> [f64; STAGES] {
    let mut funded = wanted;
    for k in (0..STAGES).rev() {
        if wanted[k] * asked[k] > *budget {
            funded[k] = *budget / asked[k];
        }
        *budget = max(0.0, *budget - funded[k] * paid[k]);
    }
    funded
}

/// What a quarter does to a stage of a project.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    passed: f64,
    failed: f64,
    /// Left of what stood in the stage.
    left: f64,
    /// Cost of the stage \[mn\].
    research: f64,
    /// Fees of places \[mn\].
    fees: f64,
    /// Budget that is surely enough \[mn\].
    enough: f64,
}

/// Moves the `funded` of a stage's `mass` by parts that pass and fail; the rest stands idle.
#[inline(always)]
fn step(mass: f64, funded: f64, served: f64, [pass, fail]: [f64; 2], tariff: &Tariff) -> Step {
    let passed = funded * pass;
    let failed = funded * fail + (mass - funded) * tariff.stale;
    let research = funded * tariff.cost_at(served);
    let in_place = funded * served;
    Step {
        passed,
        failed,
        left: max(0.0, mass - passed - failed),
        research,
        fees: in_place * tariff.fee_paid,
        enough: research + in_place * max(tariff.fee, tariff.fee_paid),
    }
}

/// What `left` of a budget funds of the mass that a row's firm wants to go on with, see
/// [`ration`].
fn fund(strip: &Strip, row: usize, mut left: f64, tariffs: &[Tariff; STAGES]) -> [f64; STAGES] {
    let served = [strip.served[0][row], strip.served[1][row], 0.0];
    let wanted =
        std::array::from_fn(|k| strip.stage[k].mass[row] * f64::from(strip.stage[k].go[row]));
    let cost: [f64; STAGES] = std::array::from_fn(|k| tariffs[k].cost_at(served[k]));
    let asked = std::array::from_fn(|k| cost[k] + tariffs[k].fee * served[k]);
    let paid = std::array::from_fn(|k| cost[k] + tariffs[k].fee_paid * served[k]);
    ration(&mut left, wanted, asked, paid)
}

/// What a quarter does to the projects of a strip, column by column.
struct Flow {
    passed: [Column; STAGES],
    failed: [Column; STAGES],
    left: [Column; STAGES],
    research: Column,
    fees: Column,
    enough: Column,
    /// What comes before its first sale.
    upward: Column,
    /// What waits for approval at the quarter's end.
    docketed: Column,
}

impl Flow {
    /// Nothing moves.
    fn still() -> Self {
        let none = [0.0; ROWS];
        Self {
            passed: [none; STAGES],
            failed: [none; STAGES],
            left: [none; STAGES],
            research: none,
            fees: none,
            enough: none,
            upward: none,
            docketed: none,
        }
    }

    /// Moves a row by what is `funded` of each stage.
    fn step(&mut self, strip: &Strip, i: usize, funded: [f64; STAGES], tariffs: &[Tariff; STAGES]) {
        let served = [strip.served[0][i], strip.served[1][i], 0.0];
        (self.research[i], self.fees[i]) = (0.0, 0.0);
        for k in 0..STAGES {
            let parts = [strip.stage[k].pass[i], strip.stage[k].fail[i]].map(f64::from);
            let step = step(
                strip.stage[k].mass[i],
                funded[k],
                served[k],
                parts,
                &tariffs[k],
            );
            self.passed[k][i] = step.passed;
            self.failed[k][i] = step.failed;
            self.left[k][i] = step.left;
            self.research[i] += step.research;
            self.fees[i] += step.fees;
        }
        self.upward[i] = self.passed[1][i];
    }

    /// Nothing is left of a row, nor did any of it move.
    fn drop(&mut self, i: usize) {
        for k in 0..STAGES {
            (self.passed[k][i], self.failed[k][i], self.left[k][i]) = (0.0, 0.0, 0.0);
        }
        (self.research[i], self.fees[i], self.upward[i]) = (0.0, 0.0, 0.0);
    }
}

/// Nobody is in a platform.
const UNSERVED: Column = [0.0; ROWS];

crate::dispatched! {
    /// Moves all projects of a strip as if firms could fund all they want.
    fn step_all(strip: &Strip, tariffs: &[Tariff; STAGES], flow: &mut Flow) {
        for k in 0..STAGES {
            let (stage, tariff) = (&strip.stage[k], &tariffs[k]);
            let served = strip.served.get(k).unwrap_or(&UNSERVED);
            for i in 0..ROWS {
                let mass = stage.mass[i];
                let wanted = mass * f64::from(stage.go[i]);
                let parts = [f64::from(stage.pass[i]), f64::from(stage.fail[i])];
                let step = step(mass, wanted, served[i], parts, tariff);
                flow.passed[k][i] = step.passed;
                flow.failed[k][i] = step.failed;
                flow.left[k][i] = step.left;
                let so_far = |column: &Column| if k == 0 { 0.0 } else { column[i] };
                flow.research[i] = so_far(&flow.research) + step.research;
                flow.fees[i] = so_far(&flow.fees) + step.fees;
                flow.enough[i] = so_far(&flow.enough) + step.enough;
            }
        }
        flow.upward = flow.passed[1];
    }
}

crate::dispatched! {
    /// Writes what a quarter leaves of a strip; what is too `old` or too little is given up.
    fn settle(
        strip: &mut Strip,
        old: &[bool; ROWS],
        abandon_below: f64,
        flow: &Flow,
        sums: &mut Columns,
    ) {
        let mut abandoned = [0.0; ROWS];
        for i in 0..ROWS {
            let proof = flow.left[0][i];
            let pilot = flow.left[1][i] + flow.passed[0][i];
            let sale = flow.left[2][i] + flow.upward[i];
            let present = proof + pilot + sale + flow.docketed[i];
            let entered = strip.entered[i];
            let given_up = old[i] | (present <= abandon_below * f64::from(entered));
            let keep = |value: f64| if given_up { 0.0 } else { value };
            abandoned[i] = present - keep(present);
            strip.entered[i] = if given_up { 0.0 } else { entered };
            strip.stage[0].mass[i] = keep(proof);
            strip.stage[1].mass[i] = keep(pilot);
            strip.stage[2].mass[i] = keep(sale);
        }
        for k in 0..STAGES {
            sums.passed[k].add(&flow.passed[k]);
            sums.failed[k].add(&flow.failed[k]);
            sums.present[k].add(&strip.stage[k].mass);
        }
        sums.abandoned.add(&abandoned);
        sums.research.add(&flow.research);
        sums.fees.add(&flow.fees);
    }
}

/// What all projects of one yearly turn have in common this quarter.
#[derive(Clone, Copy)]
pub(super) struct Round<'a> {
    pub tariffs: [Tariff; STAGES],
    /// Part of the places they hold that projects keep, where some lose any.
    pub kept: Option<&'a [[f64; REGIONS]; SERVED]>,
    /// What approval costs.
    pub charges: Charges,
    /// Number of the turn.
    pub number: usize,
    /// Whether the next quarter reviews them.
    pub is_next: bool,
    /// Index of the quarter.
    pub q: i32,
    pub p: &'a FunnelParameters,
}

impl Round<'_> {
    /// Which projects of a strip that had some on its first `rows` are too old once the quarter
    /// ends: those begun a number of quarters ago, of which only one turn may have any.
    fn old(&self, strip: &Strip, rows: usize) -> [bool; ROWS] {
        let mut old = [false; ROWS];
        let last = self.q - self.p.abandon_after.ceil() as i32;
        if under_review(last) == self.number {
            for (old, project) in old.iter_mut().zip(&strip.project[..rows]) {
                *old = i32::from(project.begun) <= last;
            }
        }
        old
    }

    /// Moves all projects of a turn; of those that do not go on nothing is left.
    pub(super) fn walk(&self, turn: &mut Turn, purses: &mut Purses, sums: &mut Sums) {
        let mut flow = Flow::still();
        let mut dockets = std::mem::take(&mut turn.dockets);
        let mut later = &mut dockets[..];
        for (number, (strip, rows)) in turn.filled().enumerate() {
            let first = number * ROWS;
            if let Some(kept) = self.kept {
                leave_places(strip, rows, kept);
            }
            step_all(strip, &self.tariffs, &mut flow);
            let rows_of_turn = first..first + rows;
            let used = self.pay(strip, rows_of_turn, later, &mut flow, purses, sums);
            let old = self.old(strip, rows);
            settle(strip, &old, self.p.abandon_below, &flow, &mut sums.columns);
            let (now, rest) = later.split_at_mut(used);
            later = rest;
            for docket in now {
                let row = docket.row as usize % ROWS;
                flow.docketed[row] = 0.0;
                if strip.entered[row] == 0.0 {
                    docket.close();
                }
            }
            sums.note(strip, rows, &flow.passed[STAGES - 1], self, purses);
        }
        turn.dockets = dockets;
    }

    /// Firms pay for the projects of a strip, `rows` of the turn, in their order: first what
    /// clears approval, then stages, then what products sold must bear. Gives how many of
    /// `dockets` are of the strip.
    fn pay(
        &self,
        strip: &Strip,
        rows: Range<usize>,
        dockets: &mut [Docket],
        flow: &mut Flow,
        purses: &mut Purses,
        sums: &mut Sums,
    ) -> usize {
        let mut dockets = dockets.iter_mut();
        let mut used = 0;
        let mut next = dockets.next();
        for (row, number) in rows.enumerate() {
            let purse = purses.at_mut(strip.project[row].purse);
            let docket = next.take_if(|docket| docket.row as usize == number);
            if docket.is_some() {
                used += 1;
                next = dockets.next();
            }
            if purse.is_gone() {
                let waiting = docket.map_or(0.0, |docket| docket.mass());
                sums.abandoned += strip.present(row) + waiting;
                flow.drop(row);
                continue;
            }
            sums.offered += strip.stage[STAGES - 1].mass[row];
            let Some(docket) = docket else {
                self.fund(strip, row, flow, purse);
                continue;
            };
            let (cleared, cost) = sums.traffic.clear(docket, purse.left(), &self.charges);
            purse.spent += cost;
            sums.research += cost;
            self.fund(strip, row, flow, purse);
            let field = usize::from(strip.project[row].field);
            let [offered, sold] = [
                strip.stage[STAGES - 1].mass[row],
                flow.passed[STAGES - 1][row],
            ];
            let gone = sold + flow.failed[STAGES - 1][row];
            let sales = [offered, sold, gone];
            purse.spent += sums.traffic.launch(docket, field, sales, &self.charges);
            flow.upward[row] = sums.traffic.route(docket, field, flow.passed[1][row]) + cleared;
            flow.docketed[row] = docket.mass();
        }
        used
    }

    /// The firm pays for a row's stages, as far as its purse reaches.
    #[inline(always)]
    fn fund(&self, strip: &Strip, row: usize, flow: &mut Flow, purse: &mut Purse) {
        if flow.enough[row] > purse.budget - purse.spent {
            let funded = fund(strip, row, purse.left(), &self.tariffs);
            flow.step(strip, row, funded, &self.tariffs);
        }
        purse.spent += flow.research[row] + flow.fees[row];
        if flow.fees[row] > 0.0 {
            purse.fees += flow.fees[row];
        }
    }
}

/// Projects leave places that are no more.
fn leave_places(strip: &mut Strip, rows: usize, kept: &[[f64; REGIONS]; SERVED]) {
    for (served, kept) in strip.served.iter_mut().zip(kept) {
        for (served, project) in served[..rows].iter_mut().zip(&strip.project) {
            *served *= kept[usize::from(project.region)];
        }
    }
}
