//! Small parts that several reports share: people, subjects, counts, days.

use crate::domain::board::{KeyLine, Need, percent};
use crate::domain::explain::{Step, explain_need};
use crate::domain::{PersonId, PostId, Subject, Team};
use chrono::NaiveDate;
use serde::Serialize;

/// What the group of everybody is called.
pub const WHOLE_TEAM: &str = "Whole team";

/// A person as reports name them: never by an opaque id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Who {
    /// What files and commands call the person.
    pub handle: String,
    /// Full name.
    pub name: String,
}

/// Names a person; somebody who is not among this machine's people is "unknown".
pub fn who(team: &Team, id: &PersonId) -> Who {
    team.person(id).map_or_else(
        || Who {
            handle: "unknown".to_owned(),
            name: "somebody who is not in this team".to_owned(),
        },
        |person| Who {
            handle: person.handle.clone(),
            name: person.name.get().clone(),
        },
    )
}

/// Names people.
pub fn whos(team: &Team, ids: &[PersonId]) -> Vec<Who> {
    ids.iter().map(|id| who(team, id)).collect()
}

/// The names of people as one text.
pub fn names(people: &[Who]) -> String {
    people
        .iter()
        .map(|p| p.name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// A competency or skill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    /// "competency" or "skill".
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Names a subject.
pub fn about(team: &Team, subject: &Subject) -> About {
    let (kind, name) = match subject {
        Subject::Competency(id) => (
            "competency",
            team.framework.competency(id).map(|c| c.name.clone()),
        ),
        Subject::Skill(id) => ("skill", team.skill(id).map(|s| s.name.get().clone())),
    };
    About {
        kind,
        id: subject.as_str().to_owned(),
        name: name.unwrap_or_else(|| subject.as_str().to_owned()),
    }
}

/// Something with an id and a name: a post, a column, an area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Names a post by its title on a day.
pub fn post(team: &Team, id: &PostId, today: NaiveDate) -> Named {
    Named {
        id: id.to_string(),
        name: team
            .post(id)
            .and_then(|p| p.on(today))
            .map_or_else(|| id.to_string(), |facts| facts.title.get().clone()),
    }
}

/// n of N.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// n.
    pub n: u32,
    /// N.
    pub of: u32,
    /// n/N in whole per cent, rounded half up; null for 0/0.
    pub percent: Option<u32>,
}

impl From<(u32, u32)> for Count {
    fn from((n, of): (u32, u32)) -> Self {
        Self {
            n,
            of,
            percent: percent(n, of),
        }
    }
}

impl Count {
    /// "80/223 (36 %)", and "—" for 0/0.
    pub fn text(self) -> String {
        match self.percent {
            Some(p) => format!("{}/{} ({p} %)", self.n, self.of),
            None => "—".to_owned(),
        }
    }
}

/// Key figures of some cells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CellKeys {
    /// Cells in state gap / headline cells that are fresh and validated.
    pub below_target: Count,
    /// Headline cells with a fresh effective mark / all.
    pub fresh: Count,
    /// Headline cells in state unvalidated.
    pub own_mark_only: u32,
    /// Per cent with one decimal; null below half completeness.
    pub attainment: Option<f64>,
    /// 100 − attainment.
    pub gap_index: Option<f64>,
    /// Met / expected framework cells.
    pub met: Count,
    /// Framework cells with a fresh effective mark / expected framework cells.
    pub completeness: Count,
}

impl From<&KeyLine> for CellKeys {
    fn from(key: &KeyLine) -> Self {
        let tenths = |t: u32| f64::from(t) / 10.0;
        Self {
            below_target: key.below_target.into(),
            fresh: key.fresh.into(),
            own_mark_only: key.own_mark_only,
            attainment: key.attainment_tenths().map(tenths),
            gap_index: key.gap_index_tenths().map(tenths),
            met: key.met.into(),
            completeness: key.completeness.into(),
        }
    }
}

impl CellKeys {
    /// One line.
    pub fn text(&self) -> String {
        let attainment = self
            .attainment
            .map_or_else(|| "—".to_owned(), |a| format!("{a:.1} %"));
        format!(
            "below target {}, fresh {}, own mark only {}, met {}, attainment {attainment} with marks for {}",
            self.below_target.text(),
            self.fresh.text(),
            self.own_mark_only,
            self.met.text(),
            self.completeness.text(),
        )
    }
}

/// Collective need of a competency or skill in a group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NeedFigure {
    /// About what.
    pub subject: About,
    /// People below target / people with a fresh mark.
    pub in_need: Count,
    /// How many of those with a mark have no manager's mark.
    pub unvalidated: u32,
    /// Sum of gaps in points.
    pub gap_sum: f64,
    /// Half or more, and at least three people (policy).
    pub flagged: bool,
    /// How this is made.
    pub because: Vec<Because>,
}

/// The needs of a group, with how each is made; `group` is what the group is called.
pub fn needs(team: &Team, group: &str, list: &[Need]) -> Vec<NeedFigure> {
    list.iter().map(|n| need(team, group, n)).collect()
}

fn need(team: &Team, group: &str, need: &Need) -> NeedFigure {
    NeedFigure {
        subject: about(team, &need.subject),
        in_need: (need.in_need, need.with_mark).into(),
        unvalidated: need.unvalidated,
        gap_sum: points(need.gap_halves),
        flagged: need.flagged,
        because: because(explain_need(team, group, need)),
    }
}

impl NeedFigure {
    /// One line.
    pub fn text(&self) -> String {
        let mut line = format!(
            "{}: {} below target, gaps add to {}",
            self.subject.name,
            self.in_need.text(),
            self.gap_sum
        );
        if self.unvalidated > 0 {
            line += &format!(", {} not validated", self.unvalidated);
        }
        if self.flagged {
            line += ", flagged";
        }
        line
    }
}

/// One step of "how this is made".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Because {
    /// Which rule.
    pub rule: String,
    /// The rule with this figure's values in it.
    pub text: String,
    /// Where the values come from.
    pub source: String,
}

/// Steps as parts of a report.
pub fn because(steps: Vec<Step>) -> Vec<Because> {
    steps
        .into_iter()
        .map(|step| Because {
            rule: step.rule.to_string(),
            text: step.text,
            source: step.source,
        })
        .collect()
}

/// Half points as points.
pub fn points(halves: u32) -> f64 {
    f64::from(halves) / 2.0
}

/// "21 Nov 2026".
pub fn day(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// A day, or "—".
pub fn day_or_dash(date: Option<NaiveDate>) -> String {
    date.map_or_else(|| "—".to_owned(), day)
}
