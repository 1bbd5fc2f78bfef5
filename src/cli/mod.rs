//! The command line: one file per subcommand; the only room that prints, shows progress,
//! reads arguments or the clock.

pub mod bench;
pub mod check;
pub mod codes;
pub mod compare;
pub mod error;
pub mod execute;
pub mod explain;
pub mod init;
pub mod list;
pub mod merge;
pub mod order;
pub mod output;
pub mod progress;
pub mod publish;
mod record;
pub mod replay;
pub mod report;
pub mod run;
pub mod session;
pub mod shard;
pub mod status;
pub mod stored;
pub mod submit;
pub mod validate;
pub mod verify;

use crate::base::dispatch;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
pub use error::{CliError, Problem};
pub use session::Session;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

/// Whether output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The whole command line.
#[derive(Parser, Debug)]
#[command(name = "leverlab", version, about = "Which R&D policy mix turns more of China's research into industry, at what cost", after_long_help = EXAMPLES)]
pub struct Cli {
    /// How to print results.
    #[arg(long, global = true, value_enum, default_value = "table")]
    pub format: Format,
    /// Results and errors only.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more on stderr.
    #[arg(
        short,
        long,
        global = true,
        hide_short_help = true,
        conflicts_with = "quiet"
    )]
    pub verbose: bool,
    /// Colour.
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        value_enum,
        default_value = "auto"
    )]
    pub color: Color,
    /// Vector instructions: sse2, avx2 or avx512 (default: the widest); the results are the same.
    #[arg(long, global = true, hide_short_help = true, value_parser = instructions)]
    pub instructions: Option<dispatch::Path>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const COMPLETIONS_EXAMPLE: &str = "\
Examples:
  leverlab completions bash > ~/.local/share/bash-completion/completions/leverlab
  leverlab completions fish > ~/.config/fish/completions/leverlab.fish";

const EXAMPLES: &str = "\
Examples:
  leverlab init study                                  start a study of your own
  leverlab list levers --search deduction              find a lever
  leverlab explain tax.super_deduction_general         what it is, was and reaches
  leverlab check study/scenario.toml                   all faults at once
  leverlab run study/scenario.toml -n 40               simulate
  leverlab compare leverlab:baseline study/scenario.toml --metric rd_business_real";

/// Subcommands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Write a scenario to start from.
    Init(init::InitArgs),
    /// List levers, instruments, metrics, facts or scenarios.
    List(list::ListArgs),
    /// Explain a lever, parameter, metric, instrument, fact or error code.
    Explain(explain::ExplainArgs),
    /// Check scenario files; nothing is run.
    Check(check::CheckArgs),
    /// Print a scenario with all it extends merged in.
    Resolve(check::ResolveArgs),
    /// Simulate one scenario.
    Run(run::RunArgs),
    /// Compare variants with a baseline.
    Compare(compare::CompareArgs),
    /// Join the shards of a batch that ran on several machines.
    Merge(merge::MergeArgs),
    /// Write the scripts of a batch in shards for a cluster, and send them.
    Submit(submit::SubmitArgs),
    /// Show which shards of a folder are finished, begun or missing.
    Status(status::StatusArgs),
    /// Rebuild figures and report from stored results.
    Report(report::ReportArgs),
    /// Run one run of stored results again and show where it breaks.
    Replay(replay::ReplayArgs),
    /// Hold stored results against their hashes and against runs done again.
    Verify(verify::VerifyArgs),
    /// Hold the model against the record of 2015 to 2024.
    Validate(validate::ValidateArgs),
    /// Measure how fast this machine runs the model.
    Bench(bench::BenchArgs),
    /// Print the JSON Schema of a scenario or of the evidence.
    #[command(after_help = "Example:\n  leverlab schema scenario > scenario.schema.json")]
    Schema {
        /// Of what.
        #[arg(value_enum)]
        of: SchemaOf,
    },
    /// Print completions for a shell.
    #[command(after_help = COMPLETIONS_EXAMPLE)]
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    #[command(after_help = "Example:\n  leverlab man > leverlab.1 && man ./leverlab.1")]
    Man,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// Scenario files.
    Scenario,
    /// Files of levers and parameters.
    Evidence,
}

/// Reads `--instructions`.
fn instructions(text: &str) -> Result<dispatch::Path, String> {
    let path = dispatch::Path::parse(text).map_err(|error| error.to_string())?;
    if path.supported() {
        Ok(path)
    } else {
        Err(dispatch::DispatchError::Unsupported(path).to_string())
    }
}

/// Reads `--scale`.
fn scale(text: &str) -> Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|scale| (1e-5..=1.0).contains(scale))
        .ok_or_else(|| "a number from 0.00001 to 1 is expected".to_owned())
}

/// Runs the command line and gives the exit code.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    let done = std::panic::catch_unwind(|| {
        let cli = match Cli::try_parse() {
            Ok(cli) => cli,
            Err(error) => {
                // Help on a closed pipe is no fault.
                let _ = error.print();
                return u8::try_from(error.exit_code()).unwrap_or(2);
            }
        };
        let session = Session {
            format: cli.format,
            quiet: cli.quiet,
            verbose: cli.verbose,
            color: session::coloured(cli.color),
        };
        dispatch::force(cli.instructions).expect("checked when it was read");
        match obey(&cli.command, &session) {
            Ok(()) => 0,
            Err(error) => {
                session.fail(&error);
                error.code()
            }
        }
    });
    ExitCode::from(done.unwrap_or_else(|panic| {
        let cause = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("unknown cause");
        let problem = Problem::new(codes::INTERNAL, cause);
        let _ = writeln!(std::io::stderr(), "{problem}");
        10
    }))
}

fn obey(command: &Command, session: &Session) -> Result<(), CliError> {
    match command {
        Command::Init(args) => init::command(args, session),
        Command::List(args) => list::command(args, session),
        Command::Explain(args) => explain::command(args, session),
        Command::Check(args) => check::command(args, session),
        Command::Resolve(args) => check::resolve(args, session),
        Command::Run(args) => run::command(args, session),
        Command::Compare(args) => compare::command(args, session),
        Command::Merge(args) => merge::command(args, session),
        Command::Submit(args) => submit::command(args, session),
        Command::Status(args) => status::command(args, session),
        Command::Report(args) => report::command(args, session),
        Command::Replay(args) => replay::command(args, session),
        Command::Verify(args) => verify::command(args, session),
        Command::Validate(args) => validate::command(args, session),
        Command::Schema {
            of: SchemaOf::Scenario,
        } => {
            let schema = crate::scenario::schema::scenario(&session.evidence(None)?);
            session.print(&format!("{schema:#}"))
        }
        Command::Schema {
            of: SchemaOf::Evidence,
        } => session.print(&format!("{:#}", crate::scenario::schema::evidence())),
        Command::Bench(args) => bench::command(args, session),
        Command::Man => {
            let mut bytes = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut bytes)
                .map_err(|error| CliError::output("stdout", &error))?;
            session.print(&String::from_utf8_lossy(&bytes))
        }
        Command::Completions { shell } => {
            let mut bytes = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "leverlab", &mut bytes);
            session.print(&String::from_utf8_lossy(&bytes))
        }
    }
}

/// Writes a file, whole or not at all.
fn write_file(path: &Path, text: &str) -> Result<(), CliError> {
    crate::report::replace(path, text)
        .map_err(|error| CliError::output(&path.display().to_string(), &error))
}
