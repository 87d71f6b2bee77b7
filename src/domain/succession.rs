//! Critical posts: criticality, likelihood, risk, at risk, ready-now coverage, depth (definitions 10 to 12 and 14).

use super::cell::{is_fresh, months_after};
use super::ids::{PersonId, PostId};
use super::index::Index;
use super::person::{HorizonBand, Person};
use super::post::{CriticalPost, Factors, Post};
use super::readiness::{Band, Readiness, readiness_of};
use super::team::Team;
use super::value::Value;
use chrono::NaiveDate;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Stands wherever succession is shown, on a screen or in a file.
pub const FAIRNESS: &str = "Readiness is a suggestion and a nomination appoints nobody: appointment is by the normal recruitment process.";

/// Why a likelihood is what it is: declared facts only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LikelihoodReason {
    /// Nobody holds the post.
    Vacant,
    /// Notice was given on that day.
    Notice(NaiveDate),
    /// The contract ends on that day.
    ContractEnd(NaiveDate),
    /// Declared exit: band said on the first day, its far end the second.
    DeclaredExit(NaiveDate, NaiveDate),
    /// The far end of a declared band is past: ask again.
    AskAgain(NaiveDate),
    /// Declared wish to move, said on that day.
    WishToMove(NaiveDate),
    /// Declared staying, said on that day, within 12 months.
    Staying(NaiveDate),
    /// Unknown, later, or prefers not to say.
    Unknown,
}

/// Vacancy likelihood L, 1 to 5, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likelihood {
    /// 1 to 5.
    pub level: u8,
    /// The fact that decides.
    pub reason: LikelihoodReason,
    /// The holder whose fact decides; `None` for a vacant post.
    pub person: Option<PersonId>,
    /// A conflict stands behind it.
    pub conflict: bool,
}

/// Bands of risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskBand {
    /// 15 and more.
    High,
    /// 8 to 14.
    Medium,
    /// 7 and less.
    Low,
}

/// A nominee with the computed band and the manager's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nominee {
    /// Who.
    pub person: PersonId,
    /// Name as listed.
    pub name: String,
    /// Computed readiness.
    pub readiness: Readiness,
    /// The manager's decision and reason, where there is one.
    pub decision: Option<(Band, String)>,
}

/// Figures of one post for which factors are recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostRisk {
    /// Which.
    pub post: PostId,
    /// Its title today.
    pub title: String,
    /// Column of the post as an id, for a short label.
    pub column: Option<String>,
    /// Sum of the four factors, 4 to 20; the mean is a quarter of it.
    pub factor_sum: u8,
    /// The four factors: impact, statutory, replace, scarcity.
    pub factors: [u8; 4],
    /// Mean ≥ 3.5 or statutory = 5.
    pub critical: bool,
    /// C rounded half up to a whole number.
    pub c: u8,
    /// L.
    pub likelihood: Likelihood,
    /// L × C.
    pub risk: u8,
    /// Its band.
    pub band: RiskBand,
    /// Critical, L ≥ 3, and no nominee whose computed band is ready now.
    pub at_risk: bool,
    /// Holders today.
    pub holders: Vec<PersonId>,
    /// Nominees by name.
    pub nominees: Vec<Nominee>,
    /// Nominees by band: ready now, 1–2, 3–5, not yet, unknown.
    pub counts: [u32; 5],
    /// Nominees who are ready now, 1–2 or 3–5 years (definition 14).
    pub depth: u32,
    /// Σ over them of 1 / posts that the person is nominated for, in thousandths, rounded half up.
    pub adjusted_depth_thousandths: u32,
    /// A conflict stands behind a figure.
    pub conflict: bool,
}

/// Succession figures of the team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuccessionBoard {
    /// Critical posts first by risk, highest first, then the others; equal risk by title.
    pub posts: Vec<PostRisk>,
    /// Critical posts with a nominee ready now / critical posts.
    pub ready_now: (u32, u32),
    /// Critical posts at risk.
    pub at_risk: u32,
    /// Nominated people ready now, 1–2 or 3–5 years, over all critical posts (people, once each).
    pub depth: u32,
    /// Σ 1 / posts nominated for, in thousandths, rounded half up.
    pub adjusted_depth_thousandths: u32,
}

/// L of a person, from declared facts only (definition 11): the highest that applies. Of what the person said about staying the
/// latest statement holds; several of one day, or values in conflict, count with the higher L.
pub fn likelihood_of_person(person: &Person, today: NaiveDate) -> Likelihood {
    let mut found: Vec<(u8, LikelihoodReason)> = Vec::new();
    let mut conflict = false;
    if let Some(notice) = person.notice.on(today) {
        conflict |= notice.is_conflict();
        let given = notice.all().flatten().filter(|day| **day <= today).min();
        found.extend(given.map(|day| (5, LikelihoodReason::Notice(*day))));
    }
    if let Some(end) = person.contract_end.on(today) {
        conflict |= end.is_conflict();
        let first = end.all().flatten().min();
        found.extend(first.map(|day| (by_end(*day, today), LikelihoodReason::ContractEnd(*day))));
    }
    let said = || person.horizons.iter().filter(|h| h.said <= today);
    if let Some(last) = said().map(|h| h.said).max() {
        for horizon in said().filter(|h| h.said == last) {
            conflict |= horizon.band.is_conflict();
            found.extend(horizon.band.all().map(|band| by_band(*band, last, today)));
        }
    }
    let mut best = (0, LikelihoodReason::Unknown);
    for (level, reason) in found {
        if level > best.0 {
            best = (level, reason);
        }
    }
    Likelihood {
        level: if best.0 == 0 { 2 } else { best.0 },
        reason: best.1,
        person: Some(person.id.clone()),
        conflict,
    }
}

/// L of a known end: 4 up to today + 12 months, 3 up to today + 36 months, 2 later.
fn by_end(end: NaiveDate, today: NaiveDate) -> u8 {
    if end <= months_after(today, 12) {
        4
    } else if end <= months_after(today, 36) {
        3
    } else {
        2
    }
}

/// L of a declared band. An exit band keeps its far end: date said + 12 or + 36 months; once that is past, L stays 4, with "ask again".
fn by_band(band: HorizonBand, said: NaiveDate, today: NaiveDate) -> (u8, LikelihoodReason) {
    let exit = |months: u32| {
        let end = months_after(said, months);
        if end < today {
            (4, LikelihoodReason::AskAgain(end))
        } else {
            (
                by_end(end, today),
                LikelihoodReason::DeclaredExit(said, end),
            )
        }
    };
    match band {
        HorizonBand::Within12 => exit(12),
        HorizonBand::From12To36 => exit(36),
        HorizonBand::WishToMove => (3, LikelihoodReason::WishToMove(said)),
        HorizonBand::Staying if is_fresh(said, today, 12) => (1, LikelihoodReason::Staying(said)),
        HorizonBand::Staying | HorizonBand::Later | HorizonBand::NotSaid => {
            (2, LikelihoodReason::Unknown)
        }
    }
}

/// The whole board (definitions 10 to 12 and 14); `None` where the team holds no succession records for this reader.
pub fn succession(team: &Team, today: NaiveDate) -> Option<SuccessionBoard> {
    succession_of(&Index::new(team, today))
}

/// The same with the lookup tables at hand.
pub(super) fn succession_of(index: &Index<'_>) -> Option<SuccessionBoard> {
    let records = index.team.succession.as_ref()?;
    let mut posts: Vec<PostRisk> = records
        .iter()
        .filter_map(|record| Some(post_risk(index, record, record.on(index.today)?)))
        .collect();
    let nominated = nominations(records, index.today);
    for post in &mut posts {
        let people = post
            .nominees
            .iter()
            .filter(|n| n.readiness.band.has_depth());
        post.adjusted_depth_thousandths =
            shares(people.map(|n| nominated.get(&n.person).copied().unwrap_or(1)));
    }
    posts.sort_by_cached_key(|p| {
        let key = p.title.to_lowercase();
        (!p.critical, Reverse(p.risk), key, p.post.clone())
    });
    let critical = || posts.iter().filter(|p| p.critical);
    let deep: BTreeSet<&PersonId> = critical()
        .flat_map(|p| &p.nominees)
        .filter(|n| n.readiness.band.has_depth())
        .map(|n| &n.person)
        .collect();
    let ready = critical().filter(|p| p.counts[0] > 0).count();
    Some(SuccessionBoard {
        ready_now: (ready as u32, critical().count() as u32),
        at_risk: posts.iter().filter(|p| p.at_risk).count() as u32,
        depth: deep.len() as u32,
        adjusted_depth_thousandths: shares(
            deep.iter()
                .map(|id| nominated.get(*id).copied().unwrap_or(1)),
        ),
        posts,
    })
}

/// How many posts each person is nominated for today.
fn nominations(records: &[CriticalPost], today: NaiveDate) -> BTreeMap<PersonId, u64> {
    let mut counts = BTreeMap::new();
    for record in records {
        let people: BTreeSet<&PersonId> = record
            .nominations
            .iter()
            .filter(|n| n.on(today))
            .map(|n| &n.person)
            .collect();
        for person in people {
            *counts.entry(person.clone()).or_insert(0) += 1;
        }
    }
    counts
}

/// Σ 1/k in thousandths, rounded half up. Terms are kept to 10⁻¹⁵ and their sum to 10⁻⁹, so that 1/3 + 1/6 is a half exactly.
fn shares(of: impl Iterator<Item = u64>) -> u32 {
    const UNIT: u64 = 1_000_000_000_000_000;
    let sum: u64 = of.map(|k| (UNIT + k / 2) / k.max(1)).sum();
    let billionths = (sum + 500_000) / 1_000_000;
    ((billionths + 500_000) / 1_000_000) as u32
}

fn post_risk(index: &Index<'_>, record: &CriticalPost, factors: &Factors) -> PostRisk {
    let post = index.post(&record.post);
    let facts = post.and_then(|p| p.on(index.today));
    let values = [
        &factors.impact,
        &factors.statutory,
        &factors.replace,
        &factors.scarcity,
    ];
    let factor_values = values.map(|v| v.get().0);
    let factor_sum: u8 = factor_values.iter().sum();
    let critical = factor_sum >= 14 || factor_values[1] == 5;
    let c = (factor_sum + 2) / 4;
    let holders = holders(index, post);
    let likelihood = likelihood_of(index, &holders);
    let risk = likelihood.level * c;
    let nominees = post.map_or_else(Vec::new, |p| nominees(index, record, p));
    let mut counts = [0; 5];
    for nominee in &nominees {
        counts[nominee.readiness.band.position()] += 1;
    }
    let torn = |v: &Value<Option<NaiveDate>>| v.is_conflict();
    let conflict = values.iter().any(|v| v.is_conflict())
        || likelihood.conflict
        || nominees.iter().any(|n| n.readiness.conflict)
        || record.nominations.iter().any(|n| torn(&n.until))
        || post.is_some_and(|p| p.holders.iter().any(|h| torn(&h.until)));
    PostRisk {
        post: record.post.clone(),
        title: facts.map_or_else(|| record.post.to_string(), |f| f.title.get().clone()),
        column: facts.and_then(|f| f.column.get().as_ref().map(ToString::to_string)),
        factor_sum,
        factors: factor_values,
        critical,
        c,
        risk,
        band: RiskBand::of(risk),
        at_risk: critical && likelihood.level >= 3 && counts[0] == 0,
        likelihood,
        holders,
        depth: counts[..3].iter().sum(),
        adjusted_depth_thousandths: 0,
        nominees,
        counts,
        conflict,
    }
}

/// Holders today by name.
fn holders(index: &Index<'_>, post: Option<&Post>) -> Vec<PersonId> {
    let mut ids: Vec<PersonId> = post
        .into_iter()
        .flat_map(|p| &p.holders)
        .filter(|h| h.on(index.today))
        .map(|h| h.person.clone())
        .collect();
    ids.sort_by_cached_key(|id| (name_key(index, id), id.clone()));
    ids.dedup();
    ids
}

fn name_key(index: &Index<'_>, id: &PersonId) -> String {
    index
        .person(id)
        .map_or_else(String::new, |p| p.name.get().to_lowercase())
}

/// L of a post: the highest of its holders'; no holder is 5. A holder whose record this machine does not hold counts as unknown.
fn likelihood_of(index: &Index<'_>, holders: &[PersonId]) -> Likelihood {
    let each = holders.iter().map(|id| {
        index.person(id).map_or_else(
            || Likelihood {
                level: 2,
                reason: LikelihoodReason::Unknown,
                person: Some(id.clone()),
                conflict: false,
            },
            |p| likelihood_of_person(p, index.today),
        )
    });
    let mut best: Option<Likelihood> = None;
    for one in each {
        match &mut best {
            Some(b) if b.level >= one.level => b.conflict |= one.conflict,
            Some(b) => {
                let conflict = b.conflict || one.conflict;
                *b = Likelihood { conflict, ..one };
            }
            None => best = Some(one),
        }
    }
    best.unwrap_or(Likelihood {
        level: 5,
        reason: LikelihoodReason::Vacant,
        person: None,
        conflict: false,
    })
}

/// Nominees of today by name, each with the computed band. Somebody whose record this machine does not hold is left out.
fn nominees(index: &Index<'_>, record: &CriticalPost, post: &Post) -> Vec<Nominee> {
    let mut found: Vec<Nominee> = Vec::new();
    for nomination in record.nominations.iter().filter(|n| n.on(index.today)) {
        let Some(person) = index.person(&nomination.person) else {
            continue;
        };
        if found.iter().any(|n| n.person == person.id) {
            continue;
        }
        let sight = index.sight(&person.id);
        found.push(Nominee {
            person: person.id.clone(),
            name: person.name.get().clone(),
            readiness: readiness_of(&sight, person, post),
            decision: nomination
                .decision
                .as_ref()
                .map(|(band, reason)| (*band.get(), reason.clone())),
        });
    }
    found.sort_by_cached_key(|n| (n.name.to_lowercase(), n.person.clone()));
    found
}

impl RiskBand {
    /// The band of a risk: ≥ 15 high, 8 to 14 medium, ≤ 7 low (definition 12).
    pub fn of(risk: u8) -> Self {
        match risk {
            15.. => Self::High,
            8..=14 => Self::Medium,
            _ => Self::Low,
        }
    }

    /// As printed.
    pub fn label(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}
