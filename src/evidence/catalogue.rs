//! What the model makes of it: levers with their status quo, parameters with their ranges.

use super::reader::{Reader, References, mark};
use super::{DatedValue, Distribution, Label, LeverSpec, ParameterSpec};
use crate::base::time::Quarter;
use serde::Deserialize;

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

pub(super) fn levers(reader: &mut Reader<'_>, references: &References) -> Vec<LeverSpec> {
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

pub(super) fn parameters(reader: &mut Reader<'_>, references: &References) -> Vec<ParameterSpec> {
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
