//! Calls, who poses needs, who judges.

crate::family! {
    /// Calls, who poses needs, who judges.
    pub struct Programmes in "programmes" {
    }
}
