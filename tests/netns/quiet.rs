//! What leaves a machine by default: nothing but to machines of the team, and to the local network's multicast address.

use super::common::lan::{Lan, What, until};
use super::common::machines::{device, team};
use super::{edits_cross, stop, with_elm};
use guildhall::limits::PORT as DEFAULT_PORT;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// Ports that nobody listens at, neighbours, routers and group members: what a system says by itself.
const BY_THE_SYSTEM: [u8; 6] = [1, 131, 133, 135, 136, 143];

fn is_own(at: &SocketAddr, team: &BTreeSet<IpAddr>) -> bool {
    team.contains(&at.ip())
}

fn is_allowed(what: &What, team: &BTreeSet<IpAddr>) -> bool {
    match what {
        What::Arp | What::Igmp => true,
        What::Icmp6(kind) => BY_THE_SYSTEM.contains(kind),
        // Nobody listens at that port (any more), says the system of a machine of the team.
        What::Other(0x0800, 1, Some(to)) => team.contains(to),
        What::Udp(from, to) => {
            let groups = ["224.0.0.251:5353", "[ff02::fb]:5353"];
            let announced = groups.contains(&to.to_string().as_str()) && is_own(from, team);
            announced || (is_own(from, team) && is_own(to, team))
        }
        What::Other(..) => false,
    }
}

#[test]
fn by_default_packets_go_to_machines_of_the_team_and_to_the_lan_alone() {
    let Some(lan) = Lan::of(2) else { return };
    (0..2).for_each(|i| lan.open_to_the_world(i));
    let host = team();
    let guest = with_elm(&lan, &host, &[]);
    let mut at_host = lan.watch(0, &host.data(), &[]);
    let mut at_guest = lan.watch(1, &guest.data(), &[]);
    at_guest.line("Olive Oak");
    at_host.line("Edgar Elm");
    edits_cross(&host, &guest, "8.5", "7.5");
    // Announcements have a beat of their own.
    until("an announcement by each", || {
        let to_group = |w: &What| matches!(w, What::Udp(_, to) if to.ip().is_multicast());
        let seen = lan.seen();
        (0..2).all(|from| seen.iter().any(|(i, w)| *i == from && to_group(w)))
    });
    stop([at_host, at_guest]);
    // Nobody is there: it looks further, and asks nobody else.
    let peer = format!("{}@{}", device(&host), Lan::at(0));
    let alone = lan.run(1, &guest.data(), &["sync", "--once", "--peer", &peer]);
    let (status, _, error) = alone.end();
    assert_eq!(status, Some(1), "{error}");
    assert!(error.contains("no machine of the team answered"), "{error}");

    let text = |args: &[&str]| {
        let spoken = (0..2).map(|i| lan.command(i).args(args).output().unwrap().stdout);
        let spoken: Vec<u8> = spoken.flatten().collect();
        String::from_utf8(spoken).unwrap()
    };
    let listed = text(&["ip", "-o", "addr", "show", "dev", "lan0"]);
    let words = listed.split_whitespace();
    let team: BTreeSet<IpAddr> = words
        .filter_map(|word| word.split_once('/')?.0.parse().ok())
        .collect();
    assert!(team.len() >= 6, "{listed}");
    let seen: BTreeSet<(usize, What)> = lan.seen().into_iter().collect();
    let wrong: Vec<_> = seen.iter().filter(|(_, w)| !is_allowed(w, &team)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // And it is what was looked for: sessions at the port, by both.
    for from in 0..2 {
        let to_port = |w: &What| matches!(w, What::Udp(_, to) if to.port() == DEFAULT_PORT);
        assert!(seen.iter().any(|(i, w)| *i == from && to_port(w)));
    }
    // Whatever went elsewhere would have been seen.
    let elsewhere = ["192.0.2.7", "2001:db8::7"];
    for to in elsewhere {
        let said = lan
            .command(1)
            .args(["bash", "-c", &format!("echo > /dev/udp/{to}/53")])
            .status()
            .unwrap();
        assert!(said.success());
        until("a packet to elsewhere", || {
            lan.seen().iter().any(|(from, what)| match what {
                What::Udp(_, at) => *from == 1 && at.ip().to_string() == to && at.port() == 53,
                _ => false,
            })
        });
    }
    println!("{} kinds of packets, to {team:?}", seen.len());
}
