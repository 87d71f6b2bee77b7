//! Document keys in the file: which are here, which one is written with, and granting it to everybody who may read. Owns the table `keys`.
//! Must not know how a key travels; that is the log's.

use super::commit::Work;
use super::documents::Writer;
use super::error::StoreError;
use super::inner::{Inner, day_of};
use super::local::Purpose;
use crate::document::{DocRef, Kind};
use crate::log::envelope::BodyKind;
use crate::log::grant::{MAX_GRANTED, key_home, readers, usable};
use crate::log::{DeviceId, DocId, DocKey, Envelope, Grant, KeyId};
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, HashMap};

/// Keys by name.
pub type Ring = HashMap<KeyId, DocKey>;

/// The keys that are here of a document.
pub fn ring(db: &Connection, inner: &Inner, doc: &DocRef) -> Result<Ring, StoreError> {
    let home = DocId::of(&inner.team, &key_home(doc), 0);
    inner.count(|c| c.queries += 1);
    let mut statement = db.prepare_cached("SELECT key_id, sealed FROM keys WHERE home = ?1")?;
    let mut rows = statement.query([&home.0[..]])?;
    let mut ring = Ring::new();
    while let Some(row) = rows.next()? {
        let (id, sealed): ([u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?);
        let key = inner
            .keys
            .open(Purpose::Key, &id, &sealed)
            .and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok())
            .map(DocKey::new);
        // A key that does not open is one that is not here: its envelopes say so.
        if let Some(key) = key.filter(|k| k.id().0 == id) {
            ring.insert(key.id(), key);
        }
    }
    Ok(ring)
}

/// Keeps a key of a document; says whether it is new here.
pub fn keep(
    db: &Connection,
    inner: &Inner,
    doc: &DocRef,
    key: &DocKey,
) -> Result<bool, StoreError> {
    let home = DocId::of(&inner.team, &key_home(doc), 0);
    let id = key.id();
    let sealed = inner.keys.seal(Purpose::Key, &id.0, key.secret())?;
    inner.count(|c| c.queries += 1);
    let new = db
        .prepare_cached("INSERT OR IGNORE INTO keys (home, key_id, sealed) VALUES (?1, ?2, ?3)")?
        .execute(params![&home.0[..], &id.0[..], sealed])?;
    Ok(new > 0)
}

impl Work<'_> {
    /// The key to write a document with: one that nobody holds who may not read it today, made anew where there is none, and granted to
    /// everybody who may and does not hold it.
    pub fn key_for(
        &mut self,
        doc: &DocRef,
        writer: &Writer<'_>,
        at_ms: u64,
    ) -> Result<DocKey, StoreError> {
        let home = key_home(doc);
        if let Some(key) = self.inner.key_in_use(&home) {
            return Ok(key);
        }
        let root = match home.kind {
            Kind::Private => Some(self.inner.private_root(self.db)?),
            _ => None,
        };
        let day = day_of(self.time());
        let ring = ring(self.db, self.inner, &home)?;
        let authority = self.inner.authority(self.db)?;
        let may: BTreeMap<DeviceId, String> = readers(authority, &home, root.as_ref(), day)
            .into_iter()
            .map(|(device, seal)| (device, seal.to_owned()))
            .collect();
        let named = may.iter().map(|(d, s)| (*d, s.as_str())).collect();
        let mut holders = self.hold(&home)?.made.holders.clone();
        // A key that was made and not used yet is held here alone.
        let own = self.inner.device_id();
        for id in ring.keys() {
            holders.entry(*id).or_insert_with(|| [own].into());
        }
        let key = match usable(&holders, &named, |id| ring.contains_key(id)) {
            Some(id) => ring[id].clone(),
            None => {
                let key = DocKey::new(self.inner.guard.draw("document key")?);
                keep(self.db, self.inner, &home, &key)?;
                key
            }
        };
        let known = holders.remove(&key.id()).unwrap_or_default();
        // Whoever writes here holds the key. A device that is written for, as in a demo, has it from nowhere else.
        let has = |d: &DeviceId| *d == own && own == writer.device();
        let mut missing: Vec<(&DeviceId, &str)> = may
            .iter()
            .filter(|(d, _)| !known.contains(d) && !has(d))
            .map(|(d, s)| (d, s.as_str()))
            .collect();
        // An older copy of this folder hears from those others what was written with it since, and has it from nowhere else.
        if !missing.is_empty() && own == writer.device() {
            missing.extend(may.get_key_value(&own).map(|(d, s)| (d, s.as_str())));
        }
        for some in missing.chunks(MAX_GRANTED) {
            let grant = Grant::wrap(&key, some.iter().copied())?;
            self.append_grant(&home, writer, at_ms, &key, &grant)?;
        }
        self.inner.use_key(home, key.clone());
        Ok(key)
    }
}

/// A key that is granted to this device is kept: it is named by its hash, so that nobody can slip in another. Says whether it is new here.
pub fn open_grant(
    work: &mut Work<'_>,
    doc: &DocRef,
    envelope: &Envelope,
) -> Result<bool, StoreError> {
    if envelope.header.kind != BodyKind::Grant {
        return Ok(false);
    }
    let Ok(grant) = Grant::decode(&envelope.body) else {
        return Ok(false); // the verdict says so
    };
    let device = work.inner.device_id();
    let key = grant.open(&device, &work.inner.identity, &envelope.header.key);
    match key {
        Ok(Some(key)) => keep(work.db, work.inner, doc, &key),
        _ => Ok(false),
    }
}
