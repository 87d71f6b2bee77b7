//! The heatmap as lines and columns: groups, people, the bottom row, the cursor and what is scrolled into view.
//! Lines are made when the board, the grouping, the filter or a closed group changes, never while drawing.
//! Must not know: how a line looks.

mod filter;
mod shape;
#[cfg(test)]
mod tests;

pub use filter::Filter;
pub use shape::Shape;

use crate::domain::board::{Board, BoardRow, Group, Grouping, Need};
use crate::domain::reading::Reading;
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
    /// While something is supposed, the groups as they stand; otherwise empty.
    pub stands: Vec<Group>,
    /// Need of all rows shown, for the bottom row.
    pub total: Vec<Need>,
    /// This machine may read the marks of some people only: no pooled figures are drawn.
    pub personal: bool,
    /// People whom this machine may read and whom the filter keeps; who holds two posts has two rows and counts once.
    pub shown: usize,
    /// People whom this machine may read.
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
        let reading = Reading::of(team, board.today);
        let readable = |row: &BoardRow| reading.record(&row.person);
        let filter = Filter::parse(&self.filter);
        self.personal = !reading.everybody();
        self.readable = people(
            board
                .rows
                .iter()
                .filter(|row| readable(row))
                .map(|row| &**row),
        );
        self.groups = board.groups(team, self.grouping, &|row| {
            readable(row) && filter.keeps(team, board, row)
        });
        self.groups.retain(|group| !group.rows.is_empty());
        self.stands.clear();
        let rows = self.groups.iter().flat_map(|group| &group.rows);
        self.shown = people(rows.map(|&row| &*board.rows[row]));
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

    /// Keeps the groups as they stand beside those that are only supposed, of the same people.
    pub fn stand(&mut self, team: &Team, board: &Board) {
        let reading = Reading::of(team, board.today);
        let filter = Filter::parse(&self.filter);
        self.stands = board.groups(team, self.grouping, &|row| {
            reading.record(&row.person) && filter.keeps(team, board, row)
        });
    }

    /// A group's need as it stands, where it would be another.
    pub fn need_before(&self, group: &Group, subject: usize) -> Option<&Need> {
        let before = self.stands.iter().find(|g| g.key == group.key)?;
        let before = before.needs.get(subject)?;
        (Some(before) != group.needs.get(subject)).then_some(before)
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

/// How many different people some rows are about.
pub fn people<'a>(rows: impl Iterator<Item = &'a BoardRow>) -> usize {
    rows.map(|row| &row.person).collect::<BTreeSet<_>>().len()
}
