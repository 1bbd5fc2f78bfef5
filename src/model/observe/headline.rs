//! Turns a run's readings into one number a metric.
//!
//! Flows are means per year, ratios are ratios of sums, stocks are means of the last four
//! quarters, cohort rates count cohorts disclosed long enough before the end. Money is billion
//! yuan at prices of 2020, counts are thousands.

use super::fiscal::{fiscal_cost, fiscal_net, is_relief};
use super::reading::Record;
use crate::base::math;
use crate::model::books::INSTRUMENTS;
use crate::model::funnel::FunnelState;
use crate::model::world::WARM_UP;

/// Quarters within which a use-motivated contract counts as conversion.
const CONVERSION_WINDOW: usize = 12; // derived: definition of the metric
/// Quarters within which industrialisation counts.
const INDUSTRIALISATION_WINDOW: usize = 24; // derived: definition of the metric

const THOUSAND: f64 = 1e3; // derived: mn to bn, units to thousands
const PERCENT: f64 = 100.0; // derived: share to percent
const PER_YEAR: f64 = 4.0; // derived: quarters a year

/// Readings `first..=last` of a record.
#[derive(Clone, Copy)]
struct Window<'a> {
    record: &'a Record,
    first: usize,
    last: usize,
}

impl Window<'_> {
    fn quarters(&self) -> f64 {
        (self.last + 1 - self.first) as f64
    }

    /// Sum over the window.
    fn sum(&self, column: &[f64]) -> f64 {
        column[self.first..=self.last].iter().sum()
    }

    /// Sum over the window at prices of 2020.
    fn real(&self, column: &[f64]) -> f64 {
        (self.first..=self.last)
            .map(|t| column[t] / self.record.price[t])
            .sum()
    }

    /// Mean of a yearly rate of money, bn at prices of 2020.
    fn rate(&self, column: &[f64]) -> f64 {
        self.real(column) / self.quarters() / THOUSAND
    }

    /// Mean per year of a count of each quarter, thousands.
    fn count(&self, column: &[f64]) -> f64 {
        self.sum(column) / self.quarters() * PER_YEAR / THOUSAND
    }

    /// Mean of the last four quarters.
    fn late(&self, column: &[f64]) -> f64 {
        let from = (self.last + 1).saturating_sub(4).max(self.first); // derived: four quarters
        let late = &column[from..=self.last];
        late.iter().sum::<f64>() / late.len() as f64
    }

    fn share(&self, top: &[f64], bottom: &[f64]) -> f64 {
        PERCENT * ratio(self.sum(top), self.sum(bottom))
    }
}

/// A ratio that is 0 where nothing is divided by nothing.
fn ratio(top: f64, bottom: f64) -> f64 {
    if top == 0.0 { 0.0 } else { top / bottom }
}

/// Headline metrics of a run over readings `first..=last`; `funnel` at the end, `duration` the
/// funnel's histogram of times at the start.
pub fn headline(
    record: &Record,
    first: usize,
    last: usize,
    funnel: &FunnelState,
    disclosed_by_cohort: &[f64],
    duration: &[f64],
) -> Vec<f64> {
    let w = Window {
        record,
        first,
        last,
    };
    let r = record;
    let public = w.rate(&r.rd_universities) + w.rate(&r.rd_institutes) + w.rate(&r.rd_others);
    let all_nominal = w.sum(&r.rd_reported)
        + w.sum(&r.rd_universities)
        + w.sum(&r.rd_institutes)
        + w.sum(&r.rd_others);
    let real_accrual = |f: fn(&[[f64; 2]; INSTRUMENTS]) -> f64| {
        (first..=last)
            .map(|t| f(&r.accrual[t].0) / r.price[t])
            .sum::<f64>()
            / w.quarters()
            * PER_YEAR
            / THOUSAND
    };
    let cost = real_accrual(fiscal_cost);
    let years = w.quarters() / PER_YEAR;
    let growth = (r.ln_productivity[last] - r.ln_productivity[first]) / math::max(years, 1.0);
    let real_price = |column: &[f64]| w.late(column) / w.late(&r.price) / THOUSAND;
    vec![
        w.rate(&r.rd_reported) + public,
        w.rate(&r.rd_real),
        w.rate(&r.rd_reported),
        w.rate(&r.rd_claimed),
        w.sum(&r.rd_volume) / w.quarters() / THOUSAND,
        PERCENT * ratio(all_nominal, w.sum(&r.gdp)),
        w.late(&r.doers) / THOUSAND,
        w.late(&r.claimants) / THOUSAND,
        w.late(&r.hightech) / THOUSAND,
        w.late(&r.researchers) / THOUSAND,
        w.count(&r.grants),
        w.count(&r.disclosures),
        w.count(&r.contracts),
        w.rate(&r.contract_value) * PER_YEAR,
        w.rate(&r.market_value),
        cohort_rate(
            disclosed_by_cohort,
            &funnel.dealt_within_12,
            first,
            last,
            CONVERSION_WINDOW,
        ),
        cohort_rate(
            disclosed_by_cohort,
            &funnel.industrialised_within_24,
            first,
            last,
            INDUSTRIALISATION_WINDOW,
        ),
        w.count(&r.industrialised),
        mean_duration(&funnel.duration, duration),
        w.share(&r.new_product_sales, &r.sales),
        PERCENT * growth,
        real_price(&r.tech_loans),
        PERCENT * w.late(&r.constrained),
        PERCENT * w.late(&r.non_performing),
        cost,
        real_accrual(fiscal_net),
        ratio(w.rate(&r.rd_real), cost),
        ratio(w.count(&r.industrialised) * THOUSAND, cost),
        w.share(&r.rd_small, &r.rd_real),
        PERCENT
            * ratio(
                w.sum(&r.relabelled),
                w.sum(&r.relabelled) + w.sum(&r.rd_real),
            ),
        w.share(&r.local_contracts, &r.contracts),
        w.count(&r.spin_offs),
        w.count(&r.incidents) * THOUSAND,
    ]
}

/// Share of the cohorts `first..=last − window` that has reached an event, percent; 0 where the
/// horizon is too short for any.
fn cohort_rate(
    disclosed: &[f64],
    reached: &[f64],
    first: usize,
    last: usize,
    window: usize,
) -> f64 {
    if first + window > last {
        return 0.0;
    }
    let cohorts = first..=last - window;
    let part = |column: &[f64]| column.get(cohorts.clone()).map_or(0.0, |c| c.iter().sum());
    PERCENT * ratio(part(reached), part(disclosed))
}

/// Mean quarters to industrialisation of what was industrialised since the start.
fn mean_duration(end: &[f64], start: &[f64]) -> f64 {
    let mut mass = 0.0;
    let mut weighted = 0.0;
    for (quarters, (after, before)) in end.iter().zip(start).enumerate() {
        mass += after - before;
        weighted += quarters as f64 * (after - before);
    }
    ratio(weighted, mass)
}

/// Values of the quarterly series at reading `t`.
pub fn series_value(record: &Record, t: usize, out: &mut Vec<f64>) {
    let r = record;
    let real = 1.0 / r.price[t] / THOUSAND;
    let public = r.rd_universities[t] + r.rd_institutes[t] + r.rd_others[t];
    let since = (t + 1).saturating_sub(4); // derived: four quarters
    let cost: f64 = (since..=t)
        .map(|k| fiscal_cost(&r.accrual[k].0) / r.price[k])
        .sum();
    out.extend([
        r.rd_real[t] * real,
        r.rd_reported[t] * real,
        PERCENT * (r.rd_reported[t] + public) / r.gdp[t],
        r.doers[t] / THOUSAND,
        r.researchers[t] / THOUSAND,
        r.grants[t] * PER_YEAR / THOUSAND,
        r.disclosures[t] * PER_YEAR / THOUSAND,
        r.contracts[t] * PER_YEAR / THOUSAND,
        r.industrialised[t] * PER_YEAR / THOUSAND,
        r.market_value[t] * real,
        r.tech_loans[t] * real,
        PERCENT * r.quota_used[t][0],
        PERCENT * r.quota_used[t][1],
        PERCENT * r.borrowers[t],
        r.equity_invested[t] * real,
        cost / THOUSAND,
    ]);
}

/// Values of the funnel and fiscal details over readings `first..=last`; the bands follow.
pub fn detail_values(record: &Record, first: usize, last: usize, out: &mut Vec<f64>) {
    let w = Window {
        record,
        first,
        last,
    };
    out.push(w.count(&record.disclosures));
    out.push(w.count(&record.funnel_entered));
    for stage in 0..3 {
        // derived: proof of concept, pilot, first sale
        let passed: f64 = (first..=last).map(|t| record.funnel_passed[t][stage]).sum();
        out.push(passed / w.quarters() * PER_YEAR / THOUSAND);
    }
    let mean = |f: &dyn Fn(&[[f64; 2]; INSTRUMENTS]) -> f64| {
        let sum: f64 = (first..=last)
            .map(|t| f(&record.accrual[t].0) / record.price[t])
            .sum();
        sum / w.quarters() * PER_YEAR / THOUSAND
    };
    for k in 0..INSTRUMENTS {
        for payer in 0..2 {
            out.push(mean(&|accrual| accrual[k][payer]));
        }
    }
    for payer in 0..2 {
        out.push(mean(&|accrual| {
            (0..INSTRUMENTS)
                .filter(|&k| !is_relief(k))
                .map(|k| accrual[k][payer])
                .sum()
        }));
    }
}

/// Index of the first reading of a quarter.
pub fn reading_index(quarter: crate::base::time::Quarter) -> usize {
    quarter.since(WARM_UP) as usize
}
