//! What came before that which it names, kept within a budget until it can be judged. Owns the table `early`. Must not know verdicts.

use super::error::StoreError;
use super::parcel::Received;
use crate::log::{DocId, Envelope};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// So many bytes wait at most for one device's sake …
const DEVICE_BYTES: i64 = 8 << 20;
/// … and so many items.
const DEVICE_ITEMS: i64 = 4_096;
/// So many bytes wait at most altogether.
const ALL_BYTES: i64 = 64 << 20;

/// Nobody's device: entries of the authority share one budget.
const NO_DEVICE: [u8; 32] = [0; 32];

/// Keeps an entry of the authority.
pub fn keep_entry(
    db: &Connection,
    bytes: &[u8],
    received: &mut Received,
) -> Result<(), StoreError> {
    let hash = *blake3::hash(bytes).as_bytes();
    keep(db, &hash, 0, &NO_DEVICE, &NO_DEVICE, bytes, received)
}

/// Keeps an envelope.
pub fn keep_envelope(
    db: &Connection,
    envelope: &Envelope,
    received: &mut Received,
) -> Result<(), StoreError> {
    let header = &envelope.header;
    let (hash, log) = (header.hash(), &header.log);
    let bytes = envelope.encode();
    keep(db, &hash, 1, &log.device.0, &log.doc.0, &bytes, received)
}

fn keep(
    db: &Connection,
    hash: &[u8; 32],
    kind: i64,
    device: &[u8; 32],
    doc: &[u8; 32],
    bytes: &[u8],
    received: &mut Received,
) -> Result<(), StoreError> {
    let there: bool = db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM early WHERE hash = ?1)")?
        .query_row([&hash[..]], |r| r.get(0))?;
    if there {
        received.early += 1;
        return Ok(());
    }
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let (items, of_device): (i64, i64) = db
        .prepare_cached("SELECT count(*), coalesce(sum(size), 0) FROM early WHERE device = ?1")?
        .query_row([&device[..]], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let all: i64 = db
        .prepare_cached("SELECT coalesce(sum(size), 0) FROM early")?
        .query_row([], |r| r.get(0))?;
    if items >= DEVICE_ITEMS || of_device + size > DEVICE_BYTES || all + size > ALL_BYTES {
        // It can be asked for again once what it waits for is here.
        received
            .refused
            .push("it waits for something, and too much waits already".to_owned());
        return Ok(());
    }
    received.early += 1;
    db.prepare_cached(
        "INSERT INTO early (hash, kind, device, doc, size, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![&hash[..], kind, &device[..], &doc[..], size, bytes])?;
    Ok(())
}

/// Lets go of something that was kept, refused or is here.
pub fn forget(db: &Connection, hash: &[u8; 32]) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM early WHERE hash = ?1")?
        .execute([&hash[..]])?;
    Ok(())
}

/// Entries that wait.
pub fn entries(db: &Connection) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut statement = db.prepare_cached("SELECT bytes FROM early WHERE kind = 0 ORDER BY n")?;
    let rows = statement.query_map([], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Envelopes that wait, by document.
pub fn envelopes(db: &Connection) -> Result<BTreeMap<DocId, Vec<Envelope>>, StoreError> {
    let mut statement = db.prepare_cached("SELECT bytes FROM early WHERE kind = 1 ORDER BY n")?;
    let mut rows = statement.query([])?;
    let mut all: BTreeMap<DocId, Vec<Envelope>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        if let Some(envelope) = read(&row.get::<_, Vec<u8>>(0)?) {
            all.entry(envelope.header.log.doc)
                .or_default()
                .push(envelope);
        }
    }
    Ok(all)
}

/// Envelopes of one document that wait.
pub fn of(db: &Connection, doc: &DocId) -> Result<Vec<Envelope>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT bytes FROM early WHERE kind = 1 AND doc = ?1 ORDER BY n")?;
    let mut rows = statement.query([&doc.0[..]])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.extend(read(&row.get::<_, Vec<u8>>(0)?));
    }
    Ok(all)
}

/// It was checked when it came; what the disk made of it since is checked again.
fn read(bytes: &[u8]) -> Option<Envelope> {
    Envelope::decode(bytes).ok().filter(|e| e.verify().is_ok())
}
