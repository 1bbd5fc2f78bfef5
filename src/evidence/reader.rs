//! Takes entries of one kind from all files and notes what is wrong with them.

use crate::base::time::Quarter;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

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

pub(super) fn quarter((year, month, _): (i32, i32, i32)) -> Quarter {
    Quarter::new(year, (month - 1) / 3 + 1)
}

/// The reader: the tables of every file by kind, and the faults found so far.
pub(super) struct Reader<'a> {
    pub(super) tables: BTreeMap<&'a str, toml::Table>,
    pub(super) faults: Vec<String>,
}

impl Reader<'_> {
    /// All entries `[[key]]` of the files under `place`, with the place of each.
    pub(super) fn entries<T: DeserializeOwned>(
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

    pub(super) fn require(&mut self, holds: bool, at: &str, fault: &str) {
        if !holds {
            self.faults.push(format!("{at}: {fault}"));
        }
    }

    pub(super) fn date(&mut self, text: &str, at: &str) -> Option<Quarter> {
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
pub(super) struct References(pub(super) BTreeSet<String>);

impl References {
    /// Every evidence id named anywhere in a text exists.
    pub(super) fn check_cited(&self, reader: &mut Reader<'_>, text: &str, at: &str) {
        for word in text.split([' ', ';', ',']) {
            let kinds = ["history:", "fact:", "literature:"];
            let named = kinds.iter().any(|kind| word.starts_with(kind));
            let known = !named || self.0.contains(word);
            reader.require(known, at, &format!("nothing is known as {word}"));
        }
    }

    /// A source is never empty; where it names an evidence id, that id exists.
    pub(super) fn check(&self, reader: &mut Reader<'_>, source: &str, at: &str) {
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

pub(super) fn values<T>(entries: Vec<(String, T)>) -> Vec<T> {
    entries.into_iter().map(|(_, value)| value).collect()
}

/// Marks are S seen, D derived or G general knowledge, alone or joined ("S/D").
pub(super) fn mark(reader: &mut Reader<'_>, mark: &str, at: &str) {
    let good = mark
        .split([',', ' ', '/'])
        .any(|part| ["S", "D", "G", "A", "C"].contains(&part));
    reader.require(
        good,
        at,
        &format!("'{mark}' is no mark: use S, D, G, C or A"),
    );
}
