//! Registration of technology contracts: relief, awards, targets, audits.

crate::family! {
    /// Registration of technology contracts: relief, awards, targets, audits.
    pub struct Registration in "registration" {
        /// Value-added tax that a registered seller need not charge \[share of value\].
        vat_relief,
        /// Award on registered value \[share of value\].
        award_rate,
        /// Cap of awards per seller and year \[mn\].
        award_cap,
        /// Growth of local registration targets \[1/yr\].
        target_growth,
        /// Share of registered contracts audited a year \[share\].
        audit_rate,
    }
}
