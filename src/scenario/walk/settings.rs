//! Reads `[meta]` and `[run]`: what the scenario is and what is simulated.

use super::layer::At;
use super::{FIRST_QUARTER, LAST_QUARTER, RUN_KEYS, Value, Walker};
use crate::scenario::codes::{BAD_NAME, OUT_OF_BOUNDS};

const META_KEYS: [&str; 7] = [
    "name", "title", "title_zh", "author", "note", "document", "facts",
];

impl Walker<'_> {
    pub(super) fn meta(&mut self, value: &Value) {
        let Some(table) = self.table(value, "meta") else {
            return;
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let path = format!("meta.{name}");
            if !META_KEYS.contains(&name) {
                self.unknown(&key.span(), &path, name, &META_KEYS);
                continue;
            }
            if name == "facts" {
                let Some(items) = value.get_ref().as_array() else {
                    self.expected(value, &path, "a list of fact ids");
                    continue;
                };
                for item in items {
                    if let Some(fact) = self.text(item, &path) {
                        self.layer.meta.facts.push(fact.value);
                    }
                }
                continue;
            }
            let Some(text) = self.text(value, &path) else {
                continue;
            };
            match name {
                "name" => {
                    if crate::scenario::is_name(&text.value) {
                        self.layer.name = Some(text);
                    } else {
                        let fault = self
                            .build(
                                BAD_NAME,
                                &value.span(),
                                &path,
                                format!("`{}` is no name", text.value.escape_debug()),
                            )
                            .allowed("1 to 48 of a-z, 0-9 and hyphen");
                        self.faults.push(fault);
                    }
                }
                "title" => self.layer.meta.title = text.value,
                "title_zh" => self.layer.meta.title_zh = text.value,
                "author" => self.layer.meta.author = text.value,
                "note" => self.layer.meta.note = text.value,
                _ => self.layer.meta.document = text.value,
            }
        }
    }

    pub(super) fn run(&mut self, value: &Value) {
        let Some(table) = self.table(value, "run") else {
            return;
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let path = format!("run.{name}");
            let number = match name {
                "start" | "end" => self.quarter(value, &path).and_then(|quarter| {
                    let (low, high) = (FIRST_QUARTER, LAST_QUARTER);
                    if quarter.value < low || quarter.value > high {
                        let fault = self
                            .build(
                                OUT_OF_BOUNDS,
                                &value.span(),
                                &path,
                                format!(
                                    "`{path}` = {} is outside the allowed range",
                                    quarter.value
                                ),
                            )
                            .allowed(format!("{low} to {high}"));
                        self.faults.push(fault);
                        return None;
                    }
                    Some(f64::from(quarter.value.index()))
                }),
                "replicates" => self.whole(value, &path, [1.0, 1e6]),
                "per_draw" => self.whole(value, &path, [1.0, 1e6]),
                "seed" => self.whole(value, &path, [0.0, f64::from(u32::MAX)]),
                "scale" => self.number(value, &path, [1e-5, 1.0]),
                _ => {
                    self.unknown(&key.span(), &path, name, &RUN_KEYS);
                    None
                }
            };
            if let Some(value_) = number {
                let place = self.place(&value.span());
                self.layer.run.insert(
                    name.to_owned(),
                    At {
                        value: value_,
                        place,
                    },
                );
            }
        }
    }
}
