//! Figures of packing: a team with three years of edits, before and after. `GUILDHALL_TEAM` says of how many people; `docs/performance.md`
//! has what was seen with 500.

use super::*;
use crate::document::Writing;
use crate::domain::team::{Right, Rights, Role};
use std::time::Instant;

const DAY: u64 = 86_400_000;
const BEGAN: u64 = 1_690_000_000_000;

/// Three years of everybody: talks and marks by managers, training by themselves, actions by both.
pub fn years(people: usize) -> (Vec<Writing>, Vec<PersonId>) {
    let who: Vec<PersonId> = (0..people)
        .map(|i| format!("p-{i}").as_str().into())
        .collect();
    let mut all = Vec::new();
    let mut write =
        |doc: &DocRef, author: &PersonId, day: u64, table: &str, row: &str, field: &str| {
            all.push(Writing {
                doc: doc.clone(),
                author: author.clone(),
                at_ms: BEGAN + day * DAY,
                apart: false,
                ops: vec![op(
                    doc,
                    table,
                    row,
                    field,
                    Scalar::text(format!("as it was on day {day}")),
                )],
            });
        };
    for (n, person) in who.iter().enumerate() {
        let managers: [PersonId; 2] = ["owner-1".into(), format!("m-{}", n % 5).as_str().into()];
        let docs = [Kind::Card, Kind::Record, Kind::SelfRecord, Kind::Plan];
        let [card, record, own, plan] = docs.map(|kind| DocRef::of(kind, person));
        write(&card, person, 0, "card", "card", "name");
        for month in 0..36_u64 {
            let day = month * 30 + 1;
            let manager = &managers[month as usize % 2];
            write(
                &record,
                manager,
                day,
                "meetings",
                &format!("m{month}"),
                "notes",
            );
            write(&own, person, day + 1, "ppd", &format!("c{month}"), "title");
            if month % 3 == 0 {
                write(
                    &plan,
                    manager,
                    day + 2,
                    "actions",
                    &format!("a{month}"),
                    "title",
                );
                write(
                    &plan,
                    person,
                    day + 3,
                    "actions",
                    &format!("a{month}"),
                    "state",
                );
                write(
                    &record,
                    manager,
                    day + 4,
                    "meetings",
                    &format!("m{month}"),
                    "notes",
                );
            }
        }
    }
    (all, who)
}

#[test]
fn a_team_of_many_years_is_packed() {
    let people: usize = std::env::var("GUILDHALL_TEAM")
        .ok()
        .map_or(4, |n| n.parse().unwrap());
    let (writings, mut who) = years(people);
    let managers: Vec<PersonId> = (0..5).map(|i| format!("m-{i}").as_str().into()).collect();
    let rights = managers.iter().map(|holder| Right {
        holder: holder.clone(),
        role: Role::Manager,
        over: None,
        from: None,
        until: None,
    });
    let rights = Rights(rights.collect());
    who.extend(managers);
    let (dir, mut store) = fresh();
    let root = tempfile::tempdir().unwrap();
    let seed = Seed::Rightful {
        devices: root.path().to_owned(),
        people: who,
    };
    let began = Instant::now();
    store.seed(&writings, &rights, &seed).unwrap();
    println!("{} people, written in {:?}", people, began.elapsed());
    let team = store.team().unwrap();
    let figures = |store: &Store, when: &str| {
        let one = |sql: &str| store.db.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap();
        let bodies = one("SELECT count(*) FROM envelopes WHERE packed <> 1");
        println!(
            "{when}: {} envelopes, {bodies} with a body; bytes: {} of envelopes, {} of packs, {} of pages in use",
            one("SELECT count(*) FROM envelopes"),
            one("SELECT coalesce(sum(length(bytes)), 0) FROM envelopes"),
            one("SELECT coalesce(sum(length(bytes)), 0) FROM packs"),
            one("SELECT (page_count - freelist_count) * page_size
                 FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()"),
        );
        bodies
    };
    let load = |when: &str| {
        let mut store = Store::open(dir.path()).unwrap();
        let tx = store.db.unchecked_transaction().unwrap();
        let began = Instant::now();
        let mut heads = Vec::new();
        let docs = check::documents(&tx, &store.inner.keys).unwrap();
        for (_, doc) in &docs {
            let doc = doc.as_ref().unwrap();
            let loaded = documents::Loaded::load(&tx, &mut store.inner, doc)
                .unwrap()
                .unwrap();
            heads.push((loaded.made.doc.heads(), loaded.made.verdicts));
        }
        let all = began.elapsed();
        println!(
            "{when}: {} documents loaded in {all:?}, {:?} each",
            docs.len(),
            all / docs.len() as u32
        );
        heads
    };
    let before = figures(&store, "before");
    let heads = load("before");
    let began = Instant::now();
    let mut packed = store.pack_if_worthwhile().unwrap();
    println!("{packed} documents packed in {:?}", began.elapsed());
    if people < 100 {
        // A small team stays below every limit: then each is packed by itself.
        for kind in [Kind::Record, Kind::SelfRecord, Kind::Plan] {
            for n in 0..people {
                let doc = DocRef::of(kind, &format!("p-{n}").as_str().into());
                packed += usize::from(store.pack_document(&doc).unwrap() > 0);
            }
        }
    }
    let after = figures(&store, "after");
    assert!(packed > 0 && after < before);
    assert!(
        after <= 8_000.max(16 * people as i64),
        "{after} bodies are left"
    );
    assert_eq!(load("after"), heads);
    assert_eq!(store.team().unwrap(), team);
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn a_pack_stands_for_no_more_than_can_be_sent_at_once() {
    let (dir, mut store) = fresh();
    store.inner.most_packed = 40;
    for n in 0..100 {
        store
            .commit(&note("p-1", &format!("m{n}"), "a talk"))
            .unwrap();
    }
    assert_eq!(store.pack_document(&record("p-1")).unwrap(), 40);
    assert_eq!(store.pack_document(&record("p-1")).unwrap(), 0);
    store.inner.most_packed = 50;
    assert_eq!(store.pack_document(&record("p-1")).unwrap(), 10);
    // What was packed with more room stays packed.
    store.inner.most_packed = 20;
    assert_eq!(store.pack_document(&record("p-1")).unwrap(), 0);
    let before = store.rows(&record("p-1")).unwrap();
    assert_eq!(before.table("meetings").count(), 100);
    super::pairing::make(&mut store, "boss", crate::domain::team::Role::Manager);
    let (_boss, mut boss) = super::pairing::join(&mut store, "boss", 1);
    assert_eq!(
        contents(&boss.rows(&record("p-1")).unwrap()),
        contents(&before)
    );
    assert_eq!(boss.check().unwrap().findings, []);
    drop(store);
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(store.rows(&record("p-1")).unwrap(), before);
    assert_eq!(store.check().unwrap().findings, []);
    assert_eq!(store.pack_document(&record("p-1")).unwrap(), 50);
}
