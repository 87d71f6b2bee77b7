//! Figures of one person for the Person screen: key figures, the lines of the self-assessment grid, readiness, plan, PPD and progress
//! on a career-grade post.

use super::actions::{AgreementState, agreement_on, is_talk_due, last_talk, plan_agreed, progress};
use super::board::{Board, BoardRow, KeyLine};
use super::cell::CellFigure;
use super::framework::GridLine;
use super::ids::{ColumnId, ObjectiveId, PersonId, PostId};
use super::mark::Subject;
use super::person::{ItemState, Person};
use super::ppd::{PpdYear, ProtectedDays, ppd_year, protected_days};
use super::readiness::{Readiness, readiness};
use super::team::Team;
use chrono::NaiveDate;
use std::sync::Arc;

/// Everything that the Person screen counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Whose.
    pub person: PersonId,
    /// The person's rows of the board: one for each post, or one without.
    pub rows: Vec<Arc<BoardRow>>,
    /// Key figures of the person's cells (definition 7).
    pub key: KeyLine,
    /// Line manager today.
    pub manager: Option<PersonId>,
    /// Contracted FTE in hundredths.
    pub fte: Option<u16>,
    /// Last development talk.
    pub last_talk: Option<NaiveDate>,
    /// Whether one is due (people with a line manager).
    pub talk_due: bool,
    /// Posts that the person is nominated for or aspires to, by title.
    pub towards: Vec<Towards>,
    /// Objectives in the order of the plan.
    pub objectives: Vec<ObjectiveLine>,
    /// Every open objective agreed by both, and at least one (definition 21).
    pub plan_agreed: bool,
    /// PPD of this year; `None` while the log has not been read.
    pub ppd: Option<PpdYear>,
    /// Protected days; `None` without an allowance or while the log has not been read.
    pub protected: Option<ProtectedDays>,
    /// Progress on career-grade posts; empty while the evidence has not been read.
    pub career: Vec<CareerStep>,
}

/// A post towards which a person develops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Towards {
    /// Which.
    pub post: PostId,
    /// Its title.
    pub title: String,
    /// Nominated by a manager, as far as this machine may know.
    pub nominated: bool,
    /// Aspired to by the person.
    pub aspired: bool,
    /// Computed readiness (definition 13).
    pub readiness: Readiness,
}

/// One objective of the plan with its figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectiveLine {
    /// Which.
    pub objective: ObjectiveId,
    /// Its state today.
    pub state: ItemState,
    /// How its agreement stands.
    pub agreement: AgreementState,
    /// Actions done / all that are not dropped (definition 18).
    pub progress: (u32, u32),
}

/// Progress on a career-grade post: evidenced and endorsed criteria of the step. "Criteria met" never means "promoted".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CareerStep {
    /// The post that allows it.
    pub post: PostId,
    /// From this column …
    pub from: ColumnId,
    /// … to this one.
    pub to: ColumnId,
    /// Criteria with evidence attached.
    pub evidenced: u32,
    /// Criteria evidenced and endorsed by somebody else; submission needs all.
    pub endorsed: u32,
    /// Criteria of the step.
    pub criteria: u32,
}

/// A line of the self-assessment grid for one row: its cells, two on a joint line.
#[derive(Clone, Debug, PartialEq)]
pub struct GridRow<'a> {
    /// The line.
    pub line: &'a GridLine,
    /// Figures of its competencies in order.
    pub cells: Vec<&'a CellFigure>,
}

/// The lines of the self-assessment grid for one row of a board: ten in the framework, the joint one with both marks.
pub fn grid<'a>(team: &'a Team, row: &'a BoardRow) -> Vec<GridRow<'a>> {
    team.framework
        .grid_lines
        .iter()
        .map(|line| GridRow {
            line,
            cells: line
                .competencies
                .iter()
                .filter_map(|id| {
                    row.cells
                        .iter()
                        .find(|c| matches!(&c.subject, Subject::Competency(c) if c == id))
                })
                .collect(),
        })
        .collect()
}

/// The profile of a person on the board's day. `person` may carry detail that the team's summary does not.
pub fn profile(team: &Team, board: &Board, person: &Person) -> Profile {
    let today = board.today;
    let policy = &team.base.policy;
    let at = board.rows_of(&person.id);
    let manager = team.rights.line_manager(&person.id, today).cloned();
    let last = last_talk(person, today);
    Profile {
        person: person.id.clone(),
        key: board.key_line_of(team, &at),
        rows: at.iter().map(|&i| board.rows[i].clone()).collect(),
        fte: person.fte.on(today).map(|f| f.get().0),
        last_talk: last,
        talk_due: manager.is_some() && is_talk_due(last, today, policy),
        manager,
        towards: towards(team, person, today),
        objectives: objectives(person, today),
        plan_agreed: plan_agreed(person, today),
        ppd: person
            .detail
            .as_ref()
            .map(|d| ppd_year(&d.ppd, policy, today)),
        protected: protected_days(person, policy, today),
        career: career(team, person, today),
    }
}

fn towards(team: &Team, person: &Person, today: NaiveDate) -> Vec<Towards> {
    let nominated: Vec<&PostId> = team
        .succession
        .iter()
        .flat_map(|posts| posts.iter())
        .filter(|p| {
            p.nominations
                .iter()
                .any(|n| n.person == person.id && n.on(today))
        })
        .map(|p| &p.post)
        .collect();
    let aspired: Vec<&PostId> = person
        .detail
        .iter()
        .flat_map(|d| &d.aspirations)
        .filter(|a| a.date <= today)
        .filter_map(|a| a.post.as_ref())
        .collect();
    let mut found: Vec<Towards> = team
        .base
        .posts
        .iter()
        .filter(|p| nominated.contains(&&p.id) || aspired.contains(&&p.id))
        .map(|post| Towards {
            post: post.id.clone(),
            title: post
                .on(today)
                .map_or_else(|| post.id.to_string(), |f| f.title.get().clone()),
            nominated: nominated.contains(&&post.id),
            aspired: aspired.contains(&&post.id),
            readiness: readiness(team, person, post, today),
        })
        .collect();
    found.sort_by_cached_key(|t| (t.title.to_lowercase(), t.post.clone()));
    found
}

fn objectives(person: &Person, today: NaiveDate) -> Vec<ObjectiveLine> {
    let mut ordered: Vec<_> = person.objectives.iter().collect();
    ordered.sort_by_key(|o| o.order);
    ordered
        .into_iter()
        .map(|o| ObjectiveLine {
            objective: o.id.clone(),
            state: o.states.on(today).map_or(ItemState::Open, |s| *s.get()),
            agreement: agreement_on(o, today),
            progress: progress(&o.actions, today),
        })
        .collect()
}

/// Steps of the career-grade posts that the person holds (definition 21, "evidenced").
fn career(team: &Team, person: &Person, today: NaiveDate) -> Vec<CareerStep> {
    let Some(detail) = &person.detail else {
        return Vec::new();
    };
    let mut steps = Vec::new();
    for post in &team.base.posts {
        if !post
            .holders
            .iter()
            .any(|h| h.person == person.id && h.on(today))
        {
            continue;
        }
        let Some((from, to)) = post
            .on(today)
            .and_then(|f| Some((f.column.get().clone()?, f.career_to.clone()?)))
        else {
            continue;
        };
        let criteria = team
            .framework
            .criteria
            .iter()
            .filter(|c| c.from == from && c.to == to);
        let (mut evidenced, mut endorsed, mut count) = (0, 0, 0);
        for criterion in criteria {
            count += 1;
            let found = detail
                .criteria
                .iter()
                .find(|e| e.criterion == criterion.id && !e.evidence.trim().is_empty());
            if let Some(evidence) = found {
                evidenced += 1;
                let by = evidence.endorsed_by.as_ref();
                endorsed += u32::from(by.is_some_and(|by| by != &person.id));
            }
        }
        steps.push(CareerStep {
            post: post.id.clone(),
            from,
            to,
            evidenced,
            endorsed,
            criteria: count,
        });
    }
    steps
}
