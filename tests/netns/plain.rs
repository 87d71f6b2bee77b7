//! Lines that work: found by multicast, or named.

use super::common::folder::Folder;
use super::common::lan::{Lan, What};
use super::common::machines::{confirm, device, team};
use super::{edits_cross, joined, shows, stop, with_elm};
use std::net::IpAddr;

/// Where a machine could be reached, as the other knows it.
fn known(folder: &super::Folder) -> usize {
    let standing = folder.json(&["sync"]);
    let machines = standing["machines"].as_array().unwrap();
    machines[0]["addresses"].as_array().unwrap().len()
}

#[test]
fn on_a_lan_without_a_way_out_machines_find_each_other_by_multicast() {
    let Some(lan) = Lan::of(2) else { return };
    let host = team();
    // The ticket names nothing that could be reached.
    let guest = joined(&lan, &host, Some("elm"), &[], |ticket| {
        assert!(ticket.addresses.contains(&Lan::at(0)), "{ticket:?}");
        ticket.addresses.clear();
    });
    assert_eq!((known(&host), known(&guest)), (0, 0));
    let mut at_host = lan.watch(0, &host.data(), &[]);
    let mut at_guest = lan.watch(1, &guest.data(), &[]);
    at_guest.line("Olive Oak");
    at_host.line("Edgar Elm");
    edits_cross(&host, &guest, "8.5", "7.5");
    // From now on they know each other's addresses as well.
    assert!(known(&host) > 0 && known(&guest) > 0);
    stop([at_host, at_guest]);
}

#[test]
fn without_multicast_a_named_address_is_enough() {
    let Some(lan) = Lan::of(2) else { return };
    let host = team();
    let guest = with_elm(&lan, &host, &["--no-mdns"]);
    let at = format!("{}:5151", Lan::ip_of(0));
    let peer = format!("{}@{at}", device(&host));
    let listening = ["--no-mdns", "--listen", &at];
    let mut at_host = lan.watch(0, &host.data(), &listening);
    let mut at_guest = lan.watch(1, &guest.data(), &["--no-mdns", "--peer", &peer]);
    at_guest.line("Olive Oak");
    at_host.line("Edgar Elm");
    edits_cross(&host, &guest, "8.5", "7.5");
    stop([at_host, at_guest]);
    let multicast = lan.seen().into_iter().find(|(_, what)| match what {
        What::Udp(_, to) => to.ip().is_multicast(),
        _ => false,
    });
    assert_eq!(multicast, None);
}

#[test]
fn a_carrier_passes_on_between_two_that_never_meet() {
    let Some(lan) = Lan::of(3) else { return };
    let host = team();
    let carries = Folder::new();
    let mut invite = lan.run(0, &host.data(), &["invite", "--carrier"]);
    let ticket = invite.ticket();
    let mut carrier = lan.run(2, &carries.data(), &["serve", "--join", &ticket]);
    confirm(&host, &carrier.words());
    let (status, out, error) = invite.end();
    assert_eq!(status, Some(0), "{out}{error}");
    carrier.line("Carrying for team ");
    carrier.line("Listening at ");
    let guest = with_elm(&lan, &host, &[]);
    lan.down(1);
    let before = lan.seen().len();
    let exchange = |i: usize, folder: &Folder| {
        let mut watch = lan.watch(i, &folder.data(), &[]);
        while !watch.line("a carrier (").contains("both hold the same now") {}
        stop([watch]);
    };
    host.ok(&["review", "elm", "budget", "8.5"]);
    exchange(0, &host);
    lan.down(0);
    lan.up(1);
    exchange(1, &guest);
    assert!(shows(&guest, "8.5"));
    guest.ok(&["mark", "safety", "7.5", "--share"]);
    exchange(1, &guest);
    lan.down(1);
    lan.up(0);
    exchange(0, &host);
    assert!(shows(&host, "7.5"));
    let ends = [Lan::ip_of(0), Lan::ip_of(1)].map(IpAddr::V4);
    let between = |what: &What| match what {
        What::Udp(from, to) => ends.contains(&from.ip()) && ends.contains(&to.ip()),
        _ => false,
    };
    let seen = lan.seen();
    // One that is off is not even called: its address is asked for, and nobody answers.
    let met = seen[before..].iter().find(|(_, what)| between(what));
    assert_eq!(met, None);
    stop([carrier]);
}
