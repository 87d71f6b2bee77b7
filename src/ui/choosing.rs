//! Draws pickers and forms of short lines.

use super::forms::line_of_text;
use super::overlay::padded;
use super::paint::{frame as draw_frame, put, put_right};
use super::rect;
use super::theme::Theme;
use crate::app::layout::Area;
use crate::app::overlay::facts_form::{FactsForm, Input};
use crate::app::overlay::picker::{Item, Picker, Purpose, ROWS};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use unicode_width::UnicodeWidthStr;

/// A list to choose from.
pub(super) fn picker(
    buf: &mut Buffer,
    area: Area,
    picker: &Picker,
    theme: &Theme,
) -> Option<Position> {
    draw_frame(buf, rect(area), &picker.title, true, theme);
    let inner = padded(area);
    let cursor = line_of_text(buf, inner.x, inner.y, inner.w, &picker.field, true, theme);
    let (list, foot) = Area::new(inner.x, inner.y + 1, inner.w, inner.h.saturating_sub(1))
        .split_top(inner.h.saturating_sub(2));
    if picker.found.is_empty() {
        let text = "nothing has these letters in this order";
        put(buf, list.x, list.y, list.w, text, theme.dim);
    }
    let lines = picker.found.iter().enumerate().skip(picker.top).take(ROWS);
    for (y, (at, index)) in (list.y..list.y + list.h).zip(lines) {
        let item = &picker.items[*index];
        let chosen = at == picker.cursor;
        let style = if chosen { theme.cursor } else { theme.base };
        if chosen {
            buf.set_style(rect(Area::new(list.x, y, list.w, 1)), style);
        }
        let x = flags(buf, list, y, picker, item, chosen, theme);
        let note = u16::try_from(item.note.width()).unwrap_or(0) + 2;
        let room = (list.x + list.w).saturating_sub(x + note);
        put(buf, x, y, room, &item.text, style);
        let style = if chosen { style } else { theme.dim };
        put_right(buf, list.x, list.x + list.w, y, &item.note, style);
    }
    match &picker.error {
        Some(error) => put(buf, foot.x, foot.y, foot.w, error, theme.error),
        None => put(buf, foot.x, foot.y, foot.w, picker.keys(), theme.key),
    };
    cursor
}

/// Boxes in front of a line, each with its word where there are three; returns where the text begins.
fn flags(
    buf: &mut Buffer,
    list: Area,
    y: u16,
    picker: &Picker,
    item: &Item,
    chosen: bool,
    theme: &Theme,
) -> u16 {
    if !picker.several() {
        return list.x;
    }
    let words: &[&str] = if picker.purpose == Purpose::WhatIf {
        &["leaves", "away", "plan"]
    } else {
        &[""]
    };
    let mut x = list.x;
    for (kind, word) in words.iter().enumerate() {
        let tick = if item.on[kind] { "[x]" } else { "[ ]" };
        // The kind that a step changes stands out on the line under the cursor.
        let now = chosen && kind == picker.kind && words.len() > 1;
        let style = match (chosen, now) {
            (true, false) => theme.cursor,
            (_, true) => theme.key,
            (false, false) if item.on[kind] => theme.strong,
            (false, false) => theme.dim,
        };
        let room = (list.x + list.w).saturating_sub(x);
        let text = format!("{tick}{word}");
        x = put(buf, x, y, room, &text, style) + 1;
    }
    x
}

/// A form of short lines.
pub(super) fn facts(
    buf: &mut Buffer,
    area: Area,
    form: &FactsForm,
    theme: &Theme,
) -> Option<Position> {
    let room = usize::from(area.w.saturating_sub(6));
    let title = super::shell::cut(&form.title, room);
    draw_frame(buf, rect(area), &title, true, theme);
    let inner = padded(area);
    let label_width = 11;
    let mut cursor = None;
    let rows = inner.h.saturating_sub(1);
    for (y, (at, line)) in (inner.y..inner.y + rows).zip(form.lines.iter().enumerate()) {
        let focused = form.at == at;
        let style = if focused { theme.key } else { theme.strong };
        put(buf, inner.x, y, label_width, line.label, style);
        let x = inner.x + label_width;
        let right = inner.x + inner.w;
        let end = match &line.input {
            Input::Text(field) => {
                let width = line.width.min(right.saturating_sub(x));
                let place = line_of_text(buf, x, y, width, field, focused, theme);
                cursor = cursor.or(place);
                x + width + 1
            }
            Input::Choice(options, chosen) => {
                let words = options.get(*chosen).map_or("", |(_, words)| words);
                let text = format!("‹ {words} ›");
                let style = if focused { theme.cursor } else { theme.base };
                if focused {
                    cursor = Some(Position::new(x, y));
                }
                put(buf, x, y, right.saturating_sub(x), &text, style) + 1
            }
        };
        let room = right.saturating_sub(end);
        match form.error(at) {
            Some(error) => put(buf, end, y, room, &error, theme.error),
            None => put(buf, end, y, room, line.help, theme.dim),
        };
    }
    let lines = u16::try_from(form.lines.len()).unwrap_or(rows);
    let below = inner.y + lines.min(rows);
    if below < inner.y + rows {
        match (&form.refused, form.figure()) {
            (Some(why), _) => put(buf, inner.x, below, inner.w, why, theme.error),
            (None, Some(figure)) => put(buf, inner.x, below, inner.w, &figure, theme.strong),
            (None, None) => inner.x,
        };
    }
    let keys = "↵ save   ↑ ↓ field   ← → choose   Esc leave";
    let y = inner.y + inner.h.saturating_sub(1);
    put(buf, inner.x, y, inner.w, keys, theme.key);
    cursor
}
