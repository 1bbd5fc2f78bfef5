//! How much of what is transferred for use becomes industrial product, and how soon?
//!
//! Projects carry masses of real inventions through proof of concept, pilot and first sale
//! by competing risks (M28): a quarter ends `1 − exp(−(h + f)/4)` of a stage's funded mass,
//! of which `h/(h + f)` pass. Firms pay each stage and go on iff the expected worth exceeds
//! its cost; at the first sale buyers decide. The data fix one pass rate and one duration:
//! the split by stage is a prior. Approval of regulated fields (M38) is left out.

use super::books::{Account, Instrument};
use super::context::Context;
use super::state::State;
use super::transfer::Motive;
use crate::base::math::{clamp, exp, max, min, normal_cdf, pow};

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
    }
}

/// A lot of real inventions in a firm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Project {
    /// In use; a free place otherwise.
    pub live: bool,
    /// Row of the firm.
    pub firm: usize,
    /// Id of the firm.
    pub firm_id: u32,
    /// Id of the invention.
    pub invention_id: u32,
    /// Field of the invention.
    pub field: usize,
    /// Quarter index of disclosure.
    pub disclosed: i32,
    /// Quarter index of the deal.
    pub begun: i32,
    /// Quality, median 1.
    pub quality: f64,
    /// Readiness \[0..1\].
    pub readiness: f64,
    /// Real inventions by stage.
    pub mass: [f64; STAGES],
    /// Share of the stage's mass in a platform this quarter.
    pub served: [f64; 2],
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
    /// Projects; free places are reused.
    pub projects: Vec<Project>,
    free: Vec<usize>,
    /// Mass under a use-motivated contract within 12 quarters, by cohort.
    pub dealt_within_12: Vec<f64>,
    /// Mass industrialised within 24 quarters, by cohort.
    pub industrialised_within_24: Vec<f64>,
    /// Mass industrialised by quarters since disclosure.
    pub duration: [f64; WINDOW + 1],
    /// First sales of this quarter by field.
    pub first_sales: Vec<f64>,
    /// Mean quality of what is offered by field.
    pub offered_quality: Vec<f64>,
    /// Counters of this quarter.
    pub tally: FunnelTally,
}

impl FunnelState {
    /// An empty funnel: deals for use fill it within the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self {
            first_sales: vec![0.0; super::firms::FIELDS],
            offered_quality: vec![1.0; super::firms::FIELDS],
            // derived: 92 quarters from 2013 to 2035
            dealt_within_12: vec![0.0; 92],
            industrialised_within_24: vec![0.0; 92],
            ..Self::default()
        }
    }

    /// Mean quarters from disclosure to industrialisation, of what took at most 24.
    pub fn mean_duration(&self) -> f64 {
        let (mut sum, mut mass) = (0.0, 0.0);
        for (age, &m) in self.duration.iter().enumerate() {
            sum += age as f64 * m;
            mass += m;
        }
        if mass > 0.0 { sum / mass } else { 0.0 }
    }
}

/// Shares of a stage's mass that pass and fail in a quarter under yearly hazards.
///
/// Example: h = f leaves `exp(−h/2)` and halves the rest.
pub fn competing_risks(hazard: f64, failure: f64) -> (f64, f64) {
    let sum = hazard + failure;
    if sum <= 0.0 {
        return (0.0, 0.0);
    }
    let ended = 1.0 - exp(-sum / 4.0); // derived: a quarter of a year
    (ended * hazard / sum, ended * failure / sum)
}

/// Readiness a project lacks for a stage, platforms apart.
pub fn gap(project: &Project, stage: usize, p: &FunnelParameters) -> f64 {
    let need = [p.proof_readiness, p.pilot_readiness, 0.0][stage];
    max(0.0, need - project.readiness)
}

/// Hazard of passing: base, slowed by the gap and by want of absorptive capacity \[1/yr\].
pub fn pass_hazard(base: f64, gap: f64, slowing: f64, absorptive: f64, floor: f64) -> f64 {
    base * exp(-slowing * gap) * (floor + (1.0 - floor) * clamp(absorptive, 0.0, 1.0))
}

/// Worth of a product to the firm \[mn, 2020 prices\].
pub fn product_worth(quality: f64, p: &FunnelParameters) -> f64 {
    p.revenue
        * p.profit_share
        * p.horizon
        * pow(max(quality, f64::MIN_POSITIVE), p.quality_exponent)
}

/// Share of a lot that goes on: expected worth above the cost of the stage, with spread.
pub fn go_on_share(worth: f64, cost: f64, spread: f64) -> f64 {
    normal_cdf((worth - cost) / (spread * cost))
}

/// Takes deals for use in, moves masses, counts.
pub fn advance(state: &mut State, ctx: &Context) {
    let mut funnel = std::mem::take(&mut state.funnel);
    funnel.tally = FunnelTally::default();
    funnel.first_sales.clear();
    funnel.first_sales.resize(super::firms::FIELDS, 0.0);
    take_in(&mut funnel, state, ctx);
    let mut quality = [0.0; super::firms::FIELDS];
    let mut waiting = [0.0; super::firms::FIELDS];
    for index in 0..funnel.projects.len() {
        let mut project = funnel.projects[index];
        if !project.live {
            continue;
        }
        move_on(&mut project, &mut funnel, state, ctx);
        quality[project.field] += project.mass[2] * project.quality;
        waiting[project.field] += project.mass[2];
        let left: f64 = project.mass.iter().sum();
        let old = f64::from(ctx.q() - project.begun) >= ctx.parameters.funnel.abandon_after;
        let gone =
            !state.firms.alive[project.firm] || state.firms.id[project.firm] != project.firm_id;
        if old || gone || left <= f64::EPSILON {
            funnel.tally.abandoned += left;
            project = Project::default();
            funnel.free.push(index);
        }
        for stage in 0..STAGES {
            funnel.tally.present[stage] += project.mass[stage];
        }
        funnel.projects[index] = project;
    }
    funnel.offered_quality.resize(super::firms::FIELDS, 1.0);
    for field in 0..super::firms::FIELDS {
        if waiting[field] > 0.0 {
            funnel.offered_quality[field] = quality[field] / waiting[field];
        }
    }
    state.funnel = funnel;
}

/// Use-motivated deals become projects and count for conversion.
fn take_in(funnel: &mut FunnelState, state: &State, ctx: &Context) {
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
        let project = Project {
            live: true,
            firm: deal.firm,
            firm_id: deal.firm_id,
            invention_id: deal.invention_id,
            field: usize::from(inventions.field[deal.invention]),
            disclosed,
            begun: ctx.q(),
            // the funnel counts quality in medians and readiness as a share of the scale
            quality: inventions.quality[deal.invention]
                / ctx.parameters.universities.quality_median,
            readiness: inventions.readiness[deal.invention] / READINESS_LEVELS,
            mass: [deal.mass, 0.0, 0.0],
            served: [0.0; 2],
        };
        match funnel.free.pop() {
            Some(place) => funnel.projects[place] = project,
            None => funnel.projects.push(project),
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

/// One quarter of one project, later stages first so that no mass moves twice.
fn move_on(project: &mut Project, funnel: &mut FunnelState, state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.funnel;
    let platforms = &ctx.parameters.platforms;
    let firm = project.firm;
    if state.firms.id[firm] != project.firm_id || !state.firms.alive[firm] {
        return;
    }
    let price = ctx.world.price;
    let bases = [p.proof_hazard, p.pilot_hazard, p.sale_hazard];
    let failures = [p.proof_failure, p.pilot_failure, p.sale_failure];
    let costs = [p.proof_cost, p.pilot_cost, p.sale_cost];
    let reliefs = [platforms.proof_gap_relief, platforms.pilot_gap_relief, 0.0];
    let mut worth = product_worth(project.quality, p) * price;
    for stage in (0..STAGES).rev() {
        let mass = project.mass[stage];
        let served = if stage < 2 {
            project.served[stage]
        } else {
            0.0
        };
        let lack = max(0.0, gap(project, stage, p) - served * reliefs[stage]);
        let mut hazard = pass_hazard(
            bases[stage],
            lack,
            p.gap_slowing,
            state.firms.absorptive[firm],
            p.absorptive_floor,
        );
        if stage == 2 {
            funnel.tally.offered += mass;
            hazard *= state.buyers.willing(project.field);
        }
        let yearly = costs[stage] * price * (1.0 - platforms.cost_saved * served);
        // Cost until the stage ends one way or the other.
        let stage_cost = yearly / (bases[stage] + failures[stage]);
        worth *= hazard / (hazard + failures[stage]);
        let go = go_on_share(worth, stage_cost, p.decision_spread);
        worth = max(0.0, worth - stage_cost);
        if mass <= 0.0 {
            continue;
        }
        // derived: 4 quarters a year
        let cost = yearly / 4.0;
        let weight = state.firms.weight[firm];
        let wanted = mass * go;
        let funded = min(wanted, max(0.0, state.firms.cash[firm]) * weight / cost);
        state.firms.cash[firm] -= funded * cost / weight;
        state.books.pay(
            Account::Firms,
            Account::Rest,
            Instrument::ResearchCost,
            funded * cost,
        );
        funnel.tally.spent += funded * cost;
        let (pass, fail) = competing_risks(hazard, failures[stage]);
        let (_, stale) = competing_risks(0.0, failures[stage]);
        let passed = funded * pass;
        let failed = funded * fail + (mass - funded) * stale;
        project.mass[stage] = max(0.0, mass - passed - failed);
        funnel.tally.passed[stage] += passed;
        funnel.tally.failed[stage] += failed;
        if stage + 1 < STAGES {
            project.mass[stage + 1] += passed;
        } else {
            industrialise(project, passed, funnel, state, ctx);
        }
    }
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
    funnel.first_sales[project.field] += mass;
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
    let firm = project.firm;
    let each = mass / firms.weight[firm];
    let revenue = p.revenue
        * ctx.world.price
        * pow(max(project.quality, f64::MIN_POSITIVE), p.quality_exponent);
    firms.new_product_sales[firm] += each * revenue;
    let jump = productivity_jump(p.productivity_share * revenue * each, firms.sales[firm]);
    firms.pending_gain[firm] = min(p.gain_cap, firms.pending_gain[firm] + jump);
}

/// Log gain in productivity of a yearly saving over sales: `saving/(sales + saving)`.
///
/// Example: 1 mn on sales of 99 mn gives 0.01.
pub fn productivity_jump(saving: f64, sales: f64) -> f64 {
    if saving > 0.0 {
        saving / (sales + saving)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::patents::testbed::{Scene, world_of};
    use super::super::transfer::{Deal, DealKind};
    use super::super::universities::Invention;
    use super::*;
    use crate::base::time::Quarter;

    #[test]
    fn constant_hazards_give_the_known_shares() {
        let (pass, fail) = competing_risks(0.6, 0.2);
        assert!((pass / (pass + fail) - 0.75).abs() < 1e-12);
        assert!((pass + fail - (1.0 - exp(-0.2))).abs() < 1e-12);
        let (mut left, mut done) = (1.0, 0.0);
        for _ in 0..400 {
            let (pass, fail) = competing_risks(0.6, 0.2);
            done += left * pass;
            left -= left * (pass + fail);
        }
        assert!((done - 0.75).abs() < 1e-9);
    }

    #[test]
    fn gap_slows_and_capacity_speeds() {
        assert!(pass_hazard(1.0, 0.3, 2.0, 0.5, 0.3) < pass_hazard(1.0, 0.1, 2.0, 0.5, 0.3));
        assert!(pass_hazard(1.0, 0.0, 2.0, 0.9, 0.3) > pass_hazard(1.0, 0.0, 2.0, 0.1, 0.3));
        assert_eq!(pass_hazard(1.0, 0.0, 2.0, 1.0, 0.3), 1.0);
        assert!(go_on_share(2.0, 1.0, 0.5) > go_on_share(1.0, 1.0, 0.5));
        assert!((productivity_jump(1.0, 99.0) - 0.01).abs() < 1e-12);
    }

    #[test]
    fn mass_and_money_are_conserved() {
        let start = Quarter::new(2015, 1);
        let mut state = world_of(64, 100.0, 20.0);
        state.funnel = FunnelState::found(&state, &Scene::at(start).context(start));
        state.buyers =
            super::super::buyers::BuyersState::found(&state, &Scene::at(start).context(start));
        let (mut entered, mut ended) = (0.0, 0.0);
        for step in 0..60 {
            let now = start.plus(step);
            let scene = Scene::at(now);
            let invention = state.universities.inventions.push(Invention {
                quality: Scene::at(now).parameters.universities.quality_median,
                readiness: 2.7,
                field: 3,
                disclosed: now.index(),
                ..Invention::default()
            });
            state.transfer.deals_this_quarter.clear();
            for firm in 0..8_usize {
                let motive = if firm == 7 {
                    Motive::Order
                } else {
                    Motive::Use
                };
                state.transfer.deals_this_quarter.push(Deal {
                    invention,
                    invention_id: step as u32,
                    firm,
                    firm_id: firm as u32,
                    mass: 5.0,
                    motive,
                    kind: DealKind::Transfer,
                    price: 0.5,
                    royalty: 0.0,
                    unit: 0,
                });
            }
            state.books.open();
            let cash = state.firms.total(&state.firms.cash);
            advance(&mut state, &scene.context(now));
            let moved = state.firms.total(&state.firms.cash) - cash;
            assert!((moved - state.books.net(Account::Firms)).abs() < 1e-6);
            let t = state.funnel.tally;
            entered += t.entered;
            ended += t.industrialised + t.failed.iter().sum::<f64>() + t.abandoned;
            assert!(
                state
                    .funnel
                    .projects
                    .iter()
                    .all(|p| p.mass.iter().all(|&m| m >= 0.0))
            );
        }
        let present: f64 = state.funnel.tally.present.iter().sum();
        assert!(
            (entered - ended - present).abs() < 1e-6,
            "{entered} {ended} {present}"
        );
        assert_eq!(entered, 60.0 * 7.0 * 5.0);
        assert!(state.funnel.duration.iter().sum::<f64>() > 0.0);
        assert!(state.funnel.projects.len() < 7 * 45, "places are reused");
        println!(
            "{:?} mean quarters {}",
            state.funnel.tally,
            state.funnel.mean_duration()
        );
    }
}
