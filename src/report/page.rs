//! Lays sections out as one self-contained page.

use askama::Template;

use super::labels::Label;
use super::view::View;
use super::{Figure, sections};

/// A cell of a table: its first line stands out, the others are small.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    pub(crate) lines: Vec<String>,
    pub(crate) number: bool,
}

impl Cell {
    /// Words.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self {
            lines: vec![text.into()],
            number: false,
        }
    }
    /// A number.
    pub(crate) fn number(text: impl Into<String>) -> Self {
        Self {
            lines: vec![text.into()],
            number: true,
        }
    }
    /// A number with small lines below.
    pub(crate) fn numbers(lines: Vec<String>) -> Self {
        Self {
            lines,
            number: true,
        }
    }
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) head: Vec<Cell>,
    pub(crate) rows: Vec<Vec<Cell>>,
    pub(crate) notes: Vec<String>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Block {
    Lead(String),
    Paragraph(String),
    Cards(Vec<[String; 4]>),
    List(Vec<(String, String)>),
    Code(String),
    Table(Table),
    Figure {
        name: String,
        svg: String,
        caption: String,
    },
}

/// A section of the page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Section {
    pub(crate) id: &'static str,
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    tag: &'static str,
    title: String,
    facts: Vec<String>,
    contents: &'static str,
    sections: Vec<Section>,
}

/// The page and its figures.
pub(crate) fn render(view: &View<'_>) -> (String, Vec<Figure>) {
    let variants = view.comparison.variants.len();
    let title = match variants {
        0 => view.with(Label::TitleRun, &[&view.name(0)]),
        1 => view.text(Label::TitleCompareOne).to_owned(),
        _ => view.with(Label::TitleCompare, &[&variants.to_string()]),
    };
    let ensemble = &view.results.ensemble;
    let mut facts = vec![view.with(Label::Horizon, &[&view.horizon()])];
    if variants > 0 {
        facts.push(view.with(Label::BaselineIs, &[&view.name(0)]));
    }
    let runs = if variants > 0 {
        Label::Runs
    } else {
        Label::RunsAlone
    };
    facts.push(view.with(runs, &[&view.runs().to_string()]));
    if !ensemble.complete {
        let (done, asked) = (view.runs().to_string(), ensemble.asked.to_string());
        facts.push(view.with(Label::Interrupted, &[&done, &asked]));
    }
    if !ensemble.failures.is_empty() {
        facts.push(view.with(Label::Failed, &[&ensemble.failures.len().to_string()]));
    }
    let mut sections = sections::all(view);
    let figures = number(view, &mut sections);
    let page = Page {
        tag: view.language.tag(),
        title,
        facts,
        contents: view.text(Label::Contents),
        sections,
    };
    (
        page.render().expect("the template writes to a string only"),
        figures,
    )
}

/// Numbers captions and takes the figures out for their own files.
fn number(view: &View<'_>, sections: &mut [Section]) -> Vec<Figure> {
    let (mut figures, mut tables) = (Vec::new(), 0);
    for block in sections.iter_mut().flat_map(|section| &mut section.blocks) {
        match block {
            Block::Figure { name, svg, caption } => {
                figures.push(Figure {
                    name: name.clone(),
                    svg: svg.clone(),
                });
                *svg = svg.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
                let mark = view.with(Label::Figure, &[&figures.len().to_string()]);
                *caption = format!("{mark}{caption}");
            }
            Block::Table(table) => {
                tables += 1;
                let mark = view.with(Label::Table, &[&tables.to_string()]);
                table.caption = format!("{mark}{}", table.caption);
            }
            _ => {}
        }
    }
    figures
}
