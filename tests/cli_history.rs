//! History from the command line: who, what, from, to, when and from which device, in words.

mod common;

use common::folder::Folder;
use serde_json::Value;

fn first<'a>(history: &'a Value, what: &str) -> &'a Value {
    let all = history["changes"].as_array().unwrap();
    all.iter()
        .find(|c| c["what"].as_str().unwrap().contains(what))
        .unwrap_or_else(|| panic!("no “{what}”"))
}

#[test]
fn a_mark_is_told_with_author_values_day_and_device() {
    let folder = Folder::with_sample();
    folder.ok(&["review", "edie", "budget", "6"]);
    let device = folder.json(&["device", "list"])["devices"][0]["device"]
        .as_str()
        .unwrap()
        .to_owned();
    let history = folder.json(&["history", "edie"]);
    let change = first(&history, "Budget Management");
    assert_eq!(change["author"]["name"], "Morwenna Achterberg");
    assert_eq!(change["person"]["name"], "Edie Swann");
    assert_eq!(change["after"], "6");
    assert_eq!(change["device"], device.as_str());
    let sentence = change["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("Morwenna Achterberg set Edie Swann's Budget Management"),
        "{sentence}"
    );
    assert!(sentence.contains(" to 6 on "), "{sentence}");
    // The same day again: from the one to the other. Then it is taken back, and both stay told.
    folder.ok(&["review", "edie", "budget", "6.5"]);
    folder.ok(&["undo"]);
    let history = folder.json(&["history", "edie", "--most", "2"]);
    let told: Vec<(&str, &str)> = history["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| {
            (
                c["before"][0].as_str().unwrap(),
                c["after"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [("6.5", "6"), ("6", "6.5")]);
    assert!(history["older"].as_u64().unwrap() > 0);
}

#[test]
fn a_fact_of_a_later_day_is_told_from_the_earlier_one() {
    let folder = Folder::with_sample();
    folder.ok(&["post", "set", "x-ray suite", "--fte", "0.6"]);
    let history = folder.json(&["history", "x-ray suite"]);
    let fte = first(&history, "FTE");
    assert_eq!(fte["before"], serde_json::json!(["1.00"]));
    assert_eq!(fte["after"], "0.60");
    assert_eq!(fte["person"], Value::Null);
}

#[test]
fn no_sentence_shows_an_id_or_a_key() {
    let folder = Folder::with_sample();
    let history = folder.json(&["history", "--most", "100000"]);
    let all = history["changes"].as_array().unwrap();
    assert!(all.len() > 1000, "{}", all.len());
    for change in all {
        let what = change["what"].as_str().unwrap();
        let raw = what.contains(['|', '%', '_']) || what.ends_with(": ");
        assert!(!raw && !what.contains("of before"), "{what}");
        for value in change["before"]
            .as_array()
            .unwrap()
            .iter()
            .chain([&change["after"]])
        {
            let value = value.as_str().unwrap_or_default();
            assert!(!value.contains('|'), "{what}: {value}");
        }
    }
}

#[test]
fn days_limit_what_is_told() {
    let folder = Folder::with_sample();
    let none = folder.json(&["history", "--until", "2000-01-01"]);
    assert!(none["changes"].as_array().unwrap().is_empty());
    assert_eq!(none["older"], 0);
    let all = folder.json(&["history", "dilys", "--since", "2000-01-01"]);
    assert!(!all["changes"].as_array().unwrap().is_empty());
}

#[test]
fn what_was_taken_back_keeps_its_name() {
    let folder = Folder::with_sample();
    folder.ok(&["post", "add", "Glass furnace", "--column", "g6"]);
    folder.ok(&["undo"]);
    let history = folder.json(&["history", "--most", "10"]);
    let told: Vec<&str> = history["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["sentence"].as_str().unwrap())
        .filter(|s| s.contains("Glass furnace"))
        .collect();
    assert!(told.len() > 3, "{history:#}");
    assert!(
        told.iter()
            .any(|s| s.contains("cleared post Glass furnace"))
    );
    assert!(!history.to_string().contains("of before"));
}

#[test]
fn the_same_mark_given_again_is_not_told_as_a_change() {
    let folder = Folder::with_sample();
    folder.ok(&["review", "dilys", "budget", "6"]);
    folder.run_with(
        &["review", "dilys", "budget", "6", "--feedback", "-"],
        "said once more",
    );
    let history = folder.json(&["history", "dilys", "--most", "6"]);
    let told = history["changes"].as_array().unwrap().iter();
    let told: Vec<&str> = told.map(|c| c["sentence"].as_str().unwrap()).collect();
    assert!(!told.iter().any(|s| s.contains("from 6 to 6")), "{told:#?}");
    assert!(told.iter().any(|s| s.contains("once more, 6")), "{told:#?}");
}
