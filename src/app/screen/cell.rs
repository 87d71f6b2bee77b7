//! What stands under the heatmap about one cell: both marks with their words, history, conflict, how the figure is made, the
//! group's need and what the framework offers. Made when the cursor, the team or a detail changes, never while drawing.
//! Must not know: how it looks.

pub use super::entries::Entry;
use crate::domain::board::{Board, BoardRow, Group, Need};
use crate::domain::cell::{CellFigure, Current};
use crate::domain::explain::{Step, explain_cell};
use crate::domain::mark::{Answer, Mark, MarkKind, Series};
use crate::domain::person::{Detail, MarkNote};
use crate::domain::{Claim, Person, PersonId, Points, Subject, Team, Value};
use chrono::NaiveDate;

/// Everything about one cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellDetail {
    /// Who, what, in which role.
    pub title: String,
    /// Paragraphs in order.
    pub entries: Vec<Entry>,
    /// The long texts are still being read.
    pub reading: bool,
}

/// A date as people write it: 2 Nov 2026.
pub fn day(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

/// Half points with one decimal: 10.0.
pub fn halves(halves: u32) -> String {
    format!(
        "{}.{}",
        halves / 2,
        if halves.is_multiple_of(2) { 0 } else { 5 }
    )
}

fn points(points: Points) -> String {
    halves(u32::from(points.halves()))
}

/// A subject's full name.
pub fn subject_name<'a>(team: &'a Team, subject: &'a Subject) -> &'a str {
    match subject {
        Subject::Competency(id) => team.framework.competency(id).map(|c| c.name.as_str()),
        Subject::Skill(id) => team.skill(id).map(|s| s.name.get().as_str()),
    }
    .unwrap_or(subject.as_str())
}

/// A person's name, or their id where this machine holds no card of theirs.
pub fn person_name<'a>(team: &'a Team, id: &'a PersonId) -> &'a str {
    team.person(id).map_or(id.as_str(), |p| p.name.get())
}

/// What a column calls itself: "Grade 6 Technical".
pub fn column_name(team: &Team, row: &BoardRow) -> String {
    match row.column.as_ref().and_then(|id| team.framework.column(id)) {
        Some(column) => format!("{} {}", column.name, column.path),
        None => "without a role column".to_owned(),
    }
}

/// Makes the detail of a row and a subject. `person` carries the detail where it has been read.
pub fn cell_detail(
    team: &Team,
    board: &Board,
    group: &Group,
    row: &BoardRow,
    subject: usize,
    person: &Person,
) -> CellDetail {
    let Some(figure) = row.cells.get(subject) else {
        return CellDetail::default();
    };
    let detail = person.detail.as_deref();
    let series = series_of(person, row, &figure.subject);
    let mut own = mark_line(team, figure.own.as_ref(), series, detail);
    own.push_str(&earlier(
        team,
        series,
        figure.own.as_ref(),
        true,
        board.today,
    ));
    let mut manager = manager_line(team, figure, series, detail);
    if let Some(difference) = difference_line(team, figure) {
        manager.push_str(&format!("  difference {difference}"));
    }
    manager.push_str(&earlier(
        team,
        series,
        figure.manager.as_ref(),
        false,
        board.today,
    ));
    let mut entries = vec![Entry::new("own", own), Entry::new("manager", manager)];
    if let Some(from) = person.complete_from
        && person.detail.is_none()
    {
        let text = format!("marks from before {} are being read", day(from));
        entries.push(Entry::new("", text));
    }
    if let Some(draft) = draft_of(team, row, &figure.subject) {
        let draft = points(draft);
        let text = format!("{draft}  on your own devices only, until you share it");
        entries.push(Entry::new("draft", text));
    }
    if figure.asked_not_applicable {
        entries.push(Entry::new(
            "asked",
            "the person says that this does not apply to the post; a manager settles it",
        ));
    }
    entries.extend(conflict_lines(team, series));
    entries.extend(steps(&explain_cell(
        team,
        &row.person,
        row.column.as_ref(),
        figure,
        board.today,
    )));
    if let Some(need) = group.needs.get(subject)
        && team.rights.is_manager(&team.me, board.today)
    {
        entries.push(Entry::new(
            "Group need",
            need_sentence(team, &group.label, need),
        ));
    }
    if let Some(coverage) = subject
        .checked_sub(board.competencies)
        .and_then(|at| board.coverage.get(at))
    {
        entries.push(Entry::new(
            "Coverage",
            super::cell_need::coverage_sentence(team, coverage),
        ));
    }
    entries.extend(options(team, &figure.subject));
    CellDetail {
        title: format!(
            "{} · {} · {}",
            row.name,
            subject_name(team, &figure.subject),
            column_name(team, row)
        ),
        entries,
        reading: detail.is_none(),
    }
}

/// Steps of an explanation as paragraphs: text, then its source.
pub fn steps(steps: &[Step]) -> Vec<Entry> {
    steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let label = if at == 0 { "How this is made" } else { "" };
            let text = if step.source.is_empty() {
                step.text.clone()
            } else {
                format!("{} [{}]", step.text, step.source)
            };
            Entry::new(label, text)
        })
        .collect()
}

/// The marks behind a cell: those of the subject against the row's column.
fn series_of<'a>(person: &'a Person, row: &BoardRow, subject: &Subject) -> Option<&'a Series> {
    person.series.iter().find(|series| {
        &series.subject == subject
            && match subject {
                Subject::Competency(_) => series.column == row.column,
                Subject::Skill(_) => true,
            }
    })
}

/// One's own unshared mark for a cell of one's own row.
pub fn draft_of(team: &Team, row: &BoardRow, subject: &Subject) -> Option<Points> {
    if row.person != team.me {
        return None;
    }
    let drafts = &team.private.drafts;
    let series = drafts.iter().find(|series| {
        &series.subject == subject && (series.column.is_none() || series.column == row.column)
    })?;
    match series.marks.last()?.answer.get() {
        Answer::Points(points) => Some(*points),
        Answer::NotObserved | Answer::Withdrawn => None,
    }
}

fn mark_line(
    team: &Team,
    current: Option<&Current>,
    series: Option<&Series>,
    detail: Option<&Detail>,
) -> String {
    let Some(current) = current else {
        return "no mark".to_owned();
    };
    let mut text = match current.points {
        Some(value) => points(value),
        None => "not observed".to_owned(),
    };
    text.push_str(&format!("  {}", day(current.date)));
    if !current.fresh {
        text.push_str("  out of date");
    }
    if current.transcribed {
        text.push_str(&format!(
            "  transcribed by {}",
            person_name(team, &current.typist)
        ));
    }
    let note = series.and_then(|series| note_of(detail, series, &current.rater, current.date));
    match note {
        Some(note) => {
            if !note.evidence.is_empty() {
                text.push_str(&format!("  evidence: “{}”", note.evidence));
            }
            if !note.link.is_empty() {
                text.push_str(&format!("  link: {}", note.link));
            }
            if !note.source.is_empty() {
                text.push_str(&format!("  from {}", note.source));
            }
        }
        None if detail.is_some() && !current.transcribed => text.push_str("  no evidence yet"),
        None => {}
    }
    text
}

fn manager_line(
    team: &Team,
    figure: &CellFigure,
    series: Option<&Series>,
    detail: Option<&Detail>,
) -> String {
    let Some(current) = figure.manager.as_ref() else {
        return "no mark".to_owned();
    };
    let mut text = match current.points {
        Some(value) => points(value),
        None => "not observed".to_owned(),
    };
    text.push_str(&format!(
        "  {}  {}",
        day(current.date),
        person_name(team, &current.rater)
    ));
    if !current.fresh && current.points.is_some() {
        text.push_str(", out of date");
    }
    let note = series.and_then(|series| note_of(detail, series, &current.rater, current.date));
    if let Some(note) = note.filter(|note| !note.feedback.is_empty()) {
        text.push_str(&format!(": “{}”", note.feedback));
    }
    if figure.changed_since {
        text.push_str("  own mark changed since");
    }
    text
}

fn note_of<'a>(
    detail: Option<&'a Detail>,
    series: &Series,
    rater: &PersonId,
    date: NaiveDate,
) -> Option<&'a MarkNote> {
    detail?.mark_notes.iter().find(|note| {
        note.subject == series.subject
            && note.column == series.column
            && &note.rater == rater
            && note.date == date
    })
}

fn difference_line(team: &Team, figure: &CellFigure) -> Option<String> {
    let difference = figure.divergence?;
    let limit = halves(u32::from(team.base.policy.divergence_halves));
    let sign = match difference.signum() {
        1 => "+",
        -1 => "−",
        _ => "",
    };
    let size = halves(u32::from(difference.unsigned_abs()));
    let flag = if figure.divergence_flagged {
        format!("flagged, from {limit}: worth a talk")
    } else {
        format!("flag from {limit}")
    };
    Some(format!("{sign}{size} ({flag})"))
}

/// Earlier answers beside the current one: "  earlier 4.0 Nov 24 · 4.5 Nov 25".
fn earlier(
    team: &Team,
    series: Option<&Series>,
    current: Option<&Current>,
    own: bool,
    today: NaiveDate,
) -> String {
    let marks = series.map_or(&[][..], |series| &series.marks);
    let is_current =
        |mark: &Mark| current.is_some_and(|now| now.rater == mark.rater && now.date == mark.date);
    let parts: Vec<String> = marks
        .iter()
        .filter(|mark| (mark.kind != MarkKind::Manager) == own && mark.date <= today)
        .filter(|mark| !is_current(mark))
        .map(|mark| {
            let by = match current {
                Some(now) if now.rater != mark.rater => {
                    format!(" {}", person_name(team, &mark.rater))
                }
                _ => String::new(),
            };
            let conflict = if mark.answer.is_conflict() {
                " ◆"
            } else {
                ""
            };
            let when = mark.date.format("%b %y");
            format!("{} {when}{by}{conflict}", answer_text(*mark.answer.get()))
        })
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("  earlier {}", parts.join(" · "))
    }
}

fn answer_text(answer: Answer) -> String {
    match answer {
        Answer::Points(value) => points(value),
        Answer::NotObserved => "not observed".to_owned(),
        Answer::Withdrawn => "withdrawn".to_owned(),
    }
}

/// Both values, authors and times of every answer in conflict.
fn conflict_lines(team: &Team, series: Option<&Series>) -> Vec<Entry> {
    let marks = series.map_or(&[][..], |series| &series.marks);
    let mut entries = Vec::new();
    for mark in marks {
        let Value::Several(claims) = &mark.answer else {
            continue;
        };
        let values: Vec<String> = claims.iter().map(|claim| claim_text(team, claim)).collect();
        entries.push(Entry::new(
            "◆ in conflict",
            format!(
                "for {}: {}. Both are kept; figures use the first. Giving a mark again settles it.",
                day(mark.date),
                values.join(" and ")
            ),
        ));
    }
    entries
}

fn claim_text(team: &Team, claim: &Claim<Answer>) -> String {
    let value = answer_text(claim.value);
    let author = claim
        .author
        .as_ref()
        .map_or("an unknown device", |id| person_name(team, id));
    let at = i64::try_from(claim.at)
        .ok()
        .and_then(chrono::DateTime::from_timestamp_millis)
        .map_or_else(String::new, |at| {
            at.format(", %-d %b %Y %H:%M UTC").to_string()
        });
    format!("{value} by {author}{at}")
}

/// A group's need with its sums (definition 8).
pub fn need_sentence(team: &Team, label: &str, need: &Need) -> String {
    let policy = &team.base.policy;
    format!(
        "{label}: {} of {} with a fresh mark below target{} (flag: {} % and at least {}); gaps add to {}; {} not validated.",
        need.in_need,
        need.with_mark,
        if need.flagged { ", flagged" } else { "" },
        policy.need_percent,
        policy.need_people,
        halves(need.gap_halves),
        need.unvalidated,
    )
}

/// Development options of the framework's grid line, and its warning.
fn options(team: &Team, subject: &Subject) -> Vec<Entry> {
    let Subject::Competency(id) = subject else {
        return Vec::new();
    };
    let Some(line) = team.framework.grid_line(id) else {
        return Vec::new();
    };
    let mut entries = Vec::new();
    if !line.options.is_empty() {
        entries.push(Entry::new("Options", line.options.join(" · ")));
    }
    if !line.note.is_empty() {
        entries.push(Entry::new("", line.note.clone()));
    }
    entries
}
