//! The help: every action of the screen below with the keys of the key map in use.

use super::Outcome;
use crate::app::action::{ActionId, Section, TABLE};
use crate::app::layout::Area;
use crate::app::screen::Screen;
use crate::app::screen::entries::wrap;
use crate::app::state::State;
use crokey::KeyCombination;

/// Where the help stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// First line shown.
    pub top: usize,
}

/// One line of the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    /// Head of a section.
    Head(&'static str),
    /// An action: keys, label, sentence.
    Action {
        /// All its keys as printed.
        keys: String,
        /// What it is called.
        label: &'static str,
        /// What it does, where that fits beside it.
        help: &'static str,
    },
    /// What an action does, on lines of its own.
    More(&'static str),
    /// Words.
    Text(&'static str),
    /// Nothing.
    Blank,
}

/// What cells mean; the help ends with it.
const SIGNS: &[&str] = &[
    "░ ▒ ▓  a gap of up to 0.5, up to 1.5, more",
    "?      own mark only: no fresh mark of a manager",
    "~      out of date: no mark within the time that the team set",
    "–      no mark",
    "×      a manager had no occasion to see it",
    "·      not expected of this role",
    "◆      two values were written apart; figures use the cautious one",
    "!      half and at least three with a fresh mark are below target",
    "▲      at risk     ▾ open group     Δ manager − own     ⚑ worth a talk",
];

/// How forms are filled in; these keys are the same in every key map.
const FORMS: &[&str] = &[
    "Tab and Shift-Tab go from field to field, ↑ and ↓ too where a field has one line.",
    "↵ saves from a field of one line; Ctrl-S saves from anywhere. Paste works.",
    "Esc leaves, and asks first if something was typed.",
];

/// The lines of the help for a screen.
pub fn lines(state: &State, screen: Screen, width: u16) -> Vec<HelpLine> {
    let (keys_width, label_width) = columns(state, screen);
    let beside = usize::from(width.saturating_sub(keys_width + label_width + 5));
    let below = usize::from(width.saturating_sub(keys_width + 3)).max(20);
    let mut out = Vec::new();
    for section in Section::ALL {
        let actions: Vec<_> = TABLE
            .iter()
            .filter(|a| a.section == section && a.on(screen))
            .collect();
        if actions.is_empty() {
            continue;
        }
        out.push(HelpLine::Head(section.label()));
        for a in actions {
            let fits = a.help.chars().count() <= beside;
            out.push(HelpLine::Action {
                keys: keys_of(state, a.id),
                label: a.label,
                help: if fits { a.help } else { "" },
            });
            if !fits {
                out.extend(wrap(a.help, below).into_iter().map(HelpLine::More));
            }
        }
        out.push(HelpLine::Blank);
    }
    for (head, texts) in [("In forms", FORMS), ("Signs", SIGNS)] {
        out.push(HelpLine::Head(head));
        out.extend(texts.iter().map(|t| HelpLine::Text(t)));
        out.push(HelpLine::Blank);
    }
    out.pop();
    out
}

/// Where the lines stand: inside the frame, with a blank on both sides.
pub fn text_area(state: &State) -> Area {
    let inner = super::help_area(state).inner();
    Area::new(inner.x + 1, inner.y, inner.w.saturating_sub(2), inner.h)
}

/// All keys of an action as printed.
fn keys_of(state: &State, action: ActionId) -> String {
    let keys = state.options.keys.labels(action);
    if keys.is_empty() {
        "–".to_owned()
    } else {
        keys.join(" or ")
    }
}

/// Widths of the columns of keys and labels.
pub fn columns(state: &State, screen: Screen) -> (u16, u16) {
    let actions = || TABLE.iter().filter(|a| a.on(screen));
    let keys = actions()
        .map(|a| keys_of(state, a.id).chars().count())
        .max();
    let labels = actions().map(|a| a.label.chars().count()).max();
    let narrow = |n: Option<usize>| u16::try_from(n.unwrap_or(0)).unwrap_or(24).min(24);
    (narrow(keys), narrow(labels))
}

impl Help {
    /// Moves by lines; [`Help::clamped`] keeps the end in view.
    pub fn scroll(&mut self, by: isize) {
        self.top = self.top.saturating_add_signed(by);
    }

    /// The first line to show where `rows` of `len` lines fit.
    pub fn clamped(self, rows: usize, len: usize) -> usize {
        self.top.min(len.saturating_sub(rows))
    }

    pub(super) fn key(&mut self, state: &mut State, pressed: KeyCombination) -> Outcome {
        let screen = state.screen();
        let found = super::action_of(state, pressed);
        let inner = text_area(state);
        let len = lines(state, screen, inner.w).len();
        let page = usize::from(inner.h.max(1));
        let last = len.saturating_sub(page);
        self.top = self.top.min(last);
        let Some(action) = found else {
            return Outcome::Stay;
        };
        match action {
            ActionId::Up => self.scroll(-1),
            ActionId::Down => self.scroll(1),
            ActionId::PageUp => self.top = self.top.saturating_sub(page),
            ActionId::PageDown | ActionId::Fold => self.top += page,
            ActionId::First | ActionId::LineStart => self.top = 0,
            ActionId::Last | ActionId::LineEnd => self.top = last,
            ActionId::Back | ActionId::Help | ActionId::Open | ActionId::Quit => {
                return Outcome::Close;
            }
            _ => {}
        }
        self.top = self.top.min(last);
        Outcome::Stay
    }
}
