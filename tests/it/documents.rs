//! Documents that are made from the evidence stay in step with it.

use leverlab::evidence::{Distribution, Evidence};
use std::fmt::Write;
use std::path::Path;

/// The parameter table as Markdown.
fn table(evidence: &Evidence) -> String {
    let mut out = String::from(
        "# Parameters\n\nMade from `seeds/parameters/`; a test holds this page in step \
         (`LEVERLAB_WRITE=1 cargo test documents` rewrites it). Marks: S seen in a published \
         source, D derived, G general knowledge, C computed in a trial, A assumption.\n\n\
         | parameter | unit | low | central | high | drawn | kind | mark | source |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for p in &evidence.parameters {
        let [low, central, high] = p.range;
        let drawn = match p.distribution {
            Distribution::Fixed => "fixed",
            Distribution::Uniform => "uniform",
            Distribution::Triangular => "triangular",
            Distribution::Lognormal => "log-normal",
        };
        let source = p.source.replace('|', "/");
        writeln!(
            out,
            "| `{}` | {} | {low} | {central} | {high} | {drawn} | {} | {} | {source} |",
            p.path, p.unit, p.kind, p.mark
        )
        .unwrap();
    }
    out
}

/// The lever table as Markdown.
fn levers(evidence: &Evidence) -> String {
    let mut out = String::from(
        "# Levers\n\nMade from `seeds/levers/`; a test holds this page in step. Each lever acts \
         through the decision named.\n\n| lever | unit | now | agent | decision |\n|---|---|---|---|---|\n",
    );
    for l in &evidence.levers {
        let now = l.status_quo.last().unwrap().value;
        writeln!(
            out,
            "| `{}` | {} | {now} | {} | {} |",
            l.path, l.unit, l.agent, l.decision
        )
        .unwrap();
    }
    out
}

fn in_step(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(file);
    if std::env::var_os("LEVERLAB_WRITE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored.replace("\r\n", "\n") == text,
        "docs/{file} is out of step with seeds/: LEVERLAB_WRITE=1 cargo test documents"
    );
}

#[test]
fn the_tables_of_parameters_and_levers_are_in_step() {
    let evidence = Evidence::embedded().unwrap();
    in_step("parameters.md", &table(&evidence));
    in_step("levers.md", &levers(&evidence));
}
