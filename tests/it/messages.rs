//! What every fault and warning says: its code, its place, the allowed range or nearest names,
//! and where to read on. Each code there is has a snapshot.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use std::sync::atomic::Ordering;

use assert_cmd::Command;
use leverlab::cli::codes::{self, exit};
use leverlab::cli::execute::execute;
use leverlab::cli::output::warning_lines;
use leverlab::cli::progress::Interrupt;
use leverlab::cli::publish::Executed;
use leverlab::cli::shard::SCHEDULERS;
use leverlab::cli::{CliError, Problem};
use leverlab::report::folder::{Claim, Permission, claim};

use crate::engine_files::order;
use crate::engine_toy::Toy;
use crate::{messages_shards, messages_submit};

/// A command line that goes wrong or warns: snapshot, exit code, arguments.
pub(crate) struct Case(
    pub(crate) &'static str,
    pub(crate) i32,
    pub(crate) &'static [&'static str],
);

/// A batch of one run, which takes a tenth of a second.
const SMALL: [&str; 6] = ["-n", "1", "--scale", "0.0005", "--threads", "999"];

const CASES: &[Case] = &[
    // Files.
    Case("missing", 3, &["check", "no-such-file.toml"]),
    Case("missing-shipped", 3, &["check", "leverlab:basline"]),
    Case("missing-extended", 3, &["check", "extends-missing.toml"]),
    Case("a-directory", 3, &["check", "a-directory"]),
    Case("not-utf8", 3, &["check", "not-utf8.toml"]),
    Case("too-large", 3, &["check", "too-large.toml"]),
    Case("nested", 3, &["check", "nested.toml"]),
    Case("syntax", 3, &["check", "syntax.toml"]),
    Case("duplicate-key", 3, &["check", "duplicate-key.toml"]),
    Case("duplicate-shock", 3, &["check", "duplicate-shock.toml"]),
    Case("cycle", 3, &["check", "cycle-a.toml"]),
    // Keys and values.
    Case("unknown-key", 3, &["check", "unknown-key.toml"]),
    Case("unknown-lever", 3, &["check", "unknown-lever.toml"]),
    Case(
        "unknown-instrument",
        3,
        &["check", "unknown-instrument.toml"],
    ),
    Case("unknown-parameter", 3, &["check", "unknown-parameter.toml"]),
    Case("wrong-type", 3, &["check", "wrong-type.toml"]),
    Case("out-of-bounds", 3, &["check", "out-of-bounds.toml"]),
    Case("not-finite", 3, &["check", "not-finite.toml"]),
    Case("missing-key", 3, &["check", "missing-key.toml"]),
    Case("context-only", 3, &["check", "context-only.toml"]),
    Case(
        "json-of-faults",
        3,
        &["check", "unknown-key.toml", "--format", "json"],
    ),
    // Dates.
    Case("no-such-date", 3, &["check", "no-such-date.toml"]),
    Case("no-such-toml-date", 3, &["check", "no-such-toml-date.toml"]),
    Case("backwards", 3, &["check", "backwards.toml"]),
    Case("overlap", 3, &["check", "overlap.toml"]),
    Case("duration", 3, &["check", "duration.toml"]),
    // Names, variants, rules.
    Case("bad-name", 3, &["check", "bad-name.toml"]),
    Case("same-name", 3, &["compare", "twin-a.toml", "twin-b.toml"]),
    Case(
        "other-run",
        3,
        &["compare", "twin-a.toml", "other-run.toml"],
    ),
    Case(
        "other-assumptions",
        3,
        &["compare", "twin-a.toml", "other-assumptions.toml"],
    ),
    Case("rule", 3, &["check", "rule.toml"]),
    // --set.
    Case(
        "set-without-value",
        3,
        &["resolve", "leverlab:baseline", "--set", "tax"],
    ),
    Case(
        "set-unknown",
        3,
        &["resolve", "leverlab:baseline", "--set", "run.sede=1"],
    ),
    // Warnings of scenarios.
    Case("implausible", 0, &["check", "implausible.toml"]),
    Case("after-end", 0, &["check", "after-end.toml"]),
    Case("before-start", 0, &["check", "before-start.toml"]),
    Case("covered", 0, &["check", "covered.toml"]),
    // Evidence and stored results.
    Case(
        "seeds-missing",
        3,
        &["run", "leverlab:baseline", "--seeds", "no-such-folder"],
    ),
    Case(
        "seeds-faulty",
        3,
        &["run", "leverlab:baseline", "--seeds", "faulty-seeds"],
    ),
    Case("no-results", 3, &["report", "a-directory"]),
    // Names.
    Case(
        "explain-unknown",
        4,
        &["explain", "tax.super_deducton_general"],
    ),
    Case(
        "metric-unknown",
        4,
        &[
            "compare",
            "leverlab:baseline",
            "twin-a.toml",
            "--metric",
            "rd_totl",
        ],
    ),
    Case(
        "search-without-result",
        4,
        &["list", "levers", "--search", "zzzzzz"],
    ),
    Case(
        "preset-unknown",
        4,
        &["init", "study", "--preset", "basline"],
    ),
    Case("init-there", 2, &["init", "there"]),
    // Flags.
    Case("no-runs", 2, &["run", "leverlab:baseline", "-n", "0"]),
    Case("no-scale", 2, &["run", "leverlab:baseline", "--scale", "0"]),
    Case(
        "scale-nan",
        2,
        &["run", "leverlab:baseline", "--scale", "nan"],
    ),
    Case(
        "no-threads",
        2,
        &["run", "leverlab:baseline", "--threads", "0"],
    ),
    Case("unknown-command", 2, &["rn", "leverlab:baseline"]),
];

/// Command lines that run or would run, each followed by [`SMALL`]; in order, as a folder once
/// written stays.
const BATCHES: &[Case] = &[
    Case(
        "folder-of-others",
        2,
        &["run", "short.toml", "-o", "thesis"],
    ),
    Case(
        "folder-is-a-file",
        2,
        &["run", "short.toml", "-o", "a-file"],
    ),
    Case(
        "unwritable",
        6,
        &["run", "short.toml", "-o", "/proc/leverlab"],
    ),
    Case(
        "more-threads-than-cores",
        0,
        &["run", "short.toml", "-o", "done", "--format", "csv"],
    ),
    Case(
        "folder-of-another-batch",
        2,
        &["run", "more.toml", "-o", "done"],
    ),
];

/// A folder with the bad scenarios and those that are made rather than kept.
fn bad_folder() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad");
    for entry in fs::read_dir(kept).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), home.path().join(entry.file_name())).unwrap();
    }
    let at = |name: &str| home.path().join(name);
    for folder in ["a-directory", "there", "thesis", "faulty-seeds/levers"] {
        fs::create_dir_all(at(folder)).unwrap();
    }
    fs::write(at("not-utf8.toml"), b"[meta]\ntitle = \"caf\xe9\"\n").unwrap();
    fs::write(at("too-large.toml"), vec![b'#'; 1_000_001]).unwrap();
    fs::write(at("there/scenario.toml"), "").unwrap();
    fs::write(at("thesis/chapter.txt"), "mine").unwrap();
    fs::write(at("a-file"), "mine").unwrap();
    fs::write(at("faulty-seeds/levers/tax.toml"), "[[lever]]\npath = 1\n").unwrap();
    home
}

/// Exit code, stdout and stderr in one text.
pub(crate) fn outcome(folder: &Path, args: &[&str], stdout: bool) -> (i32, String) {
    let mut command = Command::cargo_bin("leverlab").unwrap();
    for (name, _) in SCHEDULERS {
        command.env_remove(name);
    }
    command.env("PATH", folder.join("bin"));
    let output = command.current_dir(folder).args(args).output().unwrap();
    let code = output.status.code().unwrap();
    let mut text = format!("$ leverlab {}\nexit {code}\n", args.join(" "));
    for (name, bytes) in [("stdout", output.stdout), ("stderr", output.stderr)] {
        let shown = String::from_utf8(bytes).unwrap();
        assert!(
            !shown.contains("panicked") && !shown.contains("backtrace"),
            "{shown}"
        );
        if !shown.is_empty() && (stdout || name == "stderr") {
            write!(text, "--- {name}\n{shown}").unwrap();
        }
    }
    (code, text)
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../messages");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// Without what differs between machines and versions: the temporary folder, the number of cores,
/// digests in the names of shards.
fn plain(text: &str, home: &Path) -> String {
    let text = text.replace(&home.display().to_string(), "HOME");
    let mut parts = text.split("shard-");
    let first = parts.next().unwrap_or("").to_owned();
    let text = parts.fold(first, |all, part| {
        let digest = part.bytes().take_while(u8::is_ascii_hexdigit).count() == 8;
        all + "shard-" + if digest { "DIGEST8" } else { "" } + &part[8 * usize::from(digest)..]
    });
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    text.replace(&format!("on {cores} cores"), "on N cores")
}

fn snapshot(name: &str, code: i32, home: &Path, args: &[&str], seen: &mut String) {
    // The numbers of a batch are the model's, not the message's.
    let batch = args.contains(&"-n") && code == 0;
    let (found, text) = outcome(home, args, !batch);
    assert_eq!(found, code, "{text}");
    settings().bind(|| insta::assert_snapshot!(name, plain(&text, home)));
    seen.push_str(&text);
}

/// Batches that go wrong or warn, with what they say.
fn toys(home: &Path) -> Vec<(&'static str, u8, Vec<Problem>)> {
    let toy = |effects: &[f64]| Toy {
        effects: effects.to_vec(),
        ..Toy::default()
    };
    let run = |toy: &Toy, folder: &str, stopped: bool| {
        let mut order = order(&home.join(folder), 21, 1);
        order.scenarios.truncate(toy.effects.len());
        let interrupt = Interrupt::default();
        interrupt.stop.store(stopped, Ordering::SeqCst);
        execute(toy, &order, &interrupt, &|_, _, _| Ok(()))
    };
    let compared = |effects: &[f64], folder: &str| {
        let done = run(&toy(effects), folder, false).unwrap();
        warning_lines(&done.results, &done.comparison, 0)
    };
    let ended = |result: Result<Executed, CliError>| match result {
        Ok(done) => {
            let code = done.end.as_ref().map_or(0, |end| exit(end.code));
            (code, done.warnings.into_iter().chain(done.end).collect())
        }
        Err(error) => match &error {
            CliError::Problem(problem) => (error.code(), vec![problem.clone()]),
            _ => panic!("a problem"),
        },
    };
    let mut out = vec![
        (
            "overlap-of-variants",
            0,
            compared(&[0.0, 1.0, 1.001], "overlap"),
        ),
        ("nothing-moved", 0, compared(&[0.0, 0.0], "nothing")),
    ];
    let mut push = |name, result| {
        let (code, problems) = ended(result);
        out.push((name, code, problems));
    };
    let failing = |panics: Vec<(usize, u32)>| Toy {
        panics,
        ..toy(&[0.0, 1.0])
    };
    push("a-failed-run", run(&failing(vec![(1, 3)]), "one", false));
    push(
        "failed-runs",
        run(&failing(vec![(1, 3), (0, 9)]), "two", false),
    );
    push("stopped-at-once", run(&toy(&[0.0, 1.0]), "stopped", true));
    let permission = Permission::default();
    let Ok(Claim::Free(_held)) = claim(&home.join("held"), "x", 21, permission) else {
        panic!("free")
    };
    push("folder-in-use", run(&toy(&[0.0, 1.0]), "held", false));
    push("shards-contradict", messages_shards::contradiction(home));
    for (name, code) in [
        ("terminated", codes::TERMINATED),
        ("internal", codes::INTERNAL),
        ("incomplete", codes::INCOMPLETE),
        ("damaged-records", codes::DAMAGED),
        ("stored-results-changed", codes::MISMATCH),
        ("off-the-record", codes::NOT_VALID),
        ("of-another-version", codes::OTHER_VERSION),
        ("impossible-flag", codes::BAD_FLAG),
    ] {
        let problem = Problem::new(code, "what happened");
        push(name, Err(CliError::Problem(problem)));
    }
    out
}

#[test]
fn every_message_says_what_where_and_what_to_do() {
    let home = bad_folder();
    let mut seen = String::new();
    for Case(name, code, args) in CASES {
        snapshot(name, *code, home.path(), args, &mut seen);
    }
    for Case(name, code, args) in BATCHES {
        if cfg!(target_os = "linux") || !args.iter().any(|arg| arg.starts_with("/proc")) {
            let args: Vec<&str> = args.iter().chain(&SMALL).copied().collect();
            snapshot(name, *code, home.path(), &args, &mut seen);
        }
    }
    messages_shards::folders(home.path());
    for Case(name, code, args) in messages_shards::CASES.iter().chain(messages_submit::CASES) {
        snapshot(name, *code, home.path(), args, &mut seen);
    }
    let Case(name, code, args) = messages_submit::REFUSED;
    messages_submit::refusing(home.path());
    snapshot(name, code, home.path(), args, &mut seen);
    let mine = |path: &str| fs::read_to_string(home.path().join(path)).unwrap();
    assert_eq!(
        [mine("thesis/chapter.txt"), mine("a-file")],
        ["mine", "mine"]
    );
    assert_eq!(fs::read_dir(home.path().join("thesis")).unwrap().count(), 1);
    for (name, code, problems) in toys(home.path()) {
        let text: String = problems
            .iter()
            .fold(String::new(), |all, one| format!("{all}{one}\n"));
        settings().bind(|| {
            insta::assert_snapshot!(name, format!("exit {code}\n{}", plain(&text, home.path())));
        });
        seen.push_str(&text);
    }
    let silent: Vec<_> = codes::all()
        .filter(|code| !seen.contains(&format!("{}\n", code.id)))
        .filter(|code| !seen.contains(&format!("[{}]: ", code.id)))
        .map(|code| code.id)
        .collect();
    assert!(
        silent.is_empty(),
        "no message of these is shown: {silent:?}"
    );
}

/// Every code in the sources is declared, so that it is explained and shown.
#[test]
fn no_code_is_used_undeclared() {
    let known: Vec<&str> = codes::all().map(|code| code.id).collect();
    for path in crate::layers::all_sources() {
        let text = fs::read_to_string(&path).unwrap();
        for part in text.split('"').skip(1).step_by(2) {
            let code = part.len() == 5
                && part.starts_with(['E', 'W'])
                && part[1..].bytes().all(|byte| byte.is_ascii_digit());
            assert!(!code || known.contains(&part), "{}: {part}", path.display());
        }
    }
}
