//! `leverlab explain`: what a name or an error code means, with its history and sources.

use super::{CliError, Format, Session, codes};
use crate::model::observe;
use crate::report::definitions::chinese;
use crate::scenario::instruments;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Arguments of `explain`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab explain tax.super_deduction_general       a lever: value, history, bounds, source
  leverlab explain metric:conversion_rate            a metric: unit and definition
  leverlab explain E0303                             what a fault means and what to do")]
pub struct ExplainArgs {
    /// A path, an id or a code; `lever:`, `parameter:`, `metric:`, `fact:`, `instrument:` choose one kind.
    pub name: String,
    /// Another evidence base.
    #[arg(long, value_name = "DIR")]
    pub seeds: Option<PathBuf>,
}

/// Explains everything that has the name.
///
/// # Errors
/// An unknown name, with the nearest.
pub fn command(args: &ExplainArgs, session: &Session) -> Result<(), CliError> {
    if let Some(code) = codes::all().find(|code| code.id.eq_ignore_ascii_case(&args.name)) {
        if session.format == Format::Table {
            return session.print(&format!(
                "{}: {}\n\n{}",
                code.id, code.title, code.explanation
            ));
        }
        let json = json!([{ "kind": "code", "id": code.id, "title": code.title, "explanation": code.explanation }]);
        let row = vec![
            code.id.to_owned(),
            code.title.to_owned(),
            code.explanation.to_owned(),
        ];
        return session.rows(&["id", "title", "explanation"], &[row], &json);
    }
    let kinds = ["lever", "parameter", "metric", "fact", "instrument"];
    let (kind, name) = match args.name.split_once(':') {
        Some((kind, name)) if kinds.contains(&kind) => (Some(kind), name),
        _ => (None, args.name.as_str()),
    };
    let name = name.strip_prefix("policy.").unwrap_or(name);
    let all = everything(args, session)?;
    let known = |item: &&Value| kind.is_none_or(|kind| item["kind"] == kind);
    let found: Vec<Value> = all
        .iter()
        .filter(known)
        .filter(|item| item["id"] == name)
        .cloned()
        .collect();
    if found.is_empty() {
        let names = all
            .iter()
            .filter(known)
            .filter_map(|item| item["id"].as_str())
            .chain(codes::all().map(|code| code.id));
        let message = format!("nothing is named `{}`", args.name);
        return Err(CliError::unknown(message, name, names));
    }
    let mut rows = Vec::new();
    for item in &found {
        let fields = item.as_object().into_iter().flatten();
        let mut lines: Vec<_> = fields.flat_map(|(key, value)| lines(key, value)).collect();
        lines.sort_by_key(|line| {
            FIRST
                .iter()
                .position(|key| line[0].starts_with(key))
                .unwrap_or(FIRST.len())
        });
        rows.extend(lines);
    }
    session.rows(&["field", "value"], &rows, &Value::Array(found))
}

/// Fields that stand first, in order; the others follow by name.
const FIRST: [&str; 9] = [
    "kind",
    "id",
    "label",
    "unit",
    "value",
    "definition",
    "history",
    "bounds",
    "plausible",
];

/// Lines of a field: one a part of what has parts.
fn lines(key: &str, value: &Value) -> Vec<Vec<String>> {
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    match value {
        Value::Object(parts) => parts
            .iter()
            .map(|(part, value)| vec![format!("{key} {part}"), plain(value)])
            .collect(),
        Value::Array(items) if items.iter().any(Value::is_object) => items
            .iter()
            .map(|item| {
                let parts = item.as_object().into_iter().flatten();
                let shown = parts.filter(|(_, value)| !value.is_null());
                let text: Vec<_> = shown
                    .map(|(part, value)| format!("{part} {}", plain(value)))
                    .collect();
                vec![key.to_owned(), text.join(", ")]
            })
            .collect(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(plain).collect();
            vec![vec![key.to_owned(), items.join(" to ")]]
        }
        other => vec![vec![key.to_owned(), plain(other)]],
    }
}

/// All that can be explained.
fn everything(args: &ExplainArgs, session: &Session) -> Result<Vec<Value>, CliError> {
    let evidence = session.evidence(args.seeds.as_deref())?;
    let mut all = Vec::new();
    for l in &evidence.levers {
        let history: Vec<Value> = l
            .status_quo
            .iter()
            .map(|v| json!({ "from": v.from.to_string(), "announced": v.announced.to_string(), "until": v.until.map(|q| q.to_string()), "value": v.value, "source": v.source }))
            .collect();
        all.push(json!({ "kind": "lever", "id": l.path, "label": { "en": l.label.en, "zh": l.label.zh }, "unit": l.unit, "value": l.status_quo.last().map(|v| v.value), "history": history, "bounds": l.bounds, "plausible": l.plausible, "agent": l.agent, "decision": l.decision, "moves": l.moves, "sign": l.sign, "note": l.note }));
    }
    for p in &evidence.parameters {
        all.push(json!({ "kind": "parameter", "id": p.path, "unit": p.unit, "low": p.range[0], "central": p.range[1], "high": p.range[2], "distribution": format!("{:?}", p.distribution).to_lowercase(), "basis": p.kind, "source": p.source, "mark": p.mark, "note": p.note }));
    }
    for m in observe::metrics() {
        all.push(json!({ "kind": "metric", "id": m.id, "label": { "en": m.label_en, "zh": m.label_zh }, "unit": m.unit, "definition": { "en": m.definition, "zh": chinese(m.id) } }));
    }
    for f in &evidence.facts {
        all.push(json!({ "kind": "fact", "id": f.id, "value": f.value, "unit": f.unit, "period": f.period, "scope": f.scope, "document": f.document, "locator": f.locator, "note": f.note }));
    }
    for s in &evidence.series {
        all.push(json!({ "kind": "fact", "id": s.id, "unit": s.unit, "values": s.values.iter().map(|(year, value)| (year.to_string(), json!(value))).collect::<serde_json::Map<_, _>>(), "role": s.role, "source": s.source, "note": s.note }));
    }
    for i in instruments::of(&evidence) {
        let sets: serde_json::Map<String, Value> = i
            .sets
            .iter()
            .map(|(path, value)| (path.clone(), json!(value)))
            .collect();
        all.push(json!({ "kind": "instrument", "id": i.id, "label": { "en": i.label.en, "zh": i.label.zh }, "family": i.family, "status": i.status, "executable": i.executable, "sets": sets, "reason": i.reason }));
    }
    Ok(all)
}
