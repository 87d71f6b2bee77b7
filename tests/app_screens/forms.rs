//! Forms and what they save.

use super::*;
use guildhall::app::overlay::Overlay;
use guildhall::app::{Effect, Event};

fn committed(d: &Drive) -> Vec<String> {
    d.effects
        .iter()
        .filter_map(|e| match e {
            Effect::Commit(edit) => Some(edit.label.clone()),
            _ => None,
        })
        .collect()
}

fn judged() -> Drive {
    let mut d = Drive::new(Arc::new(managed(27)), (120, 30));
    to_judged_cell(&mut d);
    d
}

#[test]
fn a_manager_s_mark_is_typed_and_saved() {
    let mut d = judged();
    d.keys("m 6 enter");
    let labels = committed(&d);
    assert_eq!(labels.len(), 1);
    assert!(labels[0].ends_with('6'), "{labels:?}");
    assert!(d.state.overlays.is_empty());
}

#[test]
fn what_is_no_mark_is_said_beside_the_field() {
    for (text, wrong) in [
        ("5.3", true),
        ("0.5", true),
        ("10.5", true),
        ("11", true),
        ("x", true),
        ("5.5", false),
        ("10", false),
        ("5.", false),
        ("1", false),
    ] {
        let mut d = judged();
        d.keys("m");
        typed(&mut d, text);
        let said = d.shows(&format!("{text}: whole and half points from 1 to 10"));
        assert_eq!(said, wrong, "{text}");
        if wrong {
            d.keys("enter");
            assert!(committed(&d).is_empty(), "{text} was saved");
        }
    }
}

#[test]
fn arrows_step_by_half_a_point() {
    let mut d = judged();
    d.keys("m 5 up enter");
    assert!(committed(&d)[0].ends_with("5.5"));
}

#[test]
fn the_form_shows_descriptor_target_and_last_marks() {
    let mut d = judged();
    d.keys("m");
    assert!(d.shows("target 7"));
    assert!(d.shows("as role"));
    d.keys("5 . 3");
    insta::assert_snapshot!("mark_form_120x30", d.snapshot());
}

#[test]
fn nothing_typed_is_lost_without_asking() {
    let mut d = judged();
    d.keys("m 6 esc");
    assert!(d.shows("Drop what you typed?"));
    d.keys("enter");
    assert!(
        matches!(d.state.overlays.last(), Some(Overlay::Mark(form)) if form.field.value() == "6")
    );
    d.keys("esc y");
    assert!(d.state.overlays.is_empty());
    assert!(committed(&d).is_empty());
}

#[test]
fn one_s_own_mark_is_a_draft_until_it_is_shared() {
    let mut d = Drive::new(Arc::new(team(27)), (120, 30));
    d.keys("g i m");
    assert!(d.shows("a draft until you share it"));
    d.keys("6 enter");
    let Some(Effect::Commit(edit)) = d.effects.last() else {
        panic!("nothing was saved");
    };
    let kinds: Vec<_> = edit.ops.iter().map(|op| op.doc.kind.name()).collect();
    assert!(kinds.iter().all(|k| *k == "private"), "{kinds:?}");
}

#[test]
fn who_may_not_judge_is_told_who_does() {
    let base = team(27);
    let me = base
        .people
        .iter()
        .find(|p| !base.rights.0.iter().any(|r| r.holder == p.id));
    let mut base = base.clone();
    base.me = me.expect("somebody without rights").id.clone();
    let mut d = Drive::new(Arc::new(base.clone()), (120, 30));
    let other = base
        .people
        .iter()
        .find(|p| p.id != base.me && base.rights.line_manager(&p.id, today()).is_some())
        .unwrap();
    guildhall::app::screen::person::show(&mut d.state, &other.id);
    d.keys("j k m");
    assert!(d.state.overlays.is_empty());
    assert!(d.shows("are given by the line manager"));
    // Noughts of somebody whose marks are not here are not drawn, and nothing is told of how they are made.
    d.keys("enter");
    assert!(d.state.overlays.is_empty());
    assert!(d.shows("holds nothing more of theirs that you may read"));
    assert!(d.shows(other.name.get()));
    for never in ["attainment", "last talk", "no talk", "Plan ·"] {
        assert!(!d.shows(never), "{never}");
    }
}

#[test]
fn feedback_takes_a_paste_and_needs_a_mark() {
    let mut d = judged();
    d.keys("m 6 enter");
    d.keys("f");
    d.event(Event::Paste("two lines\nof feedback".to_owned()));
    insta::assert_snapshot!("feedback_form_120x30", d.snapshot());
    d.keys("ctrl-s");
    assert!(d.state.overlays.is_empty());
    assert_eq!(committed(&d).len(), 2);
}

#[test]
fn feedback_is_never_written_over_what_has_not_been_read() {
    use guildhall::domain::MarkKind;
    use guildhall::domain::person::{Detail, MarkNote};

    let full = managed(27);
    let mut stripped = full.clone();
    for person in &mut stripped.people {
        Arc::make_mut(person).detail = None;
    }
    let mut d = Drive::new(Arc::new(stripped), (120, 30));
    to_judged_cell(&mut d);
    d.keys("f");
    let Some(Overlay::Text(form)) = d.state.overlays.last() else {
        panic!("no form: {}", d.lines().join("\n"));
    };
    let (target, date) = (form.target.clone(), form.date);
    assert!(
        d.effects
            .contains(&Effect::LoadDetail(target.person.clone()))
    );
    typed(&mut d, "and more");
    d.keys("ctrl-s");
    assert!(committed(&d).is_empty());
    assert!(d.shows("still being read"));

    let mut person = (**full.person(&target.person).unwrap()).clone();
    assert!(
        person
            .series
            .iter()
            .flat_map(|s| &s.marks)
            .any(|m| m.kind == MarkKind::Manager && m.date == date)
    );
    person.detail = Some(Arc::new(Detail {
        mark_notes: vec![MarkNote {
            subject: target.subject.clone(),
            column: target.column.clone(),
            rater: full.me.clone(),
            date,
            evidence: String::new(),
            link: String::new(),
            feedback: "what was said before".to_owned(),
            source: String::new(),
        }],
        ..Detail::default()
    }));
    d.event(Event::Detail(Arc::new(person)));
    assert!(d.shows("what was said before"));
    assert!(d.shows("and more"));
    d.keys("ctrl-s");
    let saved = d.effects.iter().find_map(|e| match e {
        Effect::Commit(edit) => Some(edit.clone()),
        _ => None,
    });
    let text = format!("{:?}", saved.expect("saved"));
    assert!(text.contains("what was said before\\nand more"), "{text}");
}

#[test]
fn a_credential_is_checked_line_by_line() {
    let mut d = Drive::new(Arc::new(team(27)), (120, 30));
    d.keys("g i t");
    let Some(Overlay::Credential(form)) = d.state.overlays.last() else {
        panic!("no form");
    };
    let first_is_which = !form.existing.is_empty();
    if first_is_which {
        d.keys("down");
    }
    typed(&mut d, "First aid");
    d.keys("down down down");
    typed(&mut d, "2026-13-01");
    assert!(d.shows("is no day"));
    d.keys("enter");
    assert!(committed(&d).is_empty(), "a wrong day was saved");
    d.keys("ctrl-u");
    typed(&mut d, "today");
    insta::assert_snapshot!("credential_form_120x30", d.snapshot());
    d.keys("enter");
    assert_eq!(committed(&d).len(), 1);
}

#[test]
fn edits_wait_while_the_store_is_not_ready() {
    let mut d = judged();
    d.state.options.demo = true;
    d.state.options.store_ready = false;
    d.keys("m 6 enter m 7 enter");
    assert!(committed(&d).is_empty());
    assert!(d.shows("saving the demo’s store… 2 edits wait"));
    d.keys("u");
    assert!(d.shows("1 edit waits"));
    d.keys("q");
    assert!(d.shows("Quit and lose what is not saved?"));
    assert!(!d.effects.contains(&Effect::Quit));
    d.keys("esc");
    d.event(Event::StoreReady);
    assert_eq!(committed(&d).len(), 1);
    d.keys("q");
    assert_eq!(d.effects.last(), Some(&Effect::Quit));
}

#[test]
fn the_question_before_quitting_goes_once_nothing_would_be_lost() {
    let mut d = judged();
    d.state.options.store_ready = false;
    d.keys("m 6 enter q");
    assert!(d.shows("Quit and lose what is not saved?"));
    d.event(Event::StoreReady);
    assert!(!d.shows("Quit and lose what is not saved?"));
    assert!(!d.effects.contains(&Effect::Quit), "it was not answered");
    // Another question stays.
    d.keys("m 6 esc");
    d.event(Event::StoreReady);
    assert!(d.shows("Drop what you typed?"));
}

#[test]
fn pasted_text_leaves_hidden_characters_behind() {
    let mut d = judged();
    d.keys("m 6 enter f");
    d.event(Event::Paste(
        "left\u{202e}right \u{200b}and\u{feff} on".to_owned(),
    ));
    let Some(Overlay::Text(form)) = d.state.overlays.last() else {
        panic!("no form");
    };
    assert_eq!(form.words(), "leftright and on");
    d.keys("esc y /");
    d.event(Event::Paste("a\u{2066}b\u{1b}[31m".to_owned()));
    assert!(d.shows("ab[31m"));
}
