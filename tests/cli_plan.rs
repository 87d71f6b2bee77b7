//! Plans from the command line: objectives, actions, agreement by both sides, and the export in template order.
#![cfg(unix)]

mod common;

use common::folder::{Folder, text};
use common::machines::{HERE, Running, device, joined, team};
use serde_json::Value;

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

#[test]
fn s09_budget_offers_two_options() {
    let folder = Folder::with_sample();
    let add = |subject: &str, option: &str| {
        let args = [
            "objective",
            "add",
            "dilys",
            "Learn it",
            "--subject",
            subject,
            "--option",
            option,
        ];
        folder.run(&args)
    };
    let refused = text(&add("budget", "3").stderr);
    assert!(
        refused.contains("offers 2 for this competency"),
        "{refused}"
    );
    let listed = refused
        .lines()
        .filter(|l| l.trim_start().starts_with(['1', '2', '3']));
    assert_eq!(listed.count(), 2, "{refused}");
    let refused = text(&add("service", "8").stderr);
    assert!(
        refused.contains("offers 7 for this competency"),
        "{refused}"
    );
    assert!(add("budget", "2").status.success());
    let all = objectives(&folder, "dilys");
    let last = all.last().unwrap();
    assert!(!last["option"].as_str().unwrap().is_empty());
    // A skill has none, and the framework's are not for anything else.
    let skill = folder.refused(&[
        "objective",
        "edit",
        "dilys",
        &all.len().to_string(),
        "--subject",
        "confocal",
        "--option",
        "1",
    ]);
    assert!(skill.contains("offers none here"), "{skill}");
}

#[test]
fn s06_an_objective_without_a_success_measure_cannot_be_agreed() {
    let folder = Folder::with_sample();
    folder.ok(&[
        "objective",
        "add",
        "dilys",
        "Chair the meeting",
        "--priority",
        "strength",
    ]);
    let refused = folder.refused(&["agree", "dilys", "chair"]);
    assert!(refused.contains("has no success measure"), "{refused}");
    let columns = "difference: the meeting ends in time\nactivity: chair every second one\n";
    said(
        &folder,
        &["objective", "edit", "dilys", "chair", "--text", "-"],
        columns,
    );
    folder.ok(&["agree", "dilys", "chair"]);
    let chair = objectives(&folder, "dilys").pop().unwrap();
    assert_eq!(chair["agreement"]["state"], "one-side");
    assert_eq!(chair["agreement"]["side"], "manager");
    assert_eq!(chair["activity"], "chair every second one");
    let refused = folder.refused(&["agree", "dilys", "chair"]);
    assert!(refused.contains("already"), "{refused}");
}

#[test]
fn s05_a_strength_can_be_a_priority() {
    let folder = Folder::with_sample();
    folder.ok(&[
        "objective",
        "add",
        "dilys",
        "Teach others",
        "--priority",
        "strength",
    ]);
    assert_eq!(
        objectives(&folder, "dilys").pop().unwrap()["priority"],
        "strength"
    );
    folder.ok(&["undo"]);
    assert_ne!(
        objectives(&folder, "dilys").pop().unwrap()["objective"],
        "Teach others"
    );
}

#[test]
fn s08_the_plan_has_five_columns_in_template_order_and_both_agree_to_it() {
    let host = team();
    let add = [
        "objective",
        "add",
        "elm",
        "Run the budget",
        "--subject",
        "budget",
        "--review",
        "2027-03-01",
        "--completion",
        "2027-06-30",
        "--text",
        "-",
    ];
    let columns = "activity: shadow a year end\ndifference: closes a month alone\nsupport: two days\naim: sound finances\n";
    said(&host, &add, columns);
    host.ok(&[
        "action",
        "add",
        "elm",
        "1",
        "Sit in on the year end",
        "--completion",
        "2027-01-31",
    ]);
    host.ok(&["agree", "elm"]);
    let guest = joined(&host, "elm");
    assert_eq!(
        objectives(&guest, "elm")[0]["agreement"]["state"],
        "one-side"
    );
    guest.ok(&["agree", "elm", "1"]);
    assert_eq!(objectives(&guest, "elm")[0]["agreement"]["state"], "both");
    let (watch, at) = Running::watching(&host, &[]);
    let peer = format!("{}@{at}", device(&host));
    let once = ["sync", "--once", "--peer", &peer];
    guest.ok(&[&once[..], &HERE].concat());
    let report = host.json(&["show", "plan", "elm"]);
    assert_eq!(report["plan"]["agreed"], true);
    let page = host.ok(&["export", "plan", "elm"]);
    let columns = [
        "Development Objective",
        "Development Activity",
        "What will I be doing differently?",
        "Support Needed?",
        "Date for Achievement",
    ];
    assert!(
        page.contains(&format!("| {} |", columns.join(" | "))),
        "{page}"
    );
    assert!(page.contains("| shadow a year end | closes a month alone | two days | review 2027-03-01<br>completion 2027-06-30 |"), "{page}");
    assert!(page.contains("Agreed by both."), "{page}");
    // What the content says is part of it, and how far it is is not.
    guest.ok(&["action", "progress", "elm", "1.1", "40"]);
    assert_eq!(objectives(&guest, "elm")[0]["agreement"]["state"], "both");
    guest.ok(&["action", "edit", "elm", "1.1", "--completion", "2027-02-28"]);
    assert_eq!(
        objectives(&guest, "elm")[0]["agreement"]["state"],
        "earlier-text"
    );
    // Also where it changes by what comes from elsewhere.
    guest.ok(&[&once[..], &HERE].concat());
    assert_eq!(
        objectives(&host, "elm")[0]["agreement"]["state"],
        "earlier-text"
    );
    watch.stop();
}

#[test]
fn s16_an_action_that_is_done_waits_until_the_talk_is_recorded() {
    let folder = Folder::with_sample();
    folder.ok(&["objective", "add", "dilys", "Speak at a conference"]);
    let n = objectives(&folder, "dilys").len().to_string();
    folder.ok(&[
        "action",
        "add",
        "dilys",
        &n,
        "Send an abstract",
        "--completion",
        "2026-11-01",
    ]);
    let which = format!("{n}.1");
    let counts = || folder.json(&["show", "actions"])["actions"].clone();
    let before = counts();
    let discuss = ["action", "discuss", "dilys", &which, "--text", "-"];
    let early = folder.run_with(
        &discuss,
        "learning: much\napplication: here\nsupport: none\n",
    );
    assert!(text(&early.stderr).contains("mark it as done first"));
    folder.ok(&["action", "done", "dilys", &which]);
    let done = counts();
    assert_eq!(
        done["to_discuss"].as_u64(),
        before["to_discuss"].as_u64().map(|n| n + 1)
    );
    assert_eq!(
        done["overdue"].as_u64(),
        before["overdue"].as_u64().map(|n| n - 1)
    );
    let part = folder.run_with(&discuss, "learning: much\n");
    assert!(text(&part.stderr).contains("is needed to close an action"));
    assert_eq!(counts(), done);
    said(
        &folder,
        &discuss,
        "learning: much\napplication: the next call\nsupport: none\n",
    );
    assert_eq!(
        counts()["closed"].as_u64(),
        before["closed"].as_u64().map(|n| n + 1)
    );
    let last = objectives(&folder, "dilys").pop().unwrap();
    assert_eq!(last["actions"][0]["learning"], "much");
    folder.ok(&["undo"]);
    assert_eq!(counts(), done);
}

#[test]
fn a_long_text_goes_on_under_its_label_and_what_is_over_has_no_progress() {
    let folder = Folder::with_sample();
    folder.ok(&["objective", "add", "dilys", "Speak at a conference"]);
    let long = "a talk that whoever was there remembers for ".repeat(5);
    let args = ["objective", "edit", "dilys", "speak", "--text", "-"];
    said(&folder, &args, &format!("difference: {long}\n"));
    folder.ok(&["action", "add", "dilys", "speak", "Send an abstract"]);
    let shown = folder.ok(&["show", "plan", "dilys"]);
    let mut lines = shown.lines();
    let first = lines.find(|l| l.starts_with("    difference: a talk"));
    assert!(first.is_some_and(|l| l.chars().count() <= 80), "{shown}");
    for _ in 0..2 {
        let next = lines.next().unwrap();
        assert!(
            next.starts_with("      ") && next.chars().count() <= 80,
            "{next}"
        );
    }
    assert!(shown.contains("Send an abstract, —, 0 %, open"), "{shown}");
    folder.ok(&["action", "done", "dilys", "send"]);
    for args in [
        &["show", "plan", "dilys"][..],
        &["show", "person", "dilys"],
        &["show", "actions"],
        &["export", "plan", "dilys"],
    ] {
        let shown = folder.ok(args);
        let line = shown.lines().find(|l| l.contains("Send an abstract"));
        assert!(line.is_some_and(|l| !l.contains('%')), "{shown}");
    }
}

#[test]
fn dropping_needs_a_reason_and_what_is_not_there_is_said() {
    let folder = Folder::with_sample();
    folder.ok(&["objective", "add", "dilys", "Something else"]);
    let refused = folder.refused(&["objective", "drop", "dilys", "something"]);
    assert!(refused.contains("the reason is needed"), "{refused}");
    said(
        &folder,
        &["objective", "drop", "dilys", "something", "--reason", "-"],
        "the course was cancelled",
    );
    assert_eq!(
        objectives(&folder, "dilys").pop().unwrap()["state"],
        "dropped"
    );
    folder.ok(&["objective", "reopen", "dilys", "something"]);
    folder.ok(&["objective", "close", "dilys", "something"]);
    let refused = folder.refused(&["objective", "close", "dilys", "something"]);
    assert!(refused.contains("closed already"), "{refused}");
    let refused = folder.refused(&["action", "done", "dilys", "99.1"]);
    assert!(refused.contains("nothing goes by that name"), "{refused}");
    let refused = folder.run_with(
        &["objective", "edit", "dilys", "something", "--text", "-"],
        "no label\n",
    );
    assert!(text(&refused.stderr).contains("stands before any label"));
}

#[test]
fn s51_objectives_without_an_aim_are_listed() {
    let folder = Folder::with_sample();
    let listed = |folder: &Folder| -> Vec<String> {
        let report = folder.json(&["show", "actions"]);
        let all = report["without_aim"].as_array().unwrap().iter();
        all.map(|o| o["objective"].as_str().unwrap().to_owned())
            .collect()
    };
    folder.ok(&["objective", "add", "dilys", "Serve no aim yet"]);
    assert!(listed(&folder).contains(&"Serve no aim yet".to_owned()));
    let args = ["objective", "edit", "dilys", "serve no", "--text", "-"];
    said(&folder, &args, "aim: reduce waste\n");
    assert!(!listed(&folder).contains(&"Serve no aim yet".to_owned()));
    assert!(
        folder
            .ok(&["show", "actions"])
            .contains("Development actions")
    );
}

#[test]
fn what_was_to_be_done_for_a_dropped_objective_is_not_overdue_and_an_option_goes_with_its_competency()
 {
    let folder = Folder::with_sample();
    let counts = || folder.json(&["show", "actions"])["actions"].clone();
    let before = counts();
    folder.ok(&[
        "objective",
        "add",
        "dilys",
        "Short lived",
        "--subject",
        "budget",
        "--option",
        "1",
    ]);
    folder.ok(&[
        "action",
        "add",
        "dilys",
        "short",
        "Ask around",
        "--completion",
        "2026-10-01",
    ]);
    assert_eq!(
        counts()["overdue"].as_u64(),
        before["overdue"].as_u64().map(|n| n + 1)
    );
    folder.ok(&[
        "objective",
        "edit",
        "dilys",
        "short",
        "--subject",
        "service",
    ]);
    assert_eq!(objectives(&folder, "dilys").pop().unwrap()["option"], "");
    said(
        &folder,
        &["objective", "drop", "dilys", "short", "--reason", "-"],
        "not needed",
    );
    assert_eq!(counts()["overdue"], before["overdue"]);
    assert_eq!(counts()["open"], before["open"]);
    let refused = folder.refused(&["action", "add", "dilys", "short", "More"]);
    assert!(refused.contains("open it again first"), "{refused}");
    let page = folder.ok(&["export", "plan", "dilys"]);
    assert!(page.contains("Short lived (gap; dropped"), "{page}");
    // One step: undoing it brings the objective and its action back.
    folder.ok(&["undo"]);
    assert_eq!(
        counts()["overdue"].as_u64(),
        before["overdue"].as_u64().map(|n| n + 1)
    );
}
