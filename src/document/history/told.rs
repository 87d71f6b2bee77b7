//! What happened to a document, assignment by assignment: what stood before for whoever wrote, and what they wrote. Packed or not, it is read
//! from the changes that count, never from what a change says of itself. Must not know: who an actor belongs to.

use super::History;
use crate::document::code::key_parts;
use crate::document::crdt::{Doc, scalar};
use crate::document::rows::Scalar;
use crate::document::schema::{PROGRESS, Type, spec, spec_of};
use automerge::{ActorId, ScalarValue};
use std::collections::{BTreeMap, HashMap};

/// One assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Table.
    pub table: String,
    /// Row key.
    pub row: String,
    /// Field.
    pub field: String,
    /// What stood there for its author: nothing, one value, or several that were written apart.
    pub before: Vec<Scalar>,
    /// Where nothing stood: what stood of the same thing from an earlier day.
    pub earlier: Option<Scalar>,
    /// What they wrote.
    pub after: Scalar,
    /// With which actor.
    pub actor: ActorId,
    /// The actor's operation: no other in this field has both.
    pub counter: u64,
    /// When, milliseconds since 1970 UTC, by the writer's clock.
    pub at: u64,
}

struct Told {
    table: usize,
    key: String,
    before: Vec<ScalarValue>,
    after: ScalarValue,
    actor: usize,
    counter: u64,
}

impl History {
    fn told(&self) -> Vec<Told> {
        let mut all = Vec::new();
        for (table, fields) in self.tables.iter().enumerate() {
            for (key, field) in fields {
                let mut before: HashMap<(usize, u64), Vec<ScalarValue>> = HashMap::new();
                for assigned in &field.all {
                    for by in &assigned.replaced_by {
                        before.entry(*by).or_default().push(assigned.value.clone());
                    }
                }
                for assigned in &field.all {
                    let id = (assigned.actor, assigned.counter);
                    all.push(Told {
                        table,
                        key: key.clone(),
                        before: before.remove(&id).unwrap_or_default(),
                        after: assigned.value.clone(),
                        actor: id.0,
                        counter: id.1,
                    });
                }
                // What took others away without a value of its own chose the one that won already.
                for ((actor, counter), mut before) in before {
                    let stood = |at: u64, by: &[(usize, u64)]| {
                        at < counter && !by.iter().any(|(_, n)| *n <= counter)
                    };
                    let standing = field.all.iter();
                    let kept = standing
                        .filter(|a| stood(a.counter, &a.replaced_by))
                        .max_by_key(|a| (a.counter, &self.actors[a.actor]));
                    let Some(kept) = kept else { continue };
                    before.push(kept.value.clone());
                    all.push(Told {
                        table,
                        key: key.clone(),
                        before,
                        after: kept.value.clone(),
                        actor,
                        counter,
                    });
                }
            }
        }
        all
    }
}

impl History {
    /// The operation that first wrote a value in a field of a table, by the table's number: its counter and actor.
    pub fn written_first(&self, table: usize, key: &str, value: &Scalar) -> Option<(u64, ActorId)> {
        let all = &self.tables.get(table)?.get(key)?.all;
        let same = all
            .iter()
            .filter(|a| scalar(&a.value).as_ref() == Some(value));
        let first = same.min_by_key(|a| (a.counter, &self.actors[a.actor]))?;
        Some((first.counter, self.actors[first.actor].clone()))
    }
}

impl Doc {
    /// Everything that was ever assigned, oldest first.
    pub fn deeds(&self) -> Vec<Deed> {
        let tables: Vec<&str> = self.tables.keys().copied().collect();
        let mut all: Vec<(u64, Deed)> = Vec::new();
        for told in self.history.told() {
            let Some((row, field)) = told.key.rsplit_once('.') else {
                continue;
            };
            let actor = self.history.actors[told.actor].clone();
            let deed = Deed {
                table: tables.get(told.table).map_or("", |t| *t).to_owned(),
                row: row.to_owned(),
                field: field.to_owned(),
                before: told.before.iter().filter_map(scalar).collect(),
                earlier: None,
                after: scalar(&told.after).unwrap_or(Scalar::Null),
                at: self.time_of(&actor, told.counter),
                actor,
                counter: told.counter,
            };
            all.push((told.counter, deed));
        }
        all.sort_by(|(n, a), (m, b)| {
            (a.at, n, &a.actor, &a.row, &a.field).cmp(&(b.at, m, &b.actor, &b.row, &b.field))
        });
        let mut deeds: Vec<Deed> = all.into_iter().map(|(_, deed)| deed).collect();
        find_earlier(&mut deeds);
        deeds
    }
}

/// Facts of one thing that hold from days of their own are one story: a mark of November follows that of March.
fn find_earlier(deeds: &mut [Deed]) {
    let mut standing: HashMap<(String, Vec<String>, String), BTreeMap<String, Scalar>> =
        HashMap::new();
    for deed in deeds {
        let dated = spec(&deed.table)
            .and_then(|s| s.keys().last())
            .is_some_and(|last| last.ty == Type::Date);
        let mut parts = key_parts(&deed.row);
        // A note on progress is nobody's last word on the days before.
        let dated = dated && spec_of(&deed.table, &deed.row).is_none_or(|s| s.table != PROGRESS);
        let (true, Some(day)) = (dated, parts.pop()) else {
            continue;
        };
        let thing = (deed.table.clone(), parts, deed.field.clone());
        let days = standing.entry(thing).or_default();
        if deed.before.is_empty() {
            let before = days.range(..day.clone()).next_back();
            deed.earlier = before.map(|(_, value)| value.clone());
        }
        days.insert(day, deed.after.clone());
    }
}
