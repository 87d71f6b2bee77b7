//! The heatmap as lines and columns: groups, people, the bottom row, the cursor and what is scrolled into view.
//! Lines are made when the board, the grouping, the filter or a closed group changes, never while drawing.
//! Must not know: how a line looks.

use crate::domain::board::{Board, BoardRow, Group, Grouping, Need};
use crate::domain::{PersonId, PostId, Team};
use std::collections::BTreeSet;
use std::ops::Range;

/// What a cell shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The effective mark.
    #[default]
    Mark,
    /// The gap to the target.
    Gap,
    /// The state, in three letters.
    State,
    /// Manager's mark less own mark.
    Difference,
}

impl Mode {
    /// All four, in the order of the screen's head.
    pub const ALL: [Self; 4] = [Self::Mark, Self::Gap, Self::State, Self::Difference];

    /// As printed.
    pub fn label(self) -> &'static str {
        match self {
            Self::Mark => "mark",
            Self::Gap => "gap",
            Self::State => "state",
            Self::Difference => "difference",
        }
    }

    /// The next one, round and round.
    pub fn next(self) -> Self {
        match self {
            Self::Mark => Self::Gap,
            Self::Gap => Self::State,
            Self::State => Self::Difference,
            Self::Difference => Self::Mark,
        }
    }
}

/// Groupings in the order of the screen's head.
pub const GROUPINGS: [Grouping; 3] = [Grouping::Area, Grouping::Manager, Grouping::Grade];

/// A grouping as printed.
pub fn grouping_label(by: Grouping) -> &'static str {
    match by {
        Grouping::Area => "area",
        Grouping::Manager => "manager",
        Grouping::Grade => "grade",
    }
}

/// The next grouping, round and round.
pub fn next_grouping(by: Grouping) -> Grouping {
    match by {
        Grouping::Area => Grouping::Manager,
        Grouping::Manager => Grouping::Grade,
        Grouping::Grade => Grouping::Area,
    }
}

/// One line of the heatmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The head of a group: index into [`Matrix::groups`].
    Group(usize),
    /// A person in a post.
    Row {
        /// Index into [`Matrix::groups`].
        group: usize,
        /// Index into [`Board::rows`].
        row: usize,
    },
    /// The bottom row, which does not scroll.
    Total,
}

/// Where the cursor stands, in terms that outlive a new board.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Anchor {
    Group(String),
    Row(PersonId, Option<PostId>),
    Total,
}

/// How much of the matrix fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Width in terminal cells.
    pub width: u16,
    /// Lines that scroll, without head and bottom row.
    pub body: u16,
}

/// Lines, cursor and scroll of the heatmap; shared by the Overview's pane and the Heatmap screen.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    /// What cells show.
    pub mode: Mode,
    /// How rows are grouped.
    pub grouping: Grouping,
    /// The filter's text; empty shows everybody.
    pub filter: String,
    /// Groups in order, filtered.
    pub groups: Vec<Group>,
    /// Lines from top to bottom; the last is [`Line::Total`] unless `personal`.
    pub lines: Vec<Line>,
    /// Need of all rows shown, for the bottom row.
    pub total: Vec<Need>,
    /// This machine may read the marks of some people only: no pooled figures are drawn.
    pub personal: bool,
    /// Rows that this machine may read and that the filter keeps.
    pub shown: usize,
    /// Rows that this machine may read.
    pub readable: usize,
    /// Index of the cursor's line.
    pub line: usize,
    /// Column of the cursor: 0 is the name, then one for each subject.
    pub col: usize,
    /// First line in view.
    pub top: usize,
    /// First subject in view.
    pub left: usize,
    /// Number of subjects.
    pub subjects: usize,
    /// How many of them are competencies.
    pub competencies: usize,
    closed: BTreeSet<(u8, String)>,
}

impl Matrix {
    /// A matrix of nothing, with the cursor on the first subject.
    pub fn new() -> Self {
        Self {
            col: 1,
            ..Self::default()
        }
    }

    /// Makes groups and lines anew. The cursor stays on its person or group, and on its line of the screen. `before` is the board
    /// that the present lines were made from.
    pub fn rebuild(&mut self, team: &Team, board: &Board, before: Option<&Board>) {
        let anchor = before.and_then(|before| self.anchor(before));
        let offset = self.line.saturating_sub(self.top);
        let everybody = team.rights.is_manager(&team.me, board.today);
        let readable = |row: &BoardRow| everybody || may_read(team, row, board);
        let filter = Filter::parse(&self.filter);
        self.personal = !everybody;
        self.readable = board.rows.iter().filter(|row| readable(row)).count();
        self.groups = board.groups(team, self.grouping, &|row| {
            readable(row) && filter.keeps(team, board, row)
        });
        self.groups.retain(|group| !group.rows.is_empty());
        self.shown = self.groups.iter().map(|group| group.rows.len()).sum();
        self.total = if self.filter.is_empty() {
            board.needs.clone()
        } else {
            board.needs_of(team, &self.rows_shown())
        };
        self.subjects = board.subjects.len();
        self.competencies = board.competencies;
        self.col = self.col.min(self.subjects);
        self.flatten();
        if let Some(anchor) = anchor {
            self.line = self.find(board, &anchor).unwrap_or(self.line);
            self.line = self.line.min(self.lines.len().saturating_sub(1));
            self.top = self.line.saturating_sub(offset);
        } else {
            // A first board: the first person rather than the group's head, if there is one.
            self.line = self
                .lines
                .iter()
                .position(|line| matches!(line, Line::Row { .. }))
                .unwrap_or(0);
            self.top = 0;
        }
    }

    /// Rows of all groups, closed ones too, as indices into [`Board::rows`].
    pub fn rows_shown(&self) -> Vec<usize> {
        self.groups
            .iter()
            .flat_map(|group| group.rows.iter().copied())
            .collect()
    }

    fn flatten(&mut self) {
        self.lines.clear();
        for (at, group) in self.groups.iter().enumerate() {
            self.lines.push(Line::Group(at));
            if !self.is_closed(group) {
                let rows = group.rows.iter().map(|&row| Line::Row { group: at, row });
                self.lines.extend(rows);
            }
        }
        if !self.personal && !self.lines.is_empty() {
            self.lines.push(Line::Total);
        }
    }

    fn anchor(&self, board: &Board) -> Option<Anchor> {
        Some(match *self.lines.get(self.line)? {
            Line::Group(at) => Anchor::Group(self.groups[at].key.clone()),
            Line::Row { row, .. } => {
                let row = board.rows.get(row)?;
                Anchor::Row(row.person.clone(), row.post.clone())
            }
            Line::Total => Anchor::Total,
        })
    }

    fn find(&self, board: &Board, anchor: &Anchor) -> Option<usize> {
        self.lines.iter().position(|line| match (line, anchor) {
            (Line::Group(at), Anchor::Group(key)) => &self.groups[*at].key == key,
            (Line::Row { row, .. }, Anchor::Row(person, post)) => {
                let row = &board.rows[*row];
                &row.person == person && &row.post == post
            }
            (Line::Total, Anchor::Total) => true,
            _ => false,
        })
    }

    /// Whether a group's rows are hidden.
    pub fn is_closed(&self, group: &Group) -> bool {
        self.closed
            .contains(&(self.grouping as u8, group.key.clone()))
    }

    /// The line under the cursor; `None` where there is nothing to show.
    pub fn current(&self) -> Option<Line> {
        self.lines.get(self.line).copied()
    }

    /// The row under the cursor as an index into [`Board::rows`].
    pub fn current_row(&self) -> Option<usize> {
        match self.current()? {
            Line::Row { row, .. } => Some(row),
            Line::Group(_) | Line::Total => None,
        }
    }

    /// The subject under the cursor as an index into [`Board::subjects`]; `None` on the names.
    pub fn current_subject(&self) -> Option<usize> {
        self.col.checked_sub(1).filter(|at| *at < self.subjects)
    }

    /// Lines that scroll: all but the bottom row.
    pub fn scrolling(&self) -> usize {
        match self.lines.last() {
            Some(Line::Total) => self.lines.len() - 1,
            _ => self.lines.len(),
        }
    }

    /// The lines in view.
    pub fn in_view(&self, body: u16) -> Range<usize> {
        let end = self.scrolling();
        let top = self.top.min(end);
        top..end.min(top + usize::from(body))
    }

    /// Moves the cursor by lines.
    pub fn move_lines(&mut self, by: isize) {
        let last = self.lines.len().saturating_sub(1);
        self.line = self.line.saturating_add_signed(by).min(last);
    }

    /// Moves the cursor by columns; the names are the leftmost.
    pub fn move_columns(&mut self, by: isize) {
        self.col = self.col.saturating_add_signed(by).min(self.subjects);
    }

    /// To the first line.
    pub fn first(&mut self) {
        self.line = 0;
    }

    /// To the last person or group, from there to the bottom row.
    pub fn last(&mut self) {
        let last = self.scrolling().saturating_sub(1);
        self.line = if self.line == last {
            self.lines.len().saturating_sub(1)
        } else {
            last
        };
    }

    /// To the next group's head (`forward`), or to this one's and then to the one before.
    pub fn jump_group(&mut self, forward: bool) {
        let is_head = |at: &usize| matches!(self.lines[*at], Line::Group(_));
        let to = if forward {
            (self.line + 1..self.lines.len()).find(is_head)
        } else {
            (0..self.line.min(self.lines.len())).rev().find(is_head)
        };
        if let Some(to) = to {
            self.line = to;
        }
    }

    /// Closes or opens the group that the cursor is in; from a closed row the cursor goes to the group's head.
    pub fn toggle_group(&mut self) {
        let at = match self.current() {
            Some(Line::Group(at) | Line::Row { group: at, .. }) => at,
            Some(Line::Total) | None => return,
        };
        let key = (self.grouping as u8, self.groups[at].key.clone());
        if !self.closed.remove(&key) {
            self.closed.insert(key);
        }
        self.flatten();
        self.line = self
            .lines
            .iter()
            .position(|line| *line == Line::Group(at))
            .unwrap_or(0);
    }

    /// Puts the cursor on a person (their first row), opening the group if it is closed. Whether it could.
    pub fn go_to(&mut self, board: &Board, person: &PersonId) -> bool {
        let group = self
            .groups
            .iter()
            .find(|g| g.rows.iter().any(|&row| &board.rows[row].person == person));
        let Some(group) = group else { return false };
        let key = (self.grouping as u8, group.key.clone());
        if self.closed.remove(&key) {
            self.flatten();
        }
        let found = self.lines.iter().position(
            |line| matches!(line, Line::Row { row, .. } if &board.rows[*row].person == person),
        );
        self.line = found.unwrap_or(self.line);
        found.is_some()
    }

    /// Scrolls no further than is needed to have the cursor in view.
    pub fn keep_in_view(&mut self, view: View) {
        let body = usize::from(view.body);
        let end = self.scrolling();
        if self.line < end && body > 0 {
            self.top = self
                .top
                .min(self.line)
                .max((self.line + 1).saturating_sub(body));
        }
        // A group's first row is not shown without its head.
        if body > 1
            && self.top == self.line
            && self.line > 0
            && matches!(self.lines.get(self.line - 1), Some(Line::Group(_)))
        {
            self.top -= 1;
        }
        // No empty lines below the last one while there is something above.
        self.top = self.top.min(end.saturating_sub(body));
        let shape = Shape::new(self, view.width);
        if let Some(col) = self.current_subject() {
            self.left = self.left.min(col);
            while self.left < col && !shape.columns(self.left).contains(&col) {
                self.left += 1;
            }
        }
        // Nor empty columns on the right while there is something on the left.
        while self.left > 0 && shape.columns(self.left - 1).end == self.subjects {
            self.left -= 1;
        }
    }
}

/// Whether this machine may draw a row's marks: one's own, and those of people whom one line-manages or assesses.
fn may_read(team: &Team, row: &BoardRow, board: &Board) -> bool {
    row.person == team.me || team.rights.may_validate(&team.me, &row.person, board.today)
}

/// Widths of the matrix at a width of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Width of all.
    pub width: u16,
    /// Width of names, with the grade where `grades`.
    pub names: u16,
    /// Whether the grade stands behind the name.
    pub grades: bool,
    /// Width of a cell, its sign included.
    pub cell: u16,
    subjects: usize,
    competencies: usize,
}

/// Blank columns between competencies and skills.
const BETWEEN: u16 = 2;

impl Shape {
    /// Names get what cells leave, within limits; cells are 4 wide (5 for differences) and up to 6 where there is room.
    pub fn new(matrix: &Matrix, width: u16) -> Self {
        let least = if matrix.mode == Mode::Difference {
            5
        } else {
            4
        };
        let count = u16::try_from(matrix.subjects).unwrap_or(u16::MAX).max(1);
        let (names, grades) = match width {
            0..40 => (width / 2, false),
            40..76 => (16, false),
            76..100 => (20, true),
            100..160 => (25, true),
            _ => (32, true),
        };
        let room = width.saturating_sub(names + BETWEEN);
        Self {
            width,
            names,
            grades,
            cell: (room / count).clamp(least, 6),
            subjects: matrix.subjects,
            competencies: matrix.competencies,
        }
    }

    /// The subjects in view when `left` is the first.
    pub fn columns(&self, left: usize) -> Range<usize> {
        let mut end = left;
        while end < self.subjects && self.x(left, end) + self.cell <= self.width {
            end += 1;
        }
        left.min(end)..end
    }

    /// Where a subject's cell begins, from the matrix's left edge.
    pub fn x(&self, left: usize, subject: usize) -> u16 {
        let between = if left < self.competencies && subject >= self.competencies {
            BETWEEN
        } else {
            0
        };
        let cells = u16::try_from(subject.saturating_sub(left)).unwrap_or(u16::MAX);
        self.names
            .saturating_add(between)
            .saturating_add(cells.saturating_mul(self.cell))
    }

    /// The cursor column (0 is the name) at a distance from the left edge; `None` beside every column.
    pub fn column_at(&self, left: usize, x: u16) -> Option<usize> {
        if x < self.names {
            return Some(0);
        }
        self.columns(left)
            .find(|&subject| {
                (self.x(left, subject)..self.x(left, subject) + self.cell).contains(&x)
            })
            .map(|subject| subject + 1)
    }
}

/// A filter: words that must all match a row, each optionally bound to one thing (`area:physics`, `grade:6`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    words: Vec<(Field, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Any,
    Name,
    Area,
    Grade,
    Column,
    Skill,
}

impl Filter {
    /// Reads a filter; nothing is an error, since it is read while it is typed.
    pub fn parse(text: &str) -> Self {
        let words = text
            .split_whitespace()
            .map(|word| {
                let lower = word.to_lowercase();
                match lower.split_once(':') {
                    Some(("name", rest)) => (Field::Name, rest.to_owned()),
                    Some(("area", rest)) => (Field::Area, rest.to_owned()),
                    Some(("grade", rest)) => {
                        (Field::Grade, rest.trim_start_matches('g').to_owned())
                    }
                    Some(("column", rest)) => (Field::Column, rest.to_owned()),
                    Some(("skill", rest)) => (Field::Skill, rest.to_owned()),
                    _ => (Field::Any, lower),
                }
            })
            .filter(|(_, word)| !word.is_empty())
            .collect();
        Self { words }
    }

    /// Whether a row matches every word.
    pub fn keeps(&self, team: &Team, board: &Board, row: &BoardRow) -> bool {
        self.words.iter().all(|(field, word)| match field {
            Field::Name => in_name(row, word),
            Field::Area => in_area(team, row, word),
            Field::Grade => in_grade(row, word),
            Field::Column => in_column(team, row, word),
            Field::Skill => has_skill(team, board, row, word),
            Field::Any => {
                in_name(row, word)
                    || in_area(team, row, word)
                    || in_column(team, row, word)
                    || has_skill(team, board, row, word)
            }
        })
    }
}

fn in_name(row: &BoardRow, word: &str) -> bool {
    row.name.to_lowercase().contains(word)
}

fn in_area(team: &Team, row: &BoardRow, word: &str) -> bool {
    row.area
        .as_ref()
        .and_then(|id| team.area(id))
        .is_some_and(|area| area.name.to_lowercase().contains(word))
}

fn in_grade(row: &BoardRow, word: &str) -> bool {
    row.grade.is_some_and(|grade| grade.to_string() == word)
}

/// The column's id from its beginning (`g7` keeps `g7s` and `g7m`), or any part of its name or path.
fn in_column(team: &Team, row: &BoardRow, word: &str) -> bool {
    row.column.as_ref().is_some_and(|id| {
        id.as_str().starts_with(word)
            || team.framework.column(id).is_some_and(|column| {
                column.name.to_lowercase().contains(word)
                    || column.path.to_lowercase().contains(word)
            })
    })
}

/// Rows that have a mark for a skill, or whose post lists it.
fn has_skill(team: &Team, board: &Board, row: &BoardRow, word: &str) -> bool {
    use crate::domain::Subject;
    use crate::domain::framework::Expected;
    board
        .subjects
        .iter()
        .zip(&row.cells)
        .skip(board.competencies)
        .filter(|(_, cell)| {
            cell.expected != Expected::No || cell.own.is_some() || cell.manager.is_some()
        })
        .any(|(subject, _)| match subject {
            Subject::Skill(id) => team.skill(id).is_some_and(|skill| {
                skill.code.to_lowercase() == word || skill.name.get().to_lowercase().contains(word)
            }),
            Subject::Competency(_) => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::board::KeyLine;

    /// A matrix of groups with so many rows each, competencies and skills.
    fn matrix(groups: &[usize], competencies: usize, skills: usize) -> Matrix {
        let mut next = 0;
        let mut m = Matrix {
            subjects: competencies + skills,
            competencies,
            groups: groups
                .iter()
                .enumerate()
                .map(|(at, &rows)| {
                    next += rows;
                    Group {
                        label: format!("group {at}"),
                        key: format!("{at}"),
                        rows: (next - rows..next).collect(),
                        needs: Vec::new(),
                        key_line: KeyLine::default(),
                    }
                })
                .collect(),
            ..Matrix::new()
        };
        m.flatten();
        m
    }

    fn view(width: u16, body: u16) -> View {
        View { width, body }
    }

    #[test]
    fn lines_are_heads_then_rows_and_the_bottom_row_last() {
        let m = matrix(&[2, 1], 3, 0);
        assert_eq!(m.lines.len(), 6);
        assert_eq!(m.lines[0], Line::Group(0));
        assert_eq!(m.lines[4], Line::Row { group: 1, row: 2 });
        assert_eq!(m.lines[5], Line::Total);
        assert_eq!(m.scrolling(), 5);
    }

    #[test]
    fn a_closed_group_hides_its_rows_and_keeps_the_cursor_on_its_head() {
        let mut m = matrix(&[2, 3], 3, 0);
        m.line = 5;
        m.toggle_group();
        assert_eq!(m.current(), Some(Line::Group(1)));
        assert_eq!(m.lines.len(), 5);
        m.toggle_group();
        assert_eq!(m.lines.len(), 8);
    }

    #[test]
    fn groups_are_jumped_to_in_both_directions_and_not_beyond() {
        let mut m = matrix(&[2, 3], 3, 0);
        m.line = 1;
        m.jump_group(true);
        assert_eq!(m.current(), Some(Line::Group(1)));
        m.jump_group(true);
        assert_eq!(m.current(), Some(Line::Group(1)));
        m.line = 5;
        m.jump_group(false);
        assert_eq!(m.current(), Some(Line::Group(1)));
        m.jump_group(false);
        m.jump_group(false);
        assert_eq!(m.current(), Some(Line::Group(0)));
    }

    #[test]
    fn the_cursor_is_always_in_view_and_scrolling_is_least() {
        let mut m = matrix(&[30, 30], 11, 6);
        m.line = 40;
        m.keep_in_view(view(80, 10));
        assert_eq!(m.in_view(10), 31..41);
        m.line = 35;
        m.keep_in_view(view(80, 10));
        assert_eq!(m.in_view(10), 31..41, "no scrolling within the view");
        m.line = 3;
        m.keep_in_view(view(80, 10));
        assert_eq!(m.in_view(10), 3..13);
        m.last();
        m.keep_in_view(view(80, 10));
        assert_eq!(m.in_view(10), 52..62);
        m.last();
        assert_eq!(m.current(), Some(Line::Total));
    }

    #[test]
    fn a_taller_view_leaves_no_empty_lines() {
        let mut m = matrix(&[30], 11, 6);
        m.line = 30;
        m.keep_in_view(view(80, 5));
        assert_eq!(m.top, 26);
        m.keep_in_view(view(80, 100));
        assert_eq!(m.top, 0);
    }

    #[test]
    fn columns_scroll_as_far_as_the_cursor_asks() {
        let mut m = matrix(&[3], 11, 6);
        let shape = Shape::new(&m, 80);
        assert_eq!(shape.columns(0), 0..14);
        m.col = 17;
        m.keep_in_view(view(80, 10));
        assert_eq!(shape.columns(m.left).end, 17);
        assert!(shape.columns(m.left).contains(&16));
        m.col = 1;
        m.keep_in_view(view(80, 10));
        assert_eq!(m.left, 0);
    }

    #[test]
    fn a_wide_screen_has_wider_cells_and_every_column() {
        let m = matrix(&[3], 11, 6);
        let shape = Shape::new(&m, 200);
        assert_eq!(shape.cell, 6);
        assert_eq!(shape.columns(0), 0..17);
        assert_eq!(shape.column_at(0, 3), Some(0));
        assert_eq!(shape.column_at(0, shape.x(0, 12) + 2), Some(13));
        assert_eq!(shape.column_at(0, 199), None);
    }

    #[test]
    fn differences_need_one_cell_more() {
        let mut m = matrix(&[3], 11, 6);
        m.mode = Mode::Difference;
        assert_eq!(Shape::new(&m, 80).cell, 5);
    }

    #[test]
    fn no_size_and_no_step_leaves_the_matrix() {
        for (groups, subjects) in [(&[][..], 0), (&[0][..], 1), (&[1, 5][..], 17)] {
            for width in 0..90 {
                for body in 0..12 {
                    let mut m = matrix(groups, subjects, 0);
                    for by in [1, 3, -2, 100, -100] {
                        m.move_lines(by);
                        m.move_columns(by);
                        m.jump_group(by > 0);
                        m.keep_in_view(view(width, body));
                        assert!(m.line <= m.lines.len());
                        assert!(m.in_view(body).end <= m.scrolling());
                        let shape = Shape::new(&m, width);
                        let columns = shape.columns(m.left);
                        assert!(columns.end <= m.subjects);
                    }
                }
            }
        }
    }

    #[test]
    fn filters_read_as_typed() {
        let f = Filter::parse("  Grade:g6 area: Physics ");
        assert_eq!(
            f.words,
            [
                (Field::Grade, "6".to_owned()),
                (Field::Any, "physics".to_owned())
            ]
        );
    }
}
