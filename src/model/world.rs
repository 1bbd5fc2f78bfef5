//! Drivers from outside the model, quarter by quarter: demand, prices, rates, budgets.

use crate::base::time::Quarter;
use crate::evidence::Evidence;

/// First quarter of the warm-up.
pub const WARM_UP: Quarter = Quarter::new(2013, 1);
/// First quarter of the recorded history that is judged.
pub const HISTORY: Quarter = Quarter::new(2015, 1);
/// Last quarter of recorded history.
pub const LAST_RECORDED: Quarter = Quarter::new(2024, 4);
/// Last quarter drivers reach.
pub const HORIZON: Quarter = Quarter::new(2035, 4);

/// Drivers of one quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WorldQuarter {
    /// Price level, mean of 2020 = 1.
    pub price: f64,
    /// Log growth of the price level this quarter.
    pub price_growth: f64,
    /// GDP, nominal \[bn/yr\].
    pub gdp: f64,
    /// Log growth of nominal sales of industry this quarter.
    pub industry_growth: f64,
    /// Log growth of nominal sales of services and small firms this quarter.
    pub services_growth: f64,
    /// Policy-linked one-year loan rate \[1/yr\].
    pub loan_rate: f64,
    /// Rate on loans to small firms \[1/yr\].
    pub sme_loan_rate: f64,
    /// Log growth of the technology-SME loan quota this quarter.
    pub loan_quota_growth: f64,
    /// Public science and technology money \[bn/yr\].
    pub fiscal_science: f64,
    /// Share of it that local governments pay.
    pub local_share: f64,
    /// Appropriations to universities for R&D \[bn/yr\].
    pub appropriation_universities: f64,
    /// Appropriations to public institutes for R&D \[bn/yr\].
    pub appropriation_institutes: f64,
    /// R&D of other public performers \[bn/yr\].
    pub other_performers: f64,
    /// New graduates entering research a year, over the researcher stock \[1/yr\].
    pub graduates: f64,
    /// Patent examiners \[thousand\].
    pub examiners: f64,
    /// Cases one examiner closes a year.
    pub cases_per_examiner: f64,
    /// Foreign invention filings \[thousand/yr\].
    pub foreign_filings: f64,
    /// Log growth of the world frontier's productivity this quarter.
    pub frontier_growth: f64,
    /// Imported share of R&D inputs and key parts.
    pub import_share: f64,
    /// Exported share of sales.
    pub export_share: f64,
    /// Log growth of eligible technology trade (software, engineering, R&D services) this quarter.
    pub trade_growth: f64,
}

/// Drivers of every quarter from [`WARM_UP`] to [`HORIZON`].
#[derive(Clone, Debug)]
pub struct Drivers {
    /// By quarter since [`WARM_UP`].
    pub quarters: Vec<WorldQuarter>,
}

impl Drivers {
    /// Reads the drivers from the evidence.
    ///
    /// # Errors
    /// Names the series or year that is missing.
    pub fn new(_evidence: &Evidence) -> Result<Self, String> {
        unimplemented!()
    }

    /// Drivers of a quarter.
    pub fn at(&self, quarter: Quarter) -> &WorldQuarter {
        &self.quarters[quarter.since(WARM_UP) as usize]
    }
}
