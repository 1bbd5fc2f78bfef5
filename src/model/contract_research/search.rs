//! Whom does a firm ask that has no partner, or thinks it over?
//!
//! Searches of a round are drawn together, a strip at a time; each is decided by itself.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::{requests::Requests, units::Addresses};
use crate::base::columns::Lent;
use crate::base::rng::{Key, Purpose};
use crate::base::{math, strip};
use crate::model::context::Context;
use crate::model::firms::{Firms, REGIONS};
use crate::model::population::block_of;

/// Units a firm looks at when it searches.
const CANDIDATES: usize = 6; // derived: a handful; the choice among them is the logit
/// Rows drawn together.
pub(super) const STRIP: usize = 64;
/// Purpose of all draws here.
const PURPOSE: Purpose = Purpose::ContractResearch;

/// One draw of each candidate for each row of a strip.
type Draws = [[f64; STRIP]; CANDIDATES];

crate::dispatched! {
    /// Whether firms stay with a partner, and whether they lose it: a uniform each.
    pub(super) fn fill_ties(
        key: Key,
        ids: &[u32; STRIP],
        quarter: u32,
        stay: &mut [f64; STRIP],
        lose: &mut [f64; STRIP],
    ) {
        for i in 0..STRIP {
            (stay[i], lose[i]) = strip::pair(key, ids[i], [0, quarter << 16, PURPOSE as u32]);
        }
    }
}

/// The uniform in \[0, 1) that [`Key::digits`] makes of the lower half of a word: it becomes the
/// mantissa of 2⁵² + w, so that no conversion from integers is needed.
///
/// Example: w = 2³¹: ½.
#[inline(always)]
fn digit(word: u64) -> f64 {
    const TWO_52: f64 = 4_503_599_627_370_496.0; // derived: behind it stand whole numbers
    let whole = f64::from_bits(word & 0xFFFF_FFFF | TWO_52.to_bits()) - TWO_52;
    whole * (1.0 / 4_294_967_296.0) // derived: 2^-32
}

/// What searches read.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    addresses: &'a Addresses,
    pub(super) ctx: &'a Context<'a>,
    /// What half and whole units of distance do to a wait \[factor\].
    distaste: [f64; 3],
}

/// A strip of searches, in columns; a row of each candidate.
struct Strip {
    id: [u32; STRIP],
    home: [u64; STRIP],
    field: [u8; STRIP],
    /// Region in which it looks, or the nation.
    region: [[u64; STRIP]; CANDIDATES],
    place: Draws,
    wait: Draws,
    unit: [[u64; STRIP]; CANDIDATES],
    /// Unit that had no time.
    refused: [u64; STRIP],
    best: [u64; STRIP],
}

impl Strip {
    fn new() -> Self {
        let draws = [[0.0; STRIP]; CANDIDATES];
        Self {
            id: [0; STRIP],
            home: [0; STRIP],
            field: [0; STRIP],
            region: [[0; STRIP]; CANDIDATES],
            place: draws,
            wait: draws,
            unit: [[NOBODY; STRIP]; CANDIDATES],
            refused: [NOBODY; STRIP],
            best: [NOBODY; STRIP],
        }
    }
}

impl<'a> Ground<'a> {
    pub(super) fn new(addresses: &'a Addresses, ctx: &'a Context) -> Self {
        let distaste = ctx.parameters.contract_research.field_match;
        Self {
            addresses,
            ctx,
            distaste: [0.0, 0.5, 1.0].map(|distance| math::exp(distaste * distance)),
        }
    }

    /// Finds a unit for each of the `searching` requests; in rounds after the first another
    /// than the one that had no time.
    pub(super) fn search(
        &self,
        firms: &Firms<Lent>,
        requests: &mut Requests,
        searching: &[u32],
        round: u32,
    ) {
        let p = &self.ctx.parameters.contract_research;
        let mut strip = Strip::new();
        let (key, quarter) = (self.ctx.key, self.ctx.q() as u32);
        let first = 1 + round * CANDIDATES as u32;
        for searching in searching.chunks(STRIP) {
            for (r, &at) in searching.iter().enumerate() {
                let firm = requests.firm[at as usize] as usize;
                strip.id[r] = firms.id[firm];
                strip.home[r] = u64::from(firms.region[firm]);
                strip.field[r] = firms.field[firm];
                let unit = u64::from(requests.unit[at as usize]);
                strip.refused[r] = if round > 0 { unit } else { NOBODY };
            }
            draw_candidates(&mut strip, key, quarter, first, p.alumni);
            self.call(&mut strip, searching.len());
            choose(&mut strip);
            for (&at, &unit) in searching.iter().zip(&strip.best) {
                requests.unit[at as usize] = unit as u32;
            }
        }
    }

    /// Finds the candidates of the first `n` searches, and for each the wait that the logit of
    /// [`super::partner_utility`] gives it: utility plus a Gumbel draw is highest where the wait
    /// at rate e^utility is shortest.
    fn call(&self, strip: &mut Strip, n: usize) {
        let (mut goal, mut place, mut block) = ([0.0; STRIP], [0; STRIP], [0; STRIP]);
        for (block, &field) in block[..n].iter_mut().zip(&strip.field) {
            *block = block_of(usize::from(field)) as u8;
        }
        for k in 0..CANDIDATES {
            // loads that do not wait for each other, then the walk, whose end has to be guessed
            for r in 0..n {
                let region = strip.region[k][r] as usize;
                (goal[r], place[r]) = self.addresses.aim(region, strip.place[k][r]);
            }
            for _ in 0..2 {
                for (place, &goal) in place[..n].iter_mut().zip(&goal) {
                    *place = self.addresses.step(goal, *place);
                }
            }
            for r in 0..n {
                let address = self.addresses.find(goal[r], place[r]);
                // half a unit of distance for another field, and for another block
                let apart = usize::from(address.field != strip.field[r])
                    + usize::from(address.block != block[r]);
                strip.unit[k][r] = u64::from(address.unit);
                strip.wait[k][r] = address.mean_wait * strip.wait[k][r] * self.distaste[apart];
            }
        }
    }
}

crate::dispatched! {
    /// Draws of the candidates from number `first` on: whether the professor is near, as with
    /// chance `alumni`, where he sits, and the wait at rate 1.
    fn draw_candidates(strip: &mut Strip, key: Key, quarter: u32, first: u32, alumni: f64) {
        for k in 0..CANDIDATES {
            let words = [0, quarter << 16 | (first + k as u32), PURPOSE as u32];
            for r in 0..STRIP {
                let words = strip::words(key, [strip.id[r], words[0], words[1], words[2]]);
                let near = digit(words[0]) < alumni;
                strip.region[k][r] = if near { strip.home[r] } else { REGIONS as u64 };
                strip.place[k][r] = digit(words[1]);
                strip.wait[k][r] = -math::ln(1.0 - digit(words[2]));
            }
        }
    }
}

crate::dispatched! {
    /// The best candidate of each search.
    fn choose(strip: &mut Strip) {
        for r in 0..STRIP {
            let units = strip.unit.each_ref().map(|unit| unit[r]);
            let waits = strip.wait.each_ref().map(|wait| wait[r]);
            strip.best[r] = soonest(units, waits, strip.refused[r]);
        }
    }
}

/// No unit's row.
const NOBODY: u64 = u32::MAX as u64;

/// The unit of the shortest wait but for the one that `refused`, which it is where there is no
/// other; a unit met twice has one draw, the first.
///
/// Example: waits 3, 2, 1 at units 5, 7, 5: unit 7, or 5 where 7 refused.
#[inline(always)]
fn soonest(units: [u64; CANDIDATES], waits: [f64; CANDIDATES], refused: u64) -> u64 {
    let (mut shortest, mut best) = (f64::INFINITY, refused);
    for k in 0..CANDIDATES {
        let met = (units[..k].iter()).fold(units[k] == refused, |met, &u| met | (u == units[k]));
        let wait = if met { f64::INFINITY } else { waits[k] };
        best = if wait < shortest { units[k] } else { best };
        shortest = math::min(wait, shortest);
    }
    if best == NOBODY { 0 } else { best }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_wide_words_are_those_of_the_key() {
        let key = Key { seed: 3, run: 1 };
        let narrow = key.digits(5, 0, 80, 2, PURPOSE);
        let wide = strip::words(key, [5, 0, 80 << 16 | 2, PURPOSE as u32]).map(digit);
        assert_eq!(narrow, wide);
        assert_eq!(digit(1 << 31), 0.5);
    }

    #[test]
    fn the_shortest_wait_counts_once_and_never_with_whom_refused() {
        let (units, waits) = ([5, 7, 5, 8, 8, 9], [3.0, 2.0, 1.0, 4.0, 0.5, 6.0]);
        assert_eq!(soonest(units, waits, NOBODY), 7);
        assert_eq!(soonest(units, waits, 7), 5);
        let alone = [4; CANDIDATES];
        assert_eq!(soonest(alone, waits, 4), 4);
        assert_eq!(soonest(alone, [f64::INFINITY; CANDIDATES], NOBODY), 0);
    }
}
