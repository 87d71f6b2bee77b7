//! What was written apart and waits to be settled, over all documents that this folder's user may read. A document is looked through again
//! only when it was written to. Must not know: how a conflict is found in a document, nor how it is settled.

use super::error::StoreError;
use super::{Store, subject};
use crate::document::DocRef;
use crate::document::conflict::{Conflict, conflicts};
use crate::domain::Team;
use crate::log::DocId;
use rusqlite::Connection;
use std::collections::HashMap;

/// Heads of a document when it was looked through, and whether something was found.
pub type Looked = HashMap<DocRef, ([u8; 32], bool)>;

impl Store {
    /// Everything that waits to be settled.
    pub fn conflicts(&mut self, team: &Team) -> Result<Vec<Conflict>, StoreError> {
        let found = self.look_for_conflicts(team, usize::MAX)?;
        Ok(found.unwrap_or_default())
    }

    /// The same, looking through at most so many documents that are new since the last look; `None` where there are more.
    pub fn look_for_conflicts(
        &mut self,
        team: &Team,
        most: usize,
    ) -> Result<Option<Vec<Conflict>>, StoreError> {
        let state = self.inner.rights(&self.db)?;
        let heads = heads(&self.db)?;
        let documents = self.documents()?;
        self.looked.retain(|doc, _| documents.contains(doc));
        let (mut budget, mut found) = (most, Vec::new());
        for doc in documents {
            if !subject::readable(&self.inner, &state, &doc) {
                self.looked.remove(&doc);
                continue;
            }
            let now = heads.get(&DocId::of(&self.inner.team, &doc, 0).0);
            let known = self.looked.get(&doc).filter(|(then, _)| Some(then) == now);
            if matches!(known, Some((_, false))) {
                continue;
            }
            if known.is_none() {
                let Some(left) = budget.checked_sub(1) else {
                    return Ok(None);
                };
                budget = left;
            }
            let rows = self.rows(&doc)?;
            let here = conflicts(team, &doc, &rows);
            if let Some(now) = now {
                self.looked.insert(doc, (*now, !here.is_empty()));
            }
            found.extend(here);
        }
        Ok(Some(found))
    }
}

fn heads(db: &Connection) -> Result<HashMap<[u8; 32], [u8; 32]>, StoreError> {
    let mut statement = db.prepare_cached("SELECT doc, heads FROM documents")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
