//! Critical posts: criticality, likelihood, risk, at risk, ready-now coverage, depth (definitions 10 to 12 and 14).

use super::ids::{PersonId, PostId};
use super::person::Person;
use super::readiness::{Band, Readiness};
use super::team::Team;
use chrono::NaiveDate;
use serde::Serialize;

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

/// L of a person, from declared facts only (definition 11).
pub fn likelihood_of_person(person: &Person, today: NaiveDate) -> Likelihood {
    let _ = (person, today);
    todo!()
}

/// The whole board; `None` where the team holds no succession records for this reader.
pub fn succession(team: &Team, today: NaiveDate) -> Option<SuccessionBoard> {
    let _ = (team, today);
    todo!()
}
