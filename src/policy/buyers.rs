//! First buyers: first-set insurance, first purchase, liability.

crate::family! {
    /// First buyers: first-set insurance, first purchase, liability.
    pub struct Buyers in "buyers" {
    }
}
