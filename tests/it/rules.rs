//! Rules act on published figures alone, from the quarter in which these are known.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

const RUN: &str = "[run]\nstart = \"2025Q1\"\nend = \"2029Q4\"\nreplicates = 2\nscale = 0.001\n";

/// Metrics of a scenario with that text, with full digits.
fn metrics(home: &Path, name: &str, text: &str) -> String {
    let file = home.join(format!("{name}.toml"));
    fs::write(&file, format!("{RUN}{text}")).unwrap();
    let output = Command::cargo_bin("leverlab")
        .unwrap()
        .current_dir(home)
        .args([
            "run",
            &format!("{name}.toml"),
            "--format",
            "csv",
            "-q",
            "-o",
            name,
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn rule(when: &str, lasts: &str) -> String {
    format!(
        "[[rule]]\nwhen = \"{when}\"\nfor = \"{lasts}\"\nthen = {{ tax.super_deduction_general = 1.5 }}\n"
    )
}

fn dated(from: &str) -> String {
    format!("[[policy.tax.super_deduction_general]]\nfrom = \"{from}\"\nvalue = 1.5\n")
}

#[test]
fn a_rule_is_the_dated_policy_of_the_quarter_in_which_its_figure_is_known() {
    let home = tempfile::tempdir().unwrap();
    let of = |name: &str, text: &str| metrics(home.path(), name, text);
    let base = of("base", "");
    // Never met, or met for longer than the run: bit for bit the baseline.
    assert_eq!(of("never", &rule("rd_intensity > 1000", "1q")), base);
    assert_eq!(of("longer", &rule("rd_intensity > 0", "40q")), base);
    // Always met: from the first quarter, or when it has held for four.
    let first = of("first", &dated("2025Q1"));
    assert_ne!(first, base);
    assert_eq!(of("at-once", &rule("rd_intensity > 0", "1q")), first);
    let later = of("later", &dated("2025Q4"));
    assert_eq!(of("after-a-year", &rule("rd_intensity > 0", "4q")), later);
    // What is crossed on the way acts on the way.
    let moved = of("moved", &rule("rd_doers > 640", "1q"));
    assert!(
        moved != base && moved != first,
        "the bound is crossed within the run"
    );
}

#[test]
fn two_rules_move_a_lever_to_and_fro_and_a_variant_adds_its_own() {
    let home = tempfile::tempdir().unwrap();
    let up = rule("rd_intensity > 0", "1q");
    let back = up.replace("1q", "5q").replace("1.5", "1.0");
    let text = format!("{up}{back}");
    let there = dated("2025Q1").replace("value", "until = \"2026Q1\"\nvalue");
    let window = metrics(home.path(), "window", &text);
    let level = metrics(home.path(), "level", "");
    assert_ne!(window, level);
    // An announced end is expected, a rule's is not; so the two differ, by expectation alone.
    assert_ne!(window, metrics(home.path(), "announced", &there));
    fs::write(
        home.path().join("more.toml"),
        format!("extends = \"window.toml\"\n{up}"),
    )
    .unwrap();
    let output = Command::cargo_bin("leverlab")
        .unwrap()
        .current_dir(home.path())
        .args(["resolve", "more.toml"])
        .output()
        .unwrap();
    let resolved = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        resolved.matches("[[rule]]").count(),
        2,
        "equal rules once: {resolved}"
    );
}
