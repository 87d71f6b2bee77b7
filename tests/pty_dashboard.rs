//! The built dashboard in a pseudo-terminal: it opens, takes a mark, keeps it, and gives the terminal back on every way out.
#![cfg(unix)]

mod common;

use common::folder::{Folder, SAMPLE_DAY, text};
use common::pty::Pty;
use rustix::process::Signal;
use std::path::Path;

const WIDE: (u16, u16) = (120, 30);
const PURPOSE: &str = "not for redundancy";

fn open(folder: &Folder, env: &[(&str, &str)]) -> Pty {
    let data = folder.data();
    let args = ["--today", SAMPLE_DAY, "--data-dir", data.to_str().unwrap()];
    Pty::guildhall(&args, env, WIDE)
}

/// Waits until the heatmap's row of a person shows a text, or no longer does.
fn row_shows(pty: &Pty, name: &str, wanted: &str, there: bool) {
    pty.until(
        &format!("{wanted} in the row of {name}: {there}"),
        |screen| {
            let (_, cols) = screen.size();
            let mut rows = screen.rows(0, cols);
            rows.find(|row| row.trim_start_matches(['>', ' ']).starts_with(name))
                .is_some_and(|row| row.contains(wanted) == there)
        },
    );
}

/// The demo's folder as the program printed it.
fn demo_folder(pty: &Pty) -> String {
    let raw = text(&pty.raw());
    let start = raw.find("The demo is in ").expect("it says where it is") + 15;
    raw[start..].split(';').next().unwrap().trim().to_owned()
}

#[test]
fn a_mark_is_changed_and_is_there_after_reopening() {
    let folder = Folder::with_sample();
    let mut pty = open(&folder, &[]);
    pty.shows(&["Harbourne", PURPOSE]);
    pty.keys("g h");
    pty.shows(&["mode"]);
    pty.keys("/");
    pty.send(b"Dilys Hartnoll");
    pty.keys("Enter");
    pty.shows(&["Dilys Hartnoll"]);
    pty.shows_no("Edie Swann");
    pty.keys("g g j m");
    pty.send(b"9.5");
    pty.keys("Enter");
    pty.shows(&["saved"]);
    pty.keys("Ctrl-c");
    assert_eq!(pty.wait().exit_code(), 0);
    pty.assert_restored();

    let report = folder.json(&["show", "person", "dilys"]);
    let cells = report["rows"][0]["cells"].as_array().unwrap();
    let marked = cells.iter().find(|c| c["manager"]["points"] == 9.5);
    let marked = marked.expect("the mark is stored");
    assert_eq!(marked["manager"]["rater"]["handle"], "morwenna");

    let mut pty = open(&folder, &[]);
    pty.shows(&[PURPOSE]);
    pty.keys("g h /");
    pty.send(b"Dilys Hartnoll");
    pty.keys("Enter");
    pty.shows_no("Edie Swann");
    row_shows(&pty, "Dilys", "9.5", true);
    pty.keys("u");
    pty.shows(&["undone"]);
    row_shows(&pty, "Dilys", "9.5", false);
    pty.keys("Ctrl-c");
    assert_eq!(pty.wait().exit_code(), 0);
}

#[test]
fn a_command_beside_the_open_dashboard_shows_in_it() {
    let folder = Folder::with_sample();
    let mut pty = open(&folder, &[]);
    pty.shows(&[PURPOSE]);
    pty.keys("g h /");
    pty.send(b"Dilys Hartnoll");
    pty.keys("Enter");
    pty.shows_no("Edie Swann");
    folder.ok(&["review", "dilys", "budget", "9.5"]);
    row_shows(&pty, "Dilys", "9.5", true);
    folder.ok(&["undo"]);
    row_shows(&pty, "Dilys", "9.5", false);
    pty.keys("Ctrl-c");
    pty.wait();
}

#[test]
fn the_terminal_is_given_back_and_the_demo_removed_on_a_signal() {
    for (signal, number) in [(Signal::TERM, 15), (Signal::QUIT, 3)] {
        let mut pty = Pty::guildhall(&["demo"], &[], WIDE);
        pty.shows(&[PURPOSE]);
        let folder = demo_folder(&pty);
        assert!(Path::new(&folder).is_dir(), "{folder}");
        pty.signal(signal);
        let status = pty.wait();
        assert_eq!(status.exit_code(), 128 + number);
        pty.assert_restored();
        assert!(!Path::new(&folder).exists(), "{folder} is still there");
    }
}

#[test]
fn the_demo_says_where_it_is_and_goes() {
    let mut pty = Pty::guildhall(&["demo"], &[], WIDE);
    pty.shows(&[PURPOSE, "invented"]);
    let folder = demo_folder(&pty);
    assert!(Path::new(&folder).is_dir());
    pty.keys("q");
    assert_eq!(pty.wait().exit_code(), 0);
    pty.assert_restored();
    pty.until_raw("are gone");
    assert!(!Path::new(&folder).exists());
}

#[test]
fn a_kept_demo_opens_again_with_what_was_changed() {
    let folder = Folder::new();
    let kept = folder.data();
    let kept = kept.to_str().unwrap();
    let mut pty = Pty::guildhall(&["demo", "--keep", kept], &[], WIDE);
    // An edit may come before the store behind the demo is ready; it waits.
    pty.shows(&[PURPOSE]);
    pty.keys("g h /");
    pty.send(b"Dilys Hartnoll");
    pty.keys("Enter");
    pty.shows_no("Edie Swann");
    pty.keys("g g j m");
    pty.send(b"9.5");
    pty.keys("Enter");
    pty.shows(&["saved:"]);
    pty.keys("Ctrl-c");
    assert_eq!(pty.wait().exit_code(), 0);
    pty.until_raw("The demo is kept in");
    let report = folder.json(&["show", "overview"]);
    assert_eq!(report["key"]["at_risk"]["of"], 4);
    let person = folder.ok(&["show", "person", "dilys"]);
    assert!(person.contains("9.5 by manager"), "{person}");
    let mut again = open(&folder, &[]);
    again.shows(&["Harbourne", PURPOSE]);
    again.keys("q");
    assert_eq!(again.wait().exit_code(), 0);
}

#[test]
#[cfg(debug_assertions)]
fn a_panic_gives_the_terminal_back_and_then_prints() {
    let folder = Folder::with_sample();
    let mut pty = open(&folder, &[("GUILDHALL_FAULT", "fall over")]);
    pty.shows(&[PURPOSE]);
    pty.send(b"\x1b[200~fall over\x1b[201~");
    let status = pty.wait();
    assert_ne!(status.exit_code(), 0);
    pty.assert_restored();
    let raw = text(&pty.raw());
    let (left, printed) = (
        raw.rfind("\x1b[?1049l").unwrap(),
        raw.rfind("GUILDHALL_FAULT"),
    );
    assert!(
        printed.unwrap() > left,
        "the report comes after the screen is given back"
    );
}

#[test]
fn ctrl_z_gives_the_terminal_back_until_the_program_goes_on() {
    let folder = Folder::with_sample();
    let mut pty = open(&folder, &[]);
    pty.shows(&[PURPOSE]);
    pty.keys("Ctrl-z");
    pty.stopped();
    pty.until("main screen", |screen| {
        !screen.alternate_screen() && !screen.hide_cursor()
    });
    pty.assert_restored();
    pty.signal(Signal::CONT);
    pty.until("alternate screen", vt100::Screen::alternate_screen);
    pty.shows(&[PURPOSE]);
    pty.keys("q");
    assert_eq!(pty.wait().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn idle_draws_nothing_and_no_timer_wakes() {
    let folder = Folder::with_sample();
    let file = folder.beside("counters");
    let mut pty = open(&folder, &[("GUILDHALL_COUNTERS", file.to_str().unwrap())]);
    pty.shows(&[PURPOSE]);
    pty.keys("q");
    pty.wait();
    let counters = std::fs::read_to_string(file).unwrap();
    let count = |name: &str| -> u64 {
        let line = counters
            .lines()
            .find(|l| l.starts_with(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("{name} in {counters}"))[name.len() + 1..]
            .parse()
            .unwrap()
    };
    // One frame, one key: nothing drew or woke the loop for another reason, however long the test took between the two.
    assert_eq!(count("draws"), 1, "{counters}");
    assert_eq!(count("wakeups"), 1, "{counters}");
    assert_eq!(count("timer_wakeups"), 0, "{counters}");
    assert_eq!(count("document_loads"), 0, "{counters}");
}

#[test]
fn start_up_asks_the_terminal_nothing() {
    let folder = Folder::with_sample();
    let mut pty = open(&folder, &[]);
    pty.shows(&[PURPOSE]);
    pty.keys("Ctrl-z");
    pty.stopped();
    pty.until("main screen", |screen| {
        !screen.alternate_screen() && !screen.hide_cursor()
    });
    pty.signal(Signal::CONT);
    pty.until("alternate screen", vt100::Screen::alternate_screen);
    pty.resize(80, 24);
    pty.until("80 columns", |screen| screen.size() == (24, 80));
    pty.keys("q");
    pty.wait();
    let raw = text(&pty.raw());
    for query in [
        "\x1b[6n",
        "\x1b[c",
        "\x1b[>c",
        "\x1b]11;?",
        "\x1b[?u",
        "\x1b[?1003h",
    ] {
        assert!(!raw.contains(query), "{query:?} was sent");
    }
}

#[test]
fn without_colours_the_cursor_is_still_seen() {
    let folder = Folder::with_sample();
    let mut pty = open(&folder, &[("NO_COLOR", "1")]);
    pty.shows(&[PURPOSE]);
    let plain = pty.look(|screen| {
        let (rows, cols) = screen.size();
        let cells = || (0..rows).flat_map(move |r| (0..cols).map(move |c| (r, c)));
        let cell = |(r, c)| screen.cell(r, c).unwrap();
        assert!(cells().any(|at| cell(at).inverse()), "nothing is reversed");
        assert!(cells().any(|at| cell(at).bold()), "nothing is bold");
        cells().all(|at| {
            cell(at).fgcolor() == vt100::Color::Default
                && cell(at).bgcolor() == vt100::Color::Default
        })
    });
    assert!(plain, "a colour was drawn");
    pty.keys("q");
    pty.wait();
}

#[test]
fn without_a_team_the_next_steps_are_offered() {
    let folder = Folder::new();
    let mut pty = open(&folder, &[]);
    pty.shows(&[
        "There is no team in",
        "guildhall import PATH",
        "look at the demo",
    ]);
    pty.keys("q");
    assert_eq!(pty.wait().exit_code(), 1);
    pty.assert_restored();
    assert!(!folder.data().exists());

    let mut pty = open(&folder, &[]);
    pty.shows(&["look at the demo"]);
    pty.keys("d");
    pty.shows(&["Harbourne", PURPOSE]);
    pty.keys("q");
    assert_eq!(pty.wait().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn a_team_can_be_started_from_the_first_screen() {
    let folder = Folder::new();
    let mut pty = open(&folder, &[]);
    pty.shows(&["start a team of your own"]);
    pty.keys("i");
    pty.shows(&["Name of the team:"]);
    pty.send(b"Glass works\r");
    pty.shows(&["Your name:"]);
    pty.send(b"Ann Ash\r");
    pty.shows(&["nothing for none"]);
    pty.send(b"\r");
    // The dashboard waits until the recovery key has been seen.
    pty.shows(&["Recovery key, shown this once", "press"]);
    pty.send(b"\r");
    pty.until("the dashboard", |screen| {
        screen.alternate_screen() && common::pty::on_screen(screen, "Glass works")
    });
    pty.keys("q");
    assert_eq!(pty.wait().exit_code(), 0);
}

#[test]
fn a_damaged_folder_is_explained() {
    let folder = Folder::with_sample();
    std::fs::write(folder.data().join("team.db"), b"not a database at all").unwrap();
    let mut pty = open(&folder, &[]);
    pty.shows(&["cannot be opened", "leave"]);
    pty.keys("q");
    assert_eq!(pty.wait().exit_code(), 1);
    pty.assert_restored();
}

#[test]
fn feedback_stays_fresh_while_the_dashboard_is_open() {
    let folder = Folder::with_sample();
    let mut pty = open(&folder, &[]);
    pty.shows(&[PURPOSE]);
    pty.keys("g h /");
    pty.send(b"Dilys Hartnoll");
    pty.keys("Enter");
    pty.shows_no("Edie Swann");
    pty.keys("g g j Enter m");
    pty.send(b"9.5");
    pty.keys("Enter");
    pty.shows(&["saved"]);
    pty.keys("f");
    pty.shows(&["Feedback", "Ctrl-S save"]);
    pty.send(b"first words");
    pty.shows(&["first words"]);
    pty.send(b"\x13");
    pty.shows_no("Ctrl-S save");
    pty.keys("f");
    // What was just saved stands in the form, and more is added to it.
    pty.shows(&["Ctrl-S save", "first words"]);
    pty.send(b" and second");
    pty.shows(&["first words and second"]);
    pty.send(b"\x13");
    pty.shows_no("Ctrl-S save");
    // Once it is saved the cell shows it.
    pty.shows(&["first words and second"]);
    let shown = || folder.json(&["show", "person", "dilys"]).to_string();
    let report = shown();
    assert!(report.contains("first words and second"), "{report}");
    assert!(report.contains("9.5"), "{report}");
    // A second program writes another text; the open form of the first does not go over it unseen.
    pty.keys("f");
    pty.shows(&["Ctrl-S save", "first words and second"]);
    pty.send(b", mine");
    pty.shows(&["and second, mine"]);
    let column = folder.json(&["show", "person", "dilys"]);
    let cells = column["rows"][0]["cells"].as_array().unwrap();
    let marked = cells
        .iter()
        .find(|c| c["manager"]["points"] == 9.5)
        .unwrap();
    let id = marked["subject"]["id"].as_str().unwrap();
    let done = folder.run_with(
        &["review", "dilys", id, "9.5", "--feedback", "-"],
        "from elsewhere",
    );
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    pty.shows(&["Changed meanwhile", "from elsewhere", "and second, mine"]);
    pty.keys("Esc y");
    pty.keys("Ctrl-c");
    pty.wait();
    let report = shown();
    assert!(report.contains("from elsewhere"), "{report}");
    assert!(!report.contains(", mine"), "{report}");
}
