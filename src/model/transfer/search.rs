//! Which firms does an office come upon when it looks for a partner?
//!
//! Each search draws addresses by its own key until a firm in business answers, see
//! `Addresses`.

use super::addresses::Addresses;
use super::offers::{Lot, Offer};
use super::partners::NOBODY;
use crate::base::rng::{Key, Purpose};
use crate::base::room::have_room;
use crate::base::{math, strip};
use crate::model::firms::FIELDS;

/// Searches whose digits are drawn together.
pub(super) const STRIP: usize = 64;

/// Places that one attempt points to.
const POINTS: usize = 2;

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
    let n = math::max(1.0, math::ceil(mass / largest - f64::EPSILON));
    (n as u32, mass / n)
}

/// One search: one draw of a partner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Search {
    /// Id of the invention.
    pub invention: u32,
    /// Number of the lot.
    pub lot: u32,
    /// Its place among the searches of its block.
    pub place: u32,
    /// Number of the draw among the lot's, and above its bits the cell of the invention: a whole
    /// word, as strips of searches are taken apart word by word.
    draw_and_cell: u32,
}

/// Bits of the number of a draw.
const DRAW: u32 = 16;

#[allow(clippy::inline_always)] // parts of a strip loop
impl Search {
    /// Number of the draw among the lot's.
    #[inline(always)]
    fn draw(&self) -> u32 {
        self.draw_and_cell & ((1 << DRAW) - 1)
    }

    /// Region and field of the invention.
    #[inline(always)]
    fn home(&self) -> (u32, u32) {
        let cell = self.draw_and_cell >> DRAW;
        (cell / FIELDS as u32, cell % FIELDS as u32)
    }
}

/// Searches of one block of offers and what they came upon.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Searches {
    /// Searches that found nobody yet, in order.
    pub open: Vec<Search>,
    /// Row of the firm that each found, `NOBODY` where it found none.
    pub found: Vec<u32>,
}

/// What keys the words of one attempt of all searches.
#[derive(Clone, Copy)]
struct Attempt {
    key: Key,
    quarter: u32,
    purpose: Purpose,
    number: u32,
    of: u32,
}

/// All searches of a strip.
const ALL: [u32; STRIP] = {
    let mut all = [0; STRIP];
    let mut i = 0;
    while i < STRIP {
        all[i] = i as u32;
        i += 1;
    }
    all
};

/// What a strip of searches draws, in columns.
struct Draws {
    /// Where each looks: its own field, in the region chosen.
    cell: [u32; STRIP],
    /// Words that choose another field, and the two places to which it points.
    field: [u32; STRIP],
    places: [[u32; STRIP]; POINTS],
}

impl Draws {
    const NONE: Self = Self {
        cell: [0; STRIP],
        field: [0; STRIP],
        places: [[0; STRIP]; POINTS],
    };
}

crate::dispatched! {
    /// Draws of at most a strip of searches: at home below `1 − reach`, else in another region in
    /// proportion to mass.
    fn draw(
        attempt: Attempt,
        reach: f64,
        addresses: &Addresses,
        searches: &[Search],
        draws: &mut Draws,
    ) {
        let [mut a, mut b, mut c, mut home, mut own] = [[0; STRIP]; 5];
        for (i, search) in searches.iter().enumerate().take(STRIP) {
            let draw = search.draw() * attempt.of + attempt.number;
            (a[i], b[i], c[i]) = (search.invention, search.lot, attempt.quarter << 16 | draw);
            (home[i], own[i]) = search.home();
        }
        let mut first = [0; STRIP];
        for i in 0..STRIP {
            let drawn = strip::words(attempt.key, [a[i], b[i], c[i], attempt.purpose as u32]);
            let [w, x, y, z] = drawn.map(|word| word as u32);
            (first[i], draws.field[i]) = (w, x);
            (draws.places[0][i], draws.places[1][i]) = (y, z);
        }
        let away = addresses.regions.choose_all(&home, &first.map(|word| part(twin(word))));
        let stays = 1.0 - reach;
        for i in 0..STRIP {
            let region = if part(first[i]) < stays { home[i] } else { away[i] };
            draws.cell[i] = region * FIELDS as u32 + own[i];
        }
    }
}

/// A word as a part of all words.
///
/// Example: 2³¹ is ½.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
fn part(word: u32) -> f64 {
    f64::from(word) / 4_294_967_296.0 // derived: 2^32
}

/// A second word for a second choice. A word and this one are the two coordinates of a lattice
/// that fills the square as evenly as 2³² points can: two choices by the two come together as
/// often as independent ones would, within some 2⁻²⁷.
///
/// Example: of the first eight words, every second of the second words is in the lower half.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
fn twin(word: u32) -> u32 {
    const GOLDEN: u32 = 0x9E37_79B9; // derived: 2^32 over the golden ratio, made odd
    word.wrapping_mul(GOLDEN)
}

impl Draws {
    /// Of the first `n`, those whose word is not below `focus` look in another field of their
    /// region, in proportion to mass.
    fn turn_to_fields(&mut self, addresses: &Addresses, focus: f64, n: usize) {
        let (mut other, mut others) = ([0; STRIP], 0);
        for (i, &word) in (0..).zip(&self.field[..n]) {
            // where it looks is for chance to decide: no branch foretells it
            other[others % STRIP] = i;
            others += usize::from(part(word) >= focus);
        }
        for &i in &other[..others] {
            let cell = self.cell[i] as usize;
            let (region, own) = (cell / FIELDS, cell % FIELDS);
            let field = addresses.fields[region].choose(own, part(twin(self.field[i])));
            self.cell[i] = (region * FIELDS + field) as u32;
        }
    }
}

impl Searches {
    /// Has room for `n` searches.
    pub(super) fn make_room(&mut self, n: usize) {
        have_room(&mut self.open, n);
        have_room(&mut self.found, n);
    }

    /// Opens `draws` searches of each lot of `offers`.
    pub(super) fn open(&mut self, offers: &[Offer], lots: &[Lot], draws: u16) {
        self.open.clear();
        for (lot, first) in lots.iter().zip((0..).step_by(usize::from(draws))) {
            let offer = &offers[lot.offer as usize];
            let cell = u32::from(offer.region) * FIELDS as u32 + u32::from(offer.field);
            self.open.extend((0..u32::from(draws)).map(|draw| Search {
                invention: offer.id,
                lot: lot.number,
                place: first + draw,
                draw_and_cell: cell << DRAW | draw,
            }));
        }
    }

    /// Carries out the searches: each draws addresses until a firm in business answers, two in
    /// the region and field that one attempt chooses. One attempt of all runs in short passes, so
    /// that looking up one address does not wait for another.
    pub(super) fn carry_out(
        &mut self,
        addresses: &Addresses,
        scope: &Scope,
        (key, quarter, purpose): (Key, u32, Purpose),
    ) {
        self.found.clear();
        self.found.resize(self.open.len(), NOBODY);
        let (directory, mut draws) = (addresses.directory(), Draws::NONE);
        let mut strip = [Search::default(); STRIP];
        for number in 0..scope.tries.div_ceil(POINTS as u32) {
            let attempt = Attempt {
                key,
                quarter,
                purpose,
                number,
                of: scope.tries,
            };
            let (mut from, mut left) = (0, 0);
            while from < self.open.len() {
                let n = STRIP.min(self.open.len() - from);
                let searches = &mut strip[..n];
                searches.copy_from_slice(&self.open[from..from + n]);
                draw(attempt, scope.reach, addresses, searches, &mut draws);
                draws.turn_to_fields(addresses, scope.focus, n);
                let (mut found, mut asked, mut open) = ([NOBODY; STRIP], ALL, n);
                for words in &draws.places {
                    open = directory.point(&draws.cell, words, &mut asked, open, &mut found);
                }
                for (search, &row) in searches.iter().zip(&found) {
                    self.found[search.place as usize] = row;
                }
                for &i in &asked[..open] {
                    self.open[left] = searches[i as usize];
                    left += 1;
                }
                from += n;
            }
            self.open.truncate(left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::twin;

    /// Given that a word lies in any sixteenth, its twin lies in any as often as not.
    #[test]
    fn a_word_and_its_twin_fill_the_square() {
        let mut counts = [[0_u32; 16]; 16];
        // goes through a part of all words, evenly
        for word in (511..=u32::MAX).step_by(1 << 10) {
            counts[(word >> 28) as usize][(twin(word) >> 28) as usize] += 1;
        }
        let mean = f64::from(1 << 22) / 256.0;
        for &count in counts.iter().flatten() {
            assert!(
                (f64::from(count) / mean - 1.0).abs() < 1e-2,
                "{count} {mean}"
            );
        }
    }
}
