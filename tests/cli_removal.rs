//! Devices that are lost, people who leave, a team in other hands, and erasures that others confirm: several folders that exchange by
//! bundles, with the built program on each.
#![cfg(unix)]

mod common;

use common::folder::{Folder, copy};
use common::machines::{bundle, carry, device, joined, team, team_with_key};
use common::pty::Pty;

/// What a folder shows of somebody.
fn shown(folder: &Folder, person: &str) -> String {
    folder.ok(&["show", "person", person])
}

/// How a device stands in a folder.
fn standing(folder: &Folder, id: &str) -> String {
    let list = folder.json(&["device", "list"]);
    let all = list["devices"].as_array().unwrap();
    let found = all.iter().find(|d| d["device"] == id).unwrap();
    found["standing"].as_str().unwrap().to_owned()
}

/// The owner, a technician, and a manager who was made one.
fn three() -> (Folder, Folder, Folder) {
    let oak = team();
    let (elm, ash) = rest(&oak);
    (oak, elm, ash)
}

fn rest(oak: &Folder) -> (Folder, Folder) {
    let elm = joined(oak, "elm");
    let ash = joined(oak, "ash");
    let said = oak.ok(&["person", "role", "ash", "manager"]);
    assert!(said.contains("From today on: Ada Ash, manager"), "{said}");
    carry(oak, &ash);
    carry(oak, &elm);
    (elm, ash)
}

#[test]
fn what_a_lost_device_writes_later_counts_on_no_machine_in_whatever_order() {
    let (oak, elm, ash) = three();
    let id = device(&elm);
    elm.ok(&["mark", "safety", "7.5", "--share"]);
    carry(&elm, &oak);
    carry(&elm, &ash);
    // A thief goes on with it.
    elm.ok(&["mark", "safety", "2.5", "--share"]);
    elm.ok(&["mark", "budget", "1.5", "--share"]);
    let late = bundle(&elm, "late");

    let refused = oak.refused(&["device", "revoke", "elm", "--yes"]);
    assert!(refused.contains("--keep-all"), "{refused}");
    let refused = oak.refused(&["device", "revoke", "elm", "--keep-all"]);
    assert!(refused.contains("Edgar Elm's own record"), "{refused}");
    assert!(refused.contains("say --yes if you are sure"), "{refused}");
    assert_eq!(standing(&oak, &id), "takes part");
    let done = oak.ok(&["device", "revoke", &id[..8], "--keep-all", "--yes"]);
    assert!(done.contains("is removed"), "{done}");
    assert!(done.contains("has read already"), "{done}");
    assert!(done.contains("new keys"), "{done}");
    assert_eq!(standing(&oak, &id), "removed");

    // The owner hears of the thief's edits after the removal, the manager before.
    let read = oak.json(&["bundle", "read", &late]);
    assert_eq!(
        (&read["accepted"], &read["quarantined"]),
        (&0.into(), &2.into())
    );
    assert!(ash.json(&["bundle", "read", &late])["accepted"].as_u64() >= Some(2));
    assert!(shown(&ash, "elm").contains("2.5"));
    carry(&oak, &ash);
    for folder in [&oak, &ash] {
        let elm = shown(folder, "elm");
        assert!(elm.contains("7.5"), "{elm}");
        assert!(!elm.contains("2.5") && !elm.contains("1.5"), "{elm}");
        assert_eq!(
            folder.json(&["doctor"])["findings"]
                .as_array()
                .unwrap()
                .len(),
            0
        );
    }
    // What is written from now on is not for that device.
    oak.ok(&["review", "elm", "budget", "8.5"]);
    let later = bundle(&oak, "later");
    let refused = elm.refused(&["bundle", "read", &later]);
    assert!(
        refused.contains("nothing in it is for this device"),
        "{refused}"
    );
    ash.ok(&["bundle", "read", &later]);
    assert!(shown(&ash, "elm").contains("8.5"));
    // Its person comes back with another folder, and is nobody new.
    let again = joined(&oak, "elm");
    assert!(shown(&again, "elm").contains("8.5"));
}

#[test]
fn at_a_terminal_it_asks_since_when_and_shows_what_goes() {
    let (oak, elm, _) = three();
    elm.ok(&["mark", "safety", "7.5", "--share"]);
    elm.ok(&["mark", "budget", "2.5", "--share"]);
    carry(&elm, &oak);
    let data = oak.data();
    let args = [
        "--data-dir",
        data.to_str().unwrap(),
        "device",
        "revoke",
        "elm",
    ];
    let start = || Pty::guildhall(&args, &[("GUILDHALL_LOG", "")], (150, 40));
    let mut pty = start();
    pty.shows(&[
        "Since when do you no longer trust it?",
        "the device's own word",
    ]);
    pty.send(b"yesterday\n");
    pty.shows(&["a day or a moment is expected", "nothing was written"]);
    assert_eq!(pty.wait().exit_code(), 1);
    let mut pty = start();
    pty.shows(&["Since when"]);
    pty.send(b"2026-01-01\n");
    pty.shows(&["nothing counts", "if they are not to be believed", "Go on?"]);
    pty.send(b"no\n");
    pty.shows(&["the answer was not yes"]);
    assert_eq!(pty.wait().exit_code(), 1);
    assert!(shown(&oak, "elm").contains("2.5"));
    let mut pty = start();
    pty.shows(&["Since when"]);
    pty.send(b"last 1\n");
    pty.shows(&["Edgar Elm's own record", "1 no longer, from", "Go on?"]);
    pty.send(b"yes\n");
    pty.shows(&["is removed"]);
    assert_eq!(pty.wait().exit_code(), 0);
    let elm = shown(&oak, "elm");
    assert!(elm.contains("7.5") && !elm.contains("2.5"), "{elm}");
}

#[test]
fn a_manager_stops_a_lost_device_and_the_owner_confirms_it() {
    let (oak, elm, ash) = three();
    let id = device(&elm);
    elm.ok(&["mark", "safety", "7.5", "--share"]);
    elm.ok(&["mark", "budget", "2.5", "--share"]);
    carry(&elm, &ash);
    carry(&elm, &oak);
    // Of a technician only their own.
    let refused = elm.refused(&["device", "revoke", &device(&ash), "--all", "--yes"]);
    assert!(
        refused.contains(
            "ask Olive Oak or another manager: “please run on your device: guildhall device revoke"
        ),
        "{refused}"
    );
    let done = ash.ok(&["device", "revoke", &id, "--drop", "1", "--yes"]);
    assert!(done.contains("is stopped"), "{done}");
    assert!(done.contains("The owner confirms it"), "{done}");
    assert_eq!(standing(&ash, &id), "stopped");
    let again = ash.refused(&["device", "revoke", &id, "--all", "--yes"]);
    assert!(again.contains("already"), "{again}");
    carry(&ash, &oak);
    assert_eq!(standing(&oak, &id), "stopped");
    elm.ok(&["mark", "safety", "1.5", "--share"]);
    let late = bundle(&elm, "late");
    oak.ok(&["bundle", "read", &late]);
    oak.ok(&["device", "revoke", &id, "--keep-all", "--yes"]);
    assert_eq!(standing(&oak, &id), "removed");
    ash.ok(&["bundle", "read", &late]);
    carry(&oak, &ash);
    assert_eq!(standing(&ash, &id), "removed");
    for folder in [&oak, &ash] {
        let elm = shown(folder, "elm");
        assert!(elm.contains("7.5"), "{elm}");
        assert!(!elm.contains("2.5") && !elm.contains("1.5"), "{elm}");
    }
    // A person stops a device of their own, also the one that they sit at.
    let mine = device(&ash);
    let done = ash.json(&["device", "revoke", &mine, "--keep-all", "--yes"]);
    assert_eq!(done["by"], "stop");
    let refused = ash.refused(&["objective", "add", "elm", "Too late"]);
    assert!(
        refused.contains("this device was taken out of the team"),
        "{refused}"
    );
    assert!(shown(&ash, "elm").contains("7.5"), "it can still be read");
}

#[test]
fn whoever_leaves_has_no_device_and_no_right_and_what_they_wrote_stands() {
    let (oak, elm, ash) = three();
    // Somebody whom the leaver lets in stays.
    let second = joined(&ash, "ash");
    let second_id = device(&second);
    oak.ok(&["person", "line-manager", "elm", "ash", "--yes"]);
    carry(&oak, &ash);
    ash.ok(&["review", "elm", "safety", "8.5"]);
    carry(&ash, &oak);
    carry(&ash, &elm);
    oak.ok(&["objective", "add", "elm", "Weld alone"]);
    oak.ok(&["action", "add", "elm", "weld", "Buy a mask"]);

    let refused = ash.refused(&["person", "leave", "elm", "--yes"]);
    assert!(
        refused.contains("ask Olive Oak: “please run on your device: guildhall person leave elm”"),
        "{refused}"
    );
    let refused = oak.refused(&["person", "leave", "elm"]);
    for text in [
        "Hand in the shop",
        "Buy a mask",
        "no end of a contract",
        "never take part again",
    ] {
        assert!(refused.contains(text), "{text}: {refused}");
    }
    let refused = oak.refused(&["person", "leave", "oak", "--yes"]);
    assert!(refused.contains("hand-over"), "{refused}");
    let left = oak.json(&["person", "leave", "ash", "--yes"]);
    assert_eq!(left["devices"].as_array().unwrap().len(), 2);
    assert_eq!(left["rights"].as_array().unwrap().len(), 2);
    assert_eq!(left["stops"]["manages"][0]["handle"], "elm");
    assert_eq!(standing(&oak, &second_id), "removed");
    let done = oak.ok(&["person", "leave", "elm", "--yes"]);
    assert!(done.contains("Edgar Elm left"), "{done}");
    assert!(done.contains("copies and backups"), "{done}");

    ash.ok(&["review", "elm", "safety", "1.5"]);
    elm.ok(&["mark", "budget", "3.5", "--share"]);
    for folder in [&ash, &elm] {
        let late = bundle(folder, "late");
        assert!(oak.json(&["bundle", "read", &late])["quarantined"].as_u64() > Some(0));
    }
    let person = shown(&oak, "elm");
    assert!(person.contains("8.5"), "{person}");
    assert!(
        !person.contains("1.5") && !person.contains("3.5"),
        "{person}"
    );
    let again = oak.ok(&["person", "leave", "elm", "--yes"]);
    assert!(again.contains("nothing is written there"), "{again}");
}

#[test]
fn a_team_is_handed_over_and_the_former_owner_asks_the_new_one() {
    let (oak, elm, ash) = three();
    let refused = oak.refused(&["owner", "hand-over", "elm", "--yes"]);
    assert!(
        refused.contains("guildhall person role elm manager"),
        "{refused}"
    );
    let refused = oak.refused(&["owner", "hand-over", "ash"]);
    assert!(refused.contains("say --yes"), "{refused}");
    let done = oak.ok(&["owner", "hand-over", "ash", "--yes"]);
    assert!(done.contains("Ada Ash owns the team now"), "{done}");
    assert!(done.contains("recovery key"), "{done}");
    let ask = "ask Ada Ash: “please run on your device: guildhall person role elm manager”";
    let refused = oak.refused(&["person", "role", "elm", "manager"]);
    assert!(refused.contains(ask), "{refused}");
    // The new one has to hear of it first.
    let early = ash.refused(&["person", "role", "elm", "manager"]);
    assert!(early.contains("ask Olive Oak"), "{early}");
    carry(&oak, &ash);
    ash.ok(&["person", "role", "elm", "manager"]);
    carry(&ash, &oak);
    carry(&ash, &elm);
    elm.ok(&["objective", "add", "oak", "Hand over well"]);
    carry(&elm, &oak);
    assert!(shown(&oak, "oak").contains("Hand over well"));
    // The former owner is a manager still.
    oak.ok(&["review", "elm", "safety", "5.5"]);
    carry(&oak, &ash);
    assert!(shown(&ash, "elm").contains("5.5"));
    let same = ash.refused(&["person", "role", "elm", "manager"]);
    assert!(same.contains("already"), "{same}");
    let taken = ash.json(&["person", "role", "elm", "technician", "--yes"]);
    assert_eq!(taken["ended"][0]["right"], "manager");
    carry(&ash, &oak);
    let person = shown(&oak, "oak");
    assert!(
        person.contains("Hand over well"),
        "what was written by a right stands: {person}"
    );
}

#[test]
fn a_stolen_owners_device_is_outranked_by_the_recovery_key() {
    let (oak, key) = team_with_key();
    let (elm, ash) = rest(&oak);
    let (stolen, elm_id) = (device(&oak), device(&elm));
    oak.ok(&["review", "elm", "safety", "8.5"]);
    carry(&oak, &ash);
    let file = ash.secret_file("recovery", &key);
    let wrong = ash.secret_file("wrong", &key.to_lowercase().replace('-', " ")[1..]);
    let refused = ash.refused(&["owner", "recover", "--recovery-key-file", &wrong]);
    assert!(
        refused.contains("a letter is wrong or missing"),
        "{refused}"
    );
    let done = ash.ok(&["owner", "recover", "--recovery-key-file", &file]);
    assert!(done.contains("This device owns the team now"), "{done}");
    assert!(
        done.contains(&format!("guildhall device revoke {stolen}")),
        "{done}"
    );
    let spent = elm.secret_file("recovery", &key);
    // The thief knows nothing of it and goes on: adds, takes away, writes.
    oak.ok(&["person", "role", "elm", "manager"]);
    oak.ok(&["review", "elm", "safety", "1.5"]);
    // The technician hears the thief first, and believes it until the new owner is heard.
    carry(&oak, &elm);
    assert!(shown(&elm, "elm").contains("1.5"));
    oak.ok(&["device", "revoke", &elm_id, "--all", "--yes"]);
    let late = bundle(&oak, "late");
    ash.ok(&["device", "revoke", &stolen, "--keep-all", "--yes"]);
    ash.ok(&["bundle", "read", &late]);
    carry(&ash, &elm);
    for folder in [&ash, &elm] {
        assert_eq!(standing(folder, &stolen), "removed");
        assert_eq!(
            standing(folder, &elm_id),
            "takes part",
            "what was void takes nothing away"
        );
        let person = shown(folder, "elm");
        assert!(
            person.contains("8.5") && !person.contains("1.5"),
            "{person}"
        );
    }
    let same = ash.refused(&["person", "role", "elm", "technician", "--yes"]);
    assert!(same.contains("already"), "{same}");
    let refused = elm.refused(&["owner", "recover", "--recovery-key-file", &spent]);
    assert!(refused.contains("not signed"), "{refused}");
    // The next owner writes on, and the others take it.
    ash.ok(&["person", "role", "elm", "head"]);
    carry(&ash, &elm);
}

#[test]
fn of_a_copied_owners_device_removals_hold_and_additions_do_not_until_the_key_decides() {
    let (oak, key) = team_with_key();
    let (elm, ash) = rest(&oak);
    let (signs, elm_id) = (device(&oak), device(&elm));
    let thief = Folder::new();
    copy(&oak.data(), &thief.data());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(thief.data(), private).unwrap();
    }
    // A copy appends nothing before it has heard from others, unless somebody says that it may.
    let refused = thief.refused(&["person", "role", "elm", "head"]);
    assert!(refused.contains("owner confirm"), "{refused}");
    thief.ok(&["owner", "confirm"]);
    thief.ok(&["person", "role", "elm", "head"]);
    oak.ok(&["device", "revoke", &elm_id, "--keep-all", "--yes"]);
    let (one, other) = (bundle(&oak, "one"), bundle(&thief, "other"));
    ash.ok(&["bundle", "read", &other]);
    ash.ok(&["bundle", "read", &one]);
    carry(&ash, &oak);
    for folder in [&ash, &oak] {
        assert_eq!(standing(folder, &elm_id), "removed");
    }
    let refused = oak.refused(&["person", "role", "elm", "manager"]);
    assert!(refused.contains("recovery key settles it"), "{refused}");
    let file = ash.secret_file("recovery", &key);
    ash.ok(&["owner", "recover", "--recovery-key-file", &file]);
    ash.ok(&["device", "revoke", &signs, "--keep-all", "--yes"]);
    // Neither branch holds any more: the one removal that is still wanted is written again, and the addition is not there.
    ash.ok(&["device", "revoke", &elm_id, "--keep-all", "--yes"]);
    let same = ash.refused(&["person", "role", "elm", "technician", "--yes"]);
    assert!(same.contains("already"), "{same}");
}

#[test]
fn an_erasure_is_hidden_wherever_it_is_heard_of_and_says_who_has_not() {
    let (oak, elm, ash) = three();
    let (elm_id, ash_id) = (device(&elm), device(&ash));
    assert!(
        oak.ok(&["person", "erasures"])
            .contains("Nobody was erased")
    );
    oak.ok(&["person", "erase", "elm", "--yes"]);
    let listed = |folder: &Folder| folder.json(&["person", "erasures"])["erasures"][0].clone();
    let of = |seen: &serde_json::Value, id: &str| {
        let all = seen["machines"].as_array().unwrap();
        let found = all.iter().find(|m| m["device"] == id).unwrap();
        found["standing"].as_str().unwrap().to_owned()
    };
    let seen = listed(&oak);
    assert_eq!(of(&seen, &ash_id), "not heard from");
    assert_eq!(of(&seen, &elm_id), "taken out");
    assert_eq!(
        (&seen["stage"], &seen["done"]),
        (&"waiting".into(), &false.into())
    );
    assert!(shown(&ash, "elm").contains("Edgar Elm"));
    carry(&oak, &ash);
    ash.refused(&["show", "person", "elm"]);
    assert_eq!(listed(&ash)["stage"], "waiting");
    ash.ok(&["mark", "safety", "4.5", "--column", "g6", "--share"]);
    carry(&ash, &oak);
    let said = oak.ok(&["person", "erasures"]);
    assert!(said.contains("Ada Ash: heard from on"), "{said}");
    assert!(said.contains("backups, and copies of folders"), "{said}");
    assert!(!said.contains("Elm"), "{said}");
}
