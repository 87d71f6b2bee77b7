//! Repair: what can be made again is, what cannot be read is set aside and named, and the rest is readable and editable.

use super::*;
use crate::log::DocId;
use crate::store::guard::Why;

fn db(dir: &Path) -> Connection {
    schema::connect(&team_file(dir)).unwrap()
}

/// Flips a bit in the body of an envelope.
fn harm(dir: &Path, n: i64) {
    let db = db(dir);
    let mut bytes: Vec<u8> = db
        .query_row("SELECT bytes FROM envelopes WHERE n = ?1", [n], |r| {
            r.get(0)
        })
        .unwrap();
    let at = bytes.len() - 3;
    bytes[at] ^= 1;
    db.execute(
        "UPDATE envelopes SET bytes = ?2 WHERE n = ?1",
        rusqlite::params![n, bytes],
    )
    .unwrap();
}

fn texts(store: &mut Store, person: &str) -> Vec<String> {
    let rows = store.rows(&record(person)).unwrap();
    rows.table("meetings")
        .map(|(key, _)| key.to_string())
        .collect()
}

#[test]
fn a_sound_folder_is_left_as_it_is() {
    let (dir, mut store) = fresh();
    store.commit(&name("p-1", "Ada Quill")).unwrap();
    store.commit(&note("p-1", "m", "text")).unwrap();
    let before = places(dir.path());
    assert_eq!(store.repair().unwrap(), Repaired::default());
    assert_eq!(era(&mut store).0, 1);
    assert_eq!(places(dir.path()), before);
}

#[test]
fn a_damaged_envelope_is_set_aside_and_the_intact_part_goes_on_in_a_new_epoch() {
    let (dir, mut store) = fresh();
    for row in ["a", "b", "c", "d", "e"] {
        store.commit(&note("p-1", row, "text")).unwrap();
        store.commit(&note("p-2", row, "text")).unwrap();
    }
    let whole = store.rows(&record("p-2")).unwrap();
    drop(store);
    harm(dir.path(), 5); // the third of p-1

    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(store.check().unwrap().findings.len(), 1);
    assert!(store.commit(&note("p-1", "f", "text")).is_err());
    let done = store.repair().unwrap();
    let id = DocId::of(&store.inner.team, &record("p-1"), 0).to_string();
    let named: Vec<_> = (done.lost.iter())
        .map(|l| (l.doc.as_str(), l.first, l.last, l.kept))
        .collect();
    assert_eq!(
        named,
        [(id.as_str(), 3, 3, true), (id.as_str(), 4, 5, true)]
    );
    assert!(
        done.lost[0]
            .to_string()
            .contains("envelope 3: the body does not match"),
        "{}",
        done.lost[0]
    );
    assert_eq!(era(&mut store), (2, Why::Repaired));
    let health = store.check().unwrap();
    assert_eq!(health.findings, []);
    assert_eq!((health.counts.set_aside, health.counts.envelopes), (3, 7));
    assert_eq!(texts(&mut store, "p-1"), ["a", "b"]);
    assert_eq!(store.rows(&record("p-2")).unwrap(), whole);

    store.commit(&note("p-1", "f", "text")).unwrap();
    assert_eq!(texts(&mut store, "p-1"), ["a", "b", "f"]);
    let logs: std::collections::BTreeSet<_> = places(dir.path()).into_keys().map(|p| p.0).collect();
    assert_eq!(logs.len(), 3);
    assert_eq!(store.repair().unwrap(), Repaired::default());
    assert_eq!(store.check().unwrap().findings, []);
    let kept: i64 = db(dir.path())
        .query_row(
            "SELECT count(*) FROM set_aside WHERE length(bytes) > 300",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(kept, 3);
}

/// Changes of other logs that stand on a lost one cannot be read either; they are named too, and nothing else is touched.
#[test]
fn what_other_logs_built_on_it_is_set_aside_too() {
    let (dir, mut store) = fresh();
    for row in ["a", "b"] {
        store.commit(&note("p-1", row, "first era")).unwrap();
    }
    std::fs::remove_file(place::place_file(dir.path())).unwrap();
    for row in ["c", "d"] {
        store.commit(&note("p-1", row, "second era")).unwrap();
    }
    drop(store);
    harm(dir.path(), 2);
    let mut store = Store::open(dir.path()).unwrap();
    let done = store.repair().unwrap();
    assert_eq!(done.lost.len(), 3, "{:?}", done.lost);
    assert_eq!(store.check().unwrap().findings, []);
    assert_eq!(texts(&mut store, "p-1"), ["a"]);
    store.commit(&note("p-1", "e", "third era")).unwrap();
    assert_eq!(texts(&mut store, "p-1"), ["a", "e"]);
}

#[test]
fn envelopes_that_are_not_there_are_named_and_their_places_are_not_taken_again() {
    let (dir, mut store) = fresh();
    for row in ["a", "b", "c", "d"] {
        store.commit(&note("p-1", row, "text")).unwrap();
    }
    let before = places(dir.path());
    drop(store);
    db(dir.path())
        .execute("DELETE FROM envelopes WHERE n >= 3", [])
        .unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let done = store.repair().unwrap();
    assert_eq!(done.lost.len(), 1);
    let lost = &done.lost[0];
    assert_eq!((lost.first, lost.last, lost.kept), (3, 4, false));
    assert_eq!(store.check().unwrap().findings, []);
    for row in ["x", "y", "z"] {
        store.commit(&note("p-1", row, "text")).unwrap();
    }
    for (place, (hash, _)) in places(dir.path()) {
        assert!(before.get(&place).is_none_or(|(h, _)| *h == hash));
    }
    assert_eq!(texts(&mut store, "p-1"), ["a", "b", "x", "y", "z"]);
}

#[test]
fn views_summaries_bases_references_and_indexes_are_made_again() {
    let (dir, mut store) = fresh();
    store.commit(&name("p-1", "Ada Quill")).unwrap();
    store.commit(&note("p-1", "m", "text")).unwrap();
    let team = DocRef::team_wide(Kind::Team);
    let area = op(&team, "team", "team", "name", Scalar::text("Harbour"));
    store.commit(&edit("name", vec![area])).unwrap();
    let right = (store.team().unwrap(), store.rows(&record("p-1")).unwrap());
    drop(store);
    for (harm, words) in [
        ("UPDATE summaries SET sealed = randomblob(100)", "summaries"),
        ("DELETE FROM summaries", "summar"),
        ("UPDATE bases SET sealed = randomblob(100)", "of the team"),
        ("UPDATE views SET sealed = randomblob(100)", "the view of"),
        ("DELETE FROM views", "the view of"),
        ("UPDATE documents SET heads = randomblob(32)", "the view of"),
        (
            "UPDATE documents SET reference = randomblob(60) WHERE person IS NOT NULL AND id = 1",
            "what it is",
        ),
        ("UPDATE logs SET sum = randomblob(32)", "put right"),
        ("DROP INDEX envelopes_doc", "envelopes_doc"),
    ] {
        db(dir.path()).execute_batch(harm).unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let done = store.repair().unwrap();
        assert!(
            done.did.iter().any(|d| d.contains(words)),
            "{harm}: {done:?}"
        );
        assert_eq!(done.lost, [], "{harm}");
        assert_eq!(store.check().unwrap().findings, [], "{harm}");
        assert_eq!(store.team().unwrap(), right.0, "{harm}");
        assert_eq!(store.rows(&record("p-1")).unwrap(), right.1, "{harm}");
        assert_eq!(store.counters().rebuilt, 0, "{harm}");
    }
}

#[test]
fn an_index_that_does_not_match_its_table_is_made_again() {
    let (dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "text")).unwrap();
    drop(store);
    // The index is hidden from SQLite while a row is written.
    let (rest, page): (String, i64) = db(dir.path())
        .query_row(
            "SELECT sql, rootpage FROM sqlite_schema WHERE name = 'keys_home'",
            [],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .unwrap();
    let edit = |sql: &str| {
        let db = db(dir.path());
        db.execute_batch(&format!("PRAGMA writable_schema = ON; {sql}"))
            .unwrap();
    };
    edit("DELETE FROM sqlite_schema WHERE name = 'keys_home'");
    edit("INSERT INTO keys (home, key_id, sealed) VALUES (x'63', x'01', x'02')");
    edit(&format!(
        "INSERT INTO sqlite_schema VALUES ('index', 'keys_home', 'keys', {page}, '{rest}')"
    ));
    let mut store = Store::open(dir.path()).unwrap();
    assert!(!store.check().unwrap().findings.is_empty());
    let done = store.repair().unwrap();
    assert!(
        done.did.iter().any(|d| d.contains("SQLite's indexes")),
        "{done:?}"
    );
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn with_a_damaged_record_of_rights_no_envelope_is_touched() {
    let (dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "text")).unwrap();
    drop(store);
    let before = places(dir.path());
    db(dir.path())
        .execute("UPDATE authority SET entry = randomblob(200)", [])
        .unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let done = store.repair().unwrap();
    assert_eq!(done.lost, []);
    assert_eq!(places(dir.path()), before);
    assert!(!store.check().unwrap().findings.is_empty());
}

#[test]
fn a_place_that_was_made_again_is_said() {
    let (dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "text")).unwrap();
    drop(store);
    std::fs::write(place::place_file(dir.path()), "nonsense").unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let done = store.repair().unwrap();
    assert!(done.did[0].contains("“place” was damaged"), "{done:?}");
}
