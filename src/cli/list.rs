//! `leverlab list`: what can be set, measured, cited or run.

use super::{CliError, Session, codes};
use crate::model::observe;
use crate::report::definitions::chinese;
use crate::scenario::{Faults, instruments, resolve, shipped};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Policy levers.
    Levers,
    /// Instruments of the source documents.
    Instruments,
    /// Result metrics.
    Metrics,
    /// Printed figures and yearly series of the evidence base.
    Facts,
    /// Shipped scenarios.
    Scenarios,
}

/// Arguments of `list`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab list levers --search deduction            by path, label or decision
  leverlab list instruments --search 先使用后付费     in Chinese as well
  leverlab list metrics --format json                with unit and definition")]
pub struct ListArgs {
    /// What to list.
    #[arg(value_enum)]
    pub what: What,
    /// Only what holds this text.
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Another evidence base.
    #[arg(long, value_name = "DIR")]
    pub seeds: Option<PathBuf>,
}

/// Lists.
///
/// # Errors
/// Nothing selected.
pub fn command(args: &ListArgs, session: &Session) -> Result<(), CliError> {
    let evidence = session.evidence(args.seeds.as_deref())?;
    let items: Vec<Value> = match args.what {
        What::Levers => evidence
            .levers
            .iter()
            .map(|l| json!({ "id": l.path, "label": { "en": l.label.en, "zh": l.label.zh }, "unit": l.unit, "bounds": l.bounds, "plausible": l.plausible, "agent": l.agent, "decision": l.decision }))
            .collect(),
        What::Instruments => instruments::of(&evidence)
            .iter()
            .map(|i| {
                let sets: serde_json::Map<String, Value> = i.sets.iter().map(|(path, value)| (path.clone(), json!(value))).collect();
                json!({ "id": i.id, "label": { "en": i.label.en, "zh": i.label.zh }, "family": i.family, "status": i.status, "executable": i.executable, "sets": sets, "reason": i.reason })
            })
            .collect(),
        What::Metrics => observe::metrics()
            .iter()
            .map(|m| json!({ "id": m.id, "label": { "en": m.label_en, "zh": m.label_zh }, "unit": m.unit, "definition": { "en": m.definition, "zh": chinese(m.id) } }))
            .collect(),
        What::Facts => evidence
            .facts
            .iter()
            .map(|f| json!({ "id": f.id, "label": { "en": f.scope, "zh": "" }, "value": f.value, "unit": f.unit, "period": f.period, "document": f.document, "locator": f.locator, "note": f.note }))
            .chain(evidence.series.iter().map(|s| {
                let years = || s.values.keys();
                let period = format!("{}-{}", years().min().unwrap_or(&0), years().max().unwrap_or(&0));
                json!({ "id": s.id, "label": { "en": s.id.replace('_', " "), "zh": "" }, "unit": s.unit, "period": period, "role": s.role, "document": s.source, "note": s.note })
            }))
            .collect(),
        What::Scenarios => shipped()
            .iter()
            .map(|name| {
                let (scenario, _) = resolve(Path::new(name), &[], &evidence)?;
                let meta = scenario.meta;
                Ok(json!({ "id": name, "label": { "en": meta.title, "zh": meta.title_zh }, "document": meta.document, "note": meta.note }))
            })
            .collect::<Result<_, Faults>>()?,
    };
    let wanted = args.search.as_deref().unwrap_or("").to_lowercase();
    let items: Vec<Value> = items
        .into_iter()
        .filter(|item| item.to_string().to_lowercase().contains(&wanted))
        .collect();
    if items.is_empty() {
        let message = format!("nothing holds `{wanted}`");
        return Err(CliError::new(codes::NOTHING_SELECTED, message));
    }
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let rows: Vec<_> = items
        .iter()
        .map(|item| {
            vec![
                text(&item["id"]),
                text(&item["label"]["en"]),
                text(&item["label"]["zh"]),
                text(&item["unit"]),
            ]
        })
        .collect();
    session.rows(
        &["id", "label", "label_zh", "unit"],
        &rows,
        &Value::Array(items),
    )
}
