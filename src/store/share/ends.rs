//! Where the logs of each document end here, as two folders compare it. Owns the digest of a document's ends, and what stands for a log
//! with two branches. Must not know the peer's side of the comparison.

use super::super::Store;
use super::super::error::StoreError;
use super::Pair;
use crate::document::{DocRef, Kind};
use crate::log::signed::SIGNED_LEN;
use crate::log::{Authority, DeviceId, DocId, Epoch, LogId, SignedHeader};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// The digest of a document's ends, or of many documents'. Cut to 16 bytes: whoever found two states with one digest would only keep back
/// what they could keep back by saying nothing.
pub type Digest = [u8; 16];

/// Where a log ends. Of one with two branches that nothing has settled: where they part, and a hash over the headers that prove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LogEnd {
    /// Device that writes it.
    pub device: DeviceId,
    /// Epoch.
    pub epoch: Epoch,
    /// Last place.
    pub seq: u64,
    /// Hash of the header there.
    pub head: [u8; 32],
}

/// A document both may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShelfDoc {
    /// Which.
    pub doc: DocId,
    /// Over its ends.
    pub digest: Digest,
    /// What is sent first has the smaller place.
    pub place: Place,
    /// Where its logs end, in order.
    pub ends: Vec<LogEnd>,
}

/// A place in the order of sending: a rank, and behind it what is about one person together, since what is shown of them is made of all of it.
pub type Place = (u8, [u8; 8]);

/// The documents that two devices may both have and that are here, in order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    /// Documents.
    pub docs: Vec<ShelfDoc>,
    /// Number of the last envelope in the file when this was read.
    pub upto: i64,
}

/// The digest of a document's ends, which are in order.
pub fn digest_of(ends: &[LogEnd]) -> Digest {
    let mut hasher = blake3::Hasher::new_derive_key("guildhall document ends");
    for end in ends {
        hasher.update(&end.device.0);
        hasher.update(&end.epoch.0.to_be_bytes());
        hasher.update(&end.seq.to_be_bytes());
        hasher.update(&end.head);
    }
    let mut out = [0; 16];
    hasher.finalize_xof().fill(&mut out);
    out
}

/// What everybody reads comes first, since it opens the rest; cards come before what else is about people, so that they have names.
pub(super) fn place_of(doc: &DocRef) -> Place {
    let rank = match doc.kind {
        Kind::Team => 0,
        Kind::Framework => 1,
        Kind::Card => 3,
        _ => 4,
    };
    let mut together = [0; 8];
    if let Some(person) = &doc.person {
        together.copy_from_slice(&blake3::hash(person.as_str().as_bytes()).as_bytes()[..8]);
    }
    (rank, together)
}

/// Then what is about the peer.
fn place(pair: &Pair<'_>, doc: &DocRef) -> Place {
    let (rank, together) = place_of(doc);
    let about = doc.person.as_ref();
    match about.is_some() && about == pair.authority.person_of(&pair.peer) {
        true => (2, together),
        false => (rank, together),
    }
}

/// Where a log parts, and the headers known there.
type Parting = (u64, BTreeSet<[u8; 32]>);

/// The logs whose second branch nothing has settled.
fn forks(db: &Connection, authority: &Authority) -> Result<HashMap<i64, Parting>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT f.log, f.seq, f.header, e.hash FROM forks f JOIN logs l ON l.id = f.log
         LEFT JOIN envelopes e ON e.doc = l.doc AND e.log = f.log AND e.seq = f.seq",
    )?;
    let mut rows = statement.query([])?;
    let mut found: HashMap<i64, Parting> = HashMap::new();
    while let Some(row) = rows.next()? {
        let (log, seq, proof): (i64, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let here: Option<[u8; 32]> = row.get(3)?;
        let Some(signed) = <&[u8; SIGNED_LEN]>::try_from(proof.as_slice())
            .ok()
            .and_then(|b| SignedHeader::decode(b).ok())
        else {
            continue;
        };
        if authority.settled(&signed.header.log).is_some() {
            continue;
        }
        let seq = u64::try_from(seq).unwrap_or(0);
        let at = found.entry(log).or_insert((seq, BTreeSet::new()));
        if seq < at.0 {
            *at = (seq, BTreeSet::new());
        }
        if seq == at.0 {
            at.1.insert(signed.header.hash());
            at.1.extend(here);
        }
    }
    Ok(found)
}

/// What stands for a log with two branches.
fn parted(hashes: &BTreeSet<[u8; 32]>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("guildhall fork");
    for hash in hashes {
        hasher.update(hash);
    }
    *hasher.finalize().as_bytes()
}

/// The ends of all logs, or of one document's, by row of the document.
pub(super) fn ends(
    db: &Connection,
    authority: &Authority,
    doc: Option<i64>,
) -> Result<HashMap<i64, Vec<LogEnd>>, StoreError> {
    let forks = forks(db, authority)?;
    // Two questions: of one document by its index, of all by reading the table once.
    let mut statement = db.prepare_cached(match doc {
        Some(_) => "SELECT id, doc, device, epoch, seq, head FROM logs WHERE doc = ?1 AND seq > 0",
        None => "SELECT id, doc, device, epoch, seq, head FROM logs WHERE ?1 IS NULL AND seq > 0",
    })?;
    let mut rows = statement.query(params![doc])?;
    let mut all: HashMap<i64, Vec<LogEnd>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let (log, doc): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (seq, head): (i64, [u8; 32]) = (row.get(4)?, row.get(5)?);
        let (seq, head) = match forks.get(&log) {
            Some((seq, hashes)) => (*seq, parted(hashes)),
            None => (u64::try_from(seq).unwrap_or(0), head),
        };
        all.entry(doc).or_default().push(LogEnd {
            device: DeviceId(row.get(2)?),
            epoch: Epoch(u64::from_be_bytes(row.get(3)?)),
            seq,
            head,
        });
    }
    for ends in all.values_mut() {
        ends.sort_unstable();
    }
    Ok(all)
}

impl LogEnd {
    /// Which log of a document.
    pub fn log(&self, doc: DocId) -> LogId {
        LogId {
            doc,
            device: self.device,
            epoch: self.epoch,
        }
    }
}

impl Store {
    /// What is here of the documents that both this device and a peer may have; `None` where the peer takes no part.
    pub fn shelf(&mut self, peer: &DeviceId) -> Result<Option<Shelf>, StoreError> {
        let tx = self.db.transaction()?;
        let here = super::documents(&tx, &self.inner)?;
        let pair = Pair::new(&tx, &mut self.inner, peer)?;
        if !pair.authority.takes_part(peer) {
            return Ok(None);
        }
        let mut ends = ends(&tx, pair.authority, None)?;
        let mut shelf = Shelf {
            upto: super::news::last(&tx)?,
            ..Shelf::default()
        };
        for (row, doc, reference) in here {
            let Some(ends) = ends.remove(&row).filter(|_| pair.both_may(&reference)) else {
                continue;
            };
            shelf.docs.push(ShelfDoc {
                doc,
                digest: digest_of(&ends),
                place: place(&pair, &reference),
                ends,
            });
        }
        shelf.docs.sort_unstable_by_key(|d| d.doc);
        Ok(Some(shelf))
    }

    /// Where the logs of a document end here; `None` where the peer may not have it. Nothing where it is not here.
    pub fn ends_for(
        &mut self,
        peer: &DeviceId,
        doc: &DocId,
    ) -> Result<Option<Vec<LogEnd>>, StoreError> {
        let tx = self.db.transaction()?;
        let Some((row, reference)) = super::find(&tx, &self.inner, doc)? else {
            return Ok(Some(Vec::new()));
        };
        let pair = Pair::new(&tx, &mut self.inner, peer)?;
        if !pair.peer_may(&reference) {
            return Ok(None);
        }
        let mut ends = ends(&tx, pair.authority, Some(row))?;
        Ok(Some(ends.remove(&row).unwrap_or_default()))
    }
}
