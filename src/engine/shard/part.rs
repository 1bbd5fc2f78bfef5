//! Which runs does a shard take? A fixed rule of runs, runs a draw and number of shards alone.

use std::ops::Range;

/// Shard number `index`, counted from 1, of `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Number, from 1.
    pub index: u32,
    /// Shards of the batch.
    pub of: u32,
}

impl Part {
    /// Its runs among `runs`.
    ///
    /// Runs that share a parameter draw stay together. Of D draws and N shards, shard i takes the
    /// draws from ⌊(i − 1)·D/N⌋ up to ⌊i·D/N⌋, so shards differ by one draw at most. Forty runs at
    /// four a draw are ten draws: in three shards, draws 0–2, 3–5 and 6–9, runs 0–11, 12–23 and
    /// 24–39. With more shards than draws some take none.
    pub fn runs(self, runs: u32, per_draw: u32) -> Range<u32> {
        let per_draw = u64::from(per_draw.max(1));
        let draws = u64::from(runs).div_ceil(per_draw);
        let edge = |part: u32| {
            let draw = draws * u64::from(part) / u64::from(self.of.max(1));
            (draw * per_draw).min(u64::from(runs)) as u32
        };
        edge(self.index.saturating_sub(1))..edge(self.index)
    }
}

/// Numbers of the shards, of `of`, that take any of the runs in `wanted`.
pub fn holding(wanted: &[Range<u32>], of: u32, runs: u32, per_draw: u32) -> Vec<u32> {
    let meets = |own: &Range<u32>| {
        let apart = |one: &Range<u32>| one.end <= own.start || own.end <= one.start;
        !own.is_empty() && !wanted.iter().all(apart)
    };
    (1..=of)
        .filter(|&index| meets(&Part { index, of }.runs(runs, per_draw)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(of: u32, runs: u32, per_draw: u32) -> Vec<Range<u32>> {
        let part = |index| Part { index, of }.runs(runs, per_draw);
        (1..=of).map(part).collect()
    }

    #[test]
    fn forty_runs_at_four_a_draw_in_three_by_hand() {
        assert_eq!(all(3, 40, 4), [0..12, 12..24, 24..40]);
        // the last draw is not full
        assert_eq!(all(2, 10, 4), [0..4, 4..10]);
        assert_eq!(holding(&[3..4, 30..31], 3, 40, 4), [1, 3]);
        assert_eq!(holding(&[12..13, 20..24], 3, 40, 4), [2]);
    }

    #[test]
    fn every_run_is_taken_once_and_draws_stay_together() {
        for runs in [1, 7, 40, 200, 1001] {
            for per_draw in [1, 3, 4, 5000] {
                for of in [1, 2, 3, 7, 16, 300] {
                    let parts = all(of, runs, per_draw);
                    let mut next = 0;
                    for part in &parts {
                        assert_eq!(part.start, next);
                        assert!(part.is_empty() || part.start.is_multiple_of(per_draw));
                        next = part.end;
                    }
                    assert_eq!(next, runs);
                    let draws = parts
                        .iter()
                        .map(|part| part.len().div_ceil(per_draw as usize));
                    let (least, most) = (draws.clone().min(), draws.max());
                    assert!(most <= least.map(|least| least + 1));
                }
            }
        }
    }
}
