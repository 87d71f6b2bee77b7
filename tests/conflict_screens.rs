//! What was written apart, on screen: counted in the status line, shown with authors, times and devices, settled with a digit as it is shown
//! and never otherwise, offered again where that was not saved, and undone.
#![cfg(unix)]

mod common;

use chrono::NaiveDate;
use common::drive::Drive;
use common::folder::Folder;
use guildhall::app::event::{Failure, Saved};
use guildhall::app::overlay::Overlay;
use guildhall::app::screen::selected;
use guildhall::app::{Effect, Event};
use guildhall::document::code::{MarkCode, date_text, row_key};
use guildhall::document::conflict::Conflict;
use guildhall::document::schema::PRESENT;
use guildhall::document::{DocRef, Edit, Kind, Op, Rows, Scalar, Writing};
use guildhall::domain::team::Rights;
use guildhall::domain::{Answer, PersonId, Points, Subject, Team};
use guildhall::runtime::backing::Shelf;
use guildhall::runtime::worker::{Message, Opened, Worker};
use guildhall::store::{Seed, Store, StoreError};
use proptest::prelude::*;
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

/// The sample with more that was written apart: a mark, a factor of a post, a text and a word of a plan, and two absences.
fn torn() -> (Folder, Store, Team) {
    let folder = Folder::with_sample();
    let mut store = Store::open(&folder.data()).unwrap();
    let team = store.team().unwrap();
    let (person, action) = somebody(&team);
    let (plan, record) = (
        DocRef::of(Kind::Plan, &person),
        DocRef::of(Kind::Record, &person),
    );
    let post = &team.succession.as_ref().unwrap()[0];
    let since = post.factors.last().unwrap().0;
    let factor = row_key(&[
        post.post.as_str(),
        &since.map_or_else(String::new, date_text),
    ]);
    let action = row_key(&[action.as_str()]);
    let long = |end: &str| {
        let text = "Plans the renewal of the older of the two lathes with the workshop, asks three makers for offers, ";
        Scalar::text(format!("{text}{end}"))
    };
    let yes = || Scalar::Bool(true);
    let twice = [
        ("away-1", "2026-12-05", "leave"),
        ("away-2", "2027-03-01", "secondment"),
    ];
    let absence = |(id, until, kind): (&str, &str, &str)| {
        let row = row_key(&[id]);
        vec![
            op(&record, "absences", &row, PRESENT, yes()),
            op(
                &record,
                "absences",
                &row,
                "from",
                Scalar::text("2026-12-01"),
            ),
            op(&record, "absences", &row, "until", Scalar::text(until)),
            op(&record, "absences", &row, "kind", Scalar::text(kind)),
        ]
    };
    let succession = DocRef::team_wide(Kind::Succession);
    apart(
        &mut store,
        [2, 5].map(|n| {
            vec![op(
                &succession,
                "critical",
                &factor,
                "replace",
                Scalar::Int(n),
            )]
        }),
    );
    let texts = ["and writes the case.", "and leaves the case to Facilities."];
    apart(
        &mut store,
        texts.map(|end| vec![op(&plan, "actions", &action, "text", long(end))]),
    );
    apart(&mut store, twice.map(absence));
    drop(store);
    let mut store = Store::open(&folder.data()).unwrap();
    let team = store.team().unwrap();
    (folder, store, team)
}

/// Somebody with an action in their plan, and the action.
fn somebody(team: &Team) -> (PersonId, String) {
    let with = |p: &&Arc<guildhall::domain::Person>| {
        p.id != team.me && p.objectives.iter().any(|o| !o.actions.is_empty())
    };
    let person = team.people.iter().find(with).expect("somebody has a plan");
    let action = person.objectives.iter().flat_map(|o| &o.actions).next();
    (person.id.clone(), action.unwrap().id.to_string())
}

fn op(doc: &DocRef, table: &str, row: &str, field: &str, value: Scalar) -> Op {
    Op {
        doc: doc.clone(),
        table: table.to_owned(),
        row: row.to_owned(),
        field: field.to_owned(),
        value,
    }
}

/// Writes this, each without knowing of the others, at 14:05 and every minute after it.
fn apart<const N: usize>(store: &mut Store, each: [Vec<Op>; N]) {
    write(store, each.map(|ops| (true, ops)).to_vec());
}

fn write(store: &mut Store, each: Vec<(bool, Vec<Op>)>) {
    let day = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    let first = day.and_hms_opt(14, 5, 0).unwrap().and_utc();
    let author = store.me().clone();
    let writing = |(n, (apart, ops)): (i64, (bool, Vec<Op>))| Writing {
        doc: ops[0].doc.clone(),
        author: author.clone(),
        at_ms: u64::try_from(first.timestamp_millis() + n * 60_000).unwrap(),
        apart,
        ops,
    };
    let writings: Vec<Writing> = (0..).zip(each).map(writing).collect();
    store
        .seed(&writings, &Rights::default(), &Seed::Own)
        .unwrap();
}

fn saved(d: &Drive) -> Edit {
    match d.effects.last() {
        Some(Effect::Commit(edit)) => edit.clone(),
        other => panic!("nothing was saved: {other:?}"),
    }
}

/// How many edits went out.
fn commits(d: &Drive) -> usize {
    let commit = |e: &&Effect| matches!(e, Effect::Commit(_));
    d.effects.iter().filter(commit).count()
}

fn shown(d: &Drive) -> Option<Conflict> {
    match d.state.overlays.last() {
        Some(Overlay::Conflicts(open)) => Some(open.shown.clone()),
        _ => None,
    }
}

fn named<'a>(all: &'a [Conflict], words: &str) -> &'a Conflict {
    let names: Vec<&str> = all.iter().map(|c| c.what.as_str()).collect();
    let found = all.iter().find(|c| c.what.contains(words));
    found.unwrap_or_else(|| panic!("no “{words}” among {names:?}"))
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
    assert!(d.shows("there is no value 9 here"));
    d.keys("2");
    assert!(d.state.overlays.is_empty());
    assert!(!d.shows(&count), "what is settled is not offered again");
    store.commit(&saved(&d)).unwrap();
    let left = found(&mut store);
    assert_eq!(left.len(), all.len() - 1);
    assert!(left.iter().all(|c| c.key() != all[0].key()));
    d.event(Event::Conflicts(Arc::new(Vec::new())));
    d.keys("g c");
    assert!(d.state.overlays.is_empty() && d.shows("nothing waits to be settled"));
}

#[test]
fn a_new_list_moves_nothing_under_the_finger() {
    let (_folder, mut store, team) = torn();
    let all = found(&mut store);
    let [a, b, c, ..] = &all[..] else {
        panic!("three of them: {}", all.len());
    };
    let mut d = Drive::new(Arc::new(team), (120, 30));
    let list = |of: &[&Conflict]| {
        let all = of.iter().map(|c| (*c).clone());
        Event::Conflicts(Arc::new(all.collect()))
    };
    d.event(list(&[a, b, c]));
    d.keys("g c down");
    assert_eq!(shown(&d).unwrap().key(), b.key());
    // One before it is settled elsewhere: it stays what it was, and is settled at once.
    d.event(list(&[b, c]));
    assert_eq!(shown(&d).unwrap().key(), b.key());
    assert!(d.shows("Written apart, 1 of 2"));
    // It is settled elsewhere: the next one is shown, said to be another, and not settled by a finger that was on its way.
    d.event(list(&[c]));
    assert_eq!(shown(&d).unwrap().key(), c.key());
    let start: String = b.what.chars().take(40).collect();
    assert!(d.shows(&format!("this is the next one; settled meanwhile: {start}")));
    d.keys("2");
    assert_eq!(commits(&d), 0);
    assert!(d.shows("2 once more settles it"));
    d.keys("2");
    assert_eq!(saved(&d), c.settle(1).unwrap());
    // The last one goes while it is open.
    d.event(list(&[a]));
    d.keys("g c");
    d.event(list(&[]));
    assert!(d.state.overlays.is_empty() && d.shows("settled meanwhile, nothing more waits"));
    d.keys("1");
    assert_eq!(commits(&d), 1);
}

#[test]
fn other_values_in_what_is_shown_take_no_digit_before_they_were_looked_at() {
    let (_folder, mut store, team) = torn();
    let all = found(&mut store);
    let mut d = Drive::new(Arc::new(team), (120, 30));
    let one = named(&all, "time to replace").clone();
    d.event(Event::Conflicts(Arc::new(vec![one.clone()])));
    d.keys("g c");
    let doc = DocRef::team_wide(Kind::Succession);
    let cleared = vec![op(&doc, &one.table, &one.row, &one.field, Scalar::Int(3))];
    write(&mut store, vec![(false, cleared)]);
    let (four, five) = (4, 5);
    apart(
        &mut store,
        [four, five].map(|n| vec![op(&doc, &one.table, &one.row, &one.field, Scalar::Int(n))]),
    );
    let all = found(&mut store);
    let now = named(&all, "time to replace").clone();
    assert!(!now.same(&one) && now.key() == one.key());
    d.event(Event::Conflicts(Arc::new(vec![now.clone()])));
    assert!(d.shows("look again before you settle it"));
    d.keys("1");
    assert_eq!(commits(&d), 0);
    d.keys("1");
    assert_eq!(saved(&d), now.settle(0).unwrap());
    // With which devices it was written is no other value.
    let mut d = Drive::new(Arc::clone(&d.state.team), (120, 30));
    d.event(Event::Conflicts(Arc::new(vec![now.clone()])));
    d.keys("g c");
    assert_eq!(d.effects.last(), Some(&Effect::Devices));
    let mut with = now.clone();
    with.name_devices(|_, _| ("abcd1234".to_owned(), None));
    d.event(Event::Conflicts(Arc::new(vec![with])));
    assert!(d.shows("with device abcd1234"));
    d.keys("1");
    assert_eq!(commits(&d), 1);
}

#[test]
fn what_was_not_saved_is_offered_again_and_what_was_taken_back_too() {
    let (_folder, mut store, team) = torn();
    let all = found(&mut store);
    let mut d = Drive::new(Arc::new(team), (120, 30));
    let count = format!("{} conflicts", all.len());
    let fewer = format!("{} conflicts", all.len() - 1);
    d.event(Event::Conflicts(Arc::new(all.clone())));
    d.keys("g c 1");
    assert!(d.shows(&fewer));
    // A look from before it was saved does not bring it back.
    d.event(Event::Conflicts(Arc::new(all.clone())));
    assert!(d.shows(&fewer));
    d.event(Event::Failed(Failure {
        what: "save".to_owned(),
        why: "the disk is full".to_owned(),
        edit: Some(saved(&d)),
    }));
    d.draw();
    assert!(d.shows("the disk is full. Nothing was settled: g c shows it again."));
    assert!(
        d.state.failed.is_empty(),
        "nothing is kept that could be saved over what stands later"
    );
    d.state.toasts.clear();
    assert!(d.shows(&count));
    d.keys("g c");
    assert_eq!(shown(&d).unwrap().key(), all[0].key());
    d.keys("1");
    // Something else stands there by now.
    d.event(Event::Meanwhile {
        edit: saved(&d),
        stands: Vec::new(),
    });
    assert!(
        d.shows("Something else stands there by now. Nothing was settled: g c shows it again.")
    );
    assert!(d.state.failed.is_empty());
    d.state.toasts.clear();
    d.keys("g c 1");
    let label = saved(&d).label;
    d.event(Event::Saved(Saved::Edit {
        label: label.clone(),
    }));
    assert!(d.shows(&fewer));
    d.event(Event::Saved(Saved::Undone {
        label,
        left: Vec::new(),
    }));
    assert!(d.shows(&count), "both values stand again");
}

#[test]
fn it_opens_at_what_stands_under_the_cursor() {
    let (_folder, mut store, team) = torn();
    let all = found(&mut store);
    let (person, action) = somebody(&team);
    let first = all[0].clone();
    let mut d = Drive::new(Arc::new(team), (120, 40));
    d.event(Event::Conflicts(Arc::new(all.clone())));
    let to = |d: &mut Drive, who: &PersonId| {
        for _ in 0..400 {
            if selected(&d.state).is_some_and(|at| &at.person == who) {
                return;
            }
            d.keys("down");
        }
        panic!("nobody of that id on {:?}", d.state.screen());
    };
    // What is looked for stands last, so that it is not there for being the first.
    let at = |d: &mut Drive, last: &dyn Fn(&Conflict) -> bool| {
        let mut list = all.clone();
        list.sort_by_key(last);
        d.event(Event::Conflicts(Arc::new(list)));
        d.keys("g c");
        let at = shown(d).expect("it is open");
        d.keys("esc");
        at
    };
    // The sample's own is a mark: on its cell it comes first.
    let mark = all
        .iter()
        .find(|c| c.table == "marks")
        .expect("a mark")
        .clone();
    let whose = mark.doc.person.clone().unwrap();
    d.keys("g h g g");
    to(&mut d, &whose);
    let about = mark.about();
    for _ in 0..60 {
        let here = selected(&d.state).and_then(|at| at.subject);
        if here.is_some_and(|s| about.iter().any(|part| part == s.as_str())) {
            break;
        }
        d.keys("right");
    }
    assert_eq!(at(&mut d, &|c| c.key() == mark.key()).key(), mark.key());
    // On the row of somebody whose plan has one.
    d.keys("g g");
    to(&mut d, &person);
    let theirs = |c: &Conflict| c.doc.person.as_ref() == Some(&person);
    assert!(theirs(&at(&mut d, &theirs)));
    // On the very action of the Actions screen.
    d.keys("g d g g");
    let on = |d: &Drive| match d.state.actions.line().map(|l| l.item.clone()) {
        Some(guildhall::app::screen::actions_lines::Item::Action(who, _, id)) => {
            who == person && id.as_str() == action
        }
        _ => false,
    };
    for _ in 0..400 {
        if on(&d) {
            break;
        }
        d.keys("down");
    }
    assert!(on(&d), "the action is in the list");
    let here = at(&mut d, &|c| c.table == "actions");
    assert_eq!(
        (here.table.as_str(), here.about()),
        ("actions", vec![action.clone()])
    );
    // On the post whose factor it is.
    d.keys("g s g g");
    let factor = named(&all, "time to replace").clone();
    for _ in 0..60 {
        let post = guildhall::app::screen::succession::post(&d.state);
        if post.is_some_and(|(risk, _)| factor.about().contains(&risk.post.to_string())) {
            break;
        }
        d.keys("down");
    }
    assert_eq!(at(&mut d, &|c| c.key() == factor.key()).key(), factor.key());
    // The same in the panes of the Overview.
    d.keys("g o 2");
    for _ in 0..60 {
        let post = guildhall::app::screen::overview::post(&d.state);
        if post.is_some_and(|post| factor.about().contains(&post.to_string())) {
            break;
        }
        d.keys("down");
    }
    assert_eq!(at(&mut d, &|c| c.key() == factor.key()).key(), factor.key());
    d.keys("3");
    for _ in 0..60 {
        if selected(&d.state).is_some_and(|at| at.person == person) {
            break;
        }
        d.keys("down");
    }
    assert!(theirs(&at(&mut d, &theirs)));
    // Where none stands, the first.
    let nobody = d.state.team.people.iter().find(|p| {
        let none = |c: &Conflict| {
            c.doc.person.as_ref() != Some(&p.id) && !c.about().contains(&p.id.to_string())
        };
        all.iter().all(none)
    });
    let nobody = nobody.unwrap().id.clone();
    d.keys("g h g g");
    to(&mut d, &nobody);
    assert_eq!(at(&mut d, &|_| false).key(), first.key());
}

#[test]
fn what_others_settle_is_shown_with_who_may_and_takes_no_digit() {
    let (_folder, mut store, team) = torn();
    let mut all = found(&mut store);
    all[0].others = Some("managers of the team may");
    let mut d = Drive::new(Arc::new(team), (120, 30));
    d.event(Event::Conflicts(Arc::new(all.clone())));
    let counted = format!("{} conflicts and 1 for others", all.len() - 1);
    assert!(d.shows(&counted), "{}", d.lines().join("\n"));
    // What is one's own to settle comes first.
    d.keys("g c");
    assert_eq!(shown(&d).unwrap().key(), all[1].key());
    d.keys("up");
    assert_eq!(shown(&d).unwrap().key(), all[0].key());
    assert!(d.shows("This is not yours to settle: managers of the team may."));
    assert!(!d.shows("says which is meant"));
    for digit in ["1", "2"] {
        d.keys(digit);
        assert!(d.shows("this is not yours to settle: managers of the team may"));
    }
    assert_eq!((commits(&d), d.state.overlays.len()), (0, 1));
    d.keys("esc");
    d.state.toasts.clear();
    d.event(Event::Conflicts(Arc::new(vec![all[0].clone()])));
    assert!(d.shows("1 conflict for others"));
}

#[test]
fn each_value_stands_with_its_author_day_time_and_device() {
    let (folder, store, team) = torn();
    let device = store.device().to_string();
    drop(store);
    let data = folder.data();
    let mut worker = Worker::spawn(move || {
        Ok(Opened {
            store: Shelf::new(Store::open(&data).unwrap()),
            shown: None,
        })
    })
    .unwrap();
    let mut d = Drive::new(Arc::new(team), (120, 30));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let next = |worker: &mut Worker, d: &mut Drive| loop {
        match runtime.block_on(worker.next()).expect("it goes on") {
            Message::Event(event @ Event::Conflicts(_)) => {
                d.event(event);
                return;
            }
            Message::Event(event) => d.event(event),
            Message::Trouble(trouble) => panic!("{trouble:?}"),
        }
    };
    next(&mut worker, &mut d);
    assert!(
        d.state
            .conflicts
            .iter()
            .all(|c| c.choices[0].device.is_empty())
    );
    d.keys("g c");
    assert_eq!(d.effects.last(), Some(&Effect::Devices));
    worker.devices();
    next(&mut worker, &mut d);
    let written = d.state.conflicts.iter().flat_map(|c| &c.choices);
    assert!(written.clone().count() > 6);
    for choice in written {
        assert_eq!(choice.device, device, "{}", choice.words);
    }
    let all: Vec<Conflict> = d.state.conflicts.to_vec();
    let text = named(&all, "time to replace");
    while shown(&d).unwrap().key() != text.key() {
        d.keys("down");
    }
    assert!(d.shows(&format!("20 Nov 2026, 14:05 UTC, with device {device}")));
    assert!(d.shows(&format!("20 Nov 2026, 14:06 UTC, with device {device}")));
    worker.finish().unwrap();
}

#[test]
fn no_value_is_written_over_that_was_not_seen() {
    let (_folder, mut store, team) = torn();
    let all = found(&mut store);
    let (person, _) = somebody(&team);
    // A number, of which a third value comes from somebody who knew neither.
    let factor = named(&all, "time to replace").clone();
    let doc = factor.doc.clone();
    let before = store.rows(&doc).unwrap();
    let third = vec![op(
        &doc,
        &factor.table,
        &factor.row,
        &factor.field,
        Scalar::Int(1),
    )];
    write(&mut store, vec![(false, third)]);
    let refused = store.commit(&factor.settle(0).unwrap());
    assert!(
        matches!(refused, Err(StoreError::Meanwhile(_))),
        "{refused:?}"
    );
    let claims = |rows: &Rows| rows.claims(&factor.table, &factor.row, &factor.field).len();
    assert_eq!(
        (claims(&before), claims(&store.rows(&doc).unwrap())),
        (2, 1)
    );
    // An absence that would be taken away was made longer meanwhile.
    let away = all.iter().find(|c| c.table == "absences").unwrap();
    let record = DocRef::of(Kind::Record, &person);
    let row = row_key(&["away-1"]);
    let longer = op(
        &record,
        "absences",
        &row,
        "until",
        Scalar::text("2027-06-01"),
    );
    store.commit(&Edit::new("longer", vec![longer])).unwrap();
    for choice in 0..2 {
        let refused = store.commit(&away.settle(choice).unwrap());
        assert!(
            matches!(refused, Err(StoreError::Meanwhile(_))),
            "{refused:?}"
        );
    }
    // As it stands now it is settled.
    let now = found(&mut store);
    let away = now.iter().find(|c| c.table == "absences").unwrap();
    store.commit(&away.settle(0).unwrap()).unwrap();
    assert!(found(&mut store).iter().all(|c| c.table != "absences"));
}

/// A number, a text that is longer than its beginning, a word of a list, two absences, and what is for others.
#[test]
fn as_it_looks() {
    let (_folder, mut store, team) = torn();
    let mut all = found(&mut store);
    for conflict in &mut all {
        conflict.name_devices(|_, choice| match choice.at % 2 {
            0 => ("3f7ab2c19d04e6aa".to_owned(), None),
            _ => ("90e1d4aa7c35b218".to_owned(), None),
        });
    }
    let team = Arc::new(team);
    for size in [(80, 24), (200, 50)] {
        for (name, words, others) in [
            ("number", "time to replace", None),
            ("text", "action", None),
            ("days", "absence", None),
            (
                "others",
                "time to replace",
                Some("managers of the team may"),
            ),
        ] {
            let mut one = named(&all, words).clone();
            one.others = others;
            let rest = all.iter().filter(|c| c.key() != one.key());
            let list: Vec<Conflict> = std::iter::once(one.clone()).chain(rest.cloned()).collect();
            let mut d = Drive::new(Arc::clone(&team), size);
            d.event(Event::Conflicts(Arc::new(list)));
            d.keys("g c");
            while shown(&d).unwrap().key() != one.key() {
                d.keys("down");
            }
            insta::assert_snapshot!(format!("settle_{name}_{}x{}", size.0, size.1), d.snapshot());
        }
        let mut d = Drive::new(Arc::clone(&team), size);
        let mark = all.iter().find(|c| c.table == "marks").unwrap().clone();
        d.event(Event::Conflicts(Arc::new(vec![mark])));
        d.keys("g c");
        insta::assert_snapshot!(format!("settle_choice_{}x{}", size.0, size.1), d.snapshot());
    }
}

#[test]
fn no_size_is_too_small_for_it() {
    let (_folder, mut store, team) = torn();
    let mut d = Drive::new(Arc::new(team), (120, 30));
    d.event(Event::Conflicts(Arc::new(found(&mut store))));
    d.keys("g c");
    for (w, h) in [(1, 1), (20, 5), (40, 10), (80, 24), (300, 90)] {
        d.event(Event::Resize(w, h));
        d.draw();
        d.keys("down up right left tab pagedown pageup");
        d.draw();
    }
    d.keys("esc");
    assert!(d.state.overlays.is_empty());
}

/// A place that can be in conflict, with values that it may hold.
#[derive(Clone, Debug)]
struct Place {
    doc: DocRef,
    table: &'static str,
    row: String,
    field: &'static str,
    values: Vec<Scalar>,
}

const WHO: &str = "p-1";

fn places() -> Vec<Place> {
    let wide = DocRef::team_wide;
    let of = |kind| DocRef::of(kind, &WHO.into());
    let place = |doc: DocRef, table, row: &[&str], field, values: Vec<Scalar>| Place {
        doc,
        table,
        row: row_key(row),
        field,
        values,
    };
    let numbers = |all: &[i64]| all.iter().map(|n| Scalar::Int(*n)).collect::<Vec<_>>();
    let texts = |all: &[&str]| all.iter().map(|t| Scalar::text(*t)).collect::<Vec<_>>();
    let marks = [Some(3), Some(13), Some(20), None].map(|halves| {
        let answer = halves.map_or(Answer::NotObserved, |h| {
            Answer::Points(Points::from_halves(h).unwrap())
        });
        let code = MarkCode {
            answer,
            entered: 1_795_000_000_000,
            typist: "owner-1".into(),
        };
        code.encode()
    });
    let date = date_text(NaiveDate::from_ymd_opt(2026, 11, 2).unwrap());
    let subject = Subject::Skill("lathe".into());
    let mark = [subject.as_str(), "", "owner-1", &date];
    vec![
        place(
            wide(Kind::Team),
            "posts",
            &["torn", ""],
            "title",
            texts(&["Kiln keeper", "Keeper of kilns", "Kilns"]),
        ),
        place(
            wide(Kind::Team),
            "posts",
            &["torn", ""],
            "fte",
            numbers(&[50, 80, 100]),
        ),
        place(
            wide(Kind::Team),
            "skills",
            &["lathe", ""],
            "n_min",
            numbers(&[1, 2, 3]),
        ),
        place(
            wide(Kind::Team),
            "skills",
            &["lathe", ""],
            "critical",
            vec![Scalar::Bool(true), Scalar::Bool(false)],
        ),
        place(
            wide(Kind::Team),
            "skills",
            &["lathe", ""],
            "target",
            numbers(&[8, 12, 16]),
        ),
        place(
            wide(Kind::Framework),
            "targets",
            &["c1", "craft", ""],
            "target",
            numbers(&[6, 10, 14]),
        ),
        place(
            wide(Kind::Succession),
            "critical",
            &["torn", ""],
            "replace",
            numbers(&[1, 3, 5]),
        ),
        place(
            wide(Kind::Succession),
            "critical",
            &["torn", ""],
            "reason",
            texts(&["one person knows the kiln", "nobody is trained"]),
        ),
        place(of(Kind::Record), "marks", &mark, "mark", marks.to_vec()),
        place(
            of(Kind::Record),
            "contracts",
            &[""],
            "end",
            texts(&["2027-01-31", "2028-12-31", "2029-12-31"]),
        ),
        place(
            of(Kind::Plan),
            "objectives",
            &["aim"],
            "objective",
            texts(&["Runs the kiln alone", "Runs both kilns"]),
        ),
        place(
            of(Kind::Plan),
            "objectives",
            &["aim"],
            "completion",
            texts(&["2027-01-31", "2027-06-30"]),
        ),
        place(
            of(Kind::Plan),
            "objectives",
            &["aim"],
            "priority",
            texts(&["gap", "strength"]),
        ),
        place(
            of(Kind::Plan),
            "actions",
            &["step"],
            "progress",
            numbers(&[0, 40, 100]),
        ),
        place(
            of(Kind::Plan),
            "states",
            &["step", &date],
            "state",
            texts(&["open", "closed", "dropped"]),
        ),
    ]
}

/// Values of a field, each once.
fn values(rows: &Rows, place: &Conflict) -> Vec<Scalar> {
    let claims = rows.claims(&place.table, &place.row, &place.field).iter();
    let mut all: Vec<Scalar> = claims.map(|c| c.value.clone()).collect();
    all.sort();
    all.dedup();
    all
}

/// Everything that stands in a document, without who and when.
fn contents(rows: &Rows) -> Vec<(String, String, String, Vec<Scalar>)> {
    let mut all = Vec::new();
    for (table, of_table) in &rows.tables {
        for (row, fields) in of_table {
            for (field, claims) in fields {
                let mut values: Vec<Scalar> = claims.iter().map(|c| c.value.clone()).collect();
                values.sort();
                values.dedup();
                all.push((table.clone(), row.clone(), field.clone(), values));
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Facts, targets, factors, marks, absences and columns of plans in any combination of two or more values: each is found with exactly its
    /// values, any of them can be chosen, nothing else is touched by that, and taking it back brings all of them back.
    #[test]
    fn settling_and_undoing_are_exact_inverses_for_every_value(
        torn in proptest::collection::vec(proptest::option::weighted(0.4, (any::<u8>(), 2..4_usize)), 15),
        absences in proptest::collection::btree_set((0..3_u8, 0..2_u8), 0..4),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::create(dir.path(), &"owner-1".into()).unwrap();
        let places = places();
        prop_assert_eq!(places.len(), torn.len());
        // What is not in conflict is known to everybody who writes apart.
        let mut known: Vec<Op> = places.iter().map(|p| op(&p.doc, p.table, &p.row, PRESENT, Scalar::Bool(true))).collect();
        let card = DocRef::of(Kind::Card, &WHO.into());
        known.push(op(&card, "card", "card", "name", Scalar::text("Ada Inkwell")));
        let mut expected: Vec<(String, Vec<Scalar>)> = Vec::new();
        let mut each: Vec<Vec<Op>> = vec![Vec::new(); 3];
        for (place, torn) in places.iter().zip(&torn) {
            let made = |value: &Scalar| op(&place.doc, place.table, &place.row, place.field, value.clone());
            let Some((first, count)) = torn else {
                known.push(made(&place.values[0]));
                continue;
            };
            let mut chosen: Vec<Scalar> = place.values.clone();
            chosen.rotate_left(usize::from(*first) % place.values.len());
            chosen.truncate(*count);
            for (ops, value) in each.iter_mut().zip(&chosen) {
                ops.push(made(value));
            }
            chosen.sort();
            expected.push((format!("{}|{}|{}", place.table, place.row, place.field), chosen));
        }
        let record = DocRef::of(Kind::Record, &WHO.into());
        for (n, (until, kind)) in absences.iter().enumerate() {
            let row = row_key(&[format!("away-{n}")]);
            let until = match until {
                0 => Scalar::Null,
                n => Scalar::text(format!("2027-0{n}-01")),
            };
            let field = |field, value| op(&record, "absences", &row, field, value);
            known.extend([
                field(PRESENT, Scalar::Bool(true)),
                field("from", Scalar::text("2026-12-01")),
                field("until", until),
                field("kind", Scalar::text(format!("leave {kind}"))),
            ]);
        }
        let docs = |ops: Vec<Op>, apart| {
            let mut docs: std::collections::BTreeMap<DocRef, Vec<Op>> = Default::default();
            for op in ops {
                docs.entry(op.doc.clone()).or_default().push(op);
            }
            docs.into_values().map(move |ops| (apart, ops))
        };
        write(&mut store, docs(known, false).collect());
        write(&mut store, each.into_iter().flat_map(|ops| docs(ops, true)).collect());

        let all = found(&mut store);
        let mut found_values: Vec<(String, Vec<Scalar>)> = Vec::new();
        for conflict in all.iter().filter(|c| c.field != PRESENT) {
            let rows = store.rows(&conflict.doc).unwrap();
            let values = values(&rows, conflict);
            prop_assert_eq!(values.len(), conflict.choices.len());
            found_values.push((format!("{}|{}|{}", conflict.table, conflict.row, conflict.field), values));
        }
        expected.sort();
        found_values.sort();
        prop_assert_eq!(&found_values, &expected);
        let days: Vec<&Conflict> = all.iter().filter(|c| c.field == PRESENT).collect();
        prop_assert_eq!(days.len(), usize::from(absences.len() > 1));
        prop_assert!(days.iter().all(|c| c.choices.len() == absences.len()));

        for conflict in &all {
            let before = contents(&store.rows(&conflict.doc).unwrap());
            for choice in 0..conflict.choices.len() {
                store.commit(&conflict.settle(choice).unwrap()).unwrap();
                let left = found(&mut store);
                prop_assert_eq!(left.len(), all.len() - 1);
                prop_assert!(left.iter().all(|c| c.key() != conflict.key()));
                prop_assert!(left.iter().all(|c| all.iter().any(|o| o.same(c))), "another was touched");
                let (row, field, value) = conflict.choices[choice].stands();
                let rows = store.rows(&conflict.doc).unwrap();
                let stands: Vec<&Scalar> = rows.claims(&conflict.table, row, field).iter().map(|c| &c.value).collect();
                prop_assert_eq!(stands, vec![value]);
                store.undo().unwrap().expect("a step");
                prop_assert_eq!(&contents(&store.rows(&conflict.doc).unwrap()), &before);
                let again = found(&mut store);
                prop_assert_eq!(again.len(), all.len());
                prop_assert!(again.iter().any(|c| c.same(conflict)), "{}", conflict.what);
            }
        }
    }
}
