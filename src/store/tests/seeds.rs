//! Seeding: one device each, what was written apart stays apart, nothing private of others, all or nothing.

use super::*;
use crate::document::Writing;
use crate::domain::team::{Right, Rights, Role};

fn writing(doc: DocRef, author: &str, at_ms: u64, apart: bool, ops: Vec<Op>) -> Writing {
    Writing {
        doc,
        author: author.into(),
        at_ms,
        apart,
        ops,
    }
}

fn meeting(author: &str, at_ms: u64, apart: bool, text: &str) -> Writing {
    let doc = record("p-1");
    let ops = vec![op(&doc, "meetings", "m", "notes", Scalar::text(text))];
    writing(doc, author, at_ms, apart, ops)
}

fn managers(who: &[&str]) -> Rights {
    Rights(
        who.iter()
            .map(|holder| Right {
                holder: (*holder).into(),
                role: Role::Manager,
                over: None,
                from: None,
                until: None,
            })
            .collect(),
    )
}

fn rightful(root: &TempDir, people: &[&str]) -> Seed {
    Seed::Rightful {
        devices: root.path().to_owned(),
        people: people.iter().map(|p| (*p).into()).collect(),
    }
}

fn day_ms(day: u64) -> u64 {
    1_700_000_000_000 + day * 86_400_000
}

#[test]
fn everybody_writes_with_their_own_device() {
    let (_dir, mut store) = fresh();
    let root = tempfile::tempdir().unwrap();
    let own = DocRef::of(Kind::SelfRecord, &"p-1".into());
    let ppd = vec![op(&own, "ppd", "a", "title", Scalar::text("course"))];
    let writings = [
        meeting("m-2", day_ms(1), false, "talk"),
        writing(own.clone(), "p-1", day_ms(2), false, ppd),
    ];
    let seed = rightful(&root, &["owner-1", "m-2", "p-1", "p-2"]);
    let done = store.seed(&writings, &managers(&["m-2"]), &seed).unwrap();
    assert_eq!((done.changes, done.documents, done.withheld), (2, 2, 0));

    let rows = store.rows(&own).unwrap();
    let claim = &rows.claims("ppd", "a", "title")[0];
    assert_eq!(
        (claim.author.clone(), claim.at),
        (Some("p-1".into()), day_ms(2))
    );
    let talk = store.rows(&record("p-1")).unwrap();
    assert_eq!(
        talk.claims("meetings", "m", "notes")[0].author,
        Some("m-2".into())
    );
    let team = store.team().unwrap();
    assert!(team.people[0].admitted);
    assert_eq!(team.people[0].heard, Some(day_of(day_ms(2))));
    assert_eq!(store.check().unwrap().findings, []);
    // The same again changes nothing, and keys are not made twice.
    let again = store.seed(&writings, &managers(&["m-2"]), &seed).unwrap();
    assert_eq!(again.changes, 0);
    assert_eq!(store.check().unwrap().counts.authority, 2);
}

#[test]
fn one_writing_without_right_stops_all_of_them() {
    let (_dir, mut store) = fresh();
    let root = tempfile::tempdir().unwrap();
    let writings = [
        meeting("owner-1", day_ms(1), false, "fine"),
        meeting("p-1", day_ms(2), false, "about myself"),
    ];
    let seed = rightful(&root, &["p-1"]);
    let refused = store.seed(&writings, &Rights::default(), &seed);
    assert!(matches!(refused, Err(StoreError::NotAllowed { .. })));
    assert_eq!(store.rows(&record("p-1")).unwrap(), Rows::default());
    assert_eq!(store.check().unwrap().counts.authority, 1);
}

#[test]
fn what_was_written_apart_stays_side_by_side_whoever_wrote_it() {
    for seed_of_others in [true, false] {
        let (dir, mut store) = fresh();
        let root = tempfile::tempdir().unwrap();
        let writings = [
            meeting("owner-1", day_ms(0), false, "before"),
            meeting("owner-1", day_ms(1), false, "one"),
            meeting("m-2", day_ms(2), true, "two"),
            meeting("owner-1", day_ms(3), true, "three"),
        ];
        let seed = match seed_of_others {
            true => rightful(&root, &["m-2"]),
            false => Seed::Own,
        };
        store.seed(&writings, &managers(&["m-2"]), &seed).unwrap();
        let expected = ["one", "three", "two"].map(Scalar::text);
        let mut again = Store::open(dir.path()).unwrap();
        for store in [&mut store, &mut again] {
            let rows = store.rows(&record("p-1")).unwrap();
            assert_eq!(values(&rows, "meetings", "m", "notes"), expected);
            assert_eq!(store.check().unwrap().findings, []);
        }
        // Whoever writes next has seen all of them.
        again.commit(&note("p-1", "m", "settled")).unwrap();
        let rows = again.rows(&record("p-1")).unwrap();
        assert_eq!(
            values(&rows, "meetings", "m", "notes"),
            [Scalar::text("settled")]
        );
    }
}

#[test]
fn what_the_user_may_not_read_never_enters() {
    let root = tempfile::tempdir().unwrap();
    let home = root.path().join("home");
    let owner = device_under(root.path(), &"boss".into()).unwrap();
    let team = NewTeam {
        owner: "boss".into(),
        me: "p-1".into(),
    };
    let mut store = Store::create_for(&home, &team, &owner).unwrap();
    let private = |who: &str| DocRef::of(Kind::Private, &who.into());
    let draft = |who: &str| {
        let row = format!("a|-|{who}|2026-01-01");
        let mark = Scalar::text(format!("12|1|{who}"));
        let ops = vec![op(&private(who), "marks", &row, "mark", mark)];
        writing(private(who), who, day_ms(1), false, ops)
    };
    let other = {
        let doc = record("p-2");
        let ops = vec![op(&doc, "meetings", "m", "notes", Scalar::text("secret"))];
        writing(doc, "boss", day_ms(1), false, ops)
    };
    let writings = [
        meeting("boss", day_ms(1), false, "about me"),
        other,
        draft("p-1"),
        draft("p-2"),
        draft("boss"),
    ];
    let seed = rightful(&root, &["boss", "p-1", "p-2"]);
    let done = store.seed(&writings, &Rights::default(), &seed).unwrap();
    assert_eq!((done.documents, done.withheld), (2, 3));
    assert_eq!(store.rows(&private("p-2")).unwrap(), Rows::default());
    assert_eq!(store.rows(&record("p-2")).unwrap(), Rows::default());
    assert_ne!(store.rows(&private("p-1")).unwrap(), Rows::default());
    let team = store.team().unwrap();
    assert_eq!(team.succession, None);
    assert_eq!(team.private.drafts.len(), 1);
    assert_eq!(store.check().unwrap().findings, []);
    let refused = store.commit(&note("p-2", "m", "not mine"));
    assert!(matches!(refused, Err(StoreError::NotAllowed { .. })));
}

#[test]
fn a_team_whose_making_was_interrupted_is_not_opened_as_if_it_were_whole() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("team");
    let owner = PersonId::new("p-own");
    drop(Store::create_to_seed(&root, &owner).unwrap());
    let error = Store::open(&root).unwrap_err();
    assert!(matches!(error, StoreError::Unfinished(_)), "{error}");
    assert!(error.to_string().contains("remove the folder"), "{error}");
    std::fs::remove_dir_all(&root).unwrap();
    let mut store = Store::create_to_seed(&root, &owner).unwrap();
    store.seed(&[], &Rights::default(), &Seed::Own).unwrap();
    drop(store);
    Store::open(&root).unwrap();
}
