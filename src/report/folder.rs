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
//! They change places in the four steps of [`Step`]; whoever comes next after a kill between
//! two of them ends what was begun, or takes it back. A folder that cannot be renamed (the root
//! of a disk, the current folder, one whose parent may not be written) keeps its `.work/`
//! inside; files are then renamed into it one by one, the manifest last.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

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
            Found::Nothing => {}
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
            Found::Batch { .. } if permission.fresh => {}
            Found::Batch {
                complete: false,
                runs: has,
                ..
            } => {
                return Err(taken(format!(
                    "holds {has} runs of this batch, which was interrupted, and an interrupted \
                     batch cannot be gone on with; start again with --fresh"
                )));
            }
            Found::Batch { runs: has, .. } if has < runs => {
                return Err(taken(format!(
                    "holds {has} runs of this batch and {runs} are asked for, and runs cannot \
                     be added; start again with --fresh"
                )));
            }
            Found::Batch { .. } => return Ok(Claim::Stored),
        }
    }
    match held {
        Some(hold) => Ok(Claim::Free(hold)),
        None => Hold::make(folder).map(Claim::Free),
    }
}

/// Ends or takes back what a kill left half-done round `folder`; the hold of what was left.
///
/// # Errors
/// [`FolderError`] where another process is at it, or the disk refuses.
pub fn settle(folder: &Path) -> Result<Option<Hold>, FolderError> {
    let places = [Workplace::beside(folder), Some(Workplace::inside(folder))];
    let Some(place) = places.into_iter().flatten().find(|p| p.work.is_dir()) else {
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
    Other,
    Batch {
        digest: String,
        runs: u32,
        complete: bool,
    },
}

fn stored(folder: &Path) -> io::Result<Found> {
    let mut empty = true;
    for entry in fs::read_dir(folder)? {
        empty &= entry?.file_name() == ".work";
    }
    if empty {
        return Ok(Found::Nothing);
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

/// The file that makes a folder whole.
pub(super) const MANIFEST: &str = "manifest.json";

/// A folder held by this process.
#[derive(Debug)]
pub struct Hold {
    folder: PathBuf,
    place: Workplace,
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
            _lock: lock,
        })
    }

    /// The folder as it was named.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the new folder is made.
    pub(super) fn stage(&self) -> PathBuf {
        self.place.new()
    }

    /// Puts the finished stage in the place of the folder.
    pub(super) fn publish(&self) -> io::Result<()> {
        self.place.publish()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // What still waits in `old` is for the next start to bring back.
        if !self.place.old().exists() {
            let _ = fs::remove_dir_all(&self.place.work);
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

/// A step of the change of places; each is one rename, or may be taken twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The folder becomes `old`.
    Aside,
    /// `new` becomes the folder.
    In,
    /// What is not ours goes from `old` into the folder.
    Keep,
    /// `old` is removed.
    Remove,
}

const STEPS: [Step; 4] = [Step::Aside, Step::In, Step::Keep, Step::Remove];

/// Where a folder is made and whether it can be put in place as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Workplace {
    /// The folder, without links in its path.
    folder: PathBuf,
    work: PathBuf,
    whole: bool,
}

impl Workplace {
    /// Beside the folder; `None` where the folder cannot be renamed.
    fn beside(folder: &Path) -> Option<Self> {
        let folder = if folder.exists() {
            fs::canonicalize(folder).ok()?
        } else {
            let parent = folder.parent().filter(|p| !p.as_os_str().is_empty());
            fs::canonicalize(parent.unwrap_or(Path::new(".")))
                .ok()?
                .join(folder.file_name()?)
        };
        let (parent, name) = (folder.parent()?, folder.file_name()?);
        let current = std::env::current_dir().and_then(fs::canonicalize);
        if current.is_ok_and(|here| here.starts_with(&folder)) || !on_one_disk(&folder, parent) {
            return None;
        }
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(".work");
        Some(Self {
            work: parent.join(hidden),
            folder,
            whole: true,
        })
    }

    fn inside(folder: &Path) -> Self {
        Self {
            folder: folder.into(),
            work: folder.join(".work"),
            whole: false,
        }
    }

    fn new(&self) -> PathBuf {
        self.work.join("new")
    }

    fn old(&self) -> PathBuf {
        self.work.join("old")
    }

    fn publish(&self) -> io::Result<()> {
        flush(&self.new());
        if !self.whole {
            return self.file_by_file();
        }
        for step in STEPS {
            if let Err(error) = self.take(step) {
                if step == Step::In && self.old().exists() {
                    fs::rename(self.old(), &self.folder)?;
                }
                return Err(error);
            }
        }
        Ok(())
    }

    fn take(&self, step: Step) -> io::Result<()> {
        match step {
            Step::Aside if self.folder.exists() => fs::rename(&self.folder, self.old()),
            Step::In => {
                fs::rename(self.new(), &self.folder)?;
                if let Some(parent) = self.folder.parent() {
                    flush(parent);
                }
                Ok(())
            }
            Step::Keep if self.old().exists() => keep_others(&self.old(), &self.folder),
            Step::Remove if self.old().exists() => fs::remove_dir_all(self.old()),
            Step::Aside | Step::Keep | Step::Remove => Ok(()),
        }
    }

    /// Ends or takes back what was begun, then clears what is left.
    fn recover(&self) -> io::Result<()> {
        let finished = self.new().join(MANIFEST).is_file();
        if !self.whole {
            if finished && !self.folder.join(MANIFEST).exists() {
                self.file_by_file()?;
            }
        } else if self.old().exists() {
            if self.new().exists() {
                if self.folder.exists() {
                    // Somebody made it since; only an empty one may go.
                    fs::remove_dir(&self.folder)?;
                }
                if finished {
                    self.take(Step::In)?;
                } else {
                    fs::rename(self.old(), &self.folder)?;
                }
            } else if !self.folder.exists() {
                fs::rename(self.old(), &self.folder)?;
            }
            self.take(Step::Keep)?;
            self.take(Step::Remove)?;
        } else if finished && !self.folder.exists() {
            self.take(Step::In)?;
        }
        if self.new().exists() {
            fs::remove_dir_all(self.new())?;
        }
        Ok(())
    }

    /// Renames what is new into the folder, the manifest last; without it the folder is none.
    fn file_by_file(&self) -> io::Result<()> {
        let old = self.folder.join(MANIFEST);
        if old.exists() {
            fs::remove_file(old)?;
        }
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let text = name.to_string_lossy();
            if text.starts_with("scenario.") && text.ends_with(".toml") {
                fs::remove_file(self.folder.join(&name))?;
            }
        }
        let mut names: Vec<_> = fs::read_dir(self.new())?
            .map(|entry| entry.map(|e| e.file_name()))
            .collect::<io::Result<_>>()?;
        names.sort_by_key(|name| (name == MANIFEST, name.clone()));
        for name in names {
            let (from, to) = (self.new().join(&name), self.folder.join(&name));
            if to.is_dir() {
                for inner in fs::read_dir(&from)? {
                    let inner = inner?.file_name();
                    fs::rename(from.join(&inner), to.join(&inner))?;
                }
            } else {
                fs::rename(from, to)?;
            }
        }
        flush(&self.folder);
        Ok(())
    }
}

/// Moves what results did not write from `old` to `folder`, where it does not stand already.
fn keep_others(old: &Path, folder: &Path) -> io::Result<()> {
    let manifest = manifest(old);
    let ours = |name: &str| {
        [MANIFEST, "report.html", "figures", ".work"].contains(&name)
            || manifest
                .as_ref()
                .is_some_and(|all| all["files"].get(name).is_some())
    };
    for entry in fs::read_dir(old)? {
        let name = entry?.file_name();
        let (from, to) = (old.join(&name), folder.join(&name));
        let written = manifest.is_some() && name.to_str().is_some_and(ours);
        if written || name == ".work" {
            continue;
        }
        if !to.exists() {
            fs::rename(from, to)?;
        } else if from.is_dir() && to.is_dir() {
            keep_others(&from, &to)?;
        }
    }
    Ok(())
}

/// Flushes a folder, so that the names in it last.
fn flush(folder: &Path) {
    // Some systems cannot flush a folder; the files themselves are on the disk by now.
    let _ = File::open(folder).and_then(|opened| opened.sync_all());
}

/// Whether a folder can be renamed within its parent: the root of a disk cannot.
#[cfg(unix)]
fn on_one_disk(folder: &Path, parent: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (fs::metadata(folder), fs::metadata(parent)) {
        (Ok(a), Ok(b)) => a.dev() == b.dev(),
        _ => true,
    }
}

/// Elsewhere the rename itself will say.
#[cfg(not(unix))]
fn on_one_disk(_folder: &Path, _parent: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A home with `out` of the old batch, and a hold with the new one staged.
    fn home(old: bool) -> (tempfile::TempDir, PathBuf, Workplace) {
        let home = tempfile::tempdir().expect("a folder");
        let out = home.path().join("出 力 out");
        if old {
            write(&out, "old");
            fs::write(out.join("notes.txt"), "mine").expect("written");
        }
        let place = Workplace::beside(&out).expect("it can be renamed");
        fs::create_dir_all(&place.work).expect("made");
        write(&place.new(), "new");
        (home, out, place)
    }

    fn write(folder: &Path, digest: &str) {
        fs::create_dir_all(folder.join("figures")).expect("made");
        fs::write(folder.join("figures/a.svg"), digest).expect("written");
        fs::write(folder.join(format!("{digest}.csv")), digest).expect("written");
        let manifest = serde_json::json!({ "digest": digest, "asked": 8, "complete": true,
            "files": { (format!("{digest}.csv")): "" } });
        fs::write(folder.join(MANIFEST), manifest.to_string()).expect("written");
    }

    fn digest(folder: &Path) -> String {
        let all = manifest(folder).expect("a whole folder");
        let digest = all["digest"].as_str().expect("text").to_owned();
        let file = folder.join(format!("{digest}.csv"));
        assert_eq!(fs::read_to_string(file).expect("its file"), digest);
        let figure = fs::read_to_string(folder.join("figures/a.svg"));
        assert_eq!(figure.expect("its figure"), digest);
        digest
    }

    #[test]
    fn a_kill_between_any_two_steps_loses_neither_and_the_next_start_mends_it() {
        for old in [false, true] {
            for done in 0..=STEPS.len() {
                let (home, out, place) = home(old);
                for step in &STEPS[..done] {
                    place.take(*step).expect("taken");
                }
                drop(settle(&out).expect("settled"));
                let expected = if done == 0 && old { "old" } else { "new" };
                assert_eq!(digest(&out), expected, "{old} after {done}");
                assert_eq!(out.join("notes.txt").exists(), old, "others' files stay");
                assert_eq!(out.join("old.csv").exists(), expected == "old");
                let left = fs::read_dir(home.path()).expect("read").count();
                assert_eq!(left, 1, "nothing is left of the work");
            }
        }
    }

    #[test]
    fn a_kill_while_the_new_one_is_made_leaves_the_old_one() {
        let (_home, out, place) = home(true);
        fs::remove_file(place.new().join(MANIFEST)).expect("not finished");
        drop(settle(&out).expect("settled"));
        assert_eq!(digest(&out), "old");
        // Aside and then unfinished cannot come of our steps; the old one comes back all the same.
        let (_home, out, place) = home(true);
        fs::remove_file(place.new().join(MANIFEST)).expect("not finished");
        place.take(Step::Aside).expect("taken");
        drop(settle(&out).expect("settled"));
        assert_eq!(digest(&out), "old");
    }

    #[test]
    fn a_folder_made_by_others_in_between_is_left_and_nothing_is_lost() {
        let (_home, out, place) = home(true);
        place.take(Step::Aside).expect("taken");
        fs::create_dir(&out).expect("made");
        fs::write(out.join("thesis.txt"), "mine").expect("written");
        assert!(settle(&out).is_err());
        assert!(out.join("thesis.txt").exists());
        assert_eq!(digest(&place.old()), "old");
        assert_eq!(digest(&place.new()), "new");
    }

    #[test]
    fn a_folder_that_cannot_be_renamed_is_filled_file_by_file_and_forwards() {
        let (_home, out, _) = home(true);
        let place = Workplace::inside(&out);
        fs::create_dir(&place.work).expect("made");
        write(&place.new(), "new");
        // Killed after the old manifest went and before the last file came.
        fs::remove_file(out.join(MANIFEST)).expect("gone");
        fs::rename(place.new().join("new.csv"), out.join("new.csv")).expect("renamed");
        place.recover().expect("ended");
        assert_eq!(digest(&out), "new");
        assert!(out.join("notes.txt").exists());
    }

    #[test]
    fn one_process_at_a_time_and_the_current_folder_stays_where_it_is() {
        let (_home, out, _) = home(true);
        let permission = Permission::default();
        let Ok(Claim::Free(hold)) = claim(
            &out,
            "old",
            9,
            Permission {
                fresh: true,
                ..permission
            },
        ) else {
            panic!("free")
        };
        assert!(matches!(
            claim(&out, "old", 8, permission),
            Err(FolderError::Busy(_))
        ));
        drop(hold);
        assert!(matches!(
            claim(&out, "old", 8, permission),
            Ok(Claim::Stored)
        ));
        assert!(matches!(
            claim(&out, "x", 8, permission),
            Err(FolderError::Taken { .. })
        ));
        assert_eq!(Workplace::beside(Path::new(".")), None);
        assert_eq!(Workplace::beside(Path::new("/")), None);
    }
}
