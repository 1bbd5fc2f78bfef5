//! The command line's answers and exit codes that need no simulation.

use assert_cmd::Command;

fn leverlab(args: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("leverlab")
        .unwrap()
        .args(args)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn usage_errors_are_2() {
    for args in [
        &["run", "x.toml", "-n", "0"][..],
        &["run", "x.toml", "--scale", "0"],
        &["nonsense"],
        &["compare", "a.toml"],
    ] {
        assert_eq!(leverlab(args).0, 2, "{args:?}");
    }
}

#[test]
fn help_fits_a_screen_and_long_help_has_examples() {
    let (code, out, _) = leverlab(&["-h"]);
    assert_eq!(code, 0);
    assert!(out.lines().count() <= 30, "{out}");
    assert!(leverlab(&["--help"]).1.contains("leverlab compare"));
}

#[test]
fn codes_are_explained_and_completions_written() {
    let (code, out, _) = leverlab(&["explain", "E0108"]);
    assert_eq!(code, 0);
    assert!(out.contains("extend"));
    assert!(leverlab(&["completions", "bash"]).1.contains("leverlab"));
}

#[test]
fn a_faulty_file_is_3_and_every_fault_is_in_the_json() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    std::fs::write(&file, "[run]\nsede = 1\nend = \"2025Q9\"\n").unwrap();
    let (code, out, err) = leverlab(&["check", file.to_str().unwrap(), "--format", "json"]);
    assert_eq!(code, 3, "{err}");
    let faults: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(faults[0]["code"], "E0201");
    assert_eq!(faults[0]["nearest"][0], "seed");
    assert_eq!(faults[1]["line"], 3);
    assert!(err.contains("a.toml:2:1"));
    assert_eq!(leverlab(&["check", "no-such-file.toml"]).0, 3);
}

#[test]
fn unknown_names_are_4() {
    assert_eq!(leverlab(&["explain", "no-such-name"]).0, 4);
    assert_eq!(leverlab(&["list", "levers", "--search", "zzzzzz"]).0, 4);
}

#[test]
fn a_new_study_checks_as_it_is_and_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("study");
    let dir = dir.to_str().unwrap();
    assert_eq!(leverlab(&["init", dir]).0, 0);
    let file = format!("{dir}/scenario.toml");
    assert_eq!(leverlab(&["check", &file]).0, 0);
    assert!(
        leverlab(&["resolve", &file, "--origins"])
            .1
            .contains("run.seed")
    );
    assert_eq!(leverlab(&["init", dir]).0, 2);
}
