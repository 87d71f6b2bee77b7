//! Words beside a mark: evidence beside one's own, feedback beside a manager's.

use super::mark::has_mark;
use super::{EditError, cell, edit, op, person, text};
use crate::document::code::mark_key;
use crate::document::{DocRef, Edit, Kind};
use crate::domain::{ColumnId, PersonId, Subject, Team};
use chrono::NaiveDate;

/// Evidence and a link beside my own mark of that day, in the draft where it is still one. An empty text clears it.
pub fn evidence(
    team: &Team,
    subject: &Subject,
    column: Option<&ColumnId>,
    date: NaiveDate,
    words: &str,
    link: &str,
) -> Result<Edit, EditError> {
    let name = cell(team, subject, column)?;
    let me = person(team, &team.me)?;
    let kind = if has_mark(&team.private.drafts, team, subject, column, date) {
        Kind::Private
    } else if has_mark(&me.series, team, subject, column, date) || me.complete_from.is_some() {
        Kind::SelfRecord
    } else {
        return Err(EditError::NoMark {
            subject: name,
            day: date,
        });
    };
    let doc = DocRef::of(kind, &me.id);
    let row = mark_key(subject, column, &me.id, date);
    Ok(edit(
        format!("evidence · {name}"),
        vec![
            op(
                &doc,
                "mark_notes",
                &row,
                "evidence",
                text("the evidence", words)?,
            ),
            op(&doc, "mark_notes", &row, "link", text("the link", link)?),
        ],
    ))
}

/// Feedback beside my mark of that day for somebody else. An empty text clears it.
pub fn feedback(
    team: &Team,
    whose: &PersonId,
    subject: &Subject,
    column: Option<&ColumnId>,
    date: NaiveDate,
    words: &str,
) -> Result<Edit, EditError> {
    let name = cell(team, subject, column)?;
    let who = person(team, whose)?;
    if whose == &team.me {
        return Err(EditError::OwnValidation);
    }
    if !has_mark(&who.series, team, subject, column, date) && who.complete_from.is_none() {
        return Err(EditError::NoMark {
            subject: name,
            day: date,
        });
    }
    let row = mark_key(subject, column, &team.me, date);
    Ok(edit(
        format!("{} · {name}: feedback", who.name.get()),
        vec![op(
            &DocRef::of(Kind::Record, whose),
            "mark_notes",
            &row,
            "feedback",
            text("the feedback", words)?,
        )],
    ))
}

/// A manager's mark with feedback beside it, as one step.
pub fn with_feedback(mark: Edit, words: &str) -> Result<Edit, EditError> {
    with_note(mark, "feedback", "the feedback", words)
}

/// An own mark with evidence beside it, as one step.
pub fn with_evidence(mark: Edit, words: &str) -> Result<Edit, EditError> {
    with_note(mark, "evidence", "the evidence", words)
}

fn with_note(
    mut mark: Edit,
    field: &'static str,
    what: &'static str,
    words: &str,
) -> Result<Edit, EditError> {
    let value = text(what, words)?;
    // The edit of a mark assigns that mark alone; the note stands under the same row.
    if let Some(first) = mark.ops.first() {
        let note = op(&first.doc, "mark_notes", &first.row, field, value);
        mark.ops.push(note);
    }
    Ok(mark)
}
