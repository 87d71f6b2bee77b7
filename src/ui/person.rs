//! Draws the Person screen.

use super::forms::bar;
use super::paint::{Lines, frame_style, put, put_right, rule, say, sides, title_on};
use super::theme::Theme;
use super::{rect, shell};
use crate::app::State;
use crate::app::layout::Area;
use crate::app::screen::cell::halves;
use crate::app::screen::person::record::{Ink, MarkCell, MarkLine, Record, TextLine, state_words};
use crate::app::screen::person::{HEAD_ROWS, Part, parts};
use crate::domain::Points;
use crate::domain::cell::{By, CellState};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// Draws it into its area.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, theme: &Theme) {
    let buf = frame.buffer_mut();
    let Some(record) = state.person.record.as_ref() else {
        let text = "This person is not in the team, or not on this machine.";
        put(
            buf,
            area.x + 2,
            area.y + 1,
            area.width.saturating_sub(2),
            text,
            theme.base,
        );
        return;
    };
    let body = Area::new(area.x, area.y, area.width, area.height);
    if !state.standing.reading.record(&record.profile.person) {
        unread(buf, body, record, state, theme);
        return;
    }
    head(buf, area, record, theme);
    let areas = parts(body, record, state.person.part);
    frames(buf, &areas, record, state, theme);
    let mut cursor = None;
    for part in Part::ALL {
        let area = areas[part as usize];
        let inner = Area::new(
            area.x + 2,
            area.y + 1,
            area.w.saturating_sub(4),
            area.h.saturating_sub(1),
        );
        let focused = state.person.part == part;
        let at = match part {
            Part::Marks => marks(buf, inner, record, state, theme),
            other => lines(buf, inner, record, other, state, theme),
        };
        if focused {
            cursor = at.or(Some(Position::new(inner.x, area.y)));
        }
    }
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

/// Of somebody whose marks are not here: who they are and how they are reached, which the whole team may read, and who can tell more.
fn unread(buf: &mut Buffer, area: Area, record: &Record, state: &State, theme: &Theme) {
    let (who, _) = &record.head[0];
    let (line, below) = area.split_top(1);
    if line.h > 0 {
        let room = line.w.saturating_sub(2);
        let who = shell::cut(who, usize::from(room));
        put(buf, line.x + 1, line.y, room, &who, theme.strong);
    }
    let known = state.person_known(&record.profile.person);
    let detail = known.and_then(|person| person.detail.as_ref());
    let contact = detail.map_or("", |detail| detail.contact.trim());
    let texts = [
        contact,
        "This machine holds nothing more of theirs that you may read.",
        "The person, their line manager and assessors, and managers of the team read it: ask one of them.",
    ];
    let first = usize::from(contact.is_empty());
    say(buf, below, &texts[first..], theme.base);
}

fn head(buf: &mut Buffer, area: Rect, record: &Record, theme: &Theme) {
    for (i, (left, right)) in record.head.iter().enumerate() {
        let y = area.y + u16::try_from(i).unwrap_or(0);
        if i >= usize::from(HEAD_ROWS) || y >= area.bottom() {
            return;
        }
        let style = if i == 0 { theme.strong } else { theme.base };
        let right_x = area.right().saturating_sub(1);
        put_right(buf, area.x, right_x, y, right, theme.dim);
        let taken = u16::try_from(unicode_width::UnicodeWidthStr::width(right.as_str()))
            .unwrap_or(u16::MAX);
        let room = area.width.saturating_sub(taken.saturating_add(3));
        put(
            buf,
            area.x + 1,
            y,
            room,
            &shell::cut(left, usize::from(room)),
            style,
        );
    }
}

/// Frames: parts that stand one under the other share a line.
fn frames(buf: &mut Buffer, areas: &[Area; 5], record: &Record, state: &State, theme: &Theme) {
    let signs = Lines::of(theme.look.ascii);
    let [tl, tr, bl, br] = signs.corners;
    for part in Part::ALL {
        let area = areas[part as usize];
        if area.h == 0 {
            continue;
        }
        let focused = state.person.part == part;
        let style = frame_style(theme, focused);
        sides(buf, rect(area), theme, style);
        let above = areas
            .iter()
            .any(|a| a.x == area.x && a.h > 0 && a.y + a.h == area.y);
        let ends = if above { signs.tees } else { [tl, tr] };
        rule(buf, rect(area), area.y, ends, theme, style);
        let title = &record.titles[part as usize];
        let room = usize::from(area.w.saturating_sub(6));
        title_on(buf, rect(area), &shell::cut(title, room), focused, theme);
        let below = areas
            .iter()
            .any(|a| a.x == area.x && a.h > 0 && a.y == area.y + area.h);
        if !below {
            rule(buf, rect(area), area.y + area.h, [bl, br], theme, style);
        }
    }
}

/// The bars and numbers of the marks.
fn marks(
    buf: &mut Buffer,
    inner: Area,
    record: &Record,
    state: &State,
    theme: &Theme,
) -> Option<Position> {
    if record.marks.is_empty() {
        let text = "No role column and no skills: give the post a column, then marks can be given.";
        put(
            buf,
            inner.x,
            inner.y,
            inner.w * u16::from(inner.h > 0),
            text,
            theme.dim,
        );
        return None;
    }
    let focused = state.person.part == Part::Marks;
    let top = state.person.tops[Part::Marks as usize];
    let at = state.person.lines[Part::Marks as usize];
    let label_width = if inner.w >= 84 { 34 } else { 22 };
    let mut cursor = None;
    let shown = record.marks.iter().enumerate().skip(top);
    for (y, (i, line)) in (inner.y..inner.y + inner.h).zip(shown) {
        let here = focused && i == at;
        if here {
            buf.set_style(rect(Area::new(inner.x, y, inner.w, 1)), theme.lit);
        }
        let subject = state.person.subject.as_ref().filter(|_| here);
        let chosen = line.cells.iter().position(|c| Some(&c.subject) == subject);
        let x = mark_line(
            buf,
            Area::new(inner.x, y, inner.w, 1),
            label_width,
            line,
            chosen,
            theme,
        );
        if here {
            cursor = Some(Position::new(x, y));
        }
    }
    cursor
}

/// Draws one line and returns where the cursor stands.
fn mark_line(
    buf: &mut Buffer,
    area: Area,
    label_width: u16,
    line: &MarkLine,
    chosen: Option<usize>,
    theme: &Theme,
) -> u16 {
    let room = usize::from(label_width - 1);
    let full = unicode_width::UnicodeWidthStr::width(line.label.as_str()) <= room;
    let label = if full || line.short.is_empty() {
        &line.label
    } else {
        &line.short
    };
    let label = shell::cut(label, room);
    put(buf, area.x, area.y, label_width - 1, &label, theme.base);
    let x = area.x + label_width;
    let room = area.w.saturating_sub(label_width);
    match line.cells.as_slice() {
        [cell] => single(
            buf,
            Area::new(x, area.y, room, 1),
            cell,
            chosen.is_some(),
            theme,
        ),
        cells => joint(buf, Area::new(x, area.y, room, 1), cells, chosen, theme),
    }
}

fn single(buf: &mut Buffer, area: Area, cell: &MarkCell, chosen: bool, theme: &Theme) -> u16 {
    let figure = &cell.figure;
    let right = area.x + area.w;
    let bar_width = if area.w >= 44 { 20 } else { 10 };
    match figure.effective {
        Some((points, _)) => {
            let (full, empty) = bar(points);
            let scale = 20 / usize::from(bar_width);
            let take = |text: &str| text.chars().step_by(scale).collect::<String>();
            let at = put(buf, area.x, area.y, bar_width, &take(&full), theme.bar);
            let left = (area.x + bar_width).saturating_sub(at);
            put(buf, at, area.y, left, &take(&empty), theme.bar_empty);
        }
        None => {
            let empty = "·".repeat(usize::from(bar_width));
            put(buf, area.x, area.y, bar_width, &empty, theme.bar_empty);
        }
    }
    let value_x = area.x + bar_width + 1;
    let style = if chosen {
        theme.cursor
    } else {
        value_style(cell, theme)
    };
    put(
        buf,
        value_x,
        area.y,
        4,
        &format!("{:>4}", value_text(cell)),
        style,
    );
    let mut x = value_x + 6;
    for (text, style) in beside(cell, theme) {
        // What does not fit whole is left out; Enter shows everything.
        let width = unicode_width::UnicodeWidthStr::width(text.as_str());
        if usize::from(right.saturating_sub(x)) >= width {
            x = put(buf, x, area.y, right.saturating_sub(x), &text, style) + 2;
        }
    }
    value_x + 3
}

fn joint(
    buf: &mut Buffer,
    area: Area,
    cells: &[MarkCell],
    chosen: Option<usize>,
    theme: &Theme,
) -> u16 {
    let right = area.x + area.w;
    let mut x = area.x;
    let mut cursor = x;
    for (i, cell) in cells.iter().enumerate() {
        x = put(
            buf,
            x,
            area.y,
            right.saturating_sub(x),
            &format!("{} ", cell.code),
            theme.dim,
        );
        let style = if chosen == Some(i) {
            theme.cursor
        } else {
            value_style(cell, theme)
        };
        let text = format!("{:>4}", value_text(cell));
        if chosen == Some(i) {
            cursor = (x + 3).min(right.saturating_sub(1));
        }
        x = put(buf, x, area.y, right.saturating_sub(x), &text, style) + 2;
    }
    // As far as there is room; Enter shows the rest.
    for (i, cell) in cells.iter().enumerate() {
        for (text, style) in beside(cell, theme) {
            let text = if cells.len() > 1 {
                format!("{} {text}", cells[i].code)
            } else {
                text
            };
            if usize::from(right.saturating_sub(x))
                < unicode_width::UnicodeWidthStr::width(text.as_str())
            {
                return cursor;
            }
            x = put(buf, x, area.y, right.saturating_sub(x), &text, style) + 2;
        }
    }
    cursor
}

fn number(points: Points) -> String {
    halves(u32::from(points.halves()))
}

fn value_text(cell: &MarkCell) -> String {
    match (cell.figure.effective, cell.figure.state) {
        (Some((points, _)), _) => number(points),
        (None, CellState::NotApplicable) => "·".to_owned(),
        (None, _) if cell.figure.not_observed => "×".to_owned(),
        (None, CellState::Stale) => "~".to_owned(),
        (None, _) => "–".to_owned(),
    }
}

fn value_style(cell: &MarkCell, theme: &Theme) -> Style {
    let figure = &cell.figure;
    if figure.conflict {
        theme.conflict
    } else {
        match (figure.state, figure.gap) {
            (CellState::Gap | CellState::Unvalidated, Some(gap)) if gap > 0 => theme.gap(gap),
            (CellState::Unvalidated, _) => theme.own_only,
            (CellState::Met | CellState::NoTarget, _) => theme.strong,
            (state, _) => theme.state(state),
        }
    }
}

/// What stands beside a value: own mark, difference, gap, what is to be known, a draft.
fn beside(cell: &MarkCell, theme: &Theme) -> Vec<(String, Style)> {
    let figure = &cell.figure;
    let mut out = Vec::new();
    // Where the own mark is the value shown, "own mark only" says so.
    let shown = figure.effective.is_some_and(|(_, by)| by == By::Own);
    if let Some(points) = figure
        .own
        .as_ref()
        .and_then(|o| o.points)
        .filter(|_| !shown)
    {
        out.push((format!("own {}", number(points)), theme.dim));
    }
    if let Some(difference) = figure.divergence.filter(|d| *d != 0) {
        let sign = if difference < 0 { '−' } else { '+' };
        let text = format!("Δ {sign}{}", halves(u32::from(difference.unsigned_abs())));
        let style = if figure.divergence_flagged {
            theme.alarm
        } else {
            theme.base
        };
        out.push((text, style));
        if figure.divergence_flagged {
            out.push(("⚑ talk".to_owned(), theme.alarm));
        }
    }
    if let Some(gap) = figure.gap.filter(|g| *g > 0) {
        out.push((format!("gap {}", halves(u32::from(gap))), theme.warn));
    }
    if let Some(draft) = cell.draft {
        out.push((format!("draft {}", number(draft)), theme.key));
    }
    if figure.conflict {
        out.push(("◆ in conflict".to_owned(), theme.conflict));
    }
    if figure.asked_not_applicable {
        out.push(("asked: not applicable".to_owned(), theme.warn));
    }
    let words = state_words(cell);
    if !words.is_empty() {
        out.push((words.to_owned(), theme.dim));
    }
    out
}

/// What an empty part says: what to do first.
fn empty(part: Part, record: &Record) -> &'static str {
    match part {
        Part::Marks => "",
        Part::Towards => "no post is aimed at yet: an aspiration or a nomination names one",
        Part::Plan => "no objective yet: choose a gap or a strength at the next talk",
        Part::Ppd if record.complete => "nothing logged this year yet",
        Part::Ppd => "the log is being read …",
        Part::Shared => "nothing is shared yet",
    }
}

fn lines(
    buf: &mut Buffer,
    inner: Area,
    record: &Record,
    part: Part,
    state: &State,
    theme: &Theme,
) -> Option<Position> {
    if inner.h == 0 {
        return None;
    }
    if record.is_empty(part) {
        put(
            buf,
            inner.x,
            inner.y,
            inner.w,
            empty(part, record),
            theme.dim,
        );
        return None;
    }
    let focused = state.person.part == part;
    let i = part as usize;
    let (top, at) = (state.person.tops[i], state.person.lines[i]);
    let mut cursor = None;
    let shown = record.lines[i].iter().enumerate().skip(top);
    for (y, (n, line)) in (inner.y..inner.y + inner.h).zip(shown) {
        let here = focused && n == at;
        let area = Area::new(inner.x, y, inner.w, 1);
        text_line(buf, area, line, theme);
        if here {
            buf.set_style(rect(area), theme.cursor);
            cursor = Some(Position::new(inner.x, y));
        }
    }
    cursor
}

fn text_line(buf: &mut Buffer, area: Area, line: &TextLine, theme: &Theme) {
    let right = area.x + area.w;
    let mut end = right;
    if let Some((ink, text)) = &line.right {
        let width =
            u16::try_from(unicode_width::UnicodeWidthStr::width(text.as_str())).unwrap_or(u16::MAX);
        if width.saturating_add(20) <= area.w {
            put_right(buf, area.x, right, area.y, text, style(*ink, theme));
            end = right - width - 1;
        }
    }
    let mut x = area.x;
    for (ink, text) in &line.left {
        let room = end.saturating_sub(x);
        let text = shell::cut(text, usize::from(room));
        x = put(buf, x, area.y, room, &text, style(*ink, theme));
    }
}

fn style(ink: Ink, theme: &Theme) -> Style {
    match ink {
        Ink::Plain => theme.base,
        Ink::Strong => theme.strong,
        Ink::Dim => theme.dim,
        Ink::Good => theme.good,
        Ink::Warn => theme.warn,
        Ink::Alarm => theme.alarm,
    }
}
