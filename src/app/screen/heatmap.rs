//! The Heatmap screen: the matrix, and under it the cell that the cursor stands on. The Overview's first pane shows the same matrix.
//! Must not know: how it looks.

use super::super::action::ActionId;
use super::super::event::Effect;
use super::super::layout::Area;
use super::super::overlay::{Overlay, Sheet};
use super::super::state::State;
use super::cell::{CellDetail, cell_detail, need_sentence};
use super::cell_need::{NeedDetail, coverage_detail, need_detail};
use super::entries::Entry;
use super::matrix::{GROUPINGS, Line, Matrix, Mode, Shape, View, next_grouping};
use super::{Screen, Selected, entries, person};
use crate::domain::board::{Board, Grouping};
use crate::domain::cell::CellFigure;
use crate::domain::{Person, PersonId, Subject};
use std::sync::Arc;

/// What the screen remembers.
#[derive(Clone, Debug, Default)]
pub struct HeatmapState {
    /// Lines, cursor and scroll; the Overview's pane shares them.
    pub matrix: Matrix,
    /// Whether the cell under the cursor is explained.
    pub open: bool,
    /// Its explanation, while `open` and the cursor stands on a cell.
    pub detail: Option<CellDetail>,
    /// First line of the explanation that is shown.
    pub detail_top: usize,
    seen: Option<Seen>,
    explained: Option<Explained>,
}

/// What the lines were made from. Comparing addresses is enough, since snapshots never change in place.
#[derive(Clone, Debug)]
struct Seen {
    board: Arc<Board>,
    grouping: Grouping,
    filter: String,
}

/// What the explanation was made from.
#[derive(Clone, Debug)]
struct Explained {
    board: Arc<Board>,
    person: Arc<Person>,
    line: Line,
    subject: usize,
}

/// Where the parts of the screen stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Modes, groupings, filter.
    pub head: Area,
    /// Column heads, lines, bottom row.
    pub matrix: Area,
    /// The cell explained; no rows while it is closed.
    pub detail: Area,
    /// What the signs mean.
    pub legend: Area,
}

/// Rows over the first line: two families of columns, and their codes.
pub const HEAD_ROWS: u16 = 2;

/// Divides the body of the screen.
pub fn parts(body: Area, detail_open: bool) -> Parts {
    let (head, rest) = body.split_top(1);
    let (rest, legend) = rest.split_top(rest.h.saturating_sub(1));
    let detail_rows = match (detail_open, body.h) {
        (false, _) => 0,
        // Low screens give it the lower half.
        (true, ..24) => body.h / 2,
        (true, _) => (body.h * 2 / 5).min(20),
    };
    let (matrix, detail) = rest.split_top(rest.h.saturating_sub(detail_rows));
    Parts {
        head,
        matrix,
        detail,
        legend,
    }
}

/// How much of the matrix fits into an area with `head_rows` rows over the first line.
pub fn view(matrix: &Matrix, area: Area, head_rows: u16) -> View {
    let bottom = u16::from(matrix.lines.last() == Some(&Line::Total));
    View {
        width: area.w,
        body: area.h.saturating_sub(head_rows + bottom),
    }
}

/// What a place in a drawn matrix is: line and cursor column.
pub fn place_at(
    matrix: &Matrix,
    area: Area,
    head_rows: u16,
    x: u16,
    y: u16,
) -> Option<(usize, usize)> {
    if !area.contains(x, y) {
        return None;
    }
    let view = view(matrix, area, head_rows);
    let col = Shape::new(matrix, area.w).column_at(matrix.left, x - area.x)?;
    let row = (y - area.y).checked_sub(head_rows)?;
    let in_view = matrix.in_view(view.body);
    let line = if row < view.body {
        Some(in_view.start + usize::from(row)).filter(|line| *line < in_view.end)
    } else {
        Some(matrix.lines.len().checked_sub(1)?).filter(|line| *line >= matrix.scrolling())
    };
    line.map(|line| (line, col))
}

/// Moves, modes and groupings, which the Overview's pane understands too; `None` is for the caller. `body` is a screenful of lines.
pub fn handle_matrix(matrix: &mut Matrix, action: ActionId, body: u16) -> Option<()> {
    // A screenful leaves one line to hold on to.
    let page = isize::try_from(body.saturating_sub(1).max(1)).unwrap_or(1);
    match action {
        ActionId::Up => matrix.move_lines(-1),
        ActionId::Down => matrix.move_lines(1),
        ActionId::Left => matrix.move_columns(-1),
        ActionId::Right => matrix.move_columns(1),
        ActionId::PageUp => matrix.move_lines(-page),
        ActionId::PageDown => matrix.move_lines(page),
        ActionId::First => matrix.first(),
        ActionId::Last => matrix.last(),
        ActionId::LineStart => matrix.col = 1.min(matrix.subjects),
        ActionId::LineEnd => matrix.col = matrix.subjects,
        ActionId::PreviousGroup => matrix.jump_group(false),
        ActionId::NextGroup => matrix.jump_group(true),
        ActionId::Fold => matrix.toggle_group(),
        ActionId::NextMode => matrix.mode = matrix.mode.next(),
        ActionId::ModeMark => matrix.mode = Mode::Mark,
        ActionId::ModeGap => matrix.mode = Mode::Gap,
        ActionId::ModeState => matrix.mode = Mode::State,
        ActionId::ModeDifference => matrix.mode = Mode::Difference,
        ActionId::NextGrouping => matrix.grouping = next_grouping(matrix.grouping),
        ActionId::GroupArea => matrix.grouping = GROUPINGS[0],
        ActionId::GroupManager => matrix.grouping = GROUPINGS[1],
        ActionId::GroupGrade => matrix.grouping = GROUPINGS[2],
        _ => return None,
    }
    Some(())
}

/// Does an action.
pub fn handle(state: &mut State, action: ActionId) -> Vec<Effect> {
    let parts = parts(state.body(), state.heatmap.open);
    let body = view(&state.heatmap.matrix, parts.matrix, HEAD_ROWS).body;
    if handle_matrix(&mut state.heatmap.matrix, action, body).is_some() {
        return wanted(state);
    }
    match action {
        ActionId::Open => open(state),
        ActionId::NextPane => {
            turn_page(&mut state.heatmap, parts.detail, true);
            Vec::new()
        }
        ActionId::PreviousPane => {
            turn_page(&mut state.heatmap, parts.detail, false);
            Vec::new()
        }
        ActionId::GoPerson => open_person(state),
        _ => Vec::new(),
    }
}

/// More of the explanation, and from its end back to its beginning.
fn turn_page(heatmap: &mut HeatmapState, area: Area, forward: bool) {
    let Some(detail) = &heatmap.detail else {
        return;
    };
    let inner = area.inner();
    let rows = usize::from(inner.h).max(1);
    let last = entries::lines(&detail.entries, inner.w)
        .len()
        .saturating_sub(rows);
    let top = heatmap.detail_top.min(last);
    heatmap.detail_top = match (forward, top) {
        (true, top) if top == last => 0,
        (true, top) => (top + rows).min(last),
        (false, 0) => last,
        (false, top) => top.saturating_sub(rows),
    };
}

/// What Enter means: a cell is explained or closed again, a name opens the person, a group's name closes it, a need or a coverage
/// shows who is behind it.
fn open(state: &mut State) -> Vec<Effect> {
    let matrix = &mut state.heatmap.matrix;
    match (matrix.current(), matrix.current_subject()) {
        (Some(Line::Row { .. }), Some(_)) => {
            state.heatmap.open = !state.heatmap.open;
            state.heatmap.detail_top = 0;
            wanted(state)
        }
        (Some(Line::Row { .. }), None) => open_person(state),
        (Some(Line::Group(_)), None) => {
            matrix.toggle_group();
            Vec::new()
        }
        (Some(Line::Group(_) | Line::Total), Some(_)) => {
            open_need(state);
            Vec::new()
        }
        (Some(Line::Total), None) | (None, _) => Vec::new(),
    }
}

/// Opens the Heatmap on the Overview's cell, with the cell explained.
pub fn enter(state: &mut State) -> Vec<Effect> {
    let matrix = &state.heatmap.matrix;
    match (matrix.current(), matrix.current_subject()) {
        (Some(Line::Row { .. }), Some(_)) => {
            state.heatmap.open = true;
            state.heatmap.detail_top = 0;
            state.open(Screen::Heatmap);
            wanted(state)
        }
        _ => open(state),
    }
}

/// Puts the cursor on a person's cell and opens the Heatmap there; a filter that hides the person is cleared.
pub fn show(state: &mut State, person: &PersonId, subject: Option<&Subject>) -> Vec<Effect> {
    if !state.heatmap.matrix.go_to(&state.board, person) && !state.filter.is_empty() {
        state.filter.clear();
        refresh(state);
        state.heatmap.matrix.go_to(&state.board, person);
    }
    if let Some(at) = subject.and_then(|s| state.board.subjects.iter().position(|x| x == s)) {
        state.heatmap.matrix.col = at + 1;
    }
    state.open(Screen::Heatmap);
    wanted(state)
}

/// The long texts of the person under the cursor, if they are shown and not here yet.
fn wanted(state: &State) -> Vec<Effect> {
    let row = state.heatmap.matrix.current_row();
    match row.and_then(|row| state.board.rows.get(row)) {
        Some(row) if state.heatmap.open => state.want_detail(&row.person),
        _ => Vec::new(),
    }
}

fn open_person(state: &mut State) -> Vec<Effect> {
    let row = state.heatmap.matrix.current_row();
    match row.and_then(|row| state.board.rows.get(row)) {
        Some(row) => {
            let id = row.person.clone();
            person::show(state, &id)
        }
        None => Vec::new(),
    }
}

/// Who is behind the need or coverage under the cursor.
fn open_need(state: &mut State) {
    let (team, board, matrix) = (&state.team, &state.board, &state.heatmap.matrix);
    let Some(subject) = matrix.current_subject() else {
        return;
    };
    let detail: Option<NeedDetail> = match matrix.current() {
        Some(Line::Group(at)) => matrix.groups.get(at).and_then(|group| {
            let need = group.needs.get(subject)?;
            let label = &group.label;
            let mut detail = need_detail(team, board, label, &group.rows, subject, need);
            if let Some(before) = matrix.need_before(group, subject) {
                let stands = Entry::new("As it stands", need_sentence(team, label, before));
                detail.entries.insert(1, stands);
            }
            Some(detail)
        }),
        Some(Line::Total) => match subject.checked_sub(board.competencies) {
            None => matrix.total.get(subject).map(|need| {
                let label = if matrix.filter.is_empty() {
                    "Whole team".to_owned()
                } else {
                    format!("Filter “{}”", matrix.filter)
                };
                need_detail(team, board, &label, &matrix.rows_shown(), subject, need)
            }),
            Some(skill) => board
                .coverage
                .get(skill)
                .map(|coverage| coverage_detail(team, coverage)),
        },
        _ => None,
    };
    if let Some(detail) = detail {
        state
            .overlays
            .push(Overlay::Sheet(Sheet::new(detail.title, detail.entries)));
    }
}

/// Makes lines anew if the board, the grouping or the filter changed since.
pub fn refresh(state: &mut State) {
    let heatmap = &mut state.heatmap;
    let fresh = heatmap.seen.as_ref().is_some_and(|seen| {
        Arc::ptr_eq(&seen.board, &state.board)
            && seen.grouping == heatmap.matrix.grouping
            && seen.filter == state.filter
    });
    if fresh {
        return;
    }
    if heatmap.seen.is_none() {
        heatmap.matrix = Matrix::new();
    }
    heatmap.matrix.filter.clone_from(&state.filter);
    let before = heatmap.seen.as_ref().map(|seen| &*seen.board);
    heatmap.matrix.rebuild(&state.team, &state.board, before);
    if let Some(simulation) = &state.what_if {
        heatmap.matrix.stand(&simulation.team, &simulation.board);
    }
    heatmap.seen = Some(Seen {
        board: Arc::clone(&state.board),
        grouping: heatmap.matrix.grouping,
        filter: state.filter.clone(),
    });
}

/// Brings lines, scroll and explanation up to date.
pub fn settle(state: &mut State) {
    refresh(state);
    let parts = parts(state.body(), state.heatmap.open);
    let view = view(&state.heatmap.matrix, parts.matrix, HEAD_ROWS);
    state.heatmap.matrix.keep_in_view(view);
    explain(state);
}

/// Makes the explanation anew if the cell, the board or the person's detail changed since.
fn explain(state: &mut State) {
    let matrix = &state.heatmap.matrix;
    let cell = match (matrix.current(), matrix.current_subject()) {
        (Some(line @ Line::Row { group, row }), Some(subject)) if state.heatmap.open => {
            Some((line, group, row, subject))
        }
        _ => None,
    };
    let found = cell.and_then(|(line, group, row, subject)| {
        let row = Arc::clone(state.board.rows.get(row)?);
        let person = Arc::clone(state.person_known(&row.person)?);
        Some((line, group, row, subject, person))
    });
    let Some((line, group, row, subject, person)) = found else {
        state.heatmap.detail = None;
        state.heatmap.explained = None;
        return;
    };
    let same = state.heatmap.explained.as_ref().is_some_and(|seen| {
        Arc::ptr_eq(&seen.board, &state.board)
            && Arc::ptr_eq(&seen.person, &person)
            && seen.line == line
            && seen.subject == subject
    });
    if same {
        return;
    }
    let moved = state
        .heatmap
        .explained
        .as_ref()
        .is_none_or(|seen| seen.line != line || seen.subject != subject);
    if moved {
        state.heatmap.detail_top = 0;
    }
    let group = &state.heatmap.matrix.groups[group];
    let mut detail = cell_detail(&state.team, &state.board, group, &row, subject, &person);
    if let (Some(simulation), Line::Row { row: at, .. }) = (&state.what_if, line)
        && let Some(now) = row.cells.get(subject)
        && let Some(before) = simulation.cell_before(at, subject, now)
    {
        let text = format!("{} → {}", in_words(before), in_words(now));
        detail
            .entries
            .insert(0, entries::Entry::new(simulation.label(), text));
    }
    state.heatmap.detail = Some(detail);
    state.heatmap.explained = Some(Explained {
        board: Arc::clone(&state.board),
        person,
        line,
        subject,
    });
}

/// A cell in a few words: effective mark and state.
fn in_words(figure: &CellFigure) -> String {
    let mark = match figure.effective {
        Some((points, _)) => super::cell::halves(u32::from(points.halves())),
        None => "no mark counts".to_owned(),
    };
    format!("{mark}, {}", figure.state.label())
}

/// What the cursor stands on.
pub fn selected(state: &State) -> Option<Selected> {
    let matrix = &state.heatmap.matrix;
    let row = state.board.rows.get(matrix.current_row()?)?;
    Some(Selected {
        person: row.person.clone(),
        post: row.post.clone(),
        column: row.column.clone(),
        subject: matrix
            .current_subject()
            .and_then(|at| state.board.subjects.get(at).cloned()),
    })
}

/// A click selects; a click on what is selected opens it.
pub fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    let parts = parts(state.body(), state.heatmap.open);
    let matrix = &mut state.heatmap.matrix;
    match place_at(matrix, parts.matrix, HEAD_ROWS, x, y) {
        Some((line, col)) if (line, col) == (matrix.line, matrix.col) => open(state),
        Some((line, col)) => {
            (matrix.line, matrix.col) = (line, col);
            wanted(state)
        }
        None => Vec::new(),
    }
}
