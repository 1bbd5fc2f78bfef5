//! Proof-of-concept centres and pilot bases: places, fee, who pays.

crate::family! {
    /// Proof-of-concept centres and pilot bases: places, fee, who pays.
    pub struct Maturation in "maturation" {
        /// Places for proof of concept in the country \[thousand projects at a time\].
        proof_of_concept_slots,
        /// Places in pilot bases in the country \[thousand projects at a time\].
        pilot_slots,
        /// Fee over the running cost of a place \[share\].
        platform_fee,
        /// Share of running cost not earned by fees that the public pays \[share\].
        public_share,
    }
}
