//! Writing text and frames into a buffer, clipped, without allocation. Must not know: any screen.

use super::theme::Theme;
use crate::app::Area;
use crate::app::screen::entries::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Characters of frames.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    /// Left to right.
    pub horizontal: &'static str,
    /// Top to bottom.
    pub vertical: &'static str,
    /// Corners: top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// Tees: left, right.
    pub tees: [&'static str; 2],
    /// Between key figures.
    pub bar: &'static str,
    /// More above, below, to the left, to the right.
    pub arrows: [&'static str; 4],
    /// At risk, and between words.
    pub risk: &'static str,
    /// Between words.
    pub dot: &'static str,
}

const UNICODE: Lines = Lines {
    horizontal: "─",
    vertical: "│",
    corners: ["┌", "┐", "└", "┘"],
    tees: ["├", "┤"],
    bar: "│",
    arrows: ["↑", "↓", "←", "→"],
    risk: "▲",
    dot: "·",
};

const ASCII: Lines = Lines {
    horizontal: "-",
    vertical: "|",
    corners: ["+", "+", "+", "+"],
    tees: ["+", "+"],
    bar: "|",
    arrows: ["^", "v", "<", ">"],
    risk: "^",
    dot: "-",
};

impl Lines {
    /// The set for a look.
    pub fn of(ascii: bool) -> &'static Self {
        if ascii { &ASCII } else { &UNICODE }
    }
}

/// Writes text from a place, at most `width` cells, and returns where it ended.
pub fn put(buf: &mut Buffer, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
    if width == 0 || y < buf.area.top() || y >= buf.area.bottom() || x >= buf.area.right() {
        return x;
    }
    buf.set_stringn(x, y, text, usize::from(width), style).0
}

/// Writes text so that it ends before `right`.
pub fn put_right(buf: &mut Buffer, left: u16, right: u16, y: u16, text: &str, style: Style) {
    let width = u16::try_from(unicode_width::UnicodeWidthStr::width(text)).unwrap_or(u16::MAX);
    let x = right.saturating_sub(width).max(left);
    put(buf, x, y, right.saturating_sub(x), text, style);
}

/// Arrows where there is more above or below, on the column right of the area.
pub fn more(buf: &mut Buffer, inner: Area, top: usize, rows: usize, len: usize, theme: &Theme) {
    if rows == 0 {
        return;
    }
    let arrows = Lines::of(theme.look.ascii).arrows;
    let right = inner.x + inner.w + 1;
    if top > 0 {
        put_right(buf, inner.x, right, inner.y, arrows[0], theme.key);
    }
    if top + rows < len {
        put_right(
            buf,
            inner.x,
            right,
            inner.y + inner.h - 1,
            arrows[1],
            theme.key,
        );
    }
}

/// A line from end to end, with the given ends.
pub fn rule(buf: &mut Buffer, area: Rect, y: u16, ends: [&str; 2], theme: &Theme, style: Style) {
    if area.width < 2 || y < buf.area.top() || y >= buf.area.bottom() {
        return;
    }
    let lines = Lines::of(theme.look.ascii);
    let right = area.right().min(buf.area.right());
    for x in area.left()..right {
        let symbol = if x == area.left() {
            ends[0]
        } else if x + 1 == area.right() {
            ends[1]
        } else {
            lines.horizontal
        };
        buf[(x, y)].set_symbol(symbol).set_style(style);
    }
}

/// The two sides of a frame.
pub fn sides(buf: &mut Buffer, area: Rect, theme: &Theme, style: Style) {
    let lines = Lines::of(theme.look.ascii);
    let area = area.intersection(buf.area);
    if area.width < 2 {
        return;
    }
    for y in area.top()..area.bottom() {
        for x in [area.left(), area.right() - 1] {
            buf[(x, y)].set_symbol(lines.vertical).set_style(style);
        }
    }
}

/// A whole frame with a title.
pub fn frame(buf: &mut Buffer, area: Rect, title: &str, focused: bool, theme: &Theme) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    let lines = Lines::of(theme.look.ascii);
    let style = frame_style(theme, focused);
    sides(buf, area, theme, style);
    let [tl, tr, bl, br] = lines.corners;
    rule(buf, area, area.top(), [tl, tr], theme, style);
    rule(buf, area, area.bottom() - 1, [bl, br], theme, style);
    title_on(buf, area, title, focused, theme);
}

/// A title on the first row of a pane.
pub fn title_on(buf: &mut Buffer, area: Rect, title: &str, focused: bool, theme: &Theme) {
    if title.is_empty() || area.width < 6 {
        return;
    }
    let style = if focused {
        theme.frame_title
    } else {
        theme.strong
    };
    let width = area.width - 5;
    let x = put(buf, area.x + 2, area.y, 1, " ", style);
    let end = put(buf, x, area.y, width, title, style);
    put(buf, end, area.y, 1, " ", style);
}

/// The style of a frame.
pub fn frame_style(theme: &Theme, focused: bool) -> Style {
    if focused {
        theme.frame_focus
    } else {
        theme.frame
    }
}

/// Puts a style under what is drawn on a line.
pub fn line_style(buf: &mut Buffer, area: Rect, y: u16, style: Style) {
    let line = Rect::new(area.x, y, area.width, 1).intersection(buf.area);
    buf.set_style(line, style);
}

/// Sentences from the top of an area, broken at spaces.
pub fn say(buf: &mut Buffer, area: Area, texts: &[&str], style: Style) {
    let room = area.w.saturating_sub(2);
    let lines = texts
        .iter()
        .flat_map(|text| wrap(text, usize::from(room).max(1)));
    for (y, line) in (area.y..area.y + area.h).zip(lines) {
        put(buf, area.x + 1, y, room, line, style);
    }
}
