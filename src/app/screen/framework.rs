//! The Framework screen: what each role expects in each competency, and the lines of the self-assessment grid. One cell is explained
//! below; Enter shows all of it.

use super::super::action::ActionId;
use super::super::event::Effect;
use super::super::layout::{Area, scrolled};
use super::super::overlay::{Overlay, Sheet};
use super::super::state::State;
use super::cell::Entry;
use super::{Screen, selected};
use crate::domain::cell::target_of;
use crate::domain::framework::{Column, Competency, Expected, FrameworkCell, GridLine};
use crate::domain::{ColumnId, CompetencyId, Subject, Team};
use chrono::NaiveDate;

/// What the screen remembers. Ids, so that a new snapshot moves nothing.
#[derive(Clone, Debug, Default)]
pub struct FrameworkState {
    /// Column under the cursor.
    pub column: Option<ColumnId>,
    /// Competency under the cursor.
    pub competency: Option<CompetencyId>,
    /// The lines of the self-assessment grid are shown rather than the competencies.
    pub grid: bool,
    /// First line shown.
    pub top: usize,
    /// First column shown.
    pub left: usize,
}

/// Where the parts of the screen stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The frame around cells or grid lines.
    pub table: Area,
    /// The frame around the explanation.
    pub detail: Area,
    /// Cells for a line's name.
    pub name_width: u16,
    /// Columns that fit.
    pub columns: usize,
    /// Lines that fit.
    pub lines: usize,
}

/// Cells for one column.
pub const CELL: u16 = 6;
/// Rows over the first line, inside the frame.
pub const HEAD_ROWS: u16 = 2;

/// Divides the body of the screen: side by side where it is wide, one over the other where it is not.
pub fn parts(state: &State) -> Parts {
    let body = state.body();
    let framework = &state.team.framework;
    let lines = line_count(state);
    let name_width = if body.w >= 110 { 36 } else { 24 };
    let columns = u16::try_from(framework.columns.len()).unwrap_or(u16::MAX / 8);
    let wanted = name_width + columns.saturating_mul(CELL) + 3;
    let (table, detail) = if body.w >= 150 {
        body.split_left(wanted.min(body.w / 2))
    } else {
        let rows = u16::try_from(lines).unwrap_or(u16::MAX / 2) + HEAD_ROWS + 2;
        body.split_top(rows.min(body.h.saturating_sub(6)))
    };
    let inner = table.inner();
    Parts {
        table,
        detail,
        name_width,
        columns: usize::from(inner.w.saturating_sub(name_width) / CELL),
        lines: usize::from(inner.h.saturating_sub(HEAD_ROWS)),
    }
}

fn line_count(state: &State) -> usize {
    if state.framework.grid {
        state.team.framework.grid_lines.len()
    } else {
        state.team.framework.competencies.len()
    }
}

/// Which line the cursor stands on.
pub fn line(state: &State) -> usize {
    let framework = &state.team.framework;
    let at = state.framework.competency.as_ref().and_then(|id| {
        if state.framework.grid {
            framework
                .grid_lines
                .iter()
                .position(|l| l.competencies.contains(id))
        } else {
            framework.competency_index(id)
        }
    });
    at.unwrap_or(0)
}

/// Which column the cursor stands on.
pub fn column(state: &State) -> usize {
    let column = state.framework.column.as_ref();
    column
        .and_then(|id| state.team.framework.column_index(id))
        .unwrap_or(0)
}

fn go(state: &mut State, line: usize, column: usize) {
    let framework = &state.team.framework;
    let competency = if state.framework.grid {
        framework
            .grid_lines
            .get(line)
            .and_then(|l| l.competencies.first())
            .cloned()
    } else {
        framework.competencies.get(line).map(|c| c.id.clone())
    };
    let column = framework.columns.get(column).map(|c| c.id.clone());
    if competency.is_some() {
        state.framework.competency = competency;
    }
    if column.is_some() {
        state.framework.column = column;
    }
}

/// Opens the screen at a role, a competency, or both.
pub fn show(state: &mut State, column: Option<&ColumnId>, competency: Option<&CompetencyId>) {
    if let Some(column) = column {
        state.framework.column = Some(column.clone());
    }
    if let Some(competency) = competency {
        state.framework.competency = Some(competency.clone());
    }
    state.open(Screen::Framework);
}

/// Opens the screen at what the cursor of the current screen stands on.
pub fn show_selected(state: &mut State) {
    let here = selected(state);
    let competency = here.as_ref().and_then(|s| match &s.subject {
        Some(Subject::Competency(id)) => Some(id.clone()),
        _ => None,
    });
    let column = here.and_then(|s| s.column);
    show(state, column.as_ref(), competency.as_ref());
}

/// Does an action.
pub fn handle(state: &mut State, action: ActionId) -> Vec<Effect> {
    let (at_line, at_column) = (line(state), column(state));
    let last_line = line_count(state).saturating_sub(1);
    let last_column = state.team.framework.columns.len().saturating_sub(1);
    let page = parts(state).lines.max(1);
    let (to_line, to_column) = match action {
        ActionId::Up => (at_line.saturating_sub(1), at_column),
        ActionId::Down => ((at_line + 1).min(last_line), at_column),
        ActionId::Left => (at_line, at_column.saturating_sub(1)),
        ActionId::Right => (at_line, (at_column + 1).min(last_column)),
        ActionId::PageUp => (at_line.saturating_sub(page), at_column),
        ActionId::PageDown => ((at_line + page).min(last_line), at_column),
        ActionId::First => (0, at_column),
        ActionId::Last => (last_line, at_column),
        ActionId::LineStart => (at_line, 0),
        ActionId::LineEnd => (at_line, last_column),
        ActionId::NextPane | ActionId::PreviousPane => {
            state.framework.grid = !state.framework.grid;
            return Vec::new();
        }
        ActionId::Open => {
            if let Some(sheet) = sheet(state) {
                state.overlays.push(Overlay::Sheet(sheet));
            }
            return Vec::new();
        }
        _ => return Vec::new(),
    };
    go(state, to_line, to_column);
    Vec::new()
}

/// Brings cursor and scroll back into what there is.
pub fn settle(state: &mut State) {
    let (at_line, at_column) = (line(state), column(state));
    go(state, at_line, at_column);
    let parts = parts(state);
    state.framework.top = scrolled(state.framework.top, at_line, parts.lines, line_count(state));
    state.framework.left = scrolled(
        state.framework.left,
        at_column,
        parts.columns,
        state.team.framework.columns.len(),
    );
}

/// A click on a cell moves the cursor; a second one opens it.
pub fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    let parts = parts(state);
    let inner = parts.table.inner();
    if parts.detail.contains(x, y) {
        return handle(state, ActionId::Open);
    }
    if !inner.contains(x, y) {
        return Vec::new();
    }
    let before = (line(state), column(state));
    let to_line = match (y - inner.y).checked_sub(HEAD_ROWS) {
        Some(row) => {
            (state.framework.top + usize::from(row)).min(line_count(state).saturating_sub(1))
        }
        None => before.0,
    };
    let to_column = match (x - inner.x).checked_sub(parts.name_width) {
        Some(at) => state.framework.left + usize::from(at / CELL),
        None => before.1,
    };
    if (to_line, to_column) == before {
        return handle(state, ActionId::Open);
    }
    go(state, to_line, to_column);
    Vec::new()
}

/// What a cell of the table shows: the target of an expected cell, "dep" or "n/a"; then "=" where the text is another column's, "+"
/// where something is added to it.
pub fn cell_text(
    team: &Team,
    column: &Column,
    competency: &Competency,
    today: NaiveDate,
) -> String {
    let Some(cell) = team.framework.cell(&column.id, &competency.id) else {
        return "–".to_owned();
    };
    let expected = match cell.expected {
        Expected::No => return "n/a".to_owned(),
        Expected::Depends => "dep".to_owned(),
        Expected::Yes => {
            let subject = Subject::Competency(competency.id.clone());
            let (target, _) = target_of(team, Some(&column.id), &subject, today);
            target.points().map_or("none".to_owned(), |p| p.to_string())
        }
    };
    let sign = match (&cell.inherits, cell.adds) {
        (Some(_), true) => "+",
        (Some(_), false) => "=",
        (None, _) => "",
    };
    expected + sign
}

/// The explanation of the cell or grid line under the cursor.
pub fn sheet(state: &State) -> Option<Sheet> {
    let team = &state.team;
    let framework = &team.framework;
    let column = framework.columns.get(column(state))?;
    let (title, mut entries) = if state.framework.grid {
        let line = framework.grid_lines.get(line(state))?;
        let mut entries = Vec::new();
        for id in &line.competencies {
            if let (Some(cell), Some(competency)) =
                (framework.cell(&column.id, id), framework.competency(id))
            {
                entries.push(entry(&competency.name, &competency.meaning));
                entries.extend(cell_entries(team, column, competency, cell, state.today));
            }
        }
        entries.extend(option_entries(line));
        (
            format!("{}. {} · {}", line.number, line.label, column.name),
            entries,
        )
    } else {
        let competency = framework.competencies.get(line(state))?;
        let cell = framework.cell(&column.id, &competency.id)?;
        let mut entries = cell_entries(team, column, competency, cell, state.today);
        entries.push(entry("is about", &competency.meaning));
        if let Some(line) = framework.grid_line(&competency.id) {
            entries.extend(option_entries(line));
        }
        (
            format!("{} · {} {}", competency.name, column.name, column.path),
            entries,
        )
    };
    entries.extend(column_entries(column));
    Some(Sheet::new(title, entries))
}

fn entry(label: &str, text: &str) -> Entry {
    Entry {
        label: label.to_owned(),
        text: text.to_owned(),
    }
}

fn cell_entries(
    team: &Team,
    column: &Column,
    competency: &Competency,
    cell: &FrameworkCell,
    today: NaiveDate,
) -> Vec<Entry> {
    let mut out = Vec::new();
    match cell.expected {
        Expected::No => {
            out.push(entry(
                "expected",
                "no: this role does not ask for it, and a mark would enter nothing",
            ));
            return out;
        }
        Expected::Yes => out.push(entry("expected", "yes")),
        Expected::Depends => out.push(entry(
            "expected",
            "depends on the post: counts as expected until a manager settles it for the post",
        )),
    }
    if !cell.descriptor.is_empty() {
        out.push(entry("descriptor", &cell.descriptor));
    }
    if let Some(from) = &cell.inherits {
        let name = team
            .framework
            .column(from)
            .map_or(from.as_str(), |c| c.name.as_str());
        let text = if cell.adds {
            format!("the text of {name}, with something added")
        } else {
            format!("the text of {name}")
        };
        out.push(entry("taken from", &text));
    }
    let subject = Subject::Competency(competency.id.clone());
    let (target, conflict) = target_of(team, Some(&column.id), &subject, today);
    let target = target.points().map_or_else(
        || "none: the mark is shown and enters no sum".to_owned(),
        |p| {
            format!(
                "{p}{}",
                if conflict {
                    " ◆ in conflict, the higher one counts"
                } else {
                    ""
                }
            )
        },
    );
    out.push(entry("target", &target));
    if !cell.note.is_empty() {
        out.push(entry("note", &cell.note));
    }
    out
}

fn option_entries(line: &GridLine) -> Vec<Entry> {
    let mut out = Vec::new();
    for (at, option) in line.options.iter().enumerate() {
        let label = if at == 0 {
            match line.options.len() {
                1 => "1 option".to_owned(),
                n => format!("{n} options"),
            }
        } else {
            String::new()
        };
        out.push(entry(&label, &format!("· {option}")));
    }
    if !line.note.is_empty() {
        out.push(entry("note", &line.note));
    }
    out
}

fn column_entries(column: &Column) -> Vec<Entry> {
    let mut out = vec![entry("role", &column.titles.join("; "))];
    let levels: Vec<String> = column
        .qualification_levels
        .iter()
        .map(u32::to_string)
        .collect();
    if !levels.is_empty() {
        out.push(entry(
            "qualification",
            &format!("level {}", levels.join(" or ")),
        ));
    }
    if !column.knowledge.is_empty() {
        out.push(entry("knowledge", &column.knowledge));
    }
    let titles: Vec<String> = column
        .registration
        .iter()
        .map(|r| {
            let how = if r.held { "held" } else { "working towards" };
            format!(
                "{} ({how}{})",
                r.title,
                if r.uncertain {
                    ", as far as it can be read"
                } else {
                    ""
                }
            )
        })
        .collect();
    if !titles.is_empty() {
        out.push(entry("registration", &titles.join(", ")));
    }
    for (label, text) in [("CPD", &column.cpd), ("note", &column.note)] {
        if !text.is_empty() {
            out.push(entry(label, text));
        }
    }
    out
}
