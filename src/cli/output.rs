//! Turns results into what stands on stdout: a table, one sentence, JSON or CSV.

use comfy_table::{Table, presets};
use serde_json::{Value, json};

use super::{Problem, codes};
use crate::experiment::compare::{Comparison, Difference, Warning, best, warnings};
use crate::report::files::{cell, statistics};
use crate::report::format::{UNDEFINED, brief, brief_signed, percent};
use crate::report::results::Results;

/// A number with three significant digits; a dash where there is none.
fn number(value: Option<f64>) -> String {
    value.map_or_else(|| UNDEFINED.to_owned(), brief)
}

fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(head);
    table
}

/// A number, or null where it is undefined.
fn defined(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Places of the metrics to show: those named, or business R&D and industrialised inventions.
///
/// # Errors
/// The name that is unknown.
pub fn chosen(results: &Results, names: &[String]) -> Result<Vec<usize>, String> {
    let place = |id: &str| results.metrics.iter().position(|column| column.id == id);
    if names.is_empty() {
        let usual: Vec<usize> = ["rd_business_real", "industrialised"]
            .into_iter()
            .filter_map(place)
            .collect();
        let first = || (0..results.metrics.len().min(1)).collect();
        return Ok(if usual.is_empty() { first() } else { usual });
    }
    names
        .iter()
        .map(|name| place(name).ok_or_else(|| name.clone()))
        .collect()
}

/// `compare` as text: a table a metric, a sentence, warnings.
pub fn compare_text(results: &Results, comparison: &Comparison, metrics: &[usize]) -> String {
    let [from, to] = &results.horizon;
    let name = |scenario: usize| results.scenarios[scenario].name.as_str();
    let cost = results
        .metrics
        .iter()
        .position(|column| column.id == "fiscal_cost");
    let mut out = String::new();
    for &metric in metrics {
        let column = &results.metrics[metric];
        out += &format!(
            "{} [{}], {from} to {to}, {} runs, difference from {}\n",
            column.label_en,
            column.unit,
            results.ensemble.runs.len(),
            name(0)
        );
        let mut rows = table(&[
            "variant",
            "effect",
            "± se",
            "p05",
            "p95",
            "fiscal cost",
            "cost per unit",
            "runs better",
            "correlation",
            "variance cut",
        ]);
        for variant in &comparison.variants {
            let one = &variant.metrics[metric];
            let spent = cost.map(|cost| variant.metrics[cost].mean);
            let clear = one.mean.abs() > 2.0 * one.se;
            let price = spent
                .filter(|_| clear && Some(metric) != cost)
                .map(|s| s / one.mean);
            rows.add_row([
                name(variant.scenario).to_owned(),
                brief_signed(one.mean),
                brief(one.se),
                brief_signed(one.quantiles[0]),
                brief_signed(one.quantiles[2]),
                spent.map_or_else(|| UNDEFINED.to_owned(), brief_signed),
                number(price),
                one.share_better
                    .map_or_else(|| UNDEFINED.to_owned(), percent),
                number(one.correlation),
                one.variance_reduction
                    .map_or_else(|| UNDEFINED.to_owned(), |v| format!("{}×", brief(v))),
            ]);
        }
        out += &format!("{rows}\n\n");
    }
    if let Some(&metric) = metrics.first() {
        out += &format!("{}\n", sentence(results, comparison, metric));
    }
    out
}

/// Which variant is best, by how much, how surely, over which years.
pub fn sentence(results: &Results, comparison: &Comparison, metric: usize) -> String {
    let column = &results.metrics[metric];
    let [from, to] = &results.horizon;
    let base = &results.scenarios[0].name;
    let Some(place) = best(comparison, metric, column.direction) else {
        return format!("There is no variant to compare with {base}.");
    };
    let one: &Difference = &comparison.variants[place].metrics[metric];
    let gain = match column.direction {
        crate::engine::Direction::Lower => -one.mean,
        _ => one.mean,
    };
    if gain <= 0.0 {
        return format!(
            "No variant does better than {base} in {} from {from} to {to}.",
            column.id
        );
    }
    format!(
        "{} changes {} most: {} {} against {base} from {from} to {to} (5–95 % of runs {} to {}, \
         standard error {}).",
        results.scenarios[comparison.variants[place].scenario].name,
        column.id,
        brief_signed(one.mean),
        column.unit,
        brief_signed(one.quantiles[0]),
        brief_signed(one.quantiles[2]),
        brief(one.se),
    )
}

/// Warnings of a comparison, in words.
pub fn warning_lines(results: &Results, comparison: &Comparison, metric: usize) -> Vec<Problem> {
    let name = |scenario: usize| &results.scenarios[scenario].name;
    let runs = results.ensemble.runs.len();
    let say = |warning: &Warning| match *warning {
        Warning::Overlap { best, next } => Problem::new(
            codes::OVERLAP,
            format!(
                "{} and {} cannot be told apart: intervals overlap",
                name(best),
                name(next)
            ),
        ),
        Warning::TooFewRuns {
            scenario,
            half_width,
            needed,
        } => Problem::new(
            codes::TOO_FEW_RUNS,
            format!(
                "{}: the effect is known to ±{:.0} % only; about {needed:.0} runs would give ±10 %",
                name(scenario),
                100.0 * half_width
            ),
        ),
        Warning::NothingMoved { scenario, twin } => {
            let how = if twin { "at all" } else { "beyond noise" };
            let message = format!("{}: no metric moved {how}", name(scenario));
            Problem::new(codes::NOTHING_MOVED, message)
        }
    };
    warnings(comparison, metric, results.metrics[metric].direction, runs)
        .iter()
        .map(say)
        .collect()
}

/// `compare --format json`.
pub fn compare_json(results: &Results, comparison: &Comparison) -> Value {
    let metric = |one: &Difference| {
        let column = &results.metrics[one.metric];
        let [p05, p50, p95] = one.quantiles;
        json!({
            "id": column.id, "unit": column.unit,
            "baseline": one.baseline, "variant": one.variant,
            "difference": { "mean": one.mean, "se": defined(one.se), "p05": p05, "p50": p50,
                "p95": p95, "share_better": one.share_better },
            "correlation": one.correlation, "variance_reduction": one.variance_reduction,
        })
    };
    let variants: Vec<Value> = comparison
        .variants
        .iter()
        .map(|variant| {
            json!({
                "name": results.scenarios[variant.scenario].name,
                "per_fiscal_yuan": variant.per_fiscal_yuan.map(|(ratio, _)| ratio),
                "metrics": variant.metrics.iter().map(metric).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "baseline": results.scenarios[0].name, "replicates": results.ensemble.runs.len(),
        "seed": results.seed, "variants": variants })
}

/// `run --format json`: every metric with its statistics.
pub fn run_json(results: &Results) -> Value {
    let metrics: Vec<Value> = results
        .metrics
        .iter()
        .enumerate()
        .map(|(place, column)| {
            let mut entry = json!({ "id": column.id, "unit": column.unit });
            for (name, value) in statistics(&values(results, place), &results.draws()) {
                entry[name] = json!(value);
            }
            entry
        })
        .collect();
    json!({ "scenario": results.scenarios[0].name, "replicates": results.ensemble.runs.len(),
        "seed": results.seed, "metrics": metrics })
}

/// Header and rows of `run --format csv`: a row a metric and statistic.
pub fn run_rows(results: &Results) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let mut rows = Vec::new();
    for (place, column) in results.metrics.iter().enumerate() {
        for (name, value) in statistics(&values(results, place), &results.draws()) {
            let (id, unit) = (column.id.clone(), column.unit.clone());
            rows.push(vec![id, unit, name.to_owned(), cell(value)]);
        }
    }
    (vec!["metric", "unit", "statistic", "value"], rows)
}

/// Header and rows of `compare --format csv`: a row a variant and metric.
pub fn compare_rows(
    results: &Results,
    comparison: &Comparison,
) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let header = vec![
        "variant",
        "metric",
        "unit",
        "baseline",
        "variant_mean",
        "mean",
        "se",
        "p05",
        "p50",
        "p95",
        "share_better",
        "correlation",
        "variance_reduction",
    ];
    let mut rows = Vec::new();
    for variant in &comparison.variants {
        let name = &results.scenarios[variant.scenario].name;
        for one in &variant.metrics {
            let column = &results.metrics[one.metric];
            let [p05, p50, p95] = one.quantiles;
            let numbers = [one.baseline, one.variant, one.mean, one.se, p05, p50, p95]
                .map(Some)
                .into_iter()
                .chain([one.share_better, one.correlation, one.variance_reduction]);
            let names = [name.clone(), column.id.clone(), column.unit.clone()];
            rows.push(names.into_iter().chain(numbers.map(cell)).collect());
        }
    }
    (header, rows)
}

/// One value a run of a metric of the first scenario.
fn values(results: &Results, place: usize) -> Vec<f64> {
    results.ensemble.outcomes[0]
        .iter()
        .map(|one| one.metrics[place])
        .collect()
}

/// `run` as text: mean, 5, 50, 95 % points and standard error of every metric.
pub fn run_text(results: &Results) -> String {
    let [from, to] = &results.horizon;
    let runs = results.ensemble.runs.len();
    let mut out = format!(
        "{}, {from} to {to}, {runs} runs\n",
        results.scenarios[0].name
    );
    let mut rows = table(&["metric", "unit", "mean", "± se", "p05", "p50", "p95"]);
    for (place, column) in results.metrics.iter().enumerate() {
        let cells =
            statistics(&values(results, place), &results.draws()).map(|(_, value)| number(value));
        rows.add_row(
            [column.id.clone(), column.unit.clone()]
                .into_iter()
                .chain(cells),
        );
    }
    out += &format!("{rows}\n");
    out
}
