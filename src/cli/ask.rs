//! Passphrases: from a file, or asked for on the terminal without showing them.

use crate::config::Problem;
use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// A passphrase file is read up to so many bytes.
const LONGEST: u64 = 4096;

/// The first line of a file, or of standard input where the file is called "-".
pub fn from_file(path: &Path) -> Result<Zeroizing<String>, Problem> {
    let what = || format!("the passphrase in {}", path.display());
    let mut text = Zeroizing::new(String::new());
    let read = match path.as_os_str() == "-" {
        true => io::stdin().take(LONGEST).read_to_string(&mut text),
        false => std::fs::File::open(path).and_then(|f| f.take(LONGEST).read_to_string(&mut text)),
    };
    read.map_err(|e| Problem::of(what(), e))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Problem::new(
            what(),
            "its first line is empty",
            "write the passphrase into the first line of the file",
        ));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

/// Whether somebody can be asked.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a passphrase; nothing of it is shown.
pub fn hidden(question: &str) -> Result<Zeroizing<String>, Problem> {
    let failed = |e: io::Error| Problem::of("the terminal", e);
    let mut out = io::stderr().lock();
    // Before the question stands there: whoever answers at once must not see it either.
    terminal::enable_raw_mode().map_err(failed)?;
    let typed = write!(out, "{question}: ")
        .and_then(|()| out.flush())
        .and_then(|()| read_line());
    // Given back before anything is said.
    let back = terminal::disable_raw_mode();
    writeln!(out).map_err(failed)?;
    back.map_err(failed)?;
    typed
        .map_err(failed)?
        .ok_or_else(|| Problem::new("the passphrase", "you gave up", "nothing was done"))
}

/// What is typed up to Return; `None` after Ctrl-C, Ctrl-D or Escape.
fn read_line() -> io::Result<Option<Zeroizing<String>>> {
    // Roomy, so that no former copy of it is left behind by growing.
    let mut line = Zeroizing::new(String::with_capacity(1024));
    loop {
        let key = match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => key,
            Event::Paste(text) => {
                line.push_str(text.lines().next().unwrap_or_default());
                continue;
            }
            _ => continue,
        };
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Ok(Some(line)),
            KeyCode::Char('j' | 'm') if control => return Ok(Some(line)),
            KeyCode::Char('c' | 'd') if control => return Ok(None),
            KeyCode::Esc => return Ok(None),
            KeyCode::Char('u') if control => line.clear(),
            KeyCode::Backspace => {
                line.pop();
            }
            KeyCode::Char(c) if !control && line.len() < LONGEST as usize => line.push(c),
            _ => {}
        }
    }
}
