//! Succession from the command line: posts, skills, factors, nominations, horizons, what if and comparison, on real folders.

mod common;

use common::folder::Folder;
use serde_json::Value;

const FAIRNESS: &str = "appointment is by the normal recruitment process";

fn post<'a>(report: &'a Value, name: &str) -> &'a Value {
    let posts = report["succession"]["posts"].as_array().unwrap();
    posts.iter().find(|p| p["post"]["name"] == name).unwrap()
}

#[test]
fn s17_a_post_is_added_scored_and_shown_by_risk() {
    let folder = Folder::with_sample();
    folder.ok(&[
        "post",
        "add",
        "Laser lab",
        "--area",
        "physics",
        "--column",
        "g6",
        "--fte",
        "0.6",
    ]);
    let scored = [
        "post",
        "factors",
        "laser lab",
        "--impact",
        "5",
        "--statutory",
        "5",
        "--replace",
        "5",
        "--scarcity",
        "4",
    ];
    folder.ok(&scored);
    let report = folder.json(&["show", "succession"]);
    let laser = post(&report, "Laser lab");
    // The worked example of the definitions: mean 4.75, so C is 5. Nobody holds it, so L is 5.
    assert_eq!(
        (
            laser["mean"].as_f64(),
            laser["c"].as_u64(),
            laser["l"].as_u64()
        ),
        (Some(4.75), Some(5), Some(5))
    );
    assert_eq!(
        (laser["risk"].as_u64(), laser["band"].as_str()),
        (Some(25), Some("high"))
    );
    assert_eq!(laser["at_risk"], true);
    // Somebody who wishes to move holds it: L is 3, and 3 × 5 is 15, high.
    folder.ok(&["post", "hold", "laser lab", "zain"]);
    folder.ok(&["horizon", "zain", "wish-to-move"]);
    let report = folder.json(&["show", "succession"]);
    let laser = post(&report, "Laser lab");
    assert_eq!(
        (
            laser["l"].as_u64(),
            laser["risk"].as_u64(),
            laser["band"].as_str()
        ),
        (Some(3), Some(15), Some("high"))
    );
    folder.ok(&["post", "release", "laser lab", "zain"]);
    assert_eq!(
        post(&folder.json(&["show", "succession"]), "Laser lab")["holders"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    folder.ok(&[
        "post",
        "set",
        "laser lab",
        "--title",
        "Laser suite",
        "--area",
        "none",
    ]);
    assert!(folder.ok(&["show", "succession"]).contains("Laser suite"));
    // Every step can be taken back.
    for _ in 0..6 {
        folder.ok(&["undo"]);
    }
    assert!(!folder.ok(&["show", "succession"]).contains("Laser"));
    assert!(folder.refused(&["undo"]).contains("nothing to undo"));
}

#[test]
fn s18_simulating_a_leaver_recomputes_coverage_and_changes_no_data() {
    let folder = Folder::with_sample();
    folder.ok(&["show", "overview"]);
    let before = folder.bytes();
    let report = folder.json(&[
        "what-if",
        "--leaves",
        "ewart",
        "--away",
        "zain",
        "--completes",
        "dilys",
    ]);
    assert_eq!(folder.bytes(), before, "not a byte of the folder changes");
    assert_eq!(report["supposed"].as_array().unwrap().len(), 3);
    let xrd = report["skills"].as_array().unwrap();
    let xrd = xrd.iter().find(|s| s["skill"]["id"] == "xrd").unwrap();
    assert_eq!(
        (
            xrd["before"]["state"].as_str(),
            xrd["after"]["state"].as_str()
        ),
        (Some("one-holder"), Some("no-holder"))
    );
    let figure = |name: &str| {
        let all = report["figures"].as_array().unwrap();
        let found = all.iter().find(|f| f["name"] == name).unwrap();
        (
            found["before"]["n"].as_u64().unwrap(),
            found["after"]["n"].as_u64().unwrap(),
        )
    };
    // Dilys is ready once her course is passed; X-ray diffraction goes with Ewart.
    assert_eq!(figure("ready now"), (1, 2));
    assert_eq!(figure("at risk"), (2, 1));
    assert_eq!(figure("no holder"), (1, 2));
    let suite = report["posts"].as_array().unwrap();
    let suite = suite
        .iter()
        .find(|p| p["post"]["id"] == "xray-suite")
        .unwrap();
    assert_eq!(
        (suite["before"]["l"].as_u64(), suite["after"]["l"].as_u64()),
        (Some(4), Some(5))
    );
    assert_eq!(suite["after"]["risk"], 20);
    let text = folder.ok(&["what-if", "--leaves", "ewart"]);
    assert!(text.contains("Nothing is written.") && text.contains(FAIRNESS));
    assert!(text.contains("X-ray diffraction: one holder (Ewart Lindqvist) → no holder"));
    assert!(folder.refused(&["undo"]).contains("nothing to undo"));
}

#[test]
fn whoever_leaves_is_not_said_to_be_away_as_well() {
    let folder = Folder::with_sample();
    let both = ["what-if", "--leaves", "ewart", "--away", "ewart"];
    let report = folder.json(&both);
    let supposed = report["supposed"].as_array().unwrap();
    assert_eq!(supposed.len(), 1, "{supposed:?}");
    assert_eq!(supposed[0]["what"], "leaves");
    let said = folder.ok(&both);
    assert!(said.contains("Ewart Lindqvist leaves") && !said.contains("is away"));
    let leaves = folder.json(&["what-if", "--leaves", "ewart"]);
    assert_eq!(report["figures"], leaves["figures"]);
}

#[test]
fn a_nomination_for_a_post_that_is_not_scored_is_told_as_well() {
    let folder = Folder::with_sample();
    let head = "Nominated for posts that are not scored";
    assert!(!folder.ok(&["show", "succession"]).contains(head));
    folder.ok(&["nominate", "cryogenics", "edie"]);
    folder.ok(&["nominate", "cryogenics", "bea"]);
    let report = folder.json(&["show", "succession"]);
    let one = report["not_scored"].as_array().unwrap();
    assert_eq!(one.len(), 1);
    assert_eq!(one[0]["post"]["id"], "cryogenics");
    let said = folder.ok(&["show", "succession"]);
    assert!(said.contains(head), "{said}");
    assert!(
        said.contains("  Cryogenics Technician: Bea Oyelaran, Edie Swann\n"),
        "{said}"
    );
    // Once it is scored it stands with the others.
    folder.ok(&[
        "post",
        "factors",
        "cryogenics",
        "--impact",
        "3",
        "--statutory",
        "3",
        "--replace",
        "3",
        "--scarcity",
        "3",
    ]);
    let said = folder.ok(&["show", "succession"]);
    assert!(!said.contains(head) && said.contains("nominated: Edie Swann"));
}

#[test]
fn a_what_if_of_nobody_is_wrong_usage() {
    let folder = Folder::with_sample();
    assert_eq!(folder.run(&["what-if"]).status.code(), Some(2));
    assert!(
        folder
            .refused(&["what-if", "--leaves", "zzz"])
            .contains("nothing goes by that name")
    );
}

#[test]
fn s21_a_person_is_compared_and_gaps_become_objectives_in_one_step() {
    let folder = Folder::with_sample();
    let report = folder.json(&["compare", "dilys", "x-ray"]);
    assert_eq!(report["readiness"]["band"], "one-to-two");
    let lines = report["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 12);
    let rps = lines.last().unwrap();
    assert_eq!(
        (rps["must_have"]["id"].as_str(), rps["stand"].as_str()),
        (Some("rps"), Some("booked"))
    );
    let kofi = folder.json(&["compare", "kofi", "x-ray"]);
    let budget = kofi["lines"].as_array().unwrap();
    let budget = budget
        .iter()
        .find(|l| l["subject"]["id"] == "budget")
        .unwrap();
    // Budget offers exactly two options.
    let options = budget["options"].as_array().unwrap();
    assert_eq!(options.len(), 2);
    let plan = |folder: &Folder| {
        let report = folder.json(&["show", "person", "kofi"]);
        report["plan"]["objectives"].as_array().unwrap().clone()
    };
    let had = plan(&folder).len();
    folder.ok(&[
        "compare", "kofi", "x-ray", "--plan", "budget:2", "--plan", "rps", "--plan", "xrd",
    ]);
    let now = plan(&folder);
    assert_eq!(now.len(), had + 3);
    let new = &now[had];
    assert_eq!(new["subject"]["id"], "budget");
    assert_eq!(new["post"]["id"], "xray-suite");
    assert_eq!(new["option"], options[1]);
    assert_eq!(new["agreement"]["state"], "none", "a draft");
    assert_eq!(now[had + 1]["subject"], Value::Null);
    let again = folder.json(&["compare", "kofi", "x-ray"]);
    let planned = again["lines"].as_array().unwrap();
    assert_eq!(planned.iter().filter(|l| l["planned"] == true).count(), 3);
    folder.ok(&["undo"]);
    assert_eq!(plan(&folder).len(), had, "one step");
    assert!(
        folder
            .refused(&["compare", "kofi", "x-ray", "--plan", "budget:3"])
            .contains("there is no option 3")
    );
    assert!(
        folder
            .refused(&["compare", "dilys", "x-ray", "--plan", "safety"])
            .contains("nothing is missing there")
    );
}

#[test]
fn s07_a_skill_outside_the_framework_is_in_the_heatmap_and_not_in_the_index() {
    let folder = Folder::with_sample();
    let index = |folder: &Folder| folder.json(&["show", "overview"])["key"]["gap_index"].clone();
    let before = index(&folder);
    folder.ok(&["skill", "add", "Laser", "--code", "Las", "--target", "8.5"]);
    let report = folder.json(&["show", "overview"]);
    let coverage = report["coverage"].as_array().unwrap();
    let laser = coverage
        .iter()
        .find(|c| c["skill"]["name"] == "Laser")
        .unwrap();
    assert_eq!(
        (laser["target"].as_f64(), laser["state"].as_str()),
        (Some(8.5), Some("no-holder"))
    );
    folder.ok(&["review", "zain", "laser", "9"]);
    folder.ok(&["skill", "set", "laser", "--at-least", "1"]);
    let report = folder.json(&["show", "succession"]);
    let coverage = report["coverage"].as_array().unwrap();
    let laser = coverage
        .iter()
        .find(|c| c["skill"]["name"] == "Laser")
        .unwrap();
    assert_eq!(laser["state"], "one-holder");
    let sole = report["sole_cover"].as_array().unwrap();
    assert!(
        sole.iter()
            .any(|s| s["person"]["handle"] == "zain" && s["skills"][0]["name"] == "Laser")
    );
    assert_eq!(index(&folder), before);
    folder.ok(&["skill", "set", "laser", "--critical", "no"]);
    assert!(!folder.ok(&["show", "succession"]).contains("Laser"));
    assert!(
        folder
            .refused(&["skill", "add", "Welding", "--code", "toolong"])
            .contains("at most five letters")
    );
    // Two heads of the heatmap that look the same would be one too many.
    let taken = folder.refused(&["skill", "add", "Budget games", "--code", "bud"]);
    assert!(
        taken.contains("the code is that of Budget Management"),
        "{taken}"
    );
}

#[test]
fn what_a_post_asks_for_changes_who_is_ready() {
    let folder = Folder::with_sample();
    let band = |folder: &Folder| {
        let report = folder.json(&["compare", "noor", "electron microscopy"]);
        report["readiness"]["band"].as_str().unwrap().to_owned()
    };
    assert_eq!(band(&folder), "ready-now");
    let said = folder.refused(&[
        "post",
        "ask",
        "electron microscopy",
        "--must-have",
        "cranes",
    ]);
    assert!(said.contains("say it with --name"), "{said}");
    folder.ok(&[
        "post",
        "ask",
        "electron microscopy",
        "--must-have",
        "cranes",
        "--name",
        "Crane driving",
    ]);
    assert_eq!(band(&folder), "three-to-five");
    folder.ok(&[
        "post",
        "ask",
        "electron microscopy",
        "--must-have",
        "cranes",
        "--no",
    ]);
    assert_eq!(band(&folder), "ready-now");
    folder.ok(&["post", "ask", "electron microscopy", "--skill", "xrd"]);
    assert_ne!(band(&folder), "ready-now");
}

#[test]
fn a_nomination_and_the_decision_beside_the_computed_band() {
    let folder = Folder::with_sample();
    let nominees = |folder: &Folder| {
        let report = folder.json(&["show", "succession"]);
        post(&report, "CNC cell")["nominees"]
            .as_array()
            .unwrap()
            .clone()
    };
    assert!(
        folder
            .refused(&["nominate", "cnc cell", "jurek"])
            .contains("nobody follows themself")
    );
    let decided = ["nominate", "cnc cell", "bea", "--decision", "3-5"];
    assert!(folder.refused(&decided).contains("nominate them first"));
    folder.ok(&["nominate", "cnc cell", "bea"]);
    assert!(folder.refused(&decided).contains("the reason is needed"));
    let with = [&decided[..], &["--reason", "-"]].concat();
    assert!(folder.run_with(&with, "milling first").status.success());
    let known = nominees(&folder);
    let bea = known
        .iter()
        .find(|n| n["person"]["handle"] == "bea")
        .unwrap();
    assert_eq!(
        (
            bea["decision"]["band"].as_str(),
            bea["decision"]["reason"].as_str()
        ),
        (Some("three-to-five"), Some("milling first"))
    );
    assert_ne!(
        bea["readiness"]["band"], "three-to-five",
        "both stand side by side"
    );
    folder.ok(&["nominate", "cnc cell", "bea", "--withdraw"]);
    assert!(
        nominees(&folder)
            .iter()
            .all(|n| n["person"]["handle"] != "bea")
    );
    let said = folder.refused(&["horizon", "morwenna", "staying"]);
    assert!(said.contains("your own manager or reviewer"), "{said}");
}

#[test]
fn s22_every_export_that_shows_succession_says_who_appoints() {
    let folder = Folder::with_sample();
    for args in [
        &["show", "succession"][..],
        &["show", "overview"],
        &["show", "person", "dilys"],
        &["what-if", "--leaves", "ewart"],
        &["compare", "dilys", "x-ray"],
    ] {
        assert!(folder.ok(args).contains(FAIRNESS), "{args:?}");
        let json = folder.json(args).to_string();
        assert!(json.contains(FAIRNESS), "{args:?} --json");
    }
    let team = folder.beside("team");
    folder.ok(&["export", "team", team.to_str().unwrap()]);
    for file in ["nominations.csv", "critical.csv"] {
        let text = std::fs::read_to_string(team.join(file)).unwrap();
        assert!(text.contains(FAIRNESS), "{file}");
    }
    let readme = std::fs::read_to_string(team.join("README.md")).unwrap();
    assert!(readme.contains(FAIRNESS));
    let documents = folder.beside("documents");
    folder.ok(&["export", "automerge", documents.to_str().unwrap()]);
    let readme = std::fs::read_to_string(documents.join("README.txt")).unwrap();
    assert!(readme.contains(FAIRNESS));
    assert!(folder.ok(&["export", "plan", "dilys"]).contains(FAIRNESS));
    let subject = folder.beside("subject");
    folder.ok(&["export", "subject", "dilys", subject.to_str().unwrap()]);
    let mut said = 0;
    for entry in std::fs::read_dir(&subject).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        said += usize::from(text.contains(FAIRNESS));
    }
    assert_eq!(said, 2, "in the text and in the JSON");
    // What was exported imports again as it is.
    let again = Folder::new();
    again.ok(&["import", team.to_str().unwrap(), "--as", "morwenna"]);
    assert!(again.ok(&["show", "succession"]).contains("X-ray suite"));
}
