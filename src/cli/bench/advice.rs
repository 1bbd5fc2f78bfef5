//! What do the measurements say about this machine, and what may be asked of it?

use super::Row;
use serde::Deserialize;

/// Figures of a known machine, shipped with the program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reference {
    /// What it is.
    pub machine: String,
    row: Vec<Known>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    firms: usize,
    threads: u32,
    firm_quarters_per_s: f64,
}

impl Reference {
    /// The shipped figures.
    ///
    /// # Errors
    /// What the file holds cannot be read.
    pub(super) fn shipped() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("reference.toml"))
    }

    /// Speed over that of the reference machine at the nearest population and the same number of
    /// threads; none where that was not measured.
    pub(super) fn ratio(&self, row: &Row) -> Option<f64> {
        let known = self
            .row
            .iter()
            .filter(|known| known.threads == row.threads)
            .min_by_key(|known| known.firms.abs_diff(row.firms))?;
        Some(row.rate / known.firm_quarters_per_s)
    }
}

/// Fewest threads that bring at least this share of the best speed.
const ENOUGH: f64 = 0.95; // derived: a twentieth is within the noise of a row
/// A batch that should be done while somebody waits.
const WAIT: f64 = 600.0; // derived: ten minutes
/// Its runs: the default.
const RUNS: f64 = 200.0;

/// What a population costs in one run of a baseline and one variant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Study {
    /// Firms at scale 1.
    pub firms: f64,
    /// Quarters of a run: the past once, the years ahead for both.
    pub quarters: f64,
}

/// Threads and scale to use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Advice {
    pub threads: u32,
    pub scale: f64,
}

/// Advice from the rows of the largest population; none without rows.
///
/// Example: 10^6 firm-quarters a second with the best threads, 10^6 firms, 100 quarters: ten
/// minutes of 200 runs at a scale of 0.03.
pub(super) fn advise(rows: &[Row], study: Study) -> Option<Advice> {
    let largest = rows.iter().map(|row| row.firms).max()?;
    let rows = || rows.iter().filter(|row| row.firms == largest);
    let best = rows().map(|row| row.rate).max_by(f64::total_cmp)?;
    let enough = rows().filter(|row| row.rate >= ENOUGH * best);
    let chosen = enough.min_by_key(|row| row.threads)?;
    let affordable = chosen.rate * WAIT / (RUNS * study.quarters * study.firms);
    Some(Advice {
        threads: chosen.threads,
        scale: one_figure_below(affordable).clamp(0.0001, 1.0),
    })
}

/// The largest number of one figure that is not above `x`.
///
/// Example: 0.0274 gives 0.02.
fn one_figure_below(x: f64) -> f64 {
    let mut unit = 1.0;
    while unit > x && unit > 1e-9 {
        unit /= 10.0;
    }
    (x / unit).floor() * unit
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn row(firms: usize, threads: u32, rate: f64) -> Row {
        Row {
            firms,
            threads,
            rate,
            efficiency: 1.0,
            peak_mib: None,
        }
    }

    #[test]
    fn as_few_threads_as_bring_nearly_all() {
        let rows = [
            row(1000, 1, 9e9),
            row(5000, 1, 1.0e6),
            row(5000, 2, 1.96e6),
            row(5000, 4, 2.0e6),
        ];
        let study = Study {
            firms: 1.0e6,
            quarters: 100.0,
        };
        let advice = advise(&rows, study).unwrap();
        // 1.96e6 · 600 / (200 · 100 · 1e6) = 0.0588
        assert_eq!(advice.threads, 2);
        assert!((advice.scale - 0.05).abs() < 1e-12);
        assert_eq!(advise(&[], study), None);
    }

    #[test]
    fn one_figure_is_never_above() {
        for (x, below) in [(0.0274, 0.02), (0.1, 0.1), (7.9, 7.0), (0.000_19, 0.000_1)] {
            assert!((one_figure_below(x) - below).abs() < 1e-12, "{x}");
        }
    }

    #[test]
    fn the_shipped_figures_are_read_and_compared() {
        let reference = Reference::shipped().unwrap();
        let known = reference.row[0].clone();
        let twice = row(known.firms, known.threads, 2.0 * known.firm_quarters_per_s);
        assert!((reference.ratio(&twice).unwrap() - 2.0).abs() < 1e-12);
        assert_eq!(reference.ratio(&row(10, 4095, 1.0)), None);
    }
}
