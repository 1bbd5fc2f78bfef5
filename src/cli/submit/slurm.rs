//! Scripts of a Slurm array and of the job that merges behind it.

use std::path::Path;
use std::process::Command;

use askama::Template;

use super::{Batch, Paper, Words, whole};
use crate::cli::order::shell_word;
use crate::cli::{CliError, codes, order};
use crate::report::folder::default_folder;

#[derive(Template)]
#[template(path = "submit/array.sh", escape = "none")]
struct Array {
    batch: Words,
    command: String,
    log: String,
    extra: Vec<String>,
}

#[derive(Template)]
#[template(path = "submit/merge.sh", escape = "none")]
struct Merge {
    batch: Words,
    command: String,
    log: String,
    extra: Vec<String>,
}

/// Both scripts, which start `program`.
///
/// # Errors
/// Paths that cannot be made whole.
pub(super) fn papers(batch: &Batch, folder: &Path, program: &Path) -> Result<Vec<Paper>, CliError> {
    let args = batch.args;
    let program = whole(program)?;
    let output = args.output.clone();
    let output = output.unwrap_or_else(|| default_folder(batch.name(), &batch.digest));
    let (output, folder) = (whole(&output)?, whole(folder)?);
    let extra: Vec<String> = (args.partition.iter())
        .map(|partition| format!("--partition={partition}"))
        .chain(args.options.clone())
        .collect();
    let mut words = vec![program.clone()];
    words.extend(batch.subcommand(&folder));
    if let Some(seeds) = &args.seeds {
        words.extend(["--seeds".to_owned(), whole(seeds)?]);
    }
    words.extend(batch.flags(&output));
    let array = Array {
        batch: batch.words(),
        command: order::shell_words(&words),
        log: log(&folder, "%A_%a"),
        extra: extra.clone(),
    };
    let [verb, flag] = ["merge", "-o"].map(str::to_owned);
    let merge_words = [program, verb, output.clone(), flag, output];
    let merge = Merge {
        batch: batch.words(),
        command: order::shell_words(&merge_words),
        log: log(&folder, "merge_%j"),
        extra,
    };
    Ok(vec![
        paper("array.sh", array.render())?,
        paper("merge.sh", merge.render())?,
    ])
}

/// File of a task's words as an `#SBATCH` line names it: in quotes, a per cent sign doubled, as
/// one alone begins a name that Slurm fills in.
fn log(folder: &str, pattern: &str) -> String {
    let folder = folder.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}/{pattern}.log\"", folder.replace('%', "%%"))
}

/// A file of a rendered template.
pub(super) fn paper(name: &str, text: askama::Result<String>) -> Result<Paper, CliError> {
    let text = text.map_err(|error| CliError::new(codes::INTERNAL, error.to_string()))?;
    Ok(Paper {
        name: name.to_owned(),
        text,
    })
}

/// How the scripts are sent by hand.
pub(super) fn how(folder: &Path) -> Vec<String> {
    let script = |name: &str| shell_word(&folder.join(name).display().to_string());
    let (array, merge) = (script("array.sh"), script("merge.sh"));
    vec![
        format!("job=$(sbatch --parsable {array})"),
        format!("sbatch --dependency=afterany:\"${{job%%;*}}\" {merge}"),
    ]
}

/// Sends both scripts; what the scheduler says of them.
///
/// # Errors
/// Code 2 where there is no `sbatch`, 5 where it refuses, with its words.
pub(super) fn send(folder: &Path) -> Result<Vec<String>, CliError> {
    let array = sbatch(&[], &folder.join("array.sh"))?;
    let behind = format!("--dependency=afterany:{array}");
    let merge = sbatch(&[&behind], &folder.join("merge.sh"))?;
    Ok(vec![format!(
        "sent: array {array}, merge {merge}; `leverlab status` shows how far it is"
    )])
}

/// Sends one script; its number.
fn sbatch(flags: &[&str], script: &Path) -> Result<String, CliError> {
    let mut command = Command::new("sbatch");
    let sent = command.arg("--parsable").args(flags).arg(script).output();
    let sent = sent.map_err(|error| {
        let message = format!("sbatch cannot be started: {error}; the scripts are written");
        CliError::new(codes::NO_SCHEDULER, message)
    })?;
    if sent.status.success() {
        let said = String::from_utf8_lossy(&sent.stdout);
        // where there are several clusters, the name of one stands behind the number
        return Ok(said.trim().split(';').next().unwrap_or("").to_owned());
    }
    let said = String::from_utf8_lossy(&sent.stderr);
    let message = format!("sbatch refused {}: {}", script.display(), said.trim());
    Err(CliError::new(codes::REFUSED, message))
}
