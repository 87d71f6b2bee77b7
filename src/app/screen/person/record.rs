//! What stands on the Person screen, line by line and in words; made once for each change. Must not know: how it looks.

use super::super::cell::{column_name, day, draft_of, halves, person_name, subject_name};
use super::Part;
use super::lines::{plan_lines, ppd_lines, shared_lines, towards_lines};
use crate::domain::board::{Board, BoardRow};
use crate::domain::cell::{CellFigure, CellState};
use crate::domain::framework::Expected;
use crate::domain::person::{ItemState, Person};
use crate::domain::profile::{Profile, grid, profile};
use crate::domain::{CompetencyId, Points, Subject, Team};
use chrono::NaiveDate;
use std::sync::Arc;

/// How a piece of text is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ink {
    /// Plain.
    Plain,
    /// Standing out.
    Strong,
    /// Of lesser weight.
    Dim,
    /// In order.
    Good,
    /// Worth a look.
    Warn,
    /// Overdue, missing.
    Alarm,
}

/// A line: pieces on the left, one on the right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextLine {
    /// From the left.
    pub left: Vec<(Ink, String)>,
    /// At the right end.
    pub right: Option<(Ink, String)>,
}

impl TextLine {
    pub(super) fn new(ink: Ink, text: impl Into<String>) -> Self {
        Self::default().and(ink, text)
    }

    pub(super) fn and(mut self, ink: Ink, text: impl Into<String>) -> Self {
        self.left.push((ink, text.into()));
        self
    }

    pub(super) fn right(mut self, ink: Ink, text: impl Into<String>) -> Self {
        self.right = Some((ink, text.into()));
        self
    }
}

/// One mark on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkCell {
    /// Competency or skill.
    pub subject: Subject,
    /// Code, to tell two marks on one line apart.
    pub code: String,
    /// Figures.
    pub figure: CellFigure,
    /// A draft of one's own, not shared yet.
    pub draft: Option<Points>,
}

/// A line of the marks: one competency or two on a joint line, or one skill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkLine {
    /// Label.
    pub label: String,
    /// A shorter one for narrow screens.
    pub short: String,
    /// Its marks.
    pub cells: Vec<MarkCell>,
}

/// Everything that the screen shows of a person.
#[derive(Clone, Debug)]
pub struct Record {
    /// The figures.
    pub profile: Profile,
    /// Which of the person's rows is shown.
    pub post: usize,
    /// Two lines of head: left and right.
    pub head: [(String, String); 2],
    /// Titles of the parts.
    pub titles: [String; 5],
    /// Lines of the grid, then skills.
    pub marks: Vec<MarkLine>,
    /// Lines of the other parts; those of the marks stay empty.
    pub lines: [Vec<TextLine>; 5],
    /// Whether the long texts have been read.
    pub complete: bool,
}

impl Record {
    /// Says in the titles, and for each post aimed at, what another record of the same person says: how it stands beside what is supposed.
    pub fn beside(&mut self, before: &Self) {
        let titles = self.titles.iter_mut().zip(&before.titles);
        for (part, (now, old)) in titles.enumerate() {
            // Where the log is not read in one of them there is nothing to compare.
            let known = part != Part::Ppd as usize || self.complete == before.complete;
            if known && now != old {
                *now = between(old, now);
            }
        }
        if self.profile.towards.len() < 2 {
            return;
        }
        for towards in self.profile.towards.iter().rev() {
            let mut old = before.profile.towards.iter();
            let old = old.find(|t| t.post == towards.post);
            let bands = old.map(|o| (o.readiness.band, towards.readiness.band));
            if let Some((old, now)) = bands.filter(|(old, now)| old != now) {
                let text = format!("{} · {} → {}", towards.title, old.label(), now.label());
                self.lines[Part::Towards as usize].insert(0, TextLine::new(Ink::Strong, text));
            }
        }
    }

    /// Makes the record of a person in one of their posts.
    pub fn new(team: &Team, board: &Board, person: &Arc<Person>, post: usize) -> Self {
        let profile = profile(team, board, person);
        let post = post.min(profile.rows.len().saturating_sub(1));
        let row = profile.rows.get(post).cloned();
        let marks = row.as_ref().map_or_else(Vec::new, |r| mark_lines(team, r));
        let today = board.today;
        let lines = [
            Vec::new(),
            towards_lines(team, person, &profile, today),
            plan_lines(person, &profile, today),
            ppd_lines(person, &profile, today),
            shared_lines(team, person, today),
        ];
        Self {
            head: head(team, person, &profile, row.as_deref(), today),
            titles: titles(&profile, post),
            complete: person.detail.is_some(),
            profile,
            post,
            marks,
            lines,
        }
    }

    /// Lines of a part.
    pub fn len(&self, part: Part) -> usize {
        match part {
            Part::Marks => self.marks.len(),
            other => self.lines[other as usize].len(),
        }
    }

    /// Whether a part has no lines.
    pub fn is_empty(&self, part: Part) -> bool {
        self.len(part) == 0
    }
}

fn has_mark(figure: &CellFigure) -> bool {
    figure.own.is_some() || figure.manager.is_some()
}

fn mark_lines(team: &Team, row: &BoardRow) -> Vec<MarkLine> {
    let cell = |figure: &CellFigure| MarkCell {
        subject: figure.subject.clone(),
        code: code(team, &figure.subject),
        draft: draft_of(team, row, &figure.subject),
        figure: figure.clone(),
    };
    let mut lines: Vec<MarkLine> = grid(team, row)
        .into_iter()
        .map(|l| MarkLine {
            label: l.line.label.clone(),
            short: short(team, &l.line.competencies),
            cells: l.cells.into_iter().map(cell).collect(),
        })
        .filter(|l| !l.cells.is_empty())
        .collect();
    if row.column.is_none() {
        lines.clear();
    }
    // Skills that the post lists, and others in which there is a mark.
    lines.extend(
        row.cells
            .iter()
            .filter(|f| matches!(f.subject, Subject::Skill(_)))
            .filter(|f| f.expected != Expected::No || has_mark(f))
            .map(|f| MarkLine {
                label: subject_name(team, &f.subject).to_owned(),
                short: subject_name(team, &f.subject).to_owned(),
                cells: vec![cell(f)],
            }),
    );
    lines
}

/// The short names of a line, joined.
fn short(team: &Team, competencies: &[CompetencyId]) -> String {
    let names: Vec<&str> = competencies
        .iter()
        .filter_map(|id| team.framework.competency(id))
        .map(|c| c.short.as_str())
        .collect();
    names.join(" / ")
}

fn code(team: &Team, subject: &Subject) -> String {
    match subject {
        Subject::Competency(id) => team.framework.competency(id).map(|c| c.code.clone()),
        Subject::Skill(id) => team.skill(id).map(|s| s.code.clone()),
    }
    .unwrap_or_default()
}

fn head(
    team: &Team,
    person: &Person,
    profile: &Profile,
    row: Option<&BoardRow>,
    today: NaiveDate,
) -> [(String, String); 2] {
    let mut who = person.name.get().clone();
    if person.name.is_conflict() {
        who.push_str(" ◆");
    }
    let post = row
        .and_then(|r| r.post.as_ref())
        .and_then(|id| team.post(id));
    if let Some(facts) = post.and_then(|p| p.on(today)) {
        who = format!("{who} · {}", facts.title.get());
    }
    if let Some(row) = row.filter(|r| r.column.is_some()) {
        who = format!("{who} · {}", column_name(team, row));
    }
    let mut place = row
        .and_then(|r| r.area.as_ref())
        .and_then(|id| team.area(id))
        .map_or_else(String::new, |a| a.name.clone());
    if let Some(fte) = profile.fte {
        let text = format!("{}.{:02} FTE", fte / 100, fte % 100);
        place = if place.is_empty() {
            text
        } else {
            format!("{place} · {text}")
        };
    }
    let manager = profile.manager.as_ref().map_or_else(
        || "no line manager".to_owned(),
        |id| format!("manager {}", person_name(team, id)),
    );
    let talk = match (profile.last_talk, profile.talk_due) {
        (Some(date), true) => format!("last talk {}, due", day(date)),
        (Some(date), false) => format!("last talk {}", day(date)),
        (None, true) => "no talk yet, due".to_owned(),
        (None, false) => "no talk recorded".to_owned(),
    };
    let away = person
        .absences
        .iter()
        .find(|a| a.covers(today))
        .map_or_else(String::new, |a| match a.until.get() {
            Some(until) => format!(" · away until {}", day(*until)),
            None => " · away".to_owned(),
        });
    let heard = match (person.admitted, person.heard) {
        (true, Some(date)) => format!("device heard from {}", day(date)),
        (true, None) => "device not heard from yet".to_owned(),
        (false, _) => "no device".to_owned(),
    };
    [(who, place), (format!("{manager} · {talk}{away}"), heard)]
}

/// Two wordings of one title as "before → after", part by part.
fn between(before: &str, after: &str) -> String {
    let parts = |text: &'_ str| text.split(" · ").map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (parts(before), parts(after));
    if old.len() != new.len() {
        return format!("{before} → {after}");
    }
    let both: Vec<String> = old
        .into_iter()
        .zip(new)
        .map(|(old, new)| match old == new {
            true => new,
            false => format!("{old} → {new}"),
        })
        .collect();
    both.join(" · ")
}

fn titles(profile: &Profile, post: usize) -> [String; 5] {
    let key = &profile.key;
    let attainment = key
        .attainment_tenths()
        .map_or("—".to_owned(), |t| format!("{}.{} %", t / 10, t % 10));
    let mut marks = format!(
        "Marks · fresh {}/{} · met {}/{} · attainment {attainment}",
        key.completeness.0, key.completeness.1, key.met.0, key.met.1
    );
    if profile.rows.len() > 1 {
        marks = format!("{marks} · post {} of {}", post + 1, profile.rows.len());
    }
    let towards = match profile.towards.as_slice() {
        [] => "Towards".to_owned(),
        [one] => format!("Towards: {} · {}", one.title, one.readiness.band.label()),
        more => format!("Towards · {} posts", more.len()),
    };
    let open = profile
        .objectives
        .iter()
        .filter(|o| matches!(o.state, ItemState::Open | ItemState::ToDiscuss))
        .count();
    let agreed = if profile.plan_agreed {
        ", agreed by both"
    } else {
        ""
    };
    let plan = match open {
        0 => "Plan".to_owned(),
        1 => format!("Plan · 1 objective{agreed}"),
        n => format!("Plan · {n} objectives{agreed}"),
    };
    let mut ppd = profile.ppd.as_ref().map_or("PPD".to_owned(), |p| {
        format!(
            "PPD {} · {} {}, {} {}, {}",
            p.year.first.format("%Y"),
            p.completed,
            if p.completed == 1 { "entry" } else { "entries" },
            p.categories.len(),
            if p.categories.len() == 1 {
                "category"
            } else {
                "categories"
            },
            p.rule.label()
        )
    });
    if let Some(days) = profile.protected {
        let left = days.left();
        let text = halves(u32::try_from(left.unsigned_abs()).unwrap_or(u32::MAX));
        ppd = if left < 0 {
            format!("{ppd} · {text} protected days overspent")
        } else {
            format!("{ppd} · {text} protected days left")
        };
    }
    [marks, towards, plan, ppd, "Shared".to_owned()]
}

/// The words beside a mark, for people who hear the screen rather than see it.
pub fn state_words(cell: &MarkCell) -> &'static str {
    let figure = &cell.figure;
    match figure.state {
        CellState::NotApplicable => "not expected",
        CellState::Unassessed if figure.not_observed => "not observed",
        CellState::Unassessed => "no mark",
        CellState::Stale => "out of date",
        CellState::Unvalidated => "own mark only",
        CellState::NoTarget => "no target",
        CellState::Gap | CellState::Met if figure.changed_since => "newer own",
        CellState::Gap | CellState::Met => "",
    }
}
