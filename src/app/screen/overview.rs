//! The Overview screen.

use super::super::action::ActionId;
use super::super::event::Effect;
use super::super::state::State;
use super::Selected;

/// What the screen remembers.
#[derive(Clone, Debug, Default)]
pub struct OverviewState {}

/// Does an action.
pub fn handle(state: &mut State, action: ActionId) -> Vec<Effect> {
    let _ = (state, action);
    Vec::new()
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
