//! Making views again that are missing, stale or damaged: from the layer below, down to the envelopes.

use super::commit::Work;
use super::documents::Loaded;
use super::error::StoreError;
use super::inner::set_meta;
use super::local::Purpose;
use super::snapshot::Unreadable;
use super::views;
use crate::document::DocRef;
use rusqlite::OptionalExtension;

impl Work<'_> {
    /// Makes bases and summaries again.
    pub fn rebuild(&mut self, unreadable: &Unreadable) -> Result<(), StoreError> {
        let version = self.version()?;
        for base in &unreadable.bases {
            match base.document(&self.inner.me) {
                None => {
                    views::write_rights(self.db, self.inner, version)?;
                    // What it is bound to may be what is damaged.
                    let hash = self.inner.authority(self.db)?.position().hash;
                    set_meta(self.db, "authority", &hash[..])?;
                }
                Some(doc) => {
                    // Not begun here: a document that is not to be found is damage, and not an empty one.
                    if let Some(loaded) = Loaded::load(self.db, self.inner, &doc)? {
                        views::write_view(self.db, self.inner, &loaded)?;
                        views::write_base(self.db, self.inner, &loaded, version)?;
                        self.in_hand.insert(doc, loaded);
                    }
                }
            }
        }
        for key in &unreadable.people {
            let found: Option<([u8; 32], Vec<u8>)> = self
                .db
                .prepare_cached("SELECT doc, reference FROM documents WHERE person = ?1 LIMIT 1")?
                .query_row([&key[..]], |r| Ok((r.get(0)?, r.get(1)?)))
                .optional()?;
            let person = found
                .and_then(|(doc, sealed)| {
                    self.inner
                        .keys
                        .open_value::<DocRef>(Purpose::Reference, &doc, &sealed)
                })
                .and_then(|doc| doc.person);
            if let Some(person) = person {
                // A summary is bound to the heads that stand beside the views: those come first.
                views::read_person(self.db, self.inner, &person, &self.in_hand)?;
                let stale = std::mem::take(&mut self.inner.stale);
                self.mend(&stale)?;
                views::write_summary(self.db, self.inner, &person, &self.in_hand, version)?;
            }
        }
        Ok(())
    }

    /// Writes the views of documents again.
    pub fn mend(&mut self, stale: &[DocRef]) -> Result<(), StoreError> {
        for doc in stale {
            self.hold(doc)?;
            if let Some(loaded) = self.in_hand.get(doc) {
                views::write_view(self.db, self.inner, loaded)?;
            }
        }
        Ok(())
    }
}
