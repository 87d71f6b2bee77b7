//! Readiness of a person for a post (definition 13). A suggestion: the manager's decision and reason are shown beside it.

use super::cell::{By, Sight, months_after, rights_over};
use super::framework::{Expected, Target};
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

impl Band {
    /// Position in the order ready now, 1–2, 3–5, not yet, unknown.
    pub fn position(self) -> usize {
        match self {
            Self::ReadyNow => 0,
            Self::OneToTwo => 1,
            Self::ThreeToFive => 2,
            Self::NotYet => 3,
            Self::Unknown => 4,
        }
    }

    /// Whether it counts towards depth: ready now, 1–2 or 3–5 years (definition 14).
    pub fn has_depth(self) -> bool {
        self.position() < 3
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
    /// The largest gap in half points, with its subject; `None` if nothing is below target.
    pub largest_gap: Option<(u8, Subject)>,
    /// Subjects without a fresh mark.
    pub missing_marks: Vec<Subject>,
    /// Must-haves by code and name.
    pub must_haves: Vec<(String, String, MustHaveState)>,
    /// A conflict stands behind it.
    pub conflict: bool,
}

/// Readiness of a person for a post on a day (definition 13), over the framework competencies of its column, its specialist skills
/// and its must-haves. What has no target is not asked for. A post that asks for nothing gives *unknown*: 0/0 says nothing.
pub fn readiness(team: &Team, person: &Person, post: &Post, today: NaiveDate) -> Readiness {
    let over = rights_over(team, &person.id);
    let sight = Sight {
        team,
        today,
        over: &over,
    };
    readiness_of(&sight, person, post)
}

/// The same with the rights over the person at hand.
pub(super) fn readiness_of(sight: &Sight<'_>, person: &Person, post: &Post) -> Readiness {
    let (team, today) = (sight.team, sight.today);
    let facts = post.on(today);
    let column = facts.and_then(|f| f.column.get().as_ref());
    let mut found = Readiness {
        post: post.id.clone(),
        band: Band::Unknown,
        present: (0, 0),
        validated: 0,
        largest_gap: None,
        missing_marks: Vec::new(),
        must_haves: Vec::new(),
        conflict: facts.is_some_and(|f| f.column.is_conflict()),
    };
    let competencies = &team.framework.competencies;
    let subjects = competencies
        .iter()
        .map(|c| Subject::Competency(c.id.clone()))
        .chain(post.skills.iter().map(|(id, _)| Subject::Skill(id.clone())));
    for subject in subjects {
        let cell = sight.cell(person, column, Some(post), &subject);
        if cell.expected == Expected::No || cell.target == Target::None {
            continue;
        }
        found.present.1 += 1;
        found.conflict |= cell.conflict;
        let Some((_, by)) = cell.effective else {
            found.missing_marks.push(subject);
            continue;
        };
        found.present.0 += 1;
        found.validated += u32::from(by == By::Manager);
        let gap = cell.gap.unwrap_or(0);
        if gap > found.largest_gap.as_ref().map_or(0, |(g, _)| *g) {
            found.largest_gap = Some((gap, subject));
        }
    }
    for must in &post.must_haves {
        let Some(listed) = must.listed.on(today).filter(|l| l.get().0) else {
            continue;
        };
        let (state, conflict) = must_have(person, &must.code, today);
        found.conflict |= conflict || listed.is_conflict();
        found
            .must_haves
            .push((must.code.clone(), must.name.clone(), state));
    }
    found.band = band(&found);
    found
}

/// The band, first that matches: gaps in half points (0.5, 2.0 and 4.0 are 1, 4 and 8).
fn band(found: &Readiness) -> Band {
    let (present, asked) = found.present;
    let gap = found.largest_gap.as_ref().map_or(0, |(gap, _)| *gap);
    let held = |m: &MustHaveState| matches!(m, MustHaveState::Held);
    let states = || found.must_haves.iter().map(|(_, _, state)| state);
    if asked == 0 || u64::from(present) * 100 < u64::from(asked) * 80 {
        return Band::Unknown;
    }
    if present == asked && found.validated == asked && gap <= 1 && states().all(held) {
        return Band::ReadyNow;
    }
    if gap <= 4 && !states().any(|m| matches!(m, MustHaveState::Missing)) {
        return Band::OneToTwo;
    }
    if gap <= 8 {
        return Band::ThreeToFive;
    }
    Band::NotYet
}

/// How a must-have stands, by the credentials of its code, and whether a conflict stands behind it. Held is sighted by somebody
/// else and unexpired; booked is a course on a day from today to today + 24 months.
fn must_have(person: &Person, code: &str, today: NaiveDate) -> (MustHaveState, bool) {
    let mut best = MustHaveState::Missing;
    let mut conflict = false;
    for credential in person.credentials.iter().filter(|c| c.code == code) {
        conflict |= credential.expires.is_conflict()
            || credential.booked.is_conflict()
            || credential.obtained.is_conflict();
        let sighted = credential
            .sighted
            .as_ref()
            .is_some_and(|(by, day)| by != &person.id && *day <= today);
        // While dates of expiry or of obtaining are in conflict, the one that says "not valid" is the cautious one.
        let expired = credential.expires.all().flatten().any(|day| *day < today);
        let ahead = credential.obtained.all().flatten().any(|day| *day > today);
        if sighted && !expired && !ahead {
            return (MustHaveState::Held, conflict);
        }
        let until = months_after(today, 24);
        if let Some(day) = credential
            .booked
            .get()
            .filter(|day| (today..=until).contains(day))
        {
            best = match best {
                MustHaveState::Booked(earlier) if earlier <= day => best,
                _ => MustHaveState::Booked(day),
            };
        }
    }
    (best, conflict)
}
