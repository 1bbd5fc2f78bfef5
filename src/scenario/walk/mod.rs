//! Walks one scenario text against the catalogue and notes every value with its place.

mod assumptions;
mod layer;
mod levers;
mod rules;
mod set;
mod settings;
mod values;

use super::codes::{BAD_DATE, DUPLICATE, SYNTAX, TOO_DEEP, UNKNOWN_KEY};
use super::diagnose::{Faults, Source};
use super::instruments::Instrument;
use crate::base::time::Quarter;
use crate::evidence::Evidence;
pub(super) use layer::{At, Layer, RawEntry, RawRule};
pub(super) use set::set_text;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Keys of `[run]`.
const RUN_KEYS: [&str; 6] = ["start", "end", "replicates", "per_draw", "seed", "scale"];
const TOP_KEYS: [&str; 8] = [
    "extends",
    "meta",
    "run",
    "policy",
    "instruments",
    "assumptions",
    "shock",
    "rule",
];
/// Short name of the discount rate in `[assumptions]`.
pub const DISCOUNT_RATE: &str = "discount_rate";
/// The parameter that it names.
const DISCOUNT_PARAMETER: &str = "tax.discount_rate";
/// First quarter that can be reported.
pub const FIRST_QUARTER: Quarter = Quarter::new(2015, 1);
/// Last quarter for which there are drivers of the world outside.
pub const LAST_QUARTER: Quarter = Quarter::new(2035, 4);

/// Reads one text into a layer; faults go to `faults`.
pub(super) fn walk(
    source: &Arc<Source>,
    evidence: &Evidence,
    instruments: &[Instrument],
    faults: &mut Faults,
) -> Layer {
    let mut walker = Walker {
        source,
        evidence,
        instruments,
        faults,
        layer: Layer::default(),
    };
    let (document, errors) = DeTable::parse_recoverable(&source.text);
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        let message = error.message();
        let code = if message.contains("duplicate key") {
            DUPLICATE
        } else if message.contains("date") || message.contains("month") {
            BAD_DATE
        } else if message.contains("recursion limit") {
            TOO_DEEP
        } else {
            SYNTAX
        };
        let message = match source.text.get(span.clone()) {
            Some(key) if code == DUPLICATE => format!("`{key}` is given twice"),
            _ => message.to_owned(),
        };
        walker.fault(code, &span, "", message);
    }
    if errors.is_empty() {
        walker.document(document.get_ref());
    }
    walker.layer
}

struct Walker<'a> {
    source: &'a Arc<Source>,
    evidence: &'a Evidence,
    instruments: &'a [Instrument],
    faults: &'a mut Faults,
    layer: Layer,
}

type Value<'i> = Spanned<DeValue<'i>>;

impl Walker<'_> {
    fn document(&mut self, document: &DeTable) {
        for (key, value) in document {
            let span = key.span();
            match key.get_ref().as_ref() {
                "extends" => self.layer.extends = self.text(value, "extends"),
                "meta" => self.meta(value),
                "run" => self.run(value),
                "policy" => self.policy(value),
                "instruments" => self.instruments(value),
                "assumptions" => self.assumptions(value),
                "shock" => self.each(value, "shock", Self::shock),
                "rule" => self.each(value, "rule", Self::rule),
                other => {
                    let family = self
                        .evidence
                        .levers
                        .iter()
                        .any(|l| l.path.split('.').next() == Some(other));
                    let mut fault = self
                        .build(UNKNOWN_KEY, &span, other, format!("unknown key `{other}`"))
                        .allowed(TOP_KEYS.join(", "))
                        .nearest(other, TOP_KEYS);
                    if family {
                        fault = fault.help(format!("write [policy.{other}]"));
                    }
                    self.faults.push(fault);
                }
            }
        }
    }
}
