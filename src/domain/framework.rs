//! The career framework as data: competencies, role columns, cells, targets and development options.
//! A team may edit or replace all of it. Nothing here knows how it is stored.

use super::ids::{ColumnId, CompetencyId};
use super::mark::Points;
use super::value::{Cautious, Dated};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The whole framework.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Framework {
    /// What it calls itself.
    pub title: String,
    /// Whose framework it is.
    pub institution: String,
    /// Its edition.
    pub version: String,
    /// Words for the ends of the scale and what it measures.
    pub scale: Scale,
    /// In the order of the framework.
    pub competencies: Vec<Competency>,
    /// Lines of the self-assessment grid; one line may join two competencies.
    pub grid_lines: Vec<GridLine>,
    /// Role columns in order.
    pub columns: Vec<Column>,
    /// `columns.len() × competencies.len()` cells, column by column.
    pub cells: Vec<FrameworkCell>,
    /// Targets that differ from the team's default; see [`Target`].
    pub targets: Vec<TargetRule>,
    /// Criteria of career-grade steps.
    pub criteria: Vec<Criterion>,
}

/// The words of the scale.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// What 1 means.
    pub anchor_low: String,
    /// What 10 means.
    pub anchor_high: String,
    /// What one mark measures, and what a reader should know.
    pub note: String,
}

/// A competency: one row of the framework, one column of the heatmap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Competency {
    /// Its id.
    pub id: CompetencyId,
    /// Full name.
    pub name: String,
    /// A short label.
    pub short: String,
    /// Three letters or so for the heatmap's head.
    pub code: String,
    /// What it is about, in a sentence.
    pub meaning: String,
    /// Family of competencies.
    pub group: String,
    /// Heading of the job description template that its tasks go under.
    pub jd_heading: String,
}

/// A line of the self-assessment grid, with the development options that hang on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridLine {
    /// 1 to 10.
    pub number: u32,
    /// As printed.
    pub label: String,
    /// One competency, or two on a joint line.
    pub competencies: Vec<CompetencyId>,
    /// Development options in their order.
    pub options: Vec<String>,
    /// A warning to the reader of the options, or empty.
    pub note: String,
}

/// A role column: a grade on a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its id, for instance `g6`.
    pub id: ColumnId,
    /// "Grade 6".
    pub name: String,
    /// The grade as a number.
    pub grade: u32,
    /// Band as printed ("1 or 2" occurs).
    pub band: String,
    /// Technical, Specialist, Manager.
    pub path: String,
    /// Title with "(Descriptor)" where the discipline goes.
    pub title: String,
    /// All titles of the column.
    pub titles: Vec<String>,
    /// Qualification levels named.
    pub qualification_levels: Vec<u32>,
    /// What knowledge is asked for.
    pub knowledge: String,
    /// Registration titles, with their status.
    pub registration: Vec<RegistrationExample>,
    /// CPD expectation as worded, or empty.
    pub cpd: String,
    /// A warning to the reader, or empty.
    pub note: String,
}

/// A registration title that a column names as an example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegistrationExample {
    /// RSciTech, IEng, …
    pub title: String,
    /// Held rather than worked towards.
    pub held: bool,
    /// Read from an abbreviation.
    pub uncertain: bool,
}

/// Whether a column expects a competency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Expected {
    /// Expected of every post of the column.
    Yes,
    /// Depends on the post; counts as expected until a manager settles it.
    Depends,
    /// Not expected.
    No,
}

impl Cautious for Expected {
    /// Expected before not applicable.
    fn caution(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

/// What one column says about one competency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameworkCell {
    /// Expected, depends or not.
    pub expected: Expected,
    /// Resolved text; empty where nothing is expected.
    pub descriptor: String,
    /// The column that the text comes from, where it only points there.
    pub inherits: Option<ColumnId>,
    /// Whether something is added to the inherited text.
    pub adds: bool,
    /// A warning to the reader, or empty.
    pub note: String,
}

/// A target τ, or none: then the mark is shown, its state is *no target*, and it enters no sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Target {
    /// τ.
    Points(Points),
    /// No target.
    None,
}

impl Target {
    /// τ as a mark.
    pub fn points(self) -> Option<Points> {
        match self {
            Self::Points(p) => Some(p),
            Self::None => None,
        }
    }
}

impl Cautious for Target {
    /// The higher target; none comes last.
    fn caution(&self, other: &Self) -> Ordering {
        other.points().cmp(&self.points())
    }
}

/// A target other than the default, for a column (or all), a competency (or all).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetRule {
    /// `None` is every column.
    pub column: Option<ColumnId>,
    /// `None` is every competency.
    pub competency: Option<CompetencyId>,
    /// Dated values.
    pub target: Dated<Target>,
}

/// One criterion of a career-grade step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// Its id.
    pub id: String,
    /// The step: from this column …
    pub from: ColumnId,
    /// … to this one.
    pub to: ColumnId,
    /// Position in its list, from 1.
    pub number: u32,
    /// Its text.
    pub text: String,
}

impl Framework {
    /// Position of a competency.
    pub fn competency_index(&self, id: &CompetencyId) -> Option<usize> {
        self.competencies.iter().position(|c| &c.id == id)
    }

    /// Position of a column.
    pub fn column_index(&self, id: &ColumnId) -> Option<usize> {
        self.columns.iter().position(|c| &c.id == id)
    }

    /// A column by its id.
    pub fn column(&self, id: &ColumnId) -> Option<&Column> {
        self.columns.iter().find(|c| &c.id == id)
    }

    /// A competency by its id.
    pub fn competency(&self, id: &CompetencyId) -> Option<&Competency> {
        self.competencies.iter().find(|c| &c.id == id)
    }

    /// The cell of a column and a competency.
    pub fn cell(&self, column: &ColumnId, competency: &CompetencyId) -> Option<&FrameworkCell> {
        let at = self.column_index(column)? * self.competencies.len()
            + self.competency_index(competency)?;
        self.cells.get(at)
    }

    /// The grid line that a competency stands on.
    pub fn grid_line(&self, competency: &CompetencyId) -> Option<&GridLine> {
        self.grid_lines
            .iter()
            .find(|l| l.competencies.contains(competency))
    }
}
