//! `leverlab check` and `leverlab resolve`: what a scenario says, and what is wrong with it.

use super::{CliError, Format, Session};
use crate::scenario::{Faults, resolve_all};
use clap::Args;
use std::path::PathBuf;

/// Arguments of `check`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab check study/*.toml                        all faults of all files at once
  leverlab check study/scenario.toml --format json   the same as an array on stdout")]
pub struct CheckArgs {
    /// Scenario files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Another evidence base.
    #[arg(long, value_name = "DIR")]
    pub seeds: Option<PathBuf>,
}

/// Arguments of `resolve`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab resolve study/scenario.toml               the scenario with all it extends merged in
  leverlab resolve study/scenario.toml --origins     the file and line of each value
  leverlab resolve leverlab:baseline --set tax.super_deduction_general=1.2")]
pub struct ResolveArgs {
    /// Scenario file, or leverlab:NAME.
    pub file: PathBuf,
    /// Print file and line of each value.
    #[arg(long)]
    pub origins: bool,
    /// Sets a value; may be repeated.
    #[arg(long = "set", value_name = "PATH=V")]
    pub sets: Vec<String>,
    /// Another evidence base.
    #[arg(long, value_name = "DIR")]
    pub seeds: Option<PathBuf>,
}

/// Checks every file, all faults at once.
///
/// # Errors
/// The faults of all files.
pub fn command(args: &CheckArgs, session: &Session) -> Result<(), CliError> {
    let evidence = session.evidence(args.seeds.as_deref())?;
    let mut faults = Faults::default();
    let mut good = Vec::new();
    for file in &args.files {
        match resolve_all(file, &[], &[], &evidence) {
            Ok(all) => {
                session.warn(&all[0].warnings);
                good.push(vec![
                    file.display().to_string(),
                    all[0].scenario.meta.name.clone(),
                    all[0].warnings.len().to_string(),
                ]);
            }
            Err(found) => faults.0.extend(found.0),
        }
    }
    if !faults.is_empty() {
        return Err(faults.in_order().into());
    }
    if session.format == Format::Json {
        // The array of faults, which is empty.
        return session.print("[]");
    }
    session.rows(
        &["file", "name", "warnings"],
        &good,
        &serde_json::Value::Null,
    )
}

/// Prints the merged scenario, or where its values come from.
///
/// # Errors
/// The faults of the file.
pub fn resolve(args: &ResolveArgs, session: &Session) -> Result<(), CliError> {
    let evidence = session.evidence(args.seeds.as_deref())?;
    let one = resolve_all(&args.file, &[], &args.sets, &evidence)?.remove(0);
    session.warn(&one.warnings);
    if !args.origins && session.format == Format::Table {
        return session.print(&one.scenario.resolved);
    }
    let rows: Vec<_> = one
        .origins
        .iter()
        .map(|(path, place)| vec![path.clone(), place.clone()])
        .collect();
    let origins: Vec<_> = one
        .origins
        .iter()
        .map(|(path, place)| serde_json::json!({ "path": path, "origin": place }))
        .collect();
    let json = serde_json::json!({ "name": one.scenario.meta.name, "digest": one.scenario.digest, "resolved": one.scenario.resolved, "origins": origins });
    session.rows(&["path", "origin"], &rows, &json)
}
