//! Foreign access and the responses to its loss: inputs, partners, centres, people, markets.

crate::family! {
    /// Foreign access and the responses to its loss.
    pub struct Openness in "openness" {
        /// Share of imported R&D inputs and key parts that foreign suppliers may sell \[share\].
        input_access,
        /// Share of knowledge links that foreign rules allow \[share\].
        knowledge_access,
        /// Share of foreign buyers that may buy \[share\].
        market_access,
        /// Support of makers of substitutes beyond standing programmes \[bn/yr\].
        substitute_support,
        /// Joint-project money for foreign partners beyond standing programmes \[bn/yr\].
        partner_funding,
        /// Share of a foreign centre's cost paid beyond standing terms \[share\].
        centre_incentive,
        /// Pay added for a returnee beyond standing schemes \[thousand yuan a year\].
        talent_support,
    }
}
