//! The short way of what comes: envelopes that are each simply the next of their log. Must not know what becomes of any other.

use super::super::error::StoreError;
use super::super::inner::Inner;
use super::super::keys;
use super::{Loaded, target};
use crate::log::{Assembly, Envelope};
use rusqlite::Connection;

impl Loaded {
    /// Applies envelopes that are not in the file yet, each simply the next of its log; their numbers are told with [`Loaded::numbered`].
    /// `false` where one is anything else: what is in memory is made anew then, by whoever asked.
    pub fn follow_each(
        &mut self,
        db: &Connection,
        inner: &mut Inner,
        envelopes: &[&Envelope],
    ) -> Result<bool, StoreError> {
        let ring = keys::ring(db, inner, &self.reference)?;
        let target = target(db, inner, &self.reference)?;
        let authority = inner.authority(db)?;
        let key = |id: &_| ring.get(id).cloned();
        let forked = |e: &Envelope| self.logs.iter().any(|l| l.forked && l.id == e.header.log);
        if envelopes.iter().any(|e| forked(e)) {
            return Ok(false);
        }
        for envelope in envelopes {
            if !self.made.follow(*envelope, &target, authority, &key) {
                return Ok(false);
            }
        }
        let authors = &self.made.authors;
        self.rows = self.made.doc.rows(&|actor| authors.get(actor).cloned());
        Ok(true)
    }

    /// Notes under which numbers envelopes that were applied stand in the file now, and which logs the file knows.
    pub fn numbered(
        &mut self,
        db: &Connection,
        inner: &Inner,
        numbers: &[i64],
    ) -> Result<(), StoreError> {
        self.numbers.extend(numbers);
        self.upto = numbers.last().copied().unwrap_or(self.upto);
        self.read_logs(db, inner)
    }

    /// Takes what was made of all envelopes of the document, which are in the file under these numbers and count.
    pub fn made_of(
        &mut self,
        db: &Connection,
        inner: &Inner,
        numbers: Vec<i64>,
        made: Assembly,
    ) -> Result<(), StoreError> {
        self.read_logs(db, inner)?;
        self.made = made;
        self.made.forget_changes();
        self.upto = numbers.last().copied().unwrap_or(0);
        self.numbers = numbers;
        let authors = &self.made.authors;
        self.rows = self.made.doc.rows(&|actor| authors.get(actor).cloned());
        Ok(())
    }
}
