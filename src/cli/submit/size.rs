//! Into how many shards is a batch best split?

use super::pilot::Cost;
use crate::base::math::{max, min};

/// Most tasks of an array that schedulers take without being told otherwise.
const MOST: u32 = 1000;
/// Least memory asked for \[MiB\].
const LEAST_MEMORY: u64 = 512;

/// Size of a batch of shards.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Size {
    /// Shards.
    pub shards: u32,
    /// Runs of the largest.
    pub runs: u32,
    /// Minutes that one takes, as the pilot goes.
    pub minutes: f64,
    /// Cores of a task.
    pub cpus: u32,
    /// Memory of a task \[MiB\].
    pub mebibytes: u64,
    /// Core hours of the whole batch.
    pub core_hours: f64,
}

/// What is asked of a split.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    /// Shards; `None` for as many as `minutes` allow.
    pub shards: Option<u32>,
    /// Minutes a shard.
    pub minutes: f64,
    /// Cores of a task.
    pub cpus: u32,
}

impl Size {
    /// Shards of about the wished length, of whole draws, at most a thousand.
    ///
    /// Example: 200 runs of 4 a draw at 6 s, 10 minutes on one core: 100 runs a shard, 2 shards.
    pub(super) fn of(wish: Wish, cost: Cost, runs: u32, per_draw: u32) -> Self {
        let draws = runs.div_ceil(per_draw.max(1));
        let per_draw_seconds = cost.seconds * f64::from(per_draw.max(1)) / f64::from(wish.cpus);
        let fit = max((wish.minutes * 60.0 / per_draw_seconds).floor(), 1.0);
        let wanted = min((f64::from(draws) / fit).ceil(), f64::from(MOST)) as u32;
        let shards = wish.shards.unwrap_or(wanted).clamp(1, draws);
        let largest = (draws.div_ceil(shards) * per_draw.max(1)).min(runs);
        let memory = cost.mebibytes.unwrap_or(LEAST_MEMORY) * u64::from(wish.cpus);
        Self {
            shards,
            runs: largest,
            minutes: f64::from(largest) * cost.seconds / f64::from(wish.cpus) / 60.0,
            cpus: wish.cpus,
            mebibytes: LEAST_MEMORY.max(2 * memory),
            core_hours: f64::from(runs) * cost.seconds / 3600.0,
        }
    }

    /// Memory to ask for to merge so many megabytes of values: four times them, as they are held
    /// as runs, as tables and as the bytes of files, beside what a task takes \[MiB\].
    pub(super) fn merging(&self, megabytes: f64) -> u64 {
        self.mebibytes + (4.0 * megabytes).ceil() as u64
    }

    /// Time to ask for, three times what the pilot says and ten minutes at least, `HH:MM:SS`.
    pub(super) fn time(&self) -> String {
        let minutes = max((3.0 * self.minutes).ceil(), 10.0) as u64;
        format!("{:02}:{:02}:00", minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: Cost = Cost {
        seconds: 6.0,
        mebibytes: Some(150),
    };

    fn wish(shards: Option<u32>, minutes: f64, cpus: u32) -> Wish {
        Wish {
            shards,
            minutes,
            cpus,
        }
    }

    #[test]
    fn shards_take_the_minutes_wished() {
        let size = Size::of(wish(None, 10.0, 1), COST, 200, 4);
        assert_eq!((size.shards, size.runs), (2, 100));
        assert!((size.minutes - 10.0).abs() < 1e-9);
        assert!((size.core_hours - 1200.0 / 3600.0).abs() < 1e-9);
        assert_eq!(size.mebibytes, 512);
        assert_eq!(size.time(), "00:30:00");
        // twice the cores, half the shards
        assert_eq!(Size::of(wish(None, 10.0, 2), COST, 200, 4).shards, 1);
    }

    #[test]
    fn a_shard_takes_the_minutes_wished_or_a_single_draw() {
        for seconds in [0.01, 0.7, 6.0, 95.0, 4000.0] {
            for (runs, cpus, minutes) in [(200, 1, 10.0), (100_000, 4, 30.0), (7, 64, 1.0)] {
                let cost = Cost { seconds, ..COST };
                let size = Size::of(wish(None, minutes, cpus), cost, runs, 4);
                let alone = size.runs <= 4 || size.shards == MOST;
                assert!(size.minutes <= minutes + 1e-9 || alone, "{size:?}");
                let draws = runs.div_ceil(4);
                assert!(
                    size.runs * size.shards >= runs && size.shards <= draws,
                    "{size:?}"
                );
            }
        }
    }

    #[test]
    fn time_and_memory_grow_with_the_shard() {
        let size = Size::of(wish(Some(1), 10.0, 1), COST, 100_000, 4);
        // 100 000 runs of 6 s are 10 000 minutes, thrice that are 500 hours
        assert_eq!(size.time(), "500:00:00");
        assert_eq!(
            Size::of(wish(None, 10.0, 8), COST, 200, 4).mebibytes,
            8 * 300
        );
        let size = Size::of(wish(None, 10.0, 1), COST, 200, 4);
        assert_eq!([size.merging(0.0), size.merging(1000.2)], [512, 4513]);
        let unknown = Cost {
            mebibytes: None,
            ..COST
        };
        assert_eq!(
            Size::of(wish(None, 10.0, 1), unknown, 200, 4).mebibytes,
            1024
        );
    }

    #[test]
    fn shards_are_never_more_than_draws_or_a_thousand() {
        assert_eq!(Size::of(wish(None, 0.01, 1), COST, 200, 4).shards, 50);
        assert_eq!(Size::of(wish(Some(80), 10.0, 1), COST, 200, 4).shards, 50);
        assert_eq!(Size::of(wish(None, 0.01, 1), COST, 100_000, 4).shards, 1000);
        assert_eq!(Size::of(wish(None, 1e9, 1), COST, 3, 4).shards, 1);
    }
}
