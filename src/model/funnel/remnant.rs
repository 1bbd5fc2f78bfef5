//! How few agents carry the projects?
//!
//! A lot of much less than its share of the sample costs as much to move as any other. Where it
//! enters, and at each review, one below the least mass m is drawn for: with chance x/m it goes
//! on as m real inventions, else it is dropped (the roulette of Monte Carlo transport). What is
//! expected of it stays the same; the draw is keyed, so that paired runs keep the same ones.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::FunnelParameters;
use super::project::{Column, ROWS, Strip};
use super::purse::Purses;
use crate::base::math::min;
use crate::base::rng::{Key, Purpose};
use crate::base::strip::pair;
use crate::model::context::Context;

/// No more than so much of a project for each real firm, as firms answer to lumps in another way
/// than to their mean.
const EACH: f64 = 0.25; // derived: resolution of the sample, as the least mass

/// What a mass `x` is multiplied by: 1 if it is at least `least`, else `least/x` with chance
/// `x/least`, else 0.
///
/// Example: 2 real inventions at a least mass of 8: 4 of one draw in four, none of the others.
#[inline(always)]
pub(super) fn factor(x: f64, least: f64, draw: f64) -> f64 {
    let drawn = if draw * least < x { least / x } else { 0.0 };
    if x >= least { 1.0 } else { drawn }
}

/// Draws for lots that are too small.
#[derive(Clone, Copy)]
pub(super) struct Roulette {
    key: Key,
    quarter: u32,
    /// Least mass \[inventions\].
    least: f64,
}

/// What keys and bounds the draws of a strip.
struct Sheet {
    invention: [u32; ROWS],
    firm: [u32; ROWS],
    present: Column,
    weight: Column,
}

crate::dispatched! {
    /// Factors of a strip of projects.
    fn draw(of: Roulette, sheet: &Sheet, factors: &mut Column) {
        for i in 0..ROWS {
            let words = [sheet.firm[i], of.quarter << 16, Purpose::Remnant as u32];
            let (draw, _) = pair(of.key, sheet.invention[i], words);
            let least = min(of.least, EACH * sheet.weight[i]);
            factors[i] = factor(sheet.present[i], least, draw);
        }
    }
}

impl Roulette {
    /// Of this quarter.
    pub(super) fn of(p: &FunnelParameters, ctx: &Context) -> Self {
        Self {
            key: ctx.key,
            quarter: ctx.q() as u32,
            least: p.least_mass / ctx.scale,
        }
    }

    /// Factor of a lot that enters.
    pub(super) fn enter(&self, mass: f64, weight: f64, invention: u32, firm: u32) -> f64 {
        let least = min(self.least, EACH * weight);
        if mass >= least {
            return 1.0;
        }
        let words = [firm, self.quarter << 16, Purpose::Remnant as u32];
        factor(mass, least, pair(self.key, invention, words).0)
    }

    /// Factors of the projects of a strip, of which `waiting` waits for approval besides.
    pub(super) fn review(&self, strip: &Strip, waiting: &Column, purses: &Purses) -> Column {
        let mut sheet = Sheet {
            invention: [0; ROWS],
            firm: [0; ROWS],
            present: *waiting,
            weight: [0.0; ROWS],
        };
        for i in 0..ROWS {
            let purse = purses.at(strip.project[i].purse);
            sheet.invention[i] = strip.origin[i].invention_id;
            (sheet.firm[i], sheet.weight[i]) = (purse.id, purse.weight);
            sheet.present[i] += strip.present(i);
        }
        let mut factors = [0.0; ROWS];
        draw(*self, &sheet, &mut factors);
        factors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_of_a_lot_stays() {
        for (x, least) in [(2.0, 8.0), (7.9, 8.0), (1e-3, 8.0), (9.0, 8.0)] {
            let draws = 1 << 20;
            let sum: f64 = (0..draws)
                .map(|k| x * factor(x, least, f64::from(k) / f64::from(draws)))
                .sum();
            let mean = sum / f64::from(draws);
            assert!((mean / x - 1.0).abs() < 1e-2, "{x} {mean}");
        }
    }

    #[test]
    fn what_is_enough_is_left_alone_and_all_else_comes_to_the_least() {
        assert_eq!(factor(8.0, 8.0, 0.999), 1.0);
        assert_eq!(2.0 * factor(2.0, 8.0, 0.2), 8.0);
        assert_eq!(factor(2.0, 8.0, 0.25), 0.0);
        assert_eq!(factor(0.0, 8.0, 0.0), 0.0);
    }
}
