//! The filter line: rows are filtered as one types.

use super::Outcome;
use super::field::Field;
use crate::app::keymap::key::Plain;
use crate::app::state::State;

/// The line and what was there before.
#[derive(Clone, Debug)]
pub struct Filter {
    /// What is typed.
    pub field: Field,
    before: String,
}

impl Filter {
    /// Starts from the filter in force.
    pub fn new(now: &str) -> Self {
        Self {
            field: Field::new(now),
            before: now.to_owned(),
        }
    }

    pub(super) fn key(&mut self, state: &mut State, pressed: Plain) -> Outcome {
        match pressed {
            Plain::Enter => Outcome::Close,
            Plain::Esc => {
                state.filter.clone_from(&self.before);
                Outcome::Close
            }
            Plain::Backspace if self.field.value().is_empty() => Outcome::Close,
            other => {
                self.field.key(other);
                self.apply(state);
                Outcome::Stay
            }
        }
    }

    pub(super) fn paste(&mut self, state: &mut State, text: &str) {
        self.field.paste(text);
        self.apply(state);
    }

    fn apply(&self, state: &mut State) {
        self.field.trimmed().clone_into(&mut state.filter);
    }
}
