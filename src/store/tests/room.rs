//! The file is kept small: what is worth packing is packed, and the room that this leaves is given back, with others on the same file.

use super::packed_team::years;
use super::*;
use crate::document::Writing;
use crate::domain::team::Rights;

fn one(store: &Store, sql: &str) -> i64 {
    store.db.query_row(sql, [], |r| r.get(0)).unwrap()
}

fn bodies(store: &Store) -> i64 {
    one(store, "SELECT count(*) FROM envelopes WHERE packed <> 1")
}

fn bytes(dir: &Path) -> u64 {
    std::fs::metadata(team_file(dir)).unwrap().len()
}

/// More edits than a file keeps loose, all by the folder's own device, as after an import.
fn crowded() -> (TempDir, Store) {
    let (dir, mut store) = fresh();
    let (writings, who) = years(60);
    // Nobody writes of themself what others hold about them; here one device writes everything that it may.
    let own = |w: &Writing| matches!(w.doc.kind, Kind::Record | Kind::Plan | Kind::Card);
    let mut writings: Vec<Writing> = writings.into_iter().filter(own).collect();
    for (n, op) in writings.iter_mut().flat_map(|w| &mut w.ops).enumerate() {
        op.value = Scalar::text(format!("what was said on day {n}, in as many words; ").repeat(20));
    }
    assert_eq!(who.len(), 60);
    store
        .seed(&writings, &Rights::default(), &Seed::Own)
        .unwrap();
    (dir, store)
}

#[test]
fn a_large_import_is_packed_and_gives_back_its_room() {
    let (dir, mut store) = crowded();
    let (dir, team) = (dir.path(), store.team().unwrap());
    let before = bodies(&store);
    let all = one(&store, "SELECT count(*) FROM envelopes");
    assert!(before > 4_000, "{before}");
    // Somebody is reading what stands there, all the while.
    let mut other = Store::open(dir).unwrap();
    let reading = other.db.transaction().unwrap();
    let seen = |db: &Connection| -> i64 {
        db.query_row("SELECT sum(length(bytes)) FROM envelopes", [], |r| r.get(0))
            .unwrap()
    };
    let old = seen(&reading);

    let tidied = store.tidy(|| false).unwrap();
    println!("{before} bodies, {} after; {tidied:?}", bodies(&store));
    assert!(tidied.done && tidied.packed > 0 && tidied.given_back > 0);
    assert!(bodies(&store) <= 2_100, "{}", bodies(&store));
    assert_eq!(
        one(&store, "SELECT count(*) FROM envelopes"),
        all,
        "every header stays"
    );
    assert_eq!(
        seen(&reading),
        old,
        "whoever reads goes on with what stood there"
    );
    reading.commit().unwrap();
    assert!(seen(&other.db) < old);
    assert_eq!(other.team().unwrap(), team);
    assert_eq!(store.check().unwrap().findings, []);
    assert_eq!(
        store.tidy(|| false).unwrap(),
        Tidied {
            done: true,
            ..Tidied::default()
        }
    );

    // Whoever closes last leaves the smaller file and no log.
    drop((store, other));
    let pages = {
        let db = schema::connect(&team_file(dir)).unwrap();
        db.query_row(
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            [],
            |r| r.get::<_, i64>(0),
        )
        .unwrap()
    };
    assert_eq!(bytes(dir), u64::try_from(pages).unwrap());
    assert!(std::fs::metadata(dir.join("team.db-wal")).map_or(0, |m| m.len()) == 0);
    let mut again = Store::open(dir).unwrap();
    assert_eq!(again.team().unwrap(), team);
}

#[test]
fn room_is_left_while_another_writes_and_given_back_after_it() {
    let (dir, mut store) = crowded();
    while store.pack_next().unwrap() {}
    let before = bytes(dir.path()).max(one(
        &store,
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    ) as u64);
    let other = schema::connect(&team_file(dir.path())).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(store.tidy(|| false).unwrap().given_back, 0);
    other.execute_batch("ROLLBACK").unwrap();
    let tidied = store.tidy(|| false).unwrap();
    assert!(tidied.given_back > 0);
    // Nobody else was reading: the log is empty, and the file on the disk is what it says.
    assert_eq!(bytes(dir.path()), before - tidied.given_back);
    assert_eq!(
        std::fs::metadata(dir.path().join("team.db-wal"))
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn tidying_stops_before_the_next_document_when_it_is_told_so() {
    let (_dir, mut store) = crowded();
    let mut asked = 0;
    let tidied = store
        .tidy(|| {
            asked += 1;
            asked > 3
        })
        .unwrap();
    assert_eq!((tidied.packed, tidied.done), (3, false));
}
