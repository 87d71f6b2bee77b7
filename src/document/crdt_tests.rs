use super::*;
use proptest::prelude::*;

fn actor(n: u8) -> ActorId {
    ActorId::from([n; 16].as_slice())
}

fn nobody(_: &ActorId) -> Option<PersonId> {
    None
}

fn by_actor(actor: &ActorId) -> Option<PersonId> {
    Some(PersonId::new(actor.to_hex_string()))
}

fn put(row: &str, field: &str, value: Scalar) -> Put {
    ("marks".into(), row.into(), field.into(), value)
}

/// First changes never alter: documents on other machines rest on them. A new table needs a second change, not another first one.
#[test]
fn the_first_change_of_each_kind_is_the_same_for_ever() {
    let hashes: Vec<_> = Kind::ALL
        .iter()
        .map(|kind| {
            let heads = Doc::first(*kind).heads();
            let hex = heads.first().map(|h| {
                h[..8]
                    .iter()
                    .map(|b| format!("{b:02x}"))
                    .collect::<String>()
            });
            (kind.name(), hex.unwrap_or_default())
        })
        .collect();
    let pinned = [
        ("framework", "691b787ebcb2c56d"),
        ("team", "0f5a71c8515c0084"),
        ("card", "9ddfcd1cd8f1acd2"),
        ("self", "c5529f63a02837f0"),
        ("record", "f1d12f959efad0ae"),
        ("plan", "9f78f5b30270d51f"),
        ("private", "9b04002820b62d72"),
        ("succession", "be27adf206326fcf"),
        // Nothing is written to these yet: they begin with their first table.
        ("aggregates", ""),
        ("statements", ""),
    ];
    assert_eq!(hashes, pinned.map(|(kind, hash)| (kind, hash.to_owned())));
}

#[test]
fn what_is_written_is_read_with_author_and_milliseconds() {
    let mut doc = Doc::first(Kind::Record);
    let puts = [
        put("a|b|c|2026-01-01", "mark", Scalar::text("12|1|x")),
        put("a|b|c|2026-01-01", "n", Scalar::Int(-5)),
        put("a|b|c|2026-01-01", "yes", Scalar::Bool(true)),
    ];
    doc.write(&puts, &actor(1), 1_234_567_890_123)
        .unwrap()
        .unwrap();
    let rows = doc.rows(&by_actor);
    for (_, row, field, value) in &puts {
        let claims = rows.claims("marks", row, field);
        assert_eq!(claims.len(), 1);
        assert_eq!(claims[0].value, *value);
        assert_eq!(claims[0].at, 1_234_567_890_123);
        assert_eq!(claims[0].author, by_actor(&actor(1)));
    }
}

#[test]
fn nothing_new_makes_no_change_and_null_removes() {
    let mut doc = Doc::first(Kind::Record);
    let one = [put("r", "f", Scalar::Int(1))];
    assert!(doc.write(&one, &actor(1), 1).unwrap().is_some());
    assert!(doc.write(&one, &actor(1), 2).unwrap().is_none());
    let none = [put("r", "f", Scalar::Null)];
    assert!(doc.write(&none, &actor(1), 3).unwrap().is_some());
    assert!(doc.write(&none, &actor(1), 4).unwrap().is_none());
    assert_eq!(doc.rows(&nobody), Rows::default());
}

#[test]
fn written_apart_both_stay_until_somebody_chooses() {
    let mut doc = Doc::first(Kind::Record);
    let heads = doc.heads();
    doc.write(&[put("r", "f", Scalar::Int(1))], &actor(1), 1)
        .unwrap();
    doc.write_at(&heads, &[put("r", "f", Scalar::Int(2))], &actor(2), 2)
        .unwrap()
        .unwrap();
    let claims = doc.claims("marks", "r", "f", &by_actor);
    assert_eq!(claims.len(), 2);
    assert_eq!(doc.rows(&by_actor).claims("marks", "r", "f"), claims);
    doc.write(&[put("r", "f", Scalar::Int(2))], &actor(1), 3)
        .unwrap()
        .unwrap();
    let claims = doc.claims("marks", "r", "f", &by_actor);
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].value, Scalar::Int(2));
}

#[test]
fn foreign_actors_gaps_missing_dependencies_and_other_chunks_are_refused() {
    let mut doc = Doc::first(Kind::Record);
    let first = doc
        .write(&[put("r", "f", Scalar::Int(1))], &actor(1), 1)
        .unwrap()
        .unwrap();
    let second = doc
        .write(&[put("r", "f", Scalar::Int(2))], &actor(1), 2)
        .unwrap()
        .unwrap();
    let apply = |chunks: &[&[u8]], by: u8| {
        let by = actor(by);
        Doc::first(Kind::Record).apply(chunks.iter().map(|c| (*c, &by)))
    };
    assert!(apply(&[&first.chunk, &second.chunk], 1).is_ok());
    assert_eq!(apply(&[&first.chunk], 2), Err(ApplyError::Actor));
    assert!(matches!(
        apply(&[&second.chunk], 1),
        Err(ApplyError::Seq { .. })
    ));
    assert!(matches!(
        apply(&[&first.chunk, &first.chunk], 1),
        Err(ApplyError::Seq { .. })
    ));
    assert_eq!(apply(&[b"nonsense"], 1), Err(ApplyError::Form));
    let mut deflated = first.chunk.clone();
    deflated[8] = 2;
    assert_eq!(apply(&[&deflated], 1), Err(ApplyError::Form));
}

#[test]
fn names_that_cannot_be_are_refused() {
    let mut doc = Doc::first(Kind::Record);
    let bad = (
        "nonsense".to_owned(),
        "r".to_owned(),
        "f".to_owned(),
        Scalar::Null,
    );
    assert!(matches!(
        doc.write(&[bad], &actor(1), 1),
        Err(WriteError::NoTable { .. })
    ));
    assert!(matches!(
        doc.write(&[put("r", "a.b", Scalar::Null)], &actor(1), 1),
        Err(WriteError::BadField(_))
    ));
}

/// What one device does: a field, a value, and whether it first hears of all that the others did.
fn deeds() -> impl Strategy<Value = Vec<(u8, u8, i64, bool)>> {
    proptest::collection::vec((0..3_u8, 0..4_u8, 0..3_i64, any::<bool>()), 1..25)
}

proptest! {
    /// Three devices write, now and then hearing of each other; whoever applies all changes in any order that respects what each
    /// rests on reads the same rows.
    #[test]
    fn changes_in_any_order_give_the_same_rows(deeds in deeds(), seed in any::<u64>()) {
        let mut devices: Vec<Doc> = (0..3).map(|_| Doc::first(Kind::Record)).collect();
        let mut all: Vec<(u8, Vec<u8>)> = Vec::new();
        let mut known = [vec![], vec![], vec![]] as [Vec<usize>; 3];
        for (time, (who, field, value, hear)) in deeds.into_iter().enumerate() {
            let w = usize::from(who);
            if hear {
                for (i, (by, chunk)) in all.iter().enumerate() {
                    if !known[w].contains(&i) {
                        let by = actor(*by + 1);
                        devices[w].apply([(&chunk[..], &by)]).unwrap();
                        known[w].push(i);
                    }
                }
            }
            let value = if value == 0 { Scalar::Null } else { Scalar::Int(value) };
            let puts = [put("r", &format!("f{field}"), value)];
            if let Some(written) = devices[w].write(&puts, &actor(who + 1), time as u64 + 1).unwrap() {
                known[w].push(all.len());
                all.push((who, written.chunk));
            }
        }
        let read = |mut waiting: Vec<(u8, Vec<u8>)>| {
            let mut doc = Doc::first(Kind::Record);
            // What rests on something that has not come yet waits for the next round.
            while !waiting.is_empty() {
                let before = waiting.len();
                waiting.retain(|(by, chunk)| doc.apply([(&chunk[..], &actor(*by + 1))]).is_err());
                assert!(waiting.len() < before, "no change could be applied");
            }
            doc.rows(&by_actor)
        };
        let in_order = read(all.clone());
        let mut shuffled = all;
        let mut state = seed;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        prop_assert_eq!(read(shuffled), in_order);
    }

    #[test]
    fn refreshed_rows_are_the_whole_rows(deeds in deeds()) {
        let mut doc = Doc::first(Kind::Record);
        let mut rows = Rows::default();
        let first = doc.heads();
        for (time, (who, field, value, apart)) in deeds.into_iter().enumerate() {
            let value = if value == 0 { Scalar::Null } else { Scalar::Int(value) };
            let puts = [put("r", &format!("f{field}"), value)];
            let time = time as u64 + 1;
            // An actor that wrote before cannot write as if it had not.
            if apart && doc.changes_by(&actor(who + 1)) == 0 {
                doc.write_at(&first, &puts, &actor(who + 1), time).unwrap();
            } else {
                doc.write(&puts, &actor(who + 1), time).unwrap();
            }
            doc.refresh_rows(&mut rows, &puts, &by_actor);
        }
        prop_assert_eq!(rows, doc.rows(&by_actor));
    }

    #[test]
    fn no_bytes_make_a_document_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), chunk in any::<bool>()) {
        if chunk && bytes.len() > 9 {
            bytes[..4].copy_from_slice(&[0x85, 0x6f, 0x4a, 0x83]);
            bytes[8] = 1;
        }
        let mut doc = Doc::first(Kind::Record);
        prop_assert!(doc.apply([(&bytes[..], &actor(1))]).is_err());
    }
}

/// A later version of the program that has one table more.
fn of_a_later_step() -> Doc {
    let first = schema::tables(Kind::Record);
    Doc::make_first(Kind::Record, &[first, &["later"]])
}

#[test]
fn what_was_written_at_one_schema_step_stands_at_the_next() {
    let put = |table: &str, row: &str| -> Put {
        (table.into(), row.into(), "f".into(), Scalar::text("text"))
    };
    let (one, two) = (actor(1), actor(2));
    let mut old = Doc::first(Kind::Record);
    let mut chunks = Vec::new();
    for row in ["a", "b"] {
        let written = old.write(&[put("marks", row)], &one, 1).unwrap().unwrap();
        chunks.push((written.chunk, one.clone()));
    }
    // The same changes open in the newer program, which goes on in its new table.
    let mut new = of_a_later_step();
    new.apply(chunks.iter().map(|(c, a)| (&c[..], a))).unwrap();
    let written = new.write(&[put("later", "c")], &two, 2).unwrap().unwrap();
    let rows = new.rows(&|_| None);
    assert!(rows.row("marks", "a").is_some() && rows.row("marks", "b").is_some());
    assert!(rows.row("later", "c").is_some());
    // Whoever writes with the older program meanwhile is understood as well.
    let late = old.write(&[put("marks", "d")], &one, 3).unwrap().unwrap();
    new.apply([(&late.chunk[..], &one)]).unwrap();
    assert!(new.rows(&|_| None).row("marks", "d").is_some());
    // The older program waits for what it does not know, and loses nothing of its own.
    let refused = old.apply([(&written.chunk[..], &two)]).unwrap_err();
    assert_eq!(refused, ApplyError::Dependency);
    assert!(old.rows(&|_| None).row("marks", "d").is_some());
    // And all of it loads.
    automerge::Automerge::load(&new.save()).unwrap();
}
