//! Reads the evidence files and finds every fault in one pass.

use super::{
    Conflict, DatedValue, Distribution, Estimate, Evidence, EvidenceError, Fact, Instrument, Label,
    LeverSpec, ParameterSpec, Policy, Projection, Series, Source, Structure,
};
use crate::base::time::Quarter;
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

static SEEDS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/seeds");

/// Path under `seeds/` and text of each file.
pub(super) type Files = BTreeMap<String, String>;

/// The files in the binary.
pub(super) fn embedded() -> Files {
    fn walk(folder: &Dir<'_>, files: &mut Files) {
        for file in folder.files() {
            let path = file.path().to_string_lossy().replace('\\', "/");
            if path.ends_with(".toml") {
                files.insert(path, String::from_utf8_lossy(file.contents()).into_owned());
            }
        }
        for inner in folder.dirs() {
            walk(inner, files);
        }
    }
    let mut files = Files::new();
    walk(&SEEDS, &mut files);
    files
}

/// The files of a folder.
pub(super) fn folder(root: &Path) -> Result<Files, EvidenceError> {
    fn walk(root: &Path, at: &Path, files: &mut Files) -> std::io::Result<()> {
        for entry in std::fs::read_dir(at)? {
            let path = entry?.path();
            if path.is_dir() {
                walk(root, &path, files)?;
            } else if path.extension().is_some_and(|end| end == "toml") {
                let name = path.strip_prefix(root).unwrap_or(&path);
                let name = name.to_string_lossy().replace('\\', "/");
                files.insert(name, std::fs::read_to_string(&path)?);
            }
        }
        Ok(())
    }
    let mut files = Files::new();
    walk(root, root, &mut files)
        .map_err(|error| EvidenceError::Faults(vec![format!("{}: {error}", root.display())]))?;
    Ok(files)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLever {
    path: String,
    label: Label,
    unit: String,
    bounds: [f64; 2],
    plausible: [f64; 2],
    agent: String,
    decision: String,
    moves: String,
    sign: i8,
    #[serde(default)]
    note: String,
    status_quo: Vec<RawDated>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDated {
    from: String,
    announced: Option<String>,
    until: Option<String>,
    value: f64,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawParameter {
    path: String,
    unit: String,
    low: f64,
    central: f64,
    high: f64,
    distribution: Distribution,
    kind: String,
    source: String,
    mark: String,
    #[serde(default)]
    note: String,
}

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

/// Year, month and day of an ISO date, if it is one.
pub(super) fn date(text: &str) -> Option<(i32, i32, i32)> {
    let mut parts = text.split('-');
    let year: i32 = parts.next()?.parse().ok()?;
    let month: i32 = parts.next()?.parse().ok()?;
    let day: i32 = parts.next()?.parse().ok()?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i32::from(leap),
        _ => 31,
    };
    let good = text.len() == 10
        && parts.next().is_none()
        && (1..=12).contains(&month)
        && (1..=days).contains(&day);
    good.then_some((year, month, day))
}

fn quarter((year, month, _): (i32, i32, i32)) -> Quarter {
    Quarter::new(year, (month - 1) / 3 + 1)
}

/// The reader: the tables of every file by kind, and the faults found so far.
struct Reader<'a> {
    tables: BTreeMap<&'a str, toml::Table>,
    faults: Vec<String>,
}

impl Reader<'_> {
    /// All entries `[[key]]` of the files under `place`, with the place of each.
    fn entries<T: DeserializeOwned>(
        &mut self,
        place: &str,
        key: &str,
        name: &str,
    ) -> Vec<(String, T)> {
        let mut out = Vec::new();
        let mut seen = BTreeSet::new();
        for (path, table) in &mut self.tables {
            if !path.starts_with(place) {
                continue;
            }
            let Some(toml::Value::Array(entries)) = table.remove(key) else {
                continue;
            };
            for (i, entry) in entries.into_iter().enumerate() {
                let id = entry.get(name).and_then(toml::Value::as_str);
                let id = id.map_or_else(|| format!("{key} {}", i + 1), str::to_owned);
                let at = format!("{path}: {id}");
                if !seen.insert(id) {
                    self.faults.push(format!("{at}: the id is used twice"));
                }
                match entry.try_into::<T>() {
                    Ok(value) => out.push((at, value)),
                    Err(error) => {
                        self.faults.push(format!(
                            "{at}: {}",
                            error.to_string().trim().replace('\n', " ")
                        ));
                    }
                }
            }
        }
        out
    }

    fn require(&mut self, holds: bool, at: &str, fault: &str) {
        if !holds {
            self.faults.push(format!("{at}: {fault}"));
        }
    }

    fn date(&mut self, text: &str, at: &str) -> Option<Quarter> {
        let found = date(text);
        self.require(
            found.is_some(),
            at,
            &format!("'{text}' is not a date like 2018-01-01"),
        );
        found.map(quarter)
    }
}

/// Ids that a source may refer to, written `kind:id`.
struct References(BTreeSet<String>);

impl References {
    /// Every evidence id named anywhere in a text exists.
    fn check_cited(&self, reader: &mut Reader<'_>, text: &str, at: &str) {
        for word in text.split([' ', ';', ',']) {
            let kinds = ["history:", "fact:", "literature:"];
            let named = kinds.iter().any(|kind| word.starts_with(kind));
            let known = !named || self.0.contains(word);
            reader.require(known, at, &format!("nothing is known as {word}"));
        }
    }

    /// A source is never empty; where it names an evidence id, that id exists.
    fn check(&self, reader: &mut Reader<'_>, source: &str, at: &str) {
        let text = source.trim();
        let reason = text.strip_prefix("assumption:").map_or(text, str::trim);
        reader.require(
            !reason.is_empty(),
            at,
            "a value without source or assumption note",
        );
        for kind in ["history:", "fact:", "literature:"] {
            if text.starts_with(kind) {
                let id = text.split([' ', ';', ',']).next().unwrap_or(text);
                reader.require(
                    self.0.contains(id),
                    at,
                    &format!("nothing is known as {id}"),
                );
            }
        }
    }
}

fn values<T>(entries: Vec<(String, T)>) -> Vec<T> {
    entries.into_iter().map(|(_, value)| value).collect()
}

/// Turns files into evidence, or into the list of all faults.
pub(super) fn parse(files: &Files) -> Result<Evidence, EvidenceError> {
    let mut reader = Reader {
        tables: BTreeMap::new(),
        faults: Vec::new(),
    };
    let mut hasher = blake3::Hasher::new();
    for (path, text) in files {
        let text = text.replace("\r\n", "\n");
        hasher
            .update(path.as_bytes())
            .update(&[0])
            .update(text.as_bytes())
            .update(&[0]);
        match text.parse::<toml::Table>() {
            Ok(table) => {
                reader.tables.insert(path, table);
            }
            Err(error) => reader
                .faults
                .push(format!("{path}: {}", error.to_string().trim())),
        }
    }
    let sources = values(reader.entries::<Source>("sources.toml", "source", "id"));
    let conflicts = values(reader.entries::<Conflict>("conflicts.toml", "conflict", "id"));
    let facts = facts(&mut reader, &sources);
    let instruments = instruments(&mut reader, &sources, &facts);
    let policies = policies(&mut reader);
    let literature = literature(&mut reader);
    let structure = structure(&mut reader);
    let projections = projections(&mut reader);
    let series = series(&mut reader, &projections);
    let ids = |kind: &str, id: &str| format!("{kind}:{id}");
    let mut known: BTreeSet<String> = facts.iter().map(|x| ids("fact", &x.id)).collect();
    known.extend(literature.iter().map(|x| ids("literature", &x.id)));
    known.extend(policies.iter().map(|x| ids("history", &x.id)));
    known.extend(series.iter().map(|x| ids("history", &x.id)));
    known.extend(structure.iter().map(|x| ids("history", &x.id)));
    known.extend(projections.iter().map(|x| ids("history", &x.id)));
    let references = References(known);
    for instrument in &instruments {
        let at = format!("instruments/: {}", instrument.id);
        references.check_cited(&mut reader, &instrument.basis, &at);
    }
    let levers = levers(&mut reader, &references);
    let parameters = parameters(&mut reader, &references);
    // Whatever no kind has taken is unknown.
    for (path, table) in &reader.tables {
        for key in table.keys() {
            reader.faults.push(format!("{path}: {key}: unknown key"));
        }
    }
    if !reader.faults.is_empty() {
        return Err(EvidenceError::Faults(reader.faults));
    }
    Ok(Evidence {
        levers,
        parameters,
        series,
        projections,
        facts,
        instruments,
        policies,
        structure,
        literature,
        conflicts,
        sources,
        digest: hasher.finalize().to_hex().to_string(),
    })
}

fn facts(reader: &mut Reader<'_>, sources: &[Source]) -> Vec<Fact> {
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

fn instruments(reader: &mut Reader<'_>, sources: &[Source], facts: &[Fact]) -> Vec<Instrument> {
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

fn policies(reader: &mut Reader<'_>) -> Vec<Policy> {
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

/// Marks are S seen, D derived or G general knowledge, alone or joined ("S/D").
fn mark(reader: &mut Reader<'_>, mark: &str, at: &str) {
    let good = mark
        .split([',', ' ', '/'])
        .any(|part| ["S", "D", "G", "A", "C"].contains(&part));
    reader.require(
        good,
        at,
        &format!("'{mark}' is no mark: use S, D, G, C or A"),
    );
}

fn literature(reader: &mut Reader<'_>) -> Vec<Estimate> {
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

fn structure(reader: &mut Reader<'_>) -> Vec<Structure> {
    let structure = reader.entries::<Structure>("structure/", "structure", "id");
    for (at, x) in &structure {
        reader.require(!x.source.is_empty(), at, "a value without source");
        reader.require(!x.marks.is_empty(), at, "values without a mark");
    }
    values(structure)
}

fn projections(reader: &mut Reader<'_>) -> Vec<Projection> {
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

fn series(reader: &mut Reader<'_>, projections: &[Projection]) -> Vec<Series> {
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

fn levers(reader: &mut Reader<'_>, references: &References) -> Vec<LeverSpec> {
    let mut out = Vec::new();
    for (at, raw) in reader.entries::<RawLever>("levers/", "lever", "path") {
        let [low, high] = raw.bounds;
        let [soft_low, soft_high] = raw.plausible;
        reader.require(low <= high, &at, "the bounds do not rise");
        let inside = low <= soft_low && soft_low <= soft_high && soft_high <= high;
        reader.require(
            inside,
            &at,
            "the plausible range does not lie within the bounds",
        );
        reader.require(raw.sign == 1 || raw.sign == -1, &at, "sign is 1 or -1");
        let mut status_quo: Vec<DatedValue> = Vec::new();
        for dated in raw.status_quo {
            references.check(reader, &dated.source, &at);
            let inside = low <= dated.value && dated.value <= high;
            reader.require(inside, &at, "a status-quo value lies outside the bounds");
            let Some(from) = reader.date(&dated.from, &at) else {
                continue;
            };
            let announced = dated
                .announced
                .and_then(|text| reader.date(&text, &at))
                .unwrap_or(from);
            let until = dated.until.and_then(|text| reader.date(&text, &at));
            reader.require(
                until.is_none_or(|end| end > from),
                &at,
                "it ends before it begins",
            );
            let rises = status_quo.last().is_none_or(|last| last.from < from);
            reader.require(rises, &at, "the status-quo dates do not rise");
            status_quo.push(DatedValue {
                announced,
                from,
                until,
                value: dated.value,
                source: dated.source,
            });
        }
        let covered = status_quo
            .first()
            .is_some_and(|first| first.from <= Quarter::new(2013, 1));
        reader.require(covered, &at, "no status-quo value holds on 2013-01-01");
        out.push(LeverSpec {
            path: raw.path,
            label: raw.label,
            unit: raw.unit,
            bounds: raw.bounds,
            plausible: raw.plausible,
            status_quo,
            agent: raw.agent,
            decision: raw.decision,
            moves: raw.moves,
            sign: raw.sign,
            note: raw.note,
        });
    }
    out
}

fn parameters(reader: &mut Reader<'_>, references: &References) -> Vec<ParameterSpec> {
    let mut out = Vec::new();
    for (at, raw) in reader.entries::<RawParameter>("parameters/", "parameter", "path") {
        references.check(reader, &raw.source, &at);
        let rises = raw.low <= raw.central && raw.central <= raw.high;
        reader.require(rises, &at, "low, central and high do not rise");
        let spread = raw.low < raw.high;
        let fixed = raw.distribution == Distribution::Fixed;
        reader.require(!fixed || !spread, &at, "a fixed parameter has one value");
        let positive = raw.distribution != Distribution::Lognormal || raw.low > 0.0;
        reader.require(positive, &at, "a log-normal parameter is above zero");
        let kind = ["estimate", "fact", "assumption"].contains(&raw.kind.as_str());
        reader.require(kind, &at, "kind is estimate, fact or assumption");
        mark(reader, &raw.mark, &at);
        out.push(ParameterSpec {
            path: raw.path,
            unit: raw.unit,
            range: [raw.low, raw.central, raw.high],
            distribution: raw.distribution,
            kind: raw.kind,
            source: raw.source,
            mark: raw.mark,
            note: raw.note,
        });
    }
    out
}
