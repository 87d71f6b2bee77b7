//! Marks: 1 to 10 in half points, by a rater, on a day, against a column or for a skill (definition 1).

use super::ids::{ColumnId, CompetencyId, PersonId, SkillId};
use super::value::{Cautious, Value};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A mark or target in half points: 2 is 1.0, 20 is 10.0. Sums are taken in half points, so they are exact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Points(u8);

/// Why a text is not a mark.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a mark: whole and half points from 1 to 10 are (for instance 5 or 5.5)")]
pub struct NotAMark(pub String);

impl Points {
    /// The lowest mark, 1.
    pub const MIN: Self = Self(2);
    /// The highest mark, 10.
    pub const MAX: Self = Self(20);

    /// From half points; `None` outside 2..=20.
    pub fn from_halves(halves: u8) -> Option<Self> {
        (2..=20).contains(&halves).then_some(Self(halves))
    }

    /// The number of half points, 2 to 20.
    pub fn halves(self) -> u8 {
        self.0
    }

    /// The mark as a number, 1.0 to 10.0.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 2.0
    }
}

impl FromStr for Points {
    type Err = NotAMark;

    /// Takes "5", "5.0" and "5.5"; a comma as decimal sign is taken too, since spreadsheets write it.
    fn from_str(text: &str) -> Result<Self, NotAMark> {
        let bad = || NotAMark(text.chars().take(40).collect());
        let (whole, part) = match text.trim().split_once(['.', ',']) {
            Some((whole, part)) => (whole, part),
            None => (text.trim(), "0"),
        };
        let plain =
            |s: &str| !s.is_empty() && s.len() <= 2 && s.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || part.is_empty() {
            return Err(bad());
        }
        let half = match part.trim_end_matches('0') {
            "" => 0,
            "5" => 1,
            _ => return Err(bad()),
        };
        let whole: u8 = whole.parse().map_err(|_| bad())?;
        Self::from_halves(whole.saturating_mul(2).saturating_add(half)).ok_or_else(bad)
    }
}

impl fmt::Display for Points {
    /// "7" or "5.5": whole points without a decimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.0.is_multiple_of(2) {
            format!("{}", self.0 / 2)
        } else {
            format!("{}.5", self.0 / 2)
        };
        f.pad(&text)
    }
}

impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Cautious for Points {
    /// The lower mark.
    fn caution(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

/// What a mark is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// A competency of the framework.
    Competency(CompetencyId),
    /// A specialist skill.
    Skill(SkillId),
}

impl Subject {
    /// The id without its kind.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Competency(id) => id.as_str(),
            Self::Skill(id) => id.as_str(),
        }
    }
}

/// What a rater answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// A mark.
    Points(Points),
    /// The manager looked and had no occasion to see it; sets an earlier number aside.
    NotObserved,
    /// Taken back: counts nowhere and stays in History.
    Withdrawn,
}

impl Cautious for Answer {
    /// Absent before present (definition 5): taken back, then not observed, then the lower mark.
    fn caution(&self, other: &Self) -> Ordering {
        fn rank(a: &Answer) -> (u8, u8) {
            match a {
                Answer::Withdrawn => (0, 0),
                Answer::NotObserved => (1, 0),
                Answer::Points(p) => (2, p.halves()),
            }
        }
        rank(self).cmp(&rank(other))
    }
}

/// Whose judgement a mark is, by where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MarkKind {
    /// The person's own, shared by them.
    Own,
    /// The person's own as somebody else typed or imported it; counts until the person shares one for that cell.
    Transcribed,
    /// By a manager or named assessor. Whether it counts depends on the dated rights.
    Manager,
}

/// Days of marks are kept as numbers, since a team has tens of thousands of them and reading each from its text would be a quarter of
/// the time that opening it takes.
mod day_number {
    use chrono::{Datelike, NaiveDate};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(day: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i32(day.num_days_from_ce())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
        let number = i32::deserialize(from)?;
        NaiveDate::from_num_days_from_ce_opt(number)
            .ok_or_else(|| D::Error::custom("a day beyond the calendar"))
    }
}

/// One dated judgement. A rater's second entry for one day replaces the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Whose judgement.
    pub kind: MarkKind,
    /// Who judged; for own and transcribed marks the person.
    pub rater: PersonId,
    /// Who typed it in.
    pub typist: PersonId,
    /// Date of judgement.
    #[serde(with = "day_number")]
    pub date: NaiveDate,
    /// Entry time, milliseconds since 1970 UTC: max(clock, latest seen in the document + 1).
    pub entered: u64,
    /// The answer, or several in conflict.
    pub answer: Value<Answer>,
}

/// All marks of a person about one subject against one column (or for one skill).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Competency or skill.
    pub subject: Subject,
    /// The column whose descriptors were the measure; `None` for a skill.
    pub column: Option<ColumnId>,
    /// In order of date, then entry time.
    pub marks: Vec<Mark>,
}

impl Series {
    /// Whether the person said of a mark that was transcribed for them that it is not theirs: their own entry of that day, taken back.
    pub fn disputes(&self, mark: &Mark) -> bool {
        mark.kind == MarkKind::Transcribed
            && self
                .own_of(mark.date)
                .any(|own| *own.answer.get() == Answer::Withdrawn)
    }

    /// Marks that were transcribed for the person and that they have neither accepted nor disputed.
    pub fn unanswered(&self) -> impl Iterator<Item = &Mark> {
        self.marks.iter().filter(|mark| {
            mark.kind == MarkKind::Transcribed
                && *mark.answer.get() != Answer::Withdrawn
                && self.own_of(mark.date).next().is_none()
        })
    }

    fn own_of(&self, date: NaiveDate) -> impl Iterator<Item = &Mark> {
        self.marks
            .iter()
            .filter(move |m| m.kind == MarkKind::Own && m.date == date)
    }
}
