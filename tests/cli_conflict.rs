//! What was written apart, from the command line: listed with authors and times, settled, undone, and never buried by another edit.

mod common;

use common::folder::{Folder, copy, sample};
use serde_json::Value;

/// The sample, and beside it a post of which a factor was written apart, and two absences from one day.
fn torn() -> Folder {
    let folder = Folder::new();
    let source = folder.beside("torn");
    copy(&sample(), &source);
    let change = |file: &str, mark: bool, rows: &[&str]| {
        let path = source.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let mut head = mark;
        let mut lines = Vec::new();
        for line in text.lines() {
            let more = match (mark && !line.starts_with('#'), head) {
                (false, _) => "",
                (true, true) => ",conflict",
                (true, false) => ",",
            };
            head &= more.is_empty();
            lines.push(format!("{line}{more}"));
        }
        lines.extend(rows.iter().map(|row| (*row).to_owned()));
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    };
    change("posts.csv", false, &["torn,Kiln keeper,workshops,g6,1.00,"]);
    let apart = ["torn,,2,2,2,2,,c1", "torn,,2,2,5,2,,c1"];
    change("critical.csv", true, &apart);
    let twice = [
        "zain,away-1,2026-12-01,2026-12-05,leave",
        "zain,away-2,2026-12-01,2027-03-01,secondment",
    ];
    change("absences.csv", false, &twice);
    folder.ok(&["import", source.to_str().unwrap(), "--as", "morwenna"]);
    folder
}

fn found<'a>(list: &'a Value, words: &str) -> &'a Value {
    let all = list["conflicts"].as_array().unwrap();
    all.iter()
        .find(|c| c["what"].as_str().unwrap().contains(words))
        .unwrap_or_else(|| panic!("no “{words}” in {list:#}"))
}

fn names(list: &Value) -> Vec<String> {
    let all = list["conflicts"].as_array().unwrap();
    all.iter()
        .map(|c| c["conflict"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn both_values_are_listed_the_cautious_one_counts_and_settling_is_undone() {
    let folder = torn();
    let list = folder.json(&["conflict", "list"]);
    let factor = found(&list, "Kiln keeper: time to replace");
    let choices = factor["choices"].as_array().unwrap();
    // The higher factor is the cautious one.
    assert_eq!(choices[0]["value"], "5");
    assert_eq!(choices[1]["value"], "2");
    assert_eq!(choices[0]["author"]["name"], "Morwenna Achterberg");
    // All of it was written here, and the owner may settle it.
    let sync = folder.json(&["sync"]);
    let here = sync["device"].as_str().unwrap();
    for choice in choices {
        let device = choice["device"].as_str().unwrap();
        assert!(!device.is_empty() && here.starts_with(device), "{choice}");
    }
    assert_eq!(factor["others"], Value::Null);
    let text = folder.ok(&["conflict", "list"]);
    assert!(text.contains("with device "), "{text}");
    let replace = |report: &Value| {
        let posts = report["succession"]["posts"].as_array().unwrap();
        let post = posts.iter().find(|p| p["post"]["name"] == "Kiln keeper");
        let post = post.unwrap();
        (
            post["factors"]["replace"].as_u64().unwrap(),
            post["conflict"].as_bool().unwrap(),
        )
    };
    assert_eq!(replace(&folder.json(&["show", "succession"])), (5, true));
    let name = factor["conflict"].as_str().unwrap();
    folder.ok(&["conflict", "settle", name, "2"]);
    assert_eq!(replace(&folder.json(&["show", "succession"])), (2, false));
    let after = folder.json(&["conflict", "list"]);
    assert_eq!(names(&after).len(), names(&list).len() - 1);
    folder.ok(&["undo"]);
    assert_eq!(replace(&folder.json(&["show", "succession"])), (5, true));
    assert_eq!(names(&folder.json(&["conflict", "list"])), names(&list));
    folder.ok(&["redo"]);
    assert_eq!(names(&folder.json(&["conflict", "list"])), names(&after));
}

#[test]
fn facts_entered_twice_for_one_day_are_a_conflict_and_one_of_them_stays() {
    let folder = torn();
    let list = folder.json(&["conflict", "list", "zain"]);
    let absence = found(&list, "absence");
    let words = |at: usize| absence["choices"][at]["value"].as_str().unwrap().to_owned();
    // Whoever is away is not available: the longer absence counts.
    assert!(words(0).contains("1 Mar 2027"), "{}", words(0));
    let name = absence["conflict"].as_str().unwrap();
    folder.ok(&["conflict", "settle", name, "2"]);
    let left = folder.json(&["conflict", "list", "zain"]);
    assert!(left["conflicts"].as_array().unwrap().is_empty(), "{left:#}");
    folder.ok(&["undo"]);
    assert_eq!(names(&folder.json(&["conflict", "list", "zain"])), [name]);
}

#[test]
fn no_other_edit_buries_what_is_in_conflict() {
    let folder = torn();
    let before = folder.json(&["conflict", "list"]);
    let factors = [
        "post",
        "factors",
        "Kiln keeper",
        "--impact",
        "1",
        "--statutory",
        "1",
        "--replace",
        "1",
        "--scarcity",
        "1",
    ];
    let refused = folder.run(&factors);
    assert_eq!(refused.status.code(), Some(1));
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        why.contains("time to replace") && why.contains("conflict settle"),
        "{why}"
    );
    assert_eq!(folder.json(&["conflict", "list"]), before);
    // A name that stands for nothing, and a choice that is not there.
    let name = names(&before)[0].clone();
    for (name, choice) in [
        ("00000000", "1"),
        (name.as_str(), "9"),
        (name.as_str(), "0"),
    ] {
        let refused = folder.run(&["conflict", "settle", name, choice]);
        assert_eq!(refused.status.code(), Some(1), "{name} {choice}");
    }
    assert_eq!(folder.json(&["conflict", "list"]), before);
}
