use super::place::{STEPS, Step, Workplace};
use super::*;

/// A home with `out` of the old batch, and a hold with the new one staged.
fn home(old: bool) -> (tempfile::TempDir, PathBuf, Workplace) {
    let home = tempfile::tempdir().expect("a folder");
    let out = home.path().join("出 力 out");
    if old {
        write(&out, "old");
        fs::write(out.join("notes.txt"), "mine").expect("written");
    }
    let place = Workplace::beside(&out).expect("it can be renamed");
    fs::create_dir_all(&place.work).expect("made");
    write(&place.fresh(), "new");
    (home, out, place)
}

fn write(folder: &Path, digest: &str) {
    fs::create_dir_all(folder.join("figures")).expect("made");
    fs::write(folder.join("figures/a.svg"), digest).expect("written");
    fs::write(folder.join(format!("{digest}.csv")), digest).expect("written");
    let manifest = serde_json::json!({ "digest": digest, "asked": 8, "complete": true,
        "files": { (format!("{digest}.csv")): "" } });
    fs::write(folder.join(MANIFEST), manifest.to_string()).expect("written");
}

fn digest(folder: &Path) -> String {
    let all = manifest(folder).expect("a whole folder");
    let digest = all["digest"].as_str().expect("text").to_owned();
    let file = folder.join(format!("{digest}.csv"));
    assert_eq!(fs::read_to_string(file).expect("its file"), digest);
    let figure = fs::read_to_string(folder.join("figures/a.svg"));
    assert_eq!(figure.expect("its figure"), digest);
    digest
}

#[test]
fn a_kill_between_any_two_steps_loses_neither_and_the_next_start_mends_it() {
    for old in [false, true] {
        for done in 0..=STEPS.len() {
            let (home, out, place) = home(old);
            for step in &STEPS[..done] {
                place.take(*step).expect("taken");
            }
            drop(settle(&out).expect("settled"));
            let expected = if done == 0 && old { "old" } else { "new" };
            assert_eq!(digest(&out), expected, "{old} after {done}");
            assert_eq!(out.join("notes.txt").exists(), old, "others' files stay");
            assert_eq!(out.join("old.csv").exists(), expected == "old");
            let left = fs::read_dir(home.path()).expect("read").count();
            assert_eq!(left, 1, "nothing is left of the work");
        }
    }
}

#[test]
fn what_results_did_not_write_stays_even_in_a_folder_of_the_same_name() {
    let (_home, out, place) = home(false);
    fs::create_dir_all(out.join("figures")).expect("made");
    for name in ["figures/mine.svg", "chapter.txt", "report.html"] {
        fs::write(out.join(name), "mine").expect("written");
    }
    place.publish().expect("put in place");
    assert_eq!(digest(&out), "new");
    for name in ["figures/mine.svg", "chapter.txt", "report.html"] {
        assert_eq!(fs::read_to_string(out.join(name)).expect("kept"), "mine");
    }
}

#[test]
fn a_kill_while_the_new_one_is_made_leaves_the_old_one() {
    let (_home, out, place) = home(true);
    fs::remove_file(place.fresh().join(MANIFEST)).expect("not finished");
    drop(settle(&out).expect("settled"));
    assert_eq!(digest(&out), "old");
    // Aside and then unfinished cannot come of our steps; the old one comes back all the same.
    let (_home, out, place) = home(true);
    fs::remove_file(place.fresh().join(MANIFEST)).expect("not finished");
    place.take(Step::Aside).expect("taken");
    drop(settle(&out).expect("settled"));
    assert_eq!(digest(&out), "old");
}

#[test]
fn a_folder_made_by_others_in_between_is_left_and_nothing_is_lost() {
    let (_home, out, place) = home(true);
    place.take(Step::Aside).expect("taken");
    fs::create_dir(&out).expect("made");
    fs::write(out.join("thesis.txt"), "mine").expect("written");
    assert!(settle(&out).is_err());
    assert!(out.join("thesis.txt").exists());
    assert_eq!(digest(&place.old()), "old");
    assert_eq!(digest(&place.fresh()), "new");
}

#[test]
fn a_folder_that_cannot_be_renamed_is_filled_file_by_file_and_forwards() {
    let (_home, out, _) = home(true);
    let place = Workplace::inside(&out);
    fs::create_dir(&place.work).expect("made");
    write(&place.fresh(), "new");
    // Killed after the old manifest went and before the last file came.
    fs::remove_file(out.join(MANIFEST)).expect("gone");
    fs::rename(place.fresh().join("new.csv"), out.join("new.csv")).expect("renamed");
    place.recover().expect("ended");
    assert_eq!(digest(&out), "new");
    assert!(out.join("notes.txt").exists());
}

#[test]
fn one_process_at_a_time_and_the_current_folder_stays_where_it_is() {
    let (_home, out, _) = home(true);
    let permission = Permission::default();
    let Ok(Claim::Free(hold)) = claim(
        &out,
        "old",
        9,
        Permission {
            fresh: true,
            ..permission
        },
    ) else {
        panic!("free")
    };
    assert!(matches!(
        claim(&out, "old", 8, permission),
        Err(FolderError::Busy(_))
    ));
    drop(hold);
    assert!(matches!(
        claim(&out, "old", 8, permission),
        Ok(Claim::Stored)
    ));
    assert!(matches!(
        claim(&out, "x", 8, permission),
        Err(FolderError::Taken { .. })
    ));
    assert_eq!(Workplace::beside(Path::new(".")), None);
    assert_eq!(Workplace::beside(Path::new("/")), None);
}
