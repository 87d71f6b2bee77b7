//! What a store handle holds besides its connection: keys, the checked authority, a few loaded documents, counters.

use super::checked::Remembered;
use super::error::StoreError;
use super::guard::Guard;
use super::keyfile::Secrets;
use super::local::{LocalKeys, Purpose};
use super::locked::Locked;
use super::packs::MOST_PACKED;
use crate::document::DocRef;
use crate::domain::PersonId;
use crate::log::{Authority, AuthorityState, DeviceId, DocKey, Envelope, Statement, TeamId};
use chrono::{DateTime, NaiveDate};
use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OptionalExtension, params};
use std::cell::Cell;
use std::collections::HashMap;
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

/// The authority as far as it has been read from the file.
struct Known {
    authority: Authority,
    /// Entries read, and the number of the last statement.
    upto: (i64, i64),
}

/// State of a handle.
pub struct Inner {
    pub keys: Locked<LocalKeys>,
    pub device: Locked<SigningKey>,
    /// To which document keys for this device are wrapped.
    pub identity: Locked<Identity>,
    pub team: TeamId,
    pub me: PersonId,
    /// Whether it is a carrier's folder: nobody's, without any document key.
    pub carrier: bool,
    pub guard: Guard,
    authority: Option<Known>,
    /// Keys to write with, by the document that keeps them; as long as the authority says what it said then.
    in_use: HashMap<DocRef, DocKey>,
    cache: Vec<Loaded>,
    /// Documents whose view did not open and should be written again.
    pub stale: Vec<DocRef>,
    /// Documents that could not be packed, with how many changes stood outside their pack then.
    pub unpackable: HashMap<i64, i64>,
    /// Whether packing goes on below the number at which it began.
    pub packing: Cell<bool>,
    /// For how many envelopes a pack stands at most.
    pub most_packed: usize,
    /// How much room was given back since something was last packed here; `None` where nobody has looked.
    pub roomy: Option<u64>,
    /// Signatures that this handle has checked.
    pub checked: Remembered,
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
    pub fn new(
        keys: LocalKeys,
        secrets: &Secrets,
        team: TeamId,
        me: PersonId,
        guard: Guard,
    ) -> Self {
        Self {
            keys: Locked::new(keys),
            device: Locked::new(secrets.device()),
            identity: Locked::new(Identity(secrets.seal())),
            team,
            me,
            carrier: false,
            guard,
            authority: None,
            in_use: HashMap::new(),
            cache: Vec::new(),
            stale: Vec::new(),
            unpackable: HashMap::new(),
            packing: Cell::new(false),
            most_packed: MOST_PACKED,
            roomy: None,
            checked: Remembered::default(),
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

    /// This device.
    pub fn device_id(&self) -> DeviceId {
        DeviceId(self.device.verifying_key().to_bytes())
    }

    /// The device with which the private document was begun that this device shares.
    pub fn private_root(&mut self, db: &Connection) -> Result<DeviceId, StoreError> {
        let own = self.device_id();
        Ok(self.authority(db)?.private_root(&own))
    }

    /// A key that is known to be the one to write with.
    pub fn key_in_use(&self, home: &DocRef) -> Option<DocKey> {
        self.in_use.get(home).cloned()
    }

    /// Remembers the key to write with.
    pub fn use_key(&mut self, home: DocRef, key: DocKey) {
        self.in_use.insert(home, key);
    }

    /// Asks anew which keys to write with: who may read may be another by now.
    pub fn forget_keys(&mut self) {
        self.in_use.clear();
    }

    /// The authority, brought up to the file.
    pub fn authority(&mut self, db: &Connection) -> Result<&mut Authority, StoreError> {
        let (entries, statements) = self.authority.as_ref().map_or((0, 0), |k| k.upto);
        self.count(|c| c.queries += 2);
        let mut statement =
            db.prepare_cached("SELECT seq, entry FROM authority WHERE seq >= ?1 ORDER BY seq")?;
        let mut rows = statement.query([entries])?;
        let mut new = Vec::new();
        while let Some(row) = rows.next()? {
            let (seq, sealed): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let entry = self
                .keys
                .open(Purpose::Authority, &seq.to_be_bytes(), &sealed)
                .ok_or(crate::log::AuthorityError::Form(seq as u64))?;
            new.push(entry.to_vec());
        }
        let mut statement =
            db.prepare_cached("SELECT n, hash, sealed FROM statements WHERE n > ?1 ORDER BY n")?;
        let mut rows = statement.query([statements])?;
        let mut said = Vec::new();
        while let Some(row) = rows.next()? {
            let (n, hash, sealed): (i64, [u8; 32], Vec<u8>) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let bytes = self.keys.open(Purpose::Statement, &hash, &sealed);
            let read = bytes.and_then(|b| {
                let envelope = Envelope::decode(&b).ok().filter(|e| e.verify().is_ok())?;
                let statement = Statement::decode(&envelope.body)?;
                Some((envelope.header, statement))
            });
            said.push((n, read.ok_or(crate::log::AuthorityError::Form(n as u64))?));
        }
        if !new.is_empty() || !said.is_empty() {
            self.in_use.clear();
        }
        let upto = (
            entries + new.len() as i64,
            said.last().map_or(statements, |s| s.0),
        );
        let mut authority = match self.authority.take() {
            Some(known) => {
                let mut authority = known.authority;
                for entry in new {
                    authority.push(entry)?;
                }
                authority
            }
            None => Authority::read(new)?,
        };
        authority.hear_all(said.into_iter().map(|(_, s)| s));
        let known = self.authority.insert(Known { authority, upto });
        Ok(&mut known.authority)
    }

    /// What the authority says now.
    pub fn rights(&mut self, db: &Connection) -> Result<Arc<AuthorityState>, StoreError> {
        Ok(self.authority(db)?.state().clone())
    }

    /// The same, without asking the file again where it has been read in this transaction or before.
    pub fn known_rights(&mut self, db: &Connection) -> Result<Arc<AuthorityState>, StoreError> {
        match &self.authority {
            Some(known) => Ok(known.authority.state().clone()),
            None => self.rights(db),
        }
    }

    /// Whose device it is or was, as [`Self::known_rights`] looks; `None` where it is nobody's or a stranger.
    pub fn known_member(
        &mut self,
        db: &Connection,
        device: &DeviceId,
    ) -> Result<Option<PersonId>, StoreError> {
        if self.authority.is_none() {
            self.authority(db)?;
        }
        let known = self.authority.as_ref();
        let member = known.and_then(|k| k.authority.member(device));
        Ok(member.and_then(|m| m.person.clone()))
    }

    /// After an entry was appended in memory and written to the file: it need not be read again.
    pub fn appended_entry(&mut self) {
        if let Some(known) = &mut self.authority {
            known.upto.0 += 1;
        }
        self.in_use.clear();
    }

    /// Forgets everything that an unfinished transaction may have left in memory.
    pub fn forget(&mut self) {
        self.authority = None;
        self.in_use.clear();
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
