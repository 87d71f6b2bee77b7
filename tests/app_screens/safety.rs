//! Nothing panics: no size, no key, no paste, no click.

use super::*;
use guildhall::app::Event;
use guildhall::app::event::{Mouse, MouseKind};
use guildhall::app::keymap::key;
use proptest::prelude::*;

/// Ways to every screen and overlay.
const WAYS: [&str; 14] = [
    "",
    "g h",
    "g h enter",
    "o",
    "o tab tab",
    "g f",
    "g f tab",
    "g f enter",
    "?",
    ": a",
    "/ a",
    "g i m 5 . 3",
    "g i t",
    "g i m 5 esc",
];

#[test]
fn every_screen_is_drawn_at_every_size() {
    for way in WAYS {
        let mut d = drive(12, (120, 30));
        d.keys(way);
        for w in 0..=60 {
            for h in 0..=20 {
                d.event(Event::Resize(w, h));
                let (buffer, _) = d.draw();
                if w < 60 || h < 20 {
                    let text: String = buffer.content.iter().map(|c| c.symbol()).collect();
                    assert!("too small".starts_with(text.trim()), "{w}×{h}: {text}");
                }
            }
        }
        for size in [
            (60, 20),
            (61, 21),
            (79, 23),
            (110, 28),
            (149, 40),
            (151, 60),
            (400, 120),
        ] {
            d.event(Event::Resize(size.0, size.1));
            d.draw();
        }
    }
}

#[test]
fn a_frame_of_another_size_than_the_state_knows_is_drawn() {
    for way in WAYS {
        let mut d = drive(12, (200, 50));
        d.keys(way);
        for (w, h) in [(60, 20), (80, 24), (1, 1), (250, 70)] {
            let backend = ratatui::backend::TestBackend::new(w, h);
            let mut terminal = ratatui::Terminal::new(backend).unwrap();
            terminal
                .draw(|frame| guildhall::ui::draw(frame, &d.state))
                .unwrap();
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
        "delete",
        "space",
        "g",
        "G",
        "[",
        "]",
        "m",
        "n",
        "f",
        "e",
        "s",
        "t",
        "u",
        "ctrl-r",
        "R",
        "/",
        ":",
        "ctrl-p",
        "?",
        "1",
        "2",
        "3",
        "v",
        "b",
        "o",
        "w",
        "h",
        "j",
        "k",
        "l",
        "a",
        "r",
        "5",
        ".",
        "y",
        "ctrl-s",
        "ctrl-u",
        "ctrl-w",
        "0",
        "$",
        "é",
    ]);
    prop_oneof![
        12 => names.prop_map(|n| Event::Key(key::parse(n).unwrap())),
        1 => (0u16..210, 0u16..60, 0usize..3).prop_map(|(x, y, k)| Event::Mouse(Mouse {
            x, y, kind: [MouseKind::Click, MouseKind::WheelUp, MouseKind::WheelDown][k],
        })),
        1 => (0u16..210, 0u16..60).prop_map(|(w, h)| Event::Resize(w, h)),
        1 => ".{0,40}".prop_map(Event::Paste),
        1 => Just(Event::StoreReady),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn no_row_of_events_makes_it_panic(events in prop::collection::vec(event(), 1..120), people in 1usize..9) {
        let mut d = drive(people, (120, 30));
        for event in events {
            d.event(event);
            d.draw();
        }
    }
}
