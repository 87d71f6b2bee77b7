//! Draws the Sync screen, a ticket that is to be handed over, and the form for six words.

use super::forms::line_of_text;
use super::overlay::padded;
use super::paint::{frame, line_style, more, put, put_right, say};
use super::theme::Theme;
use super::{qr, rect};
use crate::app::State;
use crate::app::layout::Area;
use crate::app::network::{Ticket, whose};
use crate::app::overlay::ticket::{advice, title};
use crate::app::overlay::words::WordsForm;
use crate::app::screen::entries::wrap;
use crate::app::screen::sync_lines::{Line, Weight, head};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

/// Draws it into its area.
pub fn draw(out: &mut Frame<'_>, area: Rect, state: &State, theme: &Theme) {
    let body = Area::new(area.x, area.y, area.width, area.height);
    let buf = out.buffer_mut();
    frame(
        buf,
        area,
        "Sync with other machines, without a server",
        true,
        theme,
    );
    let inner = body.inner();
    let (first, said) = head(state);
    let rows = u16::try_from(said.len()).unwrap_or(u16::MAX).min(inner.h);
    let (top, list) = inner.split_top(rows);
    for (y, (n, text)) in (top.y..top.y + top.h).zip(said.iter().enumerate()) {
        let style = if n < first { theme.dim } else { theme.warn };
        let room = usize::from(top.w.saturating_sub(1));
        put(
            buf,
            top.x + 1,
            y,
            top.w.saturating_sub(1),
            &super::shell::cut(text, room),
            style,
        );
    }
    let here = &state.sync;
    if here.lines.is_empty() {
        let texts = [
            "Nobody else takes part yet.",
            "Invite somebody: you get a ticket to hand over, and they read six words to you.",
        ];
        say(buf, list, &texts, theme.dim);
        return;
    }
    let who = width_of_names(list.w);
    let lines = here.lines.iter().enumerate().skip(here.cursor.top);
    for (y, (at, line)) in (list.y..list.y + list.h).zip(lines) {
        let row = Area::new(list.x, y, list.w, 1);
        draw_line(buf, row, line, who, theme);
        if at == here.cursor.line {
            line_style(buf, rect(row), y, theme.cursor);
        }
    }
    // Nothing is written on the last column.
    let written = Area::new(list.x, list.y, list.w.saturating_sub(1), list.h);
    let rows = usize::from(list.h);
    more(buf, written, here.cursor.top, rows, here.lines.len(), theme);
    let row = u16::try_from(here.cursor.line.saturating_sub(here.cursor.top)).unwrap_or(u16::MAX);
    if state.overlays.is_empty() && row < list.h {
        out.set_cursor_position((list.x, list.y + row));
    }
}

/// Names take a quarter of a narrow screen, and what a long name needs of a wide one.
fn width_of_names(width: u16) -> u16 {
    (width / 4).clamp(12, 28)
}

fn draw_line(buf: &mut Buffer, row: Area, line: &Line, who: u16, theme: &Theme) {
    let right = row.x + row.w;
    if line.weight == Weight::Head {
        put(
            buf,
            row.x + 1,
            row.y,
            row.w.saturating_sub(1),
            &line.who,
            theme.header,
        );
        return;
    }
    let style = match line.weight {
        Weight::Wanted => theme.warn,
        Weight::Lively => theme.good,
        Weight::Plain | Weight::Head => theme.base,
    };
    let taken = u16::try_from(line.right.width()).unwrap_or(u16::MAX);
    let mut x = row.x + 2;
    if !line.who.is_empty() {
        let name = super::shell::cut(&line.who, usize::from(who));
        put(buf, x, row.y, who, &name, theme.strong);
        x += who + 1;
    }
    let room = right
        .saturating_sub(x)
        .saturating_sub(taken.saturating_add(2));
    let now = super::shell::cut(&line.now, usize::from(room));
    put(buf, x, row.y, room, &now, style);
    put_right(
        buf,
        row.x,
        right.saturating_sub(1),
        row.y,
        &line.right,
        theme.dim,
    );
}

/// A ticket: its text, what to do with it, and the code where there is room for it.
pub(super) fn ticket(
    buf: &mut Buffer,
    area: Area,
    ticket: &Ticket,
    state: &State,
    theme: &Theme,
) -> Option<Position> {
    frame(buf, rect(area), &title(state, ticket), true, theme);
    let inner = padded(area);
    let width = usize::from(inner.w).max(1);
    let end = inner.y + inner.h.saturating_sub(1);
    let mut y = inner.y;
    // The text has no spaces: it is broken where a line ends, and joining takes it with the breaks.
    for line in wrap(&ticket.text, width) {
        if y < end {
            put(buf, inner.x, y, inner.w, line, theme.strong);
            y += 1;
        }
    }
    y += 1;
    for line in advice(ticket)
        .into_iter()
        .flat_map(|text| wrap(text, width))
    {
        if y < end {
            put(buf, inner.x, y, inner.w, line, theme.base);
            y += 1;
        }
    }
    let left = usize::from(end.saturating_sub(y));
    let foot = match qr::draw(&ticket.text, theme.look.ascii) {
        Some(code) if fits(&code, width, left) => {
            for line in code.lines() {
                put(buf, inner.x, y, inner.w, line, theme.base);
                y += 1;
            }
            "Esc close; the ticket stays good".to_owned()
        }
        Some(code) => {
            let more = code.lines().count().saturating_sub(left);
            match code.lines().next().is_some_and(|l| l.width() > width) {
                true => {
                    "Esc close; the ticket stays good · a wider window shows a code for a camera"
                        .to_owned()
                }
                false => format!(
                    "Esc close; the ticket stays good · a window {more} lines taller shows a code for a camera"
                ),
            }
        }
        None => "Esc close; the ticket stays good".to_owned(),
    };
    put(buf, inner.x, end, inner.w, &foot, theme.key);
    Some(Position::new(inner.x, inner.y))
}

fn fits(code: &str, width: usize, rows: usize) -> bool {
    code.lines().count() <= rows && code.lines().all(|l| l.width() <= width)
}

/// The form for the six words.
pub(super) fn words(
    buf: &mut Buffer,
    area: Area,
    form: &WordsForm,
    state: &State,
    theme: &Theme,
) -> Option<Position> {
    let name = whose(state, form.person.as_ref());
    frame(
        buf,
        rect(area),
        &format!("Let a device in: {name}"),
        true,
        theme,
    );
    let inner = padded(area);
    let width = usize::from(inner.w).max(1);
    let mut texts = vec![(
        "Type the six words that the person reads to you, by telephone or in person. Four letters of each are enough.".to_owned(),
        theme.base,
    )];
    match form.invited(state) {
        Some(invited) => {
            let count = invited.devices.len();
            if count > 1 {
                texts.push((
                    format!("{count} devices have come with this ticket: somebody else has seen it. Type only words that you hear from the person."),
                    theme.warn,
                ));
            }
            let tries = match invited.tries {
                1 => "one try".to_owned(),
                n => format!("{n} tries"),
            };
            let devices = invited.devices.join(", ");
            texts.push((
                format!("Asking: device {devices}. You have {tries}."),
                theme.dim,
            ));
        }
        None => texts.push((
            "This invitation is over: make a new one.".to_owned(),
            theme.error,
        )),
    }
    let mut y = inner.y;
    let end = inner.y + inner.h.saturating_sub(1);
    for (text, style) in &texts {
        for line in wrap(text, width) {
            if y + 2 < end {
                put(buf, inner.x, y, inner.w, line, *style);
                y += 1;
            }
        }
    }
    let cursor = line_of_text(buf, inner.x, y, inner.w, &form.field, true, theme);
    y += 1;
    let error = form.error.as_deref().unwrap_or("");
    for line in wrap(error, width) {
        if y < end {
            put(buf, inner.x, y, inner.w, line, theme.error);
            y += 1;
        }
    }
    let foot = match form.busy {
        true => "being compared…",
        false => "↵ let in   Esc leave",
    };
    put(buf, inner.x, end, inner.w, foot, theme.key);
    cursor
}
