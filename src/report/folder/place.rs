//! Puts a finished folder in the place of an old one, so that a kill at any moment loses neither.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{MANIFEST, manifest};

/// A step of the change of places; each is one rename, or may be taken twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The folder becomes `old`.
    Aside,
    /// `new` becomes the folder.
    In,
    /// What is not ours goes from `old` into the folder.
    Keep,
    /// `old` is removed.
    Remove,
}

pub(super) const STEPS: [Step; 4] = [Step::Aside, Step::In, Step::Keep, Step::Remove];

/// Where a folder is made and whether it can be put in place as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Workplace {
    /// The folder, without links in its path.
    folder: PathBuf,
    pub(super) work: PathBuf,
    whole: bool,
}

impl Workplace {
    /// Beside the folder; `None` where the folder cannot be renamed.
    pub(super) fn beside(folder: &Path) -> Option<Self> {
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

    pub(super) fn inside(folder: &Path) -> Self {
        Self {
            folder: folder.into(),
            work: folder.join(".work"),
            whole: false,
        }
    }

    /// Whether somebody works here or was killed while working.
    pub(super) fn begun(&self) -> bool {
        // journals alone are no sign of work
        (self.whole && self.work.is_dir()) || self.work.join("lock").exists()
    }

    pub(super) fn fresh(&self) -> PathBuf {
        self.work.join("new")
    }

    pub(super) fn old(&self) -> PathBuf {
        self.work.join("old")
    }

    pub(super) fn publish(&self) -> io::Result<()> {
        flush(&self.fresh());
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

    pub(super) fn take(&self, step: Step) -> io::Result<()> {
        match step {
            Step::Aside if self.folder.exists() => fs::rename(&self.folder, self.old()),
            Step::In => {
                fs::rename(self.fresh(), &self.folder)?;
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
    pub(super) fn recover(&self) -> io::Result<()> {
        let finished = self.fresh().join(MANIFEST).is_file();
        if !self.whole {
            if finished && !self.folder.join(MANIFEST).exists() {
                self.file_by_file()?;
            }
        } else if self.old().exists() {
            if self.fresh().exists() {
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
        if self.fresh().exists() {
            fs::remove_dir_all(self.fresh())?;
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
        let mut names: Vec<_> = fs::read_dir(self.fresh())?
            .map(|entry| entry.map(|e| e.file_name()))
            .collect::<io::Result<_>>()?;
        names.sort_by_key(|name| (name == MANIFEST, name.clone()));
        for name in names {
            let (from, to) = (self.fresh().join(&name), self.folder.join(&name));
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
        [MANIFEST, "report.html", "figures"].contains(&name)
            || manifest
                .as_ref()
                .is_some_and(|all| all["files"].get(name).is_some())
    };
    for entry in fs::read_dir(old)? {
        let name = entry?.file_name();
        let (from, to) = (old.join(&name), folder.join(&name));
        let written = manifest.is_some() && name.to_str().is_some_and(ours);
        if written {
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
pub(super) fn flush(folder: &Path) {
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
