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
mod movement;
mod project;
mod purse;
mod review;
#[cfg(test)]
mod tests;

pub use decision::{
    competing_risks, gap, go_on_share, pass_hazard, product_revenue, product_worth,
    productivity_jump,
};
pub use movement::ration;
pub use project::{Plan, Project, REVIEWS, STAGES, under_review};

use super::approval::ApprovalTally;
use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{FIELDS, REGIONS};
use super::platforms::SERVED;
use super::state::State;
use super::transfer::Motive;
use movement::{Round, Sums, tariffs, walk};
use purse::Purses;
use review::stages;

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
    /// Mass in platforms that the next quarter's reviews leave alone, by kind and region.
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
    /// Scratch: what projects see of their firms.
    purses: Purses,
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

/// Reviews projects, moves masses, counts.
pub fn advance(state: &mut State, ctx: &Context) {
    let mut funnel = std::mem::take(&mut state.funnel);
    let p = &ctx.parameters.funnel;
    let saved = ctx.parameters.platforms.cost_saved;
    let stages = stages(ctx);
    let tariffs = tariffs(&stages, &state.platforms, saved, ctx.world.price);
    let kept = state.platforms.kept.as_ref();
    let now = under_review(ctx.q());
    let due = &mut funnel.projects[now];
    review::hold(due, &stages, state, ctx);
    let mut sums = Sums::default();
    let next = under_review(ctx.q() + 1);
    funnel.purses.lay_out(&state.firms);
    for (turn, list) in funnel.projects.iter_mut().enumerate() {
        let round = Round {
            tariffs,
            firms: &state.firms,
            kept: kept.filter(|_| turn != now),
            is_next: turn == next,
            ctx,
        };
        walk(
            list,
            &round,
            &mut funnel.purses,
            &mut state.approval,
            &mut sums,
        );
    }
    funnel.waiting.clear();
    let waiting = &mut funnel.waiting;
    (funnel.purses).close(&mut state.firms, waiting, ctx.world.price, p);
    let (from, to) = (Account::Firms, Account::Rest);
    let books = &mut state.books;
    books.pay(from, to, Instrument::ResearchCost, sums.research);
    books.pay(from, to, Instrument::Platforms, sums.fees);
    funnel.publish(&sums, ctx.q());
    state.funnel = funnel;
}

impl FunnelState {
    /// Counts what the projects did in quarter index `q`.
    fn publish(&mut self, sums: &Sums, q: i32) {
        let tally = &mut self.tally;
        tally.passed = sums.passed;
        tally.failed = sums.failed;
        tally.present = sums.present;
        tally.abandoned = sums.abandoned;
        tally.offered = sums.offered;
        tally.spent = sums.research;
        tally.industrialised = sums.passed[STAGES - 1];
        self.first_sales = sums.first_sales;
        self.held = sums.held;
        for (age, &mass) in sums.aged.iter().enumerate().take(WINDOW + 1) {
            self.duration[age] += mass;
            if mass > 0.0 {
                add(&mut self.industrialised_within_24, q - age as i32, mass);
            }
        }
        self.offered_quality.resize(FIELDS, 1.0);
        for field in 0..FIELDS {
            if sums.waiting[field] > 0.0 {
                self.offered_quality[field] = sums.quality[field] / sums.waiting[field];
            }
        }
    }
}

/// Use-motivated deals become projects and count for conversion.
pub fn enter(state: &mut State, ctx: &Context) {
    let funnel = &mut state.funnel;
    funnel.tally = FunnelTally::default();
    state.approval.tally = ApprovalTally::default();
    let inventions = &state.universities.inventions;
    // the funnel counts quality in medians and readiness as a share of the scale
    let median = ctx.parameters.universities.quality_median;
    let (mut quality, mut revenue) = ([0.0; DEALS], [0.0; DEALS]);
    for deals in state.transfer.deals_this_quarter.chunks(DEALS) {
        for (quality, deal) in quality.iter_mut().zip(deals) {
            *quality = inventions.quality[deal.invention] / median;
        }
        fill_revenue(&quality, &mut revenue, &ctx.parameters.funnel);
        for (row, deal) in deals.iter().enumerate() {
            if deal.motive != Motive::Use {
                continue;
            }
            let disclosed = inventions.disclosed[deal.invention];
            if ctx.q() - disclosed <= CONVERSION {
                add(&mut funnel.dealt_within_12, disclosed, deal.mass);
            }
            funnel.tally.entered += deal.mass;
            funnel.projects[under_review(ctx.q())].push(Project {
                firm: deal.firm as u32,
                firm_id: deal.firm_id,
                invention_id: deal.invention_id,
                field: inventions.field[deal.invention],
                region: state.firms.region[deal.firm],
                disclosed,
                begun: ctx.q(),
                quality: quality[row],
                revenue: revenue[row],
                readiness: (inventions.readiness[deal.invention] / READINESS_LEVELS) as f32,
                entered: deal.mass,
                mass: [deal.mass, 0.0, 0.0],
                ..Project::default()
            });
        }
    }
}

/// Deals that enter together.
const DEALS: usize = 64;

crate::dispatched! {
    /// Revenue of the products that inventions of some quality become.
    fn fill_revenue(quality: &[f64; DEALS], revenue: &mut [f64; DEALS], p: &FunnelParameters) {
        for i in 0..DEALS {
            revenue[i] = product_revenue(quality[i], p);
        }
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
