//! Bank credit, guarantees, guide funds.

crate::family! {
    /// Bank credit, guarantees, guide funds.
    pub struct Finance in "finance" {
    }
}
