//! The one way in which the state changes: an event comes, effects go out.

use super::action::ActionId;
use super::event::{Effect, Event, Failure, Mouse, MouseKind, Saved};
use super::keymap::{key, trie::Found};
use super::overlay::{Help, Overlay};
use super::screen::{self, Screen};
use super::state::State;
use super::toast::{SHOWN_MS, Tone};
use crate::domain::Team;
use crate::domain::board::Board;
use crokey::KeyCombination;
use std::sync::Arc;

/// Takes an event and says what is to be done. Never waits, never reads a clock, never fails.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let effects = match event {
        Event::Key(pressed) => on_key(state, key::normal(pressed)),
        Event::Paste(_) => Vec::new(),
        Event::Mouse(mouse) => on_mouse(state, mouse),
        Event::Resize(w, h) => {
            state.size = (w, h);
            Vec::new()
        }
        Event::Team(team) => on_team(state, team),
        Event::Detail(person) => {
            state.details.insert(person.id.clone(), person);
            Vec::new()
        }
        Event::Saved(saved) => {
            on_saved(state, saved);
            Vec::new()
        }
        Event::Failed(failure) => {
            on_failed(state, failure);
            Vec::new()
        }
        Event::StoreReady => {
            state.options.store_ready = true;
            state.waiting.drain(..).map(Effect::Commit).collect()
        }
    };
    screen::settle(state);
    effects
}

fn on_key(state: &mut State, pressed: KeyCombination) -> Vec<Effect> {
    let now = state.now_ms;
    state.toasts.retain(|t| now.saturating_sub(t.at) < SHOWN_MS);
    state.typed.push(pressed);
    match state.options.keys.find(state.screen(), &state.typed) {
        Found::Beginning => Vec::new(),
        Found::Nothing => {
            state.typed.clear();
            Vec::new()
        }
        Found::Action(action) => {
            state.typed.clear();
            perform(state, action)
        }
    }
}

/// Does an action, wherever it was asked for.
pub fn perform(state: &mut State, action: ActionId) -> Vec<Effect> {
    match action {
        ActionId::Quit => vec![Effect::Quit],
        ActionId::Suspend => vec![Effect::Suspend],
        ActionId::Undo => vec![Effect::Undo],
        ActionId::Redo => vec![Effect::Redo],
        ActionId::Help => {
            state.overlays.push(Overlay::Help(Help::default()));
            Vec::new()
        }
        ActionId::GoOverview => {
            state.open(Screen::Overview);
            Vec::new()
        }
        ActionId::GoHeatmap => {
            state.open(Screen::Heatmap);
            Vec::new()
        }
        ActionId::Back => {
            state.back();
            Vec::new()
        }
        _ => screen::handle(state, action),
    }
}

fn on_mouse(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    match mouse.kind {
        MouseKind::Click => screen::click(state, mouse.x, mouse.y),
        MouseKind::WheelUp => screen::handle(state, ActionId::Up),
        MouseKind::WheelDown => screen::handle(state, ActionId::Down),
    }
}

/// A new snapshot: figures are made anew for who changed, and every cursor stays on its person and subject, since those are ids.
fn on_team(state: &mut State, team: Arc<Team>) -> Vec<Effect> {
    let board = Board::compute(&team, state.today, Some((&state.team, &state.board)));
    state.board = Arc::new(board);
    state.team = team;
    let read: Vec<_> = std::mem::take(&mut state.details).into_keys().collect();
    read.into_iter()
        .flat_map(|id| state.want_detail(&id))
        .collect()
}

fn on_saved(state: &mut State, saved: Saved) {
    match saved {
        Saved::Edit { label } => state.toast(Tone::Done, format!("saved: {label}")),
        Saved::Undone { label, left } => said(state, "undone", &label, &left),
        Saved::Redone { label, left } => said(state, "done again", &label, &left),
        Saved::Nothing => state.toast(Tone::Info, "there is nothing to undo or redo"),
    }
}

fn said(state: &mut State, what: &str, label: &str, left: &[String]) {
    if left.is_empty() {
        state.toast(Tone::Done, format!("{what}: {label}"));
    } else {
        state.toast(
            Tone::Info,
            format!(
                "{what}: {label}; changed since and left as it is: {}",
                left.join(", ")
            ),
        );
    }
}

fn on_failed(state: &mut State, failure: Failure) {
    state.toast(Tone::Bad, format!("{}: {}", failure.what, failure.why));
    state.failed.extend(failure.edit);
}
