//! Copies, databases that were put back, other machines: each begins a new era, and no place in a log is written twice.

use super::*;
use crate::document::Writing;
use crate::domain::team::Rights;
use crate::store::guard::Why;
use crate::store::outside::Outside;
use std::fs;

fn many(store: &mut Store, words: &str, count: usize) {
    for i in 0..count {
        store
            .commit(&note("p-1", &format!("{words}{i}"), words))
            .unwrap();
    }
}

/// Contents of both files of a closed folder.
fn state(dir: &Path) -> (Vec<u8>, Vec<u8>) {
    let read = |path| fs::read(path).unwrap();
    (read(team_file(dir)), read(place::place_file(dir)))
}

/// Overwrites a file where it lies, so that it stays the same file.
fn put_back(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_folder_that_stays_where_it_is_stays_in_its_first_era() {
    let (dir, mut store) = fresh();
    many(&mut store, "a", 3);
    drop(store);
    for _ in 0..3 {
        let mut store = Store::open(dir.path()).unwrap();
        assert_eq!(era(&mut store), (1, Why::Founded));
        many(&mut store, "b", 2);
    }
    let logs: std::collections::BTreeSet<_> = places(dir.path()).into_keys().map(|p| p.0).collect();
    assert_eq!(logs.len(), 1);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_renamed_where_it_lies_is_the_same() {
    let root = tempfile::tempdir().unwrap();
    let (one, two) = (root.path().join("one"), root.path().join("two"));
    drop(Store::create(&one, &"o".into()).unwrap());
    fs::rename(&one, &two).unwrap();
    assert_eq!(era(&mut Store::open(&two).unwrap()).0, 1);
}

#[test]
fn a_database_put_back_ten_commits_is_noticed_and_no_place_is_written_twice() {
    let (dir, mut store) = fresh();
    many(&mut store, "kept", 4);
    drop(store);
    let (earlier, _) = state(dir.path());
    let mut store = Store::open(dir.path()).unwrap();
    many(&mut store, "lost", 10);
    store.commit(&note("p-2", "m", "lost too")).unwrap();
    drop(store);
    let before = tempfile::tempdir().unwrap();
    copy_folder(dir.path(), &before.path().join("copy"));
    put_back(&team_file(dir.path()), &earlier);

    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(era(&mut store), (2, Why::WentBack));
    many(&mut store, "new", 12);
    store.commit(&note("p-2", "m", "new")).unwrap();
    assert_eq!(store.check().unwrap().findings, []);
    let rows = store.rows(&record("p-1")).unwrap();
    assert_eq!(rows.table("meetings").count(), 16);
    drop(store);
    assert_eq!(assert_apart(dir.path(), &before.path().join("copy")), 4);
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(era(&mut store).0, 2, "it is noticed once");
}

#[test]
fn a_copied_folder_and_another_machine_begin_eras_of_their_own() {
    let (dir, mut store) = fresh();
    many(&mut store, "kept", 3);
    drop(store);
    let root = tempfile::tempdir().unwrap();
    let copy = root.path().join("copy");
    copy_folder(dir.path(), &copy);
    let mut store = Store::open(&copy).unwrap();
    assert_eq!(era(&mut store), (2, Why::Folder));
    many(&mut store, "copy", 5);
    drop(store);
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(era(&mut store).0, 1, "the original goes on");
    many(&mut store, "original", 5);
    drop(store);
    assert_eq!(assert_apart(dir.path(), &copy), 3);

    let elsewhere = Outside::machine_named("another");
    let mut store = open_elsewhere(dir.path(), elsewhere).unwrap();
    assert_eq!(era(&mut store), (2, Why::Machine));
    many(&mut store, "there", 1);
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn a_place_that_is_missing_damaged_or_of_another_time_begins_an_era() {
    let (dir, mut store) = fresh();
    many(&mut store, "a", 2);
    drop(store);
    let (_, first) = state(dir.path());
    let file = place::place_file(dir.path());
    type Harm<'a> = &'a dyn Fn();
    let harms: [(Harm<'_>, Why); 4] = [
        (&|| fs::remove_file(&file).unwrap(), Why::PlaceMissing),
        (&|| put_back(&file, b""), Why::PlaceDamaged),
        (&|| put_back(&file, &[7; 256]), Why::PlaceDamaged),
        (&|| put_back(&file, &first), Why::PlaceForeign),
    ];
    for (i, (harm, why)) in harms.into_iter().enumerate() {
        harm();
        let mut store = Store::open(dir.path()).unwrap();
        assert_eq!(era(&mut store), (i as i64 + 2, why));
        many(&mut store, &format!("after{i}-"), 2);
        assert_eq!(store.check().unwrap().findings, []);
        drop(store);
        let mut store = Store::open(dir.path()).unwrap();
        assert_eq!(era(&mut store).0, i as i64 + 2);
    }
    let logs: std::collections::BTreeSet<_> = places(dir.path()).into_keys().map(|p| p.0).collect();
    assert_eq!(logs.len(), 5, "one log for each era");
}

/// The place is not synced: after a crash it may be behind. That is normal, and what it costs is said in `guard`: a database that is put
/// back by no more than that is not noticed here.
#[test]
fn a_place_that_lags_is_normal_and_hides_just_as_many_commits() {
    let (dir, mut store) = fresh();
    let mut states = Vec::new();
    for i in 0..8 {
        many(&mut store, &format!("n{i}-"), 1);
        drop(store);
        states.push(state(dir.path()));
        store = Store::open(dir.path()).unwrap();
    }
    drop(store);
    for (database, place, noticed) in [
        (7, 6, false), // a kill between commit and place
        (7, 4, false), // a power cut
        (4, 4, false), // put back by no more than the place lagged
        (3, 4, true),
        (0, 4, true),
        (6, 7, true),
    ] {
        put_back(&team_file(dir.path()), &states[database].0);
        put_back(&place::place_file(dir.path()), &states[place].1);
        let mut store = Store::open(dir.path()).unwrap();
        let (number, why) = era(&mut store);
        assert_eq!(number == 2, noticed, "{database} {place}");
        assert!(!noticed || why == Why::WentBack, "{why:?}");
        many(&mut store, "on", 1);
        assert_eq!(era(&mut store).0, number);
    }
}

/// As many commits as the place says, and yet another history.
#[test]
fn a_database_of_another_history_with_as_many_commits_is_noticed() {
    let (dir, mut store) = fresh();
    many(&mut store, "a", 2);
    drop(store);
    let (two, place) = state(dir.path());
    let mut store = Store::open(dir.path()).unwrap();
    many(&mut store, "b", 1);
    drop(store);
    let (three, _) = state(dir.path());
    put_back(&team_file(dir.path()), &two);
    put_back(&place::place_file(dir.path()), &place);
    let mut store = Store::open(dir.path()).unwrap();
    many(&mut store, "c", 1);
    drop(store);
    put_back(&team_file(dir.path()), &three);
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(era(&mut store), (2, Why::WentBack));
}

#[test]
fn replayed_random_bits_give_neither_one_epoch_nor_one_nonce() {
    let (dir, mut store) = fresh();
    many(&mut store, "kept", 2);
    drop(store);
    let root = tempfile::tempdir().unwrap();
    let clones: Vec<_> = ["one", "two", "three"]
        .iter()
        .map(|name| {
            let clone = root.path().join(name);
            copy_folder(dir.path(), &clone);
            // The first two are on one machine.
            let machine = ["m-1", "m-1", "m-2"][name.len() % 3];
            let outside = Outside::machine_named(machine).replaying(42);
            let mut store = open_elsewhere(&clone, outside).unwrap();
            many(&mut store, "same", 3);
            store.commit(&note("p-2", "m", "same")).unwrap();
            clone
        })
        .collect();
    for (i, one) in clones.iter().enumerate() {
        for two in &clones[i + 1..] {
            assert_eq!(assert_apart(one, two), 2);
        }
    }
}

#[test]
fn a_handle_learns_of_an_era_that_another_began() {
    let (dir, mut a) = fresh();
    many(&mut a, "a", 2);
    fs::remove_file(place::place_file(dir.path())).unwrap();
    let mut b = Store::open(dir.path()).unwrap();
    assert_eq!(era(&mut b), (2, Why::PlaceMissing));
    many(&mut a, "c", 1);
    many(&mut b, "d", 1);
    assert_eq!(era(&mut a).0, 2);
    assert_eq!(
        a.rows(&record("p-1")).unwrap(),
        b.rows(&record("p-1")).unwrap()
    );
    assert_eq!(a.check().unwrap().findings, []);
    let logs: std::collections::BTreeSet<_> = places(dir.path()).into_keys().map(|p| p.0).collect();
    assert_eq!(logs.len(), 2);
}

#[cfg(unix)]
#[test]
fn a_folder_replaced_under_an_open_handle_takes_nothing_from_it() {
    let root = tempfile::tempdir().unwrap();
    let (dir, away) = (root.path().join("team"), root.path().join("away"));
    let mut store = Store::create(&dir, &"o".into()).unwrap();
    many(&mut store, "a", 1);
    fs::rename(&dir, &away).unwrap();
    let lost = store.commit(&note("p-1", "m", "where?"));
    assert!(matches!(lost, Err(StoreError::Replaced(_))), "{lost:?}");
    copy_folder(&away, &dir);
    let lost = store.commit(&note("p-1", "m", "where?"));
    assert!(
        lost.unwrap_err()
            .to_string()
            .contains("nothing of this step was saved")
    );
    fs::remove_dir_all(&dir).unwrap();
    fs::rename(&away, &dir).unwrap();
    store.commit(&note("p-1", "m", "here")).unwrap();
}

#[test]
fn opening_beside_writers_never_takes_a_commit_for_a_step_back() {
    let (dir, store) = fresh();
    drop(store);
    std::thread::scope(|scope| {
        for t in 0..3 {
            let dir = dir.path();
            scope.spawn(move || {
                for i in 0..6 {
                    let mut store = Store::open(dir).unwrap();
                    many(&mut store, &format!("t{t}-{i}-"), 2);
                }
            });
        }
    });
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(era(&mut store), (1, Why::Founded));
    let rows = store.rows(&record("p-1")).unwrap();
    assert_eq!(rows.table("meetings").count(), 36);
}

#[test]
fn steps_and_seeds_go_on_across_eras() {
    let (dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "one")).unwrap();
    store.commit(&note("p-1", "m", "two")).unwrap();
    drop(store);
    fs::remove_file(place::place_file(dir.path())).unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let shown = |store: &mut Store| {
        let rows = store.rows(&record("p-1")).unwrap();
        values(&rows, "meetings", "m", "notes")
    };
    store.undo().unwrap().unwrap();
    assert_eq!(shown(&mut store), [Scalar::text("one")]);
    store.undo().unwrap().unwrap();
    assert_eq!(shown(&mut store), []);
    store.redo().unwrap().unwrap();
    store.redo().unwrap().unwrap();
    assert_eq!(shown(&mut store), [Scalar::text("two")]);
    let apart = |text: &str, apart| {
        let ops = note("p-1", "m", text).ops;
        Writing {
            doc: record("p-1"),
            author: "owner-1".into(),
            at_ms: now_ms() + 1000,
            apart,
            ops,
        }
    };
    let writings = [
        apart("base", false),
        apart("left", true),
        apart("right", true),
    ];
    store
        .seed(&writings, &Rights::default(), &Seed::Own)
        .unwrap();
    fs::remove_file(place::place_file(dir.path())).unwrap();
    let writings = [
        apart("next", false),
        apart("here", true),
        apart("there", true),
    ];
    store
        .seed(&writings, &Rights::default(), &Seed::Own)
        .unwrap();
    assert_eq!(era(&mut store), (3, Why::PlaceMissing));
    assert_eq!(
        shown(&mut store),
        ["here", "next", "there"].map(Scalar::text)
    );
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn a_folder_from_before_the_format_was_final_says_what_to_do() {
    let (dir, store) = fresh();
    drop(store);
    let db = schema::connect(&team_file(dir.path())).unwrap();
    db.execute_batch("PRAGMA user_version = 1").unwrap();
    drop(db);
    let refused = Store::open(dir.path()).unwrap_err();
    assert!(matches!(refused, StoreError::OlderFormat { found: 1, .. }));
    assert!(refused.to_string().contains("export team"), "{refused}");
}

#[test]
fn a_folder_on_a_network_is_refused_with_the_next_step() {
    let (dir, store) = fresh();
    drop(store);
    let outside = Outside::here().on_network("NFS");
    let refused = open_elsewhere(dir.path(), outside).unwrap_err();
    let said = refused.to_string();
    assert!(
        said.contains("NFS") && said.contains("--data-dir"),
        "{said}"
    );
}

/// A commit asks two questions more than the 22 that it asks without the guard. Opening asks one, and one about people who wait to be erased.
#[test]
fn the_guard_asks_little() {
    let (dir, mut store) = fresh();
    many(&mut store, "a", 2);
    let before = store.counters().queries;
    many(&mut store, "b", 1);
    let asked = store.counters().queries - before;
    assert!(asked <= 24, "{asked}");
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.counters().queries, 2);
    assert_eq!(store.counters().document_loads, 0);
}

/// Opens a folder without a passphrase in other surroundings.
fn open_elsewhere(dir: &Path, outside: Outside) -> Result<Store, StoreError> {
    Store::open_from(dir, outside, None, || Ok(KeyFile::open(dir, None)?.secrets))
}

#[test]
fn an_own_log_that_comes_from_elsewhere_in_pieces_is_not_gone_on_with() {
    let (dir, mut store) = fresh();
    store.commit(&note("p-2", "first", "kept")).unwrap();
    drop(store);
    let (earlier, _) = state(dir.path());
    // Another era, so that what follows stands in a log that the earlier state does not know.
    let secrets = || Ok(KeyFile::open(dir.path(), None)?.secrets);
    let outside = Outside::machine_named("another");
    let mut store = Store::open_from(dir.path(), outside, None, secrets).unwrap();
    for i in 0..6 {
        let edit = note("p-2", &format!("m{i}"), "after the backup");
        store.commit(&edit).unwrap();
    }
    let mut lost = super::meeting::all(&mut store);
    lost.retain(|e| e.header.log.doc == lost_doc(&store));
    let newest = lost.last().unwrap().header.log;
    lost.retain(|e| e.header.log == newest);
    assert_eq!(lost.len(), 6);
    drop(store);
    put_back(&team_file(dir.path()), &earlier);

    let mut store = Store::open(dir.path()).unwrap();
    let parcel = |some: &[crate::log::Envelope]| Parcel {
        envelopes: some.iter().map(crate::log::Envelope::encode).collect(),
        people: ["p-2".into()].into(),
        ..Parcel::default()
    };
    assert_eq!(store.receive(&parcel(&lost[..3])).unwrap().accepted, 3);
    store.commit(&note("p-2", "mine", "meanwhile")).unwrap();
    assert_eq!(store.receive(&parcel(&lost[3..])).unwrap().accepted, 3);
    assert_eq!(store.forks().unwrap(), []);
    assert_eq!(store.check().unwrap().findings, []);
    let rows = store.rows(&record("p-2")).unwrap();
    assert_eq!(contents(&rows).len(), 8);
}

fn lost_doc(store: &Store) -> crate::log::DocId {
    crate::log::DocId::of(&store.team_id(), &record("p-2"), 0)
}
