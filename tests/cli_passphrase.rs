//! The passphrase as the built program takes it: from files, from standard input, and typed on a terminal without echo.

mod common;

use common::folder::{Folder, text};

const FIRST: &str = "violet harbour lantern";
const SECOND: &str = "seven grey herons";

#[test]
fn a_protected_team_opens_with_its_passphrase_alone() {
    let folder = Folder::protected(FIRST);
    let right = folder.beside("first");
    let right = right.to_str().unwrap();
    folder.ok(&["show", "overview", "--passphrase-file", right]);
    let said = folder.refused(&["show", "overview"]);
    assert!(said.contains("no terminal"), "{said}");
    assert!(said.contains("--passphrase-file FILE"), "{said}");
    let wrong = folder.secret_file("wrong", "violet harbor lantern");
    let said = folder.refused(&["show", "overview", "--passphrase-file", &wrong]);
    assert!(said.contains("is not its passphrase"), "{said}");
    // That there is a team is said to everybody, before anybody types.
    let said = folder.refused(&["init", "--yes", "--team", "B", "--name", "C"]);
    assert!(said.contains("already"), "{said}");
    let said = folder.ok(&["doctor", "--passphrase-file", right]);
    let line = said
        .lines()
        .find(|l| l.starts_with("Protection"))
        .unwrap_or_else(|| panic!("{said}"));
    assert!(line.contains("passphrase: without it nobody"), "{line}");
    assert!(line.contains("locked in memory"), "{line}");
    #[cfg(unix)]
    assert!(line.ends_with("no core dumps"), "{line}");
    assert!(said.contains("Nothing is wrong."), "{said}");
}

#[test]
fn standard_input_carries_the_passphrase_in_its_first_line_and_a_note_behind_it() {
    let folder = Folder::protected(FIRST);
    let args = [
        "--passphrase-file",
        "-",
        "mark",
        "safety",
        "7",
        "--column",
        "g6",
        "--share",
        "--evidence",
        "-",
    ];
    let output = folder.run_with(&args, &format!("{FIRST}\nlooked after the kiln\n"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let out = folder.beside("out");
    let args = [
        "--passphrase-file",
        "-",
        "export",
        "team",
        out.to_str().unwrap(),
    ];
    let output = folder.run_with(&args, &format!("{FIRST}\n"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let marks = std::fs::read_to_string(out.join("marks.csv")).unwrap();
    assert!(marks.contains("looked after the kiln"), "{marks}");
    assert!(!marks.contains(FIRST));
    let output = folder.run_with(&["--passphrase-file", "-", "doctor"], "\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("first line is empty"));
}

#[test]
fn setting_changing_and_removing_leave_the_team_s_file_as_it_is() {
    let folder = Folder::new();
    folder.ok(&[
        "init",
        "--yes",
        "--no-passphrase",
        "--team",
        "Glass",
        "--name",
        "Ann Ash",
    ]);
    folder.ok(&["mark", "safety", "7", "--column", "g6"]);
    let team = || std::fs::read(folder.data().join("team.db")).unwrap();
    let key = || std::fs::read(folder.data().join("key")).unwrap();
    let before = (team(), key());
    let one = folder.secret_file("one", FIRST);
    let two = folder.secret_file("two", SECOND);
    let opens = |file: &str| {
        let args = ["show", "overview", "--passphrase-file", file];
        folder.run(&args).status.code() == Some(0)
    };

    let said = folder.refused(&["passphrase", "change"]);
    assert!(said.contains("there is none"), "{said}");
    let said = folder.refused(&["passphrase", "set"]);
    assert!(said.contains("no terminal"), "{said}");
    let short = folder.secret_file("short", "seven77");
    let said = folder.refused(&["passphrase", "set", "--passphrase-file", &short]);
    assert!(said.contains("8 characters"), "{said}");
    assert_eq!((team(), key()), before, "nothing was changed by refusals");

    let said = folder.ok(&["passphrase", "set", "--passphrase-file", &one]);
    assert!(said.contains("nobody can bring it back"), "{said}");
    assert_eq!(team(), before.0);
    assert!(opens(&one) && !opens(&two));
    assert_eq!(folder.run(&["show", "overview"]).status.code(), Some(1));
    // Whoever takes the disk: no part of what the plain key file held is in any file of the folder.
    let secrets = &before.1[17..before.1.len() - 8];
    assert_eq!(secrets.len(), 96);
    for (path, bytes) in folder.bytes() {
        for secret in secrets.chunks(8) {
            assert!(
                bytes.windows(8).all(|w| w != secret),
                "{} holds a secret",
                path.display()
            );
        }
    }
    let said = folder.refused(&["passphrase", "set", "--passphrase-file", &two]);
    assert!(said.contains("there is one already"), "{said}");

    let set = key();
    let args = [
        "passphrase",
        "change",
        "--new-passphrase-file",
        &two,
        "--passphrase-file",
    ];
    let said = folder.refused(&[&args[..], &[&two]].concat());
    assert!(said.contains("is not its passphrase"), "{said}");
    assert_eq!(key(), set);
    folder.ok(&[&args[..], &[&one]].concat());
    assert_eq!(team(), before.0);
    assert!(opens(&two) && !opens(&one));

    // Old and new on standard input, a line each.
    let args = [
        "passphrase",
        "change",
        "--new-passphrase-file",
        "-",
        "--passphrase-file",
        "-",
    ];
    let output = folder.run_with(&args, &format!("{SECOND}\n{FIRST}\n"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(opens(&one) && !opens(&two));

    folder.ok(&["passphrase", "remove", "--passphrase-file", &one]);
    assert_eq!((team(), key()), before, "as if it had never been there");
    let ran = folder.run(&["show", "overview"]);
    assert_eq!(text(&ran.stderr), "");
    // Whoever gives one takes the team for protected.
    let ran = folder.run(&["show", "overview", "--passphrase-file", &one, "--json"]);
    assert_eq!(ran.status.code(), Some(0), "a notice stops nothing");
    let said = text(&ran.stderr);
    assert_eq!(said.matches("--passphrase-file was not needed").count(), 1);
    assert!(said.contains("guildhall passphrase set"), "{said}");
}

#[test]
fn what_no_passphrase_means_is_said_where_a_team_begins() {
    let folder = Folder::new();
    let said = folder.ok(&["init", "--yes", "--team", "Glass", "--name", "Ann Ash"]);
    assert!(
        said.contains("No passphrase protects it: whoever"),
        "{said}"
    );
    let exported = folder.beside("exported");
    folder.ok(&["export", "team", exported.to_str().unwrap()]);
    let other = Folder::new();
    let output = other.run(&["import", exported.to_str().unwrap(), "--as", "ann"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("No passphrase protects it"));
    let third = Folder::new();
    let file = third.secret_file("one", FIRST);
    let args = ["import", exported.to_str().unwrap(), "--as", "ann"];
    third.ok(&[&args[..], &["--passphrase-file", &file]].concat());
    assert!(third.refused(&["doctor"]).contains("no terminal"));
    third.ok(&["doctor", "--passphrase-file", &file]);
    let both = ["init", "--no-passphrase", "--passphrase-file", &file];
    assert_eq!(Folder::new().run(&both).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_passphrase_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::protected(FIRST);
    let file = folder.beside("first");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = folder.refused(&["doctor", "--passphrase-file", file.to_str().unwrap()]);
    assert!(said.contains("chmod 600"), "{said}");
}
