//! Loads and checks the evidence base under `seeds/`: facts, literature, series, dated
//! policies, structure, parameters, levers, instruments. A number without a source or an
//! assumption note is an error here, so nothing above this room meets one.

mod catalogue;
mod documents;
mod files;
mod load;
mod reader;
mod records;
#[cfg(test)]
mod tests;

pub use records::{
    Conflict, Estimate, Fact, Instrument, Measure, Pattern, Policy, Projection, Source, Structure,
};

use crate::base::time::Quarter;
use std::collections::{BTreeMap, BTreeSet};

/// A catalogue entry of a policy lever: what it is, what it may be, what it was.
#[derive(Clone, Debug)]
pub struct LeverSpec {
    /// Path in a scenario, `family.lever`.
    pub path: String,
    /// Label in English and Chinese.
    pub label: Label,
    /// Unit as printed.
    pub unit: String,
    /// Hard bounds: a scenario outside is refused.
    pub bounds: [f64; 2],
    /// Plausible range: a scenario outside is warned of.
    pub plausible: [f64; 2],
    /// Status-quo values by date.
    pub status_quo: Vec<DatedValue>,
    /// The agent whose decision the lever reaches.
    pub agent: String,
    /// The decision it reaches, in a sentence.
    pub decision: String,
    /// The quantity of that decision that a test watches.
    pub moves: String,
    /// Direction in which a higher value moves it: 1 or -1.
    pub sign: i8,
    /// Remarks.
    pub note: String,
}

/// A value that holds from a date on.
#[derive(Clone, Debug)]
pub struct DatedValue {
    /// When agents could first hear of it; `from` where not given.
    pub announced: Quarter,
    /// First quarter in which it acts.
    pub from: Quarter,
    /// First quarter in which it no longer acts, if an end was announced.
    pub until: Option<Quarter>,
    /// The value.
    pub value: f64,
    /// Evidence id (`history:superded_all_50`, `fact:hnte_tax_rate`) or `assumption: why`.
    pub source: String,
}

/// English and Chinese label.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

/// How an uncertain parameter is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Distribution {
    /// Always the central value.
    Fixed,
    /// Uniform between low and high.
    Uniform,
    /// Triangular with the central value as mode.
    Triangular,
    /// Log-normal with median `central` and `low`, `high` as 5 % and 95 % points.
    Lognormal,
}

/// A model parameter: a literature estimate, a fact or an assumption, with its range.
#[derive(Clone, Debug)]
pub struct ParameterSpec {
    /// Path, `family.parameter`.
    pub path: String,
    /// Unit as printed.
    pub unit: String,
    /// Low, central and high value.
    pub range: [f64; 3],
    /// How it is drawn.
    pub distribution: Distribution,
    /// `estimate`, `fact` or `assumption`.
    pub kind: String,
    /// Evidence id, reference, or the reason of an assumption.
    pub source: String,
    /// S seen, D derived, G general knowledge, C computed in a trial, A assumption.
    pub mark: String,
    /// Remarks.
    pub note: String,
}

/// A yearly series.
#[derive(Clone, Debug)]
pub struct Series {
    /// Id.
    pub id: String,
    /// Unit.
    pub unit: String,
    /// Value by year.
    pub values: BTreeMap<i32, f64>,
    /// Mark by year.
    pub marks: BTreeMap<i32, String>,
    /// Source.
    pub source: String,
    /// `driver`, `target`, `check` or `assumption`.
    pub role: String,
    /// Remarks.
    pub note: String,
}

/// The whole evidence base.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Levers in catalogue order.
    pub levers: Vec<LeverSpec>,
    /// Model parameters.
    pub parameters: Vec<ParameterSpec>,
    /// Yearly series and projections.
    pub series: Vec<Series>,
    /// Projections; each is also in `series` as `id.low`, `id.central` and `id.high`.
    pub projections: Vec<Projection>,
    /// Figures printed in the source documents.
    pub facts: Vec<Fact>,
    /// Policy instruments named in the source documents.
    pub instruments: Vec<Instrument>,
    /// Dated policy settings.
    pub policies: Vec<Policy>,
    /// Composition of the population.
    pub structure: Vec<Structure>,
    /// Estimates and counts from the literature.
    pub literature: Vec<Estimate>,
    /// Figures of the record that the model is judged by.
    pub patterns: Vec<Pattern>,
    /// Where documents disagree, and the choice made.
    pub conflicts: Vec<Conflict>,
    /// Source documents.
    pub sources: Vec<Source>,
    /// blake3 of all files, in path order.
    pub digest: String,
}

/// Why the evidence base could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// One or more faults, each naming file and entry.
    #[error("the evidence base has {} fault(s):\n{}", .0.len(), .0.join("\n"))]
    Faults(Vec<String>),
}

impl Evidence {
    /// The evidence base embedded in the binary.
    ///
    /// # Errors
    /// [`EvidenceError`] lists every fault.
    pub fn embedded() -> Result<Self, EvidenceError> {
        load::parse(&files::embedded())
    }

    /// The evidence base in a folder (`--seeds DIR`).
    ///
    /// # Errors
    /// [`EvidenceError`] lists every fault.
    pub fn read(folder: &std::path::Path) -> Result<Self, EvidenceError> {
        load::parse(&files::folder(folder)?)
    }

    /// The lever of that path.
    pub fn lever(&self, path: &str) -> Option<&LeverSpec> {
        self.levers.iter().find(|lever| lever.path == path)
    }

    /// The parameter of that path.
    pub fn parameter(&self, path: &str) -> Option<&ParameterSpec> {
        self.parameters.iter().find(|p| p.path == path)
    }

    /// The series of that id.
    pub fn series(&self, id: &str) -> Option<&Series> {
        self.series.iter().find(|series| series.id == id)
    }

    /// The fact of that id.
    pub fn fact(&self, id: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.id == id)
    }

    /// The projection of that id for `low`, `central` or `high`, by year.
    pub fn projection(&self, id: &str, case: &str) -> Option<&BTreeMap<i32, f64>> {
        self.series(&format!("{id}.{case}"))
            .map(|series| &series.values)
    }

    /// Checks that the levers of the evidence are exactly `paths`, and that instruments set
    /// no other.
    ///
    /// # Errors
    /// [`EvidenceError`] names every path that only one side knows.
    pub fn check_levers(&self, paths: &[&str]) -> Result<(), EvidenceError> {
        let known = self.levers.iter().map(|lever| lever.path.as_str());
        let mut faults = differing("seeds/levers", known, paths);
        for instrument in &self.instruments {
            for path in instrument.sets.keys() {
                if !paths.contains(&path.as_str()) {
                    faults.push(format!(
                        "seeds/instruments: {}: sets the unknown lever {path}",
                        instrument.id
                    ));
                }
            }
        }
        none(faults)
    }

    /// Checks that the parameters of the evidence are exactly `paths`.
    ///
    /// # Errors
    /// [`EvidenceError`] names every path that only one side knows.
    pub fn check_parameters(&self, paths: &[&str]) -> Result<(), EvidenceError> {
        let known = self
            .parameters
            .iter()
            .map(|parameter| parameter.path.as_str());
        none(differing("seeds/parameters", known, paths))
    }
}

/// A fault for each path that only the evidence or only the model knows.
fn differing<'a>(
    place: &str,
    known: impl Iterator<Item = &'a str>,
    paths: &[&'a str],
) -> Vec<String> {
    let known: BTreeSet<&str> = known.collect();
    let asked: BTreeSet<&str> = paths.iter().copied().collect();
    let missing = asked
        .difference(&known)
        .map(|path| format!("{place}: {path}: no entry"));
    let extra = known
        .difference(&asked)
        .map(|path| format!("{place}: {path}: the model does not know it"));
    missing.chain(extra).collect()
}

fn none(faults: Vec<String>) -> Result<(), EvidenceError> {
    if faults.is_empty() {
        Ok(())
    } else {
        Err(EvidenceError::Faults(faults))
    }
}
