//! Where frames go.

use crate::app::State;
use crate::term::Screen;
use crate::ui;
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::layout::Rect;
use std::io::{self, Write};

/// Something that frames are drawn on.
pub trait Canvas {
    /// Draws what changed since the last frame.
    ///
    /// # Errors
    /// Where it cannot be written to.
    fn draw(&mut self, state: &State) -> io::Result<()>;

    /// Forgets what is on it, so that the next frame draws everything. Returns its size.
    ///
    /// # Errors
    /// Where it cannot be written to.
    fn forget(&mut self) -> io::Result<(u16, u16)>;
}

impl Canvas for Screen {
    fn draw(&mut self, state: &State) -> io::Result<()> {
        // Terminals that know it show the frame whole; the others skip it, as they do every private mode.
        queue!(self.backend_mut(), BeginSynchronizedUpdate)?;
        Self::draw(self, |frame| ui::draw(frame, state))?;
        queue!(self.backend_mut(), EndSynchronizedUpdate)?;
        Write::flush(self.backend_mut())
    }

    fn forget(&mut self) -> io::Result<(u16, u16)> {
        // `Terminal::clear` would ask the terminal where its cursor is and wait for the answer; `resize` clears without asking.
        let size = self.size()?;
        self.resize(Rect::new(0, 0, size.width, size.height))?;
        Ok((size.width, size.height))
    }
}
