//! How heads of state firms are appraised.

crate::family! {
    /// How heads of state firms are appraised.
    pub struct StateFirms in "state_firms" {
        /// Part of R&D that is added back to the year's profit in appraisal \[share\].
        rd_addback,
        /// Reward for R&D in the appraisal of leaders \[0..1\].
        leader_appraisal,
    }
}
