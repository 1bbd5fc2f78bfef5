//! Results in, bytes out: tables, figures, HTML, Parquet; English and Chinese from one table.

pub mod definitions;
pub mod files;
pub mod folder;
pub mod format;
pub mod labels;
mod page;
pub mod parquet;
mod plots;
pub mod results;
mod sections;
pub mod shards;
#[cfg(test)]
mod tests;
mod view;

use std::io;
use std::path::Path;

use crate::experiment::compare::Comparison;
pub use labels::Language;
use results::Results;

/// A figure: its file name without ending, and its SVG.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// File name without ending.
    pub name: String,
    /// SVG document.
    pub svg: String,
}

/// The page and its figures as text; the same results give the same bytes.
pub fn render(
    results: &Results,
    comparison: &Comparison,
    language: Language,
) -> (String, Vec<Figure>) {
    let view = view::View::new(results, comparison, language);
    page::render(&view)
}

/// Writes `DIR/report.html` and `DIR/figures/*.svg`, each renamed into place when complete, and
/// their digests into the manifest where there is one.
///
/// # Errors
/// Where a file or the folder cannot be written.
pub fn write_report(
    results: &Results,
    comparison: &Comparison,
    dir: &Path,
    language: Language,
) -> io::Result<()> {
    let (html, figures) = render(results, comparison, language);
    let folder = dir.join("figures");
    std::fs::create_dir_all(&folder)?;
    let mut names = Vec::new();
    for figure in &figures {
        let name = format!("{}.svg", figure.name);
        replace(&folder.join(&name), &figure.svg)?;
        names.push(name);
    }
    replace(&dir.join("report.html"), &html)?;
    files::page_anew(dir, &names)
}

/// Writes beside the target and flushes, then renames over it; nothing is left half-written.
///
/// # Errors
/// Where the file cannot be written.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    let written = files::put(beside, text.as_bytes()).and_then(|()| std::fs::rename(beside, path));
    if written.is_err() {
        // What was begun goes; the target is as it was.
        let _ = std::fs::remove_file(beside);
    }
    written
}
