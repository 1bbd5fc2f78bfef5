//! Walks one scenario text against the catalogue and notes every value with its place.

use super::dates;
use super::diagnose::{
    BAD_DATE, BAD_DURATION, BAD_NAME, BAD_SET, Code, DUPLICATE, Fault, Faults, MISSING_KEY,
    NOT_EXECUTABLE, NOT_FINITE, OUT_OF_BOUNDS, Place, RULE, SYNTAX, Source, TOO_DEEP,
    UNKNOWN_INSTRUMENT, UNKNOWN_KEY, UNKNOWN_LEVER, UNKNOWN_PARAMETER, WRONG_TYPE,
};
use super::instruments::Instrument;
use crate::base::math;
use crate::base::time::Quarter;
use crate::evidence::{Distribution, Evidence};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// A dated value as written.
#[derive(Clone, Debug)]
pub(super) struct RawEntry {
    pub(super) announced: Option<At<Quarter>>,
    pub(super) from: Option<At<Quarter>>,
    pub(super) until: Option<At<Quarter>>,
    pub(super) value: f64,
    pub(super) ramp: u32,
    pub(super) place: Place,
}

/// A shock as written.
#[derive(Clone, Debug)]
pub(super) struct RawShock {
    pub(super) from: At<Quarter>,
    pub(super) until: Option<At<Quarter>>,
    pub(super) set: BTreeMap<String, At<f64>>,
}

/// What one text says.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    pub(super) extends: Option<At<String>>,
    pub(super) meta: super::Meta,
    pub(super) name: Option<At<String>>,
    pub(super) run: BTreeMap<String, At<f64>>,
    pub(super) policy: BTreeMap<String, Vec<RawEntry>>,
    pub(super) instruments: BTreeMap<String, Vec<RawEntry>>,
    pub(super) assumptions: BTreeMap<String, At<([f64; 3], Distribution)>>,
    pub(super) shocks: BTreeMap<String, RawShock>,
}

/// Keys of `[run]` with their bounds.
pub(super) const RUN_KEYS: [&str; 6] = ["start", "end", "replicates", "per_draw", "seed", "scale"];
const META_KEYS: [&str; 7] = [
    "name", "title", "title_zh", "author", "note", "document", "facts",
];
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
const ENTRY_KEYS: [&str; 5] = ["announced", "from", "until", "value", "ramp"];
const SHOCK_KEYS: [&str; 5] = ["name", "from", "until", "quarters", "set"];
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

/// Turns `PATH=VALUE` into a text of its own, so that it is checked as a file is.
pub(super) fn set_text(
    set: &str,
    evidence: &Evidence,
    instruments: &[Instrument],
) -> Result<Arc<Source>, Fault> {
    let bad = |message: String| Fault::new(BAD_SET, super::read::nowhere("--set"), "", message);
    let Some((path, value)) = set.split_once('=') else {
        return Err(bad(format!("`{set}` has no `=`")));
    };
    let (path, value) = (path.trim(), value.trim());
    if path.is_empty()
        || value.is_empty()
        || set.contains(['\n', '\r', '#'])
        || path.contains(['[', '"', '{'])
    {
        return Err(bad(format!("`{}` is not PATH=VALUE", set.escape_debug())));
    }
    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
    let key = match head {
        "policy" | "run" | "meta" => path.to_owned(),
        "instruments" | "assumptions" if !rest.is_empty() => format!("{head}.\"{rest}\""),
        _ if evidence.lever(path).is_some() => format!("policy.{path}"),
        _ if instruments.iter().any(|i| i.id == path) => format!("instruments.\"{path}\""),
        _ if path == DISCOUNT_RATE || evidence.parameter(path).is_some() => {
            format!("assumptions.\"{path}\"")
        }
        _ if RUN_KEYS.contains(&path) => format!("run.{path}"),
        _ => format!("policy.{path}"),
    };
    let (_, errors) = DeValue::parse_recoverable(value);
    let value = if errors.is_empty() {
        value.to_owned()
    } else {
        format!("{value:?}")
    };
    Ok(Arc::new(Source {
        name: "--set".to_owned(),
        text: format!("{key} = {value}"),
    }))
}

/// Lower and upper bound of a parameter: a share stays one, what is positive stays so.
fn parameter_bounds(spec: &crate::evidence::ParameterSpec) -> [f64; 2] {
    let low = if spec.range[0] >= 0.0 { 0.0 } else { -1e12 };
    let high = if spec.unit == "share" && spec.range[2] <= 1.0 {
        1.0
    } else {
        1e12
    };
    [low, high]
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
    fn place(&self, span: &Range<usize>) -> Place {
        Place {
            source: self.source.clone(),
            span: span.clone(),
        }
    }

    fn build(&self, code: Code, span: &Range<usize>, path: &str, message: String) -> Fault {
        Fault::new(code, self.place(span), path, message)
    }

    fn fault(&mut self, code: Code, span: &Range<usize>, path: &str, message: String) {
        let fault = self.build(code, span, path, message);
        self.faults.push(fault);
    }

    fn unknown(&mut self, span: &Range<usize>, path: &str, key: &str, keys: &[&str]) {
        let fault = self
            .build(UNKNOWN_KEY, span, path, format!("unknown key `{key}`"))
            .allowed(keys.join(", "))
            .nearest(key, keys.iter().copied());
        self.faults.push(fault);
    }

    fn expected(&mut self, value: &Value, path: &str, what: &str) {
        let found = value.get_ref().type_str();
        self.fault(
            WRONG_TYPE,
            &value.span(),
            path,
            format!("`{path}` takes {what}, found {found}"),
        );
    }

    fn table<'v, 'i>(&mut self, value: &'v Value<'i>, path: &str) -> Option<&'v DeTable<'i>> {
        if value.get_ref().is_table() {
            return value.get_ref().as_table();
        }
        self.expected(value, path, "a table");
        None
    }

    fn text(&mut self, value: &Value, path: &str) -> Option<At<String>> {
        if let Some(text) = value.get_ref().as_str() {
            return Some(At {
                value: text.to_owned(),
                place: self.place(&value.span()),
            });
        }
        self.expected(value, path, "text in quotes");
        None
    }

    fn number(&mut self, value: &Value, path: &str, bounds: [f64; 2]) -> Option<f64> {
        let number = match value.get_ref() {
            DeValue::Integer(i) => i128::from_str_radix(i.as_str(), i.radix())
                .ok()
                .map(|i| i as f64),
            DeValue::Float(f) => f.as_str().parse::<f64>().ok(),
            _ => {
                self.expected(value, path, "a number");
                return None;
            }
        };
        let allowed = format!("{} to {}", bounds[0], bounds[1]);
        let Some(number) = number.filter(|n| n.is_finite()) else {
            let fault = self
                .build(
                    NOT_FINITE,
                    &value.span(),
                    path,
                    format!("`{path}` is not a finite number"),
                )
                .allowed(allowed);
            self.faults.push(fault);
            return None;
        };
        if number < bounds[0] || number > bounds[1] {
            let fault = self
                .build(
                    OUT_OF_BOUNDS,
                    &value.span(),
                    path,
                    format!("`{path}` = {number} is outside the allowed range"),
                )
                .allowed(allowed);
            self.faults.push(fault);
            return None;
        }
        Some(number)
    }

    fn quarter(&mut self, value: &Value, path: &str) -> Option<At<Quarter>> {
        let read = match value.get_ref() {
            DeValue::String(text) => dates::quarter(text),
            DeValue::Datetime(datetime) => match (datetime.date, datetime.time) {
                (Some(date), None) => dates::date(i32::from(date.year), date.month, date.day),
                _ => Err("a date without a time is expected".to_owned()),
            },
            _ => {
                self.expected(value, path, "a date");
                return None;
            }
        };
        match read {
            Ok(quarter) => Some(At {
                value: quarter,
                place: self.place(&value.span()),
            }),
            Err(message) => {
                let fault = self.build(BAD_DATE, &value.span(), path, message);
                self.faults.push(fault);
                None
            }
        }
    }

    fn duration(&mut self, value: &Value, path: &str) -> Option<u32> {
        let read = match value.get_ref() {
            DeValue::String(text) => dates::duration(text),
            DeValue::Integer(i) => dates::duration(&format!("{}q", i.as_str())),
            _ => {
                self.expected(value, path, "a number of quarters");
                return None;
            }
        };
        read.map_err(|message| {
            let fault = self.build(BAD_DURATION, &value.span(), path, message);
            self.faults.push(fault);
        })
        .ok()
    }

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
                "rule" => self.each(value, "rule", |walker, rule| {
                    let message = "adaptive rules are not available in this version".to_owned();
                    let fault = walker.build(RULE, &rule.span(), "rule", message);
                    walker.faults.push(fault);
                }),
                other => {
                    let family = self
                        .evidence
                        .levers
                        .iter()
                        .any(|l| l.path.split('.').next() == Some(other));
                    let mut fault = self
                        .build(UNKNOWN_KEY, &span, other, format!("unknown key `{other}`"))
                        .allowed(TOP_KEYS[..7].join(", "))
                        .nearest(other, TOP_KEYS);
                    if family {
                        fault = fault.help(format!("write [policy.{other}]"));
                    }
                    self.faults.push(fault);
                }
            }
        }
    }

    fn each(&mut self, value: &Value, path: &str, mut one: impl FnMut(&mut Self, &Value)) {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().for_each(|item| one(self, item)),
            DeValue::Table(_) => one(self, value),
            _ => self.expected(value, path, &format!("tables: [[{path}]]")),
        }
    }

    fn meta(&mut self, value: &Value) {
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
                    if super::is_name(&text.value) {
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

    fn run(&mut self, value: &Value) {
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

    fn whole(&mut self, value: &Value, path: &str, bounds: [f64; 2]) -> Option<f64> {
        let number = self.number(value, path, bounds)?;
        if number.fract() != 0.0 {
            self.expected(value, path, "a whole number");
            return None;
        }
        Some(number)
    }

    fn policy(&mut self, value: &Value) {
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
    fn lever(&mut self, path: &str, span: &Range<usize>) -> Option<[f64; 2]> {
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

    fn instruments(&mut self, value: &Value) {
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
    fn entries(&mut self, value: &Value, path: &str, bounds: [f64; 2]) -> Vec<RawEntry> {
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

    fn entry(&mut self, item: &Value, path: &str, bounds: [f64; 2]) -> Option<RawEntry> {
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

    fn assumptions(&mut self, value: &Value) {
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

    fn assumption(
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

    fn shock(&mut self, item: &Value) {
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
                "set" => {
                    let Some(levers) = self.table(value, &path) else {
                        continue;
                    };
                    let mut leaves = Vec::new();
                    leaves_of(levers, "", &[], &mut leaves);
                    for (lever, span, value) in leaves {
                        let lever = lever.strip_prefix("policy.").unwrap_or(&lever).to_owned();
                        let Some(bounds) = self.lever(&lever, &span) else {
                            continue;
                        };
                        if let Some(number) =
                            self.number(value, &format!("shock.set.{lever}"), bounds)
                        {
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
                }
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

/// Leaves of a table by dotted path; a table that holds one of `stops` is itself a leaf.
fn leaves_of<'v, 'i>(
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
