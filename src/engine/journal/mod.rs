//! Keeps finished runs on the disk, so that a batch can be killed anywhere and go on.
//!
//! ```text
//! head          what the records are of: digest and numbers a run
//! index         one entry a finished run: where it is written, checksums, its own checksum
//! values        one record a run: headline metrics and details of all scenarios
//! paths         one record a run: quarterly paths of all scenarios
//! failures      causes of the runs that failed
//! ```
//!
//! Runs are appended as they end and flushed together: records first, then their entries, so
//! that an entry never points to what is not there. What a kill or a power cut tears is cut off
//! when the journal is opened; what was damaged since is found by its checksum when it is read
//! back. In both cases the run is done again, and a run is the same however often it is done.

mod record;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::batch::Sink;
use super::fan::PathBlock;
use super::worker::Slot;
use super::{Ensemble, Simulation};
pub use record::Shape;
use record::{ENTRY, End, Entry, failures_of, failures_text, floats, sum};

/// A file that grows by whole records.
#[derive(Debug)]
struct Log {
    file: File,
    /// Bytes that entries point to.
    length: u64,
    waiting: Vec<u8>,
}

impl Log {
    fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false);
        let file = file.open(path)?;
        let length = file.metadata()?.len();
        Ok(Self {
            file,
            length,
            waiting: Vec::new(),
        })
    }

    /// Cuts off what lies behind `length`.
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.length = length;
        self.waiting.clear();
        self.file.set_len(length)
    }

    /// Takes bytes to be written with the next flush; gives where they will stand.
    fn add(&mut self, bytes: &[u8]) -> u64 {
        let at = self.length + self.waiting.len() as u64;
        self.waiting.extend_from_slice(bytes);
        at
    }

    /// Writes what waits and brings it to the disk; what the disk refuses is taken back.
    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let written = self
            .file
            .seek(SeekFrom::Start(self.length))
            .and_then(|_| self.file.write_all(&self.waiting))
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // The next opening cuts it off where this fails too.
            let _ = self.cut(self.length);
            return Err(error);
        }
        self.length += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    fn read(&mut self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.file.seek(SeekFrom::Start(at))?;
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// The finished runs of one batch, on the disk.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    shape: Shape,
    entries: BTreeMap<u32, End>,
    fresh: Vec<Entry>,
    index: Log,
    values: Log,
    paths: Log,
    failures: Log,
}

impl Shape {
    /// Numbers that a run of `simulation` leaves behind.
    pub fn of<S: Simulation>(simulation: &S) -> Self {
        Self {
            scenarios: simulation.scenarios(),
            metrics: simulation.metrics().len(),
            details: simulation.details().len(),
            paths: simulation.series().len() * simulation.quarters().len(),
        }
    }
}

impl Journal {
    /// Opens the journal in `folder`, or begins one; `digest` names the batch. A journal of
    /// anything else that lies there is dropped.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(folder: &Path, digest: &str, shape: Shape) -> io::Result<Self> {
        let head = format!("leverlab journal 1\n{digest}\n{shape:?}\n");
        let known = fs::read(folder.join("head")).is_ok_and(|found| found == head.as_bytes());
        if !known && let Err(error) = begin(folder, &head) {
            // Nothing was in it that could be lost.
            let _ = fs::remove_dir_all(folder);
            return Err(error);
        }
        let log = |name: &str| Log::open(&folder.join(name));
        let mut journal = Self {
            folder: folder.to_owned(),
            shape,
            entries: BTreeMap::new(),
            fresh: Vec::new(),
            index: log("index")?,
            values: log("values")?,
            paths: log("paths")?,
            failures: log("failures")?,
        };
        journal.recover()?;
        Ok(journal)
    }

    /// Reads the index and cuts off what no entry points to.
    fn recover(&mut self) -> io::Result<()> {
        let bytes = self.index.read(0, self.index.length as usize)?;
        let shape = self.shape;
        let (mut places, mut causes, mut sound) = (0, 0, 0);
        for (number, entry) in bytes.chunks_exact(ENTRY).enumerate() {
            let entry: &[u8; ENTRY] = entry.try_into().expect("a whole entry");
            let Some(Entry { run, end }) = Entry::decode(entry) else {
                continue;
            };
            match end {
                End::Done { place, .. } => {
                    let next = place + 1;
                    let there = next.saturating_mul(shape.value_bytes()) <= self.values.length
                        && next.saturating_mul(shape.path_bytes()) <= self.paths.length;
                    if !there {
                        continue;
                    }
                    places = next.max(places);
                }
                End::Failed { at, length, .. } => {
                    let next = at.saturating_add(u64::from(length));
                    if next > self.failures.length {
                        continue;
                    }
                    causes = next.max(causes);
                }
            }
            self.entries.insert(run, end);
            sound = number + 1;
        }
        self.index.cut((sound * ENTRY) as u64)?;
        self.values.cut(places * shape.value_bytes())?;
        self.paths.cut(places * shape.path_bytes())?;
        self.failures.cut(causes)
    }

    /// Runs under `asked` that are not recorded.
    pub fn missing(&self, asked: u32) -> Vec<u32> {
        (0..asked)
            .filter(|run| !self.entries.contains_key(run))
            .collect()
    }

    /// Takes the journal away where no run is in it.
    pub fn close(self) {
        let Self {
            folder, entries, ..
        } = self;
        if entries.is_empty() {
            // What stays is emptied by the next opening.
            let _ = fs::remove_dir_all(folder);
        }
    }

    /// Reads back the runs under `asked` in their order, without paths. The runs whose records
    /// turn out to be damaged are forgotten: they are [`Journal::missing`] afterwards.
    ///
    /// # Errors
    /// What the system says of a file that cannot be read.
    pub fn ensemble(&mut self, asked: u32) -> io::Result<Ensemble> {
        let mut ensemble = Ensemble {
            outcomes: vec![Vec::new(); self.shape.scenarios],
            asked,
            ..Ensemble::default()
        };
        let ends: Vec<(u32, End)> = self.entries.range(..asked).map(|(r, e)| (*r, *e)).collect();
        for (run, end) in ends {
            match self.load(run, end)? {
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
        let known = self.entries.range(..asked).count();
        ensemble.complete = known == asked as usize;
        Ok(ensemble)
    }

    /// What a run came to, without paths; `None` where its record is damaged.
    fn load(&mut self, run: u32, end: End) -> io::Result<Option<Slot>> {
        let shape = self.shape;
        match end {
            End::Done { place, sums } => {
                let size = [shape.value_bytes(), shape.path_bytes()];
                let values = self.values.read(place * size[0], size[0] as usize)?;
                let paths = self.paths.read(place * size[1], size[1] as usize)?;
                let sound = [sum(&values), sum(&paths)] == sums;
                Ok(sound.then(|| Slot::Done(shape.decode(&values))))
            }
            End::Failed {
                at,
                length,
                sum: own,
            } => {
                let bytes = self.failures.read(at, length as usize)?;
                let text = String::from_utf8_lossy(&bytes);
                Ok((sum(&bytes) == own).then(|| Slot::Failed(failures_of(run, &text))))
            }
        }
    }

    /// Paths of some series, `quarters` long each, of the completed runs under `asked`.
    ///
    /// # Errors
    /// What the system says of a file that cannot be read.
    pub fn paths(
        &mut self,
        asked: u32,
        series: std::ops::Range<usize>,
        quarters: usize,
    ) -> io::Result<PathBlock> {
        let shape = self.shape;
        let width = series.len() * quarters;
        let mut values = Vec::new();
        for end in self.entries.range(..asked).map(|(_, end)| end) {
            let End::Done { place, .. } = *end else {
                continue;
            };
            for scenario in 0..shape.scenarios {
                let column = scenario * shape.paths + series.start * quarters;
                let at = place * shape.path_bytes() + column as u64 * 8;
                values.extend(floats(&self.paths.read(at, width * 8)?));
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

/// Makes an empty journal whose names last: its own, and those of the folders it lies in.
fn begin(folder: &Path, head: &str) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for name in ["index", "values", "paths", "failures"] {
        File::create(folder.join(name))?;
    }
    let mut file = File::create(folder.join("head"))?;
    file.write_all(head.as_bytes())?;
    file.sync_all()?;
    for above in folder.ancestors().take(4) {
        // Some systems cannot flush a folder; the names are then as safe as they make them.
        let _ = File::open(above).and_then(|opened| opened.sync_all());
    }
    Ok(())
}

impl Sink for Journal {
    fn take(&mut self, run: u32, slot: Slot) -> io::Result<()> {
        let end = match slot {
            Slot::Pending => return Ok(()),
            Slot::Done(outcomes) => {
                let [values, paths] = self.shape.encode(&outcomes);
                let sums = [sum(&values), sum(&paths)];
                let place = self.values.add(&values) / self.shape.value_bytes().max(1);
                self.paths.add(&paths);
                End::Done { place, sums }
            }
            Slot::Failed(failures) => {
                let text = failures_text(&failures);
                End::Failed {
                    at: self.failures.add(text.as_bytes()),
                    length: text.len() as u32,
                    sum: sum(text.as_bytes()),
                }
            }
        };
        self.fresh.push(Entry { run, end });
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let fresh = std::mem::take(&mut self.fresh);
        self.paths.flush()?;
        self.values.flush()?;
        self.failures.flush()?;
        for entry in &fresh {
            self.index.add(&entry.encode());
        }
        self.index.flush()?;
        let known = fresh.into_iter().map(|entry| (entry.run, entry.end));
        self.entries.extend(known);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
