//! docs/json.md and the program say the same: every key that occurs is documented, every documented key occurs.

#![cfg(unix)]

mod common;

use common::folder::{Folder, copy, sample};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Keys of a section of the page, each with its type.
type Table = Vec<(String, String)>;

/// Types that are not parts.
const PLAIN: [&str; 5] = ["text", "yes/no", "number", "whole number", "date"];

fn page() -> (BTreeMap<String, Table>, BTreeMap<String, Table>) {
    let text = include_str!("../docs/json.md");
    let (mut kinds, mut parts) = (BTreeMap::new(), BTreeMap::new());
    let mut table: Option<(bool, String)> = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## kind: ") {
            table = Some((true, name.to_owned()));
        } else if let Some(name) = line.strip_prefix("## part: ") {
            table = Some((false, name.to_owned()));
        } else if line.starts_with("| `") {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let key = cells[1].trim_matches('`').to_owned();
            let kind = cells[2].trim_end_matches(", or null").to_owned();
            let (is_kind, name) = table.clone().expect("a heading before the table");
            let tables = if is_kind { &mut kinds } else { &mut parts };
            let rows: &mut Table = tables.entry(name).or_default();
            assert!(
                rows.iter().all(|(k, _)| *k != key),
                "“{key}” stands twice: {line}"
            );
            rows.push((key, kind));
        }
    }
    (kinds, parts)
}

fn expand(
    table: &Table,
    parts: &BTreeMap<String, Table>,
    prefix: &str,
    leaves: &mut BTreeMap<String, String>,
) {
    for (key, kind) in table {
        let path = format!("{prefix}{key}");
        if PLAIN.contains(&kind.as_str()) {
            leaves.insert(path, kind.clone());
        } else {
            let part = parts
                .get(kind)
                .unwrap_or_else(|| panic!("no part “{kind}” ({path})"));
            expand(part, parts, &format!("{path}."), leaves);
        }
    }
}

fn observe(value: &Value, path: &str, seen: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                observe(value, &path, seen);
            }
        }
        Value::Array(list) => {
            for value in list {
                observe(value, &format!("{path}[]"), seen);
            }
        }
        Value::Null => {}
        leaf => {
            seen.insert(path.to_owned(), leaf.clone());
        }
    }
}

fn fits(kind: &str, value: &Value) -> bool {
    match kind {
        "text" => value.is_string(),
        "yes/no" => value.is_boolean(),
        "whole number" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "date" => value
            .as_str()
            .is_some_and(|s| s.parse::<chrono::NaiveDate>().is_ok()),
        _ => false,
    }
}

/// Every kind of answer, from enough of them that each key has a value somewhere.
fn answers() -> Vec<Value> {
    let folder = Folder::with_sample();
    let mut answers = vec![
        folder.json(&["show", "overview"]),
        folder.json(&["show", "heatmap"]),
        folder.json(&["show", "framework"]),
    ];
    answers.push(folder.json(&["show", "succession"]));
    for screen in ["overview", "heatmap", "succession"] {
        answers.push(folder.json(&["show", screen, "--as-of", "2026-06-01"]));
    }
    for day in ["2025-11-21", "2026-09-01", "2026-11-01"] {
        answers.push(folder.json(&["show", "heatmap", "--since", day]));
    }
    answers.push(folder.json(&["history", "--most", "5000"]));
    let conflicts = folder.json(&["conflict", "list"]);
    let settled = conflicts["conflicts"].as_array().unwrap().iter();
    let settled = settled.clone().find(|c| c["others"].is_null()).unwrap();
    let settle = [
        "conflict",
        "settle",
        settled["conflict"].as_str().unwrap(),
        "1",
    ];
    folder.ok(&settle);
    folder.ok(&["undo"]);
    answers.push(conflicts.clone());
    answers.push(folder.json(&["conflict", "list"]));
    let whole = ["what-if", "--leaves", "ewart", "--completes", "dilys"];
    answers.push(folder.json(&whole));
    let some = ["what-if", "--away", "zain", "--completes", "dilys"];
    answers.push(folder.json(&some));
    for person in ["dilys", "kofi"] {
        answers.push(folder.json(&["compare", person, "x-ray suite"]));
    }
    let heatmap = answers[1].clone();
    let mut handles = BTreeSet::new();
    for group in heatmap["groups"].as_array().unwrap() {
        for row in group["rows"].as_array().unwrap() {
            handles.insert(row["person"]["handle"].as_str().unwrap().to_owned());
        }
    }
    for handle in &handles {
        answers.push(folder.json(&["show", "person", handle]));
    }
    let out = folder.beside("out");
    answers.push(folder.json(&["review", "dilys", "budget", "6"]));
    answers.push(folder.json(&["undo"]));
    folder.ok(&["objective", "add", "dilys", "Speak in public"]);
    folder.ok(&["action", "add", "dilys", "speak", "Give a talk"]);
    let along = ["action", "progress", "dilys", "give", "50", "--note", "-"];
    assert!(folder.run_with(&along, "half of it").status.success());
    folder.ok(&["action", "done", "dilys", "give"]);
    let talk = ["action", "discuss", "dilys", "give", "--text", "-"];
    let said = folder.run_with(&talk, "learning: much\napplication: here\nsupport: none\n");
    assert!(said.status.success());
    answers.push(folder.json(&["show", "actions"]));
    let along = ["objective", "progress", "dilys", "speak", "--note", "-"];
    assert!(folder.run_with(&along, "half of it").status.success());
    folder.ok(&["action", "add", "dilys", "speak", "Write a paper"]);
    let drop = ["objective", "drop", "dilys", "speak", "--reason", "-"];
    assert!(folder.run_with(&drop, "no time").status.success());
    answers.push(folder.json(&["show", "person", "dilys"]));
    answers.push(folder.json(&["show", "plan", "dilys"]));
    folder.ok(&["nominate", "cryogenics", "edie"]);
    answers.push(folder.json(&["show", "succession"]));
    answers.push(folder.json(&["export", "team", out.to_str().unwrap()]));
    answers.push(folder.json(&["doctor"]));
    let backup = folder.beside("backup");
    let backup = backup.to_str().unwrap();
    answers.push(folder.json(&["backup", backup, "--no-passphrase"]));
    answers.push(folder.json(&["restore", backup, "--replace"]));
    let changed = folder.beside("changed");
    copy(&sample(), &changed);
    let skills = changed.join("skills.csv");
    let csv = std::fs::read_to_string(&skills).unwrap();
    std::fs::write(
        &skills,
        csv.replacen("Confocal microscopy", "Confocal imaging", 1),
    )
    .unwrap();
    answers.push(folder.json(&["import", changed.to_str().unwrap(), "--dry-run"]));
    let fresh = Folder::new();
    let sample = sample();
    let import = [
        "import",
        sample.to_str().unwrap(),
        "--as",
        "morwenna",
        "--dry-run",
    ];
    answers.push(fresh.json(&import));
    let subject = folder.beside("subject");
    answers.push(folder.json(&["export", "subject", "dilys", subject.to_str().unwrap()]));
    let plan = folder.beside("plan.md");
    answers.push(folder.json(&["export", "plan", "dilys", plan.to_str().unwrap()]));
    let printed = folder.json(&["export", "plan", "dilys"]);
    assert_eq!(printed, folder.json(&["show", "plan", "dilys"]));
    let automerge = folder.beside("automerge");
    answers.push(folder.json(&["export", "automerge", automerge.to_str().unwrap()]));
    let file = std::fs::read_to_string(subject.join("subject.json")).unwrap();
    answers.push(serde_json::from_str(&file).unwrap());
    for list in [
        &["invite", "list"][..],
        &["device", "list"],
        &["transcribed"],
    ] {
        answers.push(folder.json(list));
    }
    exchanged(&folder, &mut answers);
    taken_away(&folder, &mut answers);
    answers.push(folder.json(&["person", "erase", "zain", "--yes"]));
    answers.push(folder.json(&["person", "erasures"]));
    answers.push(folder.json(&["device", "list"]));
    answers.push(folder.json(&["doctor"]));
    answers.push(folder.json(&["owner", "hand-over", "dilys", "--yes"]));
    answers
}

/// What is answered about other machines, with one that joined.
fn exchanged(folder: &Folder, answers: &mut Vec<Value>) {
    let guest = common::machines::joined(folder, "dilys");
    let file = folder.beside("for.bundle");
    let file = file.to_str().unwrap();
    answers.push(folder.json(&["bundle", "write", file, "--for", "dilys"]));
    answers.push(guest.json(&["bundle", "read", file]));
    answers.push(guest.json(&["sync"]));
    // Of others a technician's machine tells nothing, and says so.
    for shown in [
        &["show", "overview"][..],
        &["show", "overview", "--since", "2026-06-01"],
        &["show", "heatmap"],
        &["show", "succession"],
        &["show", "actions"],
        &["show", "person", "dilys"],
    ] {
        answers.push(guest.json(shown));
    }
}

/// What is answered where something is taken away: a manager loses a machine, lets somebody in with the next one, and has left long ago.
fn taken_away(folder: &Folder, answers: &mut Vec<Value>) {
    use common::machines::{carry, device, joined};
    // It was restored from a backup.
    folder.ok(&["owner", "confirm"]);
    folder.ok(&["person", "role", "kofi", "manager"]);
    for managed in ["zain", "maeve"] {
        folder.ok(&["person", "line-manager", managed, "kofi", "--yes"]);
    }
    let lost = joined(folder, "kofi");
    let second = joined(&lost, "kofi");
    lost.ok(&["objective", "add", "dilys", "Speak once more"]);
    carry(&lost, folder);
    let revoke = [
        "device",
        "revoke",
        &device(&lost),
        "--since",
        "2026-01-01",
        "--yes",
    ];
    answers.push(folder.json(&revoke));
    drop(second);
    let next = joined(folder, "kofi");
    next.ok(&["review", "zain", "budget", "7.5"]);
    let technician = joined(&next, "ewart");
    let further = joined(&technician, "ewart");
    technician.ok(&["mark", "budget", "7", "--share"]);
    carry(&technician, &next);
    carry(&next, folder);
    drop(further);
    answers.push(folder.json(&["device", "revoke", &device(&next), "--drop", "0", "--yes"]));
    answers.push(folder.json(&["person", "line-manager", "zain", "dilys", "--yes"]));
    // The last two have no device, and of them the facts are what matters.
    for person in ["ewart", "petra", "edie"] {
        answers.push(folder.json(&["person", "leave", person, "--yes"]));
    }
    let last = joined(folder, "kofi");
    let let_in = joined(&last, "maeve");
    last.ok(&["objective", "add", "dilys", "And again"]);
    carry(&last, folder);
    drop(let_in);
    answers.push(folder.json(&["person", "leave", "kofi", "--on", "2026-06-01", "--yes"]));
    for args in [
        &["person", "role", "dilys", "manager", "--yes"][..],
        &["person", "role", "dilys", "head", "--yes"],
        &["person", "role", "dilys", "manager", "--yes"],
    ] {
        answers.push(folder.json(args));
    }
}

/// Keys that are null or empty in every answer about the sample, each for its reason.
const SILENT: &[(&str, &str)] = &[
    // Only a machine that heard from other devices knows it.
    ("overview", "key.heard."),
    // Nothing that the sample refers to is missing, and nobody writes beside the test.
    ("export", "left_out[]"),
    ("done", "left[]"),
    ("doctor", "findings[]."),
    ("doctor", "keymap"),
    // Nothing of the sample is damaged.
    ("doctor", "repaired[]"),
    ("doctor", "lost[]"),
    #[cfg(not(target_os = "linux"))]
    ("doctor", "local_disk"),
    // Nothing is damaged, and the sample's people have no devices and no dated or ended rights in this folder.
    ("subject", "documents[].aside[]"),
    ("subject", "devices[]."),
    ("subject", "rights[].from"),
    ("subject", "rights[].until"),
    // Nobody is invited, and everything was imported by whoever looks: `cli_pairing` has both.
    ("invitations", "invitations[]."),
    ("transcribed", "marks[]."),
    ("devices", "devices[].let_in_by"),
    ("invitations", "guildhall.team."),
    ("devices", "guildhall.team."),
    // They have not met since one joined: `cli_sync` has that.
    ("sync", "machines[].met"),
    // Nothing was cut off or kept back.
    ("sync", "machines[].not_arrived."),
    ("sync", "guildhall.team."),
    ("bundle_written", "guildhall.team."),
    // That takes two sides, each on a machine of its own: `cli_plan` has them.
    ("plan", "plan.objectives[].agreement.on"),
    // Everybody writes here what is theirs: `cli_plan_notes` has what an import brought.
    ("plan", "plan.objectives[].notes[].typist."),
    ("plan", "plan.objectives[].actions[].notes[].typist."),
    ("person", "plan.objectives[].notes[].typist."),
    ("person", "plan.objectives[].actions[].notes[].typist."),
    // The owner may settle everything: `cli_conflict` has somebody who may not.
    ("conflicts", "conflicts[].others"),
    ("bundle_read", "guildhall.team."),
    ("bundle_read", "refused[]"),
    ("transcribed", "guildhall.team."),
    // These answer for a folder, not for a team's figures.
    ("import", "guildhall.team."),
    ("plan_written", "guildhall.team."),
    ("export", "guildhall.team."),
    ("automerge", "guildhall.team."),
    ("done", "guildhall.team."),
    ("doctor", "guildhall.team."),
    ("backup", "guildhall.team."),
    ("restore", "guildhall.team."),
    ("erasure", "guildhall.team."),
    ("erasures", "guildhall.team."),
    ("device_removed", "guildhall.team."),
    ("person_left", "guildhall.team."),
    ("rights_changed", "guildhall.team."),
    ("handed_over", "guildhall.team."),
];

#[test]
fn the_page_and_the_program_agree() {
    let (kinds, parts) = page();
    let mut seen: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for answer in answers() {
        assert_eq!(answer["guildhall"]["schema"], 1);
        let kind = answer["guildhall"]["kind"].as_str().unwrap().to_owned();
        observe(&answer, "", seen.entry(kind).or_default());
    }
    assert_eq!(
        seen.keys().collect::<Vec<_>>(),
        kinds.keys().collect::<Vec<_>>(),
        "kinds"
    );
    let mut wrong = Vec::new();
    for (kind, table) in &kinds {
        let mut documented = BTreeMap::new();
        expand(table, &parts, "", &mut documented);
        for (path, value) in &seen[kind] {
            match documented.get(path) {
                None => wrong.push(format!("{kind}: {path} is not documented")),
                Some(t) if !fits(t, value) => {
                    wrong.push(format!("{kind}: {path} is {value}, documented as {t}"));
                }
                Some(_) => {}
            }
        }
        for path in documented.keys() {
            let silent = SILENT
                .iter()
                .any(|(k, prefix)| k == kind && path.starts_with(prefix));
            if !silent && !seen[kind].contains_key(path) {
                wrong.push(format!("{kind}: {path} never occurs"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
