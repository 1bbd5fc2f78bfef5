//! What documents and statistics say: facts, instruments, dated policies, estimates, series.

use super::reader::{Reader, mark, values};
use super::{Estimate, Fact, Instrument, Pattern, Policy, Projection, Series, Source, Structure};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSeries {
    id: String,
    unit: String,
    role: String,
    values: BTreeMap<String, f64>,
    marks: BTreeMap<String, String>,
    source: String,
    #[serde(default)]
    r#use: String,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMapping {
    instrument: String,
    sets: BTreeMap<String, f64>,
    basis: String,
}

pub(super) fn facts(reader: &mut Reader<'_>, sources: &[Source]) -> Vec<Fact> {
    let facts = reader.entries::<Fact>("facts/", "fact", "id");
    for (at, fact) in &facts {
        let document = sources.iter().any(|source| source.id == fact.document);
        reader.require(document, at, "the document is not in sources.toml");
        reader.require(
            !fact.locator.is_empty(),
            at,
            "a value without its place in the document",
        );
    }
    values(facts)
}

pub(super) fn instruments(
    reader: &mut Reader<'_>,
    sources: &[Source],
    facts: &[Fact],
) -> Vec<Instrument> {
    let mut instruments = reader.entries::<Instrument>("instruments/", "instrument", "id");
    let mappings = reader.entries::<RawMapping>("instruments/", "mapping", "instrument");
    for (at, mapping) in mappings {
        match instruments
            .iter_mut()
            .find(|(_, x)| x.id == mapping.instrument)
        {
            Some((_, instrument)) => {
                instrument.sets = mapping.sets;
                instrument.basis = mapping.basis;
            }
            None => reader.faults.push(format!("{at}: no such instrument")),
        }
    }
    for (at, instrument) in &mut instruments {
        instrument.executable = !instrument.sets.is_empty();
        for document in instrument.also_in.iter().chain([&instrument.document]) {
            let found = sources.iter().any(|source| source.id == *document);
            reader.require(found, at, "the document is not in sources.toml");
        }
        for id in &instrument.fact_ids {
            let found = facts.iter().any(|fact| fact.id == *id);
            reader.require(found, at, &format!("nothing is known as fact:{id}"));
        }
        let explained = instrument.executable || !instrument.reason.is_empty();
        reader.require(explained, at, "neither levers nor a reason for none");
        let single = !instrument.executable || instrument.reason.is_empty();
        reader.require(single, at, "levers and a reason for none");
        let founded = !instrument.executable || !instrument.basis.trim().is_empty();
        reader.require(founded, at, "lever values without a basis");
    }
    values(instruments)
}

pub(super) fn policies(reader: &mut Reader<'_>) -> Vec<Policy> {
    let policies = reader.entries::<Policy>("policies/", "policy", "id");
    for (at, policy) in &policies {
        let from = reader.date(&policy.from, at);
        let until = policy.until.as_ref().and_then(|text| reader.date(text, at));
        if let (Some(from), Some(until)) = (from, until) {
            reader.require(from <= until, at, "it ends before it begins");
        }
        reader.require(!policy.source.is_empty(), at, "a value without source");
        mark(reader, &policy.mark, at);
    }
    values(policies)
}

pub(super) fn literature(reader: &mut Reader<'_>) -> Vec<Estimate> {
    let literature = reader.entries::<Estimate>("literature/", "estimate", "id");
    for (at, x) in &literature {
        let given: Vec<f64> = [x.low, x.central, x.high].into_iter().flatten().collect();
        reader.require(given.is_sorted(), at, "low, central and high do not rise");
        reader.require(!x.source.is_empty(), at, "a value without source");
        for text in &x.marks {
            mark(reader, text, at);
        }
    }
    values(literature)
}

pub(super) fn structure(reader: &mut Reader<'_>) -> Vec<Structure> {
    let structure = reader.entries::<Structure>("structure/", "structure", "id");
    for (at, x) in &structure {
        reader.require(!x.source.is_empty(), at, "a value without source");
        reader.require(!x.marks.is_empty(), at, "values without a mark");
    }
    values(structure)
}

pub(super) fn projections(reader: &mut Reader<'_>) -> Vec<Projection> {
    let projections = reader.entries::<Projection>("series/", "projection", "id");
    for (at, x) in &projections {
        for (year, low) in &x.low {
            let rises = match (x.central.get(year), x.high.get(year)) {
                (Some(central), Some(high)) => low <= central && central <= high,
                _ => false,
            };
            reader.require(
                rises,
                at,
                &format!("low, central and high do not rise in {year}"),
            );
        }
        mark(reader, &x.mark, at);
        reader.require(!x.source.is_empty(), at, "a value without source");
    }
    values(projections)
}

/// Years of a projection or series; `all` stands for 2025 to 2035.
fn years(reader: &mut Reader<'_>, by_year: &BTreeMap<String, f64>, at: &str) -> BTreeMap<i32, f64> {
    let mut out = BTreeMap::new();
    for (year, &value) in by_year {
        match year.parse::<i32>() {
            Ok(year) => {
                out.insert(year, value);
            }
            Err(_) if year == "all" => out.extend((2025..=2035).map(|year| (year, value))),
            Err(_) => reader.faults.push(format!("{at}: '{year}' is not a year")),
        }
    }
    out
}

pub(super) fn series(reader: &mut Reader<'_>, projections: &[Projection]) -> Vec<Series> {
    let mut out = Vec::new();
    for (at, raw) in reader.entries::<RawSeries>("series/", "series", "id") {
        let values = years(reader, &raw.values, &at);
        let role = ["driver", "target", "check", "assumption"].contains(&raw.role.as_str());
        reader.require(role, &at, "role is driver, target, check or assumption");
        reader.require(!raw.source.is_empty(), &at, "values without source");
        for year in raw.values.keys() {
            let marked = raw.marks.contains_key(year);
            reader.require(marked, &at, &format!("{year} has no mark"));
        }
        let mut marks = BTreeMap::new();
        for (year, text) in &raw.marks {
            mark(reader, text, &at);
            if let Ok(year) = year.parse() {
                marks.insert(year, text.clone());
            }
        }
        let note = [raw.r#use, raw.note].join(" ").trim().to_owned();
        out.push(Series {
            id: raw.id,
            unit: raw.unit,
            values,
            marks,
            source: raw.source,
            role: raw.role,
            note,
        });
    }
    for x in projections {
        for (case, by_year) in [("low", &x.low), ("central", &x.central), ("high", &x.high)] {
            let values = years(reader, by_year, &x.id);
            out.push(Series {
                id: format!("{}.{case}", x.id),
                unit: x.unit.clone(),
                marks: values.keys().map(|&year| (year, x.mark.clone())).collect(),
                values,
                source: x.source.clone(),
                role: "assumption".to_owned(),
                note: x.note.clone(),
            });
        }
    }
    out
}

/// Figures of the record that the model is judged by: targets and checks, never its drivers.
pub(super) fn patterns(reader: &mut Reader<'_>, series: &[Series]) -> Vec<Pattern> {
    let patterns = reader.entries::<Pattern>("patterns/", "pattern", "id");
    for (at, pattern) in &patterns {
        let observed = series.iter().find(|series| series.id == pattern.series);
        let Some(observed) = observed else {
            let fault = format!("nothing is known as history:{}", pattern.series);
            reader.require(false, at, &fault);
            continue;
        };
        let judged = observed.role == "target" || observed.role == "check";
        reader.require(judged, at, "the model takes this series as input");
        let value = pattern.of(|year| observed.values.get(&year).copied());
        reader.require(value.is_some(), at, "no observed value of these years");
        reader.require(pattern.tolerance > 0.0, at, "the tolerance is not over 0");
    }
    values(patterns)
}
