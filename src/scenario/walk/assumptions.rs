//! Reads `[assumptions]`: parameters replaced by a value or by a range.

use super::layer::At;
use super::{DISCOUNT_PARAMETER, DISCOUNT_RATE, Value, Walker};
use crate::base::math;
use crate::evidence::{Distribution, ParameterSpec};
use crate::scenario::codes::{MISSING_KEY, OUT_OF_BOUNDS, UNKNOWN_KEY, UNKNOWN_PARAMETER};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// Lower and upper bound of a parameter: a share stays one, what is positive stays so.
fn parameter_bounds(spec: &ParameterSpec) -> [f64; 2] {
    let low = if spec.range[0] >= 0.0 { 0.0 } else { -1e12 };
    let high = if spec.unit == "share" && spec.range[2] <= 1.0 {
        1.0
    } else {
        1e12
    };
    [low, high]
}

impl Walker<'_> {
    pub(super) fn assumptions(&mut self, value: &Value) {
        let Some(table) = self.table(value, "assumptions") else {
            return;
        };
        let mut leaves = Vec::new();
        leaves_of(
            table,
            "",
            &["low", "central", "high", "p05", "p95", "dist"],
            &mut leaves,
        );
        for (mut path, span, value) in leaves {
            if path == DISCOUNT_RATE {
                DISCOUNT_PARAMETER.clone_into(&mut path);
            }
            let bounds = match self.evidence.parameter(&path) {
                Some(_) if path == DISCOUNT_PARAMETER => [0.0, 1.0],
                Some(spec) => parameter_bounds(spec),
                None => {
                    let names = self
                        .evidence
                        .parameters
                        .iter()
                        .map(|p| p.path.as_str())
                        .chain([DISCOUNT_RATE]);
                    let fault = self
                        .build(
                            UNKNOWN_PARAMETER,
                            &span,
                            &format!("assumptions.{path}"),
                            format!("there is no parameter `{path}`"),
                        )
                        .nearest(&path, names);
                    self.faults.push(fault);
                    continue;
                }
            };
            if let Some(range) = self.assumption(value, &format!("assumptions.{path}"), bounds) {
                let place = self.place(&value.span());
                self.layer.assumptions.insert(
                    path,
                    At {
                        value: range,
                        place,
                    },
                );
            }
        }
    }

    pub(super) fn assumption(
        &mut self,
        value: &Value,
        path: &str,
        bounds: [f64; 2],
    ) -> Option<([f64; 3], Distribution)> {
        let DeValue::Table(table) = value.get_ref() else {
            let number = self.number(value, path, bounds)?;
            return Some(([number; 3], Distribution::Fixed));
        };
        let keys: &[&str] = if table.contains_key("p05") || table.contains_key("p95") {
            &["p05", "p95", "dist"]
        } else {
            &["low", "central", "high"]
        };
        for (key, _) in table {
            if !keys.contains(&key.get_ref().as_ref()) {
                self.unknown(&key.span(), path, key.get_ref(), keys);
            }
        }
        for key in keys {
            if !table.contains_key(*key) {
                self.fault(
                    MISSING_KEY,
                    &value.span(),
                    path,
                    format!("`{path}` has no `{key}`"),
                );
            }
        }
        let mut number = |key: &str| self.number(table.get(key)?, &format!("{path}.{key}"), bounds);
        if keys.len() == 3 && keys[0] == "low" {
            let range = [number("low"), number("central"), number("high")];
            let [Some(low), Some(central), Some(high)] = range else {
                return None;
            };
            if !(low <= central && central <= high) {
                self.fault(
                    OUT_OF_BOUNDS,
                    &value.span(),
                    path,
                    "low, central and high must rise".to_owned(),
                );
                return None;
            }
            return Some(([low, central, high], Distribution::Triangular));
        }
        let (low, high) = (number("p05")?, number("p95")?);
        let dist = self.text(table.get("dist")?, &format!("{path}.dist"))?;
        let width = high - low;
        let range = match dist.value.as_str() {
            "lognormal" if low > 0.0 && width > 0.0 => {
                ([low, math::sqrt(low * high), high], Distribution::Lognormal)
            }
            "uniform" if width > 0.0 => {
                let (a, b) = (low - width / 18.0, high + width / 18.0);
                ([a, 0.5 * (a + b), b], Distribution::Uniform)
            }
            "triangular" if width > 0.0 => {
                let (middle, half) = (0.5 * (low + high), 0.5 * width / (1.0 - math::sqrt(0.1)));
                (
                    [middle - half, middle, middle + half],
                    Distribution::Triangular,
                )
            }
            "lognormal" | "uniform" | "triangular" => {
                self.fault(
                    OUT_OF_BOUNDS,
                    &value.span(),
                    path,
                    "p05 must lie below p95, above 0 if lognormal".to_owned(),
                );
                return None;
            }
            other => {
                let fault = self
                    .build(
                        UNKNOWN_KEY,
                        &dist.place.span,
                        path,
                        format!("unknown distribution `{other}`"),
                    )
                    .allowed("lognormal, triangular, uniform");
                self.faults.push(fault);
                return None;
            }
        };
        Some(range)
    }
}

/// Leaves of a table by dotted path; a table that holds one of `stops` is itself a leaf.
pub(super) fn leaves_of<'v, 'i>(
    table: &'v DeTable<'i>,
    prefix: &str,
    stops: &[&str],
    leaves: &mut Vec<(String, Range<usize>, &'v Value<'i>)>,
) {
    for (key, value) in table {
        let path = if prefix.is_empty() {
            key.get_ref().to_string()
        } else {
            format!("{prefix}.{}", key.get_ref())
        };
        match value.get_ref() {
            DeValue::Table(inner) if !stops.iter().any(|stop| inner.contains_key(*stop)) => {
                leaves_of(inner, &path, stops, leaves);
            }
            _ => leaves.push((path, key.span(), value)),
        }
    }
}
