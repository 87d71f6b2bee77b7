//! All figures of the Overview and the Heatmap for one team on one day, made once for each snapshot and then only read.
//! Key line, collective need and grouping: definitions 0, 7 and 8.

use super::actions::ActionBoard;
use super::cell::CellFigure;
use super::coverage::Coverage;
use super::ids::{AreaId, ColumnId, PersonId, PostId};
use super::mark::Subject;
use super::succession::SuccessionBoard;
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
        let _ = (team, today, before);
        todo!()
    }

    /// Groups in their order (areas by order, managers by name, grades ascending), people by name within. `keep` filters rows.
    pub fn groups(
        &self,
        team: &Team,
        by: Grouping,
        keep: &dyn Fn(&BoardRow) -> bool,
    ) -> Vec<Group> {
        let _ = (team, by, keep);
        todo!()
    }

    /// Key figures of some rows (framework and skill cells only; posts, actions and talks stay 0). A mark shared by two rows of a
    /// person counts once.
    pub fn key_line_of(&self, team: &Team, rows: &[usize]) -> KeyLine {
        let _ = (team, rows);
        todo!()
    }
}

impl KeyLine {
    /// Attainment in tenths of a per cent, rounded half up; `None` below 50 % completeness or for 0/0.
    pub fn attainment_tenths(&self) -> Option<u32> {
        todo!()
    }

    /// 1000 − attainment.
    pub fn gap_index_tenths(&self) -> Option<u32> {
        self.attainment_tenths().map(|a| 1000 - a)
    }
}

/// n/N in whole per cent, rounded half up; `None` for 0/0, shown as "—".
pub fn percent(n: u32, of: u32) -> Option<u32> {
    let _ = (n, of);
    todo!()
}

/// n/N in tenths of a per cent, rounded half up.
pub fn percent_tenths(n: u32, of: u32) -> Option<u32> {
    let _ = (n, of);
    todo!()
}
