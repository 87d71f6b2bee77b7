//! Keeping the file small, for when nobody waits: old edits are packed, one document after the other, and then the file is written anew
//! where much of it is empty. Owns when that is worth it. Must not know: what a pack is.
//!
//! Packing makes rows shorter inside their pages, so whole pages seldom become free, and nothing short of writing the file anew gives the
//! room back. SQLite does that in one transaction (`VACUUM`): whoever reads goes on with what stood there, whoever writes waits a moment, and
//! a kill or a full disk leaves the file as it was. It needs a moment without other writers; where there is none it is left for another time.

use super::error::StoreError;
use super::inner::{meta, set_meta};
use super::{Store, schema};
use rusqlite::Connection;
use std::time::Duration;

/// Less than this is never worth writing the file anew.
const LEAST: i64 = 1 << 20;
/// So long a moment without other writers is waited for.
const PATIENCE: Duration = Duration::from_millis(500);
/// Name of the note in the file of how much stayed empty when it was last written anew: rows that fill no page.
const EMPTY: &str = "empty";

/// What [`Store::tidy`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Documents that were packed.
    pub packed: usize,
    /// Bytes by which the file became smaller.
    pub given_back: u64,
    /// Nothing that is worth it was left for later.
    pub done: bool,
}

impl Store {
    /// Packs what is worth it and gives back the room, until `enough` says that somebody waits or that it has taken long enough; it is asked
    /// before each document.
    pub fn tidy(&mut self, mut enough: impl FnMut() -> bool) -> Result<Tidied, StoreError> {
        let mut tidied = Tidied::default();
        while !enough() {
            if self.pack_next()? {
                tidied.packed += 1;
                continue;
            }
            tidied.given_back = self.give_back()?;
            tidied.done = true;
            break;
        }
        Ok(tidied)
    }

    /// One piece of the same: packs one document, or else gives back room; whether there may be more to do.
    pub fn tidy_next(&mut self) -> Result<bool, StoreError> {
        if self.pack_next()? {
            self.inner.roomy = None;
            return Ok(true);
        }
        // Looking at every page is worth it once for each time that something was packed.
        if self.inner.roomy.is_none() {
            self.inner.roomy = Some(self.give_back()?);
        }
        Ok(false)
    }

    /// Writes the file anew where much of it is empty; says by how many bytes it became smaller. 0 where others are writing.
    fn give_back(&mut self) -> Result<u64, StoreError> {
        let (pages, empty) = extent(&self.db)?;
        let known: i64 = meta(&self.db, EMPTY)?.unwrap_or(0);
        if empty - known < LEAST.max(pages / 4) {
            return Ok(0);
        }
        self.db.busy_timeout(PATIENCE)?;
        let done = self.db.execute_batch("VACUUM").map_err(StoreError::from);
        schema::wait_for_others(&mut self.db)?;
        match done {
            Err(StoreError::Busy) => return Ok(0),
            other => other?,
        }
        let (now, empty) = extent(&self.db)?;
        self.write(|work| set_meta(work.db, EMPTY, empty))?;
        // Where somebody reads what stood there before, whoever closes the file last empties its log.
        self.db.busy_timeout(Duration::ZERO)?;
        let emptied = self
            .db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        schema::wait_for_others(&mut self.db)?;
        match emptied.map_err(StoreError::from) {
            Ok(()) | Err(StoreError::Busy) => Ok(u64::try_from(pages - now).unwrap_or(0)),
            Err(error) => Err(error),
        }
    }
}

/// Bytes of the file's pages, and how many of them nothing stands in.
fn extent(db: &Connection) -> Result<(i64, i64), StoreError> {
    Ok(db.query_row(
        "SELECT page_count * page_size, freelist_count * page_size + (SELECT sum(unused) FROM dbstat WHERE aggregate = TRUE)
         FROM pragma_page_count(), pragma_page_size(), pragma_freelist_count()",
        [],
        |r| Ok((r.get(0)?, r.get(1)?)),
    )?)
}
