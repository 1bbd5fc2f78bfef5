//! Training, data and compute access.

crate::family! {
    /// Training, data and compute access.
    pub struct People in "people" {
        /// Graduates trained for research beyond the recorded path \[thousand/yr\].
        training,
        /// Price of data for R&D over today's \[ratio\].
        data_price,
        /// Price of compute for R&D over today's \[ratio\].
        compute_price,
    }
}
