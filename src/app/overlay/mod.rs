//! What lies over a screen and takes the keys: help, palette, questions, the filter line, forms. The last one opened is on top.
//! An overlay handles a key and says what becomes of it ([`Outcome`]); this file does the rest, so that none forgets to ask before
//! something typed is lost.

pub mod confirm;
pub mod conflicts;
pub mod credential_form;
pub mod facts_form;
pub mod field;
pub mod filter;
pub mod help;
pub mod mark_form;
pub mod palette;
pub mod picker;
pub mod sheet;
pub mod text_form;
pub mod ticket;
pub mod words;

pub use confirm::{Confirm, Then};
pub use help::Help;
pub use sheet::Sheet;

use super::action::ActionId;
use super::event::Effect;
use super::keymap::key::{self, Plain};
use super::keymap::trie::Found;
use super::layout::Area;
use super::network::Ticket;
use super::state::State;
use crate::domain::PersonId;
use conflicts::Conflicts;
use credential_form::CredentialForm;
use crokey::KeyCombination;
use facts_form::FactsForm;
use filter::Filter;
use mark_form::MarkForm;
use palette::Palette;
use picker::Picker;
use text_form::TextForm;
use words::WordsForm;

/// One overlay with what it remembers.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// The keys of the screen below.
    Help(Help),
    /// Fuzzy search over everything.
    Palette(Palette),
    /// A question before something is lost.
    Confirm(Confirm),
    /// A text to read.
    Sheet(Sheet),
    /// The filter line.
    Filter(Filter),
    /// A mark.
    Mark(Box<MarkForm>),
    /// Feedback or evidence.
    Text(Box<TextForm>),
    /// A credential.
    Credential(Box<CredentialForm>),
    /// A post, its factors, a skill, a decision, a horizon.
    Facts(Box<FactsForm>),
    /// A list to choose from.
    Picker(Box<Picker>),
    /// What waits to be settled.
    Conflicts(Box<Conflicts>),
    /// A ticket to hand over.
    Ticket(Box<Ticket>),
    /// Six words that are read out.
    Words(Box<WordsForm>),
}

/// What becomes of an overlay after a key.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It stays open.
    Stay,
    /// It closes.
    Close,
    /// It closes, and these effects go out.
    Do(Vec<Effect>),
    /// It stays open, and these effects go out.
    Keep(Vec<Effect>),
    /// It wants to close although this was typed: the user is asked first.
    Abandon(String),
    /// It stays, and a question is put on top.
    Ask(Confirm),
}

/// Gives a key to the topmost overlay.
pub fn on_key(state: &mut State, pressed: KeyCombination) -> Vec<Effect> {
    let Some(mut overlay) = state.overlays.pop() else {
        return Vec::new();
    };
    let depth = state.overlays.len();
    let plain = match key::plain(pressed) {
        // In a form Ctrl-C is a way out, not the end of the program.
        Plain::Ctrl('c') => Plain::Esc,
        other => other,
    };
    let outcome = match &mut overlay {
        Overlay::Help(help) => help.key(state, pressed),
        Overlay::Sheet(sheet) => sheet.key(state, pressed),
        Overlay::Palette(palette) => palette.key(state, plain),
        Overlay::Confirm(confirm) => {
            let (outcome, yes) = confirm.key(plain);
            return if yes {
                let then = confirm.then.clone();
                confirmed(state, then)
            } else {
                settle(state, overlay, outcome, depth)
            };
        }
        Overlay::Filter(filter) => filter.key(state, plain),
        Overlay::Mark(form) => form.key(state, plain),
        Overlay::Text(form) => form.key(state, plain),
        Overlay::Credential(form) => form.key(state, plain),
        Overlay::Facts(form) => form.key(state, plain),
        Overlay::Picker(picker) => picker.key(state, plain),
        Overlay::Conflicts(conflicts) => conflicts.key(state, plain),
        Overlay::Ticket(_) => ticket::key(plain),
        Overlay::Words(form) => form.key(plain),
    };
    settle(state, overlay, outcome, depth)
}

/// Gives pasted text to the topmost overlay; where nothing takes text, it is dropped.
pub fn on_paste(state: &mut State, text: &str) {
    let Some(mut overlay) = state.overlays.pop() else {
        return;
    };
    match &mut overlay {
        Overlay::Palette(palette) => palette.paste(state, text),
        Overlay::Filter(filter) => filter.paste(state, text),
        Overlay::Mark(form) => form.paste(text),
        Overlay::Text(form) => form.paste(text),
        Overlay::Credential(form) => form.paste(text),
        Overlay::Facts(form) => form.paste(text),
        Overlay::Picker(picker) => picker.paste(text),
        Overlay::Words(form) => form.paste(text),
        Overlay::Help(_)
        | Overlay::Confirm(_)
        | Overlay::Sheet(_)
        | Overlay::Conflicts(_)
        | Overlay::Ticket(_) => {}
    }
    state.overlays.push(overlay);
}

/// A wheel step or two over an overlay: lists and help scroll.
pub fn on_wheel(state: &mut State, down: bool) {
    let Some(mut overlay) = state.overlays.pop() else {
        return;
    };
    match &mut overlay {
        Overlay::Help(help) => help.scroll(if down { 1 } else { -1 }),
        Overlay::Sheet(sheet) => sheet.scroll(if down { 1 } else { -1 }),
        Overlay::Palette(palette) => palette.step(if down { 1 } else { -1 }),
        Overlay::Picker(picker) => picker.step(if down { 1 } else { -1 }),
        Overlay::Conflicts(conflicts) => conflicts.scroll(if down { 1 } else { -1 }),
        _ => {}
    }
    state.overlays.push(overlay);
}

/// Puts the overlay back, or not. Whatever was opened meanwhile (from the palette) stays on top.
fn settle(state: &mut State, overlay: Overlay, outcome: Outcome, depth: usize) -> Vec<Effect> {
    let at = depth.min(state.overlays.len());
    match outcome {
        Outcome::Stay => state.overlays.insert(at, overlay),
        Outcome::Close => {}
        Outcome::Do(effects) => return effects,
        Outcome::Keep(effects) => {
            state.overlays.insert(at, overlay);
            return effects;
        }
        Outcome::Abandon(what) => {
            state.overlays.insert(at, overlay);
            state.overlays.push(Overlay::Confirm(Confirm::new(
                "Drop what you typed?",
                vec![what],
                "drop it",
                Then::CloseBelow,
            )));
        }
        Outcome::Ask(confirm) => {
            state.overlays.insert(at, overlay);
            state.overlays.push(Overlay::Confirm(confirm));
        }
    }
    Vec::new()
}

fn confirmed(state: &mut State, then: Then) -> Vec<Effect> {
    match then {
        Then::Effects(effects) => effects,
        Then::Commit(edit) => state.commit(edit),
        Then::CloseBelow => {
            state.overlays.pop();
            Vec::new()
        }
    }
}

/// What a key means by the key map of the screen below, for overlays that take actions rather than text.
fn action_of(state: &mut State, pressed: KeyCombination) -> Option<ActionId> {
    state.typed.push(pressed);
    match state.options.keys.find(state.screen(), &state.typed) {
        Found::Beginning => None,
        Found::Nothing => {
            state.typed.clear();
            None
        }
        Found::Action(action) => {
            state.typed.clear();
            Some(action)
        }
    }
}

/// A click while an overlay is open: on a line of the palette it runs it; outside of help, sheet and palette it closes them. A form
/// stays, since a stray click must not lose what is typed.
pub fn on_click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    let area = area(state);
    let inside = area.contains(x, y);
    let Some(mut overlay) = state.overlays.pop() else {
        return Vec::new();
    };
    let depth = state.overlays.len();
    let outcome = match &mut overlay {
        Overlay::Palette(palette) if inside => palette.click(state, y - area.y),
        Overlay::Picker(picker) if inside => picker.click(state, y - area.y),
        Overlay::Help(_) | Overlay::Sheet(_) | Overlay::Palette(_) if !inside => Outcome::Close,
        _ => Outcome::Stay,
    };
    settle(state, overlay, outcome, depth)
}

/// Where the topmost overlay stands; empty for the filter line, which takes the place of the hint line, and for none.
pub fn area(state: &State) -> Area {
    let body = state.body();
    let (w, h) = match state.overlays.last() {
        None | Some(Overlay::Filter(_)) => return Area::default(),
        Some(Overlay::Help(_)) => return help_area(state),
        Some(Overlay::Sheet(_)) => (96, body.h.saturating_sub(4)),
        Some(Overlay::Palette(_)) => (80, rows(palette::ROWS) + 3),
        Some(Overlay::Confirm(confirm)) => (72, rows(confirm.lines.len()) + 5),
        Some(Overlay::Mark(_)) => (84, 16),
        Some(Overlay::Text(_)) => (84, 16),
        Some(Overlay::Credential(form)) => (84, rows(form.lines().len()) + 5),
        Some(Overlay::Facts(form)) => (84, rows(form.lines.len()) + 5),
        Some(Overlay::Conflicts(conflicts)) => {
            let w = body.w.saturating_sub(4).min(84);
            (
                84,
                rows(conflicts.lines(state, w.saturating_sub(4)).len()) + 4,
            )
        }
        Some(Overlay::Ticket(_)) => (120, body.h),
        Some(Overlay::Words(_)) => (84, 11),
        Some(Overlay::Picker(picker)) => (84, rows(picker.items.len().min(picker::ROWS)) + 5),
    };
    body.centred(w.min(body.w.saturating_sub(4)), h)
}

/// Where the help stands.
fn help_area(state: &State) -> Area {
    let body = state.body();
    let w = body.w.saturating_sub(4).min(120);
    body.centred(w, body.h.saturating_sub(2))
}

fn rows(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX - 8)
}

/// Whether a form is open about somebody.
pub fn is_about(state: &State, id: &PersonId) -> bool {
    state.overlays.iter().any(|overlay| match overlay {
        Overlay::Mark(form) => &form.target.person == id,
        Overlay::Text(form) => &form.target.person == id,
        Overlay::Credential(form) => &form.person == id,
        Overlay::Facts(form) => form.about == facts_form::About::Horizon(id.clone()),
        _ => false,
    })
}
