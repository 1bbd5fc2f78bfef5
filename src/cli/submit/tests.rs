use std::path::Path;
use std::process::Command;

use clap::Parser;

use super::*;
use crate::base::time::Quarter;
use crate::scenario::{Meta, RunSettings};

/// A command line of `submit` alone.
#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: SubmitArgs,
}

fn line(words: &[&str]) -> Result<SubmitArgs, String> {
    let words = ["submit", "a.toml", "--engine", "slurm"]
        .iter()
        .chain(words);
    let line = Line::try_parse_from(words).map_err(|error| error.to_string())?;
    Ok(line.args)
}

fn scenario(name: &str) -> Scenario {
    Scenario {
        meta: Meta {
            name: name.to_owned(),
            ..Meta::default()
        },
        run: RunSettings {
            start: Quarter::new(2025, 1),
            end: Quarter::new(2026, 2),
            replicates: 40,
            per_draw: 4,
            seed: 1,
            scale: 0.01,
        },
        schedules: vec![],
        rules: vec![],
        assumptions: vec![],
        sets: vec![],
        resolved: format!(
            "[meta]\nname = \"{name}\"\ntitle = \"- 加计扣除: 'it''s' #1\"\n\n[run]\n"
        ),
        digest: name.to_owned(),
    }
}

/// The papers of a batch of two scenarios, by their names.
fn papers(words: &[&str], folder: &str) -> Vec<(String, String)> {
    let args = line(words).expect("a command line");
    let scenarios = [scenario("base"), scenario("more")];
    let size = Size {
        shards: 5,
        runs: 8,
        minutes: 4.0,
        cpus: 2,
        mebibytes: 640,
        core_hours: 1.0,
    };
    let digest = "0123456789abcdef".to_owned();
    let (args, scenarios) = (&args, &scenarios[..]);
    let batch = Batch {
        args,
        scenarios,
        digest,
        size,
        merging: 4513,
    };
    let program = Path::new("/opt/lever lab/bin/leverlab");
    let slurm = slurm::papers(&batch, Path::new(folder), program).expect("scripts");
    let kubernetes = kubernetes::papers(&batch).expect("manifests");
    let all = slurm.into_iter().chain(kubernetes);
    all.map(|paper| (paper.name, paper.text)).collect()
}

/// The words of a line of a script, as a shell reads them.
fn words(line: &str) -> Vec<String> {
    let script = format!("printf '%s\\n' {line}");
    let read = Command::new("bash").args(["-c", &script]).output();
    let read = read.expect("a shell");
    assert!(read.status.success(), "{line}");
    let text = String::from_utf8(read.stdout).expect("text");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn scripts_and_manifests_read_as_they_should() {
    let more = ["--partition", "short,long", "--time", "1-02:30"];
    let more = [
        &more[..],
        &["--option=--account=lab", "-o", "/data/it's 输出"],
    ]
    .concat();
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/messages/submit"),
        prepend_module_to_snapshot => false, omit_expression => true,
    }, {
        for (name, text) in papers(&more, "/home/a b/作业") {
            insta::assert_snapshot!(name, text);
        }
    });
}

#[test]
fn a_shell_reads_any_name_back_as_it_is() {
    for folder in [
        "/plain/x-1",
        "/it's $HOME `x` \"y\"",
        "/我的 作业 & 5%",
        "/a\\b;c*~#",
    ] {
        let output = format!("{folder}/out");
        let all = papers(&["-o", &output, "--seeds", folder], folder);
        let [array, merge] = [&all[0].1, &all[1].1];
        for script in [array, merge] {
            let parsed = Command::new("bash").args(["-n", "-c", script]).status();
            assert!(parsed.expect("a shell").success(), "{script}");
        }
        let task = array.lines().find_map(|line| line.strip_suffix(" &"));
        let program = "/opt/lever lab/bin/leverlab";
        let files = ["base", "more"].map(|name| format!("{folder}/{name}.toml"));
        let [base, more] = &files;
        let expected = [program, "compare", base, more, "--seeds", folder, "--quiet"];
        let flags = ["--shard", "auto/5", "--threads", "2", "-o", &output];
        assert_eq!(
            words(task.expect("a command")),
            [&expected[..], &flags].concat()
        );
        let join = merge.lines().find_map(|line| line.strip_prefix("exec "));
        let expected = [program, "merge", &output, "-o", &output];
        assert_eq!(words(join.expect("a command")), expected);
    }
}

#[test]
fn slurm_is_told_the_log_in_quotes_and_without_patterns_of_the_folder() {
    let log = |folder: &str| {
        let all = papers(&[], folder);
        let line = all[0]
            .1
            .lines()
            .find_map(|line| line.strip_prefix("#SBATCH --output="));
        line.expect("a log").to_owned()
    };
    assert_eq!(log("/jobs"), r#""/jobs/%A_%a.log""#);
    assert_eq!(log("/a 中 5%j"), r#""/a 中 5%%j/%A_%a.log""#);
    assert_eq!(log("/it's \"so\""), r#""/it's \"so\"/%A_%a.log""#);
}

#[test]
fn paths_that_no_script_can_name_are_refused() {
    assert_eq!(whole(Path::new("/a/b")).expect("plain"), "/a/b");
    let error = whole(Path::new("/a\nb")).expect_err("a line break");
    assert_eq!(error.code(), 2);
    assert!(format!("{error:?}").contains("E0808"));
}

#[test]
fn as_many_shards_at_a_time_as_asked_and_never_more_than_there_are() {
    let line = |more: &[&str], paper: usize, name: &str| {
        let all = papers(more, "/jobs");
        let text = all[paper].1.clone();
        let found = text
            .lines()
            .find(|line| line.contains(name))
            .map(str::to_owned);
        found.expect("a line")
    };
    for (parallel, array, pods) in [("3", "1-5%3", "3"), ("5", "1-5", "5"), ("9", "1-5", "5")] {
        let more = ["--parallel", parallel];
        assert_eq!(
            line(&more, 0, "--array"),
            format!("#SBATCH --array={array}")
        );
        assert_eq!(
            line(&more, 2, "parallelism"),
            format!("  parallelism: {pods}")
        );
    }
}

#[test]
fn partitions_times_options_and_images_are_looked_at() {
    for good in ["short", "short,long", "a_b-1.2"] {
        assert_eq!(
            line(&["--partition", good])
                .expect("fits")
                .partition
                .as_deref(),
            Some(good)
        );
    }
    for bad in ["", "a b", "a\nb", "\"a\"", "a'", "a#b", "$(x)"] {
        assert!(line(&["--partition", bad]).is_err(), "{bad:?}");
        assert!(line(&["--image", bad]).is_err(), "{bad:?}");
        assert!(line(&["--claim", bad]).is_err(), "{bad:?}");
    }
    for good in ["30", "30:00", "12:30:00", "2-0", "2-12:30", "2-12:30:59"] {
        assert_eq!(
            line(&["--time", good]).expect("fits").time.as_deref(),
            Some(good)
        );
    }
    for bad in [
        "",
        "x",
        "1h",
        "1:2:3:4",
        "-5",
        "1--2",
        "1:",
        "2-1:2:3:4",
        "1 2",
        "１",
    ] {
        assert!(line(&["--time", bad]).is_err(), "{bad:?}");
    }
    assert!(line(&["--option=--account=lab"]).is_ok());
    for bad in [
        "--option=account=lab",
        "--option=--x\n#SBATCH --y",
        "--option=",
    ] {
        assert!(line(&[bad]).is_err(), "{bad:?}");
    }
    for bad in ["0", "-1", "1.5", "many"] {
        assert!(line(&["--shards", bad]).is_err(), "{bad}");
        assert!(line(&["--cpus", bad]).is_err(), "{bad}");
    }
    for bad in ["0", "-1", "nan", "inf", "x"] {
        assert!(line(&[&format!("--minutes={bad}")]).is_err(), "{bad}");
    }
}

#[test]
fn flags_of_one_engine_are_refused_by_the_other() {
    let with = |more: &[&str]| {
        let args = line(more).expect("a command line");
        let kubernetes = SubmitArgs {
            engine: Engine::Kubernetes,
            ..args.clone()
        };
        [args, kubernetes].map(|args| fitting(&args).map_err(|error| error.code()))
    };
    assert_eq!(with(&[]), [Ok(()), Ok(())]);
    assert_eq!(with(&["--go"]), [Ok(()), Err(2)]);
    assert_eq!(with(&["--seeds", "x"]), [Ok(()), Err(2)]);
    for flag in ["--partition=p", "--time=30", "--option=--x", "-o=x"] {
        assert_eq!(with(&[flag]), [Ok(()), Err(2)], "{flag}");
    }
    for flag in ["--image=i:1", "--claim=c"] {
        assert_eq!(with(&[flag]), [Err(2), Ok(())], "{flag}");
    }
    assert_eq!(with(&["--parallel=3"]), [Ok(()), Ok(())]);
}
