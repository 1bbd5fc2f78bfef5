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
    // An earlier schema of ours is renewed, a file of somebody else stays.
    std::fs::remove_file(&file).unwrap();
    assert_eq!(leverlab(&["init", dir]).0, 0);
    std::fs::remove_file(&file).unwrap();
    std::fs::write(format!("{dir}/scenario.schema.json"), "mine").unwrap();
    assert_eq!(leverlab(&["init", dir]).0, 2);
    let kept = std::fs::read_to_string(format!("{dir}/scenario.schema.json")).unwrap();
    assert_eq!(kept, "mine");
}

/// Names of the subcommands as `--help` lists them.
fn subcommands() -> Vec<String> {
    let help = leverlab(&["--help"]).1;
    let list = help.split("Commands:").nth(1).unwrap();
    list.lines()
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_subcommand_shows_examples_that_parse() {
    let names = subcommands();
    assert!(names.len() >= 12, "{names:?}");
    for name in names {
        let (code, help, _) = leverlab(&[&name, "--help"]);
        assert_eq!(code, 0);
        assert!(help.contains("Example"), "{name}: {help}");
        assert!(help.contains(&format!("  leverlab {name}")), "{name}");
        assert!(leverlab(&[&name, "-h"]).1.lines().count() <= 40, "{name}");
    }
}

#[test]
fn the_promised_flags_are_there() {
    let batch = "--replicates --per-draw --seed --scale --set --output --force --fresh --threads --seeds --dry-run --shard";
    let promised = [
        ("init", "--preset".to_owned()),
        ("list", "--search --seeds".into()),
        ("explain", "--seeds".into()),
        ("check", "--seeds".into()),
        ("resolve", "--origins --set --seeds".into()),
        ("run", batch.into()),
        ("compare", format!("{batch} --stack --metric")),
        ("merge", "--output --force".into()),
        (
            "validate",
            "--replicates --per-draw --seed --scale --set --threads --seeds".into(),
        ),
        (
            "submit",
            "--engine --replicates --per-draw --seed --scale --set --seeds --output --jobs --shards \
             --minutes --cpus --parallel --partition --time --option --go --image --claim"
                .into(),
        ),
        ("status", String::new()),
        ("replay", "--replicate --scenario --seeds".into()),
        ("verify", "--sample --seeds".into()),
        ("report", "--lang".into()),
        ("bench", "--threads".into()),
        ("schema", String::new()),
        ("completions", String::new()),
        ("man", String::new()),
    ];
    for (name, flags) in promised {
        let help = leverlab(&[name, "--help"]).1;
        for flag in flags
            .split_whitespace()
            .chain(["--format", "--quiet", "--verbose", "--color"])
        {
            assert!(help.contains(flag), "{name} {flag}");
        }
    }
    assert!(leverlab(&["man"]).1.starts_with(".ie"));
}

#[test]
fn lists_have_the_agreed_shape() {
    for what in ["levers", "instruments", "metrics", "facts", "scenarios"] {
        let out = leverlab(&["list", what, "--format", "json"]).1;
        let all: serde_json::Value = serde_json::from_str(&out).unwrap();
        for item in all.as_array().unwrap() {
            assert!(item["id"].is_string(), "{item}");
            assert!(
                item["label"]["en"].is_string() && item["label"]["zh"].is_string(),
                "{item}"
            );
            if what == "instruments" {
                for key in ["family", "status", "executable", "sets", "reason"] {
                    assert!(!item[key].is_null(), "{key}: {item}");
                }
            }
        }
    }
    let out = leverlab(&["list", "scenarios", "--format", "json"]).1;
    assert!(out.contains("延续2024年末现行政策"), "{out}");
}

#[test]
fn an_example_for_each_name_is_explained_in_both_languages() {
    let out = leverlab(&["explain", "metric:conversion_rate"]).1;
    assert!(
        out.contains("12 quarters") && out.contains("12个季度"),
        "{out}"
    );
}

#[test]
fn the_run_ends_where_the_drivers_do() {
    let last = leverlab::model::world::HORIZON;
    assert_eq!(leverlab::scenario::LAST_QUARTER, last);
}

#[test]
fn a_scenarios_discount_rate_is_the_models() {
    let short = leverlab(&[
        "resolve",
        "leverlab:baseline",
        "--set",
        "discount_rate=0.05",
    ])
    .1;
    let long = leverlab(&[
        "resolve",
        "leverlab:baseline",
        "--set",
        "tax.discount_rate=0.05",
    ])
    .1;
    assert_eq!(short, long);
    assert!(short.contains("\"tax.discount_rate\" = 0.05"));
}

#[test]
fn the_record_is_held_against_the_model_whatever_the_start_of_the_scenario() {
    let validate = |more: &[&str]| {
        let args = [
            "validate", "-n", "2", "--scale", "0.0005", "--format", "json", "-q",
        ];
        let (code, out, err) = leverlab(&[&args[..], more].concat());
        assert_eq!(code, 5, "{err}");
        assert!(err.contains("E0908"), "{err}");
        out
    };
    let out = validate(&[]);
    let read: serde_json::Value = serde_json::from_str(&out).unwrap();
    let patterns = read["patterns"].as_array().unwrap();
    assert!(patterns.len() > 40);
    for pattern in patterns {
        let verdict = pattern["verdict"].as_str().unwrap();
        let number = |key: &str| pattern[key].as_f64().unwrap();
        let range = [0, 1].map(|k| pattern["range"][k].as_f64().unwrap());
        let inside = range[0] <= number("model") && number("model") <= range[1];
        assert_eq!(verdict == "inside", inside, "{pattern}");
        assert!(range[0] < number("observed") && number("observed") < range[1]);
        assert_eq!(pattern["used_in_fit"], false);
    }
    // the same years, reported or not; one thread as two
    assert_eq!(out, validate(&["leverlab:baseline", "--threads", "1"]));
    // a run that ends before 2024 is held against the years that it has
    let (_, short, _) = leverlab(&[
        "validate",
        "-n",
        "1",
        "--scale",
        "0.0005",
        "--format",
        "csv",
        "-q",
        "--set",
        "run.end=\"2021Q4\"",
    ]);
    assert!(
        short.contains("rd_total_2021") && !short.contains("2024"),
        "{short}"
    );
}
