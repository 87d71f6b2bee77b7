//! A line of the Actions screen: an objective or an action of somebody, and what it was before. Must not know: how it looks, nor how lines are
//! grouped.

use super::person::lines::state_label;
use crate::domain::actions::{AgreementState, agreement_on};
use crate::domain::person::{Action, ItemState, Objective, Person};
use crate::domain::{ActionId, ObjectiveId, PersonId};
use chrono::NaiveDate;

/// How lines are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Overdue, due, without a date, to discuss.
    #[default]
    Date,
    /// By person: their plans, objective by objective.
    Person,
    /// By functional area.
    Area,
    /// By the post that an objective leads towards.
    Post,
    /// By the competency or skill that an objective serves.
    Competency,
}

impl By {
    /// In the order of the key.
    pub const ALL: [Self; 5] = [
        Self::Date,
        Self::Person,
        Self::Area,
        Self::Post,
        Self::Competency,
    ];

    /// Whether lines say whose they are; otherwise that stands above them.
    pub fn has_names(self) -> bool {
        self != Self::Person
    }

    /// As printed.
    pub fn label(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Person => "person",
            Self::Area => "area",
            Self::Post => "post",
            Self::Competency => "competency",
        }
    }
}

/// What a line stands for; it outlives a new team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A group, with how many actions stand in it.
    Head(usize),
    /// A person's plan.
    Person(PersonId),
    /// An objective.
    Objective(PersonId, ObjectiveId),
    /// An action.
    Action(PersonId, ObjectiveId, ActionId),
}

/// How an objective or an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// In a plan, in this state; with the progress of an action.
    In(ItemState, Option<u8>),
    /// In no plan any more.
    Gone,
}

impl Stands {
    /// As printed: the progress says of an action that it is open.
    pub fn words(self) -> String {
        match self {
            Self::In(ItemState::Open, Some(progress)) => format!("{progress} %"),
            Self::In(state, _) => state_label(state).to_owned(),
            Self::Gone => "gone".to_owned(),
        }
    }
}

/// What a line was before, where it is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// So many actions stood under the head.
    Count(usize),
    /// The objective or action stood so.
    Stood(Stands),
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it stands for.
    pub item: Item,
    /// Its words.
    pub text: String,
    /// Whose, where that is not said above.
    pub name: String,
    /// State today.
    pub state: ItemState,
    /// Days to the completion date, or since it was done.
    pub days: Option<i64>,
    /// Open and past its date.
    pub overdue: bool,
    /// Progress of an action; `None` for anything else.
    pub progress: Option<u8>,
    /// How the agreement of an objective stands.
    pub agreement: Option<AgreementState>,
    /// A conflict stands behind it.
    pub conflict: bool,
    /// In no plan any more: it is shown for what it was.
    pub gone: bool,
    /// What it was, where it is another.
    pub before: Option<Before>,
    /// By date, under which head it stood before, if it waited then.
    pub(super) stood_under: Option<usize>,
}

impl Line {
    /// How it stands.
    pub fn stands(&self) -> Stands {
        match self.gone {
            true => Stands::Gone,
            false => Stands::In(self.state, self.progress),
        }
    }

    /// Beside what it was.
    pub(super) fn beside(mut self, old: &Self) -> Self {
        let stood = old.stands();
        self.before = (stood != self.stands()).then_some(Before::Stood(stood));
        self.stood_under = is_waiting(old).then(|| date_group(old));
        self
    }

    /// For what it was, and is no more.
    pub(super) fn gone(mut self) -> Self {
        self.before = Some(Before::Stood(self.stands()));
        self.stood_under = is_waiting(&self).then(|| date_group(&self));
        self.gone = true;
        self.overdue = false;
        self
    }

    pub(super) fn head(text: String, count: usize) -> Self {
        Self {
            item: Item::Head(count),
            text,
            name: String::new(),
            state: ItemState::Open,
            days: None,
            overdue: false,
            progress: None,
            agreement: None,
            conflict: false,
            gone: false,
            before: None,
            stood_under: None,
        }
    }

    pub(super) fn action(
        person: &Person,
        objective: &Objective,
        action: &Action,
        today: NaiveDate,
    ) -> Self {
        let entry = action.states.entry_on(today);
        let state = entry.map_or(ItemState::Open, |(_, s)| *s.get());
        let completion = *action.completion.get();
        let done = entry
            .and_then(|(from, _)| from)
            .map(|d| (today - d).num_days());
        Self {
            item: Item::Action(person.id.clone(), objective.id.clone(), action.id.clone()),
            text: action.text.get().clone(),
            name: person.name.get().clone(),
            state,
            days: match state {
                ItemState::ToDiscuss => done,
                _ => completion.map(|d| (d - today).num_days()),
            },
            overdue: state == ItemState::Open && completion.is_some_and(|d| d < today),
            progress: Some(action.progress.get().0),
            agreement: None,
            conflict: entry.is_some_and(|(_, s)| s.is_conflict())
                || action.completion.is_conflict()
                || action.progress.is_conflict()
                || action.text.is_conflict(),
            gone: false,
            before: None,
            stood_under: None,
        }
    }

    pub(super) fn objective(person: &Person, objective: &Objective, today: NaiveDate) -> Self {
        let state = objective.states.on(today);
        let completion = *objective.completion.get();
        Self {
            item: Item::Objective(person.id.clone(), objective.id.clone()),
            text: objective.title.get().clone(),
            name: person.name.get().clone(),
            state: state.map_or(ItemState::Open, |s| *s.get()),
            days: completion.map(|d| (d - today).num_days()),
            overdue: false,
            progress: None,
            agreement: Some(agreement_on(objective, today)),
            conflict: state.is_some_and(|s| s.is_conflict())
                || objective.title.is_conflict()
                || objective.priority.is_conflict()
                || objective.review.is_conflict()
                || objective.completion.is_conflict(),
            gone: false,
            before: None,
            stood_under: None,
        }
    }
}

fn waits(stands: Stands) -> bool {
    matches!(
        stands,
        Stands::In(ItemState::Open | ItemState::ToDiscuss, _)
    )
}

/// Whether it is open or to discuss.
pub(super) fn is_waiting(line: &Line) -> bool {
    waits(line.stands())
}

/// Whether it waited before, where that was another.
pub(super) fn has_waited(line: &Line) -> bool {
    matches!(line.before, Some(Before::Stood(stood)) if waits(stood))
}

/// Under which head of the grouping by date, counted from 0, a line stands.
pub(super) fn date_group(line: &Line) -> usize {
    match (is_waiting(line), line.state, line.overdue, line.days) {
        (false, ..) => 4,
        (_, ItemState::ToDiscuss, ..) => 3,
        (_, _, true, _) => 0,
        (_, _, false, Some(_)) => 1,
        (_, _, false, None) => 2,
    }
}
