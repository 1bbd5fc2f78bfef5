//! Writes results as files: which bytes stand in each, and the folder as a whole at the end.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use super::folder::{FolderError, Hold, MANIFEST};
use super::parquet::{Cells, Table, encode};
use super::results::{Column, Results, manifest_of};
use crate::base::stats::{mean, quantile};
use crate::engine::Outcome;
use crate::experiment::compare::{Comparison, Difference};
use crate::experiment::statistics::standard_error;

/// Where the results come from, beyond [`Results`].
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    /// Canonical text of each scenario.
    pub resolved: Vec<String>,
    /// Digest of the evidence base.
    pub evidence_digest: String,
    /// Revision of the program, where known.
    pub git_revision: Option<String>,
    /// Files read.
    pub files_read: Vec<String>,
    /// What may differ between machines and days: time, threads, machine.
    pub volatile: Value,
}

impl Provenance {
    /// Adds what does not differ between machines and days to a manifest.
    pub(super) fn tell(&self, manifest: &mut Value) {
        manifest["evidence_digest"] = json!(self.evidence_digest);
        manifest["git_revision"] = json!(self.git_revision);
        manifest["files_read"] = json!(self.files_read);
    }
}

/// Writes one file; tests give one that fails.
pub type Put<'a> = &'a dyn Fn(&Path, &[u8]) -> io::Result<()>;

/// Writes a file and flushes it to the disk.
///
/// # Errors
/// What the system says.
pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Writes all files of `results` in place of the held folder; `report` adds figures and the
/// report page to the folder it is given.
///
/// # Errors
/// [`FolderError::Unwritable`]; what the folder held before is then untouched.
pub fn write(
    hold: &Hold,
    results: &Results,
    comparison: &Comparison,
    provenance: &Provenance,
    put: Put<'_>,
    report: &dyn Fn(&Path) -> io::Result<()>,
) -> Result<(), FolderError> {
    let stage = hold.stage();
    let staged = || -> io::Result<()> {
        if stage.exists() {
            fs::remove_dir_all(&stage)?;
        }
        fs::create_dir_all(&stage)?;
        let mut digests = serde_json::Map::new();
        for (name, bytes) in contents(results, comparison, provenance)? {
            put(&stage.join(&name), &bytes)?;
            digests.insert(name, blake3::hash(&bytes).to_hex().to_string().into());
        }
        report(&stage)?;
        digests.extend(page(&stage, &svg_in(&stage))?);
        let mut manifest = manifest_of(results);
        provenance.tell(&mut manifest);
        manifest["files"] = Value::Object(digests);
        manifest["volatile"] = provenance.volatile.clone();
        put(&stage.join(MANIFEST), text_of(&manifest)?.as_bytes())
    };
    staged()
        .and_then(|()| hold.publish())
        .map_err(|cause| FolderError::Unwritable {
            path: hold.folder().to_owned(),
            cause,
        })
}

/// A manifest as it is written.
fn text_of(manifest: &Value) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(manifest)? + "\n")
}

/// File of the page, and folder of its figures.
const PAGE: &str = "report.html";
const FIGURES: &str = "figures/";

/// The figures in a folder of results that is being made, in order.
fn svg_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join(FIGURES)).into_iter().flatten();
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.flatten().map(name).collect();
    names.sort();
    names
}

/// Digests of the page, where there is one, and of the figures of these names.
fn page(folder: &Path, figures: &[String]) -> io::Result<serde_json::Map<String, Value>> {
    let page = folder.join(PAGE).exists().then(|| PAGE.to_owned());
    let figures = figures.iter().map(|name| format!("{FIGURES}{name}"));
    let digest = |name: String| {
        let bytes = fs::read(folder.join(&name))?;
        Ok((name, blake3::hash(&bytes).to_hex().to_string().into()))
    };
    page.into_iter().chain(figures).map(digest).collect()
}

/// Brings the digests in a manifest in step with a page that was written anew, and its figures;
/// a folder without a manifest stays without.
///
/// # Errors
/// What the system says.
pub(super) fn page_anew(folder: &Path, figures: &[String]) -> io::Result<()> {
    let path = folder.join(MANIFEST);
    let Ok(text) = fs::read(&path) else {
        return Ok(());
    };
    let mut manifest: Value = serde_json::from_slice(&text)?;
    if let Some(files) = manifest["files"].as_object_mut() {
        files.retain(|name, _| name != PAGE && !name.starts_with(FIGURES));
        files.extend(page(folder, figures)?);
    }
    super::replace(&path, &text_of(&manifest)?)
}

/// Name and bytes of every file but the manifest, figures and report.
fn contents(
    results: &Results,
    comparison: &Comparison,
    provenance: &Provenance,
) -> io::Result<Vec<(String, Vec<u8>)>> {
    let other = |error: parquet::errors::ParquetError| io::Error::other(error);
    let mut files = Vec::new();
    for (scenario, text) in results.scenarios.iter().zip(&provenance.resolved) {
        files.push((
            format!("scenario.{}.toml", scenario.name),
            text.clone().into_bytes(),
        ));
    }
    files.push(("summary.csv".to_owned(), summary(results)?));
    files.push((
        "differences.csv".to_owned(),
        differences(results, comparison)?,
    ));
    let runs = run_table(results, &results.metrics, |outcome| &outcome.metrics);
    let details = run_table(results, &results.details, |outcome| &outcome.details);
    files.push(("runs.parquet".to_owned(), encode(&runs).map_err(other)?));
    files.push((
        "details.parquet".to_owned(),
        encode(&details).map_err(other)?,
    ));
    files.push((
        "paths.parquet".to_owned(),
        encode(&path_table(results)).map_err(other)?,
    ));
    Ok(files)
}

/// A number in its shortest form that reads back to the same bits; empty where undefined.
pub fn cell(value: Option<f64>) -> String {
    let mut text = String::new();
    if let Some(value) = value.filter(|value| value.is_finite()) {
        let _ = write!(text, "{value}");
    }
    text
}

/// Long table: scenario, metric, unit, period, statistic, value.
pub fn summary(results: &Results) -> io::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["scenario", "metric", "unit", "period", "statistic", "value"])?;
    let period = results.horizon.join("-");
    let mut block = |columns: &[Column], pick: fn(&Outcome) -> &[f64]| -> io::Result<()> {
        for (scenario, outcomes) in results.scenarios.iter().zip(&results.ensemble.outcomes) {
            for (place, column) in columns.iter().enumerate() {
                let values: Vec<f64> = outcomes.iter().map(|one| pick(one)[place]).collect();
                for (statistic, value) in statistics(&values, &results.draws()) {
                    let (name, id, unit) = (&scenario.name, &column.id, &column.unit);
                    out.write_record([name, id, unit, &period, statistic, &cell(value)])?;
                }
            }
        }
        Ok(())
    };
    block(&results.metrics, |outcome| &outcome.metrics)?;
    block(&results.details, |outcome| &outcome.details)?;
    out.into_inner()
        .map_err(|error| io::Error::other(error.to_string()))
}

/// Mean, standard error, 5, 50 and 95 % points over runs.
pub fn statistics(values: &[f64], draws: &[u32]) -> [(&'static str, Option<f64>); 5] {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let any = |value: f64| {
        (!values.is_empty())
            .then_some(value)
            .filter(|v| v.is_finite())
    };
    [
        ("mean", any(mean(values))),
        ("se", any(standard_error(values, draws))),
        ("p05", any(quantile(&sorted, 0.05))),
        ("p50", any(quantile(&sorted, 0.5))),
        ("p95", any(quantile(&sorted, 0.95))),
    ]
}

/// Paired differences of all variants against the baseline.
pub fn differences(results: &Results, comparison: &Comparison) -> io::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "scenario",
        "baseline",
        "metric",
        "unit",
        "period",
        "baseline_mean",
        "scenario_mean",
        "difference",
        "se",
        "p05",
        "p50",
        "p95",
        "share_better",
        "correlation",
        "variance_reduction",
        "parameter_share",
    ])?;
    let period = results.horizon.join("-");
    for variant in &comparison.variants {
        let blocks: [(&[Column], &[Difference]); 2] = [
            (&results.metrics, &variant.metrics),
            (&results.details, &variant.details),
        ];
        for (columns, all) in blocks {
            for one in all {
                let column = &columns[one.metric];
                let names = [
                    results.scenarios[variant.scenario].name.clone(),
                    results.scenarios[0].name.clone(),
                    column.id.clone(),
                    column.unit.clone(),
                    period.clone(),
                ];
                let [p05, p50, p95] = one.quantiles;
                let numbers = [one.baseline, one.variant, one.mean, one.se, p05, p50, p95]
                    .map(Some)
                    .into_iter()
                    .chain([
                        one.share_better,
                        one.correlation,
                        one.variance_reduction,
                        one.parameter_share,
                    ]);
                out.write_record(names.into_iter().chain(numbers.map(cell)))?;
            }
        }
    }
    out.into_inner()
        .map_err(|error| io::Error::other(error.to_string()))
}

/// A row a scenario and run.
fn run_table(results: &Results, columns: &[Column], pick: fn(&Outcome) -> &[f64]) -> Table {
    let ensemble = &results.ensemble;
    let draws = results.draws();
    let scenarios = results.scenarios.iter();
    let mut table: Table = vec![
        (
            "scenario".to_owned(),
            Cells::Text(
                scenarios
                    .flat_map(|s| ensemble.runs.iter().map(|_| s.name.clone()))
                    .collect(),
            ),
        ),
        (
            "run".to_owned(),
            Cells::Whole(
                ensemble
                    .outcomes
                    .iter()
                    .flat_map(|_| ensemble.runs.iter().map(|&r| r as i32))
                    .collect(),
            ),
        ),
        (
            "draw".to_owned(),
            Cells::Whole(
                ensemble
                    .outcomes
                    .iter()
                    .flat_map(|_| draws.iter().map(|&d| d as i32))
                    .collect(),
            ),
        ),
    ];
    for (place, column) in columns.iter().enumerate() {
        let values = ensemble
            .outcomes
            .iter()
            .flatten()
            .map(|outcome| pick(outcome)[place]);
        table.push((column.id.clone(), Cells::Float(values.collect())));
    }
    table
}

/// Names of the quantile columns of `paths.parquet`.
pub const QUANTILE_COLUMNS: [&str; 9] = [
    "p2_5", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p97_5",
];

/// Scenario, series, quarter, kind (level or difference), mean and quantiles.
fn path_table(results: &Results) -> Table {
    let mut text: [Vec<String>; 4] = Default::default();
    let mut numbers: [Vec<f64>; 10] = Default::default();
    for (scenario, named) in results.scenarios.iter().enumerate() {
        for (series, fans) in results.series.iter().zip(&results.fans) {
            let level = fans.level.get(scenario).map(|fans| ("level", fans));
            let change = scenario
                .checked_sub(1)
                .and_then(|variant| fans.difference.get(variant));
            for (kind, fans) in level
                .into_iter()
                .chain(change.map(|fans| ("difference", fans)))
            {
                for (quarter, fan) in results.quarters.iter().zip(fans) {
                    for (cells, value) in
                        text.iter_mut()
                            .zip([&named.name, &series.id, quarter, &kind.to_owned()])
                    {
                        cells.push(value.clone());
                    }
                    for (cells, value) in numbers.iter_mut().zip([fan.mean].iter().chain(&fan.q)) {
                        cells.push(*value);
                    }
                }
            }
        }
    }
    let words = ["scenario", "series", "quarter", "kind"]
        .into_iter()
        .zip(text.map(Cells::Text));
    let names = std::iter::once("mean").chain(QUANTILE_COLUMNS);
    words
        .chain(names.zip(numbers.map(Cells::Float)))
        .map(|(name, cells)| (name.to_owned(), cells))
        .collect()
}
