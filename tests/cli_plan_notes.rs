//! What is said along the way of a plan, from the command line: notes on progress by either side, why something was dropped, dates that are
//! taken away, and who agreed to an earlier text.
#![cfg(unix)]

mod common;

use common::folder::{Folder, text};
use common::machines::{HERE, Running, device, joined, team};
use serde_json::Value;
use std::process::Command;

fn objectives(folder: &Folder, person: &str) -> Vec<Value> {
    let report = folder.json(&["show", "plan", person]);
    report["plan"]["objectives"].as_array().unwrap().clone()
}

/// What a command says that reads a text from standard input.
fn said(folder: &Folder, args: &[&str], input: &str) -> String {
    let output = folder.run_with(args, input);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// A plan with one objective and one action, and the person's own machine.
fn planned() -> (Folder, Folder) {
    let host = team();
    let add = ["objective", "add", "elm", "Run the budget", "--text", "-"];
    said(&host, &add, "difference: closes a month alone\n");
    host.ok(&["action", "add", "elm", "1", "Sit in on the year end"]);
    let guest = joined(&host, "elm");
    (host, guest)
}

/// Exchanges what both have.
fn meet(host: &Folder, guest: &Folder) {
    let (watch, at) = Running::watching(host, &[]);
    let peer = format!("{}@{at}", device(host));
    guest.ok(&[&["sync", "--once", "--peer", &peer][..], &HERE].concat());
    watch.stop();
}

fn notes(item: &Value) -> Vec<(String, String, String)> {
    let words = |v: &Value| v.as_str().unwrap().to_owned();
    let all = item["notes"].as_array().unwrap().iter();
    all.map(|n| {
        (
            words(&n["date"]),
            words(&n["by"]["name"]),
            words(&n["text"]),
        )
    })
    .collect()
}

#[test]
fn either_side_notes_how_far_it_is_newest_first_and_what_is_agreed_stays_agreed() {
    let (host, guest) = planned();
    host.ok(&["agree", "elm"]);
    guest.ok(&["agree", "elm", "1"]);
    meet(&host, &guest);
    assert_eq!(objectives(&guest, "elm")[0]["agreement"]["state"], "both");
    let note = ["action", "progress", "elm", "1.1", "--note", "-"];
    said(&host, &note, "the first invoices went well");
    let with_number = ["action", "progress", "elm", "1.1", "40", "--note", "-"];
    said(&guest, &with_number, "two of five done");
    said(&guest, &with_number, "three of five done\nthe last is hard");
    said(
        &guest,
        &["objective", "progress", "elm", "1", "--note", "-"],
        "half way",
    );
    meet(&host, &guest);
    for folder in [&host, &guest] {
        let plan = objectives(folder, "elm");
        let by =
            |name: &str, text: &str| ("2026-11-21".to_owned(), name.to_owned(), text.to_owned());
        let action = &plan[0]["actions"][0];
        assert_eq!(
            notes(action)
                .into_iter()
                .collect::<std::collections::BTreeSet<_>>(),
            [
                by("Edgar Elm", "three of five done\nthe last is hard"),
                by("Olive Oak", "the first invoices went well"),
            ]
            .into()
        );
        assert_eq!(action["progress"], 40);
        assert_eq!(notes(&plan[0]), [by("Edgar Elm", "half way")]);
        assert_eq!(action["notes"][0]["typist"], Value::Null);
        // Notes are no part of what is agreed.
        assert_eq!(plan[0]["agreement"]["state"], "both");
        let names: Vec<&str> = plan[0]["agreement"]["by"]
            .as_array()
            .unwrap()
            .iter()
            .map(|w| w["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["Edgar Elm", "Olive Oak"]);
    }
    let shown = host.ok(&["show", "plan", "elm"]);
    assert!(shown.contains("21 Nov 2026 Edgar Elm: half way"), "{shown}");
    let page = host.ok(&["export", "plan", "elm"]);
    assert!(
        page.contains("- 21 Nov 2026 Edgar Elm: three of five done<br>the last is hard"),
        "{page}"
    );
    let history = guest.ok(&["history", "elm"]);
    assert!(
        history.contains(
            "note on the progress of “Sit in on the year end” (21 Nov 2026, by Edgar Elm)"
        ),
        "{history}"
    );
    assert!(history.contains("from “two of five done” to"), "{history}");
    // A folder holds them, and gives them back.
    let out = host.beside("out");
    host.ok(&["export", "team", out.to_str().unwrap()]);
    let again = Folder::new();
    again.ok(&["import", out.to_str().unwrap(), "--as", "oak"]);
    let back = objectives(&again, "elm");
    assert_eq!(notes(&back[0]), notes(&objectives(&host, "elm")[0]));
    // Oak typed here what Elm had written.
    assert_eq!(back[0]["notes"][0]["typist"]["name"], "Olive Oak");
    assert!(
        again
            .ok(&["show", "plan", "elm"])
            .contains("entered by Olive Oak")
    );
    // Taken back as any other step, and by saying nothing.
    guest.ok(&["undo"]);
    assert!(notes(&objectives(&guest, "elm")[0]).is_empty());
    guest.ok(&note);
    let left = notes(&objectives(&guest, "elm")[0]["actions"][0]);
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].1, "Olive Oak");
    // What stands in the documents is what their tables allow.
    host.ok(&["doctor"]);
}

#[test]
fn an_earlier_note_stands_below_a_later_one_and_is_not_there_before_its_day() {
    let (host, _guest) = planned();
    let on = |day: &str, words: &str| {
        use std::io::Write;
        let mut child = Command::new(common::program())
            .args(["--today", day, "--data-dir"])
            .arg(host.data())
            .args(["action", "progress", "elm", "1.1", "--note", "-"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(words.as_bytes()).unwrap();
        drop(input);
        assert!(child.wait().unwrap().success());
    };
    on("2026-11-03", "asked for a seat");
    on("2026-11-19", "sat in once");
    let days: Vec<String> = notes(&objectives(&host, "elm")[0]["actions"][0])
        .into_iter()
        .map(|(day, ..)| day)
        .collect();
    assert_eq!(days, ["2026-11-19", "2026-11-03"]);
    let then = Command::new(common::program())
        .args(["--today", "2026-11-10", "--data-dir"])
        .arg(host.data())
        .args(["show", "plan", "elm"])
        .output()
        .unwrap();
    let then = text(&then.stdout);
    assert!(
        then.contains("asked for a seat") && !then.contains("sat in once"),
        "{then}"
    );
}

#[test]
fn why_something_was_dropped_stands_where_it_is_shown() {
    let folder = Folder::with_sample();
    folder.ok(&["objective", "add", "dilys", "Short lived"]);
    folder.ok(&["action", "add", "dilys", "short", "Ask around"]);
    said(
        &folder,
        &["objective", "drop", "dilys", "short", "--reason", "-"],
        "the course was cancelled",
    );
    let last = objectives(&folder, "dilys").pop().unwrap();
    assert_eq!(last["reason"], "the course was cancelled");
    assert_eq!(last["actions"][0]["reason"], "the course was cancelled");
    let shown = folder.ok(&["show", "plan", "dilys"]);
    assert!(
        shown.contains("dropped because: the course was cancelled"),
        "{shown}"
    );
    let page = folder.ok(&["export", "plan", "dilys"]);
    assert_eq!(
        page.matches("dropped because: the course was cancelled")
            .count(),
        2,
        "{page}"
    );
    // What is open again has no such reason; History keeps it.
    folder.ok(&["objective", "reopen", "dilys", "short"]);
    let last = objectives(&folder, "dilys").pop().unwrap();
    assert_eq!(
        (&last["reason"], &last["state"]),
        (&"".into(), &"open".into())
    );
    let history = folder.ok(&["history", "dilys"]);
    assert!(
        history.contains("reason for the state of Short lived")
            && history.contains("the course was cancelled"),
        "{history}"
    );
    assert!(history.contains("“dropped”"), "{history}");
}

#[test]
fn a_date_is_taken_away_by_none() {
    let folder = Folder::with_sample();
    let add = [
        "objective",
        "add",
        "dilys",
        "No hurry",
        "--review",
        "2027-01-31",
    ];
    folder.ok(&[&add[..], &["--completion", "2027-02-28"]].concat());
    folder.ok(&[
        "action",
        "add",
        "dilys",
        "no hurry",
        "Begin",
        "--completion",
        "2027-01-15",
    ]);
    let edit = ["objective", "edit", "dilys", "no hurry"];
    folder.ok(&[&edit[..], &["--completion", "none"]].concat());
    let last = objectives(&folder, "dilys").pop().unwrap();
    assert_eq!(last["completion"], Value::Null);
    assert_eq!(last["review"], "2027-01-31");
    folder.ok(&[&edit[..], &["--review", "none"]].concat());
    folder.ok(&["action", "edit", "dilys", "begin", "--completion", "none"]);
    let last = objectives(&folder, "dilys").pop().unwrap();
    assert_eq!(last["review"], Value::Null);
    assert_eq!(last["actions"][0]["completion"], Value::Null);
    let wrong = folder.run(&[&edit[..], &["--completion", "nothing"]].concat());
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        text(&wrong.stderr).contains("or none"),
        "{}",
        text(&wrong.stderr)
    );
    folder.ok(&["undo"]);
    assert_eq!(
        objectives(&folder, "dilys").pop().unwrap()["actions"][0]["completion"],
        "2027-01-15"
    );
}

#[test]
fn both_sides_are_named_where_both_agreed_to_an_earlier_text() {
    let (host, guest) = planned();
    host.ok(&["agree", "elm"]);
    guest.ok(&["agree", "elm", "1"]);
    meet(&host, &guest);
    guest.ok(&[
        "objective",
        "edit",
        "elm",
        "1",
        "--completion",
        "2027-06-30",
    ]);
    let agreement = objectives(&guest, "elm")[0]["agreement"].clone();
    assert_eq!(agreement["state"], "earlier-text");
    assert_eq!(agreement["side"], Value::Null);
    let shown = guest.ok(&["show", "plan", "elm"]);
    assert!(
        shown.contains("agreed by Edgar Elm and Olive Oak to an earlier text"),
        "{shown}"
    );
    // One side anew: it agrees to what stands.
    guest.ok(&["agree", "elm", "1"]);
    let agreement = objectives(&guest, "elm")[0]["agreement"].clone();
    assert_eq!(
        (&agreement["state"], &agreement["side"]),
        (&"one-side".into(), &"technician".into())
    );
    assert_eq!(agreement["by"].as_array().unwrap().len(), 1);
}

#[test]
fn progress_needs_a_number_or_a_note() {
    let folder = Folder::with_sample();
    let nothing = folder.run(&["action", "progress", "dilys", "1.1"]);
    assert_eq!(nothing.status.code(), Some(2), "{}", text(&nothing.stderr));
    let on_the_line = folder.refused(&["action", "progress", "dilys", "1.1", "--note", "well"]);
    assert!(on_the_line.contains("standard input"), "{on_the_line}");
}
