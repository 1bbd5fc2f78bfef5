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
mod division;
mod entry;
mod movement;
mod portfolio;
mod project;
mod purse;
mod remnant;
mod review;
mod sums;
#[cfg(test)]
mod tests;

pub use decision::{
    competing_risks, gap, go_on_margin, go_on_share, needs, pass_hazard, product_revenue,
    product_worth, productivity_jump,
};
pub use entry::enter;
pub use movement::ration;
pub use portfolio::{Portfolio, Portfolios};
pub use project::{
    Column, Origin, Plan, Project, REVIEWS, ROWS, STAGES, Strip, Turn, under_review,
};
pub use purse::{Purse, Purses};

use super::approval::Charges;
use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{FIELDS, Firms, REGIONS};
use super::platforms::SERVED;
use super::state::State;
use crate::base::columns::Lent;
use movement::{Round, Tariff, tariffs};
use review::{Outlook, stages};
use sums::Sums;

/// Levels of the technology readiness scale.
pub const READINESS_LEVELS: f64 = 9.0; // derived: levels 1 to 9
/// Quarters within which industrialisation counts.
pub const WINDOW: usize = 24;
/// Quarters within which a contract counts as conversion.
pub const CONVERSION: usize = 12;

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
        /// Least mass of a project agent times the sampling fraction \[inventions\].
        least_mass,
    }
}

/// What waits for its first sale in a firm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waiting {
    /// Row of the firm in its block.
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
    /// Lost, less what was won, where small lots are drawn for; none is expected.
    pub drawn: f64,
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
    /// Projects, by block of their firms.
    pub portfolios: Portfolios,
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
    let State {
        funnel,
        firms,
        books,
        buyers,
        approval,
        platforms,
        ..
    } = state;
    approval.post(ctx);
    let (stages, n) = (stages(ctx), firms.len());
    let season = Season {
        tariffs: tariffs(&stages, platforms, ctx),
        kept: platforms.kept.as_ref(),
        outlook: Outlook {
            stages,
            buyers,
            passages: &approval.passages,
            ctx,
        },
    };
    let parts = (0..n, firms.lend(), funnel.portfolios.rooms(n, ctx.crew));
    let sums = ctx.crew.walk(parts, |(rows, mut firms, mut portfolio)| {
        let mut sums = Sums::default();
        if rows.start == 0 {
            // the first goes on from what there is
            sums.traffic.exposure = approval.exposure;
        }
        portfolio.own().advance(&mut firms, &season, &mut sums);
        sums
    });
    approval.note(&sums.traffic);
    funnel.publish(&sums, ctx.q());
    let (from, to) = (Account::Firms, Account::Rest);
    books.pay(from, to, Instrument::ResearchCost, funnel.tally.spent);
    books.pay(from, to, Instrument::Platforms, sums.columns.fees.total());
}

/// What all projects have in common this quarter.
struct Season<'a> {
    tariffs: [Tariff; STAGES],
    /// Part of the places they hold that projects between reviews keep, where some lose any.
    kept: Option<&'a [[f64; REGIONS]; SERVED]>,
    outlook: Outlook<'a>,
}

impl Portfolio {
    /// Firms of a block review projects, move them as far as they can pay, and settle.
    fn advance(&mut self, firms: &mut Firms<Lent>, season: &Season, sums: &mut Sums) {
        let ctx = season.outlook.ctx;
        let (p, q) = (&ctx.parameters.funnel, ctx.q());
        let (now, next) = (under_review(q), under_review(q + 1));
        self.purses.fill(firms);
        review::hold(&mut self.projects[now], &self.purses, &season.outlook);
        for (number, turn) in self.projects.iter_mut().enumerate() {
            let round = Round {
                tariffs: season.tariffs,
                kept: season.kept.filter(|_| number != now),
                charges: Charges::of(ctx),
                number,
                is_next: number == next,
                q,
                p,
            };
            round.walk(turn, &mut self.purses, sums);
        }
        self.waiting.clear();
        (self.purses).close(firms, &mut self.waiting, ctx.world.price, p);
    }
}

impl FunnelState {
    /// Counts what the projects did in quarter index `q`.
    fn publish(&mut self, sums: &Sums, q: i32) {
        let tally = &mut self.tally;
        let columns = &sums.columns;
        tally.passed = columns.passed.map(|sum| sum.total());
        tally.failed = columns.failed.map(|sum| sum.total());
        tally.present = columns.present.map(|sum| sum.total());
        tally.abandoned = sums.abandoned + columns.abandoned.total();
        tally.offered = sums.offered;
        tally.spent = sums.research + columns.research.total();
        tally.industrialised = tally.passed[STAGES - 1];
        self.held = sums.held;
        for (age, &mass) in sums.aged.iter().enumerate().take(WINDOW + 1) {
            self.duration[age] += mass;
            if mass > 0.0 {
                add(&mut self.industrialised_within_24, q - age as i32, mass);
            }
        }
        self.offered_quality.resize(FIELDS, 1.0);
        for (field, [worth, waiting, sold]) in sums.fields.into_iter().enumerate() {
            self.first_sales[field] = sold;
            if waiting > 0.0 {
                self.offered_quality[field] = worth / waiting;
            }
        }
    }
}

/// Adds mass to the cohort of a quarter, if it lies after 2012.
fn add(cohorts: &mut Vec<f64>, disclosed: i32, mass: f64) {
    if let Some(cohort) = cohort_of(disclosed) {
        let before = cohorts.get(cohort).copied().unwrap_or(0.0);
        set(cohorts, disclosed, before + mass);
    }
}

/// Sets the mass of the cohort of a quarter, if it lies after 2012.
fn set(cohorts: &mut Vec<f64>, disclosed: i32, mass: f64) {
    if let Some(cohort) = cohort_of(disclosed) {
        if cohorts.len() <= cohort {
            cohorts.resize(cohort + 1, 0.0);
        }
        cohorts[cohort] = mass;
    }
}

/// Place of the cohort disclosed in a quarter index; none before 2013.
fn cohort_of(disclosed: i32) -> Option<usize> {
    // derived: index 52 is 2013Q1
    usize::try_from(disclosed - 52).ok()
}
