//! Reads the evidence files and finds every fault in one pass.

use super::catalogue::{levers, parameters};
use super::documents::{
    facts, instruments, literature, patterns, policies, projections, series, structure,
};
use super::files::Files;
use super::reader::{Reader, References, values};
use super::{Conflict, Evidence, EvidenceError, Source};
use std::collections::{BTreeMap, BTreeSet};

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
    let patterns = patterns(&mut reader, &series);
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
        patterns,
        conflicts,
        sources,
        digest: hasher.finalize().to_hex().to_string(),
    })
}
