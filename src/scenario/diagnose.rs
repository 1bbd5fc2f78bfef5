//! Says what is wrong with a scenario, where, what would be right, and what to do.

use super::codes::{Code, IMPLAUSIBLE};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A text that faults point into.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Name as printed: the path as the user gave it.
    pub name: String,
    /// The text; empty where it could not be read.
    pub text: String,
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The text.
    pub source: Arc<Source>,
    /// Byte range.
    pub span: Range<usize>,
}

impl Place {
    /// Line and column, both from 1; columns count characters.
    pub fn line_column(&self) -> (usize, usize) {
        let text = &self.source.text;
        let mut at = self.span.start.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }
}

impl fmt::Display for Place {
    /// `FILE:LINE`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source.name, self.line_column().0)
    }
}

/// One fault or warning with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Code.
    pub code: Code,
    /// Where.
    pub place: Place,
    /// Path of the value concerned, e.g. `policy.tax.rate`; may be empty.
    pub path: String,
    /// What is wrong, one line.
    pub message: String,
    /// What is allowed, where that is a range or a list.
    pub allowed: Option<String>,
    /// Up to three nearest names.
    pub nearest: Vec<String>,
    /// What to do, where more is known than the code's own advice.
    pub help: Option<String>,
}

impl Fault {
    /// A fault with a place and a message.
    pub fn new(code: Code, place: Place, path: &str, message: impl Into<String>) -> Self {
        Self {
            code,
            place,
            path: path.to_owned(),
            message: message.into(),
            allowed: None,
            nearest: Vec::new(),
            help: None,
        }
    }

    /// Adds what is allowed.
    #[must_use]
    pub fn allowed(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }

    /// Adds the names nearest to `name`.
    #[must_use]
    pub fn nearest<'a>(mut self, name: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.nearest = nearest(name, names);
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The advice in one line: range, nearest names, help.
    pub fn advice(&self) -> String {
        let mut parts = Vec::new();
        if let Some(allowed) = &self.allowed {
            let plausible = self.code == IMPLAUSIBLE;
            let word = if plausible { "plausible" } else { "allowed" };
            parts.push(format!("{word}: {allowed}"));
        }
        if !self.nearest.is_empty() {
            parts.push(format!("nearest: {}", self.nearest.join(", ")));
        }
        let remedy = || self.code.remedy.to_owned();
        parts.push(self.help.clone().unwrap_or_else(remedy));
        parts.push(format!("see `leverlab explain {}`", self.code.id));
        parts.join("; ")
    }
}

impl fmt::Display for Fault {
    /// `FILE:LINE:COLUMN: E0101: message (allowed: …)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.place.line_column();
        write!(
            f,
            "{}:{line}:{column}: {}: {} ({})",
            self.place.source.name,
            self.code.id,
            self.message,
            self.advice()
        )
    }
}

/// Every fault of a scenario, by file and place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults(pub Vec<Fault>);

/// Every warning of a scenario, equal ones once.
pub type Warnings = Vec<Fault>;

impl Faults {
    /// Adds a fault.
    pub fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same faults by file (in order of first appearance) and place, equal ones once.
    #[must_use]
    pub fn in_order(self) -> Self {
        Self(in_order(self.0))
    }
}

/// Sorts by file and place and drops repetitions.
pub(super) fn in_order(faults: Vec<Fault>) -> Vec<Fault> {
    let mut files: Vec<String> = Vec::new();
    for fault in &faults {
        if !files.contains(&fault.place.source.name) {
            files.push(fault.place.source.name.clone());
        }
    }
    let rank = |fault: &Fault| files.iter().position(|f| *f == fault.place.source.name);
    let mut sorted = faults.clone();
    sorted.sort_by_key(|fault| (rank(fault), fault.place.span.start));
    let mut kept: Vec<Fault> = Vec::new();
    for fault in sorted {
        if !kept
            .iter()
            .any(|k| k.code == fault.code && k.message == fault.message && k.place == fault.place)
        {
            kept.push(fault);
        }
    }
    kept
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, fault) in self.0.iter().enumerate() {
            if n > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// Up to three names nearest to `name`, the nearest first.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let wanted = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = names
        .into_iter()
        .map(|candidate| {
            let last = candidate.rsplit('.').next().unwrap_or(candidate);
            let wanted_last = wanted.rsplit('.').next().unwrap_or(&wanted);
            let whole = strsim::normalized_damerau_levenshtein(&wanted, candidate);
            let part = strsim::normalized_damerau_levenshtein(wanted_last, last);
            (whole + part, candidate)
        })
        .filter(|(score, _)| *score >= 0.7)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let mut names: Vec<String> = Vec::new();
    for (_, candidate) in scored {
        if names.len() < 3 && !names.iter().any(|n| n == candidate) {
            names.push(candidate.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_from_one() {
        let source = Arc::new(Source {
            name: "a.toml".into(),
            text: "基线 = 1\nb = 2".into(),
        });
        let place = |start| Place {
            source: source.clone(),
            span: start..start + 1,
        };
        assert_eq!(place(0).line_column(), (1, 1));
        assert_eq!(place("基线 ".len()).line_column(), (1, 4));
        assert_eq!(place("基线 = 1\nb".len()).line_column(), (2, 2));
        assert_eq!(place(0).to_string(), "a.toml:1");
    }

    #[test]
    fn nearest_names_are_close_and_at_most_three() {
        let names = ["tax.rate", "tax.rates", "tax.rat", "tax.raet", "finance.x"];
        let found = nearest("tax.rte", names);
        assert_eq!(found.len(), 3);
        assert!(found.contains(&"tax.rate".to_owned()));
        assert!(nearest("zzzzzzzz", names).is_empty());
    }
}
