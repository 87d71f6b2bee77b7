//! A question before something is lost or shown to others. It names what, and "no" is where the cursor stands.

use super::Outcome;
use crate::app::event::Effect;
use crate::app::keymap::key::Plain;
use crate::document::Edit;

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirm {
    /// What is asked.
    pub title: String,
    /// What it means, line by line.
    pub lines: Vec<String>,
    /// What "yes" does, in a word or two.
    pub yes: String,
    /// Whether the cursor stands on "yes".
    pub on_yes: bool,
    /// What happens on yes.
    pub then: Then,
}

/// What a confirmed question leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// These effects.
    Effects(Vec<Effect>),
    /// This edit is saved.
    Commit(Edit),
    /// The overlay below is closed, and what was typed in it is dropped.
    CloseBelow,
}

impl Confirm {
    /// A question with the cursor on "no".
    pub fn new(title: &str, lines: Vec<String>, yes: &str, then: Then) -> Self {
        Self {
            title: title.to_owned(),
            lines,
            yes: yes.to_owned(),
            on_yes: false,
            then,
        }
    }

    /// Takes a key; the flag says that the answer is yes.
    pub(super) fn key(&mut self, pressed: Plain) -> (Outcome, bool) {
        match pressed {
            Plain::Char('y' | 'Y') => (Outcome::Close, true),
            Plain::Enter => (Outcome::Close, self.on_yes),
            Plain::Char('n' | 'N' | 'q') | Plain::Esc => (Outcome::Close, false),
            Plain::Left
            | Plain::Right
            | Plain::Up
            | Plain::Down
            | Plain::Tab
            | Plain::BackTab
            | Plain::Char('h' | 'l' | 'j' | 'k') => {
                self.on_yes = !self.on_yes;
                (Outcome::Stay, false)
            }
            _ => (Outcome::Stay, false),
        }
    }
}
