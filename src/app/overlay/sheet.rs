//! A text to read: who is behind a figure, how one is made. Scrolls; Back, Open, Help and Quit close it.

use super::Outcome;
use crate::app::action::ActionId;
use crate::app::screen::cell::Entry;
use crate::app::state::State;
use crokey::KeyCombination;

/// The text and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// What it is about.
    pub title: String,
    /// Paragraphs in order.
    pub entries: Vec<Entry>,
    /// First line shown; drawing stops at the last screenful.
    pub top: usize,
}

impl Sheet {
    /// A sheet from its beginning.
    pub fn new(title: String, entries: Vec<Entry>) -> Self {
        Self {
            title,
            entries,
            top: 0,
        }
    }

    /// Moves by lines. No more lines than the text can have at the narrowest screen are gone down.
    pub fn scroll(&mut self, by: isize) {
        let most: usize = self
            .entries
            .iter()
            .map(|e| 1 + (e.label.len() + e.text.len()) / 20)
            .sum();
        self.top = self.top.saturating_add_signed(by).min(most);
    }

    pub(super) fn key(&mut self, state: &mut State, pressed: KeyCombination) -> Outcome {
        let Some(action) = super::action_of(state, pressed) else {
            return Outcome::Stay;
        };
        let page = isize::try_from(state.body().h.saturating_sub(6).max(1)).unwrap_or(1);
        match action {
            ActionId::Up => self.scroll(-1),
            ActionId::Down => self.scroll(1),
            ActionId::PageUp => self.scroll(-page),
            ActionId::PageDown | ActionId::Fold => self.scroll(page),
            ActionId::First => self.top = 0,
            ActionId::Back | ActionId::Help | ActionId::Open | ActionId::Quit => {
                return Outcome::Close;
            }
            _ => {}
        }
        Outcome::Stay
    }
}
