//! Shows who gains and who loses, by size, owner and region of firms.

use super::detail::{level, matrix, missing};
use super::section;
use crate::report::labels::{self, GROUPS, Label};
use crate::report::page::{Block, Section};
use crate::report::plots::bars;
use crate::report::plots::canvas::ink;
use crate::report::view::View;

pub(super) fn bands(view: &View<'_>) -> Section {
    let compact = ["size.small", "size.medium", "size.large"]
        .into_iter()
        .chain(["ownership.private", "ownership.state", "ownership.foreign"]);
    let regions = crate::model::firms::REGION_NAMES.iter();
    let first: Vec<String> = compact.map(str::to_owned).collect();
    let second: Vec<String> = regions.map(|region| format!("region.{region}")).collect();
    let mut blocks = vec![Block::Lead(view.text(Label::BandsLead).to_owned())];
    let mut rows = Vec::new();
    for (groups, name, caption) in [
        (first, "bands-size-ownership", Label::BandsCaption),
        (second, "bands-region", Label::BandsRegionCaption),
    ] {
        let found: Vec<&String> = groups
            .iter()
            .filter(|g| share(view, 1, g, 1).is_some())
            .collect();
        if found.is_empty() {
            continue;
        }
        blocks.push(bands_figure(view, &found, name, caption));
        rows.extend(found.iter().map(|group| {
            let net = |scenario: usize| {
                let band = |b| share(view, scenario, group, b).unwrap_or(f64::NAN);
                band(4) + band(5) - band(1) - band(2)
            };
            (
                group_name(view, group),
                view.variants().map(|v| net(v.scenario)).collect(),
            )
        }));
    }
    if rows.is_empty() {
        return missing(view, "bands", Label::Bands, Label::MissingBands);
    }
    let caption = view.with(Label::BandsTableCaption, &[&view.horizon()]);
    blocks.push(matrix(view, caption, Label::Group, &rows));
    section(view, "bands", Label::Bands, blocks)
}

/// Share of a group's firms in a band \[%\].
fn share(view: &View<'_>, scenario: usize, group: &str, band: usize) -> Option<f64> {
    let detail = view.detail(&format!("bands.{group}.b{band}"))?;
    Some(100.0 * level(view, scenario, detail))
}

fn group_name(view: &View<'_>, group: &str) -> String {
    labels::name(
        GROUPS,
        group.rsplit('.').next().unwrap_or(group),
        view.language,
    )
}

fn bands_figure(view: &View<'_>, groups: &[&String], name: &str, caption: Label) -> Block {
    let order = [
        (1, ink::VERMILLION),
        (2, ink::LIGHT_ORANGE),
        (4, ink::LIGHT_BLUE),
        (5, ink::BLUE),
    ];
    let titles = [Label::Band1, Label::Band2, Label::Band4, Label::Band5];
    let parts: Vec<bars::Part> = titles
        .iter()
        .zip(order)
        .map(|(title, (_, tone))| (view.text(*title).to_owned(), tone))
        .collect();
    let panels: Vec<bars::Panel> = groups
        .iter()
        .map(|group| {
            let rows = view.variants().map(|v| {
                order
                    .iter()
                    .map(|(band, _)| {
                        let sign = if *band < 3 { -1.0 } else { 1.0 };
                        sign * share(view, v.scenario, group, *band).unwrap_or(0.0)
                    })
                    .collect()
            });
            bars::Panel {
                title: group_name(view, group),
                rows: rows.collect(),
            }
        })
        .collect();
    let names: Vec<String> = view.variants().map(|v| view.numbered(v.scenario)).collect();
    let caption = view.with(caption, &[&view.horizon()]);
    let svg = bars::stacked(&caption, "%", &names, &parts, &panels, None);
    Block::Figure {
        name: name.to_owned(),
        svg,
        caption,
    }
}
