//! `mark`, `review` and `credential`: what the screens change, from the command line.

use super::args::{Credential, CredentialDates, CredentialKind, Mark, Review};
use super::context::{Context, text_from};
use super::find;
use super::steps::Done;
use crate::config::Problem;
use crate::document::Edit;
use crate::document::edits::{self, CredentialEntry, EditError};
use crate::domain::board::Board;
use crate::domain::{Answer, ColumnId, Person, PersonId, Points, Subject, Team, person};
use crate::runtime::dashboard::now_ms;
use crate::store::Store;
use std::collections::BTreeSet;
use std::process::ExitCode;

/// Gives one's own mark.
pub fn mark(context: &Context, args: &Mark) -> Result<ExitCode, Problem> {
    let words = text_from("--evidence", args.evidence.as_deref())?;
    let mut store = context.open()?;
    let (team, board) = context.board(&mut store)?;
    let subject = find::subject(&team, &args.subject)?;
    let answer = answer(&args.value)?;
    let me = team.me.clone();
    let column = column(&team, &board, &me, &subject, args.column.as_deref())?;
    let make = if args.share {
        edits::own_mark
    } else {
        edits::draft_mark
    };
    let today = context.settings.today();
    let edit = make(&team, &subject, column.as_ref(), answer, today, now_ms())
        .and_then(|edit| match &words {
            Some(words) => edits::with_evidence(edit, words),
            None => Ok(edit),
        })
        .map_err(|e| refused("your mark", &e))?;
    save(context, &mut store, &edit)
}

/// Gives a manager's mark.
pub fn review(context: &Context, args: &Review) -> Result<ExitCode, Problem> {
    let words = text_from("--feedback", args.feedback.as_deref())?;
    let mut store = context.open()?;
    let (team, board) = context.board(&mut store)?;
    let who = find::person(&team, &args.person)?;
    let subject = find::subject(&team, &args.subject)?;
    let answer = if args.value == "not-observed" {
        Answer::NotObserved
    } else {
        answer(&args.value)?
    };
    let column = column(&team, &board, &who.id, &subject, args.column.as_deref())?;
    let today = context.settings.today();
    let edit = edits::manager_mark(
        &team,
        &who.id,
        &subject,
        column.as_ref(),
        answer,
        today,
        now_ms(),
    )
    .and_then(|edit| match &words {
        Some(words) => edits::with_feedback(edit, words),
        None => Ok(edit),
    })
    .map_err(|e| refused(&format!("the mark of {}", who.name.get()), &e))?;
    save(context, &mut store, &edit)
}

/// Enters, changes or sights a credential.
pub fn credential(context: &Context, what: &Credential) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let (who, entry) = match what {
        Credential::Add {
            person,
            name,
            kind,
            code,
            dates,
        } => {
            let kind = match kind {
                CredentialKind::Certificate => person::CredentialKind::Certificate,
                CredentialKind::Registration => person::CredentialKind::Registration,
                CredentialKind::Training => person::CredentialKind::Training,
            };
            let entry = CredentialEntry {
                id: None,
                name: name.clone(),
                code: code.clone(),
                kind,
                obtained: dates.obtained,
                expires: dates.expires,
                booked: dates.booked,
                sighted: false,
            };
            (find::person(&team, person)?, entry)
        }
        Credential::Set {
            person,
            credential,
            dates,
        } => {
            let who = find::person(&team, person)?;
            (who, changed(who, credential, dates, false)?)
        }
        Credential::Sight { person, credential } => {
            let who = find::person(&team, person)?;
            let none = CredentialDates::default();
            (who, changed(who, credential, &none, true)?)
        }
    };
    let today = context.settings.today();
    let edit = edits::credential(&team, &who.id, &entry, today, now_ms())
        .map_err(|e| refused(&format!("the credential of {}", who.name.get()), &e))?;
    save(context, &mut store, &edit)
}

/// A stored credential with other dates; those that are not given stay.
fn changed(
    who: &Person,
    typed: &str,
    dates: &CredentialDates,
    sighted: bool,
) -> Result<CredentialEntry, Problem> {
    let known = find::credential(who, typed)?;
    Ok(CredentialEntry {
        id: Some(known.id.clone()),
        name: known.name.get().clone(),
        code: known.code.clone(),
        kind: known.kind,
        obtained: dates.obtained.or(*known.obtained.get()),
        expires: dates.expires.or(*known.expires.get()),
        booked: dates.booked.or(*known.booked.get()),
        sighted,
    })
}

fn answer(typed: &str) -> Result<Answer, Problem> {
    typed
        .parse::<Points>()
        .map(Answer::Points)
        .map_err(|e| Problem::of("the mark", e))
}

pub(super) fn refused(what: &str, error: &EditError) -> Problem {
    Problem::new(what, error.to_string(), "")
}

/// The column that a competency is marked against: that of the person's post. With two posts on two columns it has to be said.
fn column(
    team: &Team,
    board: &Board,
    person: &PersonId,
    subject: &Subject,
    typed: Option<&str>,
) -> Result<Option<ColumnId>, Problem> {
    if let Subject::Skill(_) = subject {
        return Ok(None);
    }
    if let Some(typed) = typed {
        return find::column(&team.framework, typed).map(Some);
    }
    let columns: BTreeSet<&ColumnId> = board
        .rows_of(person)
        .into_iter()
        .filter_map(|i| board.rows[i].column.as_ref())
        .collect();
    let mut columns = columns.into_iter();
    match (columns.next(), columns.next()) {
        (Some(only), None) => Ok(Some(only.clone())),
        (None, _) => Err(Problem::new(
            "the mark",
            "the person's post has no column of the framework, so it is not clear against what to mark",
            "say it with --column, for instance --column g6",
        )),
        (Some(a), Some(b)) => Err(Problem::new(
            "the mark",
            format!("the person has posts on several columns, {a} and {b} among them"),
            format!("say which with --column, for instance --column {a}"),
        )),
    }
}

pub(super) fn save(context: &Context, store: &mut Store, edit: &Edit) -> Result<ExitCode, Problem> {
    store
        .commit(edit)
        .map_err(|e| context.store_problem("save", e))?;
    context.print(&Done {
        done: "saved",
        label: edit.label.clone(),
        left: Vec::new(),
    })?;
    Ok(ExitCode::SUCCESS)
}
