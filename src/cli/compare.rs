//! `leverlab compare`: runs variants in pairs with a baseline.

use super::run::BatchArgs;
use super::{CliError, Format, Session, codes, execute, output, publish};
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `compare`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab compare leverlab:baseline study/scenario.toml -n 40
  leverlab compare leverlab:baseline leverlab:rights-reform leverlab:last-mile --stack \\
      --metric industrialised --metric fiscal_cost   each added to those before it
  leverlab compare leverlab:baseline study/scenario.toml -n 1000 --shard auto/16 -o shards")]
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
    let sets = args.batch.study.all_sets();
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
    show(&done, &metrics, session)?;
    publish::close(&done, session)
}

/// Prints the comparison of some metrics, and what is odd about the first of them.
pub(super) fn show(
    done: &publish::Executed,
    metrics: &[usize],
    session: &Session,
) -> Result<(), CliError> {
    let (results, comparison) = (&done.results, &done.comparison);
    match session.format {
        Format::Table => session.print(&output::compare_text(results, comparison, metrics))?,
        Format::Json => {
            let json = output::compare_json(results, comparison);
            session.print(&format!("{json:#}"))?;
        }
        Format::Csv => {
            let (header, rows) = output::compare_rows(results, comparison);
            session.csv(&header, &rows)?;
        }
    }
    let first = metrics.first().copied().unwrap_or(0);
    for warning in output::warning_lines(results, comparison, first) {
        session.caution(&warning);
    }
    Ok(())
}
