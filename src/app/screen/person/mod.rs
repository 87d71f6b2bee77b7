//! The Person screen: marks in the lines of the self-assessment grid, towards which posts, plan, PPD, and what is shared with whom.
//! Must not know: how it looks.

pub mod lines;
pub mod record;
pub mod sheets;

use super::super::action::ActionId;
use super::super::event::Effect;
use super::super::layout::{Area, scrolled};
use super::super::overlay::Overlay;
use super::super::planning;
use super::super::state::State;
use super::{Screen, Selected};
use crate::domain::board::BoardRow;
use crate::domain::profile::ObjectiveLine;
use crate::domain::{ObjectiveId, Person, PersonId, Subject, Team};
use record::Record;
use std::sync::Arc;

/// The parts of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Marks.
    #[default]
    Marks,
    /// Posts towards which the person develops, and credentials.
    Towards,
    /// Development plan.
    Plan,
    /// Professional development log.
    Ppd,
    /// What is shared with whom.
    Shared,
}

impl Part {
    /// In the order of Tab.
    pub const ALL: [Self; 5] = [
        Self::Marks,
        Self::Towards,
        Self::Plan,
        Self::Ppd,
        Self::Shared,
    ];
}

/// What the screen remembers.
#[derive(Clone, Debug, Default)]
pub struct PersonState {
    /// Whose record is shown.
    pub person: Option<PersonId>,
    /// Which of the person's posts, where there are several.
    pub post: usize,
    /// The part that has the keys.
    pub part: Part,
    /// Competency or skill under the cursor.
    pub subject: Option<Subject>,
    /// Line under the cursor of each part.
    pub lines: [usize; 5],
    /// First line shown of each part.
    pub tops: [usize; 5],
    /// What is shown, made when the team or the detail changes.
    pub record: Option<Arc<Record>>,
    made_from: Option<(Arc<Team>, Arc<Person>, usize)>,
}

/// Rows over the parts: who it is.
pub const HEAD_ROWS: u16 = 2;

/// Divides the body of the screen: the outer area of each part, title row included and bottom border not. Parts stand one under the
/// other, or in two columns where it is wide. The part that has the keys gets what it needs first.
pub fn parts(body: Area, record: &Record, focus: Part) -> [Area; 5] {
    let (_, rest) = body.split_top(HEAD_ROWS);
    let columns: Vec<(Area, &[Part])> = if body.w >= 140 {
        let (left, right) = rest.split_left(body.w / 2 + 2);
        vec![
            (left, &[Part::Marks, Part::Shared]),
            (right, &[Part::Towards, Part::Plan, Part::Ppd]),
        ]
    } else {
        vec![(rest, &Part::ALL)]
    };
    let mut out = [Area::default(); 5];
    for (area, parts) in columns {
        // The last row is the bottom border.
        let available = area.h.saturating_sub(1);
        let heights = heights(available, parts, record, focus);
        let mut y = area.y;
        for (part, h) in parts.iter().zip(heights) {
            out[*part as usize] = Area::new(area.x, y, area.w, h);
            y += h;
        }
    }
    out
}

/// Rows for each part: title and lines. What is missing is taken from the parts without the keys, the longest first; what is left over
/// goes to the last.
fn heights(available: u16, parts: &[Part], record: &Record, focus: Part) -> Vec<u16> {
    let mut heights: Vec<u16> = parts
        .iter()
        .map(|part| {
            let lines = record.len(*part).max(1);
            u16::try_from(lines).unwrap_or(u16::MAX - 1).min(available) + 1
        })
        .collect();
    let sum = |heights: &[u16]| heights.iter().map(|h| u32::from(*h)).sum::<u32>();
    while sum(&heights) > u32::from(available) {
        // A part keeps its title, and what matters most of it: a few marks, what is missing for a post, one objective.
        let shrinkable = |i: usize, h: u16| {
            let lines = match parts[i] {
                Part::Marks => 3,
                Part::Towards => record.len(Part::Towards).clamp(1, 2),
                Part::Plan => 1,
                Part::Ppd | Part::Shared => 0,
            };
            parts[i] != focus && usize::from(h) > lines + 1
        };
        let longest = (0..heights.len())
            .filter(|i| shrinkable(*i, heights[*i]))
            .max_by_key(|i| heights[*i]);
        match longest.or((0..heights.len()).max_by_key(|i| heights[*i])) {
            Some(i) if heights[i] > 0 => heights[i] -= 1,
            _ => break,
        }
    }
    let left_over = u32::from(available).saturating_sub(sum(&heights));
    if let Some(last) = heights.last_mut() {
        *last += u16::try_from(left_over).unwrap_or(0);
    }
    heights
}

/// The row of the board that is shown: the person in one of their posts.
pub fn row(state: &State) -> Option<&Arc<BoardRow>> {
    let record = state.person.record.as_ref()?;
    record.profile.rows.get(record.post)
}

/// The objective under the cursor of the plan, while that has the keys.
pub fn objective(state: &State) -> Option<&ObjectiveLine> {
    let record = state.person.record.as_ref()?;
    let line = state.person.lines[Part::Plan as usize];
    let objectives = &record.profile.objectives;
    (state.person.part == Part::Plan)
        .then(|| objectives.get(line))
        .flatten()
}

/// Opens the screen on a person.
pub fn show(state: &mut State, person: &PersonId) -> Vec<Effect> {
    if state.person.person.as_ref() != Some(person) {
        state.person = PersonState {
            person: Some(person.clone()),
            ..PersonState::default()
        };
    }
    state.open(Screen::Person);
    state.want_detail(person)
}

/// Opens the screen on a person's plan, at an objective.
pub fn show_plan(state: &mut State, person: &PersonId, objective: &ObjectiveId) -> Vec<Effect> {
    let effects = show(state, person);
    refresh(state);
    let line = state.person.record.as_ref().and_then(|r| {
        r.profile
            .objectives
            .iter()
            .position(|o| &o.objective == objective)
    });
    state.person.part = Part::Plan;
    state.person.lines[Part::Plan as usize] = line.unwrap_or(0);
    effects
}

/// Does an action.
pub fn handle(state: &mut State, action: ActionId) -> Vec<Effect> {
    let part = state.person.part;
    let Some(record) = state.person.record.clone() else {
        return Vec::new();
    };
    let area = parts(state.body(), &record, part)[part as usize];
    let page = isize::try_from(area.h.saturating_sub(2).max(1)).unwrap_or(1);
    match action {
        ActionId::Up => step(state, &record, -1),
        ActionId::Down => step(state, &record, 1),
        ActionId::PageUp => step(state, &record, -page),
        ActionId::PageDown => step(state, &record, page),
        ActionId::First => step(state, &record, isize::MIN),
        ActionId::Last => step(state, &record, isize::MAX),
        ActionId::Left | ActionId::LineStart => sideways(state, &record, -1),
        ActionId::Right | ActionId::LineEnd => sideways(state, &record, 1),
        ActionId::NextPane => state.person.part = Part::ALL[(part as usize + 1) % 5],
        ActionId::PreviousPane => state.person.part = Part::ALL[(part as usize + 4) % 5],
        ActionId::NextGroup | ActionId::PreviousGroup => {
            let posts = record.profile.rows.len().max(1);
            let by = if action == ActionId::NextGroup {
                1
            } else {
                posts - 1
            };
            state.person.post = (state.person.post + by) % posts;
        }
        // What is not shown is not explained either.
        ActionId::Open if state.standing.reading.record(&record.profile.person) => {
            let sheet = sheets::sheet(state, &record);
            state.overlays.extend(sheet.map(Overlay::Sheet));
        }
        ActionId::Reopen => return planning::reopen_on_person(state),
        _ => {}
    }
    Vec::new()
}

/// Moves the cursor of the part that has the keys by lines.
fn step(state: &mut State, record: &Record, by: isize) {
    let part = state.person.part;
    let last = record.len(part).saturating_sub(1);
    let line = state.person.lines[part as usize].min(last);
    let line = line.saturating_add_signed(by).min(last);
    state.person.lines[part as usize] = line;
    if part == Part::Marks {
        let line = record.marks.get(line);
        state.person.subject = line
            .and_then(|l| l.cells.first())
            .map(|c| c.subject.clone());
    }
}

/// On a line with two marks, the other one.
fn sideways(state: &mut State, record: &Record, by: isize) {
    if state.person.part != Part::Marks {
        return;
    }
    let line = record.marks.get(state.person.lines[Part::Marks as usize]);
    if let Some(line) = line {
        let now = line
            .cells
            .iter()
            .position(|c| Some(&c.subject) == state.person.subject.as_ref())
            .unwrap_or(0);
        let next = now
            .saturating_add_signed(by)
            .min(line.cells.len().saturating_sub(1));
        state.person.subject = line.cells.get(next).map(|c| c.subject.clone());
    }
}

/// Makes the record anew if what it was made from has changed.
fn refresh(state: &mut State) {
    let known = state
        .person
        .person
        .as_ref()
        .and_then(|id| state.person_known(id))
        .cloned();
    let Some(known) = known else {
        state.person.record = None;
        state.person.made_from = None;
        return;
    };
    let post = state.person.post;
    let same = state.person.made_from.as_ref().is_some_and(|(t, p, i)| {
        Arc::ptr_eq(t, &state.team) && Arc::ptr_eq(p, &known) && *i == post
    });
    if !same {
        let mut record = Record::new(&state.team, &state.board, &known, post);
        if let Some(simulation) = &state.what_if
            && let Some(before) = simulation.team.person(&known.id)
        {
            let (team, board) = (&simulation.team, &simulation.board);
            record.beside(&Record::new(team, board, before, record.post));
        }
        state.person.post = record.post;
        state.person.made_from = Some((state.team.clone(), known, record.post));
        state.person.record = Some(Arc::new(record));
    }
}

/// Brings cursor and scroll back into what there is. The cursor of the marks follows its subject.
pub fn settle(state: &mut State) {
    refresh(state);
    let Some(record) = state.person.record.clone() else {
        return;
    };
    let followed = state.person.subject.as_ref().and_then(|subject| {
        record
            .marks
            .iter()
            .position(|l| l.cells.iter().any(|c| &c.subject == subject))
    });
    let marks = Part::Marks as usize;
    match followed {
        Some(line) => state.person.lines[marks] = line,
        None => {
            let line = state.person.lines[marks].min(record.marks.len().saturating_sub(1));
            state.person.lines[marks] = line;
            let line = record.marks.get(line);
            state.person.subject = line
                .and_then(|l| l.cells.first())
                .map(|c| c.subject.clone());
        }
    }
    let areas = parts(state.body(), &record, state.person.part);
    for part in Part::ALL {
        let i = part as usize;
        let len = record.len(part);
        state.person.lines[i] = state.person.lines[i].min(len.saturating_sub(1));
        let rows = usize::from(areas[i].h.saturating_sub(1));
        state.person.tops[i] = scrolled(state.person.tops[i], state.person.lines[i], rows, len);
    }
}

/// What the cursor stands on.
pub fn selected(state: &State) -> Option<Selected> {
    let person = state.person.person.clone()?;
    let row = row(state);
    Some(Selected {
        person,
        post: row.and_then(|r| r.post.clone()),
        column: row.and_then(|r| r.column.clone()),
        subject: state
            .person
            .subject
            .clone()
            .filter(|_| state.person.part == Part::Marks),
    })
}

/// A click puts the cursor on a line; a second one opens it.
pub fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    let Some(record) = state.person.record.clone() else {
        return Vec::new();
    };
    let areas = parts(state.body(), &record, state.person.part);
    let Some(part) = Part::ALL
        .into_iter()
        .find(|p| areas[*p as usize].contains(x, y))
    else {
        return Vec::new();
    };
    let i = part as usize;
    let was = (state.person.part, state.person.lines[i]);
    state.person.part = part;
    let Some(line) = (y - areas[i].y)
        .checked_sub(1)
        .map(|row| state.person.tops[i] + usize::from(row))
        .filter(|line| *line < record.len(part))
    else {
        return Vec::new();
    };
    if was == (part, line) {
        return handle(state, ActionId::Open);
    }
    let by = isize::try_from(line).unwrap_or(0) - isize::try_from(was.1).unwrap_or(0);
    step(state, &record, by);
    Vec::new()
}
