//! Every dated judgement about a person, with the texts beside it.

use super::parts::{About, Who, about, who};
use crate::domain::person::Detail;
use crate::domain::{Answer, MarkKind, Person, Team};
use chrono::NaiveDate;
use serde::Serialize;

/// Marks about one subject against one column (or for one skill).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// About what.
    pub subject: About,
    /// The column whose descriptors were the measure; null for a skill.
    pub column: Option<String>,
    /// By date.
    pub marks: Vec<Mark>,
}

/// One judgement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// "own", "transcribed" or "manager".
    pub kind: &'static str,
    /// Who judged.
    pub rater: Who,
    /// Who typed it.
    pub typist: Who,
    /// Date of judgement.
    pub date: NaiveDate,
    /// In points; null where it is not a number.
    pub points: Option<f64>,
    /// "mark", "not observed" or "withdrawn".
    pub answer: &'static str,
    /// Several answers stand for that day; the cautious one is given.
    pub conflict: bool,
    /// Evidence in words, or empty.
    pub evidence: String,
    /// A link, or empty.
    pub link: String,
    /// Feedback in words, or empty.
    pub feedback: String,
    /// Where a transcribed mark came from, or empty.
    pub source: String,
}

/// Makes the marks part.
pub fn series(team: &Team, person: &Person, detail: &Detail) -> Vec<Series> {
    person
        .series
        .iter()
        .map(|s| Series {
            subject: about(team, &s.subject),
            column: s.column.as_ref().map(ToString::to_string),
            marks: s
                .marks
                .iter()
                .map(|m| {
                    let note = detail.mark_notes.iter().find(|n| {
                        n.subject == s.subject
                            && n.column == s.column
                            && n.rater == m.rater
                            && n.date == m.date
                    });
                    let text = |get: fn(&crate::domain::person::MarkNote) -> &String| {
                        note.map(|n| get(n).clone()).unwrap_or_default()
                    };
                    Mark {
                        kind: match m.kind {
                            MarkKind::Own => "own",
                            MarkKind::Transcribed => "transcribed",
                            MarkKind::Manager => "manager",
                        },
                        rater: who(team, &m.rater),
                        typist: who(team, &m.typist),
                        date: m.date,
                        points: match m.answer.get() {
                            Answer::Points(p) => Some(p.value()),
                            Answer::NotObserved | Answer::Withdrawn => None,
                        },
                        answer: match m.answer.get() {
                            Answer::Points(_) => "mark",
                            Answer::NotObserved => "not observed",
                            Answer::Withdrawn => "withdrawn",
                        },
                        conflict: m.answer.is_conflict(),
                        evidence: text(|n| &n.evidence),
                        link: text(|n| &n.link),
                        feedback: text(|n| &n.feedback),
                        source: text(|n| &n.source),
                    }
                })
                .collect(),
        })
        .collect()
}
