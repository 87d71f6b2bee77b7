//! `what-if`: what is supposed, and every figure of the first screens that it changes, before and after.

use super::Report;
use super::parts::{About, Named, Who, about, names, post, who, whos};
use crate::domain::board::Board;
use crate::domain::coverage::{Coverage, CoverageState};
use crate::domain::readiness::Band;
use crate::domain::succession::{FAIRNESS, PostRisk, RiskBand};
use crate::domain::what_if::{KeyFigure, WhatIf, difference};
use crate::domain::{Subject, Team};
use serde::Serialize;

/// The report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WhatIfReport {
    /// What is supposed, person by person.
    pub supposed: Vec<Supposed>,
    /// What it changes.
    #[serde(flatten)]
    pub changes: Changes,
    /// What a nomination is and is not.
    pub fairness: &'static str,
}

/// Figures before and after; the default is that all of them are withheld.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Changes {
    /// Key figures, those that stay the same included; null where they are withheld.
    pub figures: Option<Vec<Figure>>,
    /// Critical posts that change; null where that is withheld.
    pub posts: Option<Vec<PostChange>>,
    /// Critical skills that change; null where that is withheld.
    pub skills: Option<Vec<SkillChange>>,
}

/// Something supposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Supposed {
    /// Of whom.
    pub person: Who,
    /// "leaves", "is away" or "completes the plan".
    pub what: &'static str,
}

/// A key figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// What it is called.
    pub name: &'static str,
    /// As it stands.
    pub before: Amount,
    /// As it would be.
    pub after: Amount,
}

/// A number, of a whole where it is one of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// n.
    pub n: u32,
    /// N, or null.
    pub of: Option<u32>,
}

/// A critical post before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PostChange {
    /// Which.
    pub post: Named,
    /// As it stands.
    pub before: Option<PostState>,
    /// As it would be.
    pub after: Option<PostState>,
}

/// How a critical post stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PostState {
    /// Who holds it.
    pub holders: Vec<Who>,
    /// L.
    pub l: u8,
    /// C.
    pub c: u8,
    /// L × C.
    pub risk: u8,
    /// Its band.
    pub band: RiskBand,
    /// Critical, L ≥ 3, and nobody nominated is ready now.
    pub at_risk: bool,
    /// Nominees by name, each with the computed band.
    pub nominees: Vec<NomineeBand>,
}

/// A nominee and a band.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NomineeBand {
    /// Who.
    pub person: Who,
    /// The computed band.
    pub band: Band,
}

/// A critical skill before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkillChange {
    /// Which.
    pub skill: About,
    /// As it stands.
    pub before: SkillState,
    /// As it would be.
    pub after: SkillState,
}

/// How a critical skill stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkillState {
    /// State of definition 9.
    pub state: CoverageState,
    /// Who covers it.
    pub holders: Vec<Who>,
}

/// Makes the report.
pub fn report(team: &Team, what: &WhatIf, before: &Board, after: &Board) -> WhatIfReport {
    WhatIfReport {
        supposed: what
            .said()
            .map(|(id, supposed)| Supposed {
                person: who(team, id),
                what: supposed.verb(),
            })
            .collect(),
        changes: changes(team, before, after),
        fairness: FAIRNESS,
    }
}

/// What differs between two boards.
pub fn changes(team: &Team, before: &Board, after: &Board) -> Changes {
    let found = difference(before, after);
    let amount = |(n, of)| Amount { n, of };
    let post_state = |p: &PostRisk| PostState {
        holders: whos(team, &p.holders),
        l: p.likelihood.level,
        c: p.c,
        risk: p.risk,
        band: p.band,
        at_risk: p.at_risk,
        nominees: p
            .nominees
            .iter()
            .map(|n| NomineeBand {
                person: who(team, &n.person),
                band: n.readiness.band,
            })
            .collect(),
    };
    let skill_state = |c: &Coverage| SkillState {
        state: c.state,
        holders: whos(team, &c.holders),
    };
    let figures = found.figures.iter().map(|f| Figure {
        name: f.name,
        before: amount(f.before),
        after: amount(f.after),
    });
    let posts = found.posts.iter().map(|p| PostChange {
        post: post(team, &p.post, after.today),
        before: p.before.as_ref().map(post_state),
        after: p.after.as_ref().map(post_state),
    });
    let skills = found.skills.iter().map(|s| SkillChange {
        skill: about(team, &Subject::Skill(s.skill.clone())),
        before: skill_state(&s.before),
        after: skill_state(&s.after),
    });
    Changes {
        figures: Some(figures.collect()),
        // What differs in nothing that is said here would read as "so → so".
        posts: Some(posts.filter(|p| p.before != p.after).collect()),
        skills: Some(skills.filter(|s| s.before != s.after).collect()),
    }
}

impl Amount {
    fn text(self) -> String {
        KeyFigure::text((self.n, self.of))
    }
}

impl PostState {
    fn text(&self) -> String {
        let nominees: Vec<String> = self
            .nominees
            .iter()
            .map(|n| format!("{} {}", n.person.name, n.band.label()))
            .collect();
        format!(
            "L {} × C {} = {} {}{}; {}; nominated: {}",
            self.l,
            self.c,
            self.risk,
            self.band.label(),
            if self.at_risk { ", at risk" } else { "" },
            if self.holders.is_empty() {
                "vacant".to_owned()
            } else {
                format!("held by {}", names(&self.holders))
            },
            if nominees.is_empty() {
                "nobody".to_owned()
            } else {
                nominees.join(", ")
            }
        )
    }
}

impl SkillState {
    fn text(&self) -> String {
        let state = self.state.label();
        match self.holders.as_slice() {
            [] => state.to_owned(),
            holders => format!("{state} ({})", names(holders)),
        }
    }
}

impl Changes {
    /// Line by line.
    pub fn text(&self) -> String {
        let mut out = String::new();
        if let Some(figures) = &self.figures {
            out += "Key figures\n";
            for f in figures {
                out += &if f.before == f.after {
                    format!("  {}: {}\n", f.name, f.before.text())
                } else {
                    format!("  {}: {} → {}\n", f.name, f.before.text(), f.after.text())
                };
            }
        }
        let state = |s: &Option<PostState>| {
            s.as_ref()
                .map_or_else(|| "not scored".to_owned(), PostState::text)
        };
        for (at, p) in self.posts.iter().flatten().enumerate() {
            if at == 0 {
                out += "\nCritical posts that change\n";
            }
            out += &format!(
                "  {}\n    before: {}\n    after: {}\n",
                p.post.name,
                state(&p.before),
                state(&p.after)
            );
        }
        for (at, s) in self.skills.iter().flatten().enumerate() {
            if at == 0 {
                out += "\nCritical skills that change\n";
            }
            out += &format!(
                "  {}: {} → {}\n",
                s.skill.name,
                s.before.text(),
                s.after.text()
            );
        }
        out
    }
}

impl Report for WhatIfReport {
    const KIND: &'static str = "what-if";

    fn text(&self) -> String {
        let mut out = "What if\n".to_owned();
        for s in &self.supposed {
            out += &format!("  {} {}\n", s.person.name, s.what);
        }
        out += "Nothing is written.\n\n";
        out += &self.changes.text();
        out += &format!("\n{}\n", self.fairness);
        out
    }
}
