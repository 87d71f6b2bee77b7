//! Readiness of a person for a post (definition 13). A suggestion: the manager's decision and reason are shown beside it.

use super::ids::PostId;
use super::mark::Subject;
use super::person::Person;
use super::post::Post;
use super::team::Team;
use super::value::Cautious;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Bands of readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// Ready now.
    ReadyNow,
    /// 1–2 years.
    OneToTwo,
    /// 3–5 years.
    ThreeToFive,
    /// Marks are there, and the gaps are larger.
    NotYet,
    /// Fewer than 80 % of the marks are present.
    Unknown,
}

impl Band {
    /// As printed.
    pub fn label(self) -> &'static str {
        match self {
            Self::ReadyNow => "ready now",
            Self::OneToTwo => "1–2 years",
            Self::ThreeToFive => "3–5 years",
            Self::NotYet => "not yet",
            Self::Unknown => "unknown",
        }
    }
}

impl Cautious for Band {
    /// The later band.
    fn caution(&self, other: &Self) -> Ordering {
        other.cmp(self)
    }
}

/// How a must-have stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MustHaveState {
    /// Sighted and unexpired.
    Held,
    /// A course is booked within 24 months.
    Booked(NaiveDate),
    /// Neither.
    Missing,
}

/// Readiness with everything it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// For which post.
    pub post: PostId,
    /// The computed band.
    pub band: Band,
    /// Subjects with a fresh mark of either rater / subjects asked for.
    pub present: (u32, u32),
    /// Of those present, how many are validated.
    pub validated: u32,
    /// The largest gap in half points, with its subject, effective mark and target; `None` if nothing is below target.
    pub largest_gap: Option<(u8, Subject)>,
    /// Subjects without a fresh mark.
    pub missing_marks: Vec<Subject>,
    /// Must-haves by code and name.
    pub must_haves: Vec<(String, String, MustHaveState)>,
    /// A conflict stands behind it.
    pub conflict: bool,
}

/// Readiness of a person for a post on a day.
pub fn readiness(team: &Team, person: &Person, post: &Post, today: NaiveDate) -> Readiness {
    let _ = (team, person, post, today);
    todo!()
}
