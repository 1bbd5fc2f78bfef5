//! Reads finished runs back: which outcomes and which paths did they leave?

use std::io;
use std::ops::Range;

use super::Journal;
use super::record::{End, failures_of, floats, sum};
use crate::engine::Ensemble;
use crate::engine::fan::PathBlock;
use crate::engine::worker::Slot;

impl Journal {
    /// Reads these runs back in their order, without paths. Those whose records turn out to be
    /// damaged are forgotten: they are [`Journal::missing`] afterwards.
    ///
    /// # Errors
    /// What the system says of a file that cannot be read.
    pub fn ensemble(&mut self, runs: Range<u32>) -> io::Result<Ensemble> {
        let mut ensemble = Ensemble {
            outcomes: vec![Vec::new(); self.shape.scenarios],
            asked: runs.len() as u32,
            ..Ensemble::default()
        };
        for (run, at) in self.ends(runs.clone()) {
            match self.load(run, at)? {
                Some(Slot::Done(outcomes)) => {
                    ensemble.runs.push(run);
                    for (column, outcome) in ensemble.outcomes.iter_mut().zip(outcomes) {
                        column.push(outcome);
                    }
                }
                Some(Slot::Failed(failures)) => ensemble.failures.extend(failures),
                Some(Slot::Pending) | None => {
                    self.entries.remove(&run);
                }
            }
        }
        ensemble.complete = self.missing(runs).is_empty();
        Ok(ensemble)
    }

    /// How these runs ended and which book says so, in their order.
    pub(in crate::engine) fn ends(&self, runs: Range<u32>) -> Vec<(u32, (usize, End))> {
        let known = self.entries.range(runs);
        known.map(|(run, at)| (*run, *at)).collect()
    }

    /// What was written of a run: its values, or the causes of its failure.
    pub(in crate::engine) fn record(&mut self, (book, end): (usize, End)) -> io::Result<Vec<u8>> {
        let (size, book) = (self.shape.value_bytes(), &mut self.books[book]);
        match end {
            End::Done { place, .. } => book.values.read(place * size, size as usize),
            End::Failed { at, length, .. } => book.failures.read(at, length as usize),
        }
    }

    /// What a run came to, without paths; `None` where its record is damaged.
    fn load(&mut self, run: u32, at: (usize, End)) -> io::Result<Option<Slot>> {
        let shape = self.shape;
        let record = self.record(at)?;
        match at.1 {
            End::Done { place, sums } => {
                let size = shape.path_bytes();
                let paths = self.books[at.0].paths.read(place * size, size as usize)?;
                let sound = [sum(&record), sum(&paths)] == sums;
                Ok(sound.then(|| Slot::Done(shape.decode(&record))))
            }
            End::Failed { sum: own, .. } => {
                let text = String::from_utf8_lossy(&record);
                Ok((sum(&record) == own).then(|| Slot::Failed(failures_of(run, &text))))
            }
        }
    }

    /// Paths of some series, `quarters` long each, of those of these runs that were completed.
    ///
    /// # Errors
    /// What the system says of a file that cannot be read.
    pub fn paths(
        &mut self,
        runs: Range<u32>,
        series: Range<usize>,
        quarters: usize,
    ) -> io::Result<PathBlock> {
        let shape = self.shape;
        let width = series.len() * quarters;
        let mut values = Vec::new();
        for (_, (book, end)) in self.ends(runs) {
            let End::Done { place, .. } = end else {
                continue;
            };
            let log = &mut self.books[book].paths;
            for scenario in 0..shape.scenarios {
                let column = scenario * shape.paths + series.start * quarters;
                let at = place * shape.path_bytes() + column as u64 * 8;
                values.extend(floats(&log.read(at, width * 8)?));
            }
        }
        Ok(PathBlock {
            scenarios: shape.scenarios,
            series: series.len(),
            quarters,
            values,
        })
    }
}
