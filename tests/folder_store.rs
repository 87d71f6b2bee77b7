//! A folder becomes the same team whether it is painted from memory or written to a store and read back.

use chrono::NaiveDate;
use guildhall::document::DocRef;
use guildhall::domain::{Person, Team};
use guildhall::exchange::{self, Ids, Mode, Parsed};
use guildhall::store::{Seed, Store};
use std::sync::Arc;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day")
}

fn compare(parsed: &Parsed, mode: &Mode) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ids = Ids::random([]);
    let written = exchange::writings(parsed, mode, &mut ids, day()).expect("writings");
    let rights = Arc::new(exchange::rights(parsed, &ids));
    let me = ids.get(parsed.owner()).expect("the owner").clone();
    let people = ids.iter().map(|(_, id)| id.clone()).collect();
    let seed = match mode {
        Mode::ImportedBy(_) => Seed::Own,
        Mode::Rightful => Seed::Rightful {
            devices: folder.path().join("devices"),
            people,
        },
    };
    let mut store = Store::create(&folder.path().join("data"), &me).expect("a store");
    store
        .seed(&written.writings, &rights, &seed)
        .expect("seeded");

    let private = |doc: &DocRef| {
        doc.kind != guildhall::document::Kind::Private || doc.person.as_ref() == Some(&me)
    };
    let painted = exchange::paint(&written.writings, &rights, &me, mode, &private);
    let stored: Team = store.team().expect("the team");
    assert_eq!(stored.base, painted.base);
    assert_eq!(stored.framework, painted.framework);
    assert_eq!(stored.succession, painted.succession);
    let mut held = stored.rights.0.clone();
    let mut given = painted.rights.0.clone();
    held.sort();
    given.sort();
    assert_eq!(held, given);
    let names =
        |team: &Team| -> Vec<String> { team.people.iter().map(|p| p.handle.clone()).collect() };
    assert_eq!(names(&stored), names(&painted));
    for person in &painted.people {
        let mut read: Person = store.person(&person.id).expect("read").expect("there");
        // Whether a device was heard is the store's own knowledge.
        read.heard = person.heard;
        read.admitted = person.admitted;
        assert_eq!(&read, person.as_ref());
    }
}

#[test]
fn the_sample_painted_is_the_sample_stored() {
    let parsed = exchange::parse(&exchange::sample()).expect("the sample");
    compare(&parsed, &Mode::Rightful);
    compare(&parsed, &Mode::ImportedBy(parsed.owner().to_owned()));
}
