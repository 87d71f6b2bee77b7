//! From the cell under the cursor to an edit: who may do what there, in words, and what is saved. Forms collect, this decides.

use super::action::ActionId;
use super::beside;
use super::event::Effect;
use super::overlay::Overlay;
use super::overlay::confirm::{Confirm, Then};
use super::overlay::credential_form::{CredentialForm, Entered};
use super::overlay::mark_form::MarkForm;
use super::screen;
use super::state::State;
use super::toast::Tone;
use crate::document::edits;
use crate::domain::cell::{CellState, cell_figure};
use crate::domain::team::Role;
use crate::domain::{Answer, ColumnId, Mark, MarkKind, PersonId, Points, PostId, Series, Subject};
use chrono::NaiveDate;

/// The cell that an edit is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Whose row.
    pub person: PersonId,
    /// In which post.
    pub post: Option<PostId>,
    /// The column whose descriptors are the measure; `None` for a skill.
    pub column: Option<ColumnId>,
    /// Competency or skill.
    pub subject: Subject,
    /// Whether it is one's own row.
    pub own: bool,
}

/// Starts an edit at the cursor, or says why not.
pub fn begin(state: &mut State, action: ActionId) -> Vec<Effect> {
    let started = match action {
        ActionId::Mark => begin_mark(state),
        ActionId::NotObserved => not_observed(state),
        ActionId::Feedback => beside::begin_feedback(state),
        ActionId::Evidence => beside::begin_evidence(state),
        ActionId::Share => begin_share(state),
        ActionId::Credential => begin_credential(state),
        _ => Ok(Vec::new()),
    };
    started.unwrap_or_else(|why| {
        state.toast(Tone::Info, why);
        Vec::new()
    })
}

fn begin_mark(state: &mut State) -> Result<Vec<Effect>, String> {
    let target = target(state)?;
    if !target.own {
        may_judge(state, &target)?;
    }
    state
        .overlays
        .push(Overlay::Mark(Box::new(MarkForm::new(target))));
    Ok(Vec::new())
}

fn not_observed(state: &mut State) -> Result<Vec<Effect>, String> {
    let target = target(state)?;
    if target.own {
        return Err(
            "“not observed” is what a manager says; leave your own mark out instead".to_owned(),
        );
    }
    may_judge(state, &target)?;
    Ok(save_mark(state, &target, None))
}

fn begin_share(state: &mut State) -> Result<Vec<Effect>, String> {
    let count: usize = state
        .team
        .private
        .drafts
        .iter()
        .map(|s| s.marks.len())
        .sum();
    if count == 0 {
        return Err(format!(
            "you have no drafts; {} on your own row writes one",
            key_of(state, ActionId::Mark)
        ));
    }
    let mut lines: Vec<String> = state
        .team
        .private
        .drafts
        .iter()
        .flat_map(|s| s.marks.iter().map(move |m| (s, m)))
        .map(|(s, m)| {
            format!(
                "{}: {}",
                subject_name(state, &s.subject),
                answer_words(m.answer.get())
            )
        })
        .collect();
    if lines.len() > 6 {
        let more = lines.len() - 5;
        lines.truncate(5);
        lines.push(format!("and {more} more"));
    }
    lines.push(String::new());
    lines.push(format!("Will be able to read them: {}.", readers(state)));
    let edit =
        edits::share_drafts(&state.team, state.today, state.now_ms).map_err(|e| e.to_string())?;
    state.overlays.push(Overlay::Confirm(Confirm::new(
        &format!(
            "Share {count} {}?",
            if count == 1 { "mark" } else { "marks" }
        ),
        lines,
        "share",
        Then::Commit(edit),
    )));
    Ok(Vec::new())
}

fn begin_credential(state: &mut State) -> Result<Vec<Effect>, String> {
    let chosen = screen::selected(state).ok_or("choose a person first")?;
    let own = chosen.person == state.team.me;
    if !own && !state.is_manager() {
        return Err("only the person and managers enter credentials".to_owned());
    }
    let effects = state.want_detail(&chosen.person);
    let existing = state
        .person_known(&chosen.person)
        .map_or_else(Vec::new, |p| p.credentials.clone());
    let form = CredentialForm::new(
        chosen.person.clone(),
        own,
        existing,
        must_haves(state, chosen.post.as_ref()),
        state.today,
    );
    state.overlays.push(Overlay::Credential(Box::new(form)));
    Ok(effects)
}

/// Saves a mark, or "not observed" where there are no points. On one's own row it is a draft.
pub fn save_mark(state: &mut State, target: &Target, points: Option<Points>) -> Vec<Effect> {
    let answer = points.map_or(Answer::NotObserved, Answer::Points);
    let made = if target.own {
        edits::draft_mark(
            &state.team,
            &target.subject,
            target.column.as_ref(),
            answer,
            state.today,
            state.now_ms,
        )
    } else {
        edits::manager_mark(
            &state.team,
            &target.person,
            &target.subject,
            target.column.as_ref(),
            answer,
            state.today,
            state.now_ms,
        )
    };
    commit(state, made)
}

/// Saves a credential. The person claims it; a manager enters it for somebody else, and may say that the paper was seen today.
pub fn save_credential(state: &mut State, person: &PersonId, entered: &Entered) -> Vec<Effect> {
    let made = edits::credential(&state.team, person, entered, state.today, state.now_ms);
    commit(state, made)
}

pub(super) fn commit<E: std::fmt::Display>(
    state: &mut State,
    made: Result<crate::document::Edit, E>,
) -> Vec<Effect> {
    match made {
        Ok(edit) => state.commit(edit),
        Err(why) => {
            state.toast(Tone::Bad, why.to_string());
            Vec::new()
        }
    }
}

/// The cell under the cursor, if it can take a mark.
pub(super) fn target(state: &State) -> Result<Target, String> {
    let chosen = screen::selected(state).ok_or("choose a cell of a person first")?;
    let subject = chosen
        .subject
        .ok_or("choose a competency or a skill first")?;
    let column = match &subject {
        Subject::Competency(_) => Some(chosen.column.ok_or(
            "without a role column there is no descriptor to judge against: give the post a column first",
        )?),
        Subject::Skill(_) => None,
    };
    let person = state
        .team
        .person(&chosen.person)
        .ok_or("this person is no longer in the team")?;
    let post = chosen.post.as_ref().and_then(|id| state.team.post(id));
    if matches!(subject, Subject::Competency(_)) {
        let figure = cell_figure(&state.team, person, post, &subject, state.today);
        if figure.state == CellState::NotApplicable {
            return Err(format!(
                "{} is not expected of this role, so a mark would enter nothing",
                subject_name(state, &subject)
            ));
        }
    }
    Ok(Target {
        own: chosen.person == state.team.me,
        person: chosen.person,
        post: chosen.post,
        column,
        subject,
    })
}

/// Whether a mark of this machine's owner would count for the person under the cursor.
pub fn judges(state: &State) -> bool {
    state.standing.judges
}

/// Says why a mark of mine would not count, if it would not.
pub(super) fn may_judge(state: &State, target: &Target) -> Result<(), String> {
    let team = &state.team;
    if team
        .rights
        .may_validate(&team.me, &target.person, state.today)
    {
        return Ok(());
    }
    let name = screen::cell::person_name(team, &target.person);
    Err(
        match team.rights.line_manager(&target.person, state.today) {
            Some(manager) => format!(
                "marks of {name} are given by the line manager, {}, or a named assessor",
                screen::cell::person_name(team, manager)
            ),
            None => format!("{name} has no line manager yet, and you are not their assessor"),
        },
    )
}

/// The series of marks of a cell.
fn series<'a>(all: &'a [Series], target: &Target) -> Option<&'a Series> {
    all.iter()
        .find(|s| s.subject == target.subject && s.column == target.column)
}

/// The mark that a text or step starts from: one's own latest draft or mark, or one's latest as a manager.
pub(super) fn latest<'a>(state: &'a State, target: &Target) -> Option<&'a Mark> {
    let me = &state.team.me;
    let person = state.team.person(&target.person)?;
    let held = series(&person.series, target)
        .into_iter()
        .flat_map(|s| &s.marks)
        .filter(|m| &m.rater == me && m.kind != MarkKind::Transcribed);
    let drafts = series(&state.team.private.drafts, target)
        .filter(|_| target.own)
        .into_iter()
        .flat_map(|s| &s.marks);
    held.chain(drafts)
        .filter(|m| m.date <= state.today && *m.answer.get() != Answer::Withdrawn)
        .max_by_key(|m| (m.date, m.entered))
}

/// The points of that mark.
pub fn standing(state: &State, target: &Target) -> Option<Points> {
    match latest(state, target)?.answer.get() {
        Answer::Points(points) => Some(*points),
        Answer::NotObserved | Answer::Withdrawn => None,
    }
}

/// The last marks of a cell, newest first: date, whose, answer, and whether it is a draft.
pub fn last_marks(state: &State, target: &Target) -> Vec<(NaiveDate, String, String)> {
    let person = state.team.person(&target.person);
    let held = person
        .and_then(|p| series(&p.series, target))
        .into_iter()
        .flat_map(|s| &s.marks)
        .map(|m| (m, ""));
    let drafts = series(&state.team.private.drafts, target)
        .filter(|_| target.own)
        .into_iter()
        .flat_map(|s| &s.marks)
        .map(|m| (m, " (draft)"));
    let mut marks: Vec<_> = held.chain(drafts).collect();
    marks.sort_by_key(|(m, _)| std::cmp::Reverse((m.date, m.entered)));
    marks
        .into_iter()
        .map(|(m, note)| {
            let whose = match m.kind {
                MarkKind::Own => "own".to_owned(),
                MarkKind::Transcribed => "own, typed by somebody else".to_owned(),
                MarkKind::Manager => screen::cell::person_name(&state.team, &m.rater).to_owned(),
            };
            (m.date, whose + note, answer_words(m.answer.get()))
        })
        .collect()
}

/// Codes and names of what posts ask for: the chosen post's first, then the others', each once.
fn must_haves(state: &State, post: Option<&PostId>) -> Vec<(String, String)> {
    let posts = &state.team.base.posts;
    let first = posts.iter().filter(|p| Some(&p.id) == post);
    let others = posts.iter().filter(|p| Some(&p.id) != post);
    let mut out: Vec<(String, String)> = Vec::new();
    for must in first.chain(others).flat_map(|p| &p.must_haves) {
        let listed = must.listed.on(state.today).is_some_and(|l| l.get().0);
        if listed && !out.iter().any(|(code, _)| *code == must.code) {
            out.push((must.code.clone(), must.name.clone()));
        }
    }
    out
}

/// Who will be able to read what I share: the team's managers, and my assessor or reviewer.
fn readers(state: &State) -> String {
    let (team, today) = (&state.team, state.today);
    let mut names: Vec<&str> = team
        .rights
        .0
        .iter()
        .filter(|r| {
            r.on(today)
                && r.holder != team.me
                && (matches!(r.role, Role::Owner | Role::Manager)
                    || (r.over.as_ref() == Some(&team.me)
                        && matches!(r.role, Role::Line | Role::Assessor | Role::Reviewer)))
        })
        .map(|r| screen::cell::person_name(team, &r.holder))
        .collect();
    names.sort_unstable();
    names.dedup();
    match names.split_last() {
        None => "nobody yet, since the team has no other manager".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// A subject's full name.
pub fn subject_name(state: &State, subject: &Subject) -> String {
    screen::cell::subject_name(&state.team, subject).to_owned()
}

fn answer_words(answer: &Answer) -> String {
    match answer {
        Answer::Points(points) => points.to_string(),
        Answer::NotObserved => "not observed".to_owned(),
        Answer::Withdrawn => "withdrawn".to_owned(),
    }
}

pub(super) fn key_of(state: &State, action: ActionId) -> String {
    state
        .options
        .keys
        .label(action)
        .unwrap_or_else(|| super::action::info(action).label.to_lowercase())
}
