//! Folders that meet: copies, restored backups and clones that edited apart, logs with two branches, removals, quarantine.

use super::*;
use crate::log::{Change, Envelope};
use crate::store::outside::{Outside, folder_id};
use std::collections::BTreeSet;
use std::fs;

/// Copies a data folder as `cp -a` does.
fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(to.path(), fs::Permissions::from_mode(0o700)).unwrap();
    }
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
        }
    }
    to
}

fn open_as(dir: &Path, outside: Outside) -> Store {
    Store::open_from(dir, outside, None, || Ok(KeyFile::open(dir, None)?.secrets)).unwrap()
}

pub fn all(store: &mut Store) -> Vec<Envelope> {
    let device = store.inner.device_id();
    let parcel = store.parcel_for(&device).unwrap();
    let decoded = parcel
        .envelopes
        .iter()
        .map(|e| Envelope::decode(e).unwrap());
    decoded.collect()
}

/// No place of a log and no nonce was used twice for different things.
fn nothing_is_reused(stores: &mut [&mut Store]) -> usize {
    let envelopes: BTreeSet<Vec<u8>> = stores
        .iter_mut()
        .flat_map(|s| all(s))
        .map(|e| e.encode())
        .collect();
    let (mut places, mut nonces) = (BTreeSet::new(), BTreeSet::new());
    for bytes in &envelopes {
        let header = Envelope::decode(bytes).unwrap().header;
        let log = header.log;
        assert!(places.insert((log.doc, log.device, log.epoch, header.seq)));
        if header.nonce != [0; 24] {
            assert!(nonces.insert(header.nonce));
        }
    }
    envelopes.len()
}

/// Each takes what the others have.
fn meet(stores: &mut [&mut Store]) {
    let device = stores[0].inner.device_id();
    let parcels: Vec<Parcel> = stores
        .iter_mut()
        .map(|s| s.parcel_for(&device).unwrap())
        .collect();
    for store in stores.iter_mut() {
        for parcel in &parcels {
            let received = store.receive(parcel).unwrap();
            assert_eq!(received.refused, Vec::<String>::new());
        }
    }
}

fn same_everywhere(stores: &mut [&mut Store]) {
    let rows: Vec<Rows> = stores
        .iter_mut()
        .map(|s| s.rows(&record("p-1")).unwrap())
        .collect();
    assert!(rows.windows(2).all(|w| contents(&w[0]) == contents(&w[1])));
    for store in stores {
        assert_eq!(store.check().unwrap().findings, []);
    }
}

#[test]
fn a_folder_copied_to_another_machine_goes_on_apart_and_merges() {
    let (dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "before")).unwrap();
    drop(store);
    let other = copy(dir.path());
    let mut here = Store::open(dir.path()).unwrap();
    let mut there = open_as(other.path(), Outside::machine_named("another"));
    for n in 0..5 {
        here.commit(&note("p-1", &format!("h{n}"), "here")).unwrap();
        there
            .commit(&note("p-1", &format!("t{n}"), "there"))
            .unwrap();
    }
    // Both wrote the same field apart: both values stay.
    here.commit(&note("p-1", "m", "by one")).unwrap();
    there.commit(&note("p-1", "m", "by the other")).unwrap();
    assert!(nothing_is_reused(&mut [&mut here, &mut there]) >= 13);
    meet(&mut [&mut here, &mut there]);
    same_everywhere(&mut [&mut here, &mut there]);
    let rows = here.rows(&record("p-1")).unwrap();
    assert_eq!(values(&rows, "meetings", "m", "notes").len(), 2);
    assert_eq!(rows.table("meetings").count(), 11);
    // Meeting again changes nothing.
    let device = here.inner.device_id();
    let parcel = there.parcel_for(&device).unwrap();
    let again = here.receive(&parcel).unwrap();
    assert_eq!((again.accepted, again.forks, again.entries), (0, 0, 0));
}

#[test]
fn a_database_put_back_ten_commits_never_writes_a_place_twice() {
    let (dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "kept")).unwrap();
    drop(store);
    let old = copy(dir.path());
    let mut store = Store::open(dir.path()).unwrap();
    for n in 0..10 {
        store
            .commit(&note("p-1", &format!("lost{n}"), "x"))
            .unwrap();
    }
    let device = store.inner.device_id();
    let before = store.parcel_for(&device).unwrap();
    drop(store);
    // The file alone is put back, as a file sync or a hasty copy does.
    fs::copy(old.path().join(TEAM_FILE), team_file(dir.path())).unwrap();
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(dir.path().join(format!("{TEAM_FILE}{ending}")));
    }
    let mut store = Store::open(dir.path()).unwrap();
    for n in 0..10 {
        store.commit(&note("p-1", &format!("new{n}"), "y")).unwrap();
    }
    // Somebody still has what was lost: it comes back beside the new.
    let received = store.receive(&before).unwrap();
    assert_eq!((received.forks, received.refused.len()), (0, 0));
    nothing_is_reused(&mut [&mut store]);
    let rows = store.rows(&record("p-1")).unwrap();
    assert_eq!(rows.table("meetings").count(), 21);
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn clones_with_the_same_random_state_draw_different_epochs_and_nonces() {
    let (dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "before")).unwrap();
    drop(store);
    let (one, two) = (copy(dir.path()), copy(dir.path()));
    let mut a = open_as(one.path(), Outside::machine_named("a").replaying(7));
    let mut b = open_as(two.path(), Outside::machine_named("b").replaying(7));
    for n in 0..4 {
        // The very same edit on both.
        a.commit(&note("p-1", &format!("r{n}"), "same")).unwrap();
        b.commit(&note("p-1", &format!("r{n}"), "same")).unwrap();
    }
    nothing_is_reused(&mut [&mut a, &mut b]);
    meet(&mut [&mut a, &mut b]);
    same_everywhere(&mut [&mut a, &mut b]);
}

/// A copy that passes for the folder that it was copied from, as a clone of a whole virtual machine does.
fn undetected_clone(dir: &Path) -> TempDir {
    let to = copy(dir);
    let db = Connection::open(team_file(to.path())).unwrap();
    let folder = folder_id(to.path()).unwrap();
    db.execute("UPDATE guard SET folder = ?1", [&folder[..]])
        .unwrap();
    to
}

#[test]
fn a_log_with_two_branches_stops_is_settled_and_loses_no_edit() {
    let (dir, mut store) = fresh();
    for n in 1..=4 {
        store
            .commit(&note("p-1", &format!("c{n}"), "common"))
            .unwrap();
    }
    drop(store);
    let clone = undetected_clone(dir.path());
    let mut a = Store::open(dir.path()).unwrap();
    let mut b = Store::open(clone.path()).unwrap();
    a.commit(&note("p-1", "a5", "of a")).unwrap();
    b.commit(&note("p-1", "b5", "of b")).unwrap();
    b.commit(&note("p-1", "b6", "of b")).unwrap();
    let device = a.inner.device_id();
    let (from_a, from_b) = (
        a.parcel_for(&device).unwrap(),
        b.parcel_for(&device).unwrap(),
    );
    assert!(a.receive(&from_b).unwrap().forks >= 1);
    assert!(b.receive(&from_a).unwrap().forks >= 1);
    assert_eq!(a.forks().unwrap().len(), 1);
    assert_eq!(b.forks().unwrap().len(), 1);
    // Both go on, each in a new epoch.
    a.commit(&note("p-1", "a7", "of a")).unwrap();
    b.commit(&note("p-1", "b7", "of b")).unwrap();
    let (from_a, from_b) = (
        a.parcel_for(&device).unwrap(),
        b.parcel_for(&device).unwrap(),
    );
    a.receive(&from_b).unwrap();
    b.receive(&from_a).unwrap();
    // The owner's folder settles the log behind its own branch.
    let here = a.forks().unwrap()[0].here;
    a.amend(vec![Change::Settle(here)]).unwrap();
    for _ in 0..3 {
        let (from_a, from_b) = (
            a.parcel_for(&device).unwrap(),
            b.parcel_for(&device).unwrap(),
        );
        a.receive(&from_b).unwrap();
        b.receive(&from_a).unwrap();
    }
    assert_eq!(a.forks().unwrap(), []);
    let rows = a.rows(&record("p-1")).unwrap();
    for row in ["c1", "c4", "a5", "a7", "b5", "b6", "b7"] {
        assert!(rows.row("meetings", row).is_some(), "{row} at a");
    }
    same_everywhere(&mut [&mut a, &mut b]);
    a.commit(&note("p-1", "end", "a goes on")).unwrap();
    b.commit(&note("p-1", "end2", "b goes on")).unwrap();
    meet(&mut [&mut a, &mut b]);
    same_everywhere(&mut [&mut a, &mut b]);
}

/// A team with a manager's device of its own, whose folder nobody sees: only what it signs comes here.
fn with_manager() -> (TempDir, Store, ed25519_dalek::SigningKey, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create_to_seed(dir.path(), &"owner-1".into()).unwrap();
    let devices = tempfile::tempdir().unwrap();
    let rights = crate::domain::team::Rights(vec![crate::domain::team::Right {
        holder: "manager-1".into(),
        role: crate::domain::team::Role::Manager,
        over: None,
        from: None,
        until: None,
    }]);
    let seed = Seed::Rightful {
        devices: devices.path().to_owned(),
        people: vec!["owner-1".into(), "manager-1".into()],
    };
    let writing = crate::document::Writing {
        doc: record("p-1"),
        author: "manager-1".into(),
        at_ms: 1_700_000_000_000,
        apart: false,
        ops: note("p-1", "m1", "by the manager").ops,
    };
    store.seed(&[writing], &rights, &seed).unwrap();
    let key = device_under(devices.path(), &"manager-1".into()).unwrap();
    (dir, store, key, devices)
}

#[test]
fn what_a_removed_device_wrote_beyond_the_cut_is_quarantined_and_can_be_taken_over() {
    let (_dir, mut store, key, devices) = with_manager();
    let manager = crate::log::DeviceId(key.verifying_key().to_bytes());
    let known = store.cuts_of(&manager).unwrap();
    assert_eq!(known.len(), 1);
    // The manager's device goes on, and what it wrote arrives before anybody knows that it was stolen.
    let seed = Seed::Rightful {
        devices: devices.path().to_owned(),
        people: vec!["owner-1".into(), "manager-1".into()],
    };
    let more = crate::document::Writing {
        doc: record("p-1"),
        author: "manager-1".into(),
        at_ms: 1_700_000_100_000,
        apart: false,
        ops: note("p-1", "m2", "by the thief").ops,
    };
    store.seed(&[more], &Default::default(), &seed).unwrap();
    let rows = store.rows(&record("p-1")).unwrap();
    assert!(rows.row("meetings", "m2").is_some());
    let revoke = Change::Revoke {
        device: manager,
        cuts: known,
    };
    store.amend(vec![revoke]).unwrap();
    let rows = store.rows(&record("p-1")).unwrap();
    assert!(rows.row("meetings", "m1").is_some(), "before the cut");
    assert!(rows.row("meetings", "m2").is_none(), "beyond it");
    let quarantined = store.quarantined().unwrap();
    assert_eq!(quarantined.len(), 1);
    assert_eq!(quarantined[0].author, Some("manager-1".into()));
    assert!(!quarantined[0].shown);
    assert_eq!(store.check().unwrap().findings, []);
    store.take_over(&quarantined[0]).unwrap();
    let rows = store.rows(&record("p-1")).unwrap();
    let claims = rows.claims("meetings", "m2", "notes");
    assert_eq!(claims[0].author, Some("owner-1".into()));
    assert_eq!(store.quarantined().unwrap(), []);
    // What is written now uses a key that the removed device never had.
    let device = store.inner.device_id();
    let before = all(&mut store);
    store.commit(&note("p-1", "m3", "after")).unwrap();
    let after = all(&mut store);
    let new = &after[before.len()..];
    let old: BTreeSet<_> = before
        .iter()
        .filter(|e| e.header.log.device == manager)
        .map(|e| e.header.key)
        .collect();
    assert!(!new.is_empty());
    for envelope in new {
        assert_eq!(envelope.header.log.device, device);
        assert!(!old.contains(&envelope.header.key));
    }
}

#[test]
fn hostile_parcels_cost_only_themselves() {
    let (_dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "text")).unwrap();
    let device = store.inner.device_id();
    let mut parcel = store.parcel_for(&device).unwrap();
    let honest = parcel.envelopes[0].clone();
    let mut flipped = honest.clone();
    flipped[400] ^= 1;
    let (_other, mut stranger) = fresh();
    stranger.commit(&note("p-1", "m", "text")).unwrap();
    let own = stranger.inner.device_id();
    let foreign = stranger.parcel_for(&own).unwrap();
    parcel.envelopes = vec![flipped, vec![1, 2, 3], foreign.envelopes[0].clone(), honest];
    parcel.authority = vec![vec![0; 70], foreign.authority[0].clone()];
    let received = store.receive(&parcel).unwrap();
    assert_eq!(received.known, 1);
    assert_eq!((received.accepted, received.entries), (0, 0));
    assert!(received.refused.len() >= 4, "{:?}", received.refused);
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn what_comes_too_early_waits_within_a_budget_and_is_taken_when_due() {
    let (dir, mut store) = fresh();
    store.commit(&note("p-1", "m0", "text")).unwrap();
    drop(store);
    let other = copy(dir.path());
    let mut here = Store::open(dir.path()).unwrap();
    let mut there = open_as(other.path(), Outside::machine_named("another"));
    for n in 1..6 {
        there
            .commit(&note("p-1", &format!("m{n}"), "text"))
            .unwrap();
    }
    let device = here.inner.device_id();
    let mut envelopes = there.parcel_for(&device).unwrap().envelopes;
    // One at a time, the last first: each waits for the one before it.
    envelopes.reverse();
    let mut accepted = 0;
    for envelope in envelopes {
        let parcel = Parcel {
            authority: Vec::new(),
            envelopes: vec![envelope],
            ..Parcel::default()
        };
        accepted += here.receive(&parcel).unwrap().accepted;
    }
    assert_eq!(accepted, 5);
    let waiting: i64 = here
        .db
        .query_row("SELECT count(*) FROM early", [], |r| r.get(0))
        .unwrap();
    assert_eq!(waiting, 0);
    let rows = here.rows(&record("p-1")).unwrap();
    assert_eq!(rows.table("meetings").count(), 6);
    assert_eq!(here.check().unwrap().findings, []);
}

#[test]
fn a_restored_owner_first_hears_the_authority_from_elsewhere() {
    let (dir, mut store, key, _devices) = with_manager();
    let manager = crate::log::DeviceId(key.verifying_key().to_bytes());
    let grant = |who: &str| {
        Change::Grant(crate::domain::team::Right {
            holder: who.into(),
            role: crate::domain::team::Role::Head,
            over: None,
            from: None,
            until: None,
        })
    };
    let old = copy(dir.path());
    store.amend(vec![grant("head-1")]).unwrap();
    let known_elsewhere = store.parcel_for(&manager).unwrap();
    drop(store);
    let mut stale = Store::open(old.path()).unwrap();
    let refused = stale.amend(vec![grant("head-2")]).unwrap_err();
    assert!(matches!(refused, StoreError::StaleOwner(_)), "{refused}");
    assert!(refused.to_string().contains("sync"));
    // Editing goes on meanwhile.
    stale.commit(&note("p-1", "m", "text")).unwrap();
    stale.receive(&known_elsewhere).unwrap();
    stale.amend(vec![grant("head-2")]).unwrap();
    let authority = stale.inner.authority(&stale.db).unwrap();
    assert_eq!(authority.fork(), None);
    assert_eq!(
        authority.position().len,
        known_elsewhere.authority.len() as u64 + 1
    );
}

#[test]
fn the_recovery_key_makes_this_device_the_owner() {
    let (_dir, mut store, key, _devices) = with_manager();
    let recovery = store.take_recovery().unwrap();
    assert!(store.take_recovery().is_none(), "it is given once");
    let next = store.recover(&recovery).unwrap();
    let device = store.inner.device_id();
    assert_eq!(
        store.inner.authority(&store.db).unwrap().state().owner,
        device
    );
    assert!(store.recover(&recovery).is_err(), "the old key is spent");
    store.recover(&next).unwrap();
    assert_ne!(key.to_bytes(), next.to_bytes());
    let all = all(&mut store);
    assert!(!all.is_empty());
}

#[test]
fn statements_of_strangers_wait_within_the_budget() {
    let (_dir, mut store, _key, _devices) = with_manager();
    let stranger = ed25519_dalek::SigningKey::from_bytes(&[200; 32]);
    let team = store.inner.team;
    let at = store.inner.authority(&store.db).unwrap().position();
    let device = crate::log::DeviceId(stranger.verifying_key().to_bytes());
    let said = crate::log::Statement::Stop {
        device,
        cuts: Vec::new(),
    };
    let header = crate::log::Header {
        team,
        log: crate::log::LogId {
            doc: crate::log::authority::statement::statements_id(&team),
            device,
            epoch: crate::log::Epoch(1),
        },
        seq: 1,
        prev: [0; 32],
        authority: at,
        kind: crate::log::envelope::BodyKind::Statement,
        step: 0,
        time_ms: 1,
        key: crate::log::KeyId([0; 32]),
        nonce: [0; 24],
        sum: [0; 32],
        body_hash: [0; 32],
    };
    let envelope = Envelope::sign(header, said.encode().unwrap(), &stranger);
    let parcel = Parcel {
        envelopes: vec![envelope.encode()],
        ..Parcel::default()
    };
    let received = store.receive(&parcel).unwrap();
    assert_eq!((received.accepted, received.early), (0, 1));
    let kept: i64 = store
        .db
        .query_row("SELECT count(*) FROM statements", [], |r| r.get(0))
        .unwrap();
    assert_eq!(kept, 0);
}
