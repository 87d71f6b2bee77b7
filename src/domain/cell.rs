//! One cell of the heatmap: current marks, state, effective mark, gap, divergence (definitions 1 to 6).

use super::framework::{Expected, Target};
use super::ids::{ColumnId, PersonId};
use super::mark::{Points, Subject};
use super::person::Person;
use super::post::Post;
use super::team::Team;
use chrono::NaiveDate;
use serde::Serialize;

/// State of a cell: the first that matches, in the order of definition 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellState {
    /// The column does not expect it.
    NotApplicable,
    /// No mark.
    Unassessed,
    /// Marks exist, none is fresh.
    Stale,
    /// No fresh mark by a manager.
    Unvalidated,
    /// Validated, and the target is none (definition 2).
    NoTarget,
    /// Validated and below target.
    Gap,
    /// Validated and at or above target.
    Met,
}

/// A rater's current answer for a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Current {
    /// The number; `None` is "not observed".
    pub points: Option<Points>,
    /// Date of judgement.
    pub date: NaiveDate,
    /// Entry time, milliseconds since 1970 UTC.
    pub entered: u64,
    /// Who judged.
    pub rater: PersonId,
    /// Who typed it.
    pub typist: PersonId,
    /// Fresh today (definition 3).
    pub fresh: bool,
    /// Several answers stand for that day.
    pub conflict: bool,
    /// An own mark typed or imported by somebody else.
    pub transcribed: bool,
}

/// Whose mark is the effective one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The manager's.
    Manager,
    /// The person's own.
    Own,
}

/// Everything that a cell shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellFigure {
    /// About what.
    pub subject: Subject,
    /// Whether it is expected of this post (settled *depends* cells included). A listed skill is `Yes`, an unlisted one `No`.
    pub expected: Expected,
    /// τ.
    pub target: Target,
    /// Own current mark, fresh or not.
    pub own: Option<Current>,
    /// The manager's current answer, fresh or not.
    pub manager: Option<Current>,
    /// State.
    pub state: CellState,
    /// Effective mark and whose it is (definition 5).
    pub effective: Option<(Points, By)>,
    /// Gap in half points; `None` where there is no effective mark or no target.
    pub gap: Option<u8>,
    /// Divergence manager − own in half points, both fresh (definition 6).
    pub divergence: Option<i8>,
    /// |Δ| reaches the policy's limit.
    pub divergence_flagged: bool,
    /// The effective mark is the manager's and a newer own mark stands beside it.
    pub changed_since: bool,
    /// The manager's latest answer is "not observed": sign ×.
    pub not_observed: bool,
    /// Something that the figure rests on is in conflict: sign ◆.
    pub conflict: bool,
    /// The person asked for "not applicable to me".
    pub asked_not_applicable: bool,
}

/// Whether a mark of `date` is fresh on `today`: today ≤ date + `months` calendar months (definition 3). A month that is too
/// short ends on its last day (29 Feb + 12 months = 28 Feb). Dates after today are not fresh: they are ignored.
pub fn is_fresh(date: NaiveDate, today: NaiveDate, months: u32) -> bool {
    let _ = (date, today, months);
    todo!()
}

/// The figure of one cell for a person in a post (or in none), against the post's column on `today`.
pub fn cell_figure(
    team: &Team,
    person: &Person,
    post: Option<&Post>,
    subject: &Subject,
    today: NaiveDate,
) -> CellFigure {
    let _ = (team, person, post, subject, today);
    todo!()
}

/// The same against a given column, for instance one aspired to or that of a critical post.
pub fn cell_against(
    team: &Team,
    person: &Person,
    column: Option<&ColumnId>,
    post: Option<&Post>,
    subject: &Subject,
    today: NaiveDate,
) -> CellFigure {
    let _ = (team, person, column, post, subject, today);
    todo!()
}

/// τ of a subject for a column on a day, and whether it is in conflict (definition 2).
pub fn target_of(
    team: &Team,
    column: Option<&ColumnId>,
    subject: &Subject,
    today: NaiveDate,
) -> (Target, bool) {
    let _ = (team, column, subject, today);
    todo!()
}
