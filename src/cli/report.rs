//! `leverlab report`: rebuilds figures and the report from stored results.

use super::{CliError, Session};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Language of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// English.
    En,
    /// Chinese.
    Zh,
}

/// Arguments of `report`.
#[derive(Args, Clone, Debug)]
pub struct ReportArgs {
    /// Results folder.
    pub dir: PathBuf,
    /// Language.
    #[arg(long, value_enum, default_value = "en")]
    pub lang: Lang,
}

/// Runs the command.
///
/// # Errors
/// [`CliError`] with its exit code.
pub fn command(args: &ReportArgs, _session: &Session) -> Result<(), CliError> {
    Err(CliError::Usage(format!(
        "`{}` holds no results",
        args.dir.display()
    )))
}
