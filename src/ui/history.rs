//! Draws the History screen: sentences, the newest first.

use super::paint::{frame, line_style, put, say};
use super::rect;
use super::theme::Theme;
use crate::app::screen::history::{lines_each, list, words};
use crate::app::{Area, State};
use ratatui::Frame;
use ratatui::layout::Rect;

/// Draws it into its area.
pub fn draw(out: &mut Frame<'_>, area: Rect, state: &State, theme: &Theme) {
    let body = Area::new(area.x, area.y, area.width, area.height);
    let buf = out.buffer_mut();
    let here = &state.history;
    let title = match &here.read {
        None => "History, being read".to_owned(),
        Some(read) => {
            let mut title = format!(
                "History · {} of {} changes",
                here.lines.len(),
                read.told.len()
            );
            if !read.complete {
                title += ", more is being read";
            }
            if !state.filter.is_empty() {
                title += &format!(" · “{}”", state.filter);
            }
            title
        }
    };
    frame(buf, area, &title, true, theme);
    let inner = list(body, here.notes.len());
    let below = inner.y + inner.h..body.inner().y + body.inner().h;
    for (y, note) in below.zip(&here.notes) {
        let style = if note.bad { theme.alarm } else { theme.dim };
        let room = inner.w.saturating_sub(2);
        put(buf, inner.x + 1, y, room, &note.text, style);
    }
    if here.lines.is_empty() {
        let texts = match &here.read {
            Some(read) if read.complete => ["Nothing was written that has this text.", ""],
            _ => ["What was written is being read, document by document.", ""],
        };
        say(buf, inner, &texts, theme.dim);
        return;
    }
    let told = here.read.as_ref().map_or(&[][..], |r| &r.told);
    let lines = here.lines.iter().enumerate().skip(here.cursor.top);
    let each = lines_each(inner);
    let room = inner.w.saturating_sub(2);
    for (row, (line, at)) in (0..inner.h / each).zip(lines) {
        let Some(told) = told.get(*at) else { break };
        let top = inner.y + row * each;
        let said = words(
            told,
            usize::from(room.saturating_sub(2 * (each - 1))),
            usize::from(each),
        );
        for (y, text) in (top..top + each).zip(&said) {
            // What goes on stands further in, so that each sentence is seen to begin.
            let indent = 2 * u16::from(y > top);
            put(
                buf,
                inner.x + 1 + indent,
                y,
                room.saturating_sub(indent),
                text,
                theme.base,
            );
        }
        if line == here.cursor.line {
            for y in top..top + each {
                line_style(
                    buf,
                    rect(Area::new(inner.x, y, inner.w, 1)),
                    y,
                    theme.cursor,
                );
            }
        }
    }
    let row = here.cursor.line.saturating_sub(here.cursor.top);
    let row = u16::try_from(row).unwrap_or(u16::MAX).saturating_mul(each);
    if state.overlays.is_empty() && row < inner.h {
        out.set_cursor_position((inner.x, inner.y + row));
    }
}
