//! Shards by the command line: killed, told to end, run twice at once, on a full disk; merged they
//! are the bytes of one batch.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::disk::{Tmpfs, code, command, home, leverlab};
use crate::shards::results;

/// A batch of a baseline and a variant, as words.
fn batch<'a>(runs: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let common = [
        "compare",
        "short.toml",
        "late.toml",
        "--scale",
        "0.0005",
        "--per-draw",
        "2",
        "-q",
    ];
    let own = ["-o", "out", "-n", runs];
    common.iter().chain(&own).chain(more).copied().collect()
}

fn two_scenarios() -> tempfile::TempDir {
    let home = home();
    let late = "extends = \"short.toml\"\n[[policy.tax.super_deduction_general]]\n\
                announced = \"2025Q2\"\nfrom = \"2025Q3\"\nvalue = 1.2\n";
    fs::write(home.path().join("late.toml"), late).unwrap();
    home
}

/// Whether `home/out` holds, beside shards, what a plain run of the same command gives.
fn as_one_batch(home: &Path, runs: &str) {
    let other = two_scenarios();
    assert_eq!(code(&leverlab(other.path(), &batch(runs, &[]))), 0);
    let (found, expected) = (
        results(&home.join("out")),
        results(&other.path().join("out")),
    );
    let names = |all: &BTreeMap<String, Vec<u8>>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected));
    assert!(found.contains_key("report.html"));
    for (name, bytes) in expected {
        assert!(found[&name] == bytes, "{name} differs");
    }
}

fn merged(home: &Path) {
    let done = leverlab(home, &["merge", "out", "-o", "out", "-q"]);
    assert_eq!(code(&done), 0, "{}", String::from_utf8_lossy(&done.stderr));
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(said.contains("late"), "{said}");
}

#[test]
fn one_shard_is_the_plain_run_and_tasks_of_an_array_find_their_number() {
    let home = two_scenarios();
    let shard = leverlab(home.path(), &batch("3", &["--shard", "1/1"]));
    assert_eq!(
        code(&shard),
        0,
        "{}",
        String::from_utf8_lossy(&shard.stderr)
    );
    let file = String::from_utf8_lossy(&shard.stdout).trim().to_owned();
    assert!(home.path().join(&file).is_file(), "{file}");
    assert!(
        file.ends_with("-000000-000002-of-000003.leverlab"),
        "{file}"
    );
    merged(home.path());
    as_one_batch(home.path(), "3");
    let sound = leverlab(home.path(), &["verify", "out", "--sample", "1"]);
    let said = String::from_utf8_lossy(&sound.stdout).into_owned();
    assert_eq!(code(&sound), 0, "{said}");
    let home = two_scenarios();
    for task in ["0", "1"] {
        let words = batch("4", &["--shard=auto/2"]);
        let loud: Vec<&str> = words.into_iter().filter(|word| *word != "-q").collect();
        let mut task_of = command(home.path(), &loud);
        let out = task_of
            .env_remove("SLURM_ARRAY_TASK_ID")
            .env("JOB_COMPLETION_INDEX", task);
        let out = out.output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(code(&out), 0, "{said}");
        assert!(
            said.contains(&format!("from JOB_COMPLETION_INDEX={task}")),
            "{said}"
        );
    }
    merged(home.path());
    // As `-q` was not typed, the command recorded is another.
    let out = results(&home.path().join("out"));
    let manifest = String::from_utf8_lossy(&out["manifest.json"]).into_owned();
    assert!(
        manifest.contains("--per-draw 2 -o out -n 4\""),
        "{manifest}"
    );
}

fn start(home: &Path, runs: &str, shard: &str) -> Child {
    command(home, &batch(runs, &["--threads", "1", "--shard", shard]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until process number `process` recorded a run of the only shard begun in `home`.
pub(crate) fn wait_for_a_run(home: &Path, process: &str) {
    for _ in 0..1000 {
        let work = fs::read_dir(home.join("out/.work")).ok();
        let index = work.and_then(|mut all| {
            let folder = all.next()?.ok()?.path();
            fs::metadata(folder.join(process).join("runs/index")).ok()
        });
        if index.is_some_and(|meta| meta.len() > 0) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no run was recorded");
}

#[cfg(unix)]
#[test]
fn a_shard_that_is_killed_and_told_to_end_goes_on_and_ends_in_the_same_bytes() {
    let home = two_scenarios();
    for (process, signal, expected) in [
        ("1", "-KILL", None),
        ("2", "-TERM", Some(75)),
        ("3", "-INT", Some(130)),
    ] {
        let mut child = start(home.path(), "60", "1/2");
        wait_for_a_run(home.path(), process);
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(child.wait().unwrap().code(), expected, "{signal}");
    }
    let files = fs::read_dir(home.path().join("out")).unwrap().count();
    assert_eq!(files, 1, "its work and no shard");
    for shard in ["1/2", "2/2"] {
        let done = leverlab(
            home.path(),
            &batch("60", &["--threads", "1", "--shard", shard]),
        );
        assert_eq!(code(&done), 0, "{}", String::from_utf8_lossy(&done.stderr));
    }
    merged(home.path());
    let out = results(&home.path().join("out"));
    let other = two_scenarios();
    assert_eq!(
        code(&leverlab(other.path(), &batch("60", &["--threads", "1"]))),
        0
    );
    assert_eq!(out, results(&other.path().join("out")));
}

#[test]
fn two_that_run_the_same_shard_disturb_nothing() {
    let home = two_scenarios();
    let mut both = [
        start(home.path(), "10", "2/2"),
        start(home.path(), "10", "2/2"),
    ];
    for child in &mut both {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    assert_eq!(
        start(home.path(), "10", "1/2").wait().unwrap().code(),
        Some(0)
    );
    let left = fs::read_dir(home.path().join("out")).unwrap().count();
    assert_eq!(left, 2, "two shards and nothing else");
    merged(home.path());
    let other = two_scenarios();
    assert_eq!(
        code(&leverlab(other.path(), &batch("10", &["--threads", "1"]))),
        0
    );
    assert_eq!(
        results(&home.path().join("out")),
        results(&other.path().join("out"))
    );
}

#[test]
fn on_a_full_disk_a_shard_is_there_whole_or_not_at_all() {
    let home = two_scenarios();
    let at = home.path().join("out");
    let Some(_mounted) = Tmpfs::mount(&at, 24) else {
        eprintln!("skipped: only root may mount a small disk");
        return;
    };
    let words = batch("8", &["--shard", "1/1"]);
    // First no room for the runs, then room for them and not for the shard.
    for room in [None, Some("100k")] {
        if let Some(room) = room {
            let size = format!("remount,size={room}");
            let more = Command::new("mount").args(["-o", &size]).arg(&at).status();
            assert!(more.unwrap().success());
        }
        let full = leverlab(home.path(), &words);
        let said = String::from_utf8_lossy(&full.stderr).into_owned();
        assert_eq!(code(&full), 6, "{room:?}: {said}");
        let names: Vec<_> = fs::read_dir(&at)
            .unwrap()
            .map(|one| one.unwrap().file_name())
            .collect();
        assert_eq!(names, [".work"], "{room:?}");
    }
    let more = Command::new("mount")
        .args(["-o", "remount,size=9m"])
        .arg(&at)
        .status();
    assert!(more.unwrap().success());
    let done = leverlab(home.path(), &words);
    assert_eq!(code(&done), 0, "{}", String::from_utf8_lossy(&done.stderr));
    merged(home.path());
    as_one_batch(home.path(), "8");
}

/// Two hundred runs at a scale at which transfer works, split and merged.
#[test]
fn a_batch_of_two_hundred_runs_in_shards() {
    if std::env::var_os("LEVERLAB_LONG").is_none() {
        return;
    }
    let plain = two_scenarios();
    assert_eq!(code(&leverlab(plain.path(), &batch("200", &[]))), 0);
    let expected = results(&plain.path().join("out"));
    for of in [1_u32, 3, 7, 16] {
        let home = two_scenarios();
        for index in (1..=of).rev() {
            let shard = format!("{index}/{of}");
            let done = leverlab(home.path(), &batch("200", &["--shard", &shard]));
            assert_eq!(code(&done), 0, "{}", String::from_utf8_lossy(&done.stderr));
        }
        merged(home.path());
        assert!(results(&home.path().join("out")) == expected, "{of} shards");
    }
}
