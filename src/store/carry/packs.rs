//! Packs as a carrier keeps them: whole, with the headers with which they came. Nobody can tell here whether one is right, so an older one
//! that stands for as much is kept beside a newer one, within a number. Must not know what stands in a pack.

use super::super::early;
use super::super::error::StoreError;
use super::super::packs::PackedLogs;
use crate::log::envelope::HEADER_LEN;
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// So many packs of a document are kept where others stand for all of it …
const ENOUGH: usize = 2;
/// … and so many at most, where each stands for something that no other does.
const MOST: usize = 16;

/// A pack that is here, with the hashes of those of its headers whose bodies are not.
struct Kept {
    n: i64,
    logs: PackedLogs,
    needed: BTreeSet<[u8; 32]>,
}

/// Whether one more pack of a document may come.
pub fn has_room(db: &Connection, doc: i64) -> Result<bool, StoreError> {
    let count: i64 = db
        .prepare_cached("SELECT count(*) FROM carried_packs WHERE doc = ?1")?
        .query_row([doc], |r| r.get(0))?;
    Ok(usize::try_from(count).is_ok_and(|n| n < MOST))
}

/// Keeps a pack whose headers were taken.
pub fn keep(db: &Connection, doc: i64, logs: &PackedLogs) -> Result<(), StoreError> {
    let bytes = early::encode(logs);
    let hash = blake3::hash(&bytes);
    db.prepare_cached(
        "INSERT OR IGNORE INTO carried_packs (doc, hash, bytes) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![doc, &hash.as_bytes()[..], bytes])?;
    Ok(())
}

/// Lets go of packs of a document that stand for nothing any more, and of the oldest ones for which others stand as well.
pub fn tidy(db: &Connection, doc: i64) -> Result<(), StoreError> {
    let mut kept = all(db, doc)?;
    let (used, unused): (Vec<Kept>, Vec<Kept>) = kept.drain(..).partition(|k| !k.needed.is_empty());
    for pack in unused {
        remove(db, pack.n)?;
    }
    kept = used;
    while kept.len() > ENOUGH {
        let covered = |at: usize| {
            let others = kept.iter().enumerate().filter(|(n, _)| *n != at);
            let others: BTreeSet<&[u8; 32]> = others.flat_map(|(_, k)| &k.needed).collect();
            kept[at].needed.iter().all(|h| others.contains(h))
        };
        let Some(at) = (0..kept.len()).find(|at| covered(*at)) else {
            break;
        };
        remove(db, kept.remove(at).n)?;
    }
    Ok(())
}

/// The packs of a document for somebody else.
pub fn for_parcel(db: &Connection, doc: i64) -> Result<Vec<PackedLogs>, StoreError> {
    Ok(all(db, doc)?.into_iter().map(|k| k.logs).collect())
}

fn remove(db: &Connection, n: i64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM carried_packs WHERE n = ?1")?
        .execute([n])?;
    Ok(())
}

/// All packs of a document, the oldest first.
fn all(db: &Connection, doc: i64) -> Result<Vec<Kept>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT hash FROM envelopes WHERE doc = ?1 AND packed = 1")?;
    let bodiless: BTreeSet<[u8; 32]> = statement
        .query_map([doc], |r| r.get(0))?
        .collect::<Result<_, _>>()?;
    let mut statement =
        db.prepare_cached("SELECT n, bytes FROM carried_packs WHERE doc = ?1 ORDER BY n")?;
    let mut rows = statement.query([doc])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        // One that the disk changed is as good as none.
        let Some(logs) = early::decode(&row.get::<_, Vec<u8>>(1)?) else {
            continue;
        };
        let hashes = logs.headers.iter().filter_map(|h| h.get(..HEADER_LEN));
        let hashes = hashes.map(|h| *blake3::hash(h).as_bytes());
        all.push(Kept {
            n: row.get(0)?,
            needed: hashes.filter(|h| bodiless.contains(h)).collect(),
            logs,
        });
    }
    Ok(all)
}
