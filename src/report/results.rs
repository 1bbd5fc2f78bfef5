//! Everything a report is made of, as computed or as read back from a results folder.

pub use crate::engine::fan::{Fan, SeriesFan};
use crate::engine::{Direction, Ensemble};

/// A result column as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Id.
    pub id: String,
    /// Unit.
    pub unit: String,
    /// Which way is better.
    pub direction: Direction,
    /// English label.
    pub label_en: String,
    /// Chinese label.
    pub label_zh: String,
    /// Definition.
    pub definition: String,
}

/// A scenario as stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScenarioInfo {
    /// Name.
    pub name: String,
    /// Title.
    pub title: String,
    /// Chinese title, may be empty.
    pub title_zh: String,
    /// Document that proposes it.
    pub document: String,
    /// Note.
    pub note: String,
    /// Fact ids.
    pub facts: Vec<String>,
    /// Lever paths it sets.
    pub sets: Vec<String>,
    /// Digest.
    pub digest: String,
}

/// All results of one batch.
#[derive(Clone, Debug)]
pub struct Results {
    /// Program version.
    pub version: String,
    /// Model digest.
    pub model_digest: String,
    /// Digest of the whole batch (names the folder).
    pub digest: String,
    /// Master seed.
    pub seed: u32,
    /// Replicates that share a draw.
    pub per_draw: u32,
    /// Sampling fraction.
    pub scale: f64,
    /// First and last reported quarter, e.g. `2025Q1`.
    pub horizon: [String; 2],
    /// Scenarios; the first is the baseline.
    pub scenarios: Vec<ScenarioInfo>,
    /// Headline metrics.
    pub metrics: Vec<Column>,
    /// Detail metrics.
    pub details: Vec<Column>,
    /// Quarterly series.
    pub series: Vec<Column>,
    /// Labels of quarters.
    pub quarters: Vec<String>,
    /// Outcomes by scenario and run (`paths` empty when read back).
    pub ensemble: Ensemble,
    /// By series.
    pub fans: Vec<SeriesFan>,
    /// Metrics whose level or effect hangs on parameters the data cannot teach, with the reason
    /// in English and Chinese.
    pub assumption_driven: Vec<(String, String, String)>,
    /// The command that reproduces the results.
    pub command: String,
}
