//! Writings replayed without a store, and the team that they make: what the first picture of a demo is painted from.

use super::writers::Mode;
use crate::document::decode;
use crate::document::{DocRef, Rows, Scalar, Writing};
use crate::domain::team::Rights;
use crate::domain::{Claim, PersonId, Team};
use chrono::{DateTime, NaiveDate};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The documents that writings make, as a store would hold them.
pub fn replay(writings: &[Writing]) -> BTreeMap<DocRef, Rows> {
    let mut docs: BTreeMap<DocRef, Replay> = BTreeMap::new();
    for writing in writings {
        docs.entry(writing.doc.clone()).or_default().write(writing);
    }
    docs.into_iter()
        .map(|(doc, replay)| (doc, tidy(replay.rows)))
        .collect()
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
type FieldRef = (String, String, String);

#[derive(Default)]
struct Replay {
    rows: Rows,
    /// Claims that writings that stand side by side all know of, for the fields that one of them has written.
    before: BTreeMap<FieldRef, Vec<Claim<Scalar>>>,
}

impl Replay {
    fn write(&mut self, writing: &Writing) {
        if !writing.apart {
            self.before.clear();
        }
        for op in &writing.ops {
            let at = (op.table.clone(), op.row.clone(), op.field.clone());
            let claims = self
                .rows
                .tables
                .entry(op.table.clone())
                .or_default()
                .entry(op.row.clone())
                .or_default()
                .entry(op.field.clone())
                .or_default();
            // A claim is replaced by whoever knew of it, and stays beside what others wrote.
            match self.before.get(&at) {
                Some(known) => claims.retain(|claim| !known.contains(claim)),
                None => {
                    self.before.insert(at, std::mem::take(claims));
                }
            }
            claims.push(Claim {
                value: op.value.clone(),
                author: Some(writing.author.clone()),
                at: writing.at_ms,
            });
        }
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
    let mut team = decode::team(&docs, rights, me, may_read);
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
