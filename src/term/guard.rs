//! Raw mode, alternate screen, mouse, bracketed paste and cursor: taken by [`Guard::enter`], given back by [`restore`], which the
//! guard's drop, the panic hook and the way into suspension all call. Giving back twice does nothing.

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, queue, style};
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the terminal is ours at this moment.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Holds the terminal; dropping it gives the terminal back.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal.
    ///
    /// # Errors
    /// Where the terminal refuses; then it is as it was before.
    pub fn enter() -> io::Result<Self> {
        let guard = Self(());
        take()?;
        Ok(guard)
    }

    /// Takes the terminal again after [`restore`], for instance on the way back from suspension.
    ///
    /// # Errors
    /// Where the terminal refuses.
    pub fn again(&self) -> io::Result<()> {
        take()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

fn take() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    let taken = enable_raw_mode().and_then(|()| {
        let mut out = io::stdout().lock();
        queue!(
            out,
            EnterAlternateScreen,
            EnableBracketedPaste,
            cursor::Hide
        )?;
        mouse_on(&mut out)?;
        out.flush()
    });
    if taken.is_err() {
        restore();
    }
    taken
}

/// Clicks and the wheel, without every movement of the pointer: crossterm's own command asks for those too, and each would wake
/// the program for nothing.
#[cfg(unix)]
fn mouse_on(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"\x1b[?1000h\x1b[?1006h")
}

#[cfg(not(unix))]
fn mouse_on(out: &mut impl Write) -> io::Result<()> {
    queue!(out, crossterm::event::EnableMouseCapture)
}

/// Has the system say once more what there is to read. Where a key comes at the moment of a new size, the reader of events takes the size
/// alone, and the key would lie there until the next one: it is told of what comes, once, and not of what is there. Setting the terminal's
/// mode as it is makes the system tell again, and nothing else.
#[cfg(unix)]
pub fn stir() {
    let stdin = rustix::stdio::stdin();
    if is_taken() && rustix::termios::isatty(stdin) {
        // Where it cannot be done, the next key brings the other along.
        let _ = tell_again(stdin);
    }
}

#[cfg(unix)]
fn tell_again(terminal: impl std::os::fd::AsFd) -> io::Result<()> {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
    let mode = tcgetattr(&terminal)?;
    Ok(tcsetattr(&terminal, OptionalActions::Now, &mode)?)
}

/// The console keeps what is typed in a list of its own.
#[cfg(not(unix))]
pub fn stir() {}

/// Whether the terminal is held now.
pub fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Gives the terminal back, if it is held. What fails here has nobody left to tell, and the rest is still tried.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout().lock();
    let _ = queue!(
        out,
        style::ResetColor,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = out.flush();
    let _ = disable_raw_mode();
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use rustix::event::Timespec;
    use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
    use std::fs::File;
    use std::io::Read;

    /// As the reader of events waits: told of what comes, and not of what is there.
    #[test]
    fn what_lies_unread_is_told_once_more() {
        let sizes = portable_pty::PtySize::default();
        let pair = portable_pty::native_pty_system().openpty(sizes).unwrap();
        let name = pair.master.tty_name().unwrap();
        let mut terminal = File::options().read(true).write(true).open(name).unwrap();
        let mut mode = rustix::termios::tcgetattr(&terminal).unwrap();
        mode.make_raw();
        let now = rustix::termios::OptionalActions::Now;
        rustix::termios::tcsetattr(&terminal, now, &mode).unwrap();
        let waiting = epoll::create(CreateFlags::CLOEXEC).unwrap();
        let edge = EventFlags::IN | EventFlags::ET;
        epoll::add(&waiting, &terminal, EventData::new_u64(1), edge).unwrap();
        let told = |seconds: i64| {
            let nothing = Event {
                flags: EventFlags::empty(),
                data: EventData::new_u64(0),
            };
            let patience = Timespec {
                tv_sec: seconds,
                tv_nsec: 0,
            };
            epoll::wait(&waiting, &mut [nothing], Some(&patience)).unwrap() == 1
        };
        assert!(!told(0));
        // It says its end when it is dropped.
        let mut keyboard = pair.master.take_writer().unwrap();
        keyboard.write_all(b"q").unwrap();
        assert!(told(60));
        assert!(!told(0), "it is told of again, and this mends nothing");
        tell_again(&terminal).unwrap();
        assert!(told(0));
        let mut key = [0];
        terminal.read_exact(&mut key).unwrap();
        assert_eq!(&key, b"q");
        tell_again(&terminal).unwrap();
        assert!(!told(0), "nothing is there to be told of");
    }
}
