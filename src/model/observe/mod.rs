//! What statistics would print, beside what is true: one reading a quarter.
//!
//! ```text
//! R_stat = Σ_frame w (R + ϑ m)(1 + capital share) + ω · the same of firms below the frame
//! R_tax  = Σ_claimants w · (base of the extra deduction)
//! ```
//!
//! Money is million yuan at current prices, flows are yearly rates, counts are real units.

mod catalogue;
mod fiscal;
mod headline;
mod published;
pub mod reading;
mod sums;

pub use catalogue::{BAND_GROUPS, BANDS, FUNNEL, details, metrics, series};
pub use fiscal::{fiscal_cost, fiscal_net};
pub use headline::{detail_values, headline, reading_index, series_value};
pub use published::{is_published, published};
pub use reading::{Reading, Record, read};

crate::family! {
    /// How statistics see the economy.
    pub struct ObserveParameters in "observe" {
        /// Share of relabelled cost that statistics believe ϑ \[share\].
        believed_share,
        /// Share of firms below the frame that statistics add ω \[share\].
        small_share,
        /// Capital outlay over current R&D cost \[share\].
        capital_share,
        /// Sales from which a firm is in the frame \[mn/yr\].
        frame_sales,
    }
}

/// Metrics whose level or effect hangs on parameters that 2015-2024 cannot teach, with the reason
/// in English and Chinese.
pub fn assumption_driven() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        (
            "rd_business_real",
            "its trend hangs on the residual trend of project returns, a prior of 0 to 0.05 a year that 2015-2021 do not teach",
            "其趋势取决于项目收益的剩余趋势（先验每年0至0.05），2015—2021年数据无法识别",
        ),
        (
            "conversion_rate",
            "the split of university deals into use, qualification and order, and the share disclosed, are priors",
            "高校成交中使用、资质与指令三类的划分及披露比例为先验",
        ),
        (
            "industrialisation_rate",
            "hazards by stage of the funnel are priors: data fix one overall pass rate",
            "漏斗各阶段的通过率为先验：数据只能确定总体通过率",
        ),
        (
            "industrialised",
            "hazards by stage of the funnel and caution of first buyers are priors",
            "漏斗各阶段通过率与首购方谨慎程度为先验",
        ),
        (
            "quarters_to_industrialise",
            "durations by stage are priors",
            "各阶段时长为先验",
        ),
        (
            "relabelled_share",
            "the cost of relabelling is pinned together with an assumed audit rate and fine",
            "虚列成本与假定的核查概率和罚款共同决定",
        ),
        (
            "constrained_share",
            "the effect of credit on R&D is not taught by totals",
            "信贷对研发的影响无法由总量数据识别",
        ),
        (
            "productivity_growth",
            "spillover, imitation and stealing come from the literature, not from totals",
            "溢出、模仿与市场转移取自文献而非总量数据",
        ),
        (
            "tech_market_turnover",
            "ceiling and clean-up of registration cannot be told apart; the eligible trade's growth is assumed",
            "登记上限与清理无法区分；可登记交易的增速为假定",
        ),
        (
            "spin_offs",
            "how many inventors think of a firm, and what leaving a post costs, are priors",
            "考虑创业的科研人员占比与离岗成本为先验",
        ),
        (
            "user_incidents",
            "risks of products, what review finds and the share under approval are priors",
            "产品风险、审查发现率与须审批产品占比为先验",
        ),
    ]
}
