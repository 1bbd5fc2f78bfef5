//! Which figure of the model answers to a published yearly series?

use super::Record;
use crate::base::time::Quarter;
use crate::model::world::WARM_UP;

/// How a year comes of its quarters.
#[derive(Clone, Copy)]
enum Year {
    /// Yearly rates: their mean.
    Mean,
    /// What happened in each quarter: their sum.
    Sum,
    /// A stock: that at the end.
    End,
}

/// One quarter of a series in its published unit.
type Quarterly = fn(&Record, usize) -> f64;

const TO_BN: f64 = 1e-3; // derived: million to billion
const TO_THOUSAND: f64 = 1e-3; // derived: units to thousands
const TO_MILLION: f64 = 1e-6; // derived: units to millions
const PERCENT: f64 = 100.0; // derived: share to percent

/// Series of the evidence base that the model gives too, by id, in the unit of the series.
const PUBLISHED: &[(&str, Year, Quarterly)] = &[
    ("rd_total", Year::Mean, |r, t| {
        let public = r.rd_universities[t] + r.rd_institutes[t] + r.rd_others[t];
        (r.rd_reported[t] + public) * TO_BN
    }),
    ("rd_enterprise", Year::Mean, |r, t| r.rd_reported[t] * TO_BN),
    ("rd_personnel_fte", Year::Mean, |r, t| {
        r.researchers[t] * TO_MILLION
    }),
    ("rd_cost_per_fte", Year::Mean, |r, t| {
        r.cost_per_researcher[t] / TO_THOUSAND
    }),
    ("hnte_count", Year::End, |r, t| r.hightech[t] * TO_THOUSAND),
    ("tech_sme_count", Year::End, |r, t| {
        r.tech_sme[t] * TO_THOUSAND
    }),
    ("superded_claimants", Year::End, |r, t| {
        r.claimants[t] * TO_THOUSAND
    }),
    ("superded_tax_relief", Year::Mean, |r, t| {
        r.relief_at_standard[t] * TO_BN
    }),
    ("tech_contracts", Year::Mean, |r, t| r.market_contracts[t]),
    ("tech_market_value", Year::Mean, |r, t| {
        r.market_value[t] * TO_BN
    }),
    ("transfer3_count", Year::Sum, |r, t| r.contracts[t]),
    ("transfer3_value", Year::Sum, |r, t| {
        r.contract_value[t] * TO_BN
    }),
    ("transfer6_count", Year::Sum, |r, t| {
        (r.contracts[t] + r.research_contracts[t]) * TO_THOUSAND
    }),
    ("transfer6_value", Year::Sum, |r, t| {
        (r.contract_value[t] + r.research_contract_value[t]) * TO_BN
    }),
    ("invention_grants", Year::Sum, |r, t| {
        r.grants[t] * TO_THOUSAND
    }),
    ("techsme_borrowing_share", Year::End, |r, t| {
        r.borrowers[t] * PERCENT
    }),
    ("equity_invested", Year::Mean, |r, t| {
        r.equity_invested[t] * TO_BN
    }),
];

/// Whether the model gives the series of that id.
pub fn is_published(series: &str) -> bool {
    PUBLISHED.iter().any(|(id, ..)| *id == series)
}

/// The value of a year in the unit of the series; `None` for a series that the model does not
/// give, or a year that `record`, which begins with the warm-up, does not hold whole.
pub fn published(record: &Record, series: &str, year: i32) -> Option<f64> {
    let (_, kind, quarter) = PUBLISHED.iter().find(|(id, ..)| *id == series)?;
    let first = usize::try_from(Quarter::new(year, 1).since(WARM_UP)).ok()?;
    let last = first + 3; // derived: four quarters
    if last >= record.len() {
        return None;
    }
    let sum: f64 = (first..=last).map(|t| quarter(record, t)).sum();
    Some(match kind {
        Year::Mean => sum / 4.0, // derived: quarters a year
        Year::Sum => sum,
        Year::End => quarter(record, last),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::observe::Reading;

    #[test]
    fn years_come_of_their_quarters() {
        let mut record = Record::default();
        for t in 0..11 {
            record.push(Reading {
                rd_reported: 1000.0 * f64::from(t),
                grants: 1000.0 * f64::from(t),
                hightech: 1000.0 * f64::from(t),
                ..Reading::default()
            });
        }
        let of = |series, year| published(&record, series, year);
        // quarters 4 to 7 are those of the second year
        assert_eq!(of("rd_enterprise", 2014), Some(5.5));
        assert_eq!(of("invention_grants", 2014), Some(22.0));
        assert_eq!(of("hnte_count", 2014), Some(7.0));
        // before the record, a year cut short, a series of nobody
        assert_eq!(of("rd_enterprise", 2012), None);
        assert_eq!(of("rd_enterprise", 2015), None);
        assert_eq!(of("gdp", 2014), None);
    }

    #[test]
    fn each_pattern_of_the_evidence_has_its_figure() {
        let evidence = crate::evidence::Evidence::embedded().expect("evidence");
        assert!(!evidence.patterns.is_empty());
        for pattern in &evidence.patterns {
            assert!(is_published(&pattern.series), "{}", pattern.id);
        }
        for (id, ..) in PUBLISHED {
            let judged = evidence.patterns.iter().any(|p| p.series == *id);
            assert!(judged, "{id} is given and judged by nothing");
        }
    }
}
