//! `show overview`: the key line, needs by area, critical posts and skills, development actions.

use super::Report;
use super::actions::{Actions, actions};
use super::parts::{
    About, Because, CellKeys, Count, NeedFigure, WHOLE_TEAM, Who, about, because, names, needs,
    whos,
};
use super::succession::{NOT_READ, Succession, succession};
use crate::domain::board::{Board, Grouping};
use crate::domain::coverage::{Coverage, CoverageState};
use crate::domain::explain::{explain_coverage, explain_key_line};
use crate::domain::reading::Reading;
use crate::domain::{Subject, Team};
use serde::Serialize;

/// Figures of the key line that only everybody's documents give, as their explanations are called.
const OF_EVERYBODY: [&str; 3] = ["one holder, none", "talks due", "heard"];

/// The overview.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overview {
    /// The key line; where not everybody may be read, of the reader's own cells.
    pub key: Key,
    /// Areas with their figures; null where they are withheld.
    pub groups: Option<Vec<OverviewGroup>>,
    /// Collective need of the whole team; null where it is withheld.
    pub needs: Option<Vec<NeedFigure>>,
    /// Coverage of each critical skill; null where it is withheld.
    pub coverage: Option<Vec<SkillCoverage>>,
    /// Critical posts; null where this machine may not read them.
    pub succession: Option<Succession>,
    /// Development actions.
    pub actions: Actions,
    /// What is withheld, and why; null where nothing is.
    pub withheld: Option<String>,
}

/// The key line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Key {
    /// Figures over cells.
    #[serde(flatten)]
    pub cells: CellKeys,
    /// Critical skills with one holder; null where that is withheld.
    pub one_holder: Option<u32>,
    /// Critical skills without a holder; null where that is withheld.
    pub no_holder: Option<u32>,
    /// Critical posts at risk / critical posts; null where they may not be read.
    pub at_risk: Option<Count>,
    /// Overdue actions of the plans that may be read.
    pub overdue: u32,
    /// Development talks due; null where that is withheld.
    pub talks_due: Option<u32>,
    /// People with a device heard lately / people admitted; null before the first sync, and where that is withheld.
    pub heard: Option<Count>,
    /// How each of these is made, in their order.
    pub because: Vec<Because>,
}

/// An area.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverviewGroup {
    /// What it is called.
    pub label: String,
    /// Rows in it.
    pub rows: usize,
    /// Its pooled figures.
    pub key: CellKeys,
    /// Its needs.
    pub needs: Vec<NeedFigure>,
}

/// Coverage of one critical skill.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SkillCoverage {
    /// Which.
    pub skill: About,
    /// τ in points; null where it has none, and then nobody is counted.
    pub target: Option<f64>,
    /// Fewer than so many is thin.
    pub at_least: u32,
    /// State of definition 9.
    pub state: CoverageState,
    /// Available, with a fresh validated mark at or above τ.
    pub holders: Vec<Who>,
    /// Their contracted FTE.
    pub holders_fte: f64,
    /// Holders who are away today.
    pub away: Vec<Who>,
    /// Fresh own mark at or above τ, not validated.
    pub claimed: Vec<Who>,
    /// Mark at or above τ that is out of date.
    pub stale: Vec<Who>,
    /// A conflict stands behind it.
    pub conflict: bool,
    /// How this is made.
    pub because: Vec<Because>,
}

/// Makes a skill's coverage.
pub fn skill_coverage(team: &Team, c: &Coverage) -> SkillCoverage {
    SkillCoverage {
        skill: about(team, &Subject::Skill(c.skill.clone())),
        target: c.target.map(|p| p.value()),
        at_least: c.n_min,
        state: c.state,
        holders: whos(team, &c.holders),
        holders_fte: f64::from(c.holders_fte) / 100.0,
        away: whos(team, &c.away),
        claimed: whos(team, &c.claimed),
        stale: whos(team, &c.stale),
        conflict: c.conflict,
        because: because(explain_coverage(team, c)),
    }
}

/// Coverage of all critical skills, unless it is withheld.
pub fn coverage(team: &Team, board: &Board, reading: &Reading) -> Option<Vec<SkillCoverage>> {
    let all = board.coverage.iter();
    reading
        .everybody()
        .then(|| all.map(|c| skill_coverage(team, c)).collect())
}

/// Critical skills under their head; empty where there are none, or where they are withheld.
pub fn coverage_text(coverage: Option<&[SkillCoverage]>) -> String {
    let mut out = String::new();
    for (at, skill) in coverage.into_iter().flatten().enumerate() {
        if at == 0 {
            out += "\nCritical skills\n";
        }
        out += &format!("  {}\n", skill.text());
    }
    out
}

impl SkillCoverage {
    /// One line.
    pub fn text(&self) -> String {
        let state = match self.state {
            CoverageState::NoHolder => "no holder".to_owned(),
            CoverageState::OneHolder => "one holder".to_owned(),
            CoverageState::Thin => format!("thin, {} of {}", self.holders.len(), self.at_least),
            CoverageState::Covered => format!("covered by {}", self.holders.len()),
        };
        let mut line = format!("{}: {state}", self.skill.name);
        for (label, people) in [
            ("holding it", &self.holders),
            ("away", &self.away),
            ("claimed, not validated", &self.claimed),
            ("out of date", &self.stale),
        ] {
            if !people.is_empty() {
                line += &format!("; {label}: {}", names(people));
            }
        }
        line
    }
}

/// Makes the overview.
pub fn overview(team: &Team, board: &Board, reading: &Reading) -> Overview {
    let shown = reading.key(team, board);
    let everybody = reading.everybody();
    let mut steps = explain_key_line(team, &shown);
    steps.retain(|step| everybody || !OF_EVERYBODY.contains(&step.rule));
    Overview {
        key: Key {
            cells: (&shown).into(),
            one_holder: everybody.then_some(shown.one_holder),
            no_holder: everybody.then_some(shown.no_holder),
            at_risk: shown.at_risk.map(Count::from),
            overdue: shown.overdue,
            talks_due: everybody.then_some(shown.talks_due),
            heard: shown.heard.map(Count::from),
            because: because(steps),
        },
        groups: everybody.then(|| groups(team, board)),
        needs: everybody.then(|| needs(team, WHOLE_TEAM, &board.needs)),
        coverage: coverage(team, board, reading),
        succession: board
            .succession
            .as_ref()
            .map(|s| succession(team, s, board.today, reading)),
        actions: actions(team, board, reading),
        withheld: reading.withheld(match board.succession {
            Some(_) => "Figures of the team and of areas, coverage, risk and readiness are",
            None => "Figures of the team and of areas and coverage are",
        }),
    }
}

fn groups(team: &Team, board: &Board) -> Vec<OverviewGroup> {
    board
        .groups(team, Grouping::Area, &|_| true)
        .iter()
        .map(|group| OverviewGroup {
            label: group.label.clone(),
            rows: group.rows.len(),
            key: (&group.key_line).into(),
            needs: needs(team, &group.label, &group.needs),
        })
        .collect()
}

impl Key {
    fn text(&self, own: bool) -> String {
        let whose = if own { ", yours alone" } else { "" };
        let mut out = format!("Key figures{whose}\n  {}\n", self.cells.text());
        if let (Some(one), Some(none)) = (self.one_holder, self.no_holder) {
            out += &format!("  critical skills: one holder {one}, no holder {none}\n");
        }
        if let Some(at_risk) = self.at_risk {
            out += &format!("  critical posts at risk: {}/{}\n", at_risk.n, at_risk.of);
        }
        out += &match self.talks_due {
            Some(talks) => format!("  overdue actions: {}, talks due: {talks}\n", self.overdue),
            None => format!("  overdue actions: {}\n", self.overdue),
        };
        out += &match self.heard {
            Some(heard) => format!("  heard from: {}/{}\n", heard.n, heard.of),
            None if own => String::new(),
            None => "  heard from: —\n".to_owned(),
        };
        out
    }
}

impl Report for Overview {
    const KIND: &'static str = "overview";

    fn text(&self) -> String {
        let mut out = self.key.text(self.withheld.is_some());
        if let Some(withheld) = &self.withheld {
            out += &format!("\n{withheld}\n");
        }
        for group in self.groups.iter().flatten() {
            out += &format!(
                "\n{} ({})\n  {}\n",
                group.label,
                group.rows,
                group.key.text()
            );
            for need in group.needs.iter().filter(|n| n.flagged) {
                out += &format!("  in need: {}\n", need.text());
            }
        }
        if let Some(needs) = &self.needs {
            out += "\nIn need, whole team\n";
            for need in needs {
                out += &format!("  {}\n", need.text());
            }
        }
        out += &coverage_text(self.coverage.as_deref());
        match &self.succession {
            Some(succession) => out += &format!("\n{}", succession.text()),
            None => out += &format!("{NOT_READ}\n"),
        }
        out.push('\n');
        out += &self.actions.text();
        out
    }
}
