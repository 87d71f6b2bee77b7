//! Two people, two machines, two terminals: an invitation from the dashboard, six words, edits on both sides, something written apart and
//! settled, shown on both. And the demo with one of its people beside it.
#![cfg(unix)]

mod common;

use common::folder::{Folder, SAMPLE_DAY};
use common::machines::{HERE, Running, team};
use common::pty::{Pty, on_screen};
use std::path::Path;

/// The dashboard of a folder, on the network of this machine alone.
fn dashboard(data: &Path) -> Pty {
    let data = data.to_str().unwrap();
    let args = [&["--today", SAMPLE_DAY, "--data-dir", data][..], &HERE].concat();
    Pty::guildhall(&args, &[], (120, 40))
}

/// The ticket on screen, put together again.
fn ticket(pty: &Pty) -> String {
    let screen = pty.screen();
    let letters = |line: &str| {
        let line = line.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        line.to_owned()
    };
    let mut lines = screen.lines().map(letters);
    let mut text = lines.find(|l| l.starts_with("guildhall1")).unwrap();
    text.extend(lines.take_while(|l| !l.is_empty() && !l.contains(' ')));
    text
}

fn leave(mut pty: Pty) {
    pty.keys("Esc Esc Ctrl-c");
    assert_eq!(pty.wait().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn two_dashboards_invite_join_edit_and_settle() {
    let (manager, technician) = (team(), Folder::new());
    let mut olive = dashboard(&manager.data());
    olive.shows(&["Glass"]);
    olive.keys("g n");
    olive.shows(&["Nobody else takes part yet"]);
    olive.keys("i");
    olive.shows(&["Invite whom?"]);
    olive.keys("\"Edgar\" Enter");
    olive.shows(&["Ticket for Edgar Elm", "Their machine shows six words"]);
    let mut join = Running::new(&technician.data(), &["join", &ticket(&olive)]);
    let words = join.words();
    olive.keys("Esc");
    olive.shows(&["asks to be let in"]);
    olive.keys("g g Enter");
    olive.shows(&["Let a device in: Edgar Elm"]);
    // Words that are none first: nothing typed is lost, and it is said why.
    olive.keys("\"abandon\" Enter");
    olive.shows(&["six words are expected"]);
    olive.keys(&format!("Ctrl-u \"{}\" Enter", words.join(" ")));
    olive.shows(&["let in: Edgar Elm"]);
    let (status, out, error) = join.end();
    assert_eq!(status, Some(0), "{out}{error}");

    let mut edgar = dashboard(&technician.data());
    edgar.shows(&["Glass", "1 connected"]);
    olive.shows(&["Edgar Elm", "connected, both hold the same"]);
    // What one of them writes is on the other's screen.
    technician.ok(&["mark", "teamwork", "7.5", "--share"]);
    olive.until("what Edgar shared", |s| on_screen(s, "from Edgar Elm"));
    manager.ok(&["review", "elm", "teamwork", "6.5"]);
    edgar.until("what Olive wrote", |s| on_screen(s, "from Olive Oak"));

    // Off the network both write the same field; back on it both values are there.
    manager.ok(&[
        "objective",
        "add",
        "elm",
        "Grind lenses",
        "--subject",
        "safety",
        "--completion",
        "2027-01-31",
    ]);
    edgar.until("the objective", |s| on_screen(s, "from Olive Oak"));
    edgar.keys("g n p");
    edgar.shows(&["off the network"]);
    olive.until("he is away", |s| on_screen(s, "0 of 1 connected"));
    manager.ok(&[
        "objective",
        "edit",
        "elm",
        "grind",
        "--completion",
        "2027-02-28",
    ]);
    technician.ok(&[
        "objective",
        "edit",
        "elm",
        "grind",
        "--completion",
        "2027-03-31",
    ]);
    edgar.keys("p");
    for pty in [&edgar, &olive] {
        pty.shows(&["1 connected", "1 conflict"]);
    }
    olive.keys("g c");
    olive.shows(&["28 Feb 2027", "31 Mar 2027", "Olive Oak", "Edgar Elm"]);
    olive.keys("1");
    for pty in [&edgar, &olive] {
        pty.shows_no("1 conflict");
    }
    let date = |folder: &Folder| folder.json(&["show", "plan", "elm"])["plan"].to_string();
    assert_eq!(date(&manager), date(&technician));
    leave(edgar);
    olive.shows(&["0 of 1 connected"]);
    leave(olive);
}

#[test]
fn the_demo_is_shown_from_two_machines_at_once() {
    let temporary = tempfile::tempdir().unwrap();
    let env = [("TMPDIR", temporary.path().to_str().unwrap())];
    let mut without = Pty::guildhall(&["demo", "--as", "dilys"], &env, (120, 30));
    without.shows(&["no demo is open on this machine"]);
    assert_eq!(without.wait().exit_code(), 1);

    let main = Pty::guildhall(&["demo"], &env, (120, 30));
    main.shows(&["not for redundancy"]);
    let mut nobody = Pty::guildhall(&["demo", "--as", "zebedee"], &env, (120, 30));
    nobody.shows(&["nobody of the demo", "dilys"]);
    assert_eq!(nobody.wait().exit_code(), 1);

    let mut dilys = Pty::guildhall(&["demo", "--as", "dilys"], &env, (120, 30));
    dilys.shows(&["Dilys Hartnoll", "1 connected"]);
    main.shows(&["1 connected"]);
    // It begins with her own record, her plan with it, and shows nobody else's marks.
    dilys.shows(&["Senior Imaging Technician", "Become radiation protection"]);
    dilys.keys("g h");
    dilys.shows(&["Dilys Hartnoll"]);
    dilys.until("nobody else", |s| !on_screen(s, "Leena Lanyon"));
    // A mark of hers, shared, is on the other screen.
    dilys.keys("g i");
    dilys.shows(&["Service Delivery"]);
    dilys.keys("m");
    dilys.keys("Ctrl-u 7 Enter");
    dilys.shows(&["1 draft"]);
    dilys.keys("s y");
    main.until("what she shared", |s| on_screen(s, "from Dilys Hartnoll"));
    leave(dilys);
    main.shows_no("1 connected");
    leave(main);
}
