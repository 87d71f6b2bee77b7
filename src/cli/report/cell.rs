//! One cell of the heatmap with how it is made.

use super::parts::{About, Because, Who, about, because, day, points, who};
use crate::domain::cell::{By, CellFigure, CellState, Current};
use crate::domain::explain::explain_cell;
use crate::domain::framework::Expected;
use crate::domain::{ColumnId, PersonId, Team};
use chrono::NaiveDate;
use serde::Serialize;

/// A cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// About what.
    pub subject: About,
    /// "yes", "depends" or "no".
    pub expected: &'static str,
    /// τ in points; null where there is none.
    pub target: Option<f64>,
    /// State of definition 4.
    pub state: CellState,
    /// The mark that counts.
    pub effective: Option<Effective>,
    /// τ − effective mark in points, not below 0.
    pub gap: Option<f64>,
    /// Manager's − own mark in points, both fresh.
    pub divergence: Option<f64>,
    /// Large enough to talk about.
    pub divergence_flagged: bool,
    /// A newer own mark stands beside the manager's.
    pub changed_since: bool,
    /// The manager's latest answer is "not observed".
    pub not_observed: bool,
    /// Something behind the figure was written twice and nobody has chosen.
    pub conflict: bool,
    /// The person asked for "not applicable to me".
    pub asked_not_applicable: bool,
    /// Own current mark.
    pub own: Option<Answer>,
    /// The manager's current answer.
    pub manager: Option<Answer>,
    /// How this is made.
    pub because: Vec<Because>,
}

/// The mark that counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Effective {
    /// In points.
    pub points: f64,
    /// Whose.
    pub by: By,
}

/// A rater's current answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// In points; null is "not observed".
    pub points: Option<f64>,
    /// Date of judgement.
    pub date: NaiveDate,
    /// Who judged.
    pub rater: Who,
    /// Who typed it.
    pub typist: Who,
    /// Not out of date.
    pub fresh: bool,
    /// Several answers stand for that day.
    pub conflict: bool,
    /// An own mark that somebody else typed or imported.
    pub transcribed: bool,
}

/// Makes a cell.
pub fn cell(
    team: &Team,
    person: &PersonId,
    column: Option<&ColumnId>,
    figure: &CellFigure,
    today: NaiveDate,
) -> Cell {
    let answer = |current: &Current| Answer {
        points: current.points.map(|p| p.value()),
        date: current.date,
        rater: who(team, &current.rater),
        typist: who(team, &current.typist),
        fresh: current.fresh,
        conflict: current.conflict,
        transcribed: current.transcribed,
    };
    Cell {
        subject: about(team, &figure.subject),
        expected: match figure.expected {
            Expected::Yes => "yes",
            Expected::Depends => "depends",
            Expected::No => "no",
        },
        target: figure.target.points().map(|p| p.value()),
        state: figure.state,
        effective: figure.effective.map(|(p, by)| Effective {
            points: p.value(),
            by,
        }),
        gap: figure.gap.map(|g| points(u32::from(g))),
        divergence: figure.divergence.map(|d| f64::from(d) / 2.0),
        divergence_flagged: figure.divergence_flagged,
        changed_since: figure.changed_since,
        not_observed: figure.not_observed,
        conflict: figure.conflict,
        asked_not_applicable: figure.asked_not_applicable,
        own: figure.own.as_ref().map(answer),
        manager: figure.manager.as_ref().map(answer),
        because: because(explain_cell(team, person, column, figure, today)),
    }
}

/// A state in words.
pub fn state_words(state: CellState) -> &'static str {
    match state {
        CellState::NotApplicable => "not expected",
        CellState::Unassessed => "no mark",
        CellState::Stale => "out of date",
        CellState::Unvalidated => "own mark only",
        CellState::NoTarget => "no target",
        CellState::Gap => "below target",
        CellState::Met => "met",
    }
}

impl Cell {
    /// One line: "Budget Management: 5.5 by manager, target 7, gap 1.5, below target".
    pub fn text(&self) -> String {
        let mut line = format!("{}: ", self.subject.name);
        match &self.effective {
            Some(e) => {
                let by = match e.by {
                    By::Manager => "manager",
                    By::Own => "own mark",
                };
                line += &format!("{} by {by}", e.points);
            }
            None => line += state_words(self.state),
        }
        if let (Some(_), Some(target)) = (&self.effective, self.target) {
            line += &format!(", target {target}");
        }
        if let Some(gap) = self.gap.filter(|g| *g > 0.0) {
            line += &format!(", gap {gap}");
        }
        if self.effective.is_some() {
            line += &format!(", {}", state_words(self.state));
        }
        for (on, words) in [
            (self.changed_since, "own mark changed since"),
            (self.not_observed, "not observed by the manager"),
            (self.conflict, "written twice, nobody has chosen"),
            (self.divergence_flagged, "marks differ: talk"),
            (self.asked_not_applicable, "asked to be not applicable"),
        ] {
            if on {
                line += ", ";
                line += words;
            }
        }
        line
    }

    /// The lines behind it: both marks and how the number is made, indented by four.
    pub fn detail(&self) -> String {
        let mut out = String::new();
        for (label, answer) in [("own", &self.own), ("manager", &self.manager)] {
            if let Some(a) = answer {
                let value = a
                    .points
                    .map_or_else(|| "not observed".to_owned(), |p| p.to_string());
                out += &format!("    {label}: {value}, {}, {}", day(a.date), a.rater.name);
                if a.typist != a.rater {
                    out += &format!(", typed by {}", a.typist.name);
                }
                out.push('\n');
            }
        }
        for step in &self.because {
            out += &format!("    {}: {} ({})\n", step.rule, step.text, step.source);
        }
        out
    }
}
