//! How much more productive does knowledge make each firm: its own, its rivals', its neighbours'?
//!
//! ```text
//! Δln a = own or imitated + β_s h Δln Σ_j ω_j w_j K_j + Δz + gains from transferred inventions
//! own       mean β_K Δln(K + k₀), in lumps      imitated   ξ h (ln ā_f − ln a)⁺
//! z' = ρ z + e
//! ```
//!
//! A firm seeks its own success or imitates, whichever promises more; loss of knowledge is no
//! choice and always counts. K is the knowledge stock, k₀ what a firm of that size knows without
//! R&D (held fixed in the difference, so that starters stay finite), h absorptive capacity and
//! ln ā_f the frontier of the field, mean plus one standard deviation of ln a over its firms.
//!
//! ρ and sd(e) are per quarter: the trial they come from moves shares at a quarterly speed. The
//! founding firms draw z from its stationary law and their appeal offsets it, so that the spread
//! of productivity needs no burn-in and no founding sale moves.
//! In regulated fields a share of each success waits for approval first ([`super::approval::own`]).
//! Left out: what imitation costs, secrecy, forgetting what was imitated.

mod desk;
mod frontier;
mod learning;
pub mod pools;
mod rules;
#[cfg(test)]
mod tests;

pub use frontier::frontiers;
pub use rules::{
    imitated_gain, imitates, knowledge_growth, lumpy_gain, next_new_products, noise_change,
    renewal, spillover, stationary_sd, success_probability,
};

use super::approval::own::{Outcome, OwnRules};
use super::books::{Account, Books, Instrument};
use super::context::Context;
use super::firms::{FIELDS, Firms};
use super::state::State;
use crate::base::math;
use crate::base::rng::Purpose;
use learning::{Seekers, move_productivity};
use pools::KnowledgePools;

crate::family! {
    /// Parameters: successes, imitation, spillovers, noise, new products.
    pub struct InnovationParameters in "innovation" {
        /// Elasticity of productivity to own knowledge β_K.
        productivity_elasticity,
        /// Hazard of a success of a firm whose knowledge grows \[1/yr\].
        success_hazard,
        /// Knowledge of a firm without R&D over its mean real sales \[share\].
        tacit_knowledge,
        /// Elasticity of productivity to the knowledge pool at full absorptive capacity β_s.
        spillover_elasticity,
        /// Share of the gap to the frontier closed at full absorptive capacity ξ \[1/yr\].
        imitation_rate,
        /// Weight of knowledge in another region over the same in the own region \[share\].
        other_region,
        /// Standard deviation of the innovation of noise e \[log points, quarter\].
        noise_log_sd,
        /// Persistence of noise ρ \[share a quarter\].
        noise_persistence,
        /// Log share of old products replaced per log point of gain.
        new_products_per_gain,
        /// Share of new products that stop being new \[1/quarter\].
        new_product_expiry,
    }
}

/// Counters of one quarter, real units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct InnovationTally {
    /// Own successes \[firms\].
    pub successes: f64,
    /// Firms that imitate \[firms\].
    pub imitations: f64,
    /// Mean gain of all firms, noise left out \[log points a quarter\].
    pub mean_gain: f64,
    /// Expected own gain times sales, Σ w S β_K Δln(K + k₀) \[mn/yr a quarter\].
    pub own_value: f64,
    /// Imitated gain times sales \[mn/yr a quarter\].
    pub imitated_value: f64,
    /// Spillover times sales \[mn/yr a quarter\].
    pub spillover_value: f64,
    /// Gain from transferred inventions times sales \[mn/yr a quarter\].
    pub transferred_value: f64,
    /// What became of own successes that need approval \[log points of firms, mn\].
    pub approved: Outcome,
}

impl InnovationTally {
    /// Social over private return, low and high: what is gained anywhere over what is gained at
    /// the innovators whose knowledge grew; low counts spillovers alone, high imitation too (part
    /// of which wins back bad luck and owes nothing to others' R&D). Zeros where nothing was
    /// gained.
    ///
    /// A flow of expected gains at the sales of the quarter, not a marginal return. Stolen sales
    /// move output between firms and count on neither side. Example: own 2, spillover 1,
    /// imitation 1 give 1.5 and 2.
    pub fn social_over_private(&self) -> [f64; 2] {
        if self.own_value > 0.0 {
            let spilt = self.spillover_value;
            [spilt, spilt + self.imitated_value].map(|others| 1.0 + others / self.own_value)
        } else {
            [0.0; 2]
        }
    }
}

/// State: what firms knew a quarter ago, and the pools they draw on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InnovationState {
    /// Knowledge stock after the last quarter, by row of the firms \[mn\].
    pub last_knowledge: Vec<f64>,
    /// Id of the firm that row held then; another id starts anew.
    pub last_id: Vec<u32>,
    /// Knowledge within reach of each field and region.
    pub pools: KnowledgePools,
    /// Frontier of log productivity by field.
    pub frontier: [f64; FIELDS],
    /// Whether founding firms have drawn their noise.
    pub noise_drawn: bool,
    /// Counters of this quarter.
    pub tally: InnovationTally,
    /// Scratch by block: who seeks a success, whose successes wait.
    seekers: Vec<Seekers>,
}

impl InnovationState {
    /// State at the start of the warm-up.
    pub fn found(state: &State, ctx: &Context) -> Self {
        let firms = &state.firms;
        Self {
            last_knowledge: firms.knowledge.clone(),
            last_id: firms.id.clone(),
            pools: KnowledgePools::found(firms, ctx.parameters.innovation.other_region, ctx.crew),
            ..Self::default()
        }
    }

    /// Lets a row that was split off take over what its parent's row knew, so that the half with
    /// a new id loses no quarter of growth. Call it after the row was pushed or overwritten.
    pub fn inherit(&mut self, firms: &Firms, parent: usize, child: usize) {
        for row in self.last_id.len()..=parent.max(child) {
            // no firm has been seen in this row yet
            self.last_id.push(!firms.id[row]);
            self.last_knowledge.push(0.0);
        }
        if self.last_id[parent] == firms.id[parent] {
            self.last_id[child] = firms.id[child];
            self.last_knowledge[child] = self.last_knowledge[parent];
        }
    }

    /// Gives rows behind all that were seen what their firms know now as their past.
    fn follow_rows(&mut self, firms: &Firms) {
        let seen = self.last_id.len();
        self.last_id.extend(&firms.id[seen..]);
        self.last_knowledge.extend(&firms.knowledge[seen..]);
    }
}

/// Moves every firm's productivity and new products by what was learnt this quarter.
pub fn succeed_and_imitate(state: &mut State, ctx: &Context) {
    if !state.innovation.pools.is_founded() {
        state.innovation = InnovationState::found(state, ctx);
    }
    if !state.innovation.noise_drawn {
        draw_founding_noise(state, ctx);
    }
    let innovation = &mut state.innovation;
    let firms = &mut state.firms;
    innovation.tally = InnovationTally::default();
    innovation.frontier = frontiers(firms, ctx.crew);
    // what partners, centres and returnees bring in beyond the undisturbed world
    for (frontier, inflow) in innovation.frontier.iter_mut().zip(&state.openness.inflow) {
        *frontier += inflow;
    }
    innovation
        .pools
        .refill(firms, ctx.parameters.innovation.other_region, ctx.crew);
    innovation.follow_rows(firms);
    let rules = OwnRules::of(ctx);
    let outcome = move_productivity(innovation, firms, &mut state.approval, rules.as_ref(), ctx);
    if rules.is_some() {
        innovation.tally.approved = outcome;
        book_approval(&mut state.books, &outcome);
    }
}

/// Books what approval of own successes, their supervision and liability cost firms.
fn book_approval(books: &mut Books, paid: &Outcome) {
    let (from, to) = (Account::Firms, Account::Rest);
    books.pay(from, to, Instrument::ResearchCost, paid.cost);
    books.pay(from, to, Instrument::OperatingCost, paid.supervision);
    books.pay(from, to, Instrument::InsurancePremium, paid.liability);
}

/// Draws founding firms' noise from its stationary law, offset in their appeal.
fn draw_founding_noise(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.innovation;
    let sd = stationary_sd(p.noise_log_sd, p.noise_persistence);
    let power = ctx.parameters.demand.substitution - 1.0;
    let firms = &mut state.firms;
    for i in 0..firms.len() {
        if firms.alive[i] {
            let u = ctx.uniform(firms.id[i], 0, 1, Purpose::Productivity);
            let noise = sd * math::normal_quantile(u);
            firms.noise[i] += noise;
            firms.ln_productivity[i] += noise;
            firms.ln_appeal[i] -= power * noise;
        }
    }
    state.innovation.noise_drawn = true;
}
