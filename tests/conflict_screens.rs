//! What was written apart, on screen: counted in the status line, shown with authors, settled with a digit, and undone.
#![cfg(unix)]

mod common;

use common::drive::Drive;
use common::folder::Folder;
use guildhall::app::{Effect, Event};
use guildhall::document::conflict::Conflict;
use guildhall::store::Store;
use std::sync::Arc;

fn found(store: &mut Store) -> Vec<Conflict> {
    let team = store.team().unwrap();
    store.conflicts(&team).unwrap()
}

fn open(folder: &Folder) -> (Store, Drive) {
    let mut store = Store::open(&folder.data()).unwrap();
    let mut d = Drive::new(Arc::new(store.team().unwrap()), (120, 30));
    let all = found(&mut store);
    assert!(!all.is_empty(), "the sample has a conflict");
    d.event(Event::Conflicts(Arc::new(all)));
    (store, d)
}

fn saved(d: &Drive) -> guildhall::document::Edit {
    match d.effects.last() {
        Some(Effect::Commit(edit)) => edit.clone(),
        other => panic!("nothing was saved: {other:?}"),
    }
}

#[test]
fn conflicts_are_counted_shown_with_their_authors_and_settled_with_a_digit() {
    let folder = Folder::with_sample();
    let (mut store, mut d) = open(&folder);
    let all = found(&mut store);
    let count = match all.len() {
        1 => "1 conflict".to_owned(),
        n => format!("{n} conflicts"),
    };
    assert!(d.shows(&count), "{}", d.lines().join("\n"));
    d.keys("g c");
    assert!(d.shows(&format!("Written apart, 1 of {}", all.len())));
    for choice in &all[0].choices {
        assert!(d.shows(&choice.words));
    }
    d.keys("9");
    assert_eq!(d.state.overlays.len(), 1, "there is no ninth value");
    d.keys("2");
    assert!(d.state.overlays.is_empty());
    let waiting = |d: &Drive| d.state.conflicts.iter().any(|c| c.key() == all[0].key());
    assert!(!waiting(&d), "what is settled is not offered again");
    store.commit(&saved(&d)).unwrap();
    let left = found(&mut store);
    assert_eq!(left.len(), all.len() - 1);
    assert!(left.iter().all(|c| c.key() != all[0].key()));
    d.event(Event::Conflicts(Arc::new(Vec::new())));
    d.keys("g c");
    assert!(d.state.overlays.is_empty() && d.shows("nothing waits to be settled"));
}

/// The values that stand, in order.
fn words(conflict: &Conflict) -> Vec<String> {
    let mut words: Vec<String> = conflict.choices.iter().map(|c| c.words.clone()).collect();
    words.sort();
    words
}

#[test]
fn settling_and_undoing_are_exact_inverses_for_every_value() {
    let folder = Folder::with_sample();
    let (mut store, _) = open(&folder);
    let before = found(&mut store);
    for conflict in &before {
        for choice in 0..conflict.choices.len() {
            store.commit(&conflict.settle(choice).unwrap()).unwrap();
            assert!(found(&mut store).iter().all(|c| c.key() != conflict.key()));
            store.undo().unwrap().expect("a step");
            let again = found(&mut store);
            let again = again.iter().find(|c| c.key() == conflict.key());
            assert_eq!(again.map(words), Some(words(conflict)), "{}", conflict.what);
        }
    }
}

#[test]
fn no_size_is_too_small_for_it() {
    let folder = Folder::with_sample();
    let (_, mut d) = open(&folder);
    d.keys("g c");
    for (w, h) in [(1, 1), (20, 5), (40, 10), (80, 24), (300, 90)] {
        d.event(Event::Resize(w, h));
        d.draw();
        d.keys("down up right left tab");
        d.draw();
    }
    d.keys("esc");
    assert!(d.state.overlays.is_empty());
}
