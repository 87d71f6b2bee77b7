//! What was, by the facts' own dates, and what is different since: from the command line, reading only.

mod common;

use common::folder::Folder;
use serde_json::Value;
use std::process::Command;

fn coverage<'a>(report: &'a Value, skill: &str) -> &'a Value {
    let all = report["coverage"].as_array().unwrap();
    all.iter().find(|c| c["skill"]["name"] == skill).unwrap()
}

/// A skill that a manager saw in March and could not see in November, which its holder claims: covered as of June, claimed now.
fn worked() -> Folder {
    let folder = Folder::with_sample();
    let add = [
        "skill",
        "add",
        "Glass blowing",
        "--code",
        "Gls",
        "--target",
        "8",
    ];
    folder.ok(&[&add[..], &["--since", "2026-01-01"]].concat());
    for (day, answer) in [("2026-03-10", "8"), ("2026-11-10", "not-observed")] {
        let done = Command::new(common::program())
            .args(["--today", day, "--data-dir"])
            .arg(folder.data())
            .args(["review", "zain", "glass blowing", answer])
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    }
    folder
}

#[test]
fn definition_21_as_of_a_day_takes_facts_by_their_own_date() {
    let folder = worked();
    let now = folder.json(&["show", "overview"]);
    assert_eq!(coverage(&now, "Glass blowing")["state"], "no-holder");
    assert_eq!(now["shown_as_today"], Value::Null);
    let june = folder.json(&["show", "overview", "--as-of", "2026-06-01"]);
    assert_eq!(june["guildhall"]["team"]["today"], "2026-06-01");
    let glass = coverage(&june, "Glass blowing");
    assert_eq!(glass["state"], "one-holder");
    assert_eq!(glass["holders"][0]["name"], "Zain Whitlock");
    assert!(june["shown_as_today"].as_array().unwrap().len() > 3);
    // Before the skill was on the list there was none.
    let before = folder.json(&["show", "succession", "--as-of", "2025-12-31"]);
    let all = before["coverage"].as_array().unwrap();
    assert!(all.iter().all(|c| c["skill"]["name"] != "Glass blowing"));
    let text = folder.ok(&["show", "heatmap", "--as-of", "2026-06-01"]);
    assert!(text.contains("Shown as they are today, since they carry no date"));
}

#[test]
fn since_a_day_each_change_has_both_sides() {
    let folder = worked();
    let since = folder.json(&["show", "heatmap", "--since", "2026-06-01"]);
    assert_eq!(
        (&since["since"], &since["until"]),
        (&Value::from("2026-06-01"), &Value::from("2026-11-21"))
    );
    let cells = since["cells"].as_array().unwrap();
    let cell = cells.iter().find(|c| {
        c["subject"]["name"] == "Glass blowing" && c["person"]["name"] == "Zain Whitlock"
    });
    // The post does not list the skill, so the heatmap has no such cell; its cover did change.
    assert!(cell.is_none());
    let skills = since["skills"].as_array().unwrap();
    let glass = skills
        .iter()
        .find(|s| s["skill"]["name"] == "Glass blowing");
    let glass = glass.unwrap();
    assert_eq!(glass["before"]["state"], "one-holder");
    assert_eq!(glass["after"]["state"], "no-holder");
    for cell in cells {
        let same = cell["mark_before"] == cell["mark_after"]
            && cell["state_before"] == cell["state_after"];
        assert!(!same, "{cell}");
    }
    // Nothing is said to have become what it was: in words neither.
    for list in ["posts", "skills"] {
        for change in since[list].as_array().unwrap() {
            assert_ne!(change["before"], change["after"], "{change}");
        }
    }
    for day in ["2025-11-21", "2026-06-01", "2026-11-01"] {
        let text = folder.ok(&["show", "succession", "--since", day]);
        for line in text.lines().filter(|l| l.contains(" → ")) {
            let (before, after) = line.split_once(" → ").unwrap();
            let (_, before) = before.split_once(": ").unwrap();
            assert_ne!(before, after, "{line}");
        }
    }
    // Against itself a day has no changes.
    let none = folder.json(&["show", "heatmap", "--since", "2026-11-21"]);
    assert!(none["cells"].as_array().unwrap().is_empty());
    assert!(none["posts"].as_array().unwrap().is_empty());
}

#[test]
fn looking_back_changes_nothing_and_the_future_is_refused() {
    let folder = worked();
    let bytes = || std::fs::read(folder.data().join("team.db")).unwrap();
    folder.json(&["show", "overview"]);
    let before = bytes();
    folder.json(&["show", "overview", "--as-of", "2026-06-01"]);
    folder.json(&["show", "succession", "--since", "2025-11-21"]);
    folder.json(&["history", "zain"]);
    folder.json(&["conflict", "list"]);
    assert!(before == bytes(), "a byte of the store changed");
    for days in [
        &["--as-of", "2026-11-22"][..],
        &["--as-of", "2026-06-01", "--since", "2026-06-02"],
    ] {
        let refused = folder.run(&[&["show", "overview"][..], days].concat());
        assert_eq!(refused.status.code(), Some(1), "{days:?}");
    }
}

#[test]
fn s17_a_nomination_takes_a_date_and_is_not_there_before_it() {
    let folder = Folder::with_sample();
    let nominated = |days: &[&str]| -> bool {
        let report = folder.json(&[&["show", "succession"][..], days].concat());
        let posts = report["succession"]["posts"].as_array().unwrap();
        let post = posts.iter().find(|p| p["post"]["name"] == "CNC cell");
        let post = post.or_else(|| posts.iter().find(|p| p["post"]["id"] == "cnc-cell"));
        let nominees = post.unwrap()["nominees"].as_array().unwrap();
        nominees
            .iter()
            .any(|n| n["person"]["name"] == "Zain Whitlock")
    };
    folder.ok(&["nominate", "cnc-cell", "zain", "--from", "2026-05-01"]);
    assert!(nominated(&[]));
    assert!(nominated(&["--as-of", "2026-05-01"]));
    assert!(!nominated(&["--as-of", "2026-04-30"]));
}
