//! Amending the authority from the owner's device: removals with their cuts, forks that are settled, and the check that a restored owner's
//! device does not go on from an old state. Must not know what a change says; that is the log's.

use super::commit::Work;
use super::error::StoreError;
use super::guard::{self, Why};
use super::inner::{meta, now_ms, set_meta};
use super::parcel::{Parcel, Received};
use super::receive::receive;
use super::{Store, local::Purpose};
use crate::document::DocRef;
use crate::log::{Change, Cut, DeviceId, DocId, Epoch};
use ed25519_dalek::SigningKey;
use rusqlite::Connection;

/// Name of the note in which era the authority was last heard from elsewhere, or confirmed.
const HEARD: &str = "authority_heard_in";

/// A log with two branches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkSeen {
    /// Which document, where that is known.
    pub doc: Option<DocRef>,
    /// Where the branch that is kept here ends.
    pub here: Cut,
}

impl Store {
    /// Appends an entry to the authority, by the owner's device, and judges anew what that touches.
    pub fn amend(&mut self, changes: Vec<Change>) -> Result<Received, StoreError> {
        self.write(|work| amend(work, changes))
    }

    /// Appends an entry by the recovery key behind the chain as it is known here: this device owns the team from then on, as the person
    /// whose folder this is. Returns the next recovery key.
    pub fn recover(&mut self, recovery: &SigningKey) -> Result<SigningKey, StoreError> {
        let next = SigningKey::from_bytes(&super::files::random::<32>()?);
        let seal = self.inner.identity.to_public().to_string();
        self.write(|work| {
            let change = Change::Recover {
                person: work.inner.me.clone(),
                device: work.inner.device_id(),
                seal,
                recovery: next.verifying_key().to_bytes(),
            };
            let mut ahead = work.inner.authority(work.db)?.clone();
            let from = ahead.position();
            let entry = ahead
                .recover(from, vec![change], now_ms(), recovery)?
                .to_vec();
            take_own(work, entry)
        })?;
        Ok(next)
    }

    /// The recovery key of a team that was just founded with this handle: it is given once.
    pub fn take_recovery(&mut self) -> Option<SigningKey> {
        self.recovery.take()
    }

    /// Says that nobody has a newer state of the authority than this folder, restored or copied as it is.
    pub fn confirm_authority(&mut self) -> Result<(), StoreError> {
        self.write(|work| note_heard(work.db))
    }

    /// How far the logs of a device are known here, those of statements included: the cuts for a removal that trusts all of it.
    pub fn cuts_of(&mut self, device: &DeviceId) -> Result<Vec<Cut>, StoreError> {
        super::cuts::heads(&self.db, &self.inner, &[*device])
    }

    /// Logs with two branches that no cut has settled.
    pub fn forks(&mut self) -> Result<Vec<ForkSeen>, StoreError> {
        let tx = self.db.transaction()?;
        let mut statement = tx.prepare(
            "SELECT DISTINCT d.doc, d.reference, l.device, l.epoch, l.seq, l.head FROM forks f
             JOIN logs l ON l.id = f.log JOIN documents d ON d.id = l.doc ORDER BY l.id",
        )?;
        let mut rows = statement.query([])?;
        let mut seen = Vec::new();
        while let Some(row) = rows.next()? {
            let (doc, sealed): ([u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?);
            let here = Cut {
                doc: DocId(doc),
                device: DeviceId(row.get(2)?),
                epoch: Epoch(u64::from_be_bytes(row.get(3)?)),
                seq: u64::try_from(row.get::<_, i64>(4)?).unwrap_or(0),
                hash: row.get(5)?,
            };
            let keys = &self.inner.keys;
            let doc = keys.open_value(Purpose::Reference, &doc, &sealed);
            seen.push(ForkSeen { doc, here });
        }
        drop(rows);
        drop(statement);
        let authority = self.inner.authority(&tx)?;
        seen.retain(|f| authority.settled(&f.here.log()).is_none());
        tx.commit()?;
        Ok(seen)
    }
}

/// Appends an entry inside a transaction.
pub fn amend(work: &mut Work<'_>, changes: Vec<Change>) -> Result<Received, StoreError> {
    may_append(work)?;
    let signer = work.inner.device.clone();
    let mut ahead = work.inner.authority(work.db)?.clone();
    let entry = ahead.append(changes, now_ms(), &signer)?.to_vec();
    take_own(work, entry)
}

/// An own entry goes the way of one that came from elsewhere, so that the same follows from it.
fn take_own(work: &mut Work<'_>, entry: Vec<u8>) -> Result<Received, StoreError> {
    let parcel = Parcel {
        authority: vec![entry],
        envelopes: Vec::new(),
        ..Parcel::default()
    };
    receive(work, &parcel)
}

/// Refuses to append where this folder may hold an old state of the authority and somebody else a newer one: after a backup was restored,
/// or the folder or its file was copied or put back. It has to hear the authority from elsewhere first, unless there is nobody else.
pub fn may_append(work: &mut Work<'_>) -> Result<(), StoreError> {
    let era = guard::era(work.db)?;
    let old = matches!(
        era.why,
        Some(
            Why::Restored
                | Why::WentBack
                | Why::Machine
                | Why::Folder
                | Why::PlaceForeign
                | Why::Salvaged
        ) | None
    );
    // What was lost of a damaged file may have let others in.
    let alone = era.why != Some(Why::Salvaged) && work.inner.rights(work.db)?.devices.len() <= 1;
    if !old || alone || meta::<i64>(work.db, HEARD)? == Some(era.number) {
        return Ok(());
    }
    Err(StoreError::StaleOwner(
        era.why.map_or("it was put back", Why::words),
    ))
}

/// Notes that the authority was heard from elsewhere in this era.
pub fn note_heard(db: &Connection) -> Result<(), StoreError> {
    set_meta(db, HEARD, guard::era(db)?.number)
}

/// Keeps an authority entry.
pub fn write_authority(
    db: &Connection,
    keys: &super::local::LocalKeys,
    seq: i64,
    entry: &[u8],
) -> Result<(), StoreError> {
    let sealed = keys.seal(Purpose::Authority, &seq.to_be_bytes(), entry)?;
    db.prepare_cached("INSERT INTO authority (seq, entry) VALUES (?1, ?2)")?
        .execute(rusqlite::params![seq, sealed])?;
    Ok(())
}
