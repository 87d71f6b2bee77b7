//! Two folders on one machine, with the built program on both sides: a ticket, six words, and a team on either side.
#![cfg(unix)]

mod common;

use common::folder::{Folder, text};
use common::machines::{HERE, Running, confirm, device, team};
use common::pty::Pty;
use std::fs;

#[test]
fn an_invited_person_has_the_team_and_answers_what_was_typed_for_them() {
    let (host, guest) = (team(), Folder::new());
    let mut invite = Running::new(&host.data(), &["invite", "elm", "--qr", "--ascii"]);
    let ticket = invite.ticket();
    let mut join = Running::new(&guest.data(), &["join", &ticket]);
    let words = join.words();
    invite.line("Device ");
    // Typed in a third process, by four letters each and in capitals.
    let short: Vec<String> = words
        .iter()
        .map(|w| w[..w.len().min(4)].to_uppercase())
        .collect();
    assert!(confirm(&host, &short).contains("Edgar Elm belongs to the team"));
    let (status, out, error) = join.end();
    assert_eq!(status, Some(0), "{out}{error}");
    assert!(out.contains("belongs to Glass now, as Edgar Elm. 3 people"));
    assert!(out.contains("Typed by others as your own marks"), "{out}");
    let (status, out, error) = invite.end();
    assert_eq!(status, Some(0), "{out}{error}");
    assert!(out.contains("####") && out.contains("Edgar Elm belongs to the team"));
    // The team is there, with what they may see of it.
    let person = guest.ok(&["show", "person", "elm"]);
    assert!(person.contains("Edgar Elm"), "{person}");
    let waiting = guest.json(&["transcribed"]);
    let marks = waiting["marks"].as_array().unwrap();
    assert_eq!(marks.len(), 2);
    let subjects: Vec<_> = marks.iter().map(|m| m["subject"]["id"].clone()).collect();
    assert!(subjects.contains(&"safety".into()) && subjects.contains(&"budget".into()));
    assert_eq!(marks[0]["typist"]["name"], "Olive Oak");
    guest.ok(&["transcribed", "accept", "safety"]);
    guest.ok(&["transcribed", "dispute", "budget"]);
    let none = guest.ok(&["transcribed"]);
    assert!(none.contains("waits for your answer"), "{none}");
    let refused = guest.refused(&["transcribed", "accept", "safety"]);
    assert!(refused.contains("nothing of that waits"), "{refused}");
    for folder in [&host, &guest] {
        let devices = folder.json(&["device", "list"]);
        let devices = devices["devices"].as_array().unwrap();
        assert_eq!(devices.len(), 2);
        assert!(devices.iter().all(|d| d["standing"] == "takes part"));
        assert_eq!(devices.iter().filter(|d| d["this"] == true).count(), 1);
    }
    assert!(!guest.data().join("joining").exists());
    // The same folder joins no second time, and the person is not invited once more.
    let again = guest.refused(&["join", &ticket]);
    assert!(again.contains("there is a team already"), "{again}");
    let again = host.refused(&["invite", "elm"]);
    let further = "Edgar Elm has a device already, so this would be a further one";
    assert!(again.contains(further), "{again}");
    let theirs = device(&guest);
    assert!(!again.contains(&theirs), "{again}");
}

#[test]
fn wrong_words_three_times_end_it_on_both_sides() {
    let (host, guest) = (team(), Folder::new());
    let mut invite = Running::new(&host.data(), &["invite", "elm"]);
    let ticket = invite.ticket();
    let mut join = Running::new(&guest.data(), &["join", &ticket]);
    let words = join.words();
    let listed = host.json(&["invite", "list"]);
    assert_eq!(listed["invitations"][0]["standing"], "requested");
    assert_eq!(
        listed["invitations"][0]["devices"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let unknown = host.refused(&["invite", "confirm", "abandom", "a", "b", "c", "d", "e"]);
    assert!(unknown.contains("perhaps abandon"), "{unknown}");
    let mut wrong = words.clone();
    wrong.rotate_left(1);
    assert_ne!(wrong, words, "six times one word comes once in 2^55 runs");
    for left in ["tries left: 2", "tries left: 1", "three times"] {
        let wrong: Vec<&str> = wrong.iter().map(String::as_str).collect();
        let said = host.refused(&[&["invite", "confirm"][..], &wrong].concat());
        assert!(said.contains(left), "{said}");
    }
    let (status, _, error) = join.end();
    assert_eq!(status, Some(1));
    assert!(
        error.contains("wrong words were typed three times"),
        "{error}"
    );
    let (status, _, error) = invite.end();
    assert_eq!(status, Some(1));
    assert!(
        error.contains("wrong words were typed three times"),
        "{error}"
    );
    // What was begun goes on with a new ticket: the same key, no second passphrase.
    let shown = guest.refused(&["show", "overview"]);
    assert!(shown.contains("guildhall join TICKET"), "{shown}");
    let key = fs::read(guest.data().join("key")).unwrap();
    let mut invite = Running::new(&host.data(), &["invite", "elm"]);
    let mut join = Running::new(&guest.data(), &["join", &invite.ticket()]);
    confirm(&host, &join.words());
    assert_eq!(join.end().0, Some(0));
    assert_eq!(invite.end().0, Some(0));
    assert_eq!(fs::read(guest.data().join("key")).unwrap(), key);
}

#[test]
fn one_process_is_on_the_network_and_answers_for_the_others() {
    let (host, guest) = (team(), Folder::new());
    let mut first = Running::new(&host.data(), &["invite"]);
    let _own = first.ticket();
    // The door is open and its address noted once the ticket is printed.
    let mut second = Running::new(&host.data(), &["invite", "--new", "Fay Fir"]);
    let ticket = second.ticket();
    second.line("Another guildhall is on the network");
    assert_eq!(second.end().0, Some(0));
    let taken = host.refused(&["invite", "--new", "fay  fir"]);
    assert!(taken.contains("is called"), "{taken}");
    let mut join = Running::new(&guest.data(), &["join", &ticket]);
    let words = join.words();
    assert!(confirm(&host, &words).contains("Fay Fir"));
    let (status, out, error) = join.end();
    assert_eq!(status, Some(0), "{out}{error}");
    assert!(out.contains("as Fay Fir. 4 people"), "{out}");
    // The first is still open; it is taken back, and its process says so.
    let listed = host.json(&["invite", "list"]);
    let open: Vec<_> = listed["invitations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|i| i["standing"] == "open")
        .collect();
    assert_eq!(open.len(), 1);
    let number = open[0]["number"].to_string();
    host.ok(&["invite", "cancel", &number]);
    let (status, _, error) = first.end();
    assert_eq!(status, Some(1));
    assert!(error.contains("it was taken back"), "{error}");
    let late = host.refused(&["invite", "cancel", &number]);
    assert!(late.contains("no open invitation"), "{late}");
    // A technician invites nobody else.
    let refused = guest.refused(&["invite", "elm"]);
    assert!(refused.contains("invited by managers"), "{refused}");
}

#[test]
fn words_are_typed_where_the_ticket_was_made() {
    let (host, guest) = (team(), Folder::new());
    let data = host.data();
    let args = [
        "--data-dir",
        data.to_str().unwrap(),
        "invite",
        "elm",
        HERE[0],
        HERE[1],
        HERE[2],
    ];
    let mut invite = Pty::guildhall(&args, &[], (240, 40));
    invite.shows(&["guildhall1", "Whoever else has the ticket"]);
    let screen = invite.screen();
    let ticket = screen
        .lines()
        .find(|l| l.starts_with("guildhall1"))
        .unwrap();
    let mut join = Running::new(&guest.data(), &["join", ticket]);
    let words = join.words();
    invite.shows(&[
        "came with the ticket",
        "The six words that its person reads",
    ]);
    invite.send(b"no words at all\r");
    invite.shows(&["is none of the words"]);
    invite.send(format!("{}\r", words.join("-")).as_bytes());
    invite.until_raw("belongs to the team with that device now");
    assert_eq!(invite.wait().exit_code(), 0);
    let (status, out, error) = join.end();
    assert_eq!(status, Some(0), "{out}{error}");
}

#[test]
fn while_somebody_is_asked_about_what_was_typed_for_them_machines_exchange() {
    let (host, guest) = (team(), Folder::new());
    let (mut watch, _) = Running::watching(&host, &[]);
    let mut invite = Running::new(&host.data(), &["invite", "elm"]);
    let ticket = invite.ticket();
    assert_eq!(invite.end().0, Some(0), "the one that watches answers");
    let data = guest.data();
    let args = [
        "--data-dir",
        data.to_str().unwrap(),
        "join",
        &ticket,
        "--no-passphrase",
        HERE[0],
        HERE[1],
        HERE[2],
    ];
    let mut join = Pty::guildhall(&args, &[], (240, 60));
    join.shows(&["Waiting until they are typed there"]);
    let screen = join.screen();
    let words = screen.lines().find(|l| l.starts_with("    ")).unwrap();
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    confirm(&host, &words);
    join.shows(&["accept it as yours, dispute it, or answer later?"]);
    // Nobody has answered yet.
    watch.line_with("both hold the same now");
    join.send(b"a\rl\r");
    join.until_raw("guildhall transcribed shows what is left");
    assert_eq!(join.wait().exit_code(), 0);
    let marks = guest.json(&["transcribed"])["marks"].clone();
    assert_eq!(marks.as_array().unwrap().len(), 1);
    watch.stop();
}

#[test]
fn what_is_no_ticket_is_said_before_anything_is_made() {
    let guest = Folder::new();
    for (ticket, why) in [
        ("hello", "begins with guildhall1"),
        ("guildhall1abc", "copy it once more"),
        ("guildhall1ab!", "holds “!”"),
    ] {
        let refused = guest.refused(&["join", ticket]);
        assert!(refused.contains(why), "{refused}");
    }
    let output = guest.run_with(&["join", "-"], "guildhall1abc\n");
    assert!(text(&output.stderr).contains("copy it once more"));
    assert!(!guest.data().exists());
}
