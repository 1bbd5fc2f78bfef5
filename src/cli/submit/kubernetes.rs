//! An indexed job of Kubernetes, its scenarios in a config map, and the job that merges.

use std::path::Path;

use askama::Template;

use super::slurm::paper;
use super::{Batch, Paper, Words};
use crate::cli::CliError;
use crate::cli::order::shell_word;
use crate::scenario::Scenario;

/// Where pods see the scenarios, and the volume that takes the results.
const SCENARIOS: &str = "/scenarios";
const RESULTS: &str = "/study";
/// Longest name of which a pod of an index still gets a name of its own \[characters\].
const LONGEST: usize = 50;

/// A scenario in the config map.
struct File {
    name: String,
    text: String,
}

#[derive(Template)]
#[template(path = "submit/job.yaml", escape = "none")]
struct Job {
    batch: Words,
    name: String,
    files: Vec<File>,
    image: String,
    claim: String,
    args: Vec<String>,
}

#[derive(Template)]
#[template(path = "submit/merge.yaml", escape = "none")]
struct Merge {
    batch: Words,
    job: String,
    image: String,
    claim: String,
    args: Vec<String>,
}

/// Name of the job: what a cluster takes as a name, told apart by the digest.
fn job(batch: &Batch) -> String {
    let digest = batch.digest.get(..8).unwrap_or("");
    let mut name = format!("leverlab-{digest}-{}", batch.name());
    name.truncate(LONGEST);
    name.trim_end_matches('-').to_owned()
}

/// A scenario as a block of YAML.
fn file(scenario: &Scenario) -> File {
    let indented = |line: &str| {
        if line.is_empty() {
            String::new()
        } else {
            format!("    {line}")
        }
    };
    let lines: Vec<String> = scenario.resolved.lines().map(indented).collect();
    File {
        name: scenario.meta.name.clone(),
        text: lines.join("\n"),
    }
}

/// A word as YAML: in single quotes, which take everything but themselves as it is.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "''"))
}

/// Both manifests.
///
/// # Errors
/// None that a checked batch could bring about.
pub(super) fn papers(batch: &Batch) -> Result<Vec<Paper>, CliError> {
    let args = batch.args;
    let image = args.image.clone();
    let image = image.unwrap_or_else(|| concat!("leverlab:", env!("CARGO_PKG_VERSION")).to_owned());
    let image = quoted(&image);
    let claim = quoted(args.claim.as_deref().unwrap_or("leverlab"));
    let results = format!("{RESULTS}/{}", job(batch));
    let words = batch.subcommand(SCENARIOS).into_iter();
    let words = words.chain(batch.flags(&results));
    let shards = Job {
        batch: batch.words(),
        name: job(batch),
        files: batch.scenarios.iter().map(file).collect(),
        image: image.clone(),
        claim: claim.clone(),
        args: words.map(|word| quoted(&word)).collect(),
    };
    let merge = Merge {
        batch: batch.words(),
        job: job(batch),
        image,
        claim,
        args: ["merge", &results, "-o", &results].map(quoted).to_vec(),
    };
    Ok(vec![
        paper("job.yaml", shards.render())?,
        paper("merge.yaml", merge.render())?,
    ])
}

/// How the manifests are sent.
pub(super) fn how(folder: &Path, batch: &Batch) -> Vec<String> {
    let file = |name: &str| shell_word(&folder.join(name).display().to_string());
    vec![
        format!("kubectl apply -f {}", file("job.yaml")),
        format!(
            "kubectl wait --for=condition=complete --timeout=-1s job/{}",
            job(batch)
        ),
        format!("kubectl apply -f {}", file("merge.yaml")),
    ]
}
