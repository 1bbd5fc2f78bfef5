//! What `submit` writes runs as a scheduler would run it, with schedulers that only take notes;
//! a real one is in `.ci/slurm`.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::disk::{code, command, home, leverlab};
use crate::shards::results;
use crate::shards_killed::wait_for_a_run;

/// A program of that name in `home/bin`.
fn program(home: &Path, name: &str, script: &str) {
    let bin = home.join("bin");
    fs::create_dir_all(&bin).unwrap();
    let file = bin.join(name);
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A command with `home/bin` first on its path.
fn there(home: &Path, mut command: Command) -> Command {
    let path = format!("{}:/usr/bin:/bin", home.join("bin").display());
    command.current_dir(home).env("PATH", path);
    command
}

fn ended(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(output), 0, "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Task `index` of the array whose scripts are in `jobs`.
fn task(home: &Path, jobs: &str, index: u32) -> Command {
    let mut script = there(home, Command::new("bash"));
    let file = home.join(jobs).join("array.sh");
    script.arg(file).env("SLURM_ARRAY_JOB_ID", "7");
    script.env("SLURM_ARRAY_TASK_ID", index.to_string());
    script
}

const SIZE: [&str; 5] = ["--scale", "0.0005", "--per-draw", "2", "-n"];

#[test]
fn scripts_run_by_hand_end_in_the_bytes_of_one_batch_whatever_the_names() {
    let home = home();
    let (plan, jobs, out) = ("我的 方案's \"一\".toml", "作业 it's $1 5%d", "结果 `out`");
    fs::write(
        home.path().join(plan),
        "extends = \"short.toml\"\n[meta]\ntitle = \"试\"\n",
    )
    .unwrap();
    let submit = [
        "submit",
        "short.toml",
        plan,
        "--engine",
        "slurm",
        "--shards",
        "3",
        "-q",
    ];
    let own = ["--jobs", jobs, "-o", out];
    ended(&leverlab(
        home.path(),
        &[&submit[..], &own, &SIZE, &["8"]].concat(),
    ));
    // Elsewhere: the scenarios are read as they were when they were submitted.
    fs::remove_file(home.path().join(plan)).unwrap();
    for index in [2, 3, 1] {
        ended(&task(home.path(), jobs, index).output().unwrap());
    }
    let mut merge = there(home.path(), Command::new("bash"));
    ended(
        &merge
            .arg(home.path().join(jobs).join("merge.sh"))
            .output()
            .unwrap(),
    );
    fs::write(
        home.path().join(plan),
        "extends = \"short.toml\"\n[meta]\ntitle = \"试\"\n",
    )
    .unwrap();
    let compare = [
        &["compare", "short.toml", plan, "-q", "-o", "plain"],
        &SIZE[..],
        &["8"],
    ];
    ended(&leverlab(home.path(), &compare.concat()));
    let [mut found, mut plain] = [out, "plain"].map(|name| results(&home.path().join(name)));
    // Both name their command.
    for all in [&mut found, &mut plain] {
        for name in ["manifest.json", "report.html"] {
            assert!(all.remove(name).is_some(), "{name}");
        }
    }
    assert!(found.contains_key("runs.parquet"));
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        plain.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in plain {
        assert!(found[&name] == bytes, "{name} differs");
    }
}

#[test]
fn told_to_end_a_task_goes_back_to_the_queue_unless_it_was_cancelled() {
    for (state, expected) in [("RUNNING", "requeue 7_1\n"), ("COMPLETING", "")] {
        let home = home();
        program(home.path(), "squeue", &format!("echo {state}"));
        program(home.path(), "scontrol", "echo \"$@\" >> noted");
        let submit = [
            "submit",
            "short.toml",
            "--engine",
            "slurm",
            "--shards",
            "2",
            "-q",
        ];
        let own = ["--jobs", "jobs", "-o", "out"];
        ended(&leverlab(
            home.path(),
            &[&submit[..], &own, &SIZE, &["800"]].concat(),
        ));
        let mut running = task(home.path(), "jobs", 1)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for_a_run(home.path(), "1");
        let id = running.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.unwrap().success());
        assert_eq!(running.wait().unwrap().code(), Some(75), "{state}");
        let noted = fs::read_to_string(home.path().join("noted")).unwrap_or_default();
        assert_eq!(noted, expected, "{state}");
    }
}

#[test]
fn sent_the_merge_waits_for_the_array() {
    let home = home();
    program(
        home.path(),
        "sbatch",
        "echo \"$@\" >> noted; echo \"$((40 + $(wc -l < noted)));cluster\"",
    );
    let submit = [
        "submit",
        "short.toml",
        "--engine",
        "slurm",
        "--go",
        "-q",
        "--jobs",
        "j b",
    ];
    let words = [&submit[..], &SIZE, &["8"]].concat();
    let said = ended(
        &there(home.path(), command(home.path(), &words))
            .output()
            .unwrap(),
    );
    assert!(said.contains("array 41, merge 42"), "{said}");
    let noted = fs::read_to_string(home.path().join("noted")).unwrap();
    assert_eq!(
        noted,
        "--parsable j b/array.sh\n--parsable --dependency=afterany:41 j b/merge.sh\n"
    );
}

#[test]
fn kubernetes_needs_no_more_than_its_name() {
    let home = home();
    let submit = [
        "submit",
        "short.toml",
        "--engine",
        "kubernetes",
        "-q",
        "--jobs",
        "jobs",
    ];
    let words = [&submit[..], &["--format", "json"], &SIZE, &["8"]].concat();
    let said = ended(&leverlab(home.path(), &words));
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["next"][0], "kubectl apply -f jobs/job.yaml");
    assert!(
        said["core_hours"].as_f64().unwrap() > 0.0
            && said["megabytes_on_disk"].as_f64().unwrap() > 0.0
    );
    let image = format!("image: 'leverlab:{}'", env!("CARGO_PKG_VERSION"));
    for name in ["job.yaml", "merge.yaml"] {
        let text = fs::read_to_string(home.path().join("jobs").join(name)).unwrap();
        assert!(
            text.contains(&image) && text.contains("claimName: 'leverlab'"),
            "{text}"
        );
    }
}
