//! Parcels: what goes from one folder to another, and what became of one. Owns which documents a device may be sent. Must not know how a
//! parcel travels.

use super::Store;
use super::early;
use super::error::StoreError;
use super::inner::{Inner, day_of, now_ms};
use super::local::Purpose;
use super::packs::{self, PackedLogs};
use crate::document::{DocRef, Kind};
use crate::domain::PersonId;
use crate::log::grant::readers;
use crate::log::{Authority, DeviceId, Envelope};
use rusqlite::Connection;
use std::collections::BTreeSet;

/// Entries of the authority and envelopes, as bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parcel {
    /// Entries.
    pub authority: Vec<Vec<u8>>,
    /// Envelopes, statements included.
    pub envelopes: Vec<Vec<u8>>,
    /// Packs, for envelopes of which only the headers are kept.
    pub packs: Vec<PackedLogs>,
    /// Signed headers that prove a second branch of a log.
    pub proofs: Vec<Vec<u8>>,
    /// Whom the documents are about. An envelope names its document by a hash alone, and the record of rights does not know people who have
    /// neither a device nor a right. Nobody has to be believed: who is named wrongly leads to no document.
    pub people: BTreeSet<PersonId>,
}

impl Parcel {
    /// Puts another into this one.
    pub fn add(&mut self, other: Self) {
        self.authority.extend(other.authority);
        self.envelopes.extend(other.envelopes);
        self.packs.extend(other.packs);
        self.proofs.extend(other.proofs);
        self.people.extend(other.people);
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.authority.is_empty()
            && self.envelopes.is_empty()
            && self.packs.is_empty()
            && self.proofs.is_empty()
    }
}

/// What became of a parcel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// New entries of the authority.
    pub entries: usize,
    /// Envelopes that count.
    pub accepted: usize,
    /// Envelopes that do not count, unless something rests on them.
    pub quarantined: usize,
    /// Envelopes that were here.
    pub known: usize,
    /// Entries, envelopes and packs that wait for something.
    pub early: usize,
    /// Those of them that were written by a newer guildhall and wait until this program is updated.
    pub newer: usize,
    /// Second envelopes in a place that is taken; their headers are kept as proof.
    pub forks: usize,
    /// Envelopes for which their log has no room on a carrier.
    pub over: usize,
    /// What was not taken, and why.
    pub refused: Vec<String>,
    /// Edits of this device that a cut dropped and that it wrote anew.
    pub rewritten: usize,
    /// People whose summary changed.
    pub people: BTreeSet<PersonId>,
}

impl Received {
    /// Adds what became of another parcel.
    pub fn add(&mut self, other: Self) {
        self.entries += other.entries;
        self.accepted += other.accepted;
        self.quarantined += other.quarantined;
        self.known += other.known;
        self.early += other.early;
        self.forks += other.forks;
        self.over += other.over;
        self.refused.extend(other.refused);
        self.rewritten += other.rewritten;
        self.people.extend(other.people);
    }
}

/// The team's record of rights, for a device that was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose device it is; `None` is a carrier.
    pub person: Option<PersonId>,
    /// Entries of the authority.
    pub entries: Vec<Vec<u8>>,
    /// Statements, as envelopes.
    pub statements: Vec<Vec<u8>>,
}

/// The statements whose hash is wanted.
pub(super) fn read_statements(
    db: &Connection,
    inner: &Inner,
    parcel: &mut Parcel,
    wanted: impl Fn(&[u8; 32]) -> bool,
) -> Result<(), StoreError> {
    let mut statement = db.prepare("SELECT hash, sealed FROM statements ORDER BY n")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (hash, sealed): ([u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?);
        if !wanted(&hash) {
            continue;
        }
        let bytes = inner.keys.open(Purpose::Statement, &hash, &sealed);
        parcel.envelopes.extend(bytes.map(|b| b.to_vec()));
    }
    Ok(())
}

/// The envelopes of the documents that a device may read.
fn read_documents(
    db: &Connection,
    inner: &Inner,
    authority: &Authority,
    device: &DeviceId,
    parcel: &mut Parcel,
) -> Result<(), StoreError> {
    let mut statement = db.prepare("SELECT id, doc, reference FROM documents ORDER BY id")?;
    let mut envelopes =
        db.prepare("SELECT bytes FROM envelopes WHERE doc = ?1 AND packed <> 1 ORDER BY n")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, doc, sealed): (i64, [u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let reference: Option<DocRef> = inner.keys.open_value(Purpose::Reference, &doc, &sealed);
        let Some(reference) = reference else { continue };
        if !goes_to(inner, authority, &reference, device) {
            continue;
        }
        parcel.people.extend(reference.person);
        let mut rows = envelopes.query([id])?;
        while let Some(row) = rows.next()? {
            parcel.envelopes.push(row.get(0)?);
        }
        parcel.packs.extend(packs::for_parcel(db, id)?);
    }
    Ok(())
}

/// What waits here for a newer program: whoever it is for may have one. With it goes all else of such a document that waits, which may
/// follow it, of devices that belong to the team.
fn read_newer(
    db: &Connection,
    inner: &mut Inner,
    authority: &Authority,
    device: &DeviceId,
    parcel: &mut Parcel,
) -> Result<(), StoreError> {
    let names = early::names(db, inner)?;
    for (id, _) in early::newer_documents(db)? {
        let Some(doc) = names.get(&id) else { continue };
        if !goes_to(inner, authority, doc, device) {
            continue;
        }
        parcel.people.extend(doc.person.clone());
        let of_team = |e: &Envelope| authority.member(&e.header.log.device).is_some();
        let waiting = early::of(db, &id)?.into_iter().filter(of_team);
        parcel.envelopes.extend(waiting.map(|e| e.encode()));
        parcel.packs.extend(early::packs_of(db, &id)?);
    }
    Ok(())
}

/// Whether a device may be sent a document today.
fn goes_to(inner: &Inner, authority: &Authority, doc: &DocRef, device: &DeviceId) -> bool {
    let root = (doc.kind == Kind::Private).then(|| authority.private_root(&inner.device_id()));
    let about = doc.person.as_ref();
    let erased = about.is_some_and(|p| authority.state().erased.contains_key(p));
    let day = day_of(now_ms());
    let may = |d| readers(authority, doc, root.as_ref(), day).contains_key(d);
    !erased && (authority.carries(doc, device) || may(device))
}

impl Store {
    /// The record of rights for a device; `None` where it takes no part.
    pub fn record_for(&mut self, device: &DeviceId) -> Result<Option<Record>, StoreError> {
        let tx = self.db.transaction()?;
        let inner = &mut self.inner;
        let authority = inner.authority(&tx)?.clone();
        let mut parcel = Parcel::default();
        read_statements(&tx, inner, &mut parcel, |_| true)?;
        tx.commit()?;
        Ok(authority.takes_part(device).then(|| Record {
            person: authority.person_of(device).cloned(),
            entries: authority.entries().iter().map(|e| e.to_vec()).collect(),
            statements: parcel.envelopes,
        }))
    }

    /// Everything that is here and that a device may have: the authority with all statements, and the envelopes of each document that the
    /// device may read. What is private goes to nobody but its own person's devices.
    pub fn parcel_for(&mut self, device: &DeviceId) -> Result<Parcel, StoreError> {
        let tx = self.db.transaction()?;
        let inner = &mut self.inner;
        let authority = inner.authority(&tx)?.clone();
        let mut parcel = Parcel {
            authority: authority.entries().iter().map(|e| e.to_vec()).collect(),
            ..Parcel::default()
        };
        read_statements(&tx, inner, &mut parcel, |_| true)?;
        read_documents(&tx, inner, &authority, device, &mut parcel)?;
        read_newer(&tx, inner, &authority, device, &mut parcel)?;
        tx.commit()?;
        Ok(parcel)
    }
}
