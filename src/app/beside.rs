//! Words beside a mark, feedback or one's own evidence: the form opens on what stands there, and nothing is saved over anything else.
//! Must not know: how it looks.

use super::action::ActionId;
use super::editing::{self, Target, key_of, latest, may_judge};
use super::event::Effect;
use super::overlay::Overlay;
use super::overlay::text_form::TextForm;
use super::screen;
use super::settling;
use super::state::State;
use super::toast::Tone;
use super::what_if;
use crate::document::edit::Stood;
use crate::document::{Edit, edits};
use crate::domain::PersonId;
use crate::domain::person::MarkNote;
use chrono::NaiveDate;

/// A form whose text has been sent to the store: it comes back if it is not saved, and until the person has been read anew it says what
/// stands there.
#[derive(Clone, Debug)]
pub struct Sent {
    edit: Edit,
    form: Box<TextForm>,
    /// The store has it, and the person's detail is still the one from before.
    saved: bool,
}

/// Opens the form for feedback on the cell under the cursor.
pub(super) fn begin_feedback(state: &mut State) -> Result<Vec<Effect>, String> {
    let target = editing::target(state)?;
    if target.own {
        return Err(format!(
            "feedback is for others; {} adds evidence to your own mark",
            key_of(state, ActionId::Evidence)
        ));
    }
    may_judge(state, &target)?;
    let date = latest(state, &target).map(|m| m.date).ok_or_else(|| {
        format!(
            "feedback stands beside your mark: give one first ({} or {})",
            key_of(state, ActionId::Mark),
            key_of(state, ActionId::NotObserved)
        )
    })?;
    let effects = state.want_detail(&target.person);
    open(state, target, date);
    Ok(effects)
}

/// Opens the form for evidence on one's own row.
pub(super) fn begin_evidence(state: &mut State) -> Result<Vec<Effect>, String> {
    let target = editing::target(state)?;
    if !target.own {
        return Err(format!(
            "evidence is the person's own; {} gives feedback",
            key_of(state, ActionId::Feedback)
        ));
    }
    let date = latest(state, &target).map(|m| m.date).ok_or_else(|| {
        format!(
            "evidence stands beside a mark: give yourself one first ({})",
            key_of(state, ActionId::Mark)
        )
    })?;
    let effects = state.want_detail(&target.person);
    open(state, target, date);
    Ok(effects)
}

/// Opens the form on what stands beside the mark, or waits for it where the person has not been read.
fn open(state: &mut State, target: Target, date: NaiveDate) {
    let read = state
        .person_known(&target.person)
        .is_some_and(|p| p.detail.is_some());
    let sent = state
        .sent
        .iter()
        .rfind(|s| s.form.target == target && s.form.date == date);
    let form = match sent {
        // What was just written stands there, or will.
        Some(sent) => {
            let (text, link) = (sent.form.words(), sent.form.link.trimmed().to_owned());
            TextForm::new(target, date, text.trim(), &link)
        }
        None => match words_beside(state, &target, date) {
            Some((text, link)) => TextForm::new(target, date, &text, &link),
            None if read => TextForm::new(target, date, "", ""),
            None => TextForm::new(target, date, "", "").waiting(),
        },
    };
    state.overlays.push(Overlay::Text(Box::new(form)));
}

/// Text and link that stand beside a mark of mine: evidence on one's own row, otherwise feedback. `None` where none do, as far as is known.
fn words_beside(state: &State, target: &Target, date: NaiveDate) -> Option<(String, String)> {
    note(state, target, date).map(|n| match target.own {
        true => (n.evidence.clone(), n.link.clone()),
        false => (n.feedback.clone(), String::new()),
    })
}

fn note<'a>(state: &'a State, target: &Target, date: NaiveDate) -> Option<&'a MarkNote> {
    let of = |n: &&MarkNote| {
        n.subject == target.subject
            && n.column == target.column
            && n.rater == state.team.me
            && n.date == date
    };
    let draft = state
        .team
        .private
        .notes
        .iter()
        .filter(|_| target.own)
        .find(of);
    let detail = state
        .person_known(&target.person)
        .and_then(|p| p.detail.as_ref());
    draft.or_else(|| detail?.mark_notes.iter().find(of))
}

/// Saves what a form says, unless something else than it was written over stands there.
pub fn save(state: &mut State, form: &TextForm) -> Vec<Effect> {
    let Target {
        person,
        column,
        subject,
        own,
        ..
    } = &form.target;
    let (words, link) = (form.words(), form.link.trimmed());
    let (team, column) = (&state.team, column.as_ref());
    let made = if *own {
        edits::evidence(team, subject, column, form.date, &words, link)
    } else {
        edits::feedback(team, person, subject, column, form.date, &words)
    };
    let made = made.map(|mut edit| {
        // Evidence and then its link, or feedback alone.
        let stood = edit.ops.iter().zip(form.stood());
        edit.stood = stood.map(|(op, texts)| Stood::before(op, texts)).collect();
        state.sent.push(Sent {
            edit: edit.clone(),
            form: Box::new(form.clone()),
            saved: false,
        });
        edit
    });
    editing::commit(state, made)
}

/// An edit is on the disk.
pub(super) fn on_saved(state: &mut State, label: &str) {
    let Some(at) = state
        .sent
        .iter()
        .position(|s| s.edit.label == label && !s.saved)
    else {
        return;
    };
    if state.rereading.contains(&state.sent[at].form.target.person) {
        state.sent[at].saved = true;
    } else {
        // What is known is what stands there, or the form reads it.
        state.sent.remove(at);
    }
}

/// A step was taken back or done again: what was sent before says no longer what stands there.
pub(super) fn on_step(state: &mut State) {
    state.sent.retain(|sent| !sent.saved);
}

/// An edit that waited was taken back before it was saved.
pub(super) fn on_withdrawn(state: &mut State, edit: &Edit) {
    state.sent.retain(|sent| &sent.edit != edit);
}

/// A person was read: forms go on with what stands there.
pub(super) fn on_detail(state: &mut State, id: &PersonId) {
    state.rereading.remove(id);
    state
        .sent
        .retain(|sent| !(sent.saved && &sent.form.target.person == id));
    let mut overlays = std::mem::take(&mut state.overlays);
    for overlay in &mut overlays {
        // What the store does not have yet cannot have been read.
        if let Overlay::Text(form) = overlay
            && &form.target.person == id
            && !is_under_way(state, form)
        {
            let (text, link) = words_beside(state, &form.target, form.date).unwrap_or_default();
            form.read(&text, &link);
        }
    }
    state.overlays = overlays;
}

fn is_under_way(state: &State, form: &TextForm) -> bool {
    let same = |sent: &Sent| sent.form.target == form.target && sent.form.date == form.date;
    state.sent.iter().any(|sent| !sent.saved && same(sent))
}

/// A text was not saved, since another stands there by now: the form comes back and shows both.
pub(super) fn on_meanwhile(state: &mut State, edit: Edit, stands: &[Stood]) {
    let Some(at) = state.sent.iter().position(|sent| sent.edit == edit) else {
        let what = edit.label.clone();
        if let Some(again) = settling::on_not_saved(state, &edit) {
            let text = format!("Something else stands there by now. {again} It was: {what}");
            state.toast(Tone::Bad, text);
            return;
        }
        state.failed.push(edit);
        let text = format!("{what}: somebody else changed it meanwhile, so it was not saved");
        state.toast(Tone::Bad, text);
        return;
    };
    // The text is to be saved, which nothing supposed may stand in the way of.
    what_if::end(state);
    let mut form = state.sent.remove(at).form;
    let name = screen::cell::person_name(&state.team, &form.target.person).to_owned();
    form.meanwhile(stands.iter().map(|s| s.texts.clone()).collect());
    state.overlays.push(Overlay::Text(form));
    let text = format!("not saved: what stands there about {name} was changed meanwhile");
    state.toast(Tone::Bad, text);
}
