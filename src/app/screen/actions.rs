//! The Actions screen: overdue, due and to discuss, by date, person, area, post or competency; by person it is everybody's plan.
//! Must not know: how it looks.

use super::super::action::ActionId;
use super::super::event::Effect;
use super::super::overlay::{Overlay, Sheet};
use super::super::planning;
use super::super::state::State;
use super::actions_groups::lines;
use super::actions_lines::{By, Item, Line};
use super::overview::ListCursor;
use super::person::sheets::plan_sheet;
use super::{Selected, person};
use crate::domain::PersonId;
use crate::domain::board::Board;
use std::sync::Arc;

/// What the screen remembers.
#[derive(Clone, Debug, Default)]
pub struct ActionsState {
    /// How lines are grouped.
    pub by: By,
    /// Cursor and scroll.
    pub cursor: ListCursor,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Plans agreed of those that this machine may read, and how many those are.
    pub agreed: (u32, u32),
    /// What the cursor stood on: it outlives a new team.
    anchor: Option<Item>,
    seen: Option<(Arc<Board>, By)>,
}

impl ActionsState {
    /// The line under the cursor.
    pub fn line(&self) -> Option<&Line> {
        self.lines.get(self.cursor.line)
    }
}

/// Opens the screen.
pub fn show(state: &mut State) -> Vec<Effect> {
    state.open(super::Screen::Actions);
    settle(state);
    load(state)
}

/// Rows of the list: the head line and the frame are none.
fn rows(state: &State) -> u16 {
    state.body().h.saturating_sub(2)
}

/// Brings lines, cursor and scroll up to date.
pub fn settle(state: &mut State) {
    let board = Arc::clone(&state.board);
    let by = state.actions.by;
    let same = |(seen, of): &(Arc<Board>, By)| Arc::ptr_eq(seen, &board) && *of == by;
    if !state.actions.seen.as_ref().is_some_and(same) {
        let (team, reading) = (&state.team, &state.standing.reading);
        let before = state.what_if.as_ref().map(|s| (&*s.team, &*s.board));
        let made = lines(team, &board, by, reading, state.today, before);
        let actions = &mut state.actions;
        actions.agreed = reading.agreed(team, &board.actions, state.today);
        if let Some(anchor) = &actions.anchor
            && let Some(at) = made.iter().position(|l| &l.item == anchor)
        {
            actions.cursor.line = at;
        }
        actions.lines = made;
        actions.seen = Some((board, by));
    }
    let (len, rows) = (state.actions.lines.len(), rows(state));
    state.actions.cursor.settle(len, rows);
    state.actions.anchor = state.actions.line().map(|l| l.item.clone());
}

/// Does an action.
pub fn handle(state: &mut State, action: ActionId) -> Vec<Effect> {
    match action {
        ActionId::Open => open(state),
        ActionId::NextGrouping => {
            let at = By::ALL.iter().position(|b| *b == state.actions.by);
            state.actions.by = By::ALL[(at.unwrap_or(0) + 1) % By::ALL.len()];
        }
        ActionId::PreviousGroup | ActionId::NextGroup => step_group(state, action),
        ActionId::GoPerson => {
            if let Some(selected) = selected(state) {
                return person::show(state, &selected.person);
            }
        }
        ActionId::Add
        | ActionId::Change
        | ActionId::AddObjective
        | ActionId::Done
        | ActionId::Discuss
        | ActionId::Drop
        | ActionId::Reopen
        | ActionId::Agree => return planning::begin(state, action),
        _ => {
            let rows = rows(state);
            // An action that nobody here understands changes nothing.
            let _ = state.actions.cursor.step(action, rows);
        }
    }
    settle(state);
    load(state)
}

/// To the head before or after.
fn step_group(state: &mut State, action: ActionId) {
    let actions = &mut state.actions;
    let heads = actions.lines.iter().enumerate();
    let mut heads = heads.filter(|(_, l)| matches!(l.item, Item::Head(_) | Item::Person(_)));
    let here = actions.cursor.line;
    let to = match action {
        ActionId::NextGroup => heads.find(|(at, _)| *at > here),
        _ => heads.rfind(|(at, _)| *at < here),
    };
    if let Some((at, _)) = to {
        actions.cursor.line = at;
    }
}

/// Whose line it is.
fn whose(item: &Item) -> Option<&PersonId> {
    match item {
        Item::Head(_) => None,
        Item::Person(id) | Item::Objective(id, _) | Item::Action(id, ..) => Some(id),
    }
}

/// The long texts of whoever is under the cursor are read before they are asked for.
fn load(state: &State) -> Vec<Effect> {
    let Some(id) = state.actions.line().and_then(|l| whose(&l.item)) else {
        return Vec::new();
    };
    state.want_detail(id)
}

/// What the cursor stands on.
pub fn selected(state: &State) -> Option<Selected> {
    let person = whose(&state.actions.line()?.item)?.clone();
    Some(Selected {
        person,
        post: None,
        column: None,
        subject: None,
    })
}

fn open(state: &mut State) {
    let Some(item) = state.actions.line().map(|l| l.item.clone()) else {
        return;
    };
    let sheet: Option<Sheet> = match &item {
        Item::Head(_) | Item::Person(_) => None,
        Item::Objective(who, id) | Item::Action(who, id, _) => {
            // What would be in no plan any more opens as it stands.
            let stands = state.what_if.as_ref().and_then(|s| s.team.person(who));
            let mut known = state.person_known(who).into_iter().chain(stands);
            known.find_map(|p| {
                let objective = p.objectives.iter().find(|o| &o.id == id)?;
                Some(plan_sheet(state, p, objective, p.detail.is_some()))
            })
        }
    };
    state.overlays.extend(sheet.map(Overlay::Sheet));
}

/// A click selects; a click on what is selected opens it.
pub fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    let body = state.body();
    let inner = super::super::layout::Area::inner(body);
    if !inner.contains(x, y) {
        return Vec::new();
    }
    let line = state.actions.cursor.top + usize::from(y - inner.y);
    if line < state.actions.lines.len() {
        let same = line == state.actions.cursor.line;
        state.actions.cursor.line = line;
        if same {
            open(state);
        }
    }
    settle(state);
    load(state)
}
