//! The store's thread with a real store behind it, and the update loop before it: what is shown of a person follows what is written,
//! whoever writes it, and no text is written over another unseen.

mod common;

use chrono::NaiveDate;
use common::drive::Drive;
use guildhall::app::overlay::Overlay;
use guildhall::app::{Effect, Event};
use guildhall::document::{DocRef, Edit, Kind, Op, Scalar, Writing, encode};
use guildhall::domain::generate::{generate, synthetic_framework};
use guildhall::domain::team::Rights;
use guildhall::domain::{PersonId, Team};
use guildhall::exchange::{self, Ids, Mode};
use guildhall::runtime::backing::Shelf;
use guildhall::runtime::worker::{Message, Opened, Worker};
use guildhall::store::{Seed, Store, team_file};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn today() -> NaiveDate {
    common::drive::today()
}

/// A made-up team of whom the folder's user is the line manager.
fn founded(dir: &Path) {
    let made = generate(Arc::new(synthetic_framework()), 5, 11, today());
    let docs = encode::team(&made).into_iter().collect();
    let parsed = exchange::parse(&exchange::export(&docs, &made.rights).files).unwrap();
    let me = made.person(&made.me).unwrap().handle.clone();
    let mut ids = Ids::random([]);
    let mode = Mode::ImportedBy(me.clone());
    let written = exchange::writings(&parsed, &mode, &mut ids, today()).unwrap();
    let mut rights = exchange::rights(&parsed, &ids);
    rights
        .0
        .retain(|r| r.role != guildhall::domain::team::Role::Owner);
    let mut store = Store::create(dir, ids.get(&me).unwrap()).unwrap();
    store.seed(&written.writings, &rights, &Seed::Own).unwrap();
}

/// The screen and the store's thread.
struct Open {
    drive: Drive,
    worker: Worker,
    sent: usize,
    runtime: tokio::runtime::Runtime,
}

impl Open {
    fn new(dir: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let folder = dir.to_owned();
        let mut worker = Worker::spawn(move || {
            Ok(Opened {
                store: Shelf::new(Store::open(&folder).unwrap()),
                shown: None,
            })
        })
        .unwrap();
        let first = next(&runtime, &mut worker);
        let Event::Team(team) = first else {
            panic!("first a team: {first:?}");
        };
        Self {
            drive: Drive::new(team, (120, 30)),
            worker,
            sent: 0,
            runtime,
        }
    }

    fn keys(&mut self, keys: &str) {
        self.drive.keys(keys);
        self.perform();
    }

    fn types(&mut self, text: &str) {
        self.drive.event(Event::Paste(text.to_owned()));
    }

    /// Hands effects to the thread that have not been handed over yet.
    fn perform(&mut self) {
        let new = self.drive.effects[self.sent..].to_vec();
        self.sent = self.drive.effects.len();
        for effect in new {
            match effect {
                Effect::Commit(edit) => self.worker.commit(edit),
                Effect::Undo => self.worker.undo(),
                Effect::Redo => self.worker.redo(),
                Effect::History => self.worker.history(),
                Effect::Devices => self.worker.devices(),
                Effect::LoadDetail(person) => self.worker.detail(person),
                Effect::Suspend | Effect::Quit | Effect::Network(_) => {}
            }
        }
    }

    /// Takes what the thread says until something is so.
    fn until(&mut self, what: &str, so: impl Fn(&Drive) -> bool) {
        while !so(&self.drive) {
            let event = next(&self.runtime, &mut self.worker);
            if let Event::Failed(failure) = &event {
                panic!("{what}: {failure:?}");
            }
            self.drive.event(event);
            self.perform();
        }
    }

    /// The text in the form on top.
    fn form(&self) -> Option<String> {
        match self.drive.state.overlays.last() {
            Some(Overlay::Text(form)) => Some(form.words()),
            _ => None,
        }
    }
}

/// The thread's next event; the watchdog only ends a test that hangs.
fn next(runtime: &tokio::runtime::Runtime, worker: &mut Worker) -> Event {
    let said = runtime
        .block_on(async { tokio::time::timeout(Duration::from_secs(90), worker.next()).await });
    match said.expect("the thread says nothing more") {
        Some(Message::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

/// The first cell of a competency whose person the folder's user judges.
fn judged(team: &Team, drive: &Drive) -> (PersonId, guildhall::domain::Subject) {
    let row = drive
        .state
        .board
        .rows
        .iter()
        .find(|r| team.rights.may_validate(&team.me, &r.person, today()) && r.column.is_some())
        .expect("somebody to judge");
    let cell = row
        .cells
        .iter()
        .find(|c| c.state != guildhall::domain::cell::CellState::NotApplicable)
        .expect("a cell");
    (row.person.clone(), cell.subject.clone())
}

/// Opens the team, goes to the cell and gives a mark.
fn marked(dir: &Path) -> (Open, PersonId) {
    founded(dir);
    let mut open = Open::new(dir);
    let team = open.drive.state.team.clone();
    let (person, subject) = judged(&team, &open.drive);
    guildhall::app::screen::heatmap::show(&mut open.drive.state, &person, Some(&subject));
    open.keys("enter m 6 enter");
    open.until("the mark", |d| d.shows("saved:"));
    (open, person)
}

/// Gives feedback and waits until it is saved.
fn give(open: &mut Open, text: &str) {
    open.keys("f");
    open.until(
        "the form is ready",
        |d| matches!(d.state.overlays.last(), Some(Overlay::Text(f)) if !f.waits),
    );
    open.types(text);
    open.keys("ctrl-s");
    open.drive.state.toasts.clear();
    open.until(text, |d| d.shows("feedback") && d.shows("saved:"));
}

/// Feedback as the store has it.
fn stored(dir: &Path, person: &PersonId) -> Vec<String> {
    let mut store = Store::open(dir).unwrap();
    let person = store.person(person).unwrap().unwrap();
    let notes = person.detail.as_ref().unwrap().mark_notes.iter();
    notes
        .filter(|n| n.rater == store.me().clone() && !n.feedback.is_empty())
        .map(|n| n.feedback.clone())
        .collect()
}

/// Another program changes the feedback that stands there, or writes the first.
fn elsewhere(dir: &Path, person: &PersonId, open: &Open, text: &str) {
    let team = &open.drive.state.team;
    let (_, subject) = judged(team, &open.drive);
    let row = open
        .drive
        .state
        .board
        .rows
        .iter()
        .find(|r| &r.person == person)
        .unwrap();
    let mut store = Store::open(dir).unwrap();
    let fresh = store.team().unwrap();
    let edit = guildhall::document::edits::feedback(
        &fresh,
        person,
        &subject,
        row.column.as_ref(),
        today(),
        text,
    )
    .unwrap();
    store.commit(&edit).unwrap();
}

#[test]
fn two_feedbacks_in_a_row_keep_both_texts() {
    let dir = tempfile::tempdir().unwrap();
    let (mut open, person) = marked(dir.path());
    give(&mut open, "first words");
    // Whether or not the person has been read again by now, the form opens on what was just saved.
    open.keys("f");
    assert_eq!(open.form().as_deref(), Some("first words"));
    open.types(" and more");
    open.keys("ctrl-s");
    open.drive.state.toasts.clear();
    open.until("saved again", |d| d.shows("saved:"));
    assert_eq!(stored(dir.path(), &person), ["first words and more"]);
    open.until("the detail shows it", |d| {
        let known = d.state.person_known(&person).unwrap();
        let detail = known.detail.as_ref().unwrap();
        detail
            .mark_notes
            .iter()
            .any(|n| n.feedback == "first words and more")
    });
    assert!(open.drive.state.sent.is_empty());
    // Taken back, the form and the detail say what stands there again.
    open.keys("u");
    open.until("undone", |d| {
        let known = d.state.person_known(&person).unwrap();
        let detail = known.detail.as_ref().unwrap();
        detail
            .mark_notes
            .iter()
            .any(|n| n.feedback == "first words")
    });
    open.keys("f");
    assert_eq!(open.form().as_deref(), Some("first words"));
}

#[test]
fn what_another_program_wrote_is_read_and_never_written_over_unseen() {
    let dir = tempfile::tempdir().unwrap();
    let (mut open, person) = marked(dir.path());
    give(&mut open, "mine");
    elsewhere(dir.path(), &person, &open, "theirs");
    open.until("the detail follows", |d| {
        let known = d.state.person_known(&person).unwrap();
        let detail = known.detail.as_ref().unwrap();
        detail.mark_notes.iter().any(|n| n.feedback == "theirs")
    });
    open.keys("f");
    assert_eq!(open.form().as_deref(), Some("theirs"));

    // While the form is open and untouched, it follows.
    elsewhere(dir.path(), &person, &open, "theirs again");
    open.until("the form follows", |d| {
        matches!(d.state.overlays.last(), Some(Overlay::Text(f)) if f.words() == "theirs again")
    });
    // Once something is typed both are shown, and only a save after that replaces.
    open.types(" with mine");
    elsewhere(dir.path(), &person, &open, "a third text");
    open.until("both are shown", |d| {
        d.shows("a third text") && d.shows("Changed meanwhile")
    });
    assert_eq!(open.form().as_deref(), Some("theirs again with mine"));
    open.keys("ctrl-s");
    open.drive.state.toasts.clear();
    open.until("saved", |d| d.shows("saved:"));
    assert_eq!(stored(dir.path(), &person), ["theirs again with mine"]);
}

#[test]
fn a_text_that_changed_unseen_is_not_saved_over_and_the_form_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let (mut open, person) = marked(dir.path());
    give(&mut open, "mine");
    open.keys("f");
    open.types(" and more");
    // Nothing that the thread says about this is taken before the save.
    elsewhere(dir.path(), &person, &open, "theirs");
    open.keys("ctrl-s");
    assert_eq!(open.form(), None, "the form has been sent");
    open.until("it comes back", |d| d.shows("Changed meanwhile"));
    assert_eq!(stored(dir.path(), &person), ["theirs"]);
    assert_eq!(open.form().as_deref(), Some("mine and more"));
    assert!(open.drive.shows("theirs"));
    open.keys("ctrl-s");
    open.drive.state.toasts.clear();
    open.until("saved", |d| d.shows("saved:"));
    assert_eq!(stored(dir.path(), &person), ["mine and more"]);
}

/// Old edits in the file: all envelopes, those of the fullest document that are not packed, and bytes of packs.
fn counts(dir: &Path) -> (i64, i64, i64) {
    let db = rusqlite::Connection::open(team_file(dir)).unwrap();
    let one = |sql: &str| db.query_row(sql, [], |r| r.get(0)).unwrap();
    (
        one("SELECT count(*) FROM envelopes"),
        one(
            "SELECT max(n) FROM (SELECT count(*) AS n FROM envelopes WHERE packed = 0 GROUP BY doc)",
        ),
        one("SELECT coalesce(sum(length(bytes)), 0) FROM packs"),
    )
}

#[test]
fn old_edits_are_packed_and_the_file_is_smaller_once_nobody_edits() {
    let dir = tempfile::tempdir().unwrap();
    let (open, person) = marked(dir.path());
    drop(open.worker.finish().unwrap());
    let talk = |n: usize| Edit {
        label: format!("talk {n}"),
        ops: vec![Op {
            doc: DocRef::of(Kind::Record, &person),
            table: "meetings".into(),
            row: "talk".into(),
            field: "notes".into(),
            value: Scalar::text(format!("{n} said again and again; ").repeat(1_500)),
        }],
        stood: Vec::new(),
    };
    let mut store = Store::open(dir.path()).unwrap();
    // As an import leaves them: no steps for undo, which keep texts of their own.
    let import = (0..80).map(|n| Writing {
        author: store.me().clone(),
        at_ms: 1_790_000_000_000 + n as u64,
        doc: DocRef::of(Kind::Record, &person),
        ops: talk(n).ops,
        apart: false,
    });
    let import: Vec<Writing> = import.collect();
    store.seed(&import, &Rights::default(), &Seed::Own).unwrap();
    drop(store);
    let before = counts(dir.path());
    assert!(before.1 > 80, "{before:?}");
    assert_eq!(before.2, 0);
    let bytes = || std::fs::metadata(team_file(dir.path())).unwrap().len();
    let full = bytes();

    let mut open = Open::new(dir.path());
    // Opening and looking packs nothing; an edit does, once nothing has come for a while.
    open.worker.commit(talk(80));
    open.until("saved", |d| d.shows("saved:"));
    let team = open.drive.state.team.clone();
    let since = std::time::Instant::now();
    while bytes() > full - (1 << 20) {
        assert!(
            since.elapsed() < Duration::from_secs(90),
            "the file stays as it is"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    // Whoever edits now does so as before, and sees what was there.
    open.drive.state.toasts.clear();
    open.worker.commit(talk(81));
    open.until("saved again", |d| d.shows("saved:"));
    assert_eq!(open.drive.state.team.people.len(), team.people.len());
    open.worker.finish().unwrap();
    let after = counts(dir.path());
    println!(
        "{before:?} and {full} bytes before, {after:?} and {} after",
        bytes()
    );
    assert_eq!(after.0, before.0 + 2, "every header stays");
    assert!(after.1 <= 64 && after.2 > 0, "{after:?}");
    let mut store = Store::open(dir.path()).unwrap();
    let rows = store.rows(&DocRef::of(Kind::Record, &person)).unwrap();
    let claims = rows.claims("meetings", "talk", "notes");
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].value, talk(81).ops[0].value);
    assert_eq!(store.check().unwrap().findings, []);
}

/// A team of which a part is damaged is opened as far as it can be read, and every screen says that something is missing.
#[test]
fn a_damaged_part_is_left_out_and_every_screen_says_so() {
    let dir = tempfile::tempdir().unwrap();
    founded(dir.path());
    let whole = Store::open(dir.path()).unwrap().team().unwrap();
    common::folder::spoil(dir.path(), true);
    let mut open = Open::new(dir.path());
    let shown = Arc::clone(&open.drive.state.team);
    assert_eq!(shown.people.len() + 1, whole.people.len());
    for person in &shown.people {
        assert_eq!(whole.person(&person.id).unwrap().name, person.name);
    }
    let said = next(&open.runtime, &mut open.worker);
    let Event::InPart(sentences) = &said else {
        panic!("then what is missing: {said:?}");
    };
    let [sentence] = &sentences[..] else {
        panic!("{sentences:?}");
    };
    let gone = whole.people.iter().find(|p| shown.person(&p.id).is_none());
    let id = gone.unwrap().id.to_string();
    assert!(sentence.contains(&id) && sentence.contains("left out of every figure"));
    open.drive.event(said);
    for keys in ["", "2", "4", "5", "1"] {
        open.drive.keys(keys);
        assert!(
            open.drive.shows("incomplete: guildhall doctor"),
            "{keys}: {}",
            open.drive.lines().join("\n")
        );
    }
}
