use super::*;
use crate::document::crdt::{Doc, MAX_CHUNK, Put};
use crate::document::{Kind, Scalar};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ObjType, ROOT, ReadDoc};
use sha2::{Digest, Sha256};

fn actor(n: u8) -> ActorId {
    ActorId::from([n; 16].as_slice())
}

fn nobody(_: &ActorId) -> Option<crate::domain::PersonId> {
    None
}

fn put(row: &str, value: &str) -> Put {
    let value = Scalar::text(value);
    ("marks".into(), row.into(), "mark".into(), value)
}

/// A seeded generator; the same row of numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

/// Gives a changed chunk the checksum that it should have, so that only its contents are wrong.
fn with_checksum(mut chunk: Vec<u8>) -> Vec<u8> {
    if chunk.len() > 9 {
        let hash = Sha256::digest(&chunk[8..]);
        chunk[4..8].copy_from_slice(&hash[..4]);
    }
    chunk
}

/// A plain chunk around contents.
fn chunk(contents: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1];
    let mut length = contents.len();
    while length > 0x7f {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(contents);
    with_checksum(bytes)
}

/// A document in which two people wrote, partly apart, and the changes that made it.
fn written(seed: u64) -> (Doc, Vec<(Vec<u8>, ActorId)>) {
    let mut random = Random(seed);
    let mut doc = Doc::first(Kind::Record);
    let mut changes = Vec::new();
    let mut known = vec![doc.heads()];
    for time in 1..30 {
        let who = actor(1 + random.below(3) as u8);
        let puts: Vec<Put> = (0..1 + random.below(4))
            .map(|_| {
                put(
                    &format!("r{}", random.below(5)),
                    &format!("v{}", random.below(4)),
                )
            })
            .collect();
        let made = if random.below(4) == 0 && doc.changes_by(&actor(4)) == 0 {
            let heads = known[random.below(known.len())].clone();
            doc.write_at(&heads, &puts, &actor(4), time)
        } else {
            doc.write(&puts, &who, time)
        };
        if let Some(made) = made.unwrap() {
            let by =
                if doc.changes_by(&actor(4)) > 0 && !changes.iter().any(|(_, a)| *a == actor(4)) {
                    actor(4)
                } else {
                    who
                };
            changes.push((made.chunk, by));
            known.push(doc.heads());
        }
    }
    (doc, changes)
}

fn apply(doc: &mut Doc, chunk: &[u8], by: &ActorId) -> Result<(), ApplyError> {
    doc.apply([(chunk, by)]).map(|_| ())
}

#[test]
fn honest_changes_pass() {
    let mut passed = 0;
    for seed in 0..60 {
        let (doc, changes) = written(seed);
        let mut copy = Doc::first(Kind::Record);
        for (chunk, by) in &changes {
            apply(&mut copy, chunk, by).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
            passed += 1;
        }
        assert_eq!(copy.rows(&nobody), doc.rows(&nobody), "seed {seed}");
    }
    assert!(passed > 1_000, "{passed}");
}

/// A change that Automerge itself makes on a copy of the document.
fn made_with(
    doc: &Doc,
    by: &ActorId,
    make: impl FnOnce(&mut automerge::transaction::Transaction<'_>, &ObjId),
) -> Vec<u8> {
    let (mut raw, tables) = doc.inside();
    let marks = tables["marks"].clone();
    raw.set_actor(by.clone());
    let mut tx = raw.transaction();
    make(&mut tx, &marks);
    let (hash, _) = tx.commit_with(CommitOptions::default().with_time(9));
    let change = raw
        .get_change_by_hash(&hash.expect("a change"))
        .expect("it is there");
    change.raw_bytes().to_vec()
}

#[test]
fn what_is_no_assignment_is_refused_by_name() {
    let (mut doc, _) = written(7);
    doc.write(&[put("alone", "x")], &actor(1), 50).unwrap();
    let mallory = actor(9);
    type Make = fn(&mut automerge::transaction::Transaction<'_>, &ObjId);
    let cases: [(&str, Make); 7] = [
        ("makes something", |tx, t| {
            tx.put_object(t, "r1.map", ObjType::Map).unwrap();
        }),
        ("makes something", |tx, t| {
            tx.put_object(t, "r1.list", ObjType::List).unwrap();
        }),
        ("nobody contests", |tx, t| {
            tx.delete(t, "alone.mark").unwrap()
        }),
        ("kind that fields do not have", |tx, t| {
            tx.put(t, "r1.count", ScalarValue::counter(3)).unwrap();
        }),
        ("kind that fields do not have", |tx, t| {
            tx.put(t, "r1.mark", 0.5).unwrap()
        }),
        ("no table", |tx, _| tx.put(ROOT, "r1.mark", "x").unwrap()),
        ("not a row and a field", |tx, t| {
            tx.put(t, "nofield", "x").unwrap()
        }),
    ];
    for (said, make) in cases {
        let chunk = made_with(&doc, &mallory, make);
        let refused = apply(&mut doc.clone(), &chunk, &mallory).unwrap_err();
        assert!(refused.to_string().contains(said), "{refused} for {said}");
    }
    let long = format!("{}.x", "r".repeat(MAX_KEY));
    let chunk = made_with(&doc, &mallory, |tx, t| tx.put(t, long, "x").unwrap());
    let refused = apply(&mut doc.clone(), &chunk, &mallory).unwrap_err();
    assert_eq!(
        refused,
        ApplyError::Operation("its key is not a row and a field")
    );
}

#[test]
fn what_is_out_of_place_is_refused_by_name() {
    let (doc, changes) = written(11);
    let (last, by) = changes.last().unwrap();
    // Its actor's log is another one.
    assert_eq!(
        apply(&mut doc.clone(), last, &actor(8)),
        Err(ApplyError::Actor)
    );
    // It was there already.
    assert!(matches!(
        apply(&mut doc.clone(), last, by),
        Err(ApplyError::Seq { .. })
    ));
    // What it depends on is not there.
    let mut empty = Doc::first(Kind::Record);
    let refused = apply(&mut empty, last, by).unwrap_err();
    assert!(
        matches!(refused, ApplyError::Seq { .. } | ApplyError::Dependency),
        "{refused}"
    );
    // It does not know the first change.
    let mut stranger = automerge::Automerge::new().with_actor(actor(9));
    let mut tx = stranger.transaction();
    tx.put(ROOT, "a.b", "x").unwrap();
    tx.commit();
    let chunk = stranger.get_changes(&[])[0].raw_bytes().to_vec();
    assert_eq!(
        apply(&mut doc.clone(), &chunk, &actor(9)),
        Err(ApplyError::Dependency)
    );
    // It has a message.
    let (mut raw, tables) = doc.inside();
    raw.set_actor(actor(9));
    let mut tx = raw.transaction();
    tx.put(&tables["marks"], "r1.mark", "x").unwrap();
    let (hash, _) = tx.commit_with(CommitOptions::default().with_message("hello"));
    let chunk = raw
        .get_change_by_hash(&hash.unwrap())
        .unwrap()
        .raw_bytes()
        .to_vec();
    assert_eq!(
        apply(&mut doc.clone(), &chunk, &actor(9)),
        Err(ApplyError::Canonical)
    );
}

#[test]
fn deflated_and_foreign_chunks_are_not_decoded() {
    let (_, changes) = written(3);
    let mut deflated = changes[0].0.clone();
    deflated[8] = 2;
    for bad in [
        deflated,
        vec![],
        b"not a chunk at all".to_vec(),
        changes[0].0[..20].to_vec(),
    ] {
        assert_eq!(decode(&with_checksum(bad)).unwrap_err(), ApplyError::Form);
    }
    assert_eq!(
        decode(&vec![0; MAX_CHUNK + 1]).unwrap_err(),
        ApplyError::Form
    );
}

/// Contents of a change up to its columns: one dependency, actor, number, counter, time, no message, no other actors.
fn front() -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend([7; 32]);
    bytes.push(16);
    bytes.extend([9; 16]);
    bytes.extend([1, 5, 0, 0, 0]);
    bytes
}

#[test]
fn a_hundred_bytes_cannot_claim_a_million_operations() {
    // A run of 1,000,000 "put" in the action column: signed LEB128 of the length, then the value.
    let million = [0xc0, 0x84, 0x3d, 1];
    let mut contents = front();
    contents.extend([1, 0x42, million.len() as u8]);
    contents.extend(million);
    let claimed = chunk(&contents);
    assert!(claimed.len() < 100, "{}", claimed.len());
    assert_eq!(decode(&claimed).unwrap_err(), ApplyError::TooMany);

    // Ten operations that say to replace 2^60 values.
    let huge = [10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10];
    let mut contents = front();
    contents.extend([1, 0x70, huge.len() as u8]);
    contents.extend(huge);
    assert_eq!(decode(&chunk(&contents)).unwrap_err(), ApplyError::TooMany);

    // A million nulls in the column of keys.
    let nulls = [0, 0xc0, 0x84, 0x3d];
    let mut contents = front();
    contents.extend([1, 0x15, nulls.len() as u8]);
    contents.extend(nulls);
    assert_eq!(decode(&chunk(&contents)).unwrap_err(), ApplyError::TooMany);

    // A column of list keys, one that is deflated, and one that nobody knows.
    for spec in [0x11_u8, 0x13, 0x4a, 0x7f] {
        let mut contents = front();
        contents.extend([1, spec, 1, 0]);
        assert_eq!(
            decode(&chunk(&contents)).unwrap_err(),
            ApplyError::Column(u64::from(spec))
        );
    }
}

/// Whatever is changed in an honest change: nothing panics, and where it is taken all the same the document still edits and reads.
#[test]
fn mutants_do_no_harm() {
    const MUTANTS: usize = 12_000;
    let mut random = Random(20_261_122);
    let (doc, changes) = written(5);
    let mut before = Doc::first(Kind::Record);
    let (last, by) = changes.last().unwrap();
    before
        .apply(
            changes[..changes.len() - 1]
                .iter()
                .map(|(c, a)| (&c[..], a)),
        )
        .unwrap();
    let (mut taken, mut refused) = (0, 0);
    for mutant in 0..MUTANTS {
        let mut bytes = last.clone();
        for _ in 0..1 + random.below(3) {
            let at = 9 + random.below(bytes.len() - 9);
            match random.below(4) {
                0 => bytes[at] = random.below(256) as u8,
                1 => bytes[at] ^= 1 << random.below(8),
                2 => {
                    bytes.remove(at);
                }
                _ => bytes.insert(at, random.below(256) as u8),
            }
        }
        // The length of the contents stands behind the type in one byte here; keep it true so that more than it is tried.
        if bytes.len() - 10 < 0x80 {
            bytes[9] = (bytes.len() - 10) as u8;
        }
        let bytes = with_checksum(bytes);
        let mut reader = before.clone();
        match apply(&mut reader, &bytes, by) {
            Ok(()) => {
                taken += 1;
                let made = reader.write(&[put("after", "all is well")], &actor(7), 99);
                assert!(made.unwrap().is_some(), "mutant {mutant}");
                let rows = reader.rows(&nobody);
                assert_eq!(
                    rows.claims("marks", "after", "mark").len(),
                    1,
                    "mutant {mutant}"
                );
            }
            Err(_) => refused += 1,
        }
    }
    assert_eq!(taken + refused, MUTANTS);
    assert!(refused > MUTANTS / 2, "{taken} of {MUTANTS} were taken");
    assert!(doc.changes_by(by) > 0);
}
