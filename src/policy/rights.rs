//! Inventors' share and control, separate assets, liability, appraisal.

crate::family! {
    /// Inventors' share and control, separate assets, liability, appraisal.
    pub struct Rights in "rights" {
    }
}
