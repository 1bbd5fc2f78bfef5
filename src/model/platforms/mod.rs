//! Which projects get a place in a proof-of-concept centre or a pilot base?
//!
//! Places by region and stage are congestible: at a project's yearly review its firm applies
//! iff what a place saves exceeds its fee; places are given for a year in keyed priority, use
//! never exceeds capacity, and places can stand idle.
//! Owners keep open what fees and public money cover.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

mod lottery;
mod queue;
#[cfg(test)]
mod tests;

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{Firms, REGIONS};
use super::funnel::{Portfolio, Portfolios};
use super::state::State;
use crate::base::blocks::{Crew, Join};
use crate::base::math::{max, min};
use lottery::Lottery;
use queue::{Notice, Queue};

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
    /// Scratch: who applies, by block of firms.
    queues: Vec<Queue>,
    /// Scratch: applicants in their order.
    lottery: Lottery,
    /// Counters of this quarter.
    pub tally: PlatformTally,
}

impl PlatformsState {
    /// Places stand where firms' R&D stands.
    pub fn found(state: &State, ctx: &Context) -> Self {
        let mut found = Self::default();
        found.place(&state.firms, ctx.crew);
        found
    }

    fn place(&mut self, firms: &Firms, crew: Crew) {
        self.region_share = crew.walk(0..firms.len(), |rows| {
            let mut rd = [0.0; REGIONS];
            for i in rows {
                if firms.alive[i] {
                    rd[usize::from(firms.region[i])] += firms.weight[i] * firms.rd[i];
                }
            }
            rd
        });
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

/// By kind and region.
type Cells = [[f64; REGIONS]; SERVED];

/// Who may line up, by block of firms.
struct Lines<'a> {
    /// Rows of firms.
    firms: usize,
    portfolios: &'a mut Portfolios,
    queues: &'a mut Vec<Queue>,
    crew: Crew<'a>,
}

impl Lines<'_> {
    /// Calls `act` for each block, whose first firm stands in the row that it is given.
    fn walk<R: Join + Send>(
        &mut self,
        act: impl Fn(&mut Queue, &mut Portfolio, usize) -> R + Sync,
    ) -> R {
        let (firms, crew) = (self.firms, self.crew);
        let portfolios = self.portfolios.rooms(firms, crew);
        let parts = (0..firms, portfolios, crew.rooms(firms, self.queues));
        crew.walk(parts, |(rows, mut own, mut queue)| {
            act(queue.own(), own.own(), rows.start)
        })
    }
}

/// Share of places that owners keep open: fee and public money over running cost.
///
/// Example: fee 0.4 of cost, public money for half of the rest: 0.7.
pub fn open_share(fee: f64, public_share: f64) -> f64 {
    min(1.0, fee + public_share * max(0.0, 1.0 - fee))
}

/// Gain of a place: stage cost replaced and time won, less the fee \[mn/yr\].
#[inline(always)]
pub fn application_gain(cost_saved: f64, time_won: f64, fee: f64) -> f64 {
    cost_saved + time_won - fee
}

/// Gives places for a year to projects under review, while there are any.
pub fn serve(state: &mut State, ctx: &Context) {
    let mut platforms = std::mem::take(&mut state.platforms);
    platforms.tally = PlatformTally::default();
    if ctx.quarter.of_year() == 1 {
        platforms.place(&state.firms, ctx.crew);
    }
    let p = &ctx.parameters.platforms;
    let seen = &ctx.seen.maturation;
    let law = &ctx.law.maturation;
    let slots = [seen.proof_of_concept_slots, seen.pilot_slots];
    let running = [p.proof_running_cost, p.pilot_running_cost];
    let mut lines = Lines {
        firms: state.firms.len(),
        portfolios: &mut state.funnel.portfolios,
        queues: &mut platforms.queues,
        crew: ctx.crew,
    };
    let notice = Notice::of(&state.firms, ctx);
    let wanted = lines.walk(|queue, own, first| queue.line_up(own, first, &notice));
    let held = state.funnel.held;
    let (mut cuts, mut left) = ([[1.0; REGIONS]; SERVED], [[0.0; REGIONS]; SERVED]);
    for kind in 0..SERVED {
        // derived: thousand places
        let open = 1000.0 * slots[kind] * open_share(seen.platform_fee, seen.public_share);
        platforms.tally.places[kind] = open;
        platforms.tally.applied[kind] = wanted[kind].iter().sum();
        for region in 0..REGIONS {
            let places = platforms.region_share[region] * open;
            let kept = min(held[kind][region], places);
            if held[kind][region] > kept {
                cuts[kind][region] = kept / held[kind][region];
            }
            left[kind][region] = places - kept;
            platforms.tally.used[kind] += kept + min(wanted[kind][region], places - kept);
        }
        let cost = running[kind] * ctx.world.price / 4.0; // derived: quarters a year
        platforms.fee[kind] = cost * seen.platform_fee;
        platforms.fee_paid[kind] = cost * law.platform_fee;
        let paid = law.public_share * max(0.0, 1.0 - law.platform_fee);
        let (from, to) = (Account::Local, Account::Rest);
        let amount = open * cost * paid;
        (state.books).pay(from, to, Instrument::Platforms, amount);
    }
    platforms.lottery.give(&mut lines, &wanted, left, ctx);
    // projects between reviews give up the same share of their places where places are lacking
    let lacking = cuts.iter().flatten().any(|&cut| cut < 1.0);
    platforms.kept = lacking.then_some(cuts);
    state.platforms = platforms;
}
