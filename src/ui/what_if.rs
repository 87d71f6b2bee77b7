//! Draws the banner of a supposition, and words figures as "before → after". Must not know: what is supposed or why.

use super::paint::{put, put_right};
use super::theme::Theme;
use crate::app::State;
use crate::app::action::ActionId;
use crate::app::layout::Area;
use crate::app::what_if::Mode;
use crate::domain::coverage::Coverage;
use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

/// The sign of a figure that is only supposed.
pub const SIGN: char = '→';

/// "2 → 1", or the figure alone where it stays the same.
pub fn arrow<T: PartialEq + ToString>(before: Option<T>, after: T) -> String {
    match before {
        Some(before) if before != after => {
            format!("{}{SIGN}{}", before.to_string(), after.to_string())
        }
        _ => after.to_string(),
    }
}

/// Who covers a skill of how many that are asked for: "1/2→0/2".
pub fn cover(before: &Coverage, after: &Coverage) -> String {
    let of = |c: &Coverage| format!("{}/{}", c.holders.len(), c.n_min);
    arrow(Some(of(before)), of(after))
}

/// When what is compared with holds: a supposition is compared with what stands now, what stands with an earlier day.
pub fn when(state: &State) -> &'static str {
    match &state.what_if {
        Some(simulation) if simulation.is_since() => "then",
        _ => "now",
    }
}

/// Who and what on the left, as many changed figures as there is room for, and the way back on the right.
pub fn draw(buf: &mut Buffer, area: Area, state: &State, theme: &Theme) {
    let Some(simulation) = &state.what_if else {
        return;
    };
    if area.h == 0 {
        return;
    }
    // Reversed, so that nobody takes these figures for those that stand, with colours or without.
    let style = Style::new()
        .patch(theme.title)
        .add_modifier(Modifier::REVERSED | Modifier::BOLD);
    buf.set_style(super::rect(area), style);
    for x in area.x..area.x + area.w {
        if let Some(cell) = buf.cell_mut((x, area.y)) {
            cell.set_symbol(" ");
        }
    }
    let key = state.options.keys.label(ActionId::Back).unwrap_or_default();
    let brief = area.w < 110;
    let back = if brief {
        format!("{key} ends")
    } else {
        format!("nothing is written · {key} ends")
    };
    let right = area.x + area.w.saturating_sub(1);
    put_right(buf, area.x, right, area.y, &back, style);
    let room = usize::from(area.w).saturating_sub(back.width() + 4);
    let mut text = simulation.words(brief);
    let changes = simulation.changes();
    if changes.is_empty() && !matches!(simulation.mode, Mode::AsOf(_)) {
        text.push_str(" · no key figure changes");
    }
    for change in changes {
        let more = format!(" · {change}");
        if text.width() + more.width() <= room {
            text.push_str(&more);
        }
    }
    let text = super::shell::cut(&text, room);
    let width = u16::try_from(room).unwrap_or(u16::MAX);
    put(buf, area.x + 1, area.y, width, &text, style);
}
