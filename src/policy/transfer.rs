//! Office coverage, staff, managers, reach, centres.

crate::family! {
    /// Office coverage, staff, managers, reach, centres.
    pub struct Transfer in "transfer" {
        /// Reporting units with a transfer office \[share of reporting units\].
        office_coverage,
        /// Full-time staff of all offices, thousand \[thousand FTE\].
        office_staff,
        /// Share of office staff's time that goes to cases \[share\].
        fulltime_share,
        /// Posts for technology managers, thousand \[thousand posts\].
        managers,
        /// Technology managers trained a year, thousand \[thousand a year\].
        manager_training,
        /// Share of search outside the home region \[share of search\].
        reach,
        /// Cases that shared centres can serve for units without an office, thousand a year \[thousand cases a year\].
        centre_service,
        /// Share of filings evaluated before filing \[share of filings\].
        pre_filing_evaluation,
    }
}
