//! What lies over a screen and takes the keys: help, palette, questions, the filter line, forms. The last one opened is on top.

use super::event::Effect;

/// One overlay with what it remembers.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// The keys of the screen below.
    Help(Help),
    /// A question before something is lost.
    Confirm(Confirm),
}

/// The help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// First line shown.
    pub top: usize,
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
