//! Proof-of-concept and pilot platforms.

crate::family! {
    /// Proof-of-concept and pilot platforms.
    pub struct Maturation in "maturation" {
    }
}
