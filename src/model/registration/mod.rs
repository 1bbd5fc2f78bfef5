//! How much of technology trade shows up as registered contracts?
//!
//! Eligible trade by region, kind and size; a contract is registered iff its seller knows and
//!
//! ```text
//! relief + award + deduction + income tax + certificate + pressure·V^0.55 > cost·ε
//! ln ε ~ N(0, σ_c²)
//! ```
//!
//! Knowledge spreads with the *registered* share of the region (M7, corrections 1–6). Money
//! of the test is in thousand yuan, V in million. The relief counts net of the credit a
//! buyer would have had, awards are capped per seller and year, and the deduction of the
//! buyer applies to development and a part of services. Income from transfer is free of income
//! tax to a limit only where the contract is registered. University contracts are part of
//! the eligible trade; their registered part is published beside it.

mod decide;
mod gain;
mod money;
mod sellers;
mod terms;
#[cfg(test)]
mod tests;
mod trade;

pub use gain::{
    Benefit, registration_gain, size_classes, target_pressure, transfer_relief, willing_share,
};
pub use sellers::Sellers;
pub use terms::benefit;

use super::context::Context;
use super::firms::REGIONS;
use super::state::State;

/// Kinds of contract: transfer, development, service, consulting.
pub const KINDS: usize = 4;
const TRANSFER: usize = 0;
const DEVELOPMENT: usize = 1;
const SERVICE: usize = 2;
/// Size classes of contracts; the last is the Pareto end.
pub const SIZES: usize = 14;

crate::family! {
    /// Parameters of eligible trade and of the decision to register.
    pub struct RegistrationParameters in "registration" {
        /// Eligible trade in 2015 \[bn/yr\].
        eligible_2015,
        /// Its log growth before 2015, to cast back \[1/yr\].
        reference_growth,
        /// Part of growth that is contract size \[share\].
        size_growth_share,
        /// Log growth of development bought per R&D \[1/yr\].
        outsourcing_growth,
        /// Share of Beijing.
        share_beijing,
        /// Share of Shanghai.
        share_shanghai,
        /// Share of the rest of the delta.
        share_delta,
        /// Share of Guangdong.
        share_guangdong,
        /// Share of Hubei.
        share_hubei,
        /// Share of Shandong.
        share_shandong,
        /// Share of the middle west.
        share_midwest,
        /// Share of the rest.
        share_rest,
        /// Share of transfer in value.
        share_transfer,
        /// Share of development.
        share_development,
        /// Share of service.
        share_service,
        /// Share of consulting.
        share_consulting,
        /// Mean service contract in 2015 \[mn\].
        mean_service,
        /// Mean transfer over mean service.
        relative_transfer,
        /// Mean development over mean service.
        relative_development,
        /// Mean consulting over mean service.
        relative_consulting,
        /// Standard deviation of log size.
        size_log_sd,
        /// Pareto exponent of the largest contracts.
        pareto_exponent,
        /// Awareness of Beijing in 2015.
        aware_beijing,
        /// Awareness of early regions.
        aware_early,
        /// Awareness of late regions.
        aware_late,
        /// Highest awareness.
        ceiling,
        /// Learning from registered peers \[1/yr\].
        peers,
        /// Weight of peers of the region.
        within_region,
        /// Learning without peers where awards have begun \[1/yr\].
        push,
        /// Relief that stays with the seller after the buyer's credit \[share\].
        relief_kept,
        /// Part of plain service that is exempt.
        exempt_service,
        /// Deduction of the buyer per contracted value, 0.8·τ·s·u.
        deduction_value,
        /// Seller's part of that by bargain.
        deduction_share,
        /// Part of service that is R&D.
        research_service,
        /// Contracts of a registered seller a year.
        contracts_per_seller,
        /// Worth of a contract in the certificate test \[thousand yuan\].
        certificate_need,
        /// Pressure of local targets in 2015, times V^exponent \[thousand yuan\].
        target_pressure,
        /// Exponent of size in pressure.
        target_exponent,
        /// Cost of registering \[thousand yuan\].
        cost,
        /// Standard deviation of log cost.
        cost_log_sd,
        /// Rise of log cost with the audit rate.
        audit_cost,
        /// Share of registered contracts that an audit strikes off.
        sham_share,
    }
}

/// Counters of this quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RegistrationTally {
    /// Eligible trade \[mn\].
    pub eligible: f64,
    /// Registered contracts \[contracts\].
    pub contracts: f64,
    /// Registered value \[mn\].
    pub value: f64,
    /// Registered value by region \[mn\].
    pub by_region: [f64; REGIONS],
    /// Registered value by kind \[mn\].
    pub by_kind: [f64; KINDS],
    /// Mean registered contract \[mn\].
    pub mean: f64,
    /// Share of registered value of the largest region.
    pub top_region_share: f64,
    /// Registered value of universities' contracts, a part of `value` \[mn\].
    pub university_value: f64,
    /// Awards paid \[mn\].
    pub awards: f64,
    /// Contracts struck off by audit.
    pub struck_off: f64,
}

/// Awareness, sizes and registered shares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegistrationState {
    /// Share of sellers who know, by region.
    pub aware: [f64; REGIONS],
    /// Registered share of value last quarter, by region.
    pub registered: [f64; REGIONS],
    /// Registered share by region, kind and size.
    pub share: [[[f64; SIZES]; KINDS]; REGIONS],
    /// Share of number by size.
    pub number: [f64; SIZES],
    /// Mean size of a class over the mean contract.
    pub relative: [f64; SIZES],
    /// Log trade since founding.
    pub ln_trade: f64,
    /// R&D of firms at founding \[mn/yr\], 0 before the first quarter.
    pub rd_start: f64,
    /// Quarters since founding.
    pub quarters: f64,
    /// Counters of this quarter.
    pub tally: RegistrationTally,
}

/// First quarter of awards and targets by region (index since 2000Q1).
const STARTS: [i32; REGIONS] = [32, 52, 64, 68, 48, 68, 56, 66];

impl RegistrationState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, ctx: &Context) -> Self {
        let p = &ctx.parameters.registration;
        let (number, relative) = size_classes(p.size_log_sd, p.pareto_exponent);
        let (early, late) = (p.aware_early, p.aware_late);
        let mut aware = [early, early, early, late, early, late, early, late];
        aware[0] = p.aware_beijing;
        Self {
            aware,
            registered: aware,
            number,
            relative,
            ..Self::default()
        }
    }
}

/// Spreads knowledge, decides by cell, books awards and relief.
pub fn register(state: &mut State, ctx: &Context) {
    let mut market = std::mem::take(&mut state.registration);
    market.tally = RegistrationTally::default();
    let firms = &state.firms;
    let laws = [&ctx.seen.tax, &ctx.law.tax];
    let sellers = Sellers::of(firms, laws, ctx.q(), ctx.crew);
    let rd = sellers.research.iter().sum::<f64>() + sellers.bought;
    let (trade, means) = trade::eligible(&mut market, rd, ctx);
    trade::learn(&mut market, &trade, ctx);
    decide::decide(&mut market, state, ctx, &trade, &means, &sellers);
    state.registration = market;
}

/// Whether awards and targets of a region have begun.
fn started(ctx: &Context, region: usize) -> bool {
    ctx.q() >= STARTS[region]
}
