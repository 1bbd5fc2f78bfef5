//! What one entry of each evidence file holds.

use super::Label;
use crate::base::{math, stats};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A source document.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Id.
    pub id: String,
    /// Authors.
    pub author: String,
    /// Title.
    pub title: String,
    /// Name of the file that keeps its text.
    pub file: String,
}

/// A figure printed in a source document.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Id.
    pub id: String,
    /// Value in `unit`.
    pub value: f64,
    /// Unit.
    pub unit: String,
    /// Year or date it holds for.
    pub period: String,
    /// What it covers.
    pub scope: String,
    /// Id of the source document.
    pub document: String,
    /// Place in the document.
    pub locator: String,
    /// What it is used for.
    pub kind: String,
    /// `exact`, `at_least`, `at_most` or `about`.
    pub qualifier: String,
    /// The figure as printed.
    pub as_printed: String,
    /// Remarks.
    #[serde(default)]
    pub note: String,
}

/// A policy instrument named in a source document.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    /// Id.
    pub id: String,
    /// English name.
    pub name_en: String,
    /// Chinese name.
    pub name_zh: String,
    /// Family of instruments.
    pub family: String,
    /// Whom it acts on.
    pub actor: String,
    /// `in_force`, `pilot`, `proposed`, `friction`, `external_shock` or `foreign_practice`.
    pub status: String,
    /// What it changes for the actor.
    pub changes: String,
    /// Id of the source document.
    pub document: String,
    /// Place in the document.
    pub locator: String,
    /// Other documents that name it.
    #[serde(default)]
    pub also_in: Vec<String>,
    /// Whether the document gives a size.
    #[serde(default)]
    pub quantified: String,
    /// Facts that give its size.
    #[serde(default)]
    pub fact_ids: Vec<String>,
    /// Why it sets no lever; empty where it sets one.
    #[serde(default)]
    pub reason: String,
    /// Lever values at full intensity, by path.
    #[serde(default)]
    pub sets: BTreeMap<String, f64>,
    /// What those values rest on; empty where it sets none.
    #[serde(default)]
    pub basis: String,
    /// Whether a scenario can run it.
    #[serde(default)]
    pub executable: bool,
}

/// A dated policy setting.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Id.
    pub id: String,
    /// What is set.
    pub setting: String,
    /// Values, one or several as `setting` lists them.
    pub value: Vec<f64>,
    /// Unit.
    pub unit: String,
    /// First day it holds.
    pub from: String,
    /// Last day it holds; none where no end is set.
    #[serde(default)]
    pub until: Option<String>,
    /// Whom it covers.
    #[serde(default)]
    pub scope: String,
    /// Source.
    pub source: String,
    /// S seen, D derived, G general knowledge.
    pub mark: String,
    /// Remarks.
    #[serde(default)]
    pub note: String,
}

/// A projection; the year `all` stands for one value of every year.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Projection {
    /// Id.
    pub id: String,
    /// Unit.
    pub unit: String,
    /// Low case by year.
    pub low: BTreeMap<String, f64>,
    /// Central case by year.
    pub central: BTreeMap<String, f64>,
    /// High case by year.
    pub high: BTreeMap<String, f64>,
    /// S seen, D derived, G general knowledge.
    pub mark: String,
    /// Source.
    pub source: String,
    /// Remarks.
    #[serde(default)]
    pub note: String,
}

/// How a population is composed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    /// Id.
    pub id: String,
    /// Unit.
    pub unit: String,
    /// Values by part.
    pub values: BTreeMap<String, Vec<f64>>,
    /// Shares by part \[%\], where given.
    #[serde(default)]
    pub share_percent: BTreeMap<String, f64>,
    /// Marks by part.
    pub marks: BTreeMap<String, String>,
    /// Source.
    pub source: String,
    /// Remarks.
    #[serde(default)]
    pub note: String,
}

/// An estimate or count from the literature.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// Id.
    pub id: String,
    /// The quantity.
    pub quantity: String,
    /// Low, central and high, or the finding, as found.
    pub as_given: Vec<String>,
    /// Low value.
    #[serde(default)]
    pub low: Option<f64>,
    /// Central value.
    #[serde(default)]
    pub central: Option<f64>,
    /// High value.
    #[serde(default)]
    pub high: Option<f64>,
    /// Source.
    pub source: String,
    /// S seen, D derived, G general knowledge.
    pub marks: Vec<String>,
}

/// A disagreement between documents.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// Id.
    pub id: String,
    /// What the documents say.
    pub conflict: String,
    /// What is used.
    pub choice: String,
    /// Why.
    pub reason: String,
}

/// What of a yearly series a pattern compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Mean of the years.
    Level,
    /// Growth between the first year and the last \[% a year\].
    Growth,
}

/// A figure of the record that the model does not take as input and is judged by.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Id.
    pub id: String,
    /// Label in English and Chinese.
    pub label: Label,
    /// Id of the observed series.
    pub series: String,
    /// What is compared.
    pub measure: Measure,
    /// First year.
    pub from: i32,
    /// Last year.
    pub to: i32,
    /// How far the model may lie off: percent of an observed level, points of growth.
    pub tolerance: f64,
    /// Whether parameters were fitted to it.
    pub used_in_fit: bool,
    /// Which assumption was set with it in view; empty where none was.
    #[serde(default)]
    pub seen: String,
    /// Remarks.
    #[serde(default)]
    pub note: String,
}

impl Pattern {
    /// What `measure` makes of a series that has `value` in a year; `None` where it has none in a
    /// year that is needed.
    ///
    /// Example: growth of a series that doubles in ten years: 7.2.
    pub fn of(&self, value: impl Fn(i32) -> Option<f64>) -> Option<f64> {
        match self.measure {
            Measure::Level => {
                let values: Option<Vec<f64>> = (self.from..=self.to).map(value).collect();
                let values = values.filter(|values| !values.is_empty())?;
                Some(stats::mean(&values))
            }
            Measure::Growth => {
                let years = f64::from(self.to - self.from);
                let (first, last) = (value(self.from)?, value(self.to)?);
                let rises = first > 0.0 && last > 0.0 && years > 0.0;
                rises.then(|| 100.0 * (math::exp(math::ln(last / first) / years) - 1.0))
            }
        }
    }

    /// Lowest and highest value inside, where this is observed.
    pub fn range(&self, observed: f64) -> [f64; 2] {
        let off = match self.measure {
            Measure::Level => observed * self.tolerance / 100.0,
            Measure::Growth => self.tolerance,
        };
        [observed - off, observed + off]
    }
}
