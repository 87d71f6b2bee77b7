//! Earlier days through the real update loop: as of a day, and what changed since.

mod common;

use common::drive::{Drive, today};
use guildhall::app::screen::matrix::Mode;
use guildhall::app::what_if::Mode as Shown;
use guildhall::app::{Effect, Screen};
use guildhall::domain::as_of::as_of;
use guildhall::domain::board::Board;
use guildhall::domain::generate::{generate, synthetic_framework};
use std::sync::Arc;

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 50)];

fn drive(size: (u16, u16)) -> Drive {
    let team = generate(Arc::new(synthetic_framework()), 60, 7, today());
    Drive::new(Arc::new(team), size)
}

/// Looks back from the screen in use: `keys` choose the way.
fn look(d: &mut Drive, keys: &str, day: &str) {
    d.keys("g z").keys(keys).keys("down");
    for _ in 0..10 {
        d.keys("backspace");
    }
    for c in day.chars() {
        d.keys(&c.to_string());
    }
    d.keys("enter");
}

#[test]
fn as_of_a_day_every_screen_is_that_of_the_facts_then_and_esc_brings_today_back() {
    for size in SIZES {
        for (keys, screen) in [
            ("g o", Screen::Overview),
            ("g h", Screen::Heatmap),
            ("g s", Screen::Succession),
        ] {
            let mut d = drive(size);
            d.keys(keys);
            let (team, board) = (d.state.team.clone(), d.state.board.clone());
            look(&mut d, "", "2025-11-21");
            let day = "2025-11-21".parse().unwrap();
            assert!(matches!(d.state.what_if.as_ref().unwrap().mode, Shown::AsOf(is) if is == day));
            assert_eq!(d.state.today, day);
            let expected = Board::compute(&as_of(&team, day), day, None);
            assert_eq!(d.state.board.key, expected.key);
            assert_ne!(d.state.board.key, board.key, "a year makes a difference");
            assert!(d.shows("As of 21 Nov 2025"));
            insta::assert_snapshot!(
                format!("as_of_{screen:?}_{}x{}", size.0, size.1),
                d.snapshot()
            );
            d.keys("esc");
            assert!(d.state.what_if.is_none());
            assert_eq!(d.state.today, today());
            assert!(Arc::ptr_eq(&d.state.team, &team) && Arc::ptr_eq(&d.state.board, &board));
            assert_eq!(d.state.screen(), screen);
        }
    }
}

#[test]
fn since_a_day_cells_that_are_another_are_marked_and_say_what_they_were() {
    for size in SIZES {
        let mut d = drive(size);
        d.keys("g h");
        let board = d.state.board.clone();
        look(&mut d, "right", "2025-11-21");
        assert!(matches!(
            d.state.what_if.as_ref().unwrap().mode,
            Shown::Since(_)
        ));
        assert_eq!(d.state.today, today(), "figures are today's");
        assert_eq!(d.state.board.key, board.key);
        assert!(d.shows("Since 21 Nov 2025"));
        assert!(d.shows("→"));
        insta::assert_snapshot!(format!("since_{}x{}", size.0, size.1), d.snapshot());
        d.keys("esc");
        assert!(d.state.what_if.is_none() && Arc::ptr_eq(&d.state.board, &board));
    }
}

#[test]
fn since_a_day_a_mode_says_by_how_much_a_mark_is_another() {
    let mut d = drive((200, 50));
    d.keys("g h");
    look(&mut d, "right", "2025-11-21");
    let simulation = d.state.what_if.clone().unwrap();
    let marks = |row: usize, subject: usize| {
        let now = d.state.board.rows[row].cells.get(subject)?;
        let before = simulation.cell_before(row, subject, now)?;
        Some((before.effective?.0.halves(), now.effective?.0.halves()))
    };
    // Who has two posts is found in the first.
    let first = |row: &usize| {
        let person = &d.state.board.rows[*row].person;
        d.state.board.rows[..*row]
            .iter()
            .all(|r| &r.person != person)
    };
    let rows = (0..d.state.board.rows.len()).filter(first);
    let found = rows
        .flat_map(|row| (0..d.state.board.subjects.len()).map(move |subject| (row, subject)))
        .filter_map(|(row, subject)| Some((row, subject, marks(row, subject)?)))
        .find(|(_, _, (before, now))| now > before);
    let (row, subject, (before, now)) = found.expect("a mark rose within a year");
    let (who, about) = (
        d.state.board.rows[row].person.clone(),
        d.state.board.subjects[subject].clone(),
    );
    for _ in 0..Mode::ALL.len() {
        if d.state.heatmap.matrix.mode != Mode::Difference {
            d.keys("v");
        }
    }
    assert_eq!(d.state.heatmap.matrix.mode, Mode::Difference);
    let head = d.line_with("mode");
    assert!(head.contains("[change]"), "{head}");
    assert!(!head.contains("difference"), "{head}");
    guildhall::app::screen::heatmap::show(&mut d.state, &who, Some(&about));
    d.event(guildhall::app::Event::Resize(200, 50));
    let more = now - before;
    let half = if more.is_multiple_of(2) { "" } else { ".5" };
    let text = format!("+{}{half}", more / 2);
    let (_, cursor) = d.draw();
    let line = d.lines().remove(usize::from(cursor.unwrap().1));
    assert!(line.contains(&text), "{text} in {line}");
    d.keys("esc");
    assert!(d.line_with("mode").contains("[difference]"));
}

#[test]
fn nothing_is_written_while_an_earlier_day_is_looked_at() {
    for way in ["", "right"] {
        let mut d = drive((120, 40));
        d.keys("g h");
        look(&mut d, way, "2026-05-01");
        assert!(d.state.what_if.is_some());
        d.keys("m n f t s u");
        assert!(d.state.overlays.is_empty());
        assert!(d.shows("nothing is written here"));
        assert!(
            !d.effects
                .iter()
                .any(|e| matches!(e, Effect::Commit(_) | Effect::Undo))
        );
    }
}

#[test]
fn a_day_that_is_not_earlier_is_refused_beside_its_line_and_another_look_begins_from_today() {
    let mut d = drive((120, 40));
    look(&mut d, "", "2026-11-21");
    assert!(d.shows("is not earlier than today"));
    assert!(d.state.what_if.is_none());
    d.keys("esc y");
    assert!(d.state.overlays.is_empty(), "what was typed is given up");
    look(&mut d, "", "2026-05-01");
    look(&mut d, "", "2026-08-01");
    assert!(
        matches!(d.state.what_if.as_ref().unwrap().mode, Shown::AsOf(day) if day.to_string() == "2026-08-01")
    );
    d.keys("esc");
    assert_eq!(d.state.today, today());
}
