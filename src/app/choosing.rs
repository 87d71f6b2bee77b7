//! From an action to the picker or form that it needs: who or what it is about where the cursor says so, and a choice where it does not.
//! Must not know: how it looks.

use super::action::ActionId;
use super::editing::key_of;
use super::event::Effect;
use super::overlay::Overlay;
use super::overlay::facts_form::FactsForm;
use super::overlay::picker::{Picker, PostPurpose, Purpose};
use super::screen::{self, Screen, compare, overview, succession as screen_succession};
use super::state::State;
use super::toast::Tone;
use crate::domain::{PersonId, PostId};

fn open_picker(state: &mut State, purpose: Purpose) {
    let picker = Picker::new(state, purpose);
    state.overlays.push(Overlay::Picker(Box::new(picker)));
}

fn open_form(state: &mut State, form: Option<FactsForm>) {
    match form {
        Some(form) => state.overlays.push(Overlay::Facts(Box::new(form))),
        None => state.toast(Tone::Info, "it is no longer there"),
    }
}

/// Opens the picker of what is supposed.
pub(super) fn what_if(state: &mut State) {
    if let Some(why) = state.standing.reading.why() {
        state.toast(Tone::Info, format!("“what if” is for managers: {why}"));
        return;
    }
    open_picker(state, Purpose::WhatIf);
}

/// Asks for the day that is looked at.
pub(super) fn look_back(state: &mut State) {
    let form = FactsForm::look_back(state);
    open_form(state, Some(form));
}

/// The post under the cursor, on whatever screen.
fn post_here(state: &State) -> Option<PostId> {
    match state.screen() {
        Screen::Succession => screen_succession::post(state).map(|(risk, _)| risk.post.clone()),
        _ => overview::post(state),
    }
}

/// Whether there is somebody to compare whom this machine may speak of.
pub(super) fn may_compare(state: &State) -> bool {
    match screen::selected(state) {
        Some(selected) => state.is_manager() || selected.person == state.team.me,
        None => state.is_manager() && post_here(state).is_some(),
    }
}

/// Compares the person under the cursor with a post, or the post under it with a person; what the cursor does not say is chosen.
pub(super) fn compare(state: &mut State) -> Vec<Effect> {
    let selected = screen::selected(state);
    let may = |who: &PersonId| state.is_manager() || *who == state.team.me;
    match selected {
        Some(chosen) if !may(&chosen.person) => {
            state.toast(
                Tone::Info,
                "only the person and managers compare them with a post",
            );
        }
        // A nominee stands under their post.
        Some(chosen) if state.screen() == Screen::Succession && chosen.post.is_some() => {
            if let Some(post) = chosen.post {
                return compare::show(state, &chosen.person, &post);
            }
        }
        Some(chosen) => open_picker(state, Purpose::Post(PostPurpose::Compare(chosen.person))),
        None => match post_here(state) {
            Some(post) if state.is_manager() => open_picker(state, Purpose::PersonFor(post)),
            _ => state.toast(Tone::Info, "choose a person or a critical post first"),
        },
    }
    Vec::new()
}

/// Opens the form for what a person said about staying.
pub(super) fn horizon(state: &mut State) {
    let Some(chosen) = screen::selected(state) else {
        state.toast(Tone::Info, "choose a person first");
        return;
    };
    if chosen.person == state.team.me {
        let text = "what you say yourself is not told to you: your own manager enters it";
        state.toast(Tone::Info, text);
        return;
    }
    if !state.is_manager() {
        state.toast(Tone::Info, "only managers enter what they were told");
        return;
    }
    let form = FactsForm::horizon(state, &chosen.person);
    open_form(state, Some(form));
}

/// The actions of the Succession screen that change something.
pub(super) fn succession(state: &mut State, action: ActionId) {
    if !state.is_manager() {
        state.toast(
            Tone::Info,
            "only managers of the team change posts and nominations",
        );
        return;
    }
    let part = state.succession.part;
    if part == screen_succession::Part::Skills {
        match action {
            ActionId::Add => {
                let form = FactsForm::skill(state, None);
                return open_form(state, form);
            }
            ActionId::Change => {
                let id = screen_succession::skill(state).map(|c| c.skill.clone());
                return match id {
                    Some(id) => {
                        let form = FactsForm::skill(state, Some(&id));
                        open_form(state, form);
                    }
                    None => {
                        let add = key_of(state, ActionId::Add);
                        state.toast(Tone::Info, format!("there is no skill yet; {add} adds one"));
                    }
                };
            }
            _ => {}
        }
    }
    if action == ActionId::Add {
        let form = FactsForm::post(state, None);
        return open_form(state, form);
    }
    let here = screen_succession::post(state).map(|(risk, who)| (risk.post.clone(), who.cloned()));
    match here {
        Some((post, Some(who))) if action == ActionId::Change => {
            let form = FactsForm::decision(state, &post, &who);
            open_form(state, form);
        }
        Some((post, _)) => about_post(state, action, &post),
        None if state.team.base.posts.is_empty() => {
            let add = key_of(state, ActionId::Add);
            state.toast(Tone::Info, format!("there is no post yet; {add} adds one"));
        }
        None => open_picker(state, Purpose::Post(PostPurpose::Act(action))),
    }
}

/// Does an action about a post that is known.
pub(super) fn about_post(state: &mut State, action: ActionId, post: &PostId) {
    match action {
        ActionId::Change => {
            let form = FactsForm::post(state, Some(post));
            open_form(state, form);
        }
        ActionId::Factors => {
            let form = FactsForm::factors(state, post);
            open_form(state, form);
        }
        ActionId::Nominate => open_picker(state, Purpose::Nominate(post.clone())),
        ActionId::Holders => open_picker(state, Purpose::Holders(post.clone())),
        ActionId::Requirements => open_picker(state, Purpose::Asks(post.clone())),
        _ => {}
    }
}
