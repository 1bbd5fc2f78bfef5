//! Says in Chinese what each metric counts; the English stands with the metric itself.

/// Chinese definition of a metric by its id; `None` of one that has none yet.
pub fn chinese(id: &str) -> Option<&'static str> {
    DEFINITIONS
        .iter()
        .find(|(known, _)| *known == id)
        .map(|(_, text)| *text)
}

const DEFINITIONS: [(&str, &str); 33] = [
    (
        "rd_total",
        "统计口径的企业研发经费，加高校、科研院所及其他机构的研发经费；年均值。",
    ),
    (
        "rd_business_real",
        "企业真正用于研发的支出，不含虚列费用；年均值。",
    ),
    (
        "rd_business_reported",
        "纳入统计范围的企业研发经费，含统计部门采信的虚列费用和资本性支出；年均值。",
    ),
    (
        "rd_business_claimed",
        "企业申报加计扣除的费用，含虚列费用；年均值。",
    ),
    ("rd_volume", "企业真实研发支出除以分领域研发价格；年均值。"),
    (
        "rd_intensity",
        "全部执行主体的研发经费与国内生产总值之比；合计之比。",
    ),
    ("rd_doers", "有研发活动的企业数；末四个季度均值。"),
    ("claimants", "申报加计扣除的企业数；末四个季度均值。"),
    ("hightech_firms", "证书在有效期内的企业数；末四个季度均值。"),
    ("researchers", "研发人员全时当量；末四个季度均值。"),
    ("invention_grants", "授予全部申请人的发明专利；年均值。"),
    ("disclosures", "高校和科研院所披露的职务发明；年均值。"),
    ("contracts", "转让、许可和作价投资合同，不论动机；年均值。"),
    ("contract_value", "合同约定的费用；年均值。"),
    ("tech_market_turnover", "已登记技术合同的成交额；年均值。"),
    (
        "conversion_rate",
        "披露后12个季度内签订以使用为目的的合同的发明所占比重；仅计期末前至少12个季度披露的发明。",
    ),
    (
        "industrialisation_rate",
        "披露后24个季度内实现产业化的发明所占比重；仅计期末前至少24个季度披露的发明。",
    ),
    ("industrialised", "进入产业应用的高校院所发明；年均值。"),
    (
        "quarters_to_industrialise",
        "考察期内实现产业化的发明自披露起的平均时长，以24个季度为上限。",
    ),
    (
        "new_product_revenue_share",
        "上市不足三年的产品的销售收入占全部销售收入的比重；合计之比。",
    ),
    (
        "productivity_growth",
        "以销售额加权的生产率增速，折合年率。",
    ),
    (
        "tech_loan_stock",
        "科技型中小企业和高新技术企业贷款余额，重叠部分只计一次；末四个季度均值。",
    ),
    (
        "constrained_share",
        "意愿研发支出超过可用资金的研发企业所占比重（加权）；末四个季度均值。",
    ),
    (
        "non_performing_share",
        "不良科技贷款与科技贷款余额之比；末四个季度均值。",
    ),
    (
        "fiscal_cost",
        "各项政策工具的税收优惠和支出，按权责发生制、以该次模拟中的行为计；年均值。",
    ),
    (
        "fiscal_net",
        "支出减收入（含企业所得税），按权责发生制计；年均值。与基准的配对差即动态成本。",
    ),
    (
        "rd_per_fiscal_yuan",
        "企业真实研发支出与财政成本之比；合计之比。",
    ),
    (
        "industrialised_per_fiscal_bn",
        "实现产业化的成果数与财政成本之比；合计之比。",
    ),
    (
        "small_firm_rd_share",
        "销售额不足4亿元的企业占全部企业真实研发支出的比重；合计之比。",
    ),
    (
        "relabelled_share",
        "虚列费用占真实研发支出与虚列费用之和的比重；合计之比。",
    ),
    (
        "local_deal_share",
        "高校和科研院所合同中买方在同一区域的比重；合计之比。",
    ),
    (
        "spin_offs",
        "高校和科研院所的发明人以无人受让的成果创办的企业；年均值。",
    ),
    (
        "user_incidents",
        "须经审批的产品在沙盒内和上市后预期造成的严重事故；年均值。",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::observe::metrics;

    #[test]
    fn every_metric_has_one_and_no_other() {
        for metric in metrics() {
            assert!(chinese(metric.id).is_some(), "{}", metric.id);
        }
        for (id, text) in DEFINITIONS {
            assert!(metrics().iter().any(|metric| metric.id == id), "{id}");
            assert!(text.ends_with('。') && text.chars().all(|c| !c.is_ascii_alphabetic()));
        }
    }
}
