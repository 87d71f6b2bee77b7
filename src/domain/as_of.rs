//! "As of": the team as its facts have it for an earlier day. A pure function of a snapshot: facts by their own date that are not after the
//! day, and the day taken as today by every rule (definition 21). What carries no date is shown as it is today, and [`UNDATED`] says what
//! that is. What was *known* on that day is another question, which History answers.

use super::board::{Board, BoardRow};
use super::cell::CellState;
use super::ids::{PersonId, PostId};
use super::mark::{Points, Series, Subject};
use super::person::{Credential, Person};
use super::post::Post;
use super::team::Team;
use super::value::Dated;
use chrono::NaiveDate;
use std::collections::HashMap;
use std::sync::Arc;

/// What is shown as it is today on every day.
pub const UNDATED: &[&str] = &[
    "names of people, areas and competencies",
    "texts, dates and progress of objectives and actions",
    "requests “not applicable”",
    "bookings and expiry dates of credentials",
    "decisions about nominees",
    "policy, and how many holders a skill needs",
    "when devices were last heard",
];

/// The team as of a day. What has no fact after it is shared with the team.
pub fn as_of(team: &Team, day: NaiveDate) -> Team {
    let mut earlier = team.clone();
    for slot in &mut earlier.people {
        if is_later(slot, day) {
            *slot = Arc::new(person_as_of(slot, day));
        }
    }
    let base = Arc::make_mut(&mut earlier.base);
    base.posts.retain_mut(|post| post_as_of(post, day));
    for skill in &mut base.skills {
        cut(&mut skill.target, day);
        cut(&mut skill.critical, day);
    }
    if let Some(records) = &mut earlier.succession {
        let posts = Arc::make_mut(records);
        for record in posts {
            record.factors.retain(|(from, _)| has_begun(*from, day));
            record.nominations.retain(|n| has_begun(n.from, day));
        }
    }
    let framework = Arc::make_mut(&mut earlier.framework);
    for rule in &mut framework.targets {
        cut(&mut rule.target, day);
    }
    let private = Arc::make_mut(&mut earlier.private);
    cut_marks(&mut private.drafts, day);
    earlier
}

/// One person as of a day; they may carry detail that the team's summary does not.
pub fn person_as_of(person: &Person, day: NaiveDate) -> Person {
    let mut earlier = person.clone();
    cut_marks(&mut earlier.series, day);
    cut(&mut earlier.fte, day);
    cut(&mut earlier.contract_end, day);
    cut(&mut earlier.notice, day);
    earlier.horizons.retain(|h| h.said <= day);
    earlier.absences.retain(|a| a.from <= day);
    earlier.credentials.retain(|c| !is_ahead(c, day));
    for credential in &mut earlier.credentials {
        credential.sighted.take_if(|(_, seen)| *seen > day);
    }
    earlier.talks.retain(|talk| *talk <= day);
    for objective in &mut earlier.objectives {
        cut(&mut objective.states, day);
        objective.agreements.retain(|a| a.date <= day);
        for action in &mut objective.actions {
            cut(&mut action.states, day);
        }
    }
    if let Some(detail) = &mut earlier.detail {
        let detail = Arc::make_mut(detail);
        detail.mark_notes.retain(|n| n.date <= day);
        detail.progress_notes.retain(|n| n.date <= day);
        detail.drop_reasons.retain(|r| r.date <= day);
        detail
            .ppd
            .retain(|entry| entry.date <= day || !entry.completed);
        detail.aspirations.retain(|a| a.date <= day);
        detail.meetings.retain(|m| m.date <= day);
    }
    earlier
}

/// Whether something about a person has a date after the day.
fn is_later(person: &Person, day: NaiveDate) -> bool {
    fn after<T>(fact: &Dated<T>, day: NaiveDate) -> bool {
        fact.0.iter().any(|(from, _)| !has_begun(*from, day))
    }
    let credential = |c: &Credential| {
        is_ahead(c, day) || c.sighted.as_ref().is_some_and(|(_, seen)| *seen > day)
    };
    person.detail.is_some()
        || person
            .series
            .iter()
            .any(|s| s.marks.iter().any(|m| m.date > day))
        || after(&person.fte, day)
        || after(&person.contract_end, day)
        || after(&person.notice, day)
        || person.horizons.iter().any(|h| h.said > day)
        || person.absences.iter().any(|a| a.from > day)
        || person.credentials.iter().any(credential)
        || person.talks.iter().any(|talk| *talk > day)
        || person.objectives.iter().any(|o| {
            after(&o.states, day)
                || o.agreements.iter().any(|a| a.date > day)
                || o.actions.iter().any(|a| after(&a.states, day))
        })
}

fn has_begun(from: Option<NaiveDate>, day: NaiveDate) -> bool {
    from.is_none_or(|from| from <= day)
}

fn cut<T>(fact: &mut Dated<T>, day: NaiveDate) {
    fact.0.retain(|(from, _)| has_begun(*from, day));
}

fn cut_marks(series: &mut Vec<Series>, day: NaiveDate) {
    for one in &mut *series {
        one.marks.retain(|m| m.date <= day);
    }
    series.retain(|one| !one.marks.is_empty());
}

/// Obtained after the day, and by no account before.
fn is_ahead(credential: &Credential, day: NaiveDate) -> bool {
    let mut days = credential.obtained.all().flatten().peekable();
    days.peek().is_some() && days.all(|obtained| *obtained > day)
}

/// Cuts a post's facts; `false` where the post was not there yet.
fn post_as_of(post: &mut Post, day: NaiveDate) -> bool {
    post.facts.retain(|(from, _)| has_begun(*from, day));
    post.holders.retain(|h| has_begun(h.from, day));
    for (_, listed) in &mut post.skills {
        cut(listed, day);
    }
    for must in &mut post.must_haves {
        cut(&mut must.listed, day);
    }
    for (_, expected) in &mut post.depends {
        cut(expected, day);
    }
    !post.facts.is_empty()
}

/// A cell whose effective mark or state differs between two days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellChange {
    /// Whose.
    pub person: PersonId,
    /// In which post on the later day.
    pub post: Option<PostId>,
    /// About what.
    pub subject: Subject,
    /// On the earlier day; `None` where there was no such cell.
    pub before: Option<Stood>,
    /// On the later day.
    pub after: Stood,
}

/// How a cell stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stood {
    /// The effective mark.
    pub mark: Option<Points>,
    /// The state.
    pub state: CellState,
}

impl CellChange {
    /// After − before in half points, where both have a mark.
    pub fn halves(&self) -> Option<i8> {
        let before = self.before?.mark?;
        // Both lie within 2..=20, so the difference fits.
        Some(self.after.mark?.halves() as i8 - before.halves() as i8)
    }
}

/// For each row of the later board, the row of the same person on the earlier one: in the same post where they had it, else their first.
pub fn rows_before(before: &Board, after: &Board) -> Vec<Option<Arc<BoardRow>>> {
    let mut by_person: HashMap<&PersonId, Vec<&Arc<BoardRow>>> = HashMap::new();
    for row in &before.rows {
        by_person.entry(&row.person).or_default().push(row);
    }
    let found = |row: &Arc<BoardRow>| {
        let rows = by_person.get(&row.person)?;
        let same = rows.iter().find(|r| r.post == row.post);
        same.or(rows.first()).map(|r| Arc::clone(r))
    };
    after.rows.iter().map(found).collect()
}

/// Every cell that differs, in the order of the later board's rows and subjects.
pub fn changes(before: &Board, after: &Board) -> Vec<CellChange> {
    let mut found = Vec::new();
    for (row, old) in after.rows.iter().zip(rows_before(before, after)) {
        for cell in &row.cells {
            let stood = |cell: &super::cell::CellFigure| Stood {
                mark: cell.effective.map(|(points, _)| points),
                state: cell.state,
            };
            let old = old.iter().flat_map(|r| &r.cells);
            let before = old.into_iter().find(|c| c.subject == cell.subject);
            let (before, after) = (before.map(stood), stood(cell));
            let nothing = before.is_none() && after.mark.is_none();
            if before != Some(after) && !nothing {
                found.push(CellChange {
                    person: row.person.clone(),
                    post: row.post.clone(),
                    subject: cell.subject.clone(),
                    before,
                    after,
                });
            }
        }
    }
    found
}
