//! First buyers: first-set insurance, first purchase, liability.

crate::family! {
    /// First buyers: first-set insurance, first purchase, liability.
    pub struct Buyers in "buyers" {
        /// Share of a buyer's loss that first-set insurance covers \[share\].
        first_set_insurance_cover,
        /// Share of the insurance premium that the state pays \[share\].
        first_set_premium_subsidy,
        /// Share of public orders reserved for first products \[share\].
        first_purchase_quota,
        /// Share of a state buyer's blame for a failed first set that the rule lifts \[share\].
        liability_rule,
        /// Share of the tender cost that the fast lane saves \[share\].
        green_channel,
        /// Share of large users that open a test scene \[share\].
        scene_opening,
    }
}
