//! History on screen: sentences from the signed logs, the newest first, filtered and opened; and the job that reads them.
#![cfg(unix)]

mod common;

use common::drive::{Drive, today};
use common::folder::Folder;
use guildhall::app::event::History;
use guildhall::app::{Effect, Event, Screen};
use guildhall::runtime::backing::Shelf;
use guildhall::runtime::worker::{Message, Opened, Worker};
use guildhall::store::Store;
use std::sync::Arc;

/// What the worker reads of a folder when it is asked for the history: the last of its messages is complete.
fn read(folder: &Folder) -> Arc<History> {
    let data = folder.data();
    let mut worker = Worker::spawn(move || {
        let mut store = Store::open(&data).unwrap();
        store.figures_from(today());
        Ok(Opened {
            store: Shelf::new(store),
            shown: None,
        })
    })
    .unwrap();
    worker.history();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let read = runtime.block_on(async {
        loop {
            match worker.next().await.expect("the worker goes on") {
                Message::Event(Event::History(read)) if read.complete => return read,
                Message::Trouble(trouble) => panic!("{trouble:?}"),
                Message::Event(_) => {}
            }
        }
    });
    worker.finish().unwrap();
    read
}

#[test]
fn what_was_written_is_told_newest_first_and_says_who_set_what_from_what_to_what() {
    let folder = Folder::with_sample();
    folder.ok(&["review", "dilys", "budget", "6"]);
    folder.ok(&["review", "dilys", "budget", "6.5"]);
    let read = read(&folder);
    assert!(read.told.len() > 100);
    assert!(read.told.windows(2).all(|w| w[0].at >= w[1].at));
    let newest = &read.told[0];
    assert!(
        newest.sentence.contains("Budget") && newest.sentence.contains("6.5"),
        "{}",
        newest.sentence
    );
    assert_eq!(newest.before, ["6"]);
    assert!(!newest.device.is_empty());

    let mut store = Store::open(&folder.data()).unwrap();
    for size in [(80, 24), (200, 50)] {
        let mut d = Drive::new(Arc::new(store.team().unwrap()), size);
        d.keys("g y");
        assert_eq!(d.state.screen(), Screen::History);
        assert_eq!(d.effects.last(), Some(&Effect::History));
        assert!(d.shows("is being read"));
        d.event(Event::History(Arc::clone(&read)));
        let count = read.told.len();
        assert!(d.shows(&format!("{count} of {count} changes")));
        let first: String = newest.sentence.chars().take(60).collect();
        assert!(d.shows(&first));
        d.keys("enter");
        assert!(d.shows("Written") && d.shows("Before") && d.shows("After"));
        d.keys("esc / b u d g e t enter");
        let kept = d.state.history.lines.len();
        assert!(kept > 0 && kept < count);
        let told = |at: &usize| read.told[*at].sentence.to_lowercase().contains("budget");
        assert!(d.state.history.lines.iter().all(told));
        // Back takes the filter away first, then the screen.
        d.keys("esc");
        assert_eq!(d.state.history.lines.len(), count);
        d.keys("esc");
        assert_ne!(d.state.screen(), Screen::History);
    }
}

#[test]
fn no_size_is_too_small_for_it() {
    let folder = Folder::with_sample();
    let mut store = Store::open(&folder.data()).unwrap();
    let mut d = Drive::new(Arc::new(store.team().unwrap()), (80, 24));
    d.keys("g y");
    d.event(Event::History(Arc::default()));
    d.draw();
    d.event(Event::History(read(&folder)));
    for (w, h) in [(1, 1), (20, 5), (40, 10), (300, 90)] {
        d.event(Event::Resize(w, h));
        d.draw();
        d.keys("G pageup g g down enter");
        d.draw();
        d.keys("esc");
        if d.state.screen() != Screen::History {
            d.keys("g y");
        }
        d.click(w / 2, h / 2);
        d.draw();
    }
}
