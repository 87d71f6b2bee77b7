//! `compare`: a person beside a post, line by line.

use super::Report;
use super::parts::{About, Named, Who, about, points, post, who};
use super::succession::{Ready, ready};
use crate::domain::Team;
use crate::domain::cell::{By, Current};
use crate::domain::compare::{Asked, CompareLine, Comparison, Stand};
use crate::domain::succession::FAIRNESS;
use chrono::NaiveDate;
use serde::Serialize;

/// The report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CompareReport {
    /// Who.
    pub person: Who,
    /// With which post.
    pub post: Named,
    /// Column of the post.
    pub column: Option<String>,
    /// Computed readiness.
    pub readiness: Ready,
    /// What the post asks for.
    pub lines: Vec<Line>,
    /// What a nomination is and is not.
    pub fairness: &'static str,
}

/// One thing that the post asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Competency or skill; null for a must-have.
    pub subject: Option<About>,
    /// Code and name of a must-have; null for the rest.
    pub must_have: Option<Named>,
    /// "met", "own-only", "gap", "no-mark", "held", "booked" or "missing".
    pub stand: &'static str,
    /// Target in points.
    pub target: Option<f64>,
    /// Own mark against that column or skill, fresh or not.
    pub own: Option<f64>,
    /// The manager's.
    pub manager: Option<f64>,
    /// Gap in points.
    pub gap: Option<f64>,
    /// Day of a booked course.
    pub booked: Option<NaiveDate>,
    /// A fresh mark against a column of the person's own posts, which does not count here.
    pub elsewhere: Option<Elsewhere>,
    /// Development options that the framework offers, in order.
    pub options: Vec<String>,
    /// An open objective is about it already.
    pub planned: bool,
    /// A conflict stands behind it.
    pub conflict: bool,
}

/// A mark against another column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Elsewhere {
    /// Which column.
    pub column: String,
    /// The mark.
    pub points: f64,
    /// Whose it is.
    pub by: By,
}

/// Makes the report.
pub fn report(team: &Team, found: &Comparison, today: NaiveDate) -> CompareReport {
    CompareReport {
        person: who(team, &found.person),
        post: post(team, &found.post, today),
        column: found.column.as_ref().map(ToString::to_string),
        readiness: ready(team, &found.readiness, today),
        lines: found.lines.iter().map(|l| line(team, l)).collect(),
        fairness: FAIRNESS,
    }
}

fn line(team: &Team, line: &CompareLine) -> Line {
    let figure = line.figure.as_ref();
    let mark = |current: Option<&Current>| current.and_then(|c| c.points).map(|p| p.value());
    let (subject, must_have) = match &line.asked {
        Asked::Subject(subject) => (Some(about(team, subject)), None),
        Asked::MustHave(code, name) => (
            None,
            Some(Named {
                id: code.clone(),
                name: name.clone(),
            }),
        ),
    };
    Line {
        subject,
        must_have,
        stand: match line.stand {
            Stand::Met => "met",
            Stand::OwnOnly => "own-only",
            Stand::Gap(..) => "gap",
            Stand::NoMark => "no-mark",
            Stand::Held => "held",
            Stand::Booked(_) => "booked",
            Stand::Missing => "missing",
        },
        target: figure.and_then(|f| f.target.points()).map(|p| p.value()),
        own: mark(figure.and_then(|f| f.own.as_ref())),
        manager: mark(figure.and_then(|f| f.manager.as_ref())),
        gap: match line.stand {
            Stand::Gap(halves, _) => Some(points(u32::from(halves))),
            _ => None,
        },
        booked: match line.stand {
            Stand::Booked(day) => Some(day),
            _ => None,
        },
        elsewhere: line.elsewhere.as_ref().map(|(column, p, by)| Elsewhere {
            column: column.to_string(),
            points: p.value(),
            by: *by,
        }),
        options: line.options.clone(),
        planned: line.planned,
        conflict: figure.is_some_and(|f| f.conflict),
    }
}

impl Line {
    fn text(&self) -> String {
        let name = match (&self.subject, &self.must_have) {
            (Some(subject), _) => subject.name.as_str(),
            (None, Some(must)) => must.name.as_str(),
            (None, None) => "",
        };
        let number = |n: Option<f64>| n.map_or_else(|| "–".to_owned(), |n| format!("{n:.1}"));
        let mut out = format!("  {name}: ");
        match self.stand {
            "met" => out += "at target",
            "own-only" => out += "at target by the own mark, not validated",
            "gap" => out += &format!("gap {}", number(self.gap)),
            "no-mark" => out += "no fresh mark",
            "booked" => {
                let day = self.booked.map(super::parts::day).unwrap_or_default();
                out += &format!("booked for {day}");
            }
            other => out += other,
        }
        if self.subject.is_some() {
            out += &format!(
                " (target {}, own {}, manager {})",
                number(self.target),
                number(self.own),
                number(self.manager)
            );
        }
        if let Some(e) = &self.elsewhere {
            out += &format!(
                "; {:.1} against {}, which does not count here",
                e.points, e.column
            );
        }
        if self.planned {
            out += "; in the plan";
        }
        if self.conflict {
            out += "; values in conflict";
        }
        out.push('\n');
        if !matches!(self.stand, "met" | "held") {
            for (n, option) in self.options.iter().enumerate() {
                out += &format!("    option {}: {option}\n", n + 1);
            }
        }
        out
    }
}

impl Report for CompareReport {
    const KIND: &'static str = "compare";

    fn text(&self) -> String {
        let mut out = format!(
            "{} beside {}{}\n  {}\n\n",
            self.person.name,
            self.post.name,
            self.column
                .as_ref()
                .map_or_else(String::new, |c| format!(" ({c})")),
            self.readiness.text()
        );
        for line in &self.lines {
            out += &line.text();
        }
        out += &format!("\n{}\n", self.fairness);
        out
    }
}
