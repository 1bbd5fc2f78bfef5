//! Loads and checks the evidence base under `seeds/`: facts, literature, series, dated
//! policies, structure, parameters, levers, instruments. A number without a source or an
//! assumption note is an error here, so nothing above this room meets one.

use crate::base::time::Quarter;
use std::collections::BTreeMap;

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
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

/// How an uncertain parameter is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Levers in catalogue order.
    pub levers: Vec<LeverSpec>,
    /// Model parameters.
    pub parameters: Vec<ParameterSpec>,
    /// Yearly series and projections.
    pub series: Vec<Series>,
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
        unimplemented!()
    }

    /// The evidence base in a folder (`--seeds DIR`).
    ///
    /// # Errors
    /// [`EvidenceError`] lists every fault.
    pub fn read(_folder: &std::path::Path) -> Result<Self, EvidenceError> {
        unimplemented!()
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
}
