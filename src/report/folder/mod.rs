//! Keeps a results folder whole: it appears finished or not at all, and is never lost.
//!
//! While a batch runs, `.NAME.work/` stands beside the folder `NAME`:
//!
//! ```text
//! lock   held by the process that writes
//! new/   the folder in the making, flushed to the disk, `manifest.json` last
//! old/   what the folder was, while the two change places
//! ```
//!
//! `NAME/.work/` inside keeps the journals of finished runs, each in a folder named by the digest
//! of its batch, so that a batch can go on or grow.
//!
//! `new` and the folder change places in the four steps of `place`; whoever comes next after a kill between
//! two of them ends what was begun, or takes it back. A folder that cannot be renamed (the root
//! of a disk, the current folder, one whose parent may not be written) keeps its `.work/`
//! inside; files are then renamed into it one by one, the manifest last.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

mod place;
pub mod shards;

use place::{Workplace, flush};

/// Why a folder cannot be used or written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It holds something else.
    #[error("{} {what}", folder.display())]
    Taken {
        /// Folder.
        folder: PathBuf,
        /// What it holds and what to do.
        what: String,
    },
    /// Another process is writing to it.
    #[error("{} is being written by another process", .0.display())]
    Busy(PathBuf),
    /// The disk is full, read-only or not there.
    #[error("cannot write results to {}: {cause}; nothing was left half-written", path.display())]
    Unwritable {
        /// What was being written.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// What a folder is good for.
#[derive(Debug)]
pub enum Claim {
    /// It holds these results already, whole.
    Stored,
    /// It may be written; held until dropped.
    Free(Hold),
}

/// What may be done with what a folder holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Permission {
    /// Write over anything.
    pub force: bool,
    /// Start the same batch again.
    pub fresh: bool,
    /// Put results beside the shards they are merged from.
    pub merge: bool,
}

/// Default folder of a batch: `output/NAME-DIGEST8`.
pub fn default_folder(name: &str, digest: &str) -> PathBuf {
    Path::new("output").join(format!("{name}-{}", &digest[..digest.len().min(8)]))
}

/// Claims `folder` for the batch of that digest and number of runs.
///
/// # Errors
/// [`FolderError`] where it holds something else, is held, or cannot be written.
pub fn claim(
    folder: &Path,
    digest: &str,
    runs: u32,
    permission: Permission,
) -> Result<Claim, FolderError> {
    let taken = |what: String| FolderError::Taken {
        folder: folder.into(),
        what,
    };
    if folder.exists() && !folder.is_dir() {
        return Err(taken("is a file, not a folder".into()));
    }
    // A workplace that is there already is held by somebody, or was left by a kill.
    let held = settle(folder)?;
    if folder.exists() && !permission.force {
        let found = stored(folder).map_err(|cause| unwritable(folder, cause))?;
        match found {
            Found::Shards(names) if !permission.merge => {
                return Err(taken(shards_wait(folder, names.len())));
            }
            Found::Nothing if !permission.merge && shards_begun(folder) => {
                return Err(taken(
                    "holds unfinished shards; the same command with --shard goes on with them, \
                     --force would run all beside them"
                        .into(),
                ));
            }
            Found::Nothing | Found::Shards(_) if others_begun(folder, digest) => {
                return Err(taken(
                    "holds unfinished runs of another batch (scenario, seed, scale, evidence or \
                     model differ); --force would drop them"
                        .into(),
                ));
            }
            Found::Shards(names) if !names.iter().all(|name| shards::is_of(name, digest)) => {
                return Err(taken(
                    "holds shards of another batch (scenario, seed, scale, evidence or model \
                     differ); --force would write beside them"
                        .into(),
                ));
            }
            Found::Nothing | Found::Shards(_) => {}
            Found::Other => {
                return Err(taken(
                    "holds other files; --force would write beside them".into(),
                ));
            }
            Found::Batch { digest: found, .. } if found != digest => {
                return Err(taken(
                    "holds results of another batch (scenario, seed, scale, evidence or model \
                     differ); --force would write over them"
                        .into(),
                ));
            }
            Found::Batch {
                complete,
                runs: has,
                ..
            } if permission.fresh || !complete || has < runs => {}
            Found::Batch { .. } => return Ok(Claim::Stored),
        }
    }
    let mut hold = match held {
        Some(hold) => hold,
        None => Hold::make(folder)?,
    };
    hold.journal = journals(folder).join(journal_name(digest));
    if permission.fresh && hold.journal.exists() {
        fs::remove_dir_all(&hold.journal).map_err(|cause| unwritable(folder, cause))?;
    }
    Ok(Claim::Free(hold))
}

/// Where journals lie in a results folder.
fn journals(folder: &Path) -> PathBuf {
    folder.join(WORK)
}

/// Folder of the journal of a batch.
fn journal_name(digest: &str) -> String {
    format!("runs-{}", &digest[..digest.len().min(16)])
}

/// Whether runs or shards of other batches were begun in a folder.
fn others_begun(folder: &Path, digest: &str) -> bool {
    let own = journal_name(digest);
    let other = |name: &str| {
        let shard = shards::named_so(name) && !shards::is_of(name, digest);
        shard || (name.starts_with("runs-") && name != own)
    };
    begun(folder, &other)
}

/// Whether shards were begun in a folder.
fn shards_begun(folder: &Path) -> bool {
    begun(folder, &shards::named_so)
}

/// Whether work of such a name lies in a folder.
fn begun(folder: &Path, such: &dyn Fn(&str) -> bool) -> bool {
    let entries = fs::read_dir(journals(folder)).into_iter().flatten();
    let mut names = entries.flatten().map(|entry| entry.file_name());
    names.any(|name| such(&name.to_string_lossy()))
}

/// What is said of a folder in which shards wait to be merged.
fn shards_wait(folder: &Path, count: usize) -> String {
    let merge = folder.display();
    format!("holds {count} shard(s) not merged yet; `leverlab merge {merge}` joins them")
}

/// What to do with a folder that holds shards and no results, if it is one.
pub fn unmerged(folder: &Path) -> Option<String> {
    let count = shards::list(folder).ok()?.len();
    let waits = count > 0 && manifest(folder).is_none();
    waits.then(|| format!("{} {}", folder.display(), shards_wait(folder, count)))
}

/// Ends or takes back what a kill left half-done round `folder`; the hold of what was left.
///
/// # Errors
/// [`FolderError`] where another process is at it, or the disk refuses.
pub fn settle(folder: &Path) -> Result<Option<Hold>, FolderError> {
    let places = [Workplace::beside(folder), Some(Workplace::inside(folder))];
    let Some(place) = places.into_iter().flatten().find(Workplace::begun) else {
        return Ok(None);
    };
    let hold = Hold::lock(folder, place)?;
    hold.place
        .recover()
        .map_err(|cause| unwritable(folder, cause))?;
    Ok(Some(hold))
}

fn unwritable(folder: &Path, cause: io::Error) -> FolderError {
    FolderError::Unwritable {
        path: folder.into(),
        cause,
    }
}

/// What lies in a folder.
enum Found {
    Nothing,
    /// Shards alone, by name.
    Shards(Vec<String>),
    Other,
    Batch {
        digest: String,
        runs: u32,
        complete: bool,
    },
}

fn stored(folder: &Path) -> io::Result<Found> {
    let (mut names, mut other) = (Vec::new(), false);
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        match name {
            name if shards::named_so(&name) => names.push(name),
            name => other |= name != WORK,
        }
    }
    if !other {
        let some = !names.is_empty();
        return Ok(if some {
            Found::Shards(names)
        } else {
            Found::Nothing
        });
    }
    let found = manifest(folder).and_then(|all| {
        Some(Found::Batch {
            digest: all["digest"].as_str()?.to_owned(),
            runs: u32::try_from(all["asked"].as_u64()?).ok()?,
            complete: all["complete"].as_bool()?,
        })
    });
    Ok(found.unwrap_or(Found::Other))
}

/// What `manifest.json` says, where there is one of ours.
fn manifest(folder: &Path) -> Option<Value> {
    let bytes = fs::read(folder.join(MANIFEST)).ok()?;
    serde_json::from_slice::<Value>(&bytes)
        .ok()
        .filter(|all| all["digest"].is_string() && all["files"].is_object())
}

/// The folder inside a results folder that is not results.
const WORK: &str = ".work";

/// The file that makes a folder whole.
pub(in crate::report) const MANIFEST: &str = "manifest.json";

/// A folder held by this process.
#[derive(Debug)]
pub struct Hold {
    folder: PathBuf,
    place: Workplace,
    journal: PathBuf,
    /// Whether the folder was there before.
    old: bool,
    _lock: File,
}

impl Hold {
    /// Makes a workplace for `folder` and holds it.
    fn make(folder: &Path) -> Result<Self, FolderError> {
        if let Some(parent) = folder.parent().filter(|parent| !parent.exists()) {
            fs::create_dir_all(parent).map_err(|cause| unwritable(folder, cause))?;
        }
        if let Some(place) = Workplace::beside(folder) {
            match Self::lock(folder, place) {
                // Its parent may be closed to us while the folder itself is open.
                Err(FolderError::Unwritable { .. }) if folder.is_dir() => {}
                done => return done,
            }
        }
        Self::lock(folder, Workplace::inside(folder))
    }

    fn lock(folder: &Path, place: Workplace) -> Result<Self, FolderError> {
        let failed = |cause| unwritable(folder, cause);
        let old = folder.exists();
        let path = place.work.join("lock");
        fs::create_dir_all(&place.work).map_err(failed)?;
        let lock = File::create(&path).map_err(failed)?;
        let busy = matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock));
        if busy || !is_at(&lock, &path) {
            return Err(FolderError::Busy(folder.into()));
        }
        Ok(Self {
            folder: folder.into(),
            place,
            journal: PathBuf::new(),
            old,
            _lock: lock,
        })
    }

    /// The folder as it was named.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where finished runs are recorded while the batch goes on; closed before publishing.
    pub fn journal(&self) -> &Path {
        &self.journal
    }

    /// Drops the journals of other batches, whose results were written over.
    pub fn drop_other_journals(&self) {
        let entries = fs::read_dir(journals(&self.folder)).into_iter().flatten();
        for entry in entries.flatten() {
            let name = entry.file_name();
            let other = self.journal.file_name() != Some(name.as_os_str());
            if other && name.to_string_lossy().starts_with("runs-") {
                // One that stays is told of, never read, as its name differs.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Where the new folder is made.
    pub(in crate::report) fn stage(&self) -> PathBuf {
        self.place.fresh()
    }

    /// Puts the finished stage in the place of the folder.
    pub(in crate::report) fn publish(&self) -> io::Result<()> {
        self.place.publish()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // What still waits in `old` is for the next start to bring back.
        if self.place.old().exists() {
            return;
        }
        let _ = fs::remove_dir_all(self.place.fresh());
        let _ = fs::remove_file(self.place.work.join("lock"));
        // These go only where nothing is in them, so journals stay.
        let _ = fs::remove_dir(&self.place.work);
        let _ = fs::remove_dir(journals(&self.folder));
        if !self.old {
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

/// Whether an open file is still the one of that name: its last holder may have taken it away.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |meta: fs::Metadata| (meta.dev(), meta.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(a), Ok(b)) => id(a) == id(b),
        _ => false,
    }
}

/// Open files cannot be taken away.
#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests;
