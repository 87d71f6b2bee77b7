//! Salvage: of a sound file it takes everything over, packed and undone things too; its own logs go on apart, and an owner whose record of
//! rights may be behind appends nothing to it.

use super::*;
use crate::log::Change;
use crate::store::guard::Why;

fn salvage(dir: &Path) -> Salvage {
    let secrets = KeyFile::open(dir, None).unwrap().secrets;
    Salvage::of(dir, &secrets).unwrap()
}

#[test]
fn of_a_sound_file_everything_is_taken_over() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("team");
    let mut store = Store::create(&dir, &"owner-1".into()).unwrap();
    store.commit(&name("p-1", "Ada Quill")).unwrap();
    for n in 0..9 {
        let row = format!("m{}", n % 4);
        store
            .commit(&note("p-1", &row, &format!("text {n}")))
            .unwrap();
    }
    assert_eq!(store.pack_document(&record("p-1")).unwrap(), 9);
    store.commit(&note("p-1", "later", "not packed")).unwrap();
    store.commit(&note("p-1", "later", "undone")).unwrap();
    store.undo().unwrap();
    let (rows, health) = (store.rows(&record("p-1")).unwrap(), store.check().unwrap());
    drop(store);

    let salvaged = salvage(&dir);
    assert_eq!(salvaged.said.lost, [""; 0]);
    let kept = salvaged.install().unwrap();
    assert!(kept.to_string_lossy().contains("team.damaged-1"));
    let mut store = Store::open(&dir).unwrap();
    assert_eq!(era(&mut store), (2, Why::Salvaged));
    assert_eq!(store.rows(&record("p-1")).unwrap(), rows);
    let now = store.check().unwrap();
    assert_eq!(now.findings, []);
    assert_eq!(now.counts.envelopes, health.counts.envelopes);
    assert_eq!(now.counts.steps, health.counts.steps);
    assert_eq!(store.lacking().unwrap(), []);
    // The step that was undone is there to be done again, in a log of its own.
    let logs = now.counts.logs;
    assert!(store.redo().unwrap().is_some());
    let later = store.rows(&record("p-1")).unwrap();
    let undone = values(&later, "meetings", "later", "notes");
    assert_eq!(undone, [Scalar::text("undone")]);
    assert_eq!(store.check().unwrap().counts.logs, logs + 1);
    // Nobody else is in the team and nothing is missing: the owner goes on.
    let entry = Change::Erase("p-9".into());
    store.amend(vec![entry]).unwrap();
}

#[test]
fn what_is_missing_is_named_until_somebody_brings_it_or_it_is_taken_as_lost() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("team");
    let mut store = Store::create(&dir, &"owner-1".into()).unwrap();
    for n in 0..5 {
        store
            .commit(&note("p-1", "m", &format!("text {n}")))
            .unwrap();
    }
    let whole: Vec<Vec<u8>> = {
        let mut all = store
            .db
            .prepare("SELECT bytes FROM envelopes ORDER BY n")
            .unwrap();
        let rows = all.query_map([], |r| r.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    // The third cannot be read, the record of rights has lost its end.
    store
        .db
        .execute("UPDATE envelopes SET bytes = zeroblob(9) WHERE n = 3", [])
        .unwrap();
    store.db.execute("DELETE FROM bases", []).unwrap();
    drop(store);
    let salvaged = salvage(&dir);
    let lost = &salvaged.said.lost;
    assert!(
        lost[0].starts_with("of the document “record” of person p-1: 1 envelope, written on ")
            && lost[0].contains("; 2 envelopes that can be read and rest on what is lost"),
        "{lost:?}"
    );
    salvaged.install().unwrap();
    let mut store = Store::open(&dir).unwrap();
    let missing = |store: &mut Store| -> Vec<u64> {
        let of = Some(record("p-1"));
        let lacking = store.lacking().unwrap().into_iter().map(|l| match l {
            Lack::Envelopes { of: doc, count } if doc == of => count,
            other => panic!("{other}"),
        });
        lacking.collect()
    };
    assert_eq!(missing(&mut store), [3]);
    let text = |store: &mut Store| {
        values(
            &store.rows(&record("p-1")).unwrap(),
            "meetings",
            "m",
            "notes",
        )
    };
    assert_eq!(text(&mut store), [Scalar::text("text 1")]);
    assert!(store.team_in_part().unwrap().sentences()[0].contains("3 envelopes of the document"));
    // The rights may be behind: nothing is appended before somebody says that they are not.
    let entry = || Change::Erase("p-9".into());
    let refused = store.amend(vec![entry()]);
    assert!(
        matches!(refused, Err(StoreError::StaleOwner(_))),
        "{refused:?}"
    );
    // One that is brought lets those count that waited for it.
    let parcel = Parcel {
        envelopes: vec![whole[2].clone()],
        ..Parcel::default()
    };
    store.receive(&parcel).unwrap();
    assert_eq!(missing(&mut store), [0; 0]);
    assert_eq!(text(&mut store), [Scalar::text("text 4")]);
    store.confirm_authority().unwrap();
    store.amend(vec![entry()]).unwrap();

    let mut store = Store::open(&dir).unwrap();
    assert_eq!(store.lacking().unwrap(), []);
}

/// What another program writes while the repair is made would not be in the new file.
#[test]
fn a_file_that_is_written_to_meanwhile_is_not_replaced() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("team");
    let mut store = Store::create(&dir, &"owner-1".into()).unwrap();
    store.commit(&name("p-1", "Ada Quill")).unwrap();
    let salvaged = salvage(&dir);
    store.commit(&note("p-1", "m", "meanwhile")).unwrap();
    let refused = salvaged.install();
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1);
    store.commit(&note("p-1", "m", "and later")).unwrap();
}

#[test]
fn without_the_beginning_of_the_rights_nothing_is_made() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("team");
    let mut store = Store::create(&dir, &"owner-1".into()).unwrap();
    store.commit(&name("p-1", "Ada Quill")).unwrap();
    store
        .db
        .execute("UPDATE authority SET entry = zeroblob(40)", [])
        .unwrap();
    drop(store);
    let secrets = KeyFile::open(&dir, None).unwrap().secrets;
    let refused = Salvage::of(&dir, &secrets).unwrap_err();
    assert!(
        matches!(refused, StoreError::BeyondRepair { .. }),
        "{refused}"
    );
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1);
}
