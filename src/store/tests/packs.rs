//! Packed documents say what they said before: rows, heads and verdicts, after edits, removals, damage, backups and between devices.

use super::*;
use crate::document::Writing;
use crate::domain::team::{Right, Rights, Role};
use crate::log::pack::{self, PackError, Subject};
use crate::log::{Change, Cut, DocId, DocKey, Verdict};
use rusqlite::params;

/// What a document says: rows, heads, and the verdict on each envelope.
type Said = (Rows, Vec<[u8; 32]>, Vec<Verdict>);

/// Read from the file anew.
fn said(dir: &Path, doc: &DocRef) -> Said {
    let mut store = Store::open(dir).unwrap();
    let tx = store.db.unchecked_transaction().unwrap();
    let loaded = documents::Loaded::load(&tx, &mut store.inner, doc).unwrap();
    let loaded = loaded.expect("something was written");
    let made = &loaded.made;
    (loaded.rows.clone(), made.doc.heads(), made.verdicts.clone())
}

/// Envelopes of all documents: with a body that a pack could take, headers alone, and others.
fn bodies(store: &Store) -> (i64, i64, i64) {
    let count = |packed: i64| {
        store
            .db
            .query_row(
                "SELECT count(*) FROM envelopes WHERE packed = ?1",
                [packed],
                |r| r.get(0),
            )
            .unwrap()
    };
    (count(0), count(1), count(2))
}

fn edits(store: &mut Store, from: usize, to: usize) {
    for i in from..to {
        store
            .commit(&note("p-1", &format!("m{}", i % 7), &format!("text {i}")))
            .unwrap();
    }
}

const DAY: u64 = 86_400_000;
const BEGAN: u64 = 1_700_000_000_000;

/// Many years of talks with one person, by the owner and two managers, some of them written apart.
fn many_hands(writings: usize, seed: u64) -> (TempDir, TempDir, Store) {
    let (dir, mut store) = fresh();
    let root = tempfile::tempdir().unwrap();
    let people = ["owner-1", "m-1", "m-2", "p-1"];
    let doc = record("p-1");
    let mut dice = seed;
    let mut all = Vec::new();
    for i in 0..writings {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let roll = (dice >> 33) as usize;
        all.push(Writing {
            doc: doc.clone(),
            author: people[roll % 3].into(),
            at_ms: BEGAN + i as u64 * DAY,
            apart: roll.is_multiple_of(5),
            ops: vec![op(
                &doc,
                "meetings",
                &format!("m{}", roll / 7 % 9),
                "notes",
                Scalar::text(format!("talk {i}")),
            )],
        });
    }
    // Nothing rests on the last of them.
    all.push(Writing {
        doc: doc.clone(),
        author: "m-1".into(),
        at_ms: BEGAN + writings as u64 * DAY,
        apart: false,
        ops: vec![op(&doc, "meetings", "last", "notes", Scalar::text("gone"))],
    });
    let manager = |holder: &str| Right {
        holder: holder.into(),
        role: Role::Manager,
        over: None,
        from: None,
        until: None,
    };
    let seed = Seed::Rightful {
        devices: root.path().to_owned(),
        people: people.iter().map(|p| (*p).into()).collect(),
    };
    let rights = Rights(vec![manager("m-1"), manager("m-2")]);
    store.seed(&all, &rights, &seed).unwrap();
    (dir, root, store)
}

#[test]
fn a_packed_document_says_what_it_said_and_is_edited_on() {
    let (dir, mut store) = fresh();
    edits(&mut store, 0, 40);
    let before = said(dir.path(), &record("p-1"));
    assert_eq!(store.pack_document(&record("p-1")).unwrap(), 40);
    let (loose, packed, _) = bodies(&store);
    assert_eq!((loose, packed), (0, 40));
    assert_eq!(said(dir.path(), &record("p-1")), before);
    assert_eq!(store.pack_document(&record("p-1")).unwrap(), 0, "done once");

    // A handle that has it in memory, another that has not, and one that looks after a second packing.
    let mut other = Store::open(dir.path()).unwrap();
    other.commit(&note("p-1", "other", "by another")).unwrap();
    edits(&mut store, 40, 60);
    store.undo().unwrap().unwrap();
    other.pack_document(&record("p-1")).unwrap();
    assert_eq!(bodies(&store).0, 0);
    edits(&mut store, 60, 63);
    assert_eq!(
        store.rows(&record("p-1")).unwrap(),
        said(dir.path(), &record("p-1")).0
    );
    for store in [&mut store, &mut other] {
        assert_eq!(store.check().unwrap().findings, []);
    }
}

#[test]
fn what_another_program_packed_before_it_was_seen_is_found() {
    let (dir, mut store) = fresh();
    edits(&mut store, 0, 3);
    let mut other = Store::open(dir.path()).unwrap();
    edits(&mut other, 3, 9);
    other.pack_document(&record("p-1")).unwrap();
    edits(&mut store, 9, 12);
    let rows = store.rows(&record("p-1")).unwrap();
    assert_eq!(rows, other.rows(&record("p-1")).unwrap());
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn only_what_is_worth_it_is_packed() {
    let (_dir, mut store) = fresh();
    edits(&mut store, 0, 64);
    assert_eq!(store.pack_if_worthwhile().unwrap(), 0);
    edits(&mut store, 64, 65);
    store.commit(&name("p-1", "Ada Quill")).unwrap();
    assert_eq!(store.pack_if_worthwhile().unwrap(), 1);
    assert_eq!(store.pack_if_worthwhile().unwrap(), 0);
    assert_eq!(bodies(&store).0, 1, "the name");
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn nothing_readable_stands_in_a_pack() {
    let (dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "Quarrelsome")).unwrap();
    store.pack_document(&record("p-1")).unwrap();
    let pack = store.pack_of(&record("p-1")).unwrap().unwrap();
    let text = b"Quarrelsome";
    assert!(!pack.windows(text.len()).any(|w| w == text));
    drop(store);
    let file = std::fs::read(team_file(dir.path())).unwrap();
    assert!(!file.windows(text.len()).any(|w| w == text));
}

#[test]
fn packed_and_unpacked_stores_are_equal() {
    let (mut apart, mut packs) = (0, 0);
    for seed in 0..6 {
        let (dir, _root, mut store) = many_hands(30 + 12 * seed as usize, seed);
        let doc = record("p-1");
        let before = said(dir.path(), &doc);
        let logs = store
            .db
            .query_row("SELECT count(*) FROM logs", [], |r| r.get::<_, i64>(0));
        apart += usize::from(logs.unwrap() > 4);
        packs += store.pack_document(&doc).unwrap();
        assert_eq!(said(dir.path(), &doc), before, "seed {seed}");
        edits(&mut store, 0, 5);
        let edited = said(dir.path(), &doc);
        store.pack_document(&doc).unwrap();
        assert_eq!(said(dir.path(), &doc), edited, "seed {seed}");
        assert_eq!(store.check().unwrap().findings, [], "seed {seed}");
    }
    println!("{packs} envelopes packed, {apart} of 6 histories with more logs than writers");
    assert!(packs > 300 && apart > 0);
}

#[test]
fn a_transaction_that_is_cut_off_leaves_the_document_as_it_was() {
    let (dir, mut store) = fresh();
    edits(&mut store, 0, 30);
    let before = said(dir.path(), &record("p-1"));
    let file = bodies(&store);
    let failed: Result<(), _> = store.write(|work| {
        assert_eq!(
            crate::store::packs::pack_document(work, &record("p-1"))?,
            30
        );
        Err(StoreError::Full)
    });
    assert!(matches!(failed, Err(StoreError::Full)));
    assert_eq!(bodies(&store), file);
    assert_eq!(store.pack_of(&record("p-1")).unwrap(), None);
    assert_eq!(said(dir.path(), &record("p-1")), before);
    assert_eq!(store.pack_document(&record("p-1")).unwrap(), 30);
    assert_eq!(said(dir.path(), &record("p-1")), before);
}

/// Takes a right away from a manager behind the first `inside` envelopes of each of their logs.
fn end_right(store: &mut Store, holder: &str, inside: i64) -> Vec<u8> {
    let doc = DocId::of(&store.inner.team, &record("p-1"), 0);
    let tx = store.db.unchecked_transaction().unwrap();
    let authority = store.inner.authority(&tx).unwrap().clone();
    let device = authority
        .state()
        .devices
        .iter()
        .find(|(_, p)| **p == PersonId::new(holder));
    let device = *device.expect("they have one").0;
    let mut statement = tx
        .prepare(
            "SELECT l.epoch, e.seq, e.hash FROM envelopes e JOIN logs l ON l.id = e.log
             WHERE l.device = ?1 AND e.seq = ?2",
        )
        .unwrap();
    let cuts: Vec<Cut> = statement
        .query_map(params![&device.0[..], inside], |r| {
            Ok(Cut {
                doc,
                device,
                epoch: crate::log::Epoch(u64::from_be_bytes(r.get(0)?)),
                seq: r.get::<_, i64>(1)? as u64,
                hash: r.get(2)?,
            })
        })
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(!cuts.is_empty());
    let right = authority
        .state()
        .rights
        .0
        .iter()
        .find(|r| r.holder == PersonId::new(holder));
    let end = Change::End {
        right: right.expect("they are a manager").clone(),
        until: day_of(now_ms()),
        cuts,
    };
    let mut grown = authority.clone();
    let signer = store.inner.device.clone();
    grown.append(vec![end], now_ms(), &signer).unwrap().to_vec()
}

#[test]
fn a_removal_judges_packed_envelopes_anew() {
    let (dir, _root, mut store) = many_hands(60, 3);
    let doc = record("p-1");
    let copy = tempfile::tempdir().unwrap();
    let unpacked = copy.path().join("unpacked");
    let file = copy.path().join("team.backup");
    store.backup(&file, Wrapping::None, false).unwrap();
    restore(&file, &unpacked, None, None, false).unwrap();
    let mut beside = Store::open(&unpacked).unwrap();

    assert!(store.pack_document(&doc).unwrap() > 50);
    let before = said(dir.path(), &doc);
    let entry = end_right(&mut store, "m-1", 2);
    let parcel = Parcel {
        authority: vec![entry],
        ..Parcel::default()
    };
    store.receive(&parcel).unwrap();
    beside.receive(&parcel).unwrap();
    let after = said(dir.path(), &doc);
    assert_eq!(after, said(&unpacked, &doc), "packed or not");
    let quarantined = |said: &Said| {
        let counts = said
            .2
            .iter()
            .filter(|v| matches!(v, Verdict::Quarantined(_)));
        counts.count()
    };
    assert_eq!(quarantined(&before), 0);
    println!("{} of {} quarantined", quarantined(&after), after.2.len());
    assert!(quarantined(&after) > 5);
    // What nothing rests on is not applied any more.
    assert!(after.0.row("meetings", "last").is_none() && after.1 != before.1);
    assert!(before.0.row("meetings", "last").is_some());
    let waiting = store.quarantined().unwrap();
    assert_eq!(waiting, beside.quarantined().unwrap());
    assert!(waiting.iter().all(|q| !q.ops.is_empty()));
    store.take_over(&waiting[0]).unwrap();

    // What is packed once stays in the pack, whatever became of its log.
    edits(&mut store, 0, 9);
    let edited = said(dir.path(), &doc);
    assert!(store.pack_document(&doc).unwrap() >= 9);
    assert_eq!(said(dir.path(), &doc), edited);
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn a_damaged_pack_is_named_and_set_aside_and_work_goes_on() {
    let (dir, mut store) = fresh();
    edits(&mut store, 0, 20);
    store.commit(&name("p-1", "Ada Quill")).unwrap();
    store.pack_document(&record("p-1")).unwrap();
    edits(&mut store, 20, 23);
    let shown = store.rows(&record("p-1")).unwrap();
    let whole = store.pack_of(&record("p-1")).unwrap().unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 23) {
        let mut bad = whole.clone();
        bad[at] ^= 4;
        store
            .db
            .execute("UPDATE packs SET bytes = ?1", [&bad])
            .unwrap();
        let mut again = Store::open(dir.path()).unwrap();
        let refused = again.commit(&note("p-1", "m", "on top"));
        assert!(
            matches!(refused, Err(StoreError::Pack { .. })),
            "byte {at}: {refused:?}"
        );
        assert_eq!(again.rows(&record("p-1")).unwrap(), shown);
        let findings = again.check().unwrap().findings;
        assert_eq!(findings.len(), 1, "byte {at}");
        assert!(
            findings[0].what.contains("pack of document"),
            "{findings:?}"
        );
    }
    // The name of the key is a part of the front: change the contents, which no key explains.
    let mut bad = whole.clone();
    *bad.last_mut().unwrap() ^= 1;
    store
        .db
        .execute("UPDATE packs SET bytes = ?1", [&bad])
        .unwrap();
    drop(store);
    let mut store = Store::open(dir.path()).unwrap();
    let repaired = store.repair().unwrap();
    let lost: u64 = repaired.lost.iter().map(|l| l.last - l.first + 1).sum();
    assert!(lost >= 23, "{:?}", repaired.lost);
    assert!(
        repaired.lost.iter().any(|l| l.why.contains("decrypted")),
        "{:?}",
        repaired.lost
    );
    assert_eq!(store.check().unwrap().findings, []);
    let kept: i64 = store
        .db
        .query_row(
            "SELECT count(*) FROM set_aside WHERE bytes = ?1",
            [&bad],
            |r| r.get(0),
        )
        .unwrap();
    assert!(kept > 0, "nothing is thrown away");
    store.commit(&note("p-1", "m", "on top")).unwrap();
    let rows = store.rows(&record("p-1")).unwrap();
    assert_eq!(
        values(&rows, "meetings", "m", "notes"),
        [Scalar::text("on top")]
    );
    assert_eq!(store.team().unwrap().people[0].name.get(), "Ada Quill");
}

#[test]
fn a_backup_of_a_packed_folder_is_restored() {
    let (dir, _root, mut store) = many_hands(50, 9);
    store.pack_document(&record("p-1")).unwrap();
    edits(&mut store, 0, 2);
    let there = said(dir.path(), &record("p-1"));
    let to = tempfile::tempdir().unwrap();
    let (file, new) = (to.path().join("team.backup"), to.path().join("team"));
    store.backup(&file, Wrapping::None, false).unwrap();
    let restored = restore(&file, &new, None, None, false).unwrap();
    assert_eq!(restored.findings, 0);
    assert_eq!(said(&new, &record("p-1")), there);
    let mut again = Store::open(&new).unwrap();
    edits(&mut again, 2, 4);
    assert_eq!(again.check().unwrap().findings, []);
}

/// The key that a document is written with, as only this test can ask for it.
fn key(store: &Store, doc: &DocRef) -> DocKey {
    let ring = keys::ring(&store.db, &store.inner, doc).unwrap();
    ring.into_values().next().unwrap()
}

#[test]
fn a_hostile_pack_is_refused_by_name_and_replaces_nothing() {
    let (dir, mut store) = fresh();
    let doc = record("p-1");
    edits(&mut store, 0, 12);
    store.pack_document(&doc).unwrap();
    let before = said(dir.path(), &doc);
    let good = store.pack_of(&doc).unwrap().unwrap();
    assert_eq!(store.check_pack(&doc, &good).unwrap(), 12);
    let subject = Subject {
        team: store.inner.team,
        doc: DocId::of(&store.inner.team, &doc, 0),
        kind: doc.kind,
    };
    let key = key(&store, &doc);
    let keys = |_: &_| Some(key.clone());
    let read = pack::read(&good, &subject, &keys).unwrap();
    let chunks: Vec<&[u8]> = read.changes.iter().map(|c| &c.chunk[..]).collect();
    let write =
        |chunks: &[&[u8]]| pack::write(&subject, &read.logs, chunks, &key, &[7; 32]).unwrap();

    // By somebody who holds the key: one change left out, and an empty one in the place of the last.
    let shorter = write(&chunks[..11]);
    let mut cut_off = good.clone();
    cut_off.truncate(good.len() - 1);
    type Check = fn(&PackError) -> bool;
    let cases: [(&[u8], Check); 4] = [
        (&shorter, |e| {
            matches!(e, PackError::Count { .. } | PackError::Sum(_))
        }),
        (&cut_off, |e| matches!(e, PackError::Decrypt)),
        (&good[..40], |e| matches!(e, PackError::Length(40))),
        (b"", |e| matches!(e, PackError::Length(0))),
    ];
    let headers = store.parcel_for(&store.inner.device_id()).unwrap().packs;
    let headers = headers[0].headers.clone();
    for (n, (bytes, check)) in cases.into_iter().enumerate() {
        match store.check_pack(&doc, bytes) {
            Err(StoreError::Pack { why, .. }) => assert!(check(&why), "{n}: {why}"),
            other => panic!("{n}: {other:?}"),
        }
        let parcel = Parcel {
            packs: vec![PackedLogs {
                pack: bytes.to_vec(),
                headers: headers.clone(),
            }],
            ..Parcel::default()
        };
        let received = store.receive(&parcel).unwrap();
        assert_eq!(received.refused.len(), 1, "{n}: {received:?}");
        assert_eq!(store.pack_of(&doc).unwrap().as_ref(), Some(&good), "{n}");
        assert_eq!(said(dir.path(), &doc), before, "{n}");
    }
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn a_pack_is_given_to_another_folder_of_the_team() {
    let (dir, mut store) = fresh();
    let doc = record("p-1");
    edits(&mut store, 0, 4);
    let to = tempfile::tempdir().unwrap();
    let (file, new) = (to.path().join("team.backup"), to.path().join("team"));
    store.backup(&file, Wrapping::None, false).unwrap();
    restore(&file, &new, None, None, false).unwrap();
    let mut other = Store::open(&new).unwrap();
    // It packs what it has by itself, and hears of the rest as a pack and what is newer as envelopes.
    edits(&mut store, 4, 30);
    assert_eq!(store.pack_document(&doc).unwrap(), 30);
    edits(&mut store, 30, 33);
    other.pack_document(&doc).unwrap();
    edits(&mut other, 100, 103);
    let device = store.inner.device_id();
    let parcel = store.parcel_for(&device).unwrap();
    assert_eq!(parcel.packs.len(), 1);
    assert_eq!(parcel.packs[0].headers.len(), 30);
    let received = other.receive(&parcel).unwrap();
    assert_eq!(
        (received.accepted, &received.refused),
        (29, &Vec::new()),
        "{received:?}"
    );
    // What came as a pack is packed together with all that is here.
    assert_eq!(bodies(&other), (0, 36, 0));
    assert_eq!(
        other.receive(&parcel).unwrap().accepted,
        0,
        "all of it is known"
    );
    // And the other way: both say the same in the end.
    let back = other.parcel_for(&device).unwrap();
    assert_eq!(store.receive(&back).unwrap().refused, Vec::<String>::new());
    let (here, there) = (said(dir.path(), &doc), said(&new, &doc));
    assert_eq!((here.0, here.1), (there.0, there.1));
    for store in [&mut store, &mut other] {
        assert_eq!(store.check().unwrap().findings, []);
    }
}
