//! Longer words beside a mark: a manager's feedback, or one's own evidence with a link.

use super::Outcome;
use super::field::Field;
use crate::app::beside;
use crate::app::editing::Target;
use crate::app::keymap::key::Plain;
use crate::app::state::State;
use crate::domain::text::is_hidden;
use chrono::NaiveDate;
use ratatui_textarea::{CursorMove, Input, Key, TextArea, WrapMode};

/// More than this many characters one text does not take.
pub const LONGEST: usize = 4_000;

/// The form.
#[derive(Clone, Debug)]
pub struct TextForm {
    /// Whose cell. On one's own row the text is evidence, otherwise feedback.
    pub target: Target,
    /// Date of the mark that the text stands beside.
    pub date: NaiveDate,
    /// The text.
    pub text: TextArea<'static>,
    /// The link; evidence alone has one.
    pub link: Field,
    /// Whether the cursor stands in the link.
    pub in_link: bool,
    /// What is wrong.
    pub error: Option<String>,
    /// What stands there has not been read yet: nothing is saved over it until it has.
    pub waits: bool,
    /// What somebody else wrote there while this was being written: it is shown beside it, and saving again replaces it.
    pub now_stands: Option<String>,
    /// What is written over: text and link, each as it stands; several where it was written apart.
    before: [Vec<String>; 2],
}

impl TextForm {
    /// A form that starts from what is there.
    pub fn new(target: Target, date: NaiveDate, text: &str, link: &str) -> Self {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self {
            target,
            date,
            text: area,
            link: Field::new(link),
            in_link: false,
            error: None,
            waits: false,
            now_stands: None,
            before: [stands(text), stands(link)],
        }
    }

    /// What the text and the link are written over.
    pub fn stood(&self) -> [Vec<String>; 2] {
        self.before.clone()
    }

    /// The same form while the person's detail is still being read.
    pub fn waiting(mut self) -> Self {
        self.waits = true;
        self
    }

    /// What stands there has been read. Where the form waited for it, it comes before anything typed meanwhile. Where it is not what the
    /// form was opened on, the form begins again with it, unless something was typed: then both are shown.
    pub(in crate::app) fn read(&mut self, text: &str, link: &str) {
        if self.waits {
            self.first_read(text, link);
            return;
        }
        let now = [stands(text), stands(link)];
        // Of several texts that stand there one is read.
        let known = |now: &Vec<String>, before: &Vec<String>| {
            now == before || (before.len() > 1 && now.iter().all(|text| before.contains(text)))
        };
        if now
            .iter()
            .zip(&self.before)
            .all(|(now, before)| known(now, before))
        {
            return;
        }
        if self.changed() {
            self.meanwhile(now.to_vec());
        } else {
            let in_link = self.in_link;
            *self = Self::new(self.target.clone(), self.date, text, link);
            self.in_link = in_link;
        }
    }

    fn first_read(&mut self, text: &str, link: &str) {
        let typed = self.words();
        let whole = match (text.is_empty(), typed.is_empty()) {
            (false, false) => format!("{text}\n{typed}"),
            (true, _) => typed,
            (false, true) => text.to_owned(),
        };
        let linked = self.link.trimmed().to_owned();
        let mut read = Self::new(
            self.target.clone(),
            self.date,
            &whole,
            if linked.is_empty() { link } else { &linked },
        );
        read.in_link = self.in_link;
        read.before = [stands(text), stands(link)];
        *self = read;
    }

    /// Something else stands there than this was written over: text, then link where there is one.
    pub(in crate::app) fn meanwhile(&mut self, now: Vec<Vec<String>>) {
        let words: Vec<&str> = now.iter().flatten().map(String::as_str).collect();
        self.now_stands = Some(words.join("\n"));
        for (before, now) in self.before.iter_mut().zip(now) {
            *before = now;
        }
    }

    /// The text without blanks at its end.
    pub fn words(&self) -> String {
        self.text.lines().join("\n").trim_end().to_owned()
    }

    fn changed(&self) -> bool {
        let is = |typed: &str, stood: &[String]| match stood {
            [] => typed.is_empty(),
            [one] => typed == one.trim(),
            _ => false,
        };
        !(is(self.words().trim(), &self.before[0]) && is(self.link.trimmed(), &self.before[1]))
    }

    pub(super) fn paste(&mut self, text: &str) {
        if self.in_link {
            self.link.paste(text);
        } else {
            let room = LONGEST.saturating_sub(self.words().chars().count());
            let clean: String = text
                .replace("\r\n", "\n")
                .replace('\r', "\n")
                .chars()
                .filter(|c| matches!(c, '\n' | '\t') || !(c.is_control() || is_hidden(*c)))
                .take(room)
                .collect();
            self.text.insert_str(clean);
        }
        self.check();
    }

    pub(super) fn key(&mut self, state: &mut State, pressed: Plain) -> Outcome {
        match pressed {
            Plain::Esc if !self.changed() => return Outcome::Close,
            Plain::Esc => {
                return Outcome::Abandon(format!("{} characters", self.words().chars().count()));
            }
            Plain::Ctrl('s') => return self.save(state),
            Plain::Enter if self.in_link => return self.save(state),
            Plain::Tab | Plain::BackTab if self.target.own => self.in_link = !self.in_link,
            Plain::Up if self.in_link => self.in_link = false,
            other if self.in_link => {
                self.link.key(other);
            }
            other => {
                if let Some(input) = to_area(other) {
                    let full = self.words().chars().count() >= LONGEST;
                    if !(full && matches!(input.key, Key::Char(_) | Key::Enter)) {
                        self.text.input(input);
                    }
                }
            }
        }
        self.check();
        Outcome::Stay
    }

    fn save(&mut self, state: &mut State) -> Outcome {
        self.check();
        if self.waits {
            self.error = Some("what stands there is still being read; save in a moment".to_owned());
        }
        if self.error.is_some() {
            return Outcome::Stay;
        }
        if !self.changed() {
            return Outcome::Close;
        }
        Outcome::Do(beside::save(state, self))
    }

    fn check(&mut self) {
        let link = self.link.trimmed();
        self.error = (link.contains(char::is_whitespace))
            .then(|| "a link has no blanks in it".to_owned())
            .or_else(|| {
                (self.words().chars().count() >= LONGEST)
                    .then(|| format!("no more than {LONGEST} characters"))
            });
    }
}

/// An empty text is none.
fn stands(text: &str) -> Vec<String> {
    if text.is_empty() {
        Vec::new()
    } else {
        vec![text.to_owned()]
    }
}

/// A key as the text area takes it. Its Ctrl-keys for moving and deleting stay; what would search or copy is left out.
fn to_area(pressed: Plain) -> Option<Input> {
    let plain = |key| {
        Some(Input {
            key,
            ctrl: false,
            alt: false,
            shift: false,
        })
    };
    match pressed {
        Plain::Char(c) if is_hidden(c) => None,
        Plain::Char(c) => plain(Key::Char(c)),
        Plain::Ctrl(c @ ('a' | 'e' | 'k' | 'j' | 'w' | 'd' | 'u' | 'r' | 'h')) => Some(Input {
            key: Key::Char(c),
            ctrl: true,
            alt: false,
            shift: false,
        }),
        Plain::Enter => plain(Key::Enter),
        Plain::Backspace => plain(Key::Backspace),
        Plain::Delete => plain(Key::Delete),
        Plain::Left => plain(Key::Left),
        Plain::Right => plain(Key::Right),
        Plain::Up => plain(Key::Up),
        Plain::Down => plain(Key::Down),
        Plain::Home => plain(Key::Home),
        Plain::End => plain(Key::End),
        Plain::PageUp => plain(Key::PageUp),
        Plain::PageDown => plain(Key::PageDown),
        _ => None,
    }
}
