//! Undo and redo: steps of this device, kept sealed, across processes and restarts. Undoing is a new edit that writes what stood before;
//! a field that was changed in between is left and named. Nothing that others may have seen is ever rewound.

use super::commit::{Committed, FieldName, Work, allow, takes_part};
use super::documents::{NewChange, Writer};
use super::error::StoreError;
use super::local::Purpose;
use crate::document::crdt::Put;
use crate::document::{DocRef, Rows, Scalar};
use crate::domain::{Claim, PersonId};
use rusqlite::params;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// So many steps are kept.
const KEPT: i64 = 1000;

/// All claims to a field.
type Claims = Vec<Claim<Scalar>>;

/// A field that a step changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepField {
    doc: DocRef,
    table: String,
    row: String,
    field: String,
    before: Claims,
    after: Claims,
}

impl StepField {
    /// What stands before a change, for each field that it may touch, once each.
    pub fn read(doc: &DocRef, rows: &Rows, puts: &[Put]) -> Vec<Self> {
        let mut fields: BTreeMap<_, Self> = BTreeMap::new();
        for (table, row, field, _) in puts {
            fields.entry((table, row, field)).or_insert_with(|| Self {
                doc: doc.clone(),
                table: table.clone(),
                row: row.clone(),
                field: field.clone(),
                before: rows.claims(table, row, field).to_vec(),
                after: Claims::new(),
            });
        }
        fields.into_values().collect()
    }

    /// The same with what stands after the change; `None` where it did not touch the field.
    pub fn after(mut self, rows: &Rows) -> Option<Self> {
        self.after = rows.claims(&self.table, &self.row, &self.field).to_vec();
        (self.before != self.after).then_some(self)
    }

    fn name(&self) -> FieldName {
        FieldName {
            doc: self.doc.clone(),
            table: self.table.clone(),
            row: self.row.clone(),
            field: self.field.clone(),
        }
    }

    fn put(&self, value: Scalar) -> Put {
        (
            self.table.clone(),
            self.row.clone(),
            self.field.clone(),
            value,
        )
    }
}

/// One step, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Label of the edit.
    pub label: String,
    /// What it changed.
    pub fields: Vec<StepField>,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The last step that is not undone.
    Undo,
    /// The last step that was undone.
    Redo,
}

impl Step {
    /// Whether it touched a document of any of these people.
    pub fn concerns(&self, people: &dyn Fn(&PersonId) -> bool) -> bool {
        let about = |f: &StepField| f.doc.person.as_ref().is_some_and(people);
        self.fields.iter().any(about)
    }

    /// Keeps a new step; what had been undone can no longer be done again.
    pub fn record(&self, work: &Work<'_>) -> Result<(), StoreError> {
        let sealed = work.inner.keys.seal_value(Purpose::Step, &[], self)?;
        work.inner.count(|c| c.queries += 3);
        work.db
            .prepare_cached("DELETE FROM steps WHERE undone = 1")?
            .execute([])?;
        work.db
            .prepare_cached("INSERT INTO steps (undone, sealed) VALUES (0, ?1)")?
            .execute([sealed])?;
        let oldest = work.db.last_insert_rowid() - KEPT;
        work.db
            .prepare_cached("DELETE FROM steps WHERE n <= ?1")?
            .execute([oldest])?;
        Ok(())
    }
}

/// Whether a field stands as expected: the same claims, or the same values all written by this person since (by undo and redo).
fn stands(current: &[Claim<Scalar>], expected: &[Claim<Scalar>], me: &PersonId) -> bool {
    current == expected
        || same_values(current, expected) && current.iter().all(|c| c.author.as_ref() == Some(me))
}

fn same_values(a: &[Claim<Scalar>], b: &[Claim<Scalar>]) -> bool {
    let sorted = |claims: &[Claim<Scalar>]| {
        let mut values: Vec<_> = claims.iter().map(|c| c.value.clone()).collect();
        values.sort();
        values
    };
    sorted(a) == sorted(b)
}

/// Takes one step back or forth; `None` where there is none.
pub fn step(work: &mut Work<'_>, way: Way) -> Result<Option<Committed>, StoreError> {
    let query = match way {
        Way::Undo => "SELECT n, sealed FROM steps WHERE undone = 0 ORDER BY n DESC",
        Way::Redo => "SELECT n, sealed FROM steps WHERE undone = 1 ORDER BY n",
    };
    let Some((n, step)) = find(work, query)? else {
        return Ok(None);
    };
    let left = write_back(work, &step.fields, way)?;
    let mut committed = work.write_views()?;
    work.write_summaries(&mut committed.people)?;
    work.db
        .prepare_cached("UPDATE steps SET undone = ?2 WHERE n = ?1")?
        .execute(params![n, way == Way::Undo])?;
    committed.label = step.label;
    committed.left = left;
    Ok(Some(committed))
}

/// The first step of a list that concerns nobody who is erased: nothing brings those back.
fn find(work: &mut Work<'_>, query: &str) -> Result<Option<(i64, Step)>, StoreError> {
    let erased = work.inner.rights(work.db)?.erased.clone();
    work.inner.count(|c| c.queries += 1);
    let mut statement = work.db.prepare_cached(query)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let sealed: Vec<u8> = row.get(1)?;
        let step: Step = work
            .inner
            .keys
            .open_value(Purpose::Step, &[], &sealed)
            .ok_or(StoreError::Encode(
                "the step: it is damaged and cannot be taken back",
            ))?;
        if !step.concerns(&|person| erased.contains_key(person)) {
            return Ok(Some((row.get(0)?, step)));
        }
    }
    Ok(None)
}

/// Writes the other side of a step's fields where they still stand as the step left them; names the others.
fn write_back(
    work: &mut Work<'_>,
    fields: &[StepField],
    way: Way,
) -> Result<Vec<FieldName>, StoreError> {
    let me = work.inner.me.clone();
    let signer = work.inner.device.clone();
    let state = work.inner.rights(work.db)?;
    takes_part(&state, &work.inner.device_id())?;
    let writer = Writer {
        signer: &signer,
        person: &me,
        authority: work.inner.authority(work.db)?.position(),
    };
    let at_ms = work.time();
    let mut left = Vec::new();
    let mut docs: BTreeMap<&DocRef, Vec<&StepField>> = BTreeMap::new();
    for field in fields {
        docs.entry(&field.doc).or_default().push(field);
    }
    for (doc, fields) in docs {
        allow(&state, doc, &me, super::inner::day_of(at_ms))?;
        let loaded = work.hold(doc)?;
        let heads = loaded.made.doc.heads();
        // Several values in conflict come back as what they were: written apart, each in its own epoch of this device.
        let mut layers: Vec<Vec<Put>> = vec![Vec::new()];
        for field in fields {
            let (expected, target) = match way {
                Way::Undo => (&field.after, &field.before),
                Way::Redo => (&field.before, &field.after),
            };
            let current = loaded.rows.claims(&field.table, &field.row, &field.field);
            if same_values(current, target) {
                continue;
            }
            if !stands(current, expected, &me) {
                left.push(field.name());
                continue;
            }
            match target.as_slice() {
                [] => layers[0].push(field.put(Scalar::Null)),
                [one] => layers[0].push(field.put(one.value.clone())),
                several => {
                    layers.resize(layers.len().max(several.len()), Vec::new());
                    for (layer, claim) in layers.iter_mut().zip(several) {
                        layer.extend(fresh(field, &claim.value));
                    }
                }
            }
        }
        for (slot, puts) in layers.iter().enumerate() {
            let change = NewChange {
                puts,
                at_ms,
                apart: (slot > 0).then_some(&heads[..]),
                slot: slot as i64,
            };
            work.append(doc, &writer, &change)?;
        }
    }
    left.sort();
    Ok(left)
}

/// Assignments that write a value anew even where it stands already: a document takes no assignment of what it holds.
fn fresh(field: &StepField, value: &Scalar) -> [Put; 2] {
    let other = match value {
        Scalar::Null => Scalar::Bool(true),
        _ => Scalar::Null,
    };
    [field.put(other), field.put(value.clone())]
}
