//! The one way in which the state changes: an event comes, effects go out.

use super::action::ActionId;
use super::beside;
use super::choosing;
use super::editing;
use super::event::{Effect, Event, Failure, Mouse, MouseKind, Saved};
use super::keymap::{key, trie::Found};
use super::network;
use super::overlay::filter::Filter;
use super::overlay::palette::{Item, Palette};
use super::overlay::{self, Confirm, Help, Overlay, Then};
use super::screen::{self, Screen};
use super::settling;
use super::state::State;
use super::toast::{SHOWN_MS, Tone};
use super::what_if;
use crate::domain::board::Board;
use crate::domain::{Subject, Team};
use crokey::KeyCombination;
use std::sync::Arc;

/// Takes an event and says what is to be done. Never waits, never reads a clock, never fails.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let effects = match event {
        Event::Key(pressed) => on_key(state, key::normal(pressed)),
        Event::Paste(_) if is_unseen(state) => Vec::new(),
        Event::Paste(text) => {
            overlay::on_paste(state, &text);
            Vec::new()
        }
        Event::Mouse(_) if is_unseen(state) => Vec::new(),
        Event::Mouse(mouse) => on_mouse(state, mouse),
        Event::Resize(w, h) => {
            state.size = (w, h);
            Vec::new()
        }
        Event::Team(team) => on_team(state, team),
        Event::InPart(sentences) => {
            if let Some(first) = sentences.first() {
                let more = match sentences.len() {
                    1 => String::new(),
                    n => format!(" (and {} more: guildhall doctor)", n - 1),
                };
                state.toast(Tone::Bad, format!("{first}{more}"));
            }
            state.in_part = sentences;
            Vec::new()
        }
        Event::History(read) => {
            state.history.read = Some(read);
            Vec::new()
        }
        Event::Conflicts(found) => {
            settling::on_found(state, found);
            Vec::new()
        }
        Event::Detail(person) => {
            let id = person.id.clone();
            state.details.insert(id.clone(), person);
            beside::on_detail(state, &id);
            Vec::new()
        }
        Event::Saved(saved) => {
            on_saved(state, saved);
            Vec::new()
        }
        Event::Meanwhile { edit, stands } => {
            beside::on_meanwhile(state, edit, &stands);
            Vec::new()
        }
        Event::Failed(failure) => {
            on_failed(state, failure);
            Vec::new()
        }
        Event::Network(heard) => {
            network::on_heard(state, heard);
            Vec::new()
        }
        Event::StoreReady => {
            state.options.store_ready = true;
            state.waiting.drain(..).map(Effect::Commit).collect()
        }
    };
    if state.waiting.is_empty() && state.failed.is_empty() {
        // Nothing would be lost any more, so nothing is asked.
        state.overlays.retain(|overlay| !asks_to_quit(overlay));
    }
    screen::settle(state);
    effects
}

fn on_key(state: &mut State, pressed: KeyCombination) -> Vec<Effect> {
    let now = state.now_ms;
    state.toasts.retain(|t| now.saturating_sub(t.at) < SHOWN_MS);
    if is_unseen(state) {
        return on_key_unseen(state, pressed);
    }
    if !state.overlays.is_empty() {
        return overlay::on_key(state, pressed);
    }
    state.typed.push(pressed);
    match state.options.keys.find(state.screen(), &state.typed) {
        Found::Beginning => Vec::new(),
        Found::Nothing => {
            // Esc in the middle of a sequence gives it up and means nothing else.
            state.typed.clear();
            Vec::new()
        }
        Found::Action(action) => {
            state.typed.clear();
            perform(state, action)
        }
    }
}

/// Whether the terminal is too small for anything to be drawn but that.
fn is_unseen(state: &State) -> bool {
    state.shell(state.size).is_none()
}

/// Where nothing is seen, nothing is done but leaving and putting the program aside: a key would write what nobody sees. What lies open waits.
fn on_key_unseen(state: &mut State, pressed: KeyCombination) -> Vec<Effect> {
    state.typed.clear();
    match state.options.keys.find(state.screen(), &[pressed]) {
        Found::Action(ActionId::Suspend) => vec![Effect::Suspend],
        // What would be lost is asked about where it can be read.
        Found::Action(ActionId::Quit) if unsaved(state).is_empty() && state.overlays.is_empty() => {
            vec![Effect::Quit]
        }
        _ => Vec::new(),
    }
}

/// Does an action, wherever it was asked for.
pub fn perform(state: &mut State, action: ActionId) -> Vec<Effect> {
    if state.what_if.is_some() && what_if::writes(action) {
        what_if::say_no(state);
        return Vec::new();
    }
    match action {
        ActionId::Quit => return quit(state),
        ActionId::Suspend => return vec![Effect::Suspend],
        ActionId::Undo => return undo(state),
        ActionId::Redo => return vec![Effect::Redo],
        ActionId::Retry => return retry(state),
        ActionId::Help => state.overlays.push(Overlay::Help(Help::default())),
        ActionId::Palette => {
            let palette = Palette::new(state);
            state.overlays.push(Overlay::Palette(palette));
        }
        ActionId::Filter => {
            let filter = Filter::new(&state.filter);
            state.overlays.push(Overlay::Filter(filter));
        }
        ActionId::GoOverview => state.open(Screen::Overview),
        ActionId::GoHeatmap => state.open(Screen::Heatmap),
        ActionId::GoSuccession => state.open(Screen::Succession),
        ActionId::GoActions => return screen::actions::show(state),
        ActionId::GoHistory => return screen::history::show(state),
        ActionId::GoSync => state.open(Screen::Sync),
        ActionId::Invite => return screen::sync::invite(state),
        ActionId::WhatIf => choosing::what_if(state),
        ActionId::LookBack => choosing::look_back(state),
        ActionId::Settle => return settling::begin(state),
        ActionId::Compare => return choosing::compare(state),
        ActionId::Horizon => choosing::horizon(state),
        ActionId::GoMe => {
            let me = state.team.me.clone();
            if state.team.person(&me).is_none() {
                state.toast(Tone::Info, "you have no record in this team");
                return Vec::new();
            }
            return screen::person::show(state, &me);
        }
        ActionId::GoFramework if state.screen() != Screen::Framework => {
            screen::framework::show_selected(state);
        }
        ActionId::Back => back(state),
        ActionId::Mark
        | ActionId::NotObserved
        | ActionId::Feedback
        | ActionId::Evidence
        | ActionId::Share
        | ActionId::Credential => return editing::begin(state, action),
        _ => return screen::handle(state, action),
    }
    Vec::new()
}

/// Whether an action makes sense now: the hint line and the palette leave out what does not.
pub fn available(state: &State, action: ActionId) -> bool {
    if state.what_if.is_some() && what_if::writes(action) {
        return false;
    }
    match action {
        ActionId::Retry => !state.failed.is_empty(),
        ActionId::Share => state
            .team
            .private
            .drafts
            .iter()
            .any(|series| !series.marks.is_empty()),
        ActionId::Evidence => own_row(state) == Some(true),
        ActionId::Feedback | ActionId::NotObserved => {
            own_row(state) == Some(false) && editing::judges(state)
        }
        ActionId::Mark => own_row(state) == Some(true) || editing::judges(state),
        ActionId::Credential => own_row(state) == Some(true) || state.is_manager(),
        ActionId::NextGroup if state.screen() == Screen::Person => state
            .person
            .record
            .as_ref()
            .is_some_and(|record| record.profile.rows.len() > 1),
        ActionId::Reopen if state.screen() == Screen::Person => {
            let record = state.person.record.as_ref();
            record.is_some_and(|record| !record.profile.objectives.is_empty())
        }
        ActionId::GoFramework => state.screen() != Screen::Framework,
        ActionId::GoMe => state.team.person(&state.team.me).is_some(),
        ActionId::Back => {
            state.trail().len() > 1 || !state.filter.is_empty() || state.what_if.is_some()
        }
        ActionId::GoOverview => state.screen() != Screen::Overview,
        ActionId::GoHeatmap => state.screen() != Screen::Heatmap,
        ActionId::GoSuccession => {
            state.screen() != Screen::Succession && state.board.succession.is_some()
        }
        ActionId::GoActions => state.screen() != Screen::Actions,
        ActionId::GoHistory => state.screen() != Screen::History,
        ActionId::GoSync => state.screen() != Screen::Sync,
        ActionId::Invite => screen::sync::may_invite(state),
        ActionId::Settle => settling::offered(state).next().is_some(),
        ActionId::Add | ActionId::Change if state.screen() == Screen::Actions => true,
        ActionId::WhatIf => state.is_manager(),
        ActionId::Compare => choosing::may_compare(state),
        ActionId::Horizon => own_row(state) == Some(false) && state.is_manager(),
        ActionId::Add
        | ActionId::Change
        | ActionId::Factors
        | ActionId::Nominate
        | ActionId::Requirements
        | ActionId::Holders => state.is_manager(),
        _ => true,
    }
}

fn own_row(state: &State) -> Option<bool> {
    screen::selected(state).map(|s| s.person == state.team.me)
}

/// Runs or opens what the palette found.
pub fn run_item(state: &mut State, item: &Item) -> Vec<Effect> {
    match item {
        Item::Action(action) => perform(state, *action),
        Item::Person(id) => screen::person::show(state, id),
        Item::Column(id) => {
            screen::framework::show(state, Some(id), None);
            Vec::new()
        }
        Item::Competency(id) => {
            screen::framework::show(state, None, Some(id));
            Vec::new()
        }
        Item::Skill(id) => {
            let subject = Subject::Skill(id.clone());
            if let Some(at) = state.board.subjects.iter().position(|s| *s == subject) {
                state.heatmap.matrix.col = at + 1;
            }
            state.open(Screen::Heatmap);
            Vec::new()
        }
        Item::Post(id) => {
            let sheet = screen::post::sheet(state, id);
            state.overlays.extend(sheet.map(Overlay::Sheet));
            Vec::new()
        }
    }
}

/// One step back: what is supposed goes first, then a filter, then a screen.
fn back(state: &mut State) {
    if let Some(mode) = what_if::end(state) {
        let over = match mode {
            what_if::Mode::WhatIf(_) => "what if is over; figures are as they stand",
            what_if::Mode::AsOf(_) | what_if::Mode::Since(_) => "back to today",
        };
        state.toast(Tone::Info, over);
        return;
    }
    let filtered = matches!(
        state.screen(),
        Screen::Overview | Screen::Heatmap | Screen::History
    );
    if filtered && !state.filter.is_empty() {
        state.filter.clear();
    } else {
        screen::back(state);
    }
}

/// Edits that are not on the disk, each with why.
fn unsaved(state: &State) -> Vec<String> {
    let waiting = state.waiting.iter();
    let failed = state.failed.iter();
    waiting
        .map(|e| format!("{} (waits for the store)", e.label))
        .chain(failed.map(|e| format!("{} (could not be saved)", e.label)))
        .collect()
}

fn asks_to_quit(overlay: &Overlay) -> bool {
    matches!(overlay, Overlay::Confirm(Confirm { then: Then::Effects(effects), .. }) if effects.contains(&Effect::Quit))
}

/// Leaves; asks first if an edit would be lost, and names it.
fn quit(state: &mut State) -> Vec<Effect> {
    let mut lines = unsaved(state);
    if lines.is_empty() {
        return vec![Effect::Quit];
    }
    if lines.len() > 8 {
        let more = lines.len() - 7;
        lines.truncate(7);
        lines.push(format!("and {more} more"));
    }
    state.overlays.push(Overlay::Confirm(Confirm::new(
        "Quit and lose what is not saved?",
        lines,
        "quit",
        Then::Effects(vec![Effect::Quit]),
    )));
    Vec::new()
}

/// Takes back the last step; an edit that still waits for the store is simply not saved.
fn undo(state: &mut State) -> Vec<Effect> {
    match state.waiting.pop() {
        Some(edit) => {
            beside::on_withdrawn(state, &edit);
            settling::on_withdrawn(state, &edit);
            state.toast(Tone::Done, format!("undone: {}", edit.label));
            Vec::new()
        }
        None => vec![Effect::Undo],
    }
}

/// Offers every edit again that could not be saved.
fn retry(state: &mut State) -> Vec<Effect> {
    if state.failed.is_empty() {
        state.toast(Tone::Info, "everything is saved");
        return Vec::new();
    }
    let failed = std::mem::take(&mut state.failed);
    failed.into_iter().flat_map(|e| state.commit(e)).collect()
}

fn on_mouse(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    state.typed.clear();
    let down = mouse.kind == MouseKind::WheelDown;
    match mouse.kind {
        MouseKind::Click if state.overlays.is_empty() => screen::click(state, mouse.x, mouse.y),
        MouseKind::Click => overlay::on_click(state, mouse.x, mouse.y),
        MouseKind::WheelUp | MouseKind::WheelDown if !state.overlays.is_empty() => {
            overlay::on_wheel(state, down);
            Vec::new()
        }
        MouseKind::WheelUp => screen::handle(state, ActionId::Up),
        MouseKind::WheelDown => screen::handle(state, ActionId::Down),
    }
}

/// A new snapshot: figures are made anew for who changed, and every cursor stays on its person and subject, since those are ids.
fn on_team(state: &mut State, team: Arc<Team>) -> Vec<Effect> {
    let supposed = what_if::end(state);
    let known = state.team.person(&state.team.me).is_some();
    let mut effects = take_team(state, team);
    what_if::resume(state, supposed);
    // A machine that has just joined has its own record once that has come.
    if !known && state.trail().len() == 1 && state.overlays.is_empty() {
        screen::settle(state);
        effects.extend(begin(state));
    }
    // One step back it is looked at again, and what was read is not read again.
    if state.trail().contains(&Screen::History) {
        effects.push(Effect::History);
    }
    effects
}

/// Where the program begins: on the Overview, and for whoever reads about nobody else on their own record, one step behind it.
pub fn begin(state: &mut State) -> Vec<Effect> {
    let me = state.team.me.clone();
    let reads_of_others = state.is_manager() || state.board.succession.is_some();
    if reads_of_others || state.team.person(&me).is_none() {
        return Vec::new();
    }
    let effects = screen::person::show(state, &me);
    screen::settle(state);
    effects
}

fn take_team(state: &mut State, team: Arc<Team>) -> Vec<Effect> {
    let board = Board::compute(&team, state.today, Some((&state.team, &state.board)));
    state.board = Arc::new(board);
    let before = std::mem::replace(&mut state.team, team);
    let mut read = std::mem::take(&mut state.details);
    // The first picture of a demo holds everybody whole; what is on screen of it stays there.
    for person in before.people.iter().filter(|p| p.detail.is_some()) {
        if screen::shows(state, &person.id) {
            read.entry(person.id.clone())
                .or_insert_with(|| Arc::clone(person));
        }
    }
    let mut effects = Vec::new();
    for (id, known) in read {
        let Some(now) = state.team.person(&id).filter(|p| p.detail.is_none()) else {
            continue;
        };
        // Who was not written about is another value in no snapshot.
        let same = before.person(&id).is_some_and(|p| Arc::ptr_eq(p, now));
        if same {
            state.details.insert(id, known);
        } else if screen::shows(state, &id) {
            // What was read is shown until it has been read anew, so nothing flickers.
            state.details.insert(id.clone(), known);
            state.rereading.insert(id.clone());
            effects.push(Effect::LoadDetail(id));
        }
    }
    effects
}

fn on_saved(state: &mut State, saved: Saved) {
    match saved {
        Saved::Edit { label } => {
            beside::on_saved(state, &label);
            settling::on_saved(state, &label);
            state.toast(Tone::Done, format!("saved: {label}"));
        }
        Saved::Undone { label, left } => {
            beside::on_step(state);
            settling::on_undone(state, &label);
            said(state, "undone", &label, &left);
        }
        Saved::Redone { label, left } => {
            beside::on_step(state);
            said(state, "done again", &label, &left);
        }
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
    let settlement = failure.edit.as_ref();
    if let Some(again) = settlement.and_then(|e| settling::on_not_saved(state, e)) {
        state.toast(
            Tone::Bad,
            format!("{}: {}. {again}", failure.what, failure.why),
        );
        return;
    }
    let again = match (&failure.edit, state.options.keys.label(ActionId::Retry)) {
        (Some(_), Some(key)) => format!(" It is kept: {key} saves again."),
        (Some(_), None) => " It is kept.".to_owned(),
        (None, _) => String::new(),
    };
    state.toast(
        Tone::Bad,
        format!("{}: {}{again}", failure.what, failure.why),
    );
    state.failed.extend(failure.edit);
}
