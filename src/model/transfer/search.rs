//! Which firms does an office come upon when it looks for a partner?
//!
//! Each search draws addresses by its own key until a firm in business answers, see
//! `Addresses`.

use super::addresses::{Addresses, Target};
use super::choices::{twin, words};
use super::offers::Offers;
use super::partners::NOBODY;
use crate::base::rng::{Key, Purpose};
use crate::base::{math, strip};
use crate::model::firms::FIELDS;
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

/// Four words for each search of a strip: region, field, place, whether who is there answers.
type Words = [[u32; STRIP]; 4]; // derived: words of a block

crate::dispatched! {
    /// Draws the words of at most a strip of searches.
    fn draw(attempt: Attempt, searches: &[Search], words: &mut Words) {
        let [mut a, mut b, mut c] = [[0; STRIP]; 3]; // derived: words of the counter
        for (i, search) in searches.iter().enumerate().take(STRIP) {
            let draw = u32::from(search.draw) * attempt.of + attempt.number;
            (a[i], b[i], c[i]) = (search.invention, search.lot, attempt.quarter << 16 | draw);
        }
        let [first, second, third, fourth] = words;
        for i in 0..STRIP {
            let drawn = strip::words(attempt.key, [a[i], b[i], c[i], attempt.purpose as u32]);
            let [w, x, y, z] = drawn.map(|word| word as u32);
            (first[i], second[i], third[i], fourth[i]) = (w, x, y, z);
        }
    }
}

/// Words below which a search stays at home and in its own field.
#[derive(Clone, Copy)]
struct Stays {
    home: u64,
    own: u64,
}

impl Stays {
    fn of(scope: &Scope) -> Self {
        Self {
            home: words(1.0 - scope.reach),
            own: words(scope.focus),
        }
    }

    /// Region and field where a search looks: at home where its first word is below `1 − reach`,
    /// else in another region in proportion to mass; in its own field where the second is below
    /// `focus`, else in another.
    #[inline]
    fn point(self, addresses: &Addresses, search: &Search, words: [u32; 2]) -> (usize, usize) {
        let [home, own] = [search.region, search.field].map(usize::from);
        // where it looks is for chance to decide: no branch foretells it
        let away = addresses.regions[home].of(twin(words[0]));
        let region = select_unpredictable(u64::from(words[0]) < self.home, home, away);
        let other = addresses.fields[region * FIELDS + own].of(twin(words[1]));
        let field = select_unpredictable(u64::from(words[1]) < self.own, own, other);
        (region, field)
    }
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
        let stays = Stays::of(scope);
        let mut words = [[0; STRIP]; 4]; // derived: words of a block
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
                draw(attempt, searches, &mut words);
                let [first, second, third, fourth] = &words;
                let mut targets = [Target::default(); STRIP];
                for (i, search) in searches.iter().enumerate() {
                    let (region, field) = stays.point(addresses, search, [first[i], second[i]]);
                    targets[i] = addresses.place(region, field, third[i]);
                }
                let holders = addresses.holders(&targets);
                for (i, search) in searches.iter().enumerate() {
                    let (row, answers) = addresses.ask(holders[i], fourth[i]);
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
