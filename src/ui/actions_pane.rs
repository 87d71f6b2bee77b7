//! Draws the actions pane of the Overview: open actions by date, then those to discuss.

use super::paint::{Lines, line_style, put, put_right, say};
use super::rect;
use super::theme::Theme;
use super::what_if::arrow;
use crate::app::screen::actions_groups::{agreed_words, no_actions};
use crate::app::screen::overview::{ActionsLine, Pane, actions_foot_rows};
use crate::app::screen::succession_lines::brief_name;
use crate::app::{Area, State};
use crate::domain::actions::ActionLine;
use crate::domain::person::ItemState;
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// Title of the pane; the long one carries what the foot would say.
pub fn title(state: &State, long: bool) -> String {
    let actions = &state.board.actions;
    let before = state.what_if.as_ref().map(|s| &s.board.actions);
    if long {
        format!(
            "3 Actions · {} open, {} overdue, {} to discuss",
            arrow(before.map(|b| b.open), actions.open),
            arrow(before.map(|b| b.overdue), actions.overdue),
            arrow(before.map(|b| b.to_discuss), actions.to_discuss)
        )
    } else {
        "3 Development actions".to_owned()
    }
}

/// Draws the pane's contents.
pub fn draw(buf: &mut Buffer, inner: Area, state: &State, theme: &Theme) {
    let board = &state.board.actions;
    let before = state.what_if.as_ref().map(|s| &s.board.actions);
    let overview = &state.overview;
    let reading = &state.standing.reading;
    if board.lines.is_empty() {
        let texts = [
            no_actions(reading),
            "They come from each person’s plan: agree an objective at the next talk.",
        ];
        say(buf, inner, &texts, theme.dim);
        return;
    }
    let foot_rows = actions_foot_rows(inner);
    let (lines, foot) = inner.split_top(inner.h - foot_rows);
    let focused = overview.pane == Pane::Actions;
    for (row, y) in (lines.y..lines.y + lines.h).enumerate() {
        let at = overview.actions.top + row;
        let area = Area::new(lines.x, y, lines.w, 1);
        match overview.actions_line(&state.board, at) {
            Some(ActionsLine::Action(index)) => action(buf, area, &board.lines[index], theme),
            Some(ActionsLine::ToDiscuss) => {
                put(buf, area.x + 1, y, area.w - 1, "to discuss", theme.header);
            }
            None => break,
        }
        if focused && at == overview.actions.line {
            line_style(buf, rect(area), y, theme.cursor);
        }
    }
    if foot_rows > 0 {
        let dot = Lines::of(theme.look.ascii).dot;
        let of = if foot.w < 60 { "/" } else { " of " };
        let counts = format!(
            "{} open {dot} {} overdue {dot} {} to discuss",
            arrow(before.map(|b| b.open), board.open),
            arrow(before.map(|b| b.overdue), board.overdue),
            arrow(before.map(|b| b.to_discuss), board.to_discuss),
        );
        let pair = |(n, all): (u32, u32)| format!("{n}{of}{all}");
        let text = match reading.everybody() {
            true => {
                let agreed = arrow(before.map(|b| pair(b.agreed)), pair(board.agreed));
                let text = format!("{counts} {dot} {agreed} agreed");
                match text.width() < usize::from(foot.w) {
                    true => text,
                    // Half a figure would be another one.
                    false => format!("{counts} {dot} {} agreed", pair(board.agreed)),
                }
            }
            false => format!("{counts} {dot} {}", agreed_words(reading, overview.agreed)),
        };
        put(buf, foot.x + 1, foot.y, foot.w - 1, &text, theme.dim);
    }
}

/// "-12 d  Ann E.  Show two others how it is done   30 %".
fn action(buf: &mut Buffer, area: Area, line: &ActionLine, theme: &Theme) {
    let y = area.y;
    let right = area.x + area.w;
    let days = match line.state {
        ItemState::ToDiscuss => line.done_days,
        _ => line.days,
    };
    let style = if line.overdue {
        theme.alarm
    } else {
        theme.base
    };
    let text = match days {
        Some(days) => format!("{days:>4} d"),
        None => "   – d".to_owned(),
    };
    put(buf, area.x, y, 6, &text, style);
    if line.conflict {
        let sign = if theme.look.ascii { "&" } else { "◆" };
        put(buf, area.x + 6, y, 1, sign, theme.conflict);
    }
    let names = if area.w >= 70 { 20 } else { 11 };
    let name = if area.w >= 70 {
        line.name.clone()
    } else {
        brief_name(&line.name)
    };
    put(buf, area.x + 7, y, names - 1, &name, theme.base);
    let percent = match line.state {
        ItemState::ToDiscuss => String::new(),
        _ => format!("{:>3} %", line.progress),
    };
    let x = area.x + 7 + names;
    let room = right.saturating_sub(x + 6);
    put(buf, x, y, room, &line.text, theme.base);
    put_right(buf, x, right, y, &percent, theme.dim);
}
