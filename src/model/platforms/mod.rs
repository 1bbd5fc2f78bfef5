//! Which projects get a place in a proof-of-concept centre or a pilot base?
//!
//! Places by region and stage are congestible: at a project's yearly review its firm applies
//! iff what a place saves exceeds its fee; places are given for a year in keyed priority, use
//! never exceeds capacity, and places can stand idle.
//! Owners keep open what fees and public money cover.

mod lottery;

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::REGIONS;
use super::funnel::{Project, STAGES, under_review};
use super::state::State;
use crate::base::math::{max, min};
use lottery::{Applicant, Lottery};

/// Stages with platforms: proof of concept and pilot.
pub const SERVED: usize = 2;

crate::family! {
    /// Parameters of platforms.
    pub struct PlatformParameters in "platforms" {
        /// Readiness a place in a concept centre adds.
        proof_gap_relief,
        /// Readiness a place in a pilot base adds.
        pilot_gap_relief,
        /// Running cost of a concept place \[mn/yr, 2020 prices\].
        proof_running_cost,
        /// Running cost of a pilot place \[mn/yr, 2020 prices\].
        pilot_running_cost,
        /// Stage cost that a place replaces \[share\].
        cost_saved,
    }
}

/// Counters of this quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlatformTally {
    /// Open places by kind.
    pub places: [f64; SERVED],
    /// Projects that applied by kind.
    pub applied: [f64; SERVED],
    /// Projects served by kind.
    pub used: [f64; SERVED],
}

/// Regional weights, fees and queues.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlatformsState {
    /// Region's share of places.
    pub region_share: [f64; REGIONS],
    /// Fee of a place for a quarter by kind, as firms reckon with it \[mn\].
    pub fee: [f64; SERVED],
    /// The same as it is paid \[mn\].
    pub fee_paid: [f64; SERVED],
    /// Part of the places they hold that projects between reviews keep this quarter, by kind
    /// and region, where some lose any.
    pub kept: Option<[[f64; REGIONS]; SERVED]>,
    queue: [Vec<Applicant>; SERVED],
    /// Scratch: order of applicants.
    lottery: Lottery,
    /// Counters of this quarter.
    pub tally: PlatformTally,
}

impl PlatformsState {
    /// Places stand where firms' R&D stands.
    pub fn found(state: &State, _ctx: &Context) -> Self {
        let mut found = Self::default();
        found.place(state);
        found
    }

    fn place(&mut self, state: &State) {
        let firms = &state.firms;
        self.region_share = [0.0; REGIONS];
        for i in 0..firms.len() {
            if firms.alive[i] {
                self.region_share[usize::from(firms.region[i])] += firms.weight[i] * firms.rd[i];
            }
        }
        let sum: f64 = self.region_share.iter().sum();
        for share in &mut self.region_share {
            *share = if sum > 0.0 {
                *share / sum
            } else {
                1.0 / REGIONS as f64
            };
        }
    }
}

/// Share of places that owners keep open: fee and public money over running cost.
///
/// Example: fee 0.4 of cost, public money for half of the rest: 0.7.
pub fn open_share(fee: f64, public_share: f64) -> f64 {
    min(1.0, fee + public_share * max(0.0, 1.0 - fee))
}

/// Gain of a place: stage cost replaced and time won, less the fee \[mn/yr\].
pub fn application_gain(cost_saved: f64, time_won: f64, fee: f64) -> f64 {
    cost_saved + time_won - fee
}

/// Gives places for a year to projects under review, while there are any.
pub fn serve(state: &mut State, ctx: &Context) {
    let mut platforms = std::mem::take(&mut state.platforms);
    platforms.tally = PlatformTally::default();
    if ctx.quarter.of_year() == 1 {
        platforms.place(state);
    }
    let p = &ctx.parameters.platforms;
    let seen = &ctx.seen.maturation;
    let law = &ctx.law.maturation;
    let slots = [seen.proof_of_concept_slots, seen.pilot_slots];
    let running = [p.proof_running_cost, p.pilot_running_cost];
    line_up(&mut platforms, state, ctx);
    let held = state.funnel.held;
    let mut cuts = [[1.0; REGIONS]; SERVED];
    for kind in 0..SERVED {
        // derived: thousand places
        let open = 1000.0 * slots[kind] * open_share(seen.platform_fee, seen.public_share);
        platforms.tally.places[kind] = open;
        let mut left = platforms.region_share.map(|share| open * share);
        for region in 0..REGIONS {
            let kept = min(held[kind][region], left[region]);
            if held[kind][region] > kept {
                cuts[kind][region] = kept / held[kind][region];
            }
            left[region] -= kept;
            platforms.tally.used[kind] += kept;
        }
        let due = &mut state.funnel.projects[under_review(ctx.q())];
        grant(&mut platforms, &mut left, due, kind, ctx);
        let cost = running[kind] * ctx.world.price / 4.0; // derived: quarters a year
        platforms.fee[kind] = cost * seen.platform_fee;
        platforms.fee_paid[kind] = cost * law.platform_fee;
        let paid = law.public_share * max(0.0, 1.0 - law.platform_fee);
        let (from, to) = (Account::Local, Account::Rest);
        state
            .books
            .pay(from, to, Instrument::Platforms, open * cost * paid);
    }
    // projects between reviews give up the same share of their places where places are lacking
    let lacking = cuts.iter().flatten().any(|&cut| cut < 1.0);
    platforms.kept = lacking.then_some(cuts);
    state.platforms = platforms;
}

/// Gives places region by region: to all where there are enough, else in keyed order.
fn grant(
    platforms: &mut PlatformsState,
    left: &mut [f64; REGIONS],
    due: &mut [Project],
    kind: usize,
    ctx: &Context,
) {
    let PlatformsState {
        queue,
        lottery,
        tally,
        ..
    } = platforms;
    let queue = &mut queue[kind];
    let mut wanted = [0.0; REGIONS];
    for applicant in queue.iter() {
        wanted[usize::from(applicant.region)] += applicant.mass;
    }
    let short: [bool; REGIONS] = std::array::from_fn(|region| wanted[region] > left[region]);
    let mut give = |applicant: &Applicant| {
        let left = &mut left[usize::from(applicant.region)];
        if *left > 0.0 {
            let served = min(*left, applicant.mass);
            *left -= served;
            tally.used[kind] += served;
            due[applicant.project as usize].served[kind] = served / applicant.mass;
        }
    };
    queue.retain(|applicant| {
        let short = short[usize::from(applicant.region)];
        if !short {
            give(applicant);
        }
        short
    });
    let number = (ctx.quarter.year() as u32) << 1 | kind as u32;
    for &at in lottery.hold(queue, number, ctx.key) {
        give(&queue[at as usize]);
    }
}

/// Projects under review line up if a place is worth its fee.
fn line_up(platforms: &mut PlatformsState, state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.platforms;
    let f = &ctx.parameters.funnel;
    let seen = &ctx.seen.maturation;
    let saved = [f.proof_cost, f.pilot_cost].map(|cost| p.cost_saved * cost);
    let fee = [p.proof_running_cost, p.pilot_running_cost].map(|cost| cost * seen.platform_fee);
    let relief = [p.proof_gap_relief, p.pilot_gap_relief];
    let hazard = [f.proof_hazard, f.pilot_hazard];
    let deduction = super::claims::FeeDeduction::of(ctx);
    for queue in &mut platforms.queue {
        queue.clear();
    }
    let due = &mut state.funnel.projects[under_review(ctx.q())];
    for (index, project) in due.iter_mut().enumerate() {
        project.served = [0.0; SERVED];
        let there = project.has_firm(&state.firms);
        let worth = super::funnel::product_worth(project.revenue, f);
        for kind in 0..SERVED {
            let mass = project.mass[kind];
            if mass <= 0.0 || !there {
                continue;
            }
            // time won: a smaller gap raises the hazard, worth a part of the product
            let lack = super::funnel::gap(project, kind, f);
            let faster = hazard[kind] * f.gap_slowing * min(relief[kind], lack);
            let time_won = worth * faster / STAGES as f64;
            let gain = |fee: f64| application_gain(saved[kind], time_won, fee);
            // a deduction only makes the fee smaller: look for one where the fee decides
            let firm = project.firm as usize;
            let net = || deduction.net(fee[kind], &state.firms, firm, ctx);
            if gain(fee[kind]) > 0.0 || gain(net()) > 0.0 {
                platforms.tally.applied[kind] += mass;
                platforms.queue[kind].push(Applicant {
                    mass,
                    project: index as u32,
                    firm: project.firm_id,
                    invention: project.invention_id,
                    region: project.region,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::patents::testbed::{Scene, world_of};
    use super::*;
    use crate::base::time::Quarter;

    fn world(slots: f64, fee: f64) -> (State, Scene) {
        let now = Quarter::new(2022, 2);
        let mut state = world_of(64, 100.0, 20.0);
        let mut scene = Scene::at(now);
        scene.seen.maturation.proof_of_concept_slots = slots;
        scene.seen.maturation.platform_fee = fee;
        state.platforms = PlatformsState::found(&state, &scene.context(now));
        for k in 0..200_u32 {
            let firm = (k % 64) as usize;
            let project = Project {
                firm: firm as u32,
                firm_id: firm as u32,
                region: (firm % 8) as u8,
                begun: now.index(),
                entered: 10.0,
                invention_id: k,
                mass: [10.0, 0.0, 0.0],
                revenue: 8.0,
                ..Project::default()
            };
            state.funnel.projects[under_review(now.index())].push(project);
        }
        (state, scene)
    }

    fn served(slots: f64, fee: f64) -> PlatformTally {
        let (mut state, scene) = world(slots, fee);
        serve(&mut state, &scene.context(Quarter::new(2022, 2)));
        state.platforms.tally
    }

    #[test]
    fn use_stays_below_capacity_and_rises_with_places() {
        let (few, many) = (served(0.5, 0.4), served(1.5, 0.4));
        assert!(few.used[0] <= few.places[0] + 1e-9 && few.used[0] > 400.0);
        assert!(many.used[0] > few.used[0]);
        let idle = served(50.0, 0.4);
        assert!((idle.used[0] - 2000.0).abs() < 1e-9 && idle.places[0] > idle.used[0]);
    }

    #[test]
    fn places_last_a_year_and_shrink_with_capacity() {
        let (mut state, mut scene) = world(1.5, 0.4);
        let now = Quarter::new(2022, 2);
        serve(&mut state, &scene.context(now));
        let before = state.platforms.tally.used[0];
        let places = |state: &State| -> f64 {
            let kept = state.platforms.kept.map_or([1.0; REGIONS], |kept| kept[0]);
            (state.funnel.projects.iter().flatten())
                .map(|p| p.served[0] * kept[usize::from(p.region)] * p.mass[0])
                .sum()
        };
        for project in state.funnel.projects.iter().flatten() {
            state.funnel.held[0][usize::from(project.region)] +=
                project.served[0] * project.mass[0];
        }
        serve(&mut state, &scene.context(now.next()));
        assert!((state.platforms.tally.used[0] - before).abs() < 1e-9);
        assert_eq!(state.platforms.tally.applied[0], 0.0);
        scene.seen.maturation.proof_of_concept_slots = 0.3;
        serve(&mut state, &scene.context(now.next().next()));
        let after = state.platforms.tally;
        assert!(after.used[0] <= after.places[0] + 1e-9);
        let held = places(&state);
        assert!((held - after.used[0]).abs() < 1e-6, "{held}");
    }

    #[test]
    fn fees_of_places_are_paid_and_booked() {
        let (mut state, scene) = world(1.5, 0.4);
        let now = Quarter::new(2022, 2);
        let ctx = scene.context(now);
        serve(&mut state, &ctx);
        assert!(state.platforms.fee[0] > 0.0);
        state.buyers = crate::model::buyers::BuyersState::found(&state, &ctx);
        let cash = state.firms.total(&state.firms.cash);
        crate::model::funnel::advance(&mut state, &ctx);
        let moved = state.firms.total(&state.firms.cash) - cash;
        assert!((moved - state.books.net(Account::Firms)).abs() < 1e-6 && moved < 0.0);
    }

    #[test]
    fn fees_deter_and_public_money_keeps_places_open() {
        assert!(application_gain(0.1, 0.2, 0.1) > 0.0 && application_gain(0.1, 0.2, 0.4) < 0.0);
        assert!((open_share(0.4, 0.5) - 0.7).abs() < 1e-12);
        assert!(open_share(0.4, 1.0) > open_share(0.4, 0.2));
        assert_eq!(served(1.0, 20.0).used[0], 0.0);
    }
}
