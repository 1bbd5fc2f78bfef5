//! Lays a merged scenario over the status quo: instruments, then dated policy, then shocks.

use super::chain::{Chain, default_run};
use super::codes::{AFTER_END, BEFORE_START, COVERED, DATE_ORDER, IMPLAUSIBLE, OVERLAP};
use super::diagnose::{Fault, Faults, Place, Warnings, in_order};
use super::instruments::Instrument;
use super::resolve::{Origins, Resolved};
use super::walk::{Layer, RawEntry, RawRule};
use super::{RunSettings, Scenario, default_name, text};
use crate::base::time::Quarter;
use crate::evidence::{Evidence, LeverSpec};
use crate::policy::{Entry, Schedule};
use std::collections::{BTreeMap, BTreeSet};

/// Lays a merged chain over the status quo.
pub(super) fn lay(
    chain: &Chain,
    evidence: &Evidence,
    instruments: &[Instrument],
    paths: &[&str],
    faults: &mut Faults,
) -> Resolved {
    let merged = &chain.merged;
    let number = |key: &str| {
        merged
            .run
            .get(key)
            .map(|at| at.value)
            .or_else(|| default_run(key))
            .expect("every key of [run] has a default")
    };
    let run = RunSettings {
        start: Quarter::from_index(number("start") as i32),
        end: Quarter::from_index(number("end") as i32),
        replicates: number("replicates") as u32,
        per_draw: number("per_draw") as u32,
        seed: number("seed") as u32,
        scale: number("scale"),
    };
    if run.end < run.start {
        let at = merged
            .run
            .get("end")
            .or_else(|| merged.run.get("start"))
            .expect("the defaults run forwards");
        let message = format!(
            "the run ends in {} before it starts in {}",
            run.end, run.start
        );
        faults.push(Fault::new(DATE_ORDER, at.place.clone(), "run.end", message));
    }
    let mut layer = Layers {
        run: &run,
        faults,
        warnings: Vec::new(),
        origins: Vec::new(),
        touched: BTreeSet::new(),
    };
    for (key, at) in &merged.run {
        layer
            .origins
            .push((format!("run.{key}"), at.place.to_string()));
    }
    let mut schedules: BTreeMap<&str, Schedule> = evidence
        .levers
        .iter()
        .map(|lever| (lever.path.as_str(), status_quo(lever)))
        .collect();
    layer.instruments(merged, instruments, evidence, &mut schedules);
    layer.policy(merged, evidence, &mut schedules);
    layer.shocks(merged, evidence, &mut schedules);
    layer.rules(merged, evidence);
    for (path, at) in &merged.assumptions {
        layer
            .origins
            .push((format!("assumptions.{path}"), at.place.to_string()));
        if let Some(spec) = evidence.parameter(path) {
            let central = at.value.0[1];
            if central < spec.range[0] || central > spec.range[2] {
                let message =
                    format!("assumptions.{path} = {central} is outside the range of the evidence");
                layer.warnings.push(
                    Fault::new(IMPLAUSIBLE, at.place.clone(), path, message)
                        .allowed(format!("{} to {}", spec.range[0], spec.range[2])),
                );
            }
        }
    }
    let (origins, warnings, touched) = (layer.origins, layer.warnings, layer.touched);
    let mut meta = merged.meta.clone();
    meta.name = merged.name.as_ref().map_or_else(
        || default_name(&chain.location.stem()),
        |name| name.value.clone(),
    );
    let resolved = text::canonical(&meta, &run, merged, true);
    let digest = blake3::hash(text::canonical(&meta, &run, merged, false).as_bytes())
        .to_hex()
        .to_string();
    let scenario = Scenario {
        meta,
        schedules: paths
            .iter()
            .map(|path| schedules.get(path).cloned().unwrap_or_default())
            .collect(),
        assumptions: merged
            .assumptions
            .iter()
            .map(|(path, at)| (path.clone(), at.value.0, at.value.1))
            .collect(),
        sets: touched.into_iter().collect(),
        rules: merged.rules.iter().map(RawRule::rule).collect(),
        run,
        resolved,
        digest,
    };
    Resolved {
        scenario,
        origins,
        warnings: once(in_order(warnings)),
        files: chain.files.clone(),
    }
}

/// Equal warnings once, wherever they stand.
fn once(warnings: Warnings) -> Warnings {
    let mut seen = BTreeSet::new();
    warnings
        .into_iter()
        .filter(|w| seen.insert((w.code.id, w.message.clone())))
        .collect()
}

/// The status quo of a lever.
pub fn status_quo(lever: &LeverSpec) -> Schedule {
    let entry = |dated: &crate::evidence::DatedValue| Entry {
        announced: dated.announced,
        from: dated.from,
        until: dated.until,
        value: dated.value,
        ramp: 0,
    };
    Schedule::new(lever.status_quo.iter().map(entry).collect())
}

struct Layers<'a> {
    run: &'a RunSettings,
    faults: &'a mut Faults,
    warnings: Warnings,
    origins: Origins,
    touched: BTreeSet<String>,
}

impl Layers<'_> {
    /// Dated entries of one value, in order and within the run.
    fn entries(&mut self, path: &str, raw: &[RawEntry]) -> Vec<Entry> {
        let start = self.run.start;
        let mut sorted: Vec<&RawEntry> = raw.iter().collect();
        sorted.sort_by_key(|entry| entry.from.as_ref().map_or(start, |from| from.value));
        let mut entries: Vec<Entry> = Vec::new();
        for raw in sorted {
            self.origins.push((path.to_owned(), raw.place.to_string()));
            let written = raw.from.as_ref().map_or(start, |from| from.value);
            if let Some(until) = raw.until.as_ref().filter(|until| until.value <= written) {
                let message = format!("`{path}` ends in {} but starts in {written}", until.value);
                self.faults
                    .push(Fault::new(DATE_ORDER, until.place.clone(), path, message));
                continue;
            }
            let from_place = raw.from.as_ref().map_or(&raw.place, |from| &from.place);
            if let Some(last) = entries.last()
                && (last.from == written || last.until.is_some_and(|until| until > written))
            {
                let message = format!("two entries of `{path}` overlap in {written}");
                self.faults
                    .push(Fault::new(OVERLAP, from_place.clone(), path, message));
                continue;
            }
            for (key, at) in [("announced", &raw.announced), ("from", &raw.from)] {
                let Some(at) = at else { continue };
                if at.value < start {
                    let message = format!(
                        "`{path}`: {key} {} lies before the run and counts from {start}",
                        at.value
                    );
                    self.warnings
                        .push(Fault::new(BEFORE_START, at.place.clone(), path, message));
                }
            }
            if written > self.run.end {
                let message = format!(
                    "`{path}` starts in {written}, after the run's end in {}",
                    self.run.end
                );
                self.warnings
                    .push(Fault::new(AFTER_END, from_place.clone(), path, message));
            }
            let later = |quarter: Quarter| if quarter < start { start } else { quarter };
            entries.push(Entry {
                announced: later(raw.announced.as_ref().map_or(written, |a| a.value)),
                from: later(written),
                until: raw.until.as_ref().map(|until| until.value),
                value: raw.value,
                ramp: raw.ramp,
            });
        }
        // What ended before the run, or was replaced before it, never acts.
        entries.retain(|entry| entry.until.is_none_or(|until| until > start));
        entries
    }

    /// Warns of a value outside the plausible range; `by` says who sets it, where not the
    /// scenario itself.
    fn plausible(&mut self, lever: &LeverSpec, value: f64, place: &Place, by: &str) {
        if value < lever.plausible[0] || value > lever.plausible[1] {
            let message = format!("{by}{} = {value}, outside its plausible range", lever.path);
            self.warnings.push(
                Fault::new(IMPLAUSIBLE, place.clone(), &lever.path, message)
                    .allowed(format!("{} to {}", lever.plausible[0], lever.plausible[1])),
            );
        }
    }

    fn instruments(
        &mut self,
        merged: &Layer,
        known: &[Instrument],
        evidence: &Evidence,
        schedules: &mut BTreeMap<&str, Schedule>,
    ) {
        // By lever: departure from the status quo, instrument, entries.
        let mut by_lever: BTreeMap<&str, Vec<(f64, &str, Vec<Entry>)>> = BTreeMap::new();
        for (name, raw) in &merged.instruments {
            let Some(instrument) = known.iter().find(|i| i.id == *name) else {
                continue;
            };
            let dated = self.entries(&format!("instruments.{name}"), raw);
            for (path, full) in &instrument.sets {
                let Some(lever) = evidence.lever(path) else {
                    continue;
                };
                let base = status_quo(lever);
                let mut departure = 0.0;
                let mut entries = Vec::new();
                for (n, entry) in dated.iter().enumerate() {
                    let ends = dated.get(n + 1).map(|next| next.from).or(entry.until);
                    let steps =
                        base.entries.iter().map(|step| step.from).filter(|from| {
                            *from > entry.from && ends.is_none_or(|end| *from < end)
                        });
                    for from in std::iter::once(entry.from).chain(steps) {
                        let old = base.at(from).unwrap_or(*full);
                        let value = if entry.value == 1.0 {
                            *full
                        } else {
                            old + entry.value * (full - old)
                        };
                        departure = crate::base::math::max(departure, (value - old).abs());
                        if let Some(written) = raw.first().filter(|_| value != old) {
                            let by = format!("instrument `{name}` sets ");
                            self.plausible(lever, value, &written.place, &by);
                        }
                        let ramp = if from == entry.from { entry.ramp } else { 0 };
                        entries.push(Entry {
                            from,
                            value,
                            ramp,
                            ..*entry
                        });
                    }
                }
                self.touched.insert(path.clone());
                by_lever
                    .entry(lever.path.as_str())
                    .or_default()
                    .push((departure, name, entries));
            }
        }
        for (path, mut layers) in by_lever {
            layers.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
            let top = layers.last().map_or("", |layer| layer.1);
            let schedule = schedules
                .get_mut(path)
                .expect("an instrument sets levers of the catalogue");
            for (_, name, entries) in &layers {
                if *name != top {
                    let place = merged.instruments[*name]
                        .first()
                        .expect("an instrument in use has an entry")
                        .place
                        .clone();
                    let message = format!("instrument `{top}` covers `{name}` in {path}");
                    self.warnings
                        .push(Fault::new(COVERED, place, path, message));
                }
                schedule.lay(entries.clone());
            }
        }
    }

    fn policy(
        &mut self,
        merged: &Layer,
        evidence: &Evidence,
        schedules: &mut BTreeMap<&str, Schedule>,
    ) {
        for (path, raw) in &merged.policy {
            let (Some(lever), Some(schedule)) =
                (evidence.lever(path), schedules.get_mut(path.as_str()))
            else {
                continue;
            };
            for entry in raw {
                self.plausible(lever, entry.value, &entry.place, "");
            }
            let entries = self.entries(&format!("policy.{path}"), raw);
            if self.touched.contains(path) && !raw.is_empty() {
                let message = format!("policy.{path} covers what an instrument sets");
                self.warnings
                    .push(Fault::new(COVERED, raw[0].place.clone(), path, message));
            }
            self.touched.insert(path.clone());
            schedule.lay(entries);
        }
    }

    fn shocks(
        &mut self,
        merged: &Layer,
        evidence: &Evidence,
        schedules: &mut BTreeMap<&str, Schedule>,
    ) {
        let mut shocks: Vec<_> = merged.shocks.iter().collect();
        shocks.sort_by_key(|(name, shock)| (shock.from.value, name.as_str()));
        for (name, shock) in shocks {
            for (path, at) in &shock.set {
                let (Some(lever), Some(schedule)) =
                    (evidence.lever(path), schedules.get_mut(path.as_str()))
                else {
                    continue;
                };
                self.plausible(lever, at.value, &at.place, "");
                let raw = RawEntry {
                    announced: None,
                    from: Some(shock.from.clone()),
                    until: shock.until.clone(),
                    value: at.value,
                    ramp: 0,
                    place: at.place.clone(),
                };
                let entries = self.entries(&format!("shock.{name}.{path}"), &[raw]);
                self.touched.insert(path.clone());
                schedule.lay(entries);
            }
        }
    }

    /// What rules may set; they act in the run itself.
    fn rules(&mut self, merged: &Layer, evidence: &Evidence) {
        for (path, at) in merged.rules.iter().flat_map(|rule| &rule.then) {
            if let Some(lever) = evidence.lever(path) {
                self.plausible(lever, at.value, &at.place, "a rule sets ");
            }
            self.origins
                .push((format!("rule.then.{path}"), at.place.to_string()));
            self.touched.insert(path.clone());
        }
    }
}
