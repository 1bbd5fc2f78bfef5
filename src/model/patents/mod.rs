//! How many inventions are filed, how long do they wait, how many are granted, kept, used?
//!
//! ```text
//! file iff ln q > fee − subsidy − points          (M8, unit: median private value)
//! Q' = Q + χ F(t − 1) − E,  E = min(examiners·cases, (Q + χF)/(1 + goal/3))
//! granted iff ln q + noise > q̄
//! ```
//!
//! Throughput: staff is the driver (examiners × cases each) and the goal is policy; the
//! office closes what staff can, but no more than the goal asks, so the queue is not emptied.

mod applications;
mod filing;
mod grants;
mod office;
mod queue;
mod renewal;
#[cfg(test)]
pub(in crate::model) mod testbed;
#[cfg(test)]
mod tests;

use applications::file;
pub use filing::{
    BINS, Mass, bin_share, bin_z, filed_share, filing_threshold, grant_chance, lapse_chance,
    points_need, practise_chance,
};
pub use grants::examined_share;
use grants::{close, give_to_firms, grant};
pub use office::PatentOffice;
pub use queue::{ABROAD, Closed, FIRMS, OWNERS, UNITS, Vintage, examine, throughput};

use super::books::{Account, Instrument};
use super::context::Context;
use super::state::State;
use renewal::renew_and_use;

crate::family! {
    /// Parameters of filing, examination, renewal and use.
    pub struct PatentParameters in "patents" {
        /// Inventions considered for filing per R&D volume \[thousand per tn of 2020\].
        considered_per_volume,
        /// Filings considered per disclosure of universities and institutes.
        considered_per_disclosure,
        /// Standard deviation of log quality.
        quality_log_sd,
        /// Fee on the log scale of private value.
        fee_log,
        /// Worth of the full subsidy on that scale.
        subsidy_log,
        /// Worth of full points on that scale.
        points_log,
        /// Share of inventions filed for use whatever the subsidy.
        use_motivated_share,
        /// Log quality above which those are filed.
        use_motivated_threshold,
        /// Patents a firm that end its need of points by the factor 1/e.
        points_enough,
        /// Bar of examination on log quality.
        grant_bar,
        /// Noise of examination.
        grant_noise,
        /// Share of filings examined in 2018.
        examined_share_2018,
        /// Growth of that share \[1/yr\].
        examined_share_growth,
        /// Ceiling of that share.
        examined_share_ceiling,
        /// Grant share of applicants from abroad.
        foreign_grant_share,
        /// Backlog at the start of 2013 \[thousand\].
        backlog_2013,
        /// Vintages that make up that backlog \[quarters\].
        backlog_vintages,
        /// Patents in force of firms at the start of 2013 \[thousand\].
        in_force_firms_2013,
        /// Patents in force of universities and institutes then \[thousand\].
        in_force_units_2013,
        /// Patents in force of owners abroad then \[thousand\].
        in_force_abroad_2013,
        /// Log quality at which half the patents are given up in a year.
        keep_bar,
        /// Spread of that.
        keep_sd,
        /// Log quality at which half of enterprises practise their patent.
        practise_bar,
        /// Spread of that.
        practise_sd,
        /// Share of university patents used in their own firms.
        university_own_use,
        /// Quarters a university patent stays in use after industrialisation, times 4.
        university_use_years,
        /// Official and attorney fee of a filing \[mn, 2020 prices\].
        filing_cost,
        /// Part of it that is official.
        official_share,
        /// Full subsidy over the fee.
        subsidy_over_fee,
        /// Cost of an examiner \[mn/yr, 2020 prices\].
        examiner_cost,
    }
}

/// Counters of this quarter, in real patents.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PatentTally {
    /// Inventions considered by owner.
    pub considered: [f64; OWNERS],
    /// Filings by owner.
    pub filings: [f64; OWNERS],
    /// Filings that entered examination.
    pub entered: f64,
    /// Filings that left before examination.
    pub withdrawn: f64,
    /// Cases closed.
    pub disposals: f64,
    /// Grants by owner.
    pub grants: [f64; OWNERS],
    /// Mean log quality of domestic grants.
    pub grant_quality: f64,
    /// Mean months from filing to disposal.
    pub pendency: f64,
    /// Patents that lapsed.
    pub lapsed: f64,
    /// Patents in force by owner.
    pub in_force: [f64; OWNERS],
    /// Share of enterprises' patents in use.
    pub use_enterprise: f64,
    /// Share of universities' and institutes' patents in use.
    pub use_university: f64,
    /// Weighted patents given to firm agents.
    pub firms_granted: f64,
}

/// Files, examines, grants, renews.
pub fn file_and_examine(state: &mut State, ctx: &Context) {
    let mut office = std::mem::take(&mut state.patents);
    office.tally = PatentTally::default();
    let (filed, waiting) = file(&mut office, state, ctx);
    let closed = close(&mut office, ctx, filed);
    let rates = grant(&mut office, ctx, &closed);
    give_to_firms(&mut office, state, ctx, rates, waiting);
    renew_and_use(&mut office, state, ctx);
    let extra = ctx.law.patents.examiners_extra;
    if extra > 0.0 {
        // derived: thousand examiners, a quarter of a year
        let cost = 1000.0 * extra * ctx.parameters.patents.examiner_cost * ctx.world.price / 4.0;
        state.books.pay(
            Account::Central,
            Account::Households,
            Instrument::PatentOffice,
            cost,
        );
    }
    state.patents = office;
}
