//! Which of a few intervals does a digit choose, in proportion to their masses?

use super::search::STRIP;

/// Edges of intervals, of which there is a power of two, from zero to the whole mass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edges<const N: usize>([f64; N]);

impl<const N: usize> Default for Edges<N> {
    fn default() -> Self {
        Self([0.0; N])
    }
}

impl<const N: usize> Edges<N> {
    /// Edges of intervals of the given masses.
    pub(super) fn of(masses: &[f64]) -> Self {
        let mut edges = [0.0; N];
        for (k, mass) in masses.iter().enumerate() {
            edges[k + 1] = edges[k] + mass;
        }
        Self(edges)
    }

    /// Interval chosen in proportion to mass, `without` left out; that one itself where no
    /// other has mass.
    ///
    /// Example: masses 1, 2, 1 without the second: a pick of 0.4 gives the first, 0.6 the third.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn choose(&self, without: usize, pick: f64) -> usize {
        let Self(edges) = self;
        let below = edges[without];
        let own = edges[without + 1] - below;
        let others = edges[N - 1] - own;
        if others <= 0.0 {
            return without;
        }
        let x = pick * others;
        let x = x + if x < below { 0.0 } else { own };
        if x >= edges[N - 1] {
            return self.last(without);
        }
        // halving without a branch, as the way through is for chance to decide
        let (mut found, mut half) = (0, (N - 1) / 2);
        while half > 0 {
            found += half * usize::from(edges[found + half] <= x);
            half /= 2;
        }
        found
    }

    /// [`choose`](Self::choose) for a strip of picks: the few edges are compared one after the
    /// other with all of them.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn choose_all(&self, without: &[u32; STRIP], pick: &[f64; STRIP]) -> [u32; STRIP] {
        let Self(edges) = self;
        let (mut x, mut found) = ([0.0; STRIP], [0_u32; STRIP]);
        let mut rare = false;
        for i in 0..STRIP {
            let (mut below, mut own) = (0.0, 0.0);
            for (k, edge) in (0..).zip(edges.windows(2)) {
                let left_out = k == without[i];
                below = if left_out { edge[0] } else { below };
                own = if left_out { edge[1] - edge[0] } else { own };
            }
            let others = edges[N - 1] - own;
            let at = pick[i] * others;
            x[i] = at + if at < below { 0.0 } else { own };
            rare |= (others <= 0.0) | (x[i] >= edges[N - 1]);
        }
        for i in 0..STRIP {
            for edge in &edges[1..N - 1] {
                found[i] += u32::from(*edge <= x[i]);
            }
        }
        if rare {
            for i in 0..STRIP {
                found[i] = self.choose(without[i] as usize, pick[i]) as u32;
            }
        }
        found
    }

    /// The last interval with mass other than `without`, for rounding at the upper end.
    #[cold]
    fn last(&self, without: usize) -> usize {
        (0..N - 1)
            .rev()
            .find(|&k| k != without && self.0[k + 1] > self.0[k])
            .unwrap_or(without)
    }
}
