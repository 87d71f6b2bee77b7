//! The team as one machine may see it: what every screen and command reads. Built by `document`, never changed in place.

use super::framework::Framework;
use super::ids::{AreaId, PersonId, PostId, SkillId};
use super::mark::{Points, Series};
use super::person::Person;
use super::post::{Area, CriticalPost, Post, Skill};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A team at one moment. Cheap to clone: its parts are shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// Name, areas, posts, skills, policy.
    pub base: Arc<TeamBase>,
    /// The framework in use.
    pub framework: Arc<Framework>,
    /// Who may do what, and when they might.
    pub rights: Arc<Rights>,
    /// Critical posts; `None` on a machine that may not read them.
    pub succession: Option<Arc<Vec<CriticalPost>>>,
    /// Everybody that this machine may see, in order of name.
    pub people: Vec<Arc<Person>>,
    /// Whose machine this is.
    pub me: PersonId,
    /// What only this person's devices hold: drafts and notes.
    pub private: Arc<Private>,
}

/// What the whole team may read about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TeamBase {
    /// Full name.
    pub name: String,
    /// A shorter one for narrow screens.
    pub short_name: String,
    /// A notice that belongs on the first screen, for instance that all people are invented.
    pub notice: String,
    /// URL of the team's own relay, over which machines reach each other that no address leads to; empty where there is none.
    pub relay: String,
    /// Areas in order.
    pub areas: Vec<Area>,
    /// Every post.
    pub posts: Vec<Post>,
    /// Every specialist skill.
    pub skills: Vec<Skill>,
    /// Settings that the definitions call *policy*.
    pub policy: Policy,
}

/// Settings of the team, with the defaults of `definitions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Target τ of every competency unless a rule says otherwise: 7.0.
    pub target: Points,
    /// A mark is fresh for so many calendar months: 12.
    pub fresh_months: u32,
    /// Divergence is flagged from so many half points on: 4 (2.0).
    pub divergence_halves: u8,
    /// Collective need is flagged from this share on, in per cent: 50.
    pub need_percent: u32,
    /// … and from so many people on: 3.
    pub need_people: u32,
    /// Devices count as heard for so many days: 30.
    pub heard_days: u32,
    /// A development talk is due after so many months: 12.
    pub talk_months: u32,
    /// … and is listed so many days ahead: 30.
    pub talk_notice_days: u32,
    /// First month of the PPD year: 1.
    pub ppd_year_month: u32,
    /// First day of the PPD year: 1.
    pub ppd_year_day: u32,
    /// Protected days per FTE in half days; no default.
    pub protected_half_days_per_fte: Option<u32>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            target: Points::from_halves(14).unwrap_or(Points::MIN),
            fresh_months: 12,
            divergence_halves: 4,
            need_percent: 50,
            need_people: 3,
            heard_days: 30,
            talk_months: 12,
            talk_notice_days: 30,
            ppd_year_month: 1,
            ppd_year_day: 1,
            protected_half_days_per_fte: None,
        }
    }
}

/// A dated right of one person, over another where it is of that kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Right {
    /// Who has it.
    pub holder: PersonId,
    /// What.
    pub role: Role,
    /// Over whom: line manager of, assessor of, reviewer of.
    pub over: Option<PersonId>,
    /// First day; `None` is "always".
    pub from: Option<NaiveDate>,
    /// Last day; `None` is open.
    pub until: Option<NaiveDate>,
}

impl Right {
    /// Whether it holds on a day, both ends inclusive.
    pub fn on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|f| f <= day) && self.until.is_none_or(|u| day <= u)
    }
}

/// Kinds of right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Keeps the authority of the team.
    Owner,
    /// A technical manager of the team.
    Manager,
    /// Head or director: reads the team, not its people's records.
    Head,
    /// Line manager of somebody.
    Line,
    /// Named assessor of somebody.
    Assessor,
    /// Reviewer of the owner.
    Reviewer,
}

/// All dated rights, as the authority has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights(pub Vec<Right>);

impl Rights {
    /// Whether a person has a role on a day (over anybody).
    pub fn has(&self, holder: &PersonId, role: Role, day: NaiveDate) -> bool {
        self.0
            .iter()
            .any(|r| &r.holder == holder && r.role == role && r.on(day))
    }

    /// Whether `rater` was a manager or named assessor of `person` on a day: their marks validate. Nobody validates themself.
    /// The owner is validated by their reviewer.
    pub fn may_validate(&self, rater: &PersonId, person: &PersonId, day: NaiveDate) -> bool {
        rater != person
            && self.0.iter().any(|r| {
                &r.holder == rater
                    && r.on(day)
                    && matches!(r.role, Role::Line | Role::Assessor | Role::Reviewer)
                    && r.over.as_ref() == Some(person)
            })
    }

    /// Whether `rater` may validate `person` on any day at all.
    pub fn may_ever_validate(&self, rater: &PersonId, person: &PersonId) -> bool {
        rater != person
            && self.0.iter().any(|r| {
                &r.holder == rater
                    && matches!(r.role, Role::Line | Role::Assessor | Role::Reviewer)
                    && r.over.as_ref() == Some(person)
            })
    }

    /// The line manager of a person on a day; the latest entry where there are several.
    pub fn line_manager(&self, person: &PersonId, day: NaiveDate) -> Option<&PersonId> {
        self.0
            .iter()
            .filter(|r| r.role == Role::Line && r.over.as_ref() == Some(person) && r.on(day))
            .max_by_key(|r| r.from)
            .map(|r| &r.holder)
    }

    /// Whether a person is a manager of the team on a day, the owner included.
    pub fn is_manager(&self, person: &PersonId, day: NaiveDate) -> bool {
        self.has(person, Role::Manager, day) || self.has(person, Role::Owner, day)
    }
}

/// What stays on one person's own devices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Private {
    /// Drafts of own marks, not shared yet. `Mark::kind` is `Own`.
    pub drafts: Vec<Series>,
    /// Evidence beside drafts.
    pub notes: Vec<super::person::MarkNote>,
}

impl Team {
    /// Whether the other is the same snapshot, every part of it shared: then nothing was written in between, not even what a summary does
    /// not show.
    pub fn same_parts(&self, other: &Self) -> bool {
        let succession = match (&self.succession, &other.succession) {
            (Some(one), Some(another)) => Arc::ptr_eq(one, another),
            (None, None) => true,
            _ => false,
        };
        succession
            && Arc::ptr_eq(&self.base, &other.base)
            && Arc::ptr_eq(&self.framework, &other.framework)
            && Arc::ptr_eq(&self.rights, &other.rights)
            && Arc::ptr_eq(&self.private, &other.private)
            && self.people.len() == other.people.len()
            && self
                .people
                .iter()
                .zip(&other.people)
                .all(|(one, another)| Arc::ptr_eq(one, another))
    }

    /// A person by id.
    pub fn person(&self, id: &PersonId) -> Option<&Arc<Person>> {
        self.people.iter().find(|p| &p.id == id)
    }

    /// A post by id.
    pub fn post(&self, id: &PostId) -> Option<&Post> {
        self.base.posts.iter().find(|p| &p.id == id)
    }

    /// A skill by id.
    pub fn skill(&self, id: &SkillId) -> Option<&Skill> {
        self.base.skills.iter().find(|s| &s.id == id)
    }

    /// An area by id.
    pub fn area(&self, id: &AreaId) -> Option<&Area> {
        self.base.areas.iter().find(|a| &a.id == id)
    }
}
