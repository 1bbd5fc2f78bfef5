//! How much of what is transferred for use becomes industrial product, and how soon?
//!
//! Projects carry masses of real inventions through proof of concept, pilot and first sale
//! by competing risks (M28): a quarter ends `1 − exp(−(h + f)/4)` of a stage's funded mass,
//! of which `h/(h + f)` pass. Once a year a firm reviews a project: it goes on with the share
//! whose expected worth exceeds its cost, and keeps to that for four quarters (M41); each
//! quarter it pays as far as its cash reaches. At the first sale buyers decide. The data fix
//! one pass rate and one duration: the split by stage is a prior. Approval in regulated
//! fields (M38) stands between pilot and first sale, see [`super::approval`].

mod decision;
mod review;
#[cfg(test)]
mod tests;

pub use decision::{
    competing_risks, gap, go_on_share, pass_hazard, product_revenue, product_worth,
    productivity_jump,
};

use super::approval::{ApprovalTally, Docket};
use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{FIELDS, Firms, REGIONS};
use super::platforms::SERVED;
use super::state::State;
use super::transfer::Motive;
use crate::base::math::{max, min};
use review::{Reviews, Stage, stages};

/// Proof of concept, pilot, first sale.
pub const STAGES: usize = 3;
/// Levels of the technology readiness scale.
pub const READINESS_LEVELS: f64 = 9.0; // derived: levels 1 to 9
/// Quarters within which industrialisation counts.
pub const WINDOW: usize = 24;
/// Quarters within which a contract counts as conversion.
pub const CONVERSION: i32 = 12;

crate::family! {
    /// Parameters of the funnel.
    pub struct FunnelParameters in "funnel" {
        /// Hazard of passing proof of concept \[1/yr\].
        proof_hazard,
        /// Hazard of passing the pilot \[1/yr\].
        pilot_hazard,
        /// Offers to buyers \[1/yr\].
        sale_hazard,
        /// Hazard of failing at proof of concept \[1/yr\].
        proof_failure,
        /// Hazard of failing in the pilot \[1/yr\].
        pilot_failure,
        /// Hazard of failing before a first sale \[1/yr\].
        sale_failure,
        /// Readiness that proof of concept asks for.
        proof_readiness,
        /// Readiness that the pilot asks for.
        pilot_readiness,
        /// Slowing by the readiness gap.
        gap_slowing,
        /// Speed of a firm without absorptive capacity \[share\].
        absorptive_floor,
        /// Cost of proof of concept \[mn/yr, 2020 prices\].
        proof_cost,
        /// Cost of a pilot \[mn/yr, 2020 prices\].
        pilot_cost,
        /// Cost of selling \[mn/yr, 2020 prices\].
        sale_cost,
        /// Revenue of a product \[mn/yr, 2020 prices\].
        revenue,
        /// Profit on it \[share\].
        profit_share,
        /// Years of profit that count.
        horizon,
        /// Worth by quality, exponent.
        quality_exponent,
        /// Gain in productivity over revenue \[share\].
        productivity_share,
        /// Largest jump a quarter \[log points\].
        gain_cap,
        /// Spread of judgement over cost.
        decision_spread,
        /// Age at which a project is given up \[quarters\].
        abandon_after,
        /// Part of a project's first mass below which the rest is given up \[share\].
        abandon_below,
    }
}

/// What a firm settled for a stage at its last review.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Plan {
    /// Share of the stage's mass it goes on with.
    pub go: f64,
    /// Part of funded mass that passes in a quarter.
    pub pass: f64,
    /// Part of funded mass that fails in a quarter.
    pub fail: f64,
}

/// A lot of real inventions in a firm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Project {
    /// Row of the firm.
    pub firm: u32,
    /// Id of the firm.
    pub firm_id: u32,
    /// Id of the invention.
    pub invention_id: u32,
    /// Field of the invention.
    pub field: u8,
    /// Region of the firm.
    pub region: u8,
    /// Quarter index of disclosure.
    pub disclosed: i32,
    /// Quarter index of the deal.
    pub begun: i32,
    /// Quality, median 1.
    pub quality: f64,
    /// Revenue of the product \[mn/yr, 2020 prices\].
    pub revenue: f64,
    /// Readiness \[0..1\].
    pub readiness: f64,
    /// Real inventions that entered.
    pub entered: f64,
    /// Real inventions by stage.
    pub mass: [f64; STAGES],
    /// Share of the stage's mass in a platform until the next review.
    pub served: [f64; SERVED],
    /// Plans by stage until the next review.
    pub plan: [Plan; STAGES],
    /// What waits for approval.
    pub docket: Docket,
}

impl Project {
    /// Whether its firm is still in business.
    pub fn has_firm(&self, firms: &Firms) -> bool {
        let row = self.firm as usize;
        firms.alive[row] && firms.id[row] == self.firm_id
    }

    /// Real inventions in all stages and before approval.
    pub fn present(&self) -> f64 {
        self.mass.iter().sum::<f64>() + self.docket.mass()
    }
}

/// Number of quarters between reviews.
pub const REVIEWS: usize = 4; // derived: yearly

/// Which projects are reviewed in quarter index `q`: those begun in that quarter of a year.
pub fn under_review(q: i32) -> usize {
    q.rem_euclid(REVIEWS as i32) as usize
}

/// What waits for its first sale in a firm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waiting {
    /// Row of the firm.
    pub firm: u32,
    /// Real inventions.
    pub mass: f64,
}

/// Counters of this quarter, in real inventions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FunnelTally {
    /// Use-motivated mass that entered.
    pub entered: f64,
    /// Passed by stage.
    pub passed: [f64; STAGES],
    /// Failed by stage.
    pub failed: [f64; STAGES],
    /// Given up by age, or with the firm.
    pub abandoned: f64,
    /// Industrialised.
    pub industrialised: f64,
    /// Offered to buyers by field.
    pub offered: f64,
    /// In the funnel by stage at the quarter's end.
    pub present: [f64; STAGES],
    /// Spent by firms \[mn\].
    pub spent: f64,
}

/// Projects and counts by cohort of disclosure (quarters since 2013Q1).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunnelState {
    /// Projects, by the quarter of their yearly review, see [`under_review`].
    pub projects: [Vec<Project>; REVIEWS],
    /// What waits for its first sale at the quarter's end.
    pub waiting: Vec<Waiting>,
    /// Mass in platforms that next quarter's reviews leave alone, by kind and region.
    pub held: [[f64; REGIONS]; SERVED],
    /// Mass under a use-motivated contract within 12 quarters, by cohort.
    pub dealt_within_12: Vec<f64>,
    /// Mass industrialised within 24 quarters, by cohort.
    pub industrialised_within_24: Vec<f64>,
    /// Mass industrialised by quarters since disclosure.
    pub duration: [f64; WINDOW + 1],
    /// First sales of this quarter by field.
    pub first_sales: [f64; FIELDS],
    /// Mean quality of what is offered by field.
    pub offered_quality: Vec<f64>,
    /// Scratch of this quarter's reviews.
    reviews: Reviews,
    /// Scratch: what projects see of their firms.
    purses: Vec<Purse>,
    /// Counters of this quarter.
    pub tally: FunnelTally,
}

impl FunnelState {
    /// An empty funnel: deals for use fill it within the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self {
            offered_quality: vec![1.0; FIELDS],
            // derived: 92 quarters from 2013 to 2035
            dealt_within_12: vec![0.0; 92],
            industrialised_within_24: vec![0.0; 92],
            ..Self::default()
        }
    }
}

/// Sums over the projects of a quarter.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// Quality times mass that waits for its first sale, by field.
    quality: [f64; FIELDS],
    /// That mass.
    waiting: [f64; FIELDS],
    /// What firms pay for stages and for places \[mn\].
    spent: [f64; 2],
}

/// Reviews projects, moves masses, counts.
pub fn advance(state: &mut State, ctx: &Context) {
    let mut funnel = std::mem::take(&mut state.funnel);
    let stages = stages(ctx);
    hold_reviews(&mut funnel, &stages, state, ctx);
    let mut projects = std::mem::take(&mut funnel.projects);
    let mut purses = std::mem::take(&mut funnel.purses);
    funnel.first_sales = [0.0; FIELDS];
    funnel.waiting.clear();
    funnel.held = [[0.0; REGIONS]; SERVED];
    let mut sums = Sums::default();
    let next = under_review(ctx.q() + 1);
    open_purses(&mut purses, &state.firms);
    for (turn, list) in projects.iter_mut().enumerate() {
        list.retain_mut(|project| {
            let purse = &mut purses[project.firm as usize];
            let there = purse.id == project.firm_id;
            if there {
                move_on(
                    project,
                    &stages,
                    purse,
                    &mut funnel,
                    state,
                    ctx,
                    &mut sums.spent,
                );
            }
            let goes_on = there && !is_given_up(project, ctx);
            if goes_on {
                note(project, turn == next, &mut funnel, &mut sums);
            } else {
                funnel.tally.abandoned += project.present();
            }
            goes_on
        });
    }
    close_purses(&mut purses, &mut state.firms);
    let (from, to) = (Account::Firms, Account::Rest);
    let [research, fees] = sums.spent;
    let books = &mut state.books;
    books.pay(from, to, Instrument::ResearchCost, research);
    books.pay(from, to, Instrument::Platforms, fees);
    funnel.tally.spent = research;
    funnel.offered_quality.resize(FIELDS, 1.0);
    for field in 0..FIELDS {
        if sums.waiting[field] > 0.0 {
            funnel.offered_quality[field] = sums.quality[field] / sums.waiting[field];
        }
    }
    funnel.projects = projects;
    funnel.purses = purses;
    state.funnel = funnel;
}

/// Whether a project is too old, or too little of it is left.
fn is_given_up(project: &Project, ctx: &Context) -> bool {
    let p = &ctx.parameters.funnel;
    let old = f64::from(ctx.q() - project.begun) >= p.abandon_after;
    old || project.present() <= p.abandon_below * project.entered
}

/// Notes what a project leaves for the next quarter: what waits for a first sale, and the
/// places it holds unless they are up for review.
fn note(project: &Project, is_next: bool, funnel: &mut FunnelState, sums: &mut Sums) {
    let offered = project.mass[STAGES - 1];
    if offered > 0.0 {
        let field = usize::from(project.field);
        sums.quality[field] += offered * project.quality;
        sums.waiting[field] += offered;
        funnel.waiting.push(Waiting {
            firm: project.firm,
            mass: offered,
        });
    }
    for stage in 0..STAGES {
        funnel.tally.present[stage] += project.mass[stage];
    }
    if !is_next {
        for kind in 0..SERVED {
            let held = project.served[kind] * project.mass[kind];
            funnel.held[kind][usize::from(project.region)] += held;
        }
    }
}

/// What a project needs to know of its firm, in one place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Purse {
    /// Id of the firm in business, [`NOBODY`] where there is none.
    id: u32,
    weight: f64,
    cash: f64,
    /// Fees for places this quarter \[mn\].
    fees: f64,
}

/// Id of no firm.
const NOBODY: u32 = u32::MAX;

fn open_purses(purses: &mut Vec<Purse>, firms: &Firms) {
    purses.clear();
    purses.extend((0..firms.len()).map(|i| Purse {
        id: if firms.alive[i] { firms.id[i] } else { NOBODY },
        weight: firms.weight[i],
        cash: firms.cash[i],
        fees: 0.0,
    }));
}

/// Writes cash and fees back; purses are scratch.
fn close_purses(purses: &mut Vec<Purse>, firms: &mut Firms) {
    let columns = firms.cash.iter_mut().zip(&mut firms.platform_fees);
    for ((cash, fees), purse) in columns.zip(purses.iter()) {
        *cash = purse.cash;
        *fees += purse.fees;
    }
    purses.clear();
}

/// Firms review the projects whose turn it is.
fn hold_reviews(funnel: &mut FunnelState, stages: &[Stage; STAGES], state: &State, ctx: &Context) {
    let FunnelState {
        projects, reviews, ..
    } = funnel;
    reviews.clear();
    let due = &mut projects[under_review(ctx.q())];
    for project in due.iter() {
        let absorptive = state.firms.absorptive[project.firm as usize];
        let willing = state.buyers.willing(usize::from(project.field));
        reviews.push(project, absorptive, willing, &ctx.parameters.funnel);
    }
    reviews.settle(stages, due, &state.approval, ctx);
}

/// Use-motivated deals become projects and count for conversion.
pub fn enter(state: &mut State, ctx: &Context) {
    let funnel = &mut state.funnel;
    funnel.tally = FunnelTally::default();
    state.approval.tally = ApprovalTally::default();
    let inventions = &state.universities.inventions;
    for deal in &state.transfer.deals_this_quarter {
        if deal.motive != Motive::Use {
            continue;
        }
        let disclosed = inventions.disclosed[deal.invention];
        if ctx.q() - disclosed <= CONVERSION {
            add(&mut funnel.dealt_within_12, disclosed, deal.mass);
        }
        funnel.tally.entered += deal.mass;
        // the funnel counts quality in medians and readiness as a share of the scale
        let median = ctx.parameters.universities.quality_median;
        let quality = inventions.quality[deal.invention] / median;
        funnel.projects[under_review(ctx.q())].push(Project {
            firm: deal.firm as u32,
            firm_id: deal.firm_id,
            invention_id: deal.invention_id,
            field: inventions.field[deal.invention],
            region: state.firms.region[deal.firm],
            disclosed,
            begun: ctx.q(),
            quality,
            revenue: product_revenue(quality, &ctx.parameters.funnel),
            readiness: inventions.readiness[deal.invention] / READINESS_LEVELS,
            entered: deal.mass,
            mass: [deal.mass, 0.0, 0.0],
            ..Project::default()
        });
    }
}

/// Adds mass to the cohort of a quarter, if it lies after 2012.
fn add(cohorts: &mut Vec<f64>, disclosed: i32, mass: f64) {
    // derived: index 52 is 2013Q1
    if let Ok(cohort) = usize::try_from(disclosed - 52) {
        if cohorts.len() <= cohort {
            cohorts.resize(cohort + 1, 0.0);
        }
        cohorts[cohort] += mass;
    }
}

/// One quarter of one project, later stages first so that no mass moves twice; `spent` sums
/// what firms pay for stages and for places \[mn\].
fn move_on(
    project: &mut Project,
    stages: &[Stage; STAGES],
    purse: &mut Purse,
    funnel: &mut FunnelState,
    state: &mut State,
    ctx: &Context,
    spent: &mut [f64; 2],
) {
    let price = ctx.world.price;
    let saved = ctx.parameters.platforms.cost_saved;
    let weight = purse.weight;
    let approval = &mut state.approval;
    let (cleared, paid) = approval.clear(&mut project.docket, purse.cash * weight, ctx);
    purse.cash -= paid / weight;
    spent[0] += paid;
    for k in (0..STAGES).rev() {
        let mass = project.mass[k];
        if mass <= 0.0 {
            continue;
        }
        let plan = project.plan[k];
        let served = project.served.get(k).copied().unwrap_or(0.0);
        let [fee, fee_paid] = if k < SERVED {
            [state.platforms.fee[k], state.platforms.fee_paid[k]].map(|fee| served * fee)
        } else {
            funnel.tally.offered += mass;
            [0.0; 2]
        };
        let cost = stages[k].quarterly_cost(served, saved) * price;
        let affordable = max(0.0, purse.cash) * weight / (cost + fee);
        let funded = min(mass * plan.go, affordable);
        purse.cash -= funded * (cost + fee_paid) / weight;
        spent[0] += funded * cost;
        purse.fees += funded * fee_paid / weight;
        spent[1] += funded * fee_paid;
        let passed = funded * plan.pass;
        let failed = funded * plan.fail + (mass - funded) * stages[k].stale;
        project.mass[k] = max(0.0, mass - passed - failed);
        funnel.tally.passed[k] += passed;
        funnel.tally.failed[k] += failed;
        if k + 2 < STAGES {
            project.mass[k + 1] += passed;
        } else if k + 1 < STAGES {
            project.mass[k + 1] += state.approval.route(project, passed);
        } else {
            let cost = state
                .approval
                .launch(project, [mass, passed, passed + failed], ctx);
            purse.cash -= cost / weight;
            industrialise(project, passed, funnel, state, ctx);
        }
    }
    project.mass[STAGES - 1] += cleared;
}

/// Counts industrialised mass and passes its gain to the firm.
fn industrialise(
    project: &Project,
    mass: f64,
    funnel: &mut FunnelState,
    state: &mut State,
    ctx: &Context,
) {
    let p = &ctx.parameters.funnel;
    funnel.tally.industrialised += mass;
    funnel.first_sales[usize::from(project.field)] += mass;
    let age = max(0.0, f64::from(ctx.q() - project.disclosed)) as usize;
    if age <= WINDOW {
        funnel.duration[age] += mass;
        add(
            &mut funnel.industrialised_within_24,
            project.disclosed,
            mass,
        );
    }
    let firms = &mut state.firms;
    let firm = project.firm as usize;
    let each = mass / firms.weight[firm];
    let revenue = project.revenue * ctx.world.price;
    firms.new_product_sales[firm] += each * revenue;
    let jump = productivity_jump(p.productivity_share * revenue * each, firms.sales[firm]);
    firms.pending_gain[firm] = min(p.gain_cap, firms.pending_gain[firm] + jump);
}
