//! `show overview`: the key line, needs by area, critical posts and skills, development actions.

use super::Report;
use super::actions::{Actions, actions};
use super::parts::{
    About, Because, CellKeys, Count, NeedFigure, WHOLE_TEAM, Who, about, because, names, needs,
    whos,
};
use super::succession::{Succession, succession};
use crate::domain::board::{Board, Grouping};
use crate::domain::coverage::{Coverage, CoverageState};
use crate::domain::explain::{explain_coverage, explain_key_line};
use crate::domain::{Subject, Team};
use serde::Serialize;

/// The overview.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overview {
    /// The key line.
    pub key: Key,
    /// Areas with their figures.
    pub groups: Vec<OverviewGroup>,
    /// Collective need of the whole team.
    pub needs: Vec<NeedFigure>,
    /// Coverage of each critical skill.
    pub coverage: Vec<SkillCoverage>,
    /// Critical posts; null where this machine may not read them.
    pub succession: Option<Succession>,
    /// Development actions.
    pub actions: Actions,
}

/// The key line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Key {
    /// Figures over cells.
    #[serde(flatten)]
    pub cells: CellKeys,
    /// Critical skills with one holder.
    pub one_holder: u32,
    /// Critical skills without a holder.
    pub no_holder: u32,
    /// Critical posts at risk / critical posts; null where they may not be read.
    pub at_risk: Option<Count>,
    /// Overdue actions.
    pub overdue: u32,
    /// Development talks due.
    pub talks_due: u32,
    /// People with a device heard lately / people admitted; null before the first sync.
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
pub fn overview(team: &Team, board: &Board) -> Overview {
    let key = &board.key;
    Overview {
        key: Key {
            cells: key.into(),
            one_holder: key.one_holder,
            no_holder: key.no_holder,
            at_risk: key.at_risk.map(Count::from),
            overdue: key.overdue,
            talks_due: key.talks_due,
            heard: key.heard.map(Count::from),
            because: because(explain_key_line(team, key)),
        },
        groups: board
            .groups(team, Grouping::Area, &|_| true)
            .iter()
            .map(|group| OverviewGroup {
                label: group.label.clone(),
                rows: group.rows.len(),
                key: (&group.key_line).into(),
                needs: needs(team, &group.label, &group.needs),
            })
            .collect(),
        needs: needs(team, WHOLE_TEAM, &board.needs),
        coverage: board
            .coverage
            .iter()
            .map(|c| skill_coverage(team, c))
            .collect(),
        succession: board
            .succession
            .as_ref()
            .map(|s| succession(team, s, board.today)),
        actions: actions(team, &board.actions),
    }
}

impl Report for Overview {
    const KIND: &'static str = "overview";

    fn text(&self) -> String {
        let key = &self.key;
        let mut out = format!("Key figures\n  {}\n", key.cells.text());
        out += &format!(
            "  critical skills: one holder {}, no holder {}\n",
            key.one_holder, key.no_holder
        );
        if let Some(at_risk) = key.at_risk {
            out += &format!("  critical posts at risk: {}/{}\n", at_risk.n, at_risk.of);
        }
        out += &format!(
            "  overdue actions: {}, talks due: {}\n",
            key.overdue, key.talks_due
        );
        out += &match key.heard {
            Some(heard) => format!("  heard from: {}/{}\n", heard.n, heard.of),
            None => "  heard from: —\n".to_owned(),
        };
        for group in &self.groups {
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
        out += "\nIn need, whole team\n";
        for need in &self.needs {
            out += &format!("  {}\n", need.text());
        }
        if !self.coverage.is_empty() {
            out += "\nCritical skills\n";
            for skill in &self.coverage {
                out += &format!("  {}\n", skill.text());
            }
        }
        if let Some(succession) = &self.succession {
            out.push('\n');
            out += &succession.text();
        }
        out.push('\n');
        out += &self.actions.text();
        out
    }
}
