//! Says why a command failed: a code, one line, what to do, and the exit code that goes with it.

use super::codes;
use crate::evidence::EvidenceError;
use crate::report::folder::FolderError;
use crate::scenario::codes::EVIDENCE;
use crate::scenario::{Code, Fault, Faults, nearest};
use std::fmt;

/// What is wrong with a command, beside the faults of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Code.
    pub code: Code,
    /// What is wrong, one line.
    pub message: String,
    /// Up to three nearest names.
    pub nearest: Vec<String>,
}

impl Problem {
    /// A problem with its message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            nearest: Vec::new(),
        }
    }
}

impl fmt::Display for Problem {
    /// `error[E0801]: message`, then nearest names, what to do and where to read on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Code { id, remedy, .. } = self.code;
        let warning = id.starts_with('W');
        let kind = if warning { "warning" } else { "error" };
        writeln!(f, "{kind}[{id}]: {}", self.message)?;
        let near = if self.nearest.is_empty() {
            String::new()
        } else {
            format!("nearest: {}; ", self.nearest.join(", "))
        };
        write!(f, "  {near}{remedy}; see `leverlab explain {id}`")
    }
}

/// Why a command failed.
#[derive(Debug)]
pub enum CliError {
    /// A scenario is bad or unreadable.
    Scenario(Faults),
    /// All else that has a code.
    Problem(Problem),
    /// Nobody reads the output any more, which is no fault.
    Closed,
}

impl CliError {
    /// A problem of that code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self::Problem(Problem::new(code, message))
    }

    /// A name that is not there, with the nearest that are.
    pub fn unknown<'a>(
        message: String,
        name: &str,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let nearest = nearest(name, names);
        Self::Problem(Problem {
            nearest,
            ..Problem::new(codes::UNKNOWN_NAME, message)
        })
    }

    /// An output that could not be written; a closed pipe is no fault.
    pub fn output(what: &str, error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        Self::new(codes::UNWRITABLE, format!("cannot write {what}: {error}"))
    }

    /// Exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Scenario(_) => 3,
            Self::Problem(problem) => codes::exit(problem.code),
            Self::Closed => 0,
        }
    }

    /// What `--format json` prints of it; nothing where results were printed before.
    pub fn json(&self) -> Option<serde_json::Value> {
        let told = [
            codes::RUNS_FAILED,
            codes::INTERRUPTED,
            codes::TERMINATED,
            codes::MISMATCH,
            codes::GAPS,
            codes::NOT_VALID,
        ];
        let list = match self {
            Self::Scenario(faults) => faults.0.iter().map(fault_json).collect(),
            Self::Problem(one) if !told.contains(&one.code) => vec![serde_json::json!({
                "code": one.code.id, "file": null, "line": null, "column": null, "path": "",
                "message": one.message, "nearest": one.nearest,
            })],
            _ => return None,
        };
        Some(serde_json::Value::Array(list))
    }
}

fn fault_json(fault: &Fault) -> serde_json::Value {
    let (line, column) = fault.place.line_column();
    serde_json::json!({
        "code": fault.code.id, "file": fault.place.source.name, "line": line, "column": column,
        "path": fault.path, "message": fault.message, "nearest": fault.nearest,
    })
}

impl From<Faults> for CliError {
    fn from(faults: Faults) -> Self {
        Self::Scenario(faults)
    }
}

impl From<EvidenceError> for CliError {
    fn from(error: EvidenceError) -> Self {
        Self::new(EVIDENCE, error.to_string())
    }
}

impl From<FolderError> for CliError {
    fn from(error: FolderError) -> Self {
        let code = match error {
            FolderError::Taken { .. } => codes::TAKEN,
            FolderError::Busy(_) => codes::BUSY,
            FolderError::Unwritable { .. } => codes::UNWRITABLE,
        };
        Self::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Error, ErrorKind};

    #[test]
    fn each_kind_ends_with_its_exit_code() {
        let full = Error::from(ErrorKind::StorageFull);
        assert_eq!(CliError::output("x", &full).code(), 6);
        let pipe = Error::from(ErrorKind::BrokenPipe);
        assert_eq!(CliError::output("stdout", &pipe).code(), 0);
        let unknown = CliError::unknown("no `rates`".into(), "rates", ["rate", "zz"]);
        assert_eq!(unknown.code(), 4);
        let CliError::Problem(problem) = unknown else {
            panic!("a problem")
        };
        assert_eq!(
            problem.to_string(),
            "error[E0805]: no `rates`\n  nearest: rate; mend the name; `leverlab list` shows what \
             there is; see `leverlab explain E0805`"
        );
    }
}
