//! The files of a batch of the real model: same bytes for any number of threads and any
//! instruction set, same rows whatever other variants and runs stand beside them.

use assert_cmd::Command;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const FILES: [&str; 4] = [
    "summary.csv",
    "differences.csv",
    "runs.parquet",
    "paths.parquet",
];
const OFFICES: &str = "scenarios/variants/office-coverage-staffed.toml";
const REFUND: &str = "scenarios/variants/refund-unused-deduction.toml";
const SHOCK: &str = "scenarios/variants/decoupling.toml";

/// Compares the baseline with `variants` at a small scale into a folder of its own.
fn batch(folder: &Path, variants: &[&str], runs: &str, more: &[&str]) -> PathBuf {
    let out = folder.join(format!("{}-{runs}{}", variants.len(), more.concat()));
    Command::cargo_bin("leverlab")
        .unwrap()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["compare", "scenarios/baseline.toml"])
        .args(variants)
        .args(["-n", runs, "--scale", "0.001", "--quiet", "-o"])
        .arg(&out)
        .args(["--set", "run.end=\"2027Q4\""])
        .args(more)
        .assert()
        .success();
    out
}

/// Every row of `runs.parquet`, printed, by scenario and run.
fn rows(folder: &Path) -> BTreeMap<String, String> {
    let file = fs::File::open(folder.join("runs.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| {
            let row = row.unwrap();
            let field = |name: &str| {
                row.get_column_iter()
                    .find(|(column, _)| *column == name)
                    .unwrap_or_else(|| panic!("no column {name} in {row}"))
                    .1
                    .to_string()
            };
            let key = ["scenario", "run"].map(field).join(" ");
            (key, row.to_string())
        })
        .collect()
}

#[test]
fn threads_and_instructions_move_no_byte_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let variants = [OFFICES, REFUND];
    let one = batch(folder.path(), &variants, "5", &["--threads", "1"]);
    let mut others = vec![batch(folder.path(), &variants, "5", &["--threads", "2"])];
    for path in ["sse2", "avx2", "avx512"] {
        let known = leverlab::base::dispatch::Path::parse(path).unwrap();
        if known.supported() {
            let more = ["--instructions", path];
            others.push(batch(folder.path(), &variants, "5", &more));
        }
    }
    for other in &others {
        for file in FILES {
            assert!(
                fs::read(one.join(file)).unwrap() == fs::read(other.join(file)).unwrap(),
                "{file} of {} differs",
                other.display()
            );
        }
    }
}

#[test]
fn more_variants_and_more_runs_leave_the_rows_there_were() {
    let folder = tempfile::tempdir().unwrap();
    let few = rows(&batch(folder.path(), &[REFUND], "3", &[]));
    let many = rows(&batch(folder.path(), &[OFFICES, REFUND, SHOCK], "5", &[]));
    assert_eq!(few.len(), 2 * 3);
    assert_eq!(many.len(), 4 * 5);
    for (key, row) in &few {
        assert_eq!(many.get(key), Some(row), "{key}");
    }
}
