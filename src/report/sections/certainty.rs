//! Says what results hang on, what they cannot tell, and how to make them again.

use super::section;
use crate::engine::Direction;
use crate::experiment::compare::Difference;
use crate::report::format;
use crate::report::labels::{Label, Language};
use crate::report::page::{Block, Cell, Section, Table};
use crate::report::view::{View, difference};

pub(super) fn certainty(view: &View<'_>) -> Section {
    let mut blocks = Vec::new();
    if !view.comparison.variants.is_empty() {
        blocks.push(Block::Lead(view.text(Label::CertaintyLead).to_owned()));
        blocks.push(table(view));
    }
    let driven = &view.results.assumption_driven;
    if driven.is_empty() {
        blocks.push(Block::Paragraph(
            view.text(Label::AssumptionsNone).to_owned(),
        ));
    } else {
        blocks.push(Block::Paragraph(
            view.text(Label::AssumptionsTitle).to_owned(),
        ));
        let item = |(id, english, chinese): &(String, String, String)| {
            let name = view
                .metric(id)
                .map(|m| view.label(&view.results.metrics[m]));
            let reason = match view.language {
                Language::Chinese if !chinese.is_empty() => chinese,
                _ => english,
            };
            (name.unwrap_or_else(|| id.clone()), reason.clone())
        };
        blocks.push(Block::List(driven.iter().map(item).collect()));
    }
    section(view, "certainty", Label::Certainty, blocks)
}

fn table(view: &View<'_>) -> Block {
    let mut head = vec![
        Cell::number(view.text(Label::Number)),
        Cell::text(view.text(Label::Variant)),
    ];
    let marked = |metric: &usize| Cell::number(view.marked(&view.results.metrics[*metric]));
    head.extend(view.main.iter().map(marked));
    let rows = view
        .variants()
        .map(|v| {
            let number = Cell::number(v.scenario.to_string());
            let mut cells = vec![number, Cell::text(view.name(v.scenario))];
            cells.extend(view.main.iter().map(|&metric| {
                difference(v, metric).map_or_else(
                    || Cell::number(format::UNDEFINED),
                    |found| doubt(view, found),
                )
            }));
            cells
        })
        .collect();
    let caption = view.with(Label::CertaintyCaption, &[&view.horizon()]);
    let notes = vec![view.text(Label::CertaintyKey).to_owned()];
    Block::Table(Table {
        caption,
        head,
        rows,
        notes,
    })
}

/// Monte Carlo error against the effect, what parameters do, what pairing gains.
fn doubt(view: &View<'_>, found: &Difference) -> Cell {
    let relative = (found.se / found.mean).abs();
    let parameters = format::optional(found.parameter_share.map(|share| view.percent(share)));
    let correlation = format::optional(found.correlation.map(|r| format::number(r, 3)));
    let times = |factor: f64| format!("× {}", format::brief(factor));
    let gain = format::optional(found.variance_reduction.map(times));
    Cell::numbers(vec![
        view.percent(relative),
        view.with(Label::FromParameters, &[&parameters]),
        format!("r {correlation} · {gain}"),
    ])
}

pub(super) fn limits(view: &View<'_>) -> Section {
    let end = &view.results.horizon[1];
    let mut limits = vec![Label::Limit1, Label::Limit2];
    if !view.comparison.variants.is_empty() {
        limits.extend([Label::Limit3, Label::Limit5]);
    }
    limits.extend([Label::Limit4, Label::Limit6]);
    let items = limits
        .iter()
        .map(|limit| (String::new(), view.with(*limit, &[end])))
        .collect();
    section(view, "limits", Label::Limits, vec![Block::List(items)])
}

pub(super) fn provenance(view: &View<'_>) -> Section {
    let results = view.results;
    let list = |items: &[String]| {
        if items.is_empty() {
            format::UNDEFINED.to_owned()
        } else {
            items.join(", ")
        }
    };
    let rows = results
        .scenarios
        .iter()
        .enumerate()
        .map(|(index, scenario)| {
            vec![
                Cell::number(index.to_string()),
                Cell {
                    lines: vec![view.name(index), scenario.name.clone()],
                    number: false,
                },
                Cell {
                    lines: vec![scenario.document.clone(), scenario.note.clone()],
                    number: false,
                },
                Cell::text(list(&scenario.facts)),
                Cell::text(list(&scenario.sets)),
            ]
        })
        .collect();
    let head = [Label::Scenario, Label::Document, Label::Facts, Label::Sets];
    let mut heads = vec![Cell::number(view.text(Label::Number))];
    heads.extend(head.map(|head| Cell::text(view.text(head))));
    let caption = view.text(Label::ProvenanceCaption).to_owned();
    let record = [
        (Label::Program, format!("leverlab {}", results.version)),
        (Label::BatchDigest, results.digest.clone()),
        (Label::ModelDigest, results.model_digest.clone()),
        (Label::Seed, results.seed.to_string()),
        (
            Label::Replicates,
            format!("{} / {}", view.runs(), results.ensemble.asked),
        ),
        (Label::PerDraw, results.per_draw.to_string()),
        (Label::Sampling, results.scale.to_string()),
    ];
    let rows_of = |(label, text): &(Label, String)| {
        vec![Cell::text(view.text(*label)), Cell::text(text.clone())]
    };
    let record = Table {
        caption: view.text(Label::RunRecord).to_owned(),
        head: Vec::new(),
        rows: record.iter().map(rows_of).collect(),
        notes: Vec::new(),
    };
    let blocks = vec![
        Block::Paragraph(view.text(Label::Reproduce).to_owned()),
        Block::Code(results.command.clone()),
        Block::Table(record),
        Block::Table(Table {
            caption,
            head: heads,
            rows,
            notes: Vec::new(),
        }),
        definitions(view),
    ];
    section(view, "provenance", Label::Provenance, blocks)
}

fn definitions(view: &View<'_>) -> Block {
    let better = |direction: Direction| match direction {
        Direction::Higher => Label::Higher,
        Direction::Lower => Label::Lower,
        Direction::Neutral => Label::Neutral,
    };
    let rows = view
        .results
        .metrics
        .iter()
        .map(|column| {
            vec![
                Cell {
                    lines: vec![view.label(column), column.id.clone()],
                    number: false,
                },
                Cell::text(view.definition(column)),
                Cell::text(view.text(better(column.direction))),
            ]
        })
        .collect();
    let head = [Label::Metric, Label::Definition, Label::BetterWay];
    let head = head.map(|head| Cell::text(view.text(head))).to_vec();
    let caption = view.text(Label::Definitions).to_owned();
    let notes = vec![view.text(Label::DefinitionsLead).to_owned()];
    Block::Table(Table {
        caption,
        head,
        rows,
        notes,
    })
}
