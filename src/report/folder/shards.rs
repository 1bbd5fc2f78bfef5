//! Where shards lie in a results folder, and which folder may take them.
//!
//! ```text
//! DIR/shard-DIGEST8-FIRST-LAST-of-RUNS.leverlab    a finished shard, renamed into place whole
//! DIR/.work/shard-DIGEST8-FIRST-LAST-of-RUNS/1/    what the first process recorded of it
//!                                            2/    what the next did, after a kill
//! ```
//!
//! No file is locked, as locks do not hold on every shared disk: each process makes a folder of
//! its own (making one is atomic everywhere), writes there alone and reads the others'. Two that
//! run the same shard by mistake waste time and disturb nothing.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{FolderError, Found, WORK, flush, others_begun, settle, stored, unwritable};

/// How the name of a shard ends.
const ENDING: &str = ".leverlab";

/// File name of the shard that holds these runs of `asked`.
pub fn name(digest: &str, runs: &Range<u32>, asked: u32) -> String {
    let (first, last) = (runs.start, runs.end.saturating_sub(1));
    let digest = brief(digest);
    format!("shard-{digest}-{first:06}-{last:06}-of-{asked:06}{ENDING}")
}

fn brief(digest: &str) -> &str {
    &digest[..digest.len().min(8)]
}

/// Whether a file, or a folder of work, is named like a shard.
pub(super) fn named_so(name: &str) -> bool {
    name.starts_with("shard-") && name.contains("-of-")
}

/// Whether it is named like a shard of that batch.
pub(super) fn is_of(name: &str, digest: &str) -> bool {
    let rest = name.strip_prefix("shard-");
    let rest = rest.and_then(|rest| rest.strip_prefix(brief(digest)));
    rest.is_some_and(|rest| rest.starts_with('-'))
}

/// The finished shards in a folder, by name.
///
/// # Errors
/// What the system says of a folder that cannot be read.
pub fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        if named_so(&text) && text.ends_with(ENDING) {
            all.push(folder.join(&name));
        }
    }
    all.sort();
    Ok(all)
}

/// Runs of a finished shard, and runs of its batch, as its name says.
pub fn runs_of(path: &Path) -> Option<(Range<u32>, u32)> {
    read_name(&path.file_name()?.to_string_lossy())
}

/// A shard that was begun and not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its runs.
    pub runs: Range<u32>,
    /// Runs of the batch.
    pub asked: u32,
    /// Journals of those who worked on it.
    pub journals: Vec<PathBuf>,
}

/// The shards that were begun in a folder and not finished, by their runs.
///
/// # Errors
/// What the system says of a folder that cannot be read.
pub fn begun(folder: &Path) -> io::Result<Vec<Begun>> {
    let work = folder.join(WORK);
    if !work.is_dir() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for entry in fs::read_dir(work)? {
        let entry = entry?;
        let Some((runs, asked)) = read_name(&entry.file_name().to_string_lossy()) else {
            continue;
        };
        let mut journals = Vec::new();
        for own in fs::read_dir(entry.path())? {
            journals.push(own?.path().join("runs"));
        }
        all.push(Begun {
            runs,
            asked,
            journals,
        });
    }
    all.sort_by_key(|one| (one.asked, one.runs.start, one.runs.end));
    Ok(all)
}

/// Runs of a shard, and runs of its batch, as its name says; the reverse of [`name`].
fn read_name(name: &str) -> Option<(Range<u32>, u32)> {
    let parts: Vec<&str> = name.trim_end_matches(ENDING).split('-').collect();
    let ["shard", _, first, last, "of", asked] = parts[..] else {
        return None;
    };
    let end = last.parse::<u32>().ok()?.checked_add(1)?;
    let runs = first.parse().ok()?..end;
    (!runs.is_empty()).then_some((runs, asked.parse().ok()?))
}

/// Looks whether a folder may take shards of that batch.
///
/// # Errors
/// [`FolderError`] where it holds something else, is being written as a whole, or cannot be read.
pub fn admit(folder: &Path, digest: &str, force: bool) -> Result<(), FolderError> {
    let taken = |what: &str| {
        Err(FolderError::Taken {
            folder: folder.into(),
            what: what.to_owned(),
        })
    };
    if folder.exists() && !folder.is_dir() {
        return taken("is a file, not a folder");
    }
    settle(folder)?;
    if force || !folder.exists() {
        return Ok(());
    }
    match stored(folder).map_err(|cause| unwritable(folder, cause))? {
        Found::Other => taken("holds other files; --force would write beside them"),
        Found::Batch { digest: found, .. } if found != digest => taken(
            "holds results of another batch (scenario, seed, scale, evidence or model differ)",
        ),
        Found::Shards(names) if !names.iter().all(|name| is_of(name, digest)) => {
            taken("holds shards of another batch (scenario, seed, scale, evidence or model differ)")
        }
        _ if others_begun(folder, digest) => taken(
            "holds unfinished runs of another batch (scenario, seed, scale, evidence or model differ)",
        ),
        Found::Nothing | Found::Batch { .. } | Found::Shards(_) => Ok(()),
    }
}

/// Times that a folder of work is made again where a process that ended cleared it meanwhile.
const ATTEMPTS: u32 = 10_000;

/// Passes over what another process cleared a moment ago.
fn gone(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }
}

/// Where one process works on one shard.
#[derive(Debug)]
pub struct Desk {
    target: PathBuf,
    all: PathBuf,
    own: PathBuf,
}

impl Desk {
    /// A folder of one's own to work on the shard of that name in; `fresh` clears what others left.
    ///
    /// # Errors
    /// What the system says.
    pub fn make(folder: &Path, name: &str, fresh: bool) -> io::Result<Self> {
        let all = folder.join(WORK).join(name.trim_end_matches(ENDING));
        if fresh && all.exists() {
            fs::remove_dir_all(&all)?;
        }
        let mut number = 1_u32;
        for _ in 0..ATTEMPTS {
            fs::create_dir_all(&all).or_else(gone)?;
            let own = all.join(number.to_string());
            match fs::create_dir(&own) {
                Ok(()) => {
                    let target = folder.join(name);
                    return Ok(Self { target, all, own });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => gone(error)?,
            }
        }
        Err(io::Error::other(
            "other processes keep clearing the folder of work",
        ))
    }

    /// Where to record runs.
    pub fn journal(&self) -> PathBuf {
        self.own.join("runs")
    }

    /// Where other processes recorded runs of this shard, or still do.
    ///
    /// # Errors
    /// What the system says.
    pub fn others(&self) -> io::Result<Vec<PathBuf>> {
        let mut others = Vec::new();
        for entry in fs::read_dir(&self.all)? {
            let path = entry?.path();
            if path != self.own {
                others.push(path.join("runs"));
            }
        }
        others.sort();
        Ok(others)
    }

    /// Puts the finished shard in place, written and flushed by `write`, then clears all work on
    /// it; what was in place stays where this fails.
    ///
    /// # Errors
    /// What the system says.
    pub fn publish(self, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
        let part = self.own.join("part");
        let written = write(&part).and_then(|()| fs::rename(&part, &self.target));
        if written.is_err() {
            let _ = fs::remove_file(&part);
            return written;
        }
        let folder = self.target.parent().unwrap_or(Path::new("."));
        flush(folder);
        // What stays is in nobody's way: the finished shard answers first.
        let _ = fs::remove_dir_all(&self.all);
        let _ = fs::remove_dir(folder.join(WORK));
        Ok(())
    }

    /// Leaves what was recorded to the next; what holds nothing goes.
    pub fn leave(self) {
        let folder = self.target.parent().unwrap_or(Path::new("."));
        for empty in [&self.own, &self.all, &folder.join(WORK)] {
            let _ = fs::remove_dir(empty);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        let own = name("0123456789abcdef", &(12..24), 40);
        assert_eq!(own, "shard-01234567-000012-000023-of-000040.leverlab");
        assert_eq!(read_name(&own), Some((12..24, 40)));
        assert_eq!(read_name("runs"), None);
        for odd in ["5-3", "0-4294967295", "a-3", "3"] {
            assert_eq!(read_name(&format!("shard-01234567-{odd}-of-9")), None);
        }
    }
}
