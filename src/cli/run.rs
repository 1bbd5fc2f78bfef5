//! `leverlab run`: simulates one scenario and stores the results.

use super::{CliError, Format, Session, execute, output, publish};
use clap::Args;
use std::path::PathBuf;

/// What changes the scenarios of a batch: taken by `run`, `compare` and `submit`.
#[derive(Args, Clone, Debug, Default)]
pub struct StudyArgs {
    /// Runs a scenario (default: the scenario's, 200).
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub replicates: Option<u32>,
    /// Runs that share one draw of the parameters.
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..))]
    pub per_draw: Option<u32>,
    /// Master seed.
    #[arg(long, value_name = "S")]
    pub seed: Option<u32>,
    /// Share of the population that is simulated, over 0 up to 1.
    #[arg(long, value_name = "X", value_parser = super::scale)]
    pub scale: Option<f64>,
    /// Sets a value in all scenarios; may be repeated.
    #[arg(long = "set", value_name = "PATH=V")]
    pub sets: Vec<String>,
}

/// What `run` and `compare` both take.
#[derive(Args, Clone, Debug, Default)]
pub struct BatchArgs {
    /// What changes the scenarios.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Output folder (default: output/NAME-DIGEST8/).
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Use the folder whatever is in it.
    #[arg(long)]
    pub force: bool,
    /// Start again instead of going on.
    #[arg(long)]
    pub fresh: bool,
    /// Threads (default: all cores).
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub threads: Option<u32>,
    /// Another evidence base.
    #[arg(long, value_name = "DIR")]
    pub seeds: Option<PathBuf>,
    /// Run one of N shards and write one file for `merge`: I from 1, or auto to take it from
    /// the scheduler's array (Slurm, PBS, Grid Engine, HyperQueue, Kubernetes, AWS Batch).
    #[arg(long, value_name = "I/N|auto/N", value_parser = super::shard::spec)]
    pub shard: Option<super::shard::Spec>,
    /// Say what would be run, and stop.
    #[arg(long)]
    pub dry_run: bool,
}

impl StudyArgs {
    /// The options that change scenarios, as `--set` texts for the one resolver.
    pub fn all_sets(&self) -> Vec<String> {
        let mut sets = self.sets.clone();
        let mut push = |key: &str, value: Option<String>| {
            sets.extend(value.map(|value| format!("run.{key}={value}")));
        };
        push("replicates", self.replicates.map(|n| n.to_string()));
        push("per_draw", self.per_draw.map(|n| n.to_string()));
        push("seed", self.seed.map(|n| n.to_string()));
        push("scale", self.scale.map(|x| format!("{x:?}")));
        sets
    }
}

/// Arguments of `run`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab run leverlab:baseline -n 40               40 runs, results under output/
  leverlab run study/scenario.toml --set run.end='\"2030Q4\"' -o study/results
  leverlab run study/scenario.toml --scale 0.001 --dry-run
  leverlab run study/scenario.toml -n 1000 --shard 3/16      the third of 16 shards
  leverlab run study/scenario.toml -n 1000 --shard auto/16   in a job array of 1 to 16")]
pub struct RunArgs {
    /// Scenario file, or leverlab:NAME.
    pub file: PathBuf,
    /// Options of the batch.
    #[command(flatten)]
    pub batch: BatchArgs,
}

/// Runs the command.
///
/// # Errors
/// [`CliError`] with its exit code.
pub fn command(args: &RunArgs, session: &Session) -> Result<(), CliError> {
    let evidence = session.evidence(args.batch.seeds.as_deref())?;
    let all =
        crate::scenario::resolve_all(&args.file, &[], &args.batch.study.all_sets(), &evidence)?;
    let Some(done) = execute::carry_out(all, &evidence, &args.batch, session)? else {
        return Ok(());
    };
    show(&done, session)?;
    publish::close(&done, session)
}

/// Prints results of one scenario.
pub(super) fn show(done: &publish::Executed, session: &Session) -> Result<(), CliError> {
    match session.format {
        Format::Table => session.print(&output::run_text(&done.results)),
        Format::Json => session.print(&format!("{:#}", output::run_json(&done.results))),
        Format::Csv => {
            let (header, rows) = output::run_rows(&done.results);
            session.csv(&header, &rows)
        }
    }
}
