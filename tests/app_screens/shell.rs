//! Title, purpose, hints, toasts, status; looks.

use super::*;
use guildhall::app::Event;
use guildhall::app::action::{ActionId, info};
use guildhall::app::event::{Failure, Saved};
use guildhall::app::look::{Background, Depth, Look, Palette};

#[test]
fn every_size_names_team_day_and_reader() {
    for size in SIZES {
        let d = drive(27, size);
        let lines = d.lines();
        assert!(lines[0].contains("21 Nov 2026"), "{}", lines[0]);
        assert!(lines[0].contains("invented"), "{}", lines[0]);
        assert!(d.shows("not pay or redundancy") || d.shows("not for pay, not for redundancy"));
        let (first, last) = (lines[0].trim_end(), lines[lines.len() - 1].trim_end());
        insta::assert_snapshot!(
            format!("shell_{}x{}", size.0, size.1),
            format!("{first}\n{last}")
        );
    }
}

#[test]
fn the_hint_line_shows_only_what_exists() {
    let mut d = drive(27, (200, 50));
    for keys in ["", "g h", "g i", "g f"] {
        d.keys(keys);
        let screen = d.state.screen();
        let lines = d.lines();
        let hint = &lines[lines.len() - 1];
        for absent in ["action", "history", "into the plan"] {
            assert!(!hint.contains(absent), "{hint}");
        }
        let key = d.state.options.keys.label(ActionId::Help).unwrap();
        assert!(hint.contains(&format!("{key} keys")));
        if !info(ActionId::Filter).on(screen) {
            assert!(!hint.contains("filter"));
        }
    }
}

#[test]
fn a_half_typed_sequence_says_how_it_goes_on() {
    let mut d = drive(27, (120, 30));
    d.keys("g");
    assert!(d.shows("g …"));
    assert!(d.shows("group by area"));
    d.keys("esc");
    assert!(!d.shows("g …"));
}

#[test]
fn a_toast_goes_with_a_key_that_comes_late_enough() {
    let mut d = drive(27, (120, 30));
    d.event(Event::Saved(Saved::Edit {
        label: "a mark".into(),
    }));
    assert!(d.shows("saved: a mark"));
    d.keys("down");
    assert!(d.shows("saved: a mark"));
    d.state.now_ms += 5_000;
    assert!(d.shows("saved: a mark"), "no timer removes it");
    d.keys("down");
    assert!(!d.shows("saved: a mark"));
}

#[test]
fn an_edit_that_failed_is_kept_and_offered_again() {
    let mut d = Drive::new(Arc::new(managed(27)), (120, 30));
    to_judged_cell(&mut d);
    d.keys("m 6 enter");
    let Some(guildhall::app::Effect::Commit(edit)) = d.effects.pop() else {
        panic!("nothing was saved");
    };
    d.event(Event::Failed(Failure {
        what: "Saving".into(),
        why: "the disk is full; make room".into(),
        edit: Some(edit.clone()),
    }));
    assert!(d.shows("Saving: the disk is full; make room It is kept: R saves again."));
    assert!(d.shows("1 edit not saved"));
    d.keys("R");
    assert_eq!(
        d.effects.last(),
        Some(&guildhall::app::Effect::Commit(edit))
    );
    assert!(d.state.failed.is_empty());
}

#[test]
fn undo_says_what_was_left() {
    let mut d = drive(27, (120, 30));
    d.keys("u ctrl-r");
    assert_eq!(
        d.effects,
        [guildhall::app::Effect::Undo, guildhall::app::Effect::Redo]
    );
    d.event(Event::Saved(Saved::Undone {
        label: "a mark".into(),
        left: vec!["evidence".into()],
    }));
    assert!(d.shows("undone: a mark; changed since and left as it is: evidence"));
}

#[test]
fn ascii_alone_is_drawn_where_it_is_asked_for() {
    let look = Look {
        ascii: true,
        ..Look::default()
    };
    for keys in ["", "g h enter", "o", "g f", "?", ": p", "o enter"] {
        let mut d = Drive::with_look(Arc::new(team(27)), (120, 30), look);
        d.keys(keys);
        for line in d.lines() {
            assert!(line.is_ascii(), "{line}");
        }
    }
    let mut d = Drive::with_look(Arc::new(team(27)), (80, 24), look);
    d.keys("o");
    insta::assert_snapshot!("person_ascii_80x24", d.snapshot());
}

#[test]
fn a_look_changes_styles_and_no_glyph() {
    let plain = Look {
        depth: Depth::None,
        ..Look::default()
    };
    for keys in ["", "g h", "o", "g f", "?"] {
        let mut d = Drive::with_look(Arc::new(team(27)), (120, 30), plain);
        d.keys(keys);
        let glyphs = d.lines();
        for cell in &d.draw().0.content {
            assert_eq!(
                (cell.fg, cell.bg),
                (ratatui::style::Color::Reset, ratatui::style::Color::Reset)
            );
        }
        for depth in [Depth::Sixteen, Depth::Indexed, Depth::True] {
            for background in [Background::Dark, Background::Light] {
                for (_, palette) in Palette::ALL {
                    let look = Look {
                        depth,
                        background,
                        palette,
                        ascii: false,
                    };
                    let mut other = Drive::with_look(Arc::new(team(27)), (120, 30), look);
                    other.keys(keys);
                    assert_eq!(other.lines(), glyphs);
                }
            }
        }
    }
}

#[test]
fn the_purpose_is_never_cut_inside_a_word() {
    for width in 60..130 {
        let d = drive(3, (width, 30));
        let lines = d.lines();
        let line = lines[lines.len() - 2].trim().to_owned();
        assert!(line.starts_with("For development"), "{width}: {line}");
        assert!(line.ends_with('.'), "{width}: {line}");
    }
}

/// A terminal that says "too small" and nothing else: what is typed there nobody sees.
#[test]
fn where_the_terminal_is_too_small_nothing_is_written_and_nothing_opens() {
    let mut d = Drive::new(Arc::new(managed(27)), (80, 24));
    to_judged_cell(&mut d);
    let screen = d.state.screen();
    d.event(Event::Resize(30, 8));
    assert!(d.shows("too small"));
    d.keys("n m 6 . 5 enter u ctrl-r : ? x g");
    d.event(Event::Paste("7".into()));
    d.click(5, 4);
    d.event(Event::Resize(80, 24));
    assert_eq!(d.effects, []);
    assert!(d.state.overlays.is_empty() && d.state.toasts.is_empty());
    assert!(d.state.typed.is_empty(), "no key is half of a sequence");
    assert_eq!(d.state.screen(), screen);
    // Where it is seen, the same keys write.
    d.keys("m 6 . 5 enter");
    assert!(matches!(
        d.effects.last(),
        Some(guildhall::app::Effect::Commit(_))
    ));
}

#[test]
fn a_form_waits_while_the_terminal_is_too_small() {
    let mut d = Drive::new(Arc::new(managed(27)), (80, 24));
    to_judged_cell(&mut d);
    d.keys("m 6");
    d.effects.clear();
    d.event(Event::Resize(30, 8));
    d.keys("enter esc q");
    d.event(Event::Paste(".5".into()));
    assert_eq!(d.effects, [], "neither saved nor left");
    d.event(Event::Resize(80, 24));
    assert_eq!(d.state.overlays.len(), 1);
    d.keys("enter");
    let Some(guildhall::app::Effect::Commit(edit)) = d.effects.last() else {
        panic!("nothing was saved");
    };
    assert!(edit.label.ends_with('6'), "{}", edit.label);
}

#[test]
fn a_terminal_that_is_too_small_is_left_where_nothing_would_be_lost() {
    let mut d = Drive::new(Arc::new(managed(27)), (30, 8));
    d.keys("q");
    assert_eq!(d.effects, [guildhall::app::Effect::Quit]);
    let mut d = Drive::new(Arc::new(managed(27)), (80, 24));
    to_judged_cell(&mut d);
    d.keys("m 6 enter");
    let Some(guildhall::app::Effect::Commit(edit)) = d.effects.pop() else {
        panic!("nothing was saved");
    };
    d.event(Event::Failed(Failure {
        what: "Saving".into(),
        why: "the disk is full; make room".into(),
        edit: Some(edit),
    }));
    d.effects.clear();
    d.event(Event::Resize(30, 8));
    d.keys("q");
    assert_eq!(d.effects, [], "what would be lost is asked about first");
    d.event(Event::Resize(80, 24));
    assert!(d.state.overlays.is_empty());
    d.keys("q");
    assert!(d.shows("Quit and lose what is not saved?"));
}
