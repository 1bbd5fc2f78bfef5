//! Looks up details and lays them out by variant, for the sections that show them.

use super::section;
use crate::report::format;
use crate::report::labels::Label;
use crate::report::page::{Block, Cell, Section, Table};
use crate::report::view::{View, mean};

pub(super) fn missing(view: &View<'_>, id: &'static str, title: Label, why: Label) -> Section {
    section(
        view,
        id,
        title,
        vec![Block::Lead(view.text(why).to_owned())],
    )
}

/// Mean of a detail metric, by scenario.
pub(super) fn level(view: &View<'_>, scenario: usize, detail: usize) -> f64 {
    mean(&view.detail_levels(scenario, detail))
}

/// Rows of named values, one column a variant, headed by its number.
pub(super) fn matrix(
    view: &View<'_>,
    caption: String,
    first: Label,
    rows: &[(String, Vec<f64>)],
) -> Block {
    let mut head = vec![Cell::text(view.text(first))];
    head.extend(
        view.variants()
            .map(|v| Cell::number(v.scenario.to_string())),
    );
    let places = format::decimals(rows.iter().flat_map(|(_, values)| values.iter().copied()));
    let rows = rows
        .iter()
        .map(|(name, values)| {
            let mut cells = vec![Cell::text(name.clone())];
            let show = |value: &f64| {
                let zero = *value == 0.0;
                Cell::number(format::signed(*value, if zero { 0 } else { places.min(2) }))
            };
            cells.extend(values.iter().map(show));
            cells
        })
        .collect();
    Block::Table(Table {
        caption,
        head,
        rows,
        notes: Vec::new(),
    })
}
