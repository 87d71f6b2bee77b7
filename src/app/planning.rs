//! From the line under the cursor of the Actions screen, or of a plan on the Person screen, to a form, or to an edit where nothing has to
//! be typed. Must not know: how it looks.

use super::action::ActionId;
use super::event::Effect;
use super::overlay::Overlay;
use super::overlay::facts_form::FactsForm;
use super::screen::actions_lines::Item;
use super::screen::person;
use super::state::State;
use super::toast::Tone;
use crate::document::edits;
use crate::domain::person::ItemState;
use crate::domain::{ObjectiveId, PersonId};

/// Starts what was asked for, or says why not.
pub(super) fn begin(state: &mut State, action: ActionId) -> Vec<Effect> {
    let Some(item) = state.actions.line().map(|l| l.item.clone()) else {
        return Vec::new();
    };
    let started = match (action, &item) {
        (_, Item::Head(_)) => Err("choose an action or a person first".to_owned()),
        (
            ActionId::AddObjective,
            Item::Person(who) | Item::Objective(who, _) | Item::Action(who, ..),
        ) => form(state, FactsForm::objective(state, who, None)),
        (ActionId::Add, Item::Person(_)) => {
            Err("an action stands under an objective: add that first".to_owned())
        }
        (ActionId::Add, Item::Objective(who, id) | Item::Action(who, id, _)) => {
            form(state, FactsForm::action(state, who, id, None))
        }
        (ActionId::Change, Item::Objective(who, id)) => {
            match state.person_known(who).is_some_and(|p| p.detail.is_some()) {
                true => form(state, FactsForm::objective(state, who, Some(id))),
                false => Err("its long columns are being read: try again in a moment".to_owned()),
            }
        }
        (ActionId::Change, Item::Action(who, id, action)) => {
            form(state, FactsForm::action(state, who, id, Some(action)))
        }
        (ActionId::Done, Item::Action(who, _, id)) => {
            let item = edits::Item::Action(id.clone());
            let made = edits::set_state(
                &state.team,
                who,
                &item,
                ItemState::ToDiscuss,
                "",
                state.today,
            );
            commit(state, made)
        }
        (ActionId::Done, Item::Objective(who, id)) => {
            let item = edits::Item::Objective(id.clone());
            let made =
                edits::set_state(&state.team, who, &item, ItemState::Closed, "", state.today);
            commit(state, made)
        }
        (ActionId::Discuss, Item::Action(..)) if !waits(state) => {
            Err("the talk is recorded of what is done: mark it as done first".to_owned())
        }
        (ActionId::Discuss, Item::Action(who, _, id)) => {
            form(state, FactsForm::talk(state, who, id))
        }
        (ActionId::Drop, Item::Action(who, _, id)) => form(
            state,
            FactsForm::drop_item(state, who, edits::Item::Action(id.clone())),
        ),
        (ActionId::Drop, Item::Objective(who, id)) => form(
            state,
            FactsForm::drop_item(state, who, edits::Item::Objective(id.clone())),
        ),
        (ActionId::Reopen, item) => {
            let line = state.actions.line();
            let open = line.is_none_or(|l| l.state == ItemState::Open);
            reopen(state, item, open)
        }
        (ActionId::Agree, Item::Objective(who, id) | Item::Action(who, id, _)) => {
            agree(state, who, id)
        }
        _ => Err("choose an objective or an action first".to_owned()),
    };
    or_say(state, started)
}

/// Opens again on the Person screen: the objective under the cursor of the plan, or one to choose.
pub(super) fn reopen_on_person(state: &mut State) -> Vec<Effect> {
    let Some(who) = state.person.person.clone() else {
        return Vec::new();
    };
    let line = person::objective(state);
    let open = line.is_none_or(|l| l.state == ItemState::Open);
    let item = match line {
        Some(line) => Item::Objective(who, line.objective.clone()),
        None => Item::Person(who),
    };
    let started = reopen(state, &item, open);
    or_say(state, started)
}

/// What is to be done, or nothing where the user is told why not.
fn or_say(state: &mut State, started: Result<Vec<Effect>, String>) -> Vec<Effect> {
    started.unwrap_or_else(|why| {
        state.toast(Tone::Info, why);
        Vec::new()
    })
}

/// Whether the action under the cursor is done and waits to be talked about.
fn waits(state: &State) -> bool {
    let line = state.actions.line();
    line.is_some_and(|l| l.state == ItemState::ToDiscuss)
}

/// Opens again what the cursor stands on, or else asks which of the plan: what is closed or dropped has no line of its own there.
fn reopen(state: &mut State, item: &Item, open: bool) -> Result<Vec<Effect>, String> {
    let (who, stands) = match item {
        Item::Head(_) => return Err("choose an action or a person first".to_owned()),
        Item::Person(who) => (who, None),
        Item::Objective(who, id) => (who, Some(edits::Item::Objective(id.clone()))),
        Item::Action(who, _, id) => (who, Some(edits::Item::Action(id.clone()))),
    };
    if let (Some(item), false) = (stands, open) {
        let made = edits::set_state(&state.team, who, &item, ItemState::Open, "", state.today);
        return commit(state, made);
    }
    match FactsForm::reopen(state, who) {
        Some(asks) => form(state, Some(asks)),
        None => Err("nothing in this plan is closed or dropped".to_owned()),
    }
}

fn form(state: &mut State, form: Option<FactsForm>) -> Result<Vec<Effect>, String> {
    let form = form.ok_or("it is no longer there")?;
    state.overlays.push(Overlay::Facts(Box::new(form)));
    Ok(Vec::new())
}

fn agree(state: &mut State, who: &PersonId, id: &ObjectiveId) -> Result<Vec<Effect>, String> {
    let made = edits::agree(&state.team, who, id, state.today);
    commit(state, made)
}

fn commit(
    state: &mut State,
    made: Result<crate::document::Edit, edits::EditError>,
) -> Result<Vec<Effect>, String> {
    match made {
        Ok(edit) => Ok(state.commit(edit)),
        Err(why) => Err(why.to_string()),
    }
}
