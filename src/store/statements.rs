//! This device's own statements: a log of its own beside those of documents, in which it says what its person may say while the owner is
//! away. Owns where that log goes on. Must not know what follows from a statement; that is the log's.

use super::Store;
use super::commit::Work;
use super::error::StoreError;
use super::inner::{meta, set_meta};
use super::local::Purpose;
use super::parcel::{Parcel, Received};
use super::receive::receive;
use crate::log::authority::statement::statements_id;
use crate::log::envelope::BodyKind;
use crate::log::{Envelope, Epoch, Header, KeyId, LogId, Statement};

/// Name of the note which epoch takes statements, and in which era of the folder it was begun.
const EPOCH: &str = "statements_epoch";

impl Store {
    /// States something with this device. When this returns, it is on the disk, and what follows from it here is done.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] where this device takes no part; whether the statement holds is asked of the authority afterwards.
    pub fn state_that(&mut self, statement: &Statement) -> Result<Received, StoreError> {
        self.write(|work| state_that(work, statement))
    }
}

/// States something inside a transaction.
pub fn state_that(work: &mut Work<'_>, statement: &Statement) -> Result<Received, StoreError> {
    let signer = work.inner.device.clone();
    let device = work.inner.device_id();
    let team = work.inner.team;
    let authority = work.inner.authority(work.db)?;
    let at = authority.position();
    if authority.person_of(&device).is_none() {
        return Err(StoreError::NotAllowed {
            person: work.inner.me.to_string(),
            what: "to the team's record with this device",
            hint: "it takes no part in the team",
        });
    }
    let log = LogId {
        doc: statements_id(&team),
        device,
        epoch: epoch(work)?,
    };
    let (seq, prev) = last(work, &log)?;
    let header = Header {
        team,
        log,
        seq: seq + 1,
        prev,
        authority: at,
        kind: BodyKind::Statement,
        step: 0,
        time_ms: work.time(),
        key: KeyId([0; 32]),
        nonce: [0; 24],
        sum: [0; 32],
        body_hash: [0; 32],
    };
    let body = statement
        .encode()
        .ok_or(StoreError::Encode("a statement"))?;
    let envelope = Envelope::sign(header, body, &signer);
    work.appended = true;
    // The way of one that came from elsewhere, so that the same follows from it.
    let parcel = Parcel {
        envelopes: vec![envelope.encode()],
        ..Parcel::default()
    };
    receive(work, &parcel)
}

/// The epoch that takes statements: a new one in each era of the folder, as for every log.
fn epoch(work: &Work<'_>) -> Result<Epoch, StoreError> {
    let era = work.inner.guard.era;
    let noted = meta::<[u8; 16]>(work.db, EPOCH)?;
    if let Some((epoch, rest)) = noted.as_ref().and_then(|n| n.split_first_chunk::<8>())
        && rest == era.to_be_bytes()
    {
        return Ok(Epoch(u64::from_be_bytes(*epoch)));
    }
    let drawn = work.inner.guard.draw("epoch")?;
    let mut note = [0; 16];
    note[..8].copy_from_slice(&drawn[..8]);
    note[8..].copy_from_slice(&era.to_be_bytes());
    set_meta(work.db, EPOCH, &note[..])?;
    let mut epoch = [0; 8];
    epoch.copy_from_slice(&drawn[..8]);
    Ok(Epoch(u64::from_be_bytes(epoch)))
}

/// Seq and hash of the last statement of a log that is here.
fn last(work: &Work<'_>, log: &LogId) -> Result<(u64, [u8; 32]), StoreError> {
    let mut statement = work.db.prepare("SELECT hash, sealed FROM statements")?;
    let mut rows = statement.query([])?;
    let mut last = (0, [0; 32]);
    while let Some(row) = rows.next()? {
        let (hash, sealed): ([u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?);
        let bytes = work.inner.keys.open(Purpose::Statement, &hash, &sealed);
        let Some(envelope) = bytes.and_then(|b| Envelope::decode(&b).ok()) else {
            return Err(StoreError::Encode("the log of statements"));
        };
        if envelope.header.log == *log && envelope.header.seq > last.0 {
            last = (envelope.header.seq, hash);
        }
    }
    Ok(last)
}
