//! The modes in which every screen shows another team than the one that stands: what if, as of a day, and what changed since a day. While
//! one lasts, `State::team` and `State::board` are that team, and this keeps what stands and what is compared with, so that every screen
//! can show before and after. Leaving the mode puts the very same values back. Nothing is ever written: edits are refused while it lasts.
//! Must not know: how it looks.

use super::action::{ActionId, Section, info};
use super::screen::succession_lines::brief_name;
use super::state::State;
use super::toast::Tone;
use crate::domain::as_of::{as_of, person_as_of};
use crate::domain::board::{Board, BoardRow};
use crate::domain::cell::CellFigure;
use crate::domain::what_if::{
    Difference, KeyFigure, Supposed, WhatIf, difference, suppose, suppose_person,
};
use crate::domain::{Person, PersonId, Team};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What is shown instead of what stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The team as it would be; never empty.
    WhatIf(WhatIf),
    /// The team as its facts have it for an earlier day.
    AsOf(NaiveDate),
    /// The team as it stands, beside what it was on an earlier day.
    Since(NaiveDate),
}

/// What stands.
#[derive(Clone, Debug)]
struct Stands {
    team: Arc<Team>,
    board: Arc<Board>,
    today: NaiveDate,
}

/// What is shown instead, and what it is compared with.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// What is shown.
    pub mode: Mode,
    /// The team before: that which stands, or that of an earlier day.
    pub team: Arc<Team>,
    /// Its figures.
    pub board: Arc<Board>,
    /// What is different.
    pub difference: Difference,
    stands: Stands,
    /// People of whom something is supposed and who were read with detail: who they are, and who they would be.
    details: BTreeMap<PersonId, (Arc<Person>, Arc<Person>)>,
    /// For each row of the board as it would be that is another: the row as it stands.
    rows: Vec<Option<Arc<BoardRow>>>,
}

impl Simulation {
    /// Somebody with detail, as they would be.
    pub fn known(&self, id: &PersonId) -> Option<&Arc<Person>> {
        self.details.get(id).map(|(_, supposed)| supposed)
    }

    /// The cell as it stands, where it would be another.
    pub fn cell_before(&self, row: usize, subject: usize, now: &CellFigure) -> Option<&CellFigure> {
        let before = self.rows.get(row)?.as_ref()?.cells.get(subject)?;
        (before != now).then_some(before)
    }

    /// Whether what stands is compared with an earlier day.
    pub fn is_since(&self) -> bool {
        matches!(self.mode, Mode::Since(_))
    }

    /// What is supposed; nothing where an earlier day is looked at.
    pub fn supposed(&self) -> Option<&WhatIf> {
        match &self.mode {
            Mode::WhatIf(what) => Some(what),
            Mode::AsOf(_) | Mode::Since(_) => None,
        }
    }

    /// Whether somebody may be another than they are.
    pub fn concerns(&self, id: &PersonId) -> bool {
        match &self.mode {
            Mode::WhatIf(what) => what.concerns(id),
            Mode::AsOf(_) => true,
            Mode::Since(_) => false,
        }
    }

    /// What stands before a cell that is another.
    pub fn label(&self) -> &'static str {
        match self.mode {
            Mode::WhatIf(_) => "What if",
            Mode::AsOf(_) => "As of",
            Mode::Since(_) => "Since then",
        }
    }

    /// The day that stands as today.
    pub fn today(&self) -> NaiveDate {
        self.stands.today
    }

    /// Who and what, in a few words: "What if Ann E. leaves, Bo T. completes the plan".
    pub fn words(&self, brief: bool) -> String {
        let what = match &self.mode {
            Mode::WhatIf(what) => what,
            Mode::AsOf(day) => {
                let day = super::screen::cell::day(*day);
                return match brief {
                    true => format!("As of {day}"),
                    false => format!(
                        "As of {day}: facts by their own dates; what has none is shown as today"
                    ),
                };
            }
            Mode::Since(day) => return format!("Since {}", super::screen::cell::day(*day)),
        };
        let mut parts: Vec<String> = Vec::new();
        for kind in Supposed::ALL {
            let people: Vec<String> = what
                .said()
                .filter(|(_, what)| *what == kind)
                .map(|(id, _)| {
                    let name = super::screen::cell::person_name(&self.team, id);
                    if brief {
                        brief_name(name)
                    } else {
                        name.to_owned()
                    }
                })
                .collect();
            match people.as_slice() {
                [] => {}
                [one] => parts.push(format!("{one} {}", kind.verb())),
                [one, other] if !brief => parts.push(format!("{one} and {other} {}", kind.verbs())),
                several => parts.push(format!("{} {}", several.len(), kind.verbs())),
            }
        }
        format!("What if {}", parts.join(", "))
    }

    /// Figures that change, the most telling first: "one holder 2 → 1".
    pub fn changes(&self) -> Vec<String> {
        const FIRST: [&str; 5] = ["one holder", "no holder", "at risk", "ready now", "depth"];
        let rank = |f: &KeyFigure| FIRST.iter().position(|n| *n == f.name).unwrap_or(9);
        let mut changed: Vec<&KeyFigure> = self.difference.changed().collect();
        changed.sort_by_key(|f| rank(f));
        changed
            .into_iter()
            .map(|f| {
                let [before, after] = [f.before, f.after].map(KeyFigure::text);
                format!("{} {before} → {after}", f.name)
            })
            .collect()
    }
}

/// Supposes something or takes it back. Where nothing is left, the mode ends.
pub fn toggle(state: &mut State, person: &PersonId, what: Supposed) {
    let simulation = state.what_if.as_ref();
    let supposed = simulation.and_then(|s| s.supposed()).cloned();
    let mut supposed = supposed.unwrap_or_default();
    supposed.toggle(person, what);
    end(state);
    begin(state, Mode::WhatIf(supposed));
}

/// Shows the team as of an earlier day, or beside what it was then. A day that is not earlier ends the mode.
pub fn look(state: &mut State, mode: Mode) {
    end(state);
    let (Mode::AsOf(day) | Mode::Since(day)) = mode else {
        return;
    };
    if day < state.today {
        begin(state, mode);
    }
}

/// Makes the team that is shown, and its figures.
fn begin(state: &mut State, mode: Mode) {
    let stands = Stands {
        team: Arc::clone(&state.team),
        board: Arc::clone(&state.board),
        today: state.today,
    };
    let mut before = (Arc::clone(&stands.team), Arc::clone(&stands.board));
    match &mode {
        Mode::WhatIf(what) if what.is_empty() => return,
        Mode::WhatIf(what) => {
            let supposed = suppose(&stands.team, what, state.today);
            let known = Some((&*stands.team, &*stands.board));
            state.board = Arc::new(Board::compute(&supposed, state.today, known));
            state.team = Arc::new(supposed);
        }
        Mode::AsOf(day) => {
            let earlier = as_of(&stands.team, *day);
            state.board = Arc::new(Board::compute(&earlier, *day, None));
            state.team = Arc::new(earlier);
            state.today = *day;
            // An earlier day is looked at by itself.
            before = (Arc::clone(&state.team), Arc::clone(&state.board));
        }
        Mode::Since(day) => {
            let earlier = as_of(&stands.team, *day);
            let board = Board::compute(&earlier, *day, None);
            before = (Arc::new(earlier), Arc::new(board));
            // Another value, so that every list is made anew with what it is compared with.
            state.board = Arc::new(Board::clone(&stands.board));
        }
    }
    let (team, board) = before;
    state.what_if = Some(Box::new(Simulation {
        difference: difference(&board, &state.board),
        details: BTreeMap::new(),
        rows: rows_before(&board, &state.board),
        mode,
        team,
        board,
        stands,
    }));
}

/// For each row that is another, the row as it stands: of the same post where the person still has it, else the person's first.
fn rows_before(before: &Board, after: &Board) -> Vec<Option<Arc<BoardRow>>> {
    let mut by_person: HashMap<&PersonId, Vec<&Arc<BoardRow>>> = HashMap::new();
    for row in &before.rows {
        by_person.entry(&row.person).or_default().push(row);
    }
    let found = |row: &Arc<BoardRow>| {
        let rows = by_person.get(&row.person)?;
        if rows.iter().any(|r| Arc::ptr_eq(r, row) || r == &row) {
            return None;
        }
        let same = rows.iter().find(|r| r.post == row.post);
        same.or(rows.first()).map(|r| Arc::clone(r))
    };
    after.rows.iter().map(found).collect()
}

/// Puts what stands back, and says what was shown.
pub fn end(state: &mut State) -> Option<Mode> {
    let simulation = state.what_if.take()?;
    state.team = simulation.stands.team;
    state.board = simulation.stands.board;
    state.today = simulation.stands.today;
    Some(simulation.mode)
}

/// Shows the same of a new snapshot; who is no longer in the team is left out.
pub(super) fn resume(state: &mut State, mode: Option<Mode>) {
    let what = match mode {
        None => return,
        Some(Mode::WhatIf(what)) => what,
        Some(earlier) => return look(state, earlier),
    };
    let mut still = WhatIf::default();
    for (id, supposed) in what.all() {
        if state.team.person(id).is_some() {
            still.toggle(id, supposed);
        }
    }
    begin(state, Mode::WhatIf(still));
}

/// People read with detail, as they would be. Runs after every event.
pub(super) fn refresh(state: &mut State) {
    let today = state.today;
    let Some(simulation) = &mut state.what_if else {
        return;
    };
    let team = Arc::clone(&simulation.stands.team);
    let mode = simulation.mode.clone();
    let concerned: Vec<PersonId> = match &mode {
        Mode::WhatIf(what) => what.all().map(|(id, _)| id.clone()).collect(),
        Mode::AsOf(_) => state.details.keys().cloned().collect(),
        Mode::Since(_) => Vec::new(),
    };
    for id in concerned {
        let Some(known) = state.details.get(&id) else {
            simulation.details.remove(&id);
            continue;
        };
        let same = simulation
            .details
            .get(&id)
            .is_some_and(|(from, _)| Arc::ptr_eq(from, known));
        if !same {
            let supposed = match &mode {
                Mode::WhatIf(what) => suppose_person(&team, known, what, today),
                Mode::AsOf(day) | Mode::Since(day) => person_as_of(known, *day),
            };
            let entry = (Arc::clone(known), Arc::new(supposed));
            simulation.details.insert(id, entry);
        }
    }
}

/// Whether an action would change something.
pub fn writes(action: ActionId) -> bool {
    info(action).section == Section::Edit
}

/// Says why nothing can be changed now.
pub fn say_no(state: &mut State) {
    let back = super::editing::key_of(state, ActionId::Back);
    let mode = match state.what_if.as_ref().map(|s| &s.mode) {
        Some(Mode::AsOf(_)) => "an earlier day is looked at",
        Some(Mode::Since(_)) => "an earlier day is compared with",
        _ => "what if",
    };
    state.toast(
        Tone::Info,
        format!("{mode}: nothing is written here; {back} ends it first"),
    );
}
