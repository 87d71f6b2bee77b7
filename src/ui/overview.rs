//! Draws the Overview: key figures, then heatmap, succession risks and development actions.

use super::paint::{self, Lines, put};
use super::theme::Theme;
use super::{actions_pane, matrix, rect, succession_pane};
use crate::app::screen::heatmap::view;
use crate::app::screen::matrix::{Line, Shape, grouping_label, people};
use crate::app::screen::overview::{HEAD_ROWS, Pane, Panes, panes};
use crate::app::{Area, State};
use crate::domain::board::{KeyLine, percent};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

/// Draws it into its area.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, theme: &Theme) {
    let body = Area::new(area.x, area.y, area.width, area.height);
    let focus = state.overview.pane;
    let panes = panes(body, focus);
    let buf = frame.buffer_mut();
    key_line(buf, panes.key, state, theme);
    let titles = [
        heatmap_title(state, panes.inner[0], theme),
        succession_pane::title(state, panes.stacked),
        actions_pane::title(state, panes.stacked),
    ];
    frames(buf, &panes, &titles, state, theme);
    let on_heatmap = focus == Pane::Heatmap;
    let drawn = matrix::draw(buf, panes.inner[0], HEAD_ROWS, on_heatmap, state, theme);
    succession_pane::draw(buf, panes.inner[1], state, theme);
    actions_pane::draw(buf, panes.inner[2], state, theme);
    let cursor = match focus {
        Pane::Heatmap => drawn.cursor,
        Pane::Succession | Pane::Actions => list_cursor(&panes, state),
    };
    if let Some(cursor) = cursor
        && state.overlays.is_empty()
    {
        frame.set_cursor_position(cursor);
    }
}

/// Where the terminal's cursor stands in a list.
fn list_cursor(panes: &Panes, state: &State) -> Option<(u16, u16)> {
    use crate::app::screen::overview::succession_head_rows;
    let overview = &state.overview;
    let (inner, list, head) = match overview.pane {
        Pane::Succession => (
            panes.inner[1],
            overview.succession,
            succession_head_rows(panes.inner[1]),
        ),
        _ => (panes.inner[2], overview.actions, 0),
    };
    let row = u16::try_from(list.line.checked_sub(list.top)?).ok()? + head;
    (row < inner.h).then_some((inner.x, inner.y + row))
}

/// "1 Heatmap · by area · 19 of 27 ↓".
fn heatmap_title(state: &State, inner: Area, theme: &Theme) -> String {
    let matrix = &state.heatmap.matrix;
    let lines = Lines::of(theme.look.ascii);
    let dot = lines.dot;
    let in_view = matrix.in_view(view(matrix, inner, HEAD_ROWS).body);
    let rows = matrix.lines[in_view.clone()].iter();
    let people = people(rows.filter_map(|line| match line {
        Line::Row { row, .. } => Some(&*state.board.rows[*row]),
        Line::Group(_) | Line::Total => None,
    }));
    let mut title = format!("1 Heatmap {dot} ");
    if matrix.personal {
        title.push_str("what you may read");
    } else {
        title.push_str("by ");
        title.push_str(grouping_label(matrix.grouping));
    }
    title.push_str(&format!(" {dot} {people} of {}", matrix.shown));
    if in_view.start > 0 {
        title.push_str(&format!(" {}", lines.arrows[0]));
    }
    if in_view.end < matrix.scrolling() {
        title.push_str(&format!(" {}", lines.arrows[1]));
    }
    if !matrix.filter.is_empty() {
        title.push_str(&format!(" {dot} /{}", matrix.filter));
    }
    let columns = Shape::new(matrix, inner.w).columns(matrix.left);
    if columns.end < matrix.subjects {
        let what = if columns.end <= matrix.competencies {
            "skills"
        } else {
            "more"
        };
        title.push_str(&format!("  {what} {}", lines.arrows[3]));
    }
    title
}

/// The frames of the panes; the focused one is drawn last where borders are shared.
fn frames(buf: &mut Buffer, panes: &Panes, titles: &[String; 3], state: &State, theme: &Theme) {
    let focus = state.overview.pane as usize;
    if !panes.stacked {
        for (at, title) in titles.iter().enumerate() {
            paint::frame(buf, rect(panes.outer[at]), title, at == focus, theme);
        }
        return;
    }
    let lines = Lines::of(theme.look.ascii);
    let [tl, tr, bl, br] = lines.corners;
    for (at, title) in titles.iter().enumerate() {
        let area = rect(panes.outer[at]);
        if area.height == 0 {
            continue;
        }
        let focused = at == focus;
        let style = paint::frame_style(theme, focused);
        paint::sides(buf, area, theme, style);
        let ends = if at == 0 { [tl, tr] } else { lines.tees };
        paint::rule(buf, area, area.top(), ends, theme, style);
        paint::title_on(buf, area, title, focused, theme);
        if at == 2 && area.height > 1 {
            let y = area.bottom() - 1;
            paint::rule(buf, area, y, [bl, br], theme, style);
            let has_line = state
                .shell(state.size)
                .is_some_and(|shell| shell.purpose.h > 0);
            if !has_line {
                let purpose = " development, not pay or redundancy ";
                put(
                    buf,
                    area.x + 2,
                    y,
                    area.width.saturating_sub(4),
                    purpose,
                    theme.dim,
                );
            }
        }
    }
}

/// One key figure: long and short wording, each as a label and a value, and whether it calls for attention.
struct Figure {
    long: [String; 2],
    short: [String; 2],
    alarm: bool,
}

fn figure(long: [&str; 2], short: [&str; 2], alarm: bool) -> Figure {
    let owned = |pair: [&str; 2]| pair.map(str::to_owned);
    Figure {
        long: owned(long),
        short: owned(short),
        alarm,
    }
}

/// Label and value; where something is supposed that changes it, the value before as well.
fn worded(now: &[String; 2], before: Option<&[String; 2]>) -> String {
    let [label, value] = now;
    let before = before.map(|[_, value]| value.clone());
    let value = super::what_if::arrow(before, value.clone());
    if value.is_empty() {
        label.clone()
    } else {
        format!("{label} {value}")
    }
}

/// n/N, and "—" for none of none.
fn pair((n, of): (u32, u32)) -> String {
    if of == 0 {
        "—".to_owned()
    } else {
        format!("{n}/{of}")
    }
}

/// The key figures that this machine can know.
fn figures(key: &KeyLine, manager: bool) -> Vec<Figure> {
    let share = percent(key.fresh.0, key.fresh.1).map_or_else(
        || ["—".to_owned(), "—".to_owned()],
        |p| [format!("{p} %"), format!("{p}%")],
    );
    let (below, of) = key.below_target;
    let below = format!("{below}/{of}");
    let own = key.own_mark_only.to_string();
    let mut figures = vec![
        figure(["Below τ", &below], ["Below", &below], false),
        figure(["Fresh", &share[0]], ["Fresh", &share[1]], false),
        figure(["Own mark only", &own], ["Unval", &own], false),
    ];
    // Before the first validated mark the rest would be noughts; what to do next is more use.
    if manager && key.below_target.1 == 0 && key.fresh.1 > 0 {
        let next = "0 validated. Next: give marks · name critical posts · ask horizons";
        figures.push(figure(
            [next, ""],
            ["0 validated. Next: give marks", ""],
            true,
        ));
        return figures;
    }
    if manager {
        let (one, none) = (key.one_holder, key.no_holder);
        let value = format!("{one}, none {none}");
        let text = ["One holder", &*value];
        figures.push(figure(text, text, one + none > 0));
        if let Some((n, of)) = key.at_risk {
            let value = format!("{n}/{of}");
            figures.push(figure(["At risk", &value], ["Risk", &value], n > 0));
        }
    }
    let overdue = key.overdue.to_string();
    figures.push(figure(
        ["Overdue", &overdue],
        ["Late", &overdue],
        key.overdue > 0,
    ));
    if manager {
        let value = key.talks_due.to_string();
        let talks = ["Talks", &*value];
        figures.push(figure(talks, talks, false));
        let value = key.heard.map_or_else(|| "—".to_owned(), pair);
        let heard = ["Heard", &*value];
        figures.push(figure(heard, heard, false));
    }
    figures
}

/// The line of key figures; where there is little room, in short, and what does not fit is left out from the right.
fn key_line(buf: &mut Buffer, area: Area, state: &State, theme: &Theme) {
    let manager = state.is_manager();
    let now = figures(&state.overview.key, manager);
    let before = state
        .what_if
        .as_ref()
        .map(|s| figures(&s.board.key, manager));
    let old = |at: usize| before.as_ref().and_then(|b| b.get(at));
    let texts: Vec<(String, String, bool)> = now
        .iter()
        .enumerate()
        .map(|(at, f)| {
            let long = worded(&f.long, old(at).map(|o| &o.long));
            let short = worded(&f.short, old(at).map(|o| &o.short));
            (long, short, f.alarm)
        })
        .collect();
    let bar = Lines::of(theme.look.ascii).bar;
    // A space before, and three cells between two figures.
    let long: usize = texts.iter().map(|(long, ..)| long.width() + 3).sum();
    let is_long = long <= usize::from(area.w) + 2;
    let right = area.x + area.w;
    let mut x = area.x + 1;
    for (at, (long, short, alarm)) in texts.iter().enumerate() {
        let (text, gap) = if is_long { (long, 3) } else { (short, 1) };
        let gap = if at == 0 { 0 } else { gap };
        if usize::from(right.saturating_sub(x)) < text.width() + gap {
            break;
        }
        if at > 0 {
            let bar_x = x + u16::from(is_long);
            put(buf, bar_x, area.y, 1, bar, theme.dim);
            x = bar_x + 1 + u16::from(is_long);
        }
        let style: Style = if *alarm { theme.alarm } else { theme.strong };
        x = put(buf, x, area.y, right.saturating_sub(x), text, style);
    }
}
