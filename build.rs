//! Gives the binary a digest of the model's sources, and the git revision where there is one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Rooms whose sources decide results.
const ROOMS: [&str; 6] = ["base", "evidence", "policy", "scenario", "model", "engine"];

fn main() {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut files = vec![PathBuf::from("Cargo.lock")];
    for room in ROOMS {
        let folder = Path::new("src").join(room);
        println!("cargo:rerun-if-changed={}", folder.display());
        collect(&root, &folder, &mut files);
    }
    println!("cargo:rerun-if-changed=Cargo.lock");
    println!("cargo:rerun-if-changed=build.rs");
    println!(
        "cargo:rustc-env=LEVERLAB_MODEL_DIGEST={}",
        digest(&root, files)
    );
    if let Some(revision) = revision(&root) {
        println!("cargo:rustc-env=LEVERLAB_GIT_REVISION={revision}");
    }
}

/// Adds all Rust files below `folder`.
fn collect(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(root.join(folder)) else {
        return;
    };
    for entry in entries.flatten() {
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
}

/// blake3 over path, length and text of each file, in path order, line ends as `\n`.
fn digest(root: &Path, files: Vec<PathBuf>) -> String {
    let mut named: Vec<(String, PathBuf)> = files
        .into_iter()
        .map(|path| (path.to_string_lossy().replace('\\', "/"), path))
        .collect();
    named.sort();
    let mut hasher = blake3::Hasher::new();
    for (name, path) in named {
        let text = fs::read_to_string(root.join(path))
            .unwrap_or_default()
            .replace("\r\n", "\n");
        hasher.update(format!("{name}\n{}\n", text.len()).as_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// The revision checked out, where this is a git checkout and git is there.
fn revision(root: &Path) -> Option<String> {
    if !root.join(".git").exists() {
        return None;
    }
    for name in [".git/HEAD", ".git/logs/HEAD"] {
        if root.join(name).exists() {
            println!("cargo:rerun-if-changed={name}");
        }
    }
    let output = Command::new("git")
        .args(["rev-parse", "HEAD"])
        .current_dir(root)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
