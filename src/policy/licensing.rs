//! Terms of licences: open, use-first-pay-later, royalty.

crate::family! {
    /// Terms of licences: open, use-first-pay-later, royalty.
    pub struct Licensing in "licensing" {
        /// Share of the shelf posted at a standard price \[share of shelf\].
        open_licence,
        /// Share of units that offer use first and payment later \[share of units\].
        use_first_pay_later,
        /// Part of the owner's loss on a failed trial that the state bears \[share of loss\].
        upfl_cover,
        /// Part of the price paid as royalty rather than fee \[share of price\].
        royalty_shift,
    }
}
