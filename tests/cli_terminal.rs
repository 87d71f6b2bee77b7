//! What the terminal can show, and days that rules cannot reckon with.

mod common;

use common::folder::{Folder, text};
use common::pty::Pty;
use std::process::Command;

fn show(folder: &Folder, args: &[&str], env: &[(&str, &str)]) -> String {
    let mut command = Command::new(common::program());
    command.arg("--data-dir").arg(folder.data());
    command.args(args);
    command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm");
    command.envs(env.iter().copied());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn ascii_is_ascii_in_every_report_and_whoever_asks_for_it() {
    let folder = Folder::with_sample();
    for what in [
        &["show", "overview"][..],
        &["show", "heatmap"],
        &["show", "person", "edie"],
        &["show", "framework"],
    ] {
        let full = show(&folder, what, &[]);
        assert!(!full.is_ascii(), "{what:?} has nothing to leave out");
        let mut asked = vec!["--ascii"];
        asked.extend(what);
        let plain = show(&folder, &asked, &[]);
        assert!(plain.is_ascii(), "{what:?}");
        assert_eq!(plain.lines().count(), full.lines().count());
        for env in [
            ("LC_ALL", "C"),
            ("LC_ALL", "en_GB.ISO-8859-1"),
            ("TERM", "dumb"),
        ] {
            assert_eq!(show(&folder, what, &[env]), plain, "{env:?}");
        }
    }
    // JSON is UTF-8 everywhere.
    let json = show(&folder, &["--ascii", "show", "overview", "--json"], &[]);
    assert_eq!(json, show(&folder, &["show", "overview", "--json"], &[]));
}

#[cfg(unix)]
#[test]
fn a_terminal_that_cannot_move_its_cursor_is_told_what_it_can_do() {
    let folder = Folder::with_sample();
    let data = folder.data();
    let args = ["--data-dir", data.to_str().unwrap()];
    let mut pty = Pty::guildhall(&args, &[("TERM", "dumb")], (120, 30));
    assert_eq!(pty.wait().exit_code(), 1);
    let said = text(&pty.raw());
    assert!(said.contains("guildhall show overview"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn days_out_of_reach_are_wrong_usage() {
    let folder = Folder::with_sample();
    for day in [
        "0001-01-01",
        "1899-12-31",
        "2201-01-01",
        "-262143-01-01",
        "soon",
    ] {
        let output = Command::new(common::program())
            .arg("--data-dir")
            .arg(folder.data())
            .arg(format!("--today={day}"))
            .args(["show", "overview"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{day}");
        assert!(
            text(&output.stderr).contains("is expected"),
            "{}",
            text(&output.stderr)
        );
    }
    for day in ["1900-01-01", "2200-12-31"] {
        show(&folder, &["--today", day, "show", "overview"], &[]);
    }
}
