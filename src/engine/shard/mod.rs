//! Splits a batch over machines: which runs does a shard take, and what does it hand over?
//!
//! A shard runs a stretch of the runs, all scenarios of each, and leaves one file:
//!
//! ```text
//! name          what kind of file this is
//! head          thirteen numbers: runs asked, runs held, shape, lengths
//! about         text of the batch: digests, scenarios, columns (not read here)
//! index         one entry a run as in the journal: how it ended, checksums of its records
//! failures      causes of the runs that failed
//! values        one record a run that was completed: metrics and details of all scenarios
//! columns       for each series and quarter, for each scenario, a number a run
//! seal          hash of all before
//! ```
//!
//! Paths stand in columns, so that quantiles over all runs are computed series by series, each
//! shard being read once from its beginning to its end. Nothing in it hangs on the machine, the
//! day or the number of threads: the same shard of the same command is the same bytes.

mod join;
mod part;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::ops::Range;

pub use join::{Contradiction, Joined};
pub use part::{Part, holding};
pub use read::{Shard, ShardError};
pub use write::write;

use super::journal::Shape;

/// First bytes of a shard.
const NAME: &[u8] = b"leverlab shard 1\n";
/// Numbers of the head.
const WORDS: usize = 13;
/// Bytes of the seal.
const SEAL: u64 = 32;
/// Bytes of columns that are held at a time.
const AT_A_TIME: usize = 64 << 20;

/// What a shard holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Runs of the whole batch.
    pub asked: u32,
    /// Runs that share one parameter draw.
    pub per_draw: u32,
    /// Runs of this shard.
    pub runs: Range<u32>,
    /// Shards that the batch was split into.
    pub of: u32,
    /// Numbers a run leaves behind.
    pub shape: Shape,
    /// Quarters of a path.
    pub quarters: usize,
    /// Text of the batch.
    pub about: String,
}

impl Head {
    /// Series and quarters: columns a scenario.
    fn places(&self) -> usize {
        self.shape.paths
    }

    /// Bytes of a column for each scenario at one place.
    fn place_bytes(&self, done: usize) -> u64 {
        (self.shape.scenarios * done * 8) as u64
    }
}
