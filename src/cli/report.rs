//! `leverlab report`: rebuilds figures and report page from stored results.

use std::path::PathBuf;

use super::run::{Trouble, compare_results};
use crate::report::results::Results;
use crate::report::{Language, write_report};

/// Exit code: the folder holds no finished results.
const UNREADABLE: u8 = 3;
/// Exit code: output cannot be written.
const UNWRITABLE: u8 = 6;

/// `leverlab report`.
#[derive(Clone, Debug, clap::Args)]
pub struct ReportArgs {
    /// Results folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Language of the page: en or zh
    #[arg(long, value_name = "LANG", default_value = "en")]
    pub lang: Language,
}

impl ReportArgs {
    /// Writes the page and its figures, and gives the page's path.
    ///
    /// # Errors
    /// Code 3 without readable results, 6 where the page cannot be written.
    pub fn run(&self) -> Result<PathBuf, Trouble> {
        let results = Results::read(&self.folder).map_err(|error| Trouble {
            code: UNREADABLE,
            message: error.to_string(),
        })?;
        let comparison = compare_results(&results);
        let page = self.folder.join("report.html");
        write_report(&results, &comparison, &self.folder, self.lang).map_err(|error| Trouble {
            code: UNWRITABLE,
            message: format!("{}: {error}", page.display()),
        })?;
        Ok(page)
    }
}
