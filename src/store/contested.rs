//! What was written apart and waits to be settled, over all documents that this folder's user may read. A document is looked through again
//! only when it was written to. Must not know: how a conflict is found in a document, nor how it is settled.

use super::documents::Loaded;
use super::error::StoreError;
use super::inner::{day_of, now_ms};
use super::{Store, subject};
use crate::document::DocRef;
use crate::document::conflict::{Conflict, First, conflicts};
use crate::domain::Team;
use crate::log::access::writers;
use crate::log::{Access, DocId, may};
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
        let (heads, today) = (heads(&self.db)?, day_of(now_ms()));
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
            let mut here = conflicts(team, &doc, &rows);
            let me = &self.inner.me;
            if !may(Access::Write, &doc, me, &state.standing, today) {
                let own = doc.person.as_ref() == Some(me);
                here.iter_mut()
                    .for_each(|c| c.others = Some(writers(doc.kind, own)));
            }
            if let Some(now) = now {
                self.looked.insert(doc, (*now, !here.is_empty()));
            }
            found.extend(here);
        }
        Ok(Some(found))
    }

    /// Says of each with which device it was written, and who wrote the same there first. That stands in the signed logs alone, so every document with a conflict is read whole:
    /// for whoever looks at them, and not each time that they are counted. What cannot be read has no device.
    pub fn name_devices(&mut self, found: &mut [Conflict]) -> Result<(), StoreError> {
        for of_one in found.chunk_by_mut(|a, b| a.doc == b.doc) {
            let tx = self.db.transaction()?;
            let loaded = match Loaded::load(&tx, &mut self.inner, &of_one[0].doc) {
                Ok(Some(loaded)) => loaded,
                Ok(None) => continue,
                Err(error) if error.is_damage() => {
                    tracing::warn!(%error, "with which device something was written is not known");
                    continue;
                }
                Err(error) => return Err(error),
            };
            let made = &loaded.made;
            let devices: HashMap<_, _> = made
                .logs
                .keys()
                .map(|log| (log.actor(), log.device))
                .collect();
            for conflict in of_one {
                conflict.name_devices(|conflict, choice| {
                    let (row, field, value) = choice.stands();
                    let written = made.doc.wrote(&conflict.table, row, field);
                    let wrote = written.into_iter().find(|(said, at, actor)| {
                        said == value
                            && *at == choice.at
                            && made.authors.get(actor) == choice.author.as_ref()
                    });
                    let named = |actor: &automerge::ActorId| {
                        let device = devices.get(actor);
                        device.map_or_else(String::new, ToString::to_string)
                    };
                    let first = made.doc.first_wrote((&conflict.table, row, field), value);
                    // Of a mark the answer may be an earlier one, but the writing is told apart by all that it says.
                    let first = first.filter(|(at, actor)| {
                        wrote
                            .as_ref()
                            .is_some_and(|(_, now, by)| (now, by) != (at, actor))
                    });
                    let first = first.map(|(at, actor)| First {
                        author: made.authors.get(&actor).cloned(),
                        at,
                        device: named(&actor),
                    });
                    (
                        wrote.map_or_else(String::new, |(.., actor)| named(&actor)),
                        first,
                    )
                });
            }
            self.inner.keep(loaded);
            tx.commit()?;
        }
        Ok(())
    }
}

/// Of each document the hash of its heads.
pub fn heads(db: &Connection) -> Result<HashMap<[u8; 32], [u8; 32]>, StoreError> {
    let mut statement = db.prepare_cached("SELECT doc, heads FROM documents")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
