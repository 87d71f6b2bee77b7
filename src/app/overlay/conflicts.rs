//! What was written apart, one place after the other: each value whole, with its author, time and device. A digit settles it, which is an edit
//! like any other. What is shown is held, and nothing else is settled: what comes while it is open takes no digit before it was looked at.
//! Must not know: how it looks.

use super::Outcome;
use crate::app::keymap::key::Plain;
use crate::app::screen::cell::person_name;
use crate::app::screen::entries::wrap;
use crate::app::screen::history::moment;
use crate::app::settling;
use crate::app::state::State;
use crate::app::toast::Tone;
use crate::document::edits::{Choice, Conflict};
use crate::domain::PersonId;

/// Which of them is shown.
#[derive(Clone, Debug)]
pub struct Conflicts {
    /// As it is shown, and as it is settled.
    pub shown: Conflict,
    /// First line shown; drawing stops at the last screenful.
    pub top: usize,
    /// Its place among all when it was last seen there, counted from 0.
    at: usize,
    /// It came under the finger while it was open.
    moved: bool,
}

/// A line of the overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// What is in conflict.
    What(String),
    /// The digit of a value; where its text goes on, none.
    Value(Option<usize>, String),
    /// Who wrote it, when and with which device.
    By(String),
    /// Who may settle it.
    Others(String),
}

impl Conflicts {
    /// Shows one, which stands at a place among all.
    pub fn new(shown: Conflict, at: usize) -> Self {
        Self {
            shown,
            top: 0,
            at,
            moved: false,
        }
    }

    /// Its place among all, counted from 1, and how many there are.
    pub fn place(&self, state: &State) -> (usize, usize) {
        (
            self.at + 1,
            settling::offered(state).count().max(self.at + 1),
        )
    }

    fn is(&self, other: &Conflict) -> bool {
        self.shown.key() == other.key()
    }

    /// Others are offered now. What is shown stays, with what stands there now; where it is gone, the one after it is shown, and said to be
    /// another. `false` where none is left.
    pub(in crate::app) fn follow(&mut self, state: &mut State) -> bool {
        let found = settling::offered(state)
            .enumerate()
            .find(|(_, c)| self.is(c))
            .map(|(at, c)| (at, c.clone()));
        if let Some((at, now)) = found {
            let same = now.same(&self.shown) && words(&now) == words(&self.shown);
            if !same {
                self.moved = true;
                let text =
                    "this was changed while you looked at it: look again before you settle it";
                state.toast(Tone::Info, text);
            }
            (self.shown, self.at) = (now, at);
            return true;
        }
        let gone = self.shown.what.clone();
        let count = settling::offered(state).count();
        self.at = self.at.min(count.saturating_sub(1));
        let next = settling::offered(state).nth(self.at).cloned();
        let Some(next) = next else {
            let text = format!("settled meanwhile, nothing more waits: {gone}");
            state.toast(Tone::Info, text);
            return false;
        };
        *self = Self::new(next, self.at);
        self.moved = true;
        let text = format!("this is the next one; settled meanwhile: {gone}");
        state.toast(Tone::Info, text);
        true
    }

    /// To the one so many places on.
    fn step(&mut self, state: &State, on: bool) {
        let count = settling::offered(state).count();
        let here = settling::offered(state).position(|c| self.is(c));
        let here = here.unwrap_or(self.at);
        let at = match on {
            true => (here + 1) % count.max(1),
            false => (here + count.max(1) - 1) % count.max(1),
        };
        if let Some(next) = settling::offered(state).nth(at) {
            *self = Self::new(next.clone(), at);
        }
    }

    pub(super) fn key(&mut self, state: &mut State, pressed: Plain) -> Outcome {
        let moved = std::mem::take(&mut self.moved);
        match pressed {
            Plain::Esc | Plain::Char('q') => return Outcome::Close,
            Plain::Down | Plain::Right | Plain::Tab | Plain::Char('j' | 'l') => {
                self.step(state, true);
            }
            Plain::Up | Plain::Left | Plain::BackTab | Plain::Char('k' | 'h') => {
                self.step(state, false);
            }
            Plain::PageDown | Plain::Char(' ') => self.scroll(5),
            Plain::PageUp => self.scroll(-5),
            Plain::Char(c) => {
                if let Some(n) = c.to_digit(10) {
                    return self.settle(state, n as usize, moved);
                }
            }
            _ => {}
        }
        Outcome::Stay
    }

    fn settle(&mut self, state: &mut State, n: usize, moved: bool) -> Outcome {
        let no = if let Some(others) = self.shown.others {
            format!("this is not yours to settle: {others}")
        } else if moved {
            format!("this came while you looked at another: {n} once more settles it")
        } else if let Some(edit) = n.checked_sub(1).and_then(|n| self.shown.settle(n)) {
            return match settling::send(state, &self.shown, edit) {
                Some(effects) => Outcome::Do(effects),
                None => Outcome::Stay,
            };
        } else {
            format!(
                "there is no value {n} here: 1 to {}",
                self.shown.choices.len()
            )
        };
        state.toast(Tone::Info, no);
        Outcome::Stay
    }

    /// Moves by lines, no further than the text can be at the narrowest screen.
    pub(super) fn scroll(&mut self, by: isize) {
        let choices = self.shown.choices.iter();
        let most: usize = choices
            .map(|c| {
                4 + c
                    .whole
                    .as_ref()
                    .map_or(0, |text| text.len() / 20 + text.lines().count())
            })
            .sum();
        self.top = self.top.saturating_add_signed(by).min(most);
    }

    /// All its lines at a width.
    pub fn lines(&self, state: &State, width: u16) -> Vec<Line> {
        let room = usize::from(width.max(1));
        let beside = room.saturating_sub(3).max(1);
        let what = wrap(&self.shown.what, room).into_iter();
        let mut lines: Vec<Line> = what.map(|l| Line::What(l.to_owned())).collect();
        for (n, choice) in (1..).zip(&self.shown.choices) {
            let mut digit = Some(n);
            let text = choice.whole.as_ref().unwrap_or(&choice.words);
            for line in text.lines().flat_map(|line| wrap(line, beside)) {
                lines.push(Line::Value(digit.take(), line.to_owned()));
            }
            let counts = if n == 1 {
                "; figures use it until then"
            } else {
                ""
            };
            let by = format!("{}{counts}", by(state, choice));
            lines.extend(
                wrap(&by, beside)
                    .into_iter()
                    .map(|l| Line::By(l.to_owned())),
            );
        }
        if let Some(others) = self.shown.others {
            let text = format!("This is not yours to settle: {others}.");
            let said = wrap(&text, room).into_iter();
            lines.extend(said.map(|l| Line::Others(l.to_owned())));
        }
        lines
    }

    /// What the keys do.
    pub fn hint(&self) -> String {
        let digits = match self.shown.choices.len() {
            2 => "1 or 2".to_owned(),
            n => format!("1 to {}", n.min(9)),
        };
        match self.shown.others {
            Some(_) => "↓ next · Esc back".to_owned(),
            None => format!("{digits} says which is meant · ↓ next · Esc back"),
        }
    }
}

fn words(conflict: &Conflict) -> Vec<&str> {
    conflict.choices.iter().map(|c| c.words.as_str()).collect()
}

/// Who wrote a value, when by their clock, and with which device; and who wrote the same there first.
fn by(state: &State, choice: &Choice) -> String {
    let now = said(state, choice.author.as_ref(), choice.at, &choice.device);
    match &choice.first {
        Some(first) => {
            let first = said(state, first.author.as_ref(), first.at, &first.device);
            format!("{first}; written again by {now}")
        }
        None => now,
    }
}

fn said(state: &State, author: Option<&PersonId>, at: u64, device: &str) -> String {
    let who = match author {
        Some(id) => person_name(&state.team, id),
        None => "somebody whose device is not known here",
    };
    let device = match device {
        "" => String::new(),
        device => format!(", with device {device}"),
    };
    format!("{who}, {}{device}", moment(at))
}
