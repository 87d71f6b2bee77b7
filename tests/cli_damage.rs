//! Damaged, missing and misplaced parts of a data folder: what can be read is, and the rest is named.

mod common;

use common::folder::{Folder, owner, sample, spoil, text};
use std::fs;

#[test]
fn one_document_that_cannot_be_read_does_not_keep_the_others_from_being_exported() {
    let folder = Folder::with_sample();
    let whole = folder.beside("whole");
    folder.ok(&["export", "team", whole.to_str().unwrap()]);
    for summary in [false, true] {
        spoil(&folder.data(), summary);
        let out = folder.beside(&format!("out-{summary}"));
        let run = folder.run(&["export", "team", out.to_str().unwrap()]);
        assert_eq!(run.status.code(), Some(1), "{}", text(&run.stderr));
        let said = text(&run.stderr);
        assert!(
            said.contains("cannot be read: the document “record” of "),
            "{said}"
        );
        assert!(text(&run.stdout).contains("files written"));
        // Everybody is there, and the marks of all others.
        let lines = |dir: &std::path::Path, file: &str| {
            let file = fs::read_to_string(dir.join(file)).unwrap();
            file.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let named = |dir: &std::path::Path| {
            let mut names = lines(dir, "people.csv");
            if summary {
                // What the person is called in files went with the record and the summary.
                for name in &mut names {
                    *name = name.split_once(',').unwrap().1.to_owned();
                }
            }
            names.sort();
            names
        };
        assert_eq!(named(&out), named(&whole));
        let (left, all) = (lines(&out, "marks.csv"), lines(&whole, "marks.csv"));
        assert!(left.len() < all.len() && left.len() * 100 > all.len() * 90);
        assert!(summary || left.iter().all(|line| all.contains(line)));
        let again = Folder::new();
        again.ok(&["import", out.to_str().unwrap(), "--as", &owner()]);
    }
}

#[test]
fn show_leaves_out_who_cannot_be_read_and_says_so() {
    let folder = Folder::with_sample();
    let before = folder.json(&["show", "heatmap"]);
    spoil(&folder.data(), true);
    let run = folder.run(&["show", "heatmap", "--json"]);
    assert_eq!(run.status.code(), Some(1), "{}", text(&run.stderr));
    assert!(
        text(&run.stderr).contains("left out of every figure"),
        "{}",
        text(&run.stderr)
    );
    let after: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let people = |report: &serde_json::Value| -> usize {
        let groups = report["groups"].as_array().unwrap();
        groups
            .iter()
            .map(|g| g["rows"].as_array().unwrap().len())
            .sum()
    };
    assert_eq!(people(&after) + 1, people(&before));
    // An import would take who is missing for somebody new: it is refused.
    let path = sample();
    folder.refused(&["import", path.to_str().unwrap()]);
}

#[test]
fn a_key_without_a_team_is_not_an_empty_folder() {
    let path = sample();
    let import = ["import", path.to_str().unwrap(), "--as", &owner()].map(str::to_owned);
    let import: Vec<&str> = import.iter().map(String::as_str).collect();
    let init = ["init", "--team", "T", "--name", "Ann"];
    for empty in [false, true] {
        let folder = Folder::with_sample();
        let team = folder.data().join("team.db");
        let key = fs::read(folder.data().join("key")).unwrap();
        for tail in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(folder.data().join(format!("team.db{tail}")));
        }
        if empty {
            fs::write(&team, "").unwrap();
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                fs::set_permissions(&team, fs::Permissions::from_mode(0o600)).unwrap();
            }
        }
        for args in [&["show", "overview"][..], &init, &import] {
            let said = folder.refused(args);
            assert!(said.contains("missing or empty"), "{args:?}: {said}");
        }
        assert_eq!(fs::read(folder.data().join("key")).unwrap(), key);
        assert_eq!(team.exists(), empty);
        // With the key out of the way a team can be begun.
        fs::rename(folder.data().join("key"), folder.beside("old-key")).unwrap();
        folder.ok(&init);
    }
}

#[test]
fn folders_in_the_place_of_files_are_named() {
    for name in ["team.db", "key"] {
        let folder = Folder::with_sample();
        let path = folder.data().join(name);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        let said = folder.refused(&["show", "overview"]);
        assert!(said.contains(&format!("{name} is not a file")), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_looked_into_is_not_an_empty_one() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let folder = Folder::with_sample();
    let mode = |mode| fs::set_permissions(folder.data(), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o000);
    let mut command = std::process::Command::new(common::program());
    command.arg("--data-dir").arg(folder.data());
    command.args(["show", "overview"]);
    // Whoever may do everything may also look; so somebody else does.
    if rustix::process::geteuid().is_root() {
        command.uid(65_534);
    }
    let output = command.output().unwrap();
    mode(0o700);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.to_lowercase().contains("permission denied"), "{said}");
    assert!(!said.contains("no team"), "{said}");
}

#[test]
fn a_made_up_team_with_long_histories_is_sound_from_the_start() {
    // Some of these people do not fit into a summary, and who may validate is limited.
    let folder = Folder::new();
    let data = folder.data();
    let data = data.to_str().unwrap();
    folder.ok(&["generate", "--people", "60", "--seed", "3", data]);
    assert!(folder.ok(&["doctor"]).contains("Nothing is wrong"));
}
