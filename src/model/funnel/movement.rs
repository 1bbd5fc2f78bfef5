//! How far does a project come in a quarter, and what does it cost?
#![allow(clippy::inline_always)] // a walk takes its path's instructions only where calls disappear

use super::purse::{Purse, Purses};
use super::review::Stage;
use super::{Project, STAGES, WINDOW};
use crate::base::math::max;
use crate::model::approval::ApprovalState;
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firms, REGIONS};
use crate::model::platforms::{PlatformsState, SERVED};

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

/// Tariffs of the stages at prices `price` times those of 2020; `saved` is the part of a
/// stage's cost that a place replaces.
pub(super) fn tariffs(
    stages: &[Stage; STAGES],
    platforms: &PlatformsState,
    saved: f64,
    price: f64,
) -> [Tariff; STAGES] {
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

/// Sums over the projects of a quarter, in real inventions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub passed: [f64; STAGES],
    pub failed: [f64; STAGES],
    pub present: [f64; STAGES],
    pub offered: f64,
    pub abandoned: f64,
    /// What firms pay for stages \[mn\].
    pub research: f64,
    /// What they pay for places \[mn\].
    pub fees: f64,
    /// Quality times mass that waits for its first sale, by field.
    pub quality: [f64; FIELDS],
    /// That mass.
    pub waiting: [f64; FIELDS],
    /// First sales by field.
    pub first_sales: [f64; FIELDS],
    /// First sales by quarters since disclosure, the last place for all beyond the window.
    pub aged: [f64; WINDOW + 2],
    /// Mass in platforms that the next reviews leave alone.
    pub held: [[f64; REGIONS]; SERVED],
}

/// What all projects of one yearly turn have in common this quarter.
pub(super) struct Round<'a> {
    pub tariffs: [Tariff; STAGES],
    pub firms: &'a Firms,
    /// Part of the places they hold that projects keep, where some lose any.
    pub kept: Option<&'a [[f64; REGIONS]; SERVED]>,
    /// Whether the next quarter reviews them.
    pub is_next: bool,
    pub ctx: &'a Context<'a>,
}

impl Round<'_> {
    /// Moves a project of the firm that `purse` belongs to; whether it goes on.
    #[inline(always)]
    fn takes_on(
        &self,
        project: &mut Project,
        purse: &mut Purse,
        approval: &mut ApprovalState,
        sums: &mut Sums,
    ) -> bool {
        let there = purse.id == project.firm_id;
        if let Some(kept) = self.kept {
            for kind in 0..SERVED {
                project.served[kind] *= kept[kind][usize::from(project.region)];
            }
        }
        if there {
            move_on(project, &self.tariffs, purse, approval, sums, self.ctx);
        }
        let goes_on = there && !self.is_given_up(project);
        if goes_on {
            note(project, self.is_next, purse, sums);
        } else {
            sums.abandoned += project.present();
        }
        goes_on
    }

    /// Whether a project is too old, or too little of it is left.
    #[inline(always)]
    fn is_given_up(&self, project: &Project) -> bool {
        let p = &self.ctx.parameters.funnel;
        let old = f64::from(self.ctx.q() - project.begun) >= p.abandon_after;
        old || project.present() <= p.abandon_below * project.entered
    }
}

/// Projects whose purses are looked up together.
const STRIP: usize = 64;

crate::dispatched! {
    /// Moves all projects of a list; those that do not go on leave it.
    pub(super) fn walk(
        list: &mut Vec<Project>,
        round: &Round,
        purses: &mut Purses,
        approval: &mut ApprovalState,
        sums: &mut Sums,
    ) {
        let mut places = [0; STRIP];
        let mut left = 0;
        for start in (0..list.len()).step_by(STRIP) {
            let end = (start + STRIP).min(list.len());
            for (place, project) in places.iter_mut().zip(&list[start..end]) {
                *place = purses.place_of(project.firm, round.firms);
            }
            for i in start..end {
                let purse = purses.at(places[i - start]);
                if round.takes_on(&mut list[i], purse, approval, sums) {
                    if left < i {
                        list[left] = list[i];
                    }
                    left += 1;
                }
            }
        }
        list.truncate(left);
    }
}

/// One quarter of one project of the firm that `purse` belongs to. All stages move from what stood in them before, so that no mass moves twice.
#[inline(always)]
fn move_on(
    project: &mut Project,
    tariffs: &[Tariff; STAGES],
    purse: &mut Purse,
    approval: &mut ApprovalState,
    sums: &mut Sums,
    ctx: &Context,
) {
    let cleared = if project.docket.regulated {
        let (cleared, paid) = approval.clear(&mut project.docket, purse.budget, ctx);
        purse.budget -= paid;
        purse.spent += paid;
        sums.research += paid;
        cleared
    } else {
        0.0
    };
    let served = [project.served[0], project.served[1], 0.0];
    let (mass, plan) = (project.mass, project.plan);
    let cost: [f64; STAGES] =
        std::array::from_fn(|k| tariffs[k].cost - tariffs[k].saved * served[k]);
    let fee: [f64; STAGES] = std::array::from_fn(|k| tariffs[k].fee_paid * served[k]);
    let wanted = std::array::from_fn(|k| mass[k] * f64::from(plan[k].go));
    let asked = std::array::from_fn(|k| cost[k] + tariffs[k].fee * served[k]);
    let paid = std::array::from_fn(|k| cost[k] + fee[k]);
    let funded = ration(&mut purse.budget, wanted, asked, paid);
    let (mut passed, mut gone) = ([0.0; STAGES], [0.0; STAGES]);
    for k in 0..STAGES {
        passed[k] = funded[k] * f64::from(plan[k].pass);
        let idle = (mass[k] - funded[k]) * tariffs[k].stale;
        let failed = funded[k] * f64::from(plan[k].fail) + idle;
        project.mass[k] = max(0.0, mass[k] - passed[k] - failed);
        gone[k] = passed[k] + failed;
        sums.passed[k] += passed[k];
        sums.failed[k] += failed;
        sums.research += funded[k] * cost[k];
        sums.fees += funded[k] * fee[k];
        purse.spent += funded[k] * paid[k];
        purse.fees += funded[k] * fee[k];
    }
    let (offered, sold) = (mass[STAGES - 1], passed[STAGES - 1]);
    project.mass[1] += passed[0];
    if project.docket.regulated {
        let cost = approval.launch(project, [offered, sold, gone[STAGES - 1]], ctx);
        purse.budget = max(0.0, purse.budget - cost);
        purse.spent += cost;
        project.mass[2] += approval.route(project, passed[1]) + cleared;
    } else {
        project.mass[2] += passed[1];
    }
    sums.offered += offered;
    sums.first_sales[usize::from(project.field)] += sold;
    let age = (ctx.q() - project.disclosed).max(0) as usize;
    sums.aged[age.min(WINDOW + 1)] += sold;
    purse.revenue += sold * project.revenue;
}

/// Notes what a project leaves for the next quarter: what waits for a first sale, and the
/// places it holds unless they are up for review.
#[inline(always)]
fn note(project: &Project, is_next: bool, purse: &mut Purse, sums: &mut Sums) {
    let offered = project.mass[STAGES - 1];
    let field = usize::from(project.field);
    sums.quality[field] += offered * project.quality;
    sums.waiting[field] += offered;
    purse.waiting += offered;
    for k in 0..STAGES {
        sums.present[k] += project.mass[k];
    }
    if !is_next {
        for kind in 0..SERVED {
            let held = project.served[kind] * project.mass[kind];
            sums.held[kind][usize::from(project.region)] += held;
        }
    }
}
