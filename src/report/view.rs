//! Looks results up for the page: names, order, units, columns, runs.

use super::format::{self, Unit};
use super::labels::{Label, Language};
use super::results::{Column, Results};
use crate::base::stats;
use crate::engine::Direction;
use crate::experiment::compare::{Comparison, Difference, VariantComparison};
use crate::experiment::statistics;

/// Headline metrics shown first, in order.
const MAIN: [&str; 4] = [
    "industrialised",
    "conversion_rate",
    "rd_business_real",
    "fiscal_cost",
];

/// Results with all that the sections look up in them.
pub(crate) struct View<'a> {
    pub(crate) results: &'a Results,
    pub(crate) comparison: &'a Comparison,
    pub(crate) language: Language,
    /// Main metrics.
    pub(crate) main: Vec<usize>,
    /// Positions in `comparison.variants`, best first.
    pub(crate) order: Vec<usize>,
}

impl<'a> View<'a> {
    pub(crate) fn new(
        results: &'a Results,
        comparison: &'a Comparison,
        language: Language,
    ) -> Self {
        let mut main: Vec<usize> = MAIN
            .iter()
            .filter_map(|id| results.metrics.iter().position(|column| column.id == *id))
            .collect();
        if main.is_empty() {
            main = (0..results.metrics.len().min(MAIN.len())).collect();
        }
        let mut view = Self {
            results,
            comparison,
            language,
            main,
            order: (0..comparison.variants.len()).collect(),
        };
        if let Some(&first) = view.main.first() {
            let gain = |v: usize| {
                let gain = view.gain(&comparison.variants[v], first);
                if gain.is_finite() {
                    gain
                } else {
                    f64::NEG_INFINITY
                }
            };
            let mut order = view.order.clone();
            order.sort_by(|&a, &b| gain(b).total_cmp(&gain(a)).then(a.cmp(&b)));
            view.order = order;
        }
        view
    }

    pub(crate) fn text(&self, label: Label) -> &'static str {
        label.text(self.language)
    }

    pub(crate) fn with(&self, label: Label, parts: &[&str]) -> String {
        label.with(self.language, parts)
    }

    /// A share as per cent, in the manner of the language.
    pub(crate) fn percent(&self, share: f64) -> String {
        let text = format::percent(share);
        if self.language == Language::Chinese {
            text.replace(' ', "")
        } else {
            text
        }
    }

    /// Variants, best first.
    pub(crate) fn variants(&self) -> impl Iterator<Item = &'a VariantComparison> {
        let variants = &self.comparison.variants;
        self.order.clone().into_iter().map(move |v| &variants[v])
    }

    /// Title of a scenario, its name where it has none.
    pub(crate) fn name(&self, scenario: usize) -> String {
        let Some(scenario) = self.results.scenarios.get(scenario) else {
            return format::UNDEFINED.to_owned();
        };
        let chinese = self.language == Language::Chinese && !scenario.title_zh.is_empty();
        let title = if chinese {
            &scenario.title_zh
        } else {
            &scenario.title
        };
        if title.is_empty() {
            scenario.name.clone()
        } else {
            title.clone()
        }
    }

    /// Title with the variant's number before it, as in all tables and figures.
    pub(crate) fn numbered(&self, scenario: usize) -> String {
        format!("{scenario}  {}", self.name(scenario))
    }

    pub(crate) fn label(&self, column: &Column) -> String {
        let label = match self.language {
            Language::English => &column.label_en,
            Language::Chinese => &column.label_zh,
        };
        if label.is_empty() {
            column.id.clone()
        } else {
            label.clone()
        }
    }

    /// Values of a metric by run in the unit in which it is shown.
    pub(crate) fn shown(&self, scenario: usize, metric: usize) -> Vec<f64> {
        let factor = self.unit(&self.results.metrics[metric]).factor;
        let levels = self.levels(scenario, metric);
        levels.iter().map(|value| value * factor).collect()
    }

    /// Definition of a column, one sentence.
    pub(crate) fn definition(&self, column: &Column) -> String {
        match self.language {
            Language::Chinese => super::definitions::chinese(&column.id),
            Language::English => None,
        }
        .unwrap_or(&column.definition)
        .to_owned()
    }

    /// Label with the mark of results that hang on assumptions.
    pub(crate) fn marked(&self, column: &Column) -> String {
        let driven = self
            .results
            .assumption_driven
            .iter()
            .any(|(id, _, _)| *id == column.id);
        format!("{}{}", self.label(column), if driven { " †" } else { "" })
    }

    pub(crate) fn unit(&self, column: &Column) -> Unit {
        format::unit(&column.unit, self.language)
    }

    pub(crate) fn horizon(&self) -> String {
        let [from, to] = &self.results.horizon;
        self.with(Label::HorizonRange, &[from, to])
    }

    pub(crate) fn runs(&self) -> usize {
        self.results.ensemble.outcomes.first().map_or(0, Vec::len)
    }

    /// A headline metric of all runs of a scenario.
    pub(crate) fn levels(&self, scenario: usize, metric: usize) -> Vec<f64> {
        self.column(scenario, |outcome| outcome.metrics.get(metric))
    }

    /// A detail metric of all runs of a scenario.
    pub(crate) fn detail_levels(&self, scenario: usize, detail: usize) -> Vec<f64> {
        self.column(scenario, |outcome| outcome.details.get(detail))
    }

    fn column(
        &self,
        scenario: usize,
        pick: impl Fn(&crate::engine::Outcome) -> Option<&f64>,
    ) -> Vec<f64> {
        let runs = self.results.ensemble.outcomes.get(scenario);
        runs.into_iter()
            .flatten()
            .map(|run| pick(run).copied().unwrap_or(f64::NAN))
            .collect()
    }

    /// Paired differences of a headline metric by run.
    pub(crate) fn differences(&self, scenario: usize, metric: usize) -> Vec<f64> {
        let base = self.levels(0, metric);
        let variant = self.levels(scenario, metric);
        base.iter()
            .zip(&variant)
            .map(|(base, variant)| variant - base)
            .collect()
    }

    pub(crate) fn metric(&self, id: &str) -> Option<usize> {
        self.results
            .metrics
            .iter()
            .position(|column| column.id == id)
    }

    pub(crate) fn detail(&self, id: &str) -> Option<usize> {
        self.results
            .details
            .iter()
            .position(|column| column.id == id)
    }

    /// Mean difference in the direction that is better.
    pub(crate) fn gain(&self, variant: &VariantComparison, metric: usize) -> f64 {
        let sign = match self.results.metrics[metric].direction {
            Direction::Lower => -1.0,
            Direction::Higher | Direction::Neutral => 1.0,
        };
        difference(variant, metric).map_or(f64::NAN, |found| sign * found.mean)
    }

    /// Monte Carlo error of a mean over runs, clustered by parameter draw.
    pub(crate) fn standard_error(&self, values: &[f64]) -> f64 {
        statistics::standard_error(values, &self.results.draws())
    }
}

/// The difference of a headline metric.
pub(crate) fn difference(variant: &VariantComparison, metric: usize) -> Option<&Difference> {
    variant.metrics.iter().find(|found| found.metric == metric)
}

/// Mean over runs; not a number of nothing, which is shown as undefined.
pub(crate) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    stats::mean(values)
}

/// Quantile of the finite values; not a number of nothing.
pub(crate) fn quantile(values: &[f64], p: f64) -> f64 {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let mut sorted: Vec<f64> = finite.collect();
    if sorted.is_empty() {
        return f64::NAN;
    }
    sorted.sort_by(f64::total_cmp);
    stats::quantile(&sorted, p)
}
