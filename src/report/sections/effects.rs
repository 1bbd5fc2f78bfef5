//! Shows effects on the main metrics: table, distributions, paths, levels.

use super::section;
use crate::experiment::compare::VariantComparison;
use crate::report::format;
use crate::report::labels::Label;
use crate::report::page::{Block, Cell, Section, Table};
use crate::report::plots::{fan, forest};
use crate::report::results::Fan;
use crate::report::view::{View, difference, mean, quantile};

/// Series shown first, in order; others fill up.
const SERIES: [&str; 4] = [
    "industrialised",
    "conversion_rate",
    "rd_business_real",
    "fiscal_cost",
];

pub(super) fn variants(view: &View<'_>) -> Section {
    let first = view.label(&view.results.metrics[view.main[0]]);
    let mut head = vec![
        Cell::number(view.text(Label::Number)),
        Cell::text(view.text(Label::Variant)),
    ];
    let mut columns: Vec<Vec<Cell>> = Vec::new();
    for &metric in &view.main {
        let column = &view.results.metrics[metric];
        head.push(Cell::numbers(vec![
            view.marked(column),
            view.unit(column).difference,
        ]));
        columns.push(effect_cells(view, metric));
    }
    head.push(Cell::numbers(vec![
        view.text(Label::PerYuan).to_owned(),
        view.text(Label::YuanPerYuan).to_owned(),
    ]));
    let rows = view
        .variants()
        .enumerate()
        .map(|(row, variant)| {
            let name = view.name(variant.scenario);
            let mut cells = vec![Cell::number(variant.scenario.to_string()), Cell::text(name)];
            cells.extend(columns.iter().map(|column| column[row].clone()));
            cells.push(ratio_cell(variant));
            cells
        })
        .collect();
    let mut notes = vec![
        view.text(Label::CellKey).to_owned(),
        view.text(Label::PerYuanNote).to_owned(),
    ];
    if !view.results.assumption_driven.is_empty() {
        notes.push(view.with(Label::AssumptionMark, &[view.text(Label::Certainty)]));
    }
    let caption = view.with(Label::VariantsCaption, &[&view.horizon()]);
    let blocks = vec![
        Block::Lead(view.with(Label::VariantsLead, &[&first])),
        Block::Table(Table {
            caption,
            head,
            rows,
            notes,
        }),
    ];
    section(view, "variants", Label::Variants, blocks)
}

fn effect_cells(view: &View<'_>, metric: usize) -> Vec<Cell> {
    let factor = view.unit(&view.results.metrics[metric]).factor;
    let found: Vec<_> = view
        .variants()
        .map(|variant| difference(variant, metric))
        .collect();
    let means = found.iter().flatten().map(|d| d.mean * factor);
    let places = format::decimals(means);
    found
        .iter()
        .map(|found| {
            let Some(found) = found else {
                return Cell::number(format::UNDEFINED);
            };
            let [low, _, high] = found.quantiles.map(|value| value * factor);
            let effect = format::signed(found.mean * factor, places);
            let error = format::number(found.se * factor, places + 1);
            let mut lines = vec![
                format!("{effect} ± {error}"),
                format::range(low, high, places),
            ];
            if let Some(share) = found.share_better {
                lines.push(view.with(Label::Better, &[&view.percent(share)]));
            }
            Cell::numbers(lines)
        })
        .collect()
}

fn ratio_cell(variant: &VariantComparison) -> Cell {
    variant.per_fiscal_yuan.map_or_else(
        || Cell::number(format::UNDEFINED),
        |(ratio, [low, high])| {
            Cell::numbers(vec![format::number(ratio, 2), format::range(low, high, 2)])
        },
    )
}

pub(super) fn distributions(view: &View<'_>) -> Section {
    let names: Vec<String> = view.variants().map(|v| view.numbered(v.scenario)).collect();
    let panels: Vec<forest::Panel> = view
        .main
        .iter()
        .map(|&metric| {
            let column = &view.results.metrics[metric];
            let unit = view.unit(column);
            let rows = view
                .variants()
                .map(|variant| {
                    let values = view.differences(variant.scenario, metric);
                    let error = difference(variant, metric).map_or(f64::NAN, |d| d.se);
                    let scaled = values.iter().map(|value| value * unit.factor).collect();
                    (scaled, error * unit.factor)
                })
                .collect();
            forest::Panel {
                title: view.marked(column),
                unit: unit.difference,
                rows,
            }
        })
        .collect();
    let caption = view.with(Label::DistributionsCaption, &[&view.horizon()]);
    let svg = forest::draw(&caption, &names, &panels);
    let blocks = vec![
        Block::Lead(view.text(Label::DistributionsLead).to_owned()),
        Block::Figure {
            name: "differences".to_owned(),
            svg,
            caption,
        },
    ];
    section(view, "distributions", Label::Distributions, blocks)
}

pub(super) fn paths(view: &View<'_>) -> Section {
    let results = view.results;
    let mut chosen: Vec<usize> = SERIES
        .iter()
        .filter_map(|id| results.series.iter().position(|column| column.id == *id))
        .collect();
    let others: Vec<usize> = (0..results.series.len())
        .filter(|s| !chosen.contains(s))
        .collect();
    chosen.extend(others);
    chosen.retain(|&s| {
        results
            .fans
            .get(s)
            .is_some_and(|fan| fan.level.first().is_some_and(|fans| drawn(fans)))
    });
    chosen.truncate(SERIES.len());
    if chosen.is_empty() {
        let missing = Block::Lead(view.text(Label::MissingPaths).to_owned());
        return section(view, "paths", Label::Paths, vec![missing]);
    }
    let legend = fan::Legend {
        bands: ["95", "80", "50"].map(|share| view.with(Label::BandOf, &[share])),
        median: view.text(Label::Median).to_owned(),
    };
    let charts: Vec<fan::Chart<'_>> = chosen
        .iter()
        .map(|&series| {
            let unit = view.unit(&results.series[series]);
            let title = view.label(&results.series[series]);
            let fans = &results.fans[series].level[0];
            fan::Chart {
                title,
                unit: unit.level,
                fans,
                factor: unit.factor,
            }
        })
        .collect();
    let caption = view.with(Label::PathsLevelCaption, &[&view.name(0), &view.horizon()]);
    let svg = fan::draw(&caption, &results.quarters, &charts, 2, false, &legend);
    let mut blocks = vec![
        Block::Lead(view.text(Label::PathsLead).to_owned()),
        Block::Figure {
            name: "paths-levels".to_owned(),
            svg,
            caption,
        },
    ];
    for series in chosen {
        let column = &results.series[series];
        let unit = view.unit(column);
        let fans = &results.fans[series].difference;
        let charts: Vec<fan::Chart<'_>> = view
            .variants()
            .filter_map(|v| Some((v, fans.get(v.scenario.checked_sub(1)?)?)))
            .filter(|(_, fans)| drawn(fans))
            .map(|(v, fans)| fan::Chart {
                title: view.numbered(v.scenario),
                unit: unit.difference.clone(),
                fans,
                factor: unit.factor,
            })
            .collect();
        if charts.is_empty() {
            continue;
        }
        let parts = [view.label(column), view.horizon()];
        let caption = view.with(Label::PathsDifferenceCaption, &[&parts[0], &parts[1]]);
        let columns = if charts.len() > 2 { 4 } else { 2 };
        let svg = fan::draw(&caption, &results.quarters, &charts, columns, true, &legend);
        let name = format!("paths-{}", file_name(&column.id));
        blocks.push(Block::Figure { name, svg, caption });
    }
    section(view, "paths", Label::Paths, blocks)
}

fn drawn(fans: &[Fan]) -> bool {
    fans.len() > 1 && fans.iter().any(|fan| fan.q[4].is_finite())
}

fn file_name(id: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        }
    };
    id.chars().map(plain).collect()
}

pub(super) fn levels(view: &View<'_>) -> Section {
    let row = |metric: usize| {
        let column = &view.results.metrics[metric];
        let unit = view.unit(column);
        let values = view.shown(0, metric);
        let places = format::decimals([mean(&values)]);
        let error = format::number(view.standard_error(&values), places + 1);
        vec![
            Cell::text(view.marked(column)),
            Cell::text(unit.level),
            Cell::number(format::number(mean(&values), places)),
            Cell::number(error),
            Cell::number(format::range(
                quantile(&values, 0.05),
                quantile(&values, 0.95),
                places,
            )),
        ]
    };
    let head = vec![
        Cell::text(view.text(Label::Metric)),
        Cell::text(view.text(Label::UnitHead)),
        Cell::number(view.text(Label::Mean)),
        Cell::number(view.text(Label::StandardError)),
        Cell::number(view.text(Label::Spread)),
    ];
    let caption = view.with(Label::LevelsCaption, &[&view.name(0), &view.horizon()]);
    let rows = (0..view.results.metrics.len()).map(row).collect();
    let blocks = vec![
        Block::Lead(view.text(Label::LevelsLead).to_owned()),
        Block::Table(Table {
            caption,
            head,
            rows,
            notes: Vec::new(),
        }),
    ];
    section(view, "levels", Label::Levels, blocks)
}
