//! Joins shards: which runs are there, what did they come to, and how do their paths spread?

use std::ops::Range;
use std::path::PathBuf;

use rayon::prelude::*;

use super::{AT_A_TIME, Head, Shard, ShardError};
use crate::engine::Ensemble;
use crate::engine::fan::{Fan, SeriesFan, fan};
use crate::engine::journal::record::{End, Entry, failures_of};

/// Two shards that say different things of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The run.
    pub run: u32,
    /// The files.
    pub files: [PathBuf; 2],
}

/// Shards of one batch, every run taken from one of them.
#[derive(Debug)]
pub struct Joined {
    shards: Vec<Shard>,
    /// Runs in order, with the shard that each is taken from and its place in that index.
    runs: Vec<(u32, usize, usize)>,
    asked: u32,
}

impl Joined {
    /// Joins shards of the same batch, in any order; a run that several hold must be the same.
    ///
    /// # Errors
    /// The first run of which two shards say different things.
    pub fn of(shards: Vec<Shard>) -> Result<Self, Contradiction> {
        let asked = shards.iter().map(|one| one.head.asked).max().unwrap_or(0);
        let mut runs = Vec::new();
        for (shard, one) in shards.iter().enumerate() {
            let places = one.entries.iter().enumerate();
            runs.extend(places.map(|(place, entry)| (entry.run, shard, place)));
        }
        runs.sort_unstable();
        for pair in runs.windows(2) {
            let [(run, a, first), (other, b, second)] = [pair[0], pair[1]];
            let ends = [
                &shards[a].entries[first].end,
                &shards[b].entries[second].end,
            ];
            if run == other && !same(ends) {
                let files = [a, b].map(|shard| shards[shard].path.clone());
                return Err(Contradiction { run, files });
            }
        }
        runs.dedup_by_key(|(run, ..)| *run);
        Ok(Self {
            shards,
            runs,
            asked,
        })
    }

    /// What the shards say of themselves.
    pub fn heads(&self) -> impl Iterator<Item = &Head> {
        self.shards.iter().map(|one| &one.head)
    }

    /// Runs that no shard holds, in stretches.
    pub fn missing(&self) -> Vec<Range<u32>> {
        let mut gaps = Vec::new();
        let mut next = 0;
        for run in self.runs.iter().map(|(run, ..)| *run).chain([self.asked]) {
            if next < run {
                gaps.push(next..run);
            }
            next = run + 1;
        }
        gaps
    }

    /// What the runs came to, in their order, without paths.
    ///
    /// # Errors
    /// A shard that can no longer be read.
    pub fn ensemble(&self) -> Result<Ensemble, ShardError> {
        let scenarios = self
            .shards
            .first()
            .map_or(0, |one| one.head.shape.scenarios);
        let mut ensemble = Ensemble {
            outcomes: vec![Vec::new(); scenarios],
            asked: self.asked,
            complete: self.missing().is_empty(),
            ..Ensemble::default()
        };
        for (shard, places) in self.stretches() {
            let one = &self.shards[shard];
            let values = one.values()?;
            let size = one.head.shape.value_bytes() as usize;
            for entry in &one.entries[places] {
                match entry.end {
                    End::Done { place, .. } => {
                        let record = &values[place as usize * size..][..size];
                        ensemble.runs.push(entry.run);
                        let outcomes = one.head.shape.decode(record);
                        for (column, outcome) in ensemble.outcomes.iter_mut().zip(outcomes) {
                            column.push(outcome);
                        }
                    }
                    End::Failed { at, length, .. } => {
                        let bytes = &one.failures[at as usize..][..length as usize];
                        let text = String::from_utf8_lossy(bytes);
                        ensemble.failures.extend(failures_of(entry.run, &text));
                    }
                }
            }
        }
        Ok(ensemble)
    }

    /// Stretches of runs that stand side by side in one shard, in the order of runs.
    fn stretches(&self) -> Vec<(usize, Range<usize>)> {
        let mut out: Vec<(usize, Range<usize>)> = Vec::new();
        for &(_, shard, place) in &self.runs {
            match out.last_mut() {
                Some((last, places)) if *last == shard && places.end == place => places.end += 1,
                _ => out.push((shard, place..place + 1)),
            }
        }
        out
    }

    /// Fans of all series over the runs that were completed, some columns at a time.
    ///
    /// # Errors
    /// A shard that can no longer be read.
    pub fn fans(&self) -> Result<Vec<SeriesFan>, ShardError> {
        let Some(head) = self.shards.first().map(|one| &one.head) else {
            return Ok(Vec::new());
        };
        let (scenarios, quarters) = (head.shape.scenarios, head.quarters);
        let empty = SeriesFan {
            level: vec![Vec::new(); scenarios],
            difference: vec![Vec::new(); scenarios.saturating_sub(1)],
        };
        let mut fans = vec![empty; head.places() / quarters.max(1)];
        let rows = self.rows();
        let one = head.place_bytes(rows.iter().map(|(_, rows)| rows.len()).sum());
        let step = (AT_A_TIME / (one as usize).max(1)).max(1);
        for first in (0..head.places()).step_by(step) {
            let places = first..head.places().min(first + step);
            let columns = self.gather(&rows, places.clone(), scenarios)?;
            let spread: Vec<[Vec<Fan>; 2]> =
                columns.par_chunks(scenarios.max(1)).map(spread).collect();
            for (place, [level, difference]) in places.zip(spread) {
                let own = &mut fans[place / quarters];
                let kinds = [(&mut own.level, level), (&mut own.difference, difference)];
                for (all, some) in kinds {
                    all.iter_mut()
                        .zip(some)
                        .for_each(|(row, fan)| row.push(fan));
                }
            }
        }
        Ok(fans)
    }

    /// By shard, in the order of runs, the rows of the runs that were completed.
    fn rows(&self) -> Vec<(usize, Range<usize>)> {
        let row = |entry: &Entry| match entry.end {
            End::Done { place, .. } => Some(place as usize),
            End::Failed { .. } => None,
        };
        let rows = |(shard, places): (usize, Range<usize>)| {
            let mut rows = self.shards[shard].entries[places].iter().filter_map(row);
            let first = rows.next()?;
            Some((shard, first..rows.next_back().unwrap_or(first) + 1))
        };
        self.stretches().into_iter().filter_map(rows).collect()
    }

    /// Columns over all runs, place by place, each of all scenarios.
    fn gather(
        &self,
        rows: &[(usize, Range<usize>)],
        places: Range<usize>,
        scenarios: usize,
    ) -> Result<Vec<Vec<f64>>, ShardError> {
        let mut columns = vec![Vec::new(); places.len() * scenarios];
        for (shard, rows) in rows {
            let one = &self.shards[*shard];
            let block = one.columns(places.clone())?;
            for (column, part) in columns.iter_mut().zip(block.chunks_exact(one.done)) {
                column.extend_from_slice(&part[rows.clone()]);
            }
        }
        Ok(columns)
    }
}

/// Whether two ends of a run are of the same numbers, wherever they are written.
fn same(ends: [&End; 2]) -> bool {
    match ends {
        [End::Done { sums: a, .. }, End::Done { sums: b, .. }] => a == b,
        [End::Failed { sum: a, .. }, End::Failed { sum: b, .. }] => a == b,
        _ => false,
    }
}

/// Fans of the levels of all scenarios in one quarter, and of the differences from the first.
fn spread(columns: &[Vec<f64>]) -> [Vec<Fan>; 2] {
    let level = |column: &Vec<f64>| fan(&mut column.clone());
    let difference = |column: &Vec<f64>| {
        let pairs = column.iter().zip(&columns[0]);
        fan(&mut pairs
            .map(|(variant, base)| variant - base)
            .collect::<Vec<_>>())
    };
    [
        columns.iter().map(level).collect(),
        columns.iter().skip(1).map(difference).collect(),
    ]
}
