//! A batch may be killed anywhere, by anything: the same command goes on from there and ends in
//! the bytes of a batch that was never broken.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use leverlab::cli::publish::compare_results;
use leverlab::report::files::{self, Provenance};
use leverlab::report::folder::{Claim, Permission, claim};
use leverlab::report::results::Results;

use crate::disk::{Tmpfs, batch, code, command, home, leverlab};
use crate::engine_files::results_in;

/// Numbers that look like chance and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % bound.max(1)
    }
}

fn start(home: &Path, runs: &str) -> Child {
    command(home, &batch(runs, &["-q", "-o", "out"]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args([name, &id])
            .status()
            .unwrap()
            .success()
    );
}

/// Milliseconds until the journal in `home` holds a run, at most ten seconds.
fn wait_for_a_run(home: &Path) {
    for _ in 0..1000 {
        let index = fs::read_dir(home.join("out/.work"))
            .ok()
            .and_then(|mut all| {
                let folder = all.next()?.ok()?.path();
                fs::metadata(folder.join("index")).ok()
            });
        if index.is_some_and(|meta| meta.len() > 0) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no run was recorded");
}

/// Ends the batch in `home` and holds its results against those of an unbroken one.
fn ends_in_the_same_bytes(home: &Path, runs: &str) {
    let last = leverlab(home, &batch(runs, &["-q", "-o", "out"]));
    assert_eq!(code(&last), 0, "{}", String::from_utf8_lossy(&last.stderr));
    let other = crate::disk::home();
    let unbroken = leverlab(other.path(), &batch(runs, &["-q", "-o", "out"]));
    assert_eq!(code(&unbroken), 0);
    let (found, expected) = (
        results_in(&home.join("out")),
        results_in(&other.path().join("out")),
    );
    let differ: Vec<_> = expected
        .iter()
        .filter(|(name, bytes)| found.get(*name) != Some(bytes))
        .map(|(name, _)| name)
        .collect();
    assert!(
        differ.is_empty() && found.len() == expected.len(),
        "{differ:?}"
    );
    let left = fs::read_dir(home).unwrap().count();
    assert_eq!(left, 2, "nothing lies beside the folder");
}

#[test]
fn killed_at_random_moments_it_ends_in_the_same_bytes() {
    let kills = if std::env::var_os("LEVERLAB_LONG").is_some() {
        200
    } else {
        20
    };
    let home = home();
    let mut chance = Chance(7);
    let mut broken = 0;
    let mut latest = 900;
    for kill in 0..kills {
        // The batch grows, so that there is always something to break.
        let mut child = start(home.path(), &(4 + 2 * kill).to_string());
        std::thread::sleep(Duration::from_millis(chance.below(latest)));
        child.kill().unwrap();
        if child.wait().unwrap().code().is_none() {
            broken += 1;
        } else {
            // it was faster than that: sooner from now on, whatever the machine
            latest = (latest * 3 / 4).max(20);
        }
    }
    assert!(
        broken > kills / 4,
        "{broken} of {kills} were killed under way"
    );
    ends_in_the_same_bytes(home.path(), &(4 + 2 * kills).to_string());
}

#[test]
fn asked_to_stop_it_ends_with_its_code_and_goes_on() {
    let home = home();
    for (name, expected) in [("-TERM", 75), ("-INT", 130)] {
        let mut child = start(home.path(), "400");
        wait_for_a_run(home.path());
        std::thread::sleep(Duration::from_millis(200));
        signal(&child, name);
        assert_eq!(child.wait().unwrap().code(), Some(expected));
    }
    let manifest = fs::read_to_string(home.path().join("out/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let runs = manifest["runs"].as_array().unwrap().len();
    assert!(manifest["complete"] == false && runs > 0);
    ends_in_the_same_bytes(home.path(), &(runs + 3).to_string());
}

#[test]
fn a_second_process_stops_and_a_killed_holder_lets_go() {
    let home = home();
    let mut first = start(home.path(), "400");
    wait_for_a_run(home.path());
    let second = leverlab(home.path(), &batch("400", &["-o", "out"]));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(code(&second), 75);
    assert!(said.contains("being written by another process"), "{said}");
    assert!(first.try_wait().unwrap().is_none(), "the first goes on");
    first.kill().unwrap();
    first.wait().unwrap();
    let third = leverlab(home.path(), &batch("2", &["-o", "out"]));
    assert_eq!(
        code(&third),
        0,
        "{}",
        String::from_utf8_lossy(&third.stderr)
    );
}

#[test]
fn a_clock_that_was_set_back_and_a_torn_tail_change_nothing() {
    let home = home();
    assert_eq!(
        code(&leverlab(home.path(), &batch("6", &["-q", "-o", "out"]))),
        0
    );
    let later = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    let mut work = fs::read_dir(home.path().join("out/.work")).unwrap();
    let journal = work.next().unwrap().unwrap().path();
    for entry in fs::read_dir(&journal).unwrap() {
        let path = entry.unwrap().path();
        let file = File::options().write(true).open(&path).unwrap();
        let length = file.metadata().unwrap().len();
        if path.ends_with("index") {
            file.set_len(length - 30).unwrap();
        }
        if path.ends_with("paths") {
            file.set_len(length / 2).unwrap();
        }
        file.set_modified(later).unwrap();
    }
    let manifest = home.path().join("out/manifest.json");
    let file = File::options().write(true).open(manifest).unwrap();
    file.set_modified(later).unwrap();
    ends_in_the_same_bytes(home.path(), "9");
}

#[test]
fn whatever_a_power_cut_leaves_of_the_journals_tail_it_ends_in_the_same_bytes() {
    let cuts = if std::env::var_os("LEVERLAB_LONG").is_some() {
        200
    } else {
        16
    };
    let home = home();
    let mut chance = Chance(11);
    let mut runs = 6;
    let again = |runs: u32| {
        let words = runs.to_string();
        let done = leverlab(home.path(), &batch(&words, &["-q", "-o", "out"]));
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(code(&done), 0, "{said}");
    };
    again(runs);
    for _ in 0..cuts {
        let mut work = fs::read_dir(home.path().join("out/.work")).unwrap();
        let journal = work.next().unwrap().unwrap().path();
        for name in ["index", "values", "paths", "failures"] {
            let path = journal.join(name);
            let mut bytes = fs::read(&path).unwrap();
            let length = bytes.len() as u64;
            match chance.below(4) {
                // the file was longer than what came to the disk of it
                0 => bytes.truncate((length - chance.below(length.min(15_000) + 1)) as usize),
                // its length came to the disk, and not what stands there
                1 => {
                    let from = length - chance.below(length.min(9_000) + 1);
                    bytes[from as usize..].fill(0);
                    bytes.resize(length as usize + chance.below(5_000) as usize, 0);
                }
                2 if length > 0 => {
                    let at = length - 1 - chance.below(length.min(9_000));
                    bytes[at as usize] ^= 1 << chance.below(8);
                }
                _ => {}
            }
            fs::write(&path, bytes).unwrap();
        }
        runs += 1;
        again(runs);
    }
    ends_in_the_same_bytes(home.path(), &(runs + 1).to_string());
}

/// The disk takes so many KiB of a file and then no more, whoever asks.
#[test]
fn a_file_that_may_not_grow_ends_with_6_and_goes_on_once_it_may() {
    let home = home();
    let words = batch("12", &["-q", "-o", "out"]).join(" ");
    for kibibytes in ["1", "6", "20", "33"] {
        let script = format!("trap '' XFSZ; ulimit -f {kibibytes}; exec \"$0\" {words}");
        let full = Command::new("bash")
            .current_dir(home.path())
            .args(["-c", &script])
            .arg(assert_cmd::cargo::cargo_bin("leverlab"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&full.stderr).into_owned();
        assert_eq!(code(&full), 6, "{kibibytes}: {said}");
        assert!(said.contains("E0803"), "{said}");
        assert!(
            !home.path().join("out/manifest.json").exists(),
            "{kibibytes}"
        );
    }
    wait_for_a_run(home.path());
    ends_in_the_same_bytes(home.path(), "12");
}

#[test]
fn on_a_full_disk_it_keeps_what_is_recorded_and_goes_on_once_there_is_room() {
    let home = home();
    let at = home.path().join("out");
    let Some(_mounted) = Tmpfs::mount(&at, 60) else {
        eprintln!("skipped: only root may mount a small disk");
        return;
    };
    let full = leverlab(home.path(), &batch("40", &["-q", "-o", "out"]));
    let said = String::from_utf8_lossy(&full.stderr).into_owned();
    assert_eq!(code(&full), 6, "{said}");
    assert!(said.contains("cannot record runs"), "{said}");
    wait_for_a_run(home.path());
    let more = Command::new("mount")
        .args(["-o", "remount,size=9m"])
        .arg(&at)
        .status();
    assert!(more.unwrap().success());
    ends_in_the_same_bytes(home.path(), "40");
}

#[test]
fn stored_results_are_verified_and_any_of_their_runs_is_shown_again() {
    let home = home();
    let late = "extends = \"short.toml\"\n[[policy.tax.super_deduction_general]]\n\
                announced = \"2025Q2\"\nfrom = \"2025Q4\"\nvalue = 1.2\n";
    fs::write(home.path().join("late.toml"), late).unwrap();
    let small = ["--scale", "0.0005", "-n", "3", "-q", "-o", "out"];
    let compare = ["compare", "short.toml", "late.toml"];
    let args: Vec<&str> = compare.iter().chain(&small).copied().collect();
    assert_eq!(code(&leverlab(home.path(), &args)), 0);
    // What is read is what was written, whichever file the scenarios came from.
    fs::remove_file(home.path().join("late.toml")).unwrap();
    let sound = leverlab(home.path(), &["verify", "out", "--sample", "2"]);
    let said = String::from_utf8_lossy(&sound.stdout).into_owned();
    assert_eq!(
        code(&sound),
        0,
        "{said}{}",
        String::from_utf8_lossy(&sound.stderr)
    );
    assert_eq!(said.matches(" again").count(), 2, "{said}");
    let replay = ["replay", "out", "--replicate", "2", "--scenario", "late"];
    let shown = leverlab(home.path(), &[&replay[..], &["--format", "json"]].concat());
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert!(shown["broken"].is_null());
    assert_eq!(shown["quarters"][3]["quarter"], "2025Q4");
    let unknown = leverlab(home.path(), &["replay", "out", "--replicate", "3"]);
    assert_eq!(code(&unknown), 4);
    // A stroke of the page or of a figure; the page in Chinese is as good as the English one.
    for name in ["report.html", "figures/cost-effect.svg"] {
        let file = home.path().join("out").join(name);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replacen('1', "2", 1)).unwrap();
        let changed = leverlab(
            home.path(),
            &["verify", "out", "--sample", "1", "--format", "csv"],
        );
        let said = String::from_utf8_lossy(&changed.stdout).into_owned();
        assert_eq!(code(&changed), 5, "{said}");
        assert!(
            said.contains(&format!("{name},changed since it was written")),
            "{said}"
        );
        assert_eq!(
            said.matches(",fits").count() + 2,
            said.lines().count(),
            "{said}"
        );
        assert_eq!(
            code(&leverlab(home.path(), &["report", "out", "--lang", "zh"])),
            0
        );
        assert_eq!(
            code(&leverlab(home.path(), &["verify", "out", "--sample", "0"])),
            0
        );
    }
    // One digit of one table.
    let table = home.path().join("out/summary.csv");
    let text = fs::read_to_string(&table).unwrap();
    fs::write(&table, text.replacen('1', "2", 1)).unwrap();
    let changed = leverlab(home.path(), &["verify", "out"]);
    assert_eq!(code(&changed), 5);
    let said = String::from_utf8_lossy(&changed.stdout).into_owned();
    assert!(said.contains("changed since it was written"), "{said}");
}

#[test]
fn a_number_that_no_run_gives_is_found_though_all_files_and_tables_fit_it() {
    let home = home();
    assert_eq!(
        code(&leverlab(home.path(), &batch("4", &["-q", "-o", "out"]))),
        0
    );
    let out = home.path().join("out");
    let mut results = Results::read(&out).unwrap();
    let text = fs::read_to_string(out.join("scenario.short.toml")).unwrap();
    results.ensemble.outcomes[0][2].metrics[0] += 1e-9;
    let permission = Permission {
        force: true,
        fresh: true,
        ..Permission::default()
    };
    let Claim::Free(hold) = claim(&out, &results.digest, 4, permission).unwrap() else {
        panic!("free")
    };
    let provenance = Provenance {
        resolved: vec![text],
        ..Provenance::default()
    };
    let comparison = compare_results(&results);
    files::write(
        &hold,
        &results,
        &comparison,
        &provenance,
        &files::put,
        &|_| Ok(()),
    )
    .unwrap();
    drop(hold);
    assert_eq!(
        code(&leverlab(home.path(), &["verify", "out", "--sample", "0"])),
        0
    );
    let found = leverlab(
        home.path(),
        &["verify", "out", "--sample", "4", "--format", "csv"],
    );
    let said = String::from_utf8_lossy(&found.stdout).into_owned();
    assert_eq!(code(&found), 5, "{said}");
    assert!(said.contains("run 2 again,gives other numbers"), "{said}");
    assert_eq!(said.matches(" again,fits").count(), 3, "{said}");
}
