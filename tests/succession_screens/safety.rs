//! What must never happen: a panic at any size or key, or something written while it is only supposed.

use super::*;
use guildhall::app::event::{Mouse, MouseKind};
use guildhall::app::keymap::key;
use guildhall::app::{Effect, Event};
use proptest::prelude::*;

#[test]
fn every_size_is_drawn() {
    for way in [
        "g s",
        "g s tab",
        "x",
        "x enter",
        "g s down down c",
        "g s f",
        "g s n",
        "g s a",
        "g s r",
        "y",
    ] {
        let mut d = drive(60, (120, 30));
        d.keys(way);
        for w in (0..=80).step_by(5) {
            for h in 0..=26 {
                d.event(Event::Resize(w, h));
                d.draw();
            }
        }
        // A frame smaller than the state knows.
        d.event(Event::Resize(200, 50));
        for (w, h) in [(60, 20), (1, 1), (250, 70)] {
            let backend = ratatui::backend::TestBackend::new(w, h);
            let mut terminal = ratatui::Terminal::new(backend).unwrap();
            terminal
                .draw(|frame| guildhall::ui::draw(frame, &d.state))
                .unwrap();
        }
    }
}

#[test]
fn ascii_alone_is_drawn_where_it_is_asked_for() {
    let look = guildhall::app::look::Look {
        ascii: true,
        ..Default::default()
    };
    for keys in [
        "g s",
        "g s tab",
        "x",
        "x enter",
        "x enter g s",
        "x enter g h",
        "o c",
        "o c enter",
        "g s f",
    ] {
        let mut d = Drive::with_look(Arc::new(team(60)), (120, 30), look);
        d.keys(keys);
        for line in d.lines() {
            assert!(line.is_ascii(), "{keys}: {line}");
        }
    }
}

fn event() -> impl Strategy<Value = Event> {
    let names = prop::sample::select(vec![
        "up",
        "down",
        "left",
        "right",
        "pageup",
        "pagedown",
        "home",
        "end",
        "tab",
        "shift-tab",
        "enter",
        "esc",
        "backspace",
        "space",
        "g",
        "s",
        "h",
        "o",
        "x",
        "c",
        "p",
        "y",
        "a",
        "e",
        "f",
        "n",
        "r",
        "b",
        "m",
        "t",
        "u",
        "1",
        "2",
        "3",
        "5",
        ":",
        "/",
        "?",
        "v",
        "ctrl-s",
        "ctrl-r",
        "R",
    ]);
    prop_oneof![
        14 => names.prop_map(|n| Event::Key(key::parse(n).unwrap())),
        1 => (0u16..130, 0u16..40, 0usize..3).prop_map(|(x, y, k)| Event::Mouse(Mouse {
            x, y, kind: [MouseKind::Click, MouseKind::WheelUp, MouseKind::WheelDown][k],
        })),
        1 => (0u16..130, 0u16..40).prop_map(|(w, h)| Event::Resize(w, h)),
        1 => ".{0,12}".prop_map(Event::Paste),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is pressed: while something is supposed no effect writes, and leaving puts the very team back that stood.
    #[test]
    fn a_what_if_never_writes(
        start in prop::sample::select(vec!["x enter", "x space space right space enter g s", "x right right enter o", "2 x enter g h"]),
        events in proptest::collection::vec(event(), 1..60),
    ) {
        let mut d = drive(27, (120, 30));
        let stands = (d.state.team.clone(), d.state.board.clone());
        d.keys(start);
        prop_assert!(d.state.what_if.is_some());
        for event in events {
            let was_supposed = d.state.what_if.is_some();
            let before = d.effects.len();
            d.event(event);
            d.draw();
            let writes = |e: &Effect| matches!(e, Effect::Commit(_) | Effect::Undo | Effect::Redo);
            if was_supposed {
                prop_assert!(!d.effects[before..].iter().any(writes));
            }
            match &d.state.what_if {
                Some(simulation) => {
                    prop_assert!(Arc::ptr_eq(&simulation.team, &stands.0));
                    prop_assert!(!simulation.supposed().is_none_or(|w| w.is_empty()));
                }
                None => prop_assert!(Arc::ptr_eq(&d.state.team, &stands.0) && Arc::ptr_eq(&d.state.board, &stands.1)),
            }
        }
    }
}
