//! Drivers from outside the model, quarter by quarter: demand, prices, rates, budgets.

use crate::base::math::ln;
use crate::base::time::Quarter;
use crate::evidence::Evidence;

/// First quarter of the warm-up.
pub const WARM_UP: Quarter = Quarter::new(2013, 1);
/// First quarter of the recorded history that is judged.
pub const HISTORY: Quarter = Quarter::new(2015, 1);
/// Last quarter of recorded history.
pub const LAST_RECORDED: Quarter = Quarter::new(2024, 4);
/// Last quarter drivers reach.
pub const HORIZON: Quarter = Quarter::new(2035, 4);

/// Drivers of one quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WorldQuarter {
    /// Price level, mean of 2020 = 1.
    pub price: f64,
    /// Log growth of the price level this quarter.
    pub price_growth: f64,
    /// GDP, nominal \[bn/yr\].
    pub gdp: f64,
    /// Log growth of nominal sales of industry this quarter.
    pub industry_growth: f64,
    /// Log growth of nominal sales of services and small firms this quarter.
    pub services_growth: f64,
    /// Policy-linked one-year loan rate \[1/yr\].
    pub loan_rate: f64,
    /// Rate on loans to small firms \[1/yr\].
    pub sme_loan_rate: f64,
    /// Log growth of the technology-SME loan quota this quarter.
    pub loan_quota_growth: f64,
    /// Money raised by venture and equity funds \[bn/yr\]; the last recorded year goes on.
    pub equity_raised: f64,
    /// Public science and technology money \[bn/yr\].
    pub fiscal_science: f64,
    /// Share of it that local governments pay.
    pub local_share: f64,
    /// Appropriations to universities for R&D \[bn/yr\].
    pub appropriation_universities: f64,
    /// Appropriations to public institutes for R&D \[bn/yr\].
    pub appropriation_institutes: f64,
    /// R&D of other public performers \[bn/yr\].
    pub other_performers: f64,
    /// New graduates entering research a year, over the researcher stock \[1/yr\].
    pub graduates: f64,
    /// Patent examiners \[thousand\].
    pub examiners: f64,
    /// Cases one examiner closes a year.
    pub cases_per_examiner: f64,
    /// Foreign invention filings \[thousand/yr\].
    pub foreign_filings: f64,
    /// Log growth of the world frontier's productivity this quarter.
    pub frontier_growth: f64,
    /// Imported share of R&D inputs and key parts.
    pub import_share: f64,
    /// Exported share of sales.
    pub export_share: f64,
    /// Log growth of eligible technology trade (software, engineering, R&D services) this quarter.
    pub trade_growth: f64,
}

/// Drivers of every quarter from [`WARM_UP`] to [`HORIZON`].
#[derive(Clone, Debug)]
pub struct Drivers {
    /// By quarter since [`WARM_UP`].
    pub quarters: Vec<WorldQuarter>,
}

/// First and last year of the drivers.
const YEARS: (i32, i32) = (2013, 2035);

/// Yearly values of a series with a line between the years given and the end values held.
fn line(evidence: &Evidence, id: &str) -> Result<impl Fn(i32) -> f64 + use<>, String> {
    let series = evidence
        .series(id)
        .filter(|series| !series.values.is_empty())
        .ok_or_else(|| format!("driver series `{id}` is missing"))?;
    let points: Vec<(i32, f64)> = series.values.iter().map(|(&y, &v)| (y, v)).collect();
    Ok(move |year: i32| {
        let after = points.partition_point(|&(y, _)| y <= year);
        if after == 0 {
            return points[0].1;
        }
        let (y0, v0) = points[after - 1];
        match points.get(after) {
            None => v0,
            Some(&(y1, v1)) => v0 + (v1 - v0) * f64::from(year - y0) / f64::from(y1 - y0),
        }
    })
}

/// Yearly values on record, then the central projection, whose id is `ID.central`.
fn recorded_then(
    evidence: &Evidence,
    id: &str,
    projection: &str,
) -> Result<impl Fn(i32) -> f64 + use<>, String> {
    let record = line(evidence, id)?;
    let last = LAST_RECORDED.year();
    let path = line(evidence, &format!("{projection}.central"))?;
    Ok(move |year: i32| {
        if year > last {
            path(year)
        } else {
            record(year)
        }
    })
}

/// Yearly levels from growth in percent: `level(y) = level(y − 1)(1 + g(y)/100)`, with
/// `base` in `base_year`; years run from 2012 to 2036.
fn chain(growth: impl Fn(i32) -> f64, base_year: i32, base: f64) -> Vec<f64> {
    let first = YEARS.0 - 1;
    let mut levels = vec![1.0];
    for year in YEARS.0..=YEARS.1 + 1 {
        let last = levels[levels.len() - 1];
        levels.push(last * (1.0 + growth(year) / 100.0)); // derived: percent
    }
    let scale = base / levels[(base_year - first) as usize];
    levels.iter().map(|level| level * scale).collect()
}

/// Level in quarter `k` (1 to 4) of a year with yearly means `before`, `mean`, `after`:
/// `mean + (after − before)/2 · (k − 2.5)/4`, so that the four quarters average `mean`.
///
/// With means 1, 2, 3: 1.625, 1.875, 2.125, 2.375.
pub fn quarter_level(before: f64, mean: f64, after: f64, k: i32) -> f64 {
    mean + 0.5 * (after - before) * (f64::from(k) - 2.5) / 4.0 // derived: middle and number of quarters
}

/// Level of a chained series (2012 to 2036) in a quarter.
fn level_at(levels: &[f64], quarter: Quarter) -> f64 {
    let i = (quarter.year() - YEARS.0 + 1) as usize;
    quarter_level(levels[i - 1], levels[i], levels[i + 1], quarter.of_year())
}

/// Log growth of a chained series this quarter; in the first quarter that of the next.
fn growth_at(levels: &[f64], quarter: Quarter) -> f64 {
    let quarter = if quarter == WARM_UP {
        quarter.next()
    } else {
        quarter
    };
    ln(level_at(levels, quarter) / level_at(levels, quarter.plus(-1)))
}

impl Drivers {
    /// Reads the drivers from the evidence.
    ///
    /// Nominal: GDP, sales growth, public money, trade. Real: frontier. The warm-up year 2013
    /// repeats the growth of 2014. Levels follow [`quarter_level`]; rates hold all year.
    ///
    /// # Errors
    /// Names the series or year that is missing.
    pub fn new(evidence: &Evidence) -> Result<Self, String> {
        let percent = |value: f64| value / 100.0; // derived: percent
        let real = recorded_then(evidence, "gdp_real_growth", "gdp_real_growth")?;
        let deflator = recorded_then(evidence, "gdp_deflator_growth", "gdp_deflator_growth")?;
        let index = line(evidence, "price_index_2020")?;
        let gdp_record = line(evidence, "gdp_nominal_latest")?;
        let last = LAST_RECORDED.year();
        let nominal = |y: i32| {
            if y > YEARS.0 + 1 && y <= last {
                (gdp_record(y) / gdp_record(y - 1) - 1.0) * 100.0 // derived: percent
            } else {
                let y = if y <= YEARS.0 { YEARS.0 + 1 } else { y };
                ((1.0 + percent(real(y))) * (1.0 + percent(deflator(y))) - 1.0) * 100.0 // derived: percent
            }
        };
        let gdp = chain(nominal, last, gdp_record(last));
        let price = chain(
            |y| {
                if y > YEARS.0 + 1 && y <= last {
                    (index(y) / index(y - 1) - 1.0) * 100.0 // derived: percent
                } else {
                    deflator(y)
                }
            },
            2020,
            1.0,
        );
        let industry = chain(
            recorded_then(
                evidence,
                "industry_revenue_growth",
                "industry_revenue_growth_nominal",
            )?,
            last,
            1.0,
        );
        let fiscal_record = line(evidence, "fiscal_st_expenditure")?;
        let fiscal_path = line(evidence, "fiscal_st_growth.central")?;
        let fiscal_growth = |y: i32| {
            if y > last {
                return fiscal_path(y);
            }
            let y = if y <= YEARS.0 { YEARS.0 + 2 } else { y }; // derived: growth of 2014 is not on record, 2015 stands in
            let y = if y == YEARS.0 + 1 { y + 1 } else { y };
            (fiscal_record(y) / fiscal_record(y - 1) - 1.0) * 100.0 // derived: percent
        };
        let fiscal = chain(fiscal_growth, last, fiscal_record(last));
        let trade = chain(line(evidence, "trade_growth")?, last, 1.0);
        let loan_rate = recorded_then(evidence, "loan_rate_1y", "loan_rate_1y")?;
        let sme_rate = line(evidence, "sme_loan_rate")?;
        let (first_sme, last_sme) = (2018, last); // derived: first year of the small-firm rate
        let tech = recorded_then(evidence, "techsme_loan_growth", "techsme_loan_growth")?;
        let all_loans = line(evidence, "all_loan_growth")?;
        let equity = line(evidence, "equity_raised")?;
        let assumed = |id: &str| line(evidence, id);
        let local = assumed("fiscal_local_share")?;
        let universities = assumed("appropriation_universities_share")?;
        let institutes = assumed("appropriation_institutes_share")?;
        let other = assumed("other_performers_share")?;
        let graduates = assumed("graduates_entering_research")?;
        let examiners = assumed("patent_examiners")?;
        let cases = assumed("cases_per_examiner")?;
        let foreign = assumed("foreign_filings")?;
        let frontier = assumed("frontier_growth")?;
        let imports = assumed("import_share")?;
        let exports = assumed("export_share")?;
        let mut quarters = Vec::new();
        let mut quarter = WARM_UP;
        while quarter <= HORIZON {
            let y = quarter.year();
            let spread_year = y.clamp(first_sme, last_sme);
            let quota = if y < 2019 {
                all_loans(y) + 5.0 // derived: rule of mechanisms F, five points
            } else {
                tech(y)
            }; // derived: first recorded year, rule of mechanisms F
            let science = level_at(&fiscal, quarter);
            quarters.push(WorldQuarter {
                price: level_at(&price, quarter),
                price_growth: growth_at(&price, quarter),
                gdp: level_at(&gdp, quarter),
                industry_growth: growth_at(&industry, quarter),
                services_growth: growth_at(&gdp, quarter),
                loan_rate: percent(loan_rate(y)),
                sme_loan_rate: percent(
                    loan_rate(y) + sme_rate(spread_year) - loan_rate(spread_year),
                ),
                loan_quota_growth: ln(1.0 + percent(quota)) / 4.0, // derived: quarters
                equity_raised: equity(y),
                fiscal_science: science,
                local_share: percent(local(y)),
                appropriation_universities: science * percent(universities(y)),
                appropriation_institutes: science * percent(institutes(y)),
                other_performers: science * percent(other(y)),
                graduates: percent(graduates(y)),
                examiners: examiners(y),
                cases_per_examiner: cases(y),
                foreign_filings: foreign(y),
                frontier_growth: ln(1.0 + percent(frontier(y))) / 4.0, // derived: quarters
                import_share: percent(imports(y)),
                export_share: percent(exports(y)),
                trade_growth: growth_at(&trade, quarter),
            });
            quarter = quarter.next();
        }
        Ok(Self { quarters })
    }

    /// Drivers of a quarter.
    pub fn at(&self, quarter: Quarter) -> &WorldQuarter {
        &self.quarters[quarter.since(WARM_UP) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_quarters_average_the_year() {
        let levels: Vec<f64> = (1..=4).map(|k| quarter_level(1.0, 2.0, 3.0, k)).collect();
        assert_eq!(levels, [1.625, 1.875, 2.125, 2.375]);
        let levels: f64 = (1..=4).map(|k| quarter_level(5.0, 7.0, 6.0, k)).sum();
        assert!((levels / 4.0 - 7.0).abs() < 1e-12);
    }

    #[test]
    fn a_chain_grows_by_its_growth() {
        let levels = chain(|_| 10.0, 2020, 1.0);
        assert!((levels[(2021 - 2012) as usize] - 1.1).abs() < 1e-12);
    }
}
