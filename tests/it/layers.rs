//! No room uses one above it, and no number in a formula is without a name or a reason.

use std::path::{Path, PathBuf};

/// Rooms from the roof down.
const ROOMS: [&str; 9] = [
    "cli",
    "report",
    "experiment",
    "engine",
    "model",
    "scenario",
    "policy",
    "evidence",
    "base",
];

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

pub(crate) fn all_sources() -> Vec<PathBuf> {
    let mut out = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut out);
    out.sort();
    out
}

fn room(path: &Path) -> Option<usize> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let first = path.strip_prefix(source).ok()?.components().next()?;
    let name = first.as_os_str().to_str()?.trim_end_matches(".rs");
    ROOMS.iter().position(|room| *room == name)
}

/// The part of a file before its tests.
fn code(text: &str) -> &str {
    // the attribute stands alone on its line before the tests' module
    let end = text
        .match_indices("#[cfg(test)]\n")
        .find(|(at, mark)| {
            let next = text[at + mark.len()..]
                .lines()
                .find(|line| !line.starts_with("#["));
            // a module kept in a file of its own ends nothing here
            next.is_some_and(|line| line.contains("mod ") && line.ends_with('{'))
        })
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}

#[test]
fn no_room_uses_one_above_it() {
    let mut arrows = Vec::new();
    for path in all_sources() {
        let Some(here) = room(&path) else { continue };
        if path.ends_with("tests.rs") || path.ends_with("testbed.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a readable source");
        for (number, line) in code(&text).lines().enumerate() {
            let line = line.split("//").next().unwrap_or("");
            for (above, name) in ROOMS.iter().enumerate().take(here) {
                let _ = above;
                let uses = [format!("crate::{name}::"), format!("crate::{name};")];
                if uses.iter().any(|path| line.contains(path.as_str())) {
                    arrows.push(format!(
                        "{}:{}: {}",
                        path.display(),
                        number + 1,
                        line.trim()
                    ));
                }
            }
        }
    }
    assert!(arrows.is_empty(), "upward arrows:\n{}", arrows.join("\n"));
}

#[test]
fn every_number_in_a_formula_is_named_or_explained() {
    let allowed = ["0.0", "0.5", "1.0", "2.0"];
    let mut bare = Vec::new();
    for path in all_sources() {
        let in_scope = room(&path).is_some_and(|r| ["model", "policy"].contains(&ROOMS[r]));
        let of_tests = path
            .parent()
            .is_some_and(|folder| folder.ends_with("tests"))
            || path.ends_with("tests.rs")
            || path.ends_with("testbed.rs");
        if !in_scope || of_tests {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a readable source");
        let lines: Vec<&str> = code(&text).lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let before = number.checked_sub(1).map_or("", |n| lines[n]);
            if line.contains("// derived:") || before.trim_start().starts_with("// derived:") {
                continue;
            }
            let bytes = line.split("//").next().unwrap_or("");
            for literal in float_literals(bytes) {
                if !allowed.contains(&literal.as_str()) {
                    bare.push(format!("{}:{}: {literal}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(
        bare.is_empty(),
        "{} numbers without `// derived:`\n{}",
        bare.len(),
        bare.join("\n")
    );
}

/// Float literals of a line: digits, a point or exponent, not part of a name or a range.
fn float_literals(line: &str) -> Vec<String> {
    let chars: Vec<char> = line.chars().collect();
    let mut out = Vec::new();
    let mut i = 0;
    let mut quoted = false;
    while i < chars.len() {
        if chars[i] == '"' {
            quoted = !quoted;
        }
        let starts = chars[i].is_ascii_digit()
            && !quoted
            && (i == 0 || !(chars[i - 1].is_alphanumeric() || "_.".contains(chars[i - 1])));
        if !starts {
            i += 1;
            continue;
        }
        let mut j = i;
        let mut float = false;
        while j < chars.len() {
            let c = chars[j];
            let point = c == '.' && chars.get(j + 1).is_some_and(char::is_ascii_digit);
            let exponent = c == 'e'
                && chars
                    .get(j + 1)
                    .is_some_and(|n| n.is_ascii_digit() || *n == '-');
            if point || exponent {
                float = true;
                j += if exponent { 2 } else { 1 };
            } else if c.is_ascii_digit() || c == '_' {
                j += 1;
            } else {
                break;
            }
        }
        if float {
            out.push(chars[i..j].iter().collect());
        }
        i = j.max(i + 1);
    }
    out
}

#[test]
fn literals_are_found_and_ranges_are_not() {
    assert_eq!(float_literals("let x = 4.0 * a + 1e3;"), ["4.0", "1e3"]);
    assert!(float_literals("for i in 0..3 { self.0[1] }").is_empty());
}

#[test]
fn every_test_file_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = std::fs::read_to_string(folder.join("main.rs")).expect("the list");
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let stem = path
            .file_stem()
            .and_then(|s| s.to_str())
            .unwrap_or("")
            .to_owned();
        if stem != "main" && path.extension().is_some_and(|e| e == "rs") {
            assert!(
                main.contains(&format!("mod {stem};")),
                "{stem} is not listed"
            );
        }
    }
}
