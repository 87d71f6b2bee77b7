//! Draws the matrix: column heads, the lines in view, the bottom row. It touches what is visible and nothing else, so that a large team
//! costs no more than a small one.

use super::cell_text::{self, CellText, Signs, Tone};
use super::paint::{Lines, put, put_right, say};
use super::theme::Theme;
use crate::app::screen::cell::draft_of;
use crate::app::screen::heatmap::view;
use crate::app::screen::matrix::{Line, Matrix, Mode, Shape};
use crate::app::{Area, State};
use crate::domain::Subject;
use crate::domain::board::BoardRow;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

/// What was drawn, for tests of the cost and for the terminal's cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Lines formatted, heads and bottom row included.
    pub lines: usize,
    /// Cells formatted.
    pub cells: usize,
    /// Where the selected cell stands.
    pub cursor: Option<(u16, u16)>,
}

/// One drawing of the matrix.
struct Painter<'a> {
    buf: &'a mut Buffer,
    state: &'a State,
    matrix: &'a Matrix,
    theme: &'a Theme,
    signs: &'static Signs,
    shape: Shape,
    area: Area,
    /// The cursor is shown here.
    focused: bool,
    drawn: Drawn,
}

/// Draws the matrix into an area with one or two rows of heads over the first line.
pub fn draw(
    buf: &mut Buffer,
    area: Area,
    head_rows: u16,
    focused: bool,
    state: &State,
    theme: &Theme,
) -> Drawn {
    let matrix = &state.heatmap.matrix;
    let mut painter = Painter {
        buf,
        state,
        matrix,
        theme,
        signs: Signs::of(theme.look.ascii),
        shape: Shape::new(matrix, area.w),
        area,
        focused,
        drawn: Drawn::default(),
    };
    if area.h <= head_rows || area.w < 8 {
        return painter.drawn;
    }
    if head_rows > 1 {
        painter.families(area.y);
    }
    painter.codes(area.y + head_rows - 1);
    if matrix.lines.is_empty() {
        painter.nothing(area.y + head_rows);
        return painter.drawn;
    }
    let body = view(matrix, area, head_rows).body;
    let top = area.y + head_rows;
    for (y, at) in (top..).zip(matrix.in_view(body)) {
        painter.line(y, at);
    }
    if matrix.lines.last() == Some(&Line::Total) {
        painter.line(area.y + area.h - 1, matrix.lines.len() - 1);
    }
    painter.drawn
}

impl Painter<'_> {
    /// The families of columns: framework competencies, critical skills, and what is scrolled out of view.
    fn families(&mut self, y: u16) {
        let (left, shape) = (self.matrix.left, self.shape);
        let columns = shape.columns(left);
        let right = self.area.x + self.area.w;
        let lines = Lines::of(self.theme.look.ascii);
        let mut limit = right;
        if columns.end < self.matrix.subjects {
            let hint = if columns.end <= self.matrix.competencies {
                "skills "
            } else {
                "more "
            };
            put_right(
                self.buf,
                self.area.x,
                right,
                y,
                lines.arrows[3],
                self.theme.key,
            );
            put_right(self.buf, self.area.x, right - 1, y, hint, self.theme.dim);
            limit = right.saturating_sub(8);
        }
        let skills = self.matrix.competencies.max(left);
        let skills_x = (skills < columns.end).then(|| self.area.x + shape.x(left, skills));
        if left < self.matrix.competencies {
            let x = self.area.x + shape.x(left, left);
            let end = skills_x.unwrap_or(limit);
            let target = self.state.team.base.policy.target;
            let tau = if self.theme.look.ascii {
                "target"
            } else {
                "τ"
            };
            let text = format!("framework competencies, {tau} {target}");
            put(
                self.buf,
                x,
                y,
                end.saturating_sub(x + 1),
                &text,
                self.theme.dim,
            );
        }
        if let Some(x) = skills_x {
            let text = if self.theme.look.ascii {
                "critical skills, own target"
            } else {
                "critical skills, own τ"
            };
            let room = limit.saturating_sub(x);
            let text = if usize::from(room) < text.chars().count() {
                "skills"
            } else {
                text
            };
            put(self.buf, x, y, room, text, self.theme.dim);
        }
        if left > 0 {
            let x = self.area.x + 1;
            let x = put(self.buf, x, y, 1, lines.arrows[2], self.theme.key);
            put(self.buf, x, y, 5, " more", self.theme.dim);
        }
    }

    /// Codes of the subjects, over the numbers.
    fn codes(&mut self, y: u16) {
        for subject in self.shape.columns(self.matrix.left) {
            let team = &self.state.team;
            let code = match &self.state.board.subjects[subject] {
                Subject::Competency(id) => team.framework.competency(id).map(|c| c.code.as_str()),
                Subject::Skill(id) => team.skill(id).map(|s| s.code.as_str()),
            };
            let lit = self.focused && self.matrix.col == subject + 1;
            let style = if lit {
                self.theme.lit.patch(self.theme.header)
            } else {
                self.theme.header
            };
            let x = self.area.x + self.shape.x(self.matrix.left, subject);
            let width = self.shape.cell - 1;
            put_right(self.buf, x, x + width, y, code.unwrap_or("?"), style);
        }
    }

    /// What to do first, where there is nothing to show.
    fn nothing(&mut self, y: u16) {
        let matrix = self.matrix;
        let lines: &[&str] = if matrix.readable > 0 {
            &["No row matches the filter.", "Esc clears it."]
        } else if matrix.personal && !self.state.board.rows.is_empty() {
            &[
                "This machine holds no marks.",
                "Marks are read by the person and their managers only.",
            ]
        } else {
            &[
                "Nobody is in this team yet.",
                "guildhall import FOLDER brings people and marks in;",
                "guildhall demo shows a finished team.",
            ]
        };
        let below = Area::new(self.area.x, y, self.area.w, self.area.y + self.area.h - y);
        say(self.buf, below, lines, self.theme.base);
    }

    fn line(&mut self, y: u16, at: usize) {
        self.drawn.lines += 1;
        let lit = self.focused && at == self.matrix.line;
        match self.matrix.lines[at] {
            Line::Group(group) => self.group(y, lit, group),
            Line::Row { row, .. } => self.row(y, lit, at, row),
            Line::Total => self.total(y, lit),
        }
    }

    /// The name column: a mark for the cursor's line, then the label.
    fn name(&mut self, y: u16, lit: bool, style: Style, label: &str, width: u16) {
        let x = self.area.x;
        let selected = lit && self.matrix.col == 0;
        let style = if selected {
            style.patch(self.theme.cursor)
        } else if lit {
            self.theme.lit.patch(style)
        } else {
            style
        };
        if lit {
            let mut sign = [0; 4];
            let sign = self.signs.cursor.encode_utf8(&mut sign);
            put(self.buf, x, y, 1, sign, self.theme.key);
        }
        put(self.buf, x + 1, y, width.saturating_sub(1), label, style);
        if selected {
            self.drawn.cursor = Some((x + 1, y));
        }
    }

    fn group(&mut self, y: u16, lit: bool, at: usize) {
        let group = &self.matrix.groups[at];
        let closed = self.matrix.is_closed(group);
        let sign = self.signs.group[usize::from(closed)];
        let mut bytes = [0; 4];
        let sign = sign.encode_utf8(&mut bytes);
        let dot = Lines::of(self.theme.look.ascii).dot;
        let label = format!("{sign} {} {dot} {}", group.label, group.rows.len());
        let names = self.shape.names;
        // The label may run on where no need stands beside it.
        let room = if self.matrix.personal {
            self.area.w
        } else {
            names
        };
        put(
            self.buf,
            self.area.x,
            y,
            room.saturating_sub(1),
            &label,
            self.theme.header,
        );
        if lit {
            // The group's own sign stays: the label is lit instead.
            self.name_lit(y, names);
        }
        if self.matrix.personal {
            return;
        }
        let room = self.shape.cell - 1;
        for subject in self.shape.columns(self.matrix.left) {
            if let Some(need) = group.needs.get(subject) {
                let mut text = cell_text::need(need, room, self.signs);
                if self.matrix.need_before(group, subject).is_some() {
                    text.sign = super::what_if::SIGN;
                }
                self.cell(y, lit, subject, &text, self.theme.header);
            }
        }
    }

    fn name_lit(&mut self, y: u16, width: u16) {
        let x = self.area.x;
        let style = if self.matrix.col == 0 {
            self.drawn.cursor = Some((x + 1, y));
            self.theme.cursor
        } else {
            self.theme.lit
        };
        let area = ratatui::layout::Rect::new(x, y, width.min(self.area.w), 1);
        self.buf.set_style(area.intersection(self.buf.area), style);
    }

    /// `line` is the index of the line, `at` that of the row.
    fn row(&mut self, y: u16, lit: bool, line: usize, at: usize) {
        let row: &BoardRow = &self.state.board.rows[at];
        let grade = if self.shape.grades { 5 } else { 0 };
        let second = self.second_post(line, row);
        let label = second.as_deref().unwrap_or(&row.name);
        self.name(
            y,
            lit,
            self.theme.base,
            label,
            self.shape.names.saturating_sub(grade + 1),
        );
        if let Some(column) = row.column.as_ref().filter(|_| grade > 0) {
            let x = self.area.x + self.shape.names - grade;
            let style = if lit {
                self.theme.lit.patch(self.theme.dim)
            } else {
                self.theme.dim
            };
            put(self.buf, x, y, grade - 1, column.as_str(), style);
        }
        let own = row.person == self.state.team.me;
        for subject in self.shape.columns(self.matrix.left) {
            let Some(figure) = row.cells.get(subject) else {
                continue;
            };
            let draft = if own {
                draft_of(&self.state.team, row, &figure.subject)
            } else {
                None
            };
            let simulation = self.state.what_if.as_ref();
            let before = simulation.and_then(|s| s.cell_before(at, subject, figure));
            let since = simulation.is_some_and(|s| s.is_since());
            let text = match (since, self.matrix.mode) {
                (true, Mode::Difference) => cell_text::change(before, figure, self.signs),
                (_, mode) => {
                    let mut text = cell_text::cell(figure, mode, draft, self.signs);
                    // What waits to be settled weighs more.
                    if before.is_some() && !figure.conflict {
                        text.sign = super::what_if::SIGN;
                    }
                    text
                }
            };
            self.cell(y, lit, subject, &text, self.theme.base);
        }
    }

    /// Right under another row of the same person the post says more than the name again.
    fn second_post(&self, line: usize, row: &BoardRow) -> Option<String> {
        let above = match *self.matrix.lines.get(line.checked_sub(1)?)? {
            Line::Row { row, .. } => &self.state.board.rows[row],
            Line::Group(_) | Line::Total => return None,
        };
        if above.person != row.person {
            return None;
        }
        let post = self.state.team.post(row.post.as_ref()?)?;
        let facts = post.on(self.state.today)?;
        Some(format!("  {}", facts.title.get()))
    }

    /// Whether the bottom row would say something else of a subject than it does.
    fn total_is_supposed(&self, subject: usize) -> bool {
        let Some(simulation) = self.state.what_if.as_ref() else {
            return false;
        };
        match subject.checked_sub(self.matrix.competencies) {
            // With a filter the row is about other people.
            None if !self.matrix.filter.is_empty() => false,
            None => simulation.board.needs.get(subject) != self.matrix.total.get(subject),
            Some(skill) => {
                simulation.board.coverage.get(skill) != self.state.board.coverage.get(skill)
            }
        }
    }

    fn total(&mut self, y: u16, lit: bool) {
        self.name(y, lit, self.theme.header, "% in need", self.shape.names);
        let competencies = self.matrix.competencies;
        for subject in self.shape.columns(self.matrix.left) {
            let text = match subject.checked_sub(competencies) {
                None => self
                    .matrix
                    .total
                    .get(subject)
                    .map(|need| cell_text::share(need, self.signs)),
                Some(skill) => self
                    .state
                    .board
                    .coverage
                    .get(skill)
                    .map(|coverage| cell_text::coverage(coverage, self.signs)),
            };
            if let Some(mut text) = text {
                if self.total_is_supposed(subject) {
                    text.sign = super::what_if::SIGN;
                }
                self.cell(y, lit, subject, &text, self.theme.header);
            }
        }
        let columns = self.shape.columns(self.matrix.left);
        if columns.end == self.matrix.subjects && columns.end > competencies {
            let last = self.shape.x(self.matrix.left, columns.end - 1) + self.shape.cell;
            let room = self.area.w.saturating_sub(last + 2);
            let text = "validated holders";
            // Half a word would only puzzle.
            if usize::from(room) >= text.len() {
                put(
                    self.buf,
                    self.area.x + last + 2,
                    y,
                    room,
                    text,
                    self.theme.dim,
                );
            }
        }
    }

    /// One cell: text to the right, its sign behind it, ground and light.
    fn cell(&mut self, y: u16, lit: bool, subject: usize, text: &CellText, plain: Style) {
        self.drawn.cells += 1;
        let x = self.area.x + self.shape.x(self.matrix.left, subject);
        let width = self.shape.cell;
        let in_column = self.focused && self.matrix.col == subject + 1;
        let style = self.style(text.tone, plain);
        let style = if lit && in_column {
            style.patch(self.theme.cursor)
        } else if lit || in_column {
            self.theme.lit.patch(style)
        } else {
            style
        };
        let chars = text.chars();
        // A text of at most 8 characters.
        let len = chars.len() as u16;
        let pad = (width - 1).saturating_sub(len);
        for at in 0..width {
            let c = match at.checked_sub(pad) {
                None => ' ',
                Some(at) if at < len => chars[usize::from(at)],
                Some(at) if at == len => text.sign,
                Some(_) => ' ',
            };
            if let Some(cell) = self.buf.cell_mut((x + at, y)) {
                cell.set_char(c).set_style(style);
            }
        }
        if lit && in_column {
            self.drawn.cursor = Some((x + pad, y));
        }
    }

    fn style(&self, tone: Tone, plain: Style) -> Style {
        match tone {
            Tone::Empty => self.theme.absent,
            Tone::Plain => plain,
            Tone::Gap(depth) => self.theme.gaps[usize::from(depth) + 1],
            Tone::Unsure => self.theme.own_only,
            Tone::Alert => self.theme.alarm,
        }
    }
}
