//! What somebody else typed as a person's own marks: the person accepts each as their own, or says that it is not theirs.

use super::mark::entry_time;
use super::{EditError, cell, edit, op};
use crate::document::code::{MarkCode, mark_key};
use crate::document::{DocRef, Edit, Kind, Scalar};
use crate::domain::{Answer, ColumnId, Mark, MarkKind, Person, Subject, Team};

/// A mark that was transcribed for a person and is not answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transcribed<'a> {
    /// About what.
    pub subject: &'a Subject,
    /// Against which column.
    pub column: Option<&'a ColumnId>,
    /// The mark.
    pub mark: &'a Mark,
}

/// What was transcribed for a person and waits for their answer, in order of subjects and dates.
pub fn transcribed(me: &Person) -> Vec<Transcribed<'_>> {
    let all = me.series.iter();
    all.flat_map(|series| {
        series.unanswered().map(|mark| Transcribed {
            subject: &series.subject,
            column: series.column.as_ref(),
            mark,
        })
    })
    .collect()
}

/// Takes some of them as one's own shared marks, with the evidence that was typed beside them. `me` is the person with detail.
pub fn accept(
    team: &Team,
    me: &Person,
    which: &[Transcribed<'_>],
    now_ms: u64,
) -> Result<Edit, EditError> {
    answer(team, me, which, now_ms, "accepted", |mark| {
        match mark.answer.is_conflict() {
            true => None,
            false => Some(*mark.answer.get()),
        }
    })
}

/// Says of some of them that they are not one's own: they count no more, and stay in History.
pub fn dispute(
    team: &Team,
    me: &Person,
    which: &[Transcribed<'_>],
    now_ms: u64,
) -> Result<Edit, EditError> {
    answer(team, me, which, now_ms, "disputed", |_| {
        Some(Answer::Withdrawn)
    })
}

fn answer(
    team: &Team,
    me: &Person,
    which: &[Transcribed<'_>],
    now_ms: u64,
    word: &str,
    says: impl Fn(&Mark) -> Option<Answer>,
) -> Result<Edit, EditError> {
    let shared = DocRef::of(Kind::SelfRecord, &me.id);
    let first = entry_time(now_ms, &me.series, |kind| kind == MarkKind::Own);
    let mut ops = Vec::new();
    for (entered, one) in (first..).zip(which) {
        let Transcribed {
            subject,
            column,
            mark,
        } = one;
        let name = cell(team, subject, *column)?;
        let row = mark_key(subject, *column, &me.id, mark.date);
        let answer = says(mark).ok_or(EditError::TranscribedInConflict(name))?;
        let code = MarkCode {
            answer,
            entered,
            typist: me.id.clone(),
        };
        ops.push(op(&shared, "marks", &row, "mark", code.encode()));
        let notes = me.detail.iter().flat_map(|d| &d.mark_notes);
        let mut beside = notes.filter(|n| {
            n.subject == **subject
                && n.column.as_ref() == *column
                && n.date == mark.date
                && n.rater == me.id
        });
        if answer != Answer::Withdrawn
            && let Some(note) = beside.next()
        {
            for (field, text) in [("evidence", &note.evidence), ("link", &note.link)] {
                if !text.is_empty() {
                    ops.push(op(&shared, "mark_notes", &row, field, Scalar::text(text)));
                }
            }
        }
    }
    let marks = if which.len() == 1 { "mark" } else { "marks" };
    Ok(edit(
        format!("{} transcribed {marks} {word}", which.len()),
        ops,
    ))
}
