//! Inventors' share and control, separate assets, liability, appraisal.

crate::family! {
    /// Inventors' share and control, separate assets, liability, appraisal.
    pub struct Rights in "rights" {
        /// Minimum share of transfer income for inventors \[share of net income\].
        inventor_share,
        /// Part of an inventor's cash reward that is taxed as wage \[share\].
        inventor_cash_taxed,
        /// Units where inventors own a share or hold a long use right \[share of units\].
        inventor_control,
        /// Units that keep inventions apart from state assets \[share of units\].
        separate_assets,
        /// Belief that diligent staff are not liable for later price changes \[belief, 0 to 1\].
        liability_shield,
        /// Weight of papers in appraisal \[weight, 0 to 1\].
        appraisal_paper_weight,
        /// Weight of transfer in appraisal \[weight, 0 to 1\].
        appraisal_transfer_weight,
        /// Strength of orders to units to place patents \[strength, 1 = 2021 to 2022\].
        appraisal_push,
    }
}
