//! The lines of the Actions screen: open objectives and actions of everybody, grouped. Made when the team or the grouping changes.
//! Must not know: how it looks, nor where the cursor is.

use crate::domain::actions::{AgreementState, agreement_on};
use crate::domain::board::Board;
use crate::domain::person::{Action, ItemState, Objective, Person};
use crate::domain::reading::Reading;
use crate::domain::{ActionId, ObjectiveId, PersonId, Subject, Team};
use chrono::NaiveDate;
use std::collections::BTreeMap;

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
}

impl Line {
    fn head(text: String, count: usize) -> Self {
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
        }
    }

    fn action(person: &Person, objective: &Objective, action: &Action, today: NaiveDate) -> Self {
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
        }
    }

    fn objective(person: &Person, objective: &Objective, today: NaiveDate) -> Self {
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
        }
    }
}

/// All lines of a grouping, from the plans that this machine may read.
pub fn lines(team: &Team, board: &Board, by: By, reading: &Reading, today: NaiveDate) -> Vec<Line> {
    match by {
        By::Person => plans(team, reading, today),
        _ => grouped(team, board, by, reading, today),
    }
}

/// "11/25 plans agreed"; where not everybody's plan can be read, of which ones that is said.
pub fn agreed_words(reading: &Reading, (n, of): (u32, u32)) -> String {
    if reading.everybody() {
        return format!("{n}/{of} plans agreed");
    }
    let words = match (reading.own_plan_alone(), n, of) {
        (false, ..) => return format!("{n}/{of} plans you read agreed"),
        // Whoever has no line manager agrees with nobody.
        (true, _, 0) => "your plan alone",
        (true, 0, _) => "your plan not agreed",
        (true, ..) => "your plan agreed",
    };
    words.to_owned()
}

/// What stands in the place of lines where there are none.
pub fn no_actions(reading: &Reading) -> &'static str {
    match reading.everybody() {
        true => "No development actions yet.",
        false => "No development actions yet in the plans that you may read.",
    }
}

/// Each plan with its open objectives, and with their actions that are open or to discuss.
fn plans(team: &Team, reading: &Reading, today: NaiveDate) -> Vec<Line> {
    let mut lines = Vec::new();
    for person in team.people.iter().filter(|p| reading.plan(&p.id)) {
        let at = lines.len();
        let mut count = 0;
        for objective in &person.objectives {
            let line = Line::objective(person, objective, today);
            let actions = objective.actions.iter();
            let actions = actions.map(|a| Line::action(person, objective, a, today));
            let open: Vec<Line> = actions.filter(is_waiting).collect();
            if line.state == ItemState::Open || !open.is_empty() {
                count += open.len();
                lines.push(line);
                lines.extend(open);
            }
        }
        let mut head = Line::head(person.name.get().clone(), count);
        head.item = Item::Person(person.id.clone());
        head.progress = None;
        lines.insert(at, head);
    }
    lines
}

fn is_waiting(line: &Line) -> bool {
    matches!(line.state, ItemState::Open | ItemState::ToDiscuss)
}

/// Actions under heads: by date, area, post or competency.
fn grouped(team: &Team, board: &Board, by: By, reading: &Reading, today: NaiveDate) -> Vec<Line> {
    // The position of a group, and its name.
    let mut groups: BTreeMap<(usize, String), Vec<Line>> = BTreeMap::new();
    let areas = areas_of(team, board);
    for person in team.people.iter().filter(|p| reading.plan(&p.id)) {
        for objective in &person.objectives {
            for action in &objective.actions {
                let line = Line::action(person, objective, action, today);
                if !is_waiting(&line) {
                    continue;
                }
                let group = match by {
                    By::Date | By::Person => date_group(&line),
                    By::Area => match areas.get(&person.id) {
                        Some((at, name)) => (*at, name.clone()),
                        None => (usize::MAX, "No area".to_owned()),
                    },
                    By::Post => match &objective.post {
                        Some(post) => {
                            let facts = team.post(post).and_then(|p| p.on(today));
                            (0, facts.map_or(post.to_string(), |f| f.title.get().clone()))
                        }
                        None => (1, "Towards no post".to_owned()),
                    },
                    By::Competency => match &objective.subject {
                        Some(subject) => (0, subject_name(team, subject)),
                        None => (1, "For no competency".to_owned()),
                    },
                };
                groups.entry(group).or_default().push(line);
            }
        }
    }
    let mut out = Vec::new();
    for ((_, name), mut lines) in groups {
        // Longest overdue first, then by date, then those without one; to discuss last, longest waiting first.
        lines.sort_by_key(|l| match l.state {
            ItemState::Open => (false, l.days.is_none(), l.days.unwrap_or(0)),
            _ => (true, l.days.is_some(), -l.days.unwrap_or(0)),
        });
        out.push(Line::head(name, lines.len()));
        out.extend(lines);
    }
    out
}

fn date_group(line: &Line) -> (usize, String) {
    let (at, name) = match (line.state, line.overdue, line.days) {
        (ItemState::ToDiscuss, ..) => (3, "Done, to discuss"),
        (_, true, _) => (0, "Overdue"),
        (_, false, Some(_)) => (1, "Due"),
        (_, false, None) => (2, "Without a date"),
    };
    (at, name.to_owned())
}

/// The area of each person's first post, in the order of the areas.
fn areas_of(team: &Team, board: &Board) -> BTreeMap<PersonId, (usize, String)> {
    let mut found = BTreeMap::new();
    for row in &board.rows {
        let area = row.post.as_ref().and_then(|p| team.post(p));
        let area = area
            .and_then(|p| p.on(board.today))
            .and_then(|f| f.area.get().clone());
        let at = area.and_then(|id| team.base.areas.iter().position(|a| a.id == id));
        if let Some(at) = at {
            let name = team.base.areas[at].name.clone();
            found.entry(row.person.clone()).or_insert((at, name));
        }
    }
    found
}

fn subject_name(team: &Team, subject: &Subject) -> String {
    let name = match subject {
        Subject::Competency(id) => team.framework.competency(id).map(|c| c.name.clone()),
        Subject::Skill(id) => team.skill(id).map(|s| s.name.get().clone()),
    };
    name.unwrap_or_else(|| subject.as_str().to_owned())
}
