//! Changes that nobody's writer made, offered to a document under a memory limit of 512 MiB: each is refused by its own error, or is
//! byte for byte what our own writer would have made. Afterwards the document still edits, saves and loads, and honest changes apply.
//!
//! The limit is set in a child process of this test program, so that running out of memory fails the test and nothing else.
//! `GUILDHALL_MUTANTS` sets how many mutants are tried (5,000 unless it says otherwise; 100,000 in the long set).

mod hostile;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use guildhall::document::crdt::{ActorId, ApplyError, Doc, MAX_CHUNK, MAX_OPS};
use hostile::*;

#[test]
fn forged_bytes_are_refused_by_name() {
    limited("forged_bytes_are_refused_by_name", || {
        let (doc, _) = written(1);
        let mut cases: Vec<(&str, Vec<u8>, ApplyError)> = vec![
            ("nothing", vec![], ApplyError::Form),
            ("no chunk", b"hello".to_vec(), ApplyError::Form),
            ("too long", vec![0; MAX_CHUNK + 1], ApplyError::Form),
            ("a whole document", doc.save(), ApplyError::Form),
        ];
        // A run of a million in each column that counts, in less than 200 bytes: signed LEB128 of the length, then the value.
        let million = [0xc0, 0x84, 0x3d];
        let repeated = |value: &[u8]| [&million[..], value].concat();
        let nulls = [&[0][..], &million].concat();
        for (name, column, data) in [
            ("operations", 0x42, repeated(&[1])),
            ("operations that are nothing", 0x42, nulls.clone()),
            ("keys", 0x15, repeated(&[3, b'r', b'.', b'x'])),
            ("objects", 0x02, repeated(&[1])),
            ("objects' actors", 0x01, repeated(&[1])),
            ("inserts", 0x34, million.to_vec()),
            ("value forms", 0x56, repeated(&[6])),
            ("replaced values", 0x70, repeated(&[1])),
            ("replaced actors", 0x71, repeated(&[0])),
            ("replaced counters", 0x73, repeated(&[1])),
            // Ten operations that replace 2^60 values each.
            (
                "values replaced at once",
                0x70,
                vec![10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10],
            ),
        ] {
            let bytes = with_column(&doc, column, &data);
            assert!(bytes.len() < 200, "{name}: {} bytes", bytes.len());
            cases.push((name, bytes, ApplyError::TooMany));
        }
        // 2^63 literals, a value of 2^60 bytes, and a run that ends before its value.
        let least = vec![0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];
        cases.push((
            "literals",
            with_column(&doc, 0x42, &least),
            ApplyError::Form,
        ));
        let long = vec![1, 0x86, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10];
        cases.push((
            "a long value",
            with_column(&doc, 0x56, &long),
            ApplyError::Form,
        ));
        cases.push((
            "half a run",
            with_column(&doc, 0x42, &[5]),
            ApplyError::Form,
        ));
        // Columns that no change of ours has: keys of lists, deflated ones, marks, and one that nobody knows.
        for column in [0x11_u8, 0x13, 0x4a, 0x1d, 0x5f, 0x94, 0xa5, 0x7f] {
            let spec = u64::from(column & 0x7f);
            let bytes = if column < 0x80 {
                with_column(&doc, column, &[1, 1])
            } else {
                with_columns(&doc, &[(&[column, 1], &[1, 1])])
            };
            let spec = if column < 0x80 { spec } else { spec + 128 };
            cases.push(("a strange column", bytes, ApplyError::Column(spec)));
        }
        // Columns twice or out of order, and actors that are no hashes.
        let twice = with_columns(&doc, &[(&[0x42], &[1, 1]), (&[0x42], &[1, 1])]);
        cases.push(("a column twice", twice, ApplyError::Form));
        let turned = with_columns(&doc, &[(&[0x42], &[1, 1]), (&[0x34], &[1])]);
        cases.push(("columns turned round", turned, ApplyError::Form));
        cases.push(("four million actors", many_actors(&doc), ApplyError::Form));
        // Deflated: a megabyte of nothing in a kilobyte, of 4 GiB in 4 MiB, and an honest change.
        for (name, bytes) in bombs(&doc) {
            cases.push((name, bytes, ApplyError::Form));
        }
        let mut worst = Worst::default();
        for (name, bytes, expected) in cases {
            let mut doc = doc.clone();
            let before = doc.heads();
            let refused = worst.time(name, || apply(&mut doc, &bytes, &mallory()));
            assert_eq!(refused, Err(expected), "{name}");
            assert_eq!(doc.heads(), before, "{name}");
            still_works(&mut doc, name);
        }
        worst.print("forged bytes");
    });
}

/// A chunk's contents decode, and still are not what a writer makes.
#[test]
fn wrong_places_are_refused_by_name() {
    limited("wrong_places_are_refused_by_name", || {
        let (doc, changes) = written(2);
        let (last, by) = changes.last().unwrap();
        let mut before = Doc::first(KIND);
        before.apply(refs(&changes[..changes.len() - 1])).unwrap();
        let parts = Fields::of(last);
        let mut worst = Worst::default();
        let mut refuse = |name: &str, doc: &Doc, bytes: &[u8], by: &ActorId, wanted: ApplyError| {
            let mut doc = doc.clone();
            let heads = doc.heads();
            let refused = worst.time(name, || apply(&mut doc, bytes, by));
            assert_eq!(refused, Err(wanted), "{name}");
            assert_eq!(doc.heads(), heads, "{name}");
            still_works(&mut doc, name);
        };
        apply(&mut before.clone(), &parts.bytes(), by).expect("the fields give an honest change");

        for start in [
            parts.start_op + 1,
            parts.start_op - 1,
            1,
            u64::from(u32::MAX) - 1,
            u64::from(u32::MAX),
        ] {
            let mutant = Fields {
                start_op: start,
                ..parts.clone()
            };
            refuse(
                "start_op",
                &before,
                &mutant.bytes(),
                by,
                ApplyError::Counter,
            );
        }
        for start in [u64::from(u32::MAX) + 1, u64::MAX, 0] {
            let mutant = Fields {
                start_op: start,
                ..parts.clone()
            };
            let refused = apply(&mut before.clone(), &mutant.bytes(), by).unwrap_err();
            assert!(matches!(refused, ApplyError::Decode(_)), "{refused}");
        }
        for seq in [0, parts.seq - 1, parts.seq + 1, u64::MAX] {
            let mutant = Fields {
                seq,
                ..parts.clone()
            };
            let gap = ApplyError::Seq {
                expected: parts.seq,
                found: seq,
            };
            refuse("seq", &before, &mutant.bytes(), by, gap);
        }
        // The same number twice with other contents, once the honest one is there.
        let other = Fields {
            time: parts.time + 1,
            ..parts.clone()
        };
        let taken = ApplyError::Seq {
            expected: parts.seq + 1,
            found: parts.seq,
        };
        refuse("one number twice", &doc, &other.bytes(), by, taken);
        // Somebody else's log.
        refuse("actor", &before, last, &mallory(), ApplyError::Actor);
        let foreign = Fields {
            actor: mallory().to_bytes().to_vec(),
            ..parts.clone()
        };
        refuse(
            "foreign actor",
            &before,
            &foreign.bytes(),
            by,
            ApplyError::Actor,
        );
        // Dependencies: none, one too many, an unknown one, twice, turned round, and not its own previous change.
        let without = Fields {
            deps: vec![],
            ..parts.clone()
        };
        refuse(
            "no dependency",
            &before,
            &without.bytes(),
            by,
            ApplyError::Dependency,
        );
        let unknown = Fields {
            deps: vec![[7; 32]],
            ..parts.clone()
        };
        refuse(
            "unknown dependency",
            &before,
            &unknown.bytes(),
            by,
            ApplyError::Dependency,
        );
        let first = Doc::first_changes(KIND)[0];
        let stale = Fields {
            deps: vec![first],
            start_op: first_counter(),
            ..parts.clone()
        };
        refuse(
            "not its own previous",
            &before,
            &stale.bytes(),
            by,
            ApplyError::Previous,
        );
        let mut deps = parts.deps.clone();
        deps.push(first);
        deps.sort();
        let more = Fields {
            deps,
            ..parts.clone()
        };
        refuse(
            "a dependency behind another",
            &before,
            &more.bytes(),
            by,
            ApplyError::Canonical,
        );
        let twice = Fields {
            deps: [parts.deps.clone(), parts.deps.clone()].concat(),
            ..parts.clone()
        };
        refuse(
            "one dependency twice",
            &before,
            &twice.bytes(),
            by,
            ApplyError::Canonical,
        );
        // A time before 1970, a message, an author's name at the end.
        let early = Fields {
            time: -1,
            ..parts.clone()
        };
        refuse("time", &before, &early.bytes(), by, ApplyError::Canonical);
        let said = Fields {
            message: b"hello".to_vec(),
            ..parts.clone()
        };
        refuse("message", &before, &said.bytes(), by, ApplyError::Canonical);
        let mut author = parts.clone();
        author.columns.extend([1, 3, b'e', b'v', b'e']);
        refuse(
            "author",
            &before,
            &author.bytes(),
            by,
            ApplyError::Canonical,
        );
        // An actor that nothing names.
        let mut others = parts.clone();
        others.others.push(vec![0xff; 16]);
        refuse(
            "an idle actor",
            &before,
            &others.bytes(),
            by,
            ApplyError::Canonical,
        );
        let mut sum = last.clone();
        sum[5] ^= 1;
        refuse("checksum", &before, &sum, by, ApplyError::Checksum);
        worst.print("wrong places");
    });
}

#[test]
fn other_deeds_are_refused_by_name() {
    limited("other_deeds_are_refused_by_name", || {
        let (mut doc, _) = written(3);
        doc.write(&[put("alone", "x")], &by(1), 5_000).unwrap();
        type Make = fn(&mut automerge::transaction::Transaction<'_>, &ObjId);
        let makes = "it makes something or counts";
        let kind = "its value is of a kind that fields do not have";
        let table = "it is about something that is no table";
        let key = "its key is not a row and a field";
        let cases: [(&str, Make); 16] = [
            (makes, |tx, t| {
                drop(tx.put_object(t, "r1.map", ObjType::Map))
            }),
            (makes, |tx, t| {
                drop(tx.put_object(t, "r1.list", ObjType::List))
            }),
            (makes, |tx, t| {
                drop(tx.put_object(t, "r1.text", ObjType::Text))
            }),
            (makes, |tx, _| {
                drop(tx.put_object(ROOT, "marks", ObjType::Map))
            }),
            ("it takes away what nobody contests", |tx, t| {
                tx.delete(t, "alone.mark").unwrap()
            }),
            (key, |tx, _| tx.delete(ROOT, "marks").unwrap()),
            (kind, |tx, t| {
                tx.put(t, "r1.mark", ScalarValue::counter(3)).unwrap()
            }),
            (kind, |tx, t| tx.put(t, "r1.mark", 0.5).unwrap()),
            (kind, |tx, t| tx.put(t, "r1.mark", f64::NAN).unwrap()),
            (kind, |tx, t| tx.put(t, "r1.mark", 7_u64).unwrap()),
            (kind, |tx, t| {
                tx.put(t, "r1.mark", ScalarValue::Bytes(vec![1])).unwrap()
            }),
            (kind, |tx, t| {
                tx.put(t, "r1.mark", ScalarValue::Timestamp(1)).unwrap()
            }),
            (table, |tx, _| tx.put(ROOT, "r1.mark", "x").unwrap()),
            (key, |tx, t| tx.put(t, "nofield", "x").unwrap()),
            (key, |tx, t| tx.put(t, "row.", "x").unwrap()),
            (key, |tx, t| {
                tx.put(t, format!("{}.x", "r".repeat(512)), "x").unwrap()
            }),
        ];
        let mut worst = Worst::default();
        for (wanted, make) in cases {
            let chunk = made_with(&doc, make);
            refused_operation(&doc, &chunk, wanted, &mut worst);
        }
        // Counting up inside one change, putting into a list, and assigning what stands there already.
        let inside: [(&str, Make); 1] = [(kind, |tx, t| {
            tx.put(t, "r1.mark", ScalarValue::counter(3)).unwrap();
            tx.increment(t, "r1.mark", 4).unwrap();
        })];
        for (wanted, make) in inside {
            refused_operation(&doc, &made_with(&doc, make), wanted, &mut worst);
        }
        let list = made_with(&doc, |tx, t| {
            let list = tx.put_object(t, "r1.list", ObjType::List).unwrap();
            tx.insert(&list, 0, "x").unwrap();
        });
        // Places in lists have columns of their own.
        assert_eq!(
            apply(&mut doc.clone(), &list, &mallory()),
            Err(ApplyError::Column(0x13))
        );
        let inserted = inserts(&doc, "r1.mark");
        refused_operation(&doc, &inserted, "it inserts into a list", &mut worst);
        let again = "it assigns what stands there already";
        let same = assigns(&doc, "alone.mark", text("x"));
        refused_operation(&doc, &same, again, &mut worst);
        let nothing = assigns(&doc, "nobody.mark", ScalarValue::Null);
        refused_operation(&doc, &nothing, again, &mut worst);
        // A value that does not replace what stands, and one that replaces what never stood.
        let chunk = replacing(&doc, "alone.mark", &[]);
        assert_eq!(
            apply(&mut doc.clone(), &chunk, &mallory()),
            Err(ApplyError::Replaced)
        );
        let chunk = replacing(&doc, "nobody.mark", &[(3, by(1))]);
        assert_eq!(
            apply(&mut doc.clone(), &chunk, &mallory()),
            Err(ApplyError::Replaced)
        );
        worst.print("other deeds");
    });
}

/// The most that is allowed, and one more.
#[test]
fn large_changes_are_taken_up_to_their_limits() {
    limited("large_changes_are_taken_up_to_their_limits", || {
        let (doc, _) = written(4);
        let mut worst = Worst::default();
        for ops in [MAX_OPS, MAX_OPS + 1] {
            let chunk = made_with(&doc, |tx, t| {
                for n in 0..ops {
                    tx.put(t, format!("row{n}.mark"), n as i64).unwrap();
                }
            });
            let mut reader = doc.clone();
            let taken = worst.time("10,000 operations", || {
                apply(&mut reader, &chunk, &mallory())
            });
            let expected = if ops > MAX_OPS {
                Err(ApplyError::TooMany)
            } else {
                Ok(())
            };
            assert_eq!(taken, expected, "{ops}");
            still_works(&mut reader, "many operations");
        }
        // One key of nearly four megabytes, ten thousand times.
        let key = format!("{}.x", "k".repeat(MAX_CHUNK - 10_000));
        let run = |value: &[u8]| [&[0x90, 0xce, 0x00][..], value].concat();
        let mut keys = run(&[]);
        let mut length = key.len();
        while length > 0x7f {
            keys.push(length as u8 | 0x80);
            length >>= 7;
        }
        keys.push(length as u8);
        keys.extend_from_slice(key.as_bytes());
        let bytes = with_columns(
            &doc,
            &[
                (&[0x01], &run(&[0])),
                (&[0x02], &run(&[1])),
                (&[0x15], &keys),
                (&[0x34], &[0x90, 0x4e]),
                (&[0x42], &run(&[1])),
                (&[0x56], &run(&[0])),
                (&[0x70], &run(&[0])),
            ],
        );
        assert!(bytes.len() < MAX_CHUNK);
        let refused = worst.time("a long key again and again", || {
            apply(&mut doc.clone(), &bytes, &mallory())
        });
        assert_eq!(
            refused,
            Err(ApplyError::Operation("its key is not a row and a field"))
        );
        // One text of nearly four megabytes.
        let long = "t".repeat(MAX_CHUNK - 10_000);
        let chunk = made_with(&doc, |tx, t| tx.put(t, "r1.mark", long.clone()).unwrap());
        let mut reader = doc.clone();
        let taken = worst.time("a long text", || apply(&mut reader, &chunk, &mallory()));
        assert_eq!(taken, Ok(()));
        still_works(&mut reader, "a long text");
        worst.print("large changes");
    });
}

#[test]
fn checksum_fixed_mutants_are_refused_or_are_what_a_writer_makes() {
    limited(
        "checksum_fixed_mutants_are_refused_or_are_what_a_writer_makes",
        || {
            let count: usize = std::env::var("GUILDHALL_MUTANTS")
                .ok()
                .and_then(|n| n.parse().ok())
                .unwrap_or(5_000);
            const SEED: u64 = 20_261_125;
            let mut random = Random(SEED);
            let mut errors = std::collections::BTreeMap::<String, usize>::new();
            let (mut taken, mut same, mut tried) = (0, 0, 0);
            let mut worst = Worst::default();
            let mut round = 0;
            while tried < count {
                let (_, changes) = written(SEED + round);
                round += 1;
                // Some change in the midst of a history: what it stands on is there, what others wrote apart is too.
                let at = changes.len() / 2 + random.below(changes.len() / 2);
                let mut before = Doc::first(KIND);
                before.apply(refs(&changes[..at])).unwrap();
                let (honest, by) = &changes[at];
                let heads = before.heads();
                let mut doc = before.clone();
                for _ in 0..250.min(count - tried) {
                    tried += 1;
                    let mutant = mutate(honest, &mut random);
                    if mutant == *honest {
                        same += 1;
                        continue;
                    }
                    match worst.time("a mutant", || apply(&mut doc, &mutant, by)) {
                        Ok(()) => {
                            taken += 1;
                            let ours = written_again(&before, &mutant);
                            assert_eq!(
                                ours.as_deref(),
                                Some(&mutant[..]),
                                "seed {SEED}, mutant {tried}"
                            );
                            still_works(&mut doc, "a mutant");
                            doc = before.clone();
                        }
                        Err(refused) => {
                            assert_ne!(
                                refused,
                                ApplyError::Panicked,
                                "seed {SEED}, mutant {tried}"
                            );
                            assert_eq!(doc.heads(), heads, "seed {SEED}, mutant {tried}");
                            let name = format!("{refused:?}");
                            let name = name.split(['(', ' ']).next().unwrap_or_default();
                            *errors.entry(name.to_owned()).or_default() += 1;
                        }
                    }
                }
                // Whatever was refused left nothing behind.
                for (chunk, by) in &changes[at..] {
                    apply(&mut doc, chunk, by).expect("honest changes apply");
                }
                still_works(&mut doc, "after the mutants");
            }
            println!(
                "{tried} mutants of {round} changes (seed {SEED}): {taken} taken and equal to what our writer makes, {same} not changed, refused: {errors:?}"
            );
            worst.print("mutants");
            assert!(taken > 0 && taken < tried / 4, "{taken} of {tried}");
        },
    );
}

fn text(value: &str) -> ScalarValue {
    ScalarValue::Str(value.into())
}

/// A change by mallory that Automerge itself makes on a copy of the document.
fn made_with(
    doc: &Doc,
    make: impl FnOnce(&mut automerge::transaction::Transaction<'_>, &ObjId),
) -> Vec<u8> {
    let mut raw = Automerge::load(&doc.save()).unwrap().with_actor(mallory());
    let (_, marks) = raw.get(ROOT, "marks").unwrap().unwrap();
    let mut tx = raw.transaction();
    make(&mut tx, &marks);
    let (hash, _) = tx.commit_with(CommitOptions::default().with_time(9));
    let change = raw.get_change_by_hash(&hash.unwrap()).unwrap();
    change.raw_bytes().to_vec()
}

fn refused_operation(doc: &Doc, chunk: &[u8], wanted: &'static str, worst: &mut Worst) {
    let mut reader = doc.clone();
    let refused = worst.time(wanted, || apply(&mut reader, chunk, &mallory()));
    assert_eq!(refused, Err(ApplyError::Operation(wanted)));
    assert_eq!(reader.heads(), doc.heads());
    still_works(&mut reader, wanted);
}
