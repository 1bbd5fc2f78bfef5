//! Rules for inventors of public units who found a firm.

crate::family! {
    /// Rules for inventors of public units who found a firm.
    pub struct Founding in "founding" {
        /// Units that keep the post of inventors who found a firm \[share of units\].
        leave,
        /// Units that let inventors found a firm by rule, without an official's consent \[share of units\].
        consent,
    }
}
