//! Constructors of [`Edit`]s: each checks what it is asked against the team as it stands and either returns the edit or says why not.
//! Nothing here reads a clock: `today` is the rules' day, `now_ms` the clock of the machine.

mod credential;
mod horizon;
mod mark;
mod newcomer;
mod note;
mod objective;
mod plan;
mod post;
mod relay;
mod skill;
mod succession;
mod transcribed;

pub use super::conflict::{Choice, Conflict};
pub use credential::{CredentialEntry, credential};
pub use horizon::told_horizon;
pub use mark::{draft_mark, manager_mark, own_mark, share_drafts, withdraw};
pub use newcomer::newcomer;
pub use note::{evidence, feedback, with_evidence, with_feedback};
pub use objective::{NewObjective, new_objectives};
pub use plan::{
    ActionFields, Discussed, Item, ObjectiveFields, add_action, add_objective, agree, discuss,
    options, set_action, set_objective, set_state,
};
pub use post::{Asks, PostEntry, asks, holders, parse_fte, post};
pub use relay::relay;
pub use skill::{SkillEntry, skill};
pub use succession::{decide, factors, nominations};
pub use transcribed::{Transcribed, accept, dispute, transcribed};

use super::{DocRef, Edit, Op, Scalar};
use crate::document::code::{date_text, row_key};
use crate::domain::post::Post;
use crate::domain::text::{slug, too_long, unshowable};
use crate::domain::{ColumnId, Person, PersonId, PostId, Subject, Team};
use chrono::NaiveDate;

/// The longest text that a field takes, in characters.
pub const LONGEST_TEXT: usize = 10_000;

/// Why an edit cannot be made, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Nobody of that id.
    #[error("there is nobody called “{0}” in this team")]
    NoPerson(PersonId),
    /// No such competency, skill or column.
    #[error("there is no {what} “{id}” in this team")]
    Unknown {
        /// Competency, skill or column.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// A competency without a column.
    #[error("a mark for a competency is given against a role column: name one")]
    NeedsColumn,
    /// A skill with a column.
    #[error("a mark for a specialist skill has no role column: leave it out")]
    NoColumnForSkill,
    /// An own "not observed".
    #[error("“not observed” is a manager's answer; an own mark is 1 to 10 in half points")]
    NotObservedIsTheManagers,
    /// A manager's mark for oneself.
    #[error("nobody validates themself: enter an own mark instead")]
    OwnValidation,
    /// No right.
    #[error(
        "marks of {name} are given by their line manager, a named assessor or reviewer, and on {day} you are none of these"
    )]
    NotTheirManager {
        /// Whose.
        name: String,
        /// On which day.
        day: NaiveDate,
    },
    /// Not a manager.
    #[error("only {name} and managers of the team can enter this")]
    NotAManager {
        /// Whose.
        name: String,
    },
    /// Nothing to share.
    #[error("there are no drafts to share: a mark on your own row writes one")]
    NoDrafts,
    /// A draft in conflict.
    #[error("two drafts for {0} were written apart: enter that mark again, then share")]
    DraftInConflict(String),
    /// A transcribed mark of which two were typed.
    #[error(
        "two different marks for {0} were typed for you on one day: enter your own with `guildhall mark`, or dispute them"
    )]
    TranscribedInConflict(String),
    /// Somebody is called that already.
    #[error(
        "somebody of this team is called “{name}” already ({handle}): invite them with `guildhall invite {handle}`, or give the newcomer a name that tells the two apart"
    )]
    NameTaken {
        /// The name.
        name: String,
        /// Who has it.
        handle: String,
    },
    /// No name.
    #[error("a newcomer needs a name")]
    NoName,
    /// No mark to stand beside.
    #[error("there is no mark of yours for {subject} on {day}: give one first")]
    NoMark {
        /// About what.
        subject: String,
        /// Of which day.
        day: NaiveDate,
    },
    /// A text that cannot be kept.
    #[error("{field} {why}")]
    Text {
        /// Which field.
        field: &'static str,
        /// Why not.
        why: String,
    },
    /// Dates that cannot be.
    #[error("{0}")]
    Date(String),
    /// No credential of that id.
    #[error("{0} has no such credential any more")]
    NoCredential(String),
    /// Sighted already.
    #[error(
        "a manager saw this paper on {0}, so it stays as seen: enter a renewed one as a new credential, or have it sighted again"
    )]
    AlreadySighted(NaiveDate),
    /// What the team has one of is written by its managers.
    #[error("only managers of the team change {0}")]
    ManagersOnly(&'static str),
    /// What a person says of themself is not told by them as a manager.
    #[error(
        "what you say yourself is not entered by you as told to a manager: tell your own manager or reviewer, who enters it"
    )]
    ToldByOneself,
    /// Nobody is nominated.
    #[error("{name} is not nominated for {post} on {day}: nominate them first")]
    NotNominated {
        /// Who.
        name: String,
        /// For which post.
        post: String,
        /// On which day.
        day: NaiveDate,
    },
    /// Nothing to do.
    #[error("{0}; nothing was changed")]
    AsItIs(String),
    /// Written apart and not settled.
    #[error(
        "{0} was written apart, and both values stand: settle that first, on screen or with `guildhall conflict settle`; nothing was changed"
    )]
    Contested(String),
    /// Claimed by the person.
    #[error("{0} entered this credential: they change it themself, or you sight the paper")]
    Claimed(String),
}

/// A person by id.
fn person<'a>(team: &'a Team, id: &PersonId) -> Result<&'a Person, EditError> {
    team.person(id)
        .map(AsRef::as_ref)
        .ok_or_else(|| EditError::NoPerson(id.clone()))
}

/// Whether there is such a cell; returns the name of its subject.
fn cell(team: &Team, subject: &Subject, column: Option<&ColumnId>) -> Result<String, EditError> {
    match (subject, column) {
        (Subject::Competency(id), Some(column)) => {
            let competency = team
                .framework
                .competency(id)
                .ok_or_else(|| EditError::Unknown {
                    what: "competency",
                    id: id.as_str().to_owned(),
                })?;
            if team.framework.column(column).is_none() {
                return Err(EditError::Unknown {
                    what: "role column",
                    id: column.as_str().to_owned(),
                });
            }
            Ok(competency.name.clone())
        }
        (Subject::Competency(_), None) => Err(EditError::NeedsColumn),
        (Subject::Skill(_), Some(_)) => Err(EditError::NoColumnForSkill),
        (Subject::Skill(id), None) => team
            .skill(id)
            .map(|skill| skill.name.get().clone())
            .ok_or_else(|| EditError::Unknown {
                what: "skill",
                id: id.as_str().to_owned(),
            }),
    }
}

/// A text that a screen and a file can show.
fn text(field: &'static str, given: &str) -> Result<Scalar, EditError> {
    let bad = |why: &str| EditError::Text {
        field,
        why: why.to_owned(),
    };
    let given = given.trim();
    if given.chars().count() > LONGEST_TEXT {
        return Err(bad("is longer than 10,000 characters"));
    }
    if let Some(what) = unshowable(given) {
        return Err(bad(&format!("holds {what}")));
    }
    Ok(if given.is_empty() {
        Scalar::Null
    } else {
        Scalar::text(given)
    })
}

/// A text of one line that is needed.
fn line(field: &'static str, given: &str) -> Result<Scalar, EditError> {
    let bad = |why: String| EditError::Text { field, why };
    let given = given.trim();
    if given.is_empty() {
        return Err(bad("is needed".to_owned()));
    }
    if let Some(why) = too_long(given) {
        return Err(bad(format!("is too long: {why}")));
    }
    if given.contains('\n') {
        return Err(bad("is one line".to_owned()));
    }
    text(field, given)
}

/// Only managers write what the team has one of.
fn managers_only(team: &Team, what: &'static str, today: NaiveDate) -> Result<(), EditError> {
    if team.rights.is_manager(&team.me, today) {
        Ok(())
    } else {
        Err(EditError::ManagersOnly(what))
    }
}

/// A post and its title on a day.
fn find_post<'a>(
    team: &'a Team,
    id: &PostId,
    today: NaiveDate,
) -> Result<(&'a Post, String), EditError> {
    let post = team.post(id).ok_or_else(|| EditError::Unknown {
        what: "post",
        id: id.as_str().to_owned(),
    })?;
    let title = post
        .on(today)
        .map_or_else(|| id.to_string(), |f| f.title.get().clone());
    Ok((post, title))
}

/// Row key of a dated fact: its parts, then the day from which it holds.
fn dated_key(parts: &[&str], from: Option<NaiveDate>) -> String {
    let day = from.map_or_else(String::new, date_text);
    let mut all = parts.to_vec();
    all.push(&day);
    row_key(&all)
}

fn day_scalar(day: Option<NaiveDate>) -> Scalar {
    day.map_or(Scalar::Null, |d| Scalar::Text(date_text(d)))
}

/// An id that no other device makes: the name in short, and the moment.
fn new_id(name: &str, now_ms: u64) -> String {
    let mut id = slug(name, 24);
    if id.is_empty() {
        id.push('c');
    }
    if !id.ends_with('-') {
        id.push('-');
    }
    let mut rest = now_ms;
    let mut digits = Vec::new();
    while rest > 0 || digits.is_empty() {
        digits.push(char::from(
            b"0123456789abcdefghijklmnopqrstuvwxyz"[(rest % 36) as usize],
        ));
        rest /= 36;
    }
    id.extend(digits.into_iter().rev());
    id
}

fn op(doc: &DocRef, table: &str, row: &str, field: &str, value: Scalar) -> Op {
    Op {
        doc: doc.clone(),
        table: table.to_owned(),
        row: row.to_owned(),
        field: field.to_owned(),
        value,
    }
}

/// What is in conflict is settled first: saving a whole form would otherwise bury one of the values unseen.
fn settled(fields: &[(&str, bool)], of: &str) -> Result<(), EditError> {
    match fields.iter().find(|(_, conflict)| *conflict) {
        Some((field, _)) => Err(EditError::Contested(format!("{field} of {of}"))),
        None => Ok(()),
    }
}

fn edit(label: String, ops: Vec<Op>) -> Edit {
    Edit::new(label, ops)
}

#[cfg(test)]
mod fact_tests;
#[cfg(test)]
mod tests;
