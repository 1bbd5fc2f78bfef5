//! Answers whether a firm claims the super-deduction and how much ordinary cost it relabels.
//!
//! ```text
//! claim  iff aware and relief(R; s) − relief(R; 0) > C₀ · procedure · (R/2)^0.3 · e^{ε}
//! m/R    = max(0, (τ s u − a·fine)/κ_m),  at most m̄
//! ```
//!
//! Relabelling pays wherever the deduction saves tax, not only at a notch. At an intensity tier
//! the firm compares the interior choice with relabelling up to each tier (enumeration: the
//! problem has kinks and jumps, no smooth optimum). Source: mechanisms M2, M5; Chen, Liu,
//! Suárez Serrato and Xu (2021) for the relabelled share it is judged by.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::context::Context;
use super::firms::{Firms, REGIONS};
use super::policy_knowledge::claiming_shares;
use super::research::{Law, Positions, STRIP, carry_table, tax_position, whole};
use super::state::State;
use super::tax::CarryTable;
use super::tax::statute::super_deduction_rate;
use crate::base::columns::{Hold, Lent};
use crate::base::math;
use crate::base::rng::Purpose;
use crate::policy::tax::Tax;

crate::family! {
    /// Claiming and relabelling.
    pub struct ClaimParameters in "claims" {
        /// Median claiming cost of a firm with R&D of 2 mn, 2015 \[mn\].
        cost_2015,
        /// Spread of its logarithm \[log points\].
        cost_spread,
        /// Growth of claiming cost with R&D \[elasticity\].
        cost_size,
        /// Share of doers that knew how to claim in 2013 \[share\].
        aware_2013,
        /// Yearly hazard of getting to know, alone \[1/yr\].
        aware_base,
        /// Added hazard at a full share of claimants among doers \[1/yr\].
        aware_peers,
        /// Cost of relabelling κ_m \[1\].
        relabelling_cost,
        /// Fine on relabelled cost that is found, a yuan \[ratio\].
        fine,
        /// Relabelled over real R&D at most \[share\].
        relabelled_cap,
    }
}

/// Net gain of claiming \[mn/yr\].
#[inline(always)]
pub fn claim_net_benefit(relief: f64, cost: f64) -> f64 {
    relief - cost
}

/// Cost of claiming \[mn/yr\]: `C₀ · procedure · (R/2)^size · e^{spread z}`.
#[inline(always)]
pub fn claim_cost(research: f64, deviation: f64, procedure: f64, p: &ClaimParameters) -> f64 {
    p.cost_2015
        * procedure
        * math::pow(0.5 * research, p.cost_size)
        * math::exp(p.cost_spread * deviation)
}

/// Yearly hazard that a firm gets to know how to claim.
#[inline]
pub fn claim_awareness_hazard(claiming_share: f64, service: f64, p: &ClaimParameters) -> f64 {
    let alone = math::min(p.aware_base + p.aware_peers * claiming_share, 1.0);
    alone + (1.0 - alone) * service
}

/// Relabelled over real R&D at an interior optimum, `(τ s u − a·fine)/κ_m` within its bounds.
#[inline]
pub fn relabelled_share(saving: f64, expected_fine: f64, cost: f64, cap: f64) -> f64 {
    math::clamp((saving - expected_fine) / cost, 0.0, cap)
}

/// Gain of relabelling `m` on R&D `research` when a relabelled yuan saves `saving`
/// \[mn/yr\]: `m (saving − a·fine) − κ m²/(2R)`.
#[inline]
pub fn relabelling_gain(m: f64, research: f64, saving: f64, expected_fine: f64, cost: f64) -> f64 {
    m * (saving - expected_fine) - 0.5 * cost * m * m / research
}

/// Yearly relief from the super-deduction on `research`: with it less without it \[mn/yr\].
fn extra_relief(
    firms: &Firms<impl Hold>,
    i: usize,
    research: f64,
    carry: &CarryTable,
    ctx: &Context,
) -> f64 {
    let law = &ctx.seen.tax;
    let position = tax_position(firms, i, research, true, law, ctx);
    position.extra_relief_at(research, position.usable(carry), law)
}

/// What a fee costs a firm that counts part of it in its claim, each yuan counted saving
/// `saving`: `fee (1 − counted·saving)`.
///
/// Example: a fee of 0.2, all counted, 0.25 saved a yuan: 0.15.
#[inline]
pub fn fee_after_relief(fee: f64, counted: f64, saving: f64) -> f64 {
    fee * (1.0 - counted * saving)
}

/// Platform fees as firms see them while part of them counts in the claim.
#[derive(Clone, Copy, Debug)]
pub struct FeeDeduction {
    counted: f64,
    /// Needed, and tabulated, only where a fee counts.
    carry: Option<CarryTable>,
}

impl FeeDeduction {
    /// The rule that firms see this quarter.
    pub fn of(ctx: &Context) -> Self {
        let counted = ctx.seen.tax.platform_cost;
        Self {
            counted,
            carry: (counted > 0.0).then(|| carry_table(ctx)),
        }
    }

    /// What a fee costs firm `i`: less where it claims and the deduction saves it tax.
    pub fn net(&self, fee: f64, firms: &Firms, i: usize, ctx: &Context) -> f64 {
        let saving = match &self.carry {
            Some(carry) if firms.claims[i] && firms.rd[i] > 0.0 => {
                extra_relief(firms, i, firms.rd[i], carry, ctx) / firms.rd[i]
            }
            _ => 0.0,
        };
        fee_after_relief(fee, self.counted, math::clamp(saving, 0.0, 1.0))
    }
}

/// Whether firm `i` would claim on R&D of `research`.
pub fn would_claim(
    firms: &Firms<impl Hold>,
    i: usize,
    research: f64,
    carry: &CarryTable,
    ctx: &Context,
) -> bool {
    if !firms.aware_claim[i] {
        return false;
    }
    let cost = claim_cost(
        research,
        firms.claim_cost[i],
        ctx.seen.tax.claim_procedure,
        &ctx.parameters.claims,
    );
    claim_net_benefit(extra_relief(firms, i, research, carry, ctx), cost) > 0.0
}

/// Relabelled cost of firm `i` whose R&D earns `extra` relief \[mn/yr\]: the best of the interior
/// choice and each tier.
fn choose_relabelling(firms: &Firms<Lent>, i: usize, extra: f64, ctx: &Context) -> f64 {
    let p = &ctx.parameters.claims;
    let law = &ctx.seen.tax;
    let research = firms.rd[i];
    let saving = extra / research;
    let expected_fine = law.audit_rate * p.fine;
    let cap = p.relabelled_cap;
    let interior = research * relabelled_share(saving, expected_fine, p.relabelling_cost, cap);
    let rate = |m: f64| {
        super_deduction_rate(
            firms.sector[i],
            firms.is_tech_sme(i, ctx.q()),
            (research + m) / firms.sales[i],
            law,
        )
    };
    // where no tier lifts the rate, the interior choice is the best
    if law.tier_1_rate <= 0.0 && law.tier_2_rate <= 0.0 && law.tier_3_rate <= 0.0 {
        return interior;
    }
    let plain = rate(interior);
    let unit = saving / math::max(plain, f64::MIN_POSITIVE);
    let gain = |m: f64| {
        // the whole claim moves to the tier's rate, so a tier pays on real R&D too
        let s = rate(m);
        (s - plain) * unit * research
            + relabelling_gain(m, research, s * unit, expected_fine, p.relabelling_cost)
    };
    let mut best = (interior, None);
    for threshold in [
        law.tier_1_threshold,
        law.tier_2_threshold,
        law.tier_3_threshold,
    ] {
        let m = threshold * firms.sales[i] - research;
        if m > interior && m <= cap * research {
            let most = best.1.unwrap_or_else(|| gain(interior));
            let more = gain(m);
            best = if more > most {
                (m, Some(more))
            } else {
                (best.0, Some(most))
            };
        }
    }
    best.0
}

/// Yearly, in the second quarter (settlement): who gets to know, who claims, who relabels.
pub fn decide(state: &mut State, ctx: &Context) {
    if ctx.quarter.of_year() != 2 {
        return;
    }
    let hazards = hazards(claiming_shares(state, ctx), ctx);
    let (law, carry) = (Law::new(&ctx.seen.tax), carry_table(ctx));
    let rooms = (ctx.crew).rooms(state.firms.len(), &mut state.plans.doers_by_block);
    (ctx.crew).walk((state.firms.lend(), rooms), |(mut firms, mut doers)| {
        decide_block(&mut firms, doers.own(), &hazards, &law, &carry, ctx);
    });
}

/// Lets `doers` of a block get to know how to claim, claim and relabel.
fn decide_block(
    firms: &mut Firms<Lent>,
    doers: &[u32],
    hazards: &[f64; REGIONS],
    law: &Law,
    carry: &CarryTable,
    ctx: &Context,
) {
    let mut strip = Strip::new();
    for rows in doers.chunks(STRIP) {
        hear(firms, rows, hazards, ctx);
        for (research, &row) in strip.positions.research.iter_mut().zip(rows) {
            let i = row as usize;
            // the larger of last year's R&D and today's
            *research = math::max(firms.rd_last_year[i], firms.rd[i]);
        }
        strip.weigh(firms, rows, law, carry, ctx);
        strip.relieve_today(firms, rows, law, carry, ctx);
        for (r, &row) in rows.iter().enumerate() {
            let i = row as usize;
            firms.claims[i] = strip.claims[r];
            firms.relabelled[i] = if strip.claims[r] {
                choose_relabelling(firms, i, strip.extra[r], ctx)
            } else {
                0.0
            };
        }
    }
}

/// Hazard of getting to know, by region: it rises with the share of claimants among doers.
fn hazards(shares: [f64; REGIONS], ctx: &Context) -> [f64; REGIONS] {
    let service = ctx.seen.tax.claim_service;
    shares.map(|share| claim_awareness_hazard(share, service, &ctx.parameters.claims))
}

/// Lets firms get to know how to claim.
fn hear(firms: &mut Firms<Lent>, rows: &[u32], hazards: &[f64; REGIONS], ctx: &Context) {
    for &row in rows {
        let i = row as usize;
        if !firms.aware_claim[i] {
            let hazard = hazards[usize::from(firms.region[i])];
            firms.aware_claim[i] = ctx.uniform(firms.id[i], 0, 0, Purpose::LearnClaim) < hazard;
        }
    }
}

/// What a strip of firms weighs when it decides to claim, in columns.
pub(in crate::model) struct Strip {
    positions: Positions,
    deviation: [f64; STRIP],
    cost: [f64; STRIP],
    claims: [bool; STRIP],
    /// Relief from the super-deduction \[mn/yr\].
    extra: [f64; STRIP],
}

impl Strip {
    pub(in crate::model) fn new() -> Self {
        Self {
            positions: Positions::new(),
            deviation: [0.0; STRIP],
            cost: [0.0; STRIP],
            claims: [false; STRIP],
            extra: [0.0; STRIP],
        }
    }

    /// [`would_claim`] of the firms of `rows` on R&D of `research`.
    pub(in crate::model) fn would_claim(
        &mut self,
        firms: &Firms<impl Hold>,
        rows: &[u32],
        research: &[f64; STRIP],
        law: &Law,
        carry: &CarryTable,
        ctx: &Context,
    ) -> &[bool; STRIP] {
        self.positions.research = *research;
        self.weigh(firms, rows, law, carry, ctx);
        &self.claims
    }

    /// Which firms of `rows` claim on the R&D of their positions.
    fn weigh(
        &mut self,
        firms: &Firms<impl Hold>,
        rows: &[u32],
        law: &Law,
        carry: &CarryTable,
        ctx: &Context,
    ) {
        for (deviation, &row) in self.deviation.iter_mut().zip(rows) {
            *deviation = firms.claim_cost[row as usize];
        }
        self.positions
            .fill(firms, rows, &[true; STRIP], law, carry, ctx);
        relieve(self, law.tax);
        price(self, law.tax.claim_procedure, &ctx.parameters.claims);
        for (r, &row) in rows.iter().enumerate() {
            let gains = claim_net_benefit(self.extra[r], self.cost[r]) > 0.0;
            self.claims[r] = firms.aware_claim[row as usize] & gains;
        }
    }

    /// Relief of the firms of `rows`, weighed last, on today's R&D.
    fn relieve_today(
        &mut self,
        firms: &Firms<Lent>,
        rows: &[u32],
        law: &Law,
        carry: &CarryTable,
        ctx: &Context,
    ) {
        for (research, &row) in self.positions.research.iter_mut().zip(rows) {
            *research = firms.rd[row as usize];
        }
        self.positions.work_out(&[true; STRIP], law, carry, ctx);
        relieve(self, law.tax);
    }
}

crate::dispatched! {
    /// Relief of all rows from the super-deduction.
    fn relieve(strip: &mut Strip, law: &Tax) {
        for r in 0..whole(strip.positions.count) {
            strip.extra[r] = strip.positions.extra_relief(r, law);
        }
    }
}

crate::dispatched! {
    /// Claiming cost of all rows.
    fn price(strip: &mut Strip, procedure: f64, p: &ClaimParameters) {
        for r in 0..whole(strip.positions.count) {
            let (research, deviation) = (strip.positions.research[r], strip.deviation[r]);
            strip.cost[r] = claim_cost(research, deviation, procedure, p);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> ClaimParameters {
        ClaimParameters {
            cost_2015: 0.3,
            cost_spread: 1.2,
            cost_size: 0.3,
            aware_2013: 0.4,
            aware_base: 0.1,
            aware_peers: 0.74,
            relabelling_cost: 0.44,
            fine: 0.65,
            relabelled_cap: 0.8,
        }
    }

    #[test]
    fn claiming_cost_is_the_median_at_two_million() {
        let p = parameters();
        assert!((claim_cost(2.0, 0.0, 1.0, &p) - 0.3).abs() < 1e-12);
        assert!(claim_cost(2.0, 0.0, 0.08, &p) < claim_cost(2.0, 0.0, 1.0, &p));
        assert!(claim_net_benefit(0.2, claim_cost(2.0, 0.0, 1.0, &p)) < 0.0);
        assert!(claim_net_benefit(0.2, claim_cost(2.0, 0.0, 0.08, &p)) > 0.0);
    }

    #[test]
    fn a_fee_that_counts_costs_less() {
        assert!((fee_after_relief(0.2, 1.0, 0.25) - 0.15).abs() < 1e-15);
        assert!(fee_after_relief(0.2, 0.5, 0.25) > fee_after_relief(0.2, 1.0, 0.25));
        // nothing counts: the fee itself, to the last bit
        assert_eq!(fee_after_relief(0.2, 0.0, 0.25), 0.2);
    }

    /// Firms with sales of 300, R&D of 20 and a profit of 63 mn in a taxed year, law of 2023.
    fn taxed_world() -> (super::super::patents::testbed::Scene, State) {
        use super::super::patents::testbed::{Scene, world_of};
        let mut scene = Scene::at(crate::base::time::Quarter::new(2024, 2));
        scene.seen.tax = crate::model::tax::position::tests::law_2023();
        let tax = &mut scene.parameters.tax;
        (tax.loss_share_2015, tax.loss_share_2024) = (0.15, 0.15);
        (tax.loss_persistence, tax.discount_rate) = (0.7, 0.07);
        (tax.depreciation, tax.research_return_in_income) = (0.15, 0.65);
        let mut state = world_of(2, 1.0, 20.0);
        state.firms.taxed.fill(true);
        (scene, state)
    }

    #[test]
    fn platform_cost_lowers_the_fee_of_claimants() {
        let now = crate::base::time::Quarter::new(2024, 2);
        let (mut scene, mut state) = taxed_world();
        state.firms.claims[1] = false;
        let fee = |scene: &super::super::patents::testbed::Scene, i: usize| {
            let ctx = scene.context(now);
            FeeDeduction::of(&ctx).net(0.2, &state.firms, i, &ctx)
        };
        assert_eq!(fee(&scene, 0), 0.2);
        scene.seen.tax.platform_cost = 1.0;
        // standard payer, rate 1: a quarter of the fee is saved
        assert!((fee(&scene, 0) - 0.15).abs() < 1e-12);
        assert_eq!(fee(&scene, 1), 0.2);
        scene.seen.tax.platform_cost = 0.5;
        assert!((fee(&scene, 0) - 0.175).abs() < 1e-12);
    }

    #[test]
    fn service_and_peers_raise_the_hazard_of_knowing() {
        let p = parameters();
        assert!((claim_awareness_hazard(0.5, 0.0, &p) - 0.47).abs() < 1e-12);
        assert!(claim_awareness_hazard(0.5, 0.2, &p) > claim_awareness_hazard(0.5, 0.0, &p));
        assert!(claim_awareness_hazard(1.0, 1.0, &p) <= 1.0);
    }

    #[test]
    fn audit_lowers_and_the_rate_raises_relabelling() {
        // standard payer, s = 1, u = 1: (0.25 − 0.026)/0.44 = 0.509
        let m = relabelled_share(0.25, 0.026, 0.44, 0.8);
        assert!((m - 0.509_09).abs() < 1e-4);
        assert!(relabelled_share(0.25, 0.1, 0.44, 0.8) < m);
        // raising s by half raises m by half or more
        assert!(relabelled_share(0.375, 0.026, 0.44, 0.8) >= 1.5 * m);
    }

    #[test]
    fn interior_choice_is_the_best_of_its_kind() {
        let best = 3.0 * relabelled_share(0.25, 0.02, 0.5, 0.8);
        let gain = |m: f64| relabelling_gain(m, 3.0, 0.25, 0.02, 0.5);
        assert!(gain(best) > gain(best * 0.9) && gain(best) > gain(best * 1.1));
    }
}
