//! Shows how far inventions come on the way from disclosure to industry.

use super::detail::{level, matrix, missing};
use super::section;
use crate::report::format;
use crate::report::labels::{self, Label, STAGES};
use crate::report::page::{Block, Section};
use crate::report::plots::bars;
use crate::report::view::View;

pub(super) fn funnel(view: &View<'_>) -> Section {
    let mut stages: Vec<(String, usize)> = view
        .results
        .details
        .iter()
        .enumerate()
        .filter_map(|(detail, column)| {
            let id = column.id.strip_prefix("funnel.")?;
            let known = STAGES.iter().any(|(stage, _, _)| *stage == id);
            let name = labels::name(STAGES, id, view.language);
            Some((if known { name } else { view.label(column) }, detail))
        })
        .collect();
    stages.dedup_by(|later, earlier| later.0 == earlier.0);
    if stages.is_empty() {
        return missing(view, "funnel", Label::Funnel, Label::MissingFunnel);
    }
    let mut before: Option<f64> = None;
    let bars: Vec<bars::Stage> = stages
        .iter()
        .map(|(name, detail)| {
            let count = level(view, 0, *detail);
            let share = before
                .filter(|before| *before > 0.0)
                .map(|before| count / before);
            before = Some(count);
            let passed =
                share
                    .filter(|share| share.is_finite())
                    .map_or_else(String::new, |share| {
                        let passed = view.with(Label::FunnelPassed, &[&view.percent(share)]);
                        let lost = view.with(Label::FunnelLost, &[&view.percent(1.0 - share)]);
                        if share <= 1.0 {
                            format!("{passed} · {lost}")
                        } else {
                            passed
                        }
                    });
            let unit = view.unit(&view.results.details[*detail]).level;
            let shown = format!("{} {unit}", format::brief(count));
            bars::Stage {
                name: name.clone(),
                count,
                shown,
                passed,
            }
        })
        .collect();
    let caption = view.with(Label::FunnelCaption, &[&view.name(0), &view.horizon()]);
    let svg = bars::funnel(&caption, &bars);
    let mut blocks = vec![
        Block::Lead(view.text(Label::FunnelLead).to_owned()),
        Block::Figure {
            name: "funnel".to_owned(),
            svg,
            caption,
        },
    ];
    if !view.comparison.variants.is_empty() {
        let rows: Vec<(String, Vec<f64>)> = stages
            .iter()
            .map(|(name, detail)| {
                let base = level(view, 0, *detail);
                let change = |scenario| 100.0 * (level(view, scenario, *detail) / base - 1.0);
                (
                    name.clone(),
                    view.variants().map(|v| change(v.scenario)).collect(),
                )
            })
            .collect();
        let caption = view.with(Label::FunnelChange, &[&view.horizon()]);
        blocks.push(matrix(view, caption, Label::Stage, &rows));
    }
    section(view, "funnel", Label::Funnel, blocks)
}
