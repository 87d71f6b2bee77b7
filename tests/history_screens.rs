//! History on screen: sentences from the signed logs, the newest first, filtered and opened; and the job that reads them.
#![cfg(unix)]

mod common;

use common::drive::{Drive, today};
use common::folder::{Folder, spoil};
use guildhall::app::event::History;
use guildhall::app::{Effect, Event, Screen};
use guildhall::document::{DocRef, Edit, Kind, Op, Scalar};
use guildhall::domain::Team;
use guildhall::domain::told::Told;
use guildhall::runtime::backing::Shelf;
use guildhall::runtime::worker::{Message, Opened, Worker};
use guildhall::store::Store;
use std::sync::Arc;

fn worker(folder: &Folder) -> Worker {
    let data = folder.data();
    Worker::spawn(move || {
        let mut store = Store::open(&data).unwrap();
        store.figures_from(today());
        Ok(Opened {
            store: Shelf::new(store),
            shown: None,
        })
    })
    .unwrap()
}

/// What the worker reads of a folder when it is asked for the history: the last of its messages is complete.
fn read(folder: &Folder) -> Arc<History> {
    let mut worker = worker(folder);
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
        newest.done.contains("Budget") && newest.done.contains("6.5"),
        "{}",
        newest.done
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
        // Where it does not fit, who and what come first and the values and the time stay.
        let first: String = newest.done.chars().take(30).collect();
        assert!(d.shows(&first) && d.shows("from 6 to 6.5"));
        d.keys("enter");
        assert!(d.shows("Written") && d.shows("Before") && d.shows("After"));
        d.keys("esc / b u d g e t enter");
        let kept = d.state.history.lines.len();
        assert!(kept > 0 && kept < count);
        let told = |at: &usize| read.told[*at].sentence().to_lowercase().contains("budget");
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

/// Sentences that look like those of a team, the newest first; each has its number.
fn told(team: &Team, count: u64) -> Vec<Told> {
    let one = |n: u64| {
        let who = &team.people[n as usize % team.people.len()];
        let name = who.name.get();
        let day = 1 + n % 28;
        let what = ["Budget Management", "Safety", "Communication"][n as usize % 3];
        let done = format!(
            "Morwenna Pascoe set {name}'s {what} (marked by Morwenna Pascoe, grade 6, {day} Nov 2026) from 5.5 to 6"
        );
        let when = format!("on {day} Nov 2026 09:{:02}", n % 60);
        Told {
            id: n,
            at: 1_790_000_000_000 + n * 60_000,
            author: Some(team.me.clone()),
            device: "3f7ab2c1".to_owned(),
            person: Some(who.id.clone()),
            what: format!("{name}'s {what}"),
            before: vec!["5.5".to_owned()],
            after: Some("6".to_owned()),
            done,
            when,
            about: Vec::new(),
        }
    };
    (0..count).rev().map(one).collect()
}

fn sample() -> Arc<Team> {
    Arc::new(common::sample::team())
}

fn whole(told: Vec<Told>) -> Arc<History> {
    Arc::new(History {
        told,
        complete: true,
        ..History::default()
    })
}

fn current(d: &Drive) -> u64 {
    d.state.history.current().expect("a sentence").id
}

#[test]
fn the_cursor_stays_on_its_sentence_whatever_comes_and_the_list_never_empties() {
    let team = sample();
    let all = told(&team, 200);
    let mut d = Drive::new(Arc::clone(&team), (120, 30));
    d.keys("g y");
    // While the first pass goes on it stays on the newest, until it is moved.
    let early = |from: usize| {
        Arc::new(History {
            told: all[from..].to_vec(),
            ..History::default()
        })
    };
    d.event(Event::History(early(150)));
    d.event(Event::History(early(100)));
    assert_eq!(current(&d), all[100].id);
    d.keys("down down down");
    let here = current(&d);
    d.event(Event::History(early(50)));
    assert_eq!(current(&d), here);
    d.keys("G pageup");
    let here = current(&d);
    let row = |d: &Drive| d.state.history.cursor.line - d.state.history.cursor.top;
    let at = row(&d);
    d.event(Event::History(whole(all.clone())));
    assert_eq!(
        (current(&d), row(&d)),
        (here, at),
        "nor does the screen jump"
    );
    // Another team: the list stays while what changed is being read.
    d.event(Event::Team(Arc::new((*team).clone())));
    assert_eq!(d.effects.last(), Some(&Effect::History));
    assert_eq!((current(&d), d.state.history.lines.len()), (here, 200));
    assert!(!d.shows("being read"));
    // A filter that keeps it keeps the cursor on it; one that does not, near it.
    d.keys("/ P a s c o e enter");
    assert_eq!(current(&d), here);
    d.keys("esc");
    let name = team.people[(here as usize + 1) % team.people.len()]
        .name
        .get();
    d.keys("/");
    d.event(Event::Paste(name.clone()));
    d.keys("enter");
    assert!(here.abs_diff(current(&d)) <= team.people.len() as u64);
    // Worded anew it is the same sentence.
    d.keys("esc");
    let here = current(&d);
    let mut worded = all.clone();
    worded
        .iter_mut()
        .for_each(|t| t.done = t.done.replace("Morwenna", "Wenna"));
    d.event(Event::History(whole(worded)));
    assert_eq!(current(&d), here);
    assert!(d.shows("Wenna Pascoe set"));
    // From a screen that was opened over it too it is read on.
    d.keys("o");
    assert_ne!(d.state.screen(), Screen::History);
    let asked = |d: &Drive| d.effects.iter().filter(|e| **e == Effect::History).count();
    let before = asked(&d);
    d.event(Event::Team(Arc::new((*team).clone())));
    assert_eq!(asked(&d), before + 1);
    d.keys("esc");
    assert_eq!(current(&d), here);
}

#[test]
fn what_is_not_told_is_said_with_the_command_that_tells_more() {
    let team = sample();
    let mut d = Drive::new(Arc::clone(&team), (80, 24));
    d.keys("g y");
    let read = Arc::new(History {
        told: told(&team, 60),
        older: 340,
        complete: true,
        withheld: 3,
        not_read: vec![
            "Leena Holt's plan".to_owned(),
            "Zain Fox's record".to_owned(),
        ],
    });
    d.event(Event::History(Arc::clone(&read)));
    for said in [
        "340 older ones are not shown; guildhall history --most 400 prints all.",
        "What stands in 3 documents of this folder is not yours to read.",
        "Not to be read: Leena Holt's plan and 1 more. guildhall doctor says why.",
    ] {
        assert!(d.shows(said), "{said}: {}", d.lines().join("\n"));
    }
    d.keys("/ x y z enter");
    assert!(d.shows("The filter sees the newest 60; guildhall history --most 400 prints all."));
    assert!(d.shows("Nothing was written that has this text."));
    d.keys("esc");
    // Nothing of the list stands under the notes.
    d.keys("G");
    assert_eq!(current(&d), 0);
    d.event(Event::History(whole(told(&team, 60))));
    assert!(!d.shows("guildhall"));
}

/// A line's text goes with the person whom it is about, and the folder's damage is named on the screen, and not only in a log.
#[test]
fn a_document_that_cannot_be_read_is_named() {
    let folder = Folder::with_sample();
    spoil(&folder.data(), false);
    let read = read(&folder);
    assert_eq!(read.not_read.len(), 1, "{:?}", read.not_read);
    assert!(read.told.len() > 100 && read.complete);
    let mut d = Drive::new(sample(), (120, 30));
    d.keys("g y");
    d.event(Event::History(Arc::clone(&read)));
    assert!(d.shows(&format!(
        "Not to be read: {}. guildhall doctor says why.",
        read.not_read[0]
    )));
}

/// Somebody writes and somebody asks before anything was read of the last answer: each answer has what the one before it had, and the last all.
#[test]
fn under_steady_writing_it_grows_and_becomes_whole() {
    let folder = Folder::with_sample();
    let mut store = Store::open(&folder.data()).unwrap();
    let team = store.team().unwrap();
    let person = team
        .people
        .iter()
        .find(|p| p.id != team.me)
        .unwrap()
        .id
        .clone();
    let mut worker = worker(&folder);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    worker.history();
    let (mut most, mut written, mut whole) = (0, 0, 0);
    loop {
        match runtime.block_on(worker.next()).expect("the worker goes on") {
            Message::Event(Event::History(read)) => {
                assert!(read.told.len() >= most, "{} after {most}", read.told.len());
                most = read.told.len();
                whole += usize::from(read.complete);
                let last = format!("talk {written}");
                if written == 20 && read.told.iter().any(|t| t.done.contains(&last)) {
                    break;
                }
                if written < 20 {
                    written += 1;
                    let op = Op {
                        doc: DocRef::of(Kind::Record, &person),
                        table: "meetings".to_owned(),
                        row: "talk".to_owned(),
                        field: "notes".to_owned(),
                        value: Scalar::text(format!("talk {written}")),
                    };
                    store.commit(&Edit::new("talk", vec![op])).unwrap();
                }
                worker.history();
            }
            Message::Trouble(trouble) => panic!("{trouble:?}"),
            Message::Event(_) => {}
        }
    }
    assert!(whole > 1, "it is whole while it is written");
    worker.finish().unwrap();
}

#[test]
fn as_it_looks() {
    let team = sample();
    for size in [(80, 24), (200, 50)] {
        let name = |what: &str| format!("history_{what}_{}x{}", size.0, size.1);
        let mut d = Drive::new(Arc::clone(&team), size);
        d.keys("g y");
        d.event(Event::History(Arc::new(History {
            told: told(&team, 30),
            ..History::default()
        })));
        insta::assert_snapshot!(name("being_read"), d.snapshot());
        d.event(Event::History(whole(told(&team, 120))));
        d.keys("down down");
        insta::assert_snapshot!(name("full"), d.snapshot());
        let part = History {
            told: told(&team, 120),
            older: 812,
            complete: true,
            withheld: 3,
            not_read: vec!["Leena Holt's plan".to_owned()],
        };
        d.event(Event::History(Arc::new(part)));
        insta::assert_snapshot!(name("in_part"), d.snapshot());
        d.keys("/ s a f e t y enter");
        insta::assert_snapshot!(name("filtered"), d.snapshot());
    }
}
