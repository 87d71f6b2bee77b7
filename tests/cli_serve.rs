//! A carrier between machines that never meet, with the built program on every side.
#![cfg(unix)]

mod common;

use common::folder::Folder;
use common::machines::{HERE, Running, confirm, device, joined, team};
use guildhall::log::{Change, DeviceId};
use guildhall::store::Store;
use rustix::process::Signal;
use std::path::Path;

/// A carrier that runs.
struct Carrier {
    folder: Folder,
    running: Running,
    /// The beginning of its id, and where it listens.
    peer: String,
}

impl Carrier {
    /// A fresh one that a team's owner lets in.
    fn of(host: &Folder) -> Self {
        let folder = Folder::new();
        let mut invite = Running::new(&host.data(), &["invite", "--carrier"]);
        let ticket = invite.ticket();
        let mut running = Running::new(&folder.data(), &["serve", "--join", &ticket]);
        let said = confirm(host, &running.words());
        assert!(said.contains("carries for the team now"), "{said}");
        let (status, out, error) = invite.end();
        assert_eq!(status, Some(0), "{out}{error}");
        assert!(out.contains("guildhall serve --join TICKET"), "{out}");
        Self::running(folder, running)
    }

    /// The same folder again.
    fn again(folder: Folder) -> Self {
        let running = Running::new(&folder.data(), &["serve"]);
        Self::running(folder, running)
    }

    fn running(folder: Folder, mut running: Running) -> Self {
        let line = running.line("Carrying for team ");
        let id = line.rsplit(' ').next().unwrap().trim_end_matches('.');
        let peer = format!("{id}@{}", running.listening());
        Self {
            folder,
            running,
            peer,
        }
    }

    fn id(&self) -> &str {
        self.peer.split('@').next().unwrap()
    }
}

/// Connects a folder with a carrier until both hold the same, and with nobody else.
fn exchange(folder: &Folder, carrier: &Carrier) {
    let (mut watch, _) = Running::watching(folder, &["--peer", &carrier.peer]);
    while !watch.line("a carrier (").contains("both hold the same now") {}
    let (status, out, error) = watch.stop();
    assert_eq!(status, Some(0), "{out}{error}");
}

/// Exchanges once, with whoever can be reached.
fn once(folder: &Folder, carrier: &Carrier) -> String {
    let args = ["sync", "--once", "--peer", &carrier.peer];
    folder.ok(&[&args[..], &HERE].concat())
}

fn person(folder: &Folder, person: &str) -> String {
    folder.ok(&["show", "person", person])
}

/// What a question to a folder's file counts.
fn count(data: &Path, sql: &str) -> i64 {
    let db = rusqlite::Connection::open(data.join("team.db")).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(20)).unwrap();
    db.query_row(sql, [], |r| r.get(0)).unwrap_or(0)
}

#[test]
fn a_stick_goes_by_way_of_a_carrier_as_well() {
    let host = team();
    let carrier = Carrier::of(&host);
    let guest = joined(&host, "elm");
    // From now on the guest and the carrier know each other, and nobody meets any more.
    exchange(&host, &carrier);
    exchange(&guest, &carrier);
    let id = carrier.id().to_owned();
    let Carrier {
        folder, running, ..
    } = carrier;
    running.stop();
    guest.ok(&["mark", "safety", "7.5", "--share"]);
    let (there, on) = (guest.beside("there.bundle"), folder.beside("on.bundle"));
    let (there, on) = (there.to_str().unwrap(), on.to_str().unwrap());
    guest.ok(&["bundle", "write", there, "--for", &id]);
    let refused = host.refused(&["bundle", "read", there]);
    assert!(
        refused.contains("nothing in it is for this device"),
        "{refused}"
    );
    assert!(folder.ok(&["bundle", "read", there]).contains("new edit"));
    let refused = folder.refused(&["bundle", "write", on, "--for", "olive"]);
    assert!(refused.contains("not people by name"), "{refused}");
    folder.ok(&["bundle", "write", on, "--for", "all"]);
    for file in [there, on] {
        let bytes = std::fs::read(file).unwrap();
        for name in ["Olive", "Edgar", "Elm"] {
            let held = bytes.windows(name.len()).any(|w| w == name.as_bytes());
            assert!(!held, "{name}");
        }
    }
    assert!(!person(&host, "elm").contains("7.5"));
    host.ok(&["bundle", "read", on]);
    assert!(person(&host, "elm").contains("7.5"));
}

#[test]
fn two_machines_that_are_never_on_at_once_exchange_through_a_carrier() {
    let host = team();
    let carrier = Carrier::of(&host);
    let guest = joined(&host, "elm");
    host.ok(&["review", "elm", "budget", "8.5"]);
    guest.ok(&["mark", "safety", "7.5", "--share"]);
    exchange(&host, &carrier);
    exchange(&guest, &carrier);
    assert!(person(&guest, "elm").contains("8.5"));
    exchange(&host, &carrier);
    assert!(person(&host, "elm").contains("7.5"));
    // Once more in the other direction, with the carrier begun anew in between.
    let Carrier {
        folder, running, ..
    } = carrier;
    let (status, out, error) = running.stop_by(Signal::TERM);
    assert_eq!(status, Some(0), "{out}{error}");
    assert!(out.contains("Told to end"), "{out}");
    for name in ["Olive", "Oak", "Elm", "Edgar", "Glass"] {
        assert!(!out.contains(name), "{name}: {out}");
    }
    let carrier = Carrier::again(folder);
    guest.ok(&["mark", "safety", "6.5", "--share"]);
    exchange(&guest, &carrier);
    exchange(&host, &carrier);
    assert!(person(&host, "elm").contains("6.5"));
    // An exchange that comes to its end is noted.
    assert!(once(&host, &carrier).contains("a carrier ("));
    let machines = host.json(&["sync"])["machines"].clone();
    let machines = machines.as_array().unwrap();
    let seen = machines.iter().find(|m| m["person"].is_null()).unwrap();
    assert_eq!(seen["waiting"], 0);
    assert!(seen["met"].is_string());
    assert_eq!(seen["device"], carrier.id());
    let (status, out, error) = carrier.running.stop();
    assert_eq!(status, Some(0), "{out}{error}");
    // Its folder is a carrier's, holds no name, and is sound.
    let data = carrier.folder.data();
    for args in [
        &["show", "overview"][..],
        &["review", "elm", "budget", "3"],
        &["sync"],
        &["backup", "x"],
        &["invite"],
        &["export", "team", "x"],
    ] {
        let said = carrier.folder.refused(args);
        assert!(said.contains("is the folder of a carrier"), "{said}");
    }
    let doctor = carrier.folder.json(&["doctor"]);
    assert_eq!(doctor["findings"].as_array().unwrap().len(), 0, "{doctor}");
    assert!(doctor["counts"]["envelopes"].as_u64().unwrap() > 5);
    for file in std::fs::read_dir(&data).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for name in ["Olive", "Edgar", "Glass", "kept the log"] {
            let held = bytes.windows(name.len()).any(|w| w == name.as_bytes());
            assert!(!held, "{name}");
        }
    }
    assert_eq!(count(&data, "SELECT count(*) FROM keys"), 0);
}

#[test]
fn a_carrier_that_is_killed_in_mid_transfer_goes_on_afterwards() {
    let host = Folder::new();
    let data = host.data();
    host.ok(&["generate", "--people", "300", data.to_str().unwrap()]);
    let folder = Folder::new();
    let mut invite = Running::new(&data, &["invite", "--carrier"]);
    let mut serve = Running::new(&folder.data(), &["serve", "--join", &invite.ticket()]);
    confirm(&host, &serve.words());
    // Each piece is a transaction of its own: killed behind the first of them.
    let all = "SELECT count(*) FROM envelopes";
    while !folder.data().join("team.db").exists() || count(&folder.data(), all) == 0 {
        std::thread::yield_now();
    }
    serve.kill();
    let came = count(&folder.data(), all);
    assert!(came > 0 && came < count(&data, all), "{came}");
    drop(invite);
    let carrier = Carrier::again(folder);
    once(&host, &carrier);
    let documents = "SELECT count(*) FROM documents";
    let here = count(&carrier.folder.data(), documents);
    // All but what is private to its owner.
    assert!(count(&data, documents) - here <= 1, "{here}");
    assert!(count(&carrier.folder.data(), all) > came);
    let machines = host.json(&["sync"])["machines"].clone();
    assert_eq!(machines[0]["waiting"], 0);
    carrier.running.stop();
    let doctor = carrier.folder.json(&["doctor"]);
    assert_eq!(doctor["findings"].as_array().unwrap().len(), 0, "{doctor}");
}

#[test]
fn a_revoked_carrier_is_refused() {
    let host = team();
    let mut carrier = Carrier::of(&host);
    let (mut watch, at) = Running::watching(&host, &["--peer", &carrier.peer]);
    while !watch.line("a carrier (").contains("both hold the same now") {}
    watch.stop();
    let own = device(&host);
    let mut store = Store::open(&host.data()).unwrap();
    let id: DeviceId = store.carriers().unwrap()[0];
    assert_eq!(id.to_string(), carrier.id());
    let revoke = Change::Revoke {
        device: id,
        cuts: vec![],
    };
    store.amend(vec![revoke]).unwrap();
    drop(store);
    host.ok(&["review", "elm", "budget", "8.5"]);
    // It knows where that machine listens, and is turned away there.
    let (watch, _) = Running::watching(&host, &["--listen", &at]);
    let turned = format!("device {own}: that machine says that this device was taken out");
    carrier.running.line(&turned);
    let (_, out, error) = watch.stop();
    assert!(!out.contains("both hold the same"), "{out}{error}");
    // Nor does that machine go to it any more.
    let args = ["sync", "--once", "--peer", &carrier.peer];
    let said = host.refused(&[&args[..], &HERE].concat());
    assert!(said.contains("no machine of the team answered"), "{said}");
    let listed = host.json(&["device", "list"]);
    let listed = listed["devices"].as_array().unwrap();
    let removed = listed.iter().find(|d| d["person"].is_null()).unwrap();
    assert_eq!(removed["standing"], "removed");
    carrier.running.stop();
}

#[test]
fn a_ticket_serves_what_it_was_made_for_a_carrier_or_a_person() {
    let (host, wrong) = (team(), Folder::new());
    let mut invite = Running::new(&host.data(), &["invite", "--carrier"]);
    let ticket = invite.ticket();
    let join = Running::new(&wrong.data(), &["join", &ticket]);
    let (status, _, error) = join.end();
    assert_eq!(status, Some(1));
    assert!(error.contains("guildhall serve --join TICKET"), "{error}");
    let listed = host.json(&["invite", "list"]);
    assert!(listed["invitations"][0]["person"].is_null());
    assert_eq!(listed["invitations"][0]["standing"], "open");
    host.ok(&["invite", "cancel", "1"]);
    drop(invite);
    let mut invite = Running::new(&host.data(), &["invite", "elm"]);
    let serve = Running::new(&wrong.data(), &["serve", "--join", &invite.ticket()]);
    let (status, _, error) = serve.end();
    assert_eq!(status, Some(1));
    assert!(error.contains("guildhall join TICKET"), "{error}");
    drop(invite);
    // Neither a person's folder nor an empty one carries.
    let said = host.refused(&["serve"]);
    assert!(said.contains("a person's folder"), "{said}");
    let said = host.refused(&["serve", "--join", &ticket]);
    assert!(said.contains("a carrier is nobody's"), "{said}");
    let said = Folder::new().refused(&["serve"]);
    assert!(said.contains("no team"), "{said}");
    // A technician's machine lets in none.
    let guest = joined(&host, "elm");
    let said = guest.refused(&["invite", "--carrier"]);
    assert!(said.contains("by the owner's device alone"), "{said}");
}
