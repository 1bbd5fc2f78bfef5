//! Every visible word of the report in English and Chinese, in one table.

/// Language of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// The tag of the `lang` attribute.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }
}

impl std::str::FromStr for Language {
    type Err = String;
    fn from_str(tag: &str) -> Result<Self, String> {
        match tag {
            "en" => Ok(Self::English),
            "zh" => Ok(Self::Chinese),
            other => Err(format!(
                "`{other}` is not a language of the report: en or zh"
            )),
        }
    }
}

/// Fills `{0}`, `{1}`, … of a template.
pub fn fill(template: &str, parts: &[&str]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else {
            break;
        };
        text.push_str(&rest[..open]);
        let part = rest[open + 1..open + close].parse::<usize>().ok();
        text.push_str(part.and_then(|index| parts.get(index)).unwrap_or(&""));
        rest = &rest[open + close + 1..];
    }
    text.push_str(rest);
    text
}

macro_rules! labels {
    ($($name:ident: $english:literal, $chinese:literal;)*) => {
        /// A visible string; `{0}` and so on stand for parts filled in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Label { $($name,)* }

        impl Label {
            /// All labels.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The string in a language.
            pub fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::English) => $english,
                      (Self::$name, Language::Chinese) => $chinese,)*
                }
            }

            /// The string with its parts filled in.
            pub fn with(self, language: Language, parts: &[&str]) -> String {
                fill(self.text(language), parts)
            }
        }
    };
}

labels! {
    // page
    TitleCompare: "What {0} policy variants would change", "{0}个政策方案的效果比较";
    TitleCompareOne: "What one policy variant would change", "一个政策方案的效果";
    TitleRun: "What the scenario “{0}” brings", "情景“{0}”的结果";
    Horizon: "Horizon {0}", "时间范围：{0}";
    HorizonRange: "{0} to {1}", "{0}至{1}";
    Runs: "{0} paired runs", "{0}次配对模拟";
    RunsAlone: "{0} runs", "{0}次模拟";
    BaselineIs: "Baseline: {0}", "基准情景：{0}";
    Interrupted: "Interrupted: {0} of {1} runs are in this report.", "运行被中断：本报告只含{1}次中的{0}次。";
    Failed: "{0} runs failed in some scenario and were left out of all of them.", "有{0}次模拟在某一情景中失败，已从所有情景中一并剔除。";
    Contents: "Contents", "目录";
    Figure: "Figure {0}. ", "图{0}　";
    Table: "Table {0}. ", "表{0}　";
    Number: "No.", "序号";
    Variant: "Variant", "方案";
    Baseline: "Baseline", "基准";
    Separator: "; ", "；";
    None: "none", "无";
    // headline
    Headline: "Main result", "主要结论";
    HeadlineBest: "Over {0}, “{1}” does most for {2}: {3} {4} against the baseline “{5}” (standard error {6}; 90 % of runs lie between {7} and {8}). It does better than the baseline in {9} of runs.",
        "在{0}期间，“{1}”对“{2}”的改善最大：与基准情景“{5}”相比为{3}{4}（标准误{6}；90%的模拟落在{7}与{8}之间），在{9}的模拟中优于基准。";
    HeadlineNoBest: "Over {0}, no variant improves {1} on average against the baseline “{2}”.", "在{0}期间，没有方案使“{1}”平均优于基准情景“{2}”。";
    HeadlineFiscal: "Per yuan of fiscal cost, “{0}” brings most: {1} yuan of real business R&D for each extra yuan (90 % interval {2} to {3}).",
        "按每元财政成本计算，“{0}”带来的最多：每增加一元财政成本，企业实际研发增加{1}元（90%区间{2}至{3}）。";
    HeadlineNoFiscal: "No variant has a fiscal cost that differs clearly from the baseline, so nothing is ranked per fiscal yuan.", "没有方案的财政成本与基准有明确差别，因此不作每元财政成本的排序。";
    HeadlineCheaper: "Not ranked per yuan, because they lower the fiscal cost: {0}.", "以下方案降低财政成本，故不参与每元排序：{0}。";
    OverlapRunnerUp: "The order is not settled everywhere: run by run, “{0}” beats the runner-up “{1}” in {2} of runs.", "排序并非处处确定：逐次比较，“{0}”在{2}的模拟中优于第二名“{1}”。";
    OverlapWith: "The p05–p95 range of the best overlaps with that of {0} of the {1} other variants.", "最优方案的p05–p95区间与其余{1}个方案中的{0}个重叠。";
    OverlapNone: "The p05–p95 range of the best overlaps with no other variant.", "最优方案的p05–p95区间不与任何其他方案重叠。";
    OverlapFiscal: "Per fiscal yuan, its interval overlaps with those of: {0}.", "按每元财政成本计算，其区间与以下方案重叠：{0}。";
    SignConvention: "All effects are variant minus baseline, paired by run: a plus means more than under “{0}”. Whether more is better depends on the metric; a cost with a plus is money spent.",
        "所有效果均为“方案减基准”，按模拟逐次配对：正号表示高于“{0}”。高是否更好取决于指标；成本为正号表示支出增加。";
    CardEffect: "Most effect", "效果最大";
    CardFiscal: "Most per fiscal yuan", "每元财政成本效果最大";
    CardSpread: "90 % of runs: {0}", "90%的模拟：{0}";
    CardInterval: "90 % interval: {0}", "90%区间：{0}";
    YuanPerYuan: "yuan of business R&D per fiscal yuan", "元企业研发／元财政成本";
    LevelSentence: "Over {0}, “{1}” gives {2} of {3} {4} (90 % of runs between {5} and {6}).", "在{0}期间，情景“{1}”的{2}为{3}{4}（90%的模拟在{5}与{6}之间）。";
    OverlapFiscalMany: "Per fiscal yuan, its interval overlaps with those of {0} of the {1} other ranked variants.", "按每元财政成本计算，其区间与其余{1}个参与排序方案中的{0}个重叠。";
    // variants
    Variants: "Effect of each variant", "各方案的效果";
    VariantsLead: "Ordered by the effect on {0}. Spread and error are different things: the spread (p05 … p95) says how far futures differ from one another, the standard error (±) says how well the mean is known from this number of runs.",
        "按对“{0}”的效果排序。离散与误差是两回事：离散（p05…p95）表示不同未来之间的差别，标准误（±）表示以现有模拟次数对均值的把握。";
    VariantsCaption: "Paired differences from the baseline, {0}", "与基准情景的配对差值，{0}";
    CellKey: "Each cell: mean ± standard error; below, p05 … p95 over runs; below, share of runs better than the baseline.", "每格：均值±标准误；其下为各次模拟的p05…p95；再下为优于基准的模拟占比。";
    PerYuan: "R&D per fiscal yuan", "每元财政成本的研发";
    PerYuanNote: "Δ business R&D over Δ fiscal cost, with its Fieller interval (90 %); “–” where the cost does not differ clearly from the baseline's. A positive ratio can also be less R&D for less money: read it beside the signs.",
        "企业研发增量除以财政成本增量，附Fieller区间（90%）；成本与基准无明确差别时记为“–”。研发与成本同时下降时比值也为正，须与符号一并阅读。";
    Better: "{0} better", "{0}更优";
    AssumptionMark: "† hangs on assumptions, see “{0}”.", "† 依赖假设，见“{0}”。";
    Levels: "Levels", "水平值";
    LevelsCaption: "Levels under {0}, {1}", "情景“{0}”下的水平值，{1}";
    LevelsLead: "Every headline metric of the scenario itself, before anything is compared.", "比较之前，该情景本身的全部主要指标。";
    Metric: "Metric", "指标";
    UnitHead: "Unit", "单位";
    Mean: "Mean", "均值";
    StandardError: "± s.e.", "±标准误";
    Spread: "p05 … p95", "p05…p95";
    // distributions
    Distributions: "How sure is each effect?", "各效果有多大把握？";
    DistributionsCaption: "Paired differences by run, {0}. Dots: runs; box: middle half; line: p05 to p95; diamond: mean with ± 1.96 standard errors.", "逐次模拟的配对差值，{0}。点：各次模拟；盒：中间一半；线：p05至p95；菱形：均值及±1.96个标准误。";
    DistributionsLead: "A box wholly on one side of the zero line means that at least three quarters of the runs have that sign; a line wholly on one side, at least 95 %.", "若盒子完全位于零线一侧，则至少四分之三的模拟符号一致；若线段也完全位于一侧，则至少95%一致。";
    // paths
    Paths: "When does it act?", "何时见效？";
    PathsLead: "Bands hold 50, 80 and 95 % of runs, the line is the median. Differences of all variants share one axis, so that small effects look small.", "色带依次包含50%、80%和95%的模拟，实线为中位数。各方案的差值共用同一坐标轴，小的效果看起来就小。";
    PathsLevelCaption: "Levels under {0}, {1}", "情景“{0}”的水平值，{1}";
    PathsDifferenceCaption: "{0}: paired difference from the baseline, {1}", "{0}：与基准的配对差值，{1}";
    BandOf: "{0} % of runs", "{0}%的模拟";
    Median: "median", "中位数";
    // funnel
    Funnel: "Where are inventions lost?", "成果在哪一环节流失？";
    FunnelLead: "Each bar counts what reached a stage in the reported years; the share beside it is what got there from the stage before, the rest was lost or is still under way.", "每一条表示报告期内到达该环节的数量；其旁的比例为由上一环节进入本环节的部分，其余流失或仍在途中。";
    FunnelCaption: "From disclosure to industrial use under {0}, {1}", "情景“{0}”下从披露到产业化，{1}";
    FunnelChange: "Change of each stage against the baseline, % of its count, {0}", "各环节相对基准的变化（占其数量的%），{0}";
    FunnelPassed: "{0} of the stage before", "为上一环节的{0}";
    FunnelLost: "{0} lost or under way", "流失或在途{0}";
    Stage: "Stage", "环节";
    // fiscal
    Fiscal: "What does it cost, and who pays?", "成本多少，由谁承担？";
    FiscalLead: "Dynamic cost is what governments pay once firms, universities and banks have reacted; static cost is what the same rules would cost if nobody reacted. Mean per year over the horizon; a plus is a cost.", "动态成本是企业、高校和银行作出反应后政府的支出；静态成本是假定各方不作反应时同一规则的成本。数值为时间范围内的年均值，正号为成本。";
    FiscalCaption: "Change of yearly fiscal cost by instrument, dynamic and static, {0}", "各政策工具年度财政成本的变化（动态与静态），{0}";
    FiscalValueCaption: "Cost against effect, {0}. Left: means with p05 to p95 of both; numbers as in the tables. Right: business R&D per fiscal yuan with its 90 % interval.", "成本与效果，{0}。左：均值及两者的p05至p95，编号与表格一致。右：每元财政成本的企业研发及90%区间。";
    FiscalPayerCaption: "Change of yearly fiscal cost by payer, {0} ({1})", "按承担方划分的年度财政成本变化，{0}（{1}）";
    FiscalInstrumentCaption: "Change of yearly fiscal cost by instrument, dynamic, both payers, {0} ({1}); columns are variant numbers", "按政策工具划分的年度财政成本变化（动态，中央与地方合计），{0}（{1}）；列为方案序号";
    FiscalLevelCaption: "Yearly fiscal cost by instrument under {0}, {1} ({2})", "情景“{0}”下各政策工具的年度财政成本，{1}（{2}）";
    Instrument: "Instrument", "政策工具";
    Central: "Central", "中央";
    Local: "Local", "地方";
    Total: "Total", "合计";
    Dynamic: "Dynamic", "动态";
    Static: "Static", "静态";
    CentralDynamic: "Central, dynamic", "中央，动态";
    LocalDynamic: "Local, dynamic", "地方，动态";
    TotalDynamic: "Total, dynamic", "合计，动态";
    TotalStatic: "Total, static", "合计，静态";
    Reaction: "Due to reactions", "由反应引起";
    OtherInstruments: "all others", "其他";
    NetMark: "net", "净额";
    CostAxis: "Change of fiscal cost", "财政成本变化";
    // bands
    Bands: "Who gains, who loses?", "谁受益，谁受损？";
    BandsLead: "Share of firms by the change in the present value of their after-tax profit against the same firm under the baseline. Firms within ± 1 % are not drawn.", "按企业税后利润现值相对基准情景中同一企业的变化划分的企业占比。变化在±1%以内的企业不画出。";
    BandsCaption: "Losers to the left, winners to the right, % of firms, {0}: by size and ownership", "左为受损企业，右为受益企业，占企业的%，{0}：按规模和所有制";
    BandsRegionCaption: "Losers to the left, winners to the right, % of firms, {0}: by region", "左为受损企业，右为受益企业，占企业的%，{0}：按地区";
    BandsTableCaption: "Winners minus losers (changes beyond ± 1 %), percentage points of firms, {0}; columns are variant numbers", "受益企业减受损企业（变化超过±1%），占企业的百分点，{0}；列为方案序号";
    Band1: "under −5 %", "低于−5%";
    Band2: "−5 to −1 %", "−5%至−1%";
    Band3: "within ± 1 %", "±1%以内";
    Band4: "1 to 5 %", "1%至5%";
    Band5: "over 5 %", "高于5%";
    Group: "Group", "组别";
    // certainty
    Certainty: "What do the results hang on?", "结果取决于什么？";
    CertaintyLead: "Two kinds of doubt: chance within a run is made small by more runs, doubt about parameters is not. Pairing compares each variant with the baseline under the same chance; the variance-reduction factor says how many times more independent runs would be needed for the same precision.", "不确定性有两类：模拟内的偶然性可用更多次模拟缩小，参数的不确定性则不能。配对使各方案与基准在相同的偶然因素下比较；方差缩减倍数表示若用独立模拟，需多少倍的次数才能达到相同精度。";
    CertaintyCaption: "Monte Carlo error, share of the spread that comes from parameters, and what pairing gains, {0}", "蒙特卡罗误差、离散中来自参数的部分以及配对的收益，{0}";
    CertaintyKey: "Each cell: standard error as a share of the effect; below, share of the spread between runs that comes from parameters; below, correlation r of the pair and variance-reduction factor.", "每格：标准误占效果的比例；其下为各次模拟离散中来自参数的部分；再下为配对相关系数r与方差缩减倍数。";
    FromParameters: "{0} from parameters", "{0}来自参数";
    AssumptionsTitle: "These results hang on parameters the data cannot teach:", "以下结果依赖数据无法确定的参数：";
    AssumptionsNone: "No headline result is marked as hanging on parameters the data cannot teach.", "没有主要结果被标为依赖数据无法确定的参数。";
    // limits
    Limits: "What this cannot tell", "本报告不能说明什么";
    Limit1: "It is not a forecast. Levels depend on assumed drivers (demand, prices, appropriations) that are the same in all scenarios; differences between scenarios are the result.", "本报告不是预测。水平值取决于各情景共用的外生假设（需求、价格、财政拨款）；情景之间的差别才是结果。";
    Limit2: "Intervals hold chance and parameter doubt only. That the model leaves something out is not in them.", "区间只包含偶然性和参数不确定性，不包含模型遗漏因素带来的误差。";
    Limit3: "Intervals are for one variant at a time. With many variants the best looks somewhat better than it is: compare the run-by-run share with the runner-up.", "区间针对单个方案。方案较多时，最优者看起来会略优于实际，应参看与第二名逐次比较的占比。";
    Limit4: "Effects after {0} are not counted; the industrial use of inventions takes years, so measures that act early in the chain look weaker than they may be.", "{0}之后的效果未计入；成果产业化需要数年，作用于链条前端的措施可能显得偏弱。";
    Limit5: "Variants are compared one at a time with the baseline. The effect of two together is not the sum of both.", "各方案分别与基准比较；两个方案同时实施的效果不等于两者之和。";
    Limit6: "Welfare, science for its own sake, defence and the rest of the world are outside. A fiscal yuan is not a welfare yuan.", "社会福利、基础科学本身的价值、国防及世界其他地区不在模型之内。一元财政成本不等于一元福利。";
    // provenance
    Provenance: "Where it comes from", "来源与复现";
    ProvenanceCaption: "Scenarios and the documents they rest on", "情景及其所依据的文件";
    Scenario: "Scenario", "情景";
    Document: "Document and note", "文件与说明";
    Facts: "Facts", "依据条目";
    Sets: "Levers set", "设定的政策变量";
    RunRecord: "Run record", "运行记录";
    Program: "Program", "程序";
    ModelDigest: "Model digest", "模型摘要";
    BatchDigest: "Results digest", "结果摘要";
    Seed: "Master seed", "主随机种子";
    Replicates: "Runs (done of asked)", "模拟次数（完成／要求）";
    PerDraw: "Runs a parameter draw", "每组参数的模拟次数";
    Sampling: "Sampling fraction", "抽样比例";
    Reproduce: "The same bits again:", "复现相同结果：";
    Definitions: "Definitions", "指标定义";
    DefinitionsLead: "One number a run over the horizon.", "每次模拟在时间范围内给出一个数值。";
    Definition: "Definition", "定义";
    BetterWay: "Better", "优向";
    Higher: "higher", "越高越好";
    Lower: "lower", "越低越好";
    Neutral: "neither", "不分";
    // missing
    MissingFunnel: "The results hold no funnel counts, so the stages cannot be shown.", "结果中没有各环节数量，无法展示漏斗。";
    MissingFiscal: "The results hold no fiscal account by instrument, so cost by payer cannot be shown.", "结果中没有分工具的财政账户，无法展示各承担方的成本。";
    MissingBands: "The results hold no winners and losers, so the bands cannot be shown.", "结果中没有受益与受损分组，无法展示分布。";
    MissingPaths: "The results hold no quarterly paths, so timing cannot be shown.", "结果中没有季度路径，无法展示时间进程。";
    MissingRuns: "The results hold no completed run, so there is nothing to show yet.", "结果中没有完成的模拟，暂无可展示的内容。";
}

/// A family of names keyed by id, with English and Chinese.
type Names = &'static [(&'static str, &'static str, &'static str)];

/// Stages of the funnel in their order; several ids may name one stage.
pub const STAGES: Names = &[
    ("disclosed", "Disclosed", "披露"),
    ("searched", "Searched or offered", "检索或推介"),
    ("offered", "Searched or offered", "检索或推介"),
    ("dealt", "Dealt, for use", "成交（用于使用）"),
    ("use", "Dealt, for use", "成交（用于使用）"),
    ("proof_of_concept", "Proof of concept", "概念验证"),
    ("proof", "Proof of concept", "概念验证"),
    ("pilot", "Pilot", "中试"),
    ("first_sale", "First sale", "首次销售"),
    ("industrialised", "Industrialised", "产业化"),
];

/// Groups of firms by size, ownership and region.
pub const GROUPS: Names = &[
    ("size", "Size", "规模"),
    ("small", "Small", "小型"),
    ("medium", "Medium", "中型"),
    ("large", "Large", "大型"),
    ("ownership", "Ownership", "所有制"),
    ("private", "Private", "民营"),
    ("state", "State", "国有"),
    ("foreign", "Foreign", "外资"),
    ("region", "Region", "地区"),
    ("beijing", "Beijing", "北京"),
    ("shanghai", "Shanghai", "上海"),
    ("delta", "Yangtze delta", "长三角"),
    ("guangdong", "Guangdong", "广东"),
    ("hubei", "Hubei", "湖北"),
    ("shandong", "Shandong", "山东"),
    ("midwest", "Mid and west", "中西部"),
    ("rest", "Rest", "其他"),
];

/// Fiscal instruments, by their id without underscores.
pub const INSTRUMENTS: Names = &[
    ("corporatetax", "Corporate tax receipts", "企业所得税收入"),
    ("superdeduction", "Super-deduction", "加计扣除"),
    ("hightechrate", "High-tech firm rate", "高新技术企业税率"),
    (
        "smallprofitrate",
        "Small-profit firm rate",
        "小型微利企业税率",
    ),
    ("deductionrefund", "Deduction refund", "加计扣除退税"),
    (
        "transferrelief",
        "Technology-transfer relief",
        "技术转让所得减免",
    ),
    ("giftdeduction", "Gift deduction", "捐赠扣除"),
    (
        "registrationrelief",
        "Contract-registration relief",
        "技术合同登记减免",
    ),
    ("appropriation", "Appropriations", "财政拨款"),
    ("grants", "Grants", "科技计划资助"),
    ("filingsubsidy", "Filing subsidies", "专利申请资助"),
    (
        "registrationaward",
        "Contract-registration awards",
        "技术合同登记奖补",
    ),
    ("registeraward", "Register awards", "认定奖补"),
    ("relendingsubsidy", "Relending subsidy", "再贷款贴息"),
    ("riskcompensation", "Loan-risk compensation", "贷款风险补偿"),
    ("guidefund", "Guide funds", "政府引导基金"),
    (
        "firstsetinsurance",
        "First-set insurance",
        "首台（套）保险补偿",
    ),
    ("firstpurchase", "First purchase", "政府首购"),
    ("platforms", "Pilot platforms", "中试平台"),
    ("offices", "Transfer offices", "技术转移机构"),
    ("training", "Training", "人才培训"),
    ("licencecover", "Licence cover", "开放许可补贴"),
    ("datacompute", "Data and computing", "数据与算力"),
    ("openness", "Openness", "对外开放"),
    ("patentoffice", "Patent office", "专利审查"),
    (
        "ownersupport",
        "Owners' support of state firms",
        "国有股东纾困注资",
    ),
    ("patentfee", "Patent fees", "专利费用"),
    ("interest", "Interest", "利息"),
];

/// Name of an id in a family; an unknown id is shown as words.
pub fn name(names: Names, id: &str, language: Language) -> String {
    let plain = id.to_lowercase();
    let squeezed = plain.replace(['_', '-'], "");
    let found = names
        .iter()
        .find(|(key, _, _)| *key == plain)
        .or_else(|| names.iter().find(|(key, _, _)| *key == squeezed));
    match (found, language) {
        (Some((_, english, _)), Language::English) => (*english).to_owned(),
        (Some((_, _, chinese)), Language::Chinese) => (*chinese).to_owned(),
        (None, _) => id.replace(['_', '-'], " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> = text
            .match_indices('{')
            .map(|(at, _)| &text[at..=at + text[at..].find('}').unwrap()])
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn every_label_is_in_both_languages_with_the_same_parts() {
        for label in Label::ALL {
            let english = label.text(Language::English);
            let chinese = label.text(Language::Chinese);
            assert!(
                !english.trim().is_empty() && !chinese.trim().is_empty(),
                "{label:?}"
            );
            assert_eq!(placeholders(english), placeholders(chinese), "{label:?}");
        }
        for (id, english, chinese) in STAGES.iter().chain(GROUPS).chain(INSTRUMENTS) {
            assert!(!english.is_empty() && !chinese.is_ascii(), "{id}");
        }
    }

    #[test]
    fn every_government_instrument_of_the_books_has_a_name() {
        for instrument in [
            "SuperDeduction",
            "super_deduction",
            "GuideFund",
            "PatentOffice",
            "owner_support",
        ] {
            assert_ne!(name(INSTRUMENTS, instrument, Language::English), instrument);
        }
        assert_eq!(
            name(INSTRUMENTS, "new_thing", Language::English),
            "new thing"
        );
    }

    #[test]
    fn fills_parts_in_any_order() {
        assert_eq!(fill("{1} before {0}", &["a", "b"]), "b before a");
        assert_eq!(fill("nothing", &[]), "nothing");
    }
}
