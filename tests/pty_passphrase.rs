//! The passphrase typed in a pseudo-terminal: nothing is shown, three tries, and the terminal is given back on every way out.
#![cfg(unix)]

mod common;

use common::folder::Folder;
use common::pty::Pty;
use rustix::process::Signal;

const FIRST: &str = "violet harbour lantern";
const QUESTION: &str = "Passphrase of the team in";

fn start(folder: &Folder, args: &[&str]) -> Pty {
    let data = folder.data();
    let all = [&["--data-dir", data.to_str().unwrap()], args].concat();
    Pty::guildhall(&all, &[("GUILDHALL_LOG", "")], (200, 40))
}

fn line(pty: &mut Pty, text: &str) {
    pty.send(format!("{text}\n").as_bytes());
}

fn count(pty: &Pty, text: &str) -> usize {
    pty.screen().matches(text).count()
}

#[test]
fn three_tries_without_echo_and_a_clear_end() {
    let folder = Folder::protected(FIRST);
    let before = folder.bytes();
    let mut pty = start(&folder, &["show", "overview"]);
    for (n, typed) in ["violet harbor", "", "VIOLET"].iter().enumerate() {
        pty.until("the question", |s| {
            s.contents().matches(QUESTION).count() == n + 1
        });
        assert!(!pty.echoes());
        line(&mut pty, typed);
    }
    assert_eq!(pty.wait().exit_code(), 1);
    pty.assert_restored();
    assert!(pty.echoes());
    assert_eq!(count(&pty, QUESTION), 3);
    pty.shows(&[
        "2 tries are left",
        "1 try is left",
        "three passphrases were tried",
    ]);
    pty.shows(&["look for it where you keep it"]);
    let raw = String::from_utf8(pty.raw()).unwrap();
    assert!(!raw.to_lowercase().contains("violet"), "{raw}");
    assert_eq!(folder.bytes(), before);
}

#[test]
fn the_dashboard_asks_before_it_takes_the_screen() {
    let folder = Folder::protected(FIRST);
    let mut pty = start(&folder, &[]);
    pty.shows(&[QUESTION]);
    assert!(!pty.echoes());
    assert!(!pty.look(vt100::Screen::alternate_screen));
    line(&mut pty, "not this one");
    pty.shows(&["2 tries are left"]);
    assert!(!pty.echoes(), "typed ahead while the try is weighed");
    line(&mut pty, FIRST);
    pty.shows(&["1 Heatmap"]);
    assert!(pty.look(vt100::Screen::alternate_screen));
    pty.keys("Ctrl-c");
    assert_eq!(pty.wait().exit_code(), 0);
    pty.assert_restored();
    let raw = String::from_utf8(pty.raw()).unwrap();
    assert!(!raw.contains(FIRST) && !raw.contains("not this one"));
}

#[test]
fn a_signal_while_it_asks_gives_the_echo_back() {
    let folder = Folder::protected(FIRST);
    for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let mut pty = start(&folder, &["doctor"]);
        pty.shows(&[QUESTION]);
        assert!(!pty.echoes());
        pty.signal(signal);
        assert_eq!(pty.wait().exit_code(), status);
        pty.assert_restored();
    }
    let mut pty = start(&folder, &["doctor"]);
    pty.shows(&[QUESTION]);
    pty.send(&[3]);
    assert_eq!(pty.wait().exit_code(), 130);
    pty.assert_restored();
    // The end of input is an answer as well.
    let mut pty = start(&folder, &["doctor"]);
    pty.shows(&[QUESTION]);
    pty.send(&[4]);
    assert_eq!(pty.wait().exit_code(), 1);
    pty.assert_restored();
    pty.shows(&["no passphrase was typed"]);
}

#[test]
fn a_stop_while_it_asks_gives_the_echo_back_and_it_asks_again_afterwards() {
    let folder = Folder::protected(FIRST);
    let mut pty = start(&folder, &["doctor"]);
    pty.shows(&[QUESTION]);
    pty.send(&[26]);
    pty.stopped();
    pty.assert_restored();
    pty.signal(Signal::CONT);
    pty.until("the question again", |s| {
        s.contents().matches(QUESTION).count() == 2
    });
    assert!(!pty.echoes());
    line(&mut pty, FIRST);
    assert_eq!(pty.wait().exit_code(), 0);
    pty.assert_restored();
    pty.shows(&["Nothing is wrong."]);
}

#[test]
fn init_offers_a_passphrase_twice_typed() {
    let folder = Folder::new();
    let args = ["init", "--team", "Glass", "--name", "Ann Ash"];
    let mut pty = start(&folder, &args);
    pty.shows(&["nothing for none"]);
    assert!(!pty.echoes());
    line(&mut pty, "short");
    pty.shows(&["at least 8 characters"]);
    line(&mut pty, FIRST);
    pty.shows(&["The same again:"]);
    line(&mut pty, "something else");
    pty.shows(&["The two are not the same."]);
    line(&mut pty, FIRST);
    pty.until("asked again", |s| {
        s.contents().matches("The same again:").count() == 2
    });
    line(&mut pty, FIRST);
    assert_eq!(pty.wait().exit_code(), 0);
    pty.assert_restored();
    pty.shows(&["A passphrase protects it"]);
    let file = folder.secret_file("one", FIRST);
    folder.ok(&["show", "overview", "--passphrase-file", &file]);

    let folder = Folder::new();
    let mut pty = start(&folder, &args);
    pty.shows(&["nothing for none"]);
    line(&mut pty, "");
    assert_eq!(pty.wait().exit_code(), 0);
    pty.shows(&["No passphrase protects it: whoever"]);
    folder.ok(&["show", "overview"]);
}

#[test]
fn standard_input_and_output_may_be_files_while_it_asks() {
    let folder = Folder::protected(FIRST);
    let (program, data) = (common::program(), folder.data());
    let note = folder.secret_file("note", "kept the furnace going");
    let script = format!(
        "{program} --data-dir {0} mark safety 7 --column g6 --share --evidence - < {note} > {0}/../out; echo ended $?",
        data.display()
    );
    let mut pty = Pty::start("/bin/sh", &["-c", &script], &[], (200, 40));
    pty.shows(&[QUESTION]);
    line(&mut pty, FIRST);
    pty.shows(&["ended 0"]);
    pty.wait();
    pty.assert_restored();
    let file = folder.secret_file("one", FIRST);
    let out = folder.beside("exported");
    let args = ["export", "team", out.to_str().unwrap()];
    folder.ok(&[&args[..], &["--passphrase-file", &file]].concat());
    let marks = std::fs::read_to_string(out.join("marks.csv")).unwrap();
    assert!(marks.contains("kept the furnace going"), "{marks}");
}
