//! The mode "what if": while something is supposed, `State::team` and `State::board` are the team as it would be, and this keeps what
//! stands, so that every screen can show before and after. Leaving the mode puts the very same values back. Nothing is ever written:
//! edits are refused while it lasts. Must not know: how it looks.

use super::action::{ActionId, Section, info};
use super::screen::succession_lines::brief_name;
use super::state::State;
use super::toast::Tone;
use crate::domain::board::{Board, BoardRow};
use crate::domain::cell::CellFigure;
use crate::domain::what_if::{
    Difference, KeyFigure, Supposed, WhatIf, difference, suppose, suppose_person,
};
use crate::domain::{Person, PersonId, Team};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What is supposed, and what stands.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// What is supposed; never empty.
    pub what: WhatIf,
    /// The team as it stands.
    pub team: Arc<Team>,
    /// Its figures.
    pub board: Arc<Board>,
    /// What the supposition changes.
    pub difference: Difference,
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

    /// Who and what, in a few words: "Ann E. leaves, Bo T. completes the plan".
    pub fn words(&self, brief: bool) -> String {
        let mut parts: Vec<String> = Vec::new();
        for kind in Supposed::ALL {
            let people: Vec<String> = self
                .what
                .all()
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
        parts.join(", ")
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
    let mut supposed = match &state.what_if {
        Some(simulation) => simulation.what.clone(),
        None => WhatIf::default(),
    };
    supposed.toggle(person, what);
    end(state);
    begin(state, supposed);
}

/// Makes figures of the team as it would be.
fn begin(state: &mut State, what: WhatIf) {
    if what.is_empty() {
        return;
    }
    let (team, board) = (Arc::clone(&state.team), Arc::clone(&state.board));
    let supposed = suppose(&team, &what, state.today);
    let after = Board::compute(&supposed, state.today, Some((&team, &board)));
    let rows = rows_before(&board, &after);
    state.what_if = Some(Box::new(Simulation {
        difference: difference(&board, &after),
        details: BTreeMap::new(),
        rows,
        what,
        team,
        board,
    }));
    state.team = Arc::new(supposed);
    state.board = Arc::new(after);
}

/// For each row that is another, the row as it stands: of the same post where the person still has it, else the person's first.
fn rows_before(before: &Board, after: &Board) -> Vec<Option<Arc<BoardRow>>> {
    let mut by_person: HashMap<&PersonId, Vec<&Arc<BoardRow>>> = HashMap::new();
    for row in &before.rows {
        by_person.entry(&row.person).or_default().push(row);
    }
    let found = |row: &Arc<BoardRow>| {
        let rows = by_person.get(&row.person)?;
        if rows.iter().any(|r| Arc::ptr_eq(r, row)) {
            return None;
        }
        let same = rows.iter().find(|r| r.post == row.post);
        same.or(rows.first()).map(|r| Arc::clone(r))
    };
    after.rows.iter().map(found).collect()
}

/// Puts what stands back, and says what was supposed.
pub fn end(state: &mut State) -> Option<WhatIf> {
    let simulation = state.what_if.take()?;
    state.team = simulation.team;
    state.board = simulation.board;
    Some(simulation.what)
}

/// Supposes the same of a new snapshot; who is no longer in the team is left out.
pub(super) fn resume(state: &mut State, what: Option<WhatIf>) {
    let Some(what) = what else { return };
    let mut still = WhatIf::default();
    for (id, supposed) in what.all() {
        if state.team.person(id).is_some() {
            still.toggle(id, supposed);
        }
    }
    begin(state, still);
}

/// People read with detail, as they would be. Runs after every event.
pub(super) fn refresh(state: &mut State) {
    let today = state.today;
    let Some(simulation) = &mut state.what_if else {
        return;
    };
    let team = Arc::clone(&simulation.team);
    let concerned: Vec<PersonId> = simulation.what.all().map(|(id, _)| id.clone()).collect();
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
            let supposed = suppose_person(&team, known, &simulation.what, today);
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
    state.toast(
        Tone::Info,
        format!("what if: nothing is written here; {back} ends it first"),
    );
}
