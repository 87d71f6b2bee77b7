//! What is kept of an envelope by its verdict: its row, its log, or the proof of a second branch. Must not know how verdicts are made.

use super::super::commit::Work;
use super::super::error::StoreError;
use super::super::parcel::Received;
use super::super::{early, rows};
use crate::document::DocRef;
use crate::log::kept::Held;
use crate::log::{Kept, LogId, Refusal, Verdict};
use rusqlite::{OptionalExtension, params};

/// What is said of a packed envelope on a branch that was dropped: its own device writes anew what stood there.
const NOT_WHOLE: &str = "it was dropped, and only its header came";

/// What stands in the column `verdict`.
fn code(verdict: Verdict) -> Option<i64> {
    match verdict {
        Verdict::Accepted => Some(0),
        Verdict::Quarantined(_) => Some(1),
        Verdict::Dropped => Some(2),
        Verdict::Early(crate::log::Wait::Change) => Some(3),
        _ => None,
    }
}

pub fn note_verdict(work: &Work<'_>, n: i64, verdict: Verdict) -> Result<(), StoreError> {
    if let Some(code) = code(verdict) {
        work.db
            .prepare_cached(
                "UPDATE envelopes SET verdict = ?2 WHERE n = ?1 AND verdict NOT IN (?2, 4)",
            )?
            .execute(params![n, code])?;
    }
    Ok(())
}

pub fn is_forked(work: &Work<'_>, doc: i64, log: &LogId) -> Result<bool, StoreError> {
    Ok(work
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM forks f JOIN logs l ON l.id = f.log
             WHERE l.doc = ?1 AND l.device = ?2 AND l.epoch = ?3)",
        )?
        .query_row(
            params![doc, &log.device.0[..], &log.epoch.0.to_be_bytes()[..]],
            |r| r.get(0),
        )?)
}

/// Keeps a new envelope of a document, whose row is named, by its verdict, and moves its log on; says under which number.
pub fn keep(
    work: &mut Work<'_>,
    at: (i64, &DocRef),
    envelope: &Kept,
    verdict: Verdict,
    received: &mut Received,
) -> Result<Option<i64>, StoreError> {
    let number = keep_in_place(work, at, envelope, verdict, received)?;
    if number.is_some() {
        let header = envelope.header();
        let log = log_row(work, at.0, &header.log)?;
        let head = header.hash();
        work.db
            .prepare_cached(
                "UPDATE logs SET seq = ?2, head = ?3, sum = ?4 WHERE id = ?1 AND seq < ?2",
            )?
            .execute(params![log, header.seq as i64, &head[..], &header.sum[..]])?;
    }
    Ok(number)
}

/// The same for somebody who says afterwards where the logs of the document end.
pub fn keep_in_place(
    work: &mut Work<'_>,
    (row, doc): (i64, &DocRef),
    envelope: &Kept,
    verdict: Verdict,
    received: &mut Received,
) -> Result<Option<i64>, StoreError> {
    let header = envelope.header();
    let hash = header.hash();
    let mut number = None;
    match verdict {
        Verdict::Dropped if envelope.whole().is_none() => {
            received.refused.push(NOT_WHOLE.to_owned());
        }
        Verdict::Early(_) => {
            if let Some(envelope) = envelope.whole() {
                early::keep_envelope(work.db, work.inner, envelope, Some(doc), received)?;
            }
            return Ok(None);
        }
        Verdict::Refused(Refusal::Forked) => {
            received.forks += 1;
            let log = log_row(work, row, &header.log)?;
            let mut proof = header.encode().to_vec();
            proof.extend_from_slice(&envelope.signed().signature);
            work.db
                .prepare_cached(
                    "INSERT OR IGNORE INTO forks (log, seq, header) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![log, header.seq as i64, proof])?;
        }
        Verdict::Refused(why) => received.refused.push(why.to_string()),
        Verdict::Accepted | Verdict::Quarantined(_) | Verdict::Dropped => {
            match verdict {
                Verdict::Accepted => received.accepted += 1,
                _ => received.quarantined += 1,
            }
            let log = log_row(work, row, &header.log)?;
            let (bytes, packed) = match envelope.whole() {
                Some(whole) => (whole.encode(), rows::unpacked(header.kind)),
                None => (envelope.signed().encode().to_vec(), 1),
            };
            // It was checked when it came, and is read back as it is written.
            work.inner.checked.add(&bytes);
            work.db
                .prepare_cached(
                    "INSERT INTO envelopes (doc, log, seq, bytes, hash, verdict, packed)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    row,
                    log,
                    header.seq as i64,
                    bytes,
                    &hash[..],
                    code(verdict),
                    packed
                ])?;
            number = Some(work.db.last_insert_rowid());
        }
    }
    if work.waited {
        early::forget(work.db, &hash)?;
    }
    Ok(number)
}

/// The row of a log, made if it is new here.
fn log_row(work: &Work<'_>, doc: i64, log: &LogId) -> Result<i64, StoreError> {
    let epoch = log.epoch.0.to_be_bytes();
    let found: Option<i64> = work
        .db
        .prepare_cached("SELECT id FROM logs WHERE doc = ?1 AND device = ?2 AND epoch = ?3")?
        .query_row(params![doc, &log.device.0[..], &epoch[..]], |r| r.get(0))
        .optional()?;
    match found {
        Some(id) => Ok(id),
        None => rows::insert_come(work.db, work.inner, doc, log),
    }
}
