//! `show person`: posts and cells, readiness, plan, credentials, development log.

use super::Report;
use super::heatmap::{Row, row};
use super::parts::{About, CellKeys, Count, Named, Who, about, day, day_or_dash, post, who};
use super::person_marks::{Series, series};
use super::person_plan::{Plan, plan};
use super::person_records::{
    Absence, Credential, Criterion, Horizon, Meeting, Ppd, Registration, band_name, credential,
};
use super::succession::{Ready, ready};
use crate::domain::board::Board;
use crate::domain::coverage::sole_cover;
use crate::domain::profile::profile;
use crate::domain::reading::Reading;
use crate::domain::succession::FAIRNESS;
use crate::domain::{Person, Subject, Team};
use chrono::NaiveDate;
use serde::Serialize;

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
    /// Critical skills that only this person covers; null where others' marks may not be read.
    pub sole_cover: Option<Vec<About>>,
    /// A row for each post.
    pub rows: Vec<Row>,
    /// Every dated judgement.
    pub marks: Vec<Series>,
    /// Posts nominated for or aspired to, with readiness.
    pub towards: Vec<Towards>,
    /// What readiness and a nomination are and are not.
    pub fairness: &'static str,
    /// Progress on career-grade posts. Criteria met never means promoted.
    pub career: Vec<Career>,
    /// PPD of this year.
    pub ppd_year: Option<PpdYear>,
    /// Protected days of this year; null where the team has set no allowance.
    pub protected_days: Option<Protected>,
    /// What the person hopes for, oldest first.
    pub aspirations: Vec<Aspiration>,
    /// What was said about staying, oldest first.
    pub horizons: Vec<Horizon>,
    /// Times away.
    pub absences: Vec<Absence>,
    /// Certificates, registrations, trainings.
    pub credentials: Vec<Credential>,
    /// The development plan; null for an assessor, who may not read it.
    pub plan: Option<Plan>,
    /// PPD log, oldest first.
    pub ppd: Vec<Ppd>,
    /// Professional registrations.
    pub registrations: Vec<Registration>,
    /// Meetings with a manager, oldest first.
    pub meetings: Vec<Meeting>,
    /// Evidence towards career-grade criteria.
    pub criteria: Vec<Criterion>,
    /// What is withheld, and why; null where nothing is.
    pub withheld: Option<String>,
}

/// A post towards which a person develops.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Towards {
    /// Nominated by a manager.
    pub nominated: bool,
    /// Aspired to by the person.
    pub aspired: bool,
    /// Computed readiness.
    pub readiness: Ready,
}

/// Progress on a career-grade post.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Career {
    /// The post.
    pub post: Named,
    /// From this column …
    pub from: String,
    /// … to this one.
    pub to: String,
    /// Criteria with evidence / criteria.
    pub evidenced: Count,
    /// Criteria evidenced and endorsed / criteria.
    pub endorsed: Count,
}

/// PPD of a year.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PpdYear {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
    /// Completed entries.
    pub completed: u32,
    /// Booked entries.
    pub booked: u32,
    /// Distinct categories among completed entries.
    pub categories: Vec<&'static str>,
    /// What they make of it.
    pub rule: &'static str,
    /// Points of completed entries.
    pub points: f64,
}

/// Protected days of a year.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Protected {
    /// Allowance.
    pub allowance: f64,
    /// Used.
    pub used: f64,
    /// Booked.
    pub booked: f64,
    /// What is left; below 0 is a warning.
    pub left: f64,
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

/// Makes the report of a person who was read with detail.
pub fn person(team: &Team, board: &Board, reading: &Reading, person: &Person) -> PersonReport {
    let today = board.today;
    let detail = person.detail.as_deref().cloned().unwrap_or_default();
    let profile = profile(team, board, person);
    PersonReport {
        person: who(team, &person.id),
        contact: detail.contact.clone(),
        fte: profile.fte.map(|f| f64::from(f) / 100.0),
        key: (&profile.key).into(),
        last_talk: profile.last_talk,
        talk_due: profile.talk_due,
        sole_cover: reading.everybody().then(|| {
            let skills = sole_cover(&board.coverage, &person.id).into_iter();
            skills
                .map(|skill| about(team, &Subject::Skill(skill.clone())))
                .collect()
        }),
        rows: profile.rows.iter().map(|r| row(team, board, r)).collect(),
        marks: series(team, person, &detail),
        towards: profile
            .towards
            .iter()
            .map(|t| Towards {
                nominated: t.nominated,
                aspired: t.aspired,
                readiness: ready(team, &t.readiness, today),
            })
            .collect(),
        fairness: FAIRNESS,
        career: profile
            .career
            .iter()
            .map(|c| Career {
                post: post(team, &c.post, today),
                from: c.from.to_string(),
                to: c.to.to_string(),
                evidenced: (c.evidenced, c.criteria).into(),
                endorsed: (c.endorsed, c.criteria).into(),
            })
            .collect(),
        ppd_year: profile.ppd.as_ref().map(|p| PpdYear {
            from: p.year.first,
            until: p.year.last,
            completed: p.completed,
            booked: p.booked,
            categories: p.categories.iter().map(|c| c.name()).collect(),
            rule: p.rule.label(),
            points: f64::from(p.points) / 100.0,
        }),
        protected_days: profile.protected.map(|p| Protected {
            allowance: f64::from(p.allowance) / 2.0,
            used: f64::from(p.used) / 2.0,
            booked: f64::from(p.booked) / 2.0,
            left: p.left() as f64 / 2.0,
        }),
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
        plan: (reading.plan(&person.id)).then(|| plan(team, person, &detail, today)),
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
        withheld: reading.withheld("Who alone covers a skill is"),
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
        for skill in self.sole_cover.iter().flatten() {
            out += &format!("The only holder of {}\n", skill.name);
        }
        if let Some(withheld) = &self.withheld {
            out += &format!("{withheld}\n");
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
        if !self.towards.is_empty() {
            out += &format!("\nTowards\n  {}\n", self.fairness);
            for t in &self.towards {
                out += &format!("  {}: {}\n", t.readiness.post.name, t.readiness.text());
            }
        }
        for step in &self.career {
            out += &format!(
                "\nCareer grade, {} to {}: {}/{} evidenced, {} endorsed\n",
                step.from, step.to, step.evidenced.n, step.evidenced.of, step.endorsed.n
            );
        }
        out.push('\n');
        out += &match &self.plan {
            Some(plan) => plan.text(),
            None => "Plan: read by the person, their line manager and managers of the team.\n"
                .to_owned(),
        };
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
        if let Some(year) = &self.ppd_year {
            out += &format!(
                "\nProfessional development since {}: {} entries, {} categories, {}\n",
                day(year.from),
                year.completed,
                year.categories.len(),
                year.rule
            );
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
        if let Some(days) = &self.protected_days {
            out += &format!("Protected days left: {} of {}\n", days.left, days.allowance);
        }
        for aspiration in &self.aspirations {
            out += &format!("\nHopes, {}: {}\n", day(aspiration.date), aspiration.text);
        }
        out
    }
}
