//! What was written apart, as it is offered to be settled: all that was found but what is being saved just now. A settlement that is not saved
//! is offered again, and nothing is kept of it that could be saved over what stands by then. Must not know: how it looks.

use super::action::ActionId;
use super::editing::key_of;
use super::event::Effect;
use super::overlay::{Overlay, conflicts::Conflicts};
use super::screen::actions_lines::Item;
use super::screen::overview::{self, ActionsLine, Pane};
use super::screen::{self, Screen, succession};
use super::state::State;
use super::toast::Tone;
use super::what_if;
use crate::document::Edit;
use crate::document::edits::Conflict;
use crate::domain::PersonId;
use std::sync::Arc;

/// A settlement that is on its way to the disk, or is there and was not looked at since.
#[derive(Clone, Debug)]
pub struct Sent {
    conflict: Conflict,
    edit: Edit,
    saved: bool,
}

/// What waits to be settled: first what is for the machine's owner to settle, then what is for others.
pub fn offered(state: &State) -> impl Iterator<Item = &Conflict> {
    let sent = |c: &Conflict| state.settling.iter().any(|sent| sent.conflict.same(c));
    let open = move || state.conflicts.iter().filter(move |c| !sent(c));
    let own = open().filter(|c| c.others.is_none());
    own.chain(open().filter(|c| c.others.is_some()))
}

/// How many wait for the machine's owner, and how many for others.
pub fn counts(state: &State) -> (usize, usize) {
    let own = offered(state).take_while(|c| c.others.is_none()).count();
    (own, offered(state).count() - own)
}

/// Shows what was written apart: what stands under the cursor, or else the first.
pub(super) fn begin(state: &mut State) -> Vec<Effect> {
    let best = offered(state)
        .enumerate()
        .map(|(at, conflict)| (nearness(state, conflict), at, conflict))
        // Of several that are as near the first.
        .max_by_key(|(near, at, _)| (*near, std::cmp::Reverse(*at)));
    let Some((_, at, conflict)) = best else {
        state.toast(Tone::Info, "nothing waits to be settled");
        return Vec::new();
    };
    let shown = Conflicts::new(conflict.clone(), at);
    let known = conflict.choices.iter().all(|c| !c.device.is_empty());
    state.overlays.push(Overlay::Conflicts(Box::new(shown)));
    match known {
        true => Vec::new(),
        false => vec![Effect::Devices],
    }
}

/// How near a conflict is to the cursor: the very cell, action or post, then the same row, then nothing to do with it.
fn nearness(state: &State, conflict: &Conflict) -> u8 {
    let about = conflict.about();
    let names = |id: &str| about.iter().any(|part| part == id);
    let whose = |id: &PersonId| conflict.doc.person.as_ref() == Some(id);
    if let Some((person, item)) = planned(state) {
        return match (whose(person), item.is_some_and(names)) {
            (true, true) => 4,
            (true, false) => 1,
            _ => 0,
        };
    }
    if let Some(post) = overview::post(state) {
        return u8::from(names(post.as_str()));
    }
    if state.screen() == Screen::Succession {
        if let Some((risk, nominee)) = succession::post(state) {
            let nominated = nominee.is_some_and(|id| names(id.as_str()) || whose(id));
            return 3 * u8::from(names(risk.post.as_str())) + u8::from(nominated);
        }
        if let Some(coverage) = succession::skill(state) {
            return u8::from(names(coverage.skill.as_str()));
        }
    }
    let Some(at) = screen::selected(state) else {
        return 0;
    };
    let subject = at.subject.as_ref().is_some_and(|s| names(s.as_str()));
    let column = at.column.as_ref().is_some_and(|c| names(c.as_str()));
    let post = at.post.as_ref().is_some_and(|p| names(p.as_str()));
    match (whose(&at.person) || names(at.person.as_str()), subject) {
        (true, true) => 4 + u8::from(column),
        (true, false) => 2,
        (false, _) => u8::from(post || (subject && conflict.doc.person.is_none())),
    }
}

/// In whose plan the cursor stands, and on which item of it.
fn planned(state: &State) -> Option<(&PersonId, Option<&str>)> {
    match state.screen() {
        Screen::Actions => match &state.actions.line()?.item {
            Item::Head(_) => None,
            Item::Person(person) => Some((person, None)),
            Item::Objective(person, id) => Some((person, Some(id.as_str()))),
            Item::Action(person, _, id) => Some((person, Some(id.as_str()))),
        },
        Screen::Overview if state.overview.pane == Pane::Actions => {
            let line = state.overview.actions.line;
            let Some(ActionsLine::Action(at)) = state.overview.actions_line(&state.board, line)
            else {
                return None;
            };
            let line = state.board.actions.lines.get(at)?;
            Some((&line.person, Some(line.action.as_str())))
        }
        _ => None,
    }
}

/// Settles what is shown; `None` where nothing may be written now.
pub(super) fn send(state: &mut State, conflict: &Conflict, edit: Edit) -> Option<Vec<Effect>> {
    if state.what_if.is_some() {
        what_if::say_no(state);
        return None;
    }
    state.settling.push(Sent {
        conflict: conflict.clone(),
        edit: edit.clone(),
        saved: false,
    });
    Some(state.commit(edit))
}

/// The documents were looked at: what was saved before that is found no more, or stands again.
pub(super) fn on_found(state: &mut State, found: Arc<Vec<Conflict>>) {
    state.conflicts = found;
    state.settling.retain(|sent| !sent.saved);
    let mut overlays = std::mem::take(&mut state.overlays);
    overlays.retain_mut(|overlay| match overlay {
        Overlay::Conflicts(shown) => shown.follow(state),
        _ => true,
    });
    state.overlays = overlays;
}

/// An edit is on the disk.
pub(super) fn on_saved(state: &mut State, label: &str) {
    let of = |sent: &&mut Sent| !sent.saved && sent.edit.label == label;
    if let Some(sent) = state.settling.iter_mut().find(of) {
        sent.saved = true;
    }
}

/// A step was taken back: both values stand again.
pub(super) fn on_undone(state: &mut State, label: &str) {
    state
        .settling
        .retain(|sent| !(sent.saved && sent.edit.label == label));
}

/// An edit that waited was taken back before it was saved.
pub(super) fn on_withdrawn(state: &mut State, edit: &Edit) {
    state.settling.retain(|sent| &sent.edit != edit);
}

/// An edit was not saved; where it was a settlement, its words for the user.
pub(super) fn on_not_saved(state: &mut State, edit: &Edit) -> Option<String> {
    let at = state.settling.iter().position(|s| &s.edit == edit)?;
    state.settling.remove(at);
    let key = key_of(state, ActionId::Settle);
    Some(format!("Nothing was settled: {key} shows it again."))
}
