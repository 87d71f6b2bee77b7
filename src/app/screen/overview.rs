//! The Overview: heatmap, succession risks and development actions under one line of key figures.
//! Must not know: how it looks.

use super::super::action::ActionId;
use super::super::event::Effect;
use super::super::layout::{self, Area};
use super::super::overlay::{Overlay, Sheet};
use super::super::state::State;
use super::matrix::View;
use super::post_sheet::post_sheet;
use super::succession_lines::{CoverLine, cover_lines};
use super::{Screen, Selected, cell_need, heatmap, person};
use crate::domain::PostId;
use crate::domain::board::{Board, KeyLine};
use crate::domain::person::ItemState;
use std::sync::Arc;

/// The three panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The heatmap.
    #[default]
    Heatmap,
    /// Critical posts and skills.
    Succession,
    /// Development actions.
    Actions,
}

impl Pane {
    /// In the order of Tab.
    pub const ALL: [Self; 3] = [Self::Heatmap, Self::Succession, Self::Actions];
}

/// Cursor and scroll of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListCursor {
    /// Line of the cursor.
    pub line: usize,
    /// First line shown.
    pub top: usize,
}

impl ListCursor {
    pub(super) fn settle(&mut self, len: usize, rows: u16) {
        self.line = self.line.min(len.saturating_sub(1));
        self.top = layout::scrolled(self.top, self.line, usize::from(rows), len);
    }

    /// Moves like every list; `false` if the action is not a move.
    pub(super) fn step(&mut self, action: ActionId, rows: u16) -> bool {
        let page = usize::from(rows.saturating_sub(1)).max(1);
        self.line = match action {
            ActionId::Up => self.line.saturating_sub(1),
            ActionId::Down => self.line.saturating_add(1),
            ActionId::PageUp => self.line.saturating_sub(page),
            ActionId::PageDown => self.line.saturating_add(page),
            ActionId::First => 0,
            ActionId::Last => usize::MAX,
            _ => return false,
        };
        true
    }
}

/// A line of the succession pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuccessionLine {
    /// Index into the board's posts.
    Post(usize),
    /// Ready-now coverage and posts at risk, or that no post is named critical yet.
    Summary,
    /// Index into [`OverviewState::cover`].
    Cover(usize),
}

/// A line of the actions pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionsLine {
    /// Index into the board's lines.
    Action(usize),
    /// The head of those to discuss.
    ToDiscuss,
}

/// What the screen remembers.
#[derive(Clone, Debug, Default)]
pub struct OverviewState {
    /// The pane that has the keys.
    pub pane: Pane,
    /// Cursor of the succession pane.
    pub succession: ListCursor,
    /// Cursor of the actions pane.
    pub actions: ListCursor,
    /// Skills that are not covered, with names and why.
    pub cover: Vec<CoverLine>,
    /// Lines of the succession pane.
    pub succession_lines: Vec<SuccessionLine>,
    /// How many actions stand above the head of those to discuss.
    pub before_discussion: usize,
    /// Key figures of the rows that this machine may read.
    pub key: KeyLine,
    /// Plans agreed of those that this machine may read, and how many those are.
    pub agreed: (u32, u32),
    seen: Option<Arc<Board>>,
}

/// Where the panes stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Panes {
    /// The line of key figures.
    pub key: Area,
    /// One above the other with shared borders, rather than side by side.
    pub stacked: bool,
    /// Panes with their title row (and, side by side, their whole frame), in the order of [`Pane::ALL`].
    pub outer: [Area; 3],
    /// What the panes contain.
    pub inner: [Area; 3],
}

/// From this width on the panes stand side by side.
pub const WIDE: u16 = 110;

/// Divides the body of the screen.
pub fn panes(body: Area, focus: Pane) -> Panes {
    let (key, rest) = body.split_top(1);
    if body.w >= WIDE {
        let (left, right) =
            rest.split_left(u16::try_from(u32::from(rest.w) * 8 / 15).unwrap_or(64));
        let (top, bottom) = right.split_top(right.h / 2);
        let outer = [left, top, bottom];
        return Panes {
            key,
            stacked: false,
            outer,
            inner: outer.map(Area::inner),
        };
    }
    // Three title rows and one border at the bottom are not content.
    let content = rest.h.saturating_sub(4);
    // Five lines of the heatmap between its head and its bottom row, where six are left for the pane with the keys.
    let heatmap = content.saturating_sub(9).clamp(4, 7);
    let least = [
        heatmap.max(content / 4),
        3.max(content / 5),
        2.max(content / 5),
    ];
    let mut rows = least;
    let focused = focus as usize;
    let others: u16 = (0..3).filter(|at| *at != focused).map(|at| least[at]).sum();
    rows[focused] = content.saturating_sub(others);
    let mut outer = [Area::default(); 3];
    let mut below = rest;
    for at in 0..3 {
        let border = if at == 2 { 2 } else { 1 };
        (outer[at], below) = below.split_top(rows[at] + border);
    }
    let inner = [0, 1, 2].map(|at: usize| {
        let border = if at == 2 { 2 } else { 1 };
        let pane = outer[at];
        Area::new(
            pane.x + 1,
            pane.y + 1,
            pane.w.saturating_sub(2),
            pane.h.saturating_sub(border),
        )
    });
    Panes {
        key,
        stacked: true,
        outer,
        inner,
    }
}

/// Rows over the first line of the heatmap pane.
pub const HEAD_ROWS: u16 = 1;

/// Rows of the succession pane's head: none where space is short.
pub fn succession_head_rows(inner: Area) -> u16 {
    u16::from(inner.h >= 6)
}

/// Rows of the actions pane's foot: none where space is short.
pub fn actions_foot_rows(inner: Area) -> u16 {
    u16::from(inner.h >= 6)
}

impl OverviewState {
    /// A display line of the actions pane.
    pub fn actions_line(&self, board: &Board, at: usize) -> Option<ActionsLine> {
        let line = match at.cmp(&self.before_discussion) {
            std::cmp::Ordering::Less => ActionsLine::Action(at),
            std::cmp::Ordering::Equal => ActionsLine::ToDiscuss,
            std::cmp::Ordering::Greater => ActionsLine::Action(at - 1),
        };
        (at < self.actions_len(board)).then_some(line)
    }

    /// How many lines the actions pane has.
    pub fn actions_len(&self, board: &Board) -> usize {
        let lines = board.actions.lines.len();
        // The head of those to discuss counts where there are any.
        lines + usize::from(lines > self.before_discussion)
    }
}

/// Lists of the panes that change with the board only.
fn refresh(state: &mut State) {
    heatmap::refresh(state);
    let board = &state.board;
    if state
        .overview
        .seen
        .as_ref()
        .is_some_and(|seen| Arc::ptr_eq(seen, board))
    {
        return;
    }
    let manager = state.is_manager();
    let overview = &mut state.overview;
    overview.cover = if manager {
        let before = state.what_if.as_ref().map(|s| &*s.board);
        cover_lines(&state.team, board, before)
    } else {
        Vec::new()
    };
    let posts = board.succession.as_ref().map_or(0, |s| s.posts.len());
    overview.succession_lines = (0..posts).map(SuccessionLine::Post).collect();
    overview.succession_lines.push(SuccessionLine::Summary);
    overview
        .succession_lines
        .extend((0..overview.cover.len()).map(SuccessionLine::Cover));
    overview.before_discussion = board
        .actions
        .lines
        .partition_point(|line| line.state == ItemState::Open);
    let reading = &state.standing.reading;
    overview.key = reading.key(&state.team, board);
    overview.agreed = reading.agreed(&state.team, &board.actions, state.today);
    overview.seen = Some(Arc::clone(board));
}

/// Brings lists, cursors and scroll up to date.
pub fn settle(state: &mut State) {
    refresh(state);
    let panes = panes(state.body(), state.overview.pane);
    let [matrix, succession, actions] = panes.inner;
    let view: View = heatmap::view(&state.heatmap.matrix, matrix, HEAD_ROWS);
    state.heatmap.matrix.keep_in_view(view);
    let overview = &mut state.overview;
    overview.succession.settle(
        overview.succession_lines.len(),
        succession
            .h
            .saturating_sub(succession_head_rows(succession)),
    );
    let len = overview.actions_len(&state.board);
    overview
        .actions
        .settle(len, actions.h.saturating_sub(actions_foot_rows(actions)));
}

/// Does an action.
pub fn handle(state: &mut State, action: ActionId) -> Vec<Effect> {
    let pane = state.overview.pane as usize;
    match action {
        ActionId::NextPane => state.overview.pane = Pane::ALL[(pane + 1) % 3],
        ActionId::PreviousPane => state.overview.pane = Pane::ALL[(pane + 2) % 3],
        ActionId::Pane1 => state.overview.pane = Pane::Heatmap,
        ActionId::Pane2 => state.overview.pane = Pane::Succession,
        ActionId::Pane3 => state.overview.pane = Pane::Actions,
        ActionId::Open => return open(state),
        ActionId::GoPerson => {
            if let Some(selected) = selected(state) {
                return person::show(state, &selected.person);
            }
        }
        _ => move_in_pane(state, action),
    }
    Vec::new()
}

fn move_in_pane(state: &mut State, action: ActionId) {
    let panes = panes(state.body(), state.overview.pane);
    let [matrix, succession, actions] = panes.inner;
    let moved = match state.overview.pane {
        Pane::Heatmap => false,
        Pane::Succession => step_succession(&mut state.overview, action, succession.h),
        Pane::Actions => step_actions(&mut state.overview, &state.board, action, actions.h),
    };
    if !moved {
        // Modes and groupings are understood in every pane; moves only in the heatmap's.
        let is_view = !matches!(
            action,
            ActionId::Left
                | ActionId::Right
                | ActionId::LineStart
                | ActionId::LineEnd
                | ActionId::PreviousGroup
                | ActionId::NextGroup
                | ActionId::Fold
        );
        if is_view || state.overview.pane == Pane::Heatmap {
            let body = heatmap::view(&state.heatmap.matrix, matrix, HEAD_ROWS).body;
            // An action that nobody here understands changes nothing.
            let _ = heatmap::handle_matrix(&mut state.heatmap.matrix, action, body);
        }
    }
}

/// Steps over the summary, which is not to be opened.
fn step_succession(overview: &mut OverviewState, action: ActionId, rows: u16) -> bool {
    let before = overview.succession.line;
    let moved = overview.succession.step(action, rows);
    let last = overview.succession_lines.len().saturating_sub(1);
    let line = &mut overview.succession.line;
    *line = (*line).min(last);
    if overview.succession_lines.get(*line) == Some(&SuccessionLine::Summary) {
        *line = if *line > before && *line < last {
            *line + 1
        } else {
            line.saturating_sub(1)
        };
    }
    moved
}

/// Steps over the head of those to discuss.
fn step_actions(overview: &mut OverviewState, board: &Board, action: ActionId, rows: u16) -> bool {
    let before = overview.actions.line;
    let moved = overview.actions.step(action, rows);
    let last = overview.actions_len(board).saturating_sub(1);
    let at = overview.actions.line.min(last);
    let is_head = overview.actions_line(board, at) == Some(ActionsLine::ToDiscuss);
    overview.actions.line = match is_head {
        true if at >= before && at < last => at + 1,
        true => at.saturating_sub(1),
        false => at,
    };
    moved
}

/// What Enter means in the pane that has the keys.
fn open(state: &mut State) -> Vec<Effect> {
    match state.overview.pane {
        Pane::Heatmap => heatmap::enter(state),
        Pane::Succession => {
            open_succession(state);
            Vec::new()
        }
        Pane::Actions => {
            let overview = &state.overview;
            let line = match overview.actions_line(&state.board, overview.actions.line) {
                Some(ActionsLine::Action(at)) => state.board.actions.lines.get(at),
                _ => None,
            };
            match line.map(|line| (line.person.clone(), line.objective.clone())) {
                Some((who, objective)) => person::show_plan(state, &who, &objective),
                None => Vec::new(),
            }
        }
    }
}

/// The post under the cursor of the succession pane, while it has the keys.
pub fn post(state: &State) -> Option<PostId> {
    let overview = &state.overview;
    if state.screen() != Screen::Overview || overview.pane != Pane::Succession {
        return None;
    }
    match overview.succession_lines.get(overview.succession.line)? {
        SuccessionLine::Post(at) => {
            let board = state.board.succession.as_ref()?;
            board.posts.get(*at).map(|p| p.post.clone())
        }
        SuccessionLine::Summary | SuccessionLine::Cover(_) => None,
    }
}

fn open_succession(state: &mut State) {
    let overview = &state.overview;
    let board = &state.board;
    let sheet = match overview.succession_lines.get(overview.succession.line) {
        Some(SuccessionLine::Post(at)) => board
            .succession
            .as_ref()
            .and_then(|succession| succession.posts.get(*at))
            .map(|risk| post_sheet(&state.team, risk, state.today)),
        Some(SuccessionLine::Cover(at)) => overview
            .cover
            .get(*at)
            .and_then(|line| board.coverage.get(line.skill))
            .map(|coverage| {
                let detail = cell_need::coverage_detail(&state.team, coverage);
                Sheet::new(detail.title, detail.entries)
            }),
        Some(SuccessionLine::Summary) | None => None,
    };
    if let Some(sheet) = sheet {
        state.overlays.push(Overlay::Sheet(sheet));
    }
}

/// What the cursor stands on: a cell, or the person of an action.
pub fn selected(state: &State) -> Option<Selected> {
    match state.overview.pane {
        Pane::Heatmap => heatmap::selected(state),
        Pane::Succession => None,
        Pane::Actions => {
            let overview = &state.overview;
            let Some(ActionsLine::Action(at)) =
                overview.actions_line(&state.board, overview.actions.line)
            else {
                return None;
            };
            let line = state.board.actions.lines.get(at)?;
            let row = state.board.rows.iter().find(|r| r.person == line.person)?;
            Some(Selected {
                person: row.person.clone(),
                post: row.post.clone(),
                column: row.column.clone(),
                subject: None,
            })
        }
    }
}

/// A click selects, in a pane that it gives the keys to; a click on what is selected opens it.
pub fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    let panes = panes(state.body(), state.overview.pane);
    let Some(at) = (0..3).find(|at| panes.outer[*at].contains(x, y)) else {
        return Vec::new();
    };
    let had_keys = state.overview.pane as usize == at;
    let inner = panes.inner[at];
    let row = usize::from(y.saturating_sub(inner.y));
    let inside = inner.contains(x, y);
    let same = match Pane::ALL[at] {
        Pane::Heatmap => {
            let matrix = &mut state.heatmap.matrix;
            let place = heatmap::place_at(matrix, inner, HEAD_ROWS, x, y);
            let before = (matrix.line, matrix.col);
            if let Some(place) = place {
                (matrix.line, matrix.col) = place;
            }
            place == Some(before)
        }
        Pane::Succession => {
            let head = usize::from(succession_head_rows(inner));
            let overview = &mut state.overview;
            let line = row
                .checked_sub(head)
                .map(|row| overview.succession.top + row)
                .filter(|line| inside && *line < overview.succession_lines.len());
            let before = overview.succession.line;
            overview.succession.line = line.unwrap_or(before);
            line == Some(before)
        }
        Pane::Actions => {
            let rows = usize::from(inner.h.saturating_sub(actions_foot_rows(inner)));
            let overview = &mut state.overview;
            let line = Some(overview.actions.top + row).filter(|line| {
                inside && row < rows && overview.actions_line(&state.board, *line).is_some()
            });
            let before = overview.actions.line;
            overview.actions.line = line.unwrap_or(before);
            line == Some(before)
        }
    };
    state.overview.pane = Pane::ALL[at];
    if had_keys && same {
        open(state)
    } else {
        Vec::new()
    }
}
