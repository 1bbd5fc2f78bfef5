//! Bank credit and equity: quota, re-lending, what banks may lend on, who bears the loss, guide funds.

crate::family! {
    /// Bank credit to technology firms, and funds.
    pub struct Finance in "finance" {
        /// Growth of banks' quota for technology loans over the recorded path \[points/yr\].
        loan_quota_growth,
        /// Quota of central-bank re-lending for technology loans \[bn\].
        relending_quota,
        /// Rate of that re-lending \[1/yr\].
        relending_rate,
        /// Weight of innovation points (knowledge) in the credit limit \[share\].
        points_lending,
        /// Loan on a yuan of pledged patent value \[share\].
        pledge_ratio,
        /// Share of credit losses borne by government \[share\].
        risk_compensation,
        /// Part of a loan on which a bank takes options on shares \[share\].
        linkage,
        /// Guide-fund money paid into funds beyond the recorded path \[bn/yr\].
        guide_fund,
        /// Part of losses for which managers of state partners' money bear no blame \[share\].
        fault_tolerance,
    }
}
