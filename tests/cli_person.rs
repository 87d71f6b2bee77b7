//! `person erase` and `export subject`, as the built program does them.

mod common;

use common::small::{self, Program};
use serde_json::Value;
use std::path::Path;

fn text_of(dir: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        all += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    all
}

fn everything_shown(program: &Program) -> String {
    let mut all = String::new();
    for args in [
        &["show", "overview"][..],
        &["show", "heatmap"],
        &["show", "person", "oak"],
        &["show", "person", "fir"],
    ] {
        all += &program.view(args).unwrap().to_string();
        all += &program.ok(args);
    }
    all
}

#[test]
fn an_erased_person_is_nowhere_to_be_seen_from_then_on() {
    let root = tempfile::tempdir().unwrap();
    let program = small::imported(root.path());
    assert!(everything_shown(&program).contains("Edgar Elm"));

    // Nobody can be asked here.
    let asked = program.run(&["person", "erase", "elm"]);
    assert_eq!(asked.status, Some(1));
    assert!(asked.err.contains("--yes"), "{}", asked.err);
    let undo = program.run(&["person", "erase", "--undo", "elm"]);
    assert_eq!(undo.status, Some(1));
    assert!(
        undo.err.contains("no entry can be taken back"),
        "{}",
        undo.err
    );
    assert!(everything_shown(&program).contains("Edgar Elm"));

    let done = program.ok(&["person", "erase", "elm", "--yes"]);
    assert!(done.contains("Edgar Elm is erased"), "{done}");
    assert!(done.contains("backups"), "{done}");

    let shown = everything_shown(&program);
    assert!(!shown.contains("Elm") && !shown.contains("elm"), "{shown}");
    let gone = program.run(&["show", "person", "elm"]);
    assert_eq!(gone.status, Some(1));
    let out = root.path().join("out");
    let subject = program.run(&["export", "subject", "elm", out.to_str().unwrap()]);
    assert_eq!(subject.status, Some(1));
    program.ok(&["export", "team", out.to_str().unwrap()]);
    for name in ["people.csv", "marks.csv", "credentials.csv"] {
        let csv = std::fs::read_to_string(out.join(name)).unwrap();
        assert!(
            !csv.contains("elm") && !csv.contains("Elm"),
            "{name}: {csv}"
        );
    }
    let doctor = program.view(&["doctor"]).unwrap();
    assert_eq!(doctor["erasures"][0]["stage"], "waiting");
    assert_eq!(doctor["findings"], Value::Array(vec![]));
    let owner = program.run(&["person", "erase", "oak", "--yes"]);
    assert_eq!(owner.status, Some(1));
    assert!(
        owner.err.contains("hand the team over first"),
        "{}",
        owner.err
    );
}

#[test]
fn a_subject_reads_everything_about_themself_and_nothing_about_others() {
    let root = tempfile::tempdir().unwrap();
    let program = small::imported(root.path());
    program.ok(&["review", "elm", "lathe", "3.5"]);
    program.ok(&["review", "elm", "lathe", "4.5"]);
    program.ok(&["review", "fir", "lathe", "9.5"]);
    let out = root.path().join("subject");
    let folder = out.to_str().unwrap();
    let done = program.ok(&["export", "subject", "elm", folder]);
    assert!(done.contains("private: you may not read it"), "{done}");
    let text = text_of(&out);
    for written in [
        "Edgar Elm",
        "room 2",
        "made the new jigs",
        "steady",
        "the kiln next",
        "First aid at work",
        "2028-03-01",
        "two projects to lead first",
        "hand",
        "3.5",
        "4.5",
        "Olive Oak",
        "not for pay, not for redundancy",
    ] {
        assert!(text.contains(written), "“{written}” is missing");
    }
    for other in [
        "Fay Fir",
        "room 3",
        "9.5",
        "Overhead crane",
        "one person knows the kiln",
    ] {
        assert!(!text.contains(other), "“{other}” is about somebody else");
    }
    // Nothing is overwritten.
    let again = program.run(&["export", "subject", "elm", folder]);
    assert_eq!(again.status, Some(1));
}
