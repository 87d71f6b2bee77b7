//! Records of a person: credentials, development log, registrations, meetings, absences, horizons, criteria.

use super::parts::{Who, who};
use crate::domain::Team;
use crate::domain::person::{CredentialKind, HorizonBand};
use chrono::NaiveDate;
use serde::Serialize;

/// What was said about staying.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Horizon {
    /// When.
    pub said: NaiveDate,
    /// The band as files write it.
    pub band: &'static str,
    /// Told to the manager rather than shared by the person.
    pub told: bool,
}

/// A time away.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Absence {
    /// First day.
    pub from: NaiveDate,
    /// Last day; null is open.
    pub until: Option<NaiveDate>,
    /// In a word.
    pub kind: String,
}

/// A certificate, registration or training.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Credential {
    /// Its id.
    pub id: String,
    /// Code that must-haves name, or empty.
    pub code: String,
    /// Its name.
    pub name: String,
    /// "certificate", "registration" or "training".
    pub kind: &'static str,
    /// Day obtained.
    pub obtained: Option<NaiveDate>,
    /// Last valid day.
    pub expires: Option<NaiveDate>,
    /// Day of a booked course.
    pub booked: Option<NaiveDate>,
    /// The person entered it.
    pub claimed: bool,
    /// Who saw the paper, and when.
    pub sighted: Option<Sighted>,
}

/// Who saw a paper.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sighted {
    /// Who.
    pub by: Who,
    /// When.
    pub on: NaiveDate,
}

/// One PPD activity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ppd {
    /// Completed or booked for.
    pub date: NaiveDate,
    /// One of the five categories.
    pub category: &'static str,
    /// What it was.
    pub title: String,
    /// Completed rather than booked.
    pub completed: bool,
    /// Protected days used.
    pub protected_days: f64,
    /// Points by the user's own tariff.
    pub points: f64,
    /// In words, or empty.
    pub reflection: String,
}

/// A professional registration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Registration {
    /// RSciTech, RSci, …
    pub title: String,
    /// Body.
    pub body: String,
    /// Held since; null while working towards it.
    pub since: Option<NaiveDate>,
    /// Renewal due.
    pub expires: Option<NaiveDate>,
}

/// A meeting with a manager.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Meeting {
    /// Its day.
    pub date: NaiveDate,
    /// A development talk.
    pub development: bool,
    /// Notes, or empty.
    pub notes: String,
}

/// Evidence towards a criterion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Criterion {
    /// Its id.
    pub criterion: String,
    /// In words, or empty.
    pub evidence: String,
    /// Manager who endorsed it.
    pub endorsed_by: Option<Who>,
}

/// A band as files write it.
pub(super) fn band_name(band: HorizonBand) -> &'static str {
    match band {
        HorizonBand::Within12 => "within-12",
        HorizonBand::From12To36 => "12-36",
        HorizonBand::Later => "later",
        HorizonBand::WishToMove => "wish-to-move",
        HorizonBand::Staying => "staying",
        HorizonBand::NotSaid => "not-said",
    }
}

/// Makes a credential.
pub(super) fn credential(team: &Team, c: &crate::domain::person::Credential) -> Credential {
    Credential {
        id: c.id.to_string(),
        code: c.code.clone(),
        name: c.name.get().clone(),
        kind: match c.kind {
            CredentialKind::Certificate => "certificate",
            CredentialKind::Registration => "registration",
            CredentialKind::Training => "training",
        },
        obtained: *c.obtained.get(),
        expires: *c.expires.get(),
        booked: *c.booked.get(),
        claimed: c.claimed,
        sighted: c.sighted.as_ref().map(|(by, on)| Sighted {
            by: who(team, by),
            on: *on,
        }),
    }
}
