//! What a tax loss is worth: the chance and the time at which it finds income.
//!
//! A firm alternates between taxed and loss years by a two-state Markov chain. A new loss waits
//! behind old ones worth `ℓ` years of income; it is used in the `(ℓ + 1)`-th taxed year if that
//! comes within the carry-forward horizon. `u` is the expected discount factor of that event.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use crate::base::{math, strip};
use crate::policy::tax::Tax;

/// Longest horizon \[years\].
const HORIZON: usize = 10;
/// Old losses are tabulated for 0 to `DEPTH − 1` years of income.
const DEPTH: usize = 6;
/// Years over which R&D returns.
const RETURN_YEARS: usize = 7;

/// Usable share of a carried loss and taxed share of returns, by state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CarryTable {
    /// `usable[state][horizon − 1][depth]`, state 0 loss, 1 taxed.
    usable: [[[f64; DEPTH]; HORIZON]; 2],
    /// `v` by state: share of the return's years that are taxed.
    taxed_returns: [f64; 2],
}

impl CarryTable {
    /// Tabulates the chain.
    ///
    /// `loss_persistence` = P(loss → loss), `loss_entry` = P(taxed → loss), a year each;
    /// `discount` a year; `depreciation` weighs the return's years.
    pub fn new(loss_persistence: f64, loss_entry: f64, discount: f64, depreciation: f64) -> Self {
        let to_loss = [loss_persistence, loss_entry];
        let beta = 1.0 / (1.0 + discount);
        let mut usable = [[[0.0; DEPTH]; HORIZON]; 2];
        let mut taxed_returns = [0.0; 2];
        for start in 0..2 {
            // reach[n][s]: probability of n taxed years so far, now in state s
            let mut reach = [[0.0; 2]; DEPTH + 1];
            reach[0][start] = 1.0;
            let mut sums = [0.0; DEPTH];
            let mut factor = 1.0;
            for year in 0..HORIZON {
                factor *= beta;
                let mut next = [[0.0; 2]; DEPTH + 1];
                for count in 0..=DEPTH {
                    for state in 0..2 {
                        let mass = reach[count][state];
                        next[count][0] += mass * to_loss[state];
                        if count < DEPTH {
                            let arrives = mass * (1.0 - to_loss[state]);
                            next[count + 1][1] += arrives;
                            sums[count] += arrives * factor;
                        }
                    }
                }
                reach = next;
                usable[start][year] = sums;
            }
            // returns: weights fall with depreciation and discounting, and sum to one
            let mut weight = 1.0;
            let mut total = 0.0;
            let mut taxed = 0.0;
            let mut in_loss = if start == 0 { 1.0 } else { 0.0 };
            for _ in 0..RETURN_YEARS {
                in_loss = in_loss * to_loss[0] + (1.0 - in_loss) * to_loss[1];
                weight *= (1.0 - depreciation) * beta;
                total += weight;
                taxed += weight * (1.0 - in_loss);
            }
            taxed_returns[start] = taxed / total;
        }
        Self {
            usable,
            taxed_returns,
        }
    }

    /// Expected discount factor at which a new loss is used, behind old losses worth `depth`
    /// years of income, with `years` of carry-forward. Linear between whole years.
    #[inline]
    pub fn usable(&self, taxed: bool, years: f64, depth: f64) -> f64 {
        between(&self.row(taxed, years), depth)
    }

    /// The same at each whole number of years of old losses.
    #[inline]
    fn row(&self, taxed: bool, years: f64) -> [f64; DEPTH] {
        if years < 1.0 {
            return [0.0; DEPTH];
        }
        let horizon = (years as usize).clamp(1, HORIZON) - 1;
        self.usable[usize::from(taxed)][horizon]
    }

    /// Share `v` of the return on R&D that falls into taxed years.
    #[inline(always)]
    pub fn taxed_returns(&self, taxed: bool) -> f64 {
        self.taxed_returns[usize::from(taxed)]
    }
}

/// Usable share of a loss added now under one law, by state, register and old losses: at each
/// whole number of years the share and its change over the next year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsableLosses {
    share: [f64; KEYS],
    change: [f64; KEYS],
}

/// Places of [`UsableLosses`]: two states, two registers, room for [`DEPTH`] whole years.
const KEYS: usize = 32; // derived: 2 · 2 · 8
/// Places of a state and register.
const PLACES: u8 = 8; // derived: the power of two that holds DEPTH

impl UsableLosses {
    /// Takes the horizons of `law` out of a table.
    pub fn new(table: &CarryTable, law: &Tax) -> Self {
        let years = [law.loss_years_general, law.loss_years_registered];
        let (mut share, mut change) = ([0.0; KEYS], [0.0; KEYS]);
        for (group, (share, change)) in share
            .chunks_mut(usize::from(PLACES))
            .zip(change.chunks_mut(usize::from(PLACES)))
            .enumerate()
        {
            let row = table.row(group / 2 == 1, years[group % 2]);
            for low in 0..DEPTH - 1 {
                share[low] = row[low];
                change[low] = row[low + 1] - row[low];
            }
        }
        Self { share, change }
    }

    /// Where a firm stands in the tables, and how far towards the next whole year.
    #[inline(always)]
    pub fn place(taxed: bool, registered: bool, depth: f64) -> (u8, f64) {
        let depth = math::clamp(depth, 0.0, (DEPTH - 1) as f64);
        let (mut low, mut whole) = (0, 0.0);
        for year in 1..DEPTH - 1 {
            let past = depth >= year as f64;
            low += u8::from(past);
            whole += if past { 1.0 } else { 0.0 };
        }
        let group = u8::from(taxed) * 2 + u8::from(registered);
        (group * PLACES + low, depth - whole)
    }

    /// Looks up shares at the places of firms and their changes.
    pub fn look_up(&self, places: &[u8], shares: &mut [f64], changes: &mut [f64]) {
        strip::look_up(&self.share, places, shares);
        strip::look_up(&self.change, places, changes);
    }

    /// What [`CarryTable::usable`] gives a firm that is on a register or not.
    #[inline]
    pub fn of(&self, taxed: bool, registered: bool, depth: f64) -> f64 {
        let (place, part) = Self::place(taxed, registered, depth);
        let place = usize::from(place);
        self.share[place] + part * self.change[place]
    }
}

/// Value of a tabulated row between whole years of old losses.
#[inline]
fn between(row: &[f64; DEPTH], depth: f64) -> f64 {
    let deepest = (DEPTH - 1) as f64;
    let depth = math::clamp(depth, 0.0, deepest);
    let low = (depth as usize).min(DEPTH - 2);
    let part = depth - low as f64;
    row[low] + part * (row[low + 1] - row[low])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carry_forward_of_a_loss_maker_matches_the_design() {
        // mechanisms M4, 5 years, P(loss→loss) 0.7: 0.71 with no old losses.
        let table = CarryTable::new(0.7, 0.13, 0.07, 0.15);
        let fresh = table.usable(false, 5.0, 0.0);
        assert!((fresh - 0.714).abs() < 0.002, "{fresh}");
        let two = table.usable(false, 5.0, 2.0);
        let four = table.usable(false, 5.0, 4.0);
        assert!((two - 0.41).abs() < 0.04, "{two}");
        assert!((four - 0.11).abs() < 0.04, "{four}");
    }

    #[test]
    fn closed_form_with_independent_years() {
        // independent years with P(taxed) = 0.85: sum β^k 0.15^(k−1) 0.85
        let table = CarryTable::new(0.15, 0.15, 0.05, 0.15);
        let mut expected = 0.0;
        let mut p = 0.85;
        let mut beta = 1.0;
        for _ in 0..10 {
            beta /= 1.05;
            expected += p * beta;
            p *= 0.15;
        }
        assert!((table.usable(false, 10.0, 0.0) - expected).abs() < 1e-12);
        assert!((table.taxed_returns(true) - 0.85).abs() < 1e-12);
    }

    #[test]
    fn longer_horizons_and_fewer_losses_are_worth_more() {
        let table = CarryTable::new(0.7, 0.1, 0.07, 0.15);
        for taxed in [false, true] {
            assert!(table.usable(taxed, 10.0, 1.0) > table.usable(taxed, 5.0, 1.0));
            assert!(table.usable(taxed, 5.0, 0.5) > table.usable(taxed, 5.0, 1.0));
        }
    }

    #[test]
    fn shares_of_one_law_are_those_of_the_table() {
        let table = CarryTable::new(0.7, 0.1, 0.07, 0.15);
        let law = crate::model::tax::position::tests::law_2023();
        let usable = UsableLosses::new(&table, &law);
        for depth in [-1.0, 0.0, 0.3, 1.0, 2.7, 4.999, 5.0, 80.0, f64::INFINITY] {
            for taxed in [false, true] {
                for (registered, years) in [(false, 5.0), (true, 10.0)] {
                    let share = usable.of(taxed, registered, depth);
                    assert_eq!(share, table.usable(taxed, years, depth));
                }
            }
        }
    }
}
