//! Drives the real update loop with scripted keys and shows what is drawn: glyphs, and a legend of styles.

use chrono::NaiveDate;
use guildhall::app::event::{Mouse, MouseKind};
use guildhall::app::keymap::{key, load};
use guildhall::app::look::Look;
use guildhall::app::{self, Effect, Event, Options, State};
use guildhall::domain::Team;
use ratatui::Terminal;
use ratatui::backend::{Backend, TestBackend};
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use std::fmt::Write;
use std::sync::Arc;

/// The day that tests take as today.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

/// A state, the terminal that it is drawn on, and the effects that went out.
pub struct Drive {
    /// The state.
    pub state: State,
    /// Every effect so far.
    pub effects: Vec<Effect>,
}

impl Drive {
    /// The first screen of a team at a size, with the default keys and look.
    pub fn new(team: Arc<Team>, size: (u16, u16)) -> Self {
        Self::with_look(team, size, Look::default())
    }

    /// The same with a look.
    pub fn with_look(team: Arc<Team>, size: (u16, u16), look: Look) -> Self {
        let options = Options {
            demo: false,
            store_ready: true,
            look,
            keys: Arc::new(load::load(None).unwrap()),
        };
        let mut drive = Self {
            state: State::new(team, today(), options),
            effects: Vec::new(),
        };
        drive.event(Event::Resize(size.0, size.1));
        drive
    }

    /// Sends an event.
    pub fn event(&mut self, event: Event) {
        let effects = app::update(&mut self.state, event);
        self.effects.extend(effects);
    }

    /// Sends keys by the names of key map files, separated by spaces.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for name in keys.split_whitespace() {
            let key = key::parse(name).unwrap_or_else(|| panic!("no key is called {name}"));
            self.event(Event::Key(key));
        }
        self
    }

    /// A click.
    pub fn click(&mut self, x: u16, y: u16) -> &mut Self {
        let kind = MouseKind::Click;
        self.event(Event::Mouse(Mouse { x, y, kind }));
        self
    }

    /// Draws, and gives the buffer and the place of the terminal's cursor where it is shown.
    pub fn draw(&self) -> (Buffer, Option<(u16, u16)>) {
        let (w, h) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(w, h)).unwrap();
        terminal
            .draw(|frame| guildhall::ui::draw(frame, &self.state))
            .unwrap();
        let shown = terminal.backend().cursor_visible();
        let cursor = terminal.backend_mut().get_cursor_position().unwrap();
        let buffer = terminal.backend().buffer().clone();
        (buffer, shown.then_some((cursor.x, cursor.y)))
    }

    /// The whole screen as lines of text.
    pub fn lines(&self) -> Vec<String> {
        lines(&self.draw().0)
    }

    /// The line that has a text; fails with the whole screen if none has.
    pub fn line_with(&self, text: &str) -> String {
        let lines = self.lines();
        match lines.iter().find(|line| line.contains(text)) {
            Some(line) => line.clone(),
            None => panic!("no line has “{text}”:\n{}", lines.join("\n")),
        }
    }

    /// Whether a text stands somewhere on the screen.
    pub fn shows(&self, text: &str) -> bool {
        self.lines().iter().any(|line| line.contains(text))
    }

    /// Glyphs, then the same places as letters for styles, then what the letters mean. The part of the current screen only: title,
    /// purpose and hint line have snapshots of their own.
    pub fn snapshot(&self) -> String {
        let (buffer, cursor) = self.draw();
        let body = self.state.body();
        let mut styles: Vec<Style> = Vec::new();
        let mut glyphs = String::new();
        let mut letters = String::new();
        for y in body.y..body.y + body.h {
            let mut line = String::new();
            let mut marks = String::new();
            for x in body.x..body.x + body.w {
                let cell = &buffer[(x, y)];
                line.push_str(cell.symbol());
                let style = cell.style();
                let at = styles.iter().position(|s| *s == style).unwrap_or_else(|| {
                    styles.push(style);
                    styles.len() - 1
                });
                marks.push(letter(at));
            }
            writeln!(glyphs, "{}", line.trim_end()).unwrap();
            writeln!(letters, "{}", marks.trim_end_matches('.')).unwrap();
        }
        let mut out = format!("{glyphs}\n{letters}\n");
        for (at, style) in styles.iter().enumerate() {
            writeln!(out, "{} {style:?}", letter(at)).unwrap();
        }
        writeln!(out, "cursor {cursor:?}").unwrap();
        out
    }
}

/// '.' for the first style, which is mostly the ground, then letters.
fn letter(at: usize) -> char {
    ".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        .chars()
        .nth(at)
        .unwrap_or('#')
}

/// A buffer as lines of text.
pub fn lines(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    (area.top()..area.bottom())
        .map(|y| {
            (area.left()..area.right())
                .map(|x| buffer[(x, y)].symbol())
                .collect()
        })
        .collect()
}
