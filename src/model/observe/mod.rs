//! What statistics would print, beside what is true: one reading a quarter.
//!
//! ```text
//! R_stat = Σ_frame w (R + ϑ m)(1 + capital share) + ω · the same of firms below the frame
//! R_tax  = Σ_claimants w · (base of the extra deduction)
//! ```
//!
//! Money is million yuan at current prices, flows are yearly rates, counts are real units.

pub mod headline;
pub mod reading;

pub use headline::{detail_values, details, headline, metrics, reading_index, series, series_value};
pub use reading::{Reading, Record, read};

crate::family! {
    /// How statistics see the economy.
    pub struct ObserveParameters in "observe" {
        /// Share of relabelled cost that statistics believe ϑ \[share\].
        believed_share,
        /// Share of firms below the frame that statistics add ω \[share\].
        small_share,
        /// Capital outlay over current R&D cost \[share\].
        capital_share,
        /// Sales from which a firm is in the frame \[mn/yr\].
        frame_sales,
        /// Discount rate of the state, real \[1/yr\].
        social_discount,
    }
}
