//! A program in a pseudo-terminal: send keys, wait until the screen satisfies a predicate, resize, signal, exit status.
//! Waiting ends with the event; the watchdog is generous and only there to end a test that hangs.

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Long enough for a debug build on a busy machine; never waited for when all is well.
const WATCHDOG: Duration = Duration::from_secs(90);

struct Output {
    parser: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
}

/// A program that runs in a pseudo-terminal.
pub struct Pty {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    shared: Arc<(Mutex<Output>, Condvar)>,
    /// The terminal's settings before the program started.
    #[cfg(unix)]
    modes: String,
}

/// The settings of a terminal, in a form that can be compared.
#[cfg(unix)]
fn modes(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios())
}

impl Pty {
    /// Starts the built program with arguments and extra environment at a size (columns, rows).
    pub fn guildhall(args: &[&str], env: &[(&str, &str)], size: (u16, u16)) -> Self {
        Self::start(&super::program(), args, env, size)
    }

    /// Starts any program.
    pub fn start(program: &str, args: &[&str], env: &[(&str, &str)], size: (u16, u16)) -> Self {
        let (cols, rows) = size;
        let pair = native_pty_system()
            .openpty(PtySize {
                rows,
                cols,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("a pseudo-terminal");
        #[cfg(unix)]
        let modes = modes(&*pair.master);
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        command.env_remove("NO_COLOR");
        command.env_remove("GUILDHALL_DATA_DIR");
        for (name, value) in env {
            command.env(name, value);
        }
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let shared = Arc::new((
            Mutex::new(Output {
                parser: vt100::Parser::new(rows, cols, 0),
                raw: Vec::new(),
                closed: false,
            }),
            Condvar::new(),
        ));
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            let mut chunk = [0; 65536];
            loop {
                let read = reader.read(&mut chunk).unwrap_or(0);
                let mut output = theirs.0.lock().unwrap();
                if read == 0 {
                    output.closed = true;
                } else {
                    output.parser.process(&chunk[..read]);
                    output.raw.extend_from_slice(&chunk[..read]);
                }
                theirs.1.notify_all();
                if read == 0 {
                    break;
                }
            }
        });
        Self {
            master: pair.master,
            writer,
            child,
            shared,
            #[cfg(unix)]
            modes,
        }
    }

    /// Sends keys by name, separated by spaces: `Tab`, `Enter`, `Esc`, `Up`, `Ctrl-r`, `Space`, single characters, or quoted text that
    /// is typed as it stands (`"Ann Example"`). Between two keys, and after `Esc`, the frame that answers is waited for: a terminal
    /// cannot tell Esc and a key right behind it from that key with Alt.
    pub fn keys(&mut self, names: &str) {
        let names = key_names(names);
        for (n, name) in names.iter().enumerate() {
            let before = self.frames();
            self.send(&key_bytes(name));
            if n + 1 < names.len() || name.eq_ignore_ascii_case("esc") {
                self.until_frame_after(before);
            }
        }
    }

    /// Frames drawn so far.
    fn frames(&self) -> usize {
        frames(&self.shared.0.lock().unwrap().raw)
    }

    fn until_frame_after(&self, before: usize) {
        let start = Instant::now();
        let mut output = self.shared.0.lock().unwrap();
        while frames(&output.raw) <= before && !output.closed {
            let left = WATCHDOG.saturating_sub(start.elapsed());
            assert!(!left.is_zero(), "a key was not answered by a frame");
            output = self.shared.1.wait_timeout(output, left).unwrap().0;
        }
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).expect("the program reads");
        self.writer.flush().expect("the program reads");
    }

    /// Waits until the screen satisfies a predicate. The screen is in the message if the watchdog ends it.
    pub fn until(&self, what: &str, ok: impl Fn(&vt100::Screen) -> bool) {
        let start = Instant::now();
        let mut output = self.shared.0.lock().unwrap();
        loop {
            if ok(output.parser.screen()) {
                return;
            }
            let left = WATCHDOG.saturating_sub(start.elapsed());
            assert!(
                !left.is_zero() && !output.closed,
                "never came: {what}\n{}",
                output.parser.screen().contents()
            );
            output = self.shared.1.wait_timeout(output, left).unwrap().0;
        }
    }

    /// Waits until every text stands on the screen.
    pub fn shows(&self, texts: &[&str]) {
        for text in texts {
            self.until(text, |screen| on_screen(screen, text));
        }
    }

    /// Waits until a text has left the screen.
    pub fn shows_no(&self, text: &str) {
        self.until(&format!("no “{text}”"), |screen| {
            !on_screen(screen, text)
        });
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        self.shared.0.lock().unwrap().parser.screen().contents()
    }

    /// Looks at the screen as it is now.
    pub fn look<T>(&self, f: impl FnOnce(&vt100::Screen) -> T) -> T {
        f(self.shared.0.lock().unwrap().parser.screen())
    }

    /// All bytes that came so far.
    pub fn raw(&self) -> Vec<u8> {
        self.shared.0.lock().unwrap().raw.clone()
    }

    /// Waits until the raw output holds a text.
    pub fn until_raw(&self, text: &str) {
        let start = Instant::now();
        let mut output = self.shared.0.lock().unwrap();
        loop {
            if output.raw.windows(text.len()).any(|w| w == text.as_bytes()) {
                return;
            }
            let left = WATCHDOG.saturating_sub(start.elapsed());
            assert!(
                !left.is_zero() && !output.closed,
                "never came: {text}\n{}",
                String::from_utf8_lossy(&output.raw)
            );
            output = self.shared.1.wait_timeout(output, left).unwrap().0;
        }
    }

    /// Gives the terminal another size.
    pub fn resize(&self, cols: u16, rows: u16) {
        self.shared
            .0
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(rows, cols);
        self.master
            .resize(PtySize {
                rows,
                cols,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("the terminal takes a size");
    }

    /// The program's process id.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("the program runs")
    }

    /// Sends a signal to the program.
    #[cfg(unix)]
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.pid()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits until the program has stopped itself (Ctrl-Z). What it wrote before that says nothing of when it does.
    #[cfg(unix)]
    pub fn stopped(&mut self) {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let pid = Pid::from_raw(i32::try_from(self.pid()).unwrap()).unwrap();
        let start = Instant::now();
        let look = WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        while waitid(WaitId::Pid(pid), look).unwrap().is_none() {
            assert!(
                start.elapsed() < WATCHDOG,
                "the program does not stop\n{}",
                self.screen()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Whether the program has not ended yet.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a status").is_none()
    }

    /// Whether what is typed is shown.
    #[cfg(unix)]
    pub fn echoes(&self) -> bool {
        const ECHO: u64 = 0o10;
        let modes = self.master.get_termios().expect("the terminal's settings");
        #[allow(clippy::useless_conversion)] // 32 bits on one system, 64 on another.
        let local = u64::from(modes.local_flags.bits());
        local & ECHO != 0
    }

    /// Waits for the end and for the last byte of output.
    pub fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                break status;
            }
            assert!(
                start.elapsed() < WATCHDOG,
                "the program does not end\n{}",
                self.screen()
            );
            thread::sleep(Duration::from_millis(2));
        };
        let mut output = self.shared.0.lock().unwrap();
        while !output.closed && start.elapsed() < WATCHDOG {
            let left = WATCHDOG.saturating_sub(start.elapsed());
            output = self.shared.1.wait_timeout(output, left).unwrap().0;
        }
        status
    }

    /// Asserts that the terminal is as a program should leave it: main screen, cursor shown, no mouse, no bracketed paste, and
    /// (on Unix) line editing on again.
    pub fn assert_restored(&self) {
        self.look(|screen| {
            assert!(!screen.alternate_screen(), "still on the alternate screen");
            assert!(!screen.hide_cursor(), "the cursor is hidden");
            assert!(!screen.bracketed_paste(), "bracketed paste is on");
            assert_eq!(
                screen.mouse_protocol_mode(),
                vt100::MouseProtocolMode::None,
                "the mouse is still taken"
            );
        });
        #[cfg(unix)]
        assert_eq!(
            modes(&*self.master),
            self.modes,
            "line editing is not as it was"
        );
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// Frames in raw output: each ends its synchronised update.
fn frames(raw: &[u8]) -> usize {
    const END: &[u8] = b"\x1b[?2026l";
    raw.windows(END.len()).filter(|w| *w == END).count()
}

/// Names of keys separated by spaces; quoted text is one name, its quotes kept.
pub fn key_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"').and_then(|inner| inner.find('"')) {
            Some(quote) => quote + 2,
            None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        names.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    names
}

/// Whether a text stands in one line of the screen.
pub fn on_screen(screen: &vt100::Screen, text: &str) -> bool {
    let (_, cols) = screen.size();
    screen.rows(0, cols).any(|row| row.contains(text))
}

/// What a terminal sends for a key.
pub fn key_bytes(name: &str) -> Vec<u8> {
    let named: &[u8] = match name.to_ascii_lowercase().as_str() {
        "enter" | "↵" => b"\r",
        "esc" => b"\x1b",
        "tab" => b"\t",
        "backtab" | "shift-tab" => b"\x1b[Z",
        "space" => b" ",
        "backspace" => b"\x7f",
        "delete" => b"\x1b[3~",
        "up" => b"\x1b[A",
        "down" => b"\x1b[B",
        "right" => b"\x1b[C",
        "left" => b"\x1b[D",
        "home" => b"\x1b[H",
        "end" => b"\x1b[F",
        "pageup" => b"\x1b[5~",
        "pagedown" => b"\x1b[6~",
        _ => b"",
    };
    if !named.is_empty() {
        return named.to_vec();
    }
    if let Some(letter) = name.to_ascii_lowercase().strip_prefix("ctrl-") {
        let letter = letter.as_bytes();
        assert_eq!(letter.len(), 1, "unknown key “{name}”");
        return vec![letter[0] & 0x1f];
    }
    if let Some(word) = name.strip_prefix('"').and_then(|w| w.strip_suffix('"')) {
        return word.as_bytes().to_vec();
    }
    assert_eq!(name.chars().count(), 1, "unknown key “{name}”");
    name.as_bytes().to_vec()
}
