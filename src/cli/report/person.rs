//! `show person`: posts and cells, readiness, plan, credentials, development log.

use super::Report;
use super::heatmap::{Row, row};
use super::parts::{About, CellKeys, Named, Who, about, day, day_or_dash, post, who};
use super::person_marks::{Series, series};
use super::person_plan::{Plan, plan};
use super::succession::{Ready, ready};
use crate::domain::actions::{is_talk_due, last_talk};
use crate::domain::board::Board;
use crate::domain::coverage::sole_cover;
use crate::domain::person::{CredentialKind, HorizonBand};
use crate::domain::readiness::readiness;
use crate::domain::{Person, PostId, Subject, Team};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeSet;

/// One person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PersonReport {
    /// Who.
    pub person: Who,
    /// Contact line, or empty.
    pub contact: String,
    /// Contracted FTE today; null where none is recorded.
    pub fte: Option<f64>,
    /// Figures over all of the person's cells.
    pub key: CellKeys,
    /// Day of the last development talk.
    pub last_talk: Option<NaiveDate>,
    /// The next one is due.
    pub talk_due: bool,
    /// Critical skills that only this person covers.
    pub sole_cover: Vec<About>,
    /// A row for each post.
    pub rows: Vec<Row>,
    /// Every dated judgement.
    pub marks: Vec<Series>,
    /// Readiness for each post nominated for or aspired to.
    pub readiness: Vec<Ready>,
    /// What the person hopes for, oldest first.
    pub aspirations: Vec<Aspiration>,
    /// What was said about staying, oldest first.
    pub horizons: Vec<Horizon>,
    /// Times away.
    pub absences: Vec<Absence>,
    /// Certificates, registrations, trainings.
    pub credentials: Vec<Credential>,
    /// The development plan.
    pub plan: Plan,
    /// PPD log, oldest first.
    pub ppd: Vec<Ppd>,
    /// Professional registrations.
    pub registrations: Vec<Registration>,
    /// Meetings with a manager, oldest first.
    pub meetings: Vec<Meeting>,
    /// Evidence towards career-grade criteria.
    pub criteria: Vec<Criterion>,
}

/// What a person hopes for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Aspiration {
    /// When it was said.
    pub date: NaiveDate,
    /// Column aspired to.
    pub column: Option<String>,
    /// Post aspired to.
    pub post: Option<Named>,
    /// In words.
    pub text: String,
}

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

fn band_name(band: HorizonBand) -> &'static str {
    match band {
        HorizonBand::Within12 => "within-12",
        HorizonBand::From12To36 => "12-36",
        HorizonBand::Later => "later",
        HorizonBand::WishToMove => "wish-to-move",
        HorizonBand::Staying => "staying",
        HorizonBand::NotSaid => "not-said",
    }
}

fn credential(team: &Team, c: &crate::domain::person::Credential) -> Credential {
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

/// Posts that a person is nominated for today or aspires to, in order of their ids.
fn towards(team: &Team, person: &Person, today: NaiveDate) -> BTreeSet<PostId> {
    let nominated = team
        .succession
        .iter()
        .flat_map(|posts| posts.iter())
        .filter(|p| {
            p.nominations
                .iter()
                .any(|n| n.person == person.id && n.on(today))
        })
        .map(|p| p.post.clone());
    let aspired = person
        .detail
        .iter()
        .flat_map(|d| &d.aspirations)
        .filter(|a| a.date <= today)
        .filter_map(|a| a.post.clone());
    nominated.chain(aspired).collect()
}

/// Makes the report of a person who was read with detail.
pub fn person(team: &Team, board: &Board, person: &Person) -> PersonReport {
    let today = board.today;
    let rows = board.rows_of(&person.id);
    let detail = person.detail.as_deref().cloned().unwrap_or_default();
    let last = last_talk(person, today);
    PersonReport {
        person: who(team, &person.id),
        contact: detail.contact.clone(),
        fte: person.fte.on(today).map(|f| f64::from(f.get().0) / 100.0),
        key: (&board.key_line_of(team, &rows)).into(),
        last_talk: last,
        talk_due: team.rights.line_manager(&person.id, today).is_some()
            && is_talk_due(last, today, &team.base.policy),
        sole_cover: sole_cover(&board.coverage, &person.id)
            .into_iter()
            .map(|skill| about(team, &Subject::Skill(skill.clone())))
            .collect(),
        rows: rows
            .iter()
            .map(|&i| row(team, board, &board.rows[i]))
            .collect(),
        marks: series(team, person, &detail),
        readiness: towards(team, person, today)
            .iter()
            .filter_map(|id| team.post(id))
            .map(|p| ready(team, &readiness(team, person, p, today), today))
            .collect(),
        aspirations: detail
            .aspirations
            .iter()
            .map(|a| Aspiration {
                date: a.date,
                column: a.column.as_ref().map(ToString::to_string),
                post: a.post.as_ref().map(|id| post(team, id, today)),
                text: a.text.clone(),
            })
            .collect(),
        horizons: person
            .horizons
            .iter()
            .map(|h| Horizon {
                said: h.said,
                band: band_name(*h.band.get()),
                told: h.told,
            })
            .collect(),
        absences: person
            .absences
            .iter()
            .map(|a| Absence {
                from: a.from,
                until: *a.until.get(),
                kind: a.kind.clone(),
            })
            .collect(),
        credentials: person
            .credentials
            .iter()
            .map(|c| credential(team, c))
            .collect(),
        plan: plan(team, person, &detail, today),
        ppd: detail
            .ppd
            .iter()
            .map(|e| Ppd {
                date: e.date,
                category: e.category.name(),
                title: e.title.clone(),
                completed: e.completed,
                protected_days: f64::from(e.protected_half_days) / 2.0,
                points: f64::from(e.points) / 100.0,
                reflection: e.reflection.clone(),
            })
            .collect(),
        registrations: detail
            .registrations
            .iter()
            .map(|r| Registration {
                title: r.title.clone(),
                body: r.body.clone(),
                since: r.since,
                expires: r.expires,
            })
            .collect(),
        meetings: detail
            .meetings
            .iter()
            .map(|m| Meeting {
                date: m.date,
                development: m.development,
                notes: m.notes.clone(),
            })
            .collect(),
        criteria: detail
            .criteria
            .iter()
            .map(|c| Criterion {
                criterion: c.criterion.clone(),
                evidence: c.evidence.clone(),
                endorsed_by: c.endorsed_by.as_ref().map(|id| who(team, id)),
            })
            .collect(),
    }
}

impl Report for PersonReport {
    const KIND: &'static str = "person";

    fn text(&self) -> String {
        let mut out = format!("{}\n", self.person.name);
        if !self.contact.is_empty() {
            out += &format!("{}\n", self.contact);
        }
        out += &format!("{}\n", self.key.text());
        out += &format!("Last development talk: {}", day_or_dash(self.last_talk));
        out += if self.talk_due { ", due\n" } else { "\n" };
        for skill in &self.sole_cover {
            out += &format!("The only holder of {}\n", skill.name);
        }
        for row in &self.rows {
            out += "\n";
            out += &match &row.post {
                Some(post) => post.name.clone(),
                None => "Without a post".to_owned(),
            };
            if let Some(column) = &row.column {
                out += &format!(", {}", column.name);
            }
            if let Some(area) = &row.area {
                out += &format!(", {}", area.name);
            }
            if let Some(manager) = &row.manager {
                out += &format!(", line manager {}", manager.name);
            }
            out.push('\n');
            for cell in row.cells.iter().filter(|c| c.expected != "no") {
                out += &format!("  {}\n{}", cell.text(), cell.detail());
            }
        }
        if !self.readiness.is_empty() {
            out += "\nTowards\n";
            for ready in &self.readiness {
                out += &format!("  {}: {}\n", ready.post.name, ready.text());
            }
        }
        out.push('\n');
        out += &self.plan.text();
        if !self.credentials.is_empty() {
            out += "\nCredentials\n";
            for c in &self.credentials {
                out += &format!("  {} ({})", c.name, c.kind);
                for (label, date) in [
                    ("obtained", c.obtained),
                    ("expires", c.expires),
                    ("booked for", c.booked),
                ] {
                    if let Some(date) = date {
                        out += &format!(", {label} {}", day(date));
                    }
                }
                if let Some(sighted) = &c.sighted {
                    out += &format!(", seen by {} {}", sighted.by.name, day(sighted.on));
                }
                out.push('\n');
            }
        }
        if !self.ppd.is_empty() {
            out += "\nProfessional development\n";
            for entry in &self.ppd {
                let state = if entry.completed { "" } else { ", booked" };
                out += &format!(
                    "  {}: {} ({}){state}\n",
                    day(entry.date),
                    entry.title,
                    entry.category
                );
            }
        }
        for aspiration in &self.aspirations {
            out += &format!("\nHopes, {}: {}\n", day(aspiration.date), aspiration.text);
        }
        out
    }
}
