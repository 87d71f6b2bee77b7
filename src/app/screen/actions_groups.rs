//! The lines of the Actions screen in their order: open objectives and actions of everybody, grouped. Made when the team or the grouping
//! changes. Beside a team before, lines that were there and are no more stay, so that what is supposed can be seen.
//! Must not know: how it looks, nor where the cursor is.

use super::actions_lines::{Before, By, Item, Line, Stands, date_group, has_waited, is_waiting};
use crate::domain::board::Board;
use crate::domain::person::{ItemState, Objective, Person};
use crate::domain::reading::Reading;
use crate::domain::{PersonId, PostId, Subject, Team};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// All lines of a grouping, from the plans that this machine may read; beside a team before, with what they were.
pub fn lines(
    team: &Team,
    board: &Board,
    by: By,
    reading: &Reading,
    today: NaiveDate,
    before: Option<(&Team, &Board)>,
) -> Vec<Line> {
    let plans = plans(team, reading, today, before);
    if by == By::Person {
        return by_person(plans);
    }
    let mut areas = areas_of(team, board);
    if let Some((team, board)) = before {
        // Whoever has left has no area any more.
        for (id, area) in areas_of(team, board) {
            areas.entry(id).or_insert(area);
        }
    }
    let of_objective = |head: &Line, one: &Planned| match by {
        By::Date | By::Person => None,
        By::Area => Some(match whose(head).and_then(|id| areas.get(id)) {
            Some((at, name)) => (*at, name.clone()),
            None => (usize::MAX, "No area".to_owned()),
        }),
        By::Post => Some(match &one.post {
            Some(post) => {
                let facts = team.post(post).and_then(|p| p.on(today));
                (0, facts.map_or(post.to_string(), |f| f.title.get().clone()))
            }
            None => (1, "Towards no post".to_owned()),
        }),
        By::Competency => Some(match &one.subject {
            Some(subject) => (0, subject_name(team, subject)),
            None => (1, "For no competency".to_owned()),
        }),
    };
    grouped(plans, &of_objective, before.is_some())
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

/// Whose plan a head begins.
fn whose(head: &Line) -> Option<&PersonId> {
    match &head.item {
        Item::Person(id) => Some(id),
        Item::Head(_) | Item::Objective(..) | Item::Action(..) => None,
    }
}

/// A person's plan: each objective with its actions.
struct Plan {
    head: Line,
    objectives: Vec<Planned>,
}

/// An objective with its actions, all of them, and what both were.
struct Planned {
    subject: Option<Subject>,
    post: Option<PostId>,
    line: Line,
    actions: Vec<Line>,
}

/// The plans that may be read.
fn plans(
    team: &Team,
    reading: &Reading,
    today: NaiveDate,
    before: Option<(&Team, &Board)>,
) -> Vec<Plan> {
    let old: HashMap<&PersonId, &Arc<Person>> = before
        .iter()
        .flat_map(|(team, _)| &team.people)
        .map(|p| (&p.id, p))
        .collect();
    let plan = |person: &Arc<Person>| {
        let mut objectives = planned(person, today);
        let old = old.get(&person.id).zip(before);
        if let Some((old, (_, board))) = old {
            objectives = beside(objectives, planned(old, board.today));
        }
        let mut head = Line::head(person.name.get().clone(), 0);
        head.item = Item::Person(person.id.clone());
        Plan { head, objectives }
    };
    let readable = team.people.iter().filter(|p| reading.plan(&p.id));
    readable.map(plan).collect()
}

fn planned(person: &Person, today: NaiveDate) -> Vec<Planned> {
    let one = |objective: &Objective| Planned {
        subject: objective.subject.clone(),
        post: objective.post.clone(),
        line: Line::objective(person, objective, today),
        actions: objective
            .actions
            .iter()
            .map(|a| Line::action(person, objective, a, today))
            .collect(),
    };
    person.objectives.iter().map(one).collect()
}

/// What is there beside what was, then what is no more.
fn beside(now: Vec<Planned>, mut old: Vec<Planned>) -> Vec<Planned> {
    let mut out = Vec::new();
    for mut one in now {
        let at = old.iter().position(|o| o.line.item == one.line.item);
        if let Some(mut was) = at.map(|at| old.remove(at)) {
            one.line = one.line.beside(&was.line);
            let mut actions = Vec::new();
            for action in one.actions {
                let at = was.actions.iter().position(|a| a.item == action.item);
                actions.push(match at.map(|at| was.actions.remove(at)) {
                    Some(old) => action.beside(&old),
                    None => action,
                });
            }
            actions.extend(was.actions.into_iter().map(Line::gone));
            one.actions = actions;
        }
        out.push(one);
    }
    out.extend(old.into_iter().map(|mut one| {
        one.line = one.line.gone();
        one.actions = one.actions.into_iter().map(Line::gone).collect();
        one
    }));
    out
}

/// Everybody's plan with its open objectives, and with their actions that are open or to discuss, or were.
fn by_person(plans: Vec<Plan>) -> Vec<Line> {
    let mut lines = Vec::new();
    for plan in plans {
        lines.push(plan.head);
        for one in plan.objectives {
            let shown = one.actions.into_iter();
            let shown: Vec<Line> = shown.filter(|l| is_waiting(l) || has_waited(l)).collect();
            let open = |stands: Stands| matches!(stands, Stands::In(ItemState::Open, _));
            let was = match one.line.before {
                Some(Before::Stood(stood)) => open(stood),
                _ => false,
            };
            if open(one.line.stands()) || was || !shown.is_empty() {
                lines.push(one.line);
                lines.extend(shown);
            }
        }
    }
    lines
}

/// Where a group stands, and its name.
type Group = (usize, String);

/// Heads of the grouping by date. Under the last stands what waited before.
const BY_DATE: [&str; 5] = [
    "Overdue",
    "Due",
    "Without a date",
    "Done, to discuss",
    "Waits no more",
];

/// Actions under heads: those of their objectives, or else by date.
fn grouped(
    plans: Vec<Plan>,
    of_objective: &dyn Fn(&Line, &Planned) -> Option<Group>,
    compared: bool,
) -> Vec<Line> {
    let by_date = |at: usize| (at, BY_DATE[at].to_owned());
    // Lines, and how many stood there before.
    let mut groups: BTreeMap<Group, (Vec<Line>, usize)> = BTreeMap::new();
    for plan in plans {
        for mut one in plan.objectives {
            let actions = std::mem::take(&mut one.actions);
            let fixed = of_objective(&plan.head, &one);
            for line in actions {
                if let Some(at) = line.stood_under {
                    let group = fixed.clone().unwrap_or_else(|| by_date(at));
                    groups.entry(group).or_default().1 += 1;
                }
                if is_waiting(&line) || has_waited(&line) {
                    let at = date_group(&line);
                    let group = fixed.clone().unwrap_or_else(|| by_date(at));
                    groups.entry(group).or_default().0.push(line);
                }
            }
        }
    }
    let mut out = Vec::new();
    for ((_, name), (mut lines, before)) in groups {
        // Longest overdue first, then by date, then those without one; to discuss last, longest waiting first; behind them what waits no
        // more.
        lines.sort_by_key(|l| match (is_waiting(l), l.state) {
            (false, _) => (2, l.days.is_none(), l.days.unwrap_or(0)),
            (true, ItemState::Open) => (0, l.days.is_none(), l.days.unwrap_or(0)),
            (true, _) => (1, l.days.is_some(), -l.days.unwrap_or(0)),
        });
        let waiting = lines.iter().filter(|l| is_waiting(l)).count();
        // What waits no more is counted as what it is under a head of its own.
        let none_waited = before == 0 && waiting == 0;
        let count = if none_waited { lines.len() } else { waiting };
        let mut head = Line::head(name, count);
        head.before =
            (compared && !none_waited && before != count).then_some(Before::Count(before));
        out.push(head);
        out.extend(lines);
    }
    out
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
