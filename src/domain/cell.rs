//! One cell of the heatmap: current marks, state, effective mark, gap, divergence (definitions 1 to 6).

use super::framework::{Expected, Framework, Target, TargetRule};
use super::ids::{ColumnId, CompetencyId, PersonId};
use super::mark::{Answer, Mark, MarkKind, Points, Series, Subject};
use super::person::Person;
use super::post::Post;
use super::team::{Right, Role, Team};
use super::value::{Cautious, Value};
use chrono::{Months, NaiveDate};
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

impl CellState {
    /// As printed.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotApplicable => "not expected",
            Self::Unassessed => "unassessed",
            Self::Stale => "out of date",
            Self::Unvalidated => "own mark only",
            Self::NoTarget => "no target",
            Self::Gap => "gap",
            Self::Met => "met",
        }
    }
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
    /// Effective mark and whose it is (definition 5); `None` in a cell that is not expected, since marks there enter nothing.
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
    date <= today && today <= months_after(date, months)
}

/// `date` + `months` calendar months, on the last day of the month where that is shorter (definition 3).
pub fn months_after(date: NaiveDate, months: u32) -> NaiveDate {
    date.checked_add_months(Months::new(months))
        .unwrap_or(NaiveDate::MAX)
}

/// The figure of one cell for a person in a post (or in none), against the post's column on `today` (definitions 1 to 6).
pub fn cell_figure(
    team: &Team,
    person: &Person,
    post: Option<&Post>,
    subject: &Subject,
    today: NaiveDate,
) -> CellFigure {
    let column = post.and_then(|p| p.on(today)).map(|f| &f.column);
    let mut figure = cell_against(
        team,
        person,
        column.and_then(|c| c.get().as_ref()),
        post,
        subject,
        today,
    );
    figure.conflict |= column.is_some_and(Value::is_conflict);
    figure
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
    let over = rights_over(team, &person.id);
    let sight = Sight {
        team,
        today,
        over: &over,
    };
    sight.cell(person, column, post, subject)
}

/// τ of a subject for a column on a day, and whether it is in conflict (definition 2).
///
/// Of a skill: its own. Of a competency: the most exact rule that holds on the day, else the team's default. A rule that names
/// column and competency goes before one that names the competency, that before one that names the column, that before one for all.
pub fn target_of(
    team: &Team,
    column: Option<&ColumnId>,
    subject: &Subject,
    today: NaiveDate,
) -> (Target, bool) {
    match subject {
        Subject::Skill(id) => team
            .skill(id)
            .and_then(|s| s.target.on(today))
            .map_or((Target::None, false), |t| (*t.get(), t.is_conflict())),
        Subject::Competency(id) => target_rule(team, column, id, today).map_or(
            (Target::Points(team.base.policy.target), false),
            |(_, t)| (*t.get(), t.is_conflict()),
        ),
    }
}

/// The most exact rule that sets a competency's target for a column on a day; `None` where the team's default holds.
pub(super) fn target_rule<'a>(
    team: &'a Team,
    column: Option<&ColumnId>,
    competency: &CompetencyId,
    today: NaiveDate,
) -> Option<(&'a TargetRule, &'a Value<Target>)> {
    team.framework
        .targets
        .iter()
        .filter(|r| r.competency.as_ref().is_none_or(|c| c == competency))
        .filter(|r| r.column.is_none() || r.column.as_ref() == column)
        .filter_map(|r| r.target.on(today).map(|value| (r, value)))
        .max_by_key(|(r, _)| (r.competency.is_some(), r.column.is_some()))
}

/// Rights over one person, for [`Sight`].
pub(super) fn rights_over<'a>(team: &'a Team, person: &PersonId) -> Vec<&'a Right> {
    team.rights
        .0
        .iter()
        .filter(|r| r.over.as_ref() == Some(person))
        .collect()
}

/// What a cell is measured by: expectation and target with their conflicts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    /// Expected of the post.
    pub expected: Expected,
    /// A manager settled this *depends* cell for the post.
    pub settled: bool,
    /// τ.
    pub target: Target,
    /// Something in it is in conflict.
    pub conflict: bool,
}

/// Everything but the marks that the cells of one person depend on.
pub(super) struct Sight<'a> {
    /// The team.
    pub team: &'a Team,
    /// The day taken as today.
    pub today: NaiveDate,
    /// Rights over the person.
    pub over: &'a [&'a Right],
}

impl Sight<'_> {
    /// One cell, with everything looked up.
    pub fn cell(
        &self,
        person: &Person,
        column: Option<&ColumnId>,
        post: Option<&Post>,
        subject: &Subject,
    ) -> CellFigure {
        let (expected, settled, unsure) =
            expected_of(&self.team.framework, column, post, subject, self.today);
        let (target, torn) = target_of(self.team, column, subject, self.today);
        let measure_column = match subject {
            Subject::Competency(_) => column,
            Subject::Skill(_) => None,
        };
        let series = person
            .series
            .iter()
            .find(|s| &s.subject == subject && s.column.as_ref() == measure_column);
        let measure = Measure {
            expected,
            settled,
            target,
            conflict: unsure || torn,
        };
        self.figure(person, series, subject, measure)
    }

    /// Current own mark and manager's answer of a series (definitions 1, 4 and 5).
    pub fn currents(
        &self,
        person: &Person,
        series: Option<&Series>,
    ) -> (Option<Current>, Option<Current>) {
        let Some(series) = series else {
            return (None, None);
        };
        let of = |kind: MarkKind| {
            series.marks.iter().filter(move |m| {
                m.kind == kind && m.date <= self.today && *m.answer.get() != Answer::Withdrawn
            })
        };
        let transcribed = of(MarkKind::Transcribed).filter(|m| !series.disputes(m));
        let own = latest(of(MarkKind::Own)).or_else(|| latest(transcribed));
        let manager = latest(of(MarkKind::Manager).filter(|m| self.validates(person, m)));
        (
            own.map(|m| self.current(m)),
            manager.map(|m| self.current(m)),
        )
    }

    /// Whether a mark that one device took back while another changed it would otherwise be the current one: the withdrawal is the
    /// cautious answer, so an earlier mark counts, and the sign ◆ must not be lost with it (definition 5).
    fn withdrawn_in_conflict(
        &self,
        series: Option<&Series>,
        own: Option<&Current>,
        manager: Option<&Current>,
    ) -> bool {
        series.is_some_and(|series| {
            series.marks.iter().any(|m| {
                let current = if m.kind == MarkKind::Manager {
                    manager
                } else {
                    own
                };
                m.date <= self.today
                    && m.answer.is_conflict()
                    && *m.answer.get() == Answer::Withdrawn
                    && current.is_none_or(|c| c.date <= m.date)
            })
        })
    }

    /// Whether a manager's mark counts: given by somebody who had the right on the day of judgement, and neither judged nor typed
    /// by the person themself.
    fn validates(&self, person: &Person, mark: &Mark) -> bool {
        mark.rater != person.id
            && mark.typist != person.id
            && self.over.iter().any(|r| {
                matches!(r.role, Role::Line | Role::Assessor | Role::Reviewer)
                    && r.holder == mark.rater
                    && r.on(mark.date)
            })
    }

    fn current(&self, mark: &Mark) -> Current {
        let points = match mark.answer.get() {
            Answer::Points(points) => Some(*points),
            Answer::NotObserved | Answer::Withdrawn => None,
        };
        Current {
            points,
            date: mark.date,
            entered: mark.entered,
            rater: mark.rater.clone(),
            typist: mark.typist.clone(),
            fresh: is_fresh(mark.date, self.today, self.team.base.policy.fresh_months),
            conflict: mark.answer.is_conflict(),
            transcribed: mark.kind == MarkKind::Transcribed,
        }
    }

    /// Puts marks and measure together.
    pub fn figure(
        &self,
        person: &Person,
        series: Option<&Series>,
        subject: &Subject,
        measure: Measure,
    ) -> CellFigure {
        let (own, manager) = self.currents(person, series);
        let conflict = measure.conflict
            || own.as_ref().is_some_and(|m| m.conflict)
            || manager.as_ref().is_some_and(|m| m.conflict)
            || self.withdrawn_in_conflict(series, own.as_ref(), manager.as_ref());
        let asked =
            matches!(subject, Subject::Competency(id) if person.not_applicable.contains(id));
        let mut figure = CellFigure {
            subject: subject.clone(),
            expected: measure.expected,
            target: measure.target,
            state: CellState::NotApplicable,
            effective: None,
            gap: None,
            divergence: None,
            divergence_flagged: false,
            changed_since: false,
            not_observed: manager.as_ref().is_some_and(|m| m.points.is_none()),
            conflict,
            asked_not_applicable: asked && !measure.settled && measure.expected != Expected::No,
            own,
            manager,
        };
        if measure.expected == Expected::No {
            // Marks in such a cell enter nothing; they can still be read in its detail.
            return figure;
        }
        let own_fresh = fresh_points(figure.own.as_ref());
        let manager_fresh = fresh_points(figure.manager.as_ref());
        figure.effective = manager_fresh
            .map(|p| (p, By::Manager))
            .or(own_fresh.map(|p| (p, By::Own)));
        let target = measure.target.points();
        figure.gap = figure
            .effective
            .zip(target)
            .map(|((e, _), t)| t.halves().saturating_sub(e.halves()));
        if let (Some(manager), Some(own)) = (manager_fresh, own_fresh) {
            // Both lie within 2..=20, so the difference fits.
            let delta = manager.halves() as i8 - own.halves() as i8;
            figure.divergence = Some(delta);
            figure.divergence_flagged =
                delta.unsigned_abs() >= self.team.base.policy.divergence_halves;
        }
        figure.changed_since = manager_fresh.is_some()
            && own_fresh.is_some()
            && figure.own.as_ref().map(|m| m.date) > figure.manager.as_ref().map(|m| m.date);
        figure.state = state_of(&figure, target);
        figure
    }
}

/// The latest judgement, then the latest entry, then the cautious answer (definition 1).
fn latest<'m>(marks: impl Iterator<Item = &'m Mark>) -> Option<&'m Mark> {
    marks.max_by(|a, b| {
        a.date
            .cmp(&b.date)
            .then(a.entered.cmp(&b.entered))
            .then_with(|| b.answer.get().caution(a.answer.get()))
    })
}

fn fresh_points(mark: Option<&Current>) -> Option<Points> {
    mark.filter(|m| m.fresh).and_then(|m| m.points)
}

/// State of an expected cell, first that matches (definition 4).
fn state_of(figure: &CellFigure, target: Option<Points>) -> CellState {
    let has_number = |m: &Option<Current>| m.as_ref().is_some_and(|m| m.points.is_some());
    if !has_number(&figure.own) && !has_number(&figure.manager) {
        return CellState::Unassessed;
    }
    match (figure.effective, target) {
        (None, _) => CellState::Stale,
        (Some((_, By::Own)), _) => CellState::Unvalidated,
        (Some((_, By::Manager)), None) => CellState::NoTarget,
        (Some((e, By::Manager)), Some(t)) if e < t => CellState::Gap,
        (Some((_, By::Manager)), Some(_)) => CellState::Met,
    }
}

/// Whether a subject is expected of a post, whether a manager settled that, and whether it is in conflict (definitions 0 and 4).
/// Without a column nothing of the framework is expected; a skill is expected where the post lists it.
pub(super) fn expected_of(
    framework: &Framework,
    column: Option<&ColumnId>,
    post: Option<&Post>,
    subject: &Subject,
    today: NaiveDate,
) -> (Expected, bool, bool) {
    match subject {
        Subject::Competency(id) => {
            let cell = column.and_then(|c| framework.cell(c, id));
            settle(cell.map_or(Expected::No, |c| c.expected), post, id, today)
        }
        Subject::Skill(id) => {
            let listed = post
                .and_then(|p| p.skills.iter().find(|(s, _)| s == id))
                .and_then(|(_, dated)| dated.on(today));
            match listed {
                Some(value) if value.get().0 => (Expected::Yes, false, value.is_conflict()),
                _ => (Expected::No, false, false),
            }
        }
    }
}

/// What a post's settled *depends* cell makes of the framework's word. Only *depends* can be settled.
pub(super) fn settle(
    expected: Expected,
    post: Option<&Post>,
    competency: &CompetencyId,
    today: NaiveDate,
) -> (Expected, bool, bool) {
    if expected != Expected::Depends {
        return (expected, false, false);
    }
    post.and_then(|p| p.depends.iter().find(|(c, _)| c == competency))
        .and_then(|(_, dated)| dated.on(today))
        .map_or((expected, false, false), |value| {
            let settled = *value.get();
            (settled, settled != Expected::Depends, value.is_conflict())
        })
}
