//! What a store handle holds besides its connection: keys, the checked authority, a few loaded documents, counters.

use super::error::StoreError;
use super::keyfile::Secrets;
use super::local::{LocalKeys, Purpose};
use super::locked::Locked;
use crate::document::DocRef;
use crate::domain::PersonId;
use crate::log::{Authority, AuthorityState, TeamId};
use chrono::{DateTime, NaiveDate};
use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OptionalExtension, params};
use std::cell::Cell;
use std::sync::Arc;

use super::documents::Loaded;

/// So many loaded documents are kept.
const KEPT: usize = 8;

/// How much work a handle has done, for tests and benchmarks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Queries and statements run.
    pub queries: u64,
    /// Documents built from envelopes.
    pub document_loads: u64,
    /// Envelopes checked and applied.
    pub envelopes: u64,
    /// Sealed views, summaries and bases opened.
    pub views: u64,
    /// Views, summaries and bases that were stale or damaged and were made again.
    pub rebuilt: u64,
}

/// State of a handle.
pub struct Inner {
    pub keys: Locked<LocalKeys>,
    pub device: Locked<SigningKey>,
    /// To which document keys for this device are wrapped.
    pub identity: Locked<Identity>,
    pub team: TeamId,
    pub me: PersonId,
    authority: Option<Authority>,
    cache: Vec<Loaded>,
    /// Documents whose view did not open and should be written again.
    pub stale: Vec<DocRef>,
    pub counters: Cell<Counters>,
}

/// The device's age identity. The key inside wipes itself; age does not say so in its types.
pub struct Identity(age::x25519::Identity);

impl zeroize::ZeroizeOnDrop for Identity {}

impl std::ops::Deref for Identity {
    type Target = age::x25519::Identity;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Milliseconds since 1970 UTC by this machine's clock; 0 before that.
pub fn now_ms() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX))
}

/// The day of a time, UTC.
pub fn day_of(ms: u64) -> NaiveDate {
    i64::try_from(ms)
        .ok()
        .and_then(DateTime::from_timestamp_millis)
        .map_or(NaiveDate::MAX, |t| t.date_naive())
}

impl Inner {
    pub fn new(keys: LocalKeys, secrets: &Secrets, team: TeamId, me: PersonId) -> Self {
        Self {
            keys: Locked::new(keys),
            device: Locked::new(secrets.device()),
            identity: Locked::new(Identity(secrets.seal())),
            team,
            me,
            authority: None,
            cache: Vec::new(),
            stale: Vec::new(),
            counters: Cell::default(),
        }
    }

    /// Whether all keys that live as long as the handle are in memory that is not swapped out.
    pub fn memory_locked(&self) -> bool {
        self.keys.is_locked() && self.device.is_locked() && self.identity.is_locked()
    }

    /// Counts work.
    pub fn count(&self, change: impl FnOnce(&mut Counters)) {
        let mut counters = self.counters.get();
        change(&mut counters);
        self.counters.set(counters);
    }

    /// Takes a loaded document out of the cache. It is put back only when it is certain that the file holds all of it.
    pub fn take(&mut self, doc: &DocRef) -> Option<Loaded> {
        let at = self.cache.iter().position(|l| &l.reference == doc)?;
        Some(self.cache.remove(at))
    }

    /// Puts a loaded document back; the one used longest ago makes room.
    pub fn keep(&mut self, loaded: Loaded) {
        if self.cache.len() >= KEPT {
            self.cache.remove(0);
        }
        self.cache.push(loaded);
    }

    /// The authority, brought up to the file.
    pub fn authority(&mut self, db: &Connection) -> Result<&mut Authority, StoreError> {
        let known = self.authority.as_ref().map_or(0, |a| a.entries().len());
        self.count(|c| c.queries += 1);
        let mut statement =
            db.prepare_cached("SELECT seq, entry FROM authority WHERE seq >= ?1 ORDER BY seq")?;
        let mut rows = statement.query([known as i64])?;
        let mut new = Vec::new();
        while let Some(row) = rows.next()? {
            let (seq, sealed): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let entry = self
                .keys
                .open(Purpose::Authority, &seq.to_be_bytes(), &sealed)
                .ok_or(crate::log::AuthorityError::Form(seq as u64))?;
            new.push(entry.to_vec());
        }
        match &mut self.authority {
            Some(authority) => {
                for entry in new {
                    authority.push(entry)?;
                }
            }
            None => self.authority = Some(Authority::read(new)?),
        }
        self.authority
            .as_mut()
            .ok_or(StoreError::Authority(crate::log::AuthorityError::Empty))
    }

    /// What the authority says now.
    pub fn rights(&mut self, db: &Connection) -> Result<Arc<AuthorityState>, StoreError> {
        Ok(self.authority(db)?.state().clone())
    }

    /// The same, without asking the file again where it has been read in this transaction or before.
    pub fn known_rights(&mut self, db: &Connection) -> Result<Arc<AuthorityState>, StoreError> {
        match &self.authority {
            Some(authority) => Ok(authority.state().clone()),
            None => self.rights(db),
        }
    }

    /// Forgets everything that an unfinished transaction may have left in memory.
    pub fn forget(&mut self) {
        self.authority = None;
        self.cache.clear();
    }
}

/// Reads a value of `meta`.
pub fn meta<T: rusqlite::types::FromSql>(
    db: &Connection,
    name: &str,
) -> Result<Option<T>, StoreError> {
    Ok(db
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

/// Writes a value of `meta`.
pub fn set_meta(
    db: &Connection,
    name: &str,
    value: impl rusqlite::ToSql,
) -> Result<(), StoreError> {
    db.prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?
        .execute(params![name, value])?;
    Ok(())
}
