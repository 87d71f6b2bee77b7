//! Draws the cell explained under the heatmap.

use super::theme::Theme;
use super::{entries, paint, rect};
use crate::app::{Area, State};
use ratatui::buffer::Buffer;

/// Draws the explanation, or what to do to get one.
pub fn draw(buf: &mut Buffer, area: Area, state: &State, theme: &Theme) {
    let inner = area.inner();
    let Some(detail) = &state.heatmap.detail else {
        paint::frame(buf, rect(area), "", false, theme);
        let text = "Put the cursor on a person's cell to see how its number is made.";
        paint::put(buf, inner.x, inner.y, inner.w, text, theme.dim);
        return;
    };
    paint::frame(buf, rect(area), &detail.title, false, theme);
    if detail.reading {
        let right = (area.x + area.w).saturating_sub(2);
        paint::put_right(buf, area.x, right, area.y, " reading… ", theme.dim);
    }
    entries::draw(buf, inner, &detail.entries, state.heatmap.detail_top, theme);
}
