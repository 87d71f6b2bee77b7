//! Posts, their holders and what they ask for; specialist skills; critical posts and nominations.

use super::framework::{Expected, Target};
use super::ids::{AreaId, ColumnId, CompetencyId, PersonId, PostId, SkillId};
use super::readiness::Band;
use super::value::{Cautious, Dated, Value};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Full-time equivalent in hundredths: 100 is 1.0.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Fte(pub u16);

impl Cautious for Fte {
    /// The smaller share.
    fn caution(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

/// A functional area of the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// Its id.
    pub id: AreaId,
    /// Its name.
    pub name: String,
    /// Position in lists.
    pub order: u32,
}

/// What a post is, from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostFacts {
    /// Job title.
    pub title: Value<String>,
    /// Functional area.
    pub area: Value<Option<AreaId>>,
    /// Role column; `None` is a post that the framework does not map.
    pub column: Value<Option<ColumnId>>,
    /// Established FTE.
    pub fte: Value<Fte>,
    /// For a career-grade post the column that its holder can rise to in place.
    pub career_to: Option<ColumnId>,
}

/// A job. Criticality, likelihood, risk and successors belong to it, not to its holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// Dated facts, oldest first; never empty.
    pub facts: Vec<(Option<NaiveDate>, PostFacts)>,
    /// Who holds or held it.
    pub holders: Vec<Holder>,
    /// Specialist skills that the post lists, each with the days on which that changed.
    pub skills: Vec<(SkillId, Dated<Listed>)>,
    /// Must-haves, such as a certificate.
    pub must_haves: Vec<MustHave>,
    /// *Depends* cells that a manager settled for this post.
    pub depends: Vec<(CompetencyId, Dated<Expected>)>,
}

impl Post {
    /// The facts that hold on a day. Before the first dated entry the first one is taken.
    pub fn on(&self, day: NaiveDate) -> Option<&PostFacts> {
        self.facts
            .iter()
            .rev()
            .find(|(from, _)| from.is_none_or(|f| f <= day))
            .or(self.facts.first())
            .map(|(_, facts)| facts)
    }
}

/// Whether something is on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Listed(pub bool);

impl Cautious for Listed {
    /// Asked for before not asked for.
    fn caution(&self, other: &Self) -> Ordering {
        other.0.cmp(&self.0)
    }
}

/// A person in a post, for a time. In post on `from` and on `until`, both inclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Who.
    pub person: PersonId,
    /// First day; `None` is "always".
    pub from: Option<NaiveDate>,
    /// Last day; `None` is open.
    pub until: Value<Option<NaiveDate>>,
}

impl Holder {
    /// Whether the person is in the post on a day.
    pub fn on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|f| f <= day) && self.until.get().is_none_or(|u| day <= u)
    }
}

/// Something without which nobody can do the post. It is met by a credential of the same code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MustHave {
    /// Code that credentials carry, for instance `rps`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Since when or until when it is asked for.
    pub listed: Dated<Listed>,
}

/// A specialist skill's definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skill {
    /// Its id.
    pub id: SkillId,
    /// Full name.
    pub name: Value<String>,
    /// Three letters or so for the heatmap's head.
    pub code: String,
    /// Target τ of its own, dated.
    pub target: Dated<Target>,
    /// Fewer validated holders than this is thin (policy for each skill, 2).
    pub n_min: u32,
    /// Whether it is on the team's critical-skill list.
    pub critical: Dated<Listed>,
}

/// A factor of criticality, 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Factor(pub u8);

impl Cautious for Factor {
    /// The higher factor.
    fn caution(&self, other: &Self) -> Ordering {
        other.cmp(self)
    }
}

/// The four factors of criticality (definition 10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    /// Impact within a month.
    pub impact: Value<Factor>,
    /// Statutory or safety duty.
    pub statutory: Value<Factor>,
    /// Time to replace.
    pub replace: Value<Factor>,
    /// Scarcity.
    pub scarcity: Value<Factor>,
    /// Why, in words.
    pub reason: String,
}

/// What managers hold about a post that might be critical.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriticalPost {
    /// Which post.
    pub post: PostId,
    /// Dated factors, oldest first.
    pub factors: Vec<(Option<NaiveDate>, Factors)>,
    /// Nominated successors.
    pub nominations: Vec<Nomination>,
}

impl CriticalPost {
    /// The factors that hold on a day.
    pub fn on(&self, day: NaiveDate) -> Option<&Factors> {
        self.factors
            .iter()
            .rev()
            .find(|(from, _)| from.is_none_or(|f| f <= day))
            .map(|(_, factors)| factors)
    }
}

/// A person nominated for a post. A nomination appoints nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nomination {
    /// Who.
    pub person: PersonId,
    /// Since when; `None` is "always".
    pub from: Option<NaiveDate>,
    /// Until when; `None` is open.
    pub until: Value<Option<NaiveDate>>,
    /// The manager's decision beside the computed band, with the reason.
    pub decision: Option<(Value<Band>, String)>,
}

impl Nomination {
    /// Whether it stands on a day.
    pub fn on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|f| f <= day) && self.until.get().is_none_or(|u| day <= u)
    }
}
