//! A list to choose from, narrowed as one types: one person or post, or several at once. What is supposed takes effect with each step,
//! since it is no edit; everything else is saved in one step with Enter.

mod items;

use super::Outcome;
use super::field::Field;
use crate::app::action::ActionId;
use crate::app::event::Effect;
use crate::app::keymap::key::Plain;
use crate::app::network::Order;
use crate::app::screen::{self, compare, overview, succession};
use crate::app::state::State;
use crate::app::{choosing, what_if};
use crate::document::Edit;
use crate::document::edits::{self, Asks, EditError};
use crate::domain::text::counted;
use crate::domain::what_if::Supposed;
use crate::domain::{PersonId, PostId};
use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
use items::{items, new_must_have};

/// Lines that the list shows at most.
pub const ROWS: usize = 14;

/// What is chosen, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Any people, each of whom leaves, is away or completes the plan.
    WhatIf,
    /// Successors of a post.
    Nominate(PostId),
    /// Who holds a post.
    Holders(PostId),
    /// What a post asks for.
    Asks(PostId),
    /// One post.
    Post(PostPurpose),
    /// One person to compare with a post.
    PersonFor(PostId),
    /// One person to invite, or oneself.
    Invite,
}

/// What a post is chosen for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostPurpose {
    /// To compare somebody with it.
    Compare(PersonId),
    /// For an action of the Succession screen.
    Act(ActionId),
}

/// What a line stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A person.
    Person(PersonId),
    /// A post.
    Post(PostId),
    /// Something that a post may ask for.
    Asks(Asks),
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it stands for.
    pub choice: Choice,
    /// Its words; the search looks at them.
    pub text: String,
    /// What helps to choose.
    pub note: String,
    /// Whether it is chosen; of three kinds where something is supposed.
    pub on: [bool; 3],
    was: [bool; 3],
}

/// The list.
#[derive(Clone, Debug)]
pub struct Picker {
    /// What for.
    pub purpose: Purpose,
    /// Over the list.
    pub title: String,
    /// Everything that can be chosen.
    pub items: Vec<Item>,
    /// What is typed.
    pub field: Field,
    /// Items that match, best first, as indices.
    pub found: Vec<usize>,
    /// Line of the cursor.
    pub cursor: usize,
    /// First line shown.
    pub top: usize,
    /// Which of [`Supposed::ALL`] a step changes.
    pub kind: usize,
    /// Why it cannot be saved.
    pub error: Option<String>,
    touched: bool,
}

impl Picker {
    /// A list with everything in it.
    pub fn new(state: &State, purpose: Purpose) -> Self {
        let items = items(state, &purpose);
        let mut picker = Self {
            title: title(state, &purpose),
            found: (0..items.len()).collect(),
            items,
            purpose,
            field: Field::default(),
            cursor: 0,
            top: 0,
            kind: 0,
            error: None,
            touched: false,
        };
        let start = start(state, &picker.purpose);
        let at = start.and_then(|who| {
            let is = |item: &Item| item.choice == Choice::Person(who.clone());
            picker.items.iter().position(is)
        });
        picker.step(isize::try_from(at.unwrap_or(0)).unwrap_or(0));
        picker
    }

    /// Whether several can be chosen.
    pub fn several(&self) -> bool {
        !matches!(
            self.purpose,
            Purpose::Post(_) | Purpose::PersonFor(_) | Purpose::Invite
        )
    }

    /// What the keys do.
    pub fn keys(&self) -> &'static str {
        match self.purpose {
            Purpose::WhatIf => "↵ suppose   space several   ← → leaves, away, plan   Esc close",
            Purpose::Asks(_) => {
                "↵ save   Tab choose   type to find, or to name a new must-have   Esc leave"
            }
            Purpose::Post(_) | Purpose::PersonFor(_) | Purpose::Invite => {
                "↵ choose   type to find   Esc leave"
            }
            _ => "↵ save   space choose   type to find   Esc leave",
        }
    }

    fn changed(&self) -> usize {
        self.items.iter().filter(|i| i.on != i.was).count()
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.field.paste(text);
        self.search();
    }

    pub(super) fn key(&mut self, state: &mut State, pressed: Plain) -> Outcome {
        let supposes = self.purpose == Purpose::WhatIf;
        self.error = None;
        match pressed {
            Plain::Esc if supposes || self.changed() == 0 => return Outcome::Close,
            Plain::Esc => return Outcome::Abandon(counted(self.changed(), "change", "changes")),
            Plain::Up | Plain::Ctrl('p' | 'k') => self.step(-1),
            Plain::Down | Plain::Ctrl('n' | 'j') => self.step(1),
            Plain::PageUp => self.step(-(ROWS as isize)),
            Plain::PageDown => self.step(ROWS as isize),
            Plain::Right | Plain::Tab if supposes => self.kind = (self.kind + 1) % 3,
            Plain::Left | Plain::BackTab if supposes => self.kind = (self.kind + 2) % 3,
            Plain::Char(' ') if self.several() && !self.names() => self.next(state),
            Plain::Tab if self.several() => self.next(state),
            Plain::Enter => return self.enter(state),
            other => {
                if self.field.key(other) {
                    self.search();
                }
            }
        }
        Outcome::Stay
    }

    /// A click on a row of the frame: the first two are the frame itself and the line one types in.
    pub(super) fn click(&mut self, state: &mut State, row: u16) -> Outcome {
        let at = usize::from(row).checked_sub(2).map(|r| self.top + r);
        match at.filter(|at| *at < self.found.len()) {
            Some(at) if self.several() => {
                self.cursor = at;
                self.toggle(state);
                Outcome::Stay
            }
            Some(at) => {
                self.cursor = at;
                self.enter(state)
            }
            None => Outcome::Stay,
        }
    }

    /// Moves the cursor by lines and keeps it in view.
    pub fn step(&mut self, by: isize) {
        let last = self.found.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
        self.top = crate::app::layout::scrolled(self.top, self.cursor, ROWS, self.found.len());
    }

    /// Whether what is typed may be the name of something new, in which blanks are letters.
    fn names(&self) -> bool {
        matches!(self.purpose, Purpose::Asks(_)) && !self.field.value().is_empty()
    }

    /// Chooses the line under the cursor and goes to the next; what was typed to find it has done its work.
    fn next(&mut self, state: &mut State) {
        let at = self.found.get(self.cursor).copied();
        self.toggle(state);
        if self.field.value().is_empty() {
            self.step(1);
            return;
        }
        self.field.set("");
        self.search();
        let line = self.found.iter().position(|f| Some(*f) == at);
        self.step(isize::try_from(line.unwrap_or(0)).unwrap_or(0));
    }

    /// Chooses the line under the cursor, or no longer.
    fn toggle(&mut self, state: &mut State) {
        let Some(&at) = self.found.get(self.cursor) else {
            return;
        };
        self.touched = true;
        let item = &mut self.items[at];
        if self.purpose == Purpose::WhatIf {
            if let Choice::Person(id) = &item.choice {
                what_if::toggle(state, id, Supposed::ALL[self.kind]);
                item.on[self.kind] = !item.on[self.kind];
            }
            return;
        }
        item.on[0] = !item.on[0];
        let is_new = at + 1 == self.items.len() && matches!(self.purpose, Purpose::Asks(_));
        if is_new {
            // The line for a new must-have has become one; another takes its place.
            self.items.push(new_must_have(""));
        }
    }

    fn enter(&mut self, state: &mut State) -> Outcome {
        if !self.several() {
            return self.choose(state);
        }
        // What one has searched for and not chosen yet is meant.
        let current = self.found.get(self.cursor).map(|at| &self.items[*at]);
        let sought = !self.field.trimmed().is_empty() && current.is_some_and(|i| i.on == i.was);
        if !self.touched || sought {
            self.toggle(state);
        }
        if self.purpose == Purpose::WhatIf {
            return Outcome::Close;
        }
        match self.edit(state) {
            Ok(edit) => Outcome::Do(state.commit(edit)),
            Err(why) => {
                self.error = Some(why.to_string());
                Outcome::Stay
            }
        }
    }

    /// What becomes of the one that was chosen.
    fn choose(&self, state: &mut State) -> Outcome {
        let chosen = self
            .found
            .get(self.cursor)
            .map(|at| &self.items[*at].choice);
        match (&self.purpose, chosen) {
            (Purpose::Post(PostPurpose::Compare(person)), Some(Choice::Post(post))) => {
                Outcome::Do(compare::show(state, person, post))
            }
            (Purpose::Invite, Some(Choice::Person(person))) => {
                Outcome::Do(vec![Effect::Network(Order::Invite(person.clone()))])
            }
            (Purpose::Post(PostPurpose::Act(action)), Some(Choice::Post(post))) => {
                choosing::about_post(state, *action, post);
                Outcome::Do(Vec::new())
            }
            (Purpose::PersonFor(post), Some(Choice::Person(person))) => {
                Outcome::Do(compare::show(state, person, post))
            }
            _ => Outcome::Stay,
        }
    }

    fn edit(&self, state: &State) -> Result<Edit, EditError> {
        let (team, today) = (&state.team, state.today);
        let changed = || self.items.iter().filter(|i| i.on != i.was);
        let people = || -> Vec<(PersonId, bool)> {
            changed()
                .filter_map(|i| match &i.choice {
                    Choice::Person(id) => Some((id.clone(), i.on[0])),
                    _ => None,
                })
                .collect()
        };
        match &self.purpose {
            Purpose::Nominate(post) => edits::nominations(team, post, &people(), today, today),
            Purpose::Holders(post) => edits::holders(team, post, &people(), today, today),
            Purpose::Asks(post) => {
                let wanted: Vec<(Asks, bool)> = changed()
                    .filter_map(|i| match &i.choice {
                        Choice::Asks(asks) => Some((asks.clone(), i.on[0])),
                        _ => None,
                    })
                    .collect();
                edits::asks(team, post, &wanted, today)
            }
            _ => Err(EditError::AsItIs("nothing was chosen".to_owned())),
        }
    }

    fn search(&mut self) {
        let query = self.field.trimmed().to_owned();
        let asks = matches!(self.purpose, Purpose::Asks(_));
        if asks && let Some(last) = self.items.last_mut() {
            *last = new_must_have(&query);
        }
        let shown = if asks && query.is_empty() {
            self.items.len().saturating_sub(1)
        } else {
            self.items.len()
        };
        let matcher = SkimMatcherV2::default().ignore_case();
        let mut scored: Vec<(i64, usize)> = Vec::new();
        for (at, item) in self.items.iter().take(shown).enumerate() {
            let is_new = asks && at + 1 == self.items.len();
            if query.is_empty() || is_new {
                scored.push((if is_new { i64::MAX } else { 0 }, at));
            } else if let Some(score) = matcher.fuzzy_match(&item.text, &query) {
                scored.push((-score, at));
            }
        }
        scored.sort_unstable();
        self.found = scored.into_iter().map(|(_, at)| at).collect();
        self.cursor = 0;
        self.top = 0;
    }
}

fn title(state: &State, purpose: &Purpose) -> String {
    let post = |id: &PostId| {
        let facts = state.team.post(id).and_then(|p| p.on(state.today));
        facts.map_or_else(|| id.to_string(), |f| f.title.get().clone())
    };
    match purpose {
        Purpose::WhatIf => "What if… nothing is written".to_owned(),
        Purpose::Nominate(id) => format!("Who might follow · {}", post(id)),
        Purpose::Holders(id) => format!("Who holds it from today on · {}", post(id)),
        Purpose::Asks(id) => format!("What the post asks for · {}", post(id)),
        Purpose::Post(PostPurpose::Compare(id)) => format!(
            "Compare {} with which post?",
            screen::cell::person_name(&state.team, id)
        ),
        Purpose::Post(PostPurpose::Act(_)) => "Which post?".to_owned(),
        Purpose::PersonFor(id) => format!("Compare whom with {}?", post(id)),
        Purpose::Invite => "Invite whom?".to_owned(),
    }
}

/// Who the cursor starts on: the person under the cursor of the screen, or the holder of the post under it.
fn start(state: &State, purpose: &Purpose) -> Option<PersonId> {
    if *purpose != Purpose::WhatIf {
        return None;
    }
    let selected = screen::selected(state).map(|s| s.person);
    selected.or_else(|| {
        let post = overview::post(state)
            .or_else(|| succession::post(state).map(|(risk, _)| risk.post.clone()))?;
        let holders = &state.team.post(&post)?.holders;
        let holder = holders.iter().find(|h| h.on(state.today))?;
        Some(holder.person.clone())
    })
}
