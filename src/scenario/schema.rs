//! Writes the JSON Schema (a draft-07-safe subset) of scenario files from the catalogue.

use super::instruments;
use crate::evidence::Evidence;
use serde_json::{Map, Value, json};

/// Schema of a scenario: every lever, instrument and parameter with its range.
pub fn scenario(evidence: &Evidence) -> Value {
    let mut families: Map<String, Value> = Map::new();
    for lever in &evidence.levers {
        let (family, name) = lever.path.split_once('.').unwrap_or((&lever.path, ""));
        let entry = families
            .entry(family.to_owned())
            .or_insert_with(|| table(Map::new()));
        let text = format!("{} / {} [{}]", lever.label.en, lever.label.zh, lever.unit);
        entry["properties"][name] = dated(lever.bounds, &text);
    }
    let instruments: Map<String, Value> = instruments::of(evidence)
        .into_iter()
        .filter(|instrument| instrument.executable)
        .map(|i| {
            (
                i.id,
                dated([0.0, 1.0], &format!("{} / {}", i.label.en, i.label.zh)),
            )
        })
        .collect();
    let range = json!({ "anyOf": [{ "type": "number" }, { "type": "object" }] });
    let parameters: Map<String, Value> = evidence
        .parameters
        .iter()
        .map(|p| (p.path.clone(), range.clone()))
        .chain([(super::DISCOUNT_RATE.to_owned(), range.clone())])
        .collect();
    let text = json!({ "type": "string" });
    let quarter = json!({ "type": "string", "pattern": "^[0-9]{4}(Q[1-4]|-[0-9]{2}-[0-9]{2})$" });
    let whole = |low: u32| json!({ "type": "integer", "minimum": low });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "leverlab scenario",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "extends": text,
            "meta": { "type": "object", "additionalProperties": false, "properties": {
                "name": { "type": "string", "pattern": "^[a-z0-9-]{1,48}$" },
                "title": text, "title_zh": text, "author": text, "note": text, "document": text,
                "facts": { "type": "array", "items": text } } },
            "run": { "type": "object", "additionalProperties": false, "properties": {
                "start": quarter, "end": quarter, "replicates": whole(1), "per_draw": whole(1),
                "seed": whole(0), "scale": { "type": "number", "minimum": 1e-5, "maximum": 1 } } },
            "policy": table(families),
            "instruments": table(instruments),
            "assumptions": { "type": "object", "properties": parameters },
            "rule": { "type": "array", "items": { "type": "object", "required": ["when", "then"] } },
            "shock": { "type": "array", "items": { "type": "object", "required": ["name", "from", "set"] } }
        }
    })
}

/// Schema of a file of levers in the evidence base.
pub fn evidence() -> Value {
    let text = json!({ "type": "string" });
    let pair =
        json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 });
    let label = json!({ "type": "object", "required": ["en", "zh"], "properties": { "en": text, "zh": text } });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "leverlab evidence: levers and parameters",
        "type": "object",
        "properties": {
            "lever": { "type": "array", "items": { "type": "object",
                "required": ["path", "label", "unit", "bounds", "plausible", "status_quo", "agent", "decision"],
                "properties": { "path": text, "label": label, "unit": text, "bounds": pair, "plausible": pair,
                    "status_quo": { "type": "array", "items": { "type": "object", "required": ["from", "value", "source"] } } } } },
            "parameter": { "type": "array", "items": { "type": "object",
                "required": ["path", "unit", "low", "central", "high", "distribution", "kind", "source"] } }
        }
    })
}

fn table(properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// A number within bounds, or dated entries of it.
fn dated(bounds: [f64; 2], description: &str) -> Value {
    let number = json!({ "type": "number", "minimum": bounds[0], "maximum": bounds[1] });
    let entry = json!({ "type": "object", "required": ["value"], "additionalProperties": false, "properties": {
        "announced": {}, "from": {}, "until": {}, "value": number,
        "ramp": { "type": "string", "pattern": "^[0-9]+q$" } } });
    json!({ "description": description, "anyOf": [number, entry, { "type": "array", "items": entry }] })
}
