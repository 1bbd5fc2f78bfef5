//! Quarterly series: ids, units, labels and definitions.

use super::{BN, metric};
use crate::base::metric::Direction::{Higher, Lower, Neutral};
use crate::base::metric::MetricSpec;

/// Quarterly series, in the order of [`crate::model::observe::series_value`].
static SERIES: &[MetricSpec] = &[
    metric(
        "rd_business_real",
        BN,
        Higher,
        "R&D of firms, real",
        "企业真实研发支出",
        "Yearly rate.",
    ),
    metric(
        "rd_business_reported",
        BN,
        Neutral,
        "R&D of firms, as statistics count it",
        "企业研发经费（统计口径）",
        "Yearly rate.",
    ),
    metric(
        "rd_intensity",
        "% of GDP",
        Higher,
        "R&D over GDP",
        "研发强度",
        "All performers.",
    ),
    metric(
        "rd_doers",
        "thousand firms",
        Higher,
        "Firms doing R&D",
        "开展研发活动的企业数",
        "At the end of the quarter.",
    ),
    metric(
        "researchers",
        "thousand FTE",
        Higher,
        "Researchers",
        "研发人员全时当量",
        "At the end of the quarter.",
    ),
    metric(
        "invention_grants",
        "thousand/yr",
        Neutral,
        "Invention patents granted",
        "发明专利授权量",
        "Yearly rate.",
    ),
    metric(
        "disclosures",
        "thousand/yr",
        Neutral,
        "Inventions disclosed",
        "披露的职务发明",
        "Yearly rate.",
    ),
    metric(
        "contracts",
        "thousand/yr",
        Neutral,
        "Contracts of universities and institutes",
        "高校院所转让许可作价合同数",
        "Yearly rate.",
    ),
    metric(
        "industrialised",
        "thousand/yr",
        Higher,
        "Inventions industrialised",
        "实现产业化的成果数",
        "Yearly rate.",
    ),
    metric(
        "tech_market_turnover",
        BN,
        Neutral,
        "Technology market turnover",
        "技术合同成交额",
        "Yearly rate.",
    ),
    metric(
        "tech_loan_stock",
        "CNY bn, 2020 prices",
        Neutral,
        "Technology loans",
        "科技贷款余额",
        "At the end of the quarter.",
    ),
    metric(
        "loan_quota_used_small",
        "%",
        Neutral,
        "Loan quota used, small firms",
        "中小企业科技贷款额度使用率",
        "Loans just after lending over the quota; below 100 the quota is slack.",
    ),
    metric(
        "loan_quota_used_larger",
        "%",
        Neutral,
        "Loan quota used, larger firms",
        "较大企业科技贷款额度使用率",
        "Loans just after lending over the quota; below 100 the quota is slack.",
    ),
    metric(
        "borrowing_share",
        "%",
        Neutral,
        "Small firms with R&D that have a loan",
        "有贷款的中小研发企业占比",
        "Weighted share of small firms with R&D, on the register or not.",
    ),
    metric(
        "equity_invested",
        BN,
        Neutral,
        "Equity investment in firms with R&D",
        "股权投资额",
        "Yearly rate.",
    ),
    metric(
        "fiscal_cost",
        BN,
        Lower,
        "Fiscal cost",
        "财政成本",
        "Yearly rate, sum of four quarters.",
    ),
];

/// Quarterly series.
pub fn series() -> &'static [MetricSpec] {
    SERIES
}
