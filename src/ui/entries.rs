//! Draws labelled paragraphs: labels on the left, texts beside them.

use super::paint::{Lines, put, put_right};
use super::theme::Theme;
use crate::app::Area;
use crate::app::screen::entries::{Entry, gutter, lines};
use ratatui::buffer::Buffer;

/// Draws from line `top` on, as much as fits, and says on the last row that there is more.
pub fn draw(buf: &mut Buffer, area: Area, entries: &[Entry], top: usize, theme: &Theme) {
    let all = lines(entries, area.w);
    let rows = usize::from(area.h);
    let top = top.min(all.len().saturating_sub(rows));
    let gutter = gutter(area.w);
    for (y, (label, text)) in (area.y..area.y + area.h).zip(all.iter().skip(top)) {
        put(
            buf,
            area.x,
            y,
            gutter.saturating_sub(1),
            label,
            theme.strong,
        );
        let room = area.w.saturating_sub(gutter);
        put(buf, area.x + gutter, y, room, text, theme.base);
    }
    if rows > 0 && all.len() > top + rows {
        let arrow = Lines::of(theme.look.ascii).arrows[1];
        let right = area.x + area.w;
        put_right(buf, area.x, right, area.y + area.h - 1, arrow, theme.key);
    }
    if top > 0 && rows > 0 {
        let arrow = Lines::of(theme.look.ascii).arrows[0];
        put_right(buf, area.x, area.x + area.w, area.y, arrow, theme.key);
    }
}
