//! Reads shards: is the file whole, and what does it hold?

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{Head, NAME, SEAL, WORDS};
use crate::engine::journal::Shape;
use crate::engine::journal::record::{ENTRY, Entry, floats};

/// Why a file is no shard that can be used.
#[derive(Debug, thiserror::Error)]
#[error("{} {what}", path.display())]
pub struct ShardError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub what: String,
}

/// A whole shard on the disk; its numbers are read when they are asked for.
#[derive(Debug)]
pub struct Shard {
    /// The file.
    pub path: PathBuf,
    /// What it holds.
    pub head: Head,
    pub(super) entries: Vec<Entry>,
    pub(super) failures: Vec<u8>,
    pub(super) done: usize,
    values_at: u64,
    columns_at: u64,
}

impl Shard {
    /// Opens a shard and holds every byte of it against its seal.
    ///
    /// # Errors
    /// [`ShardError`] where it cannot be read, is none, or was cut or changed.
    pub fn open(path: &Path) -> Result<Self, ShardError> {
        let fault = |what: &str| ShardError {
            path: path.into(),
            what: what.to_owned(),
        };
        let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let mut name = [0; NAME.len()];
        if file.read_exact(&mut name).is_err() || name != NAME {
            return Err(fault("is no shard of this version"));
        }
        let found = Self::read(path, file).map_err(|error| unreadable(path, &error))?;
        found.ok_or_else(|| fault("is damaged: its bytes are not those that were written"))
    }

    /// The shard in `file`, `None` where it is not whole.
    fn read(path: &Path, mut file: File) -> io::Result<Option<Self>> {
        let length = file.metadata()?.len();
        let start = NAME.len() + WORDS * 8;
        file.seek(SeekFrom::Start(0))?;
        if length < start as u64 + SEAL || !sealed(&mut file, length - SEAL)? {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(0))?;
        let bytes = take(&mut file, start)?;
        let word = |place: usize| {
            let at = NAME.len() + place * 8;
            u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes")) as usize
        };
        let shape = Shape {
            scenarios: word(4),
            metrics: word(5),
            details: word(6),
            paths: word(7),
        };
        let about = String::from_utf8_lossy(&take(&mut file, word(11))?).into_owned();
        let head = Head {
            asked: word(0) as u32,
            per_draw: word(1) as u32,
            runs: word(2) as u32..word(3) as u32,
            of: word(12) as u32,
            shape,
            quarters: word(8),
            about,
        };
        let index = take(&mut file, head.runs.len() * ENTRY)?;
        let decode = |entry: &[u8]| Entry::decode(entry.try_into().expect("a whole entry"));
        let entries: Option<Vec<Entry>> = index.chunks_exact(ENTRY).map(decode).collect();
        let failures = take(&mut file, word(10))?;
        let (done, values_at) = (word(9), file.stream_position()?);
        let columns_at = values_at + done as u64 * shape.value_bytes();
        let end = columns_at + done as u64 * shape.path_bytes();
        Ok(entries
            .filter(|_| end == length - SEAL)
            .map(|entries| Self {
                path: path.into(),
                head,
                entries,
                failures,
                done,
                values_at,
                columns_at,
            }))
    }

    /// Runs that failed.
    pub fn failed(&self) -> u32 {
        (self.head.runs.len() - self.done) as u32
    }

    /// Records of values of all runs that were completed, in their order.
    pub(super) fn values(&self) -> Result<Vec<u8>, ShardError> {
        let length = self.done * self.head.shape.value_bytes() as usize;
        self.part(self.values_at, length)
    }

    /// Columns of some places, each of all scenarios.
    pub(super) fn columns(&self, places: Range<usize>) -> Result<Vec<f64>, ShardError> {
        let one = self.head.place_bytes(self.done);
        let at = self.columns_at + places.start as u64 * one;
        let bytes = self.part(at, places.len() * one as usize)?;
        Ok(floats(&bytes))
    }

    fn part(&self, at: u64, length: usize) -> Result<Vec<u8>, ShardError> {
        // Opened anew each time: there may be more shards than files a process may hold open.
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(at))?;
            take(&mut file, length)
        };
        read().map_err(|error| unreadable(&self.path, &error))
    }
}

fn unreadable(path: &Path, error: &io::Error) -> ShardError {
    ShardError {
        path: path.into(),
        what: format!("cannot be read: {error}"),
    }
}

/// The next `length` bytes.
fn take(file: &mut File, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Whether the first `length` bytes have the hash that stands behind them.
fn sealed(file: &mut File, length: u64) -> io::Result<bool> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(Read::by_ref(file).take(length))?;
    let mut seal = [0; SEAL as usize];
    file.read_exact(&mut seal)?;
    Ok(*hasher.finalize().as_bytes() == seal)
}
