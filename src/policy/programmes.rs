//! Calls for research money: how much, who poses the needs, who judges.

crate::family! {
    /// Calls for research money.
    pub struct Programmes in "programmes" {
        /// Growth of the call budget beyond that of fiscal science money \[points a year\].
        call_budget_growth,
        /// Share of topics that firms pose \[share\].
        enterprise_posed_share,
        /// Share of experts from firms on the juries \[share\].
        enterprise_expert_share,
        /// Share of the call reserved for firms below 400 mn of sales \[share\].
        small_firm_share,
        /// Accuracy with which foresight places topics on fields of need \[share\].
        foresight_accuracy,
        /// Local bonus on claimed R&D, paid after the year \[share\].
        local_bonus_rate,
        /// Share of call money kept for firms and universities together \[share\].
        consortium,
    }
}
