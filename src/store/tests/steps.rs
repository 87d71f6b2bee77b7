//! Undo and redo: exact inverses, across documents and processes, never over what others wrote.

use super::*;
use crate::document::Writing;
use crate::document::schema::PRESENT;
use crate::domain::team::{Right, Rights, Role};
use proptest::prelude::*;

fn notes(store: &mut Store, person: &str, row: &str) -> Vec<Scalar> {
    let rows = store.rows(&record(person)).unwrap();
    values(&rows, "meetings", row, "notes")
}

#[test]
fn a_step_across_documents_is_taken_back_whole_after_a_restart() {
    let (dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "old")).unwrap();
    let mut both = note("p-1", "m", "new");
    both.ops.extend(note("p-2", "m", "also new").ops);
    both.label = "both".into();
    store.commit(&both).unwrap();
    drop(store);

    let mut store = Store::open(dir.path()).unwrap();
    let undone = store.undo().unwrap().unwrap();
    assert_eq!(undone.label, "both");
    assert!(undone.left.is_empty());
    assert_eq!(undone.people.len(), 2);
    assert_eq!(notes(&mut store, "p-1", "m"), [Scalar::text("old")]);
    assert_eq!(notes(&mut store, "p-2", "m"), []);
    drop(store);

    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(store.redo().unwrap().unwrap().label, "both");
    assert_eq!(notes(&mut store, "p-1", "m"), [Scalar::text("new")]);
    assert_eq!(notes(&mut store, "p-2", "m"), [Scalar::text("also new")]);
    assert!(store.redo().unwrap().is_none());
}

#[test]
fn a_new_edit_ends_what_could_be_done_again() {
    let (_dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "one")).unwrap();
    store.undo().unwrap().unwrap();
    store.commit(&note("p-1", "m", "two")).unwrap();
    assert!(store.redo().unwrap().is_none());
    store.undo().unwrap().unwrap();
    assert!(store.undo().unwrap().is_none());
}

/// A team whose owner and second manager both write from this machine, as the demo does.
fn two_managers() -> (TempDir, TempDir, Store) {
    let (dir, mut store) = fresh();
    let devices = tempfile::tempdir().unwrap();
    let rights = Rights(vec![Right {
        holder: "m-2".into(),
        role: Role::Manager,
        over: None,
        from: None,
        until: None,
    }]);
    let seed = Seed::Rightful {
        devices: devices.path().to_owned(),
        people: vec!["m-2".into()],
    };
    store.seed(&[], &rights, &seed).unwrap();
    (dir, devices, store)
}

fn by_the_other(store: &mut Store, devices: &TempDir, edits: &[Edit]) {
    let writings: Vec<_> = (edits.iter().enumerate())
        .map(|(i, edit)| Writing {
            doc: edit.ops[0].doc.clone(),
            author: "m-2".into(),
            at_ms: now_ms() + 1000,
            apart: i > 0,
            ops: edit.ops.clone(),
        })
        .collect();
    let seed = Seed::Rightful {
        devices: devices.path().to_owned(),
        people: vec!["m-2".into()],
    };
    store.seed(&writings, &Rights::default(), &seed).unwrap();
}

#[test]
fn what_somebody_changed_since_is_left_and_named() {
    let (_dir, devices, mut store) = two_managers();
    let mut step = note("p-1", "m", "mine");
    step.ops.extend(note("p-1", "other", "mine too").ops);
    store.commit(&step).unwrap();
    by_the_other(&mut store, &devices, &[note("p-1", "m", "theirs")]);

    let undone = store.undo().unwrap().unwrap();
    assert_eq!(undone.left.len(), 1);
    assert_eq!(undone.left[0].row, "m");
    assert_eq!(notes(&mut store, "p-1", "m"), [Scalar::text("theirs")]);
    assert_eq!(notes(&mut store, "p-1", "other"), []);

    let redone = store.redo().unwrap().unwrap();
    assert_eq!(redone.left.len(), 1);
    assert_eq!(notes(&mut store, "p-1", "m"), [Scalar::text("theirs")]);
    assert_eq!(
        notes(&mut store, "p-1", "other"),
        [Scalar::text("mine too")]
    );
}

/// The same value written by somebody else in between is theirs now, and not ours to take back.
#[test]
fn the_same_value_by_another_hand_is_left_too() {
    let (_dir, devices, mut store) = two_managers();
    store.commit(&note("p-1", "m", "agreed")).unwrap();
    by_the_other(&mut store, &devices, &[note("p-1", "m", "something else")]);
    by_the_other(&mut store, &devices, &[note("p-1", "m", "agreed")]);
    assert_eq!(store.undo().unwrap().unwrap().left.len(), 1);
    assert_eq!(notes(&mut store, "p-1", "m"), [Scalar::text("agreed")]);
}

#[test]
fn choosing_between_two_values_is_taken_back_to_both() {
    let (_dir, devices, mut store) = two_managers();
    store.commit(&note("p-1", "m", "before")).unwrap();
    let apart = [note("p-1", "m", "here"), note("p-1", "m", "there")];
    by_the_other(&mut store, &devices, &apart);
    let both = ["here", "there"].map(Scalar::text);
    assert_eq!(notes(&mut store, "p-1", "m"), both);
    for text in ["here", "there", "neither", ""] {
        let chosen = match text {
            "" => vec![],
            text => vec![Scalar::text(text)],
        };
        store.commit(&note("p-1", "m", text)).unwrap();
        assert_eq!(notes(&mut store, "p-1", "m"), chosen);
        store.undo().unwrap().unwrap();
        assert_eq!(notes(&mut store, "p-1", "m"), both, "after “{text}”");
        store.redo().unwrap().unwrap();
        assert_eq!(notes(&mut store, "p-1", "m"), chosen);
        store.undo().unwrap().unwrap();
        assert_eq!(notes(&mut store, "p-1", "m"), both, "after “{text}” again");
    }
    assert_eq!(store.check().unwrap().findings, []);
}

/// Taking back a settlement writes both values again, now and by whoever takes it back; whoever wrote them first is still told.
#[test]
fn a_settlement_that_is_taken_back_still_tells_who_wrote_what() {
    let (_dir, devices, mut store) = two_managers();
    let present = op(&record("p-1"), "meetings", "m", PRESENT, Scalar::Bool(true));
    store.commit(&edit("a talk", vec![present])).unwrap();
    let apart = [note("p-1", "m", "here"), note("p-1", "m", "there")];
    by_the_other(&mut store, &devices, &apart);
    let found = |store: &mut Store| {
        let team = store.team().unwrap();
        let mut found = store.conflicts(&team).unwrap();
        store.name_devices(&mut found).unwrap();
        found
    };
    let before = found(&mut store);
    let [conflict] = &before[..] else {
        panic!("{before:?}");
    };
    assert!(conflict.choices.iter().all(|c| c.first.is_none()));
    let settled = conflict.settle(0).unwrap();
    store.commit(&settled).unwrap();
    store.undo().unwrap().unwrap();
    let after = found(&mut store);
    let [again] = &after[..] else {
        panic!("{after:?}");
    };
    for was in &conflict.choices {
        let is = again.choices.iter().find(|c| c.words == was.words).unwrap();
        assert_eq!(is.author.as_ref(), Some(store.me()));
        let first = is.first.as_ref().unwrap();
        assert_eq!(first.author.as_ref().map(PersonId::as_str), Some("m-2"));
        assert_eq!((first.at, &first.device), (was.at, &was.device));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever was edited, taking every step back gives what stood before each of them, and doing all again gives the end.
    #[test]
    fn undo_is_the_exact_inverse(
        edits in proptest::collection::vec(
            proptest::collection::vec((0..2_u8, 0..3_u8, 0..4_u8), 1..4), 1..8)
    ) {
        let (_dir, mut store) = fresh();
        let read = |store: &mut Store| {
            ["p-0", "p-1"].map(|p| contents(&store.rows(&record(p)).unwrap()))
        };
        let mut history = vec![read(&mut store)];
        for fields in &edits {
            let ops = fields.iter().flat_map(|(person, row, value)| {
                let text = if *value == 0 { String::new() } else { format!("v{value}") };
                note(&format!("p-{person}"), &format!("r{row}"), &text).ops
            });
            let saved = store.commit(&edit("step", ops.collect())).unwrap();
            if saved.changed() && read(&mut store) != history[history.len() - 1] {
                history.push(read(&mut store));
            }
        }
        for before in history.iter().rev().skip(1) {
            store.undo().unwrap().unwrap();
            prop_assert_eq!(&read(&mut store), before);
        }
        for after in history.iter().skip(1) {
            store.redo().unwrap().unwrap();
            prop_assert_eq!(&read(&mut store), after);
        }
    }
}

#[test]
fn an_edit_that_ends_where_it_began_is_no_step() {
    let (_dir, mut store) = fresh();
    store.commit(&note("p-1", "m", "first")).unwrap();
    let there_and_back = [note("p-1", "m", "second"), note("p-1", "m", "first")];
    let ops = there_and_back.into_iter().flat_map(|e| e.ops).collect();
    store.commit(&edit("step", ops)).unwrap();
    store.undo().unwrap().unwrap();
    assert_eq!(notes(&mut store, "p-1", "m"), []);
}
