//! A certificate, registration or training: entered by the person, or entered and sighted by a manager.

use super::Outcome;
use super::field::Field;
use crate::app::editing;
use crate::app::keymap::key::Plain;
use crate::app::state::State;
use crate::domain::PersonId;
use crate::domain::person::{Credential, CredentialKind};
use crate::domain::text::is_day;
use chrono::NaiveDate;

/// The lines of the form, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A new one, or one that is there.
    Which,
    /// Its name.
    Name,
    /// The code by which must-haves know it.
    Code,
    /// Certificate, registration or training.
    Kind,
    /// Day obtained.
    Obtained,
    /// Last valid day.
    Expires,
    /// Day of a booked course.
    Booked,
    /// A manager saw the paper today.
    Sighted,
}

/// The form.
#[derive(Clone, Debug)]
pub struct CredentialForm {
    /// Whose.
    pub person: PersonId,
    /// Whether it is one's own row: then nothing can be sighted.
    pub own: bool,
    /// What the person has already, in their order.
    pub existing: Vec<Credential>,
    /// Which of `existing` is changed; `None` is a new one.
    pub which: Option<usize>,
    /// Name.
    pub name: Field,
    /// Code.
    pub code: Field,
    /// Kind.
    pub kind: CredentialKind,
    /// Obtained, expires, booked.
    pub dates: [Field; 3],
    /// Sighted by me today.
    pub sighted: bool,
    /// Codes and names that posts ask for.
    pub must_haves: Vec<(String, String)>,
    /// Where the cursor stands.
    pub at: Line,
    /// Today, for "today" in a date.
    today: NaiveDate,
    before: Values,
}

/// What is typed, to tell whether something would be lost.
#[derive(Clone, Debug, Default, PartialEq)]
struct Values(String, String, Option<CredentialKind>, [String; 3], bool);

/// What the form yields when it is in order.
pub use crate::document::edits::CredentialEntry as Entered;

const KINDS: [CredentialKind; 3] = [
    CredentialKind::Certificate,
    CredentialKind::Registration,
    CredentialKind::Training,
];

/// As printed.
pub fn kind_label(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::Certificate => "certificate",
        CredentialKind::Registration => "registration",
        CredentialKind::Training => "training",
    }
}

impl CredentialForm {
    /// A form for a person, on a new credential.
    pub fn new(
        person: PersonId,
        own: bool,
        existing: Vec<Credential>,
        must_haves: Vec<(String, String)>,
        today: NaiveDate,
    ) -> Self {
        let mut form = Self {
            person,
            own,
            existing,
            which: None,
            name: Field::default(),
            code: Field::default(),
            kind: CredentialKind::Certificate,
            dates: Default::default(),
            sighted: false,
            must_haves,
            at: Line::Name,
            today,
            before: Values::default(),
        };
        if !form.existing.is_empty() {
            form.at = Line::Which;
        }
        form.load();
        form
    }

    /// The lines that this form has.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = vec![
            Line::Name,
            Line::Code,
            Line::Kind,
            Line::Obtained,
            Line::Expires,
            Line::Booked,
        ];
        if !self.existing.is_empty() {
            lines.insert(0, Line::Which);
        }
        if !self.own {
            lines.push(Line::Sighted);
        }
        lines
    }

    /// What is wrong with a line.
    pub fn error(&self, line: Line) -> Option<String> {
        match line {
            Line::Name if self.name.trimmed().is_empty() && self.changed() => {
                Some("a name is needed".to_owned())
            }
            Line::Code if self.code.trimmed().contains(char::is_whitespace) => {
                Some("a code is one word".to_owned())
            }
            Line::Obtained => match self.date(0) {
                Ok(Some(day)) if day > self.today => {
                    Some("is in the future: a course to come is “booked”".to_owned())
                }
                other => other.err(),
            },
            Line::Expires => match (self.date(1), self.date(0)) {
                (Ok(Some(end)), Ok(Some(start))) if end < start => {
                    Some("is before the day on which it was obtained".to_owned())
                }
                (other, _) => other.err(),
            },
            Line::Booked => self.date(2).err(),
            _ => None,
        }
    }

    fn date(&self, at: usize) -> Result<Option<NaiveDate>, String> {
        parse_date(self.dates[at].trimmed(), self.today)
    }

    fn values(&self) -> Values {
        Values(
            self.name.trimmed().to_owned(),
            self.code.trimmed().to_owned(),
            Some(self.kind),
            [0, 1, 2].map(|i| self.dates[i].trimmed().to_owned()),
            self.sighted,
        )
    }

    fn changed(&self) -> bool {
        self.values() != self.before
    }

    /// Fills the lines from the credential chosen.
    fn load(&mut self) {
        let day = |d: Option<NaiveDate>| d.map_or_else(String::new, |d| d.to_string());
        if let Some(c) = self.which.and_then(|i| self.existing.get(i)) {
            self.name.set(c.name.get());
            self.code.set(&c.code);
            self.kind = c.kind;
            self.dates[0].set(&day(*c.obtained.get()));
            self.dates[1].set(&day(*c.expires.get()));
            self.dates[2].set(&day(*c.booked.get()));
        } else {
            self.name.set("");
            self.code.set("");
            self.kind = CredentialKind::Certificate;
            self.dates.iter_mut().for_each(|d| d.set(""));
        }
        self.sighted = false;
        self.before = self.values();
    }

    fn field(&mut self) -> Option<&mut Field> {
        match self.at {
            Line::Name => Some(&mut self.name),
            Line::Code => Some(&mut self.code),
            Line::Obtained => Some(&mut self.dates[0]),
            Line::Expires => Some(&mut self.dates[1]),
            Line::Booked => Some(&mut self.dates[2]),
            Line::Which | Line::Kind | Line::Sighted => None,
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(field) = self.field() {
            field.paste(text);
        }
    }

    pub(super) fn key(&mut self, state: &mut State, pressed: Plain) -> Outcome {
        match pressed {
            Plain::Esc if !self.changed() => return Outcome::Close,
            Plain::Esc => return Outcome::Abandon(self.name.trimmed().to_owned()),
            Plain::Enter | Plain::Ctrl('s') => return self.save(state),
            Plain::Up | Plain::BackTab => self.go(-1),
            Plain::Down | Plain::Tab => self.go(1),
            Plain::Left => self.turn(-1),
            Plain::Right => self.turn(1),
            Plain::Char(' ') if self.field().is_none() => self.turn(1),
            other => {
                if let Some(field) = self.field() {
                    field.key(other);
                }
            }
        }
        Outcome::Stay
    }

    fn go(&mut self, by: isize) {
        let lines = self.lines();
        let now = lines.iter().position(|l| *l == self.at).unwrap_or(0);
        let next = (now + lines.len()).saturating_add_signed(by) % lines.len();
        self.at = lines[next];
    }

    /// Left and right: the next choice, or the cursor in a text.
    fn turn(&mut self, by: isize) {
        match self.at {
            Line::Which if !self.changed() => {
                let choices = self.existing.len() + 1;
                let now = self.which.map_or(0, |i| i + 1);
                let next = (now + choices).saturating_add_signed(by) % choices;
                self.which = next.checked_sub(1);
                self.load();
            }
            Line::Which => {}
            Line::Kind => {
                let now = KINDS.iter().position(|k| *k == self.kind).unwrap_or(0);
                self.kind = KINDS[(now + KINDS.len()).saturating_add_signed(by) % KINDS.len()];
            }
            Line::Sighted => self.sighted = !self.sighted,
            Line::Code if self.offers_codes() => {
                let now = self
                    .must_haves
                    .iter()
                    .position(|(code, _)| code == self.code.trimmed());
                let choices = self.must_haves.len() + 1;
                let next = (now.map_or(0, |i| i + 1) + choices).saturating_add_signed(by) % choices;
                match next.checked_sub(1).map(|i| self.must_haves[i].clone()) {
                    Some((code, name)) => {
                        self.code.set(&code);
                        if self.name.trimmed().is_empty() {
                            self.name.set(&name);
                        }
                    }
                    None => self.code.set(""),
                }
            }
            _ => {
                let pressed = if by < 0 { Plain::Left } else { Plain::Right };
                if let Some(field) = self.field() {
                    field.key(pressed);
                }
            }
        }
    }

    /// Whether left and right choose among the codes that posts ask for: the line is empty or holds one of them.
    pub fn offers_codes(&self) -> bool {
        !self.must_haves.is_empty()
            && (self.code.trimmed().is_empty()
                || self
                    .must_haves
                    .iter()
                    .any(|(code, _)| code == self.code.trimmed()))
    }

    fn save(&mut self, state: &mut State) -> Outcome {
        if !self.changed() {
            return Outcome::Close;
        }
        if let Some(line) = self.lines().into_iter().find(|l| self.error(*l).is_some()) {
            self.at = line;
            return Outcome::Stay;
        }
        let day = |at: usize| self.date(at).ok().flatten();
        let entered = Entered {
            id: self
                .which
                .and_then(|i| self.existing.get(i))
                .map(|c| c.id.clone()),
            name: self.name.trimmed().to_owned(),
            code: self.code.trimmed().to_owned(),
            kind: self.kind,
            obtained: day(0),
            expires: day(1),
            booked: day(2),
            sighted: self.sighted,
        };
        Outcome::Do(editing::save_credential(state, &self.person, &entered))
    }
}

/// Reads a day: "2026-11-21", "21 Nov 2026", "21.11.2026", "today"; empty is none.
pub fn parse_date(text: &str, today: NaiveDate) -> Result<Option<NaiveDate>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.eq_ignore_ascii_case("today") {
        return Ok(Some(today));
    }
    ["%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%d.%m.%Y", "%d/%m/%Y"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
        .filter(|day| is_day(*day))
        .map(Some)
        .ok_or_else(|| format!("“{text}” is no day: write 2026-11-21 or 21 Nov 2026"))
}
