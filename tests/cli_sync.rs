//! Machines of a team that exchange, with the built program on each side.
#![cfg(unix)]

mod common;

use common::folder::Folder;
use common::machines::{HERE, Running, device, joined, team};

/// Exchanges once with the machine that listens there.
fn once(folder: &Folder, peer: &str) -> String {
    let args = ["sync", "--once", "--peer", peer];
    folder.ok(&[&args[..], &HERE].concat())
}

/// The value of a person's mark that somebody gave.
fn marks(folder: &Folder, person: &str) -> String {
    folder.ok(&["show", "person", person])
}

#[test]
fn what_either_writes_offline_is_on_both_after_one_exchange() {
    let host = team();
    let guest = joined(&host, "elm");
    guest.ok(&["mark", "safety", "7.5", "--share"]);
    host.ok(&["review", "elm", "budget", "8.5"]);
    let (watch, at) = Running::watching(&host, &[]);
    let said = once(&guest, &format!("{}@{at}", device(&host)));
    assert!(said.contains("Olive Oak"), "{said}");
    assert!(said.contains("both hold the same now"), "{said}");
    assert!(marks(&guest, "elm").contains("8.5"));
    assert!(marks(&host, "elm").contains("7.5"));
    let again = once(&guest, &format!("{}@{at}", device(&host)));
    assert!(again.contains("nothing new came"), "{again}");
    // What is written while the other listens arrives as well.
    host.ok(&["review", "elm", "budget", "9.5"]);
    once(&guest, &format!("{}@{at}", device(&host)));
    assert!(marks(&guest, "elm").contains("9.5"));
    let (status, out, error) = watch.stop();
    assert_eq!(status, Some(0), "{out}{error}");
    assert!(out.contains("Edgar Elm"), "{out}");
    for folder in [&host, &guest] {
        let standing = folder.json(&["sync"]);
        assert_eq!(standing["machines"].as_array().unwrap().len(), 1);
        assert_eq!(standing["machines"][0]["waiting"], 0);
        assert!(standing["machines"][0]["met"].is_string());
    }
}

#[test]
fn an_edit_on_one_side_appears_on_the_other_while_both_watch() {
    let host = team();
    let guest = joined(&host, "elm");
    let (mut at_host, at) = Running::watching(&host, &[]);
    let peer = format!("{}@{at}", device(&host));
    let (mut at_guest, _) = Running::watching(&guest, &["--peer", &peer]);
    at_guest.line("Olive Oak");
    at_host.line("Edgar Elm");
    host.ok(&["review", "elm", "budget", "8.5"]);
    assert!(at_guest.line("Olive Oak").contains("1 edit came"));
    assert!(marks(&guest, "elm").contains("8.5"));
    guest.ok(&["mark", "safety", "7.5", "--share"]);
    assert!(at_host.line("Edgar Elm").contains("came"));
    assert!(marks(&host, "elm").contains("7.5"));
    // A machine that is killed is dialled again when it is back, and what it missed comes then.
    at_host.kill();
    host.ok(&["review", "elm", "safety", "6.5"]);
    let (at_host, _) = Running::watching(&host, &["--listen", &at]);
    while !at_guest.line("Olive Oak").contains("edit came") {}
    assert!(marks(&guest, "elm").contains("6.5"));
    let (status, out, error) = at_host.stop();
    assert_eq!(status, Some(0), "{out}{error}");
    // Whoever ends it has left, and nothing is wrong.
    let left = at_guest.line_with(" left ");
    assert!(left.starts_with("Olive Oak"), "{left}");
    assert!(left.ends_with(" UTC"), "{left}");
    let (status, out, error) = at_guest.stop();
    assert_eq!(status, Some(0), "{out}{error}");
}

#[test]
fn where_nobody_answers_it_says_what_helps() {
    let host = team();
    let guest = joined(&host, "elm");
    // It knows the address from its ticket, and nobody listens there any more.
    let refused = guest.refused(&[&["sync", "--once"][..], &HERE].concat());
    assert!(
        refused.contains("no machine of the team answered"),
        "{refused}"
    );
    assert!(refused.contains("--peer ID@ADDRESS:PORT"), "{refused}");
    assert!(refused.contains("Olive Oak"), "{refused}");
    assert!(refused.contains("nobody answers"), "{refused}");
    assert!(!refused.contains("timed out"), "{refused}");
    let refused = guest.refused(&["sync", "--once", "--peer", "0000@127.0.0.1:1"]);
    assert!(
        refused.contains("no other device of the team begins so"),
        "{refused}"
    );
    let (watch, _) = Running::watching(&host, &[]);
    let refused = host.refused(&["sync", "--once"]);
    assert!(refused.contains("already exchanging"), "{refused}");
    watch.kill();
    // The claim ends with the process, in whatever way.
    let (watch, _) = Running::watching(&host, &[]);
    watch.stop();
}

#[test]
fn a_bundle_carries_the_same_where_there_is_no_network() {
    let host = team();
    let guest = joined(&host, "elm");
    host.ok(&["review", "elm", "budget", "8.5"]);
    guest.ok(&["mark", "safety", "7.5", "--share"]);
    let (there, back) = (host.beside("there.bundle"), host.beside("back.bundle"));
    let (there, back) = (there.to_str().unwrap(), back.to_str().unwrap());
    host.ok(&["bundle", "write", there, "--for", "elm"]);
    guest.ok(&["bundle", "write", back, "--for", "all"]);
    let refused = host.refused(&["bundle", "write", there, "--for", "all"]);
    assert!(refused.contains("--force"), "{refused}");
    let refused = host.refused(&["bundle", "write", "x.bundle", "--for", "ash"]);
    assert!(refused.contains("has no other device"), "{refused}");
    assert!(guest.ok(&["bundle", "read", there]).contains("new edit"));
    host.ok(&["bundle", "read", back]);
    assert!(marks(&guest, "elm").contains("8.5"));
    assert!(marks(&host, "elm").contains("7.5"));
    let again = host.json(&["bundle", "read", back]);
    assert_eq!(again["accepted"], 0);
    // Half of it brings what stands in that half.
    let half = host.beside("half.bundle");
    let bytes = std::fs::read(there).unwrap();
    std::fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    let refused = guest.refused(&["bundle", "read", half.to_str().unwrap()]);
    assert!(refused.contains("cut off or damaged"), "{refused}");
    // No name stands in it.
    for name in ["Elm", "Oak", "Glass"] {
        let held = bytes.windows(name.len()).any(|w| w == name.as_bytes());
        assert!(!held, "{name}");
    }
}

#[test]
fn a_device_that_was_taken_out_is_told_so_and_every_summary_stays_right() {
    let host = team();
    let guest = joined(&host, "elm");
    guest.ok(&["mark", "teamwork", "7", "--share"]);
    let (mut watching, at) = Running::watching(&host, &[]);
    let peer = format!("{}@{at}", device(&host));
    let once = [&["sync", "--once", "--peer", &peer][..], &HERE].concat();
    guest.ok(&once);
    watching.line_with("both hold the same now");
    // Just joined, it owes nobody what it got from there.
    let standing = guest.json(&["sync"]);
    assert_eq!(standing["machines"][0]["waiting"], 0, "{standing:#}");
    host.ok(&["device", "revoke", &device(&guest), "--keep-all", "--yes"]);
    assert!(host.ok(&["doctor"]).contains("Nothing is wrong"));
    let refused = guest.refused(&once);
    assert!(refused.contains("was taken out of the team"), "{refused}");
    assert!(
        !refused.contains("no machine of the team answered"),
        "{refused}"
    );
    let (status, out, error) = watching.stop();
    assert_eq!(status, Some(0), "{out}{error}");
}
