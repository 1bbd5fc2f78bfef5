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

mod back;
mod log;
pub(in crate::engine) mod record;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::Simulation;
use super::batch::Sink;
use super::worker::Slot;
use log::Log;
pub use record::Shape;
use record::{ENTRY, End, Entry, failures_text, sum};

/// The finished runs of one batch, on the disk.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    shape: Shape,
    /// By run: which book holds it, and where.
    entries: BTreeMap<u32, (usize, End)>,
    fresh: Vec<Entry>,
    /// The first is this journal's own; the others are read alone.
    books: Vec<Book>,
}

/// The files of one folder.
#[derive(Debug)]
struct Book {
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

/// Runs that the journal in `folder` has entries of, read beside whoever writes it.
///
/// # Errors
/// What the system says of an index that cannot be read.
pub fn recorded(folder: &Path) -> io::Result<Vec<u32>> {
    let bytes = fs::read(folder.join("index"))?;
    let decode = |entry: &[u8]| Entry::decode(entry.try_into().expect("a whole entry"));
    let entries = bytes.chunks_exact(ENTRY).filter_map(decode);
    Ok(entries.map(|entry| entry.run).collect())
}

impl Journal {
    /// Opens the journal in `folder`, or begins one; `digest` names the batch. A journal of
    /// anything else that lies there is dropped.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(folder: &Path, digest: &str, shape: Shape) -> io::Result<Self> {
        let head = head_of(digest, shape);
        let known = fs::read(folder.join("head")).is_ok_and(|found| found == head.as_bytes());
        if !known && let Err(error) = begin(folder, &head) {
            // Nothing was in it that could be lost.
            let _ = fs::remove_dir_all(folder);
            return Err(error);
        }
        let mut book = Book::open(folder, Log::open)?;
        let (entries, ends) = book.entries(shape)?;
        book.cut(ends)?;
        let own = |Entry { run, end }| (run, (0, end));
        Ok(Self {
            folder: folder.to_owned(),
            shape,
            entries: entries.into_iter().map(own).collect(),
            fresh: Vec::new(),
            books: vec![book],
        })
    }

    /// Reads the journal in `folder` too, which others may be writing: what it holds by now need
    /// not be run. A journal of anything else is passed over.
    ///
    /// # Errors
    /// What the system says of a file that cannot be read.
    pub fn also(&mut self, folder: &Path, digest: &str) -> io::Result<()> {
        let head = head_of(digest, self.shape);
        if !fs::read(folder.join("head")).is_ok_and(|found| found == head.as_bytes()) {
            return Ok(());
        }
        let mut book = Book::open(folder, Log::look)?;
        let place = self.books.len();
        for Entry { run, end } in book.entries(self.shape)?.0 {
            self.entries.entry(run).or_insert((place, end));
        }
        self.books.push(book);
        Ok(())
    }

    /// The runs among these that are not recorded.
    pub fn missing(&self, runs: Range<u32>) -> Vec<u32> {
        runs.filter(|run| !self.entries.contains_key(run)).collect()
    }

    /// Takes the journal away where no run is in it.
    pub fn close(self) {
        let Self { folder, books, .. } = self;
        if books[0].index.length == 0 {
            // What stays is emptied by the next opening.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

impl Book {
    fn open(folder: &Path, log: fn(&Path) -> io::Result<Log>) -> io::Result<Self> {
        // The index first: what it points to by now is in the others when they are opened.
        Ok(Self {
            index: log(&folder.join("index"))?,
            values: log(&folder.join("values"))?,
            paths: log(&folder.join("paths"))?,
            failures: log(&folder.join("failures"))?,
        })
    }

    /// The entries that point to what is there, and where index, values, paths and failures end
    /// with them.
    fn entries(&mut self, shape: Shape) -> io::Result<(Vec<Entry>, [u64; 4])> {
        let bytes = self.index.read(0, self.index.length as usize)?;
        let (mut entries, mut places, mut causes, mut sound) = (Vec::new(), 0, 0, 0);
        for (number, entry) in bytes.chunks_exact(ENTRY).enumerate() {
            let entry: &[u8; ENTRY] = entry.try_into().expect("a whole entry");
            let Some(entry) = Entry::decode(entry) else {
                continue;
            };
            match entry.end {
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
            entries.push(entry);
            sound = (number + 1) as u64;
        }
        let (values, paths) = (places * shape.value_bytes(), places * shape.path_bytes());
        Ok((entries, [sound * ENTRY as u64, values, paths, causes]))
    }

    /// Cuts off what no entry points to.
    fn cut(&mut self, ends: [u64; 4]) -> io::Result<()> {
        let [index, values, paths, failures] = ends;
        self.index.cut(index)?;
        self.values.cut(values)?;
        self.paths.cut(paths)?;
        self.failures.cut(failures)
    }
}

/// What a journal says of itself.
fn head_of(digest: &str, shape: Shape) -> String {
    format!("leverlab journal 1\n{digest}\n{shape:?}\n")
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
        let book = &mut self.books[0];
        let end = match slot {
            Slot::Pending => return Ok(()),
            Slot::Done(outcomes) => {
                let [values, paths] = self.shape.encode(&outcomes);
                let sums = [sum(&values), sum(&paths)];
                let place = book.values.add(&values) / self.shape.value_bytes().max(1);
                book.paths.add(&paths);
                End::Done { place, sums }
            }
            Slot::Failed(failures) => {
                let text = failures_text(&failures);
                End::Failed {
                    at: book.failures.add(text.as_bytes()),
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
        let book = &mut self.books[0];
        book.paths.flush()?;
        book.values.flush()?;
        book.failures.flush()?;
        for entry in &fresh {
            book.index.add(&entry.encode());
        }
        book.index.flush()?;
        let known = fresh.into_iter().map(|entry| (entry.run, (0, entry.end)));
        self.entries.extend(known);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
