//! Coverage of critical skills and sole cover (definition 9).

use super::ids::{PersonId, SkillId};
use super::mark::Points;
use super::team::Team;
use chrono::NaiveDate;
use serde::Serialize;

/// How well a skill is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CoverageState {
    /// Nobody.
    NoHolder,
    /// A single point of failure.
    OneHolder,
    /// Fewer than n_min.
    Thin,
    /// At least n_min.
    Covered,
}

/// Coverage of one critical skill. People are listed by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Which.
    pub skill: SkillId,
    /// τ; `None` where the skill has no target: then nobody is counted.
    pub target: Option<Points>,
    /// n_min.
    pub n_min: u32,
    /// Available, fresh validated mark ≥ τ.
    pub holders: Vec<PersonId>,
    /// Contracted FTE of the holders in hundredths, printed beside the heads.
    pub holders_fte: u32,
    /// Holders who are away or out of post today.
    pub away: Vec<PersonId>,
    /// Fresh own mark ≥ τ, not validated.
    pub claimed: Vec<PersonId>,
    /// Mark ≥ τ that is no longer fresh.
    pub stale: Vec<PersonId>,
    /// State.
    pub state: CoverageState,
    /// A conflict stands behind it.
    pub conflict: bool,
}

/// Coverage of every skill on the critical list, in the order of the team's skills.
pub fn coverage(team: &Team, today: NaiveDate) -> Vec<Coverage> {
    let _ = (team, today);
    todo!()
}

/// Skills that only this person covers.
pub fn sole_cover<'a>(coverage: &'a [Coverage], person: &PersonId) -> Vec<&'a SkillId> {
    coverage
        .iter()
        .filter(|c| c.holders.len() == 1 && &c.holders[0] == person)
        .map(|c| &c.skill)
        .collect()
}

/// In post on that day and not away (definition 9).
pub fn is_available(team: &Team, person: &PersonId, today: NaiveDate) -> bool {
    let _ = (team, person, today);
    todo!()
}
