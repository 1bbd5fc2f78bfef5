//! Super-deduction, rates, thresholds, refund, audit.

crate::family! {
    /// Super-deduction, rates, thresholds, refund, audit.
    pub struct Tax in "tax" {
    }
}
