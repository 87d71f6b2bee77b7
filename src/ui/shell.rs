//! The frame that every screen shares: title, purpose and hint line; and the one word for screens that are too small.

use super::rect;
use super::theme::Theme;
use crate::app::State;
use crate::app::layout::Shell;
use ratatui::Frame;
use ratatui::text::Line;

/// What the figures are for. It stands on the first screen and on every report.
pub const PURPOSE: &str = "For development: not for pay, not for redundancy. Posts are filled by the normal recruitment process.";

/// Below the smallest size nothing else is drawn.
pub fn too_small(frame: &mut Frame<'_>, theme: &Theme) {
    let area = frame.area();
    if area.area() > 0 {
        frame.render_widget(Line::styled("too small", theme.base), area);
    }
}

/// Title, purpose and hint line.
pub fn draw(frame: &mut Frame<'_>, shell: &Shell, state: &State, theme: &Theme) {
    frame.render_widget(
        Line::styled(format!(" {}", state.team.base.name), theme.title),
        rect(shell.title),
    );
    frame.render_widget(
        Line::styled(format!(" {PURPOSE}"), theme.dim),
        rect(shell.purpose),
    );
}
