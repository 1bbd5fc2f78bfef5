//! Reads `[policy.FAMILY]`, `[instruments]` and `[[shock]]`: values of levers, dated or not.

use super::assumptions::leaves_of;
use super::layer::{At, RawEntry, RawShock};
use super::{Value, Walker};
use crate::base::time::Quarter;
use crate::scenario::codes::{
    DUPLICATE, MISSING_KEY, NOT_EXECUTABLE, UNKNOWN_INSTRUMENT, UNKNOWN_LEVER,
};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::de::DeValue;

const ENTRY_KEYS: [&str; 5] = ["announced", "from", "until", "value", "ramp"];
const SHOCK_KEYS: [&str; 5] = ["name", "from", "until", "quarters", "set"];

impl Walker<'_> {
    pub(super) fn policy(&mut self, value: &Value) {
        let Some(families) = self.table(value, "policy") else {
            return;
        };
        for (family, value) in families {
            let name = family.get_ref().as_ref();
            let prefix = format!("{name}.");
            if !self
                .evidence
                .levers
                .iter()
                .any(|lever| lever.path.starts_with(&prefix))
            {
                let known = self
                    .evidence
                    .levers
                    .iter()
                    .filter_map(|lever| lever.path.split('.').next());
                let fault = self
                    .build(
                        UNKNOWN_LEVER,
                        &family.span(),
                        &format!("policy.{name}"),
                        format!("there is no lever family `{name}`"),
                    )
                    .nearest(name, known);
                self.faults.push(fault);
                continue;
            }
            let Some(levers) = self.table(value, &format!("policy.{name}")) else {
                continue;
            };
            for (lever, value) in levers {
                let path = format!("{name}.{}", lever.get_ref());
                if let Some(bounds) = self.lever(&path, &lever.span()) {
                    let entries = self.entries(value, &format!("policy.{path}"), bounds);
                    self.layer.policy.insert(path, entries);
                }
            }
        }
    }

    /// Bounds of a lever; a fault where there is none.
    pub(super) fn lever(&mut self, path: &str, span: &Range<usize>) -> Option<[f64; 2]> {
        if let Some(lever) = self.evidence.lever(path) {
            return Some(lever.bounds);
        }
        let names = self.evidence.levers.iter().map(|lever| lever.path.as_str());
        let fault = self
            .build(
                UNKNOWN_LEVER,
                span,
                path,
                format!("there is no lever `{path}`"),
            )
            .nearest(path, names);
        self.faults.push(fault);
        None
    }

    pub(super) fn instruments(&mut self, value: &Value) {
        let Some(table) = self.table(value, "instruments") else {
            return;
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let path = format!("instruments.{name}");
            let Some(instrument) = self.instruments.iter().find(|i| i.id == name) else {
                let fault = self
                    .build(
                        UNKNOWN_INSTRUMENT,
                        &key.span(),
                        &path,
                        format!("there is no instrument `{name}`"),
                    )
                    .nearest(name, self.instruments.iter().map(|i| i.id.as_str()));
                self.faults.push(fault);
                continue;
            };
            if !instrument.executable {
                let message = format!(
                    "instrument `{name}` reaches no lever: {}",
                    instrument.reason
                );
                self.fault(NOT_EXECUTABLE, &key.span(), &path, message);
                continue;
            }
            let entries = self.entries(value, &path, [0.0, 1.0]);
            self.layer.instruments.insert(name.to_owned(), entries);
        }
    }

    /// A number, or dated tables.
    pub(super) fn entries(&mut self, value: &Value, path: &str, bounds: [f64; 2]) -> Vec<RawEntry> {
        if !matches!(value.get_ref(), DeValue::Array(_) | DeValue::Table(_)) {
            let place = self.place(&value.span());
            let number = self.number(value, path, bounds);
            return number
                .map(|value| RawEntry {
                    announced: None,
                    from: None,
                    until: None,
                    value,
                    ramp: 0,
                    place,
                })
                .into_iter()
                .collect();
        }
        let mut entries = Vec::new();
        self.each(value, path, |walker, item| {
            entries.extend(walker.entry(item, path, bounds));
        });
        entries
    }

    pub(super) fn entry(&mut self, item: &Value, path: &str, bounds: [f64; 2]) -> Option<RawEntry> {
        let table = self.table(item, path)?;
        let (mut announced, mut from, mut until, mut number, mut ramp) =
            (None, None, None, None, 0);
        let mut place = self.place(&item.span());
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let path = format!("{path}.{name}");
            match name {
                "announced" => announced = self.quarter(value, &path),
                "from" => from = self.quarter(value, &path),
                "until" => until = self.quarter(value, &path),
                "ramp" => ramp = self.duration(value, &path).unwrap_or(0),
                "value" => {
                    number = self.number(value, &path, bounds);
                    place = self.place(&value.span());
                }
                _ => self.unknown(&key.span(), &path, name, &ENTRY_KEYS),
            }
        }
        if !table.contains_key("value") {
            let message = format!("an entry of `{path}` has no `value`");
            self.fault(MISSING_KEY, &item.span(), path, message);
        }
        // A date that could not be read says nothing of order or overlap.
        let unread =
            |key: &str, read: &Option<At<Quarter>>| table.contains_key(key) && read.is_none();
        if unread("from", &from) || unread("until", &until) {
            return None;
        }
        Some(RawEntry {
            announced,
            from,
            until,
            value: number?,
            ramp,
            place,
        })
    }

    /// Levers by path with a value each, as a shock or a rule sets them.
    pub(super) fn levers(&mut self, value: &Value, path: &str) -> BTreeMap<String, At<f64>> {
        let mut set = BTreeMap::new();
        let Some(levers) = self.table(value, path) else {
            return set;
        };
        let mut leaves = Vec::new();
        leaves_of(levers, "", &[], &mut leaves);
        for (lever, span, value) in leaves {
            let lever = lever.strip_prefix("policy.").unwrap_or(&lever).to_owned();
            let Some(bounds) = self.lever(&lever, &span) else {
                continue;
            };
            if let Some(number) = self.number(value, &format!("{path}.{lever}"), bounds) {
                let place = self.place(&value.span());
                set.insert(
                    lever,
                    At {
                        value: number,
                        place,
                    },
                );
            }
        }
        set
    }

    pub(super) fn shock(&mut self, item: &Value) {
        let Some(table) = self.table(item, "shock") else {
            return;
        };
        let (mut name, mut from, mut until, mut quarters) = (None, None, None, None);
        let mut set = BTreeMap::new();
        for (key, value) in table {
            let path = format!("shock.{}", key.get_ref());
            match key.get_ref().as_ref() {
                "name" => name = self.text(value, &path),
                "from" => from = self.quarter(value, &path),
                "until" => until = self.quarter(value, &path),
                "quarters" => quarters = self.duration(value, &path),
                "set" => set = self.levers(value, &path),
                other => self.unknown(&key.span(), &path, other, &SHOCK_KEYS),
            }
        }
        for key in ["name", "from", "set"] {
            if !table.contains_key(key) {
                self.fault(
                    MISSING_KEY,
                    &item.span(),
                    "shock",
                    format!("a shock has no `{key}`"),
                );
            }
        }
        let (Some(name), Some(from)) = (name, from) else {
            return;
        };
        if let Some(n) = quarters {
            until = Some(At {
                value: from.value.plus(n as i32),
                place: from.place.clone(),
            });
        }
        let place = name.place.clone();
        let shock = RawShock { from, until, set };
        if self
            .layer
            .shocks
            .insert(name.value.clone(), shock)
            .is_some()
        {
            self.fault(
                DUPLICATE,
                &place.span,
                "shock.name",
                format!("two shocks are named `{}`", name.value),
            );
        }
    }
}
