//! Draws the Framework screen: the table of cells or the lines of the self-assessment grid, and what the one under the cursor says.

use super::entries;
use super::overlay::padded;
use super::paint::{frame as draw_frame, put, put_right};
use super::theme::Theme;
use super::{rect, shell};
use crate::app::State;
use crate::app::layout::Area;
use crate::app::screen::framework::{self as screen, CELL, HEAD_ROWS, Parts, cell_text};
use crate::domain::framework::Expected;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// Draws it into its area.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, theme: &Theme) {
    let buf = frame.buffer_mut();
    let framework = &state.team.framework;
    if framework.columns.is_empty() || framework.competencies.is_empty() {
        empty(buf, area, theme);
        return;
    }
    let parts = screen::parts(state);
    let cursor = table(buf, &parts, state, theme);
    if let Some(sheet) = screen::sheet(state) {
        draw_frame(buf, rect(parts.detail), &sheet.title, false, theme);
        entries::draw(buf, padded(parts.detail), &sheet.entries, 0, theme);
    }
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

fn empty(buf: &mut Buffer, area: Rect, theme: &Theme) {
    let lines = [
        "This team has no framework yet.",
        "Import a team folder that has framework/framework.toml and framework/cells.toml:",
        "guildhall import DIR",
    ];
    for (y, line) in (area.y + 1..area.bottom()).zip(lines) {
        put(
            buf,
            area.x + 2,
            y,
            area.width.saturating_sub(2),
            line,
            theme.base,
        );
    }
}

fn table(buf: &mut Buffer, parts: &Parts, state: &State, theme: &Theme) -> Option<Position> {
    let framework = &state.team.framework;
    let grid = state.framework.grid;
    let title = if grid {
        format!(
            "Self-assessment grid · {} lines",
            framework.grid_lines.len()
        )
    } else {
        format!(
            "{} · {} cells",
            if framework.title.is_empty() {
                "Framework"
            } else {
                &framework.title
            },
            framework.cells.len()
        )
    };
    let room = usize::from(parts.table.w.saturating_sub(6));
    draw_frame(
        buf,
        rect(parts.table),
        &shell::cut(&title, room),
        true,
        theme,
    );
    let inner = parts.table.inner();
    let (at_line, at_column) = (screen::line(state), screen::column(state));
    let left = state.framework.left;
    head(buf, inner, parts, state, at_column, theme);
    let len = if grid {
        framework.grid_lines.len()
    } else {
        framework.competencies.len()
    };
    let mut cursor = None;
    let lines = (state.framework.top..len).take(parts.lines);
    for (y, line) in (inner.y + HEAD_ROWS..).zip(lines) {
        let lit = line == at_line;
        let base = if lit { theme.lit } else { theme.base };
        buf.set_style(rect(Area::new(inner.x, y, inner.w, 1)), base);
        let name = if grid {
            let l = &framework.grid_lines[line];
            format!("{:>2} {}", l.number, l.label)
        } else {
            framework.competencies[line].name.clone()
        };
        let width = parts.name_width.saturating_sub(1);
        put(
            buf,
            inner.x,
            y,
            width,
            &shell::cut(&name, usize::from(width)),
            base,
        );
        let columns = framework.columns.iter().enumerate().skip(left);
        for (i, (c, column)) in columns.take(parts.columns).enumerate() {
            // At most as many columns as fit into 16 bits of cells.
            let x = inner.x + parts.name_width + u16::try_from(i).unwrap_or(0) * CELL;
            let (text, style) = if grid {
                grid_cell(state, line, column.id.as_str(), theme)
            } else {
                let competency = &framework.competencies[line];
                let text = cell_text(&state.team, column, competency, state.today);
                let expected = framework
                    .cell(&column.id, &competency.id)
                    .map(|c| c.expected);
                (text, style_of(expected, theme))
            };
            let here = lit && c == at_column;
            let style = if here {
                theme.cursor
            } else if lit || c == at_column {
                theme.lit.patch(style)
            } else {
                style
            };
            let span = Area::new(x, y, CELL - 1, 1);
            buf.set_style(rect(span), style);
            put_right(buf, x, x + CELL - 1, y, &text, style);
            if here {
                cursor = Some(Position::new(x + CELL - 2, y));
            }
        }
    }
    cursor
}

/// Names of the columns, and what the signs mean.
fn head(buf: &mut Buffer, inner: Area, parts: &Parts, state: &State, at: usize, theme: &Theme) {
    let framework = &state.team.framework;
    let legend = if state.framework.grid {
        "τ expected  dep depends on the post  n/a or – not expected"
    } else {
        "τ expected  dep depends  n/a not expected  = another role’s text  + with more"
    };
    put(buf, inner.x, inner.y, inner.w, legend, theme.dim);
    let columns = framework
        .columns
        .iter()
        .enumerate()
        .skip(state.framework.left);
    for (i, (c, column)) in columns.take(parts.columns).enumerate() {
        let x = inner.x + parts.name_width + u16::try_from(i).unwrap_or(0) * CELL;
        let style = if c == at { theme.key } else { theme.header };
        put_right(buf, x, x + CELL - 1, inner.y + 1, column.id.as_str(), style);
    }
    let hidden = framework.columns.len() - parts.columns.min(framework.columns.len());
    if hidden > 0 {
        put(
            buf,
            inner.x,
            inner.y + 1,
            parts.name_width,
            &format!("← → {hidden} more"),
            theme.dim,
        );
    }
}

fn style_of(expected: Option<Expected>, theme: &Theme) -> Style {
    match expected {
        Some(Expected::Yes) => theme.base,
        Some(Expected::Depends) => theme.warn,
        Some(Expected::No) | None => theme.absent,
    }
}

/// A line of the grid may join two competencies: both are shown.
fn grid_cell(state: &State, line: usize, column: &str, theme: &Theme) -> (String, Style) {
    let framework = &state.team.framework;
    let Some(column) = framework.columns.iter().find(|c| c.id.as_str() == column) else {
        return (String::new(), theme.absent);
    };
    let mut texts = Vec::new();
    let mut expected = None;
    for id in &framework.grid_lines[line].competencies {
        if let Some(competency) = framework.competency(id) {
            let text = cell_text(&state.team, column, competency, state.today);
            let text = text.trim_end_matches(['=', '+']).to_owned();
            if !texts.contains(&text) {
                texts.push(text);
            }
            let cell = framework.cell(&column.id, id).map(|c| c.expected);
            expected = match (expected, cell) {
                (None, other) => other,
                (Some(a), Some(b)) => Some(std::cmp::min(a, b)),
                (some, None) => some,
            };
        }
    }
    let text = match texts.as_slice() {
        [one] => one.clone(),
        several => several
            .iter()
            .map(|t| if t == "n/a" { "–" } else { t })
            .collect::<Vec<_>>()
            .join("/"),
    };
    (text, style_of(expected, theme))
}
