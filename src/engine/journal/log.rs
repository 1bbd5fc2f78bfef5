//! A file of the journal: how does it grow so that a refusal of the disk leaves whole records?

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// A file that grows by whole records.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    /// Bytes that entries point to.
    pub(super) length: u64,
    waiting: Vec<u8>,
    /// Bytes after which the disk refuses, in tests.
    #[cfg(test)]
    pub(super) room: Option<usize>,
}

impl Log {
    /// Opens a file to be read and written.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false);
        Self::of(file.open(path)?)
    }

    /// Opens a file that others may be writing, to be read alone.
    pub(super) fn look(path: &Path) -> io::Result<Self> {
        Self::of(File::open(path)?)
    }

    fn of(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self {
            file,
            length,
            waiting: Vec::new(),
            #[cfg(test)]
            room: None,
        })
    }

    /// Cuts off what lies behind `length`.
    pub(super) fn cut(&mut self, length: u64) -> io::Result<()> {
        self.length = length;
        self.waiting.clear();
        self.file.set_len(length)
    }

    /// Takes bytes to be written with the next flush; gives where they will stand.
    pub(super) fn add(&mut self, bytes: &[u8]) -> u64 {
        let at = self.length + self.waiting.len() as u64;
        self.waiting.extend_from_slice(bytes);
        at
    }

    /// Writes what waits and brings it to the disk; what the disk refuses is taken back.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let written = self
            .file
            .seek(SeekFrom::Start(self.length))
            .and_then(|_| self.write())
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

    #[cfg(not(test))]
    fn write(&mut self) -> io::Result<()> {
        self.file.write_all(&self.waiting)
    }

    /// Writes what there is room for.
    #[cfg(test)]
    fn write(&mut self) -> io::Result<()> {
        let length = self.waiting.len();
        let fits = self.room.map_or(length, |room| room.min(length));
        self.file.write_all(&self.waiting[..fits])?;
        self.room = self.room.map(|room| room - fits);
        if fits < length {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    pub(super) fn read(&mut self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.file.seek(SeekFrom::Start(at))?;
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
