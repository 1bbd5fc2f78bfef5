//! Draws random numbers by key: every draw is a pure function of (seed, run, entity,
//! quarter, purpose), so runs are paired by default and do not depend on order.
//!
//! Philox4x32-10 (Salmon et al. 2011). Key = [seed, run]; counter = [entity a, entity b,
//! quarter << 16 | draw, purpose]; a call gives two uniforms of 53 bits.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::strip;
use std::convert::Infallible;

/// What a draw is for. Append only: the numbers are part of the reproducibility contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[allow(missing_docs)]
pub enum Purpose {
    Parameter = 0,
    // population synthesis: 1..=19
    FirmSize = 1,
    FirmTraits = 2,
    FirmTechnology = 3,
    FirmTax = 4,
    FirmPlace = 5,
    FirmFinance = 6,
    UnitTraits = 7,
    BuyerTraits = 8,
    // firms and tax: 20..=59
    TaxState = 20,
    StartResearch = 21,
    LearnPolicy = 22,
    LearnClaim = 23,
    LearnRegister = 24,
    ClaimCost = 25,
    RegisterTest = 26,
    Gift = 27,
    // people, money, finance, demand, entry, openness: 60..=119
    Productivity = 60,
    Imitate = 61,
    Success = 62,
    Preference = 63,
    LoanApply = 64,
    LoanDefault = 65,
    CallProposal = 66,
    CallScore = 67,
    Entry = 68,
    EntryTraits = 69,
    Equity = 70,
    Shock = 71,
    OwnerSupport = 72,
    Need = 90,
    Retaliation = 91,
    Consortium = 92,
    // universities, transfer, funnel, patents: 120..=199
    Invention = 120,
    InventionQuality = 121,
    Disclosure = 122,
    Search = 123,
    Price = 124,
    Choice = 125,
    OpenLicence = 126,
    Trial = 127,
    ContractResearch = 128,
    Funnel = 129,
    Adoption = 130,
    Filing = 131,
    Examination = 132,
    Registration = 133,
    SpinOff = 134,
    Approval = 135,
    Remnant = 136,
    OwnApproval = 137,
}

/// The two words that name one chance stream: master seed and run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Master seed.
    pub seed: u32,
    /// Run id (or draw id for parameters).
    pub run: u32,
}

const MULTIPLIER_0: u64 = 0xD251_1F53;
const MULTIPLIER_1: u64 = 0xCD9E_8D57;
const WEYL_0: u32 = 0x9E37_79B9;
const WEYL_1: u32 = 0xBB67_AE85;

/// Philox4x32-10: four random words for a counter under a key.
#[inline(always)]
pub fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let p0 = MULTIPLIER_0 * u64::from(counter[0]);
        let p1 = MULTIPLIER_1 * u64::from(counter[2]);
        counter = [
            (p1 >> 32) as u32 ^ counter[1] ^ key[0],
            p1 as u32,
            (p0 >> 32) as u32 ^ counter[3] ^ key[1],
            p0 as u32,
        ];
        key[0] = key[0].wrapping_add(WEYL_0);
        key[1] = key[1].wrapping_add(WEYL_1);
    }
    counter
}

/// A uniform in \[0, 1) with 53 bits from two words.
#[inline(always)]
fn uniform53(high: u32, low: u32) -> f64 {
    const SCALE: f64 = 1.0 / 9_007_199_254_740_992.0;
    // derived: 2^-53 and 2^26
    (f64::from(high >> 5) * 67_108_864.0 + f64::from(low >> 6)) * SCALE
}

impl Key {
    /// Two independent uniforms in \[0, 1).
    ///
    /// `quarter` is the quarter's index (below 65,536), `draw` numbers draws of one purpose.
    #[inline(always)]
    pub fn pair(self, a: u32, b: u32, quarter: u32, draw: u32, purpose: Purpose) -> (f64, f64) {
        let words = philox(
            [a, b, quarter << 16 | draw, purpose as u32],
            [self.seed, self.run],
        );
        (uniform53(words[0], words[1]), uniform53(words[2], words[3]))
    }

    /// Four independent uniforms in \[0, 1) of 32 bits, from the words of which
    /// [`Key::pair`] makes two of 53: use one or the other of a draw.
    #[inline(always)]
    pub fn digits(self, a: u32, b: u32, quarter: u32, draw: u32, purpose: Purpose) -> [f64; 4] {
        let words = philox(
            [a, b, quarter << 16 | draw, purpose as u32],
            [self.seed, self.run],
        );
        words.map(|word| f64::from(word) * (1.0 / 4_294_967_296.0)) // derived: 2^-32
    }

    /// One uniform in \[0, 1), the first of [`Key::pair`].
    #[inline(always)]
    pub fn uniform(self, a: u32, b: u32, quarter: u32, draw: u32, purpose: Purpose) -> f64 {
        self.pair(a, b, quarter, draw, purpose).0
    }
}

crate::dispatched! {
    /// Fills `out` with the first uniform of each id, all of one quarter, draw and purpose:
    /// element `i` is `key.uniform(ids[i], 0, quarter, draw, purpose)`.
    ///
    /// # Panics
    /// Where `ids` and `out` differ in length.
    pub fn fill_uniform(key: Key, ids: &[u32], quarter: u32, draw: u32, purpose: Purpose, out: &mut [f64]) {
        assert_eq!(ids.len(), out.len(), "one uniform for each id");
        let words = [0, quarter << 16 | draw, purpose as u32];
        for (&id, value) in ids.iter().zip(out) {
            *value = strip::pair(key, id, words).0;
        }
    }
}

crate::dispatched! {
    /// Fills `out` with the standard normal value of the first uniform of each id, all of one
    /// quarter, draw and purpose.
    ///
    /// # Panics
    /// Where `ids` and `out` differ in length.
    pub fn fill_normal(key: Key, ids: &[u32], quarter: u32, draw: u32, purpose: Purpose, out: &mut [f64]) {
        assert_eq!(ids.len(), out.len(), "one value for each id");
        let words = [0, quarter << 16 | draw, purpose as u32];
        for (ids, out) in ids.chunks(strip::ROWS).zip(out.chunks_mut(strip::ROWS)) {
            for (value, &id) in out.iter_mut().zip(ids) {
                *value = strip::pair(key, id, words).0;
            }
            strip::quantiles(out);
        }
    }
}

crate::dispatched! {
    /// Fills `normal` with the standard normal value of the first uniform of each id and `uniform`
    /// with the second, all of one quarter, draw and purpose.
    ///
    /// # Panics
    /// Where the columns differ in length.
    pub fn fill_normal_and_uniform(
        key: Key,
        ids: &[u32],
        quarter: u32,
        draw: u32,
        purpose: Purpose,
        normal: &mut [f64],
        uniform: &mut [f64],
    ) {
        assert!(normal.len() == ids.len() && uniform.len() == ids.len(), "a pair for each id");
        let words = [0, quarter << 16 | draw, purpose as u32];
        let columns = normal.chunks_mut(strip::ROWS).zip(uniform.chunks_mut(strip::ROWS));
        for (ids, (normal, uniform)) in ids.chunks(strip::ROWS).zip(columns) {
            for ((&id, u), v) in ids.iter().zip(&mut *normal).zip(uniform) {
                (*u, *v) = strip::pair(key, id, words);
            }
            strip::quantiles(normal);
        }
    }
}

/// The draw number that [`Stream`] keeps for itself: single draws stay below it.
const STREAM_DRAW: u32 = 0xFFFF;

/// Successive random words of one entity, quarter and purpose, for samplers that ask for a
/// generator (address tables, rejection).
///
/// It uses draw number 65,535, so it never meets the draws of [`Key::pair`] below that.
#[derive(Clone, Debug)]
pub struct Stream {
    key: Key,
    entity: u32,
    quarter: u32,
    purpose: Purpose,
    block: u32,
    words: [u32; 4],
    used: usize,
}

impl Key {
    /// The stream of an entity in a quarter for a purpose.
    pub fn stream(self, entity: u32, quarter: u32, purpose: Purpose) -> Stream {
        Stream {
            key: self,
            entity,
            quarter,
            purpose,
            block: 0,
            words: [0; 4],
            used: 4,
        }
    }
}

impl Stream {
    fn next_word(&mut self) -> u32 {
        if self.used == 4 {
            self.words = philox(
                [
                    self.entity,
                    self.block,
                    self.quarter << 16 | STREAM_DRAW,
                    self.purpose as u32,
                ],
                [self.key.seed, self.key.run],
            );
            self.block = self.block.wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        self.words[self.used - 1]
    }
}

impl rand::TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next_word())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.next_word());
        Ok(u64::from(self.next_word()) << 32 | low)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            let word = self.next_word().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{math, stats};
    use rand::{Rng, distr::Distribution};
    use rand_distr::weighted::WeightedAliasIndex;

    /// The vectors published with the Random123 library.
    #[test]
    fn philox_gives_the_known_answers() {
        let ones = u32::MAX;
        assert_eq!(
            philox([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox([ones; 4], [ones; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn uniforms_have_53_bits_and_never_reach_one() {
        assert_eq!(uniform53(0, 0), 0.0);
        assert_eq!(uniform53(0x8000_0000, 0), 0.5);
        assert_eq!(uniform53(0, 64), f64::EPSILON / 2.0);
        assert_eq!(uniform53(32, 0), 1.0 / 134_217_728.0);
        assert_eq!(uniform53(u32::MAX, u32::MAX), 1.0 - f64::EPSILON / 2.0);
        let expected = (f64::from(0x6627_e8d5_u32 >> 5) * 67_108_864.0
            + f64::from(0xe169_c58d_u32 >> 6))
            / 9_007_199_254_740_992.0;
        let key = Key { seed: 0, run: 0 };
        assert_eq!(key.uniform(0, 0, 0, 0, Purpose::Parameter), expected);
    }

    /// Old results stay reproducible only while no purpose changes its number.
    #[test]
    fn purposes_keep_their_numbers() {
        use Purpose as P;
        let frozen = [
            (P::Parameter, 0),
            (P::FirmSize, 1),
            (P::FirmTraits, 2),
            (P::FirmTechnology, 3),
            (P::FirmTax, 4),
            (P::FirmPlace, 5),
            (P::FirmFinance, 6),
            (P::UnitTraits, 7),
            (P::BuyerTraits, 8),
            (P::TaxState, 20),
            (P::StartResearch, 21),
            (P::LearnPolicy, 22),
            (P::LearnClaim, 23),
            (P::LearnRegister, 24),
            (P::ClaimCost, 25),
            (P::RegisterTest, 26),
            (P::Productivity, 60),
            (P::Imitate, 61),
            (P::Success, 62),
            (P::Preference, 63),
            (P::LoanApply, 64),
            (P::LoanDefault, 65),
            (P::CallProposal, 66),
            (P::CallScore, 67),
            (P::Entry, 68),
            (P::EntryTraits, 69),
            (P::Equity, 70),
            (P::Shock, 71),
            (P::Invention, 120),
            (P::InventionQuality, 121),
            (P::Disclosure, 122),
            (P::Search, 123),
            (P::Price, 124),
            (P::Choice, 125),
            (P::OpenLicence, 126),
            (P::Trial, 127),
            (P::ContractResearch, 128),
            (P::Funnel, 129),
            (P::Adoption, 130),
            (P::Filing, 131),
            (P::Examination, 132),
            (P::Registration, 133),
            (P::SpinOff, 134),
            (P::Approval, 135),
        ];
        for (purpose, number) in frozen {
            assert_eq!(purpose as u32, number, "{purpose:?}");
        }
    }

    #[test]
    fn every_word_of_the_key_matters() {
        let key = Key { seed: 1, run: 2 };
        let base = key.pair(3, 4, 5, 6, Purpose::Choice);
        for other in [
            Key { seed: 9, run: 2 }.pair(3, 4, 5, 6, Purpose::Choice),
            Key { seed: 1, run: 9 }.pair(3, 4, 5, 6, Purpose::Choice),
            key.pair(9, 4, 5, 6, Purpose::Choice),
            key.pair(3, 9, 5, 6, Purpose::Choice),
            key.pair(3, 4, 9, 6, Purpose::Choice),
            key.pair(3, 4, 5, 9, Purpose::Choice),
            key.pair(3, 4, 5, 6, Purpose::Price),
        ] {
            assert_ne!(base.0, other.0);
            assert_ne!(base.1, other.1);
        }
    }

    #[test]
    fn a_strip_equals_single_draws() {
        let key = Key { seed: 11, run: 3 };
        let ids: Vec<u32> = (0..1003).map(|i| i * 7 + 1).collect();
        let (mut out, mut normal) = (vec![0.0; ids.len()], vec![0.0; ids.len()]);
        fill_uniform(key, &ids, 52, 2, Purpose::Filing, &mut out);
        fill_normal(key, &ids, 52, 2, Purpose::Filing, &mut normal);
        for ((&id, &value), &z) in ids.iter().zip(&out).zip(&normal) {
            assert_eq!(value, key.uniform(id, 0, 52, 2, Purpose::Filing));
            assert_eq!(z, math::normal_quantile(value));
        }
    }

    #[test]
    fn uniforms_are_uniform() {
        let key = Key { seed: 5, run: 0 };
        let ids: Vec<u32> = (0..200_000).collect();
        let mut out = vec![0.0; ids.len()];
        fill_uniform(key, &ids, 1, 0, Purpose::Choice, &mut out);
        let n = out.len() as f64;
        assert!((stats::mean(&out) - 0.5).abs() < 4.0 / (12.0 * n).sqrt());
        assert!((stats::variance(&out).unwrap() - 1.0 / 12.0).abs() < 1e-3);
        let mut counts = [0.0; 100];
        for u in &out {
            counts[(u * 100.0) as usize] += 1.0;
        }
        let chi_square: f64 = counts
            .iter()
            .map(|c| (c - n / 100.0) * (c - n / 100.0) / (n / 100.0))
            .sum();
        // 99 degrees of freedom: 0.01 % and 99.99 % points
        assert!((53.0..161.0).contains(&chi_square), "{chi_square}");
    }

    #[test]
    fn a_stream_repeats_itself_and_differs_by_entity() {
        let key = Key { seed: 5, run: 1 };
        let take = |entity: u32| {
            let mut stream = key.stream(entity, 9, Purpose::Search);
            (0..10).map(|_| stream.next_u64()).collect::<Vec<_>>()
        };
        assert_eq!(take(1), take(1));
        assert_ne!(take(1), take(2));
        let mut bytes = [0_u8; 7];
        key.stream(1, 9, Purpose::Search).fill_bytes(&mut bytes);
        assert_eq!(bytes[..4], (take(1)[0] as u32).to_le_bytes());
    }

    #[test]
    fn a_stream_drives_an_alias_table() {
        let table = WeightedAliasIndex::new(vec![1.0, 3.0, 6.0]).unwrap();
        let mut stream = Key { seed: 5, run: 2 }.stream(0, 0, Purpose::Search);
        let mut counts = [0.0_f64; 3];
        for _ in 0..100_000 {
            counts[table.sample(&mut stream)] += 1e-5;
        }
        for (share, expected) in counts.iter().zip([0.1, 0.3, 0.6]) {
            assert!(
                (share - expected).abs() < 0.006,
                "{share} against {expected}"
            );
        }
    }
}
