//! Coverage of critical skills and sole cover (definition 9).

use super::cell::Current;
use super::ids::{PersonId, SkillId};
use super::index::Index;
use super::mark::{Points, Series, Subject};
use super::person::Person;
use super::post::{Post, Skill};
use super::team::Team;
use super::value::Value;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::HashMap;

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

impl CoverageState {
    /// As printed.
    pub fn label(self) -> &'static str {
        match self {
            Self::NoHolder => "no holder",
            Self::OneHolder => "one holder",
            Self::Thin => "thin",
            Self::Covered => "covered",
        }
    }
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
    /// A validated mark ≥ τ that is no longer fresh, and no claim beside it.
    pub stale: Vec<PersonId>,
    /// State.
    pub state: CoverageState,
    /// A conflict stands behind it.
    pub conflict: bool,
}

/// Coverage of every skill on the critical list, in the order of the team's skills (definition 9): people available with a fresh
/// validated mark ≥ τ. Heads count; FTE stands beside.
pub fn coverage(team: &Team, today: NaiveDate) -> Vec<Coverage> {
    coverage_of(&Index::new(team, today))
}

/// The same with the lookup tables at hand.
pub(super) fn coverage_of(index: &Index<'_>) -> Vec<Coverage> {
    let critical: Vec<&Skill> = index
        .team
        .base
        .skills
        .iter()
        .filter(|s| s.critical.on(index.today).is_some_and(|l| l.get().0))
        .collect();
    let mut found: Vec<Coverage> = critical.iter().map(|s| empty(s, index.today)).collect();
    let places: HashMap<&SkillId, usize> = critical.iter().map(|s| &s.id).zip(0..).collect();
    for person in &index.people {
        for series in person.series.iter().filter(|s| s.column.is_none()) {
            let Subject::Skill(id) = &series.subject else {
                continue;
            };
            if let Some(&at) = places.get(id) {
                enter(&mut found[at], index, person, series);
            }
        }
    }
    for coverage in &mut found {
        coverage.state = match coverage.holders.len() as u32 {
            0 => CoverageState::NoHolder,
            1 => CoverageState::OneHolder,
            n if n < coverage.n_min => CoverageState::Thin,
            _ => CoverageState::Covered,
        };
    }
    found
}

fn empty(skill: &Skill, today: NaiveDate) -> Coverage {
    let target = skill.target.on(today);
    Coverage {
        skill: skill.id.clone(),
        target: target.and_then(|t| t.get().points()),
        n_min: skill.n_min,
        holders: Vec::new(),
        holders_fte: 0,
        away: Vec::new(),
        claimed: Vec::new(),
        stale: Vec::new(),
        state: CoverageState::NoHolder,
        conflict: target.is_some_and(Value::is_conflict)
            || skill.critical.on(today).is_some_and(Value::is_conflict),
    }
}

/// Puts one person's marks for a skill where they belong: holder, away, claimed or stale.
fn enter(coverage: &mut Coverage, index: &Index<'_>, person: &Person, series: &Series) {
    let Some(target) = coverage.target else {
        return;
    };
    let (own, manager) = index.sight(&person.id).currents(person, Some(series));
    coverage.conflict |=
        own.as_ref().is_some_and(|m| m.conflict) || manager.as_ref().is_some_and(|m| m.conflict);
    let reaches = |mark: &Option<Current>, fresh: bool| {
        mark.as_ref()
            .filter(|m| m.fresh == fresh)
            .and_then(|m| m.points)
            .is_some_and(|p| p >= target)
    };
    let validated = manager
        .as_ref()
        .is_some_and(|m| m.fresh && m.points.is_some());
    let id = person.id.clone();
    if reaches(&manager, true) {
        let posts = index.posts_of(&person.id);
        if !posts.is_empty() && !is_away(person, index.today) {
            coverage.holders_fte += u32::from(contracted(person, posts, index.today));
            coverage.holders.push(id);
        } else {
            coverage.away.push(id);
        }
        coverage.conflict |= person.absences.iter().any(|a| a.until.is_conflict());
    } else if !validated && reaches(&own, true) {
        coverage.claimed.push(id);
    } else if reaches(&manager, false) {
        coverage.stale.push(id);
    }
}

/// Contracted FTE in hundredths; where no contract is recorded, the established FTE of the posts held.
fn contracted(person: &Person, posts: &[&Post], today: NaiveDate) -> u16 {
    match person.fte.on(today) {
        Some(fte) => fte.get().0,
        None => posts
            .iter()
            .filter_map(|p| p.on(today))
            .map(|f| f.fte.get().0)
            .fold(0, u16::saturating_add),
    }
}

fn is_away(person: &Person, today: NaiveDate) -> bool {
    person.absences.iter().any(|a| a.covers(today))
}

/// Skills that only this person covers.
pub fn sole_cover<'a>(coverage: &'a [Coverage], person: &PersonId) -> Vec<&'a SkillId> {
    coverage
        .iter()
        .filter(|c| c.holders.len() == 1 && &c.holders[0] == person)
        .map(|c| &c.skill)
        .collect()
}

/// Everybody who alone covers a skill, by name, each with the skills that only they cover.
pub fn sole_covers<'a>(
    team: &Team,
    coverage: &'a [Coverage],
) -> Vec<(&'a PersonId, Vec<&'a SkillId>)> {
    let mut found: Vec<(&PersonId, Vec<&SkillId>)> = Vec::new();
    for c in coverage.iter().filter(|c| c.holders.len() == 1) {
        match found.iter_mut().find(|(id, _)| *id == &c.holders[0]) {
            Some((_, skills)) => skills.push(&c.skill),
            None => found.push((&c.holders[0], vec![&c.skill])),
        }
    }
    let name = |id: &PersonId| team.person(id).map(|p| p.name.get().to_lowercase());
    found.sort_by_cached_key(|(id, _)| (name(id), (*id).clone()));
    found
}

/// In post on that day and not away (definition 9).
pub fn is_available(team: &Team, person: &PersonId, today: NaiveDate) -> bool {
    let in_post = team
        .base
        .posts
        .iter()
        .flat_map(|p| &p.holders)
        .any(|h| &h.person == person && h.on(today));
    in_post && team.person(person).is_some_and(|p| !is_away(p, today))
}
