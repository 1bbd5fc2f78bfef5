//! `leverlab report`: rebuilds figures and report page from stored results.

use super::publish::compare_results;
use super::{CliError, Session, stored};
use crate::report::{Language, write_report};
use clap::Args;
use std::path::PathBuf;

/// Arguments of `report`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Example:
  leverlab report output/baseline-1a2b3c4d --lang zh figures and report.html, in Chinese")]
pub struct ReportArgs {
    /// Results folder.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Language of the page: en or zh.
    #[arg(long, value_name = "LANG", default_value = "en")]
    pub lang: Language,
}

/// Runs the command.
///
/// # Errors
/// Code 3 without readable results, 6 where the page cannot be written.
pub fn command(args: &ReportArgs, session: &Session) -> Result<(), CliError> {
    let results = stored::results(&args.folder)?;
    let comparison = compare_results(&results);
    let page = args.folder.join("report.html");
    write_report(&results, &comparison, &args.folder, args.lang)
        .map_err(|error| CliError::output(&page.display().to_string(), &error))?;
    session.print(&page.display().to_string())
}
