//! Everything a report is made of, as computed or as read back from a results folder.

pub use crate::engine::fan::{Fan, SeriesFan};
use std::path::Path;

use serde_json::{Value, json};

use super::parquet::{Cells, Table, decode};
use crate::engine::{Direction, Ensemble, Failure, MetricSpec, Outcome};

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

/// Why stored results cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct ReadError {
    /// File.
    pub path: std::path::PathBuf,
    /// What is wrong with it.
    pub what: String,
}

impl From<&MetricSpec> for Column {
    fn from(spec: &MetricSpec) -> Self {
        Self {
            id: spec.id.to_owned(),
            unit: spec.unit.to_owned(),
            direction: spec.direction,
            label_en: spec.label_en.to_owned(),
            label_zh: spec.label_zh.to_owned(),
            definition: spec.definition.to_owned(),
        }
    }
}

impl Results {
    /// Parameter draw of each completed run.
    pub fn draws(&self) -> Vec<u32> {
        self.ensemble
            .runs
            .iter()
            .map(|run| run / self.per_draw.max(1))
            .collect()
    }

    /// The results stored in a folder; outcomes come back without their paths.
    ///
    /// # Errors
    /// [`ReadError`] names the file that is missing, changed or not understood.
    pub fn read(folder: &Path) -> Result<Self, ReadError> {
        let path = folder.join("manifest.json");
        let fail = |path: &Path, what: String| ReadError {
            path: path.into(),
            what,
        };
        let bytes = std::fs::read(&path)
            .map_err(|error| fail(&path, format!("no finished results here ({error})")))?;
        let manifest: Value = serde_json::from_slice(&bytes)
            .map_err(|error| fail(&path, format!("not a manifest: {error}")))?;
        let mut results = from_manifest(&manifest)
            .ok_or_else(|| fail(&path, "not a manifest of this version".to_owned()))?;
        let table = |name: &str| {
            let path = folder.join(name);
            let bytes = std::fs::read(&path).map_err(|error| fail(&path, error.to_string()))?;
            let digest = blake3::hash(&bytes).to_hex().to_string();
            if manifest["files"][name].as_str() != Some(&digest) {
                return Err(fail(
                    &path,
                    "is not the file that the manifest names".to_owned(),
                ));
            }
            decode(&path).map_err(|error| fail(&path, error.to_string()))
        };
        let misfit = |name: &str| fail(&folder.join(name), "does not fit the manifest".to_owned());
        let metrics = run_rows(&results, &table("runs.parquet")?, results.metrics.len())
            .ok_or_else(|| misfit("runs.parquet"))?;
        let details = run_rows(&results, &table("details.parquet")?, results.details.len())
            .ok_or_else(|| misfit("details.parquet"))?;
        results.ensemble.outcomes = metrics
            .into_iter()
            .zip(details)
            .map(|(metrics, details)| {
                let pairs = metrics.into_iter().zip(details);
                pairs
                    .map(|(metrics, details)| Outcome {
                        metrics,
                        details,
                        paths: vec![],
                    })
                    .collect()
            })
            .collect();
        results.fans =
            path_fans(&results, &table("paths.parquet")?).ok_or_else(|| misfit("paths.parquet"))?;
        Ok(results)
    }
}

/// The columns of numbers.
fn floats(table: &Table) -> Vec<&Vec<f64>> {
    table
        .iter()
        .filter_map(|(_, cells)| match cells {
            Cells::Float(all) => Some(all),
            _ => None,
        })
        .collect()
}

/// Values by scenario, run and column.
fn run_rows(results: &Results, table: &Table, columns: usize) -> Option<Vec<Vec<Vec<f64>>>> {
    let (scenarios, runs) = (results.scenarios.len(), results.ensemble.runs.len());
    let floats = floats(table);
    if floats.len() != columns || floats.iter().any(|all| all.len() != scenarios * runs) {
        return None;
    }
    let row = |place: usize| floats.iter().map(|all| all[place]).collect();
    Some(
        (0..scenarios)
            .map(|s| (0..runs).map(|r| row(s * runs + r)).collect())
            .collect(),
    )
}

/// Fans in the order they were written: scenario, series, kind, quarter.
fn path_fans(results: &Results, table: &Table) -> Option<Vec<SeriesFan>> {
    let floats = floats(table);
    let (series, scenarios) = (results.series.len(), results.scenarios.len());
    let quarters = results.quarters.len();
    let rows = series * quarters * (2 * scenarios).saturating_sub(1);
    if floats.len() != 10 || floats.iter().any(|all| all.len() != rows) {
        return None;
    }
    let mut fans = vec![SeriesFan::default(); series];
    let mut place = 0;
    let mut next = || {
        let fans = (place..place + quarters).map(|row| Fan {
            mean: floats[0][row],
            q: std::array::from_fn(|k| floats[k + 1][row]),
        });
        place += quarters;
        fans.collect::<Vec<_>>()
    };
    for scenario in 0..scenarios {
        for one in &mut fans {
            one.level.push(next());
            if scenario > 0 {
                one.difference.push(next());
            }
        }
    }
    Some(fans)
}

/// What `manifest.json` says of `results`, without files and provenance.
pub(super) fn manifest_of(results: &Results) -> Value {
    let columns = |all: &[Column]| -> Vec<Value> {
        let direction = |d| match d {
            Direction::Higher => "higher",
            Direction::Lower => "lower",
            Direction::Neutral => "neutral",
        };
        all.iter()
            .map(|c| {
                json!({ "id": c.id, "unit": c.unit, "direction": direction(c.direction),
                    "label": { "en": c.label_en, "zh": c.label_zh }, "definition": c.definition })
            })
            .collect()
    };
    let scenarios: Vec<Value> = results
        .scenarios
        .iter()
        .map(|s| {
            json!({ "name": s.name, "title": s.title, "title_zh": s.title_zh,
                "document": s.document, "note": s.note, "facts": s.facts, "sets": s.sets,
                "digest": s.digest })
        })
        .collect();
    let failures: Vec<Value> = results
        .ensemble
        .failures
        .iter()
        .map(|f| json!({ "scenario": f.scenario, "run": f.run, "cause": f.cause }))
        .collect();
    json!({
        "version": results.version, "model_digest": results.model_digest,
        "digest": results.digest, "seed": results.seed, "per_draw": results.per_draw,
        "scale": results.scale, "horizon": results.horizon, "scenarios": scenarios,
        "metrics": columns(&results.metrics), "details": columns(&results.details),
        "series": columns(&results.series), "quarters": results.quarters,
        "runs": results.ensemble.runs, "failures": failures, "asked": results.ensemble.asked,
        "complete": results.ensemble.complete, "assumption_driven": results.assumption_driven,
        "command": results.command,
    })
}

/// The reverse of [`manifest_of`], with outcomes and fans still empty.
pub(super) fn from_manifest(all: &Value) -> Option<Results> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let whole = |value: &Value| value.as_u64().and_then(|n| u32::try_from(n).ok());
    let texts = |value: &Value| {
        value
            .as_array()?
            .iter()
            .map(text)
            .collect::<Option<Vec<_>>>()
    };
    let columns = |value: &Value| -> Option<Vec<Column>> {
        let column = |c: &Value| {
            Some(Column {
                id: text(&c["id"])?,
                unit: text(&c["unit"])?,
                direction: match c["direction"].as_str()? {
                    "higher" => Direction::Higher,
                    "lower" => Direction::Lower,
                    _ => Direction::Neutral,
                },
                label_en: text(&c["label"]["en"])?,
                label_zh: text(&c["label"]["zh"])?,
                definition: text(&c["definition"])?,
            })
        };
        value.as_array()?.iter().map(column).collect()
    };
    let scenario = |s: &Value| {
        Some(ScenarioInfo {
            name: text(&s["name"])?,
            title: text(&s["title"])?,
            title_zh: text(&s["title_zh"])?,
            document: text(&s["document"])?,
            note: text(&s["note"])?,
            facts: texts(&s["facts"])?,
            sets: texts(&s["sets"])?,
            digest: text(&s["digest"])?,
        })
    };
    let failure = |f: &Value| {
        let scenario = usize::try_from(f["scenario"].as_u64()?).ok()?;
        Some(Failure {
            scenario,
            run: whole(&f["run"])?,
            cause: text(&f["cause"])?,
        })
    };
    Some(Results {
        version: text(&all["version"])?,
        model_digest: text(&all["model_digest"])?,
        digest: text(&all["digest"])?,
        seed: whole(&all["seed"])?,
        per_draw: whole(&all["per_draw"])?,
        scale: all["scale"].as_f64()?,
        horizon: texts(&all["horizon"])?.try_into().ok()?,
        scenarios: all["scenarios"]
            .as_array()?
            .iter()
            .map(scenario)
            .collect::<Option<_>>()?,
        metrics: columns(&all["metrics"])?,
        details: columns(&all["details"])?,
        series: columns(&all["series"])?,
        quarters: texts(&all["quarters"])?,
        ensemble: Ensemble {
            runs: all["runs"]
                .as_array()?
                .iter()
                .map(whole)
                .collect::<Option<_>>()?,
            outcomes: Vec::new(),
            failures: all["failures"]
                .as_array()?
                .iter()
                .map(failure)
                .collect::<Option<_>>()?,
            asked: whole(&all["asked"])?,
            complete: all["complete"].as_bool()?,
        },
        fans: Vec::new(),
        assumption_driven: serde_json::from_value(all["assumption_driven"].clone()).ok()?,
        command: text(&all["command"])?,
    })
}
