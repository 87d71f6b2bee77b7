//! Draws the Actions screen: one list under heads, with days, progress and agreement.

use super::paint::{Lines, frame, line_style, put, put_right, say};
use super::rect;
use super::theme::Theme;
use super::what_if::arrow;
use crate::app::screen::actions_groups::{agreed_words, no_actions};
use crate::app::screen::actions_lines::{Before, Item, Line};
use crate::app::screen::person::lines::{agreement_words, state_label};
use crate::app::screen::succession_lines::brief_name;
use crate::app::{Area, State};
use crate::domain::person::ItemState;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Draws it into its area.
pub fn draw(out: &mut Frame<'_>, area: Rect, state: &State, theme: &Theme) {
    let body = Area::new(area.x, area.y, area.width, area.height);
    let buf = out.buffer_mut();
    let title = title(state, theme, usize::from(area.width.saturating_sub(5)));
    frame(buf, area, &title, true, theme);
    let inner = body.inner();
    let here = &state.actions;
    if here.lines.is_empty() {
        let texts = [
            no_actions(&state.standing.reading),
            "They come from each person’s plan: group by person, and add an objective there.",
        ];
        say(buf, inner, &texts, theme.dim);
        return;
    }
    let lines = here.lines.iter().enumerate().skip(here.cursor.top);
    for (y, (at, line)) in (inner.y..inner.y + inner.h).zip(lines) {
        let row = Area::new(inner.x, y, inner.w, 1);
        match &line.item {
            Item::Head(count) => head(buf, row, line, Some(*count), theme),
            Item::Person(_) => head(buf, row, line, None, theme),
            Item::Objective(..) => objective(buf, row, line, theme),
            Item::Action(..) => action(buf, row, line, here.by.has_names(), theme),
        }
        if at == here.cursor.line {
            line_style(buf, rect(row), y, theme.cursor);
        }
    }
    let row = u16::try_from(here.cursor.line.saturating_sub(here.cursor.top)).unwrap_or(u16::MAX);
    if state.overlays.is_empty() && row < inner.h {
        out.set_cursor_position((inner.x, inner.y + row));
    }
}

/// The counts over all plans, before and after. Where there is little room words are shortened, since figures matter more.
fn title(state: &State, theme: &Theme, room: usize) -> String {
    let board = &state.board.actions;
    let old = state.what_if.as_ref().map(|s| &s.board.actions);
    let dot = Lines::of(theme.look.ascii).dot;
    let by = state.actions.by.label();
    let counts = format!(
        "{} open {dot} {} overdue {dot} {} to discuss",
        arrow(old.map(|o| o.open), board.open),
        arrow(old.map(|o| o.overdue), board.overdue),
        arrow(old.map(|o| o.to_discuss), board.to_discuss),
    );
    let pair = |(n, of): (u32, u32)| format!("{n}/{of}");
    let agreed = arrow(old.map(|o| pair(o.agreed)), pair(board.agreed));
    let words = match state.standing.reading.everybody() {
        true => [
            format!("By {by} {dot} {counts} {dot} {agreed} plans agreed"),
            format!("By {by} {dot} {counts} {dot} {agreed} agreed"),
            format!("{counts} {dot} {agreed} agreed"),
        ],
        false => {
            let agreed = agreed_words(&state.standing.reading, state.actions.agreed);
            [
                format!("By {by} {dot} {counts} {dot} {agreed}"),
                format!("{counts} {dot} {agreed}"),
                counts,
            ]
        }
    };
    let [.., shortest] = &words;
    let fits = words.iter().find(|w| w.width() <= room);
    fits.unwrap_or(shortest).clone()
}

fn head(buf: &mut Buffer, row: Area, line: &Line, count: Option<usize>, theme: &Theme) {
    let text = match count {
        Some(count) => {
            let before = match line.before {
                Some(Before::Count(before)) => Some(before),
                _ => None,
            };
            format!("{} ({})", line.text, arrow(before, count))
        }
        None => line.text.clone(),
    };
    put(
        buf,
        row.x + 1,
        row.y,
        row.w.saturating_sub(1),
        &text,
        theme.header,
    );
}

fn conflict(buf: &mut Buffer, x: u16, y: u16, line: &Line, theme: &Theme) {
    if line.conflict {
        let sign = if theme.look.ascii { "&" } else { "◆" };
        put(buf, x, y, 1, sign, theme.conflict);
    }
}

/// "   Budget to 6 for Workshop lead                 agreed by both on 12 Nov 2026".
fn objective(buf: &mut Buffer, row: Area, line: &Line, theme: &Theme) {
    let right = row.x + row.w;
    let words = match (&line.agreement, line.state) {
        _ if line.before.is_some() => stands(line),
        (_, ItemState::Closed | ItemState::Dropped) => state_label(line.state).to_owned(),
        (Some(agreement), _) => agreement_words(agreement),
        (None, _) => String::new(),
    };
    let width = u16::try_from(words.width())
        .unwrap_or(u16::MAX)
        .min(row.w / 2);
    conflict(buf, row.x + 2, row.y, line, theme);
    let room = row.w.saturating_sub(width + 5);
    put(buf, row.x + 3, row.y, room, &line.text, theme.strong);
    put_right(
        buf,
        right.saturating_sub(width + 1),
        right.saturating_sub(1),
        row.y,
        &words,
        theme.dim,
    );
}

/// How an objective or an action stands, before and after.
fn stands(line: &Line) -> String {
    let before = match line.before {
        Some(Before::Stood(stood)) => Some(stood.words()),
        _ => None,
    };
    arrow(before, line.stands().words())
}

/// "  -12 d  Ann Ember        Show two others how it is done      30 %".
fn action(buf: &mut Buffer, row: Area, line: &Line, named: bool, theme: &Theme) {
    let (y, right) = (row.y, row.x + row.w);
    let style = if line.overdue {
        theme.alarm
    } else {
        theme.base
    };
    let days = match line.days {
        Some(days) => format!("{days:>5} d"),
        None => "    – d".to_owned(),
    };
    put(buf, row.x, y, 8, &days, style);
    conflict(buf, row.x + 8, y, line, theme);
    let names: u16 = match (named, row.w >= 100) {
        (false, _) => 0,
        (true, true) => 24,
        (true, false) => 12,
    };
    if named {
        let name = match row.w >= 100 {
            true => line.name.clone(),
            false => brief_name(&line.name),
        };
        put(
            buf,
            row.x + 9,
            y,
            names.saturating_sub(1),
            &name,
            theme.base,
        );
    }
    let end = stands(line);
    let x = row.x + 9 + names;
    let width = u16::try_from(end.width()).unwrap_or(u16::MAX).clamp(10, 40);
    let room = right.saturating_sub(x + width + 2);
    put(buf, x, y, room, &line.text, theme.base);
    put_right(buf, x, right.saturating_sub(1), y, &end, theme.dim);
}
