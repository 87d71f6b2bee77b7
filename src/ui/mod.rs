//! Drawing: one file a screen, widgets and themes. Must not know: how to change any state.

pub mod actions;
pub mod actions_pane;
pub mod ascii;
pub mod cell_detail;
pub mod cell_text;
pub mod choosing;
pub mod compare;
pub mod entries;
pub mod forms;
pub mod framework;
pub mod heatmap;
pub mod history;
pub mod matrix;
pub mod overlay;
pub mod overview;
pub mod paint;
pub mod person;
pub mod qr;
pub mod shell;
pub mod succession;
pub mod succession_pane;
pub mod sync;
pub mod theme;
pub mod what_if;

use crate::app::layout::Area;
use crate::app::{Screen, State};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use theme::Theme;

/// Draws the whole screen.
pub fn draw(frame: &mut Frame<'_>, state: &State) {
    let theme = Theme::new(state.options.look);
    let size = frame.area();
    let Some(shell) = state.shell((size.width, size.height)) else {
        shell::too_small(frame, &theme);
        return;
    };
    frame.buffer_mut().set_style(size, theme.base);
    let body = rect(shell.body);
    match state.screen() {
        Screen::Overview => overview::draw(frame, body, state, &theme),
        Screen::Heatmap => heatmap::draw(frame, body, state, &theme),
        Screen::Person => person::draw(frame, body, state, &theme),
        Screen::Framework => framework::draw(frame, body, state, &theme),
        Screen::Succession => succession::draw(frame, body, state, &theme),
        Screen::Compare => compare::draw(frame, body, state, &theme),
        Screen::Actions => actions::draw(frame, body, state, &theme),
        Screen::History => history::draw(frame, body, state, &theme),
        Screen::Sync => sync::draw(frame, body, state, &theme),
    }
    what_if::draw(frame.buffer_mut(), shell.banner, state, &theme);
    shell::draw(frame, &shell, state, &theme);
    overlay::draw(frame, state, &theme);
    if theme.look.ascii {
        ascii::fold(frame.buffer_mut());
    }
}

/// Where an area lies in a buffer: for a moment after a resize the terminal may be smaller than the state knows.
fn clipped(buf: &Buffer, area: Area) -> Rect {
    rect(area).intersection(buf.area)
}

/// An area of `app` as ratatui has it.
pub fn rect(area: Area) -> Rect {
    Rect::new(area.x, area.y, area.w, area.h)
}
