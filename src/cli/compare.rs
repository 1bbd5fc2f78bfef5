//! `leverlab compare`: runs variants in pairs with a baseline.

use super::run::BatchArgs;
use super::{CliError, Session};
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `compare`.
#[derive(Args, Clone, Debug)]
pub struct CompareArgs {
    /// Baseline scenario.
    pub base: PathBuf,
    /// Variants.
    #[arg(required = true)]
    pub variants: Vec<PathBuf>,
    /// Options of the batch.
    #[command(flatten)]
    pub batch: BatchArgs,
    /// Add the variants one after another and show each step.
    #[arg(long)]
    pub stack: bool,
    /// Show this metric; may be repeated.
    #[arg(long = "metric", value_name = "M")]
    pub metrics: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// [`CliError`] with its exit code.
pub fn command(args: &CompareArgs, session: &Session) -> Result<(), CliError> {
    let evidence = session.evidence(args.batch.seeds.as_deref())?;
    let variants: Vec<&Path> = args.variants.iter().map(PathBuf::as_path).collect();
    let all =
        crate::scenario::resolve_all(&args.base, &variants, &args.batch.all_sets(), &evidence)?;
    for one in &all {
        session.warn(&one.warnings);
        session.print(&one.scenario.resolved)?;
    }
    Ok(())
}
