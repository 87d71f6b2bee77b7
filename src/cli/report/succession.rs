//! Critical posts with their risk, nominees by name and how each figure is made.

use super::Report;
use super::overview::{SkillCoverage, coverage, coverage_text};
use super::parts::{
    About, Because, Count, Named, Who, about, because, day, names, points, who, whos,
};
use crate::domain::board::Board;
use crate::domain::coverage::sole_covers;
use crate::domain::explain::explain_post;
use crate::domain::readiness::{Band, MustHaveState, Readiness};
use crate::domain::reading::Reading;
use crate::domain::succession::{FAIRNESS, PostRisk, RiskBand, SuccessionBoard};
use crate::domain::{Subject, Team};
use chrono::NaiveDate;
use serde::Serialize;

/// What stands in the place of critical posts on a machine that may not read them.
pub const NOT_READ: &str = "Succession records are read by managers and heads only.";

/// `show succession`: critical posts, critical skills, and who alone covers what.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SuccessionScreen {
    /// Critical posts; null where this machine may not read them.
    pub succession: Option<Succession>,
    /// Posts without factors for which somebody is nominated, by name: no figure has them.
    pub not_scored: Vec<NotScored>,
    /// Coverage of each critical skill; null where it is withheld.
    pub coverage: Option<Vec<SkillCoverage>>,
    /// People who alone cover a skill, by name; null where that is withheld.
    pub sole_cover: Option<Vec<SoleCover>>,
    /// What is withheld, and why; null where nothing is.
    pub withheld: Option<String>,
}

/// A post without factors, and who is nominated for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotScored {
    /// Which.
    pub post: Named,
    /// Who, by name.
    pub nominees: Vec<Who>,
}

/// Somebody who alone covers skills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SoleCover {
    /// Who.
    pub person: Who,
    /// Which skills.
    pub skills: Vec<About>,
}

/// Makes the report of the Succession screen.
pub fn screen(team: &Team, board: &Board, reading: &Reading) -> SuccessionScreen {
    SuccessionScreen {
        succession: board
            .succession
            .as_ref()
            .map(|s| succession(team, s, board.today, reading)),
        not_scored: not_scored(team, board.today),
        coverage: coverage(team, board, reading),
        sole_cover: reading.everybody().then(|| sole_cover(team, board)),
        withheld: reading.withheld(match board.succession {
            // A head reads which posts are critical, and nobody's record.
            Some(_) => "Coverage, risk and readiness are",
            None => "Coverage is",
        }),
    }
}

fn sole_cover(team: &Team, board: &Board) -> Vec<SoleCover> {
    sole_covers(team, &board.coverage)
        .into_iter()
        .map(|(id, skills)| SoleCover {
            person: who(team, id),
            skills: skills
                .into_iter()
                .map(|s| about(team, &Subject::Skill(s.clone())))
                .collect(),
        })
        .collect()
}

fn not_scored(team: &Team, today: NaiveDate) -> Vec<NotScored> {
    let records = team.succession.iter().flat_map(|records| records.iter());
    let mut found: Vec<NotScored> = records
        .filter(|record| record.on(today).is_none())
        .map(|record| {
            let standing = record.nominations.iter().filter(|n| n.on(today));
            // Somebody whose record this machine does not hold is left out, as for the posts with factors.
            let known = standing.filter(|n| team.person(&n.person).is_some());
            let mut nominees: Vec<Who> = known.map(|n| who(team, &n.person)).collect();
            nominees.sort_by_cached_key(|w| (w.name.to_lowercase(), w.handle.clone()));
            nominees.dedup();
            NotScored {
                post: super::parts::post(team, &record.post, today),
                nominees,
            }
        })
        .filter(|post| !post.nominees.is_empty())
        .collect();
    found.sort_by_cached_key(|p| (p.post.name.to_lowercase(), p.post.id.clone()));
    found
}

impl Report for SuccessionScreen {
    const KIND: &'static str = "succession";

    fn text(&self) -> String {
        let mut out = match &self.succession {
            Some(succession) => succession.text(),
            None => format!("{NOT_READ}\n  {FAIRNESS}\n"),
        };
        if !self.not_scored.is_empty() {
            out += "\nNominated for posts that are not scored\n";
        }
        for one in &self.not_scored {
            out += &format!("  {}: {}\n", one.post.name, names(&one.nominees));
        }
        if let Some(withheld) = &self.withheld {
            out += &format!("\n{withheld}\n");
        }
        out += &coverage_text(self.coverage.as_deref());
        for (at, sole) in self.sole_cover.iter().flatten().enumerate() {
            if at == 0 {
                out += "\nSole cover\n";
            }
            let skills: Vec<&str> = sole.skills.iter().map(|s| s.name.as_str()).collect();
            out += &format!("  {}: {}\n", sole.person.name, skills.join(", "));
        }
        out
    }
}

/// Succession figures of the team.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Succession {
    /// What a nomination is and is not; stands wherever succession is shown.
    pub fairness: &'static str,
    /// Critical posts with a nominee ready now / critical posts; null where that is withheld.
    pub ready_now: Option<Count>,
    /// Critical posts at risk; null where that is withheld.
    pub at_risk: Option<u32>,
    /// Nominated people who are ready now, in 1–2 or in 3–5 years; null where that is withheld.
    pub depth: Option<u32>,
    /// The same, each divided by the posts they are nominated for; null where that is withheld.
    pub adjusted_depth: Option<f64>,
    /// Posts with factors, by risk.
    pub posts: Vec<Post>,
}

/// One post.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Post {
    /// Which.
    pub post: Named,
    /// Its column's id.
    pub column: Option<String>,
    /// Who holds it.
    pub holders: Vec<Who>,
    /// Mean ≥ 3.5 or statutory = 5.
    pub critical: bool,
    /// The four factors.
    pub factors: Factors,
    /// Their mean.
    pub mean: f64,
    /// C: the mean rounded half up.
    pub c: u8,
    /// L, 1 to 5; null where a holder's record may not be read.
    pub l: Option<u8>,
    /// L × C; null as L is.
    pub risk: Option<u8>,
    /// Its band; null as L is.
    pub band: Option<RiskBand>,
    /// Critical, L ≥ 3, and nobody nominated is ready now; null where a holder's or a nominee's record may not be read.
    pub at_risk: Option<bool>,
    /// Nominees by name.
    pub nominees: Vec<Nominee>,
    /// A conflict stands behind a figure.
    pub conflict: bool,
    /// How this is made.
    pub because: Vec<Because>,
}

/// The four factors, 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Factors {
    /// Impact within a month.
    pub impact: u8,
    /// Statutory or safety duty.
    pub statutory: u8,
    /// Time to replace.
    pub replace: u8,
    /// Scarcity.
    pub scarcity: u8,
}

/// A nominee.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Nominee {
    /// Who.
    pub person: Who,
    /// Readiness as computed; null where their record may not be read.
    pub readiness: Option<Ready>,
    /// The manager's decision beside it, or null.
    pub decision: Option<Decision>,
}

/// A manager's decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// The band decided on.
    pub band: Band,
    /// Why.
    pub reason: String,
}

/// Readiness for a post.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ready {
    /// For which post.
    pub post: Named,
    /// The computed band.
    pub band: Band,
    /// Subjects with a fresh mark / subjects asked for.
    pub present: Count,
    /// Of those, validated.
    pub validated: u32,
    /// The largest gap in points; null if nothing is below target.
    pub largest_gap: Option<f64>,
    /// About what it is.
    pub largest_gap_subject: Option<About>,
    /// Subjects without a fresh mark.
    pub missing_marks: Vec<About>,
    /// Must-haves.
    pub must_haves: Vec<MustHave>,
    /// A conflict stands behind it.
    pub conflict: bool,
}

/// A must-have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MustHave {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// "held", "booked" or "missing".
    pub state: &'static str,
    /// Day of the booked course.
    pub booked: Option<NaiveDate>,
}

/// Makes a readiness.
pub fn ready(team: &Team, r: &Readiness, today: NaiveDate) -> Ready {
    Ready {
        post: super::parts::post(team, &r.post, today),
        band: r.band,
        present: r.present.into(),
        validated: r.validated,
        largest_gap: r.largest_gap.as_ref().map(|(g, _)| points(u32::from(*g))),
        largest_gap_subject: r.largest_gap.as_ref().map(|(_, s)| about(team, s)),
        missing_marks: r.missing_marks.iter().map(|s| about(team, s)).collect(),
        must_haves: r
            .must_haves
            .iter()
            .map(|(code, name, state)| MustHave {
                code: code.clone(),
                name: name.clone(),
                state: match state {
                    MustHaveState::Held => "held",
                    MustHaveState::Booked(_) => "booked",
                    MustHaveState::Missing => "missing",
                },
                booked: match state {
                    MustHaveState::Booked(day) => Some(*day),
                    _ => None,
                },
            })
            .collect(),
        conflict: r.conflict,
    }
}

impl Ready {
    /// "1–2 years: marks 11/11, 11 validated, largest gap 0.5 (X-ray diffraction); RPS certificate booked 3 Feb 2027".
    pub fn text(&self) -> String {
        let mut line = format!(
            "{}: marks {}/{}, {} validated",
            self.band.label(),
            self.present.n,
            self.present.of,
            self.validated
        );
        if let (Some(gap), Some(subject)) = (self.largest_gap, &self.largest_gap_subject) {
            line += &format!(", largest gap {gap} ({})", subject.name);
        }
        for must in &self.must_haves {
            line += &format!("; {} {}", must.name, must.state);
            if let Some(booked) = must.booked {
                line += &format!(" {}", day(booked));
            }
        }
        line
    }
}

fn post_risk(team: &Team, risk: &PostRisk, today: NaiveDate, reading: &Reading) -> Post {
    let [impact, statutory, replace, scarcity] = risk.factors;
    // A vacant post needs nobody's record.
    let held = risk.holders.iter().all(|who| reading.record(who));
    let nominated = (risk.nominees.iter()).all(|n| reading.record(&n.person));
    let mut steps = explain_post(team, risk, today);
    steps.retain(|step| match step.rule {
        "criticality" => true,
        "likelihood" | "risk" => held,
        "nominees" => nominated,
        _ => held && nominated,
    });
    Post {
        post: Named {
            id: risk.post.to_string(),
            name: risk.title.clone(),
        },
        column: risk.column.clone(),
        holders: whos(team, &risk.holders),
        critical: risk.critical,
        factors: Factors {
            impact,
            statutory,
            replace,
            scarcity,
        },
        mean: f64::from(risk.factor_sum) / 4.0,
        c: risk.c,
        l: held.then_some(risk.likelihood.level),
        risk: held.then_some(risk.risk),
        band: held.then_some(risk.band),
        at_risk: (held && nominated).then_some(risk.at_risk),
        nominees: risk
            .nominees
            .iter()
            .map(|n| Nominee {
                person: who(team, &n.person),
                readiness: reading
                    .record(&n.person)
                    .then(|| ready(team, &n.readiness, today)),
                decision: n.decision.as_ref().map(|(band, reason)| Decision {
                    band: *band,
                    reason: reason.clone(),
                }),
            })
            .collect(),
        conflict: risk.conflict || risk.likelihood.conflict,
        because: because(steps),
    }
}

/// Makes the succession part.
pub fn succession(
    team: &Team,
    board: &SuccessionBoard,
    today: NaiveDate,
    reading: &Reading,
) -> Succession {
    let everybody = reading.everybody();
    let adjusted = f64::from(board.adjusted_depth_thousandths) / 1000.0;
    Succession {
        fairness: FAIRNESS,
        ready_now: everybody.then(|| board.ready_now.into()),
        at_risk: everybody.then_some(board.at_risk),
        depth: everybody.then_some(board.depth),
        adjusted_depth: everybody.then_some(adjusted),
        posts: board
            .posts
            .iter()
            .map(|p| post_risk(team, p, today, reading))
            .collect(),
    }
}

impl Post {
    /// "L 4 × C 4 = 16 high"; of C alone where L is withheld.
    fn risk_text(&self) -> String {
        let (Some(l), Some(risk), Some(band)) = (self.l, self.risk, self.band) else {
            return format!("C {}", self.c);
        };
        let band = match band {
            RiskBand::High => "high",
            RiskBand::Medium => "medium",
            RiskBand::Low => "low",
        };
        format!("L {l} × C {} = {risk} {band}", self.c)
    }
}

impl Succession {
    /// As lines.
    pub fn text(&self) -> String {
        let mut out = format!("Succession\n  {}\n", self.fairness);
        if let (Some(ready), Some(at_risk)) = (self.ready_now, self.at_risk) {
            out += &format!(
                "  ready-now coverage {}/{}, at risk {at_risk}\n",
                ready.n, ready.of
            );
        }
        for post in &self.posts {
            out += &format!(
                "  {}: {}{}{}\n",
                post.post.name,
                post.risk_text(),
                if post.at_risk == Some(true) {
                    ", at risk"
                } else {
                    ""
                },
                if post.critical { "" } else { ", not critical" },
            );
            out += &if post.holders.is_empty() {
                "    vacant\n".to_owned()
            } else {
                format!("    held by {}\n", names(&post.holders))
            };
            for nominee in &post.nominees {
                let readiness = nominee.readiness.as_ref();
                let readiness = readiness.map_or_else(String::new, |r| format!(", {}", r.text()));
                out += &format!("    nominated: {}{readiness}\n", nominee.person.name);
                if let Some(decision) = &nominee.decision {
                    out += &format!(
                        "      decided: {} ({})\n",
                        decision.band.label(),
                        decision.reason
                    );
                }
            }
            for step in &post.because {
                out += &format!("    {}: {} ({})\n", step.rule, step.text, step.source);
            }
        }
        out
    }
}
