//! Development actions of the team.

use super::Report;
use super::parts::{Count, Who, day, day_or_dash, who};
use crate::domain::Team;
use crate::domain::actions::ActionLine;
use crate::domain::board::Board;
use crate::domain::person::{ItemState, Person};
use crate::domain::reading::Reading;
use chrono::NaiveDate;
use serde::Serialize;

/// Development actions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Actions {
    /// Open.
    pub open: u32,
    /// Overdue, which are open too.
    pub overdue: u32,
    /// Done, still to be talked about.
    pub to_discuss: u32,
    /// Done and talked about.
    pub closed: u32,
    /// Dropped.
    pub dropped: u32,
    /// People whose plan is agreed / people with a line manager, of those whose plan may be read.
    pub agreed: Count,
    /// Open actions by date, then those to discuss.
    pub lines: Vec<Line>,
    /// People with a development talk due, longest ago first, of those whose talks may be read.
    pub talks_due: Vec<Talk>,
    /// Of whose plans and talks these are; null where they are everybody's.
    pub withheld: Option<&'static str>,
}

/// One action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Whose.
    pub person: Who,
    /// What is to be done.
    pub text: String,
    /// "open", "to-discuss", "closed" or "dropped".
    pub state: &'static str,
    /// Completion date.
    pub completion: Option<NaiveDate>,
    /// Days from today to it.
    pub days: Option<i64>,
    /// Open and past its date.
    pub overdue: bool,
    /// 0 to 100 as typed.
    pub progress: u8,
    /// Days since it was done.
    pub done_days: Option<i64>,
    /// A conflict stands behind it.
    pub conflict: bool,
}

/// A development talk that is due.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Talk {
    /// With whom.
    pub person: Who,
    /// Day of the last one; null if there was none.
    pub last: Option<NaiveDate>,
}

/// A state as files and JSON write it.
pub fn state_name(state: ItemState) -> &'static str {
    match state {
        ItemState::Open => "open",
        ItemState::ToDiscuss => "to-discuss",
        ItemState::Closed => "closed",
        ItemState::Dropped => "dropped",
    }
}

fn line(team: &Team, line: &ActionLine) -> Line {
    Line {
        person: who(team, &line.person),
        text: line.text.clone(),
        state: state_name(line.state),
        completion: line.completion,
        days: line.days,
        overdue: line.overdue,
        progress: line.progress,
        done_days: line.done_days,
        conflict: line.conflict,
    }
}

/// Makes the actions part.
pub fn actions(team: &Team, board: &Board, reading: &Reading) -> Actions {
    let today = board.today;
    let board = &board.actions;
    Actions {
        open: board.open,
        overdue: board.overdue,
        to_discuss: board.to_discuss,
        closed: board.closed,
        dropped: board.dropped,
        agreed: reading.agreed(team, board, today).into(),
        lines: board.lines.iter().map(|l| line(team, l)).collect(),
        talks_due: board
            .talks_due
            .iter()
            .filter(|(id, _)| reading.record(id))
            .map(|(id, last)| Talk {
                person: who(team, id),
                last: *last,
            })
            .collect(),
        withheld: reading.plans_counted(),
    }
}

impl Actions {
    /// As lines.
    pub fn text(&self) -> String {
        let mut out = format!(
            "Development actions\n  {} open, {} overdue, {} to discuss, {} of {} plans agreed\n",
            self.open, self.overdue, self.to_discuss, self.agreed.n, self.agreed.of
        );
        if let Some(withheld) = self.withheld {
            out += &format!("  {withheld}\n");
        }
        for line in &self.lines {
            let when = match (line.state, line.days, line.completion) {
                ("to-discuss", ..) => match line.done_days {
                    Some(days) => format!("done {days} days ago, to discuss"),
                    None => "done, to discuss".to_owned(),
                },
                (_, Some(days), Some(date)) if line.overdue => {
                    format!("{} days overdue, {}", -days, day(date))
                }
                (_, Some(days), Some(date)) => format!("in {days} days, {}", day(date)),
                _ => "no date".to_owned(),
            };
            // How far along is asked of what is not over.
            let along = match line.state {
                "open" => format!(", {} %", line.progress),
                _ => String::new(),
            };
            out += &format!("  {}: {}, {when}{along}\n", line.person.name, line.text);
        }
        if !self.talks_due.is_empty() {
            out += "\nDevelopment talks due\n";
            for talk in &self.talks_due {
                out += &format!(
                    "  {}, last talk {}\n",
                    talk.person.name,
                    day_or_dash(talk.last)
                );
            }
        }
        out
    }
}

/// The actions of the team, as a screen of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActionsReport {
    /// The actions.
    pub actions: Actions,
    /// Open objectives that are linked to no aim of the university.
    pub without_aim: Vec<WithoutAim>,
}

/// An objective without an aim.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WithoutAim {
    /// Whose.
    pub person: Who,
    /// Column 1.
    pub objective: String,
}

/// Open objectives of a person, read with their long texts, that are linked to no aim.
pub fn without_aim(team: &Team, person: &Person, today: NaiveDate) -> Vec<WithoutAim> {
    let Some(detail) = &person.detail else {
        return Vec::new();
    };
    let open = person.objectives.iter().filter(|o| {
        let state = o.states.on(today).map_or(ItemState::Open, |s| *s.get());
        let texts = detail.objective_texts.iter();
        let mut aims = texts.filter(|t| t.id == o.id.as_str() && !t.aim.trim().is_empty());
        state == ItemState::Open && aims.next().is_none()
    });
    open.map(|o| WithoutAim {
        person: who(team, &person.id),
        objective: o.title.get().clone(),
    })
    .collect()
}

impl Report for ActionsReport {
    const KIND: &'static str = "actions";

    fn text(&self) -> String {
        let mut out = self.actions.text();
        if !self.without_aim.is_empty() {
            out += "\nObjectives without an aim of the university\n";
            for one in &self.without_aim {
                out += &format!("  {}, {}\n", one.person.name, one.objective);
            }
        }
        out
    }
}
