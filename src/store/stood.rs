//! Whether what an edit was written over still stands, asked inside the transaction that saves it: between that look and the commit nobody
//! else can write.

use super::commit::Work;
use super::error::StoreError;
use crate::document::Edit;

/// Refuses an edit that was written over something else than what stands there now.
pub fn check(work: &mut Work<'_>, edit: &Edit) -> Result<(), StoreError> {
    let mut changed = false;
    let mut now = Vec::new();
    for stood in &edit.stood {
        let rows = &work.hold(&stood.doc)?.rows;
        let stands = stood.now(rows.claims(&stood.table, &stood.row, &stood.field));
        let mut before = stood.texts.clone();
        before.sort();
        changed |= match (&stands.values, &stood.values) {
            (Some(now), Some(then)) => now != then,
            _ => stands.texts != before,
        };
        now.push(stands);
    }
    match changed {
        true => Err(StoreError::Meanwhile(now)),
        false => Ok(()),
    }
}
