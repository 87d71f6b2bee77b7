//! Erasing a person: the entry of the authority that hides them at once, with the end of their devices and rights, and what is known of
//! erasures. Owns what that entry says. Must not know: how anything is destroyed; that is [`super::destroy`]'s.
//!
//! An owner's entry cannot be taken back, so neither can this. Until the waiting time is over nothing is lost on the disk.

use super::authority::{may_append, write_authority};
use super::commit::Work;
use super::error::StoreError;
use super::inner::{Inner, day_of, set_meta};
use super::{Store, cuts, destroy, views};
use crate::document::{DocRef, Kind};
use crate::domain::PersonId;
use crate::log::authority::State;
use crate::log::{Authority, AuthorityError, Change, Cut, DeviceId, DocId};
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;

/// So many days pass between the entry and the destruction.
pub const WAIT_DAYS: u64 = 7;
/// The same in milliseconds.
pub(super) const WAIT_MS: u64 = WAIT_DAYS * 24 * 3_600_000;

/// Where an erasure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Stage {
    /// Hidden; everything is still in the file.
    Waiting = 0,
    /// Deleted; free pages or SQLite's own log may still hold traces.
    Emptied = 1,
    /// Nothing of it is in the file any more.
    Destroyed = 2,
}

/// An erasure that the authority names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Whose.
    pub person: PersonId,
    /// When the entry was written, milliseconds since 1970 UTC.
    pub since_ms: u64,
    /// Not destroyed before this time.
    pub due_ms: u64,
    /// How far it is on this machine.
    pub stage: Stage,
}

/// What erasing somebody would take away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erasing {
    /// Kinds of their documents that are here, each with its number of envelopes.
    pub documents: Vec<(Kind, u64)>,
    /// Their devices that take part.
    pub devices: usize,
    /// Rights that they hold, or that others hold over them, and that have not been taken away.
    pub rights: usize,
}

impl Store {
    /// What erasing somebody would take away. Nothing is changed.
    pub fn erasing(&mut self, person: &PersonId) -> Result<Erasing, StoreError> {
        let tx = self.db.transaction()?;
        let erasing = erasing(&tx, &mut self.inner, person)?;
        tx.commit()?;
        Ok(erasing)
    }

    /// Erases somebody: hidden when this returns, destroyed after the waiting time. Only on the owner's device.
    pub fn erase(&mut self, person: &PersonId) -> Result<Erasure, StoreError> {
        self.write(|work| erase(work, person))
    }

    /// Every erasure that the authority names, in order of people.
    pub fn erasures(&mut self) -> Result<Vec<Erasure>, StoreError> {
        let tx = self.db.transaction()?;
        let state = self.inner.rights(&tx)?;
        let mut all = Vec::new();
        for (person, since) in &state.erased {
            let note = destroy::read(&tx, &self.inner, person)?;
            all.push(erasure(person, *since, note));
        }
        tx.commit()?;
        Ok(all)
    }
}

fn erasure(person: &PersonId, since_ms: u64, note: Option<destroy::Note>) -> Erasure {
    Erasure {
        person: person.clone(),
        since_ms,
        due_ms: destroy::due_from(since_ms, note.map_or(0, |n| n.seen)),
        stage: note.map_or(Stage::Waiting, |n| n.stage),
    }
}

/// Kinds of a person's documents.
pub(super) fn kinds() -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(|k| k.is_personal())
}

/// The devices of a person that take part.
fn devices(authority: &Authority, person: &PersonId) -> Vec<DeviceId> {
    let devices = authority.state().devices.iter();
    let own = devices.filter(|(_, p)| *p == person);
    own.map(|(d, _)| *d).collect()
}

/// Refuses what cannot be, and counts the rest.
fn erasing(db: &Connection, inner: &mut Inner, person: &PersonId) -> Result<Erasing, StoreError> {
    let own = inner.device_id();
    let authority = inner.authority(db)?;
    let state = authority.chain_state();
    if state.owner.0 != own {
        return Err(AuthorityError::NotOwner.into());
    }
    if state.owner.1 == *person {
        return Err(StoreError::ErasesOwner(person.to_string()));
    }
    if state.erased.contains_key(person) {
        return Err(StoreError::Erased(person.to_string()));
    }
    let mut erasing = Erasing {
        documents: Vec::new(),
        devices: devices(authority, person).len(),
        rights: rights(state, person).len(),
    };
    for kind in kinds() {
        let id = DocId::of(&inner.team, &DocRef::of(kind, person), 0);
        let found: Option<i64> = db
            .query_row(
                "SELECT (SELECT count(*) FROM envelopes e WHERE e.doc = d.id) FROM documents d WHERE d.doc = ?1",
                [&id.0[..]],
                |r| r.get(0),
            )
            .optional()?;
        if let Some(envelopes) = found {
            let envelopes = u64::try_from(envelopes).unwrap_or(0);
            erasing.documents.push((kind, envelopes));
        }
    }
    match erasing == Erasing::default() {
        true => Err(StoreError::NobodyToErase(person.to_string())),
        false => Ok(erasing),
    }
}

fn rights<'a>(state: &'a State, person: &PersonId) -> Vec<&'a crate::domain::team::Right> {
    let given = state.rights.iter().filter(|g| g.ended.is_none());
    let about =
        given.filter(|g| g.right.holder == *person || g.right.over.as_ref() == Some(person));
    about.map(|g| &g.right).collect()
}

fn erase(work: &mut Work<'_>, person: &PersonId) -> Result<Erasure, StoreError> {
    erasing(work.db, work.inner, person)?;
    may_append(work)?;
    let now = work.time();
    let signer = work.inner.device.clone();
    let team = work.inner.team;
    let authority = work.inner.authority(work.db)?;
    let devices = devices(authority, person);
    let rights: Vec<_> = rights(authority.chain_state(), person)
        .into_iter()
        .cloned()
        .collect();
    let cuts = cuts::heads(work.db, work.inner, &devices)?;
    let authority = work.inner.authority(work.db)?;
    // Whoever holds a right over them goes on with all else that they write.
    let holders: BTreeSet<&PersonId> = rights.iter().map(|r| &r.holder).collect();
    // What they wrote on a device that was removed since is cut with it as far as it was then, and no shorter.
    let holding: Vec<DeviceId> = holders
        .iter()
        .flat_map(|person| authority.devices_of(person))
        .collect();
    let held = cuts::heads(work.db, work.inner, &holding)?;
    let mut changes = vec![Change::Erase(person.clone())];
    changes.extend(devices.iter().map(|device| {
        let own = cuts.iter().filter(|c| c.device == *device);
        Change::Revoke {
            device: *device,
            cuts: own.copied().collect(),
        }
    }));
    changes.extend(rights.into_iter().map(|right| {
        // What a right over somebody lets its holder write are that person's documents alone.
        let over: Option<BTreeSet<DocId>> = right.over.as_ref().map(|over| {
            let docs = kinds().map(|kind| DocRef::of(kind, over));
            docs.map(|doc| DocId::of(&team, &doc, 0)).collect()
        });
        let concerned = |c: &&Cut| over.as_ref().is_none_or(|docs| docs.contains(&c.doc));
        let today = day_of(now);
        Change::End {
            until: right.until.map_or(today, |until| until.min(today)),
            cuts: held.iter().filter(concerned).copied().collect(),
            right,
        }
    }));
    append(work, changes, now, &signer)?;
    destroy::note(work.db, work.inner, [person], now)?;
    let note = destroy::read(work.db, work.inner, person)?;
    Ok(erasure(person, now, note))
}

/// Signs an entry of the authority as its owner, and keeps it with what follows from it.
fn append(
    work: &mut Work<'_>,
    changes: Vec<Change>,
    now: u64,
    signer: &ed25519_dalek::SigningKey,
) -> Result<(), StoreError> {
    let authority = work.inner.authority(work.db)?;
    let seq = authority.known() as i64;
    let entry = authority.append(changes, now, signer)?.to_vec();
    let hash = authority.position().hash;
    write_authority(work.db, &work.inner.keys, seq, &entry)?;
    work.inner.appended_entry();
    work.appended = true;
    set_meta(work.db, "authority", &hash[..])?;
    let version = work.version()?;
    views::write_rights(work.db, work.inner, version)
}
