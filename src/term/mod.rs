//! The terminal as a loan: taken in one place, given back on every way out.
//! Must not know: rules, documents, screens.

pub mod guard;
pub mod panic;
pub mod secret;
pub mod signal;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use std::io::{self, BufWriter, IsTerminal, Stdout};

/// Where frames are drawn. Its own buffer holds a whole frame: standard output alone would cut it into kilobytes.
pub type Screen = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// Bytes kept back until a frame is complete; a full frame at 200×50 with styles is smaller.
const FRAME_BYTES: usize = 128 * 1024;

/// Makes the screen. Asks the terminal nothing; its size comes from the system.
///
/// # Errors
/// Where the size cannot be read.
pub fn screen() -> io::Result<Screen> {
    // Under NO_COLOR crossterm would drop bold and reversed with the colours; the theme already has none then.
    crossterm::style::force_color_output(true);
    Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(
        FRAME_BYTES,
        io::stdout(),
    )))
}

/// Whether both ends are a terminal, so that a dashboard can be shown.
pub fn is_interactive() -> bool {
    io::stdout().is_terminal() && io::stdin().is_terminal()
}
