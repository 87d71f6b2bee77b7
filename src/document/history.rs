//! What was assigned to which field by whom, and what each author had seen: enough to judge a change before Automerge has it, so that many
//! are handed over at once. (One by one, 3,000 changes take Automerge 60 times as long.) Must not know the bytes of a change.

mod told;

pub use told::Deed;

use super::gate::Assignment;
use automerge::legacy::OpId;
use automerge::{ActorId, ChangeHash, ScalarValue};
use std::collections::{HashMap, HashSet};

/// A value that stands in a field, and the operation that put it there.
pub(super) type Standing = (OpId, ScalarValue);

/// How far somebody had seen: for each actor, by its number, the counter of the last operation.
pub(super) type Seen = Vec<u64>;

/// Everything that happened, as far as it matters for what comes next.
#[derive(Clone, Default)]
pub(super) struct History {
    actors: Vec<ActorId>,
    numbers: HashMap<ActorId, usize>,
    places: HashMap<ChangeHash, Place>,
    /// Changes that nothing depends on yet.
    heads: HashSet<ChangeHash>,
    /// For each table, by its number, its fields by key.
    tables: Vec<HashMap<String, Field>>,
}

/// Where a change stands among the others.
#[derive(Clone)]
struct Place {
    actor: usize,
    /// The counter of its last operation.
    max_op: u64,
    /// What its author had seen once it was made, itself included.
    seen: Seen,
}

/// All that was ever assigned to a field.
#[derive(Clone, Default)]
struct Field {
    all: Vec<Assigned>,
    /// Those that nothing replaced.
    now: Vec<usize>,
}

#[derive(Clone)]
struct Assigned {
    actor: usize,
    counter: u64,
    value: ScalarValue,
    /// Actor and counter of what replaced it, several where that was done apart.
    replaced_by: Vec<(usize, u64)>,
}

/// What somebody knew who wrote a change: all, or as far as this.
pub(super) enum View {
    All,
    UpTo(Seen),
}

impl History {
    /// A history that begins with changes that assign nothing.
    pub fn first(changes: impl IntoIterator<Item = (ChangeHash, ActorId, u64)>) -> Self {
        let mut new = Self::default();
        for (hash, actor, max_op) in changes {
            let deps: Vec<ChangeHash> = new.heads.iter().copied().collect();
            new.add(hash, &actor, &deps, max_op, Vec::new());
        }
        new
    }

    /// Whether a change happened.
    pub fn holds(&self, hash: &ChangeHash) -> bool {
        self.places.contains_key(hash)
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// The highest operation counter of dependencies; `None` where one is not here or there is none.
    pub fn below(&self, deps: &[ChangeHash]) -> Option<u64> {
        let counters: Option<Vec<u64>> = deps
            .iter()
            .map(|dep| self.places.get(dep).map(|place| place.max_op))
            .collect();
        // What depends on nothing does not even know the first change.
        counters?.into_iter().max()
    }

    /// Whether a dependency other than the actor's previous change stands behind another one: whoever writes names the heads alone.
    pub fn repeats(&self, deps: &[ChangeHash], previous: Option<ChangeHash>) -> bool {
        let named = || {
            deps.iter()
                .filter_map(|dep| Some((dep, self.places.get(dep)?)))
        };
        named()
            .filter(|(dep, _)| Some(**dep) != previous)
            .any(|(dep, place)| {
                named().any(|(other, over)| {
                    other != dep && reaches(&over.seen, place.actor, place.max_op)
                })
            })
    }

    /// What the author of a change with these dependencies knew.
    pub fn view(&self, deps: &[ChangeHash]) -> View {
        if self.heads.iter().all(|head| deps.contains(head)) {
            return View::All;
        }
        View::UpTo(self.seen(deps))
    }

    fn seen(&self, deps: &[ChangeHash]) -> Seen {
        let mut all = vec![0; self.actors.len()];
        for place in deps.iter().filter_map(|dep| self.places.get(dep)) {
            for (mine, theirs) in all.iter_mut().zip(&place.seen) {
                *mine = (*mine).max(*theirs);
            }
        }
        all
    }

    /// What stood in a field in a view.
    pub fn standing(&self, table: usize, key: &str, view: &View) -> Vec<Standing> {
        let Some(field) = self.tables.get(table).and_then(|t| t.get(key)) else {
            return Vec::new();
        };
        let found = |assigned: &Assigned| {
            let id = OpId(assigned.counter, self.actors[assigned.actor].clone());
            (id, assigned.value.clone())
        };
        match view {
            View::All => field.now.iter().map(|at| found(&field.all[*at])).collect(),
            View::UpTo(seen) => field
                .all
                .iter()
                .filter(|a| reaches(seen, a.actor, a.counter))
                .filter(|a| {
                    !a.replaced_by
                        .iter()
                        .any(|(actor, n)| reaches(seen, *actor, *n))
                })
                .map(found)
                .collect(),
        }
    }

    /// Takes a change that was judged, with what it assigns.
    pub fn add(
        &mut self,
        hash: ChangeHash,
        actor: &ActorId,
        deps: &[ChangeHash],
        max_op: u64,
        assignments: Vec<Assignment>,
    ) {
        let number = self.number(actor);
        let mut seen = self.seen(deps);
        seen[number] = max_op;
        for dep in deps {
            self.heads.remove(dep);
        }
        self.heads.insert(hash);
        let place = Place {
            actor: number,
            max_op,
            seen,
        };
        self.places.insert(hash, place);
        for assignment in assignments {
            self.assign(number, assignment);
        }
    }

    fn assign(&mut self, actor: usize, assignment: Assignment) {
        if self.tables.len() <= assignment.table {
            self.tables
                .resize_with(assignment.table + 1, HashMap::default);
        }
        let field = self.tables[assignment.table]
            .entry(assignment.key)
            .or_default();
        for replaced in &assignment.replaced {
            let Some(number) = self.numbers.get(&replaced.1) else {
                continue;
            };
            let same = |a: &Assigned| a.actor == *number && a.counter == replaced.0;
            // What is replaced is mostly among the latest.
            if let Some(at) = field.all.iter().rposition(same) {
                let by = (actor, assignment.counter);
                field.all[at].replaced_by.push(by);
                field.now.retain(|now| *now != at);
            }
        }
        if let Some(value) = assignment.value {
            field.now.push(field.all.len());
            field.all.push(Assigned {
                actor,
                counter: assignment.counter,
                value,
                replaced_by: Vec::new(),
            });
        }
    }

    fn number(&mut self, actor: &ActorId) -> usize {
        *self.numbers.entry(actor.clone()).or_insert_with(|| {
            self.actors.push(actor.clone());
            self.actors.len() - 1
        })
    }
}

/// Whether an operation is among what was seen.
fn reaches(seen: &[u64], actor: usize, counter: u64) -> bool {
    seen.get(actor).is_some_and(|last| *last >= counter)
}
