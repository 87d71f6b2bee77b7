//! Giving a mark: typed, or stepped by half points. What is wrong is said as one types.

use super::Outcome;
use super::field::Field;
use crate::app::editing::{self, Target};
use crate::app::keymap::key::Plain;
use crate::app::state::State;
use crate::domain::Points;

/// The form.
#[derive(Clone, Debug)]
pub struct MarkForm {
    /// Whose cell.
    pub target: Target,
    /// What is typed.
    pub field: Field,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// What a mark may be.
pub const RULE: &str = "whole and half points from 1 to 10";

impl MarkForm {
    /// An empty form for a cell.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            field: Field::default(),
            error: None,
        }
    }

    /// The mark as typed, where it is one.
    pub fn points(&self) -> Option<Points> {
        self.field.trimmed().parse().ok()
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.field.paste(text);
        self.check();
    }

    pub(super) fn key(&mut self, state: &mut State, pressed: Plain) -> Outcome {
        match pressed {
            Plain::Esc if self.field.trimmed().is_empty() => return Outcome::Close,
            Plain::Esc => return Outcome::Abandon(format!("“{}”", self.field.trimmed())),
            Plain::Up => self.step(state, 1),
            Plain::Down => self.step(state, -1),
            Plain::Enter | Plain::Ctrl('s') => {
                return match self.points() {
                    Some(points) => {
                        Outcome::Do(editing::save_mark(state, &self.target, Some(points)))
                    }
                    None => {
                        self.error = Some(self.problem());
                        Outcome::Stay
                    }
                };
            }
            other => {
                self.field.key(other);
                self.check();
            }
        }
        Outcome::Stay
    }

    /// Half a point up or down, from what is typed, from the mark that stands, or from the middle of the scale.
    fn step(&mut self, state: &State, by: i8) {
        let start = self
            .points()
            .or_else(|| editing::standing(state, &self.target))
            .unwrap_or_else(|| Points::from_halves(10).unwrap_or(Points::MIN));
        let halves = start
            .halves()
            .saturating_add_signed(by)
            .clamp(Points::MIN.halves(), Points::MAX.halves());
        if let Some(points) = Points::from_halves(halves) {
            self.field.set(&points.to_string());
        }
        self.check();
    }

    /// Says what is wrong as soon as no further digit can mend it.
    fn check(&mut self) {
        let text = self.field.trimmed();
        let unfinished = text.is_empty()
            || text
                .strip_suffix(['.', ','])
                .is_some_and(|whole| whole.parse::<Points>().is_ok());
        self.error = (!unfinished && self.points().is_none()).then(|| self.problem());
    }

    fn problem(&self) -> String {
        match self.field.trimmed() {
            "" => format!("a mark is missing: {RULE}"),
            text => format!("{text}: {RULE}"),
        }
    }
}
