//! Draws what lies over a screen: help, palette, questions, texts to read.

use super::choosing;
use super::entries;
use super::forms;
use super::paint::{frame as draw_frame, more, put, put_right};
use super::sync;
use super::theme::Theme;
use super::{clipped, rect};
use crate::app::State;
use crate::app::layout::Area;
use crate::app::overlay::confirm::Confirm;
use crate::app::overlay::conflicts::{Conflicts, Line};
use crate::app::overlay::help::{self, Help, HelpLine};
use crate::app::overlay::palette::{Palette, ROWS};
use crate::app::overlay::sheet::Sheet;
use crate::app::overlay::{self, Overlay};
use crate::app::screen::entries::wrap;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::widgets::{Clear, Widget};
use unicode_width::UnicodeWidthStr;

/// Draws the topmost overlay and puts the terminal's cursor into it.
pub fn draw(frame: &mut Frame<'_>, state: &State, theme: &Theme) {
    let Some(top) = state.overlays.last() else {
        return;
    };
    let area = overlay::area(state);
    if area.w < 4 || area.h < 3 {
        return;
    }
    let buf = frame.buffer_mut();
    let clip = clipped(buf, area);
    Clear.render(clip, buf);
    buf.set_style(clip, theme.base);
    let cursor = match top {
        Overlay::Help(help) => draw_help(buf, area, *help, state, theme),
        Overlay::Palette(palette) => draw_palette(buf, area, palette, theme),
        Overlay::Confirm(confirm) => draw_confirm(buf, area, confirm, theme),
        Overlay::Sheet(sheet) => draw_sheet(buf, area, sheet, theme),
        Overlay::Filter(_) => None,
        Overlay::Mark(form) => forms::mark(buf, area, form, state, theme),
        Overlay::Text(form) => forms::text(buf, area, form, state, theme),
        Overlay::Credential(form) => forms::credential(buf, area, form, state, theme),
        Overlay::Facts(form) => choosing::facts(buf, area, form, theme),
        Overlay::Picker(picker) => choosing::picker(buf, area, picker, theme),
        Overlay::Ticket(ticket) => sync::ticket(buf, area, ticket, state, theme),
        Overlay::Words(form) => sync::words(buf, area, form, state, theme),
        Overlay::Conflicts(conflicts) => draw_conflicts(buf, area, conflicts, state, theme),
    };
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

fn draw_sheet(buf: &mut Buffer, area: Area, sheet: &Sheet, theme: &Theme) -> Option<Position> {
    draw_frame(buf, rect(area), &sheet.title, true, theme);
    let inner = padded(area);
    entries::draw(buf, inner, &sheet.entries, sheet.top, theme);
    Some(Position::new(inner.x, inner.y))
}

fn draw_conflicts(
    buf: &mut Buffer,
    area: Area,
    conflicts: &Conflicts,
    state: &State,
    theme: &Theme,
) -> Option<Position> {
    let (place, count) = conflicts.place(state);
    let title = format!("Written apart, {place} of {count}");
    draw_frame(buf, rect(area), &title, true, theme);
    let inner = padded(area);
    let lines = conflicts.lines(state, inner.w);
    let rows = usize::from(inner.h.saturating_sub(2));
    let top = conflicts.top.min(lines.len().saturating_sub(rows));
    let beside = |y, text: &str, style, buf: &mut Buffer| {
        put(buf, inner.x + 3, y, inner.w.saturating_sub(3), text, style);
    };
    for (y, line) in (inner.y..).zip(lines.iter().skip(top).take(rows)) {
        match line {
            Line::What(text) => {
                put(buf, inner.x, y, inner.w, text, theme.strong);
            }
            Line::Value(digit, text) => {
                if let Some(n) = digit {
                    put(buf, inner.x, y, 2, &format!("{n})"), theme.key);
                }
                beside(y, text, theme.base, buf);
            }
            Line::By(text) => beside(y, text, theme.dim, buf),
            Line::Others(text) => {
                put(buf, inner.x, y, inner.w, text, theme.alarm);
            }
        }
    }
    let list = Area::new(inner.x, inner.y, inner.w, inner.h.saturating_sub(2));
    more(buf, list, top, rows, lines.len(), theme);
    let y = inner.y + inner.h.saturating_sub(1);
    put(buf, inner.x, y, inner.w, &conflicts.hint(), theme.dim);
    Some(Position::new(inner.x, inner.y))
}

/// Inside the frame, with a blank on both sides.
pub(super) fn padded(area: Area) -> Area {
    let inner = area.inner();
    Area::new(
        inner.x + u16::from(inner.w > 2),
        inner.y,
        inner.w.saturating_sub(2),
        inner.h,
    )
}

fn draw_help(
    buf: &mut Buffer,
    area: Area,
    help: Help,
    state: &State,
    theme: &Theme,
) -> Option<Position> {
    let screen = state.screen();
    let title = format!("Keys of the {} screen", screen.label());
    draw_frame(buf, rect(area), &title, true, theme);
    let inner = help::text_area(state);
    let lines = help::lines(state, screen, inner.w);
    let rows = usize::from(inner.h);
    let top = help.clamped(rows, lines.len());
    let (keys_width, label_width) = help::columns(state, screen);
    for (y, line) in (inner.y..inner.y + inner.h).zip(lines.iter().skip(top)) {
        match line {
            HelpLine::Head(head) => {
                put(buf, inner.x, y, inner.w, head, theme.header);
            }
            HelpLine::Action { keys, label, help } => {
                put(buf, inner.x + 1, y, keys_width, keys, theme.key);
                let x = inner.x + keys_width + 3;
                put(buf, x, y, label_width, label, theme.strong);
                let at = x + label_width + 2;
                let room = (inner.x + inner.w).saturating_sub(at);
                put(buf, at, y, room, help, theme.dim);
            }
            HelpLine::More(text) => {
                let x = inner.x + keys_width + 3;
                let room = (inner.x + inner.w).saturating_sub(x);
                put(buf, x, y, room, text, theme.dim);
            }
            HelpLine::Text(text) => {
                put(
                    buf,
                    inner.x + 1,
                    y,
                    inner.w.saturating_sub(1),
                    text,
                    theme.base,
                );
            }
            HelpLine::Blank => {}
        }
    }
    more(buf, inner, top, rows, lines.len(), theme);
    Some(Position::new(inner.x, inner.y))
}

fn draw_confirm(
    buf: &mut Buffer,
    area: Area,
    confirm: &Confirm,
    theme: &Theme,
) -> Option<Position> {
    draw_frame(buf, rect(area), &confirm.title, true, theme);
    let inner = padded(area);
    let width = usize::from(inner.w.max(1));
    let lines: Vec<&str> = confirm.lines.iter().flat_map(|l| wrap(l, width)).collect();
    let room = inner.h.saturating_sub(2);
    for (y, line) in (inner.y..inner.y + room).zip(&lines) {
        put(buf, inner.x, y, inner.w, line, theme.base);
    }
    let y = inner.y + inner.h.saturating_sub(1);
    let yes = format!(" y  {} ", confirm.yes);
    let no = " n  no ";
    let (yes_style, no_style) = if confirm.on_yes {
        (theme.cursor, theme.base)
    } else {
        (theme.base, theme.cursor)
    };
    let at = put(buf, inner.x, y, inner.w, &yes, yes_style) + 2;
    put(
        buf,
        at,
        y,
        (inner.x + inner.w).saturating_sub(at),
        no,
        no_style,
    );
    Some(Position::new(
        if confirm.on_yes { inner.x + 1 } else { at + 1 },
        y,
    ))
}

fn draw_palette(
    buf: &mut Buffer,
    area: Area,
    palette: &Palette,
    theme: &Theme,
) -> Option<Position> {
    let title = match palette.found.len() {
        0 => "Find: nothing has these letters in this order".to_owned(),
        n => format!("Find · {n}"),
    };
    draw_frame(buf, rect(area), &title, true, theme);
    let inner = padded(area);
    let cursor = forms::line_of_text(buf, inner.x, inner.y, inner.w, &palette.field, true, theme);
    let rows = usize::from(inner.h.saturating_sub(1)).min(ROWS);
    let lines = palette.found.iter().enumerate().skip(palette.top);
    for (y, (at, entry)) in (inner.y + 1..).zip(lines.take(rows)) {
        let chosen = at == palette.cursor;
        let style = if chosen { theme.cursor } else { theme.base };
        if chosen {
            buf.set_style(rect(Area::new(inner.x, y, inner.w, 1)), style);
        }
        let kind_width = u16::try_from(entry.kind.width()).unwrap_or(0) + 2;
        let room = inner.w.saturating_sub(kind_width);
        put(buf, inner.x, y, room, &entry.text, style);
        if !chosen {
            underline_matches(buf, inner.x, y, room, &entry.text, &entry.matched, theme);
        }
        let kind_style = if chosen { style } else { theme.dim };
        put_right(buf, inner.x, inner.x + inner.w, y, &entry.kind, kind_style);
    }
    let list = Area::new(inner.x, inner.y + 1, inner.w, inner.h.saturating_sub(1));
    more(buf, list, palette.top, rows, palette.found.len(), theme);
    cursor
}

/// Makes the letters stand out that matched.
fn underline_matches(
    buf: &mut Buffer,
    x: u16,
    y: u16,
    room: u16,
    text: &str,
    matched: &[usize],
    theme: &Theme,
) {
    let mut at = 0u16;
    for (i, c) in text.chars().enumerate() {
        let width = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        let width = u16::try_from(width).unwrap_or(0);
        if at + width > room {
            return;
        }
        if matched.contains(&i) {
            buf.set_style(rect(Area::new(x + at, y, width, 1)), theme.key);
        }
        at += width;
    }
}
