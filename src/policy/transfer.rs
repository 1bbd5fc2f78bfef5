//! Office coverage, staff, managers, reach, centres.

crate::family! {
    /// Office coverage, staff, managers, reach, centres.
    pub struct Transfer in "transfer" {
    }
}
