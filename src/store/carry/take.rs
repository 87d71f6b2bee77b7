//! What comes to a carrier: judged by headers alone, kept within a quota for each log, and passed on as it came. Owns what is kept of it.
//! Must not know contents.

use super::super::commit::Work;
use super::super::early;
use super::super::error::StoreError;
use super::super::inner::Inner;
use super::super::parcel::Received;
use super::super::receive::keep::{is_forked, keep, note_verdict};
use super::super::receive::packed::Coming;
use super::super::rows;
use super::packs;
use crate::document::DocRef;
use crate::limits;
use crate::log::carried::{End, behind, carried, next};
use crate::log::envelope::{BodyKind, HEADER_LEN};
use crate::log::signed::SIGNED_LEN;
use crate::log::{
    Carried, DocId, Envelope, EnvelopeError, Grant, Header, Kept, LogId, Refusal, Target, Verdict,
};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// What is said of what a log has no room for.
const OVER: &str = "its log is larger than a carrier keeps";

/// Takes what came of a document that is not private.
pub fn take(
    work: &mut Work<'_>,
    doc: &DocRef,
    new: Vec<Envelope>,
    packs: Vec<Coming>,
    received: &mut Received,
) -> Result<(), StoreError> {
    let id = DocId::of(&work.inner.team, doc, 0);
    let row = match row_of(work.db, &id)? {
        Some(row) => row,
        None => rows::begin(work.db, work.inner, doc, &id)?,
    };
    let mut taking = Taking {
        row,
        doc: doc.clone(),
        over: BTreeSet::new(),
    };
    let (coming, packs) = taking.sort(work, new, packs, received)?;
    let target = Target::of(doc);
    let early = match !work.rejudge && taking.follows(work, &target, &coming)? {
        true => {
            for kept in &coming {
                taking.keep(work, kept, Verdict::Accepted, received)?;
            }
            BTreeSet::new()
        }
        false => taking.judge(work, &target, &coming, received)?,
    };
    for pack in &packs {
        let waits = |h: &crate::log::SignedHeader| early.contains(&h.header.hash());
        if pack.headers.iter().any(waits) {
            early::keep_pack(work.db, work.inner, &id, &pack.logs, Some(doc), received)?;
        } else {
            early::forget_pack(work.db, &pack.logs)?;
            packs::keep(work.db, row, &pack.logs)?;
        }
    }
    if !packs.is_empty() {
        packs::tidy(work.db, row)?;
    }
    Ok(())
}

/// The row of a document.
pub fn row_of(db: &Connection, id: &DocId) -> Result<Option<i64>, StoreError> {
    Ok(db
        .prepare_cached("SELECT id FROM documents WHERE doc = ?1")?
        .query_row([&id.0[..]], |r| r.get(0))
        .optional()?)
}

/// The headers of all envelopes of a document that are here, with their numbers, in order of arrival.
pub fn headers(db: &Connection, row: i64, id: &DocId) -> Result<Vec<(i64, Header)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT n, substr(bytes, 1, ?2), hash FROM envelopes WHERE doc = ?1 ORDER BY n",
    )?;
    let mut rows = statement.query(params![row, HEADER_LEN as i64])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (n, bytes, hash): (i64, Vec<u8>, [u8; 32]) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let header = read_header(&bytes, &hash).map_err(|why| StoreError::Envelope {
            doc: id.to_string(),
            at: n,
            why: why.into(),
        })?;
        all.push((n, header));
    }
    Ok(all)
}

/// A header as the file holds it, which was checked when it came.
fn read_header(bytes: &[u8], hash: &[u8; 32]) -> Result<Header, EnvelopeError> {
    let length = EnvelopeError::Length(bytes.len());
    let header = Header::decode(bytes.first_chunk().ok_or(length)?)?;
    match header.hash() == *hash {
        true => Ok(header),
        false => Err(EnvelopeError::Signature),
    }
}

/// Judges all that is here of a document.
pub fn judged(
    db: &Connection,
    inner: &mut Inner,
    target: &Target,
    headers: &[&Header],
) -> Result<Carried, StoreError> {
    Ok(carried(target, inner.authority(db)?, headers))
}

/// Writes where each log of a document really ends; says how many the file said to end elsewhere.
pub fn put_ends(
    db: &Connection,
    row: i64,
    ends: &BTreeMap<LogId, End>,
) -> Result<usize, StoreError> {
    let mut changed = 0;
    for (log, end) in ends {
        changed += db
            .prepare_cached(
                "UPDATE logs SET seq = ?4, head = ?5, sum = ?6
                 WHERE doc = ?1 AND device = ?2 AND epoch = ?3 AND (seq <> ?4 OR head <> ?5 OR sum <> ?6)",
            )?
            .execute(params![
                row,
                &log.device.0[..],
                &log.epoch.0.to_be_bytes()[..],
                end.seq as i64,
                &end.head[..],
                &end.sum[..]
            ])?;
    }
    Ok(changed)
}

/// What comes of one document.
struct Taking {
    row: i64,
    doc: DocRef,
    /// Logs that have no room any more.
    over: BTreeSet<LogId>,
}

impl Taking {
    /// What of all that came is new, each log in its order: whole envelopes, and headers that came with packs. What was here as a header
    /// alone is whole from now on where its body came.
    fn sort(
        &mut self,
        work: &mut Work<'_>,
        new: Vec<Envelope>,
        packs: Vec<Coming>,
        received: &mut Received,
    ) -> Result<(Vec<Kept>, Vec<Coming>), StoreError> {
        let mut coming: Vec<Kept> = Vec::new();
        let mut seen: BTreeSet<[u8; 32]> = BTreeSet::new();
        let mut whole = false;
        for envelope in new {
            let hash = envelope.header.hash();
            let here = packed(work.db, self.row, &hash)?;
            let grant = envelope.header.kind == BodyKind::Grant;
            if here.is_some() || !seen.insert(hash) {
                received.known += 1;
                early::forget(work.db, &hash)?;
                whole |= here == Some(1) && self.make_whole(work, &envelope, &hash)?;
            } else if grant && Grant::decode(&envelope.body).is_err() {
                early::forget(work.db, &hash)?;
                received.refused.push(Refusal::Contents.to_string());
            } else {
                coming.push(Kept::Whole(envelope));
            }
        }
        let mut taken = Vec::new();
        for pack in packs {
            let of_changes = |h: &crate::log::SignedHeader| h.header.kind == BodyKind::Changes;
            if !pack.headers.iter().all(of_changes) {
                early::forget_pack(work.db, &pack.logs)?;
                received.refused.push(Refusal::Contents.to_string());
                continue;
            }
            if !packs::has_room(work.db, self.row)? {
                received
                    .refused
                    .push("too many packs of its document are here".into());
                continue;
            }
            for signed in &pack.headers {
                let hash = signed.header.hash();
                if packed(work.db, self.row, &hash)?.is_some() || !seen.insert(hash) {
                    received.known += 1;
                    continue;
                }
                coming.push(Kept::Packed {
                    signed: signed.clone(),
                    chunk: Vec::new(),
                });
            }
            taken.push(pack);
        }
        if whole {
            packs::tidy(work.db, self.row)?;
        }
        // Stable: of two in one place the one that came first stays first.
        coming.sort_by_key(|k| match k {
            Kept::Whole(e) => e.header.seq,
            Kept::Packed { signed, .. } => signed.header.seq,
        });
        Ok((coming, taken))
    }

    /// Puts the body to a header that is here alone.
    fn make_whole(
        &mut self,
        work: &Work<'_>,
        envelope: &Envelope,
        hash: &[u8; 32],
    ) -> Result<bool, StoreError> {
        let (bytes, more) = (envelope.encode(), envelope.body.len());
        let used = used(work.db, self.row, &envelope.header.log)?;
        if used.saturating_add(more as u64) > limits::LOG_BYTES {
            return Ok(false);
        }
        work.db
            .prepare_cached(
                "UPDATE envelopes SET bytes = ?3, packed = ?4 WHERE hash = ?1 AND doc = ?2",
            )?
            .execute(params![
                &hash[..],
                self.row,
                bytes,
                rows::unpacked(envelope.header.kind)
            ])?;
        let n: i64 = work
            .db
            .prepare_cached("SELECT n FROM envelopes WHERE hash = ?1")?
            .query_row([&hash[..]], |r| r.get(0))?;
        add_used(work.db, n, more)?;
        Ok(true)
    }

    /// Whether all that came is simply the next of its log: then nothing else of the document has to be looked at.
    fn follows(
        &self,
        work: &mut Work<'_>,
        target: &Target,
        coming: &[Kept],
    ) -> Result<bool, StoreError> {
        let mut ends: BTreeMap<LogId, End> = BTreeMap::new();
        for kept in coming {
            let log = header(kept).log;
            if ends.contains_key(&log) {
                continue;
            }
            match self.end(work.db, &log)? {
                Some(end) => drop(ends.insert(log, end)),
                None => return Ok(false),
            }
        }
        let authority = work.inner.authority(work.db)?;
        for kept in coming {
            let header = header(kept);
            let end = ends.entry(header.log).or_default();
            match next(target, authority, end, header) {
                Some(behind) => *end = behind,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Where a log ends here; `None` where it has two branches, or that cannot be told by its last envelope.
    fn end(&self, db: &Connection, log: &LogId) -> Result<Option<End>, StoreError> {
        let found: Option<(i64, i64, [u8; 32])> = db
            .prepare_cached(
                "SELECT id, seq, head FROM logs WHERE doc = ?1 AND device = ?2 AND epoch = ?3",
            )?
            .query_row(
                params![self.row, &log.device.0[..], &log.epoch.0.to_be_bytes()[..]],
                |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
            )
            .optional()?;
        let Some((id, seq, head)) = found else {
            return Ok(Some(End::default()));
        };
        let forked: bool = db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM forks WHERE log = ?1)")?
            .query_row([id], |r| r.get(0))?;
        if forked || seq == 0 {
            return Ok((!forked).then(End::default));
        }
        let last: Option<Vec<u8>> = db
            .prepare_cached("SELECT substr(bytes, 1, ?2) FROM envelopes WHERE hash = ?1")?
            .query_row(params![&head[..], HEADER_LEN as i64], |r| r.get(0))
            .optional()?;
        Ok(last
            .and_then(|bytes| read_header(&bytes, &head).ok())
            .map(|header| behind(&header)))
    }

    /// Judges what came together with what is here. Says which headers that came with packs are early, by their hashes.
    fn judge(
        &mut self,
        work: &mut Work<'_>,
        target: &Target,
        coming: &[Kept],
        received: &mut Received,
    ) -> Result<BTreeSet<[u8; 32]>, StoreError> {
        let id = DocId::of(&work.inner.team, &self.doc, 0);
        let here = headers(work.db, self.row, &id)?;
        let all: Vec<&Header> = (here.iter().map(|(_, h)| h))
            .chain(coming.iter().map(header))
            .collect();
        let made = judged(work.db, work.inner, target, &all)?;
        for ((n, _), verdict) in here.iter().zip(&made.verdicts) {
            note_verdict(work, *n, *verdict)?;
        }
        let mut early = BTreeSet::new();
        // Whether a log has two branches that nobody has settled.
        let mut stops: BTreeMap<LogId, bool> = BTreeMap::new();
        for (kept, verdict) in coming.iter().zip(&made.verdicts[here.len()..]) {
            let header = header(kept);
            let stopped = match stops.get(&header.log) {
                Some(stopped) => *stopped,
                None => {
                    let unsettled = work.inner.authority(work.db)?.anchor(&header.log).is_none();
                    let stopped = unsettled && is_forked(work, self.row, &header.log)?;
                    stops.insert(header.log, stopped);
                    stopped
                }
            };
            let verdict = match verdict {
                Verdict::Accepted | Verdict::Quarantined(_) if stopped => {
                    Verdict::Refused(Refusal::Forked)
                }
                other => *other,
            };
            if matches!(verdict, Verdict::Early(_)) && kept.whole().is_none() {
                early.insert(header.hash());
                continue;
            }
            self.keep(work, kept, verdict, received)?;
            if verdict == Verdict::Refused(Refusal::Forked) {
                stops.remove(&header.log); // it has from here on
            }
        }
        let here = headers(work.db, self.row, &id)?;
        let all: Vec<&Header> = here.iter().map(|(_, h)| h).collect();
        let made = judged(work.db, work.inner, target, &all)?;
        put_ends(work.db, self.row, &made.logs)?;
        Ok(early)
    }

    /// Keeps one by its verdict, as far as its log has room.
    fn keep(
        &mut self,
        work: &mut Work<'_>,
        kept: &Kept,
        verdict: Verdict,
        received: &mut Received,
    ) -> Result<(), StoreError> {
        let header = header(kept);
        let size = SIGNED_LEN + kept.whole().map_or(0, |e| e.body.len());
        if !matches!(verdict, Verdict::Early(_) | Verdict::Refused(_)) {
            let used = used(work.db, self.row, &header.log)?;
            let over = self.over.contains(&header.log)
                || header.seq > limits::LOG_ENVELOPES
                || used.saturating_add(size as u64) > limits::LOG_BYTES;
            if over {
                self.over.insert(header.log);
                received.over += 1;
                received.refused.push(OVER.to_owned());
                return early::forget(work.db, &header.hash());
            }
        }
        let at = (self.row, &self.doc);
        if let Some(n) = keep(work, at, kept, verdict, received)? {
            add_used(work.db, n, size)?;
            let device = header.log.device;
            let person = work.inner.authority(work.db)?.member(&device);
            if let Some(person) = person.and_then(|m| m.person.clone()) {
                work.note(&self.doc, device, &person, header.time_ms);
            }
        }
        Ok(())
    }
}

fn header(kept: &Kept) -> &Header {
    crate::log::kept::Held::header(kept)
}

/// What stands in the column `packed` of an envelope that is here.
fn packed(db: &Connection, doc: i64, hash: &[u8; 32]) -> Result<Option<i64>, StoreError> {
    Ok(db
        .prepare_cached("SELECT packed FROM envelopes WHERE hash = ?1 AND doc = ?2")?
        .query_row(params![&hash[..], doc], |r| r.get(0))
        .optional()?)
}

/// Bytes of a log that are here.
fn used(db: &Connection, doc: i64, log: &LogId) -> Result<u64, StoreError> {
    let bytes: Option<i64> = db
        .prepare_cached(
            "SELECT c.bytes FROM carried_logs c JOIN logs l ON l.id = c.log
             WHERE l.doc = ?1 AND l.device = ?2 AND l.epoch = ?3",
        )?
        .query_row(
            params![doc, &log.device.0[..], &log.epoch.0.to_be_bytes()[..]],
            |r| r.get(0),
        )
        .optional()?;
    Ok(bytes.and_then(|b| u64::try_from(b).ok()).unwrap_or(0))
}

/// Counts the bytes of an envelope towards its log.
fn add_used(db: &Connection, n: i64, bytes: usize) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO carried_logs (log, bytes) SELECT log, ?2 FROM envelopes WHERE n = ?1
         ON CONFLICT (log) DO UPDATE SET bytes = bytes + excluded.bytes",
    )?
    .execute(params![n, i64::try_from(bytes).unwrap_or(i64::MAX)])?;
    Ok(())
}
