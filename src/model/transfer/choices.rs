//! How does one word of chance choose among a few in proportion to their mass?
//!
//! By an alias table (Walker 1977, Vose 1991): as many steps of one width as there are choices,
//! each of which belongs in part to one choice, in part to another, so that a word finds its
//! choice in one look-up.

/// For each of several masses: the part of its step that is its own, and who has the rest.
///
/// Example: masses 1 and 3: half of the first step is its own, the rest of it the second's.
pub(super) fn alias(masses: &[f64]) -> Vec<(f64, usize)> {
    let n = masses.len();
    let total: f64 = masses.iter().sum();
    let mut left: Vec<f64> = masses.iter().map(|m| m / total * n as f64).collect();
    let mut steps: Vec<(f64, usize)> = (0..n).map(|k| (1.0, k)).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..n).partition(|&k| left[k] < 1.0);
    while let (Some(&few), Some(&many)) = (small.last(), large.last()) {
        small.pop();
        steps[few] = (left[few], many);
        left[many] -= 1.0 - left[few];
        if left[many] < 1.0 {
            large.pop();
            small.push(many);
        }
    }
    steps
}

/// A share \[0..1\] as a number of words of 32 bits.
///
/// Example: ½ is 2³¹.
pub(super) fn words(share: f64) -> u64 {
    (share * 4_294_967_296.0) as u64 // derived: 2^32
}

/// An alias table of N choices, N a power of two. An entry holds the part of the step that is its
/// own in its upper bits, in the lowest the number of the choice that has the rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Choice<const N: usize>([u32; N]);

impl<const N: usize> Choice<N> {
    const BITS: u32 = N.trailing_zeros();

    /// Choice in proportion to `masses`, `without` left out; that one itself where no other has
    /// mass. Chances are those of the masses within 2⁻³².
    pub(super) fn among(masses: &[f64], without: usize) -> Self {
        let mut others = [0.0; N];
        others.copy_from_slice(masses);
        others[without] = 0.0;
        if others.iter().sum::<f64>() <= 0.0 {
            others[without] = 1.0;
        }
        let mut table = [0; N];
        for (entry, (own, other)) in table.iter_mut().zip(alias(&others)) {
            let own = words(own).min(u64::from(u32::MAX)) as u32;
            *entry = own & !(N as u32 - 1) | other as u32;
        }
        Self(table)
    }

    /// What a word chooses.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn of(&self, word: u32) -> usize {
        let step = (word >> (32 - Self::BITS)) as usize % N; // derived: bits of a word
        let entry = self.0[step];
        let other = entry as usize % N;
        std::hint::select_unpredictable(word << Self::BITS < entry - other as u32, step, other)
    }
}

/// 2³² over the golden ratio, made odd.
const GOLDEN: u32 = 0x9E37_79B9;

/// A second word for a second choice. A word and this one are the two coordinates of a lattice
/// that fills the square as evenly as 2³² points can: two choices by the two come together as
/// often as independent ones would, within some 2⁻²⁷.
///
/// Example: of the first eight words, every second of the second words is in the lower half.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub(super) fn twin(word: u32) -> u32 {
    word.wrapping_mul(GOLDEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shares of choices over evenly spaced words.
    fn shares<const N: usize>(table: &Choice<N>) -> [f64; N] {
        let mut shares = [0.0; N];
        let n = 1_u32 << 20;
        for k in 0..n {
            shares[table.of(k << 12)] += 1.0 / f64::from(n);
        }
        shares
    }

    #[test]
    fn words_choose_in_proportion_to_mass() {
        let got = shares(&Choice::<4>::among(&[1.0, 7.0, 3.0, 0.0], 1));
        for (got, share) in got.iter().zip([0.25, 0.0, 0.75, 0.0]) {
            assert!((got - share).abs() < 1e-5, "{got} {share}");
        }
        let all = [0.1, 0.2, 0.0, 0.3, 0.05, 0.15, 0.15, 0.05];
        for (got, share) in shares(&Choice::<8>::among(&all, 2)).iter().zip(all) {
            assert!((got - share).abs() < 1e-5, "{got} {share}");
        }
    }

    #[test]
    fn where_no_other_has_mass_one_chooses_itself() {
        assert_eq!(
            shares(&Choice::<4>::among(&[0.0, 0.0, 5.0, 0.0], 2))[2],
            1.0
        );
        assert_eq!(shares(&Choice::<4>::among(&[0.0; 4], 1))[1], 1.0);
    }

    #[test]
    fn a_step_is_shared_as_masses_are() {
        assert_eq!(alias(&[1.0, 3.0]), [(0.5, 1), (1.0, 1)]);
    }

    /// Given that a word lies in any sixteenth, its twin lies in any as often as not.
    #[test]
    fn a_word_and_its_twin_fill_the_square() {
        let mut counts = [[0_u32; 16]; 16];
        let mut word = 0_u32;
        for _ in 0..1 << 22 {
            word = word.wrapping_add(1021); // goes through a part of all words
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
