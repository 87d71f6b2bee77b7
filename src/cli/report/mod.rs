//! Reports: what a screen shows, as data. One value is both the JSON (its fields are the documented keys) and the plain text, so the
//! two cannot disagree. No entry time and no device stands in a report: a team that was exported and imported again gives the same.

pub mod actions;
pub mod as_of;
pub mod cell;
pub mod compare;
pub mod conflict;
pub mod framework;
pub mod heatmap;
pub mod history;
pub mod overview;
pub mod parts;
pub mod person;
pub mod person_marks;
pub mod person_plan;
pub mod person_records;
pub mod succession;
pub mod what_if;

use crate::domain::Team;
use chrono::NaiveDate;
use serde::Serialize;

/// Version of the JSON shapes; grows when a key changes its meaning or goes.
pub const SCHEMA: u32 = 1;

/// What guildhall is for; stands on every report.
pub const PURPOSE: &str = "For development: not for pay, not for redundancy. \
     Posts are filled by the normal recruitment process.";

/// Stands first in every JSON answer.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Which shape.
    pub kind: &'static str,
    /// [`PURPOSE`].
    pub purpose: &'static str,
    /// The team, where there is one.
    pub team: Option<TeamHead>,
}

/// Whose figures these are, and for which day.
#[derive(Clone, Debug, Serialize)]
pub struct TeamHead {
    /// Full name.
    pub name: String,
    /// The team's notice, or empty.
    pub notice: String,
    /// The day that rules took as today.
    pub today: NaiveDate,
    /// Whose view it is.
    pub viewer: parts::Who,
}

/// A report.
pub trait Report: Serialize {
    /// Its kind in the JSON.
    const KIND: &'static str;

    /// As plain text: lines that a screen reader can read one after the other.
    fn text(&self) -> String;
}

#[derive(Serialize)]
struct Answer<'a, R> {
    guildhall: Head,
    #[serde(flatten)]
    report: &'a R,
}

/// A report about a team as it is printed: JSON, or text under the team's head line and above the purpose.
pub fn print<R: Report>(report: &R, team: Option<(&Team, NaiveDate)>, json: bool) -> String {
    let head = Head {
        schema: SCHEMA,
        kind: R::KIND,
        purpose: PURPOSE,
        team: team.map(|(team, today)| TeamHead {
            name: team.base.name.clone(),
            notice: team.base.notice.clone(),
            today,
            viewer: parts::who(team, &team.me),
        }),
    };
    if json {
        let answer = Answer {
            guildhall: head,
            report,
        };
        // Reports hold only texts, numbers and lists, which always have a JSON form; should one ever not, the error says so.
        return match serde_json::to_string_pretty(&answer) {
            Ok(text) => text + "\n",
            Err(error) => format!("{{\"error\": {:?}}}\n", error.to_string()),
        };
    }
    let mut out = String::new();
    if let Some(team) = &head.team {
        out += &format!("{} · {}\n", team.name, parts::day(team.today));
        if !team.notice.is_empty() {
            out += &team.notice;
            out.push('\n');
        }
        out.push('\n');
    }
    out += report.text().trim_end();
    if head.team.is_some() {
        out += "\n\n";
        out += PURPOSE;
    }
    out.push('\n');
    out
}
