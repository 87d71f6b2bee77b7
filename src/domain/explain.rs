//! "How this is made": the definition of a figure with its own values put in, and the source of each. The same lines stand on the
//! screen and as `because` in the JSON.

use super::cell::CellFigure;
use super::ids::{ColumnId, PersonId};
use super::succession::PostRisk;
use super::team::Team;
use chrono::NaiveDate;
use serde::Serialize;

/// One step of an explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which rule, for instance "effective mark".
    pub rule: &'static str,
    /// The rule with this figure's values in it, a sentence.
    pub text: String,
    /// Where the values come from: "Callum Osei-Brand, 10 Nov 2026", "team policy", "framework, Grade 6".
    pub source: String,
}

/// How a cell's state, effective mark and gap are made.
pub fn explain_cell(
    team: &Team,
    person: &PersonId,
    column: Option<&ColumnId>,
    figure: &CellFigure,
    today: NaiveDate,
) -> Vec<Step> {
    let _ = (team, person, column, figure, today);
    todo!()
}

/// How a post's criticality, likelihood, risk and "at risk" are made.
pub fn explain_post(team: &Team, risk: &PostRisk, today: NaiveDate) -> Vec<Step> {
    let _ = (team, risk, today);
    todo!()
}
