//! What was written apart, one place after the other: each value with its author and day. A digit settles it, which is an edit like any
//! other. Must not know: how it looks.

use super::Outcome;
use crate::app::keymap::key::Plain;
use crate::app::screen::cell::{day, person_name};
use crate::app::state::State;
use crate::document::edits::{Choice, Conflict};
use chrono::DateTime;
use std::sync::Arc;

/// Which of them is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conflicts {
    /// Counted from 0.
    pub at: usize,
}

impl Conflicts {
    /// The one that is shown; `None` where none is left.
    pub fn current<'a>(&self, state: &'a State) -> Option<&'a Conflict> {
        let last = state.conflicts.len().checked_sub(1)?;
        state.conflicts.get(self.at.min(last))
    }

    /// Its place among all, counted from 1.
    pub fn place(&self, state: &State) -> usize {
        self.at.min(state.conflicts.len().saturating_sub(1)) + 1
    }

    pub(super) fn key(&mut self, state: &mut State, pressed: Plain) -> Outcome {
        let count = state.conflicts.len().max(1);
        self.at = self.at.min(count - 1);
        match pressed {
            Plain::Esc | Plain::Char('q') => return Outcome::Close,
            Plain::Down | Plain::Right | Plain::Tab | Plain::Char('j' | 'l') => {
                self.at = (self.at + 1) % count;
            }
            Plain::Up | Plain::Left | Plain::BackTab | Plain::Char('k' | 'h') => {
                self.at = (self.at + count - 1) % count;
            }
            Plain::Char(c) => {
                let chosen = c.to_digit(10).and_then(|n| (n as usize).checked_sub(1));
                let edit = chosen.and_then(|n| self.current(state)?.settle(n));
                if let Some(edit) = edit {
                    // It is not offered twice; the next look at the documents
                    // brings it back if it still stands.
                    Arc::make_mut(&mut state.conflicts).remove(self.at);
                    return Outcome::Do(state.commit(edit));
                }
            }
            _ => {}
        }
        Outcome::Stay
    }
}

/// Who wrote a value, and on which day by their clock.
pub fn by(state: &State, choice: &Choice) -> String {
    let who = match &choice.author {
        Some(id) => person_name(&state.team, id),
        None => "somebody",
    };
    let at = i64::try_from(choice.at).ok();
    match at.and_then(DateTime::from_timestamp_millis) {
        Some(at) if choice.at > 0 => format!("{who}, {}", day(at.date_naive())),
        _ => who.to_owned(),
    }
}
