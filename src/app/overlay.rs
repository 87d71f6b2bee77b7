//! What lies over a screen and takes the keys: help, palette, questions, the filter line, forms. The last one opened is on top.

use super::event::Effect;
use super::screen::cell::Entry;

/// One overlay with what it remembers.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// The keys of the screen below.
    Help(Help),
    /// A question before something is lost.
    Confirm(Confirm),
    /// A text to read.
    Sheet(Sheet),
}

/// The help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// First line shown.
    pub top: usize,
}

/// A text to read: who is behind a figure, how one is made. Scrolls; Back, Open and Quit close it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// What it is about.
    pub title: String,
    /// Paragraphs in order.
    pub entries: Vec<Entry>,
    /// First line shown.
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
}

/// A question. It names what goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirm {
    /// What is asked.
    pub title: String,
    /// What it means, line by line.
    pub lines: Vec<String>,
    /// What "yes" does, in a word or two.
    pub yes: String,
    /// What happens on yes.
    pub then: Then,
}

/// What a confirmed question leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// These effects.
    Effects(Vec<Effect>),
    /// The overlay below is closed, and what was typed in it is dropped.
    CloseBelow,
}
