//! Draws the Heatmap screen.

use super::cell_text::Signs;
use super::paint::{Lines, put, put_right};
use super::theme::Theme;
use super::{cell_detail, matrix};
use crate::app::screen::heatmap::{HEAD_ROWS, parts};
use crate::app::screen::matrix::{GROUPINGS, Matrix, Mode, grouping_label};
use crate::app::what_if::Mode as Shown;
use crate::app::{Area, State};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Draws it into its area.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, theme: &Theme) {
    let body = Area::new(area.x, area.y, area.width, area.height);
    let parts = parts(body, state.heatmap.open);
    let buf = frame.buffer_mut();
    head(buf, parts.head, state, theme);
    let drawn = matrix::draw(buf, parts.matrix, HEAD_ROWS, true, state, theme);
    if state.heatmap.open {
        cell_detail::draw(buf, parts.detail, state, theme);
    }
    if let Some(simulation) = state
        .what_if
        .as_ref()
        .filter(|s| !matches!(s.mode, Shown::AsOf(_)))
    {
        let text = match (&simulation.mode, state.heatmap.matrix.mode) {
            (Shown::Since(_), Mode::Difference) => {
                " + or − since that day  new  gone  → another state  · the same; ↵ says what it was"
            }
            (Shown::Since(_), _) => {
                " → is another now; mode “change” says by how much, ↵ on the cell what it was"
            }
            _ => " → would be another; ↵ on the cell says what stands",
        };
        put(
            buf,
            parts.legend.x,
            parts.legend.y,
            parts.legend.w,
            text,
            theme.dim,
        );
    } else {
        legend(buf, parts.legend, &state.heatmap.matrix, theme);
    }
    if let Some(cursor) = drawn.cursor
        && state.overlays.is_empty()
    {
        frame.set_cursor_position(cursor);
    }
}

/// Modes, groupings, how many are shown, and the filter.
fn head(buf: &mut Buffer, area: Area, state: &State, theme: &Theme) {
    let matrix = &state.heatmap.matrix;
    let right = area.x + area.w;
    let mut x = area.x + 1;
    let mut word = |buf: &mut Buffer, text: &str, chosen: bool| {
        let room = right.saturating_sub(x);
        if chosen {
            // Brackets say it without colour.
            x = put(buf, x, area.y, room, "[", theme.key);
            x = put(buf, x, area.y, right.saturating_sub(x), text, theme.strong);
            x = put(buf, x, area.y, right.saturating_sub(x), "] ", theme.key);
        } else {
            x = put(buf, x, area.y, room, text, theme.dim);
            x = put(buf, x, area.y, right.saturating_sub(x), " ", theme.dim);
        }
    };
    word(buf, "mode", false);
    let since = state.what_if.as_ref().is_some_and(|s| s.is_since());
    for mode in Mode::ALL {
        // Beside an earlier day its cells do not hold one mark against the other.
        let label = match mode {
            Mode::Difference if since => "change",
            _ => mode.label(),
        };
        word(buf, label, mode == matrix.mode);
    }
    word(buf, " group", false);
    for by in GROUPINGS {
        word(buf, grouping_label(by), by == matrix.grouping);
    }
    let status = status(matrix, theme);
    let room = right.saturating_sub(x);
    if usize::from(room) > status.width() {
        put_right(buf, x, right - 1, area.y, &status, theme.base);
    } else {
        put(buf, x, area.y, room, &status, theme.base);
    }
}

/// How many rows are shown of how many, and why not all.
pub fn status(matrix: &Matrix, theme: &Theme) -> String {
    let dot = Lines::of(theme.look.ascii).dot;
    if !matrix.filter.is_empty() {
        return format!(
            "/{} {dot} {} of {} people",
            matrix.filter, matrix.shown, matrix.readable
        );
    }
    if matrix.personal {
        return "your own rows and those you assess".to_owned();
    }
    format!("{} people", matrix.shown)
}

/// What the signs mean: the longest wording that fits.
fn legend(buf: &mut Buffer, area: Area, matrix: &Matrix, theme: &Theme) {
    let s = Signs::of(theme.look.ascii);
    let [a, b, c] = s.shades;
    let (own, stale, none, na) = (s.own, s.stale, s.none, s.not_expected);
    let (conflict, unseen, changed, draft) = (s.conflict, s.not_observed, s.changed, s.draft);
    let flag = s.flag;
    let words = match matrix.mode {
        Mode::Difference => [
            format!(
                " manager's mark less own mark, both fresh  {flag} worth a talk  {none} not both  {na} not expected  {conflict} conflict  {unseen} not observed"
            ),
            format!(
                " manager less own  {flag} worth a talk  {none} not both  {na} n/a  {conflict} conflict"
            ),
            format!(" manager less own  {flag} talk  {none} not both"),
        ],
        Mode::State => [
            format!(
                " met  gap {a}{b}{c}  own = own mark only {own}  old = out of date {stale}  n/t = no target  {none} no mark  {na} not expected  {conflict} conflict  {unseen} not observed"
            ),
            format!(
                " met gap  own mark only {own}  old {stale}  n/t no target  {none} no mark  {na} n/a  {conflict} conflict"
            ),
            format!(" own mark only {own}  old {stale}  n/t no target"),
        ],
        Mode::Mark | Mode::Gap => [
            format!(
                " gap {a} to 0.5 {b} to 1.5 {c} more  {own} own mark only  {stale} out of date  {none} no mark  {na} not expected  {conflict} conflict  {unseen} not observed  {changed} own mark changed since  {draft} draft"
            ),
            format!(
                " gap {a} .5 {b} 1.5 {c} more  {own} own only  {stale} old  {none} no mark  {na} not expected  {conflict} conflict  {unseen} not observed  {changed} newer own  {draft} draft"
            ),
            format!(
                " gap {a}{b}{c}  {own} own  {stale} old  {none} none  {na} n/a  {conflict} conflict  {unseen} not obs.  {changed} newer  {draft} draft"
            ),
        ],
    };
    let fits = words.iter().find(|w| w.width() <= usize::from(area.w));
    let text = fits.unwrap_or(&words[2]);
    put(buf, area.x, area.y, area.w, text, theme.dim);
}
