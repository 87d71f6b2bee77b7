//! The History screen: what was written, as sentences, the newest first; the filter keeps those that have what is typed. Must not know: how
//! it looks, nor where histories come from.

use super::super::action::ActionId;
use super::super::event::{Effect, History};
use super::super::overlay::{Overlay, Sheet};
use super::super::state::State;
use super::cell::{day, person_name};
use super::entries::Entry;
use super::overview::ListCursor;
use super::{Selected, person};
use crate::domain::told::Told;
use chrono::DateTime;
use std::sync::Arc;

/// What the screen remembers.
#[derive(Clone, Debug, Default)]
pub struct HistoryState {
    /// What has been read so far; `None` before anything was.
    pub read: Option<Arc<History>>,
    /// Cursor and scroll.
    pub cursor: ListCursor,
    /// Sentences that the filter keeps, as indices.
    pub lines: Vec<usize>,
    seen: Option<(Arc<History>, String)>,
}

impl HistoryState {
    /// The sentence under the cursor.
    pub fn current(&self) -> Option<&Told> {
        let at = *self.lines.get(self.cursor.line)?;
        self.read.as_ref()?.told.get(at)
    }
}

/// Opens the screen, and asks for what is shown there.
pub fn show(state: &mut State) -> Vec<Effect> {
    state.open(super::Screen::History);
    settle(state);
    vec![Effect::History]
}

fn rows(state: &State) -> u16 {
    state.body().h.saturating_sub(2)
}

/// Brings lines, cursor and scroll up to date.
pub fn settle(state: &mut State) {
    let rows = rows(state);
    let history = &mut state.history;
    let Some(read) = &history.read else {
        return;
    };
    let same = |(seen, filter): &(Arc<History>, String)| {
        Arc::ptr_eq(seen, read) && *filter == state.filter
    };
    if !history.seen.as_ref().is_some_and(same) {
        let wanted = state.filter.to_lowercase();
        let told = read.told.iter().enumerate();
        let kept = told.filter(|(_, t)| t.sentence.to_lowercase().contains(&wanted));
        history.lines = kept.map(|(at, _)| at).collect();
        history.seen = Some((Arc::clone(read), state.filter.clone()));
    }
    let len = history.lines.len();
    history.cursor.settle(len, rows);
}

/// Does an action.
pub fn handle(state: &mut State, action: ActionId) -> Vec<Effect> {
    match action {
        ActionId::Open => {
            let sheet = state.history.current().map(|told| sheet(state, told));
            state.overlays.extend(sheet.map(Overlay::Sheet));
        }
        ActionId::GoPerson => {
            if let Some(selected) = selected(state) {
                return person::show(state, &selected.person);
            }
        }
        _ => {
            let rows = rows(state);
            // An action that nobody here understands changes nothing.
            let _ = state.history.cursor.step(action, rows);
        }
    }
    Vec::new()
}

/// Day and time by the writer's clock, UTC.
pub fn at(told: &Told) -> String {
    let at = i64::try_from(told.at).ok();
    match at.and_then(DateTime::from_timestamp_millis) {
        Some(at) => format!("{}, {} UTC", day(at.date_naive()), at.format("%H:%M")),
        None => "at an unknown time".to_owned(),
    }
}

fn sheet(state: &State, told: &Told) -> Sheet {
    let who = match &told.author {
        Some(id) => person_name(&state.team, id).to_owned(),
        None => "somebody whose device is not known here".to_owned(),
    };
    let device = match told.device.is_empty() {
        true => String::new(),
        false => format!(", with device {}", told.device),
    };
    let before = match told.before.as_slice() {
        [] => "nothing".to_owned(),
        values => values.join(" and, written apart, "),
    };
    let after = told.after.clone();
    let entries = vec![
        Entry::new("Written", format!("{}, by {who}{device}", at(told))),
        Entry::new("Before", before),
        Entry::new("After", after.unwrap_or_else(|| "nothing".to_owned())),
        Entry::new(
            "",
            "The time is by that machine's clock. Who wrote it and with which device is signed.",
        ),
    ];
    Sheet::new(told.sentence.clone(), entries)
}

/// Whom the sentence is about.
pub fn selected(state: &State) -> Option<Selected> {
    let person = state.history.current()?.person.clone()?;
    state.team.person(&person)?;
    Some(Selected {
        person,
        post: None,
        column: None,
        subject: None,
    })
}

/// A click selects; a click on what is selected opens it.
pub fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    let inner = state.body().inner();
    let line = state.history.cursor.top + usize::from(y.saturating_sub(inner.y));
    if !inner.contains(x, y) || line >= state.history.lines.len() {
        return Vec::new();
    }
    if line == state.history.cursor.line {
        return handle(state, ActionId::Open);
    }
    state.history.cursor.line = line;
    Vec::new()
}
