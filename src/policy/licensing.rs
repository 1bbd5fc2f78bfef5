//! Terms of licences: open, use-first-pay-later, royalty.

crate::family! {
    /// Terms of licences: open, use-first-pay-later, royalty.
    pub struct Licensing in "licensing" {
    }
}
