//! "How this is made": the definition of a figure with its own values put in, and the source of each. The same lines stand on the
//! screen and as `because` in the JSON.

mod figures;
mod post;

pub use figures::{explain_coverage, explain_key_line, explain_need};
pub use post::explain_post;

use super::cell::{By, CellFigure, CellState, Current, target_rule};
use super::framework::{Expected, Target};
use super::ids::{ColumnId, PersonId};
use super::mark::{Points, Subject};
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
    /// Where the values come from: who and when, "team policy", "framework, Grade 6".
    pub source: String,
}

impl Step {
    fn new(rule: &'static str, text: impl Into<String>, source: impl Into<String>) -> Self {
        Self {
            rule,
            text: text.into(),
            source: source.into(),
        }
    }
}

/// How a cell's state, effective mark and gap are made (definitions 1 to 7).
pub fn explain_cell(
    team: &Team,
    person: &PersonId,
    column: Option<&ColumnId>,
    figure: &CellFigure,
    today: NaiveDate,
) -> Vec<Step> {
    let mut steps = vec![expectation(team, column, figure)];
    if figure.expected == Expected::No {
        return steps;
    }
    if figure.asked_not_applicable {
        let text = "They asked for “not applicable to me”. Until a manager settles it for the post it counts as expected.";
        steps.push(Step::new("not applicable", text, name(team, person)));
    }
    steps.push(effective(team, figure));
    if figure.changed_since
        && let Some(own) = &figure.own
    {
        let text = format!(
            "The own mark of {} is newer than the manager's: changed since. It does not replace it.",
            day(own.date)
        );
        steps.push(Step::new("changed since", text, source(team, own)));
    }
    if let Some((e, by)) = figure.effective {
        steps.push(gap(team, column, figure, e, by, today));
    }
    if let (Some(delta), Some(own), Some(manager)) =
        (figure.divergence, &figure.own, &figure.manager)
    {
        let limit = team.base.policy.divergence_halves;
        let text = format!(
            "Manager {} − own {} = {}; {} (from {} on).",
            mark(manager.points),
            mark(own.points),
            signed(delta),
            if figure.divergence_flagged {
                "flagged, worth a talk"
            } else {
                "not flagged"
            },
            halves(u32::from(limit)),
        );
        steps.push(Step::new("difference", text, "team policy"));
    }
    steps.push(state(figure));
    if figure.conflict {
        let text = "Two values were written apart. Both are kept, and the cautious one counts until somebody chooses.";
        steps.push(Step::new("conflict", text, "the values in conflict"));
    }
    steps
}

/// Whether the cell is expected, and who says so.
fn expectation(team: &Team, column: Option<&ColumnId>, figure: &CellFigure) -> Step {
    let what = subject_name(team, &figure.subject);
    let Subject::Competency(id) = &figure.subject else {
        let text = match figure.expected {
            Expected::No => {
                format!("The post does not list {what}: the mark enters no figure of this row.")
            }
            _ => format!("The post lists {what}."),
        };
        return Step::new("expected", text, "the post");
    };
    let Some(column) = column else {
        let text =
            format!("Without a role column nothing of the framework is expected, {what} neither.");
        return Step::new("expected", text, "the post");
    };
    let role = column_name(team, column);
    let word = team.framework.cell(column, id).map(|c| c.expected);
    let framework = format!("framework, {role}");
    match (word, figure.expected) {
        (Some(Expected::Depends), Expected::Yes) => {
            let text = format!("{role} leaves {what} to the post, and it was settled: expected.");
            Step::new("expected", text, "the post")
        }
        (Some(Expected::Depends), Expected::No) => {
            let text = format!(
                "{role} leaves {what} to the post, and it was settled: not expected. Marks here enter nothing."
            );
            Step::new("expected", text, "the post")
        }
        (_, Expected::Depends) => {
            let text = format!(
                "{role} leaves {what} to the post. It counts as expected until a manager settles it."
            );
            Step::new("expected", text, framework)
        }
        (_, Expected::Yes) => Step::new("expected", format!("{role} expects {what}."), framework),
        (_, Expected::No) => {
            let text = format!("{role} does not expect {what}: marks here enter nothing.");
            Step::new("expected", text, framework)
        }
    }
}

/// Which mark counts, and why.
fn effective(team: &Team, figure: &CellFigure) -> Step {
    let months = team.base.policy.fresh_months;
    let rule = "effective mark";
    match (figure.effective, &figure.manager, &figure.own) {
        (Some((e, By::Manager)), Some(manager), own) => {
            let instead = own
                .as_ref()
                .and_then(|o| o.points)
                .map_or_else(String::new, |p| format!(", not the own {}", points(p)));
            let text = format!(
                "{} + {months} months is not before today, so the manager's {} counts{instead}.",
                day(manager.date),
                points(e),
            );
            Step::new(rule, text, source(team, manager))
        }
        (Some((e, _)), manager, Some(own)) => {
            let why = without_manager(manager.as_ref(), months);
            let text = format!(
                "{why} {} + {months} months is not before today, so the own {} counts, not validated.",
                day(own.date),
                points(e),
            );
            Step::new(rule, text, source(team, own))
        }
        (_, manager, own) => {
            let mut raters = Vec::new();
            let mut text = String::new();
            if let Some(own) = own {
                text = too_old("own", own, months);
                raters.push(source(team, own));
            } else if manager.is_none() {
                text.push_str("Nobody has given a mark yet.");
            }
            if let Some(manager) = manager {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(&without_manager(Some(manager), months));
                raters.push(source(team, manager));
            }
            if !raters.is_empty() {
                text.push_str(" So no mark counts.");
            }
            let source = if raters.is_empty() {
                "no record".to_owned()
            } else {
                raters.join("; ")
            };
            Step::new(rule, text, source)
        }
    }
}

/// Why no manager's mark counts.
fn without_manager(manager: Option<&Current>, months: u32) -> String {
    match manager {
        None => "There is no manager's mark.".to_owned(),
        Some(m) if m.points.is_none() => format!(
            "The manager's latest answer, of {}, is “not observed”; an earlier number is set aside.",
            day(m.date)
        ),
        Some(m) => too_old("manager's", m, months),
    }
}

fn too_old(whose: &str, current: &Current, months: u32) -> String {
    format!(
        "The {whose} {} is out of date: {} + {months} months is before today.",
        mark(current.points),
        day(current.date),
    )
}

/// Target less effective mark, and what enters attainment.
fn gap(
    team: &Team,
    column: Option<&ColumnId>,
    figure: &CellFigure,
    e: Points,
    by: By,
    today: NaiveDate,
) -> Step {
    let (whose, source) = target_source(team, column, &figure.subject, today);
    let (Target::Points(target), Some(gap)) = (figure.target, figure.gap) else {
        let text = format!(
            "No target is set: {} is shown and enters no sum.",
            points(e)
        );
        return Step::new("gap", text, source);
    };
    let validated = match by {
        By::Manager => "validated",
        By::Own => "not validated",
    };
    let mut text = if gap > 0 {
        format!(
            "Target {} ({whose}) − {} = gap {}, {validated}.",
            points(target),
            points(e),
            halves(u32::from(gap)),
        )
    } else {
        format!(
            "{} reaches the target {} ({whose}): no gap, {validated}.",
            points(e),
            points(target),
        )
    };
    if matches!(figure.subject, Subject::Competency(_)) {
        text.push_str(&format!(
            " In attainment: {} of {}.",
            points(e.min(target)),
            points(target)
        ));
    }
    Step::new("gap", text, source)
}

/// Whose target it is, in a word and as a source.
fn target_source(
    team: &Team,
    column: Option<&ColumnId>,
    subject: &Subject,
    today: NaiveDate,
) -> (String, String) {
    let Subject::Competency(id) = subject else {
        return ("its own".to_owned(), "the skill's definition".to_owned());
    };
    match target_rule(team, column, id, today) {
        None => ("team default".to_owned(), "team policy".to_owned()),
        Some((rule, _)) => {
            let what = match (&rule.column, &rule.competency) {
                (Some(column), _) => format!("for {}", column_name(team, column)),
                (None, Some(_)) => "for this competency".to_owned(),
                (None, None) => "for all".to_owned(),
            };
            (what, "the team's targets".to_owned())
        }
    }
}

fn state(figure: &CellFigure) -> Step {
    let text = match figure.state {
        CellState::NotApplicable => "n/a: not expected.",
        CellState::Unassessed if figure.not_observed => {
            "Unassessed: the manager had no occasion to see it, and there is no own mark."
        }
        CellState::Unassessed => "Unassessed: there is no mark.",
        CellState::Stale => "Out of date: there are marks, and none is fresh.",
        CellState::Unvalidated => "Own mark only: no fresh mark by a manager.",
        CellState::NoTarget => "No target: validated, and there is nothing to compare it with.",
        CellState::Gap => "Gap: validated and below target.",
        CellState::Met => "Met: validated and at or above target.",
    };
    Step::new("state", text, "definition 4")
}

/// "Rater, 10 Nov 2026", with who typed it where that is somebody else.
fn source(team: &Team, current: &Current) -> String {
    let rater = name(team, &current.rater);
    if current.typist == current.rater {
        format!("{rater}, {}", day(current.date))
    } else {
        let typist = name(team, &current.typist);
        format!("{rater}, {}, typed by {typist}", day(current.date))
    }
}

/// A person's name; their id where this machine does not know them.
fn name(team: &Team, id: &PersonId) -> String {
    team.person(id)
        .map_or_else(|| id.to_string(), |p| p.name.get().clone())
}

fn subject_name(team: &Team, subject: &Subject) -> String {
    match subject {
        Subject::Competency(id) => team.framework.competency(id).map(|c| c.name.clone()),
        Subject::Skill(id) => team.skill(id).map(|s| s.name.get().clone()),
    }
    .unwrap_or_else(|| subject.as_str().to_owned())
}

fn column_name(team: &Team, id: &ColumnId) -> String {
    team.framework
        .column(id)
        .map_or_else(|| id.to_string(), |c| c.name.clone())
}

/// "10 Nov 2026".
fn day(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

/// "7.0".
fn points(points: Points) -> String {
    halves(u32::from(points.halves()))
}

fn mark(mark: Option<Points>) -> String {
    mark.map_or_else(|| "“not observed”".to_owned(), points)
}

/// Half points as a decimal: 3 is "1.5".
fn halves(halves: u32) -> String {
    format!(
        "{}.{}",
        halves / 2,
        if halves.is_multiple_of(2) { 0 } else { 5 }
    )
}

/// "+0.5", "−1.5", "0.0".
fn signed(delta: i8) -> String {
    let sign = match delta {
        ..0 => "−",
        0 => "",
        1.. => "+",
    };
    format!("{sign}{}", halves(u32::from(delta.unsigned_abs())))
}
