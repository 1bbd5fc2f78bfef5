//! The command line: one file per subcommand; the only room that prints, shows progress,
//! reads arguments or the clock.

pub mod check;
pub mod compare;
pub mod execute;
pub mod explain;
pub mod init;
pub mod list;
pub mod output;
pub mod progress;
pub mod report;
pub mod run;

use crate::evidence::{Evidence, EvidenceError};
use crate::scenario::{Fault, Faults};
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use miette::{LabeledSpan, MietteDiagnostic, NamedSource, Report};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
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
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Colour.
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub color: Color,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

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
    /// Rebuild figures and report from stored results.
    Report(report::ReportArgs),
    /// Print the JSON Schema of a scenario or of the evidence.
    Schema {
        /// Of what.
        #[arg(value_enum)]
        of: SchemaOf,
    },
    /// Print completions for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// Scenario files.
    Scenario,
    /// Files of levers and parameters.
    Evidence,
}

/// Why a command failed; each variant has its exit code.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Usage, or a folder that belongs to something else: 2.
    #[error("{0}")]
    Usage(String),
    /// A scenario is bad or unreadable: 3.
    #[error("{0}")]
    Scenario(#[from] Faults),
    /// The evidence base is bad or unreadable: 3.
    #[error("{0}")]
    Evidence(#[from] EvidenceError),
    /// Stored results are missing or unreadable: 3.
    #[error("{0}")]
    Unreadable(String),
    /// Output cannot be written, and it is said where: 6.
    #[error("{0}")]
    Unwritable(String),
    /// Nothing selected, or an unknown name: 4.
    #[error("{message}")]
    Unknown {
        /// What was not found.
        message: String,
        /// Nearest names.
        nearest: Vec<String>,
    },
    /// A check failed, or over 5 % of the runs did: 5.
    #[error("{0}")]
    Failed(String),
    /// Output cannot be written: 6, a closed pipe 0.
    #[error("cannot write {what}: {error}")]
    Output {
        /// What was written.
        what: String,
        /// Why it failed.
        error: std::io::Error,
    },
    /// Retry: terminated, or another process holds the folder: 75.
    #[error("{0}")]
    Retry(String),
    /// Interrupted: 130.
    #[error("interrupted")]
    Interrupted,
    /// A broken promise of the program: 10.
    #[error("internal fault: {0}")]
    Internal(String),
}

impl CliError {
    /// Exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Scenario(_) | Self::Evidence(_) | Self::Unreadable(_) => 3,
            Self::Unknown { .. } => 4,
            Self::Failed(_) => 5,
            Self::Output { error, .. } if error.kind() == std::io::ErrorKind::BrokenPipe => 0,
            Self::Output { .. } | Self::Unwritable(_) => 6,
            Self::Internal(_) => 10,
            Self::Retry(_) => 75,
            Self::Interrupted => 130,
        }
    }
}

/// What all commands share: how to print.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// How to print results.
    pub format: Format,
    /// Results and errors only.
    pub quiet: bool,
    /// Say more.
    pub verbose: bool,
    /// Whether stderr is coloured.
    pub color: bool,
}

impl Session {
    /// The evidence base: the one in the binary, or that of a folder.
    ///
    /// # Errors
    /// The faults of the evidence base.
    pub fn evidence(&self, folder: Option<&Path>) -> Result<Evidence, CliError> {
        Ok(folder.map_or_else(Evidence::embedded, Evidence::read)?)
    }

    /// Prints a result on stdout.
    ///
    /// # Errors
    /// [`CliError::Output`].
    pub fn print(&self, text: &str) -> Result<(), CliError> {
        let mut out = std::io::stdout().lock();
        let end = if text.ends_with('\n') { "" } else { "\n" };
        write!(out, "{text}{end}")
            .and_then(|()| out.flush())
            .map_err(|error| CliError::Output {
                what: "stdout".into(),
                error,
            })
    }

    /// Prints a message on stderr unless quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            // Nobody can be told that stderr is closed.
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }

    /// Prints warnings on stderr unless quiet.
    pub fn warn(&self, warnings: &[Fault]) {
        if !self.quiet {
            self.render(warnings, miette::Severity::Warning);
        }
    }

    /// Prints rows: `json` as they are, else their fields.
    ///
    /// # Errors
    /// [`CliError::Output`].
    pub fn rows(
        &self,
        header: &[&str],
        rows: &[Vec<String>],
        json: &serde_json::Value,
    ) -> Result<(), CliError> {
        match self.format {
            Format::Json => self.print(&format!("{json:#}")),
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(Vec::new());
                let written = writer
                    .write_record(header)
                    .and_then(|()| rows.iter().try_for_each(|row| writer.write_record(row)));
                written.map_err(|error| CliError::Internal(error.to_string()))?;
                let bytes = writer
                    .into_inner()
                    .map_err(|error| CliError::Internal(error.to_string()))?;
                self.print(&String::from_utf8_lossy(&bytes))
            }
            Format::Table => {
                let mut table = comfy_table::Table::new();
                table
                    .load_style(comfy_table::presets::NOTHING)
                    .set_header(header.iter().copied());
                for row in rows {
                    table.add_row(row);
                }
                self.print(&table.to_string())
            }
        }
    }

    fn render(&self, faults: &[Fault], severity: miette::Severity) {
        let theme = if self.color {
            miette::GraphicalTheme::unicode()
        } else {
            miette::GraphicalTheme::unicode_nocolor()
        };
        let handler = miette::GraphicalReportHandler::new_themed(theme).with_links(false);
        for fault in faults {
            let (line, column) = fault.place.line_column();
            let name = &fault.place.source.name;
            self.say_always(&format!("{name}:{line}:{column}"));
            let mut diagnostic = MietteDiagnostic::new(fault.message.clone())
                .with_code(fault.code.id)
                .with_severity(severity)
                .with_help(fault.advice());
            if !fault.place.source.text.is_empty() {
                diagnostic = diagnostic
                    .with_label(LabeledSpan::at(fault.place.span.clone(), fault.code.title));
            }
            let source = NamedSource::new(name, fault.place.source.text.clone());
            let report = Report::new(diagnostic).with_source_code(source);
            let mut text = String::new();
            match handler.render_report(&mut text, report.as_ref()) {
                Ok(()) => self.say_always(&text),
                Err(_) => self.say_always(&fault.to_string()),
            }
        }
    }

    fn say_always(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    fn fail(&self, error: &CliError) {
        match error {
            CliError::Scenario(faults) => {
                self.render(&faults.0, miette::Severity::Error);
                if self.format == Format::Json {
                    let list: Vec<_> = faults.0.iter().map(fault_json).collect();
                    // A closed stdout does not change the exit code of the fault.
                    let _ = self.print(&format!("{:#}", serde_json::Value::Array(list)));
                }
            }
            CliError::Unknown { message, nearest } if !nearest.is_empty() => {
                self.say_always(&format!(
                    "error: {message}; nearest: {}",
                    nearest.join(", ")
                ));
            }
            other if other.code() == 0 => {}
            other => self.say_always(&format!("error: {other}")),
        }
    }
}

fn fault_json(fault: &Fault) -> serde_json::Value {
    let (line, column) = fault.place.line_column();
    serde_json::json!({
        "code": fault.code.id, "file": fault.place.source.name, "line": line, "column": column,
        "path": fault.path, "message": fault.message, "nearest": fault.nearest,
    })
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
        let color = match cli.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
                    && std::io::stderr().is_terminal()
            }
        };
        let session = Session {
            format: cli.format,
            quiet: cli.quiet,
            verbose: cli.verbose,
            color,
        };
        match dispatch(&cli.command, &session) {
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
        let _ = writeln!(
            std::io::stderr(),
            "error: internal fault: {cause}\nPlease report it with the command and the scenario."
        );
        10
    }))
}

fn dispatch(command: &Command, session: &Session) -> Result<(), CliError> {
    match command {
        Command::Init(args) => init::command(args, session),
        Command::List(args) => list::command(args, session),
        Command::Explain(args) => explain::command(args, session),
        Command::Check(args) => check::command(args, session),
        Command::Resolve(args) => check::resolve(args, session),
        Command::Run(args) => run::command(args, session),
        Command::Compare(args) => compare::command(args, session),
        Command::Report(args) => report::command(args, session),
        Command::Schema {
            of: SchemaOf::Scenario,
        } => {
            let schema = crate::scenario::schema::scenario(&session.evidence(None)?);
            session.print(&format!("{schema:#}"))
        }
        Command::Schema {
            of: SchemaOf::Evidence,
        } => session.print(&format!("{:#}", crate::scenario::schema::evidence())),
        Command::Completions { shell } => {
            let mut bytes = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "leverlab", &mut bytes);
            session.print(&String::from_utf8_lossy(&bytes))
        }
    }
}

/// Writes a file.
fn write_file(path: &PathBuf, text: &str) -> Result<(), CliError> {
    std::fs::write(path, text).map_err(|error| CliError::Output {
        what: path.display().to_string(),
        error,
    })
}
