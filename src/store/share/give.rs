//! What somebody lacks of a document, out of where their logs end. Owns from which place on a log is sent. Must not know how it travels.

use super::super::error::StoreError;
use super::super::{Parcel, Store, carry, packs};
use super::ends::{LogEnd, ends};
use super::{Pair, find};
use crate::log::{DeviceId, DocId, Epoch};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;

/// What is to be sent of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gift {
    /// What the other lacks.
    pub parcel: Parcel,
    /// Where the logs of the document end for somebody who has all of it.
    pub ends: Vec<LogEnd>,
}

impl Store {
    /// What a peer lacks of a document whose logs end there as `had` says. Empty where the peer may not have it, or nothing is here.
    pub fn give(
        &mut self,
        peer: &DeviceId,
        doc: &DocId,
        had: &[LogEnd],
    ) -> Result<Gift, StoreError> {
        let tx = self.db.transaction()?;
        let mut gift = Gift::default();
        let Some((row, reference)) = find(&tx, &self.inner, doc)? else {
            return Ok(gift);
        };
        let pair = Pair::new(&tx, &mut self.inner, peer)?;
        if !pair.peer_may(&reference) {
            return Ok(gift);
        }
        gift.ends = ends(&tx, pair.authority, Some(row))?
            .remove(&row)
            .unwrap_or_default();
        let had: HashMap<(DeviceId, Epoch), (u64, [u8; 32])> = had
            .iter()
            .map(|e| ((e.device, e.epoch), (e.seq, e.head)))
            .collect();
        let mut packed = false;
        let mut found: Vec<(i64, Vec<u8>)> = Vec::new();
        for end in &gift.ends {
            let theirs = had.get(&(end.device, end.epoch)).copied();
            if theirs == Some((end.seq, end.head)) {
                continue;
            }
            let log = log_row(&tx, row, end)?;
            let from = match theirs {
                Some((seq, head)) if stands(&tx, log, seq, &head)? => seq,
                // They hold more than is here: what is beyond this end is theirs to send.
                Some((seq, _)) if seq > end.seq && !proven(&tx, log)? => continue,
                // Another branch, or nothing.
                _ => 0,
            };
            packed |= read(&tx, row, log, from, &mut found)?;
            read_proofs(&tx, log, &mut gift.parcel)?;
        }
        found.sort_unstable_by_key(|(n, _)| *n);
        gift.parcel.envelopes = found.into_iter().map(|(_, bytes)| bytes).collect();
        if packed {
            match self.inner.carrier {
                true => gift.parcel.packs.extend(carry::for_parcel(&tx, row)?),
                false => gift.parcel.packs.extend(packs::for_parcel(&tx, row)?),
            }
        }
        if !gift.parcel.is_empty() {
            gift.parcel.people.extend(reference.person);
        }
        Ok(gift)
    }
}

fn log_row(db: &Connection, doc: i64, end: &LogEnd) -> Result<i64, StoreError> {
    Ok(db
        .prepare_cached("SELECT id FROM logs WHERE doc = ?1 AND device = ?2 AND epoch = ?3")?
        .query_row(
            params![doc, &end.device.0[..], &end.epoch.0.to_be_bytes()[..]],
            |r| r.get(0),
        )?)
}

/// Whether what they hold last stands here in its place.
fn stands(db: &Connection, log: i64, seq: u64, head: &[u8; 32]) -> Result<bool, StoreError> {
    let Ok(seq) = i64::try_from(seq) else {
        return Ok(false);
    };
    let found: Option<i64> = db
        .prepare_cached("SELECT 1 FROM envelopes WHERE hash = ?1 AND log = ?2 AND seq = ?3")?
        .query_row(params![&head[..], log, seq], |r| r.get(0))
        .optional()?;
    Ok(found.is_some())
}

/// Whether a second branch of a log is known here.
fn proven(db: &Connection, log: i64) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM forks WHERE log = ?1)")?
        .query_row([log], |r| r.get(0))?)
}

/// Whole envelopes of a log beyond a place; says whether some of it stands in the pack.
fn read(
    db: &Connection,
    doc: i64,
    log: i64,
    from: u64,
    found: &mut Vec<(i64, Vec<u8>)>,
) -> Result<bool, StoreError> {
    let mut packed = false;
    let mut statement = db.prepare_cached(
        "SELECT n, bytes, packed FROM envelopes WHERE doc = ?1 AND log = ?2 AND seq > ?3",
    )?;
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![doc, log, from])?;
    while let Some(row) = rows.next()? {
        match row.get::<_, i64>(2)? {
            1 => packed = true,
            _ => found.push((row.get(0)?, row.get(1)?)),
        }
    }
    Ok(packed)
}

/// The headers that prove a log's second branch.
fn read_proofs(db: &Connection, log: i64, parcel: &mut Parcel) -> Result<(), StoreError> {
    let mut statement =
        db.prepare_cached("SELECT header FROM forks WHERE log = ?1 ORDER BY seq")?;
    let mut rows = statement.query([log])?;
    while let Some(row) = rows.next()? {
        parcel.proofs.push(row.get(0)?);
    }
    Ok(())
}
