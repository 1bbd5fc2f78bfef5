//! Bank credit: quota, re-lending, what banks may lend on, who bears the loss.

crate::family! {
    /// Bank credit to technology firms.
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
    }
}
