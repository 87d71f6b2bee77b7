//! The Sync screen, tickets and words through the real update loop: what is told, what is asked for, and that nothing moves under the cursor.

mod common;

use common::drive::Drive;
use guildhall::app::network::{
    Apart, Heard, Invited, Machine, Network, Order, Ticket, Uninvited, Way,
};
use guildhall::app::toast::Tone;
use guildhall::app::{Effect, Event, Screen};
use guildhall::domain::PersonId;
use std::sync::Arc;

/// 21 November 2026, 14:03 UTC.
const NOON: u64 = 1_795_269_780_000;

fn person(d: &Drive, name: &str) -> PersonId {
    let mut people = d.state.team.people.iter();
    let found = people.find(|p| p.name.get().starts_with(name));
    found
        .unwrap_or_else(|| panic!("nobody is called {name}"))
        .id
        .clone()
}

fn drive(size: (u16, u16)) -> Drive {
    let mut d = Drive::new(Arc::new(common::sample::team()), size);
    d.state.now_ms = NOON;
    d
}

fn machine(device: &str, person: Option<PersonId>) -> Machine {
    Machine {
        device: device.to_owned(),
        person,
        ..Machine::default()
    }
}

/// Dilys connected, Jurek exchanging for the first time, Bea away with edits that wait, a carrier, and somebody at the door.
fn busy(d: &Drive) -> Network {
    let mut dilys = machine("5f3a90c1", Some(person(d, "Dilys")));
    dilys.online = true;
    dilys.even = true;
    dilys.met_ms = Some(NOON);
    dilys.heard_ms = Some(NOON - 60_000);
    dilys.addresses = vec!["192.0.2.7:47474".to_owned()];
    let mut jurek = machine("77aa01b2", Some(person(d, "Jurek")));
    jurek.online = true;
    jurek.documents = 41;
    jurek.bytes = (3_250_000, 12_000);
    jurek.sending = 7;
    let mut bea = machine("0b1c2d3e", Some(person(d, "Bea")));
    bea.met_ms = Some(NOON - 86_400_000);
    bea.waiting = 3;
    bea.trouble = Some("nobody answers: is guildhall open there?".to_owned());
    let mut carrier = machine("ca441e40", None);
    carrier.waiting = 12;
    Network {
        way: Way::On,
        device: "a0b1c2d3".to_owned(),
        listening: vec!["192.0.2.5:47474".to_owned()],
        machines: vec![dilys, jurek, bea, carrier],
        invited: vec![
            Invited {
                number: 1,
                person: Some(person(d, "Gwil")),
                until_ms: NOON + 600_000,
                tries: 3,
                devices: vec!["e1e2e3e4".to_owned()],
            },
            Invited {
                number: 2,
                person: Some(person(d, "Morwenna")),
                until_ms: NOON + 900_000,
                tries: 3,
                devices: Vec::new(),
            },
        ],
        apart: vec![Apart {
            number: 9,
            author: Some(person(d, "Ravi")),
            about: Some(person(d, "Petra")),
            at_ms: NOON - 3_600_000,
            kind: "managers’ record".to_owned(),
            shown: true,
        }],
        forks: 1,
        nobody: false,
    }
}

fn seen(d: &mut Drive, network: Network) {
    d.event(Event::Network(Heard::Seen(Arc::new(network))));
}

fn orders(d: &Drive) -> Vec<Order> {
    let order = |e: &Effect| match e {
        Effect::Network(order) => Some(order.clone()),
        _ => None,
    };
    d.effects.iter().filter_map(order).collect()
}

#[test]
fn the_screen_shows_machines_requests_and_what_does_not_count() {
    for size in [(80, 24), (200, 50)] {
        let mut d = drive(size);
        let network = busy(&d);
        seen(&mut d, network);
        d.keys("g n");
        assert_eq!(d.state.screen(), Screen::Sync);
        insta::assert_snapshot!(format!("sync_{}x{}", size.0, size.1), d.snapshot());
    }
}

#[test]
fn empty_is_a_screen_and_every_way_of_not_being_connected_is_said() {
    let mut d = drive((80, 24));
    d.keys("g n");
    assert!(d.shows("Nobody else takes part yet."));
    insta::assert_snapshot!("sync_alone_80x24", {
        seen(
            &mut d,
            Network {
                way: Way::Alone,
                ..Network::default()
            },
        );
        d.snapshot()
    });
    let with = |d: &Drive, way: Way| Network { way, ..busy(d) };
    for (way, words) in [
        (Way::Off, "Edits are kept and go out when you switch it on"),
        (
            Way::Elsewhere,
            "Another guildhall is on the network for this folder",
        ),
        (
            Way::Failed("no socket".to_owned()),
            "Not on the network: no socket",
        ),
    ] {
        let network = with(&d, way.clone());
        seen(&mut d, network);
        assert!(d.shows(words), "{}", d.lines().join("\n"));
        d.keys("p");
        match way {
            Way::Elsewhere => assert!(orders(&d).len() == 1, "it is not ours to switch"),
            _ => assert_eq!(orders(&d).last(), Some(&Order::Switch(true))),
        }
    }
    let network = with(&d, Way::On);
    seen(&mut d, network);
    d.keys("p");
    assert_eq!(orders(&d).last(), Some(&Order::Switch(false)));
    // After ten seconds without anybody: what may be in the way, and what helps.
    let mut network = with(&d, Way::On);
    for machine in &mut network.machines {
        machine.online = false;
    }
    network.nobody = true;
    seen(&mut d, network);
    for words in [
        "block multicast",
        "--peer",
        "guildhall serve",
        "guildhall bundle",
    ] {
        assert!(d.shows(words), "{words}");
    }
}

#[test]
fn the_cursor_keeps_to_its_machine_while_others_come_and_go() {
    let mut d = drive((80, 24));
    let network = busy(&d);
    seen(&mut d, network.clone());
    d.keys("g n");
    // The cursor goes to Bea, past heads.
    for _ in 0..20 {
        if d.state.sync.lines[d.state.sync.cursor.line]
            .who
            .starts_with("Bea")
        {
            break;
        }
        d.keys("j");
    }
    let bea = d.state.sync.cursor.line;
    assert!(d.state.sync.lines[bea].who.starts_with("Bea"));
    let mut later = network;
    later.invited.clear();
    later.machines.remove(0);
    seen(&mut d, later);
    let line = &d.state.sync.lines[d.state.sync.cursor.line];
    assert!(line.who.starts_with("Bea"), "{line:?}");
    assert_ne!(d.state.sync.cursor.line, bea);
    d.keys("enter");
    for words in ["Bea", "nobody answers", "3 edits", "Reached at"] {
        assert!(d.shows(words), "{words}:\n{}", d.lines().join("\n"));
    }
    d.keys("esc k");
    assert!(d.state.sync.lines[d.state.sync.cursor.line].row.is_some());
    d.keys("j o");
    assert_eq!(d.state.screen(), Screen::Person);
}

#[test]
fn a_list_that_is_longer_than_the_screen_says_so_above_and_below() {
    let mut d = drive((80, 24));
    let mut network = busy(&d);
    seen(&mut d, network.clone());
    d.keys("g n");
    let arrows = |d: &Drive| {
        let at_end = |arrow: &'static str| {
            let edge = format!("{arrow}│");
            d.lines().iter().any(|l| l.trim_end().ends_with(&edge))
        };
        (at_end("↑"), at_end("↓"))
    };
    assert_eq!(arrows(&d), (false, false), "it fits");
    for n in 0..30 {
        network
            .machines
            .push(machine(&format!("c0ffee{n:02}"), None));
    }
    seen(&mut d, network);
    assert_eq!(arrows(&d), (false, true), "{}", d.lines().join("\n"));
    d.keys("pagedown pagedown");
    assert_eq!(arrows(&d), (true, true), "{}", d.lines().join("\n"));
    d.keys("G");
    assert_eq!(arrows(&d), (true, false), "{}", d.lines().join("\n"));
}

#[test]
fn whoever_closes_the_program_has_left_and_no_reason_is_given() {
    let mut d = drive((120, 30));
    let mut network = busy(&d);
    network.machines[0].online = false;
    network.machines[0].left_ms = Some(NOON - 60_000);
    seen(&mut d, network);
    d.keys("g n");
    assert!(
        d.shows("left 21 Nov 2026, 14:02 UTC"),
        "{}",
        d.lines().join("\n")
    );
    assert!(!d.shows("left 21 Nov 2026, 14:02 UTC ·"));
}

#[test]
fn a_clock_that_is_ahead_is_said_of_the_machine_that_has_it() {
    let mut d = drive((120, 30));
    let mut network = busy(&d);
    network.invited.clear();
    network.machines[0].ahead_ms = Some(42 * 60_000 + 5);
    seen(&mut d, network);
    d.keys("g n");
    let line = d.line_with("its clock is 42 minutes ahead of this machine’s");
    assert!(line.contains("Dilys Hartnoll"), "{line}");
    d.keys("enter");
    assert!(d.shows("Its clock"), "{}", d.lines().join("\n"));
}

#[test]
fn what_a_machine_counted_and_is_not_here_is_said_with_since_when() {
    for size in [(80, 24), (120, 30), (200, 50)] {
        let mut d = drive(size);
        let mut network = busy(&d);
        network.invited.clear();
        network.machines[2].not_arrived = Some((3, NOON - 86_400_000));
        seen(&mut d, network);
        d.keys("g n");
        let line = d.line_with("away, 3 edits not arrived since 20 Nov");
        assert!(line.contains("Bea"), "{line}");
        let said = d
            .lines()
            .iter()
            .filter(|l| l.contains("not arrived"))
            .count();
        assert_eq!(said, 1, "{}", d.lines().join("\n"));
        // All of it stands in the details.
        for _ in 0..2 {
            d.keys("down");
        }
        d.keys("enter");
        assert!(d.shows("Not arrived"), "{}", d.lines().join("\n"));
    }
}

#[test]
fn what_came_from_whom_is_told_once_and_a_first_exchange_when_it_is_through() {
    let mut d = drive((120, 30));
    let texts =
        |d: &Drive| -> Vec<String> { d.state.toasts.iter().map(|t| t.text.clone()).collect() };
    let mut network = busy(&d);
    network.invited.clear();
    seen(&mut d, network.clone());
    d.state.toasts.clear();
    // Jurek's first exchange: nothing is said piece by piece.
    network.machines[1].came = 400;
    seen(&mut d, network.clone());
    assert!(texts(&d).is_empty(), "{:?}", texts(&d));
    network.machines[1].even = true;
    seen(&mut d, network.clone());
    assert_eq!(texts(&d), ["400 edits came from Jurek Kerrigan"]);
    network.machines[1].came = 401;
    seen(&mut d, network.clone());
    assert_eq!(texts(&d).last().unwrap(), "1 edit came from Jurek Kerrigan");
    // Nothing new is no news.
    let before = d.state.toasts.len();
    seen(&mut d, network.clone());
    assert_eq!(d.state.toasts.len(), before);
    // What waited has arrived.
    network.machines[0].waiting = 2;
    seen(&mut d, network.clone());
    network.machines[0].waiting = 0;
    seen(&mut d, network.clone());
    assert_eq!(texts(&d).last().unwrap(), "sent to Dilys Hartnoll");
    // A new session counts from nothing.
    network.machines[1].came = 1;
    seen(&mut d, network);
    assert_eq!(texts(&d).last().unwrap(), "1 edit came from Jurek Kerrigan");
}

#[test]
fn the_status_line_says_who_asks_what_waits_and_who_is_connected() {
    let mut d = drive((120, 30));
    assert!(!d.shows("connected"), "nobody else takes part");
    let mut network = busy(&d);
    seen(&mut d, network.clone());
    d.event(Event::Resize(120, 30));
    let status = d.lines().last().unwrap().clone();
    assert!(status.contains("1 device asks to be let in"), "{status}");
    assert!(status.contains("2 connected"), "{status}");
    assert!(
        !status.contains("edits wait"),
        "Dilys has everything: {status}"
    );
    network.machines[0].waiting = 4;
    network.invited.clear();
    seen(&mut d, network.clone());
    assert!(
        d.lines().last().unwrap().contains("3 edits wait"),
        "the machine that lacks the fewest"
    );
    network.way = Way::Off;
    seen(&mut d, network.clone());
    assert!(d.lines().last().unwrap().contains("off the network"));
    // That it failed is said whoever else takes part.
    network.way = Way::Failed("no socket".to_owned());
    network.machines.clear();
    seen(&mut d, network);
    assert!(d.lines().last().unwrap().contains("not on the network"));
}

#[test]
fn a_ticket_is_asked_for_shown_and_its_words_are_typed_until_they_are_right() {
    for size in [(80, 24), (200, 50)] {
        let mut d = drive(size);
        let mut network = busy(&d);
        network.invited.clear();
        seen(&mut d, network.clone());
        d.keys("g n i G w i l enter");
        let gwil = person(&d, "Gwil");
        assert_eq!(orders(&d).last(), Some(&Order::Invite(gwil.clone())));
        let text = format!("guildhall1{}", "abcdefghij234567".repeat(11));
        d.event(Event::Network(Heard::Ticket(Box::new(Ticket {
            person: gwil.clone(),
            text: text.clone(),
            reachable: false,
        }))));
        assert!(d.shows("Ticket for Gwil Pascoe"));
        assert!(d.shows("same local network only"));
        assert!(
            !format!("{:?}", d.state.overlays).contains(&text),
            "it is a secret"
        );
        insta::assert_snapshot!(format!("ticket_{}x{}", size.0, size.1), d.snapshot());
        d.keys("esc");
        assert!(d.state.overlays.is_empty());

        network = busy(&d);
        network.invited.truncate(1);
        seen(&mut d, network.clone());
        assert!(
            d.state
                .toasts
                .iter()
                .any(|t| t.text.contains("came with the ticket for Gwil"))
        );
        d.keys("g g enter");
        assert!(
            d.shows("Let a device in: Gwil Pascoe"),
            "{}",
            d.lines().join("\n")
        );
        d.keys("enter");
        assert!(d.state.overlays.len() == 1, "nothing was typed");
        d.event(Event::Paste(
            "abandon ability able about above absent".to_owned(),
        ));
        d.keys("enter enter");
        let confirms = |d: &Drive| {
            let is = |o: &&Order| matches!(o, Order::Confirm { .. });
            orders(d).iter().filter(is).count()
        };
        assert_eq!(confirms(&d), 1, "what is being compared is not sent twice");
        d.event(Event::Network(Heard::NotLetIn {
            invitation: 1,
            why: "those are not the words of a device that waits; tries left: 2".to_owned(),
        }));
        assert!(d.shows("tries left: 2"));
        insta::assert_snapshot!(format!("words_{}x{}", size.0, size.1), d.snapshot());
        d.keys("enter");
        assert_eq!(confirms(&d), 2, "what was typed is still there");
        d.event(Event::Network(Heard::LetIn {
            invitation: 1,
            person: Some(gwil),
        }));
        assert!(d.state.overlays.is_empty());
        assert_eq!(d.state.toasts.last().unwrap().text, "let in: Gwil Pascoe");
    }
}

#[test]
fn somebody_who_has_a_device_is_named_where_no_ticket_is_made() {
    let mut d = drive((120, 30));
    let gwil = person(&d, "Gwil");
    for (why, words) in [
        (
            Uninvited::HasDevice,
            "Gwil Pascoe has a device already: a further one they invite themselves",
        ),
        (Uninvited::ByOwner, "Gwil Pascoe is let in by the owner"),
    ] {
        d.event(Event::Network(Heard::NotInvited(gwil.clone(), why)));
        assert!(d.state.toasts.last().unwrap().text.contains(words));
    }
}

#[test]
fn several_devices_with_one_ticket_are_a_warning() {
    let mut d = drive((80, 24));
    let mut network = busy(&d);
    network.invited[0].devices.push("f0f1f2f3".to_owned());
    seen(&mut d, network);
    d.keys("g n");
    assert!(d.shows("others saw the ticket"), "{}", d.lines().join("\n"));
    d.keys("enter");
    assert!(d.shows("somebody else has seen it"));
}

#[test]
fn an_invitation_is_taken_back_and_an_edit_that_does_not_count_is_taken_over_only_after_a_question()
{
    let mut d = drive((120, 30));
    let network = busy(&d);
    seen(&mut d, network);
    d.keys("g n D");
    assert_eq!(
        orders(&d),
        [Order::Cancel(1)],
        "the cursor begins below the head"
    );
    d.keys("G enter");
    assert!(d.shows("Take this edit over?"));
    assert!(
        d.shows("Ravi Thornbury") && d.shows("no right to write it"),
        "{}",
        d.lines().join("\n")
    );
    d.keys("n");
    assert_eq!(orders(&d).len(), 1);
    d.keys("enter y");
    assert_eq!(orders(&d).last(), Some(&Order::TakeOver(9)));
    d.event(Event::Network(Heard::Said(
        Tone::Done,
        "taken over".to_owned(),
    )));
    assert!(d.shows("taken over"));
}

#[test]
fn nothing_on_this_screen_panics_at_any_size_or_key() {
    let network = {
        let d = drive((80, 24));
        busy(&d)
    };
    for size in [(0, 0), (1, 1), (59, 19), (60, 20), (61, 21), (500, 100)] {
        let mut d = drive(size);
        d.keys("g n");
        seen(&mut d, network.clone());
        d.keys("j j j j j j j j j j j j enter");
        d.draw();
        d.click(3, 3).click(3, 4).click(0, 0);
        d.event(Event::Network(Heard::Ticket(Box::new(Ticket {
            person: PersonId::new("nobody"),
            text: "x".repeat(4_000),
            reachable: true,
        }))));
        d.draw();
        seen(&mut d, Network::default());
        d.draw();
        d.keys("esc esc esc i");
        d.draw();
    }
}
