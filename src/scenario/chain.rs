//! Follows `extends` from text to text and merges what they say.

use super::codes::{CYCLE, VARIANT_ASSUMPTIONS, VARIANT_RUN};
use super::diagnose::{Fault, Faults};
use super::instruments::Instrument;
use super::read::{Location, SHIPPED_PREFIX};
use super::walk::{At, Layer, walk};
use crate::base::time::Quarter;
use crate::evidence::Evidence;

/// A chain of texts merged, before it is laid over the status quo.
pub(super) struct Chain {
    pub(super) merged: Layer,
    /// Identity and own content of each text that is not a `--set`, the topmost first.
    layers: Vec<(String, Layer)>,
    pub(super) files: Vec<String>,
    pub(super) location: Location,
}

/// What `over` says, else what `under` says.
pub(super) fn merge(under: Layer, over: &Layer) -> Layer {
    let mut merged = under;
    merged.meta = over.meta.clone();
    merged.name.clone_from(&over.name);
    merged.run.extend(over.run.clone());
    merged.policy.extend(over.policy.clone());
    merged.instruments.extend(over.instruments.clone());
    merged.assumptions.extend(over.assumptions.clone());
    merged.shocks.extend(over.shocks.clone());
    for rule in &over.rules {
        if !merged.rules.iter().any(|known| known.rule() == rule.rule()) {
            merged.rules.push(rule.clone());
        }
    }
    merged
}

/// Reads a text and all it extends.
pub(super) fn chain(
    location: Location,
    over: &Layer,
    evidence: &Evidence,
    instruments: &[Instrument],
    faults: &mut Faults,
) -> Chain {
    let mut layers: Vec<(String, Layer)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut next = Some((location.clone(), None::<At<String>>));
    while let Some((here, by)) = next.take() {
        let identity = here.identity();
        names.push(here.name());
        if layers.iter().any(|(known, _)| *known == identity) {
            let place = by.expect("a cycle is closed by an extends").place;
            let message = format!("scenarios extend each other: {}", names.join(" -> "));
            faults.push(Fault::new(CYCLE, place, "extends", message));
            break;
        }
        match here.read() {
            Ok(source) => {
                let layer = walk(&source, evidence, instruments, faults);
                next = layer
                    .extends
                    .clone()
                    .map(|extends| (here.extended(&extends.value), Some(extends)));
                layers.push((identity, layer));
            }
            Err(mut fault) => {
                if let Some(by) = by {
                    fault.message = format!("{} (extended here)", fault.message);
                    fault.path = "extends".to_owned();
                    fault.place = by.place;
                }
                faults.push(fault);
            }
        }
    }
    let mut merged = Layer::default();
    for (_, layer) in layers.iter().rev() {
        merged = merge(merged, layer);
    }
    let (meta, name) = (merged.meta.clone(), merged.name.clone());
    merged = merge(merged, over);
    merged.meta = meta;
    merged.name = over.name.clone().or(name);
    Chain {
        merged,
        layers,
        files: names,
        location,
    }
}

/// A variant may not say of `[run]` or `[assumptions]` what the baseline does not.
pub(super) fn check_variant(base: &Chain, variant: &Chain, faults: &mut Faults) {
    for (identity, layer) in &variant.layers {
        if identity.starts_with(SHIPPED_PREFIX)
            || base.layers.iter().any(|(known, _)| known == identity)
        {
            continue;
        }
        for (key, at) in &layer.run {
            let same = base
                .merged
                .run
                .get(key)
                .map(|b| b.value)
                .or_else(|| default_run(key))
                == Some(at.value);
            if !same {
                let message = format!("a variant's run.{key} must be the baseline's");
                faults.push(Fault::new(
                    VARIANT_RUN,
                    at.place.clone(),
                    &format!("run.{key}"),
                    message,
                ));
            }
        }
        for (path, at) in &layer.assumptions {
            if base.merged.assumptions.get(path).map(|b| b.value) != Some(at.value) {
                let message = format!("a variant may not assume its own `{path}`");
                faults.push(Fault::new(
                    VARIANT_ASSUMPTIONS,
                    at.place.clone(),
                    &format!("assumptions.{path}"),
                    message,
                ));
            }
        }
    }
}

/// Value of a key of `[run]` that nobody sets.
pub(super) fn default_run(key: &str) -> Option<f64> {
    Some(match key {
        "start" => f64::from(Quarter::new(2025, 1).index()),
        "end" => f64::from(Quarter::new(2035, 4).index()),
        "replicates" => 200.0,
        "per_draw" => 4.0,
        "seed" => 1.0,
        "scale" => 0.005,
        _ => return None,
    })
}
