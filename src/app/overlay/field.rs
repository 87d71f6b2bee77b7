//! One line of text in a form: what may stand in it and how keys change it.

use crate::app::keymap::key::Plain;
pub use crate::domain::text::LONGEST_LINE as LONGEST;
use crate::domain::text::is_hidden;
use tui_input::{Input, InputRequest};

/// A line of text with its cursor.
#[derive(Clone, Debug, Default)]
pub struct Field {
    input: Input,
}

impl Field {
    /// A line with a text in it, the cursor behind it.
    pub fn new(text: &str) -> Self {
        let mut field = Self::default();
        field.paste(text);
        field
    }

    /// The text.
    pub fn value(&self) -> &str {
        self.input.value()
    }

    /// The text without blanks around it.
    pub fn trimmed(&self) -> &str {
        self.value().trim()
    }

    /// Where the cursor stands, in cells from the start of the text.
    pub fn cursor(&self) -> usize {
        self.input.visual_cursor()
    }

    /// First cell to show so that the cursor is in view.
    pub fn scroll(&self, width: usize) -> usize {
        self.input.visual_scroll(width)
    }

    /// Replaces the text.
    pub fn set(&mut self, text: &str) {
        self.input.reset();
        self.paste(text);
    }

    /// Takes a key; `false` if it means nothing to a line of text.
    pub fn key(&mut self, pressed: Plain) -> bool {
        let request = match pressed {
            Plain::Char(c) => {
                self.insert(c);
                return true;
            }
            Plain::Backspace | Plain::Ctrl('h') => InputRequest::DeletePrevChar,
            Plain::Delete => InputRequest::DeleteNextChar,
            Plain::Left => InputRequest::GoToPrevChar,
            Plain::Right => InputRequest::GoToNextChar,
            Plain::Home | Plain::Ctrl('a') => InputRequest::GoToStart,
            Plain::End | Plain::Ctrl('e') => InputRequest::GoToEnd,
            Plain::Ctrl('w') => InputRequest::DeletePrevWord,
            Plain::Ctrl('u') => InputRequest::DeleteLine,
            Plain::Ctrl('k') => InputRequest::DeleteTillEnd,
            _ => return false,
        };
        self.input.handle(request);
        true
    }

    /// Takes pasted text: line ends become blanks, other control signs go.
    pub fn paste(&mut self, text: &str) {
        for c in text.trim_end_matches(['\r', '\n']).chars() {
            self.insert(if matches!(c, '\n' | '\t') { ' ' } else { c });
        }
    }

    fn insert(&mut self, c: char) {
        if !c.is_control() && !is_hidden(c) && self.value().chars().count() < LONGEST {
            self.input.handle(InputRequest::InsertChar(c));
        }
    }
}
