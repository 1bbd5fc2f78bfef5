//! What becomes of results when the disk is full, the process is killed, or names are unusual.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::engine_files::results_in;

pub(crate) fn leverlab(home: &Path, args: &[&str]) -> Output {
    command(home, args).output().unwrap()
}

pub(crate) fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("leverlab"));
    command.current_dir(home).args(args);
    command
}

/// A batch of that many runs of a short scenario.
pub(crate) fn batch<'a>(runs: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let common = [
        "run",
        "short.toml",
        "--scale",
        "0.0005",
        "--threads",
        "1",
        "-n",
        runs,
    ];
    common.iter().chain(more).copied().collect()
}

pub(crate) fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("short.toml"), "[run]\nend = \"2025Q4\"\n").unwrap();
    home
}

pub(crate) fn code(output: &Output) -> i32 {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!text.contains("panicked"), "{text}");
    output.status.code().unwrap_or(-1)
}

fn whole(home: &Path, folder: &str) -> bool {
    code(&leverlab(home, &["report", folder])) == 0
}

/// A mounted file system of `kib` KiB, taken away when dropped.
pub(crate) struct Tmpfs(PathBuf);

impl Tmpfs {
    pub(crate) fn mount(at: &Path, kib: u32) -> Option<Self> {
        fs::create_dir_all(at).ok()?;
        let size = format!("size={kib}k");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "leverlab"])
            .arg(at)
            .stderr(Stdio::null())
            .status();
        mount
            .is_ok_and(|status| status.success())
            .then(|| Self(at.to_owned()))
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_6_and_leaves_nothing_half_written() {
    let home = home();
    let at = home.path().join("disk");
    let Some(_mounted) = Tmpfs::mount(&at, 1024) else {
        eprintln!("skipped: only root may mount a small disk");
        return;
    };
    // The first batch fits; then the disk is filled but for less than another needs.
    let first = leverlab(home.path(), &batch("1", &["-o", "disk/first"]));
    assert_eq!(
        code(&first),
        0,
        "{}",
        String::from_utf8_lossy(&first.stderr)
    );
    let free = || {
        let out = Command::new("df")
            .args(["--output=avail", "-k"])
            .arg(&at)
            .output()
            .unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        text.lines()
            .last()
            .unwrap()
            .trim()
            .parse::<usize>()
            .unwrap()
    };
    let journal = fs::read_dir(at.join("first/.work")).unwrap().next();
    let first_head = fs::read_to_string(journal.unwrap().unwrap().path().join("head")).unwrap();
    let results = results_in(&at.join("first"));
    for room in [200, 60, 8, 0] {
        let _ = fs::remove_file(at.join("ballast"));
        fs::write(at.join("ballast"), vec![0; (free() - room) * 1024]).unwrap();
        let before = free();
        let full = leverlab(
            home.path(),
            &batch("1", &["--seed", "2", "-o", "disk/second"]),
        );
        assert_eq!(
            code(&full),
            6,
            "{room}: {}",
            String::from_utf8_lossy(&full.stderr)
        );
        let again = leverlab(
            home.path(),
            &batch("1", &["--seed", "2", "--force", "-o", "disk/first"]),
        );
        assert_eq!(code(&again), 6, "{room}");
        assert_eq!(results_in(&at.join("first")), results, "{room}: untouched");
        let second: Vec<_> = fs::read_dir(at.join("second"))
            .map(|all| all.map(|entry| entry.unwrap().file_name()).collect())
            .unwrap_or_default();
        assert!(second.iter().all(|name| name == ".work"), "{second:?}");
        // What was recorded stays for the next start; without it the room is given back.
        for journal in fs::read_dir(at.join("first/.work")).unwrap() {
            let path = journal.unwrap().path();
            let kept = fs::read(path.join("head")).unwrap();
            if !kept.starts_with(first_head.as_bytes()) {
                fs::remove_dir_all(path).unwrap();
            }
        }
        let _ = fs::remove_dir_all(at.join("second"));
        assert_eq!(free(), before, "the room is given back");
    }
    let study = leverlab(home.path(), &["init", "disk/study"]);
    let said = String::from_utf8_lossy(&study.stderr);
    assert_eq!(code(&study), 6, "{said}");
    let begun: Vec<_> = fs::read_dir(at.join("study"))
        .map(|all| all.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    assert!(begun.is_empty(), "half-written: {begun:?}; {said}");
    fs::remove_file(at.join("ballast")).unwrap();
    assert!(
        whole(home.path(), "disk/first"),
        "the old results are whole"
    );
    // The root of a disk cannot be renamed; it is filled file by file.
    for folder in ["first", "study"] {
        let _ = fs::remove_dir_all(at.join(folder));
    }
    assert_eq!(
        code(&leverlab(home.path(), &batch("1", &["-o", "disk"]))),
        0
    );
    assert!(whole(home.path(), "disk"));
}

#[test]
#[allow(clippy::disallowed_methods)] // the clock only spaces the kills
fn a_kill_at_any_time_leaves_the_old_results_or_the_new() {
    let home = home();
    let first = leverlab(home.path(), &batch("2", &["-o", "out"]));
    assert_eq!(code(&first), 0);
    let kills = if std::env::var_os("LEVERLAB_LONG").is_some() {
        300
    } else {
        12
    };
    let full = std::time::Instant::now();
    leverlab(home.path(), &batch("2", &["--fresh", "-o", "out"]));
    let full = full.elapsed();
    for n in 0..kills {
        let mut child = command(home.path(), &batch("2", &["--fresh", "-q", "-o", "out"]))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(full * n / kills + Duration::from_millis(u64::from(n % 5)));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(whole(home.path(), "out"), "after kill {n}");
    }
    let names = fs::read_dir(home.path()).unwrap().count();
    assert_eq!(names, 2, "the next start clears what a kill left");
}

#[cfg(unix)]
#[test]
fn the_first_interrupt_ends_cleanly_with_130() {
    let home = home();
    let mut child = command(home.path(), &batch("100000", &["-q", "-o", "out"]))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let text = fs::read_to_string(home.path().join("out/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(manifest["complete"], false);
    assert!(whole(home.path(), "out"));
}

#[test]
fn names_may_be_chinese_or_hold_spaces() {
    let home = home();
    let file = "我的 方案 一.toml";
    fs::write(
        home.path().join(file),
        "[run]\nend = \"2025Q4\"\n[meta]\ntitle = \"试\"\n",
    )
    .unwrap();
    let folder = "结果 输出/第一 次";
    let args = ["run", file, "--scale", "0.0005", "-n", "1", "-o", folder];
    let done = leverlab(home.path(), &args);
    assert_eq!(code(&done), 0, "{}", String::from_utf8_lossy(&done.stderr));
    assert!(whole(home.path(), folder));
    let manifest = fs::read_to_string(home.path().join(folder).join("manifest.json")).unwrap();
    assert!(
        manifest.contains(file) && manifest.contains("'我的 方案 一.toml'"),
        "quoted as typed"
    );
}

#[cfg(unix)]
#[test]
fn a_batch_whose_stdout_and_stderr_are_closed_ends_whole() {
    let home = home();
    let words = batch("12", &["-o", "out"]).join(" ");
    let script = format!("\"$0\" {words} 2>&1 | true; echo ${{PIPESTATUS[0]}}");
    let out = Command::new("bash")
        .current_dir(home.path())
        .args(["-c", &script])
        .arg(assert_cmd::cargo::cargo_bin("leverlab"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stdout), "0\n");
    let text = fs::read_to_string(home.path().join("out/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(manifest["failures"], serde_json::json!([]));
    assert_eq!(manifest["runs"].as_array().unwrap().len(), 12);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_fault() {
    for args in [
        "list levers",
        "schema scenario",
        "explain tax.super_deduction_general",
        "--help",
    ] {
        let script = format!("\"$0\" {args} 2>err | true; echo ${{PIPESTATUS[0]}}; cat err");
        let home = home();
        let out = Command::new("bash")
            .current_dir(home.path())
            .args(["-c", &script])
            .arg(assert_cmd::cargo::cargo_bin("leverlab"))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&out.stdout), "0\n", "{args}");
    }
}

#[cfg(unix)]
#[test]
fn the_first_line_of_a_list_is_all_that_head_takes() {
    let home = home();
    let script = "\"$0\" list levers 2>err | head -n 1; echo ${PIPESTATUS[0]}; cat err";
    let out = Command::new("bash")
        .current_dir(home.path())
        .args(["-c", script])
        .arg(assert_cmd::cargo::cargo_bin("leverlab"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!((lines.len(), lines[1]), (2, "0"), "{said}");
}
