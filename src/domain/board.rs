//! All figures of the Overview and the Heatmap for one team on one day, made once for each snapshot and then only read.
//! Key line, collective need and grouping: definitions 0, 7 and 8.

mod group;
mod key;
mod need;
mod rows;

use super::actions::{ActionBoard, actions_of};
use super::cell::CellFigure;
use super::coverage::{Coverage, CoverageState, coverage_of};
use super::ids::{AreaId, ColumnId, PersonId, PostId};
use super::index::Index;
use super::mark::Subject;
use super::person::Person;
use super::succession::{SuccessionBoard, succession_of};
use super::team::Team;
use chrono::NaiveDate;
use std::sync::Arc;

/// Every figure of the first screens.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// The day taken as today.
    pub today: NaiveDate,
    /// Columns of the heatmap: the framework's competencies, then the critical skills.
    pub subjects: Vec<Subject>,
    /// How many of `subjects` are competencies.
    pub competencies: usize,
    /// One row for each person and post, in order of name; a person without a post has one row.
    pub rows: Vec<Arc<BoardRow>>,
    /// Key figures of the whole team.
    pub key: KeyLine,
    /// Collective need of the whole team for each competency (the bottom row).
    pub needs: Vec<Need>,
    /// Coverage of each critical skill, in the order of `subjects`.
    pub coverage: Vec<Coverage>,
    /// Critical posts; `None` where this machine may not read them.
    pub succession: Option<SuccessionBoard>,
    /// Development actions.
    pub actions: ActionBoard,
}

/// A row of the heatmap: a person in a post.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardRow {
    /// Who.
    pub person: PersonId,
    /// Name as listed.
    pub name: String,
    /// In which post; `None` is without a post.
    pub post: Option<PostId>,
    /// Column of the post; `None` is listed as "without a column" and has no framework cells.
    pub column: Option<ColumnId>,
    /// Grade of the column.
    pub grade: Option<u32>,
    /// Area of the post.
    pub area: Option<AreaId>,
    /// Line manager today.
    pub manager: Option<PersonId>,
    /// One figure for each of [`Board::subjects`].
    pub cells: Vec<CellFigure>,
    /// Skills that the post lists and that are not on the critical list: no column of the heatmap, but in the key line.
    pub other_skills: Vec<CellFigure>,
}

/// The key line (definitions 7, 9, 12, 18, 21). Pairs are (n, N).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyLine {
    /// Cells in state gap / headline cells that are fresh and validated.
    pub below_target: (u32, u32),
    /// Headline cells with fresh e / all headline cells.
    pub fresh: (u32, u32),
    /// Headline cells in state unvalidated.
    pub own_mark_only: u32,
    /// Critical skills with one holder / with none.
    pub one_holder: u32,
    /// Critical skills without a holder.
    pub no_holder: u32,
    /// Critical posts at risk / critical posts; `None` where they may not be read.
    pub at_risk: Option<(u32, u32)>,
    /// Overdue actions.
    pub overdue: u32,
    /// Development talks due.
    pub talks_due: u32,
    /// People with a device heard within the policy's days / people admitted; `None` before the first sync.
    pub heard: Option<(u32, u32)>,
    /// Σ min(e, τ) and Σ τ over framework cells with fresh e, in half points.
    pub attainment_halves: (u32, u32),
    /// Met / expected framework cells.
    pub met: (u32, u32),
    /// Framework cells with fresh e / expected framework cells.
    pub completeness: (u32, u32),
}

/// Needs by Σ g, largest first; equal ones keep their order (definition 8).
pub fn ranked(needs: &[Need]) -> Vec<&Need> {
    let mut ranked: Vec<_> = needs.iter().collect();
    ranked.sort_by_key(|n| std::cmp::Reverse(n.gap_halves));
    ranked
}

/// Collective need of a subject in a group (definition 8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// About what.
    pub subject: Subject,
    /// People with g > 0, validated or not.
    pub in_need: u32,
    /// People with a fresh mark.
    pub with_mark: u32,
    /// How many of `with_mark` are not validated.
    pub unvalidated: u32,
    /// Σ g in half points.
    pub gap_halves: u32,
    /// At least half, and at least three people (policy).
    pub flagged: bool,
}

/// How rows are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// By functional area.
    #[default]
    Area,
    /// By line manager.
    Manager,
    /// By grade.
    Grade,
}

/// A group of rows with its pooled figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What to call it.
    pub label: String,
    /// Stable key, for keeping a group closed.
    pub key: String,
    /// Indices into [`Board::rows`].
    pub rows: Vec<usize>,
    /// Need for each competency, then each critical skill.
    pub needs: Vec<Need>,
    /// Figures of the group alone (cells of all its people pooled).
    pub key_line: KeyLine,
}

impl Board {
    /// Computes everything. `before` lends the rows of people who did not change (same `Arc`, same base, same day).
    pub fn compute(team: &Team, today: NaiveDate, before: Option<(&Team, &Board)>) -> Self {
        let index = Index::new(team, today);
        let frame = rows::Frame::new(team, today);
        let rows = rows::rows(&index, &frame, before);
        let all: Vec<usize> = (0..rows.len()).collect();
        let competencies = frame.competencies;
        let succession = succession_of(&index);
        let actions = actions_of(&index);
        let coverage = coverage_of(&index);
        let mut key = key::key_line(&rows, &all, competencies);
        key.one_holder = count(&coverage, CoverageState::OneHolder);
        key.no_holder = count(&coverage, CoverageState::NoHolder);
        key.at_risk = succession.as_ref().map(|s| (s.at_risk, s.ready_now.1));
        key.overdue = actions.overdue;
        key.talks_due = actions.talks_due.len() as u32;
        key.heard = heard(team, today);
        Self {
            today,
            needs: need::needs(
                team,
                &rows,
                &all,
                &frame.subjects[..competencies],
                competencies,
            ),
            subjects: frame.subjects,
            competencies,
            rows,
            key,
            coverage,
            succession,
            actions,
        }
    }

    /// Groups in their order (areas by order, managers by name, grades ascending), people by name within. `keep` filters rows.
    /// What has no area, manager or grade comes last.
    pub fn groups(
        &self,
        team: &Team,
        by: Grouping,
        keep: &dyn Fn(&BoardRow) -> bool,
    ) -> Vec<Group> {
        group::groups(self, team, by, keep)
    }

    /// Key figures of some rows (framework and skill cells only; posts, actions and talks stay 0). A mark shared by two rows of a
    /// person counts once (definition 7).
    pub fn key_line_of(&self, _team: &Team, rows: &[usize]) -> KeyLine {
        key::key_line(&self.rows, rows, self.competencies)
    }

    /// Collective need of some rows for each of [`Board::subjects`] (definition 8).
    pub fn needs_of(&self, team: &Team, rows: &[usize]) -> Vec<Need> {
        need::needs(team, &self.rows, rows, &self.subjects, self.competencies)
    }

    /// Indices of the rows of a person.
    pub fn rows_of(&self, person: &PersonId) -> Vec<usize> {
        (0..self.rows.len())
            .filter(|&i| &self.rows[i].person == person)
            .collect()
    }
}

fn count(coverage: &[Coverage], state: CoverageState) -> u32 {
    coverage.iter().filter(|c| c.state == state).count() as u32
}

/// People with a device heard within the policy's days / people admitted (definition 21). `None` before the first sync, that is
/// while nobody but the reader has been heard. A day after `today` counts as heard: only the latest is known.
fn heard(team: &Team, today: NaiveDate) -> Option<(u32, u32)> {
    let days = i64::from(team.base.policy.heard_days);
    let others = |p: &&Arc<Person>| p.id != team.me && p.heard.is_some();
    team.people.iter().find(others)?;
    let admitted = || team.people.iter().filter(|p| p.admitted);
    let heard = admitted().filter(|p| p.heard.is_some_and(|d| (today - d).num_days() <= days));
    Some((heard.count() as u32, admitted().count() as u32))
}

impl KeyLine {
    /// Attainment in tenths of a per cent, rounded half up; `None` below 50 % completeness or for 0/0 (definition 7).
    pub fn attainment_tenths(&self) -> Option<u32> {
        let (n, of) = self.completeness;
        if u64::from(n) * 2 < u64::from(of) {
            return None;
        }
        let (reached, targets) = self.attainment_halves;
        percent_tenths(reached, targets)
    }

    /// 1000 − attainment, in tenths of a per cent (definition 7).
    pub fn gap_index_tenths(&self) -> Option<u32> {
        self.attainment_tenths().map(|a| 1000 - a)
    }
}

/// n/N in whole per cent, rounded half up; `None` for 0/0, shown as "—".
pub fn percent(n: u32, of: u32) -> Option<u32> {
    share(n, of, 100)
}

/// n/N in tenths of a per cent, rounded half up; `None` for 0/0.
pub fn percent_tenths(n: u32, of: u32) -> Option<u32> {
    share(n, of, 1000)
}

fn share(n: u32, of: u32, whole: u64) -> Option<u32> {
    let (n, of) = (u64::from(n), u64::from(of));
    // n ≤ 2³² and whole ≤ 1000, so nothing overflows; a share above u32 can only come of n far above N.
    (of > 0).then(|| u32::try_from((2 * whole * n + of) / (2 * of)).unwrap_or(u32::MAX))
}
