//! The team's own relay as a setting: who may set it, what is taken for one, and that every machine hears of it.
#![cfg(unix)]

mod common;

use common::machines::{HERE, Running, device, joined, team};

#[test]
fn a_manager_sets_the_teams_relay_and_every_machine_hears_of_it() {
    let host = team();
    assert!(host.ok(&["relay"]).contains("has no relay"));
    for bad in [
        "relay.example.org",
        "http://relay.example.org",
        "ftp://relay.example.org",
    ] {
        let refused = host.run(&["relay", bad]);
        assert_eq!(refused.status.code(), Some(1), "{bad}");
        let error = String::from_utf8_lossy(&refused.stderr);
        assert!(error.contains("https://"), "{error}");
    }
    assert!(
        host.ok(&["relay"]).contains("has no relay"),
        "nothing was saved"
    );
    // Nobody answers there: what can be reached without it is reached all the same.
    host.ok(&["relay", "http://127.0.0.1:9"]);
    assert!(host.ok(&["relay"]).contains("http://127.0.0.1:9"));

    let guest = joined(&host, "elm");
    assert!(guest.ok(&["relay"]).contains("http://127.0.0.1:9"));
    let refused = guest.run(&["relay", "none"]);
    assert_eq!(refused.status.code(), Some(1));
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(error.contains("manager"), "{error}");

    host.ok(&["relay", "none"]);
    let (watching, at) = Running::watching(&host, &[]);
    let peer = format!("{}@{at}", device(&host));
    let once = [&["sync", "--once", "--peer", &peer][..], &HERE].concat();
    guest.ok(&once);
    assert!(guest.ok(&["relay"]).contains("has no relay"));
    let (status, out, error) = watching.stop();
    assert_eq!(status, Some(0), "{out}{error}");
    // It is undone like anything else.
    host.ok(&["undo"]);
    assert!(host.ok(&["relay"]).contains("http://127.0.0.1:9"));
}
