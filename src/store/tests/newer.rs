//! What a newer guildhall wrote: kept by an older one, said by name, passed on, and taken up after an update without coming again.

use super::pairing::{join, make};
use super::*;
use crate::document::schema::later;
use crate::log::Envelope;

/// An owner, and two managers who have all of it.
fn three() -> ([TempDir; 3], Store, Store, Store) {
    let (owner_dir, mut owner) = fresh();
    owner.commit(&note("p-1", "m", "of today")).unwrap();
    make(&mut owner, "boss", crate::domain::team::Role::Manager);
    make(&mut owner, "other", crate::domain::team::Role::Manager);
    let (boss_dir, boss) = join(&mut owner, "boss", 1);
    let (other_dir, other) = join(&mut owner, "other", 2);
    ([owner_dir, boss_dir, other_dir], owner, boss, other)
}

fn later_note(row: &str) -> Edit {
    let value = Scalar::text("of tomorrow");
    edit(row, vec![op(&record("p-1"), "later", row, "text", value)])
}

fn says_newer(store: &mut Store) -> bool {
    let findings = store.check().unwrap().findings;
    let newer = |f: &Finding| f.what.contains("newer guildhall") && f.next.contains("update");
    assert!(findings.iter().all(newer), "{findings:?}");
    !findings.is_empty()
}

/// What is there once a program of the next step opens the folder.
fn after_the_update(dir: &Path) -> Vec<String> {
    later::program(|| {
        let mut store = Store::open(dir).unwrap();
        assert_eq!(store.waiting_for_update().unwrap(), 0);
        assert_eq!(store.check().unwrap().findings, []);
        let rows = store.rows(&record("p-1")).unwrap();
        assert_eq!(values(&rows, "meetings", "m", "notes").len(), 1);
        let table = rows.table("later");
        table.map(|(key, _)| key.to_owned()).collect()
    })
}

/// What the owner's newer program has, for a device.
fn from_newer(owner: &TempDir, device: &DeviceId, edits: usize, pack: bool) -> Parcel {
    later::program(|| {
        let mut owner = Store::open(owner.path()).unwrap();
        for n in 0..edits {
            owner.commit(&later_note(&format!("l{n}"))).unwrap();
        }
        if pack {
            owner.pack_document(&record("p-1")).unwrap();
        }
        owner.parcel_for(device).unwrap()
    })
}

#[test]
fn a_newer_change_is_kept_named_passed_on_and_taken_up_after_an_update() {
    let (dirs, owner, mut boss, mut other) = three();
    drop(owner);
    let parcel = from_newer(&dirs[0], &boss.device(), 2, false);
    let received = boss.receive(&parcel).unwrap();
    assert_eq!((received.newer, received.refused.len()), (2, 0));
    assert_eq!(boss.waiting_for_update().unwrap(), 2);
    assert!(says_newer(&mut boss));
    // What is of today is read and written meanwhile.
    let rows = boss.rows(&record("p-1")).unwrap();
    assert_eq!(rows.table("later").count(), 0);
    boss.commit(&note("p-1", "n", "beside it")).unwrap();

    // It goes on to somebody else, as it came, with whom it is about.
    let passed = boss.parcel_for(&other.device()).unwrap();
    let newer: Vec<_> = passed
        .envelopes
        .iter()
        .map(|e| Envelope::decode(e).unwrap())
        .filter(|e| e.header.step == 2)
        .collect();
    assert_eq!(newer.len(), 2);
    assert!(newer.iter().all(|e| e.verify().is_ok()));
    let received = other.receive(&passed).unwrap();
    assert_eq!((received.newer, received.refused.len()), (2, 0));
    // But to nobody who may not read the document.
    make_technician(&dirs[0], &mut boss, &passed);

    drop(other);
    assert_eq!(after_the_update(dirs[2].path()), ["l0", "l1"]);
    drop(boss);
    assert_eq!(after_the_update(dirs[1].path()), ["l0", "l1"]);
    // A program of today says of that folder why it cannot read it, and repairs nothing away.
    let mut old = Store::open(dirs[1].path()).unwrap();
    let refused = old.commit(&note("p-1", "n", "again")).unwrap_err();
    assert!(refused.to_string().contains("newer guildhall"), "{refused}");
    assert_eq!(old.repair().unwrap().lost, []);
    drop(old);
    assert_eq!(after_the_update(dirs[1].path()), ["l0", "l1"]);
}

/// A technician who is let in meanwhile gets none of it.
fn make_technician(owner: &TempDir, boss: &mut Store, passed: &Parcel) {
    let mut owner = Store::open(owner.path()).unwrap();
    let (_dir, tech) = join(&mut owner, "p-2", 3);
    let parcel = owner.parcel_for(&boss.device()).unwrap();
    boss.receive(&parcel).unwrap();
    let sent = boss.parcel_for(&tech.device()).unwrap();
    let newer = |e: &&Vec<u8>| Envelope::decode(e).unwrap().header.step == 2;
    assert_eq!(passed.envelopes.iter().filter(newer).count(), 2);
    assert_eq!(sent.envelopes.iter().filter(newer).count(), 0);
}

#[test]
fn a_newer_pack_is_kept_named_passed_on_and_taken_up_after_an_update() {
    let (dirs, owner, mut boss, mut other) = three();
    drop(owner);
    let parcel = from_newer(&dirs[0], &boss.device(), 3, true);
    let packed = parcel.packs.iter().find(|p| p.headers.len() == 4).unwrap();
    for n in 1..3 {
        let received = boss.receive(&parcel).unwrap();
        assert_eq!((received.newer, received.refused.len()), (1, 0), "{n}");
        assert_eq!(boss.waiting_for_update().unwrap(), 1);
    }
    assert!(says_newer(&mut boss));
    let refused = boss.check_pack(&record("p-1"), &packed.pack).unwrap_err();
    assert!(refused.to_string().contains("newer guildhall"), "{refused}");
    let passed = boss.parcel_for(&other.device()).unwrap();
    assert!(passed.packs.contains(packed));
    let received = other.receive(&passed).unwrap();
    assert_eq!((received.newer, received.refused.len()), (1, 0));

    // A later pack that holds all of it takes its place.
    let parcel = from_newer(&dirs[0], &other.device(), 5, true);
    other.receive(&parcel).unwrap();
    assert_eq!(other.waiting_for_update().unwrap(), 1);
    drop((boss, other));
    assert_eq!(after_the_update(dirs[1].path()).len(), 3);
    assert_eq!(after_the_update(dirs[2].path()).len(), 5);
}
