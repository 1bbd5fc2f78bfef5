//! Filing subsidies and examiners.

crate::family! {
    /// Filing subsidies and examiners.
    pub struct Patents in "patents" {
    }
}
