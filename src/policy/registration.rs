//! Relief, awards and targets for registered contracts.

crate::family! {
    /// Relief, awards and targets for registered contracts.
    pub struct Registration in "registration" {
    }
}
