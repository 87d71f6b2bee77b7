//! What the machine's owner may do here and now. Asked on every drawing, so it is answered once for each event: looking through all
//! dated rights of a large team takes longer than drawing a line.
//! Must not know: how it looks.

use super::screen;
use super::state::State;
use crate::domain::reading::Reading;
use crate::domain::{PersonId, Team};
use std::sync::Arc;

/// The answers, and what they were found from.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Whose marks and plans may be shown: everybody's to a manager of the team today.
    pub reading: Reading,
    /// A mark by the owner would count for the person under the cursor.
    pub judges: bool,
    team: Option<Arc<Team>>,
    person: Option<PersonId>,
}

/// Answers anew if the team is another. Before screens bring themselves up to date, since they ask.
pub fn refresh_team(state: &mut State) {
    let same = state
        .standing
        .team
        .as_ref()
        .is_some_and(|team| Arc::ptr_eq(team, &state.team));
    if !same {
        let team = &state.team;
        let today = state.what_if.as_ref().map_or(state.today, |s| s.today());
        state.standing = Standing {
            // Who may see what is asked for the day that stands, whichever day is looked at.
            reading: Reading::of(team, today),
            team: Some(Arc::clone(team)),
            ..Standing::default()
        };
    }
}

/// Answers anew if another person is under the cursor. After screens brought themselves up to date.
pub fn refresh_person(state: &mut State) {
    let person = screen::selected(state).map(|selected| selected.person);
    if person != state.standing.person {
        let team = &state.team;
        state.standing.judges = person
            .as_ref()
            .is_some_and(|who| team.rights.may_validate(&team.me, who, state.today));
        state.standing.person = person;
    }
}
