//! Turns a run's readings into one number a metric.
//!
//! Flows are means per year, ratios are ratios of sums, stocks are means of the last four
//! quarters, cohort rates count cohorts disclosed long enough before the end. Money is billion
//! yuan at prices of 2020, counts are thousands.

use super::reading::Record;
use crate::base::math;
use crate::base::metric::{Direction, MetricSpec};
use crate::model::books::{INSTRUMENT_IDS, INSTRUMENTS, Instrument};
use crate::model::funnel::FunnelState;
use crate::model::world::WARM_UP;
use std::sync::LazyLock;

/// Quarters within which a use-motivated contract counts as conversion.
pub const CONVERSION_WINDOW: usize = 12; // derived: definition of the metric
/// Quarters within which industrialisation counts.
pub const INDUSTRIALISATION_WINDOW: usize = 24; // derived: definition of the metric

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

/// Headline metrics, in the order of [`headline`].
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
];

/// Headline metrics.
pub fn metrics() -> &'static [MetricSpec] {
    METRICS
}

/// Quarterly series, in the order of [`series_value`].
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

const THOUSAND: f64 = 1e3; // derived: mn to bn, units to thousands
const PERCENT: f64 = 100.0; // derived: share to percent
const PER_YEAR: f64 = 4.0; // derived: quarters a year

/// Readings `first..=last` of a record.
#[derive(Clone, Copy)]
struct Window<'a> {
    record: &'a Record,
    first: usize,
    last: usize,
}

impl Window<'_> {
    fn quarters(&self) -> f64 {
        (self.last + 1 - self.first) as f64
    }

    /// Sum over the window.
    fn sum(&self, column: &[f64]) -> f64 {
        column[self.first..=self.last].iter().sum()
    }

    /// Sum over the window at prices of 2020.
    fn real(&self, column: &[f64]) -> f64 {
        (self.first..=self.last)
            .map(|t| column[t] / self.record.price[t])
            .sum()
    }

    /// Mean of a yearly rate of money, bn at prices of 2020.
    fn rate(&self, column: &[f64]) -> f64 {
        self.real(column) / self.quarters() / THOUSAND
    }

    /// Mean per year of a count of each quarter, thousands.
    fn count(&self, column: &[f64]) -> f64 {
        self.sum(column) / self.quarters() * PER_YEAR / THOUSAND
    }

    /// Mean of the last four quarters.
    fn late(&self, column: &[f64]) -> f64 {
        let from = (self.last + 1).saturating_sub(4).max(self.first); // derived: four quarters
        let late = &column[from..=self.last];
        late.iter().sum::<f64>() / late.len() as f64
    }

    fn share(&self, top: &[f64], bottom: &[f64]) -> f64 {
        PERCENT * ratio(self.sum(top), self.sum(bottom))
    }
}

/// A ratio that is 0 where nothing is divided by nothing.
fn ratio(top: f64, bottom: f64) -> f64 {
    if top == 0.0 { 0.0 } else { top / bottom }
}

/// Relief and outlays of a quarter, all instruments and payers \[mn\].
pub fn fiscal_cost(accrual: &[[f64; 2]; INSTRUMENTS]) -> f64 {
    (0..INSTRUMENTS)
        .filter(|&k| !is_receipt(k))
        .map(|k| accrual[k][0] + accrual[k][1])
        .sum()
}

/// Outlays less receipts of a quarter \[mn\]: relief is not money and counts through the tax.
pub fn fiscal_net(accrual: &[[f64; 2]; INSTRUMENTS]) -> f64 {
    (0..INSTRUMENTS)
        .filter(|&k| !is_relief(k))
        .map(|k| accrual[k][0] + accrual[k][1])
        .sum()
}

/// Whether an instrument is a receipt that no relief or outlay is part of.
fn is_receipt(k: usize) -> bool {
    [
        Instrument::CorporateTax,
        Instrument::PatentFee,
        Instrument::RewardTax,
    ]
    .iter()
    .any(|receipt| *receipt as usize == k)
}

/// Whether an instrument forgoes tax instead of paying money.
fn is_relief(k: usize) -> bool {
    [
        Instrument::SuperDeduction,
        Instrument::HighTechRate,
        Instrument::SmallProfitRate,
        Instrument::TransferRelief,
        Instrument::GiftDeduction,
        Instrument::RegistrationRelief,
        Instrument::RewardRelief,
    ]
    .iter()
    .any(|relief| *relief as usize == k)
}

/// Headline metrics of a run over readings `first..=last`; `funnel` at the end, `duration` the
/// funnel's histogram of times at the start.
pub fn headline(
    record: &Record,
    first: usize,
    last: usize,
    funnel: &FunnelState,
    disclosed_by_cohort: &[f64],
    duration: &[f64],
) -> Vec<f64> {
    let w = Window {
        record,
        first,
        last,
    };
    let r = record;
    let public = w.rate(&r.rd_universities) + w.rate(&r.rd_institutes) + w.rate(&r.rd_others);
    let all_nominal = w.sum(&r.rd_reported)
        + w.sum(&r.rd_universities)
        + w.sum(&r.rd_institutes)
        + w.sum(&r.rd_others);
    let real_accrual = |f: fn(&[[f64; 2]; INSTRUMENTS]) -> f64| {
        (first..=last)
            .map(|t| f(&r.accrual[t].0) / r.price[t])
            .sum::<f64>()
            / w.quarters()
            * PER_YEAR
            / THOUSAND
    };
    let cost = real_accrual(fiscal_cost);
    let years = w.quarters() / PER_YEAR;
    let growth = (r.ln_productivity[last] - r.ln_productivity[first]) / math::max(years, 1.0);
    let real_price = |column: &[f64]| w.late(column) / w.late(&r.price) / THOUSAND;
    vec![
        w.rate(&r.rd_reported) + public,
        w.rate(&r.rd_real),
        w.rate(&r.rd_reported),
        w.rate(&r.rd_claimed),
        w.sum(&r.rd_volume) / w.quarters() / THOUSAND,
        PERCENT * ratio(all_nominal, w.sum(&r.gdp)),
        w.late(&r.doers) / THOUSAND,
        w.late(&r.claimants) / THOUSAND,
        w.late(&r.hightech) / THOUSAND,
        w.late(&r.researchers) / THOUSAND,
        w.count(&r.grants),
        w.count(&r.disclosures),
        w.count(&r.contracts),
        w.rate(&r.contract_value) * PER_YEAR,
        w.rate(&r.market_value),
        cohort_rate(
            disclosed_by_cohort,
            &funnel.dealt_within_12,
            first,
            last,
            CONVERSION_WINDOW,
        ),
        cohort_rate(
            disclosed_by_cohort,
            &funnel.industrialised_within_24,
            first,
            last,
            INDUSTRIALISATION_WINDOW,
        ),
        w.count(&r.industrialised),
        mean_duration(&funnel.duration, duration),
        w.share(&r.new_product_sales, &r.sales),
        PERCENT * growth,
        real_price(&r.tech_loans),
        PERCENT * w.late(&r.constrained),
        PERCENT * w.late(&r.non_performing),
        cost,
        real_accrual(fiscal_net),
        ratio(w.rate(&r.rd_real), cost),
        ratio(w.count(&r.industrialised) * THOUSAND, cost),
        w.share(&r.rd_small, &r.rd_real),
        PERCENT
            * ratio(
                w.sum(&r.relabelled),
                w.sum(&r.relabelled) + w.sum(&r.rd_real),
            ),
        w.share(&r.local_contracts, &r.contracts),
    ]
}

/// Share of the cohorts `first..=last − window` that has reached an event, percent; 0 where the
/// horizon is too short for any.
fn cohort_rate(
    disclosed: &[f64],
    reached: &[f64],
    first: usize,
    last: usize,
    window: usize,
) -> f64 {
    if first + window > last {
        return 0.0;
    }
    let cohorts = first..=last - window;
    let part = |column: &[f64]| column.get(cohorts.clone()).map_or(0.0, |c| c.iter().sum());
    PERCENT * ratio(part(reached), part(disclosed))
}

/// Mean quarters to industrialisation of what was industrialised since the start.
fn mean_duration(end: &[f64], start: &[f64]) -> f64 {
    let mut mass = 0.0;
    let mut weighted = 0.0;
    for (quarters, (after, before)) in end.iter().zip(start).enumerate() {
        mass += after - before;
        weighted += quarters as f64 * (after - before);
    }
    ratio(weighted, mass)
}

/// Values of the quarterly series at reading `t`.
pub fn series_value(record: &Record, t: usize, out: &mut Vec<f64>) {
    let r = record;
    let real = 1.0 / r.price[t] / THOUSAND;
    let public = r.rd_universities[t] + r.rd_institutes[t] + r.rd_others[t];
    let since = (t + 1).saturating_sub(4); // derived: four quarters
    let cost: f64 = (since..=t)
        .map(|k| fiscal_cost(&r.accrual[k].0) / r.price[k])
        .sum();
    out.extend([
        r.rd_real[t] * real,
        r.rd_reported[t] * real,
        PERCENT * (r.rd_reported[t] + public) / r.gdp[t],
        r.doers[t] / THOUSAND,
        r.researchers[t] / THOUSAND,
        r.grants[t] * PER_YEAR / THOUSAND,
        r.disclosures[t] * PER_YEAR / THOUSAND,
        r.contracts[t] * PER_YEAR / THOUSAND,
        r.industrialised[t] * PER_YEAR / THOUSAND,
        r.market_value[t] * real,
        r.tech_loans[t] * real,
        cost / THOUSAND,
    ]);
}

/// Groups by which winners and losers are counted.
pub const BAND_GROUPS: [&str; 14] = [
    "size.small",
    "size.medium",
    "size.large",
    "ownership.private",
    "ownership.state",
    "ownership.foreign",
    "region.beijing",
    "region.shanghai",
    "region.delta",
    "region.guangdong",
    "region.hubei",
    "region.shandong",
    "region.midwest",
    "region.rest",
];
/// Bands of the change in the present value of after-tax profit.
pub const BANDS: [&str; 5] = ["b1", "b2", "b3", "b4", "b5"];
/// Stages of the funnel, in order.
pub const FUNNEL: [&str; 5] = [
    "disclosed",
    "dealt",
    "proof_of_concept",
    "pilot",
    "industrialised",
];

static DETAILS: LazyLock<Vec<MetricSpec>> = LazyLock::new(|| {
    let mut list = Vec::new();
    let name = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    for stage in FUNNEL {
        let id = name(format!("funnel.{stage}"));
        list.push(metric(
            id,
            "thousand/yr",
            Higher,
            stage,
            stage,
            "Public inventions that reach the stage; mean per year.",
        ));
    }
    for instrument in INSTRUMENT_IDS {
        for payer in ["central", "local"] {
            let id = name(format!("fiscal.{instrument}.{payer}.static"));
            let label = name(format!("{} ({payer})", instrument.replace('_', " ")));
            list.push(metric(
                id,
                BN,
                Lower,
                label,
                label,
                "Relief or outlay accrued at the behaviour of the run; mean per year.",
            ));
        }
    }
    for payer in ["central", "local"] {
        let id = name(format!("fiscal.total.{payer}.dynamic"));
        list.push(metric(
            id,
            BN,
            Lower,
            "net budget",
            "净预算",
            "Outlays less receipts; mean per year.",
        ));
    }
    for group in BAND_GROUPS {
        for band in BANDS {
            let id = name(format!("bands.{group}.{band}"));
            list.push(metric(id, "share of firms", Neutral, band, band, "Share of firms by change in present value of after-tax profit against the baseline."));
        }
    }
    list
});

/// Detail metrics: funnel, fiscal account, bands.
pub fn details() -> &'static [MetricSpec] {
    &DETAILS
}

/// Values of the funnel and fiscal details over readings `first..=last`; the bands follow.
pub fn detail_values(record: &Record, first: usize, last: usize, out: &mut Vec<f64>) {
    let w = Window {
        record,
        first,
        last,
    };
    out.push(w.count(&record.disclosures));
    out.push(w.count(&record.funnel_entered));
    for stage in 0..3 {
        // derived: proof of concept, pilot, first sale
        let passed: f64 = (first..=last).map(|t| record.funnel_passed[t][stage]).sum();
        out.push(passed / w.quarters() * PER_YEAR / THOUSAND);
    }
    let mean = |f: &dyn Fn(&[[f64; 2]; INSTRUMENTS]) -> f64| {
        let sum: f64 = (first..=last)
            .map(|t| f(&record.accrual[t].0) / record.price[t])
            .sum();
        sum / w.quarters() * PER_YEAR / THOUSAND
    };
    for k in 0..INSTRUMENTS {
        for payer in 0..2 {
            out.push(mean(&|accrual| accrual[k][payer]));
        }
    }
    for payer in 0..2 {
        out.push(mean(&|accrual| {
            (0..INSTRUMENTS)
                .filter(|&k| !is_relief(k))
                .map(|k| accrual[k][payer])
                .sum()
        }));
    }
}

/// Index of the first reading of a quarter.
pub fn reading_index(quarter: crate::base::time::Quarter) -> usize {
    quarter.since(WARM_UP) as usize
}
