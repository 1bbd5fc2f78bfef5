//! Where do the evidence files come from: the binary, or a folder?

use super::EvidenceError;
use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::path::Path;

static SEEDS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/seeds");

/// Path under `seeds/` and text of each file.
pub(super) type Files = BTreeMap<String, String>;

/// The files in the binary.
pub(super) fn embedded() -> Files {
    fn walk(folder: &Dir<'_>, files: &mut Files) {
        for file in folder.files() {
            let path = file.path().to_string_lossy().replace('\\', "/");
            if path.ends_with(".toml") {
                files.insert(path, String::from_utf8_lossy(file.contents()).into_owned());
            }
        }
        for inner in folder.dirs() {
            walk(inner, files);
        }
    }
    let mut files = Files::new();
    walk(&SEEDS, &mut files);
    files
}

/// The files of a folder.
pub(super) fn folder(root: &Path) -> Result<Files, EvidenceError> {
    fn walk(root: &Path, at: &Path, files: &mut Files) -> std::io::Result<()> {
        for entry in std::fs::read_dir(at)? {
            let path = entry?.path();
            if path.is_dir() {
                walk(root, &path, files)?;
            } else if path.extension().is_some_and(|end| end == "toml") {
                let name = path.strip_prefix(root).unwrap_or(&path);
                let name = name.to_string_lossy().replace('\\', "/");
                files.insert(name, std::fs::read_to_string(&path)?);
            }
        }
        Ok(())
    }
    let mut files = Files::new();
    walk(root, root, &mut files)
        .map_err(|error| EvidenceError::Faults(vec![format!("{}: {error}", root.display())]))?;
    Ok(files)
}
