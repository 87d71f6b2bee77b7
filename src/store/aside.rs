//! Setting aside what cannot be read: a damaged envelope, and those of its log that follow it, leave the document and are kept as they are.
//! Owns the table `set_aside`, from which nothing is ever deleted. Must not know: why an envelope is at fault; it is told.

use super::error::StoreError;
use super::inner::now_ms;
use crate::log::{DocId, LogId};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// Places of a log that are not in their document any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Short id of the document.
    pub doc: String,
    /// Device and epoch of the log.
    pub log: String,
    /// First place.
    pub first: u64,
    /// Last place.
    pub last: u64,
    /// Why they cannot be read.
    pub why: String,
    /// Whether their bytes are kept; what is not there at all cannot be.
    pub kept: bool,
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { first, last, .. } = self;
        write!(f, "document {}, log {}, ", self.doc, self.log)?;
        match first == last {
            true => write!(f, "envelope {first}: {}", self.why)?,
            false => write!(f, "envelopes {first} to {last}: {}", self.why)?,
        }
        match self.kept {
            true => f.write_str(" (set aside as it is)"),
            false => f.write_str(" (not in the file)"),
        }
    }
}

/// How a log is named to people.
pub fn log_name(device: &[u8], epoch: &[u8]) -> String {
    let hex = |bytes: &[u8]| -> String {
        let short = bytes.iter().take(8);
        short.map(|b| format!("{b:02x}")).collect()
    };
    format!("{}/{}", hex(device), hex(epoch))
}

/// Sets envelope `n` aside, with all that follow it in its log. Empty where there is no such envelope.
pub fn set_aside(db: &Connection, doc: &DocId, n: i64, why: &str) -> Result<Vec<Lost>, StoreError> {
    let found: Option<(i64, i64)> = db
        .query_row("SELECT log, seq FROM envelopes WHERE n = ?1", [n], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .optional()?;
    let Some((log, seq)) = found else {
        return Ok(Vec::new());
    };
    let following = "it follows one that cannot be read";
    let now = i64::try_from(now_ms()).unwrap_or(i64::MAX);
    db.execute(
        "INSERT INTO set_aside (doc, log, seq, bytes, why, at)
         SELECT doc, log, seq, bytes, iif(seq = ?2, ?3, ?4), ?5 FROM envelopes WHERE log = ?1 AND seq >= ?2 ORDER BY seq",
        params![log, seq, why, following, now],
    )?;
    // Of an envelope that was packed only the header stands here: what the pack holds is kept beside it.
    db.execute(
        "INSERT INTO set_aside (doc, log, seq, bytes, why, at)
         SELECT p.doc, ?1, 0, p.bytes, 'the pack that holds their changes', ?3 FROM packs p
         WHERE p.doc IN (SELECT doc FROM envelopes WHERE log = ?1 AND seq >= ?2 AND packed = 1)",
        params![log, seq, now],
    )?;
    let last: i64 = db.query_row(
        "SELECT max(seq) FROM envelopes WHERE log = ?1",
        [log],
        |r| r.get(0),
    )?;
    db.execute(
        "DELETE FROM envelopes WHERE log = ?1 AND seq >= ?2",
        [log, seq],
    )?;
    let name: Option<(Vec<u8>, Vec<u8>)> = db
        .query_row("SELECT device, epoch FROM logs WHERE id = ?1", [log], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .optional()?;
    let lost = |first: i64, last: i64, why: &str| Lost {
        doc: doc.to_string(),
        log: name
            .as_ref()
            .map_or_else(|| "unknown".to_owned(), |(d, e)| log_name(d, e)),
        first: u64::try_from(first).unwrap_or(0),
        last: u64::try_from(last).unwrap_or(0),
        why: why.to_owned(),
        kept: true,
    };
    let mut all = vec![lost(seq, seq, why)];
    if last > seq {
        all.push(lost(seq + 1, last, following));
    }
    Ok(all)
}

/// Sets the pack of a document aside, and of each log what stood in it with all that follows.
pub fn set_pack_aside(db: &Connection, doc: &DocId, why: &str) -> Result<Vec<Lost>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT e.n, min(e.seq) FROM envelopes e JOIN documents d ON d.id = e.doc
         WHERE d.doc = ?1 AND e.packed = 1 GROUP BY e.log",
    )?;
    let first: Vec<i64> = statement
        .query_map([&doc.0[..]], |r| r.get(0))?
        .collect::<Result<_, _>>()?;
    let mut lost = Vec::new();
    for n in first {
        lost.extend(set_aside(db, doc, n, why)?);
    }
    db.execute(
        "DELETE FROM packs WHERE doc IN (SELECT id FROM documents WHERE doc = ?1)",
        [&doc.0[..]],
    )?;
    Ok(lost)
}

/// Of the places behind a log's real end, those that are neither in it nor set aside, as ranges.
pub fn missing(
    db: &Connection,
    row: i64,
    log: &LogId,
    real: u64,
    stated: u64,
) -> Result<Vec<Lost>, StoreError> {
    let mut statement = db.prepare_cached("SELECT seq FROM set_aside WHERE log = ?1")?;
    let aside: BTreeSet<u64> = statement
        .query_map([row], |r| r.get::<_, i64>(0))?
        .filter_map(|seq| seq.ok().and_then(|s| u64::try_from(s).ok()))
        .collect();
    let mut ranges = Vec::new();
    let mut first = real.saturating_add(1);
    let ends = aside
        .range(first..)
        .copied()
        .chain([stated.saturating_add(1)]);
    for end in ends.filter(|end| *end <= stated.saturating_add(1)) {
        if first < end {
            ranges.push((first, end - 1));
        }
        first = end.saturating_add(1);
    }
    let lost = |(first, last)| Lost {
        doc: log.doc.to_string(),
        log: log_name(&log.device.0, &log.epoch.0.to_be_bytes()),
        first,
        last,
        why: "the team's file names it and does not hold it".to_owned(),
        kept: false,
    };
    Ok(ranges.into_iter().map(lost).collect())
}
