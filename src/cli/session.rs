//! Prints: results on stdout, messages on stderr, as a table, JSON or CSV.

use super::codes;
use super::error::{CliError, Problem};
use super::{Color, Format};
use crate::base::bound::Bound;
use crate::evidence::Evidence;
use crate::scenario::Fault;
use miette::{LabeledSpan, MietteDiagnostic, NamedSource, Report};
use std::io::{IsTerminal, Write};
use std::path::Path;

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
    /// The evidence base: the one in the binary, or that of a folder, held against what the
    /// model needs.
    ///
    /// # Errors
    /// The faults of the evidence base.
    pub fn evidence(&self, folder: Option<&Path>) -> Result<Evidence, CliError> {
        let evidence = folder.map_or_else(Evidence::embedded, Evidence::read)?;
        if folder.is_some() {
            let (mut levers, mut parameters) = (Vec::new(), Vec::new());
            crate::policy::Settings::paths(&mut levers);
            crate::model::parameters::Parameters::paths(&mut parameters);
            evidence.check_levers(&levers)?;
            evidence.check_parameters(&parameters)?;
        }
        Ok(evidence)
    }

    /// Prints a result on stdout.
    ///
    /// # Errors
    /// [`codes::UNWRITABLE`], or a closed pipe.
    pub fn print(&self, text: &str) -> Result<(), CliError> {
        let mut out = std::io::stdout().lock();
        let end = if text.ends_with('\n') { "" } else { "\n" };
        write!(out, "{text}{end}")
            .and_then(|()| out.flush())
            .map_err(|error| CliError::output("stdout", &error))
    }

    /// Prints a message on stderr unless quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            say_always(text);
        }
    }

    /// Prints a message on stderr with `--verbose`.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            say_always(text);
        }
    }

    /// Prints warnings on stderr unless quiet.
    pub fn warn(&self, warnings: &[Fault]) {
        if !self.quiet {
            self.render(warnings, miette::Severity::Warning);
        }
    }

    /// Prints a warning of the command on stderr unless quiet.
    pub fn caution(&self, warning: &Problem) {
        self.say(&warning.to_string());
    }

    /// Prints rows: `json` as they are, else their fields.
    ///
    /// # Errors
    /// [`codes::UNWRITABLE`], or a closed pipe.
    pub fn rows(
        &self,
        header: &[&str],
        rows: &[Vec<String>],
        json: &serde_json::Value,
    ) -> Result<(), CliError> {
        match self.format {
            Format::Json => self.print(&format!("{json:#}")),
            Format::Csv => self.csv(header, rows),
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

    /// Prints rows as CSV.
    ///
    /// # Errors
    /// As [`Session::print`].
    pub fn csv(&self, header: &[&str], rows: &[Vec<String>]) -> Result<(), CliError> {
        let broken = |error: String| CliError::new(codes::INTERNAL, error);
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer
            .write_record(header)
            .and_then(|()| rows.iter().try_for_each(|row| writer.write_record(row)))
            .map_err(|error| broken(error.to_string()))?;
        let bytes = writer
            .into_inner()
            .map_err(|error| broken(error.to_string()))?;
        self.print(&String::from_utf8_lossy(&bytes))
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
            say_always(&format!("{name}:{line}:{column}"));
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
                Ok(()) => say_always(&text),
                Err(_) => say_always(&fault.to_string()),
            }
        }
    }

    /// Prints why a command failed.
    pub(super) fn fail(&self, error: &CliError) {
        match error {
            CliError::Scenario(faults) => self.render(&faults.0, miette::Severity::Error),
            CliError::Problem(problem) => say_always(&problem.to_string()),
            CliError::Closed => {}
        }
        if self.format == Format::Json
            && let Some(list) = error.json()
        {
            // A closed stdout does not change the exit code of the fault.
            let _ = self.print(&format!("{list:#}"));
        }
    }
}

/// Whether stderr is coloured.
pub(super) fn coloured(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
                && std::io::stderr().is_terminal()
        }
    }
}

fn say_always(text: &str) {
    // Nobody can be told that stderr is closed.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
