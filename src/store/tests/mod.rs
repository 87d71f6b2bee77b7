//! Tests of the store through its public face; each file about one promise.

mod backups;
mod carrier;
mod carriers_kept;
mod clones;
mod contested;
mod counted;
mod erasure;
mod keyless;
mod large;
mod let_in;
mod meeting;
mod newer;
mod packed_team;
mod packs;
pub mod pairing;
mod private;
mod promises;
pub mod removal;
mod repairs;
mod rights;
mod room;
mod salvaged;
mod seeds;
mod sharing;
mod steps;
mod subject;

use super::*;
use crate::document::{Kind, Op, Scalar};
use tempfile::TempDir;

/// A fresh team with its owner's handle.
pub fn fresh() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), &"owner-1".into()).unwrap();
    (dir, store)
}

/// Where the authority stands.
pub fn position(store: &mut Store) -> crate::log::Position {
    store.inner.authority(&store.db).unwrap().position()
}

/// How many entries and envelopes wait for something.
pub fn waiting_early(store: &mut Store) -> i64 {
    store
        .db
        .query_row("SELECT count(*) FROM early", [], |r| r.get(0))
        .unwrap()
}

/// One assignment to somebody's record, or to any other document.
pub fn op(doc: &DocRef, table: &str, row: &str, field: &str, value: Scalar) -> Op {
    Op {
        doc: doc.clone(),
        table: table.into(),
        row: row.into(),
        field: field.into(),
        value,
    }
}

pub fn edit(label: &str, ops: Vec<Op>) -> Edit {
    Edit::new(label, ops)
}

pub fn record(person: &str) -> DocRef {
    DocRef::of(Kind::Record, &person.into())
}

/// An edit of one note in somebody's record.
pub fn note(person: &str, row: &str, text: &str) -> Edit {
    let value = if text.is_empty() {
        Scalar::Null
    } else {
        Scalar::text(text)
    };
    edit(
        text,
        vec![op(&record(person), "meetings", row, "notes", value)],
    )
}

/// An edit of somebody's name.
pub fn name(person: &str, text: &str) -> Edit {
    let card = DocRef::of(Kind::Card, &person.into());
    edit(
        text,
        vec![op(&card, "card", "card", "name", Scalar::text(text))],
    )
}

/// Values of a field, without who and when.
pub fn values(rows: &Rows, table: &str, row: &str, field: &str) -> Vec<Scalar> {
    let mut values: Vec<_> = rows
        .claims(table, row, field)
        .iter()
        .map(|c| c.value.clone())
        .collect();
    values.sort();
    values
}

/// All values of a document, without who and when.
pub fn contents(rows: &Rows) -> Vec<(String, String, String, Vec<Scalar>)> {
    let mut all = Vec::new();
    for (table, table_rows) in &rows.tables {
        for (key, row) in table_rows {
            for field in row.keys() {
                all.push((
                    table.clone(),
                    key.clone(),
                    field.clone(),
                    values(rows, table, key, field),
                ));
            }
        }
    }
    all
}

#[test]
fn a_new_team_is_created_edited_and_found_again() {
    let (dir, mut store) = fresh();
    let team = store.team().unwrap();
    assert!(team.people.is_empty());
    assert_eq!(team.me, "owner-1".into());
    assert!(team.rights.is_manager(&"owner-1".into(), day_of(now_ms())));

    let saved = store.commit(&name("p-1", "Ada Inkwell")).unwrap();
    assert_eq!(saved.people, [PersonId::new("p-1")].into());
    let after = store.refresh(&team).unwrap().expect("somebody is new");
    assert_eq!(after.people[0].name.get(), "Ada Inkwell");
    assert!(store.refresh(&after).unwrap().is_none());

    drop(store);
    let mut again = Store::open(dir.path()).unwrap();
    let team = again.team().unwrap();
    assert_eq!(team.people[0].name.get(), "Ada Inkwell");
    assert_eq!(team, after);
    assert_eq!(again.counters().document_loads, 0);
}

#[test]
fn what_did_not_change_is_the_same_arc() {
    let (_dir, mut store) = fresh();
    store.commit(&name("p-1", "Ada Inkwell")).unwrap();
    store.commit(&name("p-2", "Bo Reed")).unwrap();
    let before = store.team().unwrap();
    store.commit(&name("p-2", "Bo Ash")).unwrap();
    let after = store.refresh(&before).unwrap().unwrap();
    assert!(std::sync::Arc::ptr_eq(&before.people[0], &after.people[0]));
    assert!(!std::sync::Arc::ptr_eq(&before.people[1], &after.people[1]));
    assert!(std::sync::Arc::ptr_eq(&before.base, &after.base));
    assert!(std::sync::Arc::ptr_eq(&before.rights, &after.rights));
}

#[test]
fn an_edit_that_changes_nothing_writes_nothing() {
    let (_dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "first")).unwrap();
    let saved = store.commit(&note("p-1", "m", "first")).unwrap();
    assert!(!saved.changed());
    store.undo().unwrap().unwrap();
    assert!(store.undo().unwrap().is_none(), "only one step was taken");
}

#[test]
fn what_the_table_denies_is_refused_with_who_may() {
    let (_dir, mut store) = fresh();
    let own = store.commit(&note("owner-1", "m", "about myself"));
    assert!(matches!(own, Err(StoreError::NotAllowed { .. })));
    let other = DocRef::of(Kind::Private, &"p-1".into());
    let peek = store.commit(&edit(
        "peek",
        vec![op(&other, "marks", "a|b|c|d", "mark", Scalar::text("x"))],
    ));
    assert!(peek.unwrap_err().to_string().contains("only they may"));
    let table = store.commit(&edit(
        "no such table",
        vec![op(&record("p-1"), "nonsense", "a", "b", Scalar::Int(1))],
    ));
    assert!(matches!(table, Err(StoreError::Write(_))));
}

/// Copies the files of a folder into a new one, as `cp -a` does.
pub fn copy_folder(from: &Path, to: &Path) {
    files::make_private_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Every envelope of a folder: its place, the hash of its header, its nonce.
pub fn places(dir: &Path) -> std::collections::BTreeMap<Place, ([u8; 32], [u8; 24])> {
    let db = schema::connect(&team_file(dir)).unwrap();
    let mut statement = db.prepare("SELECT bytes FROM envelopes").unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut all = std::collections::BTreeMap::new();
    while let Some(row) = rows.next().unwrap() {
        let bytes: Vec<u8> = row.get(0).unwrap();
        let header = crate::log::Envelope::decode(&bytes).unwrap().header;
        let place = (header.log.doc.0, header.log.device.0, header.log.epoch.0);
        let twice = all.insert((place, header.seq), (header.hash(), header.nonce));
        assert_eq!(twice, None, "a place is taken twice");
    }
    all
}

/// Document, device and epoch; seq.
pub type Place = (([u8; 32], [u8; 32], u64), u64);

/// Asserts that two folders wrote nothing different in one place, and no nonce twice; returns how many places they share.
pub fn assert_apart(one: &Path, two: &Path) -> usize {
    let (one, two) = (places(one), places(two));
    let nonces: std::collections::BTreeMap<_, _> = one
        .iter()
        .map(|(place, (_, nonce))| (*nonce, *place))
        .collect();
    let mut shared = 0;
    for (place, (hash, nonce)) in &two {
        match one.get(place) {
            Some((other, _)) => {
                assert_eq!(hash, other, "one place holds two envelopes: {place:?}");
                shared += 1;
            }
            None => assert!(!nonces.contains_key(nonce), "a nonce is used twice"),
        }
    }
    shared
}

/// Number and reason of the era that stands.
pub fn era(store: &mut Store) -> (i64, EraBegan) {
    let era = guard::era(&store.db).unwrap();
    (era.number, era.why.unwrap())
}
