//! What came before that which it names, or before the program that can read it, kept within a budget until it can be judged. Owns the
//! table `early`. Must not know verdicts.

use super::error::StoreError;
use super::inner::Inner;
use super::local::Purpose;
use super::packs::PackedLogs;
use super::parcel::Received;
use crate::document::DocRef;
use crate::log::assemble::is_newer;
use crate::log::signed::SIGNED_LEN;
use crate::log::{DocId, Envelope, Header};
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet};

/// So many bytes wait at most for one device's sake …
const DEVICE_BYTES: i64 = 8 << 20;
/// … and so many items.
const DEVICE_ITEMS: i64 = 4_096;
/// So many bytes of packs wait at most: nobody signs for a pack.
const PACK_BYTES: i64 = 32 << 20;
/// So many bytes wait at most altogether.
const ALL_BYTES: i64 = 64 << 20;

/// Nobody's device: entries of the authority share one budget …
const NO_DEVICE: [u8; 32] = [0; 32];
/// … and packs another.
const PACKS: [u8; 32] = [0xff; 32];

/// Something that is to wait.
struct Waiting<'a> {
    hash: [u8; 32],
    kind: i64,
    device: &'a [u8; 32],
    doc: &'a [u8; 32],
    named: Option<Vec<u8>>,
    newer: u8,
    bytes: &'a [u8],
}

/// Keeps an entry of the authority.
pub fn keep_entry(
    db: &Connection,
    bytes: &[u8],
    received: &mut Received,
) -> Result<(), StoreError> {
    let waiting = Waiting {
        hash: *blake3::hash(bytes).as_bytes(),
        kind: 0,
        device: &NO_DEVICE,
        doc: &NO_DEVICE,
        named: None,
        newer: 0,
        bytes,
    };
    keep(db, &waiting, received)
}

/// The schema step of changes that this program does not know; 0 where it knows it, or not yet which kind of document it is.
fn newer(doc: Option<&DocRef>, header: &Header) -> u8 {
    match doc {
        Some(doc) if is_newer(doc.kind, header) => header.step,
        _ => 0,
    }
}

/// Which document it is, sealed: whoever sends what it waits for may not name it again.
fn named(inner: &Inner, id: &DocId, doc: Option<&DocRef>) -> Result<Option<Vec<u8>>, StoreError> {
    doc.map(|doc| inner.keys.seal_value(Purpose::Reference, &id.0, doc))
        .transpose()
}

/// Keeps an envelope; of which document, where that is known.
pub fn keep_envelope(
    db: &Connection,
    inner: &Inner,
    envelope: &Envelope,
    doc: Option<&DocRef>,
    received: &mut Received,
) -> Result<(), StoreError> {
    let header = &envelope.header;
    let waiting = Waiting {
        hash: header.hash(),
        kind: 1,
        device: &header.log.device.0,
        doc: &header.log.doc.0,
        named: named(inner, &header.log.doc, doc)?,
        newer: newer(doc, header),
        bytes: &envelope.encode(),
    };
    keep(db, &waiting, received)
}

/// Keeps a pack with its headers.
pub fn keep_pack(
    db: &Connection,
    inner: &Inner,
    id: &DocId,
    logs: &PackedLogs,
    doc: Option<&DocRef>,
    received: &mut Received,
) -> Result<(), StoreError> {
    let steps = logs.headers.iter().filter_map(|h| header_of(h));
    let bytes = encode(logs);
    let waiting = Waiting {
        hash: pack_hash(&bytes),
        kind: 2,
        device: &PACKS,
        doc: &id.0,
        named: named(inner, id, doc)?,
        newer: steps.map(|h| newer(doc, &h)).max().unwrap_or(0),
        bytes: &bytes,
    };
    keep(db, &waiting, received)
}

/// Lets go of a pack.
pub fn forget_pack(db: &Connection, logs: &PackedLogs) -> Result<(), StoreError> {
    forget(db, &pack_hash(&encode(logs)))
}

fn pack_hash(bytes: &[u8]) -> [u8; 32] {
    blake3::derive_key("guildhall pack that waits", bytes)
}

/// A signed header's header.
fn header_of(signed: &[u8]) -> Option<Header> {
    Header::decode(signed.first_chunk()?).ok()
}

/// Length of the pack, pack, headers.
pub(super) fn encode(logs: &PackedLogs) -> Vec<u8> {
    let mut out = (logs.pack.len() as u64).to_be_bytes().to_vec();
    out.extend_from_slice(&logs.pack);
    out.extend(logs.headers.iter().flatten());
    out
}

/// What [`encode`] wrote.
pub(super) fn decode(bytes: &[u8]) -> Option<PackedLogs> {
    let (len, rest) = bytes.split_first_chunk::<8>()?;
    let (pack, headers) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*len)).ok()?)?;
    Some(PackedLogs {
        pack: pack.to_vec(),
        headers: headers.chunks(SIGNED_LEN).map(<[u8]>::to_vec).collect(),
    })
}

fn keep(db: &Connection, new: &Waiting<'_>, received: &mut Received) -> Result<(), StoreError> {
    // What was kept before its document was known says now which it is, and for what it waits.
    let there = db
        .prepare_cached(
            "UPDATE early SET newer = ?2, reference = coalesce(reference, ?3) WHERE hash = ?1",
        )?
        .execute(params![&new.hash[..], new.newer, new.named])?;
    let size = i64::try_from(new.bytes.len()).unwrap_or(i64::MAX);
    if there == 0 {
        let (items, of_device): (i64, i64) = db
            .prepare_cached("SELECT count(*), coalesce(sum(size), 0) FROM early WHERE device = ?1")?
            .query_row([&new.device[..]], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let all: i64 = db
            .prepare_cached("SELECT coalesce(sum(size), 0) FROM early")?
            .query_row([], |r| r.get(0))?;
        let budget = match new.kind {
            2 => PACK_BYTES,
            _ => DEVICE_BYTES,
        };
        if items >= DEVICE_ITEMS
            || of_device.saturating_add(size) > budget
            || all.saturating_add(size) > ALL_BYTES
        {
            // It can be asked for again once what it waits for is here.
            received
                .refused
                .push("it waits for something, and too much waits already".to_owned());
            return Ok(());
        }
        db.prepare_cached(
            "INSERT INTO early (hash, kind, device, doc, reference, size, newer, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            &new.hash[..],
            new.kind,
            &new.device[..],
            &new.doc[..],
            new.named,
            size,
            new.newer,
            new.bytes
        ])?;
    }
    received.early += 1;
    received.newer += usize::from(new.newer > 0);
    Ok(())
}

/// Lets go of something that was kept, refused or is here.
pub fn forget(db: &Connection, hash: &[u8; 32]) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM early WHERE hash = ?1")?
        .execute([&hash[..]])?;
    Ok(())
}

/// Whether anything waits.
pub fn any(db: &Connection) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM early)")?
        .query_row([], |r| r.get(0))?)
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

/// Packs of one document that wait.
pub fn packs_of(db: &Connection, doc: &DocId) -> Result<Vec<PackedLogs>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT bytes FROM early WHERE kind = 2 AND doc = ?1 ORDER BY n")?;
    let mut rows = statement.query([&doc.0[..]])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.extend(decode(&row.get::<_, Vec<u8>>(0)?));
    }
    Ok(all)
}

/// The documents of which anything waits and that are known by name.
pub fn names(db: &Connection, inner: &Inner) -> Result<BTreeMap<DocId, DocRef>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT doc, max(reference) FROM early WHERE reference IS NOT NULL GROUP BY doc",
    )?;
    let mut rows = statement.query([])?;
    let mut all = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (id, sealed): ([u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?);
        let doc = inner.keys.open_value(Purpose::Reference, &id, &sealed);
        all.extend(doc.map(|doc| (DocId(id), doc)));
    }
    Ok(all)
}

/// Documents of which anything waits.
pub fn documents(db: &Connection) -> Result<BTreeSet<DocId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT DISTINCT doc FROM early WHERE kind > 0")?;
    let rows = statement.query_map([], |r| Ok(DocId(r.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Documents of which something waits for a newer program, each with the lowest schema step among it.
pub fn newer_documents(db: &Connection) -> Result<Vec<(DocId, u8)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT doc, min(newer) FROM early WHERE newer > 0 GROUP BY doc ORDER BY doc",
    )?;
    let rows = statement.query_map([], |r| Ok((DocId(r.get(0)?), r.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many changes and packs wait for a newer program.
pub fn newer_count(db: &Connection) -> Result<u64, StoreError> {
    let count: i64 = db
        .prepare_cached("SELECT count(*) FROM early WHERE newer > 0")?
        .query_row([], |r| r.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}
