//! Which firms does an office come upon when it looks for a partner?
//!
//! Each search draws addresses by its own key until a firm in business answers, see
//! `Addresses`.

use super::addresses::Addresses;
use super::partners::NOBODY;
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use std::hint::select_unpredictable;

/// Searches whose digits are drawn together.
pub(super) const STRIP: usize = 64;

/// How searches divide between home and away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scope {
    /// Share of search outside the home region.
    pub reach: f64,
    /// Share of search in the invention's own field.
    pub focus: f64,
    /// Addresses tried until a firm answers.
    pub tries: u32,
}

/// Number of lots that a mass is cut into, and the mass of each: at most `lot` real cases, and
/// at most `sampled`, so that at full scale each real case searches for itself.
///
/// Example: 25 cases at most 10 a lot: 3 lots of 8⅓.
pub fn lots(mass: f64, sampled: f64, lot: f64) -> (u32, f64) {
    let largest = math::min(lot, math::max(1.0, sampled));
    let n = math::max(1.0, (mass / largest - f64::EPSILON).ceil());
    (n as u32, mass / n)
}

/// One search: one draw of a partner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Search {
    /// Id of the invention.
    pub invention: u32,
    /// Number of the lot.
    pub lot: u32,
    /// Number of the draw among the lot's.
    pub draw: u16,
    /// Region of the invention.
    pub region: u8,
    /// Field of the invention.
    pub field: u8,
}

/// Searches of one quarter and what they came upon.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Searches {
    /// Searches.
    pub all: Vec<Search>,
    /// Row of the firm that each found, `NOBODY` where it found none.
    pub found: Vec<u32>,
    open: Vec<u32>,
    targets: Vec<Target>,
}

/// Where a draw points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Target {
    place: u32,
    accept: f64,
}

/// What keys the digits of one attempt of all searches.
#[derive(Clone, Copy)]
struct Attempt {
    key: Key,
    quarter: u32,
    purpose: Purpose,
    number: u32,
}

crate::dispatched! {
    /// Draws where each open search looks: at home below `1 − reach`, else in another region in
    /// proportion to mass; in its own field below `focus`, else in another; and at which place.
    fn point(
        attempt: Attempt,
        scope: &Scope,
        addresses: &Addresses,
        searches: &[Search],
        open: &[u32],
        targets: &mut [Target],
    ) {
        let Attempt { key, quarter, purpose, number } = attempt;
        let [mut a, mut b, mut draw] = [[0; STRIP]; 3]; // derived: words of the counter
        let [mut home, mut own, mut region] = [[0; STRIP]; 3]; // derived: where
        let (mut four, mut two) = ([[0.0; STRIP]; 4], [[0.0; STRIP]; 2]); // derived: digits
        for (open, targets) in open.chunks(STRIP).zip(targets.chunks_mut(STRIP)) {
            for (i, &k) in open.iter().enumerate() {
                let search = &searches[k as usize];
                (a[i], b[i]) = (search.invention, search.lot);
                (home[i], own[i]) = (u32::from(search.region), u32::from(search.field));
                draw[i] = (u32::from(search.draw) * scope.tries + number) * 2; // derived: two blocks
            }
            for i in 0..STRIP {
                let digits = key.digits(a[i], b[i], quarter, draw[i], purpose);
                let fine = key.pair(a[i], b[i], quarter, draw[i] + 1, purpose);
                for (column, digit) in four.iter_mut().zip(digits) {
                    column[i] = digit;
                }
                (two[0][i], two[1][i]) = fine;
            }
            let away = addresses.regions.choose_all(&home, &four[1]);
            let stays = 1.0 - scope.reach;
            for i in 0..STRIP {
                region[i] = if four[0][i] < stays { home[i] } else { away[i] };
            }
            for (i, target) in targets.iter_mut().enumerate() {
                let (region, own) = (region[i] as usize, own[i] as usize);
                let other = addresses.fields[region].choose(own, four[3][i]); // derived: last digit
                // where it looks is for chance to decide: no branch foretells it
                let field = select_unpredictable(four[2][i] < scope.focus, own, other);
                let place = addresses.place(region, field, two[0][i]);
                *target = Target { place, accept: two[1][i] };
            }
        }
    }
}

impl Searches {
    /// Forgets the last quarter's.
    pub fn clear(&mut self) {
        self.all.clear();
        self.found.clear();
    }

    /// Carries out the searches: each draws addresses until a firm in business answers. One
    /// attempt of all runs in short passes, so that looking up one address does not wait for
    /// another.
    pub fn carry_out(
        &mut self,
        addresses: &Addresses,
        scope: &Scope,
        (key, quarter, purpose): (Key, u32, Purpose),
    ) {
        self.found.resize(self.all.len(), NOBODY);
        self.open.clear();
        self.open.extend(0..self.all.len() as u32);
        self.targets.resize(self.all.len(), Target::default());
        for number in 0..scope.tries {
            let attempt = Attempt {
                key,
                quarter,
                purpose,
                number,
            };
            let targets = &mut self.targets[..self.open.len()];
            point(attempt, scope, addresses, &self.all, &self.open, targets);
            let mut left = 0;
            for (strip, targets) in targets.chunks(STRIP).enumerate() {
                for (i, target) in targets.iter().enumerate() {
                    let row = addresses.ask(target.place, target.accept);
                    let search = self.open[strip * STRIP + i];
                    self.found[search as usize] = row;
                    self.open[left] = search;
                    left += usize::from(row == NOBODY);
                }
            }
            self.open.truncate(left);
        }
    }
}
