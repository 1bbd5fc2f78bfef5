//! Compares variants with a baseline by paired differences of the same runs.

/// Statistics of one metric's paired difference, variant minus baseline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Metric index.
    pub metric: usize,
    /// Mean over runs in the baseline.
    pub baseline: f64,
    /// Mean over runs in the variant.
    pub variant: f64,
    /// Mean difference.
    pub mean: f64,
    /// Monte Carlo standard error of the mean, clustered by parameter draw.
    pub se: f64,
    /// 5 %, 50 % and 95 % points of the difference over runs.
    pub quantiles: [f64; 3],
    /// Share of runs in which the variant is better; `None` without direction.
    pub share_better: Option<f64>,
    /// Correlation of the pair over runs; `None` where undefined.
    pub correlation: Option<f64>,
    /// Variance of an unpaired difference over that of the paired one; `None` where undefined.
    pub variance_reduction: Option<f64>,
    /// Share of the difference's variance that lies between parameter draws; `None` with one draw.
    pub parameter_share: Option<f64>,
}

/// One variant against the baseline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VariantComparison {
    /// Scenario index.
    pub scenario: usize,
    /// One entry a headline metric.
    pub metrics: Vec<Difference>,
    /// One entry a detail metric.
    pub details: Vec<Difference>,
    /// Δ`rd_business_real` / Δ`fiscal_cost` with its Fieller interval (5 %, 95 %); `None`
    /// where the interval of the cost difference holds 0.
    pub per_fiscal_yuan: Option<(f64, [f64; 2])>,
}

/// All variants against the baseline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// By variant.
    pub variants: Vec<VariantComparison>,
}
