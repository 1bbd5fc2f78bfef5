//! Merges a chain of scenario texts and lays the result over the status quo: one way for
//! every command, so that the same file gives the same run everywhere.

use super::Scenario;
use super::chain::{Chain, chain, check_variant, merge};
use super::codes::SAME_NAME;
use super::diagnose::{Fault, Faults, Warnings};
use super::instruments;
use super::lay::lay;
use super::read::{Location, nowhere};
use super::walk::{Layer, set_text, walk};
use crate::base::bound::Bound;
use crate::evidence::Evidence;
use crate::policy::Settings;
use std::path::Path;

/// Where each value of a resolved scenario was written: path and `FILE:LINE`.
pub type Origins = Vec<(String, String)>;

/// A scenario with where its values come from and what is odd about it.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The scenario.
    pub scenario: Scenario,
    /// `FILE:LINE` of each value.
    pub origins: Origins,
    /// Warnings.
    pub warnings: Warnings,
    /// Texts read, as named: the scenario first, then what it extends.
    pub files: Vec<String>,
}

/// Reads one scenario with the `--set PATH=VALUE` laid over it.
///
/// # Errors
/// Every fault of the file, of those it extends, and of `sets`.
pub fn resolve(
    file: &Path,
    sets: &[String],
    evidence: &Evidence,
) -> Result<(Scenario, Warnings), Faults> {
    resolve_all(file, &[], sets, evidence).map(|mut all| {
        let first = all.remove(0);
        (first.scenario, first.warnings)
    })
}

/// Reads a baseline and its variants, which take `[run]` and `[assumptions]` from the baseline;
/// the first of the result is the baseline.
///
/// # Errors
/// Every fault of all files, and variants that differ in what must be the same.
pub fn resolve_all(
    base: &Path,
    variants: &[&Path],
    sets: &[String],
    evidence: &Evidence,
) -> Result<Vec<Resolved>, Faults> {
    resolve_paths(base, variants, sets, evidence, &levers(), false)
}

/// [`resolve_all`] with each variant laid over all before it, in the order given.
///
/// # Errors
/// As [`resolve_all`].
pub fn resolve_stack(
    base: &Path,
    variants: &[&Path],
    sets: &[String],
    evidence: &Evidence,
) -> Result<Vec<Resolved>, Faults> {
    resolve_paths(base, variants, sets, evidence, &levers(), true)
}

/// Paths of all levers, in the order of the settings.
fn levers() -> Vec<&'static str> {
    let mut paths = Vec::new();
    Settings::paths(&mut paths);
    paths
}

/// [`resolve_all`] for a given order of levers.
pub(super) fn resolve_paths(
    base: &Path,
    variants: &[&Path],
    sets: &[String],
    evidence: &Evidence,
    paths: &[&str],
    stack: bool,
) -> Result<Vec<Resolved>, Faults> {
    let instruments = instruments::of(evidence);
    let mut faults = Faults::default();
    let mut over = Layer::default();
    for set in sets {
        match set_text(set, evidence, &instruments) {
            Ok(source) => over = merge(over, &walk(&source, evidence, &instruments, &mut faults)),
            Err(fault) => faults.push(fault),
        }
    }
    let read = |file: &Path, faults: &mut Faults| {
        chain(Location::parse(file), &over, evidence, &instruments, faults)
    };
    let base = read(base, &mut faults);
    let mut all: Vec<Chain> = vec![];
    for variant in variants {
        let mut variant = read(variant, &mut faults);
        check_variant(&base, &variant, &mut faults);
        variant.merged.run = base.merged.run.clone();
        variant.merged.assumptions = base.merged.assumptions.clone();
        if let (true, Some(before)) = (stack, all.last()) {
            let (meta, name) = (variant.merged.meta.clone(), variant.merged.name.clone());
            variant.merged = merge(before.merged.clone(), &variant.merged);
            variant.merged.meta = meta;
            variant.merged.name = name;
        }
        all.push(variant);
    }
    all.insert(0, base);
    let mut resolved = Vec::new();
    for chain in &all {
        resolved.push(lay(chain, evidence, &instruments, paths, &mut faults));
    }
    names_differ(&all, &resolved, &mut faults);
    if faults.is_empty() {
        Ok(resolved)
    } else {
        Err(faults.in_order())
    }
}

/// Results are kept by name, so no two scenarios of a comparison may share one.
fn names_differ(all: &[Chain], resolved: &[Resolved], faults: &mut Faults) {
    for (n, one) in resolved.iter().enumerate() {
        if let Some(k) = (0..n).find(|&k| resolved[k].scenario.meta.name == one.scenario.meta.name)
        {
            let name = &one.scenario.meta.name;
            let (a, b) = (all[k].location.name(), all[n].location.name());
            let place = all[n]
                .merged
                .name
                .as_ref()
                .map_or_else(|| nowhere(&b), |name| name.place.clone());
            faults.push(Fault::new(
                SAME_NAME,
                place,
                "meta.name",
                format!("`{a}` and `{b}` are both named `{name}`"),
            ));
        }
    }
}
