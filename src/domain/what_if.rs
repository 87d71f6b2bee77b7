//! "What if": the team as it would be if some people were away or left, or had completed their plans. A pure overlay on a snapshot, from
//! which every figure is made as from any other team; nothing of it can be saved, since no edit comes out of it.
//!
//! What is supposed, and no more:
//!
//! - *Away*: an absence that covers today. The person stays in post.
//! - *Leaves*: their posts are vacant from today, no nomination of theirs stands, and their plan and talks end. Marks that they gave stay.
//! - *Plan completed*: every open action and objective is closed today. An objective that closes a *gap* brings the manager's mark of its
//!   competency or skill to the target, against the columns of the person's posts and of the post that it leads to; a *strength* moves no
//!   mark. Where an objective leads to a post, the courses that are booked for that post's must-haves are passed and seen. A must-have for
//!   which nothing is booked stays missing, which is the cautious answer.

mod difference;

pub use difference::{Difference, KeyFigure, PostChange, SkillChange, difference};

use super::cell::{By, cell_against};
use super::framework::{Expected, Target};
use super::ids::{ColumnId, PersonId};
use super::mark::{Answer, Mark, MarkKind, Points, Series, Subject};
use super::person::{Absence, ItemState, Objective, Person, Priority, Progress};
use super::post::{CriticalPost, Post};
use super::team::{Rights, Role, Team};
use super::value::{Dated, Value};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What can be supposed of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Supposed {
    /// Leaves, from today on.
    Leaves,
    /// Is away today.
    Away,
    /// Has completed the development plan.
    Completes,
}

impl Supposed {
    /// In the order of the picker.
    pub const ALL: [Self; 3] = [Self::Leaves, Self::Away, Self::Completes];

    /// As said of one person: "Ann Example leaves".
    pub fn verb(self) -> &'static str {
        match self {
            Self::Leaves => "leaves",
            Self::Away => "is away",
            Self::Completes => "completes the plan",
        }
    }

    /// As said of several.
    pub fn verbs(self) -> &'static str {
        match self {
            Self::Leaves => "leave",
            Self::Away => "are away",
            Self::Completes => "complete their plans",
        }
    }
}

/// What is supposed: any set of people away or leaving, any set of plans completed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIf(BTreeSet<(PersonId, Supposed)>);

impl WhatIf {
    /// Nothing is supposed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Supposes something, or takes it back: doing it twice changes nothing.
    pub fn toggle(&mut self, person: &PersonId, what: Supposed) {
        let entry = (person.clone(), what);
        if !self.0.remove(&entry) {
            self.0.insert(entry);
        }
    }

    /// Whether this is supposed.
    pub fn has(&self, person: &PersonId, what: Supposed) -> bool {
        self.0.contains(&(person.clone(), what))
    }

    /// Whether anything is supposed of a person.
    pub fn concerns(&self, person: &PersonId) -> bool {
        self.0.iter().any(|(id, _)| id == person)
    }

    /// Everything that is supposed, person by person.
    pub fn all(&self) -> impl Iterator<Item = (&PersonId, Supposed)> {
        self.0.iter().map(|(id, what)| (id, *what))
    }

    /// Everything that is to be said of it: whoever leaves is away anyhow.
    pub fn said(&self) -> impl Iterator<Item = (&PersonId, Supposed)> {
        self.all()
            .filter(move |(id, what)| *what != Supposed::Away || !self.has(id, Supposed::Leaves))
    }

    fn of(&self, what: Supposed) -> BTreeSet<&PersonId> {
        self.all()
            .filter(|(_, w)| *w == what)
            .map(|(id, _)| id)
            .collect()
    }
}

/// The team as it would be. What does not change is shared with the team, so a team of any size costs little.
pub fn suppose(team: &Team, what: &WhatIf, today: NaiveDate) -> Team {
    let mut supposed = team.clone();
    if what.is_empty() {
        return supposed;
    }
    for slot in &mut supposed.people {
        if what.concerns(&slot.id) {
            *slot = Arc::new(suppose_person(team, slot, what, today));
        }
    }
    let leaving = what.of(Supposed::Leaves);
    if !leaving.is_empty() {
        leave(&mut supposed, &leaving, today);
    }
    supposed
}

/// One person as they would be; `person` may carry detail that the team's summary does not.
pub fn suppose_person(team: &Team, person: &Person, what: &WhatIf, today: NaiveDate) -> Person {
    let mut supposed = person.clone();
    if what.has(&person.id, Supposed::Completes) {
        complete(team, &mut supposed, today);
    }
    if what.has(&person.id, Supposed::Away) {
        supposed.absences.push(Absence {
            id: "what-if".to_owned(),
            from: today,
            until: Value::One(None),
            kind: "what if".to_owned(),
        });
    }
    if what.has(&person.id, Supposed::Leaves) {
        supposed.objectives.clear();
    }
    supposed
}

/// Ends posts, nominations and line management of those who leave.
fn leave(team: &mut Team, leaving: &BTreeSet<&PersonId>, today: NaiveDate) {
    let before = today.pred_opt().unwrap_or(today);
    let base = Arc::make_mut(&mut team.base);
    for post in &mut base.posts {
        // An end before the beginning is a time in post that covers no day.
        for holder in &mut post.holders {
            if leaving.contains(&holder.person) && holder.on(today) {
                holder.until = Value::One(Some(before));
            }
        }
    }
    if let Some(records) = &mut team.succession {
        let records: &mut Vec<CriticalPost> = Arc::make_mut(records);
        for record in records {
            record.nominations.retain(|n| !leaving.contains(&n.person));
        }
    }
    // What somebody judged while they had the right still counts; nobody is due for a talk with a manager that they no longer have.
    let Rights(rights) = Arc::make_mut(&mut team.rights);
    for right in rights {
        let over = right.over.as_ref().is_some_and(|id| leaving.contains(id));
        if over && right.role == Role::Line && right.on(today) {
            right.until = Some(before);
        }
    }
}

/// Completes a plan.
fn complete(team: &Team, person: &mut Person, today: NaiveDate) {
    let open = |o: &Objective| {
        o.states
            .on(today)
            .is_none_or(|s| *s.get() == ItemState::Open)
    };
    let objectives: Vec<Objective> = person
        .objectives
        .iter()
        .filter(|o| open(o))
        .cloned()
        .collect();
    for objective in &objectives {
        if let Some(subject) = &objective.subject
            && *objective.priority.get() == Priority::Gap
        {
            reach(team, person, subject, objective, today);
        }
        if let Some(post) = objective.post.as_ref().and_then(|id| team.post(id)) {
            pass_booked(team, person, post, today);
        }
    }
    for objective in person.objectives.iter_mut().filter(|o| open(o)) {
        close(&mut objective.states, today);
        for action in &mut objective.actions {
            let state = action.states.on(today).map(|s| *s.get());
            if state.is_none_or(|s| s == ItemState::Open) {
                close(&mut action.states, today);
                action.progress = Value::One(Progress(100));
            }
        }
    }
}

fn close(states: &mut Dated<ItemState>, today: NaiveDate) {
    states.0.retain(|(from, _)| *from != Some(today));
    let mut entries = std::mem::take(&mut states.0);
    entries.push((Some(today), Value::One(ItemState::Closed)));
    *states = Dated::from_entries(entries);
}

/// Brings the manager's mark of a subject to its target wherever the person's posts, or the post aimed at, expect it.
fn reach(
    team: &Team,
    person: &mut Person,
    subject: &Subject,
    objective: &Objective,
    today: NaiveDate,
) {
    let Some(rater) = judge(team, &person.id, today) else {
        return;
    };
    let aimed = objective.post.as_ref();
    let posts: Vec<&Post> = team
        .base
        .posts
        .iter()
        .filter(|p| {
            Some(&p.id) == aimed
                || p.holders
                    .iter()
                    .any(|h| h.person == person.id && h.on(today))
        })
        .collect();
    let skill = matches!(subject, Subject::Skill(_));
    // A skill is one skill whatever the post: its own target holds even where no post lists it.
    if skill && let (Target::Points(target), _) = super::cell::target_of(team, None, subject, today)
    {
        let figure = cell_against(team, person, None, posts.first().copied(), subject, today);
        let now = figure.manager.filter(|m| m.fresh).and_then(|m| m.points);
        if now.is_none_or(|p| p < target) {
            give(person, subject, None, target, &rater, today);
        }
    }
    if skill {
        return;
    }
    for post in posts {
        let column = post.on(today).and_then(|f| f.column.get().clone());
        let Some(column) = column else { continue };
        let figure = cell_against(team, person, Some(&column), Some(post), subject, today);
        let Target::Points(target) = figure.target else {
            continue;
        };
        let met = figure
            .effective
            .is_some_and(|(e, by)| by == By::Manager && e >= target);
        if figure.expected != Expected::No && !met {
            give(person, subject, Some(&column), target, &rater, today);
        }
    }
}

/// Who would give the mark: the line manager, else anybody else who may.
fn judge(team: &Team, person: &PersonId, today: NaiveDate) -> Option<PersonId> {
    team.rights
        .line_manager(person, today)
        .filter(|m| team.rights.may_validate(m, person, today))
        .or_else(|| {
            let mut holders = team.rights.0.iter().map(|r| &r.holder);
            holders.find(|h| team.rights.may_validate(h, person, today))
        })
        .cloned()
}

fn give(
    person: &mut Person,
    subject: &Subject,
    column: Option<&ColumnId>,
    points: Points,
    rater: &PersonId,
    today: NaiveDate,
) {
    let mark = Mark {
        kind: MarkKind::Manager,
        rater: rater.clone(),
        typist: rater.clone(),
        date: today,
        // Behind whatever was entered today.
        entered: u64::MAX,
        answer: Value::One(Answer::Points(points)),
    };
    let known = person
        .series
        .iter_mut()
        .find(|s| &s.subject == subject && s.column.as_ref() == column);
    match known {
        Some(series) => series.marks.push(mark),
        None => person.series.push(Series {
            subject: subject.clone(),
            column: column.cloned(),
            marks: vec![mark],
        }),
    }
}

/// Courses booked for the must-haves of a post are passed, and a manager has seen the paper.
fn pass_booked(team: &Team, person: &mut Person, post: &Post, today: NaiveDate) {
    let sighter = judge(team, &person.id, today);
    let Some(sighter) = sighter else { return };
    let listed = |code: &str| {
        post.must_haves
            .iter()
            .any(|m| m.code == code && m.listed.on(today).is_some_and(|l| l.get().0))
    };
    for credential in &mut person.credentials {
        let booked = credential.booked.get().is_some_and(|day| day >= today);
        if booked && listed(&credential.code) {
            credential.obtained = Value::One(Some(today));
            credential.expires = Value::One(None);
            credential.booked = Value::One(None);
            credential.sighted = Some((sighter.clone(), today));
        }
    }
}
