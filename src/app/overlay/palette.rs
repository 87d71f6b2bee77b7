//! The palette: fuzzy search over actions, people, roles, competencies, skills and posts. Enter runs or opens.

use super::Outcome;
use super::field::Field;
use crate::app::action::{ActionId, TABLE};
use crate::app::keymap::key::Plain;
use crate::app::state::State;
use crate::app::update;
use crate::domain::{ColumnId, CompetencyId, PersonId, PostId, SkillId};
use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

/// The palette.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// What is typed.
    pub field: Field,
    /// What matches, best first.
    pub found: Vec<Entry>,
    /// Which line the cursor stands on.
    pub cursor: usize,
    /// First line shown.
    pub top: usize,
}

/// Something that the palette can run or open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An action.
    Action(ActionId),
    /// A person.
    Person(PersonId),
    /// A role column.
    Column(ColumnId),
    /// A competency.
    Competency(CompetencyId),
    /// A skill.
    Skill(SkillId),
    /// A post.
    Post(PostId),
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub item: Item,
    /// Its words; the search looks at them.
    pub text: String,
    /// What kind of thing, or the key of an action.
    pub kind: String,
    /// Characters of `text` that matched.
    pub matched: Vec<usize>,
}

/// Lines that the list shows at most.
pub const ROWS: usize = 12;

impl Palette {
    /// An empty search: the actions of the screen.
    pub fn new(state: &State) -> Self {
        let mut palette = Self::default();
        palette.search(state);
        palette
    }

    pub(super) fn key(&mut self, state: &mut State, pressed: Plain) -> Outcome {
        match pressed {
            Plain::Esc => return Outcome::Close,
            Plain::Up | Plain::Ctrl('p' | 'k') | Plain::BackTab => self.step(-1),
            Plain::Down | Plain::Ctrl('n' | 'j') | Plain::Tab => self.step(1),
            Plain::PageUp => self.step(-(ROWS as isize)),
            Plain::PageDown => self.step(ROWS as isize),
            Plain::Enter => return self.run(state),
            other => {
                if self.field.key(other) {
                    self.search(state);
                }
            }
        }
        Outcome::Stay
    }

    /// A click on a row of the frame: the first two are the frame itself and the line one types in.
    pub(super) fn click(&mut self, state: &mut State, row: u16) -> Outcome {
        match usize::from(row).checked_sub(2).map(|r| self.top + r) {
            Some(at) if at < self.found.len() => {
                self.cursor = at;
                self.run(state)
            }
            _ => Outcome::Stay,
        }
    }

    fn run(&self, state: &mut State) -> Outcome {
        match self.found.get(self.cursor) {
            Some(entry) => Outcome::Do(update::run_item(state, &entry.item)),
            None => Outcome::Stay,
        }
    }

    pub(super) fn paste(&mut self, state: &State, text: &str) {
        self.field.paste(text);
        self.search(state);
    }

    /// Moves the cursor by lines and keeps it in view.
    pub fn step(&mut self, by: isize) {
        let last = self.found.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
        self.top = crate::app::layout::scrolled(self.top, self.cursor, ROWS, self.found.len());
    }

    fn search(&mut self, state: &State) {
        let matcher = SkimMatcherV2::default().ignore_case();
        let query = self.field.trimmed();
        let mut scored: Vec<(i64, usize, Entry)> = Vec::new();
        for (order, entry) in everything(state, query.is_empty()).enumerate() {
            if query.is_empty() {
                scored.push((0, order, entry));
            } else if let Some((score, matched)) = matcher.fuzzy_indices(&entry.text, query) {
                scored.push((-score, order, Entry { matched, ..entry }));
            } else if let Some(score) =
                also(&entry.item).and_then(|a| matcher.fuzzy_match(&a, query))
            {
                scored.push((-score, order, entry));
            }
        }
        scored.sort_by_key(|(score, order, _)| (*score, *order));
        self.found = scored.into_iter().map(|(_, _, e)| e).collect();
        self.cursor = 0;
        self.top = 0;
    }
}

/// What an action is also found by: its id and the word of the hint line, which are not its label.
fn also(item: &Item) -> Option<String> {
    let Item::Action(id) = item else { return None };
    let action = TABLE.iter().find(|a| a.id == *id)?;
    Some(format!(
        "{} {}",
        action.name,
        action.hint.unwrap_or_default()
    ))
}

/// Everything that can be found, or the actions alone.
fn everything<'a>(state: &'a State, actions_only: bool) -> Box<dyn Iterator<Item = Entry> + 'a> {
    let screen = state.screen();
    let entry = |item, text: String, kind: String| Entry {
        item,
        text,
        kind,
        matched: Vec::new(),
    };
    let actions = TABLE
        .iter()
        .filter(move |a| a.palette && a.on(screen) && update::available(state, a.id))
        .map(move |a| {
            let keys = state.options.keys.label(a.id).unwrap_or_default();
            entry(Item::Action(a.id), a.label.to_owned(), keys)
        });
    if actions_only {
        return Box::new(actions);
    }
    let team = &state.team;
    let people = team.people.iter().map(move |p| {
        entry(
            Item::Person(p.id.clone()),
            p.name.get().clone(),
            "person".into(),
        )
    });
    let columns = team.framework.columns.iter().map(move |c| {
        entry(
            Item::Column(c.id.clone()),
            format!("{} · {}", c.name, c.title),
            "role".into(),
        )
    });
    let competencies = team.framework.competencies.iter().map(move |c| {
        entry(
            Item::Competency(c.id.clone()),
            c.name.clone(),
            "competency".into(),
        )
    });
    let skills = team.base.skills.iter().map(move |s| {
        entry(
            Item::Skill(s.id.clone()),
            s.name.get().clone(),
            "skill".into(),
        )
    });
    let posts = team.base.posts.iter().filter_map(move |p| {
        let title = p.on(state.today)?.title.get().clone();
        Some(entry(Item::Post(p.id.clone()), title, "post".into()))
    });
    Box::new(
        actions
            .chain(people)
            .chain(columns)
            .chain(competencies)
            .chain(skills)
            .chain(posts),
    )
}
