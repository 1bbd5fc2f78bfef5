use super::resolve::{Resolved, resolve_paths};
use super::*;
use crate::evidence::{DatedValue, Distribution, Evidence, Label, LeverSpec, ParameterSpec};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

const PATHS: [&str; 2] = ["tax.super_deduction", "finance.guarantee"];

fn lever(path: &str, bounds: [f64; 2], value: f64) -> LeverSpec {
    LeverSpec {
        path: path.into(),
        label: Label {
            en: path.into(),
            zh: "杠杆".into(),
        },
        unit: "share".into(),
        bounds,
        plausible: [0.25, 1.5],
        status_quo: vec![DatedValue {
            announced: Quarter::new(2008, 1),
            from: Quarter::new(2008, 1),
            until: None,
            value,
            source: "assumption: fixture".into(),
        }],
        agent: "firm".into(),
        decision: "how much R&D to do".into(),
        moves: "user_cost".into(),
        sign: -1,
        note: String::new(),
    }
}

fn parameter(path: &str, range: [f64; 3]) -> ParameterSpec {
    ParameterSpec {
        path: path.into(),
        unit: "log points".into(),
        range,
        distribution: Distribution::Triangular,
        kind: "assumption".into(),
        source: "fixture".into(),
        mark: "A".into(),
        note: String::new(),
    }
}

fn evidence() -> Evidence {
    Evidence {
        levers: vec![
            lever(PATHS[0], [0.0, 3.0], 1.0),
            lever(PATHS[1], [0.0, 1.0], 0.5),
        ],
        parameters: vec![
            parameter("patents.quality_log_sd", [0.8, 1.2, 1.5]),
            parameter("tax.discount_rate", [0.03, 0.05, 0.07]),
        ],
        ..Evidence::default()
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn load(base: &Path, variants: &[&Path], sets: &[&str]) -> Result<Vec<Resolved>, Faults> {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    resolve_paths(base, variants, &sets, &evidence(), &PATHS, false)
}

fn one(text: &str) -> Result<Resolved, Faults> {
    let folder = Folder::new();
    let file = folder.file("a.toml", text);
    load(&file, &[], &[]).map(|mut all| all.remove(0))
}

/// `CODE LINE:COLUMN message` of every fault.
fn faults(text: &str) -> Vec<String> {
    shown(&one(text).unwrap_err())
}

fn shown(faults: &Faults) -> Vec<String> {
    let show = |fault: &Fault| {
        let (line, column) = fault.place.line_column();
        format!("{} {line}:{column} {}", fault.code.id, fault.message)
    };
    faults.0.iter().map(show).collect()
}

#[test]
fn all_faults_at_once_each_with_its_place() {
    let text = "[policy.tax]\nsuper_deducton = 1\nsuper_deduction = 9\n[policy.finance]\nguarantee = nan\n[run]\nend = \"2025Q7\"\nseed = \"x\"\n[[rule]]\nwhen = \"\"\n";
    assert_eq!(
        faults(text),
        [
            "E0202 2:1 there is no lever `tax.super_deducton`",
            "E0206 3:19 `policy.tax.super_deduction` = 9 is outside the allowed range",
            "E0207 5:13 `policy.finance.guarantee` is not a finite number",
            "E0301 7:7 `2025Q7` is no quarter",
            "E0205 8:8 `run.seed` takes a number, found string",
            "E0208 9:1 a rule has no `then`",
            "E0501 10:8 `` is no condition",
        ]
    );
    let found = one(text).unwrap_err();
    assert_eq!(found.0[0].nearest[0], "tax.super_deduction");
    assert_eq!(found.0[1].allowed.as_deref(), Some("0 to 3"));
}

#[test]
fn dates_are_checked() {
    let entry = |body: &str| format!("[[policy.tax.super_deduction]]\n{body}\n");
    assert_eq!(
        faults(&entry("from = \"2027Q1\"\nuntil = 2026-07-01\nvalue = 1")),
        ["E0302 3:9 `policy.tax.super_deduction` ends in 2026Q3 but starts in 2027Q1"]
    );
    let twice = entry("from = \"2027Q1\"\nvalue = 1") + &entry("from = \"2027Q1\"\nvalue = 2");
    assert!(faults(&twice)[0].starts_with("E0303 5:8"));
    assert!(faults(&entry("from = 2026-02-30\nvalue = 1"))[0].starts_with("E0301"));
    assert!(faults(&entry("from = \"2026-02-30\"\nvalue = 1"))[0].contains("has no day 30"));
    assert!(faults(&entry("value = 1\nramp = \"8\""))[0].starts_with("E0304"));
    assert!(faults(&entry("from = \"2027Q1\""))[0].starts_with("E0208"));
    assert!(faults("[run]\nstart = \"2030Q1\"\nend = \"2029Q4\"")[0].starts_with("E0302"));
}

#[test]
fn files_that_cannot_be_read() {
    let folder = Folder::new();
    let code = |path: &Path| load(path, &[], &[]).unwrap_err().0[0].code.id;
    assert_eq!(code(&folder.0.path().join("no.toml")), "E0101");
    assert_eq!(code(folder.0.path()), "E0102");
    let file = folder.0.path().join("b.toml");
    std::fs::write(&file, [b'a', 0xff]).unwrap();
    assert_eq!(code(&file), "E0103");
    std::fs::write(&file, vec![b'#'; 1_000_001]).unwrap();
    assert_eq!(code(&file), "E0104");
    std::fs::write(&file, "a = ".to_owned() + &"[".repeat(100_000)).unwrap();
    assert_eq!(code(&file), "E0105");
    std::fs::write(&file, "a = [").unwrap();
    assert_eq!(code(&file), "E0106");
    std::fs::write(&file, "[run]\nseed = 1\nseed = 2").unwrap();
    assert_eq!(code(&file), "E0107");
}

#[test]
fn a_cycle_prints_its_chain() {
    let folder = Folder::new();
    let a = folder.file("a.toml", "extends = \"b.toml\"");
    folder.file("b.toml", "extends = \"a.toml\"");
    let found = load(&a, &[], &[]).unwrap_err();
    assert_eq!(found.0[0].code.id, "E0108");
    assert!(found.0[0].message.matches("->").count() == 2);
}

#[test]
fn warnings_once() {
    let text = "[[policy.tax.super_deduction]]\nfrom = \"2020Q1\"\nvalue = 2\n[[policy.tax.super_deduction]]\nfrom = \"2040Q1\"\nvalue = 2\n";
    let warnings = one(text).unwrap().warnings;
    let codes: Vec<_> = warnings.iter().map(|w| w.code.id).collect();
    assert_eq!(codes, ["W0103", "W0101", "W0102"]);
}

#[test]
fn variants_share_run_and_assumptions_and_differ_in_name() {
    let folder = Folder::new();
    let base = folder.file(
        "base.toml",
        "[run]\nseed = 7\n[assumptions]\ndiscount_rate = 0.03",
    );
    let same = folder.file("same.toml", "extends = \"base.toml\"\n[run]\nseed = 7");
    assert!(load(&base, &[&same], &[]).is_ok());
    let other = folder.file(
        "other.toml",
        "[run]\nseed = 8\n[assumptions]\ndiscount_rate = 0.05",
    );
    let found = load(&base, &[&other], &[]).unwrap_err();
    let codes: Vec<_> = found.0.iter().map(|f| f.code.id).collect();
    assert_eq!(codes, ["E0403", "E0404"]);
    let twin = load(&base, &[&base], &[]).unwrap_err();
    assert_eq!(twin.0[0].code.id, "E0402");
    assert_eq!(twin.0[0].message.matches("base.toml").count(), 2);
}

#[test]
fn sets_go_the_way_of_files() {
    let folder = Folder::new();
    let file = folder.file("基线.toml", "");
    let all = load(
        &file,
        &[],
        &[
            "tax.super_deduction=1.2",
            "run.replicates=20",
            "discount_rate=0.05",
        ],
    )
    .unwrap();
    let scenario = &all[0].scenario;
    assert_eq!(scenario.schedules[0].at(Quarter::new(2025, 1)), Some(1.2));
    assert_eq!(scenario.schedules[0].at(Quarter::new(2024, 4)), Some(1.0));
    assert_eq!(scenario.run.replicates, 20);
    let (path, range, _) = &scenario.assumptions[0];
    assert_eq!((path.as_str(), *range), ("tax.discount_rate", [0.05; 3]));
    assert!(is_name(&scenario.meta.name), "{}", scenario.meta.name);
    for bad in [
        "x",
        "=1",
        "tax.super_deduction=",
        "tax.nope=1",
        "tax.super_deduction=nan",
        "run.seed=-1",
        "a\nb=1",
    ] {
        assert!(load(&file, &[], &[bad]).is_err(), "{bad}");
    }
}

#[test]
fn the_resolved_text_resolves_to_itself() {
    let text = "[policy.tax]\nsuper_deduction = 1.2\n[[policy.finance.guarantee]]\nfrom = 2027-01-01\nuntil = \"2030Q1\"\nvalue = 0.8\nramp = \"4q\"\n[assumptions]\n\"patents.quality_log_sd\" = { p05 = 0.9, p95 = 1.3, dist = \"lognormal\" }\n[[shock]]\nname = \"s\"\nfrom = \"2028Q1\"\nquarters = 2\nset = { \"finance.guarantee\" = 0.3 }\n[[rule]]\nwhen = \"rd_intensity < 2.6\"\nfor = \"4q\"\nthen = { finance.guarantee = 0.9 }\n";
    let first = one(text).unwrap().scenario;
    let second = one(&first.resolved).unwrap().scenario;
    assert_eq!(first.resolved, second.resolved);
    assert_eq!(first.digest, second.digest);
    assert_eq!(first.schedules, second.schedules);
    assert_eq!(first.rules, second.rules);
    let rule = &first.rules[0];
    assert_eq!(
        (rule.above, rule.bound, rule.lasts, rule.lag),
        (false, 2.6, 4, 2)
    );
    assert_eq!(rule.then, [("finance.guarantee".to_owned(), 0.9)]);
    assert!(first.sets.contains(&"finance.guarantee".to_owned()));
    assert_eq!(first.schedules[1].at(Quarter::new(2028, 1)), Some(0.3));
    assert_eq!(first.schedules[1].at(Quarter::new(2028, 3)), Some(0.8));
}

#[test]
fn names_are_made_from_file_names() {
    assert_eq!(default_name("My Plan_2"), "my-plan-2");
    assert_ne!(default_name("方案一"), default_name("方案二"));
    assert!(is_name(&default_name(&"x".repeat(99))));
    assert!(is_name(&default_name("")));
    assert!(!is_name("A") && !is_name("") && !is_name(&"a".repeat(49)));
}

#[test]
fn an_empty_variant_leaves_schedules_equal() {
    let folder = Folder::new();
    let base = folder.file("base.toml", "[policy.tax]\nsuper_deduction = 1.2");
    let empty = folder.file("empty.toml", "extends = \"base.toml\"");
    let all = load(&base, &[&empty], &[]).unwrap();
    assert_eq!(all[0].scenario.schedules, all[1].scenario.schedules);
}

#[test]
fn an_instrument_beyond_the_plausible_range_warns_where_it_is_set() {
    let folder = Folder::new();
    let file = folder.file("a.toml", "[instruments]\nbold = 1.0\nmild = 0.5\n");
    let mut evidence = evidence();
    for (id, path, value) in [("bold", PATHS[0], 2.0), ("mild", PATHS[1], 0.8)] {
        let text = format!(
            "id = \"{id}\"\nname_en = \"\"\nname_zh = \"\"\nfamily = \"\"\nactor = \"\"\nstatus = \"\"\n\
             changes = \"\"\ndocument = \"\"\nlocator = \"\"\nexecutable = true\nsets = {{ \"{path}\" = {value} }}"
        );
        evidence.instruments.push(toml::from_str(&text).unwrap());
    }
    let all = resolve_paths(&file, &[], &[], &evidence, &PATHS, false).unwrap();
    let warnings = &all[0].warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0].code.id, "W0101");
    assert_eq!(warnings[0].place.line_column(), (2, 8));
    assert!(warnings[0].message.starts_with("instrument `bold` sets"));
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "[a-z\\[\\]{}=.\"'\n 0-9#-]{0,120}") {
        let _ = one(&text);
    }

    #[test]
    fn a_status_quo_value_set_is_no_change(from in 0..40i32) {
        let from = Quarter::new(2025, 1).plus(from);
        let text = format!("[[policy.tax.super_deduction]]\nfrom = \"{from}\"\nvalue = 1.0\n");
        let schedule = one(&text).unwrap().scenario.schedules[0].clone();
        for n in 0..80 {
            let at = Quarter::new(2020, 1).plus(n);
            prop_assert_eq!(schedule.at(at), Some(1.0));
            prop_assert_eq!(crate::policy::path::expected(&schedule, at, 0.3, 0.07), 1.0);
        }
    }
}
