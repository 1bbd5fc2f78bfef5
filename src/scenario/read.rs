//! Reads scenario texts from disk or from the binary and follows `extends`.

use super::codes::{Code, MISSING_FILE, NOT_UTF8, TOO_DEEP, TOO_LARGE, UNREADABLE};
use super::diagnose::{Fault, Place, Source};
use include_dir::{Dir, include_dir};
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Scenarios shipped with the binary.
static SHIPPED: Dir = include_dir!("$CARGO_MANIFEST_DIR/scenarios");
/// What names a shipped scenario.
pub const SHIPPED_PREFIX: &str = "leverlab:";
/// Longest scenario text \[bytes\].
const LONGEST: u64 = 1_000_000;
/// Deepest nesting of tables and arrays.
const DEEPEST: usize = 32;

/// Where a scenario text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A file.
    Disk(PathBuf),
    /// A shipped file, by its path under `scenarios/`.
    Shipped(String),
}

impl Location {
    /// What the user wrote as FILE: a path, or `leverlab:NAME`.
    pub fn parse(text: &Path) -> Self {
        match text.to_str().and_then(|t| t.strip_prefix(SHIPPED_PREFIX)) {
            Some(name) => Self::Shipped(shipped_path(name)),
            None => Self::Disk(text.to_owned()),
        }
    }

    /// What `extends` names in a file at this location.
    pub fn extended(&self, extends: &str) -> Self {
        if let Some(name) = extends.strip_prefix(SHIPPED_PREFIX) {
            return Self::Shipped(shipped_path(name));
        }
        match self {
            Self::Disk(file) => {
                let folder = file.parent().unwrap_or(Path::new(""));
                Self::Disk(folder.join(extends))
            }
            Self::Shipped(file) => {
                let folder = Path::new(file).parent().unwrap_or(Path::new(""));
                Self::Shipped(flattened(&folder.join(extends)))
            }
        }
    }

    /// The same for two names of one file.
    pub fn identity(&self) -> String {
        match self {
            Self::Disk(file) => std::fs::canonicalize(file)
                .unwrap_or_else(|_| file.clone())
                .display()
                .to_string(),
            Self::Shipped(file) => format!("{SHIPPED_PREFIX}{file}"),
        }
    }

    /// As printed.
    pub fn name(&self) -> String {
        match self {
            Self::Disk(file) => file.display().to_string(),
            Self::Shipped(file) => {
                format!(
                    "{SHIPPED_PREFIX}{}",
                    file.strip_suffix(".toml").unwrap_or(file)
                )
            }
        }
    }

    /// File name without its ending.
    pub fn stem(&self) -> String {
        let file = match self {
            Self::Disk(file) => file.as_path(),
            Self::Shipped(file) => Path::new(file),
        };
        file.file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    /// Reads the text.
    ///
    /// # Errors
    /// A fault at the start of the file.
    pub fn read(&self) -> Result<Arc<Source>, Fault> {
        let name = self.name();
        let fault = |code: Code, message: String| Fault::new(code, nowhere(&name), "", message);
        let bytes = match self {
            Self::Shipped(file) => SHIPPED
                .get_file(file)
                .map(|file| file.contents().to_vec())
                .ok_or_else(|| {
                    let names = shipped();
                    fault(MISSING_FILE, format!("no shipped scenario `{name}`"))
                        .nearest(&name, names.iter().map(String::as_str))
                })?,
            Self::Disk(file) => read_bytes(file).map_err(|(code, message)| fault(code, message))?,
        };
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let place = Place {
                source: Arc::new(Source {
                    name: name.clone(),
                    text: String::from_utf8_lossy(error.as_bytes()).into_owned(),
                }),
                // What stands for the broken bytes takes three.
                span: at..at + 3,
            };
            let message = format!("byte {} is not UTF-8", at + 1);
            Fault::new(NOT_UTF8, place, "", message)
        })?;
        let source = Arc::new(Source { name, text });
        match too_deep(&source.text) {
            Some(at) => {
                let place = Place {
                    source,
                    span: at..at + 1,
                };
                let message = format!("tables or arrays are nested deeper than {DEEPEST} levels");
                Err(Fault::new(TOO_DEEP, place, "", message))
            }
            None => Ok(source),
        }
    }
}

/// A place at the start of a text that could not be read.
pub(super) fn nowhere(name: &str) -> Place {
    Place {
        source: Arc::new(Source {
            name: name.to_owned(),
            text: String::new(),
        }),
        span: 0..0,
    }
}

/// Names of the shipped scenarios, `leverlab:baseline` and so on.
pub fn shipped() -> Vec<String> {
    fn walk(folder: &Dir, names: &mut Vec<String>) {
        for file in folder.files() {
            if file.path().extension().is_some_and(|e| e == "toml") {
                let path = file.path().with_extension("");
                let path = path.to_string_lossy().replace('\\', "/");
                names.push(format!("{SHIPPED_PREFIX}{path}"));
            }
        }
        for folder in folder.dirs() {
            walk(folder, names);
        }
    }
    let mut names = Vec::new();
    walk(&SHIPPED, &mut names);
    names.sort();
    names
}

/// Path under `scenarios/` of a shipped name: given whole, or by its last part alone.
fn shipped_path(name: &str) -> String {
    let whole = format!("{}.toml", name.strip_suffix(".toml").unwrap_or(name));
    if SHIPPED.get_file(&whole).is_some() {
        return whole;
    }
    let ending = format!("/{whole}");
    shipped()
        .iter()
        .map(|known| format!("{}.toml", &known[SHIPPED_PREFIX.len()..]))
        .find(|known| known.ends_with(&ending))
        .unwrap_or(whole)
}

/// A relative path without `.` and `..`.
fn flattened(path: &Path) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                parts.pop();
            }
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            _ => {}
        }
    }
    parts.join("/")
}

/// Bytes of a file of at most 1 MB.
fn read_bytes(file: &Path) -> Result<Vec<u8>, (Code, String)> {
    let shown = file.display();
    let meta = std::fs::metadata(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => (MISSING_FILE, format!("there is no file `{shown}`")),
        _ => (UNREADABLE, format!("`{shown}` cannot be read: {error}")),
    })?;
    if meta.is_dir() {
        return Err((UNREADABLE, format!("`{shown}` is a directory")));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|open| open.take(LONGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| (UNREADABLE, format!("`{shown}` cannot be read: {error}")))?;
    if bytes.len() as u64 > LONGEST {
        return Err((TOO_LARGE, format!("`{shown}` is larger than 1 MB")));
    }
    Ok(bytes)
}

/// Where brackets or dotted keys first nest deeper than allowed; the parser recurses, so this
/// is found beforehand.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut dots, mut at) = (0_usize, 0_usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'#' => at += bytes[at..].iter().take_while(|b| **b != b'\n').count(),
            b'"' | b'\'' => at = after_string(bytes, at),
            b'[' | b'{' => {
                depth += 1;
                dots = 0;
                at += 1;
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b'\n' | b',' | b'=' => {
                dots = 0;
                at += 1;
            }
            b'.' => {
                dots += 1;
                at += 1;
            }
            _ => at += 1,
        }
        if depth > DEEPEST || dots > DEEPEST {
            return Some(at - 1);
        }
    }
    None
}

/// Where the string that opens at `at` ends (or the line, if it does not).
fn after_string(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let triple = [quote; 3];
    if bytes[at..].starts_with(&triple) {
        let mut end = at + 3;
        while end < bytes.len() && !bytes[end..].starts_with(&triple) {
            end += if bytes[end] == b'\\' && quote == b'"' {
                2
            } else {
                1
            };
        }
        return (end + 3).min(bytes.len());
    }
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != quote && bytes[end] != b'\n' {
        end += if bytes[end] == b'\\' && quote == b'"' {
            2
        } else {
            1
        };
    }
    (end + 1).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_measured_outside_strings_and_comments() {
        let deep = format!("a = {}1{}", "[".repeat(33), "]".repeat(33));
        assert!(too_deep(&deep).is_some());
        let dotted = format!("a{} = 1", ".b".repeat(40));
        assert!(too_deep(&dotted).is_some());
        assert_eq!(too_deep(&format!("a = \"{}\"", "[".repeat(99))), None);
        assert_eq!(too_deep(&format!("# {}", "[".repeat(99))), None);
        assert_eq!(too_deep(&format!("a = '''{}\n'''", "[".repeat(99))), None);
        assert_eq!(too_deep(&"[[shock]]\nx = [1, 2]\n".repeat(99)), None);
    }

    #[test]
    fn shipped_scenarios_are_found_by_name() {
        assert!(shipped().contains(&"leverlab:baseline".to_owned()));
        let baseline = Location::parse(Path::new("leverlab:baseline"));
        assert_eq!(baseline.stem(), "baseline");
        assert!(baseline.read().is_ok());
        let missing = Location::parse(Path::new("leverlab:basline")).read();
        assert_eq!(missing.unwrap_err().nearest[0], "leverlab:baseline");
    }

    #[test]
    fn extends_is_relative_to_the_file() {
        let file = Location::Disk("a/variants/x.toml".into());
        let parent = file.extended("../baseline.toml");
        assert_eq!(parent, Location::Disk("a/variants/../baseline.toml".into()));
        let shipped = Location::Shipped("variants/x.toml".into());
        assert_eq!(
            shipped.extended("../baseline.toml"),
            Location::Shipped("baseline.toml".into())
        );
    }
}
