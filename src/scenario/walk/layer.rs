//! What one scenario text says, each value with its place.

use crate::base::time::Quarter;
use crate::evidence::Distribution;
use crate::policy::Rule;
use crate::scenario::{Meta, Place};
use std::collections::BTreeMap;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct At<T> {
    pub(in crate::scenario) value: T,
    pub(in crate::scenario) place: Place,
}

/// A dated value as written.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct RawEntry {
    pub(in crate::scenario) announced: Option<At<Quarter>>,
    pub(in crate::scenario) from: Option<At<Quarter>>,
    pub(in crate::scenario) until: Option<At<Quarter>>,
    pub(in crate::scenario) value: f64,
    pub(in crate::scenario) ramp: u32,
    pub(in crate::scenario) place: Place,
}

/// A shock as written.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct RawShock {
    pub(in crate::scenario) from: At<Quarter>,
    pub(in crate::scenario) until: Option<At<Quarter>>,
    pub(in crate::scenario) set: BTreeMap<String, At<f64>>,
}

/// A rule as written.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct RawRule {
    pub(in crate::scenario) indicator: String,
    pub(in crate::scenario) above: bool,
    pub(in crate::scenario) bound: f64,
    pub(in crate::scenario) lasts: u32,
    pub(in crate::scenario) lag: u32,
    pub(in crate::scenario) then: BTreeMap<String, At<f64>>,
}

impl RawRule {
    /// The rule without its places.
    pub(in crate::scenario) fn rule(&self) -> Rule {
        Rule {
            indicator: self.indicator.clone(),
            above: self.above,
            bound: self.bound,
            lasts: self.lasts,
            lag: self.lag,
            then: self
                .then
                .iter()
                .map(|(path, at)| (path.clone(), at.value))
                .collect(),
        }
    }
}

/// What one text says.
#[derive(Clone, Debug, Default)]
pub(in crate::scenario) struct Layer {
    pub(in crate::scenario) extends: Option<At<String>>,
    pub(in crate::scenario) meta: Meta,
    pub(in crate::scenario) name: Option<At<String>>,
    pub(in crate::scenario) run: BTreeMap<String, At<f64>>,
    pub(in crate::scenario) policy: BTreeMap<String, Vec<RawEntry>>,
    pub(in crate::scenario) instruments: BTreeMap<String, Vec<RawEntry>>,
    pub(in crate::scenario) assumptions: BTreeMap<String, At<([f64; 3], Distribution)>>,
    pub(in crate::scenario) shocks: BTreeMap<String, RawShock>,
    pub(in crate::scenario) rules: Vec<RawRule>,
}
