//! The screens: each has a file with its state, what its actions do, what is selected and what a click means.

pub mod actions;
pub mod actions_groups;
pub mod actions_lines;
pub mod cell;
pub mod cell_need;
pub mod compare;
pub mod entries;
pub mod framework;
pub mod heatmap;
pub mod history;
pub mod matrix;
pub mod overview;
pub mod person;
pub mod post;
pub mod post_sheet;
pub mod succession;
pub mod succession_lines;
pub mod sync;
pub mod sync_lines;

use super::action::ActionId;
use super::event::Effect;
use super::overlay;
use super::standing;
use super::state::State;
use super::what_if;
use crate::domain::{ColumnId, PersonId, PostId, Subject};

/// Which screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Screen {
    /// Heatmap, succession risks and actions side by side.
    Overview,
    /// The whole matrix.
    Heatmap,
    /// One person.
    Person,
    /// What each role expects.
    Framework,
    /// Critical posts, critical skills, sole cover.
    Succession,
    /// A person beside a post.
    Compare,
    /// Development actions and plans.
    Actions,
    /// What was written, by whom and when.
    History,
    /// Other machines.
    Sync,
}

impl Screen {
    /// All screens in the order of the palette.
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Heatmap,
        Self::Person,
        Self::Framework,
        Self::Succession,
        Self::Compare,
        Self::Actions,
        Self::History,
        Self::Sync,
    ];

    /// As printed.
    pub fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Heatmap => "Heatmap",
            Self::Person => "Person",
            Self::Framework => "Framework",
            Self::Succession => "Succession",
            Self::Compare => "Compare",
            Self::Actions => "Actions",
            Self::History => "History",
            Self::Sync => "Sync",
        }
    }
}

/// What the cursor stands on, by id: editing starts from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Whose row.
    pub person: PersonId,
    /// In which post.
    pub post: Option<PostId>,
    /// The post's column.
    pub column: Option<ColumnId>,
    /// Which competency or skill; `None` on a row without a cell.
    pub subject: Option<Subject>,
}

/// Lets the current screen do an action.
pub fn handle(state: &mut State, action: ActionId) -> Vec<Effect> {
    match state.screen() {
        Screen::Overview => overview::handle(state, action),
        Screen::Heatmap => heatmap::handle(state, action),
        Screen::Person => person::handle(state, action),
        Screen::Framework => framework::handle(state, action),
        Screen::Succession => succession::handle(state, action),
        Screen::Compare => compare::handle(state, action),
        Screen::Actions => actions::handle(state, action),
        Screen::History => history::handle(state, action),
        Screen::Sync => sync::handle(state, action),
    }
}

/// Runs after every event: brings cursor and scroll of the current screen back into what there is.
pub fn settle(state: &mut State) {
    what_if::refresh(state);
    standing::refresh_team(state);
    match state.screen() {
        Screen::Overview => overview::settle(state),
        Screen::Heatmap => heatmap::settle(state),
        Screen::Person => person::settle(state),
        Screen::Framework => framework::settle(state),
        Screen::Succession => succession::settle(state),
        Screen::Compare => compare::settle(state),
        Screen::Actions => actions::settle(state),
        Screen::History => history::settle(state),
        Screen::Sync => sync::settle(state),
    }
    standing::refresh_person(state);
}

/// What the cursor of the current screen stands on.
pub fn selected(state: &State) -> Option<Selected> {
    match state.screen() {
        Screen::Overview => overview::selected(state),
        Screen::Heatmap => heatmap::selected(state),
        Screen::Person => person::selected(state),
        Screen::Framework => None,
        Screen::Succession => succession::selected(state),
        Screen::Compare => compare::selected(state),
        Screen::Actions => actions::selected(state),
        Screen::History => history::selected(state),
        Screen::Sync => sync::selected(state),
    }
}

/// One step back inside the screen, or to the screen before.
pub fn back(state: &mut State) {
    if state.screen() == Screen::Heatmap && state.heatmap.open {
        state.heatmap.open = false;
    } else {
        state.back();
    }
}

/// Whether a person's long texts are on screen, one step back, or under a form.
pub fn shows(state: &State, id: &PersonId) -> bool {
    state.person.person.as_ref() == Some(id)
        || (state.screen() == Screen::Compare && state.compare.person.as_ref() == Some(id))
        || overlay::is_about(state, id)
        || selected(state).is_some_and(|selected| &selected.person == id)
}

/// A click at a cell of the terminal.
pub fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    match state.screen() {
        Screen::Overview => overview::click(state, x, y),
        Screen::Heatmap => heatmap::click(state, x, y),
        Screen::Person => person::click(state, x, y),
        Screen::Framework => framework::click(state, x, y),
        Screen::Succession => succession::click(state, x, y),
        Screen::Compare => compare::click(state, x, y),
        Screen::Actions => actions::click(state, x, y),
        Screen::History => history::click(state, x, y),
        Screen::Sync => sync::click(state, x, y),
    }
}
