//! What was ever written in a document, as sentences: authors and devices come from the signed logs that the changes stand in, packed or
//! not. Must not know: how a sentence is made, or how it looks.

use super::documents::Loaded;
use super::error::StoreError;
use super::{Store, contested, destroy, subject};
use crate::document::naming::Names;
use crate::document::story::tell;
use crate::document::{DocRef, Rows};
use crate::domain::Team;
use crate::domain::told::Told;
use crate::log::{DeviceId, DocId};
use std::collections::HashMap;

/// Documents with a history that may be told here, and how many may not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// In order.
    pub documents: Vec<DocRef>,
    /// Documents in this folder that its user may not read.
    pub withheld: usize,
    /// Of each a value that is another once it was written to.
    pub heads: HashMap<DocRef, [u8; 32]>,
}

impl Store {
    /// Whose history can be told.
    pub fn history_sources(&mut self) -> Result<Sources, StoreError> {
        let state = self.inner.rights(&self.db)?;
        let heads = contested::heads(&self.db)?;
        let mut found = Sources::default();
        for doc in self.documents()? {
            let erased = doc.person.as_ref();
            if erased.is_some_and(|person| state.erased.contains_key(person)) {
                continue;
            }
            if subject::readable(&self.inner, &state, &doc) {
                if let Some(heads) = heads.get(&DocId::of(&self.inner.team, &doc, 0).0) {
                    found.heads.insert(doc.clone(), *heads);
                }
                found.documents.push(doc);
            } else {
                found.withheld += 1;
            }
        }
        Ok(found)
    }

    /// A document as an Automerge file, with its whole history; `None` where it is not here or may not be read.
    pub fn automerge(&mut self, doc: &DocRef) -> Result<Option<Vec<u8>>, StoreError> {
        let tx = self.db.transaction()?;
        let state = self.inner.rights(&tx)?;
        let erased = match &doc.person {
            Some(person) => destroy::is_erased(&tx, &self.inner, person)?,
            None => false,
        };
        if erased || !subject::readable(&self.inner, &state, doc) {
            return Ok(None);
        }
        let Some(loaded) = Loaded::load(&tx, &mut self.inner, doc)? else {
            return Ok(None);
        };
        let bytes = loaded.made.doc.save();
        self.inner.keep(loaded);
        tx.commit()?;
        Ok(Some(bytes))
    }

    /// Everything that was ever written in a document, oldest first.
    pub fn history_of(&mut self, team: &Team, doc: &DocRef) -> Result<Vec<Told>, StoreError> {
        let tx = self.db.transaction()?;
        let state = self.inner.rights(&tx)?;
        if !subject::readable(&self.inner, &state, doc) {
            return Ok(Vec::new());
        }
        if let Some(person) = &doc.person
            && destroy::is_erased(&tx, &self.inner, person)?
        {
            return Ok(Vec::new());
        }
        let Some(loaded) = Loaded::load(&tx, &mut self.inner, doc)? else {
            return Ok(Vec::new());
        };
        let made = &loaded.made;
        let devices: HashMap<_, DeviceId> = made
            .logs
            .keys()
            .map(|log| (log.actor(), log.device))
            .collect();
        let deeds = made.doc.deeds();
        let mut past = Rows::default();
        for deed in &deeds {
            let place = (&*deed.table, &*deed.row, &*deed.field);
            Names::keep_label(&mut past, place, &deed.after);
        }
        let names = Names::new(team, doc, &loaded.rows).with_past(&past);
        let told = deeds.into_iter().map(|deed| {
            let device = devices.get(&deed.actor);
            let device = device.map_or_else(String::new, ToString::to_string);
            tell(
                &names,
                &deed,
                made.authors.get(&deed.actor).cloned(),
                device,
            )
        });
        let told = told.collect();
        self.inner.keep(loaded);
        tx.commit()?;
        Ok(told)
    }
}
