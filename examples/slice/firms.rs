//! What does one quarter do to a firm of the slice, and what does it add to the record?
//!
//! Each step is a scalar function of one firm; [`Firms::quarter`] runs them pass by pass over
//! strips of columns, and the test below holds it to the plain loop over firms, bit for bit.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use leverlab::base::math;
use leverlab::base::rng::{Key, Purpose};
use leverlab::base::strip::{self, ROWS, Sum};

/// Quarters of a replicate.
pub const QUARTERS: u32 = 44;

/// Parameters of the firm-quarter.
#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    /// Extra deduction per unit of R&D, by class \[share\].
    pub rate: [f64; 4],
    /// Tax rate \[share\].
    pub tax: f64,
    /// Worth of the extra deduction to a firm that pays no tax this quarter \[share\].
    pub unpaid_worth: f64,
    /// Required return before tax \[1/yr\].
    pub required: f64,
    /// R&D per unit of revenue where the user cost equals `required` \[ratio\].
    pub intensity: f64,
    /// Elasticity of R&D in its user cost.
    pub elasticity: f64,
    /// Share of R&D capital kept from one quarter to the next \[share\].
    pub keep: f64,
    /// Innovation hazard per unit of ln(1 + K/S).
    pub hazard: f64,
}

impl Parameters {
    /// The values of the comparison. They pass through a black box, as if read from a file, so
    /// that nothing can be worked out while compiling.
    pub fn standard() -> Self {
        std::hint::black_box(Self {
            rate: [1.0, 1.0, 1.2, 1.2],
            tax: 0.25,
            unpaid_worth: 0.4,
            required: 0.2,
            intensity: 0.03,
            elasticity: -1.0,
            keep: 0.96,
            hazard: 0.02,
        })
    }
}

leverlab::columns! {
    /// Firms of a replicate.
    pub struct Firms of
    /// One firm at the start of a quarter.
    Firm {
        /// Key of its draws.
        id: u32,
        /// 0 to 3, says the rate of extra deduction.
        class: u8,
        /// Revenue S.
        revenue: f64,
        /// Margin m \[share\].
        margin: f64,
        /// R&D capital K.
        capital: f64,
        /// Productivity a.
        productivity: f64,
        /// Cash C.
        cash: f64,
        /// Debt D.
        debt: f64,
        /// Loss carried forward L.
        losses: f64,
    }
}

/// A hash of 64 bits (the finaliser of SplitMix64), from which the firms' differences come.
fn hash(i: u64) -> u64 {
    let mut z = i.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Firm number `id` at the start.
pub fn founding(id: u32) -> Firm {
    Firm {
        id,
        class: (hash(u64::from(id) + 7) % 4) as u8,
        revenue: (50 + hash(u64::from(id)) % 1000) as f64,
        margin: 0.08,
        capital: 5.0,
        productivity: 1.0,
        cash: 3.0,
        debt: 5.0,
        losses: 0.0,
    }
}

/// Extra deduction of a class: selections instead of a look-up, so that it vectorises.
#[inline(always)]
fn rate_of(class: u8, rate: [f64; 4]) -> f64 {
    let low = if class > 0 { rate[1] } else { rate[0] };
    let high = if class > 2 { rate[3] } else { rate[2] };
    if class > 1 { high } else { low }
}

/// Profit of the quarter, `S m (0.6 + 0.8 u)`.
#[inline(always)]
fn profit(revenue: f64, margin: f64, u: f64) -> f64 {
    revenue * margin * (0.6 + 0.8 * u)
}

/// User cost of R&D over the required return, `max(0.2 B, 0.02)/0.2` with
/// `B = (1 − τ(1 + s e))/(1 − τ)`; `e` is 1 for a firm that pays tax.
///
/// Example: at τ = 0.25 and s = 1 a payer has B = (1 − 0.5)/0.75 = 2/3.
#[inline(always)]
fn relative_user_cost(profit: f64, losses: f64, rate: f64, p: &Parameters) -> f64 {
    let worth = if profit > losses { 1.0 } else { p.unpaid_worth };
    let b = (1.0 - p.tax * (1.0 + rate * worth)) / (1.0 - p.tax);
    math::max(b * p.required, 0.02) / p.required
}

/// Cash at hand before R&D, `(C + 0.5 π⁺ + 0.1 D)⁺`.
#[inline(always)]
fn available(cash: f64, profit: f64, debt: f64) -> f64 {
    math::max(cash + 0.5 * math::max(profit, 0.0) + 0.1 * debt, 0.0)
}

/// Tax after the extra deduction, `τ (taxable − (1 + s) R)⁺`.
#[inline(always)]
fn tax_due(taxable: f64, rate: f64, rd: f64, tax: f64) -> f64 {
    tax * math::max(taxable - (1.0 + rate) * rd, 0.0)
}

/// `1 + K/max(S, 1)`, whose logarithm drives the innovation hazard.
#[inline(always)]
fn depth(capital: f64, revenue: f64) -> f64 {
    1.0 + capital / math::max(revenue, 1.0)
}

/// Growth factor of revenue, `1.002 + 0.02 i + 0.01 (u − ½)`.
#[inline(always)]
fn growth(innovates: f64, u: f64) -> f64 {
    1.0 + 0.002 + 0.02 * innovates + 0.01 * (u - 0.5)
}

/// What the record of a quarter holds, summed over firms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// R&D.
    pub rd: f64,
    /// Tax.
    pub tax: f64,
    /// Innovations.
    pub innovations: f64,
}

/// What one pass over a strip leaves for the next.
struct Scratch {
    u: [f64; ROWS],
    v: [f64; ROWS],
    profit: [f64; ROWS],
    rate: [f64; ROWS],
    rd: [f64; ROWS],
    tax: [f64; ROWS],
    power: [f64; ROWS],
}

/// Running sums of a quarter.
#[derive(Clone, Copy, Default)]
struct Record {
    rd: Sum,
    tax: Sum,
    innovations: Sum,
}

impl Firms {
    /// Replaces whatever there is by `n` firms at the start, in the same memory.
    pub fn found(&mut self, n: u32) {
        self.clear();
        self.reserve(n as usize);
        for id in 0..n {
            self.push(founding(id));
        }
    }

    /// One quarter of all firms.
    pub fn quarter(&mut self, key: Key, quarter: u32, p: &Parameters) -> Totals {
        let mut record = Record::default();
        let zero = [0.0; ROWS];
        let mut scratch = Scratch {
            u: zero,
            v: zero,
            profit: zero,
            rate: zero,
            rd: zero,
            tax: zero,
            power: zero,
        };
        for from in (0..self.len()).step_by(ROWS) {
            let to = self.len().min(from + ROWS);
            run_strip(self, from, to, key, quarter, p, &mut scratch, &mut record);
        }
        Totals {
            rd: record.rd.total(),
            tax: record.tax.total(),
            innovations: record.innovations.total(),
        }
    }
}

leverlab::dispatched! {
    /// The quarter of the firms from one row to another, pass by pass.
    fn run_strip(
        firms: &mut Firms,
        from: usize,
        to: usize,
        key: Key,
        quarter: u32,
        p: &Parameters,
        scratch: &mut Scratch,
        record: &mut Record,
    ) {
        let n = to - from;
        // equal lengths, said once, so that the loops carry no checks
        let (revenue, margin) = (&mut firms.revenue[from..to][..n], &firms.margin[from..to][..n]);
        let (capital, cash) = (&mut firms.capital[from..to][..n], &mut firms.cash[from..to][..n]);
        let (debt, losses) = (&firms.debt[from..to][..n], &mut firms.losses[from..to][..n]);
        let productivity = &mut firms.productivity[from..to][..n];
        let (id, class) = (&firms.id[from..to][..n], &firms.class[from..to][..n]);
        let Scratch { u, v, profit: profits, rate, rd, tax, power } = scratch;
        let (u, v, profits) = (&mut u[..n], &mut v[..n], &mut profits[..n]);
        let (rate, rd, tax, power) =
            (&mut rate[..n], &mut rd[..n], &mut tax[..n], &mut power[..n]);

        strip::fill_pairs(key, id, quarter, 0, Purpose::Success, u, v);
        for i in 0..n {
            profits[i] = profit(revenue[i], margin[i], u[i]);
            rate[i] = rate_of(class[i], p.rate);
            power[i] = relative_user_cost(profits[i], losses[i], rate[i], p);
        }
        strip::raise(power, p.elasticity);
        for i in 0..n {
            let wanted = p.intensity * revenue[i] * power[i];
            let purse = available(cash[i], profits[i], debt[i]);
            rd[i] = math::min(wanted, purse);
            cash[i] = purse - rd[i];
            capital[i] = p.keep * capital[i] + rd[i];
            let taxable = math::max(profits[i] - losses[i], 0.0);
            tax[i] = tax_due(taxable, rate[i], rd[i], p.tax);
            losses[i] = math::max(losses[i] - profits[i], 0.0);
            power[i] = depth(capital[i], revenue[i]);
        }
        record.rd.add(rd);
        record.tax.add(tax);
        strip::raise(power, -p.hazard);
        for i in 0..n {
            let innovates = if v[i] < 1.0 - power[i] { 1.0 } else { 0.0 };
            productivity[i] *= 1.0 + 0.03 * innovates;
            revenue[i] *= growth(innovates, u[i]);
            v[i] = innovates;
        }
        record.innovations.add(v);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leverlab::base::dispatch::{Path, force};

    const KEY: Key = Key { seed: 1, run: 3 };

    /// The same quarter as a plain loop, firm by firm, as the comparison states it.
    fn plain_quarter(
        firms: &mut [Firm],
        quarter: u32,
        p: &Parameters,
    ) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let mut columns = (Vec::new(), Vec::new(), Vec::new());
        for firm in firms {
            let (u, v) = KEY.pair(firm.id, 0, quarter, 0, Purpose::Success);
            let profit = firm.revenue * firm.margin * (0.6 + 0.8 * u);
            let taxable = math::max(profit - firm.losses, 0.0);
            let worth = if taxable > 0.0 { 1.0 } else { p.unpaid_worth };
            let rate = p.rate[usize::from(firm.class)];
            let b = (1.0 - p.tax * (1.0 + rate * worth)) / (1.0 - p.tax);
            let cost = math::max(b * p.required, 0.02);
            let response = math::exp(p.elasticity * math::ln(cost / p.required));
            let wanted = p.intensity * firm.revenue * response;
            let purse = math::max(
                firm.cash + 0.5 * math::max(profit, 0.0) + 0.1 * firm.debt,
                0.0,
            );
            let rd = math::min(wanted, purse);
            firm.capital = p.keep * firm.capital + rd;
            let lambda = p.hazard * math::ln(1.0 + firm.capital / math::max(firm.revenue, 1.0));
            let innovates = f64::from(u8::from(v < 1.0 - math::exp(-lambda)));
            firm.productivity *= 1.0 + 0.03 * innovates;
            firm.revenue *= 1.0 + 0.002 + 0.02 * innovates + 0.01 * (u - 0.5);
            firm.cash = purse - rd;
            firm.losses = math::max(firm.losses - profit, 0.0);
            columns.0.push(rd);
            columns
                .1
                .push(p.tax * math::max(taxable - (1.0 + rate) * rd, 0.0));
            columns.2.push(innovates);
        }
        columns
    }

    /// Firms that differ more than the comparison's: losses, bare purses, no revenue.
    fn varied(n: u32) -> Vec<Firm> {
        let mut firms: Vec<Firm> = (0..n).map(founding).collect();
        for firm in firms.iter_mut().step_by(3) {
            firm.losses = 40.0;
            firm.cash = -60.0;
        }
        for firm in firms.iter_mut().step_by(7) {
            firm.margin = -0.2;
            firm.revenue *= 0.001;
        }
        firms
    }

    #[test]
    fn strips_give_the_bits_of_the_plain_loop_on_every_path() {
        let p = Parameters::standard();
        for path in [Path::Baseline, Path::Avx2, Path::Avx512] {
            if force(Some(path)).is_err() {
                continue;
            }
            let mut rows = varied(1003);
            let mut firms = Firms::default();
            for &row in &rows {
                firms.push(row);
            }
            for quarter in 0..QUARTERS {
                let totals = firms.quarter(KEY, quarter, &p);
                let (rd, tax, innovations) = plain_quarter(&mut rows, quarter, &p);
                let sum = leverlab::base::stats::sum;
                assert_eq!(totals.rd, sum(&rd), "{path:?}, quarter {quarter}");
                assert_eq!(totals.tax, sum(&tax), "{path:?}, quarter {quarter}");
                assert_eq!(totals.innovations, sum(&innovations), "{path:?}");
            }
            for (i, row) in rows.iter().enumerate() {
                assert_eq!(firms.row(i), *row, "{path:?}, firm {i}");
            }
        }
        force(None).unwrap();
    }

    #[test]
    fn a_firm_worked_by_hand() {
        let p = Parameters::standard();
        // B = (1 − 0.25 · 2)/0.75 = 2/3, so R&D wanted is 1.5 · 0.03 S
        let cost = relative_user_cost(10.0, 0.0, 1.0, &p);
        assert!((cost - 2.0 / 3.0).abs() < 1e-15);
        assert!((p.intensity * 100.0 * math::pow(cost, p.elasticity) - 4.5).abs() < 1e-14);
        // without profit the deduction is worth 0.4: B = (1 − 0.25 · 1.4)/0.75
        let cost = relative_user_cost(0.0, 0.0, 1.0, &p);
        assert!((cost - 0.65 / 0.75).abs() < 1e-15);
        assert_eq!(profit(100.0, 0.08, 0.5), 8.0);
        assert_eq!(available(3.0, 8.0, 5.0), 7.5);
        assert_eq!(tax_due(8.0, 1.0, 2.0, 0.25), 1.0);
        assert_eq!(depth(5.0, 10.0), 1.5);
        assert_eq!(rate_of(2, p.rate), 1.2);
    }
}
