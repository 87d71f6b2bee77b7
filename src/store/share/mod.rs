//! What one folder has for another: which documents both may have, where each log ends, and what the other lacks. Owns that comparison and
//! who may be sent what. Must not know how anything travels.
//!
//! Nothing is remembered of a peer in order to be right: both sides say what they hold, and each sends what the other lacks. So a restored
//! backup, a copy or a lost answer costs an exchange and no data.

mod audience;
mod ends;
mod give;
mod news;
mod peers;

pub use audience::Audiences;
pub use ends::{Digest, LogEnd, Shelf, ShelfDoc, digest_of};
pub use give::Gift;
pub use news::News;
pub use peers::Met;

use super::error::StoreError;
use super::inner::{Inner, day_of, now_ms};
use super::local::Purpose;
use super::{Parcel, Store};
use crate::document::{DocRef, Kind};
use crate::log::authority::record::Short;
use crate::log::{Access, Authority, DeviceId, DocId};
use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashSet;

/// Two devices that compare what they hold, on a day.
struct Pair<'a> {
    authority: &'a Authority,
    own: DeviceId,
    peer: DeviceId,
    private_root: DeviceId,
    day: NaiveDate,
}

impl<'a> Pair<'a> {
    fn new(db: &Connection, inner: &'a mut Inner, peer: &DeviceId) -> Result<Self, StoreError> {
        let (own, private_root) = (inner.device_id(), inner.private_root(db)?);
        Ok(Self {
            authority: inner.authority(db)?,
            own,
            peer: *peer,
            private_root,
            day: day_of(now_ms()),
        })
    }

    fn reads(&self, doc: &DocRef, device: &DeviceId) -> bool {
        let root = (doc.kind == Kind::Private).then_some(&self.private_root);
        self.authority.carries(doc, device)
            || self
                .authority
                .allows(Access::Read, doc, root, device, self.day)
    }

    /// Whether the peer may be sent a document. Of somebody who was erased nothing is sent.
    fn peer_may(&self, doc: &DocRef) -> bool {
        let erased = |p| self.authority.state().erased.contains_key(p);
        !doc.person.as_ref().is_some_and(erased) && self.reads(doc, &self.peer)
    }

    /// Whether both may have a document: only of those it can be compared who has how much.
    fn both_may(&self, doc: &DocRef) -> bool {
        self.peer_may(doc) && self.reads(doc, &self.own)
    }
}

/// What stands in the table of documents: its row, and what it is.
fn find(db: &Connection, inner: &Inner, doc: &DocId) -> Result<Option<(i64, DocRef)>, StoreError> {
    let found: Option<(i64, Vec<u8>)> = db
        .prepare_cached("SELECT id, reference FROM documents WHERE doc = ?1")?
        .query_row([&doc.0[..]], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    Ok(found.and_then(|(row, sealed)| {
        Some((
            row,
            inner.keys.open_value(Purpose::Reference, &doc.0, &sealed)?,
        ))
    }))
}

/// A document by its row; `None` where what it is cannot be read.
fn by_row(
    db: &Connection,
    inner: &Inner,
    row: i64,
) -> Result<Option<(i64, DocId, DocRef)>, StoreError> {
    let found: Option<([u8; 32], Vec<u8>)> = db
        .prepare_cached("SELECT doc, reference FROM documents WHERE id = ?1")?
        .query_row([row], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    Ok(found.and_then(|(doc, sealed)| {
        let reference = inner.keys.open_value(Purpose::Reference, &doc, &sealed)?;
        Some((row, DocId(doc), reference))
    }))
}

/// Every document that is here.
fn documents(db: &Connection, inner: &Inner) -> Result<Vec<(i64, DocId, DocRef)>, StoreError> {
    let mut statement = db.prepare_cached("SELECT id, doc, reference FROM documents")?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, doc, sealed): (i64, [u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // One that cannot be read is not sent; `doctor` says which.
        if let Some(reference) = inner.keys.open_value(Purpose::Reference, &doc, &sealed) {
            all.push((id, DocId(doc), reference));
        }
    }
    Ok(all)
}

impl Store {
    /// Devices that take part in the team today, carriers included.
    pub fn members(&mut self) -> Result<Vec<DeviceId>, StoreError> {
        let tx = self.db.transaction()?;
        let state = self.inner.rights(&tx)?;
        tx.commit()?;
        let people = state.devices.keys();
        Ok(people.chain(&state.carriers).copied().collect())
    }

    /// Devices that were let in once and take no part any more.
    pub fn taken_out(&mut self) -> Result<Vec<DeviceId>, StoreError> {
        let tx = self.db.transaction()?;
        let authority = self.inner.authority(&tx)?;
        let all = authority.chain_state().devices.keys();
        let all = all.chain(authority.joined().devices.keys());
        let out = all.filter(|d| !authority.takes_part(d)).copied().collect();
        tx.commit()?;
        Ok(out)
    }

    /// A hash over all that is known of the record of rights.
    pub fn record_digest(&mut self) -> Result<[u8; 32], StoreError> {
        let tx = self.db.transaction()?;
        let digest = self.inner.authority(&tx)?.digest();
        tx.commit()?;
        Ok(digest)
    }

    /// Short names of all that is known of the record of rights.
    pub fn record_names(&mut self) -> Result<Vec<Short>, StoreError> {
        let tx = self.db.transaction()?;
        let names = self.inner.authority(&tx)?.names();
        tx.commit()?;
        Ok(names)
    }

    /// Entries and statements that somebody lacks who has what these names name.
    pub fn record_beyond(&mut self, had: &HashSet<Short>) -> Result<Parcel, StoreError> {
        let tx = self.db.transaction()?;
        let inner = &mut self.inner;
        let mut parcel = Parcel::default();
        let authority = inner.authority(&tx)?;
        parcel.authority = (authority.entries_beyond(had).into_iter())
            .map(<[u8]>::to_vec)
            .collect();
        super::parcel::read_statements(&tx, inner, &mut parcel, |hash| {
            !had.contains(&crate::log::authority::record::short(hash))
        })?;
        tx.commit()?;
        Ok(parcel)
    }
}
