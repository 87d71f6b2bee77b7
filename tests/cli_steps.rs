//! Marks, undo and redo across processes; usage and refusals.

mod common;

use common::folder::{Folder, text};
use serde_json::Value;

/// The manager's current mark of a person for a subject, from the JSON.
fn manager_mark(folder: &Folder, handle: &str, subject: &str) -> Value {
    let report = folder.json(&["show", "person", handle]);
    let cells = report["rows"][0]["cells"].as_array().unwrap();
    let cell = cells
        .iter()
        .find(|c| c["subject"]["id"] == subject)
        .unwrap();
    cell["manager"]["points"].clone()
}

#[test]
fn steps_are_undone_and_redone_across_processes() {
    let folder = Folder::with_sample();
    let before = manager_mark(&folder, "dilys", "safety");
    folder.ok(&["review", "dilys", "safety", "9.5"]);
    assert_eq!(manager_mark(&folder, "dilys", "safety"), 9.5);
    let undone = folder.json(&["undo"]);
    assert_eq!(undone["done"], "undone");
    assert_eq!(manager_mark(&folder, "dilys", "safety"), before);
    folder.ok(&["redo"]);
    assert_eq!(manager_mark(&folder, "dilys", "safety"), 9.5);
    folder.ok(&["undo"]);
    assert_eq!(manager_mark(&folder, "dilys", "safety"), before);
    assert!(folder.refused(&["undo"]).contains("nothing to undo"));
}

#[test]
fn a_mark_with_feedback_is_one_step() {
    let folder = Folder::with_sample();
    let output = folder.run_with(
        &["review", "dilys", "safety", "9", "--feedback", "-"],
        "led the walk",
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        folder
            .ok(&["show", "person", "dilys", "--json"])
            .contains("led the walk")
    );
    folder.ok(&["undo"]);
    assert!(
        !folder
            .ok(&["show", "person", "dilys", "--json"])
            .contains("led the walk")
    );
    assert!(folder.refused(&["undo"]).contains("nothing to undo"));
}

#[test]
fn not_observed_sets_an_earlier_number_aside() {
    let folder = Folder::with_sample();
    folder.ok(&["review", "dilys", "safety", "not-observed"]);
    assert_eq!(manager_mark(&folder, "dilys", "safety"), Value::Null);
}

#[test]
fn marks_outside_the_scale_are_refused_with_the_reason() {
    let folder = Folder::with_sample();
    for value in ["5.3", "0.5", "10.5", "good"] {
        let said = folder.refused(&["review", "dilys", "safety", value]);
        assert!(said.contains("half points from 1 to 10"), "{said}");
    }
}

#[test]
fn texts_are_not_taken_as_arguments() {
    let folder = Folder::with_sample();
    let said = folder.refused(&["review", "dilys", "safety", "7", "--feedback", "well done"]);
    assert!(said.contains("standard input"), "{said}");
}

#[test]
fn a_person_is_found_by_handle_name_or_beginning_and_others_are_listed() {
    let folder = Folder::with_sample();
    let by_handle = folder.ok(&["show", "person", "dilys"]);
    assert_eq!(by_handle, folder.ok(&["show", "person", "Dilys Hartnoll"]));
    assert_eq!(by_handle, folder.ok(&["show", "person", "hartn"]));
    let said = folder.refused(&["show", "person", "zzz"]);
    assert!(
        said.contains("Dilys Hartnoll") && said.contains("more"),
        "{said}"
    );
    let said = folder.refused(&["show", "person", "m"]);
    assert!(said.contains("say which"), "{said}");
}

#[test]
fn a_credential_is_entered_changed_and_seen() {
    let folder = Folder::with_sample();
    folder.ok(&[
        "credential",
        "add",
        "dilys",
        "Glass blowing",
        "--code",
        "glass",
    ]);
    folder.ok(&[
        "credential",
        "set",
        "dilys",
        "glass blow",
        "--obtained",
        "2026-11-02",
    ]);
    folder.ok(&["credential", "sight", "dilys", "glass"]);
    let report = folder.json(&["show", "person", "dilys"]);
    let known = report["credentials"].as_array().unwrap();
    let glass = known.iter().find(|c| c["code"] == "glass").unwrap();
    assert_eq!(glass["obtained"], "2026-11-02");
    assert_eq!(glass["sighted"]["by"]["handle"], "morwenna");
    assert_eq!(glass["sighted"]["on"], "2026-11-21");
}

#[test]
fn status_tells_wrong_usage_from_what_cannot_be_met() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["show", "moon"]).status.code(), Some(2));
    assert_eq!(folder.run(&["--nonsense"]).status.code(), Some(2));
    assert_eq!(folder.run(&["--help"]).status.code(), Some(0));
    let said = folder.refused(&["show", "overview"]);
    for next in ["guildhall demo", "guildhall init", "guildhall import"] {
        assert!(said.contains(next), "{said}");
    }
    let said = folder.refused(&[]);
    assert!(said.contains("not a terminal"), "{said}");
}

#[test]
fn a_team_starts_with_its_owner() {
    let folder = Folder::new();
    assert!(folder.refused(&["init", "--yes"]).contains("--team"));
    folder.ok(&[
        "init",
        "--yes",
        "--team",
        "Glass & \"Metal\"",
        "--name",
        "Ann Ash",
    ]);
    let report = folder.json(&["show", "overview"]);
    assert_eq!(report["guildhall"]["team"]["name"], "Glass & \"Metal\"");
    assert_eq!(report["guildhall"]["team"]["viewer"]["name"], "Ann Ash");
    assert!(
        folder
            .refused(&["init", "--yes", "--team", "B", "--name", "C"])
            .contains("already")
    );
}

#[test]
fn an_own_mark_is_a_draft_until_it_is_shared() {
    let folder = Folder::with_sample();
    let own = |folder: &Folder| {
        let report = folder.json(&["show", "person", "morwenna"]);
        let cells = report["rows"][0]["cells"].as_array().unwrap();
        let cell = cells
            .iter()
            .find(|c| c["subject"]["id"] == "planning")
            .unwrap();
        cell["own"]["points"].clone()
    };
    let before = own(&folder);
    folder.ok(&["mark", "planning", "9.5"]);
    assert_eq!(own(&folder), before);
    folder.ok(&["mark", "planning", "9.5", "--share"]);
    assert_eq!(own(&folder), 9.5);
}

#[test]
fn doctor_says_the_format_and_the_protection() {
    let folder = Folder::with_sample();
    let said = folder.ok(&["doctor"]);
    assert!(
        said.contains("format 1") && said.contains("no passphrase"),
        "{said}"
    );
    assert!(said.contains("Nothing is wrong."), "{said}");
    let keymap = folder.beside("keys.toml");
    std::fs::write(&keymap, "[keys]\nnonsense = \"q\"\n").unwrap();
    let output = folder.run(&["doctor", "--keymap", keymap.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).contains("nonsense"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn every_report_says_what_it_is_for() {
    let folder = Folder::with_sample();
    for args in [
        &["show", "overview"][..],
        &["show", "heatmap"],
        &["show", "person", "dilys"],
        &["show", "framework", "g6/budget"],
    ] {
        assert!(
            folder.ok(args).contains("not for pay, not for redundancy"),
            "{args:?}"
        );
        let purpose = folder.json(args)["guildhall"]["purpose"].clone();
        assert!(purpose.as_str().unwrap().contains("not for redundancy"));
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_fault_of_the_program() {
    use std::process::{Command, Stdio};
    let folder = Folder::new();
    // Standard error whose other end is closed before anything is said.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = Command::new(common::program())
        .args(["--data-dir"])
        .arg(folder.data())
        .args(["show", "overview"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(writer)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1), "{status}");
}
