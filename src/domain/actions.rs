//! Development actions, agreement, talks due, PPD year and protected days (definitions 15, 16, 18, 21).

use super::ids::{ActionId, ObjectiveId, PersonId};
use super::person::{ItemState, Objective, Person};
use super::team::Team;
use chrono::NaiveDate;

/// One action as the pane lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionLine {
    /// Whose.
    pub person: PersonId,
    /// Their name as listed.
    pub name: String,
    /// Under which objective.
    pub objective: ObjectiveId,
    /// Which action.
    pub action: ActionId,
    /// What is to be done.
    pub text: String,
    /// State today.
    pub state: ItemState,
    /// Completion date, the earlier one in conflict.
    pub completion: Option<NaiveDate>,
    /// Days from today to the completion date; negative is overdue if open.
    pub days: Option<i64>,
    /// Open and completion date before today.
    pub overdue: bool,
    /// Progress 0 to 100 as typed.
    pub progress: u8,
    /// For "to discuss": days since it was done.
    pub done_days: Option<i64>,
    /// A conflict stands behind it.
    pub conflict: bool,
}

/// The actions of the team: lines in order (open by date, then to discuss), and counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionBoard {
    /// Open actions by completion date (undated last), then those to discuss, longest waiting first.
    pub lines: Vec<ActionLine>,
    /// Open.
    pub open: u32,
    /// Overdue, which are open too.
    pub overdue: u32,
    /// Done, still to be talked about.
    pub to_discuss: u32,
    /// Done and talked about.
    pub closed: u32,
    /// Dropped.
    pub dropped: u32,
    /// People whose plan is agreed / people with a line manager.
    pub agreed: (u32, u32),
    /// Share of objectives that link an aim is shown elsewhere; people with a talk due, by date of last talk, never talked first.
    pub talks_due: Vec<(PersonId, Option<NaiveDate>)>,
}

/// All actions of the team on a day.
pub fn actions(team: &Team, today: NaiveDate) -> ActionBoard {
    let _ = (team, today);
    todo!()
}

/// How an agreement stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgreementState {
    /// Neither side.
    None,
    /// One side has agreed to what stands now.
    OneSide(super::person::Side),
    /// Both have agreed to what stands now, on the later of the two days.
    Both(NaiveDate),
    /// A side agreed to an earlier text.
    EarlierText(super::person::Side),
    /// Said by somebody else only, for instance by an import: never shown as agreed.
    Reported(NaiveDate),
}

/// Agreement of an objective: both digests equal what stands now, without conflict.
pub fn agreement(objective: &Objective) -> AgreementState {
    let _ = objective;
    todo!()
}

/// Every open objective agreed by both, and at least one (definition 21).
pub fn plan_agreed(person: &Person, today: NaiveDate) -> bool {
    let _ = (person, today);
    todo!()
}
