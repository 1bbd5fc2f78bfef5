//! `leverlab compare`: runs variants in pairs with a baseline.

use super::run::BatchArgs;
use super::{CliError, Format, Session, codes, execute, output};
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `compare`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab compare leverlab:baseline study/scenario.toml -n 40
  leverlab compare leverlab:baseline leverlab:rights-reform leverlab:last-mile --stack \\
      --metric industrialised --metric fiscal_cost   each added to those before it")]
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
    let known = crate::model::observe::metrics();
    if let Some(name) = args
        .metrics
        .iter()
        .find(|name| !known.iter().any(|metric| metric.id == name.as_str()))
    {
        let ids: Vec<&str> = known.iter().map(|metric| metric.id).collect();
        let message = format!("there is no metric `{name}`");
        return Err(CliError::unknown(message, name, ids));
    }
    let variants: Vec<&Path> = args.variants.iter().map(PathBuf::as_path).collect();
    let sets = args.batch.all_sets();
    let all = if args.stack {
        crate::scenario::resolve_stack(&args.base, &variants, &sets, &evidence)?
    } else {
        crate::scenario::resolve_all(&args.base, &variants, &sets, &evidence)?
    };
    let Some(done) = execute::carry_out(all, &evidence, &args.batch, session)? else {
        return Ok(());
    };
    let metrics = output::chosen(&done.results, &args.metrics)
        .map_err(|name| CliError::new(codes::UNKNOWN_NAME, name))?;
    let first = metrics[0];
    match session.format {
        Format::Table => {
            session.print(&output::compare_text(
                &done.results,
                &done.comparison,
                &metrics,
            ))?;
        }
        Format::Json => {
            let json = output::compare_json(&done.results, &done.comparison);
            session.print(&format!("{json:#}"))?;
        }
        Format::Csv => {
            let (header, rows) = output::compare_rows(&done.results, &done.comparison);
            session.csv(&header, &rows)?;
        }
    }
    for warning in output::warning_lines(&done.results, &done.comparison, first) {
        session.caution(&warning);
    }
    execute::close(&done, session)
}
