//! Asking for a passphrase on the terminal, without echo. The echo is a loan like the screen: switched off by [`Asker::open`] and given
//! back on every way out, signals and suspension included.

use std::io;
use zeroize::Zeroizing;

/// Longest line that is taken, as a terminal's own line is.
const LONGEST: usize = 4096;

/// A terminal whose echo is off. Dropping it gives the echo back.
pub struct Asker(platform::Line);

impl Asker {
    /// Takes the terminal that the program was started on; `None` where nobody is there: neither standard input nor standard error is a
    /// terminal. From here on signals are taken by [`super::signal::keep_watch`].
    ///
    /// # Errors
    /// Where there is one that cannot be used.
    pub fn open() -> io::Result<Option<Self>> {
        use std::io::IsTerminal;
        if !io::stdin().is_terminal() && !io::stderr().is_terminal() {
            return Ok(None);
        }
        Ok(platform::Line::open()?.map(Self))
    }

    /// Asks a question and reads a line; `None` at the end of input.
    ///
    /// # Errors
    /// Where the terminal cannot be written or read.
    pub fn ask(&mut self, question: &str) -> io::Result<Option<Zeroizing<String>>> {
        let answer = self.0.ask(question)?;
        self.say("")?;
        Ok(answer)
    }

    /// Says something on the terminal.
    ///
    /// # Errors
    /// Where the terminal cannot be written.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        self.0.write(&format!("{text}\n"))
    }
}

/// One line without its end, from a reader that keeps nothing back; `None` where there is none. A line that is too long, or is no text, is
/// an error that does not repeat it.
///
/// # Errors
/// Where the reader fails, or the line cannot be a passphrase.
pub fn line(
    mut read: impl FnMut(&mut [u8]) -> io::Result<usize>,
) -> io::Result<Option<Zeroizing<String>>> {
    // Room for all of it from the start: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    let mut byte = Zeroizing::new([0]);
    loop {
        match read(&mut *byte) {
            Ok(0) if bytes.is_empty() => return Ok(None),
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) => bytes.push(byte[0]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
        if bytes.len() > LONGEST {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the line is longer than a passphrase may be",
            ));
        }
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the line is not UTF-8 text"))?;
    Ok(Some(Zeroizing::new(text.to_owned())))
}

#[cfg(unix)]
pub use platform::{give_back, take_back};

#[cfg(unix)]
mod platform {
    use super::{Zeroizing, io};
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use std::fs::{File, OpenOptions};
    use std::io::{Read, Write};
    use std::sync::{Mutex, PoisonError};

    /// What is held of the terminal, for whoever has to give it back: the thread that hears signals cannot reach the asker.
    static HELD: Mutex<Option<Held>> = Mutex::new(None);

    struct Held {
        terminal: File,
        before: Termios,
        silent: Termios,
        /// What was asked last and not answered.
        question: String,
    }

    fn held() -> std::sync::MutexGuard<'static, Option<Held>> {
        HELD.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Switches the echo on as it was, for as long as the program is stopped or for good. Nothing where it is not held.
    pub fn give_back() {
        if let Some(held) = &*held() {
            // Nobody is left to tell. What was typed ahead stays for whoever reads next.
            let _ = tcsetattr(&held.terminal, OptionalActions::Now, &held.before);
        }
    }

    /// Switches the echo off again after [`give_back`] and repeats the question. Nothing where it is not held.
    pub fn take_back() {
        if let Some(held) = &mut *held() {
            let _ = tcsetattr(&held.terminal, OptionalActions::Now, &held.silent);
            let _ = held.terminal.write_all(held.question.as_bytes());
        }
    }

    pub struct Line {
        terminal: File,
    }

    impl Line {
        pub fn open() -> io::Result<Option<Self>> {
            // The terminal itself, so that standard input and output may be files.
            let Ok(terminal) = OpenOptions::new().read(true).write(true).open("/dev/tty") else {
                return Ok(None);
            };
            super::super::signal::keep_watch()?;
            let before = tcgetattr(&terminal)?;
            let mut silent = before.clone();
            silent
                .local_modes
                .remove(LocalModes::ECHO | LocalModes::ECHONL);
            silent
                .local_modes
                .insert(LocalModes::ICANON | LocalModes::ISIG);
            *held() = Some(Held {
                terminal: terminal.try_clone()?,
                before,
                silent: silent.clone(),
                question: String::new(),
            });
            let line = Self { terminal };
            // What was typed before the question was not meant for it.
            tcsetattr(&line.terminal, OptionalActions::Flush, &silent)?;
            Ok(Some(line))
        }

        pub fn write(&mut self, text: &str) -> io::Result<()> {
            self.terminal.write_all(text.as_bytes())
        }

        pub fn ask(&mut self, question: &str) -> io::Result<Option<Zeroizing<String>>> {
            if let Some(held) = &mut *held() {
                question.clone_into(&mut held.question);
            }
            self.write(question)?;
            let answer = super::line(|byte| self.terminal.read(byte));
            if let Some(held) = &mut *held() {
                held.question.clear();
            }
            answer
        }
    }

    impl Drop for Line {
        fn drop(&mut self) {
            give_back();
            *held() = None;
        }
    }
}

#[cfg(not(unix))]
mod platform {
    use super::{LONGEST, Zeroizing, io};
    use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
    use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
    use std::io::Write;

    /// Raw mode stands in for a terminal without echo; Ctrl-C comes as a key then.
    pub struct Line(());

    impl Line {
        pub fn open() -> io::Result<Option<Self>> {
            enable_raw_mode()?;
            Ok(Some(Self(())))
        }

        pub fn write(&mut self, text: &str) -> io::Result<()> {
            let mut out = io::stderr().lock();
            out.write_all(text.replace('\n', "\r\n").as_bytes())?;
            out.flush()
        }

        pub fn ask(&mut self, question: &str) -> io::Result<Option<Zeroizing<String>>> {
            self.write(question)?;
            let mut text = Zeroizing::new(String::with_capacity(LONGEST));
            loop {
                let Event::Key(key) = read()? else { continue };
                if key.kind == KeyEventKind::Release {
                    continue;
                }
                match key.code {
                    KeyCode::Enter => return Ok(Some(text)),
                    KeyCode::Backspace => drop(text.pop()),
                    KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                        return Ok(None);
                    }
                    KeyCode::Char(c) if text.len() + c.len_utf8() <= LONGEST => text.push(c),
                    _ => {}
                }
            }
        }
    }

    impl Drop for Line {
        fn drop(&mut self) {
            // Nobody is left to tell.
            let _ = disable_raw_mode();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn of(mut text: &[u8]) -> io::Result<Option<String>> {
        line(|byte| text.read(byte)).map(|l| l.map(|l| l.to_string()))
    }

    #[test]
    fn a_line_ends_where_it_ends() {
        assert_eq!(of(b"").unwrap(), None);
        assert_eq!(of(b"\n").unwrap().unwrap(), "");
        assert_eq!(of(b"open sesame").unwrap().unwrap(), "open sesame");
        assert_eq!(of(b" open \r\nmore\n").unwrap().unwrap(), " open ");
        assert!(of(b"\xff\xfe\n").is_err());
        assert!(of(&[b'x'; LONGEST + 1]).is_err());
        assert_eq!(of(&[b'x'; LONGEST]).unwrap().unwrap().len(), LONGEST);
    }

    #[test]
    fn what_follows_a_line_is_left_for_the_next_reader() {
        let mut text: &[u8] = b"secret\nwell done";
        line(|byte| text.read(byte)).unwrap();
        assert_eq!(text, b"well done");
    }
}
