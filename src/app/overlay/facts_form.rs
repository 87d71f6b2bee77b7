//! A form of short lines: a post, its factors, a skill, a decision about a nominee, a told horizon. What is wrong stands beside its line,
//! and nothing typed is lost where saving is refused.

mod lines;
mod plan;

use super::Outcome;
use super::credential_form::parse_date;
use super::field::Field;
use crate::app::keymap::key::Plain;
use crate::app::state::State;
use crate::app::what_if::{self, Mode};
use crate::document::Edit;
use crate::document::edits::{self, EditError, Item, PostEntry, SkillEntry};
use crate::domain::framework::Target;
use crate::domain::person::HorizonBand;
use crate::domain::post::Fte;
use crate::domain::readiness::Band;
use crate::domain::{ActionId, AreaId, ColumnId, ObjectiveId, PersonId, Points, PostId, SkillId};
use chrono::NaiveDate;

/// What the form is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A post; `None` is a new one.
    Post(Option<PostId>),
    /// The factors of a post.
    Factors(PostId),
    /// A skill; `None` is a new one.
    Skill(Option<SkillId>),
    /// The decision about a nominee.
    Decision(PostId, PersonId),
    /// What a person told.
    Horizon(PersonId),
    /// An objective of somebody; `None` is a new one.
    Objective(PersonId, Option<ObjectiveId>),
    /// An action under an objective; `None` is a new one.
    Action(PersonId, ObjectiveId, Option<ActionId>),
    /// The talk about an action that is done.
    Talk(PersonId, ActionId),
    /// Which earlier day is looked at.
    Day,
    /// Why an objective or action is dropped.
    Drop(PersonId, Item),
    /// Which of what is closed or dropped is open again.
    Reopen(PersonId),
}

/// What a line takes.
#[derive(Clone, Debug)]
pub enum Input {
    /// A text of one line.
    Text(Field),
    /// One of a few: the value and the words of each, and which is chosen.
    Choice(Vec<(String, String)>, usize),
}

/// A line.
#[derive(Clone, Debug)]
pub struct FormLine {
    /// What it is.
    pub label: &'static str,
    /// What it takes.
    pub input: Input,
    /// What helps to fill it in.
    pub help: &'static str,
    /// Cells of a text.
    pub width: u16,
}

impl FormLine {
    /// What is typed or chosen.
    pub fn value(&self) -> &str {
        match &self.input {
            Input::Text(field) => field.trimmed(),
            Input::Choice(options, at) => options.get(*at).map_or("", |(value, _)| value),
        }
    }
}

/// The form.
#[derive(Clone, Debug)]
pub struct FactsForm {
    /// What it is about.
    pub about: About,
    /// Its title.
    pub title: String,
    /// Its lines.
    pub lines: Vec<FormLine>,
    /// The line that has the keys.
    pub at: usize,
    /// Why it was not saved.
    pub refused: Option<String>,
    today: NaiveDate,
    before: Vec<String>,
    /// Saving it as it opened is a change as well: nothing of the kind stands yet.
    fresh: bool,
}

impl FactsForm {
    fn new(about: About, title: String, lines: Vec<FormLine>, today: NaiveDate) -> Self {
        let before = lines.iter().map(|l| l.value().to_owned()).collect();
        Self {
            about,
            title,
            lines,
            at: 0,
            refused: None,
            today,
            before,
            fresh: false,
        }
    }

    /// What is wrong with a line.
    pub fn error(&self, at: usize) -> Option<String> {
        if let Some(wrong) = self.plan_error(at) {
            return Some(wrong);
        }
        let line = self.lines.get(at)?;
        let typed = line.value();
        match line.label {
            "title" | "name" if typed.is_empty() && self.changed() => Some("is needed".to_owned()),
            "since" | "on" | "day" => match parse_date(typed, self.today) {
                Ok(None) => Some("a day is needed".to_owned()),
                Ok(Some(day)) if line.label == "day" && day >= self.today => {
                    Some("is not earlier than today".to_owned())
                }
                Ok(Some(day)) if line.label == "on" && day > self.today => {
                    Some("is in the future".to_owned())
                }
                other => other.err(),
            },
            "FTE" => edits::parse_fte(typed).err(),
            "code" if typed.chars().count() > 5 || typed.contains(' ') => {
                Some("one word of at most five letters".to_owned())
            }
            "target" if typed != "none" => typed.parse::<Points>().err().map(|e| e.to_string()),
            "enough"
                if typed
                    .parse::<u32>()
                    .map_or(true, |n| !(1..=1000).contains(&n)) =>
            {
                Some("a whole number from 1".to_owned())
            }
            "why" if typed.is_empty() && matches!(self.about, About::Decision(..)) => {
                let decided = self.lines[0].value();
                (!decided.is_empty() && self.changed()).then(|| "a reason is needed".to_owned())
            }
            _ => None,
        }
    }

    /// What the lines come to, where that is a figure.
    pub fn figure(&self) -> Option<String> {
        if !matches!(self.about, About::Factors(_)) {
            return None;
        }
        let factors: Vec<u8> = (0..4)
            .filter_map(|i| self.lines[i].value().parse().ok())
            .collect();
        let sum: u8 = factors.iter().sum();
        let critical = sum >= 14 || factors.get(1) == Some(&5);
        Some(format!(
            "mean {}.{:02}, so C is {}: {}",
            sum / 4,
            u32::from(sum % 4) * 25,
            (sum + 2) / 4,
            if critical { "critical" } else { "not critical" }
        ))
    }

    fn changed(&self) -> bool {
        self.fresh || self.typed()
    }

    fn typed(&self) -> bool {
        !self.lines.iter().map(FormLine::value).eq(&self.before)
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(Input::Text(field)) = self.lines.get_mut(self.at).map(|l| &mut l.input) {
            field.paste(text);
        }
    }

    pub(super) fn key(&mut self, state: &mut State, pressed: Plain) -> Outcome {
        let last = self.lines.len().saturating_sub(1);
        self.refused = None;
        match pressed {
            Plain::Esc if !self.typed() => return Outcome::Close,
            Plain::Esc => return Outcome::Abandon(self.title.clone()),
            Plain::Enter | Plain::Ctrl('s') => return self.save(state),
            Plain::Up | Plain::BackTab => {
                self.at = self.at.checked_sub(1).unwrap_or(last);
            }
            Plain::Down | Plain::Tab => self.at = if self.at == last { 0 } else { self.at + 1 },
            other => self.line_key(other),
        }
        self.offer(state);
        Outcome::Stay
    }

    fn line_key(&mut self, pressed: Plain) {
        match self.lines.get_mut(self.at).map(|l| &mut l.input) {
            Some(Input::Text(field)) => {
                field.key(pressed);
            }
            Some(Input::Choice(options, at)) => {
                let len = options.len().max(1);
                match pressed {
                    Plain::Left => *at = (*at + len - 1) % len,
                    Plain::Right | Plain::Char(' ') => *at = (*at + 1) % len,
                    // A digit or letter goes to the next choice that begins with it.
                    Plain::Char(c) => {
                        let begins = |i: &usize| {
                            let first = options[*i].1.chars().next();
                            first.is_some_and(|f| f.eq_ignore_ascii_case(&c))
                        };
                        let next = (*at + 1..len).chain(0..=*at).find(begins);
                        *at = next.unwrap_or(*at);
                    }
                    _ => {}
                }
            }
            None => {}
        }
    }

    fn save(&mut self, state: &mut State) -> Outcome {
        if !self.changed() {
            return Outcome::Close;
        }
        if let Some(wrong) = (0..self.lines.len()).find(|at| self.error(*at).is_some()) {
            self.at = wrong;
            return Outcome::Stay;
        }
        if self.about == About::Day {
            let day = parse_date(self.lines[1].value(), self.today).ok().flatten();
            let day = day.unwrap_or(self.today);
            let mode = match self.lines[0].value() {
                "since" => Mode::Since(day),
                _ => Mode::AsOf(day),
            };
            what_if::look(state, mode);
            return Outcome::Close;
        }
        match self.edit(state) {
            Ok(edit) => Outcome::Do(state.commit(edit)),
            Err(why) => {
                self.refused = Some(why.to_string());
                Outcome::Stay
            }
        }
    }

    fn edit(&self, state: &State) -> Result<Edit, EditError> {
        if let Some(made) = self.plan_edit(state) {
            return made;
        }
        let (team, today) = (&state.team, self.today);
        let value = |at: usize| self.lines.get(at).map_or("", FormLine::value);
        let some = |at: usize| Some(value(at)).filter(|v| !v.is_empty());
        // Lines were checked before.
        let day = |at: usize| parse_date(value(at), today).ok().flatten().unwrap_or(today);
        match &self.about {
            About::Post(id) => {
                let entry = PostEntry {
                    id: id.clone(),
                    title: value(0).to_owned(),
                    area: some(1).map(AreaId::new),
                    column: some(2).map(ColumnId::new),
                    fte: edits::parse_fte(value(3)).unwrap_or(Fte(100)),
                    career_to: some(4).map(ColumnId::new),
                    since: day(5),
                };
                edits::post(team, &entry, today, state.now_ms)
            }
            About::Factors(id) => {
                let factors = [0, 1, 2, 3].map(|at| value(at).parse().unwrap_or(0));
                edits::factors(team, id, factors, value(4), day(5), today)
            }
            About::Skill(id) => {
                let target = value(2).parse().map_or(Target::None, Target::Points);
                let entry = SkillEntry {
                    id: id.clone(),
                    name: value(0).to_owned(),
                    code: value(1).to_owned(),
                    target,
                    n_min: value(3).parse().unwrap_or(2),
                    critical: value(4) == "yes",
                    since: day(5),
                };
                edits::skill(team, &entry, today, state.now_ms)
            }
            About::Decision(post, who) => {
                let band = DECIDED
                    .into_iter()
                    .find(|b| b.position().to_string() == value(0));
                edits::decide(team, post, who, band, value(1), today)
            }
            About::Horizon(who) => {
                let at = value(0).parse().unwrap_or(HorizonBand::ALL.len() - 1);
                let band = HorizonBand::ALL.get(at).copied();
                let band = band.unwrap_or(HorizonBand::NotSaid);
                edits::told_horizon(team, who, band, day(1), today)
            }
            // Those of a plan were made above.
            About::Objective(..)
            | About::Action(..)
            | About::Talk(..)
            | About::Drop(..)
            | About::Reopen(_)
            | About::Day => Err(EditError::AsItIs("nothing was given to change".to_owned())),
        }
    }
}

/// Bands that can be decided on.
const DECIDED: [Band; 4] = [
    Band::ReadyNow,
    Band::OneToTwo,
    Band::ThreeToFive,
    Band::NotYet,
];
