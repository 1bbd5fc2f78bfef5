//! Builds the sections of the page, each from what the results hold.

mod bands;
mod certainty;
mod detail;
mod effects;
mod fiscal;
mod funnel;
mod headline;

use super::labels::Label;
use super::page::{Block, Section};
use super::view::View;

/// All sections in order; a result without runs gives a sentence and its provenance.
pub(crate) fn all(view: &View<'_>) -> Vec<Section> {
    if view.runs() == 0 || view.results.metrics.is_empty() {
        let missing = Block::Lead(view.text(Label::MissingRuns).to_owned());
        return vec![
            section(view, "headline", Label::Headline, vec![missing]),
            certainty::provenance(view),
        ];
    }
    let compared = !view.comparison.variants.is_empty();
    let mut sections = vec![headline::section(view)];
    if compared {
        sections.push(effects::variants(view));
        sections.push(effects::distributions(view));
    }
    sections.push(effects::paths(view));
    sections.push(funnel::funnel(view));
    sections.push(fiscal::fiscal(view));
    if compared {
        sections.push(bands::bands(view));
    }
    sections.push(effects::levels(view));
    sections.push(certainty::certainty(view));
    sections.push(certainty::limits(view));
    sections.push(certainty::provenance(view));
    sections
}

fn section(view: &View<'_>, id: &'static str, title: Label, blocks: Vec<Block>) -> Section {
    Section {
        id,
        title: view.text(title).to_owned(),
        blocks,
    }
}
