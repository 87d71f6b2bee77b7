//! The Person screen.

use super::super::action::ActionId;
use super::super::event::Effect;
use super::super::state::State;
use super::{Screen, Selected};
use crate::domain::{ObjectiveId, PersonId};

/// What the screen remembers.
#[derive(Clone, Debug, Default)]
pub struct PersonState {
    /// Whose record is shown.
    pub person: Option<PersonId>,
}

/// Does an action.
pub fn handle(state: &mut State, action: ActionId) -> Vec<Effect> {
    let _ = (state, action);
    Vec::new()
}

/// Opens the screen on a person.
pub fn show(state: &mut State, person: &PersonId) -> Vec<Effect> {
    state.person.person = Some(person.clone());
    state.open(Screen::Person);
    state.want_detail(person)
}

/// Opens the screen on a person's plan, at an objective.
pub fn show_plan(state: &mut State, person: &PersonId, objective: &ObjectiveId) -> Vec<Effect> {
    let _ = objective;
    show(state, person)
}

/// Brings the cursor back into what there is.
pub fn settle(state: &mut State) {
    let _ = state;
}

/// What the cursor stands on.
pub fn selected(state: &State) -> Option<Selected> {
    let _ = state;
    None
}

/// A click.
pub fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    let _ = (state, x, y);
    Vec::new()
}
