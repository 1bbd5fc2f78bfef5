//! Writes a resolved scenario as canonical TOML: the same scenario, the same text.

use super::walk::{Layer, RawEntry};
use super::{Meta, RunSettings};
use crate::evidence::Distribution;
use std::fmt::Write;

/// The canonical text; without `replicates` it is what the digest is made of.
pub(super) fn canonical(
    meta: &Meta,
    run: &RunSettings,
    merged: &Layer,
    replicates: bool,
) -> String {
    let mut out = String::from("[meta]\n");
    let fields = [
        ("name", &meta.name),
        ("title", &meta.title),
        ("title_zh", &meta.title_zh),
        ("author", &meta.author),
        ("note", &meta.note),
        ("document", &meta.document),
    ];
    for (key, value) in fields {
        if !value.is_empty() {
            line(&mut out, &format!("{key} = {}", quoted(value)));
        }
    }
    if !meta.facts.is_empty() {
        let facts: Vec<_> = meta.facts.iter().map(|fact| quoted(fact)).collect();
        line(&mut out, &format!("facts = [{}]", facts.join(", ")));
    }
    line(&mut out, "\n[run]");
    line(
        &mut out,
        &format!("start = \"{}\"\nend = \"{}\"", run.start, run.end),
    );
    if replicates {
        line(&mut out, &format!("replicates = {}", run.replicates));
    }
    line(
        &mut out,
        &format!(
            "per_draw = {}\nseed = {}\nscale = {:?}",
            run.per_draw, run.seed, run.scale
        ),
    );
    for (path, raw) in &merged.policy {
        entries(&mut out, &format!("policy.{path}"), raw);
    }
    for (name, raw) in &merged.instruments {
        entries(&mut out, &format!("instruments.{}", quoted(name)), raw);
    }
    if !merged.assumptions.is_empty() {
        line(&mut out, "\n[assumptions]");
    }
    for (path, at) in &merged.assumptions {
        let ([low, central, high], distribution) = at.value;
        let value = match distribution {
            Distribution::Fixed => format!("{central:?}"),
            Distribution::Triangular => {
                format!("{{ low = {low:?}, central = {central:?}, high = {high:?} }}")
            }
            Distribution::Lognormal => {
                format!("{{ p05 = {low:?}, p95 = {high:?}, dist = \"lognormal\" }}")
            }
            Distribution::Uniform => {
                let edge = (high - low) / 20.0;
                format!(
                    "{{ p05 = {:?}, p95 = {:?}, dist = \"uniform\" }}",
                    low + edge,
                    high - edge
                )
            }
        };
        line(&mut out, &format!("{} = {value}", quoted(path)));
    }
    for rule in &merged.rules {
        let sign = if rule.above { ">" } else { "<" };
        let when = format!("{} {sign} {:?}", rule.indicator, rule.bound);
        let then: Vec<_> = rule
            .then
            .iter()
            .map(|(path, at)| format!("{} = {:?}", quoted(path), at.value))
            .collect();
        let (when, then) = (quoted(&when), then.join(", "));
        line(&mut out, &format!("\n[[rule]]\nwhen = {when}"));
        line(
            &mut out,
            &format!("for = \"{}q\"\nlag = \"{}q\"", rule.lasts, rule.lag),
        );
        line(&mut out, &format!("then = {{ {then} }}"));
    }
    for (name, shock) in &merged.shocks {
        line(
            &mut out,
            &format!(
                "\n[[shock]]\nname = {}\nfrom = \"{}\"",
                quoted(name),
                shock.from.value
            ),
        );
        if let Some(until) = &shock.until {
            line(&mut out, &format!("until = \"{}\"", until.value));
        }
        let set: Vec<_> = shock
            .set
            .iter()
            .map(|(path, at)| format!("{} = {:?}", quoted(path), at.value))
            .collect();
        line(&mut out, &format!("set = {{ {} }}", set.join(", ")));
    }
    out
}

fn entries(out: &mut String, path: &str, raw: &[RawEntry]) {
    if let [only] = raw
        && only.from.is_none()
        && only.until.is_none()
        && only.announced.is_none()
        && only.ramp == 0
    {
        line(out, &format!("\n[[{path}]]\nvalue = {:?}", only.value));
        return;
    }
    for entry in raw {
        line(out, &format!("\n[[{path}]]"));
        for (key, at) in [
            ("announced", &entry.announced),
            ("from", &entry.from),
            ("until", &entry.until),
        ] {
            if let Some(at) = at {
                line(out, &format!("{key} = \"{}\"", at.value));
            }
        }
        line(out, &format!("value = {:?}", entry.value));
        if entry.ramp > 0 {
            line(out, &format!("ramp = \"{}q\"", entry.ramp));
        }
    }
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("writing to text does not fail");
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
