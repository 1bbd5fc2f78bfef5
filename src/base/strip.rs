//! Walks columns in strips that stay in first-level cache: pairs of keyed draws and sums of a
//! whole strip at once.
//!
//! A process that is many operations long a row runs faster as short passes over a strip: enough
//! independent rows are in flight to fill the processor, and each pass is a loop that the
//! compiler turns into vector code. Everything here gives the bits of its row-by-row counterpart.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::rng::{Key, Purpose};

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
        for ((&id, u), v) in ids.iter().zip(first).zip(second) {
            (*u, *v) = key.pair(id, 0, quarter, draw, purpose);
        }
    }
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
