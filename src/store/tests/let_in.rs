//! What a device has that was let in, and what letting it in leaves as it was.

use super::pairing::{join, make};
use super::*;
use crate::domain::team::Role;

#[test]
fn a_manager_who_joins_has_people_who_have_neither_device_nor_right() {
    let (_dir, mut owner) = fresh();
    owner.commit(&name("p-1", "Ada Inkwell")).unwrap();
    owner.commit(&note("p-1", "m", "first")).unwrap();
    make(&mut owner, "boss", Role::Manager);
    let (_boss, mut boss) = join(&mut owner, "boss", 1);
    let person = boss.person(&"p-1".into()).unwrap();
    assert_eq!(person.expect("somebody").name.get(), "Ada Inkwell");
    let rows = boss.rows(&record("p-1")).unwrap();
    assert_eq!(
        values(&rows, "meetings", "m", "notes"),
        [Scalar::text("first")]
    );
    let waiting: i64 = boss
        .db
        .query_row("SELECT count(*) FROM early", [], |r| r.get(0))
        .unwrap();
    assert_eq!(waiting, 0);
}

#[test]
fn letting_somebody_in_begins_no_document() {
    let (_dir, mut owner) = fresh();
    owner.commit(&name("p-1", "Ada Inkwell")).unwrap();
    make(&mut owner, "boss", Role::Manager);
    let before = owner.documents().unwrap();
    let (_boss, _) = join(&mut owner, "boss", 1);
    let (_tech, _) = join(&mut owner, "p-1", 2);
    assert_eq!(owner.documents().unwrap(), before);
}
