//! Events of the terminal as the program's own.

use crate::app::event::{Event, Mouse, MouseKind};
use crossterm::event::{Event as Term, KeyEventKind, MouseButton, MouseEventKind};

/// The program's event, or `None` for what changes nothing (a key let go, the pointer moved).
pub fn event(event: Term) -> Option<Event> {
    match event {
        Term::Key(key) if key.kind == KeyEventKind::Release => None,
        Term::Key(key) => Some(Event::Key(crokey::KeyCombination::from(key).normalized())),
        Term::Paste(text) => Some(Event::Paste(text)),
        Term::Resize(width, height) => Some(Event::Resize(width, height)),
        Term::Mouse(mouse) => {
            let kind = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => MouseKind::Click,
                MouseEventKind::ScrollUp => MouseKind::WheelUp,
                MouseEventKind::ScrollDown => MouseKind::WheelDown,
                _ => return None,
            };
            Some(Event::Mouse(Mouse {
                x: mouse.column,
                y: mouse.row,
                kind,
            }))
        }
        Term::FocusGained | Term::FocusLost => None,
    }
}
