//! Marks: drafts, shared own marks, managers' marks, withdrawals.

use super::{EditError, cell, edit, op, person};
use crate::document::code::{MarkCode, mark_key};
use crate::document::{DocRef, Edit, Kind, Scalar};
use crate::domain::{Answer, ColumnId, MarkKind, PersonId, Series, Subject, Team};
use chrono::NaiveDate;

/// An own mark as a draft: only my own devices have it until I share it.
pub fn draft_mark(
    team: &Team,
    subject: &Subject,
    column: Option<&ColumnId>,
    answer: Answer,
    today: NaiveDate,
    now_ms: u64,
) -> Result<Edit, EditError> {
    let entered = entry_time(now_ms, &team.private.drafts, |_| true);
    own(team, Kind::Private, subject, column, answer, today, entered)
}

/// An own mark, shared at once: my managers can read it.
pub fn own_mark(
    team: &Team,
    subject: &Subject,
    column: Option<&ColumnId>,
    answer: Answer,
    today: NaiveDate,
    now_ms: u64,
) -> Result<Edit, EditError> {
    let me = person(team, &team.me)?;
    let entered = entry_time(now_ms, &me.series, |kind| kind == MarkKind::Own);
    own(
        team,
        Kind::SelfRecord,
        subject,
        column,
        answer,
        today,
        entered,
    )
}

fn own(
    team: &Team,
    kind: Kind,
    subject: &Subject,
    column: Option<&ColumnId>,
    answer: Answer,
    today: NaiveDate,
    entered: u64,
) -> Result<Edit, EditError> {
    let name = cell(team, subject, column)?;
    if answer == Answer::NotObserved {
        return Err(EditError::NotObservedIsTheManagers);
    }
    let me = &team.me;
    let what = if kind == Kind::Private {
        "draft"
    } else {
        "own mark"
    };
    let code = MarkCode {
        answer,
        entered,
        typist: me.clone(),
    };
    Ok(edit(
        format!("{what} · {name}: {}", words(answer)),
        vec![op(
            &DocRef::of(kind, me),
            "marks",
            &mark_key(subject, column, me, today),
            "mark",
            code.encode(),
        )],
    ))
}

/// My mark, or "not observed", for somebody whose line manager, assessor or reviewer I am. It stands beside theirs and replaces nothing but
/// my own of the same day.
pub fn manager_mark(
    team: &Team,
    whose: &PersonId,
    subject: &Subject,
    column: Option<&ColumnId>,
    answer: Answer,
    today: NaiveDate,
    now_ms: u64,
) -> Result<Edit, EditError> {
    let name = cell(team, subject, column)?;
    let who = person(team, whose)?;
    if whose == &team.me {
        return Err(EditError::OwnValidation);
    }
    if !team.rights.may_validate(&team.me, whose, today) {
        return Err(EditError::NotTheirManager {
            name: who.name.get().clone(),
            day: today,
        });
    }
    let code = MarkCode {
        answer,
        entered: entry_time(now_ms, &who.series, |kind| kind != MarkKind::Own),
        typist: team.me.clone(),
    };
    Ok(edit(
        format!("{} · {name}: {}", who.name.get(), words(answer)),
        vec![op(
            &DocRef::of(Kind::Record, whose),
            "marks",
            &mark_key(subject, column, &team.me, today),
            "mark",
            code.encode(),
        )],
    ))
}

/// Takes a mark of mine back: it counts nowhere and stays in History. A draft is simply cleared.
pub fn withdraw(
    team: &Team,
    whose: &PersonId,
    subject: &Subject,
    column: Option<&ColumnId>,
    date: NaiveDate,
    now_ms: u64,
) -> Result<Edit, EditError> {
    let name = cell(team, subject, column)?;
    let who = person(team, whose)?;
    let me = &team.me;
    let row = mark_key(subject, column, me, date);
    let own = whose == me;
    if own && has_mark(&team.private.drafts, team, subject, column, date) {
        let doc = DocRef::of(Kind::Private, me);
        let fields = [
            ("marks", "mark"),
            ("mark_notes", "evidence"),
            ("mark_notes", "link"),
        ];
        let clear = |(table, field)| op(&doc, table, &row, field, Scalar::Null);
        return Ok(edit(
            format!("draft · {name}: cleared"),
            fields.into_iter().map(clear).collect(),
        ));
    }
    if !has_mark(&who.series, team, subject, column, date) && who.complete_from.is_none() {
        return Err(EditError::NoMark {
            subject: name,
            day: date,
        });
    }
    let code = MarkCode {
        answer: Answer::Withdrawn,
        entered: entry_time(now_ms, &who.series, |kind| (kind == MarkKind::Own) == own),
        typist: me.clone(),
    };
    let kind = if own { Kind::SelfRecord } else { Kind::Record };
    Ok(edit(
        format!("{} · {name}: mark of {date} withdrawn", who.name.get()),
        vec![op(
            &DocRef::of(kind, whose),
            "marks",
            &row,
            "mark",
            code.encode(),
        )],
    ))
}

/// Shares every draft: each is copied to where my managers can read it, with its evidence, and cleared here.
pub fn share_drafts(team: &Team, today: NaiveDate, now_ms: u64) -> Result<Edit, EditError> {
    let me = person(team, &team.me)?;
    let shared = DocRef::of(Kind::SelfRecord, &me.id);
    let private = DocRef::of(Kind::Private, &me.id);
    let mut entered = entry_time(now_ms, &me.series, |kind| kind == MarkKind::Own);
    let mut ops = Vec::new();
    let mut count = 0;
    for series in &team.private.drafts {
        let name = cell(team, &series.subject, series.column.as_ref())?;
        // A draft dated after the rules' today stays a draft until that day.
        for mark in series.marks.iter().filter(|m| m.date <= today) {
            if mark.answer.is_conflict() {
                return Err(EditError::DraftInConflict(name));
            }
            let row = mark_key(&series.subject, series.column.as_ref(), &me.id, mark.date);
            let code = MarkCode {
                answer: *mark.answer.get(),
                entered,
                typist: me.id.clone(),
            };
            ops.push(op(&shared, "marks", &row, "mark", code.encode()));
            ops.push(op(&private, "marks", &row, "mark", Scalar::Null));
            entered += 1;
            count += 1;
            let beside = |n: &&crate::domain::person::MarkNote| {
                n.subject == series.subject && n.column == series.column && n.date == mark.date
            };
            if let Some(note) = team.private.notes.iter().find(beside) {
                for (field, text) in [("evidence", &note.evidence), ("link", &note.link)] {
                    if !text.is_empty() {
                        ops.push(op(&shared, "mark_notes", &row, field, Scalar::text(text)));
                        ops.push(op(&private, "mark_notes", &row, field, Scalar::Null));
                    }
                }
            }
        }
    }
    if count == 0 {
        return Err(EditError::NoDrafts);
    }
    let marks = if count == 1 { "mark" } else { "marks" };
    Ok(edit(format!("{count} {marks} shared"), ops))
}

/// Whether I have a mark of that day in some series.
pub(super) fn has_mark(
    all: &[Series],
    team: &Team,
    subject: &Subject,
    column: Option<&ColumnId>,
    date: NaiveDate,
) -> bool {
    all.iter()
        .filter(|s| &s.subject == subject && s.column.as_ref() == column)
        .flat_map(|s| &s.marks)
        .any(|m| m.rater == team.me && m.date == date && m.kind != MarkKind::Transcribed)
}

/// Entry time = max(clock, latest seen in that document + 1 ms), so that the order of entries survives a clock that was set back.
pub(super) fn entry_time(now_ms: u64, series: &[Series], there: impl Fn(MarkKind) -> bool) -> u64 {
    series
        .iter()
        .flat_map(|s| &s.marks)
        .filter(|m| there(m.kind))
        .map(|m| m.entered.saturating_add(1))
        .max()
        .map_or(now_ms, |next| next.max(now_ms))
}

fn words(answer: Answer) -> String {
    match answer {
        Answer::Points(points) => points.to_string(),
        Answer::NotObserved => "not observed".to_owned(),
        Answer::Withdrawn => "withdrawn".to_owned(),
    }
}
