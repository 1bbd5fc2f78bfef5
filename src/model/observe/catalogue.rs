//! What is measured: ids, units, labels and definitions of metrics, series and details.

mod details;
mod series;

pub use details::{BAND_GROUPS, BANDS, FUNNEL, details};
pub use series::series;

use crate::base::metric::{Direction, MetricSpec};

const fn metric(
    id: &'static str,
    unit: &'static str,
    direction: Direction,
    label_en: &'static str,
    label_zh: &'static str,
    definition: &'static str,
) -> MetricSpec {
    MetricSpec {
        id,
        unit,
        direction,
        label_en,
        label_zh,
        definition,
    }
}

use Direction::{Higher, Lower, Neutral};

const BN: &str = "CNY bn/yr, 2020 prices";

/// Headline metrics, in the order of [`super::headline()`].
static METRICS: &[MetricSpec] = &[
    metric(
        "rd_total",
        BN,
        Higher,
        "R&D, all performers",
        "全社会研发经费",
        "R&D of firms as statistics count it, universities, institutes and others; mean per year.",
    ),
    metric(
        "rd_business_real",
        BN,
        Higher,
        "R&D of firms, real",
        "企业真实研发支出",
        "What firms truly spend on R&D, without relabelled cost; mean per year.",
    ),
    metric(
        "rd_business_reported",
        BN,
        Neutral,
        "R&D of firms, as statistics count it",
        "企业研发经费（统计口径）",
        "R&D of firms in the statistical frame with the relabelled cost that statistics believe and capital outlay; mean per year.",
    ),
    metric(
        "rd_business_claimed",
        BN,
        Neutral,
        "R&D claimed for the super-deduction",
        "加计扣除申报研发费用",
        "Cost on which firms claim the super-deduction, relabelled cost included; mean per year.",
    ),
    metric(
        "rd_volume",
        "bn/yr, R&D prices of 2015",
        Higher,
        "Volume of firms' R&D",
        "企业研发实物量",
        "Real R&D of firms over the price of R&D, by field; mean per year.",
    ),
    metric(
        "rd_intensity",
        "% of GDP",
        Higher,
        "R&D over GDP",
        "研发强度",
        "R&D of all performers over GDP; ratio of sums.",
    ),
    metric(
        "rd_doers",
        "thousand firms",
        Higher,
        "Firms doing R&D",
        "开展研发活动的企业数",
        "Firms with R&D; mean of the last four quarters.",
    ),
    metric(
        "claimants",
        "thousand firms",
        Neutral,
        "Firms claiming the super-deduction",
        "享受加计扣除企业数",
        "Firms that claim; mean of the last four quarters.",
    ),
    metric(
        "hightech_firms",
        "thousand firms",
        Neutral,
        "Certified high-tech enterprises",
        "高新技术企业数",
        "Firms with a valid certificate; mean of the last four quarters.",
    ),
    metric(
        "researchers",
        "thousand FTE",
        Higher,
        "Researchers",
        "研发人员全时当量",
        "Full-time equivalents in R&D; mean of the last four quarters.",
    ),
    metric(
        "invention_grants",
        "thousand/yr",
        Neutral,
        "Invention patents granted",
        "发明专利授权量",
        "Grants to all applicants; mean per year.",
    ),
    metric(
        "disclosures",
        "thousand/yr",
        Neutral,
        "Inventions disclosed",
        "披露的职务发明",
        "Inventions that universities and institutes disclose; mean per year.",
    ),
    metric(
        "contracts",
        "thousand/yr",
        Neutral,
        "Contracts of universities and institutes",
        "高校院所转让许可作价合同数",
        "Transfers, licences and stakes, whatever the motive; mean per year.",
    ),
    metric(
        "contract_value",
        BN,
        Neutral,
        "Value of these contracts",
        "高校院所转让许可作价合同额",
        "Fees agreed; mean per year.",
    ),
    metric(
        "tech_market_turnover",
        BN,
        Neutral,
        "Technology market turnover",
        "技术合同成交额",
        "Value of registered technology contracts; mean per year.",
    ),
    metric(
        "conversion_rate",
        "%",
        Higher,
        "Conversion rate",
        "成果转化率",
        "Share of inventions disclosed that are under a use-motivated contract within 12 quarters; cohorts disclosed at least 12 quarters before the end.",
    ),
    metric(
        "industrialisation_rate",
        "%",
        Higher,
        "Industrialisation rate",
        "产业化率",
        "Share of inventions disclosed that are industrialised within 24 quarters; cohorts disclosed at least 24 quarters before the end.",
    ),
    metric(
        "industrialised",
        "thousand/yr",
        Higher,
        "Inventions industrialised",
        "实现产业化的成果数",
        "Public inventions that reach industry; mean per year.",
    ),
    metric(
        "quarters_to_industrialise",
        "quarters",
        Lower,
        "Quarters from disclosure to industry",
        "披露到产业化的季度数",
        "Mean over inventions industrialised in the horizon, restricted to 24 quarters.",
    ),
    metric(
        "new_product_revenue_share",
        "%",
        Higher,
        "New-product share of sales",
        "新产品销售收入占比",
        "Sales of products under three years old over sales; ratio of sums.",
    ),
    metric(
        "productivity_growth",
        "%/yr",
        Higher,
        "Productivity growth",
        "生产率增速",
        "Growth of sales-weighted productivity, annualised.",
    ),
    metric(
        "tech_loan_stock",
        "CNY bn, 2020 prices",
        Neutral,
        "Technology loans",
        "科技贷款余额",
        "Loans to technology SMEs and high-tech firms, overlap once; mean of the last four quarters.",
    ),
    metric(
        "constrained_share",
        "%",
        Lower,
        "Firms short of money for R&D",
        "研发受融资约束企业占比",
        "Weighted share of doers whose desired R&D exceeds what they can pay; mean of the last four quarters.",
    ),
    metric(
        "non_performing_share",
        "%",
        Lower,
        "Non-performing technology loans",
        "科技贷款不良率",
        "Non-performing over outstanding technology loans; mean of the last four quarters.",
    ),
    metric(
        "fiscal_cost",
        BN,
        Lower,
        "Fiscal cost",
        "财政成本",
        "Tax relief and outlays of all instruments, accrued, at the behaviour of the run; mean per year.",
    ),
    metric(
        "fiscal_net",
        BN,
        Lower,
        "Net fiscal cost",
        "净财政成本",
        "Outlays less receipts, corporate tax among them, accrued; mean per year. Its paired difference is the dynamic cost.",
    ),
    metric(
        "rd_per_fiscal_yuan",
        "yuan/yuan",
        Higher,
        "Real R&D of firms per yuan of fiscal cost",
        "每元财政成本对应企业真实研发",
        "Real R&D of firms over fiscal cost; ratio of sums.",
    ),
    metric(
        "industrialised_per_fiscal_bn",
        "inventions per CNY bn",
        Higher,
        "Inventions industrialised per billion of fiscal cost",
        "每十亿元财政成本对应产业化成果数",
        "Inventions industrialised over fiscal cost; ratio of sums.",
    ),
    metric(
        "small_firm_rd_share",
        "%",
        Neutral,
        "Share of smaller firms in R&D",
        "中小企业研发占比",
        "Real R&D of firms with sales below 400 mn over that of all firms; ratio of sums.",
    ),
    metric(
        "relabelled_share",
        "%",
        Lower,
        "Relabelled share of claimed cost",
        "申报费用中的虚列占比",
        "Relabelled cost over real R&D and relabelled cost; ratio of sums.",
    ),
    metric(
        "local_deal_share",
        "%",
        Neutral,
        "Deals inside one region",
        "区域内成交占比",
        "Contracts of universities and institutes whose buyer is in their region; ratio of sums.",
    ),
    metric(
        "spin_offs",
        "thousand/yr",
        Neutral,
        "Firms founded by inventors",
        "科研人员创办企业",
        "Firms that inventors of universities and institutes found on an invention nobody took; mean per year.",
    ),
    metric(
        "user_incidents",
        "incidents/yr",
        Lower,
        "Serious incidents with new products",
        "新产品严重事故",
        "Serious incidents to be expected of products that need approval, in sandboxes and on sale; mean per year.",
    ),
];

/// Headline metrics.
pub fn metrics() -> &'static [MetricSpec] {
    METRICS
}
