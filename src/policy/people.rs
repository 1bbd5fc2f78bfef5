//! Training, data and compute access.

crate::family! {
    /// Training, data and compute access.
    pub struct People in "people" {
    }
}
