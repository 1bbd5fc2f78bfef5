//! Approval of new products: assessment, filing, sandbox, access, supervision.

crate::family! {
    /// Approval of new products: assessment, filing, sandbox, access, supervision.
    pub struct Regulation in "regulation" {
        /// Part of the assessment's waiting time that simplification saves \[share\].
        assessment_saved,
        /// Products that need approval, least risky first, for which a promise and filing will do \[share\].
        filing_open,
        /// Products that need approval for which the sandbox has a place \[share\].
        sandbox_places,
        /// Regions where a licence to enter is no longer asked for \[share of regions\].
        market_access,
        /// Supervision that looks only when a trigger fires \[share of products\].
        trigger_supervision,
    }
}
