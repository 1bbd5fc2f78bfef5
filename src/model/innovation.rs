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
//! Left out: what imitation costs, secrecy, forgetting what was imitated.

pub mod pools;
#[cfg(test)]
mod tests;

use super::context::Context;
use super::firms::{FIELDS, Firms};
use super::state::State;
use crate::base::math;
use crate::base::rng::{Purpose, fill_normal, fill_uniform};
use pools::{KnowledgePools, cell_of};

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
    /// Standard normal shock to each firm's productivity.
    shock: Vec<f64>,
    /// Log growth of each firm's knowledge, then what that promises \[log points\].
    growth: Vec<f64>,
    /// What each firm gains by imitating \[log points\].
    copied: Vec<f64>,
    /// What each firm gains or loses by its own knowledge \[log points\].
    own: Vec<f64>,
    /// The frontier of each firm's field, then all it gains, noise left out \[log points\].
    gain: Vec<f64>,
    /// Rows of the firms that seek a success of their own.
    seeker: Vec<usize>,
    /// Their ids.
    seeker_id: Vec<u32>,
    /// What they drew.
    draw: Vec<f64>,
}

impl InnovationState {
    /// State at the start of the warm-up.
    pub fn found(state: &State, ctx: &Context) -> Self {
        let firms = &state.firms;
        Self {
            last_knowledge: firms.knowledge.clone(),
            last_id: firms.id.clone(),
            pools: KnowledgePools::found(firms, ctx.parameters.innovation.other_region),
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
}

/// Log growth of knowledge `ln((K + k₀)/(K₋₁ + k₀))`, 0 where there is none at all.
///
/// Example: from 0 to 4 with k₀ = 4 it is ln 2; from 4 to 8 without k₀ the same.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn knowledge_growth(before: f64, now: f64, tacit: f64) -> f64 {
    let (from, to) = (before + tacit, now + tacit);
    let growth = math::ln(to / from);
    if from > 0.0 && to > 0.0 && now != before {
        growth
    } else {
        0.0
    }
}

crate::dispatched! {
    /// Log growth of each firm's knowledge; `tacit` is k₀ over mean sales.
    fn growths(before: &[f64], now: &[f64], sales: &[f64], tacit: f64, out: &mut [f64]) {
        for (((&b, &k), &s), g) in before.iter().zip(now).zip(sales).zip(out) {
            *g = knowledge_growth(b, k, tacit * s);
        }
    }
}

/// Probability of a success in a quarter at a yearly hazard, `1 − e^{−h/4}`.
///
/// Example: at one a year 0.2212.
#[inline]
pub fn success_probability(hazard: f64) -> f64 {
    1.0 - math::exp(-hazard / 4.0) // derived: quarters a year
}

/// Own gain of a quarter with mean `expected`: with `probability` a lump, uniform between 0 and
/// twice its mean, `expected/p · 2u`. One uniform `draw` says whether and, below p, how large.
///
/// Example: expected 0.01, p = 0.2: a draw of 0.1 is u = 0.5 and gives 0.05; 0.3 gives 0.
#[inline]
pub fn lumpy_gain(expected: f64, probability: f64, draw: f64) -> f64 {
    if draw < probability {
        expected / probability * 2.0 * (draw / probability)
    } else {
        0.0
    }
}

/// Gain from imitating over a quarter, `ξ/4 · h · (ln ā − ln a)⁺` \[log points\].
///
/// Example: ξ = 0.08 a year, h = 0.5, frontier 0.3 above: 0.02 · 0.5 · 0.3 = 0.003.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn imitated_gain(rate: f64, absorptive: f64, frontier: f64, ln_productivity: f64) -> f64 {
    rate / 4.0 * absorptive * math::max(frontier - ln_productivity, 0.0) // derived: quarters a year
}

/// Whether a firm imitates instead of seeking its own success: whichever promises more.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn imitates(imitated: f64, expected_own: f64) -> bool {
    imitated > math::max(expected_own, 0.0)
}

/// Spillover from the pool, `β_s h Δln P` \[log points\].
///
/// Example: 0.06 · 0.5 · 0.02 = 0.0006.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn spillover(elasticity: f64, absorptive: f64, pool_growth: f64) -> f64 {
    elasticity * absorptive * pool_growth
}

/// Change of mean-reverting noise, `Δz = (ρ − 1) z + e`.
///
/// Example: z = 0.5, ρ = 0.98, e = 0.02: −0.01 + 0.02 = 0.01.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn noise_change(noise: f64, persistence: f64, shock: f64) -> f64 {
    (persistence - 1.0) * noise + shock
}

/// Stationary standard deviation of that noise, `sd(e)/√(1 − ρ²)`.
///
/// Example: 0.05 at 0.98 gives 0.2513.
#[inline]
pub fn stationary_sd(shock_sd: f64, persistence: f64) -> f64 {
    shock_sd / math::sqrt(1.0 - persistence * persistence)
}

/// Share of old products that a gain replaces, `1 − e^{−k·gain}`.
///
/// Example: 8 · 0.01: 0.0769.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn renewal(per_gain: f64, gain: f64) -> f64 {
    1.0 - math::exp(-per_gain * gain)
}

/// Sales of new products after a quarter \[mn/yr\]: a part is no longer new, a part of the rest
/// of sales is replaced; at most all sales.
///
/// Example: 24 of 100, expiry 1/12, renewal 0.1: 22 + 0.1 · 78 = 29.8.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn next_new_products(new: f64, sales: f64, expiry: f64, renewal: f64) -> f64 {
    let held = math::min(new * (1.0 - expiry), sales);
    held + renewal * (sales - held)
}

/// Frontier of each field: weighted mean plus one standard deviation of ln a over its firms.
pub fn frontiers(firms: &Firms) -> [f64; FIELDS] {
    let (mut weight, mut first, mut second) = ([0.0; FIELDS], [0.0; FIELDS], [0.0; FIELDS]);
    for i in 0..firms.len() {
        if firms.alive[i] {
            let (f, w, a) = (
                usize::from(firms.field[i]),
                firms.weight[i],
                firms.ln_productivity[i],
            );
            weight[f] += w;
            first[f] += w * a;
            second[f] += w * a * a;
        }
    }
    let mut frontier = [0.0; FIELDS];
    for f in 0..FIELDS {
        if weight[f] > 0.0 {
            let mean = first[f] / weight[f];
            let variance = math::max(second[f] / weight[f] - mean * mean, 0.0);
            frontier[f] = mean + math::sqrt(variance);
        }
    }
    frontier
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
    innovation.frontier = frontiers(firms);
    // what partners, centres and returnees bring in beyond the undisturbed world
    for (frontier, inflow) in innovation.frontier.iter_mut().zip(&state.openness.inflow) {
        *frontier += inflow;
    }
    innovation
        .pools
        .refill(firms, ctx.parameters.innovation.other_region);
    follow_rows(innovation, firms);
    move_productivity(innovation, firms, ctx);
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

/// Gives rows of new firms what they know now as their past.
fn follow_rows(innovation: &mut InnovationState, firms: &Firms) {
    for i in 0..innovation.last_id.len() {
        if innovation.last_id[i] != firms.id[i] {
            innovation.last_id[i] = firms.id[i];
            innovation.last_knowledge[i] = firms.knowledge[i];
        }
    }
    for i in innovation.last_id.len()..firms.len() {
        innovation.last_id.push(firms.id[i]);
        innovation.last_knowledge.push(firms.knowledge[i]);
    }
}

fn move_productivity(innovation: &mut InnovationState, firms: &mut Firms, ctx: &Context) {
    let p = &ctx.parameters.innovation;
    let tacit_per_sales = p.tacit_knowledge / ctx.world.price;
    let n = firms.len();
    let InnovationState {
        shock,
        growth,
        copied,
        own,
        gain,
        ..
    } = innovation;
    for column in [&mut *shock, growth, copied, own, gain] {
        column.resize(n, 0.0);
    }
    let q = ctx.q() as u32;
    fill_normal(ctx.key, &firms.id, q, 0, Purpose::Productivity, shock);
    let (before, now) = (&innovation.last_knowledge, &firms.knowledge);
    growths(before, now, &firms.sales_mean, tacit_per_sales, growth);
    innovation.last_knowledge.copy_from_slice(&firms.knowledge);
    seek_or_imitate(innovation, firms, ctx);
    count_gains(innovation, firms, p);
    learn(
        (&innovation.copied, &innovation.own),
        (&innovation.gain, &innovation.shock),
        p,
        &firms.alive,
        &firms.sales,
        &mut firms.pending_gain,
        &mut firms.noise,
        &mut firms.ln_productivity,
        &mut firms.new_product_sales,
    );
}

/// What each firm gains by imitating and what by its own knowledge: one or the other, and a loss
/// of knowledge always. Only firms that seek a success draw for it.
fn seek_or_imitate(innovation: &mut InnovationState, firms: &Firms, ctx: &Context) {
    let p = &ctx.parameters.innovation;
    let n = firms.len();
    let InnovationState {
        tally,
        growth,
        copied,
        own,
        gain: reach,
        seeker,
        seeker_id,
        draw,
        frontier,
        ..
    } = innovation;
    for (reach, &field) in reach.iter_mut().zip(&firms.field) {
        *reach = frontier[usize::from(field)];
    }
    let (absorptive, ln_a) = (&firms.absorptive, &firms.ln_productivity);
    choose(
        p,
        &firms.alive,
        absorptive,
        ln_a,
        reach,
        growth,
        copied,
        own,
    );
    seeker.resize(n, 0);
    seeker_id.resize(n, 0);
    let mut count = 0;
    for i in 0..n {
        (seeker[count], seeker_id[count]) = (i, firms.id[i]);
        let seeks = (growth[i] > 0.0) & (copied[i] <= 0.0) & firms.alive[i];
        count += usize::from(seeks);
    }
    seeker.truncate(count);
    seeker_id.truncate(count);
    draw.resize(count, 0.0);
    let q = ctx.q() as u32;
    fill_uniform(ctx.key, seeker_id, q, 0, Purpose::Success, draw);
    let chance = success_probability(p.success_hazard);
    for (&i, &u) in seeker.iter().zip(&*draw) {
        own[i] = lumpy_gain(growth[i], chance, u);
        tally.successes += if own[i] > 0.0 { firms.weight[i] } else { 0.0 };
    }
}

crate::dispatched! {
    /// What each firm would copy and what it loses; `growth` turns from that of knowledge into
    /// what it promises.
    fn choose(
        p: &InnovationParameters,
        alive: &[bool],
        absorptive: &[f64],
        ln_productivity: &[f64],
        frontier: &[f64],
        growth: &mut [f64],
        copied: &mut [f64],
        own: &mut [f64],
    ) {
        let n = own.len();
        let (alive, absorptive, growth) = (&alive[..n], &absorptive[..n], &mut growth[..n]);
        let (ln_productivity, frontier) = (&ln_productivity[..n], &frontier[..n]);
        let (copied, rate) = (&mut copied[..n], p.imitation_rate);
        for k in 0..n {
            let imitated = imitated_gain(rate, absorptive[k], frontier[k], ln_productivity[k]);
            let expected = p.productivity_elasticity * growth[k];
            let copies = alive[k] & imitates(imitated, expected);
            copied[k] = if copies { imitated } else { 0.0 };
            own[k] = math::min(expected, 0.0);
            growth[k] = expected;
        }
    }
}

/// Adds up what firms in business gain, and writes each firm's gain, noise left out.
fn count_gains(innovation: &mut InnovationState, firms: &Firms, p: &InnovationParameters) {
    let InnovationState {
        tally,
        growth,
        copied,
        own,
        gain,
        pools,
        ..
    } = innovation;
    let n = firms.len();
    let (growth, copied, own) = (&growth[..n], &copied[..n], &own[..n]);
    let (alive, weight, sales) = (&firms.alive[..n], &firms.weight[..n], &firms.sales[..n]);
    let (field, region, h) = (
        &firms.field[..n],
        &firms.region[..n],
        &firms.absorptive[..n],
    );
    let (pending, gain) = (&firms.pending_gain[..n], &mut gain[..n]);
    let (mut weights, mut gains) = (0.0, 0.0);
    for i in 0..n {
        let w = if alive[i] { weight[i] } else { 0.0 };
        let (copied, expected) = (copied[i], growth[i]);
        // an imitator expects nothing of its own knowledge, but loses what that loses
        let private = if copied > 0.0 {
            math::min(expected, 0.0)
        } else {
            expected
        };
        let reach = pools.growth[cell_of(field[i], region[i])];
        let spilt = spillover(p.spillover_elasticity, h[i], reach);
        gain[i] = own[i] + copied + spilt + pending[i];
        weights += w;
        gains += w * gain[i];
        let value = w * sales[i];
        tally.imitations += if copied > 0.0 { w } else { 0.0 };
        tally.own_value += value * private;
        tally.imitated_value += value * copied;
        tally.spillover_value += value * spilt;
        tally.transferred_value += value * pending[i];
    }
    if weights > 0.0 {
        tally.mean_gain = gains / weights;
    }
}

crate::dispatched! {
    /// Moves productivity and new products of each firm in business by what it learnt; revenue of
    /// transferred inventions enters the column where they are industrialised.
    fn learn(
        renewing: (&[f64], &[f64]),
        gain_and_shock: (&[f64], &[f64]),
        p: &InnovationParameters,
        alive: &[bool],
        sales: &[f64],
        pending_gain: &mut [f64],
        noise: &mut [f64],
        ln_productivity: &mut [f64],
        new_product_sales: &mut [f64],
    ) {
        let n = new_product_sales.len();
        let (copied, own, alive) = (&renewing.0[..n], &renewing.1[..n], &alive[..n]);
        let (gain, shock) = (&gain_and_shock.0[..n], &gain_and_shock.1[..n]);
        let (sales, pending_gain, noise) = (&sales[..n], &mut pending_gain[..n], &mut noise[..n]);
        let ln_productivity = &mut ln_productivity[..n];
        let (per_gain, expiry) = (p.new_products_per_gain, p.new_product_expiry);
        for k in 0..n {
            let e = noise_change(noise[k], p.noise_persistence, p.noise_log_sd * shock[k]);
            let moved = ln_productivity[k] + gain[k] + e;
            ln_productivity[k] = if alive[k] { moved } else { ln_productivity[k] };
            noise[k] = if alive[k] { noise[k] + e } else { noise[k] };
            pending_gain[k] = if alive[k] { 0.0 } else { pending_gain[k] };
        }
        for k in 0..n {
            let learnt = own[k] + copied[k];
            let share = renewal(per_gain, learnt);
            let share = if learnt > 0.0 { share } else { 0.0 };
            let new = next_new_products(new_product_sales[k], sales[k], expiry, share);
            new_product_sales[k] = if alive[k] { new } else { new_product_sales[k] };
        }
    }
}
