//! Which firms does an office come upon when it looks for a partner?
//!
//! Each search draws addresses by its own key until a firm in business answers, see
//! `Addresses`.

use super::addresses::Addresses;
use super::offers::Offers;
use super::partners::NOBODY;
use crate::base::rng::{Key, Purpose};
use crate::base::{math, strip};
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
    /// Its place among all searches.
    pub place: u32,
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

/// What a strip of searches draws, in columns.
struct Draws {
    /// Region where each looks.
    region: [u32; STRIP],
    /// Words that choose its field, the place, and whether who is there answers.
    field: [u32; STRIP],
    place: [u32; STRIP],
    accept: [u32; STRIP],
}

impl Draws {
    const NONE: Self = Self {
        region: [0; STRIP],
        field: [0; STRIP],
        place: [0; STRIP],
        accept: [0; STRIP],
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
        let [mut a, mut b, mut c, mut home] = [[0; STRIP]; 4]; // derived: words of the counter
        for (i, search) in searches.iter().enumerate().take(STRIP) {
            let draw = u32::from(search.draw) * attempt.of + attempt.number;
            (a[i], b[i], c[i]) = (search.invention, search.lot, attempt.quarter << 16 | draw);
            home[i] = u32::from(search.region);
        }
        let mut first = [0; STRIP];
        for i in 0..STRIP {
            let drawn = strip::words(attempt.key, [a[i], b[i], c[i], attempt.purpose as u32]);
            let [w, x, y, z] = drawn.map(|word| word as u32);
            (first[i], draws.field[i], draws.place[i], draws.accept[i]) = (w, x, y, z);
        }
        let away = addresses.regions.choose_all(&home, &first.map(|word| part(twin(word))));
        let stays = 1.0 - reach;
        for i in 0..STRIP {
            draws.region[i] = if part(first[i]) < stays { home[i] } else { away[i] };
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

/// Field where a search looks in its region: its own below `focus`, else another in proportion
/// to mass.
#[inline]
fn field(addresses: &Addresses, region: usize, own: usize, focus: f64, word: u32) -> usize {
    let other = addresses.fields[region].choose(own, part(twin(word)));
    // where it looks is for chance to decide: no branch foretells it
    select_unpredictable(part(word) < focus, own, other)
}

impl Searches {
    /// Opens `draws` searches of each lot.
    pub(super) fn open(&mut self, offers: &Offers, draws: u16) {
        self.open.clear();
        for (lot, first) in (offers.lots.iter()).zip((0..).step_by(usize::from(draws))) {
            let offer = &offers.all[lot.offer as usize];
            self.open.extend((0..draws).map(|draw| Search {
                invention: offer.id,
                lot: lot.number,
                place: first + u32::from(draw),
                draw,
                region: offer.region,
                field: offer.field,
            }));
        }
    }

    /// Carries out the searches: each draws addresses until a firm in business answers. One
    /// attempt of all runs in short passes, so that looking up one address does not wait for
    /// another.
    pub(super) fn carry_out(
        &mut self,
        addresses: &Addresses,
        scope: &Scope,
        (key, quarter, purpose): (Key, u32, Purpose),
    ) {
        self.found.clear();
        self.found.resize(self.open.len(), NOBODY);
        let mut draws = Draws::NONE;
        let mut strip = [Search::default(); STRIP];
        for number in 0..scope.tries {
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
                let mut places = [0; STRIP];
                for (i, search) in searches.iter().enumerate() {
                    let (region, own) = (draws.region[i] as usize, usize::from(search.field));
                    let field = field(addresses, region, own, scope.focus, draws.field[i]);
                    places[i] = addresses.place(region, field, draws.place[i]);
                }
                let holders = addresses.holders(&places);
                for (i, search) in searches.iter().enumerate() {
                    let (row, answers) = addresses.ask(holders[i], draws.accept[i]);
                    self.found[search.place as usize] = if answers { row } else { NOBODY };
                    self.open[left] = *search;
                    left += usize::from(!answers);
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
        let mut word = 0_u32;
        for _ in 0..1 << 22 {
            word = word.wrapping_add(1024); // 2^22 steps go round once
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
