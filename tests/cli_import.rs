//! Import and export by the built program, on real folders.

mod common;

use common::folder::{Folder, copy, owner, sample, text};
use std::fs;

#[test]
fn a_second_import_changes_nothing() {
    let folder = Folder::with_sample();
    let before = folder.json(&["show", "heatmap"]);
    let again = folder.json(&["import", sample().to_str().unwrap()]);
    assert_eq!(again["added"], serde_json::json!([]), "{again}");
    assert_eq!(again["new_people"], serde_json::json!([]));
    assert_eq!(again["differs"], serde_json::json!([]));
    assert!(again["same"].as_u64().unwrap() > 1000);
    assert_eq!(folder.json(&["show", "heatmap"]), before);
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = Folder::new();
    let sample = sample();
    let path = sample.to_str().unwrap();
    let said = folder.json(&["import", path, "--as", "morwenna", "--dry-run"]);
    assert_eq!(said["dry_run"], true);
    assert_eq!(said["new_people"].as_array().unwrap().len(), 27);
    assert!(!folder.data().exists());

    let folder = Folder::with_sample();
    let changed = folder.beside("changed");
    copy(&sample, &changed);
    let skills = changed.join("skills.csv");
    let text = fs::read_to_string(&skills).unwrap();
    fs::write(
        &skills,
        text.replacen("Confocal microscopy", "Confocal imaging", 1),
    )
    .unwrap();
    let before = folder.json(&["show", "overview"]);
    let said = folder.json(&[
        "import",
        changed.to_str().unwrap(),
        "--dry-run",
        "--replace",
    ]);
    assert_eq!(said["differs"].as_array().unwrap().len(), 1, "{said}");
    assert_eq!(folder.json(&["show", "overview"]), before);
}

#[test]
fn a_value_that_differs_is_reported_and_needs_replace() {
    let folder = Folder::with_sample();
    let changed = folder.beside("changed");
    copy(&sample(), &changed);
    let skills = changed.join("skills.csv");
    let csv = fs::read_to_string(&skills).unwrap();
    fs::write(
        &skills,
        csv.replacen("Confocal microscopy", "Confocal imaging", 1),
    )
    .unwrap();
    let path = changed.to_str().unwrap();

    let said = folder.json(&["import", path]);
    let differs = &said["differs"][0];
    assert_eq!(differs["file"], "skills.csv");
    assert_eq!(differs["field"], "name");
    assert_eq!(differs["stored"], "Confocal microscopy");
    assert_eq!(differs["given"], "Confocal imaging");
    assert!(
        !folder
            .ok(&["show", "overview"])
            .contains("Confocal imaging")
    );

    let said = folder.json(&["import", path, "--replace"]);
    assert_eq!(said["replaced"], 1);
    assert!(
        folder
            .ok(&["show", "overview"])
            .contains("Confocal imaging")
    );
    let said = folder.json(&["import", path]);
    assert_eq!(said["differs"], serde_json::json!([]));
}

#[test]
fn every_mistake_is_printed_at_once_and_nothing_is_written() {
    let folder = Folder::new();
    let wrong = folder.beside("wrong");
    copy(&sample(), &wrong);
    let file = wrong.join("absences.csv");
    let csv = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{csv}nobody-here,x,2026-13-01,,leave\n")).unwrap();
    let file = wrong.join("critical.csv");
    let csv = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{csv}no-such-post,,9,1,1,1,because\n")).unwrap();
    fs::write(wrong.join("surprise.csv"), "a,b\n").unwrap();

    let said = folder.refused(&["import", wrong.to_str().unwrap(), "--as", "morwenna"]);
    for part in [
        "absences.csv:",
        "nobody-here",
        "2026-13-01",
        "critical.csv:",
        "no-such-post",
        "surprise.csv",
    ] {
        assert!(said.contains(part), "“{part}” is missing in:\n{said}");
    }
    assert!(!folder.data().exists());
}

#[test]
fn a_team_is_not_made_by_nobody() {
    let folder = Folder::new();
    let sample = sample();
    let path = sample.to_str().unwrap();
    assert!(folder.refused(&["import", path]).contains("--as morwenna"));
    let said = folder.refused(&["import", path, "--as", "zoe"]);
    assert!(said.contains("callum"), "{said}");
    assert!(!folder.data().exists());
}

#[test]
fn what_is_exported_imports_to_the_same_team() {
    let folder = Folder::with_sample();
    folder.ok(&["review", "dilys", "budget", "6"]);
    folder.run_with(
        &["review", "dilys", "safety", "8.5", "--feedback", "-"],
        "kept the store in order, \"twice\"\nand said so",
    );
    let out = folder.beside("out");
    folder.ok(&["export", "team", out.to_str().unwrap()]);

    let second = Folder::new();
    second.ok(&["import", out.to_str().unwrap(), "--as", "morwenna"]);
    for what in [&["overview"][..], &["heatmap"], &["framework"]] {
        let mut args = vec!["show"];
        args.extend(what);
        assert_eq!(folder.json(&args), second.json(&args), "show {what:?}");
    }
    let heatmap = folder.json(&["show", "heatmap"]);
    for group in heatmap["groups"].as_array().unwrap() {
        for row in group["rows"].as_array().unwrap() {
            let handle = row["person"]["handle"].as_str().unwrap();
            let args = ["show", "person", handle];
            assert_eq!(folder.json(&args), second.json(&args), "{handle}");
        }
    }
    // A third generation is the second, byte for byte.
    let again = second.beside("again");
    second.ok(&["export", "team", again.to_str().unwrap()]);
    let third = Folder::new();
    third.ok(&["import", again.to_str().unwrap(), "--as", "morwenna"]);
    assert_eq!(
        third.json(&["show", "heatmap"]),
        second.json(&["show", "heatmap"])
    );
}

#[test]
fn an_export_overwrites_nothing() {
    let folder = Folder::with_sample();
    let out = folder.beside("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("precious"), "x").unwrap();
    assert!(
        folder
            .refused(&["export", "team", out.to_str().unwrap()])
            .contains("not empty")
    );
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
}

#[test]
fn nothing_readable_stands_in_the_data_folder() {
    let folder = Folder::with_sample();
    folder.run_with(
        &["review", "dilys", "budget", "6", "--feedback", "-"],
        "quince marmalade notes",
    );
    let people = fs::read_to_string(sample().join("people.csv")).unwrap();
    let mut secrets: Vec<String> = people
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .flat_map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>())
        .flat_map(|cell| cell.split(' ').map(str::to_owned).collect::<Vec<_>>())
        // Three letters occur by chance in encrypted bytes.
        .filter(|word| word.len() >= 5)
        .collect();
    secrets.extend(["quince".into(), "marmalade".into(), "budget".into()]);
    secrets.extend(["Budget".into(), "not observed".into(), "Harbourne".into()]);
    assert!(secrets.len() > 40);
    for (path, bytes) in folder.bytes() {
        let contents = text(&bytes);
        for secret in &secrets {
            assert!(
                !contents.contains(secret.as_str()),
                "“{secret}” stands in {}",
                path.display()
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_named_and_not_passed_over() {
    let folder = Folder::with_sample();
    let team = folder.beside("special");
    copy(&sample(), &team);
    std::fs::remove_file(team.join("marks.csv")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", team.join("marks.csv")).unwrap();
    let said = folder.refused(&["import", team.to_str().unwrap()]);
    assert!(
        said.contains("marks.csv is neither a file nor a folder"),
        "{said}"
    );
}

#[test]
fn an_import_says_that_undo_does_not_take_it_back() {
    let folder = Folder::with_sample();
    let team = folder.beside("changed");
    copy(&sample(), &team);
    let people = std::fs::read_to_string(team.join("people.csv")).unwrap();
    std::fs::write(
        team.join("people.csv"),
        format!("{people}newcomer,Nina Newcomer,\n"),
    )
    .unwrap();
    let said = folder.ok(&["import", team.to_str().unwrap()]);
    assert!(said.contains("not a step that undo takes back"), "{said}");
}

#[test]
fn a_folder_named_like_a_table_is_not_passed_over() {
    let folder = Folder::new();
    let team = folder.beside("odd");
    copy(&sample(), &team);
    fs::remove_file(team.join("marks.csv")).unwrap();
    fs::create_dir(team.join("marks.csv")).unwrap();
    let said = folder.refused(&["import", team.to_str().unwrap(), "--as", &owner()]);
    assert!(said.contains("marks.csv is a folder"), "{said}");
    assert!(!said.contains("\n  : "), "{said}");
}

#[test]
fn what_is_added_is_what_is_there_afterwards() {
    let folder = Folder::new();
    let sample = sample();
    let path = sample.to_str().unwrap();
    let first = folder.json(&["import", path, "--as", &owner()]);
    let added: u64 = first["added"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["values"].as_u64().unwrap())
        .sum();
    assert_eq!(folder.json(&["import", path])["same"], added);
}

#[test]
fn what_one_person_alone_cannot_import_is_said_at_export_and_at_import() {
    // A team whose people all wrote for themselves: the demo's.
    let demo_folder = Folder::new();
    let day = common::folder::SAMPLE_DAY.parse().unwrap();
    let demo = guildhall::demo::Demo::prepare(Some(&demo_folder.data()), day).unwrap();
    drop(demo.plan().build().unwrap());
    let out = demo_folder.beside("out");
    let run = demo_folder.run(&["export", "team", out.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    let said = text(&run.stderr);
    let owner = owner();
    let rows =
        format!("29 rows about {owner}, the team's owner, cannot be imported by {owner} alone");
    assert!(said.contains(&rows), "{said}");

    let alone = Folder::new();
    let said = alone.ok(&["import", out.to_str().unwrap(), "--as", &owner]);
    let rows = format!("29 rows about {owner} are left out: they are what managers hold about");
    assert!(said.contains(&rows), "{said}");
    assert!(!said.contains("nobody here may write them"), "{said}");

    // The key line, figure by figure: nine marks of the owner's reviewer are missing, two of them below target.
    let (before, after) = (
        demo_folder.json(&["show", "overview"]),
        alone.json(&["show", "overview"]),
    );
    let pair = |report: &serde_json::Value, key: &str| {
        (
            report["key"][key]["n"].as_u64().unwrap(),
            report["key"][key]["of"].as_u64().unwrap(),
        )
    };
    assert_eq!(
        (pair(&before, "below_target"), pair(&after, "below_target")),
        ((80, 223), (78, 214))
    );
    assert_eq!(
        (pair(&before, "fresh"), pair(&after, "fresh")),
        ((258, 300), (258, 300))
    );
    assert_eq!(
        (
            &before["key"]["own_mark_only"],
            &after["key"]["own_mark_only"]
        ),
        (&35.into(), &44.into())
    );
    // Nobody but the importer has a device, and nobody has agreed to anything with one's own hand.
    assert!(before["key"]["heard"].is_object() && after["key"]["heard"].is_null());
    assert_eq!(
        (
            &before["actions"]["agreed"]["n"],
            &after["actions"]["agreed"]["n"]
        ),
        (&11.into(), &0.into())
    );
    for key in ["one_holder", "no_holder", "at_risk", "overdue"] {
        assert_eq!(before["key"][key], after["key"][key], "{key}");
    }
    assert_eq!(before["succession"], after["succession"]);
    assert_eq!(before["actions"]["lines"], after["actions"]["lines"]);

    // Cell by cell: nobody's figures differ but the owner's.
    let cells = |folder: &Folder| {
        let report = folder.json(&["show", "heatmap"]);
        let mut found = std::collections::BTreeMap::new();
        for group in report["groups"].as_array().unwrap() {
            for row in group["rows"].as_array().unwrap() {
                for cell in row["cells"].as_array().unwrap() {
                    let key = (
                        row["person"]["handle"].as_str().unwrap().to_owned(),
                        row["post"].to_string(),
                        cell["subject"].to_string(),
                    );
                    let figures = [
                        "expected",
                        "state",
                        "target",
                        "effective",
                        "gap",
                        "divergence",
                        "not_observed",
                        "conflict",
                        "changed_since",
                    ]
                    .map(|name| cell[name].clone());
                    found.insert(key, figures);
                }
            }
        }
        found
    };
    let (before, after) = (cells(&demo_folder), cells(&alone));
    assert!(before.keys().eq(after.keys()));
    let differ: Vec<&str> = before
        .iter()
        .filter(|(key, figures)| &after[*key] != *figures)
        .map(|(key, _)| key.0.as_str())
        .collect();
    assert_eq!(differ, vec![owner.as_str(); 9]);
}

#[test]
fn a_team_of_five_hundred_ends_within_the_envelopes_that_are_promised() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let made = std::process::Command::new(common::program())
        .args(["generate", "--people", "500"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let db = rusqlite::Connection::open(guildhall::store::team_file(&data)).unwrap();
    let one = |sql: &str| db.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap();
    let envelopes = one("SELECT count(*) FROM envelopes WHERE packed <> 1");
    println!("{envelopes} envelopes with a body");
    assert!((1_000..8_000).contains(&envelopes), "{envelopes}");
    assert_eq!(one("PRAGMA freelist_count"), 0);
}
