//! Partners, foreign centres, talent inflow, imported inputs.

crate::family! {
    /// Partners, foreign centres, talent inflow, imported inputs.
    pub struct Openness in "openness" {
    }
}
