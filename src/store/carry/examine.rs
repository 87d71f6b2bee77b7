//! What `doctor` says of a carrier's folder, and what it puts right there: what is damaged is let go, since whoever gave it gives it again.
//! Must not know people or contents.

use super::super::Store;
use super::super::check::{Finding, documents};
use super::super::error::StoreError;
use super::super::heal::Repaired;
use super::super::inner::Inner;
use super::take::{headers, judged, put_ends};
use super::{packs, take};
use crate::document::{DocRef, Kind};
use crate::log::signed::SIGNED_LEN;
use crate::log::{
    DeviceId, DocId, Envelope, EnvelopeError, Epoch, Header, LogId, SignedHeader, Target, Verdict,
};
use rusqlite::Connection;

/// Place and hash of the last envelope of a log.
type Ended = (u64, [u8; 32]);

const NEXT: &str = "let `guildhall doctor --repair` let go of it: whoever gave it gives it again";

/// Every envelope of a document, its form, signature, body, place and right, and where its logs end.
pub fn check_document(
    db: &Connection,
    inner: &mut Inner,
    doc: &DocRef,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let id = DocId::of(&inner.team, doc, 0);
    let mut found = |what: String, next: &str| {
        findings.push(Finding {
            what,
            next: next.to_owned(),
        });
    };
    if doc.kind == Kind::Private {
        found(
            format!("document {id} is private to somebody, and does not belong here"),
            "remove this folder and set the carrier up anew; please report this: it should not happen",
        );
        return Ok(());
    }
    let Some(row) = take::row_of(db, &id)? else {
        return Ok(());
    };
    let bad = unreadable(db, row)?;
    for (n, why) in &bad {
        found(
            format!("envelope {n} of document {id} is damaged: {why}"),
            NEXT,
        );
    }
    if !bad.is_empty() {
        return Ok(());
    }
    let here = headers(db, row, &id)?;
    let all: Vec<&Header> = here.iter().map(|(_, h)| h).collect();
    let made = judged(db, inner, &Target::of(doc), &all)?;
    for ((n, _), verdict) in here.iter().zip(&made.verdicts) {
        if let Verdict::Early(_) = verdict {
            found(
                format!("envelope {n} of document {id} does not follow from what is here"),
                NEXT,
            );
        }
    }
    let real = |log: &LogId| made.logs.get(log).map_or((0, [0; 32]), |e| (e.seq, e.head));
    if stated(db, row, id)?
        .iter()
        .any(|(log, end)| real(log) != *end)
    {
        found(
            format!("the logs of document {id} do not end where the file says"),
            "let `guildhall doctor --repair` put the ends right",
        );
    }
    Ok(())
}

/// Envelopes of a document that are not what came: by number, with what is wrong.
fn unreadable(db: &Connection, row: i64) -> Result<Vec<(i64, EnvelopeError)>, StoreError> {
    let mut statement = db
        .prepare_cached("SELECT n, bytes, packed, hash FROM envelopes WHERE doc = ?1 ORDER BY n")?;
    let mut rows = statement.query([row])?;
    let mut bad = Vec::new();
    while let Some(row) = rows.next()? {
        let (n, bytes, packed, hash): (i64, Vec<u8>, i64, [u8; 32]) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        if let Err(why) = read(&bytes, packed == 1, &hash) {
            bad.push((n, why));
        }
    }
    Ok(bad)
}

fn read(bytes: &[u8], packed: bool, hash: &[u8; 32]) -> Result<(), EnvelopeError> {
    let header = match packed {
        false => {
            let envelope = Envelope::decode(bytes)?;
            envelope.verify()?;
            envelope.header
        }
        true => {
            let length = |_| EnvelopeError::Length(bytes.len());
            let signed = <&[u8; SIGNED_LEN]>::try_from(bytes).map_err(length)?;
            let signed = SignedHeader::decode(signed)?;
            signed.verify()?;
            signed.header
        }
    };
    match header.hash() == *hash {
        true => Ok(()),
        false => Err(EnvelopeError::Signature),
    }
}

/// Lets go of what is damaged, of all that does not follow any more, and puts the ends of logs right.
pub fn repair(store: &mut Store) -> Result<Repaired, StoreError> {
    store.inner.forget();
    let mut done = Repaired::default();
    store.write(|work| {
        let mut ends = 0;
        let mut gone = 0;
        for (row, doc) in documents(work.db, &work.inner.keys)? {
            let Some(doc) = doc else { continue };
            let id = DocId::of(&work.inner.team, &doc, 0);
            for (n, _) in unreadable(work.db, row)? {
                gone += remove(work.db, n)?;
            }
            let target = Target::of(&doc);
            let here = headers(work.db, row, &id)?;
            let all: Vec<&Header> = here.iter().map(|(_, h)| h).collect();
            let made = judged(work.db, work.inner, &target, &all)?;
            for ((n, _), verdict) in here.iter().zip(&made.verdicts) {
                if let Verdict::Early(_) = verdict {
                    gone += remove(work.db, *n)?;
                }
            }
            let here = headers(work.db, row, &id)?;
            let all: Vec<&Header> = here.iter().map(|(_, h)| h).collect();
            let mut made = judged(work.db, work.inner, &target, &all)?;
            for (log, _) in stated(work.db, row, id)? {
                made.logs.entry(log).or_default();
            }
            ends += put_ends(work.db, row, &made.logs)?;
            packs::tidy(work.db, row)?;
        }
        if gone > 0 {
            done.did.push(format!(
                "{gone} envelopes that are damaged, or follow one that is, were let go: whoever gave them gives them again"
            ));
        }
        if ends > 0 {
            done.did.push(format!("the ends of {ends} logs were put right"));
        }
        Ok(())
    })?;
    Ok(done)
}

/// Where the file says that each log of a document ends.
fn stated(db: &Connection, row: i64, doc: DocId) -> Result<Vec<(LogId, Ended)>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT device, epoch, seq, head FROM logs WHERE doc = ?1")?;
    let rows = statement.query_map([row], |r| {
        let log = LogId {
            doc,
            device: DeviceId(r.get(0)?),
            epoch: Epoch(u64::from_be_bytes(r.get(1)?)),
        };
        let seq = u64::try_from(r.get::<_, i64>(2)?).unwrap_or(0);
        Ok((log, (seq, r.get(3)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn remove(db: &Connection, n: i64) -> Result<usize, StoreError> {
    db.prepare_cached(
        "UPDATE carried_logs SET bytes = max(0, bytes - (SELECT length(bytes) FROM envelopes WHERE n = ?1))
         WHERE log = (SELECT log FROM envelopes WHERE n = ?1)",
    )?
    .execute([n])?;
    Ok(db
        .prepare_cached("DELETE FROM envelopes WHERE n = ?1")?
        .execute([n])?)
}
