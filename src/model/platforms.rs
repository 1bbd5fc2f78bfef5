//! Which projects get a place in a proof-of-concept centre or a pilot base?
//!
//! Places by region and stage are congestible: firms apply iff what a place saves exceeds
//! its fee, wait in keyed priority, and use never exceeds capacity; places can stand idle.
//! Owners keep open what fees and public money cover.

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::REGIONS;
use super::funnel::STAGES;
use super::state::State;
use crate::base::math::{max, min};
use crate::base::rng::Purpose;

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

/// Regional weights and scratch of the queue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlatformsState {
    /// Region's share of places.
    pub region_share: [f64; REGIONS],
    queue: Vec<(usize, f64, usize, f64)>,
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

/// Serves the queue of each region and kind.
pub fn serve(state: &mut State, ctx: &Context) {
    let mut platforms = std::mem::take(&mut state.platforms);
    platforms.tally = PlatformTally::default();
    if ctx.quarter.of_year() == 1 {
        platforms.place(state);
    }
    let p = &ctx.parameters.platforms;
    let seen = &ctx.seen.maturation;
    let slots = [seen.proof_of_concept_slots, seen.pilot_slots];
    let running = [p.proof_running_cost, p.pilot_running_cost];
    for kind in 0..SERVED {
        // derived: thousand places
        let open = 1000.0 * slots[kind] * open_share(seen.platform_fee, seen.public_share);
        platforms.tally.places[kind] = open;
        line_up(&mut platforms, state, ctx, kind);
        let mut left = platforms.region_share.map(|share| open * share);
        for k in 0..platforms.queue.len() {
            let (region, _, project, mass) = platforms.queue[k];
            let served = min(left[region], mass);
            left[region] -= served;
            platforms.tally.used[kind] += served;
            state.funnel.projects[project].served[kind] = served / mass;
        }
        // derived: 4 quarters a year
        let cost = running[kind] * ctx.world.price / 4.0;
        let paid =
            ctx.law.maturation.public_share * max(0.0, 1.0 - ctx.law.maturation.platform_fee);
        state.books.pay(
            Account::Local,
            Account::Rest,
            Instrument::Platforms,
            open * cost * paid,
        );
        for k in 0..state.funnel.projects.len() {
            let project = state.funnel.projects[k];
            let used = project.served[kind] * project.mass[kind];
            if used > 0.0 {
                let fee = used * cost * ctx.law.maturation.platform_fee;
                let each = fee / state.firms.weight[project.firm];
                state.firms.cash[project.firm] -= each;
                state.firms.platform_fees[project.firm] += each;
                state
                    .books
                    .pay(Account::Firms, Account::Rest, Instrument::Platforms, fee);
            }
        }
    }
    state.platforms = platforms;
}

/// Firms that apply for a kind of place in a region, in keyed order.
fn line_up(platforms: &mut PlatformsState, state: &mut State, ctx: &Context, kind: usize) {
    let p = &ctx.parameters.platforms;
    let f = &ctx.parameters.funnel;
    let price = ctx.world.price;
    let cost = [f.proof_cost, f.pilot_cost][kind] * price;
    let fee = [p.proof_running_cost, p.pilot_running_cost][kind]
        * ctx.seen.maturation.platform_fee
        * price;
    let relief = [p.proof_gap_relief, p.pilot_gap_relief][kind];
    let hazard = [f.proof_hazard, f.pilot_hazard][kind];
    let deduction = super::claims::FeeDeduction::of(ctx);
    platforms.queue.clear();
    for (index, project) in state.funnel.projects.iter_mut().enumerate() {
        if !project.live {
            continue;
        }
        if project.firm_id != state.firms.id[project.firm] || !state.firms.alive[project.firm] {
            project.served[kind] = 0.0;
            continue;
        }
        project.served[kind] = 0.0;
        let mass = project.mass[kind];
        // Time won: a smaller gap raises the hazard, worth a part of the product.
        let faster = hazard * f.gap_slowing * min(relief, super::funnel::gap(project, kind, f));
        let worth =
            super::funnel::product_worth(project.quality, f) * price * faster / STAGES as f64;
        let net = deduction.net(fee, &state.firms, project.firm, ctx);
        if mass > 0.0 && application_gain(p.cost_saved * cost, worth, net) > 0.0 {
            let draw = ctx.key.uniform(
                project.invention_id,
                project.firm_id,
                0,
                kind as u32,
                Purpose::Funnel,
            );
            let region = usize::from(state.firms.region[project.firm]);
            platforms.queue.push((region, draw, index, mass));
            platforms.tally.applied[kind] += mass;
        }
    }
    platforms
        .queue
        .sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
}

#[cfg(test)]
mod tests {
    use super::super::funnel::Project;
    use super::super::patents::testbed::{Scene, world_of};
    use super::*;
    use crate::base::time::Quarter;

    fn served(slots: f64, fee: f64) -> (PlatformTally, f64, f64) {
        let now = Quarter::new(2022, 2);
        let mut state = world_of(64, 100.0, 20.0);
        let mut scene = Scene::at(now);
        scene.seen.maturation.proof_of_concept_slots = slots;
        scene.seen.maturation.platform_fee = fee;
        state.platforms = PlatformsState::found(&state, &scene.context(now));
        for k in 0..200_u32 {
            let firm = (k % 64) as usize;
            let project = Project {
                live: true,
                firm,
                firm_id: firm as u32,
                invention_id: k,
                mass: [10.0, 0.0, 0.0],
                quality: 1.0,
                ..Project::default()
            };
            state.funnel.projects.push(project);
        }
        let cash = state.firms.total(&state.firms.cash);
        serve(&mut state, &scene.context(now));
        let moved = state.firms.total(&state.firms.cash) - cash;
        (
            state.platforms.tally,
            moved,
            state.books.net(Account::Firms),
        )
    }

    #[test]
    fn use_stays_below_capacity_and_rises_with_places() {
        let (few, moved, booked) = served(0.5, 0.4);
        let (many, ..) = served(1.5, 0.4);
        assert!(few.used[0] <= few.places[0] + 1e-9 && few.used[0] > 400.0);
        assert!(many.used[0] > few.used[0]);
        assert!((moved - booked).abs() < 1e-6 && moved < 0.0);
        let (idle, ..) = served(50.0, 0.4);
        assert!((idle.used[0] - 2000.0).abs() < 1e-9 && idle.places[0] > idle.used[0]);
    }

    #[test]
    fn fees_deter_and_public_money_keeps_places_open() {
        assert!(application_gain(0.1, 0.2, 0.1) > 0.0 && application_gain(0.1, 0.2, 0.4) < 0.0);
        assert!((open_share(0.4, 0.5) - 0.7).abs() < 1e-12);
        assert!(open_share(0.4, 1.0) > open_share(0.4, 0.2));
        assert_eq!(served(1.0, 20.0).0.used[0], 0.0);
    }
}
