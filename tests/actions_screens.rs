//! The Actions screen through the real update loop: groups, plans, and every change that starts there.

mod common;

use common::drive::{Drive, today};
use guildhall::app::overlay::help::{self, HelpLine};
use guildhall::app::screen::actions_lines::{Before, By, Item, Line, Stands};
use guildhall::app::screen::person;
use guildhall::app::{Effect, Event, Screen};
use guildhall::document::Edit;
use guildhall::domain::actions::plan_agreed;
use guildhall::domain::generate::{generate, synthetic_framework};
use guildhall::domain::person::{ItemState, Objective};
use guildhall::domain::what_if::Supposed;
use guildhall::domain::{PersonId, Team};
use std::collections::BTreeSet;
use std::sync::Arc;

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 50)];

fn drive(size: (u16, u16)) -> Drive {
    let team = generate(Arc::new(synthetic_framework()), 60, 7, today());
    let mut d = Drive::new(Arc::new(team), size);
    d.keys("g d");
    assert_eq!(d.state.screen(), Screen::Actions);
    d
}

/// Groups until lines are grouped so.
fn by(d: &mut Drive, wanted: By) {
    for _ in By::ALL {
        if d.state.actions.by == wanted {
            return;
        }
        d.keys("b");
    }
    panic!("never grouped by {wanted:?}");
}

/// Puts the cursor on the first line that is meant.
fn go_to(d: &mut Drive, meant: impl Fn(&Line) -> bool) {
    let at = d
        .state
        .actions
        .lines
        .iter()
        .position(meant)
        .expect("such a line");
    d.keys("g g");
    for _ in 0..at {
        d.keys("down");
    }
}

fn typed(d: &mut Drive, text: &str) {
    for c in text.chars() {
        let name = if c == ' ' {
            "space".to_owned()
        } else {
            c.to_string()
        };
        d.keys(&name);
    }
}

fn last_edit(d: &Drive) -> Edit {
    match d
        .effects
        .iter()
        .rev()
        .find(|e| matches!(e, Effect::Commit(_)))
    {
        Some(Effect::Commit(edit)) => edit.clone(),
        _ => panic!("nothing was saved"),
    }
}

fn commits(d: &Drive) -> usize {
    d.effects
        .iter()
        .filter(|e| matches!(e, Effect::Commit(_)))
        .count()
}

#[test]
fn s08_actions_stand_by_date_with_the_overdue_first_and_none_is_left_out() {
    for size in SIZES {
        let mut d = drive(size);
        let board = d.state.board.actions.clone();
        assert!(d.shows(&format!(
            "{} open · {} overdue · {} to discuss",
            board.open, board.overdue, board.to_discuss
        )));
        let lines = &d.state.actions.lines;
        let overdue = lines.iter().filter(|l| l.overdue).count();
        assert_eq!(overdue, board.overdue as usize);
        let waiting = lines
            .iter()
            .filter(|l| matches!(l.item, Item::Action(..)))
            .count();
        assert_eq!(waiting, (board.open + board.to_discuss) as usize);
        let heads: Vec<&str> = lines
            .iter()
            .filter(|l| matches!(l.item, Item::Head(_)))
            .map(|l| l.text.as_str())
            .collect();
        let order = ["Overdue", "Due", "Without a date", "Done, to discuss"];
        let places: Vec<usize> = heads
            .iter()
            .map(|h| order.iter().position(|o| o == h).unwrap())
            .collect();
        assert!(places.is_sorted(), "{heads:?}");
        insta::assert_snapshot!(format!("actions_date_{}x{}", size.0, size.1), d.snapshot());
        by(&mut d, By::Person);
        insta::assert_snapshot!(
            format!("actions_person_{}x{}", size.0, size.1),
            d.snapshot()
        );
    }
}

#[test]
fn every_grouping_holds_the_same_actions() {
    let mut d = drive((120, 40));
    let of = |d: &Drive| -> BTreeSet<String> {
        let actions = d.state.actions.lines.iter();
        actions
            .filter_map(|l| match &l.item {
                Item::Action(who, _, id) => Some(format!("{who} {id}")),
                _ => None,
            })
            .collect()
    };
    let all = of(&d);
    assert!(all.len() > 20);
    for wanted in By::ALL {
        by(&mut d, wanted);
        assert_eq!(of(&d), all, "{wanted:?}");
        assert!(d.shows(&format!("By {}", wanted.label())));
        let mut counted = 0;
        let mut heads = 0;
        for line in &d.state.actions.lines {
            if let Item::Head(count) = line.item {
                heads += 1;
                counted += count;
            }
        }
        assert!(
            wanted == By::Person || (heads > 0 && counted == all.len()),
            "{wanted:?}"
        );
    }
}

#[test]
fn s16_what_is_done_waits_to_be_talked_about_and_the_talk_closes_it() {
    let mut d = drive((100, 30));
    go_to(&mut d, |l| {
        matches!(l.item, Item::Action(..)) && l.state == ItemState::Open
    });
    d.keys("t");
    assert!(d.state.overlays.is_empty() && d.shows("mark it as done first"));
    assert_eq!(commits(&d), 0);
    d.keys("d");
    assert!(last_edit(&d).label.ends_with("to-discuss"));
    go_to(&mut d, |l| l.state == ItemState::ToDiscuss);
    d.keys("t");
    typed(&mut d, "much");
    d.keys("enter");
    assert!(d.shows("how it is applied is needed to close an action"));
    d.keys("down");
    typed(&mut d, "in the next call");
    d.keys("down");
    typed(&mut d, "none");
    d.keys("enter");
    let edit = last_edit(&d);
    assert!(edit.label.ends_with("closed"));
    assert_eq!(edit.ops.len(), 5);
}

#[test]
fn an_objective_is_added_changed_agreed_and_dropped_from_the_plan() {
    let mut d = drive((110, 40));
    by(&mut d, By::Person);
    go_to(&mut d, |l| matches!(l.item, Item::Person(_)));
    d.keys("A");
    typed(&mut d, "Chair the meeting");
    d.keys("down down");
    typed(&mut d, "it ends in time");
    d.keys("enter");
    let edit = last_edit(&d);
    let fields: BTreeSet<&str> = edit.ops.iter().map(|o| o.field.as_str()).collect();
    assert_eq!(
        fields,
        ["difference", "objective", "order", "priority"].into()
    );
    go_to(&mut d, |l| matches!(l.item, Item::Objective(..)));
    let whose = guildhall::app::screen::selected(&d.state).unwrap().person;
    // The long columns are asked for before they are needed.
    let person = d.state.team.person(&whose).unwrap().clone();
    if person.detail.is_none() {
        assert!(d.effects.contains(&Effect::LoadDetail(whose.clone())));
        let mut whole = (*person).clone();
        whole.detail = Some(Arc::default());
        d.event(Event::Detail(Arc::new(whole)));
    }
    d.keys("e down");
    typed(&mut d, "shadow somebody");
    d.keys("enter");
    let edit = last_edit(&d);
    assert!(
        edit.ops
            .iter()
            .all(|o| o.field == "activity" || o.field == "difference"),
        "only what was changed is written: {edit:?}"
    );
    d.keys("y");
    let agreed = last_edit(&d);
    assert!(agreed.ops.iter().all(|o| o.table == "agreements") || d.shows("already"));
    let before = commits(&d);
    d.keys("D enter");
    assert_eq!(commits(&d), before, "a reason is needed");
    typed(&mut d, "the course was cancelled");
    d.keys("enter");
    assert!(last_edit(&d).label.ends_with("dropped"));
}

#[test]
fn an_action_is_added_and_changed_and_opens_in_full() {
    let mut d = drive((110, 40));
    // One that is for something that goes on until the day that is entered.
    let until = chrono::NaiveDate::from_ymd_opt(2027, 1, 31).unwrap();
    let people = d.state.team.people.clone();
    let long = |l: &Line| match &l.item {
        Item::Action(who, id, _) if l.state == ItemState::Open => {
            let who = people.iter().find(|p| &p.id == who).unwrap();
            let objective = who.objectives.iter().find(|o| &o.id == id).unwrap();
            objective.completion.get().is_none_or(|day| day >= until)
        }
        _ => false,
    };
    go_to(&mut d, long);
    d.keys("enter");
    assert!(d.shows("State") && d.shows("Action"));
    d.keys("esc a");
    typed(&mut d, "Ask for a date");
    d.keys("down");
    typed(&mut d, "no day");
    d.keys("enter");
    assert_eq!(commits(&d), 0, "what is wrong stands beside its line");
    for _ in 0..6 {
        d.keys("backspace");
    }
    typed(&mut d, "2027-01-31");
    d.keys("enter");
    assert!(last_edit(&d).label.contains("Ask for a date"));
    d.keys("e down down");
    for _ in 0..3 {
        d.keys("backspace");
    }
    typed(&mut d, "55");
    d.keys("enter");
    let edit = last_edit(&d);
    assert_eq!(edit.ops.len(), 1);
    assert_eq!(edit.ops[0].field, "progress");
}

#[test]
fn a_date_is_emptied_and_a_note_written_in_the_form() {
    let mut d = drive((110, 40));
    go_to(&mut d, |l| {
        matches!(l.item, Item::Action(..)) && l.days.is_some() && l.state == ItemState::Open
    });
    d.keys("e down");
    for _ in 0..10 {
        d.keys("backspace");
    }
    d.keys("down down");
    typed(&mut d, "two of five");
    d.keys("enter");
    let edit = last_edit(&d);
    let ops: Vec<(&str, &str)> = edit
        .ops
        .iter()
        .map(|o| (o.table.as_str(), o.field.as_str()))
        .collect();
    assert_eq!(ops, [("actions", "completion"), ("states", "note")]);
    assert_eq!(edit.ops[0].value, guildhall::document::Scalar::Null);
    let row = &edit.ops[1].row;
    assert!(row.ends_with(d.state.team.me.as_str()), "{row}");
}

/// With the same key on the Person screen: the objective under the cursor at once, and from another part one that is chosen.
fn reopened_on_person(team: &Arc<Team>, whose: &PersonId, objective: &Objective, words: &str) {
    for (name, _) in guildhall::app::keymap::load::BUILT_IN {
        let mut d = Drive::new(Arc::clone(team), (110, 40));
        let keys = guildhall::app::keymap::load::built_in(name).unwrap();
        d.state.options.keys = Arc::new(keys.unwrap());
        person::show_plan(&mut d.state, whose, &objective.id);
        d.event(Event::Resize(110, 40));
        assert_eq!(d.state.screen(), Screen::Person);
        let help = help::lines(&d.state, Screen::Person, 100);
        let told = |l: &HelpLine| {
            matches!(l, HelpLine::Action { keys, label, .. }
                if *label == "Open it again" && keys.split(" or ").any(|k| k == "r"))
        };
        assert!(help.iter().any(told), "the help of {name} says so");
        d.keys("r");
        assert!(d.state.overlays.is_empty(), "{words}");
        let edit = last_edit(&d);
        assert_eq!(edit.ops[0].table, "states");
        assert!(edit.ops[0].row.starts_with(objective.id.as_str()));
        assert_eq!(edit.ops[0].value, guildhall::document::Scalar::text("open"));
        let before = commits(&d);
        d.keys("tab r");
        assert!(d.shows("Open again in the plan of") && d.shows(words));
        d.keys("enter");
        assert_eq!(commits(&d), before + 1);
        d.keys(":");
        typed(&mut d, "open it again");
        assert!(d.shows("Open it again"), "the palette of {name} has it");
    }
}

#[test]
fn what_is_closed_or_dropped_is_opened_again() {
    for (drop, words) in [(false, "closed"), (true, "dropped")] {
        let mut team = generate(Arc::new(synthetic_framework()), 60, 7, today());
        let at = team
            .people
            .iter()
            .position(|p| !p.objectives.is_empty())
            .unwrap();
        let mut person = (*team.people[at]).clone();
        person.objectives.truncate(1);
        let state = if drop {
            ItemState::Dropped
        } else {
            ItemState::Closed
        };
        let since =
            guildhall::domain::Dated(vec![(Some(today()), guildhall::domain::Value::One(state))]);
        person.objectives[0].states = since.clone();
        for action in &mut person.objectives[0].actions {
            action.states = since.clone();
        }
        let (whose, objective) = (person.id.clone(), person.objectives[0].clone());
        team.people[at] = Arc::new(person);
        let team = Arc::new(team);
        reopened_on_person(&team, &whose, &objective, words);
        let mut d = Drive::new(team, (110, 40));
        d.keys("g d");
        by(&mut d, By::Person);
        go_to(&mut d, |l| l.item == Item::Person(whose.clone()));
        d.keys("r");
        assert!(
            d.shows("Open again in the plan of") && d.shows(words),
            "{words}"
        );
        d.keys("enter");
        let edit = last_edit(&d);
        assert_eq!(edit.ops[0].table, "states");
        assert!(edit.ops[0].row.starts_with(objective.id.as_str()));
        assert_eq!(
            edit.ops[0].value,
            guildhall::document::Scalar::text("open"),
            "{edit:?}"
        );
    }
    // What the cursor stands on, where that is done.
    let mut d = drive((110, 40));
    go_to(&mut d, |l| l.state == ItemState::ToDiscuss);
    d.keys("r");
    assert!(d.state.overlays.is_empty());
    assert!(last_edit(&d).label.ends_with(": open"));
}

#[test]
fn s18_nothing_is_written_while_something_is_supposed() {
    let mut d = drive((110, 40));
    d.keys("x");
    d.keys("space enter");
    assert!(d.state.what_if.is_some());
    let before = commits(&d);
    go_to(&mut d, |l| matches!(l.item, Item::Action(..)));
    d.keys("d t a e A D y");
    assert_eq!(commits(&d), before);
    d.keys("esc");
}

#[test]
fn only_plans_that_may_be_read_are_counted_and_listed() {
    for size in SIZES {
        let mut team = generate(Arc::new(synthetic_framework()), 60, 7, today());
        let me = Arc::clone(&team.people[5]);
        team.me = me.id.clone();
        team.succession = None;
        let words = match plan_agreed(&me, today()) {
            true => "your plan agreed",
            false => "your plan not agreed",
        };
        let mut d = Drive::new(Arc::new(team), size);
        d.keys("g d");
        assert!(d.line_with("to discuss").contains(words));
        assert!(!d.shows("plans agreed"));
        by(&mut d, By::Person);
        for line in &d.state.actions.lines {
            let whose = match &line.item {
                Item::Head(_) => continue,
                Item::Person(id) | Item::Objective(id, _) | Item::Action(id, ..) => id,
            };
            assert_eq!(whose, &me.id);
        }
        assert!(!d.state.actions.lines.is_empty());
    }
}

#[test]
fn what_is_supposed_stands_beside_what_is_in_counts_and_lines() {
    use guildhall::app::what_if::toggle;
    for size in SIZES {
        let mut d = drive(size);
        let old = d.state.board.actions.clone();
        let open = d.state.actions.lines.iter();
        let mut open = open.filter(|l| matches!(l.item, Item::Action(..)));
        let line = open.find(|l| l.state == ItemState::Open).unwrap().clone();
        let Item::Action(who, ..) = &line.item else {
            panic!("an action");
        };
        let stood = Stands::In(ItemState::Open, line.progress);
        for (what, stands) in [
            (
                Supposed::Completes,
                Stands::In(ItemState::Closed, Some(100)),
            ),
            (Supposed::Leaves, Stands::Gone),
        ] {
            toggle(&mut d.state, who, what);
            d.event(Event::Resize(size.0, size.1));
            let new = d.state.board.actions.clone();
            assert!(new.open < old.open);
            let counts = format!("{}→{} open", old.open, new.open);
            assert!(d.shows(&counts), "{counts}");
            for wanted in By::ALL {
                by(&mut d, wanted);
                go_to(&mut d, |l| l.item == line.item);
                let shown = d.state.actions.line().unwrap().clone();
                assert_eq!(shown.stands(), stands, "{wanted:?}");
                assert_eq!(shown.before, Some(Before::Stood(stood)), "{wanted:?}");
                let words = format!("{}→{}", stood.words(), stands.words());
                assert!(d.shows(&words), "{words} by {wanted:?}");
                d.keys("enter");
                assert!(d.shows("State"), "it opens as well");
                d.keys("esc");
            }
            let waits = |l: &&Line| matches!(l.stands(), Stands::In(ItemState::Open, Some(_)));
            let waiting = d.state.actions.lines.iter().filter(waits).count();
            assert_eq!(waiting, new.open as usize);
            toggle(&mut d.state, who, what);
            assert!(d.state.what_if.is_none());
        }
        by(&mut d, By::Date);
        d.event(Event::Resize(size.0, size.1));
        assert!(d.state.actions.lines.iter().all(|l| l.before.is_none()));
    }
}

#[test]
fn no_size_and_no_key_is_too_much() {
    for (w, h) in [(1, 1), (10, 3), (40, 10), (60, 15), (80, 24), (300, 90)] {
        let mut d = drive((80, 24));
        for wanted in By::ALL {
            by(&mut d, wanted);
            d.event(Event::Resize(w, h));
            d.draw();
            d.keys("G ] ] [ pagedown pageup g g");
            d.draw();
            for x in [0, w / 2, w.saturating_sub(1)] {
                d.click(x, h / 2);
                d.draw();
                d.keys("esc");
            }
            d.event(Event::Resize(80, 24));
            if d.state.screen() != Screen::Actions {
                d.keys("g d");
            }
        }
    }
}
