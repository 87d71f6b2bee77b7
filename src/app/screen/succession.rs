//! The Succession screen: critical posts with holders and nominees, the critical-skill list, and who alone covers what.
//! Must not know: how it looks.

use super::super::action::ActionId;
use super::super::choosing;
use super::super::event::Effect;
use super::super::layout::Area;
use super::super::overlay::{Overlay, Sheet};
use super::super::state::State;
use super::overview::{ListCursor, WIDE};
use super::post_sheet::{board_sheet, nominee_sheet, post_sheet};
use super::{Selected, cell_need, person};
use crate::domain::board::Board;
use crate::domain::coverage::{Coverage, sole_covers};
use crate::domain::succession::PostRisk;
use crate::domain::{PersonId, PostId, SkillId};
use std::collections::HashMap;
use std::sync::Arc;

/// The parts of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Critical posts and their nominees.
    #[default]
    Posts,
    /// The critical-skill list.
    Skills,
    /// Sole cover by person.
    Sole,
}

impl Part {
    /// In the order of Tab.
    pub const ALL: [Self; 3] = [Self::Posts, Self::Skills, Self::Sole];
}

/// A line of the posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Index into the board's posts.
    Post(usize),
    /// A nominee: index of the post, and into its nominees.
    Nominee(usize, usize),
    /// Ready-now coverage, at risk and depth of all critical posts.
    Summary,
    /// How many posts are not scored.
    Others(usize),
}

/// What the screen remembers.
#[derive(Clone, Debug, Default)]
pub struct SuccessionState {
    /// The part that has the keys.
    pub part: Part,
    /// Cursor and scroll of each part.
    pub cursors: [ListCursor; 3],
    /// Lines of the posts.
    pub lines: Vec<Line>,
    /// Who alone covers which skills, by name; empty where this machine holds no others' marks.
    pub sole: Vec<(PersonId, Vec<SkillId>)>,
    /// Names of everybody whom a line may mention: looking through a large team for each would cost more than drawing it.
    names: HashMap<PersonId, String>,
    /// The post and nominee under the cursor: they outlive a new board.
    anchor: Option<(PostId, Option<PersonId>)>,
    seen: Option<Arc<Board>>,
}

/// Where the parts stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// One above the other with shared borders, rather than side by side.
    pub stacked: bool,
    /// Parts with their title row (and, side by side, their whole frame).
    pub outer: [Area; 3],
    /// What the parts contain.
    pub inner: [Area; 3],
    /// The line that says what a nomination is not.
    pub fairness: Area,
}

/// Divides the body of the screen: the part that has the keys gets what it needs first.
pub fn parts(body: Area, focus: Part, lens: [usize; 3]) -> Parts {
    let (rest, fairness) = body.split_top(body.h.saturating_sub(1));
    if body.w >= WIDE {
        let (left, right) = rest.split_left(body.w * 11 / 20);
        let sole = u16::try_from(lens[2].max(1))
            .unwrap_or(u16::MAX)
            .min(rest.h / 3);
        let (skills, sole) = right.split_top(right.h.saturating_sub(sole + 2));
        let outer = [left, skills, sole];
        return Parts {
            stacked: false,
            outer,
            inner: outer.map(Area::inner),
            fairness,
        };
    }
    // Three title rows and one border at the bottom are not content.
    let content = rest.h.saturating_sub(4);
    let least = [3.max(content / 3), 2.max(content / 5), 1.max(content / 8)];
    let mut rows = least;
    let at = focus as usize;
    let others: u16 = (0..3).filter(|i| *i != at).map(|i| least[i]).sum();
    rows[at] = content.saturating_sub(others);
    // What the focused part does not need goes to the posts.
    let needed = u16::try_from(lens[at].max(1) + head_rows(at)).unwrap_or(u16::MAX);
    let spare = rows[at].saturating_sub(needed.max(least[at]));
    if at > 0 {
        rows[at] -= spare;
        rows[0] += spare;
    } else {
        rows[0] -= spare;
        rows[1] += spare;
    }
    let mut outer = [Area::default(); 3];
    let mut below = rest;
    for i in 0..3 {
        let border = if i == 2 { 2 } else { 1 };
        (outer[i], below) = below.split_top(rows[i] + border);
    }
    let inner = [0, 1, 2].map(|i: usize| {
        let border = if i == 2 { 2 } else { 1 };
        let part = outer[i];
        Area::new(
            part.x + 1,
            part.y + 1,
            part.w.saturating_sub(2),
            part.h.saturating_sub(border),
        )
    });
    Parts {
        stacked: true,
        outer,
        inner,
        fairness,
    }
}

/// Rows of a part's head.
pub fn head_rows(part: usize) -> usize {
    usize::from(part < 2)
}

impl SuccessionState {
    /// Name of somebody whom a line mentions.
    pub fn name<'a>(&'a self, id: &'a PersonId) -> &'a str {
        self.names.get(id).map_or(id.as_str(), String::as_str)
    }

    /// Names in alphabetical order.
    pub fn names<'a>(&'a self, ids: &'a [PersonId]) -> Vec<&'a str> {
        let mut names: Vec<&str> = ids.iter().map(|id| self.name(id)).collect();
        names.sort_unstable();
        names
    }

    /// How many lines each part has.
    pub fn lens(&self, board: &Board, manager: bool) -> [usize; 3] {
        let skills = if manager { board.coverage.len() } else { 0 };
        [self.lines.len(), skills, self.sole.len()]
    }

    /// The line of the posts under the cursor.
    pub fn line(&self) -> Option<Line> {
        self.lines.get(self.cursors[0].line).copied()
    }
}

/// The post under the cursor, and the nominee where one is.
pub fn post(state: &State) -> Option<(&PostRisk, Option<&PersonId>)> {
    if state.succession.part != Part::Posts {
        return None;
    }
    let board = state.board.succession.as_ref()?;
    match state.succession.line()? {
        Line::Post(at) => Some((board.posts.get(at)?, None)),
        Line::Nominee(at, nominee) => {
            let post = board.posts.get(at)?;
            Some((post, Some(&post.nominees.get(nominee)?.person)))
        }
        Line::Summary | Line::Others(_) => None,
    }
}

/// The skill under the cursor.
pub fn skill(state: &State) -> Option<&Coverage> {
    (state.succession.part == Part::Skills)
        .then(|| state.board.coverage.get(state.succession.cursors[1].line))
        .flatten()
}

/// Lists that change with the board only.
fn refresh(state: &mut State) {
    let board = Arc::clone(&state.board);
    let seen = state.succession.seen.as_ref();
    if seen.is_some_and(|seen| Arc::ptr_eq(seen, &board)) {
        return;
    }
    let manager = state.is_manager();
    let mut lines = Vec::new();
    if let Some(succession) = &board.succession {
        for (at, post) in succession.posts.iter().enumerate() {
            lines.push(Line::Post(at));
            lines.extend((0..post.nominees.len()).map(|n| Line::Nominee(at, n)));
        }
        if !succession.posts.is_empty() {
            lines.push(Line::Summary);
        }
        let others = state
            .team
            .base
            .posts
            .len()
            .saturating_sub(succession.posts.len());
        if others > 0 && manager {
            lines.push(Line::Others(others));
        }
    }
    let sole = if manager {
        sole_covers(&state.team, &board.coverage)
            .into_iter()
            .map(|(id, skills)| (id.clone(), skills.into_iter().cloned().collect()))
            .collect()
    } else {
        Vec::new()
    };
    let names = mentioned(state, &board);
    let succession = &mut state.succession;
    succession.names = names;
    if let Some((post, person)) = &succession.anchor
        && let Some(of) = &board.succession
    {
        let is = |line: &Line| match (*line, person) {
            (Line::Post(at), None) => &of.posts[at].post == post,
            (Line::Nominee(at, n), Some(person)) => {
                &of.posts[at].post == post && &of.posts[at].nominees[n].person == person
            }
            _ => false,
        };
        let nearest = |line: &Line| matches!(line, Line::Post(at) if &of.posts[*at].post == post);
        let found = lines.iter().position(is);
        if let Some(at) = found.or_else(|| lines.iter().position(nearest)) {
            succession.cursors[0].line = at;
        }
    }
    succession.lines = lines;
    succession.sole = sole;
    succession.seen = Some(board);
}

/// Names of holders and of everybody behind the cover of a skill, as they would be and as they stand.
fn mentioned(state: &State, board: &Board) -> HashMap<PersonId, String> {
    let all: HashMap<&PersonId, &String> = state
        .team
        .people
        .iter()
        .map(|p| (&p.id, p.name.get()))
        .collect();
    let before = state.what_if.as_ref().map(|s| &*s.board);
    let boards = || std::iter::once(board).chain(before);
    let posts = boards().flat_map(|b| b.succession.iter().flat_map(|s| &s.posts));
    let holders = posts.flat_map(|p| &p.holders);
    let covers = boards().flat_map(|b| &b.coverage);
    let covers = covers.flat_map(|c| [&c.holders, &c.away, &c.claimed, &c.stale]);
    holders
        .chain(covers.flatten())
        .filter_map(|id| Some((id.clone(), (*all.get(id)?).clone())))
        .collect()
}

/// Brings lists, cursors and scroll up to date.
pub fn settle(state: &mut State) {
    refresh(state);
    let manager = state.is_manager();
    let lens = state.succession.lens(&state.board, manager);
    let parts = parts(state.body(), state.succession.part, lens);
    for (i, len) in lens.into_iter().enumerate() {
        let head = u16::try_from(head_rows(i)).unwrap_or(0);
        let rows = parts.inner[i].h.saturating_sub(head);
        state.succession.cursors[i].settle(len, rows);
    }
    let anchor = post(state).map(|(post, person)| (post.post.clone(), person.cloned()));
    if anchor.is_some() {
        state.succession.anchor = anchor;
    }
}

/// Does an action.
pub fn handle(state: &mut State, action: ActionId) -> Vec<Effect> {
    let part = state.succession.part as usize;
    match action {
        ActionId::NextPane => state.succession.part = Part::ALL[(part + 1) % 3],
        ActionId::PreviousPane => state.succession.part = Part::ALL[(part + 2) % 3],
        ActionId::Open => open(state),
        ActionId::GoPerson => {
            if let Some(selected) = selected(state) {
                return person::show(state, &selected.person);
            }
        }
        ActionId::Add
        | ActionId::Change
        | ActionId::Factors
        | ActionId::Nominate
        | ActionId::Requirements
        | ActionId::Holders => choosing::succession(state, action),
        _ => {
            let lens = state.succession.lens(&state.board, state.is_manager());
            let rows = parts(state.body(), state.succession.part, lens).inner[part].h;
            // An action that nobody here understands changes nothing.
            let _ = state.succession.cursors[part].step(action, rows);
        }
    }
    Vec::new()
}

/// How the figure under the cursor is made.
fn open(state: &mut State) {
    let (team, today) = (&state.team, state.today);
    let sheet = match state.succession.part {
        Part::Posts => match (post(state), state.succession.line()) {
            (Some((risk, Some(who))), _) => {
                let nominee = risk.nominees.iter().find(|n| &n.person == who);
                nominee.map(|n| nominee_sheet(team, risk, n))
            }
            (Some((risk, None)), _) => Some(post_sheet(team, risk, today)),
            (None, Some(Line::Summary)) => {
                let board = state.board.succession.as_ref();
                board.map(|board| board_sheet(team, board))
            }
            (None, Some(Line::Others(_))) => {
                choosing::succession(state, ActionId::Factors);
                return;
            }
            (None, _) => None,
        },
        Part::Skills => skill(state).map(|coverage| {
            let detail = cell_need::coverage_detail(team, coverage);
            Sheet::new(detail.title, detail.entries)
        }),
        Part::Sole => {
            let line = state.succession.cursors[2].line;
            state.succession.sole.get(line).map(|(who, skills)| {
                let covered = state.board.coverage.iter();
                let covered: Vec<&Coverage> =
                    covered.filter(|c| skills.contains(&c.skill)).collect();
                cell_need::sole_sheet(team, who, &covered)
            })
        }
    };
    state.overlays.extend(sheet.map(Overlay::Sheet));
}

/// The nominee or the person who alone covers something.
pub fn selected(state: &State) -> Option<Selected> {
    let (person, post) = match state.succession.part {
        Part::Posts => {
            let (risk, who) = post(state)?;
            (who?.clone(), Some(risk.post.clone()))
        }
        Part::Skills => return None,
        Part::Sole => {
            let line = state.succession.cursors[2].line;
            (state.succession.sole.get(line)?.0.clone(), None)
        }
    };
    Some(Selected {
        person,
        post,
        column: None,
        subject: None,
    })
}

/// A click selects, in a part that it gives the keys to; a click on what is selected opens it.
pub fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    let lens = state.succession.lens(&state.board, state.is_manager());
    let parts = parts(state.body(), state.succession.part, lens);
    let Some(at) = (0..3).find(|at| parts.outer[*at].contains(x, y)) else {
        return Vec::new();
    };
    let had_keys = state.succession.part as usize == at;
    let inner = parts.inner[at];
    let line = usize::from(y.saturating_sub(inner.y))
        .checked_sub(head_rows(at))
        .map(|row| state.succession.cursors[at].top + row)
        .filter(|line| inner.contains(x, y) && *line < lens[at]);
    let cursor = &mut state.succession.cursors[at];
    let same = line == Some(cursor.line);
    cursor.line = line.unwrap_or(cursor.line);
    state.succession.part = Part::ALL[at];
    if had_keys && same {
        open(state);
    }
    Vec::new()
}
