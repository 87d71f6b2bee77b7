//! The History screen: what was written, as sentences, the newest first; the filter keeps those that have what is typed. Must not know: how
//! it looks, nor where histories come from.

use super::super::action::ActionId;
use super::super::event::{Effect, History};
use super::super::layout::Area;
use super::super::overlay::{Overlay, Sheet};
use super::super::state::State;
use super::cell::{day, person_name};
use super::entries::{Entry, wrap};
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
    /// What is not among them, to stand below.
    pub notes: Vec<Note>,
    /// The sentence under the cursor, however it is worded and whatever comes above it.
    anchor: Option<u64>,
    /// The cursor was moved. Until then, and while the first pass goes on, it stays on the newest.
    moved: bool,
    seen: Option<(Arc<History>, String)>,
}

/// Something that is not told, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The words.
    pub text: String,
    /// Something is wrong.
    pub bad: bool,
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

/// Sentences that the list has room for: the frame and the notes are none. Notes give way where the list would have no room.
fn rows(state: &State) -> u16 {
    let list = list(state.body(), state.history.notes.len());
    list.h / lines_each(list)
}

/// Lines that each sentence takes: two where one is too short for most, as long as there is room for more than one sentence.
pub fn lines_each(list: Area) -> u16 {
    match list.w < 140 && list.h >= 4 {
        true => 2,
        false => 1,
    }
}

/// A sentence on so many lines of a width. Where it is too long the device is left out, and then what is in the middle: who, the values and
/// when are always there.
pub fn words(told: &Told, width: usize, lines: usize) -> Vec<String> {
    let fits = |text: &str| {
        let wrapped: Vec<String> = wrap(text, width).into_iter().map(str::to_owned).collect();
        (wrapped.len() <= lines).then_some(wrapped)
    };
    let short = format!("{} {}", told.done, told.when);
    if let Some(lines) = fits(&told.sentence()).or_else(|| fits(&short)) {
        return lines;
    }
    let done: Vec<char> = told.done.chars().collect();
    let mut kept = done.len();
    while kept > 8 {
        kept -= 4;
        // The value stands at the end.
        let (head, tail) = (kept / 2, done.len() - (kept - kept / 2));
        let text = done[..head].iter().chain(&['…']).chain(&done[tail..]);
        let text = format!("{} {}", text.collect::<String>(), told.when);
        if let Some(lines) = fits(&text) {
            return lines;
        }
    }
    wrap(&short, width)
        .into_iter()
        .take(lines)
        .map(str::to_owned)
        .collect()
}

/// Where the list stands, inside the frame and above so many notes.
pub fn list(body: Area, notes: usize) -> Area {
    let inner = body.inner();
    let notes = u16::try_from(notes).unwrap_or(u16::MAX);
    match inner.h.saturating_sub(notes) {
        room @ 3.. => inner.split_top(room).0,
        _ => inner,
    }
}

/// What is not told, as far as it is known.
fn notes(read: &History, filtered: bool) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |text, bad| notes.push(Note { text, bad });
    if read.older > 0 {
        let all = read.told.len() as u64 + read.older;
        note(
            match filtered {
                true => format!(
                    "The filter sees the newest {}; guildhall history --most {all} prints all.",
                    read.told.len()
                ),
                false => format!(
                    "{} older ones are not shown; guildhall history --most {all} prints all.",
                    read.older
                ),
            },
            false,
        );
    }
    match read.withheld {
        0 => {}
        1 => note(
            "What stands in 1 document of this folder is not yours to read.".to_owned(),
            false,
        ),
        n => note(
            format!("What stands in {n} documents of this folder is not yours to read."),
            false,
        ),
    }
    match read.not_read.as_slice() {
        [] => {}
        [one] => note(
            format!("Not to be read: {one}. guildhall doctor says why."),
            true,
        ),
        [one, more @ ..] => note(
            format!(
                "Not to be read: {one} and {} more. guildhall doctor says why.",
                more.len()
            ),
            true,
        ),
    }
    notes
}

/// Brings lines, cursor and scroll up to date.
pub fn settle(state: &mut State) {
    let history = &mut state.history;
    let Some(read) = history.read.clone() else {
        return;
    };
    let same = |(seen, filter): &(Arc<History>, String)| {
        Arc::ptr_eq(seen, &read) && *filter == state.filter
    };
    if !history.seen.as_ref().is_some_and(same) {
        let wanted = state.filter.to_lowercase();
        let told = read.told.iter().enumerate();
        let kept = told.filter(|(_, t)| t.sentence().to_lowercase().contains(&wanted));
        history.lines = kept.map(|(at, _)| at).collect();
        history.notes = notes(&read, !state.filter.is_empty());
        follow(history, &read);
        history.seen = Some((Arc::clone(&read), state.filter.clone()));
    }
    let rows = rows(state);
    let history = &mut state.history;
    let len = history.lines.len();
    history.cursor.settle(len, rows);
    let stays = history.moved || read.complete;
    history.anchor = history.current().filter(|_| stays).map(|told| told.id);
}

/// The cursor stays on its sentence; where the filter has taken that away, on the one after it.
fn follow(history: &mut HistoryState, read: &History) {
    let Some(anchor) = history.anchor else {
        return;
    };
    let Some(at) = read.told.iter().position(|told| told.id == anchor) else {
        return;
    };
    let line = history.lines.partition_point(|kept| *kept < at);
    let cursor = &mut history.cursor;
    // What comes above moves the list along, unless its very top is shown: there what is new is seen to come.
    if cursor.top > 0 {
        let below = cursor.line - cursor.top.min(cursor.line);
        cursor.top = line.saturating_sub(below);
    }
    cursor.line = line;
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
            state.history.moved |= state.history.cursor.step(action, rows);
        }
    }
    Vec::new()
}

/// Day and time by the writer's clock, UTC, of milliseconds since 1970.
pub fn moment(ms: u64) -> String {
    let at = i64::try_from(ms).ok().filter(|at| *at > 0);
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
        Entry::new("What", told.what.clone()),
        Entry::new("Written", format!("{}, by {who}{device}", moment(told.at))),
        Entry::new("Before", before),
        Entry::new("After", after.unwrap_or_else(|| "nothing".to_owned())),
        Entry::new(
            "",
            "The time is by that machine's clock. Who wrote it and with which device is signed.",
        ),
    ];
    Sheet::new(told.sentence(), entries)
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
    let inner = list(state.body(), state.history.notes.len());
    let row = y.saturating_sub(inner.y) / lines_each(inner);
    let line = state.history.cursor.top + usize::from(row);
    if !inner.contains(x, y) || line >= state.history.lines.len() {
        return Vec::new();
    }
    if line == state.history.cursor.line {
        return handle(state, ActionId::Open);
    }
    state.history.cursor.line = line;
    state.history.moved = true;
    Vec::new()
}
