//! What is shown for an earlier day, and what is different since one.

use super::Report;
use super::parts::{About, Named, Who, about, post, who};
use super::what_if::{Changes, changes};
use crate::domain::Team;
use crate::domain::as_of::{self, Stood, UNDATED};
use crate::domain::board::Board;
use crate::domain::cell::CellState;
use crate::domain::reading::Reading;
use chrono::NaiveDate;
use serde::Serialize;

/// A report for today or for an earlier day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfDay<R> {
    /// The report.
    #[serde(flatten)]
    pub report: R,
    /// For an earlier day, what carries no date and is shown as it is today; else null.
    pub shown_as_today: Option<&'static [&'static str]>,
}

impl<R> OfDay<R> {
    /// Of an earlier day, where one was asked for.
    pub fn new(report: R, earlier: bool) -> Self {
        Self {
            report,
            shown_as_today: earlier.then_some(UNDATED),
        }
    }
}

impl<R: Report> Report for OfDay<R> {
    const KIND: &'static str = R::KIND;

    fn text(&self) -> String {
        let mut out = self.report.text();
        if let Some(undated) = self.shown_as_today {
            out = out.trim_end().to_owned();
            out += &format!(
                "\n\nShown as they are today, since they carry no date: {}.\nWhat was known then is history: guildhall history --until DATE\n",
                undated.join("; ")
            );
        }
        out
    }
}

/// What is different since a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Since {
    /// The earlier day.
    pub since: NaiveDate,
    /// The later day.
    pub until: NaiveDate,
    /// Figures on both.
    #[serde(flatten)]
    pub changes: Changes,
    /// Cells whose effective mark or state differs, of people whose marks may be read.
    pub cells: Vec<CellChange>,
    /// What is withheld, and why; null where nothing is.
    pub withheld: Option<String>,
    /// What carries no date and is shown as it is today on both.
    pub shown_as_today: &'static [&'static str],
}

/// A cell on both days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CellChange {
    /// Whose.
    pub person: Who,
    /// In which post on the later day.
    pub post: Option<Named>,
    /// About what.
    pub subject: About,
    /// Effective mark on the earlier day.
    pub mark_before: Option<f64>,
    /// State on the earlier day; null where there was no such cell.
    pub state_before: Option<CellState>,
    /// Effective mark on the later day.
    pub mark_after: Option<f64>,
    /// State on the later day.
    pub state_after: CellState,
    /// After less before, where both have a mark.
    pub difference: Option<f64>,
}

/// Makes the report; the names are those of the later day.
pub fn since(team: &Team, before: &Board, after: &Board, reading: &Reading) -> Since {
    let mark = |stood: &Stood| stood.mark.map(|m| m.value());
    Since {
        since: before.today,
        until: after.today,
        changes: match reading.everybody() {
            true => changes(team, before, after),
            false => Changes::default(),
        },
        cells: as_of::changes(before, after)
            .iter()
            .filter(|change| reading.record(&change.person))
            .map(|change| CellChange {
                person: who(team, &change.person),
                post: change.post.as_ref().map(|id| post(team, id, after.today)),
                subject: about(team, &change.subject),
                mark_before: change.before.as_ref().and_then(mark),
                state_before: change.before.map(|s| s.state),
                mark_after: mark(&change.after),
                state_after: change.after.state,
                difference: change.halves().map(|halves| f64::from(halves) / 2.0),
            })
            .collect(),
        withheld: reading.withheld("Figures of the team and cells of others are"),
        shown_as_today: UNDATED,
    }
}

impl Report for Since {
    const KIND: &'static str = "since";

    fn text(&self) -> String {
        let day = super::parts::day;
        let mut out = format!("From {} to {}\n\n", day(self.since), day(self.until));
        out += &self.changes.text();
        if let Some(withheld) = &self.withheld {
            out += &format!("{withheld}\n");
        }
        if !self.cells.is_empty() {
            out += "\nCells\n";
        }
        let number =
            |mark: Option<f64>| mark.map_or_else(|| "no mark".to_owned(), |m| m.to_string());
        for cell in &self.cells {
            let state = cell.state_before.map_or("not there", CellState::label);
            out += &format!(
                "  {}, {}: {} ({state}) → {} ({})\n",
                cell.person.name,
                cell.subject.name,
                number(cell.mark_before),
                number(cell.mark_after),
                cell.state_after.label()
            );
        }
        out += &format!(
            "\nShown as they are today on both days, since they carry no date: {}.\n",
            self.shown_as_today.join("; ")
        );
        out
    }
}
