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

/// The instruments and the conflicts between documents as Markdown.
fn instruments(evidence: &Evidence) -> String {
    let (mapped, unmapped): (Vec<_>, Vec<_>) =
        evidence.instruments.iter().partition(|i| i.executable);
    let mut out = format!(
        "# Instruments\n\nMade from `seeds/instruments/` and `seeds/conflicts.toml`; a test holds \
         this page in step. The documents name {} instruments. {} set levers, {} do not.\n\n\
         ## Instruments that can be run\n\nIntensity 1 gives the values below, intensity 0 the \
         status quo, with a straight line between. Where two move one lever, the larger departure \
         covers the other.\n\n| instrument | name | status | sets | basis |\n|---|---|---|---|---|\n",
        evidence.instruments.len(),
        mapped.len(),
        unmapped.len(),
    );
    for i in &mapped {
        let now = |path: &str| {
            evidence
                .lever(path)
                .unwrap()
                .status_quo
                .last()
                .unwrap()
                .value
        };
        let sets: Vec<String> = i
            .sets
            .iter()
            .map(|(path, value)| format!("`{path}` {} → {value}", now(path)))
            .collect();
        writeln!(
            out,
            "| `{}` | {} | {} | {} | {} |",
            i.id,
            i.name_zh,
            i.status.replace('_', " "),
            sets.join(", "),
            i.basis
        )
        .unwrap();
    }
    out.push_str(
        "\n## Instruments that cannot\n\n| instrument | name | status | place | reason |\n\
         |---|---|---|---|---|\n",
    );
    for i in &unmapped {
        writeln!(
            out,
            "| `{}` | {} | {} | {} | {} |",
            i.id,
            i.name_zh,
            i.status.replace('_', " "),
            i.locator,
            i.reason
        )
        .unwrap();
    }
    out.push_str("\n## Where documents disagree\n\n| matter | used | why |\n|---|---|---|\n");
    for c in &evidence.conflicts {
        writeln!(out, "| {} | {} | {} |", c.conflict, c.choice, c.reason).unwrap();
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
fn the_pages_made_from_the_evidence_are_in_step() {
    let evidence = Evidence::embedded().unwrap();
    in_step("parameters.md", &table(&evidence));
    in_step("levers.md", &levers(&evidence));
    in_step("instruments.md", &instruments(&evidence));
}
