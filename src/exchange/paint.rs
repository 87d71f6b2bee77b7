//! Writings replayed without a store, and the team that they make: what the first picture of a demo is painted from.

use super::writers::Mode;
use crate::document::decode;
use crate::document::rows::Row;
use crate::document::{DocRef, Op, Rows, Scalar, Writing};
use crate::domain::ids::sharing;
use crate::domain::team::Rights;
use crate::domain::{Claim, PersonId, Team};
use chrono::{DateTime, NaiveDate};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The documents that writings make, as a store would hold them.
pub fn replay(writings: &[Writing]) -> BTreeMap<DocRef, Rows> {
    let mut docs: BTreeMap<&DocRef, Vec<&Writing>> = BTreeMap::new();
    for writing in writings {
        docs.entry(&writing.doc).or_default().push(writing);
    }
    docs.into_iter()
        .map(|(doc, writings)| (doc.clone(), tidy(rows_of(&writings))))
        .collect()
}

/// The rows that writings to one document leave.
fn rows_of(writings: &[&Writing]) -> Rows {
    let mut replay = Replay::default();
    for (at, writing) in writings.iter().enumerate() {
        if writing.apart || writings.get(at + 1).is_some_and(|next| next.apart) {
            replay.write_beside(writing);
        } else {
            replay.write(writing);
        }
    }
    replay.rows
}

/// A field that holds nothing but null is as absent as one that nobody wrote.
fn tidy(mut rows: Rows) -> Rows {
    rows.tables.retain(|_, table| {
        table.retain(|_, row| {
            row.retain(|_, claims| claims.iter().any(|c| c.value != Scalar::Null));
            !row.is_empty()
        });
        !table.is_empty()
    });
    rows
}

/// Table, row and field.
type FieldRef<'a> = (&'a str, &'a str, &'a str);

#[derive(Default)]
struct Replay<'a> {
    rows: Rows,
    /// Claims that writings that stand side by side all know of, for the fields that one of them has written.
    before: BTreeMap<FieldRef<'a>, Vec<Claim<Scalar>>>,
}

impl<'a> Replay<'a> {
    /// A writing that knows of everything before it, and of which everything after it knows.
    fn write(&mut self, writing: &Writing) {
        for ops in by_row(writing) {
            let row = self.row(&ops[0]);
            for op in ops {
                row.insert(op.field.clone(), vec![claim(writing, op)]);
            }
        }
    }

    /// One of several writings that stand side by side.
    fn write_beside(&mut self, writing: &'a Writing) {
        if !writing.apart {
            self.before.clear();
        }
        for op in &writing.ops {
            let at = (&*op.table, &*op.row, &*op.field);
            let known = self.before.get(&at).cloned();
            let claims = self.row(op).entry(op.field.clone()).or_default();
            // A claim is replaced by whoever knew of it, and stays beside what others wrote.
            let first = match known {
                Some(known) => {
                    claims.retain(|claim| !known.contains(claim));
                    None
                }
                None => Some(std::mem::take(claims)),
            };
            claims.push(claim(writing, op));
            if let Some(before) = first {
                self.before.insert(at, before);
            }
        }
    }

    fn row(&mut self, op: &Op) -> &mut Row {
        let table = self.rows.tables.entry(op.table.clone()).or_default();
        table.entry(op.row.clone()).or_default()
    }
}

/// Assignments of a writing, those to one row together as they stand.
fn by_row(writing: &Writing) -> impl Iterator<Item = &[Op]> {
    let same = |a: &Op, b: &Op| a.table == b.table && a.row == b.row;
    writing.ops.chunk_by(same)
}

fn claim(writing: &Writing, op: &Op) -> Claim<Scalar> {
    Claim {
        value: op.value.clone(),
        author: Some(writing.author.clone()),
        at: writing.at_ms,
    }
}

/// The team that writings make, as `me` sees it who may read what `may_read` says. Where everybody writes for themself, everybody counts as
/// admitted and as heard on the day of their latest writing; after an import only the importer does.
pub fn paint(
    writings: &[Writing],
    rights: &Arc<Rights>,
    me: &PersonId,
    mode: &Mode,
    may_read: &dyn Fn(&DocRef) -> bool,
) -> Team {
    let docs = replay(writings);
    let mut team = sharing(|| decode::team(&docs, rights, me, may_read));
    let mut heard: BTreeMap<&PersonId, u64> = BTreeMap::new();
    for writing in writings {
        let latest = heard.entry(&writing.author).or_default();
        *latest = (*latest).max(writing.at_ms);
    }
    for person in &mut team.people {
        let latest = heard.get(&person.id);
        let person = Arc::make_mut(person);
        person.admitted = *mode == Mode::Rightful || latest.is_some();
        person.heard = latest.and_then(|ms| day_of(*ms));
    }
    team
}

fn day_of(ms: u64) -> Option<NaiveDate> {
    let ms = i64::try_from(ms).ok()?;
    Some(DateTime::from_timestamp_millis(ms)?.date_naive())
}
