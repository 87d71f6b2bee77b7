//! What came into the file since somebody looked, whoever wrote it. Must not know who looks.

use super::super::Store;
use super::super::error::StoreError;
use super::{Pair, by_row, documents};
use crate::log::{DeviceId, DocId};
use rusqlite::Connection;
use std::collections::BTreeSet;

/// Up to so many documents are looked up one by one.
const ALONE: usize = 32;

/// Documents of what came after an envelope. Not by document, or an index of them all would be read to the end.
const SINCE: &str = "SELECT DISTINCT +doc FROM envelopes WHERE n > ?1";
/// The same with how many.
pub(super) const COUNTED_SINCE: &str =
    "SELECT doc, count(*) FROM envelopes WHERE n > ?1 GROUP BY +doc";

/// What is new for a peer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Number of the last envelope in the file.
    pub upto: i64,
    /// Documents with new envelopes that the peer may have.
    pub docs: Vec<DocId>,
    /// A hash over all that is known of the record of rights.
    pub record: [u8; 32],
    /// Whether the peer takes part.
    pub member: bool,
}

/// Number of the last envelope in the file.
pub(super) fn last(db: &Connection) -> Result<i64, StoreError> {
    Ok(db
        .prepare_cached("SELECT coalesce(max(n), 0) FROM envelopes")?
        .query_row([], |r| r.get(0))?)
}

impl Store {
    /// What came into the file after envelope `after`, for a peer.
    pub fn news(&mut self, peer: &DeviceId, after: i64) -> Result<News, StoreError> {
        let tx = self.db.transaction()?;
        let upto = last(&tx)?;
        let mut changed: BTreeSet<i64> = BTreeSet::new();
        if upto > after {
            let mut statement = tx.prepare_cached(SINCE)?;
            let rows = statement.query_map([after], |r| r.get(0))?;
            changed = rows.collect::<Result<_, _>>()?;
        }
        // Of a few the names are read one by one: with each edit of a team of hundreds all of them would be too much.
        let here = match changed.len() {
            few @ 0..=ALONE => {
                let mut here = Vec::with_capacity(few);
                for row in &changed {
                    here.extend(by_row(&tx, &self.inner, *row)?);
                }
                here
            }
            _ => documents(&tx, &self.inner)?,
        };
        let pair = Pair::new(&tx, &mut self.inner, peer)?;
        let news = here
            .into_iter()
            .filter(|(row, _, reference)| changed.contains(row) && pair.peer_may(reference));
        Ok(News {
            upto,
            docs: news.map(|(_, doc, _)| doc).collect(),
            record: pair.authority.digest(),
            member: pair.authority.takes_part(peer),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_found_without_reading_what_is_old() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::create(dir.path(), &"p".into()).unwrap();
        for question in [SINCE, COUNTED_SINCE] {
            let plan = format!("EXPLAIN QUERY PLAN {question}");
            let mut statement = store.db.prepare(&plan).unwrap();
            let first: String = statement.query_row([0], |r| r.get(3)).unwrap();
            assert!(first.contains("INTEGER PRIMARY KEY"), "{first}");
        }
    }
}
