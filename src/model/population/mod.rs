//! Synthesises the firms of 2013, with and without R&D, as a weighted sample.
//!
//! Three founding segments: industry above 20 mn of sales (Pareto), services above 20 mn
//! (Pareto), small capable firms (log-normal, cut at 20 mn). A firm with sales z times its
//! segment's mean is included with probability `π = min(1, scale·(½ + ½ z))` and stands for
//! `1/π` real ones (mechanisms M11). Agents are placed systematically along the cumulated
//! inclusion probability, one keyed uniform each, so that totals vary little between runs.

mod fields;
mod history;
mod ids;
mod sales;
mod sample;
mod traits;

pub use fields::{block_of, draw_field, field_distance};
pub use ids::{ARRIVAL_BITS, SPLIT_BITS, entrant_id, firm_id, is_entrant, split_id};
pub use sales::{SalesLaw, fill_quantiles};
pub use sample::found;
pub use traits::{Founding, TOGETHER, Traits, draw_firm};

use super::context::Context;
use super::firms::REGIONS;
use history::found_history;

crate::family! {
    /// Founding population of 2013.
    pub struct PopulationParameters in "population" {
        /// Firms in above-size industry \[firms\].
        industry_firms,
        /// Tail exponent of their sales \[1\].
        industry_tail,
        /// Largest sales of an industrial firm \[mn/yr\].
        industry_largest,
        /// Service firms above size that could do R&D \[firms\].
        services_firms,
        /// Tail exponent of their sales \[1\].
        services_tail,
        /// Largest sales of a service firm \[mn/yr\].
        services_largest,
        /// Small capable firms \[firms\].
        small_firms,
        /// Median sales of a small capable firm \[mn/yr\].
        small_median,
        /// Spread of their log sales \[log points\].
        small_spread,
        /// Least sales of above-size firms \[mn/yr\].
        size_limit,
        /// Median project mass over sales, industry \[share\].
        project_share_industry,
        /// The same, services \[share\].
        project_share_services,
        /// The same, small firms \[share\].
        project_share_small,
        /// Spread of log project mass \[log points\].
        project_share_spread,
        /// Mean log return of projects at sales of 100 mn \[log points\].
        project_mean,
        /// Its slope on log sales \[1\].
        project_mean_slope,
        /// Its spread across firms \[log points\].
        project_mean_spread,
        /// Minimal team above size, 2015 \[mn/yr\].
        team_cost_large,
        /// Minimal team of a small firm, 2015 \[mn/yr\].
        team_cost_small,
        /// Spread of its logarithm \[log points\].
        team_cost_spread,
        /// Mean profit over sales in a taxed year, after R&D \[share\].
        margin_mean,
        /// Spread of profit over sales across firms \[share\].
        margin_spread,
        /// Correlation of margin with project mass \[1\].
        margin_research_correlation,
        /// Sales a member of staff \[mn\].
        sales_per_staff,
        /// Spread of its logarithm \[log points\].
        sales_per_staff_spread,
        /// Assets over sales \[ratio\].
        assets_ratio,
        /// Spread of its logarithm \[log points\].
        assets_ratio_spread,
        /// Share of state-controlled firms below 400 mn of sales \[share\].
        state_share_small,
        /// The same above \[share\].
        state_share_large,
        /// Share of foreign firms \[share\].
        foreign_share,
        /// Share of chip makers among electronics firms \[share\].
        chips_share,
        /// Share of machine-tool makers among machinery firms \[share\].
        tools_share,
        /// Share of service firms in sectors without super-deduction \[share\].
        negative_share,
        /// Firms in Beijing \[share\].
        region_beijing,
        /// Firms in Shanghai \[share\].
        region_shanghai,
        /// Firms in the rest of the delta \[share\].
        region_delta,
        /// Firms in Guangdong \[share\].
        region_guangdong,
        /// Firms in Hubei \[share\].
        region_hubei,
        /// Firms in Shandong \[share\].
        region_shandong,
        /// Firms in the middle and west \[share\].
        region_midwest,
        /// Firms elsewhere \[share\].
        region_rest,
    }
}

/// Sales above which a firm counts as large \[mn/yr\].
pub const LARGE_SALES: f64 = 400.0; // derived: limit of large industrial firms

/// Shares of firms by region.
pub fn region_shares(p: &PopulationParameters) -> [f64; REGIONS] {
    [
        p.region_beijing,
        p.region_shanghai,
        p.region_delta,
        p.region_guangdong,
        p.region_hubei,
        p.region_shandong,
        p.region_midwest,
        p.region_rest,
    ]
}

/// Founds the whole economy of 2013: populations first, then the stocks that rest on them.
pub fn found_state(state: &mut super::state::State, ctx: &Context) {
    use super::{
        approval::ApprovalState, buyers::BuyersState, contract_research::ContractResearchState,
        demand::MarketState, entry::EntryState, finance::FinanceState, funnel::FunnelState,
        innovation::InnovationState, openness::OpennessState, patents::PatentOffice,
        people::People, platforms::PlatformsState, programmes::ProgrammesState,
        registration::RegistrationState, spin_offs::SpinOffState, transfer::TransferState,
        universities::Universities,
    };
    state.firms = found(ctx);
    state.people = People::found(state, ctx);
    found_history(&mut state.firms, ctx);
    state.people = People::found(state, ctx);
    state.programmes = ProgrammesState::found(state, ctx);
    state.finance = FinanceState::found(state, ctx);
    state.market = MarketState::found(state, ctx);
    state.openness = OpennessState::found(state, ctx);
    state.innovation = InnovationState::found(state, ctx);
    state.universities = Universities::found(state, ctx);
    state.contract_research = ContractResearchState::found(state, ctx);
    state.transfer = TransferState::found(state, ctx);
    state.registration = RegistrationState::found(state, ctx);
    state.spin_offs = SpinOffState::found(ctx);
    state.funnel = FunnelState::found(state, ctx);
    state.platforms = PlatformsState::found(state, ctx);
    state.approval = ApprovalState::found(ctx);
    state.buyers = BuyersState::found(state, ctx);
    state.patents = PatentOffice::found(state, ctx);
    state.entry = EntryState::found(state, ctx);
}
