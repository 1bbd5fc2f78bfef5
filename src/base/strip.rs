//! Walks columns in strips that stay in first-level cache: pairs of keyed draws, powers and sums
//! of a whole strip at once.
//!
//! A process that is many operations long a row runs faster as short passes over a strip: enough
//! independent rows are in flight to fill the processor, and each pass is a loop that the
//! compiler turns into vector code. Everything here gives the bits of its row-by-row counterpart.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::blocks::Join;
use super::rng::{Key, Purpose};
use super::{math, select};

/// Rows of a strip: a multiple of eight, and small enough that a dozen columns of it fit in 32 KB.
pub const ROWS: usize = 256;

crate::dispatched! {
    /// Fills two columns with both uniforms of each id, all of one quarter, draw and purpose:
    /// element `i` of them is `key.pair(ids[i], 0, quarter, draw, purpose)`.
    ///
    /// ```
    /// use leverlab::base::rng::{Key, Purpose};
    /// let key = Key { seed: 1, run: 2 };
    /// let (mut first, mut second) = ([0.0; 2], [0.0; 2]);
    /// leverlab::base::strip::fill_pairs(key, &[7, 9], 4, 0, Purpose::Choice, &mut first, &mut second);
    /// assert_eq!((first[1], second[1]), key.pair(9, 0, 4, 0, Purpose::Choice));
    /// ```
    ///
    /// # Panics
    /// Where `first` or `second` is not as long as `ids`.
    pub fn fill_pairs(
        key: Key,
        ids: &[u32],
        quarter: u32,
        draw: u32,
        purpose: Purpose,
        first: &mut [f64],
        second: &mut [f64],
    ) {
        assert!(first.len() == ids.len() && second.len() == ids.len(), "one pair for each id");
        let words = [0, quarter << 16 | draw, purpose as u32];
        for ((&id, u), v) in ids.iter().zip(first).zip(second) {
            (*u, *v) = pair(key, id, words);
        }
    }
}

crate::dispatched! {
    /// Fills two columns with both uniforms of each pair of ids, all of one draw and purpose:
    /// element `i` of them is `key.pair(ids[0][i], ids[1][i], 0, draw, purpose)`.
    ///
    /// ```
    /// use leverlab::base::rng::{Key, Purpose};
    /// let key = Key { seed: 1, run: 2 };
    /// let (mut first, mut second) = ([0.0; 64], [0.0; 64]);
    /// let ids = [&[7; 64], &[9; 64]];
    /// leverlab::base::strip::fill_pairs_of(key, ids, 4, Purpose::Choice, &mut first, &mut second);
    /// assert_eq!((first[1], second[1]), key.pair(7, 9, 0, 4, Purpose::Choice));
    /// ```
    pub fn fill_pairs_of(
        key: Key,
        ids: [&[u32; 64]; 2],
        draw: u32,
        purpose: Purpose,
        first: &mut [f64; 64],
        second: &mut [f64; 64],
    ) {
        for i in 0..64 {
            let words = [ids[1][i], draw, purpose as u32];
            (first[i], second[i]) = pair(key, ids[0][i], words);
        }
    }
}

/// What [`Key::pair`] gives for the counter `[id, words]`, by wide arithmetic.
#[inline(always)]
pub fn pair(key: Key, id: u32, words: [u32; 3]) -> (f64, f64) {
    let words = self::words(key, [id, words[0], words[1], words[2]]);
    (uniform(words[0], words[1]), uniform(words[2], words[3]))
}

/// The four words of a counter, each in the lower half of 64 bits; what stands in the upper halves
/// is of no use.
///
/// Philox4x32-10 on words of 64 bits whose upper halves hold what is left of the products and are
/// dropped by the next multiplication: a third of the instructions that 32-bit words take where
/// vectors multiply 32 bits into 64.
#[inline(always)]
pub fn words(key: Key, counter: [u32; 4]) -> [u64; 4] {
    const LOW: u64 = 0xFFFF_FFFF;
    let mut counter = counter.map(u64::from);
    let mut key = [key.seed, key.run];
    for _ in 0..10 {
        let p0 = MULTIPLIERS[0] * (counter[0] & LOW);
        let p1 = MULTIPLIERS[1] * (counter[2] & LOW);
        counter = [
            (p1 >> 32) ^ counter[1] ^ u64::from(key[0]),
            p1,
            (p0 >> 32) ^ counter[3] ^ u64::from(key[1]),
            p0,
        ];
        key[0] = key[0].wrapping_add(WEYL[0]);
        key[1] = key[1].wrapping_add(WEYL[1]);
    }
    counter
}

const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// A uniform in \[0, 1) with 53 bits: 27 of the lower half of `high`, 26 of that of `low`.
///
/// The bits become mantissas, of 1 + h 2⁻²⁷ and of 1/2 + l 2⁻⁵³; both sums are exact, and no
/// conversion from integers is needed, which not every vector unit has.
///
/// Example: h = 2²⁶, l = 0 gives (1 + 1/2 − 3/2) + 1/2 = 1/2.
#[inline(always)]
fn uniform(high: u64, low: u64) -> f64 {
    const ONE: u64 = 0x3FF0_0000_0000_0000;
    const HALF: u64 = 0x3FE0_0000_0000_0000;
    const HIGH: u64 = 0x7FF_FFFF << 25;
    const LOW: u64 = 0x3FF_FFFF;
    let high = f64::from_bits(ONE | (high << 20 & HIGH));
    let low = f64::from_bits(HALF | (low >> 6 & LOW));
    (high - 1.5) + low
}

/// Numbers of the widest vector: so many are done as fast as one.
const LANES: usize = 8; // derived: 512 bits

/// Turns the uniforms of at most a strip into standard normal values, with the bits of
/// [`math::normal_quantile`]: the three in twenty beyond the middle are done together.
#[inline(always)]
pub fn quantiles(values: &mut [f64]) {
    let n = values.len().min(ROWS);
    let values = &mut values[..n];
    let (mut beyond, mut place) = ([false; ROWS], [0; ROWS + select::SLACK]);
    for (far, uniform) in beyond.iter_mut().zip(&*values) {
        *far = (uniform - 0.5).abs() > math::MIDDLE;
    }
    let count = select::put(&beyond[..n], 0, &mut place);
    // what follows the last one holds what does no harm
    let (mut tail, mut sizes) = ([0.5; ROWS], [0.0; ROWS]);
    for (uniform, &k) in tail.iter_mut().zip(&place[..count]) {
        *uniform = values[k as usize];
    }
    for value in &mut *values {
        *value = math::middle_quantile(*value - 0.5);
    }
    let mut farther = false;
    let whole = usize::min(count.next_multiple_of(LANES), ROWS);
    for (size, &uniform) in sizes[..whole].iter_mut().zip(&tail) {
        let root = math::tail_root(uniform);
        let value = math::tail_quantile(root);
        *size = if uniform - 0.5 < 0.0 { -value } else { value };
        farther |= root > math::TAIL;
    }
    if farther {
        // one draw in thirty billion
        for (size, &uniform) in sizes.iter_mut().zip(&tail[..whole]) {
            *size = math::normal_quantile(uniform);
        }
    }
    for (&k, &value) in place[..count].iter().zip(&sizes) {
        values[k as usize] = value;
    }
}

crate::dispatched! {
    /// Raises every value to the power `exponent`, with the bits of [`math::pow`].
    ///
    /// All logarithms of a strip come before its exponentials: two short chains instead of a long
    /// one, so that more rows are in flight (measured: a fifth less time for a firm-quarter with
    /// two powers).
    ///
    /// ```
    /// let mut values = [4.0, 1.0];
    /// leverlab::base::strip::raise(&mut values, 0.5);
    /// assert!((values[0] - 2.0).abs() < 1e-15 && values[1] == 1.0);
    /// ```
    pub fn raise(values: &mut [f64], exponent: f64) {
        for strip in values.chunks_mut(ROWS) {
            for x in &mut *strip {
                *x = exponent * math::ln(*x);
            }
            for x in strip {
                *x = math::exp(*x);
            }
        }
    }
}

/// Fills `out` with what a column holds in the rows listed. A column at a time, so that many loads
/// are under way at once.
///
/// ```
/// let mut out = [0.0; 2];
/// leverlab::base::strip::gather(&[0.5, 7.0, 3.0], &[0, 2], &mut out);
/// assert_eq!(out, [0.5, 3.0]);
/// ```
///
/// # Panics
/// Where a row lies beyond the column.
pub fn gather<T: Copy>(column: &[T], rows: &[u32], out: &mut [T]) {
    for (value, &row) in out.iter_mut().zip(rows) {
        *value = column[row as usize];
    }
}

/// Fills a column with what a table of `N` values, a power of two, holds at each key: loads one by
/// one, which are faster than those of a vector of addresses.
///
/// ```
/// let mut out = [0.0; 3];
/// leverlab::base::strip::look_up(&[0.5, 7.0], &[1, 0, 1], &mut out);
/// assert_eq!(out, [7.0, 0.5, 7.0]);
/// ```
pub fn look_up<const N: usize>(table: &[f64; N], keys: &[u8], out: &mut [f64]) {
    const { assert!(N.is_power_of_two()) };
    for (value, &key) in out.iter_mut().zip(keys) {
        *value = table[usize::from(key) % N];
    }
}

/// Adds to `rows` those whose flag is set, counted from `first`: eight flags at a time are passed
/// over where none is.
///
/// ```
/// let mut rows = vec![1];
/// let mut flags = [false; 20];
/// (flags[4], flags[6], flags[17]) = (true, true, true);
/// leverlab::base::strip::flagged(&flags, 100, &mut rows);
/// assert_eq!(rows, [1, 104, 106, 117]);
/// ```
pub fn flagged(flags: &[bool], first: u32, rows: &mut Vec<u32>) {
    let (eights, rest) = flags.as_chunks::<8>();
    for (row, eight) in (first..).step_by(8).zip(eights) {
        // one bit a byte
        let mut left = u64::from_le_bytes(eight.map(u8::from));
        while left != 0 {
            rows.push(row + left.trailing_zeros() / u8::BITS);
            left &= left - 1;
        }
    }
    let behind = first + 8 * eights.len() as u32;
    rows.extend(
        (behind..)
            .zip(rest)
            .filter(|flag| *flag.1)
            .map(|flag| flag.0),
    );
}

/// A running sum in eight fixed partial sums: the same bits for every vector width, and for a
/// column added whole or strip by strip.
///
/// ```
/// use leverlab::base::strip::Sum;
/// let mut sum = Sum::default();
/// sum.add(&[1.0; 8]);
/// sum.add(&[2.0, 3.0]);
/// assert_eq!(sum.total(), 13.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum([f64; 8]);

impl Sum {
    /// Adds the values of a strip. Strips but the last have a multiple of eight rows.
    #[inline(always)]
    pub fn add(&mut self, values: &[f64]) {
        let mut partial = self.0;
        let (eights, rest) = values.as_chunks::<8>();
        for eight in eights {
            for lane in 0..8 {
                partial[lane] += eight[lane];
            }
        }
        for (lane, value) in rest.iter().enumerate() {
            partial[lane] += value;
        }
        self.0 = partial;
    }

    /// The partial sums joined in order.
    #[inline]
    pub fn total(&self) -> f64 {
        self.0.iter().fold(0.0, |total, part| total + part)
    }
}

impl Join for Sum {
    fn join(&mut self, next: Self) {
        self.0.join(next.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::dispatch::{Path, force};
    use crate::base::stats;

    #[test]
    fn pairs_equal_single_draws_on_every_path() {
        let key = Key { seed: 11, run: 3 };
        let ids: Vec<u32> = (0..1003).map(|i| i * 7 + 1).collect();
        for path in [Path::Baseline, Path::Avx2, Path::Avx512] {
            if force(Some(path)).is_err() {
                continue;
            }
            let (mut first, mut second) = (vec![0.0; ids.len()], vec![0.0; ids.len()]);
            fill_pairs(key, &ids, 52, 2, Purpose::Filing, &mut first, &mut second);
            for (i, &id) in ids.iter().enumerate() {
                let pair = key.pair(id, 0, 52, 2, Purpose::Filing);
                assert_eq!((first[i], second[i]), pair, "{path:?}");
            }
        }
        force(None).unwrap();
    }

    #[test]
    #[should_panic(expected = "one pair for each id")]
    fn a_short_column_is_refused() {
        let key = Key { seed: 1, run: 1 };
        fill_pairs(
            key,
            &[1, 2],
            0,
            0,
            Purpose::Choice,
            &mut [0.0; 2],
            &mut [0.0],
        );
    }

    #[test]
    fn powers_have_the_bits_of_single_ones() {
        let bases: Vec<f64> = (0..1003).map(|i| 0.01 + 0.37 * f64::from(i)).collect();
        for exponent in [-1.0, -0.02, 0.0, 0.5, 3.7] {
            let mut powers = bases.clone();
            raise(&mut powers, exponent);
            for (&base, &power) in bases.iter().zip(&powers) {
                assert_eq!(power.to_bits(), math::pow(base, exponent).to_bits());
            }
        }
    }

    #[test]
    fn a_strip_of_normals_has_the_bits_of_single_ones() {
        for n in [0, 1, 37, ROWS] {
            let uniforms: Vec<f64> = (0..n).map(|i| (i as f64 + 0.5) / n as f64).collect();
            let mut values = uniforms.clone();
            quantiles(&mut values);
            for (&u, &z) in uniforms.iter().zip(&values) {
                assert_eq!(z.to_bits(), math::normal_quantile(u).to_bits(), "{u}");
            }
        }
    }

    #[test]
    fn wide_words_make_the_uniforms_of_the_contract() {
        assert_eq!(uniform(0, 0), 0.0);
        assert_eq!(uniform(0x8000_0000, 0), 0.5);
        assert_eq!(uniform(0, 64), f64::EPSILON / 2.0);
        assert_eq!(uniform(u64::MAX, u64::MAX), 1.0 - f64::EPSILON / 2.0);
        // what stands in the upper halves is dropped
        assert_eq!(uniform(0x7_8000_0000, 0xF_0000_0000), 0.5);
    }

    /// 0.1 has no exact float: another order of summation would show.
    #[test]
    fn strips_add_up_to_the_bits_of_the_whole() {
        let values: Vec<f64> = (0..1003).map(|i| 0.1 * f64::from(i * i % 17)).collect();
        let mut sum = Sum::default();
        for strip in values.chunks(ROWS) {
            sum.add(strip);
        }
        assert_eq!(sum.total().to_bits(), stats::sum(&values).to_bits());
    }
}
