//! Headers that prove a fault: a second one in a place of a log, which a device signed or a copy of it. Owns taking one that came without its
//! body. Must not know how it came.

use super::commit::Work;
use super::error::StoreError;
use super::parcel::Received;
use crate::log::signed::SIGNED_LEN;
use crate::log::{LogId, SignedHeader};
use rusqlite::{OptionalExtension, params};

/// Keeps a signed header that stands in a place where another one stands here. One that is here already, or for whose log nothing is here,
/// says nothing new.
pub fn take(work: &mut Work<'_>, bytes: &[u8], received: &mut Received) -> Result<(), StoreError> {
    let read = <&[u8; SIGNED_LEN]>::try_from(bytes).map_err(|_| "a header of another length");
    let signed = read.and_then(|b| SignedHeader::decode(b).map_err(|_| "not a header"));
    let signed = match signed {
        Ok(signed) if signed.header.team == work.inner.team && signed.verify().is_ok() => signed,
        Ok(_) => {
            received.refused.push("a header that nobody signed".into());
            return Ok(());
        }
        Err(why) => {
            received.refused.push(why.into());
            return Ok(());
        }
    };
    let header = &signed.header;
    let Some((log, doc)) = log_of(work, &header.log)? else {
        return Ok(());
    };
    let Ok(seq) = i64::try_from(header.seq) else {
        return Ok(());
    };
    let beside: Option<Vec<u8>> = work
        .db
        .prepare_cached("SELECT hash FROM envelopes WHERE doc = ?1 AND log = ?2 AND seq = ?3")?
        .query_row(params![doc, log, seq], |r| r.get(0))
        .optional()?;
    if beside.is_none_or(|hash| hash == header.hash()) {
        return Ok(());
    }
    let new = work
        .db
        .prepare_cached("INSERT OR IGNORE INTO forks (log, seq, header) VALUES (?1, ?2, ?3)")?
        .execute(params![log, seq, bytes])?;
    received.forks += new;
    Ok(())
}

fn log_of(work: &Work<'_>, log: &LogId) -> Result<Option<(i64, i64)>, StoreError> {
    Ok(work
        .db
        .prepare_cached(
            "SELECT l.id, l.doc FROM logs l JOIN documents d ON d.id = l.doc
             WHERE d.doc = ?1 AND l.device = ?2 AND l.epoch = ?3",
        )?
        .query_row(
            params![
                &log.doc.0[..],
                &log.device.0[..],
                &log.epoch.0.to_be_bytes()[..]
            ],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .optional()?)
}
