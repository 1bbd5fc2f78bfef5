//! Made-up results of known shape, for tests of the page.

use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::engine::{Direction, Ensemble, Outcome};
use crate::experiment::compare::{Comparison, Difference, VariantComparison};
use crate::report::results::{Column, Fan, Results, ScenarioInfo, SeriesFan};
use crate::report::view::{mean, quantile};

const RUNS: usize = 200;
const PER_DRAW: u32 = 4;

const METRICS: [(&str, &str, Direction, &str, &str, f64); 6] = [
    (
        "industrialised",
        "thousand/yr",
        Direction::Higher,
        "Inventions industrialised",
        "产业化成果数",
        8.2,
    ),
    (
        "conversion_rate",
        "share",
        Direction::Higher,
        "Conversion rate",
        "转化率",
        0.112,
    ),
    (
        "rd_business_real",
        "CNY bn/yr, 2020 prices",
        Direction::Higher,
        "Business R&D, real",
        "企业实际研发投入",
        3210.0,
    ),
    (
        "fiscal_cost",
        "CNY bn/yr, 2020 prices",
        Direction::Lower,
        "Fiscal cost",
        "财政成本",
        905.0,
    ),
    (
        "rd_intensity",
        "share",
        Direction::Neutral,
        "R&D intensity",
        "研发强度",
        0.0281,
    ),
    (
        "disclosures",
        "thousand/yr",
        Direction::Neutral,
        "Disclosures",
        "成果披露数",
        310.0,
    ),
];

pub(super) const TITLES: [(&str, &str); 14] = [
    ("Policy in force at the end of 2024", "2024年底现行政策"),
    (
        "Super-deduction at 120 % for integrated circuits and machine tools",
        "集成电路和工业母机企业加计扣除120%",
    ),
    (
        "Use first, pay later for university patents in all regions",
        "高校专利先使用后付费全国推广",
    ),
    ("Pilot platforms with twice the slots", "中试平台容量翻番"),
    (
        "First-set insurance <extended> & simplified",
        "首台（套）保险“扩围”与简化",
    ),
    ("Grants steered by firms' questions", "企业出题、企业答题"),
    (
        "Re-lending for technology at a lower rate",
        "科技创新再贷款降息",
    ),
    ("No patent filing subsidies", "取消专利申请资助"),
    ("Ownership shares for inventors", "职务科技成果赋权"),
    (
        "Assistants for technology transfer in every university",
        "每所高校配备技术经理人",
    ),
    ("Open licences with a price guide", "开放许可指导价"),
    ("Government buys first", "政府首购订购"),
    ("Proof-of-concept funds of provinces", "省级概念验证基金"),
    ("Everything together", "全部措施组合"),
];

fn draw(run: u32, a: u32, b: u32) -> f64 {
    let (u, v) = Key { seed: 7, run }.pair(a, b, 0, 0, Purpose::Parameter);
    math::normal_quantile(math::clamp(0.5 * (u + v), 0.01, 0.99))
}

fn column(id: &str, unit: &str, direction: Direction, label_en: &str, label_zh: &str) -> Column {
    Column {
        id: id.to_owned(),
        unit: unit.to_owned(),
        direction,
        label_en: label_en.to_owned(),
        label_zh: label_zh.to_owned(),
        definition: format!("What {label_en} counts, over the horizon."),
    }
}

fn details() -> (Vec<Column>, Vec<f64>) {
    let mut columns = Vec::new();
    let mut bases = Vec::new();
    let stages = [
        "disclosed",
        "searched",
        "dealt",
        "proof_of_concept",
        "pilot",
        "first_sale",
        "industrialised",
    ];
    for (index, stage) in stages.iter().enumerate() {
        let id = format!("funnel.{stage}");
        columns.push(column(
            &id,
            "thousand/yr",
            Direction::Neutral,
            stage,
            "环节",
        ));
        bases.push([310.0, 120.0, 35.0, 21.0, 14.0, 10.1, 8.2][index]);
    }
    let instruments = [
        "super_deduction",
        "high_tech_rate",
        "grants",
        "platforms",
        "guide_fund",
        "first_purchase",
        "corporate_tax",
        "offices",
        "filing_subsidy",
    ];
    for (index, instrument) in instruments.iter().enumerate() {
        for payer in ["central", "local"] {
            for kind in ["dynamic", "static"] {
                let id = format!("fiscal.{instrument}.{payer}.{kind}");
                columns.push(column(
                    &id,
                    "CNY bn/yr, 2020 prices",
                    Direction::Lower,
                    &id,
                    "成本",
                ));
                bases.push(20.0 + 12.0 * index as f64);
            }
        }
    }
    let groups = [
        ("size", vec!["small", "medium", "large"]),
        ("ownership", vec!["private", "state", "foreign"]),
        (
            "region",
            vec![
                "beijing",
                "shanghai",
                "delta",
                "guangdong",
                "hubei",
                "shandong",
                "midwest",
                "rest",
            ],
        ),
    ];
    for (family, members) in groups {
        for member in members {
            for band in 1..=5 {
                let id = format!("bands.{family}.{member}.b{band}");
                columns.push(column(&id, "share", Direction::Neutral, &id, "占比"));
                bases.push([0.0, 0.0, 1.0, 0.0, 0.0][band - 1]);
            }
        }
    }
    (columns, bases)
}

fn outcome(scenario: u32, run: u32, details: &[Column], bases: &[f64]) -> Outcome {
    let strength = f64::from(scenario % 7) * 0.012 - 0.012;
    let metrics = METRICS
        .iter()
        .enumerate()
        .map(|(metric, (_, _, _, _, _, base))| {
            let metric = metric as u32;
            let shared = 1.0 + 0.06 * draw(run / PER_DRAW, 900, metric);
            let effect = strength * (1.0 + 0.6 * draw(run / PER_DRAW, scenario, metric));
            let noise = 0.004 * draw(run, scenario, 50 + metric);
            if scenario == 0 {
                base * shared
            } else {
                base * (shared + effect + noise)
            }
        })
        .collect();
    let details = details
        .iter()
        .zip(bases)
        .enumerate()
        .map(|(index, (column, base))| {
            if scenario > 0 && column.id.starts_with("bands.") {
                let band = column.id.as_bytes()[column.id.len() - 1] - b'0';
                let push = 0.5 + 0.1 * draw(0, scenario, index as u32 / 5);
                return [0.03, 0.10, 0.62, 0.17, 0.08][usize::from(band) - 1]
                    * if band > 3 { 2.0 * push } else { 1.0 };
            }
            let moved = scenario > 0 && (index as u32 * 5 + scenario).is_multiple_of(4);
            let effect = if moved {
                strength + 0.01 * draw(0, scenario, index as u32)
            } else {
                0.0
            };
            base * (1.0 + effect)
        })
        .collect();
    Outcome {
        metrics,
        details,
        paths: Vec::new(),
    }
}

fn difference(metric: usize, base: &[f64], variant: &[f64], direction: Direction) -> Difference {
    let gaps: Vec<f64> = base.iter().zip(variant).map(|(b, v)| v - b).collect();
    let sign = if direction == Direction::Lower {
        -1.0
    } else {
        1.0
    };
    let wins = gaps.iter().filter(|gap| sign * **gap > 0.0).count() as f64;
    let middle = mean(&gaps);
    let square: f64 = gaps.iter().map(|gap| (gap - middle) * (gap - middle)).sum();
    Difference {
        metric,
        baseline: mean(base),
        variant: mean(variant),
        mean: middle,
        se: math::sqrt(square / (gaps.len() * gaps.len()) as f64),
        quantiles: [0.05, 0.5, 0.95].map(|p| quantile(&gaps, p)),
        share_better: (direction != Direction::Neutral).then_some(wins / gaps.len() as f64),
        correlation: Some(0.987),
        variance_reduction: Some(24.3),
        parameter_share: Some(0.81),
    }
}

fn fan(level: f64, quarter: u32, seed: u32) -> Fan {
    let centre =
        level * (1.0 + 0.012 * f64::from(quarter)) + 0.004 * level * draw(seed, quarter, 3);
    let width = level.abs() * (0.01 + 0.003 * f64::from(quarter));
    let z = [-1.96, -1.64, -1.28, -0.67, 0.0, 0.67, 1.28, 1.64, 1.96];
    Fan {
        mean: centre,
        q: z.map(|z| centre + z * width),
    }
}

/// Made-up results of `scenarios` scenarios.
pub(super) fn fixture(scenarios: usize) -> (Results, Comparison) {
    let (detail_columns, bases) = details();
    let metrics: Vec<Column> = METRICS
        .iter()
        .map(|(id, unit, way, en, zh, _)| column(id, unit, *way, en, zh))
        .collect();
    let outcomes: Vec<Vec<Outcome>> = (0..scenarios as u32)
        .map(|s| {
            (0..RUNS as u32)
                .map(|run| outcome(s, run, &detail_columns, &bases))
                .collect()
        })
        .collect();
    let variants = (1..scenarios)
        .map(|scenario| {
            let pick = |s: usize, m: usize| -> Vec<f64> {
                outcomes[s].iter().map(|run| run.metrics[m]).collect()
            };
            let metrics: Vec<Difference> = (0..metrics.len())
                .map(|m| difference(m, &pick(0, m), &pick(scenario, m), metrics[m].direction))
                .collect();
            let (rd, cost) = (metrics[2].mean, metrics[3].mean);
            let ratio = rd / cost;
            let per_fiscal_yuan = (cost.abs() > 3.0).then_some((ratio, [0.7 * ratio, 1.4 * ratio]));
            VariantComparison {
                scenario,
                metrics,
                details: Vec::new(),
                per_fiscal_yuan,
            }
        })
        .collect();
    let series: Vec<Column> = metrics[..4].to_vec();
    let fans = (0..4)
        .map(|s| SeriesFan {
            level: (0..scenarios)
                .map(|_| {
                    (0..40)
                        .map(|quarter| fan(METRICS[s].5, quarter, s as u32))
                        .collect()
                })
                .collect(),
            difference: (1..scenarios)
                .map(|v| {
                    let effect = METRICS[s].5 * (0.012 * f64::from((v % 7) as u32) - 0.012);
                    let grow = |quarter: u32| fan(effect * f64::from(quarter) / 40.0, quarter, 90);
                    (0..40).map(grow).collect()
                })
                .collect(),
        })
        .collect();
    let infos = (0..scenarios)
        .map(|s| ScenarioInfo {
            name: format!("variant-{s}"),
            title: TITLES[s].0.to_owned(),
            title_zh: TITLES[s].1.to_owned(),
            document: "Law on the progress of science and technology, article 30".to_owned(),
            note: "Made up for the test.".to_owned(),
            facts: vec!["moc_2023_conversion".to_owned()],
            sets: vec!["tax.super_deduction_general".to_owned()],
            digest: "0123456789abcdef".to_owned(),
        })
        .collect();
    let results = Results {
        version: "0.1.0".to_owned(),
        model_digest: "9f8e7d6c".to_owned(),
        digest: "1a2b3c4d".to_owned(),
        seed: 2026,
        per_draw: PER_DRAW,
        scale: 0.01,
        horizon: ["2025Q1".to_owned(), "2034Q4".to_owned()],
        scenarios: infos,
        metrics,
        details: detail_columns,
        series,
        quarters: (0..40)
            .map(|q| format!("{}Q{}", 2025 + q / 4, q % 4 + 1))
            .collect(),
        ensemble: Ensemble {
            runs: (0..RUNS as u32).collect(),
            outcomes,
            failures: Vec::new(),
            asked: RUNS as u32,
            complete: true,
        },
        fans,
        assumption_driven: vec![(
            "conversion_rate".to_owned(),
            "how many firms search at all is assumed".to_owned(),
            "有多少企业主动检索属于假设".to_owned(),
        )],
        command:
            "leverlab compare scenarios/baseline.toml scenarios/variants/*.toml -n 200 --seed 2026"
                .to_owned(),
    };
    (results, Comparison { variants })
}
