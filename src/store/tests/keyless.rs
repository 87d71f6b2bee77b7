//! Packs whose key is not here: they wait within the budget until it is granted, whichever comes first.

use super::pairing::{let_in, make};
use super::*;
use crate::log::Envelope;
use crate::log::envelope::BodyKind;

/// An owner with somebody's packed record and card, a manager who was let in, and what that manager is sent: grants apart from the rest.
fn apart() -> ([TempDir; 2], Store, Store, Parcel, Parcel) {
    let (owner_dir, mut owner) = fresh();
    let card = DocRef::of(Kind::Card, &"p-1".into());
    for n in 0..5 {
        owner
            .commit(&note("p-1", &format!("m{n}"), "text"))
            .unwrap();
        owner.commit(&name("p-1", &format!("Ada {n}"))).unwrap();
    }
    make(&mut owner, "boss", crate::domain::team::Role::Manager);
    let (boss_dir, boss, mut rest) = let_in(&mut owner, "boss", 1);
    owner.pack_document(&record("p-1")).unwrap();
    owner.pack_document(&card).unwrap();
    let grants = |e: &Vec<u8>| Envelope::decode(e).unwrap().header.kind == BodyKind::Grant;
    let sent = owner.parcel_for(&boss.device()).unwrap();
    rest.packs = sent.packs;
    let (keys, others) = sent.envelopes.into_iter().partition(grants);
    rest.envelopes = others;
    let keys = Parcel {
        envelopes: keys,
        ..Parcel::default()
    };
    assert_eq!((rest.packs.len(), keys.envelopes.len() >= 2), (2, true));
    ([owner_dir, boss_dir], owner, boss, rest, keys)
}

fn waiting(store: &Store) -> i64 {
    let sql = "SELECT count(*) FROM early";
    store.db.query_row(sql, [], |r| r.get(0)).unwrap()
}

fn is_whole(store: &mut Store) {
    let rows = store.rows(&record("p-1")).unwrap();
    assert_eq!(rows.table("meetings").count(), 5);
    let person = store.person(&"p-1".into()).unwrap().unwrap();
    assert_eq!(person.name.get(), "Ada 4");
    assert_eq!(waiting(store), 0);
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn a_pack_before_its_key_waits_for_the_grant() {
    let (_dirs, _owner, mut boss, rest, keys) = apart();
    for again in 1..3 {
        let received = boss.receive(&rest).unwrap();
        assert_eq!(received.refused, Vec::<String>::new(), "{again}");
        assert_eq!((received.early, received.newer), (2, 0));
        assert_eq!(waiting(&boss), 2, "it waits once");
    }
    assert_eq!(boss.rows(&record("p-1")).unwrap(), Rows::default());
    // The grants alone: nobody says again whom the packs are about.
    let received = boss.receive(&keys).unwrap();
    assert_eq!(received.refused, Vec::<String>::new());
    is_whole(&mut boss);
}

#[test]
fn a_pack_behind_its_key_is_taken_at_once() {
    let (_dirs, _owner, mut boss, rest, keys) = apart();
    let keys = Parcel {
        people: rest.people.clone(),
        ..keys
    };
    boss.receive(&keys).unwrap();
    let received = boss.receive(&rest).unwrap();
    assert_eq!(received.refused, Vec::<String>::new());
    is_whole(&mut boss);
}

#[test]
fn packs_wait_within_their_budget_and_a_hostile_one_is_refused_when_its_key_comes() {
    let (_dirs, _owner, mut boss, rest, keys) = apart();
    let mut hostile = rest.clone();
    for pack in &mut hostile.packs {
        let last = pack.pack.len() - 1;
        pack.pack[last] ^= 1;
    }
    assert_eq!(boss.receive(&hostile).unwrap().early, 2);
    // Larger than all that may wait of packs.
    let mut large = rest.clone();
    large.packs.truncate(1);
    large.packs[0].pack.resize(33 << 20, 0);
    large.packs[0].headers.truncate(2);
    let received = boss.receive(&large).unwrap();
    assert_eq!((received.refused.len(), waiting(&boss)), (1, 2));
    let received = boss.receive(&keys).unwrap();
    assert_eq!(received.refused.len(), 2, "{:?}", received.refused);
    assert_eq!(boss.receive(&rest).unwrap().refused, Vec::<String>::new());
    is_whole(&mut boss);
}
